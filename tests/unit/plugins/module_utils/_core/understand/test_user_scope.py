# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import LIMITS
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import (
    CONTROLLERS,
    limits_not_in_force,
    read_scope,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import template_text

WHOSE = {
    "nothing said": ({}, ""),
    "the system": ({"scope": "system"}, ""),
    "the system, for workers of a user": ({"scope": "system", "user": "app"}, ""),
    "a user": ({"scope": "user", "user": "app"}, "app"),
    "a user by number": ({"scope": "user", "user": "1000"}, "1000"),
}


@pytest.mark.parametrize(("params", "user"), WHOSE.values(), ids=WHOSE.keys())
def test_whose_manager_is_meant(params: dict[str, str], user: str) -> None:
    assert read_scope(params, "") == (user, [])


PLACE = "pools[0] (mail)"
# options beside name, command and scope: user; the places of the problems
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nobody": ({}, ["user"]),
    "root": ({"user": "root"}, ["user"]),
    "root by number": ({"user": "0"}, ["user"]),
    "a group": ({"user": "app", "group": "www-data"}, ["group"]),
    "credentials": ({"user": "app", "secrets_as": "credentials"}, ["secrets_as"]),
    "a user for the checks": ({"user": "app", "check_user": "root"}, ["check_user"]),
    "an alert for nobody": ({"alert": {"command": ["/bin/page"]}}, ["user"]),
    "an alert as another user": (
        {"user": "app", "alert": {"command": ["/bin/page"], "user": "root", "crashes": 0}},
        ["alert.user", "alert.crashes"],
    ),
    "a limit of the journal": ({"user": "app", "logs": {"burst": 9}}, ["logs"]),
    "a group of one instance": (
        {"user": "app", "per_instance": {"1": {"unit": {"Service": {"Group": "x"}}}}},
        ["per_instance.1.unit.Service.Group"],
    ),
    "a group as a directive": ({"user": "app", "unit": {"Service": {"Group": "x"}}}, ["unit.Service.Group"]),
    "capabilities": (
        {"user": "app", "unit": {"Service": {"CapabilityBoundingSet": "CAP_CHOWN", "Nice": 5}}},
        ["unit.Service.CapabilityBoundingSet"],
    ),
    "another user as a directive": (
        {"user": "app", "unit": {"Service": {"User": "other"}}},
        ["unit.Service.User"],
    ),
}


def mail(**options: t.Any) -> dict[str, t.Any]:
    return {"name": "mail", "command": ["/bin/true"], "scope": "user", **options}


@pytest.mark.parametrize(("options", "places"), REFUSED.values(), ids=REFUSED.keys())
def test_what_the_manager_of_a_user_cannot_do_is_one_problem(options: dict[str, t.Any], places: list[str]) -> None:
    _pools, problems = understand([mail(**options)])
    assert [problem.where for problem in problems] == [f"{PLACE}.{place}" for place in places]


def test_the_agent_of_a_user_has_duties_of_a_pool() -> None:
    instances = {"min": 1, "max": 3, "backlog": ["/bin/waiting"], "each": 9}
    (pool,), problems = understand(
        [
            mail(
                user="app",
                liveness={"command": ["/bin/check"]},
                recycle={"age": "6h"},
                instances=instances,
                alert={"command": ["/bin/page"]},
            )
        ]
    )
    assert problems == []
    assert pool.alert == Alert(("/bin/page",), user="app")
    assert None not in (pool.liveness, pool.recycle, pool.scaling)


def test_a_timer_of_a_user_has_no_alert() -> None:
    timer = mail(user="app", schedule="03:15", alert={"command": ["/bin/page"]})
    (problem,) = understand([], [timer])[1]
    assert problem.where == "timers[0] (mail).alert"


def test_a_name_is_used_once_in_each_manager() -> None:
    pools = [mail(user="app"), mail(user="other"), {"name": "mail", "command": ["/bin/true"]}]
    assert understand(pools)[1] == []
    (problem,) = understand([*pools, mail(user="app", state="absent")])[1]
    assert problem.where == "pools[3] (mail).name"


@pytest.mark.parametrize("systemd", [247, 252, 257])
def test_the_unit_asks_for_nothing_that_only_root_or_the_system_has(systemd: int) -> None:
    (pool,), _problems = understand([mail(user="app")])
    unit = UnitText.parse(template_text(pool, systemd, []))
    keys = {one.key for one in unit.assignments}
    assert not keys & {"User", "Group", "Wants"}
    assert unit.values("Unit", "After") == ["workers-recovery-early.service"]
    assert unit.values("Unit", "PartOf") == ["mail.target"]


def test_every_limit_has_its_controller() -> None:
    assert set(CONTROLLERS) == set(LIMITS.values())
    assert limits_not_in_force({"MemoryMax": "1G", "TasksMax": "9"}, {"memory"}) == ["TasksMax"]
