# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from tests.unit.plugins.module_utils._core.builders import mail


def deploy(*, purge: bool = False, state: str = "present", **options: object) -> Deploy:
    pools = (mail(state=state, **options),)
    return Deploy(pools, (), purge, check_mode=False, diff=False, skip_traps=(), confirm=60.0)


# the order, pools of ours; why they are removed
REMOVALS = {
    "a pool that is listed stays": (deploy(), ["mail"], {}),
    "a new one comes": (deploy(), [], {}),
    "one that is not listed stays": (deploy(), ["sms"], {}),
    "and is purged": (deploy(purge=True), ["sms"], {"sms": "the pool is not listed"}),
    "an absent one goes": (deploy(state="absent"), ["mail", "sms"], {"mail": "the pool is absent"}),
    "also when it is not there": (deploy(state="absent"), [], {"mail": "the pool is absent"}),
    "for one reason": (deploy(state="absent", purge=True), ["mail"], {"mail": "the pool is absent"}),
}


@pytest.mark.parametrize(("order", "owned", "removals"), REMOVALS.values(), ids=REMOVALS)
def test_which_pools_are_removed(order: Deploy, owned: list[str], removals: dict[str, str]) -> None:
    assert order.removals(dict.fromkeys(owned, "pool")) == removals
    assert [pool.name for pool in order.present] == ([] if "mail" in removals else ["mail"])


def test_a_step_takes_as_long_as_a_busy_worker_its_stop_and_its_start_may() -> None:
    rollout = {"busy_check": ["/bin/busy"], "healthy_deadline": "30s", "min_healthy_time": "2s"}
    order = deploy(drain_timeout="10m", rollout=rollout)
    # A busy worker is waited for as long as its stop may take.
    assert order.longest_step == 600 + 600 + 32


def test_without_pools_there_is_no_step() -> None:
    assert Deploy((), (), purge=True, check_mode=False, diff=False, skip_traps=(), confirm=60.0).longest_step == 0.0
