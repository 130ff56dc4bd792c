# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.plugin_utils.following import plan_lines


def test_a_plan_is_told_step_by_step_with_the_reasons() -> None:
    restart = {"verb": "restart", "subject": "mail@1.service", "because": "started with another unit"}
    reload = {"verb": "daemon-reload", "subject": "systemd", "because": "unit files or links change"}
    assert plan_lines({"pools": {"mail": {"plan": [restart]}, "idle": {"plan": []}}, "host_plan": [reload]}) == [
        "mail: would restart mail@1.service: started with another unit",
        "the host: would daemon-reload systemd: unit files or links change",
    ]


def test_the_plan_of_services_has_no_pools() -> None:
    restart = {"verb": "restart", "subject": "celery@1.service", "because": "asked for"}
    assert plan_lines({"plan": [restart]}) == ["would restart celery@1.service: asked for"]


def test_a_refused_input_has_no_plan() -> None:
    assert plan_lines({"failed": True, "msg": "1 problem, nothing was changed"}) == []
