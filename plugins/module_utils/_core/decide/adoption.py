# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool takes over the units of somebody else that have its name, and gives them back.

What they were is a generation: their files, the links that enable them, and the instances that ran. To go back to it is
to go back to any other generation, only that nothing of this collection is left.
"""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, State, last_good
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import (
    COMMAND,
    ESCAPED,
    BadWord,
    words,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import Effect, effect_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

# They name a process, and change nothing in it.
LABELS = frozenset({"SyslogIdentifier", "LogExtraFields"})
LABEL = "WORKERS_"
# They differ in when a start counts as done (systemd.service(5), Type=), which is over when a process runs.
SAME_TYPES = {"": "exec", "simple": "exec"}


def old_version(pool: str, observed: ObservedPool, kept: t.Sequence[Generation], time: str) -> t.Optional[Generation]:
    """What the pool takes over, as a generation; ``None`` when it is kept already, or when there is nothing.

    A run that goes on with the work of a killed one finds a part of it only, and the killed run has kept all.
    """
    last = last_good(kept)
    half_done = bool(kept) and kept[-1].state is State.APPLYING and last is not None and last.foreign
    if observed.old is None or half_done:
        return None
    files = tuple(WantedFile(path, file.text, file.mode) for path, file in sorted(observed.old.items()))
    instances = tuple(unit_name.in_order(name for name, seen in observed.instances.items() if _runs(seen)))
    number = kept[-1].number + 1 if kept else 0
    name = hashlib.sha256(repr((files, instances)).encode()).hexdigest()[:8]
    # All instances go back at the same time, and none was there for the meantime.
    old = Generation(pool, number, name, State.GOOD, time, instances, (), (), Policy(surge=False), files, foreign=True)
    return None if last is not None and last.foreign and last.content == old.content else old


def _runs(seen: Instance) -> bool:
    return seen.running or seen.active == "activating"


# ---- whether a process would be the same


def is_same_process(old: Unit, new: Unit, own_files: t.Mapping[str, str]) -> bool:
    """Whether systemd would start the same process for both units, apart from labels of this collection.

    What counts is what makes a process stale (effects.py). ``own_files`` are the texts of the environment files of the
    pool itself, by path. In doubt a process is another one.
    """
    try:
        before, after = _settings(old, ()), _settings(new, own_files)
        variables, wanted = _variables(old), _variables(new)
    except BadWord:
        return False
    own = {name: value for text in own_files.values() for name, value in _unlabelled(parse_env(text)).items()}
    # Files of the operator come after the variables of the old unit, and before those of the pool.
    ordered = not (own and before.get("EnvironmentFile"))
    # The value in a unit has specifiers, and that in a file has none.
    wanted.update({name: value.replace("%", "%%") for name, value in own.items()})
    return ordered and (before, variables) == (after, wanted)


def _settings(unit: Unit, own_files: t.Collection[str]) -> t.Dict[str, t.List[t.Any]]:
    """The directives that a process depends on, but for its variables. Raises ``BadWord``."""
    keys = {one.key for one in unit.assignments() if one.section == "Service"} - LABELS - {"Environment", "Type"}
    kind = unit.value("Service", "Type")
    found: t.Dict[str, t.List[t.Any]] = {"Type": [SAME_TYPES.get(kind, kind)]}
    for key in (key for key in keys if effect_of("Service", key) is Effect.RESTART):
        values = [one.value for one in unit.kept("Service", key) if one.value not in own_files]
        if values:
            found[key] = [words(value, COMMAND) for value in values] if key == "ExecStart" else values
    return found


def _variables(unit: Unit) -> t.Dict[str, str]:
    assignments = (word for one in unit.kept("Service", "Environment") for word in words(one.value, ESCAPED))
    return _unlabelled(dict(word.partition("=")[::2] for word in assignments))


def _unlabelled(variables: t.Mapping[str, str]) -> t.Dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith(LABEL)}
