# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import types
import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host.compiled import code_of
from ansible_collections.workers.systemd.plugins.plugin_utils.kept_program import (
    DIGEST,
    PLUGINS,
    SOURCES,
    FromKeptProgram,
    Result,
)
from tests.helpers.rooms import MODULE_UTILS, PACKAGE, modules

TEXTS: dict[str, str] = json.loads(SOURCES)
OPTIONS: Result = {"pools": []}
DONE: Result = {"changed": False, "msg": "nothing to do"}


class Asking(FromKeptProgram):
    """The action of `pools`, on a host that answers so."""

    def __init__(self, *answers: Result) -> None:
        self._task = types.SimpleNamespace(resolved_action="workers.systemd.pools")
        self.answers = [*answers]
        self.asked: list[Result] = []

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        return self._run_module(OPTIONS, task_vars)

    def _execute_module(self, **arguments: t.Any) -> Result:
        assert arguments["module_name"] == "workers.systemd._kept_program"
        self.asked.append(arguments["module_args"]["_kept"])
        return self.answers.pop(0)


def test_the_program_is_all_code_for_hosts() -> None:
    names = {".".join((PACKAGE, *path.relative_to(MODULE_UTILS).with_suffix("").parts)) for path in modules()}
    names |= {f"{PLUGINS}.modules.{path.stem}" for path in (MODULE_UTILS.parent / "modules").glob("*.py")}
    assert {path[: -len(".py")].replace("/", ".") for path in TEXTS} == {"__main__", *names}


def test_it_can_be_compiled() -> None:
    assert code_of(TEXTS)


def test_a_host_that_keeps_it_gets_the_options_alone() -> None:
    action = Asking(DONE)
    assert action.run() == DONE
    assert action.asked == [{"module": "pools", "digest": DIGEST, "options": OPTIONS}]


def test_a_host_that_lacks_it_gets_the_sources() -> None:
    action = Asking({"changed": False, "lacks": DIGEST}, DONE)
    assert action.run() == DONE
    assert [sorted(asked) for asked in action.asked] == [
        ["digest", "module", "options"],
        ["digest", "module", "options", "sources"],
    ]


class Mixin:
    """What Mitogen puts before the class of an action."""

    def _execute_module(self, **arguments: t.Any) -> Result:
        return arguments


Mixin.__module__ = "ansible_mitogen.mixins"


class Mixed(Mixin, Asking):
    pass


def test_mitogen_runs_the_module_as_it_does_by_itself() -> None:
    action = Mixed()
    assert action.run() == {"module_args": OPTIONS, "task_vars": None}
    assert action.asked == []


@pytest.mark.parametrize("answer", [{"failed": True, "msg": "no root"}, {"unreachable": True}], ids=str)
def test_a_failure_is_the_result(answer: Result) -> None:
    assert Asking(answer).run() == answer
