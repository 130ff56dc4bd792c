# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.bonds import bonds_in
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import group_text
from tests.unit.plugins.module_utils._core.builders import mail


@pytest.mark.parametrize("units", [[], ["app.service"], ["app.service", "shop.target", r"a\x2db.service"]])
def test_the_target_has_the_units_and_gives_them_back(units: list[str]) -> None:
    text = group_text(SYSTEM, mail(bound_to=units))
    assert bonds_in(text) == tuple(units)
    assert UnitText.parse(text).values("Install", "WantedBy") == (units or ["multi-user.target"])
    assert UnitText.parse(text).values("Unit", "After") == [unit for unit in units if unit.endswith(".target")]


def test_without_a_target_there_are_none() -> None:
    assert bonds_in("") == ()
