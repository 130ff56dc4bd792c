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
from lab.suites import SUITES, Kind
from tests.matrix.results import MACHINE, MORE_PROGRAMS, Column, of_junit

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
# Each promise that only a machine of its own can prove: a file of tests/vm.
ON_A_MACHINE = ("limits", "memory", "sandbox", "clock", "boot", "reboot", "power_cut", "disk")
VERSIONS = (
    "systemctl --version | awk 'NR == 1 { print $2 }'; python3 -c 'import sys; print(*sys.version_info[:2], sep=\".\")'"
)
MACHINE_VERSIONS = (
    "cut -d. -f1 /etc/debian_version; systemctl --version | awk 'NR == 1 { print $2 }'; stat -fc %T /sys/fs/cgroup"
)
CGROUPS = {"cgroup2fs": "cgroup v2", "tmpfs": "cgroup v1"}
# Seconds for one scenario, and for one on a virtual machine, which may have no KVM.
LONGEST, LONGEST_ON_A_MACHINE = 1200, 3600
# Scenarios wait a good part of their time.
AT_A_TIME = 2


def every(commit: str, logs: Path) -> dict[str, Column]:
    every = [*(name for name in SUITES if name not in ("demo", "monitoring")), f"trixie{MACHINE}"]
    asked = os.environ.get("MATRIX_SUITES", " ".join(every)).split()
    machines = [name for name in asked if name.endswith(MACHINE)]
    wanted = {
        suite: PROGRAMS if suite.endswith(MORE_PROGRAMS) else SCENARIOS for suite in asked if suite not in machines
    }
    columns = tried(wanted, commit, logs, at_a_time=AT_A_TIME)
    # One after the other, and nothing beside it: without KVM a machine needs the processors for itself.
    return {**columns, **{name: _on_machine(name.removesuffix(MACHINE), commit, logs) for name in machines}}


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
    on_host = {"MOLECULE_LAB_HOST": host}
    cells = {
        scenario: _became(f"molecule/{scenario}/tests", on_host, logs / f"{suite}-{scenario}", LONGEST)
        for scenario in scenarios
    }
    hosts.down(host)
    return Column(f"systemd {systemd}, Python {python} ({suite.capitalize()})", commit, cells)


def _on_machine(suite: str, commit: str, logs: Path) -> Column:
    """Boots a virtual machine, and runs what needs one."""
    host = f"workers-matrix-{suite}{MACHINE}"
    hosts.up(host, suite, Kind.VM)
    release, systemd, cgroups = run(*ssh.command(host, MACHINE_VERSIONS)).split()
    on_host = {"VM_HOST": host, "VM_SUITE": suite}
    cells = {
        promise: _became(
            f"tests/vm/test_{promise}.py", on_host, logs / f"{suite}{MACHINE}-{promise}", LONGEST_ON_A_MACHINE
        )
        for promise in ON_A_MACHINE
    }
    hosts.down(host)
    return Column(f"Debian {release}, a virtual machine, {CGROUPS[cgroups]} (systemd {systemd})", commit, cells)


def _became(tests: str, on_host: t.Mapping[str, str], log: Path, longest: float) -> str:
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    argv = ["-m", "pytest", "-p", "no:cacheprovider", "--durations=0", f"--junitxml={report}", tests]
    env = {**os.environ, **on_host, "PYTHONPATH": "."}
    with log.with_suffix(".log").open("w") as out:
        try:
            subprocess.run(
                [sys.executable, *argv], env=env, stdout=out, stderr=subprocess.STDOUT, check=False, timeout=longest
            )
        except subprocess.TimeoutExpired:
            return f"failed: did not end within {longest:g} s"
    return of_junit(report.read_text()) if report.exists() else "failed: see the log"
