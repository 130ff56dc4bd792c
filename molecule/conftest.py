# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest
import testinfra

from tests.helpers.lab_host import LabHost
from tests.helpers.user_host import UserHost


@pytest.fixture(scope="session")
def lab() -> LabHost:
    """The host of the scenario; with WORKERS_SCOPE=user, as the manager of a user has it."""
    kind = UserHost if os.environ.get("WORKERS_SCOPE") == "user" else LabHost
    return kind(os.environ.get("MOLECULE_LAB_HOST", "workers-molecule"))


@pytest.fixture(scope="session")
def host(lab: LabHost) -> t.Any:
    """The same for testinfra, by podman: its Ansible backend takes a second for every look."""
    return testinfra.get_host(f"podman://{lab.name}")


@pytest.fixture
def bare(lab: LabHost) -> LabHost:
    """The host without pools."""
    lab.remove_pools()
    return lab
