# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes."""

from __future__ import annotations

import os
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host.command import Command

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
