# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.modules import instances, pools


def test_a_rollout_has_the_options_that_it_has_in_pools() -> None:
    """But for the way back, which a unit of somebody else has not, and instances that nobody asked for; and whom checks
    run as, which a pool says of its busy check, too.
    """
    own = dict(instances.ROLLOUT)
    assert own.pop("on_failure") == {"type": "str", "choices": ["stop"], "default": "stop"}
    assert own.pop("check_user") == pools.POOL["check_user"]
    assert own == {name: option for name, option in pools.ROLLOUT.items() if name not in ("on_failure", "surge")}
