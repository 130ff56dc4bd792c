# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core import places


def test_units_are_the_administrators() -> None:
    assert places.unit("mail@.service") == "/etc/systemd/system/mail@.service"
    assert places.LOAD_PATH[0] == places.UNITS


def test_a_drop_in_may_be_named_with_its_ending() -> None:
    path = "/etc/systemd/system/redis.service.d/50-limits.conf"
    assert places.drop_in("redis.service", "50-limits") == places.drop_in("redis.service", "50-limits.conf") == path


def test_a_pool_has_a_directory_of_its_own() -> None:
    assert places.config("mail") == "/etc/workers.systemd/mail"
    assert places.config("mail", "secrets") == "/etc/workers.systemd/mail/secrets"


def test_generations_are_apart_from_what_is_live() -> None:
    assert places.generations("mail") == "/var/lib/workers.systemd/generations/mail"
    assert places.generation("mail", 3) == "/var/lib/workers.systemd/generations/mail/3"
