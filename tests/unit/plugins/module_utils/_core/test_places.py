# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places, of_user


def test_units_are_the_administrators() -> None:
    assert SYSTEM.unit("mail@.service") == "/etc/systemd/system/mail@.service"
    assert SYSTEM.load_path[0] == SYSTEM.units


def test_a_drop_in_may_be_named_with_its_ending() -> None:
    path = "/etc/systemd/system/redis.service.d/50-limits.conf"
    assert SYSTEM.drop_in("redis.service", "50-limits") == SYSTEM.drop_in("redis.service", "50-limits.conf") == path


def test_a_pool_has_a_directory_of_its_own() -> None:
    assert SYSTEM.config("mail") == "/etc/workers.systemd/mail"
    assert SYSTEM.config("mail", "secrets") == "/etc/workers.systemd/mail/secrets"


STATE, RUN = "/var/lib/workers.systemd", "/run/workers.systemd"
PLACES = {
    "the key of the digests": (SYSTEM.key, f"{STATE}/key"),
    "what this build of systemd knows": (SYSTEM.catalogue, f"{STATE}/catalogue"),
    "what a run is changing": (SYSTEM.journal, f"{STATE}/journal"),
    "the program that undoes it": (SYSTEM.recovery_program, f"{STATE}/recovery.pyz"),
    "what the agent knows of figures": (SYSTEM.metrics, f"{STATE}/metrics"),
    "all versions of a pool": (SYSTEM.generations("mail"), f"{STATE}/generations/mail"),
    "one version of a pool": (SYSTEM.generation("mail", 3), f"{STATE}/generations/mail/3"),
    "the lock of a run": (SYSTEM.lock, f"{RUN}/lock"),
    "the mark of a reload that is owed": (SYSTEM.reload_pending, f"{RUN}/reload-pending"),
    "the runs under way": (SYSTEM.runs, f"{RUN}/runs"),
    "what the agent has reported": (SYSTEM.alerts, f"{RUN}/alerts"),
    "what the agent has decided about numbers": (SYSTEM.scales, f"{RUN}/scales"),
    "the runs that a boot has ended": (SYSTEM.noted_runs, f"{STATE}/runs"),
    "systemd's own socket": (SYSTEM.bus, "/run/systemd/private"),
    "units that are gone at boot": (SYSTEM.runtime_units, "/run/systemd/system"),
    "those of a user": (of_user("app", "/home/app", 1000).runtime_units, "/run/user/1000/systemd/user"),
    "what systemd keeps about started units": (SYSTEM.started_units, "/run/systemd/units"),
}


@pytest.mark.parametrize(("place", "path"), PLACES.values(), ids=PLACES.keys())
def test_has_its_place(place: str, path: str) -> None:
    assert place == path


APP = of_user("app", "/home/app", 1000)
OF_A_USER = {
    "units": (APP.unit("mail@.service"), "/home/app/.config/systemd/user/mail@.service"),
    "environment": (APP.config("mail", "secrets"), "/home/app/.config/workers.systemd/mail/secrets"),
    "the key": (APP.key, "/home/app/.local/state/workers.systemd/key"),
    "the lock": (APP.lock, "/run/user/1000/workers.systemd/lock"),
    "the manager's own socket": (APP.bus, "/run/user/1000/systemd/private"),
    "started units": (APP.started_units, "/run/user/1000/systemd/units"),
    "systemctl": (APP.systemctl, "systemctl --user"),
}


@pytest.mark.parametrize(("place", "path"), OF_A_USER.values(), ids=OF_A_USER.keys())
def test_a_user_has_their_own(place: str, path: str) -> None:
    assert place == path


@pytest.mark.parametrize("places", [SYSTEM, APP], ids=["system", "user"])
def test_own_units_come_first_and_all_are_searched(places: Places) -> None:
    assert places.load_path[0] == places.units
    assert set(places.load_path) <= set(places.searched)
    assert len(set(places.searched)) == len(places.searched)


def test_the_manager_of_a_user_is_a_service_of_systemd() -> None:
    assert (SYSTEM.manager_unit, of_user("mary", "/home/mary", 1000).manager_unit) == ("", "user@1000.service")
