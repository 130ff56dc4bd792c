# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that outlives the connection that asked for it: a lost SSH session must not end a rollout half-way.

It runs in a process and a scope of its own, tells its progress in a file, and leaves its end in another. Whoever asked
may wait, or come back and ask again under the same token.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import PRIVATE, make_directory
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.carried import carried, unpacked
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.processes import leave_terminal
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import journal_file

Tell = t.Callable[[str], None]
# What JSON can carry.
End = t.Dict[str, t.Any]
# Takes lines about its progress. Returns its end, and what is to be done at last.
Work = t.Callable[[Tell], t.Tuple[End, t.Callable[[], None]]]

# Between two looks at whether it has ended: close at first, so that quick work is not waited for.
SHORTEST_PAUSE = 0.005
LONGEST_PAUSE = 0.1
# In seconds: whoever has not come back for the end of its work by then never will.
FORGOTTEN_AFTER = 3600
KILLED = "the process that was changing the host was killed. The host undoes its changes, or the next run continues."


class Background:
    """``token`` names the work: letters and digits that whoever asks has made up."""

    def __init__(self, places: Places, token: str) -> None:
        self.places = places
        self.token = token
        self.directory = f"{places.runs}/{token}"
        self.progress = f"{self.directory}/progress"
        self.end = f"{self.directory}/end"

    @property
    def begun(self) -> bool:
        return os.path.isdir(self.directory)

    def begin(self, work: Work, manager: Manager) -> None:
        """Starts ``work``. What it returns to be done at last is done when its end is written down: a process that dies
        in between has not said of anything that it is done, see ``wait``.
        """
        sweep(self.places)
        os.mkdir(self.directory, mode=0o700)
        # Whoever cannot lock it knows that the work goes on. Opened here, so that it does from the start.
        progress = open(self.progress, "a", encoding="utf-8")  # noqa: SIM115
        fcntl.flock(progress, fcntl.LOCK_EX)
        if not os.fork():
            self._work(work, progress, manager)
        progress.close()

    def wait(self, patience: t.Optional[float]) -> t.Optional[End]:
        """What the work has returned, or ``None`` when it has told its progress and goes on after ``patience`` seconds.

        Raises what it has raised: ``Problems``, ``ManagerError``, ``OSError``. Who waits without end forgets it then,
        and else ``sweep`` does: who lost the connection asks again, while the first attempt may live and read it too.
        What it says of its success is believed when it has also closed its journal: until then the host undoes it.
        """
        begun, pause = time.monotonic(), SHORTEST_PAUSE
        while self.goes_on:
            if patience is not None and time.monotonic() - begun > patience and os.path.getsize(self.progress):
                return None
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 1.2)
        try:
            with open(self.end, encoding="utf-8") as file:
                end = json.load(file)
        except FileNotFoundError:
            raise ManagerError(KILLED) from None
        finally:
            if patience is None:
                shutil.rmtree(self.directory, ignore_errors=True)
        returned = unpacked(end)
        left = journal_file.left(self.places)
        if left and left.pid == end["pid"] and not returned["failed"]:
            raise ManagerError(KILLED)
        return returned

    @property
    def goes_on(self) -> bool:
        try:
            with open(self.progress, encoding="utf-8") as progress:
                fcntl.flock(progress, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            # Somebody has removed it, and the work will find nowhere to write its end.
            pass
        return False

    def _work(self, work: Work, progress: t.TextIO, manager: Manager) -> t.NoReturn:
        at_last: t.List[t.Callable[[], None]] = []

        def worked() -> End:
            # With KillUserProcesses= what is left of a session dies with it (logind.conf(5)).
            manager.own_scope(f"workers-run-{os.getpid()}.scope", os.getpid())
            end, conclude = work(lambda line: _write_line(progress, line))
            at_last.append(conclude)
            return end

        # What the process that was forked would do at its end, such as remove its own files, is its own affair.
        try:
            leave_terminal()
            end = carried(worked)
            with open(f"{self.end}.new", "w", encoding="utf-8") as file:
                json.dump({"pid": os.getpid(), **end}, file)
            os.rename(f"{self.end}.new", self.end)
            for conclude in at_last:
                conclude()
        finally:
            os._exit(0)


def _write_line(file: t.TextIO, line: str) -> None:
    file.write(f"{one_line(line)}\n")
    file.flush()


def sweep(places: Places) -> None:
    """Removes what nobody has come back for. What users take their time for may be under way still."""
    make_directory(places.runs, PRIVATE)
    for entry in os.scandir(places.runs):
        old = time.time() - entry.stat().st_mtime > FORGOTTEN_AFTER
        if old and not Background(places, entry.name).goes_on:
            shutil.rmtree(entry.path)
