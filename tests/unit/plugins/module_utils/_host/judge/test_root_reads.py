# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What systemd reads as root for a worker, that worker cannot turn into a file of others."""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import root_reads

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root reads as root")
WORKER = accounts.Account(12345, 12345, (12345,))


@pytest.fixture
def srv(tmp_path: Path) -> Path:
    """With a file of root's in a directory of root's, and the same of the worker's."""
    for above in (tmp_path, *tmp_path.parents):
        if str(above) not in ("/", "/tmp"):
            above.chmod(0o755)
    for name, owner in (("ours", 0), ("theirs", WORKER.uid)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1").touch()
        for path in (tmp_path / name, tmp_path / name / "1"):
            os.chown(path, owner, owner)
    return tmp_path


def places(srv: Path, **options: t.Any) -> list[str]:
    pool = Pool("mail", user="12345", instances=("1",), **options)
    return [problem.where for problem in root_reads.of_pool(pool, WORKER)]


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_file_that_the_worker_can_replace_is_refused(whose: str, srv: Path) -> None:
    for place, options in {
        "environment_files[1]": {"environment_files": ("/etc/hostname", f"{srv}/{whose}/%i")},
        "unit.Service.LoadCredential": {"unit": {"Service": {"LoadCredential": ["a:b", f"key:{srv}/{whose}/1"]}}},
        "unit.Service.LoadCredentialEncrypted": {
            "unit": {"Service": {"LoadCredentialEncrypted": f"key:{srv}/{whose}/%i"}}
        },
        "unit.Service.StandardInput": {"unit": {"Service": {"StandardInput": f"file:{srv}/{whose}/1"}}},
    }.items():
        assert places(srv, **options) == ([f"pools.{place}"] if whose == "theirs" else [])


def test_who_writes_variables_for_root_is_root(srv: Path) -> None:
    os.chown(srv / "ours/1", WORKER.uid, WORKER.gid)
    options: dict[str, t.Any] = {"environment_files": (f"{srv}/ours/1",)}
    assert places(srv, **options) == []
    options["unit"] = {"Service": {"ExecStartPre": "+/bin/true"}}
    assert places(srv, **options) == ["pools.environment_files[0]"]


def test_what_is_not_there_is_said_elsewhere(srv: Path) -> None:
    assert places(srv, environment_files=(f"{srv}/ours/2",)) == []


@pytest.mark.parametrize("path", ["1", "2", "new/2"])
def test_one_that_may_be_missing_nobody_else_may_bring(path: str, srv: Path) -> None:
    assert places(srv, environment_files=(f"-{srv}/ours/{path}",)) == []
    assert places(srv, environment_files=(f"-{srv}/theirs/{path}",)) == ["pools.environment_files[0]"]


def test_our_own_interpreter_is_looked_at(srv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(srv / "ours/1"))
    assert root_reads.of_our_own() == []
    monkeypatch.setattr(sys, "executable", str(srv / "theirs/1"))
    (warning,) = root_reads.of_our_own()
    assert f"{srv}/theirs belongs to 12345" in warning
