# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.pool import SAME_AS_OPTION, understand
from ansible_collections.workers.systemd.plugins.module_utils._core.pool_unit import template_text, unit_marker
from ansible_collections.workers.systemd.plugins.module_utils._core.presets import DEFAULT, PRESETS, directives
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.time_span import seconds
from ansible_collections.workers.systemd.plugins.module_utils._core.unit_text import UnitText
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, mail

COLLECTION = Path(__file__).parents[5]
ENV_FILES = ["/etc/default/mail"]
# As it was before there were presets. A worker whose digest changes is restarted when the collection is upgraded.
BEFORE_PRESETS = {
    "Type": ["exec"],
    "ExecStart": ['"/usr/bin/mail-worker"'],
    "Environment": ["WORKERS_POOL=%p", "WORKERS_INSTANCE=%i", '"WORKERS_UNIT=8b6808e1c07b61be"'],
    "EnvironmentFile": ENV_FILES,
    "Restart": ["always"],
    "RestartSec": ["0"],
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
    assert list(service_of().items()) == list(BEFORE_PRESETS.items())
    assert text_of() == text_of(preset=DEFAULT)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_in_the_unit(preset: str) -> None:
    service = service_of(preset=preset)
    assert {key: service[key] for key in directives(preset)} == {k: [v] for k, v in directives(preset).items()}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_decides_how_to_start_and_how_to_stop(preset: str) -> None:
    assert {"Type", "KillMode", "TimeoutStopSec"} <= set(directives(preset))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_sets_nothing_that_an_option_sets(preset: str) -> None:
    assert not set(SAME_AS_OPTION) & set(directives(preset))


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


@pytest.mark.parametrize("preset", [name for name in PRESETS if directives(name)["Type"] == "exec"])
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


@pytest.mark.parametrize("place", ["plugins/modules/pools.py", "roles/workers/meta/argument_specs.yml"])
def test_every_preset_is_documented(place: str) -> None:
    text = (COLLECTION / place).read_text()
    assert [name for name in PRESETS if f"V({name})" not in text] == []


def test_the_documentation_has_the_same_reasons() -> None:
    assert documented_table() in (COLLECTION / "docs" / "stopping-without-losing-jobs.md").read_text()
