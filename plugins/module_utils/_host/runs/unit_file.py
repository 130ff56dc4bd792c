# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges one unit file or drop-in and puts it in its place."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import MAY_COME_LATER, judged
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.specifiers import ANY
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.unit_spec import UnitSpec
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import candidates, host_judge
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import Candidate
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.write import one_file


@dataclass(frozen=True)
class UnitOrder:
    """A unit file or drop-in that ``spec`` describes. ``wanted`` is its file, or ``None`` for no file.

    ``problems`` are the problems of the input. A ``flawed`` spec is not complete enough to be judged. ``skip_traps``
    are ids of traps that are switched off.
    """

    spec: UnitSpec
    wanted: t.Optional[one_file.OneFile]
    problems: t.Tuple[Problem, ...]
    flawed: bool
    skip_traps: t.Collection[str]
    may_reload: bool


@dataclass(frozen=True)
class UnitDecision:
    """The file is ``seen`` and becomes ``wanted``. ``reload`` is whether systemd reads its unit files again.

    ``catalogue`` is systemd's list of its directives when the host does not keep this list yet.
    """

    spec: UnitSpec
    seen: t.Optional[one_file.OneFile]
    wanted: t.Optional[one_file.OneFile]
    reload: bool
    catalogue: bytes
    warnings: t.Tuple[str, ...]

    @property
    def changes(self) -> bool:
        return self.wanted != self.seen or self.reload


def decide(order: UnitOrder, manager: Manager) -> UnitDecision:
    """Changes nothing. Raises ``Problems`` with the problems of the input and the findings of this host."""
    directives = catalogue.of_host(manager)
    warnings = _judge(order, directives.known, manager)
    seen = one_file.seen(order.spec.path)
    # systemd does not use the owner and the mode of the file.
    differs = (seen and seen.text) != (order.wanted and order.wanted.text)
    reload = order.may_reload and (
        differs or bool(host.pending_reload(SYSTEM)) or _loaded_older(order.spec.name, manager)
    )
    return UnitDecision(order.spec, seen, order.wanted, reload, directives.unkept, tuple(warnings))


def act(decision: UnitDecision, manager: Manager) -> None:
    if not decision.changes:
        return
    catalogue.keep(SYSTEM, decision.catalogue)
    with host.only_run(SYSTEM):
        if not decision.reload:
            _put(decision)
            return
        with host.owing_a_reload(SYSTEM):
            _put(decision)
            manager.reload()


def _judge(order: UnitOrder, known: Catalogue, manager: Manager) -> t.List[str]:
    """Raises ``Problems``. Returns warnings."""
    found, warnings = list(order.problems), []
    if not order.flawed:
        found += _in_the_way(order.spec)
        for finding in _findings(order, known, manager):
            problem = finding.problem(order.spec.option_of(finding.at))
            # The missing part may come after the unit that needs it.
            if finding.severity is Severity.WARNING or finding.id in MAY_COME_LATER:
                warnings.append(str(problem))
            else:
                found.append(problem)
    if found:
        raise Problems(found)
    return warnings


def _in_the_way(spec: UnitSpec) -> t.Iterator[Problem]:
    path = spec.path
    if os.path.isdir(path) or os.path.islink(path):
        kind = "directory" if os.path.isdir(path) else "link"
        hint = "`systemctl unmask` or `systemctl disable` removes a link."
        yield Problem("name", f"{path}, a {kind}", "a file, or nothing", hint)
    elif pool_files.owner(path):
        hint = f"Its option `{'per_instance' if spec.drop_in else 'unit'}` sets any directive."
        yield Problem("name", f"{path}, of the pool {pool_files.owner(path)}", "another name", hint)


def _findings(order: UnitOrder, known: Catalogue, manager: Manager) -> t.List[Finding]:
    """Returns the findings about the text. A file that is removed has no findings."""
    name, path, text = order.spec.name, order.spec.path, order.spec.text
    if text is None:
        return []

    def judge(asked: t.Sequence[Candidate]) -> t.List[Finding]:
        return _judged(asked, known, order.skip_traps, manager)

    if not order.spec.drop_in:
        return judge(candidates.of_unit(SYSTEM, name, path, text))
    found = judge([candidates.of_drop_in(SYSTEM, name, path, text)])
    elsewhere = [one for one in found if one.at is None or one.at.path != path]
    # A finding that the unit has without the drop-in is not a fault of the drop-in.
    before = judge([candidates.of_drop_in(SYSTEM, name, path, None)]) if elsewhere else []
    return [one for one in found if one not in before]


def _judged(
    asked: t.Sequence[Candidate], known: Catalogue, skip_traps: t.Collection[str], manager: Manager
) -> t.List[Finding]:
    found = [
        finding
        for one, (of_host, said) in zip(asked, host_judge.ask(manager, asked))
        for finding in judged(one.unit, known, manager.version(), said, skip_traps, of_host, ANY)
    ]
    return list(dict.fromkeys(found))


def _put(decision: UnitDecision) -> None:
    one_file.put(decision.spec.path, decision.wanted)
    directory = os.path.dirname(decision.spec.path)
    if decision.spec.drop_in and os.path.isdir(directory) and not os.listdir(directory):
        os.rmdir(directory)


def _loaded_older(name: str, manager: Manager) -> bool:
    """Whether systemd has loaded the unit, or an instance of the template, from older files."""
    loaded = manager.list_units([name.replace("@.", "@*.")])
    return bool(manager.loaded_from_old_files(list(loaded)[:1]))
