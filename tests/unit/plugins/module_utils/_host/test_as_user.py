# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes of this very machine, which become nobody."""

from __future__ import annotations

import os
import pwd
import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host import logins
from ansible_collections.workers.systemd.plugins.module_utils._host.as_user import AsUser, Principal
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import ManagerError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = pwd.getpwnam("nobody")
Work = t.Callable[[], t.Dict[str, t.Any]]


def done_by_nobody(work: Work, told: list[str] | None = None) -> t.Any:
    heard = [] if told is None else told
    process = AsUser(NOBODY, lambda principal: principal.give(work))
    try:
        return process.result(heard.append)
    finally:
        process.close()


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def test_it_is_that_user_with_nothing_of_root() -> None:
    with open("/etc/shadow", encoding="ascii"):
        seen = done_by_nobody(
            lambda: {
                "ids": [os.getresuid(), os.getresgid()],
                "groups": os.getgroups(),
                "open": sum(map(_is_open, range(3, 1000))),
                "home": os.environ["HOME"],
                "owner": os.stat("/proc/self/fd").st_uid,
            }
        )
    assert seen["ids"] == [[NOBODY.pw_uid] * 3, [NOBODY.pw_gid] * 3]
    assert seen["groups"] == os.getgrouplist("nobody", NOBODY.pw_gid)
    assert seen["open"] == 1, "the connection alone"
    assert seen["home"] == NOBODY.pw_dir
    # proc(5): what is not dumpable belongs to root, so that nobody else looks into it.
    assert seen["owner"] == 0


def _refused() -> dict[str, t.Any]:
    raise Problems([Problem("here", "this", "that")])


def _denied() -> dict[str, t.Any]:
    with open("/etc/shadow", encoding="ascii") as file:
        return {"shadow": file.read()}


def _killed() -> dict[str, t.Any]:
    os._exit(9)


RAISED = {"problems": (_refused, Problems), "errors": (_denied, PermissionError), "its death": (_killed, ManagerError)}


@pytest.mark.parametrize(("work", "kind"), RAISED.values(), ids=RAISED.keys())
def test_what_goes_wrong_there_is_raised_here(work: Work, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        done_by_nobody(work)


def test_it_tells_and_waits_between_two_results() -> None:
    def work(principal: Principal) -> None:
        principal.give(lambda: {"step": 1})
        principal.await_go()
        principal.tell("going on")
        principal.give(lambda: {"step": 2})

    heard: list[str] = []
    process = AsUser(NOBODY, work)
    assert process.result(heard.append) == {"step": 1}
    process.go()
    assert process.result(heard.append) == {"step": 2}
    assert heard == ["going on"]
    process.close()


REFUSED = {
    "a user that is not there": ("no-such-user", "no user 'no-such-user' on the host"),
    "root": ("root", "root, which is root, whose workers belong to the system"),
    "one without a home": ("nobody", "nobody, whose home '/nonexistent' is not there"),
    "one who may not write to it": ("daemon", "daemon, who may not write to /usr/sbin"),
}


@pytest.mark.parametrize(("name", "found"), REFUSED.values(), ids=REFUSED.keys())
def test_whose_manager_nobody_can_mean(name: str, found: str) -> None:
    with pytest.raises(Problems) as raised:
        logins.login(name, "pools[0].user")
    (problem,) = raised.value.problems
    assert (problem.where, problem.found) == ("pools[0].user", found)
