# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.time_span import seconds
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import SAME_AS_OPTION
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.presets import (
    DEFAULT,
    PRESETS,
    directives,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import unit_marker
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import template_text
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, mail

COLLECTION = Path(__file__).parents[6]
ENV_FILES = ["/etc/default/mail"]
# As it was before there were presets, but for the time of a start, which is no part of the digest. A worker whose
# digest changes is restarted when the collection is upgraded.
BEFORE_PRESETS = {
    "Type": ["exec"],
    "ExecStart": ['"/usr/bin/mail-worker"'],
    "Environment": ["WORKERS_POOL=%p", "WORKERS_INSTANCE=%i", '"WORKERS_UNIT=8b6808e1c07b61be"'],
    "EnvironmentFile": ENV_FILES,
    "Restart": ["always"],
    "RestartSec": ["0"],
    "TimeoutStartSec": ["300"],
    "KillMode": ["mixed"],
    "TimeoutStopSec": ["90s"],
    "SyslogIdentifier": ["%p@%i"],
    "LogExtraFields": ["WORKERS_POOL=mail", "WORKERS_UNIT=8b6808e1c07b61be"],
}
# What a stop must outlast, in seconds, where the framework bounds a job by itself.
LONGEST_JOB = {"php": 60, "laravel": 60, "rq": 180, "sidekiq": 25}


def documented_table() -> str:
    """The table of the documentation: each setting once, with the presets that have it."""
    names: dict[t.Any, list[str]] = {}
    for preset, settings in PRESETS.items():
        for one in settings:
            names.setdefault(one, []).append(f"`{preset}`")
    lines = ["| directive | presets | why | source |", "|---|---|---|---|"]
    for one, having in names.items():
        presets = "all" if len(having) == len(PRESETS) else ", ".join(having)
        lines.append(f"| `{one.directive}={one.value}` | {presets} | {one.because} | {one.source} |")
    return "\n".join(lines) + "\n"


def text_of(**options: t.Any) -> str:
    return template_text(mail(**options), SYSTEMD, ENV_FILES)


def service_of(**options: t.Any) -> dict[str, list[str]]:
    assignments = [one for one in UnitText.parse(text_of(**options)).assignments if one.section == "Service"]
    return {one.key: [same.value for same in assignments if same.key == one.key] for one in assignments}


def test_the_default_is_what_was_written_before() -> None:
    assert list(service_of(hardening="off").items()) == list(BEFORE_PRESETS.items())
    assert text_of() == text_of(preset=DEFAULT)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_in_the_unit(preset: str) -> None:
    service = service_of(preset=preset)
    always = {key: [value] for key, value in directives(preset).items() if key != "ExecStop"}
    assert {key: service[key] for key in always} == always


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_decides_how_to_start_and_how_to_stop(preset: str) -> None:
    assert {"Type", "KillMode", "TimeoutStopSec"} <= set(directives(preset))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_sets_nothing_that_an_option_sets(preset: str) -> None:
    replaced = {"TimeoutStopSec"}
    assert set(SAME_AS_OPTION) & set(directives(preset)) == replaced


def test_the_drain_timeout_replaces_what_the_preset_sets() -> None:
    assert service_of(preset="celery", drain_timeout="1h")["TimeoutStopSec"] == ["1h"]
    assert unit_marker(text_of(drain_timeout="1h")) == unit_marker(text_of()), "it restarts nobody"


QUIETED = r'''-"/bin/sh" "-c" "test -n \"$$MAINPID\" && kill -s TSTP \"$$MAINPID\""'''
WAITING = r'''"/bin/sh" "-c" "while kill -0 \"$$MAINPID\" 2>/dev/null && \"$$0\" \"$$@\"; do sleep 1; done"'''
WAITS = f'''{WAITING} "/usr/local/bin/busy" "%i"'''
BUSY = {"busy_check": ["/usr/local/bin/busy", "%i"]}
STOPS: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nobody is quieted whom nobody waits for": ({}, []),
    "sidekiq is quieted, and waited for while it is busy": (BUSY, [QUIETED, f'-"/usr/bin/timeout" "89" {WAITS}']),
    "as long as the drain lasts": ({**BUSY, "drain_timeout": "1h"}, [QUIETED, f'-"/usr/bin/timeout" "3599" {WAITS}']),
    "a second at least": ({**BUSY, "drain_timeout": "1s"}, [QUIETED, f'-"/usr/bin/timeout" "1" {WAITS}']),
    "or without end": ({**BUSY, "drain_timeout": "infinity"}, [QUIETED, f'-"/usr/bin/timeout" "0" {WAITS}']),
    "root asks where it is to": ({**BUSY, "check_user": "root"}, [QUIETED, f'-+"/usr/bin/timeout" "89" {WAITS}']),
    "the worker asks where it is named": (
        {**BUSY, "user": "app", "check_user": "app"},
        [QUIETED, f'-"/usr/bin/timeout" "89" {WAITS}'],
    ),
    "a third one sees nothing of the worker's environment": (
        {**BUSY, "user": "app", "check_user": "other"},
        [
            QUIETED,
            f'-+"/usr/bin/timeout" "89" {WAITING} "/usr/bin/env" "-i" "PATH={SERVICE_PATH}" "/usr/sbin/runuser" "-u"'
            ' "other" "--" "/usr/local/bin/busy" "%i"',
        ],
    ),
    "and goes on as the user says": (
        {"unit": {"Service": {"ExecStop": "/bin/true"}}},
        ["/bin/true"],
    ),
    "or only as the user says": ({**BUSY, "unit": {"Service": {"ExecStop": ["", "/bin/true"]}}}, ["", "/bin/true"]),
}


@pytest.mark.parametrize(("options", "commands"), STOPS.values(), ids=STOPS.keys())
def test_a_stop_begins_with_the_quiet_signal(options: dict[str, t.Any], commands: list[str]) -> None:
    assert service_of(preset="sidekiq", **options).get("ExecStop", []) == commands


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "sidekiq"])
def test_where_there_is_no_quiet_signal_the_stop_begins_with_sigterm(preset: str) -> None:
    assert "ExecStop" not in service_of(preset=preset, **BUSY)


PATIENCE: dict[str, tuple[dict[str, t.Any], float]] = {
    "as long as a stop may take": ({"preset": "celery"}, 600),
    "as long as the drain": ({"preset": "celery", "drain_timeout": "1min 30s"}, 90),
    "without end": ({"drain_timeout": "infinity"}, math.inf),
    "not at all where the stop itself waits": ({"preset": "sidekiq", "drain_timeout": "1h"}, 0),
}


@pytest.mark.parametrize(("options", "seconds_"), PATIENCE.values(), ids=PATIENCE.keys())
def test_a_busy_instance_is_left_alone_for_a_while(options: dict[str, t.Any], seconds_: float) -> None:
    assert mail(**options).rollout.patience == seconds_


@pytest.mark.parametrize(("preset", "job"), LONGEST_JOB.items(), ids=LONGEST_JOB.keys())
def test_a_stop_outlasts_the_longest_job(preset: str, job: int) -> None:
    assert seconds(directives(preset)["TimeoutStopSec"]) > job


@pytest.mark.parametrize("setting", [one for preset in PRESETS.values() for one in preset])
def test_a_setting_has_its_reason_and_its_source(setting: t.Any) -> None:
    assert setting.because.endswith(".")
    assert setting.source


def test_the_users_directives_have_the_last_word() -> None:
    service = service_of(preset="celery", unit={"Service": {"TimeoutStopSec": "1h"}})
    assert (service["TimeoutStopSec"], service["KillMode"]) == (["1h"], ["mixed"])


# OOMPolicy= can be shown on cgroup v2 only, so it is in no table of what a reload brings into force.
STOPS_ALONE = [name for name in PRESETS if directives(name)["Type"] == "exec" and "OOMPolicy" not in directives(name)]


@pytest.mark.parametrize("preset", STOPS_ALONE)
def test_another_way_to_stop_restarts_nobody(preset: str) -> None:
    assert unit_marker(text_of(preset=preset)) == unit_marker(text_of())


def test_another_way_to_start_restarts() -> None:
    assert unit_marker(text_of(preset="sidekiq")) != unit_marker(text_of())


@pytest.mark.parametrize(
    ("preset", "hint"), [("sidekick", "Did you mean sidekiq?"), ("resque", ""), ("RQ", "")], ids=str
)
def test_an_unknown_preset_is_told_with_the_known(preset: t.Any, hint: str) -> None:
    (pool,), problems = understand([{"name": "mail", "command": ["/bin/a"], "preset": preset}])
    known = "one of generic, php, laravel, celery, rq, sidekiq, bullmq, node"
    assert problems == [Problem("pools[0] (mail).preset", repr(preset), known, hint)]
    assert pool.preset == DEFAULT


def test_every_preset_is_documented() -> None:
    text = (COLLECTION / "plugins/modules/pools.py").read_text()
    assert [name for name in PRESETS if f"V({name})" not in text] == []


def test_the_documentation_has_the_same_reasons() -> None:
    assert documented_table() in (COLLECTION / "docs" / "stopping-without-losing-jobs.md").read_text()
