# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that continues when the connection of the caller is lost. A lost SSH session must not end a rollout half-way.

The work runs in its own process and its own scope. It writes its progress to one file and its end to another file. The
caller may wait, or may come back and ask again with the same token. A reboot removes these files, and leaves a note.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.carried import carried, unpacked
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PRIVATE,
    entries,
    make_directory,
    naming,
    remove,
    write_atomically,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import journal_file

Tell = t.Callable[[str], None]
# Only values that JSON can hold.
End = t.Dict[str, t.Any]
# The argument takes lines about the progress. The work returns its end, and the function to call at last.
Work = t.Callable[[Tell], t.Tuple[End, t.Callable[[], None]]]

# Seconds between two checks whether the work has ended. The pauses are short at first, so that quick work ends quickly.
SHORTEST_PAUSE = 0.005
LONGEST_PAUSE = 0.1
# In seconds. A caller that has not come back for the end of its work by then does not come back any more.
FORGOTTEN_AFTER = 3600
# The same for the note, which is on the disk and small. A caller may come back after a long boot.
NOTED_FOR = 24 * 3600
# In bytes.
LONGEST_NOTE = 1024
SPARE = 4096
KILLED = "the process that was changing the host was killed. The host undoes its changes, or the next run continues."
UNWRITTEN = "the run ended, and its result could not be written. Free space there. A new run shows what is left to do"


class Background:
    """``follow`` names the work. The caller made it of letters and digits. Without it, no caller comes back."""

    def __init__(self, places: Places, follow: t.Optional[str]) -> None:
        self.places = places
        self.token = follow or str(os.getpid())
        self.note = f"{places.noted_runs}/{follow}" if follow else ""
        self.directory = f"{places.runs}/{self.token}"
        self.progress = f"{self.directory}/progress"
        self.end = f"{self.directory}/end"
        self.spare = f"{self.directory}/spare"

    @property
    def begun(self) -> bool:
        return os.path.exists(self.progress)

    @property
    def lost_from(self) -> t.Optional[str]:
        """The name of the boot in which the work began, when its files are gone. ``None`` when it has not begun."""
        if self.begun or not self.note:
            return None
        try:
            return foreign_files.read(self.note, LONGEST_NOTE).decode("ascii", "replace")
        except FileNotFoundError:
            return None

    def begin(self, work: Work, manager: Manager) -> None:
        """Starts ``work``. The function to call at last is called after the end is written to its file. When the
        process dies between the two, ``wait`` does not report success.
        """
        sweep(self.places)
        # Of an attempt that died before it changed anything.
        shutil.rmtree(self.directory, ignore_errors=True)
        os.mkdir(self.directory, mode=0o700)
        self._reserve()
        # Its lock shows that the work goes on. It has its name only when it is locked: a second attempt may look now.
        progress = open(f"{self.progress}.new", "a", encoding="utf-8")  # noqa: SIM115
        fcntl.flock(progress, fcntl.LOCK_EX)
        os.rename(progress.name, self.progress)
        if self.note:
            # On a full disk, the work can still restart services.
            with contextlib.suppress(OSError):
                self._write_note()
        if not os.fork():
            self._work(work, progress, manager)
        progress.close()

    def _reserve(self) -> None:
        """The disk may be full when the work ends. This file has its space from the start, for a short end."""
        spare = os.open(self.spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(spare, 0, SPARE)
        finally:
            os.close(spare)

    def _write_note(self) -> None:
        """On the disk before anything changes. So a caller that comes back after a reboot does not begin again."""
        make_directory(self.places.state, PRIVATE)
        write_atomically(self.note, processes.boot().encode(), mode=0o600)

    def wait(self, patience: t.Optional[float]) -> t.Optional[End]:
        """Returns the value of the work. Returns ``None`` when the work has written a line of progress and goes on
        after ``patience`` seconds.

        Raises the exception of the work: ``Problems``, ``ManagerError``, ``OSError``. Without ``patience``, this method
        also removes the files of the work. With ``patience``, only ``sweep`` removes them: a caller that lost its
        connection asks again, and its first attempt may still live and read the end, too. A success counts only when
        the work has also closed its journal. Until then, the host undoes the work.
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
            # Another process has removed the files, and the work has no place to write its end.
            pass
        return False

    def _work(self, work: Work, progress: t.TextIO, manager: Manager) -> t.NoReturn:
        at_last: t.List[t.Callable[[], None]] = []

        def worked() -> End:
            # With KillUserProcesses=, logind kills the remaining processes of a session that ends (logind.conf(5)).
            manager.own_scope(f"{marks.OF_A_RUN}{os.getpid()}.scope", os.getpid())
            end, conclude = work(lambda line: _write_line(progress, line))
            at_last.append(conclude)
            return end

        # The parent process cleans up at its end: it removes its own files, for example. This child must not do that.
        try:
            processes.leave_terminal()
            self._write_end(carried(worked))
            for conclude in at_last:
                conclude()
        finally:
            os._exit(0)

    def _write_end(self, end: t.Mapping[str, t.Any]) -> None:
        """On a full disk, the end says so in place of its result. A good run stays good."""
        new = f"{self.end}.new"
        try:
            with naming(new), open(new, "w", encoding="utf-8") as file:
                json.dump({"pid": os.getpid(), **end}, file)
        except OSError as error:
            new = self.spare
            msg = f"{UNWRITTEN}: {in_words(error)}"
            short: t.Dict[str, t.Any] = {"manager": msg}
            if "returned" in end:
                result = {"changed": True, "msg": msg}
                short = {"returned": {"failed": end["returned"]["failed"], "warnings": [msg], "result": result}}
            with open(new, "r+b", buffering=0) as spare:
                spare.truncate(spare.write(json.dumps({"pid": os.getpid(), **short}).encode()))
        os.rename(new, self.end)


def _write_line(file: t.TextIO, line: str) -> None:
    file.write(f"{one_line(line)}\n")
    file.flush()


def sweep(places: Places) -> None:
    """Removes the files of old work that has ended and whose caller did not come back. Work with slow units goes on."""
    make_directory(places.runs, PRIVATE)
    for entry in os.scandir(places.runs):
        old = time.time() - entry.stat().st_mtime > FORGOTTEN_AFTER
        if old and not Background(places, entry.name).goes_on:
            shutil.rmtree(entry.path)
    for name in entries(places.noted_runs):
        note = f"{places.noted_runs}/{name}"
        if time.time() - os.stat(note).st_mtime > NOTED_FOR:
            remove(note)
