# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody else may put in the place of a file: nothing of it makes root wait, follow or read without end."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host import child, foreign_files

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")
SOMEBODY = 12345


@pytest.fixture
def home(tmp_path: Path) -> t.Iterator[Path]:
    """A directory of somebody else, all above which is root's."""
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == 0 and str(above) != "/tmp":
            above.chmod(0o755)
    own = tmp_path / "home"
    own.mkdir()
    os.chown(own, SOMEBODY, SOMEBODY)
    return own


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        # The name of a socket has at most 107 bytes.
        held = os.open(path.parent, os.O_PATH)
        made.bind(f"/proc/self/fd/{held}/{path.name}")
        os.close(held)


KINDS: dict[str, t.Callable[[Path], None]] = {
    "a FIFO": _fifo,
    "a socket": _socket,
    "a directory": Path.mkdir,
    "a device": lambda path: os.mknod(path, 0o20666, os.makedev(1, 5)),
    "a link to a FIFO": lambda path: (_fifo(path.with_name("fifo")), path.symlink_to("fifo"))[0],
    "nothing": lambda path: None,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a sparse file": lambda path: (path.touch(), os.truncate(path, 15 << 40))[0],
}


@as_root
@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_only_a_regular_file_of_a_bounded_size_is_read(kind: str, follow: bool, tmp_path: Path) -> None:
    try:
        KINDS[kind](tmp_path / "it")
    except PermissionError:
        pytest.skip("no devices here")
    begun = time.monotonic()
    with pytest.raises(OSError, match="it"):
        foreign_files.read(str(tmp_path / "it"), 1000, follow=follow)
    # A FIFO has no end, and of the sparse file a second has not a thousandth.
    assert time.monotonic() - begun < 30.0


def test_a_file_is_read_to_its_last_byte_and_no_further(tmp_path: Path) -> None:
    file = tmp_path / "it"
    file.write_bytes(b"x" * 1000)
    assert foreign_files.read(str(file), 1000) == b"x" * 1000
    with pytest.raises(OSError, match="larger than 999 bytes"):
        foreign_files.read(str(file), 999)


@as_root
def test_a_link_counts_only_where_nobody_else_can_turn_it(tmp_path: Path, home: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    assert foreign_files.read(str(tmp_path / "link"), 100) == b"secret"
    (home / "link").symlink_to(tmp_path / "secret")
    (home / "parent").symlink_to(tmp_path)
    for path in (home / "link", home / "parent/secret", home / "parent/link"):
        with pytest.raises(OSError, match=f"is a link, and {home} belongs to {SOMEBODY}"):
            foreign_files.read(str(path), 100)
        assert foreign_files.read(str(path), 100, follow=True) == b"secret"


@as_root
def test_a_path_with_dots_is_walked_as_the_kernel_walks_it(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/file").write_text("beside")
    (tmp_path / "link").symlink_to("a/b")
    assert foreign_files.read(f"{tmp_path}/link/.././file", 100) == b"beside"
    assert foreign_files.read(f"{tmp_path}//a/../link/../file", 100) == b"beside"


@as_root
def test_no_descriptor_is_left_open(tmp_path: Path, home: Path) -> None:
    (home / "link").symlink_to(tmp_path)
    (tmp_path / "file").touch()
    before = os.listdir("/proc/self/fd")
    for path in (tmp_path / "file", home / "link", home / "nothing/x", tmp_path):
        for follow in (False, True):
            with contextlib.suppress(OSError):
                foreign_files.read(str(path), 100, follow=follow)
        with contextlib.suppress(OSError):
            foreign_files.changed_by(str(path), content=True)
    assert os.listdir("/proc/self/fd") == before


def _owned(path: Path, uid: int = 0, mode: int = 0o755, gid: int = 0) -> Path:
    os.chown(path, uid, gid, follow_symlinks=False)
    if not path.is_symlink():
        path.chmod(mode)
    return path


@pytest.fixture
def file(tmp_path: Path, home: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/check").touch(0o755)
    return tmp_path / "bin/check"


def _in_home(file: Path) -> Path:
    made = file.parents[1] / "home/check"
    made.touch()
    return made


def _linked(file: Path, target: str) -> Path:
    link = file.parent / "link"
    link.symlink_to(target)
    return link


@as_root
@pytest.mark.parametrize(
    ("make", "who"),
    {
        "all of root": (lambda file: file, ""),
        "another owner": (lambda file: _owned(file, SOMEBODY), f"bin/check belongs to {SOMEBODY}"),
        "writable by all": (lambda file: _owned(file, mode=0o757), "bin/check is writable by all"),
        "writable by a group": (lambda file: _owned(file, mode=0o775, gid=SOMEBODY), f"by the group {SOMEBODY}"),
        "writable by the group of root": (lambda file: _owned(file, mode=0o775), ""),
        "in a directory of another": (_in_home, f"home belongs to {SOMEBODY}"),
        "below a directory of another": (lambda file: (_owned(file.parent, SOMEBODY), file)[1], "bin belongs to"),
        "in a directory of all": (lambda file: (_owned(file.parent, mode=0o777), file)[1], "bin is writable by all"),
        "in one like /tmp": (lambda file: (_owned(file.parent, mode=0o1777), file)[1], ""),
        "another's in one like /tmp": (
            lambda file: (_owned(file.parent, mode=0o1777), _owned(file, SOMEBODY))[1],
            "bin is writable by all",
        ),
        "a link of root to a file of root": (lambda file: _linked(file, "check"), ""),
        "a link of root into a directory of another": (
            lambda file: (_in_home(file), _linked(file, "../home/check"))[1],
            f"home belongs to {SOMEBODY}",
        ),
    }.values(),
)
def test_who_can_make_another_file_of_a_path_is_told(make: t.Callable[[Path], Path], who: str, file: Path) -> None:
    found = foreign_files.changed_by(str(make(file)), content=True)
    assert who in found
    assert bool(who) == bool(found)


@as_root
def test_without_content_the_owner_of_the_file_may_write_into_it(file: Path) -> None:
    assert not foreign_files.changed_by(str(_owned(file, SOMEBODY, 0o666)), content=False)


@as_root
def test_the_groups_of_a_worker_have_somebody_in_them(file: Path) -> None:
    _owned(file, mode=0o775, gid=0)
    assert "group" in foreign_files.changed_by(str(file), content=True, groups={0})


# ---- a child that has so long


def test_a_child_answers_in_order() -> None:
    assert child.answers((number * number for number in range(5)), 10.0) == [0, 1, 4, 9, 16]
    assert child.answers(("x" * 100_000 for _time in range(20)), 10.0) == ["x" * 100_000] * 20


def test_a_child_that_hangs_is_ended_and_what_it_has_said_counts(tmp_path: Path) -> None:
    def hangs() -> t.Iterator[int]:
        yield 1
        with open(tmp_path / "fifo", encoding="utf-8") as fifo:
            fifo.read()

    os.mkfifo(tmp_path / "fifo")
    begun = time.monotonic()
    assert child.answers(hangs(), 3.0) == [1]
    assert time.monotonic() - begun < 60.0


def test_a_child_holds_nothing_that_we_hold(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    begun, over = tmp_path / "begun", tmp_path / "over"

    def waits() -> t.Iterator[int]:
        begun.touch()
        yield 1
        _await(over)

    thread = threading.Thread(target=lambda: child.answers(waits(), 120.0))
    thread.start()
    _await(begun)
    os.close(writing)
    os.set_blocking(reading, False)
    # The end of file, which comes when nobody has the other end.
    assert os.read(reading, 1) == b""
    os.close(reading)
    over.touch()
    thread.join()


def _await(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)
