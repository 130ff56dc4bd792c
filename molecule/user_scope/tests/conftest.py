# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.user_host import UserHost


@pytest.fixture
def host(lab: LabHost) -> LabHost:
    """The host as root sees it, without pools of anybody."""
    UserHost(lab.name).remove_pools()
    return LabHost(lab.name)
