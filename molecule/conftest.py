# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import typing as t
from pathlib import Path

import pytest
import testinfra

from lab import ssh
from tests.helpers.lab_host import LabHost
from tests.helpers.user_host import UserHost
from tests.helpers.walk import Newcomer, built

CACHE = Path(__file__).parents[1] / ".cache"
LOCKS = CACHE / "lab" / "locks"
FAILED = CACHE / "molecule" / "failed"
FAILURES = CACHE / "molecule" / "failures"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keeps what failed for the end of ``make molecule``: what other scenarios print would be all that is seen."""
    if report.failed:
        FAILED.parent.mkdir(parents=True, exist_ok=True)
        with FAILED.open("a") as file:
            file.write("\n".join(("", report.nodeid, *report.longreprtext.splitlines()[-40:], "")))
        found = [line[1:].strip() for line in report.longreprtext.splitlines() if line.startswith("E ")]
        with FAILURES.open("a") as file:
            file.write(
                f"FAILED {Path(str(report.fspath)).stem}::{report.nodeid.rpartition('::')[2]} {' '.join(found)[:300]}\n"
            )


@pytest.fixture(scope="session")
def lab() -> t.Iterator[LabHost]:
    """A host for the scenario alone: one of those that MOLECULE_LAB_HOST names, as soon as it is free.

    With WORKERS_SCOPE=user it is seen as the manager of a user has it.
    """
    kind = UserHost if os.environ.get("WORKERS_SCOPE") == "user" else LabHost
    LOCKS.mkdir(parents=True, exist_ok=True)
    names = os.environ["MOLECULE_LAB_HOST"].split()
    with contextlib.ExitStack() as open_locks:
        locks = {name: open_locks.enter_context((LOCKS / name).open("w")) for name in names}
        host = kind(_locked(locks))
        yield host
        if isinstance(host, UserHost):
            # Other scenarios do not know of the user.
            host.remove_pools()


def _locked(locks: t.Mapping[str, t.IO[str]]) -> str:
    while True:
        for name, lock in locks.items():
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return name
        time.sleep(0.2)


@pytest.fixture(scope="session")
def host(lab: LabHost) -> t.Any:
    """The same for testinfra, whose Ansible backend takes a second for every look."""
    return testinfra.get_host(f"ssh://{lab.name}?ssh_config={ssh.CONFIG}&controlpersist=0")


@pytest.fixture
def clean(lab: LabHost) -> LabHost:
    """The host as root sees it, without pools of anybody: neither the system nor the user has one."""
    UserHost(lab.name).remove_pools()
    return LabHost(lab.name)


@pytest.fixture
def bare(lab: LabHost) -> LabHost:
    """The host without pools."""
    lab.remove_pools()
    return lab


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as it would be published."""
    return built(tmp_path_factory.mktemp("built"))


@pytest.fixture
def newcomer(bare: LabHost, artifact: Path, tmp_path: Path) -> Newcomer:
    """A person with an empty directory, who installs that."""
    return Newcomer(tmp_path, artifact, bare)
