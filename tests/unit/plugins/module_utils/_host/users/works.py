# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process of a user does in the tests; it knows this file as a module of the collection."""

from __future__ import annotations

import os
import resource
import signal
import time
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import About, JournalQuery
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import Principal, little_memory

HERE = Problem("here", "this", "that")


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def tells_who_it_is(principal: Principal) -> None:
    principal.give(
        lambda: {
            "ids": [os.getresuid(), os.getresgid()],
            "groups": os.getgroups(),
            "open": sum(map(is_open, range(3, 1000))),
            "environment": dict(os.environ),
            "owner": os.stat("/proc/self/fd").st_uid,
            "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
            "umask": os.umask(0),
            "session": [os.getsid(0), os.getpid()],
        }
    )


def raises_problems(principal: Principal) -> None:
    def work() -> dict[str, t.Any]:
        raise Problems([HERE])

    principal.give(work)


def raises_problems_of_the_input(principal: Principal) -> None:
    def work() -> dict[str, t.Any]:
        raise InputProblems([HERE])

    principal.give(work)


def reads_too_much(principal: Principal) -> None:
    with little_memory():
        principal.give(lambda: {"read": len(bytearray(2**32))})
    principal.give(lambda: {"limit": resource.getrlimit(resource.RLIMIT_DATA)})


def is_denied(principal: Principal) -> None:
    principal.give(lambda: {"shadow": Path("/etc/shadow").read_text()})


def has_a_mistake(_principal: Principal) -> None:
    raise LookupError("a mistake")


def is_killed(_principal: Principal) -> None:
    os._exit(9)


def is_stopped(principal: Principal) -> None:
    principal.tell("living")
    os.kill(os.getpid(), signal.SIGSTOP)


def lives_and_does_nothing(principal: Principal) -> None:
    principal.tell("living")
    time.sleep(60)


def talks_for_ever(principal: Principal) -> None:
    while True:
        principal.tell("x" * 2**20)


def asks_for_everything(principal: Principal) -> None:
    principal.journal(JournalQuery(About.ALL, ("ssh.service",), 0.0, 10**9))


class Says:
    """Something of its own, in bytes."""

    def __init__(self, said: bytes, times: int = 1) -> None:
        self.said = said
        self.times = times

    def __call__(self, principal: Principal) -> None:
        for _time in range(self.times):
            principal._lines._connection.sendall(self.said)
        time.sleep(60)


def takes_two_steps(principal: Principal) -> None:
    principal.give(lambda: {"step": 1})
    removes = principal.await_go()
    principal.tell("going on")
    principal.give(lambda: {"step": 2, "removes": removes})


def takes_its_time(principal: Principal) -> None:
    time.sleep(7)
    principal.give(lambda: {"done": True})
