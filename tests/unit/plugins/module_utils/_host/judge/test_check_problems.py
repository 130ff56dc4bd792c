# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Root runs no check that somebody else may change, and a worker none that it may not run."""

from __future__ import annotations

import os
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import check_problems

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs what is root's")
WORKER = accounts.Account(12345, 12345, (12345,))
ROOT = accounts.Account(0, 0, (0,))
SCRIPT = "#!/bin/sh\nexit 0\n"


@pytest.fixture
def srv(tmp_path: Path) -> Path:
    for above in (tmp_path, *tmp_path.parents):
        if str(above) not in ("/", "/tmp"):
            above.chmod(0o755)
    return tmp_path


def check(path: Path, owner: int = 0, mode: int = 0o755, text: str = SCRIPT) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    os.chown(path, owner, owner)
    return str(path)


def directory_of(owner: int, path: Path) -> str:
    made = check(path)
    os.chown(path.parent, owner, owner)
    return made


def found(check: t.Sequence[str], *, user: str = "root", worker: accounts.Account | None = WORKER) -> list[Problem]:
    pool = Pool("mail", user="12345" if worker == WORKER else None, instances=("1", "2"))
    pool = replace(pool, rollout=Policy(health_check=tuple(check), check_user=user))
    return list(check_problems.of_pool(pool, worker))


# Each makes a check that root must not run.
OF_OTHERS: dict[str, t.Callable[[Path], list[str]]] = {
    "a program of the worker": lambda srv: [check(srv / "app/check", 12345)],
    "a program that all may write": lambda srv: [check(srv / "app/check", mode=0o757)],
    "a program that the worker's group may write": lambda srv: [
        (check(srv / "app/check", mode=0o775), os.chown(srv / "app/check", 0, 12345))[0]  # type: ignore[func-returns-value]
    ],
    "a program in a directory of the worker": lambda srv: [directory_of(12345, srv / "app/check")],
    "a program below a directory of the worker": lambda srv: [
        (check(srv / "app/bin/check"), directory_of(12345, srv / "app/x"))[0]
    ],
    "a script of the worker": lambda srv: ["/bin/sh", check(srv / "app/check", 12345, 0o644)],
    "a script behind two others": lambda srv: ["/usr/bin/env", "sh", check(srv / "app/check", 12345, 0o644)],
    "a program in the words of a shell": lambda srv: ["/bin/sh", "-c", f"x={check(srv / 'app/check', 12345)}; $x"],
    "an interpreter of the worker": lambda srv: [
        check(srv / "bin/check", text=f"#!{check(srv / 'app/python', 12345)}\n")
    ],
    "a link into a directory of the worker": lambda srv: [
        ((srv / "check").symlink_to(directory_of(12345, srv / "app/check")), str(srv / "check"))[1]  # type: ignore[func-returns-value]
    ],
}


@pytest.mark.parametrize("make", OF_OTHERS.values(), ids=OF_OTHERS.keys())
def test_root_runs_nothing_of_others(make: t.Callable[[Path], list[str]], srv: Path) -> None:
    words = make(srv)
    (problem,) = found(words)
    assert problem.where.endswith(".rollout.health_check")
    assert "which root would run" in problem.found
    assert "Leave out check_user" in problem.hint
    (problem,) = found(words, user="", worker=ROOT)
    assert "Give the pool a user" in problem.hint


def test_root_runs_what_is_roots(srv: Path) -> None:
    assert found([check(srv / "check"), "%i"]) == []
    assert found(["/bin/sh", check(srv / "check", mode=0o644)]) == []
    assert found(["/bin/true", check(srv / "app/state", 12345)]) == [], "what a program reads is its affair"


def test_a_worker_runs_what_it_may(srv: Path) -> None:
    assert found([check(srv / "app/check", 12345)], user="") == []
    (problem,) = found([check(srv / "secret", mode=0o700)], user="")
    assert "12345 may not execute" in problem.found
    assert "check_user" in problem.hint


def test_each_instance_has_its_check(srv: Path) -> None:
    check(srv / "1/check")
    (problem,) = found([f"{srv}/%i/check"], user="")
    assert problem.found == f"{srv}/2/check is not there"


def test_a_user_that_nobody_knows_is_one_problem(srv: Path) -> None:
    (problem,) = found([check(srv / "check")], user="no-such-user")
    assert problem.where.endswith(".check_user")


def test_a_user_that_only_systemd_knows_is_not_asked(srv: Path) -> None:
    assert found([check(srv / "check")], user="", worker=None) == []


def test_the_command_that_counts_the_work_is_looked_at_too(srv: Path) -> None:
    good, of_worker = check(srv / "count"), check(srv / "app/count", 12345)
    for command, worker, places in (
        (good, ROOT, []),
        (of_worker, WORKER, []),
        (of_worker, ROOT, ["pools.instances.backlog"]),
        (str(srv / "nowhere"), None, ["pools.instances.backlog"]),
        ("", ROOT, []),
    ):
        pool = Pool("mail", scaling=Scaling(1, 2, (command,) if command else (), busy=0 if command else 80))
        assert [one.where for one in check_problems.of_pool(pool, worker)] == places
