# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from tests.unit.plugins.module_utils._core.judge.traps.trap_units import CELERY, Rows, both_ways, caught, worker

PLAIN_LIMIT = ["StartLimitIntervalSec"]
CAUGHT: Rows = {
    "one child for all": ("one-oom-kill-ends-all", worker("MemoryMax=1G", start=CELERY)),
    "one child for all, as written": (
        "one-oom-kill-ends-all",
        worker("MemoryMax=1G", "OOMPolicy=kill", start=CELERY),
    ),
    "no restart, by default": ("restart-is-off", worker(without=["Restart"])),
    "no restart, as written": ("restart-is-off", worker("Restart=no")),
    "on-failure misses exit 0": ("restart-misses-clean-exit", worker("Restart=on-failure")),
    "on-success misses the crash": ("restart-misses-clean-exit", worker("Restart=on-success")),
    "the default limit and the default delay": (
        "start-limit-gives-up",
        worker(without=["RestartSec", *PLAIN_LIMIT]),
    ),
    "three starts in a minute": (
        "start-limit-gives-up",
        worker(unit=["StartLimitIntervalSec=60", "StartLimitBurst=3"], without=PLAIN_LIMIT),
    ),
    "an old spelling": ("start-limit-gives-up", worker("StartLimitInterval=1h", without=PLAIN_LIMIT)),
    "for ever": ("start-limit-gives-up", worker(unit=["StartLimitIntervalSec=infinity"])),
    "a delay that grows too late": (
        "start-limit-gives-up",
        worker("RestartSec=1ms", "RestartSteps=8", "RestartMaxDelaySec=10s", without=PLAIN_LIMIT),
    ),
    "a limit in the wrong section": (
        "start-limit-in-service-section",
        worker("StartLimitIntervalSec=0", without=PLAIN_LIMIT),
    ),
    "20 restarts a second": ("restart-storm", worker("RestartSec=50ms")),
    "the default delay": ("restart-storm", worker(without=["RestartSec"])),
    "steps alone": ("restart-steps-do-nothing", worker("RestartSteps=8")),
    "a longest delay alone": ("restart-steps-do-nothing", worker("RestartMaxDelaySec=1min")),
    "1 prevents the restart": ("restart-prevented-after-crash", worker("RestartPreventExitStatus=2 1")),
    "so does SIGKILL": ("restart-prevented-after-crash", worker("RestartPreventExitStatus=SIGKILL")),
    "255 is success": ("crash-counts-as-success", worker("SuccessExitStatus=255")),
    "active after its end": ("exit-leaves-unit-active", worker("RemainAfterExit=yes")),
    "a dash": ("failure-is-ignored", worker(start="-/srv/app/worker")),
    "a dash among others": ("failure-is-ignored", worker(start="@-/srv/app/worker worker")),
    "the broker takes it along": (
        "requires-takes-worker-down",
        worker(unit=["Requires=redis.service", "After=redis.service"]),
    ),
    "so does BindsTo": ("requires-takes-worker-down", worker(unit=["BindsTo=a.service", "After=a.service"])),
}
MISSED: Rows = {
    "a child that is replaced": (
        "one-oom-kill-ends-all",
        worker("MemoryMax=1G", "OOMPolicy=continue", start=CELERY),
    ),
    "a delegated cgroup, which goes on by default": (
        "one-oom-kill-ends-all",
        worker("MemoryMax=1G", "Delegate=yes", start=CELERY),
    ),
    "no limit": ("one-oom-kill-ends-all", worker("MemoryMax=infinity", start=CELERY)),
    "a worker of one process and its memory": ("one-oom-kill-ends-all", worker("MemoryMax=1G")),
    "Restart=always": ("restart-is-off", worker()),
    "a job that a timer starts": ("restart-is-off", worker(without=["Restart", "WantedBy"])),
    "what remains after its exit": ("restart-is-off", worker("RemainAfterExit=yes", without=["Restart"])),
    "a oneshot at boot": ("restart-is-off", worker("Type=oneshot", without=["Restart"])),
    "always": ("restart-misses-clean-exit", worker("Restart=always")),
    "a oneshot that is tried again": ("restart-misses-clean-exit", worker("Type=oneshot", "Restart=on-failure")),
    "a limit of 0 bursts": ("start-limit-gives-up", worker(unit=["StartLimitBurst=0"], without=PLAIN_LIMIT)),
    "a delay that never reaches the limit": ("start-limit-gives-up", worker("RestartSec=5s", without=PLAIN_LIMIT)),
    "a delay that grows in time": (
        "start-limit-gives-up",
        worker("RestartSec=1s", "RestartSteps=2", "RestartMaxDelaySec=10s", without=PLAIN_LIMIT),
    ),
    "somebody reacts": (
        "start-limit-gives-up",
        worker("RestartSec=0", unit=["OnFailure=a.service"], without=PLAIN_LIMIT),
    ),
    "no restarts": ("start-limit-gives-up", worker(without=["Restart", "RestartSec", *PLAIN_LIMIT])),
    "a burst that does not parse": ("start-limit-gives-up", worker(unit=["StartLimitBurst=many"], without=PLAIN_LIMIT)),
    "a limit in [Unit]": ("start-limit-in-service-section", worker()),
    "in both": ("start-limit-in-service-section", worker("StartLimitIntervalSec=0")),
    "a second": ("restart-storm", worker("RestartSec=1s")),
    "a storm that the limit ends": ("restart-storm", worker("RestartSec=0", without=PLAIN_LIMIT)),
    "a delay that grows": (
        "restart-storm",
        worker("RestartSec=1ms", "RestartSteps=8", "RestartMaxDelaySec=10s"),
    ),
    "all three": ("restart-steps-do-nothing", worker("RestartSteps=8", "RestartMaxDelaySec=10s")),
    "a status of its own": ("restart-prevented-after-crash", worker("RestartPreventExitStatus=64 78")),
    "143 of a JVM": ("crash-counts-as-success", worker("SuccessExitStatus=143 SIGTERM")),
    "not after its end": ("exit-leaves-unit-active", worker("RemainAfterExit=no")),
    "a oneshot that remains": ("exit-leaves-unit-active", worker("Type=oneshot", "RemainAfterExit=yes")),
    "a dash in the arguments": ("failure-is-ignored", worker(start="/srv/app/worker -")),
    "a dash before a preparation": ("failure-is-ignored", worker("ExecStartPre=-/bin/mkdir /srv/x")),
    "ended and restarted": ("run-time-ends-for-good", worker("RuntimeMaxSec=1h")),
    "no limit of the run time": ("run-time-ends-for-good", worker("RuntimeMaxSec=infinity", "Restart=no")),
    "Wants": ("requires-takes-worker-down", worker(unit=["Wants=redis.service", "After=redis.service"])),
    "a mount": ("requires-takes-worker-down", worker(unit=["Requires=srv.mount", "After=srv.mount"])),
}
TOGETHER: Rows = {
    "ended for good": ("run-time-ends-for-good", worker("RuntimeMaxSec=1h", "Restart=no")),
}


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)


@pytest.mark.parametrize(("trap", "text"), TOGETHER.values(), ids=TOGETHER.keys())
def test_is_told_with_another(trap: str, text: str) -> None:
    assert trap in caught(text)


def test_growing_delays_are_judged_only_where_systemd_has_them() -> None:
    text = worker("RestartSteps=8")
    assert "restart-steps-do-nothing" in caught(text, systemd=254)
    assert "restart-steps-do-nothing" not in caught(text, systemd=252)
    growing = worker("RestartSec=1ms", "RestartSteps=8", "RestartMaxDelaySec=10s")
    assert "restart-storm" in caught(growing, systemd=252)


def test_a_delay_that_starts_at_nothing_does_not_grow() -> None:
    text = worker("RestartSec=0", "RestartSteps=8", "RestartMaxDelaySec=10s")
    assert caught(text) == {"restart-steps-do-nothing", "restart-storm"}
