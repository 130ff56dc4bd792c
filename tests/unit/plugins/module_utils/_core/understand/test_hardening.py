# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.since import since
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import (
    DEFAULT,
    NEEDS,
    PROFILES,
    directives,
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
    assert set(opened) - set(closed) <= set(NEEDS[need].adds)


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
