# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes."""

from __future__ import annotations

import time

from ansible_collections.workers.systemd.plugins.module_utils._host import child


def test_each_answer_has_its_time() -> None:
    assert child.answers(iter([1, 2]), 30, silence=10) == [1, 2]
    assert child.answers((time.sleep(60) if one == 2 else one for one in (1, 2, 3)), 60, silence=3) == [1]
