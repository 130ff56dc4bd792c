# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The target's own judge: `systemd-analyze verify` on files that have not come to their place yet."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.judge import verify_text
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.verify_text import Said
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._host import looks
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import PRIVATE, make_directory, write_readable
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Seconds for one call, which takes 10 to 80 ms.
LONGEST = 30
# systemd-analyze(1): what is wrong with other units neither counts nor is loaded.
OWN_ERRORS_SINCE = 250
# PATH:ALIAS (process_aliases() in analyze-verify.c).
ALIASES_SINCE = 250
BESIDE = "workers-verify-beside.target"
# Before the name of a unit that is verified as one: it is no path.
ALIAS = "alias "
# As of timeout(1).
TIMED_OUT, NOT_FOUND = 124, 127
# Where a program without a directory is looked for (DEFAULT_PATH in path-util.h). 247 runs it, its verify does not
# find it.
PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Candidate:
    """A unit to judge, put together as systemd will read it.

    ``names`` are the units that speak for it: for a template, instances. ``staged`` are the files of it, by the path
    of their place, that are judged instead of what lies there; without any, it is judged where it lies.
    """

    unit: Unit
    names: t.Tuple[str, ...]
    staged: t.Mapping[str, str] = field(default_factory=dict)


def verify(manager: Manager, candidates: t.Sequence[Candidate]) -> t.List[t.List[Finding]]:
    """What systemd says about each candidate, in one call. Raises ``ManagerError`` when it says nothing it can mean."""
    systemd = manager.version()
    mute = [verify_text.refuses_without_a_word(one.unit) if systemd < OWN_ERRORS_SINCE else None for one in candidates]
    asked = [one for one, finding in zip(candidates, mute) if finding is None]
    said = _ask(manager, asked) if asked else []
    return [
        [finding] if finding else [one for one in _about(candidate, said) if not _runs_anyway(one, systemd)]
        for candidate, finding in zip(candidates, mute)
    ]


def _about(candidate: Candidate, said: t.Sequence[Said]) -> t.List[Finding]:
    return verify_text.findings(said, candidate.unit, candidate.names)


def _runs_anyway(finding: Finding, systemd: int) -> bool:
    program = finding.found.partition(":")[0]
    bare = finding.id == verify_text.NOT_EXECUTABLE and "/" not in program
    return bare and systemd < OWN_ERRORS_SINCE and shutil.which(program, path=PROGRAMS) is not None


def analyze(manager: Manager, *words: str) -> t.Tuple[int, str, str]:
    """What `systemd-analyze` says: exit status, stdout, stderr. It looks at programs, so that it may wait for them."""
    argv = commands.within(LONGEST, ["systemd-analyze", *manager.places.whose, *words])
    return looks.patiently([("systemd-analyze", functools.partial(manager.run, argv))])[0]


def _ask(manager: Manager, candidates: t.Sequence[Candidate]) -> t.List[Said]:
    systemd = manager.version()
    files = {path: text for one in candidates for path, text in one.staged.items()}
    with staged(manager.places, files) as (directory, origins):
        paths: t.Dict[str, None] = {}
        for one in candidates:
            place = directory if one.staged else os.path.dirname(one.unit.files[0][0])
            for name in one.names:
                if systemd >= ALIASES_SINCE and ":" in f"{place}/{name}":
                    paths.update(_as_alias(directory, name, one.unit, origins))
                else:
                    paths[f"{place}/{name}"] = None
        strict = ["--recursive-errors=no"] if systemd >= OWN_ERRORS_SINCE else []
        status, _stdout, stderr = analyze(manager, "verify", "--man=no", *strict, *paths)
    said, _others = verify_text.read(stderr)
    # A signal, which timeout(1) passes on in either form, is a crash in the middle of the verdict.
    if status in (TIMED_OUT, NOT_FOUND) or not 0 <= status < 128 or (status and not said):
        raise ManagerError(f"`systemd-analyze verify` {_ended(status, stderr)}")
    return [Said(one.text, _origin(origins, one.path), one.line, one.unit) for one in said]


def _as_alias(directory: str, name: str, unit: Unit, origins: t.Dict[str, str]) -> t.Dict[str, None]:
    """What stands for a path with a colon, which systemd-analyze(1) takes for PATH:ALIAS and copies the file to ALIAS,
    in a directory of its own. A unit beside it has it look into ours, too, where the drop-ins are.
    """
    path, text = unit.files[0]
    copy, beside = f"{directory}/{len(origins)}.copy", f"{directory}/{BESIDE}"
    write_readable(copy, text.text)
    write_readable(beside, "[Unit]\n")
    origins[copy], origins[f"{ALIAS}{name}"] = copy, path
    return {f"{copy}:{name}": None, beside: None}


def _origin(origins: t.Mapping[str, str], path: str) -> str:
    return origins.get(path) or origins.get(f"{ALIAS}{os.path.basename(path)}") or path


@contextlib.contextmanager
def staged(places: Places, files: t.Mapping[str, str]) -> t.Iterator[t.Tuple[str, t.Dict[str, str]]]:
    """A directory that no other user enters, with the files under their real names, and where each is from."""
    # Gone at boot, should this process be killed.
    directory = tempfile.mkdtemp(prefix="workers.systemd.", dir=places.runtime)
    try:
        origins = {}
        for path, text in files.items():
            staged = f"{directory}/{_name_below_the_load_path(path)}"
            make_directory(os.path.dirname(staged), PRIVATE)
            write_readable(staged, text)
            origins[staged] = path
        yield directory, origins
    finally:
        shutil.rmtree(directory)


def _name_below_the_load_path(path: str) -> str:
    directory, name = os.path.split(path)
    return f"{os.path.basename(directory)}/{name}" if directory.endswith(".d") else name


def _ended(status: int, stderr: str) -> str:
    if status == TIMED_OUT:
        return f"did not end within {LONGEST} s"
    if status == NOT_FOUND:
        return "is not there: install systemd's own tools"
    return f"exited {status}: {stderr.strip() or 'it printed nothing'}"
