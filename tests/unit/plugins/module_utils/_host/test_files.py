# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real files."""

from __future__ import annotations

import contextlib
import resource
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically


@contextlib.contextmanager
def little_space() -> t.Iterator[None]:
    """A write beyond 4 bytes fails when the file is open already, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_error_of_an_open_file_names_it_and_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "unit"
    path.write_text("old")
    with little_space(), pytest.raises(OSError, match="File too large") as raised:
        write_atomically(str(path), b"new content", mode=0o600)
    assert raised.value.filename == str(path)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_a_lock_that_cannot_be_signed_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    file = open(path, "w", encoding="utf-8")  # noqa: SIM115 (its close writes again what had no room)
    with little_space(), pytest.raises(OSError, match="File too large") as raised:
        host.Lock(file, path, "").sign()
    assert raised.value.filename == path
    file.close()
