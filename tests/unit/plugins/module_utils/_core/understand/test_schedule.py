# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import (
    Retry,
    Schedule,
    read_schedule,
)

# what is given, the directives of [Timer] beside AccuracySec=
READ: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "one event": ({"schedule": "Mon..Fri 03:15"}, {"OnCalendar": ["Mon..Fri 03:15"]}),
    "several": ({"schedule": ["hourly", "*:30"]}, {"OnCalendar": ["hourly", "*:30"]}),
    "in a time zone": ({"schedule": "03:15", "timezone": "Europe/Berlin"}, {"OnCalendar": ["03:15 Europe/Berlin"]}),
    "that has its own": ({"schedule": "03:15 Europe/Berlin"}, {"OnCalendar": ["03:15 Europe/Berlin"]}),
    "with blanks around it": ({"schedule": " daily\n"}, {"OnCalendar": ["daily"]}),
    "a span": ({"every": "15min"}, {"OnActiveSec": "15min", "OnUnitActiveSec": "15min"}),
    "a span as a number": ({"every": 90}, {"OnActiveSec": "90", "OnUnitActiveSec": "90"}),
    "spread": (
        {"schedule": "daily", "jitter": "5min"},
        {"OnCalendar": ["daily"], "RandomizedDelaySec": "5min", "FixedRandomDelay": "yes"},
    ),
    "one that catches up": ({"schedule": "daily", "missed": "run"}, {"OnCalendar": ["daily"], "Persistent": "yes"}),
    "one that queues": ({"schedule": "daily", "overlap": "queue"}, {"OnCalendar": ["daily"]}),
    "one that skips": ({"schedule": "daily", "overlap": "skip"}, {"OnCalendar": ["daily"], "DeferReactivation": "yes"}),
    "one that does not": ({"schedule": "daily", "missed": "skip"}, {"OnCalendar": ["daily"]}),
}


@pytest.mark.parametrize(("given", "directives"), READ.values(), ids=READ)
def test_a_schedule_becomes_directives(given: dict[str, t.Any], directives: dict[str, t.Any]) -> None:
    schedule, problems = read_schedule(given, "timers[0]")
    assert problems == []
    assert schedule.directives == {**directives, "AccuracySec": "1s"}
    assert schedule.timeout == "infinity"


@pytest.mark.parametrize("timeout", ["1h", "infinity", 30])
def test_a_timeout(timeout: t.Any) -> None:
    assert read_schedule({"schedule": "daily", "timeout": timeout}, "timers[0]") == (
        Schedule(("daily",), timeout=str(timeout)),
        [],
    )


def test_a_run_is_tried_again() -> None:
    schedule, problems = read_schedule({"schedule": "daily", "retry": {"times": 3, "delay": "1min 30s"}}, "timers[0]")
    assert (schedule.retry, problems) == (Retry(3, 90.0), [])


def test_a_lock_is_a_condition_of_each_run() -> None:
    schedule, problems = read_schedule({"schedule": "daily", "lock": ["/usr/bin/lock", "a $b", "%H"]}, "timers[0]")
    assert (schedule.lock, problems) == (("/usr/bin/lock", "a $b", "%H"), [])


# what is given, where and what of each problem
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nothing": ({}, ["schedule: found nothing"]),
    "both": ({"schedule": "daily", "every": "1h"}, ["schedule: found given both ways"]),
    "an empty list": ({"schedule": []}, ["schedule: found an empty list"]),
    "no event": ({"schedule": "every day"}, ["schedule: found 'every day'"]),
    "an empty text": ({"schedule": ""}, ["schedule: found ''"]),
    "cron's five fields": ({"schedule": "15 3 * * 1-5"}, ["this time of cron is 'Mon..Fri *-*-* 03:15'"]),
    "in a list": ({"schedule": ["daily", "0 3 * * *"]}, ["schedule[1]: found '0 3 * * *'"]),
    "that become two events": ({"schedule": "0 0 1 * 1"}, ["['*-*-01 00:00', 'Mon *-*-* 00:00']"]),
    "with a time zone": (
        {"schedule": "0 3 * * *", "timezone": "Europe/Berlin"},
        ["this time of cron is '*-*-* 03:00'."],
    ),
    "a nickname of cron": ({"schedule": "@daily"}, ["this time of cron is '*-*-* 00:00'"]),
    "a nickname that is no time": ({"schedule": "@reboot"}, ["found '@reboot'"]),
    "cron's fields with a wrong one": ({"schedule": "99 3 * * *"}, ["found '99 3 * * *'"]),
    "two lines": ({"schedule": "daily\nPersistent=yes"}, ["schedule: found "]),
    "a mapping": ({"schedule": {"at": "daily"}}, ["schedule: found dict"]),
    "a list in a list": ({"schedule": [["daily"]]}, ["schedule[0]: found list"]),
    "no time zone": ({"schedule": "03:15", "timezone": "Berlin Mitte"}, ["timezone: found 'Berlin Mitte'"]),
    "two time zones": ({"schedule": "03:15 UTC", "timezone": "Europe/Berlin"}, ["timezone: found 'Europe/Berlin'"]),
    "one for many": ({"schedule": ["03:15", "04:15"], "timezone": "?"}, ["timezone: found '?'"]),
    "a zone for a span": ({"every": "1h", "timezone": "UTC"}, ["timezone: found given"]),
    "a span that catches up": ({"every": "1h", "missed": "run"}, ["missed: found 'run'"]),
    "a span that skips": ({"every": "1h", "overlap": "skip"}, ["overlap: found 'skip'"]),
    "a span of nothing": ({"every": "0"}, ["every: found '0'"]),
    "an endless span": ({"every": "infinity"}, ["every: found 'infinity'"]),
    "an endless span, with a blank": ({"every": "infinity "}, ["every: found 'infinity '"]),
    "a span that is none": ({"every": "often"}, ["every: found 'often'"]),
    "a jitter that is none": ({"schedule": "daily", "jitter": "some"}, ["jitter: found 'some'"]),
    "an endless jitter": ({"schedule": "daily", "jitter": "infinity"}, ["jitter: found 'infinity'"]),
    "a timeout of nothing": ({"schedule": "daily", "timeout": "0"}, ["timeout: found '0'"]),
    "a lock, beside what is expected of each host": (
        {"schedule": "daily", "lock": ["/bin/true"], "expected": "26h"},
        ["expected: found given, expected nothing beside lock"],
    ),
    "nothing is expected for ever": ({"schedule": "daily", "expected": "infinity"}, ["expected: found 'infinity'"]),
    "a lock of no program": ({"schedule": "daily", "lock": ["lock"]}, ["lock[0]: found 'lock'"]),
    "tries without a number": ({"schedule": "daily", "retry": {"times": 0, "delay": "1s"}}, ["retry.times: found 0"]),
    "too many, too late": (
        {"schedule": "daily", "retry": {"times": 101, "delay": "later"}},
        ["retry.delay: found 'later'", "retry.times: found 101"],
    ),
    "an endless delay": ({"schedule": "daily", "retry": {"times": 1, "delay": "infinity"}}, ["retry.delay: found"]),
    "another line in a timeout": ({"schedule": "daily", "timeout": "1s\nUser=root"}, ["timeout: found "]),
}


@pytest.mark.parametrize(("given", "result"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_schedule(given: dict[str, t.Any], result: list[str]) -> None:
    _schedule, problems = read_schedule(given, "timers[0]")
    assert len(problems) == len(result), problems
    for problem, part in zip(problems, result):
        assert part in str(problem)


def test_a_timer_is_a_pool_without_instances() -> None:
    (timer,), problems = understand([], [{"name": "report", "command": ["/bin/true"], "schedule": "daily"}])
    assert (problems, timer.kind, timer.instances, timer.where) == ([], "timer", (), "timers[0] (report)")
    assert timer.main_units == ("report.service", "report.timer")
    (gone,), problems = understand([], [{"name": "report", "state": "absent"}])
    assert (problems, gone.kind, gone.present) == ([], "timer", False)


def test_a_pool_and_a_timer_need_different_names() -> None:
    pool, timer = ({"name": "report", "command": ["/bin/true"]}, {"name": "report", "state": "absent"})
    _pools, problems = understand([pool], [timer])
    assert [str(one) for one in problems] == [
        "timers[0] (report).name: found 'report', expected a name used once (pools[0] (report) has it too)"
    ]


def test_a_bad_name_is_told_with_the_units_that_it_becomes() -> None:
    _timers, problems = understand([], [{"name": "a b", "command": ["/bin/true"], "schedule": "daily"}])
    assert "It becomes NAME.service and NAME.timer." in str(problems[0])


RETRY = {"times": 3, "delay": "1min"}
# options of a timer, what is told
WRONG: dict[str, tuple[dict[str, t.Any], str]] = {
    "another type": ({"unit": {"Service": {"Type": "exec"}}}, "unit.Service.Type: found Type"),
    "one that stays active": ({"unit": {"Service": {"RemainAfterExit": "yes"}}}, "never started again by its timer"),
    "a limit without effect": ({"unit": {"Service": {"RuntimeMaxSec": "5"}}}, "Use timeout."),
    "another unit": ({"unit": {"Timer": {"Unit": "x.service"}}}, "unit.Timer.Unit: found Unit"),
    "a timeout twice": ({"timeout": "5s", "unit": {"Service": {"TimeoutStartSec": "6s"}}}, "given both ways"),
    "a schedule twice": ({"unit": {"Timer": {"OnCalendar": "hourly"}}}, "the option `schedule` alone"),
    "an instance in a line": ({"command": "/bin/echo %i"}, "command: found %i"),
    "one that is escaped": ({"command": "/bin/echo %I"}, "command: found %i"),
    "an instance in a path": ({"environment_files": ["/etc/%i.env"]}, "environment_files[0]: found %i"),
    "and in others": ({"working_directory": "/srv/%i"}, "working_directory: found %i"),
    "and in what it may write": ({"writable_paths": ["/srv/%i"]}, "writable_paths[0]: found %i"),
    "a group of hosts": ({"on_one_of": "workers"}, "on_one_of: found given, expected nothing on a host"),
    "a job that nobody is told of": ({"expected": "26h"}, "expected: found given, expected an alert beside it"),
    "a lock twice": (
        {"lock": ["/bin/true"], "unit": {"Service": {"ExecCondition": "/bin/true"}}},
        "the option `lock` alone",
    ),
    "a prefix of systemd": ({"command": "-/bin/true", "retry": RETRY}, "command: found the prefix -"),
    "a path for systemd": ({"command": ["/bin/a$b"], "retry": RETRY}, "command: found '/bin/a$b'"),
    "restarts beside tries": ({"unit": {"Service": {"Restart": "always"}}, "retry": RETRY}, "the option `retry` alone"),
    "a stop of the shell alone": (
        {"unit": {"Service": {"KillMode": "mixed"}}, "retry": RETRY},
        "unit.Service.KillMode: found given, expected nothing beside retry",
    ),
    "and in its directories": ({"state_directory": "report/%i"}, "state_directory: found %i"),
}


@pytest.mark.parametrize(("options", "result"), WRONG.values(), ids=WRONG)
def test_what_a_timer_cannot_have(options: dict[str, t.Any], result: str) -> None:
    given = {"name": "report", "command": ["/bin/true"], "schedule": "daily", **options}
    _timers, problems = understand([], [given])
    assert [result in str(one) for one in problems] == [True], problems


@pytest.mark.parametrize(
    "options",
    [
        {"command": ["/bin/date", "+%i%%i"]},
        {"command": "/bin/date +%%i"},
        {"command": "/bin/date +%%i", "retry": RETRY},
        {"command": "-/bin/date", "unit": {"Service": {"KillMode": "mixed"}}},
        {"unit": {"Timer": {"WakeSystem": "yes"}, "Service": {"TimeoutStartSec": "5s", "Nice": 5}}},
    ],
)
def test_what_it_can(options: dict[str, t.Any]) -> None:
    given = {"name": "report", "command": ["/bin/true"], "schedule": "daily", **options}
    assert understand([], [given])[1] == []
