# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the dead-man's switch while a run changes the host; see _core/write/dead_man.py."""

from __future__ import annotations

import contextlib
import sys
import threading
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import (
    SWITCH,
    TIMER,
    Occasion,
    recovery_command,
    trying_again,
)
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.program import SIGNS_OF_LIFE, Program
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import recovery


class DeadMan:
    """``confirm`` is how many seconds without a sign of life mean that the run is dead.

    The signs come from threads: a run that waits half an hour for a worker to finish its job is alive, one that was
    killed or stopped is not. A systemd that starts thousands of units may hear of a sign too late. So each sign is also
    left where no answer of systemd is needed, and the recovery looks there first.
    """

    def __init__(self, places: Places, confirm: float) -> None:
        self.places = places
        self.confirm = confirm
        self.over = threading.Event()
        signs = (self._beat, self._postpone)
        self.signs = [threading.Thread(target=self._repeat, args=(sign,), daemon=True) for sign in signs]

    def arm(self) -> None:
        """From now on the host helps itself. Raises ``ManagerError`` when it cannot."""
        Program(recovery.__name__).keep(self.places.recovery_program)
        # What an earlier run left waiting.
        self._stop()
        # Each sign of life is a start, and five in ten seconds are too many for systemd, which then drops the timer.
        timer = [f"--timer-property={one}" for one in ("AccuracySec=100ms", "StartLimitIntervalSec=0")]
        pause = f"{self.confirm:g}s"
        when = [f"--on-active={pause}", *timer]
        about = ["--quiet", "--collect", f"--unit={SWITCH}", "--description=Undo the changes of a dead run"]
        self._beat()
        tries = {**trying_again(pause), "StartLimitIntervalSec": "0"}
        again = [f"--property={name}={value}" for name, value in tries.items()]
        command = recovery_command(self.places, sys.executable, Occasion.SWITCH, self.confirm)
        status, out, err = commands.run(["systemd-run", *self.places.whose, *about, *when, *again, *command])
        if status:
            raise ManagerError(f"`systemd-run --unit={SWITCH}` exited {status}: {(err or out).strip()}")
        for one in self.signs:
            one.start()

    def disarm(self) -> None:
        self.over.set()
        for one in self.signs:
            if one.is_alive():
                one.join()
        self._stop()

    def _stop(self) -> None:
        # A pattern and --quiet load no unit that is gone, for which systemd would log an error.
        self._systemctl("stop", "--quiet", f"{SWITCH}.*")

    def _systemctl(self, *words: str) -> None:
        commands.run(["systemctl", *self.places.whose, *words])

    def _repeat(self, sign: t.Callable[[], None]) -> None:
        while not self.over.wait(self.confirm / SIGNS_OF_LIFE):
            sign()

    def _beat(self) -> None:
        with contextlib.suppress(OSError):
            host.beat(self.places)

    def _postpone(self) -> None:
        # Restarted, the timer counts from now. It is gone when it has fired, and then nothing brings it back.
        self._systemctl("restart", TIMER)
