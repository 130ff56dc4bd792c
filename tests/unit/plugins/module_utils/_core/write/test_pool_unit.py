# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import ALWAYS_OURS, LIMITS, Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import AFTER_RELOAD, Effect, effect_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import unit_marker
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import (
    GROWING_DELAY_SINCE,
    group_text,
    template_text,
)
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, mail

ENV_FILES = ["/etc/default/mail"]
NEWER = 257

# Options that a running process depends on.
RESTARTS: dict[str, dict[str, t.Any]] = {
    "another command": {"command": ["/usr/bin/mail-worker", "--fast"]},
    "a line instead of words": {"command": "/usr/bin/mail-worker $OPTIONS"},
    "a user": {"user": "mail"},
    "a group": {"group": "mail"},
    "a directory": {"working_directory": "/srv"},
    "a directive of the process": {"unit": {"Service": {"Nice": 5}}},
    "a directive that nobody listed": {"unit": {"Service": {"NewInSystemd300": "yes"}}},
    "a dependency": {"unit": {"Unit": {"Requires": "redis.service"}}},
    "a profile": {"hardening": "strict"},
    "a need": {"needs": ["home"]},
    "a path to write to": {"writable_paths": ["/srv"]},
    "a directory of its own": {"state_directory": "mail"},
    "a watchdog": {"watchdog": "30s"},
    "another type": {"unit": {"Service": {"Type": "notify"}}},
}
# Options that take effect without a restart.
RELOADS: dict[str, dict[str, t.Any]] = {
    "more instances": {"instances": 9},
    "a limit": {"limits": dict.fromkeys(LIMITS, "100")},
    "a description": {"unit": {"Unit": {"Description": "Sends mail"}}},
    "a restart policy": {"unit": {"Service": {"Restart": "on-failure", "RestartSec": "9s"}}},
    "a way to stop": {"unit": {"Service": {"KillSignal": "SIGINT", "TimeoutStopSec": "1h"}}},
    "another target": {"unit": {"Install": {"WantedBy": "other.target"}}},
    "a note to others": {"unit": {"X-Ours": {"Note": "call us"}}},
    "another rollout": {"rollout": {"max_parallel": "1"}},
}

free_directives = st.tuples(
    st.sampled_from(["Unit", "Service", "Install", "X-Ours"]),
    st.one_of(
        st.from_regex(r"[A-Z][A-Za-z]{0,9}", fullmatch=True),
        st.sampled_from(sorted(key for keys in AFTER_RELOAD.values() for key in keys or ())),
    ),
).filter(lambda one: one[1] not in ALWAYS_OURS)


def text_of(pool: Pool, systemd: int = SYSTEMD) -> UnitText:
    return UnitText.parse(template_text(pool, systemd, ENV_FILES))


def marker_of(pool: Pool, systemd: int = SYSTEMD) -> str:
    return unit_marker(template_text(pool, systemd, ENV_FILES))


def test_a_watchdog_is_for_a_worker_that_speaks() -> None:
    unit = text_of(mail(watchdog="30s", preset="celery"))
    assert unit.values("Service", "Type") == ["notify"]
    assert unit.values("Service", "WatchdogSec") == ["30s"]
    assert text_of(mail()).values("Service", "WatchdogSec") == []


def test_the_unit_says_what_the_pool_says() -> None:
    pool = mail(user="www-data", group="mail", working_directory="/srv/100%", limits={"memory_max": "1G"})
    unit = text_of(pool)
    assert unit.values("Service", "ExecStart") == ['"/usr/bin/mail-worker"']
    assert unit.values("Service", "User") == ["www-data"]
    assert unit.values("Service", "Group") == ["mail"]
    assert unit.values("Service", "WorkingDirectory") == ["/srv/100%%"]
    assert unit.values("Service", "MemoryMax") == ["1G"]
    assert unit.values("Service", "EnvironmentFile") == ENV_FILES
    assert unit.values("Unit", "PartOf") == unit.values("Install", "WantedBy") == ["mail.target"]


def test_the_unit_option_replaces_a_guard_and_no_other() -> None:
    ours, given = text_of(mail()), text_of(mail(unit={"Service": {"SystemCallFilter": ["", "@basic-io"]}}))
    assert ours.values("Service", "SystemCallFilter") == ["@system-service @pkey", "@chown @setuid"]
    assert given.values("Service", "SystemCallFilter") == ["@basic-io"]
    assert given.values("Service", "ProtectSystem") == ours.values("Service", "ProtectSystem") == ["full"]


def test_a_worker_without_a_network_does_not_wait_for_it() -> None:
    assert "network-online.target" in text_of(mail()).values("Unit", "After")
    assert text_of(mail(hardening="no_network")).values("Unit", "After") == ["workers-recovery-early.service"]


@pytest.mark.parametrize(("directory", "kept"), [("mail", ["yes"]), ("mail/%i", [])])
def test_a_runtime_directory_of_all_outlives_the_stop_of_one(directory: str, kept: list[str]) -> None:
    service = text_of(mail(runtime_directory=directory, writable_paths=["/srv/a", "/srv/b"]))
    assert service.values("Service", "RuntimeDirectory") == [directory]
    assert service.values("Service", "RuntimeDirectoryPreserve") == kept
    assert service.values("Service", "ReadWritePaths") == ["/srv/a", "/srv/b"]


def test_what_is_not_given_is_systemds_default() -> None:
    service = text_of(mail()).sections()["Service"]
    assert not {"User", "Group", "WorkingDirectory", *LIMITS.values()} & set(service)


def test_the_users_directives_have_the_last_word() -> None:
    unit = text_of(mail(unit={"Service": {"Type": "notify", "KillMode": "process"}, "X-Mine": {"A": ["1", "2"]}}))
    assert unit.values("Service", "Type") == ["notify"]
    assert unit.values("Service", "KillMode") == ["process"]
    assert unit.values("X-Mine", "A") == ["1", "2"]


def test_both_units_name_their_pool() -> None:
    assert text_of(mail()).values("X-Workers", "Pool") == ["mail"]
    assert UnitText.parse(group_text(SYSTEM, mail())).values("X-Workers", "Pool") == ["mail"]


def test_the_target_starts_at_boot() -> None:
    assert UnitText.parse(group_text(SYSTEM, mail())).values("Install", "WantedBy") == ["multi-user.target"]


@pytest.mark.parametrize(
    ("systemd", "load", "guard"),
    [(249, "LoadCredential", "ExecStartPost"), (250, "LoadCredentialEncrypted", "ExecStartPre")],
)
def test_credentials_come_after_those_of_the_operator(systemd: int, load: str, guard: str) -> None:
    own = {"Service": {load: ["tls:/etc/tls.key", ""], guard: "/bin/true"}}
    pool = mail(secrets_as="credentials", secrets={"A": "1", "B": "2"}, unit=own)
    text = UnitText.parse(template_text(pool, systemd, ENV_FILES, [("A", "/a"), ("B", "/b")]))
    names = [line.partition(":")[0] for line in text.values("Service", load)]
    assert names[-2:] == ["A", "B"]
    assert len(text.values("Service", guard)) == 2
    assert 'A"' in text.values("Service", guard)[1]


def test_secrets_and_environment_are_not_in_the_unit() -> None:
    pool = mail(environment={"APP_ENV": "production"}, secrets={"APP_KEY": "s3cret"})
    assert template_text(pool, SYSTEMD, ENV_FILES) == template_text(mail(), SYSTEMD, ENV_FILES)
    assert group_text(SYSTEM, pool) == group_text(SYSTEM, mail())


def test_a_process_and_its_journal_carry_the_same_marker() -> None:
    marker, unit = marker_of(mail()), text_of(mail())
    assert marker
    assert f'"WORKERS_UNIT={marker}"' in unit.values("Service", "Environment")
    assert f"WORKERS_UNIT={marker}" in unit.values("Service", "LogExtraFields")


def test_a_unit_of_somebody_else_carries_none() -> None:
    assert unit_marker("[Service]\nExecStart=/bin/a\nLogExtraFields=A=1\n") == ""


@pytest.mark.parametrize("options", RESTARTS.values(), ids=RESTARTS.keys())
def test_what_a_process_depends_on_changes_the_marker(options: dict[str, t.Any]) -> None:
    assert marker_of(mail(**options)) != marker_of(mail())


@pytest.mark.parametrize("options", RELOADS.values(), ids=RELOADS.keys())
def test_what_it_does_not_depend_on_leaves_the_marker(options: dict[str, t.Any]) -> None:
    assert marker_of(mail(**options)) == marker_of(mail())


@pytest.mark.parametrize("option", LIMITS)
def test_a_limit_leaves_the_marker_on_any_systemd(option: str) -> None:
    assert marker_of(mail(limits={option: "100"}), NEWER) == marker_of(mail(), NEWER)


@given(free_directives, st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True))
def test_a_directive_changes_the_marker_exactly_when_it_restarts(directive: tuple[str, str], value: str) -> None:
    section, key = directive
    pool = mail(unit={section: {key: value}})
    same = text_of(pool).values(section, key) == text_of(mail()).values(section, key)
    restarts = effect_of(section, key) is Effect.RESTART and not same
    assert (marker_of(pool) != marker_of(mail())) is restarts


def test_the_order_of_directives_leaves_the_marker_and_that_of_their_values_does_not() -> None:
    one = {"Nice": 5, "ExecStartPre": ["/bin/a", "/bin/b"]}
    turned = {"ExecStartPre": ["/bin/a", "/bin/b"], "Nice": 5}
    other = {"Nice": 5, "ExecStartPre": ["/bin/b", "/bin/a"]}
    first, second, third = (marker_of(mail(unit={"Service": service})) for service in (one, turned, other))
    assert first == second != third


def test_the_environment_files_and_their_order_are_in_the_marker() -> None:
    markers = {unit_marker(template_text(mail(), SYSTEMD, files)) for files in (["/a", "/b"], ["/b", "/a"], ["/a"], [])}
    assert len(markers) == 4


def test_a_newer_systemd_restarts_nobody() -> None:
    assert marker_of(mail(), SYSTEMD) == marker_of(mail(), NEWER)


def test_a_crash_loop_is_slowed_by_a_growing_delay_where_systemd_has_it() -> None:
    service = text_of(mail(), GROWING_DELAY_SINCE).sections()["Service"]
    assert {"RestartSteps", "RestartMaxDelaySec"} <= set(service)
    # systemd.service(5): RestartSec= of 0 would switch the growth off.
    assert service["RestartSec"] != ["0"]
    assert text_of(mail(), GROWING_DELAY_SINCE).values("Unit", "StartLimitIntervalSec") == ["0"]


DELAYS: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "a short one grows to the longest of ours": ({"RestartSec": "1s"}, ["10s"]),
    "one as long as the longest": ({"RestartSec": 10}, ["10s"]),
    "a longer one stays": ({"RestartSec": "30s"}, []),
    "an endless one": ({"RestartSec": "infinity"}, []),
    "the last line counts": ({"RestartSec": ["30s", "2s"]}, ["10s"]),
    "no line": ({"RestartSec": []}, ["10s"]),
    "what is no time is for the judge": ({"RestartSec": "soon"}, ["10s"]),
    "with a longest of its own": ({"RestartSec": "30s", "RestartMaxDelaySec": "5min"}, ["5min"]),
}


@pytest.mark.parametrize(("own", "longest"), DELAYS.values(), ids=DELAYS.keys())
def test_a_delay_of_the_pool_fits_its_longest(own: dict[str, t.Any], longest: list[str]) -> None:
    """systemd 257 says of a longer one: "RestartMaxDelaySec= is smaller than RestartSec=, resetting"."""
    service = text_of(mail(unit={"Service": own}), GROWING_DELAY_SINCE).sections()["Service"]
    assert service.get("RestartMaxDelaySec", []) == longest
    assert ("RestartSteps" in service) is bool(longest)


def test_and_by_the_start_limit_where_it_has_not() -> None:
    older = text_of(mail(), GROWING_DELAY_SINCE - 1)
    assert "RestartSteps" not in older.sections()["Service"]
    assert older.values("Unit", "StartLimitIntervalSec") not in ([], ["0"])
    assert older.values("Unit", "OnFailure")


@pytest.mark.parametrize("systemd", [247, GROWING_DELAY_SINCE, NEWER])
def test_a_dead_worker_always_comes_back(systemd: int) -> None:
    assert text_of(mail(), systemd).values("Service", "Restart") == ["always"]


@pytest.mark.parametrize(
    ("path", "written"),
    [("/srv/%i", "/srv/%i"), ("/srv/100%", "/srv/100%%"), ("/srv/%p/%i%", "/srv/%%p/%i%%"), ("/srv/%%i", "/srv/%%%i")],
)
def test_in_the_working_directory_i_is_the_instance_and_any_other_percent_itself(path: str, written: str) -> None:
    assert text_of(mail(working_directory=path)).values("Service", "WorkingDirectory") == [written]


START_TIMES = {
    "as long as the deadline": ({"rollout": {"healthy_deadline": "10m"}}, ["600"]),
    "unless it says so": ({}, ["300"]),
    "not in whole seconds": ({"rollout": {"healthy_deadline": "3500ms"}}, ["3.5"]),
    "the operator has the last word": ({"unit": {"Service": {"TimeoutStartSec": "1h"}}}, ["1h"]),
    "the start is the job": ({"unit": {"Service": {"Type": "oneshot", "Restart": "on-failure"}}}, []),
}


@pytest.mark.parametrize(("options", "times"), START_TIMES.values(), ids=START_TIMES.keys())
def test_systemd_waits_for_a_start_as_long_as_a_rollout(options: dict[str, t.Any], times: list[str]) -> None:
    assert text_of(mail(**options)).values("Service", "TimeoutStartSec") == times
