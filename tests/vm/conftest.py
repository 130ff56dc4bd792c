# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine for all tests. docs/testing.md has the variables."""

from __future__ import annotations

import os
import typing as t

import pytest

from lab import hosts
from tests.vm.machine import Machine

NAME = "workers-vm"
SUITE = os.environ.get("VM_SUITE", "trixie")


@pytest.fixture(scope="session")
def machine() -> t.Iterator[Machine]:
    given = os.environ.get("VM_HOST")
    booted = Machine(given or NAME, SUITE)
    booted.boot()
    yield booted
    if not given:
        hosts.down(booted.name)


@pytest.fixture
def bare(machine: Machine) -> Machine:
    """The machine without pools."""
    machine.boot()
    machine.remove_pools()
    return machine
