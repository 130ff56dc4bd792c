# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps that only the running process shows, after its start."""

from __future__ import annotations

import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    WARNING,
    Caught,
    trap,
    written,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.signals import signal_name

# Their runtimes catch signals themselves, whether the program does or not: the mask proves nothing.
CATCH_ALWAYS = ("php", "ruby", "node", "java", "dotnet", "deno", "beam", "erl")


def _bit(seen: Seen) -> int:
    """Of the stop signal in the masks of /proc/PID/status: bit 0 is signal 1."""
    name = signal_name(seen.value("KillSignal", "SIGTERM"))
    number = getattr(signal, name, None)
    return 1 << (int(number) - 1) if isinstance(number, signal.Signals) else 0


@trap(
    "process-ignores-stop-signal",
    WARNING,
    title="The running worker ignores the stop signal",
    expected="a main process that handles it",
    instead=("Handle the signal in the worker. A `trap '' TERM` or a nohup before it makes the worker ignore it."),
    why=(
        "The kernel has the signal in SigIgn of the main process. A stop waits until TimeoutStopSec= is over, and "
        "then kills the worker with its job. Source: proc(5) on SigIgn, and our measurement."
    ),
)
def process_ignores_stop_signal(seen: Seen) -> t.Iterator[Caught]:
    if seen.process.ignored is not None and seen.process.ignored & _bit(seen):
        yield Caught(seen.last("KillSignal"), f"{seen.process.program}, which ignores the stop signal")


@trap(
    "process-has-no-handler",
    WARNING,
    title="The running worker has no handler for the stop signal",
    expected="a main process that finishes its job first",
    instead="Handle the signal in the worker: take no new job, finish the current one, exit 0.",
    why=(
        "The kernel has the signal neither in SigCgt nor in SigIgn of the main process. So the process dies "
        "immediately, in the middle of the job. Runtimes that always have a handler (PHP, Ruby, Node, Java) prove "
        "nothing and are left out. A worker that still loads is not checked. Source: proc(5) on SigCgt, signal(7), "
        "and our measurement: RQ and Celery import for 1.5 to 5 s before they have a handler."
    ),
)
def process_has_no_handler(seen: Seen) -> t.Iterator[Caught]:
    caught, ignored, bit = seen.process.caught, seen.process.ignored, _bit(seen)
    proves = bool(seen.process.program) and not seen.process.program.startswith(CATCH_ALWAYS)
    # What it does not handle yet it may handle when it has loaded.
    proves = proves and not seen.process.loading
    if seen.is_worker and proves and bit and caught is not None and not (caught | (ignored or 0)) & bit:
        yield Caught(seen.last("KillSignal"), f"{seen.process.program}, which dies of the stop signal")


@trap(
    "limit-is-not-in-force",
    WARNING,
    title="A limit is set but not in force",
    expected="a kernel that accounts for the unit",
    instead="Give systemd the cgroup controllers (memory, pids): on the kernel command line, or of the container.",
    why=(
        "In many containers, and with cgroup v1, systemd does not have the controller. Then it accepts MemoryMax= "
        "and TasksMax=, but they have no effect. The counter of an active unit is `[not set]` then. Source: "
        "systemd.resource-control(5), and our measurement: a worker with MemoryMax=50M allocated 240 MB."
    ),
)
def limit_is_not_in_force(seen: Seen) -> t.Iterator[Caught]:
    counters = (("MemoryMax", seen.process.memory_current), ("TasksMax", seen.process.tasks_current))
    for key, counter in counters:
        at = seen.last(key)
        if at and at.value != "infinity" and seen.process.accounted and counter is None:
            yield Caught(at, f"{written(at)}, and {key.replace('Max', 'Current')}=[not set]")
