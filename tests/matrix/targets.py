# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios on hosts of each Debian release, and so on each systemd and each Python of a target."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import hosts, ssh
from lab.shell import run
from lab.suites import SUITES
from tests.matrix.results import MORE_PROGRAMS, Column, of_junit

# Each promise that depends on the systemd or the Python of a target.
SCENARIOS = (
    "scaling",
    "files",
    "bad_input",
    "check_mode",
    "crash_and_reboot",
    "rollback",
    "rolling_restart",
    "draining",
    "interrupted",
    "dead_man",
    "removal",
    "hardening",
    "secrets",
)
# What the suites with more programs are for.
PROGRAMS = ("hardening",)
VERSIONS = (
    "systemctl --version | awk 'NR == 1 { print $2 }'; python3 -c 'import sys; print(*sys.version_info[:2], sep=\".\")'"
)
# Seconds for one scenario.
LONGEST = 1200
# Scenarios wait a good part of their time.
AT_A_TIME = 2


def every(commit: str, logs: Path) -> dict[str, Column]:
    asked = os.environ.get("MATRIX_SUITES", " ".join(SUITES)).split()
    wanted = {suite: PROGRAMS if suite.endswith(MORE_PROGRAMS) else SCENARIOS for suite in asked}
    return tried(wanted, commit, logs, at_a_time=AT_A_TIME)


def tried(wanted: t.Mapping[str, t.Sequence[str]], commit: str, logs: Path, *, at_a_time: int) -> dict[str, Column]:
    """What becomes of scenarios, by suite."""
    with ThreadPoolExecutor(at_a_time) as pool:
        columns = pool.map(lambda suite: _on_suite(suite, wanted[suite], commit, logs), wanted)
        return dict(zip(wanted, columns, strict=True))


def _on_suite(suite: str, scenarios: t.Sequence[str], commit: str, logs: Path) -> Column:
    """Boots a host and runs scenarios on it, one after the other."""
    host = f"workers-matrix-{suite}"
    hosts.up(host, suite)
    systemd, python = run(*ssh.command(host, VERSIONS)).split()
    cells = {scenario: _on_host(host, scenario, logs / f"{suite}-{scenario}") for scenario in scenarios}
    hosts.down(host)
    return Column(f"systemd {systemd}, Python {python} ({suite.capitalize()})", commit, cells)


def _on_host(host: str, scenario: str, log: Path) -> str:
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    argv = ["-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", f"molecule/{scenario}/tests"]
    env = {**os.environ, "MOLECULE_LAB_HOST": host, "PYTHONPATH": "."}
    with log.with_suffix(".log").open("w") as out:
        try:
            subprocess.run(
                [sys.executable, *argv], env=env, stdout=out, stderr=subprocess.STDOUT, check=False, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            return f"failed: did not end within {LONGEST} s"
    return of_junit(report.read_text()) if report.exists() else "failed: see the log"
