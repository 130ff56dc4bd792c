# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps in what happens after a crash: workers that stay down, or whose crash is not visible."""

from __future__ import annotations

import math
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    ERROR,
    WARNING,
    Caught,
    trap,
    written,
)

# systemd-system.conf(5): DefaultStartLimitIntervalSec=, DefaultStartLimitBurst=, DefaultRestartSec=
LIMIT_INTERVAL, LIMIT_BURST, RESTART_DELAY = 10.0, 5, 0.1
GROWING_DELAY_SINCE = 254
# What ends with them: an uncaught exception of most languages, PHP's fatal error, the OOM killer, a bug in C.
CRASHES = frozenset({"1", "255", "KILL", "SIGKILL", "SEGV", "SIGSEGV", "ABRT", "SIGABRT"})


def _delays(seen: Seen, count: int) -> t.List[float]:
    """The delays before the first restarts, growing as service_restart_usec_next() lets them."""
    first = seen.seconds("RestartSec", RESTART_DELAY)
    last = seen.seconds("RestartMaxDelaySec", first)
    steps = int(seen.value("RestartSteps")) if _grows(seen) else 0
    if not steps or not 0 < first < last < math.inf:
        return [first] * count
    return [min(last, first * (last / first) ** (step / steps)) for step in range(count)]


def _grows(seen: Seen) -> bool:
    steps = seen.value("RestartSteps")
    return steps.isascii() and steps.isdigit() and 0 < len(steps) < 5 and seen.systemd >= GROWING_DELAY_SINCE


def _burst(seen: Seen) -> int:
    text = seen.value("StartLimitBurst", section="Unit") or seen.value("StartLimitBurst")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else LIMIT_BURST


def _interval(seen: Seen) -> float:
    """Of the start limit; the two other spellings are the old ones that systemd still reads."""
    for section, key in (
        ("Unit", "StartLimitIntervalSec"),
        ("Unit", "StartLimitInterval"),
        ("Service", "StartLimitInterval"),
    ):
        if seen.last(key, section):
            return seen.seconds(key, LIMIT_INTERVAL, section)
    return LIMIT_INTERVAL


@trap(
    "restart-is-off",
    WARNING,
    title="A crashed worker is not restarted",
    expected="a restart after a crash",
    instead="Write Restart=always.",
    why=(
        "Restart=no is the default. After the first crash the worker stays down until an operator starts it. An "
        "out-of-memory kill and a lost connection are such crashes. This trap is only for a service that starts at "
        "boot, or that runs known queue software. Source: systemd.service(5)."
    ),
)
def restart_is_off(seen: Seen) -> t.Iterator[Caught]:
    if seen.is_worker and seen.restart == "no" and not seen.says_yes("RemainAfterExit"):
        at = seen.last("Restart")
        yield Caught(at, written(at) if at else "Restart=no, the default")


@trap(
    "restart-misses-clean-exit",
    WARNING,
    title="A worker that exits 0 stays down, and systemd shows no failure",
    expected="a restart whatever the exit status",
    instead="Write Restart=always.",
    why=(
        "Workers exit with 0 on purpose: after a number of jobs, above a memory limit, after `queue:restart`. With "
        "Restart=on-failure and similar values they stay down then. The unit is inactive and not failed, so no "
        "alarm fires. With Restart=on-success the worker stays down after a crash. Source: the table of "
        "systemd.service(5), hivecommons/hive#4428, our measurement."
    ),
)
def restart_misses_clean_exit(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("Restart")
    if seen.is_worker and at and at.value not in ("no", "always"):
        yield Caught(at, written(at))


@trap(
    "start-limit-gives-up",
    WARNING,
    title="After a few crashes in a row the worker stays down",
    expected="restarts without an end and with a growing delay",
    instead=(
        "Write StartLimitIntervalSec=0 in [Unit], and RestartSec=5s (from systemd 254 on also RestartSteps=8 and "
        "RestartMaxDelaySec=1min)."
    ),
    why=(
        "By default systemd gives up after five starts within ten seconds, and a crashed worker is back within a "
        "tenth of a second. So a broker that is down for one second leaves every worker failed for good. Restarts "
        "by a deploy count too. A unit with OnFailure= is not reported, because that can react. Source: "
        "systemd.unit(5) on StartLimitIntervalSec=, systemd/systemd#30804, and our measurement: failed for good "
        "after 0.65 s."
    ),
)
def start_limit_gives_up(seen: Seen) -> t.Iterator[Caught]:
    if not seen.is_worker or seen.restart == "no" or seen.all("OnFailure", "Unit"):
        return
    burst, interval = _burst(seen), _interval(seen)
    if interval > 0 and burst and sum(_delays(seen, min(burst, 1000))) < interval:
        at = seen.last("StartLimitIntervalSec", "Unit") or seen.last("StartLimitBurst", "Unit")
        limit = "for ever" if interval == math.inf else f"in {interval:g} s"
        yield Caught(at, f"a start limit of {burst} starts {limit}, which crashes reach")


@trap(
    "start-limit-in-service-section",
    ERROR,
    title="The start limit is in a section where systemd does not read it",
    expected="StartLimitIntervalSec= in [Unit]",
    instead="Move it to [Unit].",
    why=(
        "The setting moved to [Unit] in systemd 230 and got its new name there. In [Service] systemd ignores it with "
        "a warning in the journal, and the default limit of five starts in ten seconds is in force. Source: "
        "systemd.unit(5); the list of directives of 247, 252 and 257."
    ),
)
def start_limit_in_service_section(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("StartLimitIntervalSec")
    if at and not seen.last("StartLimitIntervalSec", "Unit"):
        yield Caught(at, f"{written(at)} in [Service]")


@trap(
    "restart-storm",
    WARNING,
    title="A broken worker restarts many times a second, without an end",
    expected="a delay between restarts, or a start limit",
    instead="Write RestartSec=1s or more, or from systemd 254 on RestartSteps=8 and RestartMaxDelaySec=10s.",
    why=(
        "Without a start limit, and with less than a second between restarts, a worker that cannot start uses a "
        "whole CPU. It floods the journal with some 15 starts a second. Source: our measurement, and "
        "pgdg-packaging/pgdg-rpms#191."
    ),
)
def restart_storm(seen: Seen) -> t.Iterator[Caught]:
    if seen.is_worker and seen.restart != "no" and _interval(seen) == 0 and max(_delays(seen, 20)) < 1:
        at = seen.last("RestartSec") or seen.last("StartLimitIntervalSec", "Unit")
        yield Caught(at, f"RestartSec={seen.value('RestartSec', '100ms')} without a start limit")


@trap(
    "restart-steps-do-nothing",
    WARNING,
    title="The delay between restarts does not grow",
    expected="RestartSec= above 0, RestartSteps= and RestartMaxDelaySec= together",
    instead="Write all three, such as RestartSec=100ms, RestartSteps=8 and RestartMaxDelaySec=10s.",
    why=(
        "RestartSteps= and RestartMaxDelaySec= work only together, and only with a delay that is not 0. Otherwise "
        "systemd ignores them. Source: systemd.service(5)."
    ),
)
def restart_steps_do_nothing(seen: Seen) -> t.Iterator[Caught]:
    steps, last = seen.last("RestartSteps"), seen.last("RestartMaxDelaySec")
    from_zero = seen.seconds("RestartSec", RESTART_DELAY) == 0
    if seen.systemd >= GROWING_DELAY_SINCE and (steps or last) and (not (steps and last) or from_zero):
        yield Caught(steps or last, "RestartSec=0" if from_zero else "one of the two alone")


@trap(
    "restart-prevented-after-crash",
    WARNING,
    title="An exit status of every crash prevents the restart",
    expected="only exit statuses with which the program asks not to be restarted",
    instead="Remove 1, 255 and the signals from RestartPreventExitStatus=.",
    why=(
        "An uncaught exception exits with 1 (PHP: 255), and the out-of-memory killer sends SIGKILL. When these are "
        "in RestartPreventExitStatus=, they end the worker for good, in spite of Restart=always. Source: "
        "systemd.service(5), and our measurement."
    ),
)
def restart_prevented_after_crash(seen: Seen) -> t.Iterator[Caught]:
    for word in seen.words("RestartPreventExitStatus"):
        if seen.is_worker and word.text in CRASHES:
            yield Caught(word.at, f"{word.text} in RestartPreventExitStatus=")


@trap(
    "crash-counts-as-success",
    WARNING,
    title="A crash counts as success",
    expected="only exit statuses of a good end",
    instead="Remove 1, 255 and the signals of crashes from SuccessExitStatus=.",
    why=(
        "With the exit status of a crash in SuccessExitStatus= a crashed worker is not failed and, with "
        "Restart=on-failure, not started again. Source: systemd.service(5), and our measurement."
    ),
)
def crash_counts_as_success(seen: Seen) -> t.Iterator[Caught]:
    for word in seen.words("SuccessExitStatus"):
        if seen.is_worker and word.text in CRASHES:
            yield Caught(word.at, f"{word.text} in SuccessExitStatus=")


@trap(
    "exit-leaves-unit-active",
    WARNING,
    title="A worker that has ended looks active",
    expected="a unit that is active as long as its process",
    instead="Remove RemainAfterExit=yes.",
    why=(
        "With RemainAfterExit=yes a worker that exits 0 leaves its unit `active (exited)`. It is never restarted, "
        "not even with Restart=always, and every check is green. Source: systemd.service(5), and our measurement."
    ),
)
def exit_leaves_unit_active(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("RemainAfterExit")
    if seen.is_worker and at and seen.says_yes("RemainAfterExit"):
        yield Caught(at, written(at))


@trap(
    "failure-is-ignored",
    WARNING,
    title="A dash hides every failure of the worker",
    expected="a command whose failure counts",
    instead="Remove the dash before the path in ExecStart=.",
    why=(
        "With the prefix `-` each end of the command counts as success, even a missing program. The start is green, "
        'the unit is never failed, and Restart=on-failure has no effect. Source: systemd.service(5), "COMMAND '
        'LINES", and our measurement.'
    ),
)
def failure_is_ignored(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        if seen.is_worker and "-" in one.prefix:
            yield Caught(one.at, f"`{one.prefix}` before {one.path}")


@trap(
    "one-oom-kill-ends-all",
    WARNING,
    title="When one child runs out of memory, all of them are stopped",
    expected="a main process that replaces the child",
    instead="Write OOMPolicy=continue.",
    why=(
        "The out-of-memory killer ends one process, such as the child with the largest job. With OOMPolicy=stop, "
        "the default, systemd then stops the whole unit. All other jobs must finish, no new ones start during that "
        "time, and jobs that take longer than TimeoutStopSec= are killed. This trap is only for queue software that "
        "replaces its children, with MemoryMax=. It needs cgroup v2, because systemd does not learn of the kill "
        "without it. Source: systemd.service(5) on OOMPolicy=, and service_notify_cgroup_oom_event() of systemd."
    ),
)
def one_oom_kill_ends_all(seen: Seen) -> t.Iterator[Caught]:
    limit, policy = seen.last("MemoryMax"), seen.last("OOMPolicy")
    replaces = seen.is_worker and seen.tool is not None and seen.tool.forks
    stops = seen.value("OOMPolicy", "continue" if seen.says_yes("Delegate") else "stop") != "continue"
    if replaces and limit and limit.value != "infinity" and stops:
        yield Caught(policy or limit, f"{written(limit)}, and OOMPolicy={seen.value('OOMPolicy', 'stop')}")


@trap(
    "run-time-ends-for-good",
    WARNING,
    title="After RuntimeMaxSec= the worker is down",
    expected="a restart after the run time is over",
    instead="Write Restart=always.",
    why=(
        "RuntimeMaxSec= ends the worker with the result `timeout`, and this Restart= does not start it again. Source: "
        "systemd.service(5), and our measurement."
    ),
)
def run_time_ends_for_good(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("RuntimeMaxSec")
    ends = 0 < seen.seconds("RuntimeMaxSec", math.inf) < math.inf
    if seen.is_worker and at and ends and seen.restart in ("no", "on-success", "on-abort", "on-watchdog"):
        yield Caught(at, f"{written(at)} with Restart={seen.restart}")


@trap(
    "requires-takes-worker-down",
    WARNING,
    title="When the other service stops, the worker stops and stays down",
    expected="a weak dependency on other services",
    instead="Write Wants= and After= instead.",
    why=(
        "Requires= and BindsTo= stop the worker together with the other service, for example during an upgrade of "
        "the broker. When that service starts again, the worker stays down: Restart=always does not apply to a "
        "stop. Source: systemd.unit(5), and our measurement."
    ),
)
def requires_takes_worker_down(seen: Seen) -> t.Iterator[Caught]:
    for key in ("Requires", "BindsTo", "Requisite"):
        for word in seen.words(key, "Unit"):
            if seen.is_worker and word.text.endswith(".service"):
                yield Caught(word.at, f"{key}={word.text}")
