# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the dead-man's switch while a run changes the host; see _core/write/dead_man.py."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import typing as t
import zipfile

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import (
    SWITCH,
    recovery_command,
    trying_again,
)
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import recovery

TIMER = f"{SWITCH}.timer"
# The timer, and what it has started, which may be waiting to try again.
UNITS = (TIMER, f"{SWITCH}.service")
SIGNS_OF_LIFE = 4
# Of zlib: a third of the size, within a hundredth of a second.
FASTEST = 1
MAIN = "import sys\n\nfrom {} import main\n\nsys.exit(main())\n"


class Program:
    """The very code that runs now, as a program that needs only its Python. It runs ``main`` of a module of it."""

    def __init__(self, main: str = recovery.__name__) -> None:
        self._main = MAIN.format(main)
        self._made: t.Optional[bytes] = None

    def made(self) -> bytes:
        """Only who may read that code can make it, which for what Ansible has put here is the user it came as."""
        if self._made is None:
            program = io.BytesIO()
            with zipfile.ZipFile(program, "w") as archive:
                for path, text in sorted({"__main__.py": self._main, **_sources()}.items()):
                    # Of a fixed date, so that equal code is an equal file.
                    archive.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED, FASTEST)
            self._made = program.getvalue()
        return self._made

    def keep(self, path: str) -> None:
        # Whatever else is there is replaced.
        with contextlib.suppress(OSError):
            if foreign_files.read(path, len(self.made())) == self.made():
                return
        write_atomically(path, self.made(), mode=0o600)


class DeadMan:
    """``confirm`` is how many seconds without a sign of life mean that the run is dead.

    The signs come from a thread: a run that waits half an hour for a worker to finish its job is alive, one that was
    killed or stopped is not.
    """

    def __init__(self, places: Places, confirm: float, program: Program) -> None:
        self.places = places
        self.program = program
        self.confirm = confirm
        self.over = threading.Event()
        self.signs = threading.Thread(target=self._give_signs, daemon=True)

    def arm(self) -> None:
        """From now on the host helps itself. Raises ``ManagerError`` when it cannot."""
        self.program.keep(self.places.recovery_program)
        # What an earlier run left waiting.
        self._systemctl("stop", *UNITS)
        # Each sign of life is a start, and five in ten seconds are too many for systemd, which then drops the timer.
        timer = {"AccuracySec": "100ms", "StartLimitIntervalSec": "0"}
        when = [f"--on-active={self.confirm:g}s", *(f"--timer-property={key}={value}" for key, value in timer.items())]
        about = ["--quiet", "--collect", f"--unit={SWITCH}", "--description=Undo the changes of a dead run"]
        again = [f"--property={name}={value}" for name, value in trying_again(f"{self.confirm:g}s").items()]
        status, out, err = commands.run(
            ["systemd-run", *self.places.whose, *about, *when, *again, *recovery_command(self.places, sys.executable)]
        )
        if status:
            raise ManagerError(f"`systemd-run --unit={SWITCH}` exited {status}: {(err or out).strip()}")
        self.signs.start()

    def disarm(self) -> None:
        self.over.set()
        if self.signs.is_alive():
            self.signs.join()
        self._systemctl("stop", *UNITS)

    def _systemctl(self, *words: str) -> None:
        commands.run(["systemctl", *self.places.whose, *words])

    def _give_signs(self) -> None:
        while not self.over.wait(self.confirm / SIGNS_OF_LIFE):
            # Restarted, it counts from now. It is gone when it has fired, and then nothing brings it back.
            self._systemctl("restart", TIMER)


def _sources() -> t.Dict[str, str]:
    """By path in the program. Wherever Ansible has put the code, its loader gives its text."""
    root = recovery.__name__.rpartition("._host")[0]
    ours = {name: module.__spec__ for name, module in list(sys.modules.items()) if name.startswith(f"{root}._")}
    sources: t.Dict[str, str] = {}
    for name, spec in ours.items():
        path = name.replace(".", "/")
        # A package without a file of its own has no text either; all get the same empty one.
        for folder in _folders(path):
            sources[f"{folder}/__init__.py"] = ""
        if spec is not None and spec.submodule_search_locations is None:
            sources[f"{path}.py"] = t.cast("t.Any", spec.loader).get_source(name)
    return sources


def _folders(path: str) -> t.List[str]:
    """``"a/b/c"`` -> ``["a", "a/b"]``"""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
