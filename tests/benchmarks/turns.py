# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wall times of whole ansible-playbook processes, taken in turn so that a change of the machine's speed meets all."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

Task = dict[str, t.Any]
Tasks = t.Callable[[], list[Task]]


@dataclass(frozen=True)
class Contender:
    """``tasks`` are timed on ``host``; ``before`` is a shell script on the host that is not."""

    name: str
    host: str
    tasks: Tasks
    before: str = "true"


class Clock:
    """``inventory`` is a file that names all hosts."""

    def __init__(self, inventory: Path) -> None:
        self.inventory = inventory

    def in_turn(self, rounds: int, *contenders: Contender) -> dict[str, float]:
        """Median seconds by name."""
        took: dict[str, list[float]] = {one.name: [] for one in contenders}
        for _round in range(rounds):
            for one in contenders:
                on_host(one.host, one.before)
                took[one.name].append(self.once(one.host, one.tasks()))
        return {name: statistics.median(times) for name, times in took.items()}

    def once(self, host: str, tasks: list[Task], *, fails: bool = False) -> float:
        """Seconds of one play. Raises ``AssertionError`` with its output when it fails, or does not as it should."""
        play = [{"hosts": host, "gather_facts": False, "tasks": tasks}]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(play, file)
            file.flush()
            begun = time.monotonic()
            argv = ["ansible-playbook", "-i", str(self.inventory), file.name]
            done = subprocess.run(argv, capture_output=True, text=True, check=False, env=_environment())
            took = time.monotonic() - begun
        if bool(done.returncode) is not fails:
            raise AssertionError(f"{done.stdout[-4000:]}{done.stderr[-1000:]}")
        return took


def on_host(host: str, script: str, stdin: str = "") -> str:
    """Output of a shell script in the host's container."""
    argv = ["podman", "exec", "--interactive", host, "sh", "-c", script]
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=True).stdout


def _environment() -> dict[str, str]:
    settings = {"NOCOWS": "1", "FORKS": "5", "DEPRECATION_WARNINGS": "0", "PIPELINING": "1"}
    return {**os.environ, **{f"ANSIBLE_{name}": value for name, value in settings.items()}}
