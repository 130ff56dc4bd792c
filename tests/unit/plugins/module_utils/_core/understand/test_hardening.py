# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.since import since
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import (
    DEFAULT,
    NEEDS,
    PROFILES,
    REFUSED_ANYWAY,
    directives,
    gives_rights,
    unavailable,
)

CLOSED = [profile for profile in PROFILES if directives(profile, [])]


def test_only_off_sets_nothing() -> None:
    assert set(PROFILES) - set(CLOSED) == {"off"}
    assert DEFAULT in CLOSED
    assert directives("off", NEEDS) == {}


def test_a_stricter_profile_has_every_directive_of_the_one_below() -> None:
    assert set(directives("standard", [])) < set(directives("strict", [])) < set(directives("no_network", []))


@pytest.mark.parametrize("need", NEEDS)
def test_a_need_opens_something_of_strict(need: str) -> None:
    assert directives("strict", [need]) != directives("strict", [])


@pytest.mark.parametrize("profile", CLOSED)
@pytest.mark.parametrize("need", NEEDS)
def test_what_a_need_leaves_out_is_not_there_and_the_rest_is(need: str, profile: str) -> None:
    opened, closed = directives(profile, [need]), directives(profile, [])
    assert not set(opened) & set(NEEDS[need].leaves_out)
    assert set(closed) - set(opened) <= set(NEEDS[need].leaves_out)
    assert set(opened) - set(closed) <= {*NEEDS[need].adds, *REFUSED_ANYWAY}


@pytest.mark.parametrize(
    ("profile", "needs", "privileged", "kept"),
    [
        ("standard", [], False, False),
        ("standard", ["home", "jit"], False, False),
        ("standard", [], True, True),
        ("standard", ["root"], False, True),
        ("standard", ["raw_sockets"], False, True),
        ("standard", ["namespaces"], True, False),
        ("strict", [], False, True),
        ("no_network", [], False, True),
    ],
    ids=[
        "modes of files refuse a worker without capabilities the same",
        "needs that give no capability change nothing",
        "the operator gives capabilities",
        "a worker that is root keeps what protects from it",
        "a need that gives a capability keeps it",
        "a need leaves it out in any case",
        "strict keeps it",
        "no_network keeps it",
    ],
)
def test_what_the_modes_of_files_refuse_as_well(profile: str, needs: list[str], privileged: bool, kept: bool) -> None:
    assert REFUSED_ANYWAY.issubset(directives(profile, needs, privileged=privileged)) == kept


@pytest.mark.parametrize(
    ("service", "gives"),
    [
        ({}, False),
        ({"Nice": "5", "ExecStart": "/usr/bin/worker !"}, False),
        ({"ExecStart": "-/usr/bin/worker"}, False),
        ({"CapabilityBoundingSet": "CAP_NET_ADMIN"}, True),
        ({"AmbientCapabilities": ["CAP_NET_ADMIN"]}, True),
        ({"ExecStart": "!/usr/bin/worker"}, True),
        ({"ExecStartPre": ["/bin/true", "-!!/usr/bin/prepare"]}, True),
    ],
    ids=[
        "nothing",
        "a word of a command",
        "another prefix",
        "capabilities to keep",
        "capabilities to have",
        "a command as root",
        "a command before it as root",
    ],
)
def test_what_gives_a_process_of_the_unit_rights(service: dict[str, Value], gives: bool) -> None:
    assert gives_rights(service) == gives


def test_needs_add_up_in_any_order() -> None:
    both = directives("strict", ["root", "raw_sockets"])
    assert both == directives("strict", ["raw_sockets", "root", "root"])
    assert "CAP_NET_RAW" in str(both["CapabilityBoundingSet"])
    assert "CAP_CHOWN" in str(both["CapabilityBoundingSet"])
    assert both["SystemCallFilter"] == ["@system-service @pkey", "~@privileged @resources", "@chown @setuid"]


def test_what_is_left_out_stays_out_whatever_adds_to_it() -> None:
    assert "SystemCallFilter" not in directives("strict", ["realtime", "setuid"])


def test_standard_has_nothing_that_247_lacks() -> None:
    assert {guard.directive for guard in PROFILES["strict"] if since("Service", guard.directive) > 247} == {
        "PrivateIPC"
    }
    assert all(since("Service", guard.directive) <= 247 for guard in PROFILES["standard"])


@pytest.mark.parametrize(
    ("catalogue", "lacking"),
    [
        ({"Service": {"NoNewPrivileges": "BOOLEAN", "SystemCallFilter": "SYSCALLS"}}, []),
        ({"Service": {"NoNewPrivileges": "BOOLEAN", "SystemCallFilter": "NOTSUPPORTED"}}, ["SystemCallFilter"]),
        ({"Service": {"SystemCallFilter": "SYSCALLS"}}, ["NoNewPrivileges"]),
        ({}, ["NoNewPrivileges", "SystemCallFilter"]),
    ],
    ids=["it has all", "it was built without seccomp", "it is too old", "nothing is known"],
)
def test_what_the_target_lacks(catalogue: Catalogue, lacking: list[str]) -> None:
    assert unavailable(["NoNewPrivileges", "SystemCallFilter"], catalogue, as_root=True) == lacking


def test_the_manager_of_a_user_filters_system_calls_and_mounts_nothing() -> None:
    guards = directives("strict", [])
    known = {"Service": dict.fromkeys(guards, "BOOLEAN")}
    left = set(guards) - set(unavailable(guards, known, as_root=False))
    assert {"NoNewPrivileges", "SystemCallFilter", "MemoryDenyWriteExecute"} <= left
    assert not [directive for directive in left if directive.startswith(("Protect", "Private", "Capability"))]
