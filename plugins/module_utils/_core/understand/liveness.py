# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``liveness`` of a pool: how the agent of the host finds out that an instance hangs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import path_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import read_check, read_spans

# The options in the form of Ansible's argument spec.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "command": {"type": "list", "elements": "str"},
    "every": {"type": "str"},
    "timeout": {"type": "str"},
    "failures": {"type": "int"},
    "file": {"type": "str"},
    "max_age": {"type": "str"},
}
# The shortest and the longest of each time span, in seconds. A day covers the rarest worker.
SPANS = {"every": (1.0, 86400.0), "timeout": (1.0, 3600.0), "max_age": (2.0, 7 * 86400.0)}
MOST_FAILURES = 1000
OF_A_COMMAND = dict.fromkeys(("every", "timeout", "failures"), "only max_age, beside a file")
OF_A_FILE = {"max_age": "only every, timeout and failures, beside a command"}
# A file is looked at so often in its max_age, and at least this often.
LOOKS, RAREST_LOOK = 4, 30.0


@dataclass(frozen=True)
class Liveness:
    """Times are in seconds. With a ``command``, an instance hangs when the command has failed ``failures`` times in a
    row. With a ``file``, an instance hangs when its file has not changed for ``max_age``.
    """

    command: t.Tuple[str, ...] = ()
    every: float = 30.0
    timeout: float = 10.0
    failures: int = 3
    file: str = ""
    max_age: float = 0.0

    @property
    def pause(self) -> float:
        """Seconds between the begins of two rounds."""
        return max(1.0, min(RAREST_LOOK, self.max_age / LOOKS)) if self.file else self.every


def read_liveness(
    given: t.Mapping[str, t.Any], instances: t.Sequence[str], where: str
) -> t.Tuple[t.Optional[Liveness], t.List[Problem]]:
    """The option, and its problems. With problems there is no liveness."""
    read = {option: value for option, value in given.items() if value is not None}
    if not read.get("command") and not read.get("file"):
        hint = "A command asks the instance. A file is one that the worker touches."
        return None, [Problem(where, "neither command nor file", "one of them", hint)]
    if read.get("command") and read.get("file"):
        return None, [Problem(where, "command and file", "one of them")]
    problems = [
        Problem(f"{where}.{option}", "given", other)
        for option, other in (OF_A_FILE if read.get("command") else OF_A_COMMAND).items()
        if option in read
    ]
    spans, wrong = read_spans(read, SPANS, Liveness, where, "30s or 2min")
    problems += wrong
    if read.get("file"):
        problems += _file_problems(read, instances, where)
        found = Liveness(file=as_text(read["file"]), max_age=spans["max_age"])
    else:
        command, wrong = read_check(read["command"], f"{where}.command")
        problems += [*wrong, *_command_problems(read, where)]
        found = Liveness(command, spans["every"], spans["timeout"], read.get("failures", Liveness.failures))
    return (None, problems) if problems else (found, [])


def _command_problems(read: t.Mapping[str, t.Any], where: str) -> t.Iterator[Problem]:
    if not 1 <= read.get("failures", 1) <= MOST_FAILURES:
        yield Problem(f"{where}.failures", repr(read["failures"]), f"a number from 1 to {MOST_FAILURES}")


def _file_problems(read: t.Mapping[str, t.Any], instances: t.Sequence[str], where: str) -> t.Iterator[Problem]:
    path = as_text(read["file"])
    found = path_problems(path, f"{where}.file")
    yield from found
    if not found and "%" in path.replace("%i", ""):
        yield Problem(f"{where}.file", "another specifier than %i", "a path, in which %i may stand")
    if len(instances) > 1 and "%i" not in path:
        hint = "With one file for all, an instance that hangs is not seen while another touches the file."
        yield Problem(f"{where}.file", repr(path), "a path with %i, for a pool with several instances", hint)
    if "max_age" not in read:
        yield Problem(
            f"{where}.max_age", "nothing", "a time span such as 2min", "A worker touches the file more often."
        )
