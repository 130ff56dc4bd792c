# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How systemd is asked for much at once."""

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import LINKS_AT_ONCE, Manager


@pytest.mark.parametrize("verb", ["enable", "reenable", "disable"])
@pytest.mark.parametrize("number", [0, 1, LINKS_AT_ONCE, LINKS_AT_ONCE + 1, 5000])
def test_one_call_has_so_many_units_that_systemd_answers_in_time(verb: str, number: int) -> None:
    calls: list[list[str]] = []

    def run(argv: list[str]) -> tuple[int, str, str]:
        calls.append(argv)
        return 0, "", ""

    units = [f"mail@{one}.service" for one in range(number)]
    getattr(Manager(run, SYSTEM), verb)(units)
    asked = [argv[argv.index("--") + 1 :] for argv in calls]
    assert [unit for part in asked for unit in part] == units
    assert all(1 <= len(part) <= LINKS_AT_ONCE for part in asked)
    assert all(argv[argv.index("--") - 1] == verb for argv in calls)
