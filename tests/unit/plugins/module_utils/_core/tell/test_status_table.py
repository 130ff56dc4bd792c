# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import A_JOB, CLEAN_END
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import (
    MOST,
    Line,
    Placed,
    pool_table,
)
from tests.helpers.status_rows import PAUSED, Row, a_pool, a_range, an_instance, of_each_condition


def lines(*pools: tuple[str, Row], host: str = "", every: bool = False) -> list[Line]:
    return pool_table([Placed(host, name, row) for name, row in pools], every_instance=every)


def texts(*pools: tuple[str, Row], **how: t.Any) -> list[str]:
    return [line.text for line in lines(*pools, **how)]


def ending(unit: str, last_exit: str = "signal 9 (SIGKILL)") -> Row:
    return an_instance(unit, state="failed", sub_state="failed", main_pid=0, last_exit=last_exit, memory=None)


DEAD = a_pool("mail", an_instance("mail@1.service"), ending("mail@2.service"), dead=["mail@2.service"])


def test_a_pool_that_is_well_has_one_line() -> None:
    head, mail, total = texts(("mail", a_pool("mail")))
    assert head.split() == ["POOL", "UP", "STATE", "RESTARTS", "MEMORY", "GENERATION"]
    assert mail.split() == ["mail", "2/2", "up", "0", "96.0M", "3f9a1c07"]
    assert total == "1 pool, 2 instances wanted: 2 running, 0 stale, 0 flapping, 0 dead"


def test_an_instance_in_trouble_has_a_line_of_its_own() -> None:
    _head, mail, _space, heads, bad, _space, total = texts(("mail", DEAD))
    assert mail.split()[1:4] == ["1/2", "1", "dead"]
    assert heads.split() == ["INSTANCE", "STATE", "SINCE", "PID", "RESTARTS", "MEMORY", "GENERATION", "LAST", "EXIT"]
    assert bad.split()[:3] == ["mail@2.service", "failed", "(failed)"]
    assert bad.endswith("-       3f9a1c07    signal 9 (SIGKILL)")
    assert total.endswith("1 running, 0 stale, 0 flapping, 1 dead")


def test_an_old_version_is_named_with_the_wanted_one() -> None:
    stale = an_instance("mail@1.service", generation="0ld", stale="its unit changed")
    shown = texts(("mail", a_pool("mail", stale)))
    assert shown[1].split()[2:4] == ["1", "stale"]
    assert shown[4].endswith("0ld (stale, wanted 3f9a1c07)  -")


def test_every_instance_is_shown_on_request() -> None:
    shown = texts(("mail", DEAD), every=True)
    assert [line.split()[0] for line in shown[4:6]] == ["mail@1.service", "mail@2.service"]


def test_many_instances_in_trouble_do_not_hide_the_other_pools() -> None:
    units = [f"mail@{number}.service" for number in range(60)]
    many = a_pool("mail", *map(ending, units), dead=units)
    shown = texts(("mail", many), ("sms", DEAD))
    assert sum("mail@" in line for line in shown) == MOST + 1
    assert "mail: 55 more, shown by -e pool=mail" in shown
    assert not any("more" in line for line in texts(("mail", many), every=True))


def test_several_hosts_have_a_column() -> None:
    shown = texts(("mail", DEAD), host="web1")
    assert [line.split()[0] for line in (shown[0], shown[1], shown[3], shown[4])] == ["HOST", "web1"] * 2
    assert shown[-1].startswith("1 host, 1 pool, 2 instances wanted: ")


@pytest.mark.parametrize("condition", Condition, ids=lambda one: one.value)
def test_each_line_has_the_condition_of_its_pool(condition: Condition) -> None:
    row = of_each_condition()[condition.value]
    head, pool, *_rest = lines(("mail", row))
    assert (head.condition, pool.condition) == (None, condition)
    assert condition.value in pool.text


def test_all_troubles_of_a_pool_are_counted() -> None:
    rows = [ending("a@1.service"), an_instance("a@2.service", stale="x"), an_instance("a@3.service", paused=PAUSED)]
    bad = of_each_condition()["put back"]["generations"]
    shown = texts(("a", a_pool("a", *rows, dead=["a@1.service"], generations=bad)))
    assert "1 dead, 1 stale, 1 paused, put back" in shown[1]


def test_twelve_pools_of_sixty_instances_fit_a_terminal() -> None:
    names = [f"app-queue-{number}" for number in range(12)]
    pools = [(name, a_pool(name, *(an_instance(f"{name}@{n}.service") for n in range(5)))) for name in names]
    shown = texts(*pools)
    assert len(shown) == 14
    assert max(map(len, shown)) <= 100


def test_a_pool_without_instances_has_a_line() -> None:
    idle = {**a_pool("idle"), "instances": [], "wanted": 0}
    idle["summary"] = {"instances": 0, "running": 0, "stale": 0, "restarts": 0, "memory": 0}
    assert texts(("idle", idle))[1].split()[:3] == ["idle", "0/0", "up"]


def test_a_host_without_pools_says_so() -> None:
    assert texts() == ["no pools on this host"]


def test_what_is_paused_says_since_when() -> None:
    shown = texts(("paused", of_each_condition()["paused"]))
    assert shown[2].endswith("0 dead, 1 paused")
    assert shown[3] == "paused@1.service: paused by hand since 2026-11-29T10:00:00Z: the broker moves"


def test_what_waits_for_a_unit_is_not_called_paused() -> None:
    shown = texts(("waiting", of_each_condition()["waiting"]))
    assert shown[1].split()[:4] == ["waiting", "0/1", "1", "waiting"]
    assert shown[2].endswith("0 dead, 1 waiting")
    assert shown[3] == "waiting@1.service: bound_to: app.service is inactive"
    every = [line.text for line in pool_table([Placed("", "x", of_each_condition()["waiting"])], every_instance=True)]
    assert any("inactive (dead), waiting" in line for line in every)


def test_settings_of_one_instance_are_named() -> None:
    row = a_pool("app/mail", an_instance("mail@pdf.service", own_files=["/etc/a.conf"]), user="app")
    assert texts(("app/mail", row))[-1] == "with settings of their own: app/mail@pdf.service"


def test_an_instance_that_ends_well_is_a_job() -> None:
    row = a_pool("mail", ending("mail@1.service", CLEAN_END), dead=["mail@1.service"])
    assert texts(("mail", row), host="web1")[-1] == f"web1: mail@1.service: {A_JOB}"


def test_an_agent_that_does_not_run_is_named() -> None:
    row = a_pool("mail")
    said = "mail: the host does not look after it now: see `systemctl status workers-agent`"
    assert said not in texts(("mail", {**row, "agent": {"runs": True}}))
    assert said not in texts(("mail", {**row, "agent": None}))
    assert said in texts(("mail", {**row, "agent": {"runs": False}}), ("sms", row))
    # The process of the user may say that it is another one: nothing of that gets into a command.
    enter = "runuser -u app -- env XDG_RUNTIME_DIR=/run/user/$(id -u app) systemctl --user"
    of_a_user = said.replace("systemctl", enter)
    assert f"app/{of_a_user}" in texts(("app/mail", {**row, "user": "$(reboot)", "agent": {"runs": False}}))


def test_memory_that_systemd_does_not_count_is_no_amount() -> None:
    row = a_pool("app/mail", an_instance("mail@1.service", memory=None), an_instance("mail@2.service", memory=None))
    assert texts(("app/mail", row))[1].split()[1:5] == ["2/2", "up", "0", "-"]
    one_runs = a_pool("mail", an_instance("mail@1.service", memory=2**20), an_instance("mail@2.service", memory=None))
    assert texts(("mail", one_runs))[1].split()[4] == "1.0M"


def test_the_table_says_which_alert_is_not_delivered() -> None:
    row = a_pool("mail")
    failed = {"pool": "mail", "reason": "hung", "trouble": "exited with status 3"}
    alerts = [failed, {**failed, "reason": "crash-loop", "trouble": ""}]
    shown = texts(("mail", {**row, "agent": {"runs": True, "alerts": alerts}}))
    assert "mail: the alert hung is not delivered: exited with status 3" in shown
    assert not [line for line in shown if "crash-loop" in line]


def test_no_text_of_a_user_controls_the_terminal() -> None:
    row = a_pool("mail", ending("mail@1.service", "\x1b[2J"), dead=["mail@1.service"], generation="a\nb")
    assert all(line.isprintable() for line in texts(("app/m\x07ail", row)))


def test_a_pool_with_a_range_says_how_many_it_needs() -> None:
    _head, mail, _total, note = texts(("mail", a_pool("mail", scaling=a_range())))
    assert "2 of 2 to 12" in mail
    assert note == "mail: 7 instances wanted: 312 jobs wait, 50 for each instance"
    *_rest, note = texts(("mail", a_pool("mail", scaling=a_range(wanted=1))))
    assert note.startswith("mail: 1 instance wanted: ")
    *_rest, note = texts(("mail", a_pool("mail", scaling=a_range(trouble="the work is not known"))))
    assert note == "mail: the work is not known"
    assert len(texts(("mail", a_pool("mail", scaling=a_range(said=""))))) == 3
