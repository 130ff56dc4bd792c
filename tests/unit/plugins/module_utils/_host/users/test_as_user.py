# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes of this very machine, which become nobody."""

from __future__ import annotations

import importlib.util
import os
import pwd
import resource
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils import _host
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.look import logins
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import AsUser, Work

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = pwd.getpwnam("nobody")
# Longer than a busy machine needs to start Python.
SILENCE = 10.0


def of_the_collection(path: Path) -> t.Any:
    """A module that goes along to the process of the user."""
    name = f"{_host.__name__}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


works = of_the_collection(Path(__file__).with_name("works.py"))


def done_by_nobody(work: Work, silence: float = SILENCE, patience: float = SILENCE) -> t.Any:
    process = AsUser(NOBODY, work, silence)
    try:
        return process.result(lambda _line: None, patience)
    finally:
        process.close()


def test_it_is_that_user_with_nothing_of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "of the operator")
    with open("/etc/shadow", encoding="ascii"):
        seen = done_by_nobody(works.tells_who_it_is)
    assert seen["ids"] == [[NOBODY.pw_uid] * 3, [NOBODY.pw_gid] * 3]
    assert seen["groups"] == os.getgrouplist("nobody", NOBODY.pw_gid)
    assert seen["open"] == 2, "the connection and the program"
    assert seen["environment"]["HOME"] == NOBODY.pw_dir
    assert {*seen["environment"]} <= {"HOME", "LANG", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "USER"}
    # proc(5): what is not dumpable belongs to root, so that nobody else looks into it.
    assert (seen["owner"], seen["core"]) == (0, 0)
    assert seen["umask"] == 0o022
    assert seen["session"][0] == seen["session"][1], "it would end with ours"


def test_files_of_the_user_do_not_fill_the_memory_of_the_host() -> None:
    process = AsUser(NOBODY, works.reads_too_much, SILENCE)
    try:
        with pytest.raises(ManagerError, match="needs more memory than it may have"):
            process.result(lambda _line: None, SILENCE)
        # A check of the user has no such limit.
        limit = process.result(lambda _line: None, SILENCE)["limit"]
    finally:
        process.close()
    assert limit == list(resource.getrlimit(resource.RLIMIT_DATA))


def remembered(pid: int, searched: bytes) -> bool:
    """Whether it is in the memory of a process that it can write to, or its environment."""
    found = searched in Path(f"/proc/{pid}/environ").read_bytes()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            if rights.startswith("rw"):
                begin, end = (int(number, 16) for number in place.split("-"))
                memory.seek(begin)
                found = found or searched in (memory.read(end - begin) or b"")
    return found


def test_it_remembers_no_secret_of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "known-to-root-alone")
    living: list[str] = []
    process = AsUser(NOBODY, works.lives_and_does_nothing, SILENCE)
    with pytest.raises(ManagerError, match="did not get on"):
        process.result(lambda line: living.append(line) or _looked(process.pid), 3.0)
    process.close()
    assert living == ["living"]
    assert remembered(os.getpid(), b"known-to-root-alone"), "what searches finds what is there"


def _looked(pid: int) -> None:
    assert remembered(pid, b"lives_and_does_nothing")
    assert not remembered(pid, b"known-to-root-alone")


RAISED = {
    "problems": (works.raises_problems, Problems, "here: found this"),
    "problems of the input": (works.raises_problems_of_the_input, InputProblems, "here: found this"),
    "errors": (works.is_denied, PermissionError, "shadow"),
    "its death": (works.is_killed, ManagerError, "working as nobody was killed"),
    "mistakes": (works.has_a_mistake, RuntimeError, "LookupError: a mistake"),
}


@pytest.mark.parametrize(("work", "kind", "said"), RAISED.values(), ids=RAISED.keys())
def test_what_goes_wrong_there_is_raised_here(work: Work, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        done_by_nobody(work)


FOREIGN = "said what no process of ours would"
HOSTILE = {
    "is stopped": (works.is_stopped, "gave no sign of life for 3 s"),
    "lives, and does not get on": (works.lives_and_does_nothing, "did not get on for 3 s"),
    "talks for ever": (works.talks_for_ever, FOREIGN),
    "says a line without an end": (works.Says(b"x" * 2**20, 100), FOREIGN),
    "says bits of a line": (works.Says(b'{"result'), FOREIGN),
    "says no JSON": (works.Says(b"hello\n"), FOREIGN),
    "says no message": (works.Says(b"[]\n"), FOREIGN),
    "says brackets in brackets": (works.Says(b"[" * 100_000 + b"\n"), FOREIGN),
    "says bytes that are no text": (works.Says(b'{"progress": "\xff"}\n'), FOREIGN),
    "tells progress that is none": (works.Says(b'{"progress": [1]}\n'), FOREIGN),
    "says what means nothing": (works.Says(b'{"go": true}\n'), FOREIGN),
    "has a result that is none": (works.Says(b'{"result": 7}\n'), FOREIGN),
    "has returned no dictionary": (works.Says(b'{"result": {"returned": []}}\n'), FOREIGN),
    "has problems that are none": (works.Says(b'{"result": {"problems": [{"where": 5}]}}\n'), FOREIGN),
    "has an error that is none": (works.Says(b'{"result": {"os": [1, 2, 3, 4]}}\n'), FOREIGN),
    "asks the journal for nothing": (works.Says(b'{"asked": null}\n'), FOREIGN),
    "asks the journal for everything": (works.asks_for_everything, FOREIGN),
}


@pytest.mark.parametrize(("work", "found"), HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_it_does_holds_or_misleads_root(work: Work, found: str) -> None:
    silence = 3.0 if work is works.is_stopped else SILENCE
    patience = 3.0 if work is works.lives_and_does_nothing else SILENCE
    with pytest.raises(ManagerError, match=f"the process that was working as nobody {found}.*and was killed"):
        done_by_nobody(work, silence, patience)


def test_who_takes_his_time_and_lives_is_waited_for() -> None:
    assert done_by_nobody(works.takes_its_time, silence=3.0)["done"]


def test_it_tells_and_waits_between_two_results() -> None:
    heard: list[str] = []
    process = AsUser(NOBODY, works.takes_two_steps, SILENCE)
    assert process.result(heard.append, SILENCE) == {"step": 1}
    process.go(removes=False)
    assert process.result(heard.append, SILENCE) == {"step": 2, "removes": False}
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
