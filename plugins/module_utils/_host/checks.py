# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks: commands of the operator about an instance, run side by side while the rollout goes on looking."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.pool import concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.units import UnitName

# A check that takes longer has failed.
LONGEST = 10.0
# What a busy check exits with when the instance is idle; 0 means busy, anything else that it cannot tell.
IDLE = 1


class Answer(t.NamedTuple):
    """``status`` is the exit status, ``None`` when there is none; ``trouble`` are words, empty when it is 0."""

    status: t.Optional[int]
    trouble: str

    @property
    def busy(self) -> bool:
        """Of a busy check. Who cannot tell may be in the middle of a job."""
        return self.status != IDLE


class Checks:
    """Those that run, by unit."""

    def __init__(self) -> None:
        self.running: t.Dict[str, t.Tuple[subprocess.Popen[bytes], float]] = {}
        self.refused: t.Dict[str, Answer] = {}

    def ask(self, command: t.Sequence[str], units: t.Iterable[str]) -> None:
        """Begins the check of each unit; ``%i`` in a word is the name of its instance."""
        for unit in units:
            argv = [concrete(word, UnitName.parse(unit).instance or "") for word in command]
            try:
                self.running[unit] = (_begun(argv), time.monotonic())
            except OSError as error:
                self.refused[unit] = Answer(None, f"cannot run {argv[0]}: {error.strerror}")

    def answers(self) -> t.Dict[str, Answer]:
        """What the checks that have ended since the last time said."""
        told, self.refused = self.refused, {}
        for unit, (process, begun) in list(self.running.items()):
            status = process.poll()
            if status is None and time.monotonic() - begun >= LONGEST:
                self._kill(unit)
                told[unit] = Answer(None, f"did not end within {LONGEST:g} s")
            elif status is not None:
                del self.running[unit]
                told[unit] = Answer(status, f"exited with status {status}" if status else "")
        return told

    def end(self) -> None:
        """Nobody waits for an answer any more."""
        for unit in list(self.running):
            self._kill(unit)

    def _kill(self, unit: str) -> None:
        process, _begun_at = self.running.pop(unit)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _begun(argv: t.List[str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that a check that hangs goes with its children. What it prints nobody reads."""
    nothing = subprocess.DEVNULL
    # run_command() of Ansible waits for the end.
    return subprocess.Popen(  # pylint: disable=ansible-bad-function
        argv, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
