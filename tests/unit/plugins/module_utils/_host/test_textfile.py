# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that anybody may have put anything into. molecule/metrics has the same as root, and as another user."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host import textfile

Trap = t.Callable[[Path, Path], None]
TRAPS: dict[str, Trap] = {
    "nothing": lambda _path, _victim: None,
    "a file": lambda path, _victim: path.write_text("old") and None,
    "a FIFO": lambda path, _victim: os.mkfifo(path),
    "a link": lambda path, victim: path.symlink_to(victim),
    "a link to nothing": lambda path, victim: path.symlink_to(victim.with_name("none")),
    "a hard link": lambda path, victim: path.hardlink_to(victim),
}


@pytest.mark.parametrize("name", [textfile.TEXTFILE, textfile.ASIDE])
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
def test_what_lies_there_is_replaced_and_not_followed(tmp_path: Path, trap: Trap, name: str) -> None:
    victim, directory = tmp_path / "victim", tmp_path / "textfiles"
    directory.mkdir()
    victim.write_text("root's")
    trap(directory / name, victim)
    textfile.write(str(directory), "new")
    path = directory / textfile.TEXTFILE
    assert (path.read_text(), path.stat().st_mode & 0o7777, path.is_symlink()) == ("new", 0o644, False)
    assert (victim.read_text(), [one.name for one in directory.iterdir()]) == ("root's", [textfile.TEXTFILE])
    textfile.remove(str(directory))
    assert (victim.read_text(), list(directory.iterdir()), len(list(tmp_path.iterdir()))) == ("root's", [], 2)


@pytest.mark.parametrize("name", [textfile.TEXTFILE, textfile.ASIDE])
def test_a_directory_in_its_place_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name / "x").mkdir(parents=True)
    with pytest.raises(OSError, match=r"workers\.prom|" + str(tmp_path)):
        textfile.write(str(tmp_path), "new")
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert textfile.remove_patiently(str(tmp_path / textfile.TEXTFILE)) != ""


def test_what_is_no_directory(tmp_path: Path) -> None:
    for place in ("file", "none"):
        (tmp_path / "file").write_text("")
        assert str(tmp_path / place) in textfile.trouble(str(tmp_path / place))
        with pytest.raises(OSError, match=place):
            textfile.write(str(tmp_path / place), "")
    assert textfile.trouble(str(tmp_path)) == ""
    # What is gone is removed.
    assert textfile.remove_patiently(str(tmp_path / "none" / "workers.prom")) == ""
