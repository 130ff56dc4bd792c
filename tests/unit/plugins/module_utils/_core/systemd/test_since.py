# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.since import SINCE, since
from tests.unit.plugins.module_utils._core.builders import shipped_catalogue

VERSIONS = (247, 252, 257, 262)
# Debian's stable updates brought it to 252 in [Scope], which no file can have.
BROUGHT_BACK = {("Scope", "OOMPolicy")}


def directives(version: int) -> set[tuple[str, str]]:
    return {(section, name) for section, names in shipped_catalogue(version).items() for name in names}


@pytest.mark.parametrize(("older", "newer"), list(zip(VERSIONS, VERSIONS[1:])))
def test_the_table_agrees_with_what_each_systemd_lists(older: int, newer: int) -> None:
    appeared = directives(newer) - directives(older) - BROUGHT_BACK
    assert appeared == {one for one, version in SINCE.items() if older < version <= newer}


def test_what_is_older_or_unknown_has_no_version() -> None:
    assert since("Service", "Restart") == 0
    assert since("Unit", "RestartSteps") == 0
    assert since("Service", "RestartSteps") == 254
