# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host.command import LONGEST_OUTPUT, Command

End = t.Tuple[int, str]


def end_of(command: Command) -> End:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        end = command.poll()
        if end is not None:
            return end
        time.sleep(0.01)
    raise AssertionError("it runs")


def begun(*argv: str, first: t.Callable[[], None] = lambda: None) -> Command:
    return Command(argv, {"A": "1"}, first)


def refuse() -> None:
    raise PermissionError(1, "Operation not permitted")


ENDS: dict[str, tuple[tuple[str, ...], End]] = {
    "a good one": (("/bin/true",), (0, "")),
    "a status": (("/bin/sh", "-c", "exit 3"), (3, "")),
    "a signal": (("/bin/sh", "-c", "kill -KILL $$"), (-9, "")),
    "a program that is not there": (("/nowhere/at/all",), (127, "No such file or directory")),
    "a directory": (("/",), (127, "Permission denied")),
    "a word that no process can get": (("/bin/true", "\0"), (127, "embedded null byte")),
    "an environment of its own, and a directory": (("/bin/sh", "-c", '[ "$A$HOME" = 1 ] && [ $PWD = / ]'), (0, "")),
    "a pipe that nobody reads ends it": (("/bin/sh", "-c", "kill -PIPE $$; exit 5"), (-13, "")),
    "no files of ours": (("/bin/sh", "-c", "[ $(ls /proc/self/fd | wc -w) = 4 ]"), (0, "")),
}


@pytest.mark.parametrize(("argv", "end"), ENDS.values(), ids=ENDS.keys())
def test_a_command_tells_how_it_ended(argv: tuple[str, ...], end: End) -> None:
    held = os.open("/", os.O_RDONLY)
    os.set_inheritable(held, True)
    try:
        assert end_of(begun(*argv)) == end
    finally:
        os.close(held)


def test_what_fails_before_it_is_why_it_did_not_run() -> None:
    assert end_of(begun("/bin/true", first=refuse)) == (127, "Operation not permitted")


def test_its_children_are_killed_with_it(tmp_path: Path) -> None:
    command = begun("/bin/sh", "-c", f"sleep 60 & echo $! > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; wait")
    until = time.monotonic() + 60
    while not (tmp_path / "pid").exists() and time.monotonic() < until:
        time.sleep(0.01)
    pid = (tmp_path / "pid").read_text().strip()
    assert command.poll() is None
    command.kill()
    while Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < until
        time.sleep(0.01)


def test_beginning_does_not_wait_for_what_comes_before_the_program() -> None:
    """execve(2) of a program on a dead server takes for ever, as this does."""
    began = time.monotonic()
    command = begun("/bin/true", first=lambda: time.sleep(60))
    assert command.poll() is None
    command.kill()
    assert time.monotonic() - began < 30


OUTPUTS: dict[str, tuple[str, bytes, int]] = {
    "a number": ("echo 42", b"42\n", 0),
    "nothing": ("exit 3", b"", 3),
    "more than is read": ("head -c 5000 /dev/zero", bytes(LONGEST_OUTPUT), 0),
    "errors are not output": ("echo 42 >&2", b"", 0),
    "a child that lives on": ("sleep 60 & echo 7", b"7\n", 0),
}


@pytest.mark.parametrize(("script", "output", "status"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_the_output_of_a_command_that_speaks(script: str, output: bytes, status: int) -> None:
    command = Command(("/bin/sh", "-c", script), {}, lambda: None, speaks=True)
    assert end_of(command) == (status, "")
    assert command.output == output
    with contextlib.suppress(ProcessLookupError):
        os.killpg(command.pid, signal.SIGKILL)


def test_endless_output_waits_until_it_is_killed() -> None:
    before = len(os.listdir("/proc/self/fd"))
    command = Command(("/usr/bin/yes",), {}, lambda: None, speaks=True)
    assert command.poll() is None
    assert command.kill()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_process_that_cannot_be_made_leaves_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise OSError(11, "Resource temporarily unavailable")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "fork", refused)
    with pytest.raises(OSError, match="unavailable"):
        Command(("/bin/true",), {}, lambda: None, speaks=True)
    assert len(os.listdir("/proc/self/fd")) == before
