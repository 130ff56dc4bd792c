# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""root runs no program that somebody else could have put there, and no other than the controller asks for."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import typing as t
import zlib
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host import compiled, kept_program, program

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")
SOMEBODY = 12345
SOURCES = json.dumps({"__main__.py": ""}).encode()
DIGEST = hashlib.sha256(SOURCES).hexdigest()
PROGRAM = program.archive({"__main__.py": ""}, kept_program.mark(DIGEST))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """That of the program, which only root can change."""
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == 0 and str(above) != "/tmp":
            above.chmod(0o755)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "recovery.pyz").write_bytes(PROGRAM)
    return state / "recovery.pyz"


def _replaced(path: Path, planted: t.Callable[[Path], object]) -> None:
    path.unlink()
    planted(path)


def _linked_to_somebody(path: Path) -> None:
    home = path.parents[1] / "home"
    home.mkdir()
    path.parent.rename(home / "state")
    path.parent.symlink_to(home / "state")
    os.chown(home, SOMEBODY, SOMEBODY)


OTHERS: dict[str, t.Callable[[Path], object]] = {
    "none": lambda path: path.unlink(),
    "no directory": lambda path: path.parent.rename(path.parent.with_name("gone")),
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "an empty file": lambda path: path.write_bytes(b""),
    "that of another version": lambda path: path.write_bytes(PROGRAM.replace(DIGEST[:9].encode(), b"000000000")),
    "that of another Python": lambda path: path.write_bytes(PROGRAM[:-8] + b"00000000"),
    "half of it": lambda path: path.write_bytes(PROGRAM[: len(PROGRAM) // 2]),
    "a FIFO": lambda path: _replaced(path, os.mkfifo),
    "a directory": lambda path: _replaced(path, os.mkdir),
}
PLANTED: dict[str, t.Callable[[Path], object]] = {
    "a file of another user": lambda path: os.chown(path, SOMEBODY, 0),
    "a file that all can write": lambda path: path.chmod(0o666),
    "a file that a group can write": lambda path: (os.chown(path, 0, SOMEBODY), path.chmod(0o660)),
    "a directory of another user": lambda path: os.chown(path.parent, SOMEBODY, 0),
    "a directory that all can write": lambda path: path.parent.chmod(0o777),
    "a directory that a group can write": lambda path: (os.chown(path.parent, 0, SOMEBODY), path.parent.chmod(0o770)),
    "a directory below one of another user": lambda path: os.chown(path.parents[1], SOMEBODY, 0),
    "a link to a directory of another user": _linked_to_somebody,
}


@as_root
def test_it_is_found(path: Path) -> None:
    found = kept_program.find(str(path), DIGEST)
    assert found is not None
    with os.fdopen(found, "rb") as file:
        file.seek(0)
        assert file.read() == PROGRAM


@as_root
@pytest.mark.parametrize("instead", [*OTHERS.values(), *PLANTED.values()], ids=[*OTHERS, *PLANTED])
def test_the_host_keeps_no_program(path: Path, instead: t.Callable[[Path], object]) -> None:
    instead(path)
    assert kept_program.find(str(path), DIGEST) is None


def packed(sources: bytes) -> str:
    return base64.b64encode(zlib.compress(sources)).decode()


def test_only_the_sources_of_the_digest_are_taken() -> None:
    with pytest.raises(ValueError, match="not those of the digest"):
        kept_program.made_of(packed(SOURCES), "0" * 64)


def test_what_was_made_is_found(path: Path) -> None:
    with os.fdopen(kept_program.made_of(packed(SOURCES), DIGEST), "rb") as file:
        file.seek(0)
        path.write_bytes(file.read())
    assert os.geteuid() != 0 or kept_program.find(str(path), DIGEST) is not None


GREETS = """
import os
import sys

os.rename(f"{{sys.argv[1]}}.other", sys.argv[1])
from {}._host.room import hello
"""
RUNS = f"""
import os, sys
from {kept_program.__name__} import run
run(os.open(sys.argv[1], os.O_RDONLY), "greets")
"""


def test_a_module_and_what_it_imports_come_from_the_program(tmp_path: Path) -> None:
    """Also when another file has its name meanwhile."""
    root = kept_program.PLUGINS.replace(".", "/")
    utils = f"{kept_program.PLUGINS}.module_utils"
    sources = {
        f"{root}/modules/greets.py": GREETS.format(utils),
        f"{root}/module_utils/_host/room/hello.py": "print(__name__, __spec__.origin)\n",
    }
    file = tmp_path / "program.pyz"
    file.write_bytes(program.archive(sources, b"", compiled.code_of(sources)))
    tmp_path.joinpath("program.pyz.other").write_bytes(b"another program")
    argv = [sys.executable, "-c", RUNS, file]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=environment)
    name, where = done.stdout.split()
    assert name == f"{utils}._host.room.hello"
    assert where.startswith("/proc/self/fd/")
