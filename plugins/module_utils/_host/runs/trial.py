# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One more worker of a pool. It runs under strace for a limited time and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.fit import strace_text, trial_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.usage import Usage, watched
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import last_exits
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.report import journal_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import parent
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PUBLIC,
    make_directory,
    remove,
    write_readable,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import PROGRAMS
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# With -s 0, strace prints no data of jobs. strace runs as root and outside of the unit. So the set-user-id programs of
# the worker work, and the worker writes where its hardening allows it, as without strace.
STRACE = ("-f", "-qq", "-y", "-s", "0", "-o", "/dev/stdout", "-p")
# Seconds that a worker has to reach GATE (trial_unit.py), after its ExecStartPre=, and that strace has to attach.
START = 60.0
LOOKS_EVERY = 0.2
# Seconds in addition to the requested time. systemd then ends a worker that no trial watches any more.
SPARE = 60
LINES = 10
STATE = ("ActiveState", "SubState", "Result", "MainPID", "ControlPID", "Job")


@dataclass(frozen=True)
class Trial:
    """``died`` says how the worker failed before its time, with its last journal lines. Otherwise it is empty."""

    usage: Usage
    died: str = ""
    ended_early: bool = False


def strace() -> str:
    """Returns the path of strace. It is empty when strace is not installed."""
    return shutil.which("strace", path=PROGRAMS) or ""


class Trials:
    """All trials of one pool. They have the same ``unit``, an instance of the pool. ``hidden`` are the secrets to
    remove from its output. ``more`` are directives in addition to those of the instance.
    """

    def __init__(
        self,
        manager: Manager,
        unit: Unit,
        working_directory: str,
        runtime_directories: t.Sequence[str],
        hidden: t.Iterable[str],
        more: t.Mapping[str, Value],
    ) -> None:
        self.manager = manager
        self.unit = unit
        self.working_directory = working_directory
        self.runtime_directories = runtime_directories
        self.hidden = tuple(hidden)
        self.more = more

    def run(self, guards: t.Mapping[str, Value], seconds: float) -> Trial:
        """Blocks until the worker has run for ``seconds`` or has ended. It is stopped like the workers of the pool."""
        prefix = trial_unit.name(self.unit.name.prefix, secrets.token_hex(4))
        directory = self.manager.places.runtime_units
        path = f"{directory}/{unit_name.template(prefix)}"
        unit = unit_name.instance(prefix, self.unit.name.instance or "")
        text = trial_unit.text(self.unit, {**guards, **self.more}, int(seconds) + SPARE, path)
        make_directory(directory, PUBLIC)
        since = time.time()
        with contextlib.ExitStack() as cleanup:
            cleanup.enter_context(_orderly_end())
            cleanup.callback(remove, path)
            write_readable(path, text)
            cleanup.enter_context(self._without_new_directories())
            cleanup.callback(self._stop, unit)
            refused = self.manager.start([unit])
            pid = 0 if refused else self._at_the_gate(unit)
            if not pid:
                return Trial(Usage(), refused.get(unit) or self._how_it_ended(unit, since))
            with self._traced(pid) as usage:
                ended = self._ended_within(unit, seconds)
                # The stop is traced as well.
                self._stop(unit)
        died = self._how_it_ended(unit, since) if ended and not self._ended_well(unit, since) else ""
        return Trial(usage(), died, ended)

    def _stop(self, unit: str) -> None:
        """Stops the unit. A unit that has ended is not loaded any more and has no file, so its stop may fail."""
        try:
            self.manager.stop([unit])
        except ManagerError:
            if self.manager.list_units([unit]):
                raise

    def _at_the_gate(self, unit: str) -> int:
        """Returns the process that becomes the worker. Returns 0 when the process ended before or was too late."""
        end = time.monotonic() + START
        while time.monotonic() < end:
            shown = self.manager.show([unit], STATE)[unit]
            # A unit whose job still waits is inactive, too.
            if shown["ActiveState"] in ("failed", "inactive") and not shown.get("Job"):
                return 0
            for pid in (int(shown["MainPID"]), int(shown["ControlPID"])):
                if pid and _status(pid, "State").startswith("T"):
                    return pid
            time.sleep(LOOKS_EVERY / 4)
        return 0

    @contextlib.contextmanager
    def _traced(self, pid: int) -> t.Iterator[t.Callable[[], Usage]]:
        """Lets the process go on when strace has attached. Yields a function that returns the trace at the end."""
        seen: t.List[Usage] = []
        argv = [strace(), *STRACE, str(pid)]
        # run_command() of Ansible waits until the program ends.
        with subprocess.Popen(  # pylint: disable=ansible-bad-function
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=commands.tool_environment(),
            encoding="utf-8",
            errors="surrogateescape",
        ) as tracer:
            lines = t.cast("t.IO[str]", tracer.stdout)

            def read() -> None:
                seen.append(watched(strace_text.calls(lines), self.working_directory))

            reader = threading.Thread(target=read)
            reader.start()
            try:
                self._await(tracer, pid)
                os.kill(pid, signal.SIGCONT)
                yield lambda: seen[0]
            finally:
                # All processes that strace followed have ended. Only processes that a service leaves behind (KillMode=)
                # may go on, and the trial does not watch them.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    tracer.wait(5)
                tracer.terminate()
                reader.join()

    @staticmethod
    def _await(tracer: subprocess.Popen[str], pid: int) -> None:
        end = time.monotonic() + START
        while _status(pid, "TracerPid") in ("0", ""):
            if tracer.poll() is not None or time.monotonic() > end:
                tracer.kill()
                said = t.cast("t.IO[str]", tracer.stderr).read().strip()
                found = said or "that it does not follow a process"
                raise Problems([Problem("strace", found, "a host on which root may trace")])
            time.sleep(0.02)

    def _ended_within(self, unit: str, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(LOOKS_EVERY)
            if self.manager.show([unit], STATE)[unit]["ActiveState"] not in ("active", "activating", "reloading"):
                return True
        return False

    def _ended_well(self, unit: str, since: float) -> bool:
        return not self.manager.failures([unit], since)

    def _how_it_ended(self, unit: str, since: float) -> str:
        exits = last_exits(self.manager.exits([unit], since, fresh=True))
        said = journal_lines(self.manager.journal(unit, since), self.hidden)[-LINES:]
        return "\n".join([exits.get(unit, "it did not start"), *(f"    {line}" for line in said)])

    @contextlib.contextmanager
    def _without_new_directories(self) -> t.Iterator[None]:
        """Removes the directories in /run that the trial has created. A directory of a running instance stays. A parent
        directory also stays when another process has put a file into it.
        """
        new = [path for path in self.runtime_directories if not os.path.lexists(path)]
        parents = [one for path in new for one in _below_run(parent(path)) if not os.path.lexists(one)]
        yield
        for path in new:
            shutil.rmtree(path, ignore_errors=True)
        for path in reversed(parents):
            with contextlib.suppress(OSError):
                os.rmdir(path)


@contextlib.contextmanager
def _orderly_end() -> t.Iterator[None]:
    """Cleans up also after SIGTERM, and after SIGHUP from a lost connection. After SIGKILL, systemd does the rest."""

    def leave(number: int, _frame: t.Any) -> None:
        raise SystemExit(128 + number)

    before = {one: signal.signal(one, leave) for one in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _below_run(path: str) -> t.List[str]:
    """``/run/app/1`` -> ``/run/app``, ``/run/app/1``"""
    return [] if path == "/run" else [*_below_run(parent(path)), path]


def _status(pid: int, field: str) -> str:
    """Returns a line of proc_pid_status(5). It is empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            found = [line.partition(":")[2].strip() for line in file if line.startswith(f"{field}:")]
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return found[0] if found else ""
