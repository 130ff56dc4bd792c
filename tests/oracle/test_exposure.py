# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `systemd-analyze security` says about the units of pools under each profile."""

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import OFFLINE_SINCE, parse
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import PROFILES
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import template_text
from tests.helpers.oracle_host import OracleHost
from tests.unit.plugins.module_utils._core.builders import mail

# docs/hardening.md has the same numbers.
EXPOSURES = {"off": 9.2, "standard": 2.0, "strict": 1.1, "no-network": 0.2, "root": 2.8}
# No profile may be worse.
TARGETS = {"standard": 2.0, "strict": 1.2, "no-network": 0.6}


@pytest.fixture(scope="module")
def exposures(host: OracleHost) -> dict[str, float]:
    """By profile with "-" for "_"; ``root``: standard without a user."""
    if host.systemd < OFFLINE_SINCE:
        pytest.skip(f"systemd {host.systemd} judges what is installed alone")
    pools = {profile.replace("_", "-"): mail(user="www-data", hardening=profile) for profile in PROFILES}
    pools["root"] = mail()
    texts = {name: template_text(pool, host.systemd, []) for name, pool in pools.items()}
    host.write_all({f"/tmp/exposed-{name}@.service": text for name, text in texts.items()})
    said = host.sh("LC_ALL=C systemd-analyze security --offline=true --no-pager /tmp/exposed-*@.service")
    names = {unit[len("exposed-") : unit.index("@")]: exposure for unit, exposure in parse(said).items()}
    return {name: exposure.score for name, exposure in names.items()}


@pytest.mark.parametrize("profile", TARGETS)
def test_a_profile_is_as_tight_as_promised(exposures: dict[str, float], profile: str) -> None:
    assert exposures[profile] <= TARGETS[profile]


def test_the_exposures_are_those_of_the_page(exposures: dict[str, float]) -> None:
    assert exposures == pytest.approx(EXPOSURES, abs=0.21)
