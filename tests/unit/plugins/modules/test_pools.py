# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.modules.pools import of_all


def test_what_all_pools_get_and_those_of_users_do_not() -> None:
    own, everyones = {"command": ["/bin/own"]}, {"command": ["/bin/all"]}
    pools = [{"name": "a", "alert": None}, {"name": "b", "alert": own}, {"name": "c", "scope": "user"}]
    assert of_all({"alert": everyones, "pools": pools}, "pools", metrics="/srv/x", capacity=9) == [
        {"name": "a", "alert": everyones, "metrics": "/srv/x", "capacity": 9},
        {"name": "b", "alert": own, "metrics": "/srv/x", "capacity": 9},
        {"name": "c", "scope": "user"},
    ]
    assert of_all({"alert": None, "timers": None}, "timers") == []
