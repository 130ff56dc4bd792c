# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps in what systemd waits for: a start that is green too early, or that never is."""

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
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import Stays, unwrap

NOTIFIES = frozenset({"notify", "notify-reload"})
# The example units of sidekiq and puma have 10 s.
SHORT_WATCHDOG = 5.0


@trap(
    "type-simple-hides-failure",
    WARNING,
    title="The start is green although the program is missing",
    expected="a start that fails when the program cannot be started",
    instead="Write Type=exec, or Type=notify when the worker says READY=1.",
    why=(
        "With Type=simple, the default, systemd reports a start as done before it looks for the program, the user "
        "and the directory. `systemctl start` exits 0, and the unit fails a moment later. Source: "
        "systemd.service(5) on Type=, and our measurement."
    ),
)
def type_simple_hides_failure(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("Type")
    if seen.is_worker and seen.type == "simple":
        yield Caught(at, written(at) if at else "Type=simple, the default")


@trap(
    "ready-is-never-said",
    ERROR,
    title="Type=notify for a worker that never sends READY=1",
    expected="Type=exec",
    instead="Write Type=exec.",
    why=(
        "systemd waits for READY=1 until TimeoutStartSec= is over. Then it kills the worker in the middle of its "
        "jobs and starts it again. This trap is only for queue software that does not send this message. Source: "
        "systemd.service(5) on Type=, sidekiq#4915 (killed every minute), and our measurement."
    ),
)
def ready_is_never_said(seen: Seen) -> t.Iterator[Caught]:
    if seen.type in NOTIFIES and seen.tool and seen.tool.notifies is False:
        yield Caught(seen.last("Type"), f"Type={seen.type} for {seen.tool.name}")


@trap(
    "ready-from-a-child-is-refused",
    WARNING,
    title="systemd does not accept READY=1 from a child of the main process",
    expected="the worker as main process",
    instead="Write the worker's own command in ExecStart=, or `exec` before it; else NotifyAccess=all.",
    why=(
        "With Type=notify systemd accepts messages from the main process only. Behind a shell, sudo or uv run the "
        "worker is a child of it. systemd refuses its READY=1, and the start times out. Source: systemd.service(5) "
        "on NotifyAccess=, sidekiq#5829, our measurement."
    ),
)
def ready_from_a_child_is_refused(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        layers = unwrap(one.words, seen.program_at).layers
        parents = [layer.program for layer in layers if layer.stays is not Stays.NOT]
        says_itself = "systemd-notify" in one.script
        if seen.type in NOTIFIES and parents and not says_itself and seen.value("NotifyAccess", "main") == "main":
            yield Caught(one.at, f"{parents[0]} before the worker, and Type={seen.type}")


@trap(
    "watchdog-is-never-fed",
    ERROR,
    title="A watchdog for a worker that does not feed it",
    expected="no WatchdogSec=",
    instead="Remove WatchdogSec=.",
    why=(
        "When the worker does not send WATCHDOG=1, systemd aborts it after WatchdogSec=, again and again, with its "
        "current job. This trap is only for queue software that does not send this message. Source: "
        "systemd.service(5) on WatchdogSec=, and our measurement."
    ),
)
def watchdog_is_never_fed(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("WatchdogSec")
    if at and 0 < seen.seconds("WatchdogSec", 0) < math.inf and seen.tool and seen.tool.notifies is False:
        yield Caught(at, f"{written(at)} for {seen.tool.name}")


@trap(
    "watchdog-too-short",
    WARNING,
    title="A busy moment is taken for a hang",
    expected="a WatchdogSec= of ten seconds or more",
    instead="Write WatchdogSec=10s or more.",
    why=(
        "A garbage collection, a slow disk or a host without free CPU keeps a healthy worker silent for seconds. "
        "With WatchdogSec=5 sidekiq was aborted at random (sidekiq#4522). Source: that issue, and "
        "systemd.service(5)."
    ),
)
def watchdog_too_short(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("WatchdogSec")
    if seen.is_worker and at and 0 < seen.seconds("WatchdogSec", 0) <= SHORT_WATCHDOG:
        yield Caught(at, written(at))


@trap(
    "forking-without-pid-file",
    WARNING,
    title="systemd guesses which process is the main one",
    expected="PIDFile= with Type=forking",
    instead="Run it in the foreground with Type=exec; else write PIDFile=.",
    why=(
        "Without PIDFile= systemd guesses the main process. With more than one process it gives up. Then it does "
        "not notice a crash of the worker while another process runs. A PIDFile= names one process, so it does not "
        "work for `celery multi` with several nodes. Source: systemd.service(5) on PIDFile= and GuessMainPID=."
    ),
)
def forking_without_pid_file(seen: Seen) -> t.Iterator[Caught]:
    if seen.is_worker and seen.type == "forking" and not seen.all("PIDFile"):
        nodes = any("multi" in one.inner for one in seen.starts)
        hint = "Run `celery worker` with Type=exec, as a template with an instance for each node." if nodes else ""
        yield Caught(seen.last("Type"), "Type=forking without PIDFile=", hint)


@trap(
    "forking-never-forks",
    ERROR,
    title="systemd waits for a fork, but the worker stays in the foreground",
    expected="Type=exec for a worker in the foreground",
    instead="Write Type=exec.",
    why=(
        "With Type=forking the start is done when the first process exits. A worker in the foreground does not, so "
        "the start times out and the worker is killed. Source: systemd.service(5) on Type=, and our measurement."
    ),
)
def forking_never_forks(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    if seen.type == "forking" and tool and not any(tool.goes_away(one.inner) for one in seen.starts):
        yield Caught(seen.last("Type"), f"Type=forking for {tool.name} in the foreground")


@trap(
    "oneshot-never-ends",
    ERROR,
    title="systemd waits for the end of the worker, which never comes",
    expected="Type=exec for a worker",
    instead="Write Type=exec.",
    why=(
        "With Type=oneshot the start is done when the command ends. A worker does not: `systemctl start` hangs, the "
        "unit stays `activating`, and Restart=always is refused. Source: systemd.service(5) on Type=, and our "
        "measurement."
    ),
)
def oneshot_never_ends(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    if seen.type == "oneshot" and tool and not any(tool.comes_to_an_end(one.inner) for one in seen.starts):
        yield Caught(seen.last("Type"), f"Type=oneshot for {tool.name}")


@trap(
    "start-timeout-endless",
    WARNING,
    title="A start that hangs never ends",
    expected="a limit for the time of a start",
    instead="Write the time that a start may take, such as TimeoutStartSec=2min.",
    why=(
        "With Type=notify a start is done at READY=1. With infinity, or with 0, which means the same, a worker that "
        "hangs before it blocks the deploy without an end. Source: systemd.service(5)."
    ),
)
def start_timeout_endless(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("TimeoutStartSec")
    if seen.is_worker and at and seen.type in NOTIFIES and seen.seconds("TimeoutStartSec", 90) in (0, math.inf):
        yield Caught(at, written(at))
