# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps in how a unit is stopped: they lose jobs, or leave processes behind."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    ERROR,
    WARNING,
    Caught,
    trap,
    written,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.command import Command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.signals import signal_name

# DefaultTimeoutStopSec= of systemd-system.conf(5)
DEFAULT_STOP = 90.0
KILLERS = frozenset({"kill", "pkill", "killall"})
SIGNAL_OPTION = re.compile(r"-([0-9]{1,2}|[A-Z][A-Z0-9]+)")
# On these a worker that handles them ends; others only tell it something.
ENDING = frozenset({"SIGTERM", "SIGINT", "SIGQUIT"})
JVM = frozenset({"java", "kotlin", "scala"})


def _sent(command: Command) -> str:
    """The signal that a kill sends."""
    named = command.option("-s", "--signal", "-n") or ""
    given = [found.group(1) for found in map(SIGNAL_OPTION.fullmatch, command.inner[1:]) if found]
    return signal_name((given or [named or "TERM"])[0])


def _instead_of_sending(seen: Seen, sent: str) -> str:
    """What does not lose jobs where a command sends a signal."""
    tool = seen.tool
    if tool and (sent in tool.drops_on or sent not in ENDING):
        return f"Remove the command, and write KillSignal={tool.gentle_signal}."
    if sent in ENDING:
        return f"Remove the command, and write KillSignal={sent}."
    return "Remove the command, or let it wait until the worker has no job left; KillSignal= has to end it."


def _kills(command: Command) -> bool:
    return bool(command.inner) and command.inner[0].rpartition("/")[2] in KILLERS


@trap(
    "kill-mode-kills-jobs",
    WARNING,
    title="A stop kills the children that run the jobs",
    expected="a stop that signals the main process and lets it wait for its children",
    instead="Write KillMode=mixed.",
    why=(
        "With KillMode=control-group, the default, a stop sends the signal to every process of the unit at once, also "
        "to the children that run the jobs, while their parent still waits for them. Measured with a forking worker: "
        "80 jobs lost in 80 stops, and none in 1080 with KillMode=mixed. Told only for queue software that forks; for "
        "a worker of one process both are the same. Source: systemd.kill(5), and our measurement."
    ),
)
def kill_mode_kills_jobs(seen: Seen) -> t.Iterator[Caught]:
    pool = next((one.option("-P", "--pool") for one in seen.starts), None)
    forks = seen.tool is not None and seen.tool.forks and pool in (None, "prefork", "processes")
    # A daemon has its own way to be stopped. Without one systemd may not know its main process, and mixed signals that.
    detached = seen.type == "forking"
    if not seen.is_worker or not forks or (detached and seen.all("ExecStop")):
        return
    if seen.value("KillMode", "control-group") == "control-group":
        at = seen.last("KillMode")
        found = written(at) if at else "KillMode=control-group, the default, for a worker that forks"
        yield Caught(at, found, "Run it in the foreground with Type=exec and KillMode=mixed." if detached else "")


@trap(
    "kill-mode-process-leaves-children",
    WARNING,
    title="A stop leaves the children running",
    expected="a stop after which nothing of the unit runs",
    instead="Write KillMode=mixed: the main process gets the signal alone, and what it leaves is killed.",
    why=(
        "With KillMode=process only the main process is stopped. Children that it leaves keep running, without a "
        "supervisor and with the old code, next to those of the next start. Source: systemd.kill(5), which "
        "advises against it, and our measurement."
    ),
)
def kill_mode_process_leaves_children(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("KillMode")
    if seen.is_worker and at and at.value == "process":
        yield Caught(at, written(at))


@trap(
    "kill-mode-none-leaves-everything",
    ERROR,
    title="A stop stops nothing",
    expected="a stop that ends the worker",
    instead="Write KillMode=mixed.",
    why=(
        "With KillMode=none and without ExecStop= a stop sends no signal at all: the worker goes on outside of any "
        "unit, and the next start runs a second one beside it. Source: systemd.kill(5), which calls the setting "
        "deprecated."
    ),
)
def kill_mode_none_leaves_everything(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("KillMode")
    if seen.is_own_service and at and at.value == "none" and not seen.all("ExecStop"):
        yield Caught(at, written(at))


@trap(
    "send-sigkill-no-leaves-worker",
    WARNING,
    title="A worker that hangs at its stop is never ended",
    expected="a kill after TimeoutStopSec=",
    instead="Remove SendSIGKILL=no, and give TimeoutStopSec= the time that the longest job needs.",
    why=(
        "With SendSIGKILL=no a worker that does not react to the signal stays. The stop is over after twice "
        "TimeoutStopSec=, `systemctl stop` exits 0, and the process is left behind to run beside its successor. "
        "Source: systemd.kill(5), and our measurement."
    ),
)
def send_sigkill_no_leaves_worker(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("SendSIGKILL")
    if seen.is_worker and at and at.value.lower() in ("no", "false", "0", "off", "n", "f"):
        yield Caught(at, written(at))


@trap(
    "kill-signal-is-sigkill",
    ERROR,
    title="A stop begins with SIGKILL",
    expected="a signal that the worker can handle",
    instead="Remove it: the default is SIGTERM.",
    why=(
        "No process can handle SIGKILL, so every stop and every restart loses the job that runs. Source: signal(7), "
        "and our measurement."
    ),
)
def kill_signal_is_sigkill(seen: Seen) -> t.Iterator[Caught]:
    for key in ("KillSignal", "RestartKillSignal"):
        at = seen.last(key)
        if at and signal_name(at.value) == "SIGKILL":
            yield Caught(at, written(at))


@trap(
    "kill-signal-drops-jobs",
    WARNING,
    title="The stop signal makes this queue software give up its jobs",
    expected="the signal on which it ends its jobs first",
    instead="Write the KillSignal= on which it ends its jobs first.",
    why=(
        "Queue software has signals of its own: celery takes QUIT for a cold shutdown, resque kills the running child "
        "on TERM and waits for it on QUIT, huey interrupts its tasks on TERM and ends them on INT, gunicorn is quick "
        "on QUIT and INT, solid_queue on QUIT, sidekiq on TSTP only stops to fetch and is killed after "
        "TimeoutStopSec=. Source: the signals chapter of each one's documentation."
    ),
)
def kill_signal_drops_jobs(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    signal = signal_name(seen.value("KillSignal", "SIGTERM"))
    gentle_by_environment = any(variable.name in ("GRACEFUL_TERM", "TERM_CHILD") for variable in seen.environment)
    gentle = gentle_by_environment or (tool is not None and any(tool.is_gentle(one.inner) for one in seen.starts))
    if seen.is_worker and tool and signal in tool.drops_on and not gentle:
        at = seen.last("KillSignal")
        yield Caught(at, f"{signal} for {tool.name}", f"Write KillSignal={tool.gentle_signal}.")


@trap(
    "stop-timeout-shorter-than-job",
    WARNING,
    title="A job may take longer than a stop waits",
    expected="a TimeoutStopSec= above the longest time that a job may take",
    instead="Write a TimeoutStopSec= above the longest job.",
    why=(
        "After TimeoutStopSec= the worker is killed with its job. Measured with 300 ms jobs and a timeout of 200 ms: "
        "15 of 1040 jobs lost, although everything else was right. The command line tells how long a job may take (or "
        "the default of the software does); celery/celery#6541 and sidekiq#4133 are this trap. Source: "
        "systemd.service(5)."
    ),
)
def stop_timeout_shorter_than_job(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    if not seen.is_worker or tool is None:
        return
    given = [one.option(*tool.grace) for one in seen.starts]
    units = (int(text) for text in given if text and re.fullmatch(r"[0-9]{1,9}", text))
    needed = next((number * tool.grace_unit for number in units), tool.grace_default)
    key = "TimeoutStopSec" if seen.last("TimeoutStopSec") else "TimeoutSec"
    # Zero means that a job may take any time, to the software as to systemd.
    stop = seen.seconds(key, DEFAULT_STOP) or math.inf
    if needed and stop <= needed:
        at = seen.last(key)
        found = written(at) if at else "TimeoutStopSec=90s, the default,"
        hint = f"Write TimeoutStopSec={needed + 10:.0f}s or more."
        yield Caught(at, f"{found} where a job of {tool.name} may take {needed:.0f} s", hint)


@trap(
    "stop-timeout-endless",
    WARNING,
    title="A stop that hangs, hangs for ever",
    expected="an end of the patience",
    instead="Write the time that the longest job needs, such as TimeoutStopSec=10min.",
    why=(
        "With infinity, or 0 which means the same, a worker that hangs at its stop blocks every deploy and the "
        "shutdown of the host until somebody kills it by hand. Source: systemd.service(5), and our measurement."
    ),
)
def stop_timeout_endless(seen: Seen) -> t.Iterator[Caught]:
    for key in ("TimeoutStopSec", "TimeoutSec"):
        at = seen.last(key)
        if seen.is_worker and at and seen.seconds(key, DEFAULT_STOP) in (0, math.inf):
            yield Caught(at, written(at))


@trap(
    "exec-stop-kills-at-once",
    ERROR,
    title="The stop command kills the worker",
    expected="a stop that lets the job end",
    instead="Remove the command: systemd sends KillSignal= itself, and SIGKILL after TimeoutStopSec=.",
    why=(
        "`kill -9` in ExecStop= gives the worker no chance to end its job; the patience of TimeoutStopSec= never "
        "begins. Source: signal(7), and our measurement."
    ),
)
def exec_stop_kills_at_once(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.commands("ExecStop"):
        if seen.is_own_service and _kills(one) and _sent(one) == "SIGKILL":
            yield Caught(one.at, written(one.at))


@trap(
    "exec-stop-does-not-wait",
    WARNING,
    title="The stop command only sends a signal, and a second one follows",
    expected="one signal, sent by systemd",
    instead="Remove the command; the signal that ends the worker goes into KillSignal=.",
    why=(
        "When ExecStop= has ended, systemd sends KillSignal= to what is left. A command that only signals ends at "
        "once, so the worker gets two signals in a row, and for celery and rq the second one means: give up the "
        "jobs. A signal that does not end the worker, such as the TSTP of sidekiq, is none for KillSignal= either: "
        "every stop would then last until TimeoutStopSec= and end in SIGKILL. "
        "Source: systemd.service(5) on ExecStop= (a command that does not wait is not sufficient), and our "
        "measurement."
    ),
)
def exec_stop_does_not_wait(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.commands("ExecStop"):
        sent = _sent(one)
        if seen.is_worker and _kills(one) and sent != "SIGKILL" and len(one.script_commands) < 2:
            yield Caught(one.at, written(one.at), _instead_of_sending(seen, sent))


@trap(
    "exit-143-is-failure",
    WARNING,
    title="Every clean stop leaves the unit failed",
    expected="a stop that counts as success",
    instead="Write SuccessExitStatus=143.",
    why=(
        "A Java program that is asked to end by SIGTERM exits with 143, which systemd takes for a failure: after each "
        "stop the unit is failed, and a real failure is no longer seen. Source: systemd.service(5) on "
        "SuccessExitStatus=, which has this very example, and hivecommons/hive#4385."
    ),
)
def exit_143_is_failure(seen: Seen) -> t.Iterator[Caught]:
    accepted = seen.names("SuccessExitStatus", "Service")
    if seen.is_worker and not accepted & {"143", "TERM", "SIGTERM"}:
        for one in seen.starts:
            if one.inner and one.inner[0].rpartition("/")[2] in JVM:
                yield Caught(one.at, "a Java program without SuccessExitStatus=143")


@trap(
    "default-dependencies-no",
    WARNING,
    title="At shutdown the worker is not stopped",
    expected="the default dependencies",
    instead="Remove DefaultDependencies=no.",
    why=(
        "Without the default dependencies nothing stops the worker before shutdown: it is killed with the last "
        "processes, when the network and its broker are gone, and it starts before the file systems are there. "
        'Source: systemd.service(5), "Default Dependencies".'
    ),
)
def default_dependencies_no(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("DefaultDependencies", "Unit")
    stopped = "shutdown.target" in seen.names("Conflicts")
    if seen.is_worker and at and at.value.lower() in ("no", "false", "0", "off", "n", "f") and not stopped:
        yield Caught(at, written(at))
