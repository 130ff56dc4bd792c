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
        "With KillMode=control-group, the default, a stop sends the signal to all processes of the unit at the same "
        "time. So the children that run the jobs get it too, while their parent still waits for them. With a "
        "forking worker, 80 of 80 stops lost the job. With KillMode=mixed, 0 of 1080 stops lost one. This trap is "
        "only for queue software that forks. For a worker of one process both modes are the same. Source: "
        "systemd.kill(5), and our measurement."
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
    expected="a stop that ends all processes of the unit",
    instead=(
        "Write KillMode=mixed: only the main process gets the signal, and remaining processes are killed after it."
    ),
    why=(
        "With KillMode=process systemd stops only the main process. Its children keep running without a supervisor "
        "and with the old code, next to the children of the next start. Source: systemd.kill(5), which advises "
        "against it, and our measurement."
    ),
)
def kill_mode_process_leaves_children(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("KillMode")
    if seen.is_worker and at and at.value == "process":
        yield Caught(at, written(at))


@trap(
    "kill-mode-none-leaves-everything",
    ERROR,
    title="A stop does not end the worker",
    expected="a stop that ends the worker",
    instead="Write KillMode=mixed.",
    why=(
        "With KillMode=none and without ExecStop= a stop sends no signal. The worker keeps running outside of any "
        "unit, and the next start runs a second worker. Source: systemd.kill(5), which calls the setting "
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
        "With SendSIGKILL=no a worker that ignores the signal keeps running. The stop ends after twice "
        "TimeoutStopSec=, `systemctl stop` exits 0, and the old process runs next to the new one. Source: "
        "systemd.kill(5), and our measurement."
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
        "No process can handle SIGKILL, so every stop and every restart loses the current job. Source: signal(7), "
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
    title="The stop signal makes this queue software drop its jobs",
    expected="the signal on which it finishes its jobs first",
    instead="Write the KillSignal= on which it finishes its jobs first.",
    why=(
        "Queue software has signals of its own. On QUIT, celery does a cold shutdown, and gunicorn and solid_queue "
        "stop without waiting; gunicorn does the same on INT. On TERM, resque kills the running child, and on QUIT "
        "it waits for it. On TERM, huey interrupts its tasks, and on INT it finishes them. On TSTP, sidekiq only "
        "takes no new jobs, and is killed after TimeoutStopSec=. Source: the chapter on signals in the "
        "documentation of each."
    ),
)
def kill_signal_drops_jobs(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    signal = signal_name(seen.value("KillSignal", "SIGTERM"))
    gentle_by_environment = any(variable.name in ("GRACEFUL_TERM", "TERM_CHILD") for variable in seen.environment)
    gentle = gentle_by_environment or (tool is not None and any(tool.is_gentle(one.inner) for one in seen.starts))
    if seen.is_known_software and tool and signal in tool.drops_on and not gentle:
        at = seen.last("KillSignal")
        yield Caught(at, f"{signal} for {tool.name}", f"Write KillSignal={tool.gentle_signal}.")


@trap(
    "stop-timeout-shorter-than-job",
    WARNING,
    title="A job may take longer than a stop waits",
    expected="a TimeoutStopSec= above the longest time that a job may take",
    instead="Write a TimeoutStopSec= above the longest job.",
    why=(
        "After TimeoutStopSec= systemd kills the worker with its job. With jobs of 300 ms and a timeout of 200 ms, "
        "15 of 1040 jobs were lost, although all other settings were right. The command line, or the default of the "
        "software, shows how long a job may take. celery/celery#6541 and sidekiq#4133 are examples. Source: "
        "systemd.service(5), and our measurement."
    ),
)
def stop_timeout_shorter_than_job(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    if not seen.is_known_software or tool is None:
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
    title="A stop that hangs never ends",
    expected="a limit for the time of a stop",
    instead="Write the time that the longest job needs, such as TimeoutStopSec=10min.",
    why=(
        "With infinity, or with 0, which means the same, a worker that hangs at its stop blocks every deploy and "
        "the shutdown of the host. It ends only when an operator kills it. Source: systemd.service(5), and our "
        "measurement."
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
    expected="a stop that lets the job finish",
    instead="Remove the command: systemd sends KillSignal= itself, and SIGKILL after TimeoutStopSec=.",
    why=(
        "`kill -9` in ExecStop= gives the worker no time to finish its job. TimeoutStopSec= has no effect then. "
        "Source: signal(7), and our measurement."
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
    instead="Remove the command, and write the signal that ends the worker as KillSignal=.",
    why=(
        "When ExecStop= has ended, systemd sends KillSignal= to the remaining processes. A command that only sends "
        "a signal ends immediately, so the worker gets two signals in a row. For celery and rq the second one "
        "means: drop the jobs. A signal that does not end the worker, such as TSTP of sidekiq, cannot be the "
        "KillSignal= either, because every stop would last until TimeoutStopSec= and end in SIGKILL. Source: "
        "systemd.service(5) on ExecStop= (a command that does not wait is not sufficient), and our measurement."
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
        "A Java program that ends on SIGTERM exits with 143. systemd takes this for a failure, so the unit is "
        "failed after each stop, and a real failure is not visible any more. Source: systemd.service(5) on "
        "SuccessExitStatus=, which has this example, and hivecommons/hive#4385."
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
    title="The worker is not stopped at shutdown",
    expected="the default dependencies",
    instead="Remove DefaultDependencies=no.",
    why=(
        "Without the default dependencies systemd does not stop the worker before the shutdown. The worker is "
        "killed with the last processes, when the network and its broker have already stopped. It also starts "
        'before the file systems are mounted. Source: systemd.service(5), "Default Dependencies".'
    ),
)
def default_dependencies_no(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("DefaultDependencies", "Unit")
    stopped = "shutdown.target" in seen.names("Conflicts")
    if seen.is_worker and at and at.value.lower() in ("no", "false", "0", "off", "n", "f") and not stopped:
        yield Caught(at, written(at))
