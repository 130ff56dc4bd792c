# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts whose systemd is asked. ORACLE_SUITES names their suites, ORACLE_HOSTS the first word of their names."""

from __future__ import annotations

import os
import typing as t

import pytest

from lab import hosts
from lab.suites import DEFAULT
from tests.helpers.oracle_host import OracleHost

SUITES = os.environ.get("ORACLE_SUITES", DEFAULT).split(",")
# Two runs on one machine need two names.
PREFIX = os.environ.get("ORACLE_HOSTS", "oracle")


@pytest.fixture(scope="session", params=SUITES)
def host(request: pytest.FixtureRequest) -> t.Iterator[OracleHost]:
    """A booted host of each suite."""
    booted = OracleHost(f"{PREFIX}-{request.param}", request.param)
    hosts.up(booted.name, booted.suite)
    yield booted
    hosts.down(booted.name)
