# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What decides whether jobs survive a stop, for each framework: directives of [Service] with their reasons.

No preset sets KillSignal= or SuccessExitStatus=: every framework here finishes on SIGTERM, systemd's own default, and
then exits with 0 (molecule/no_lost_jobs). Only Sidekiq has a quiet signal, on which a worker takes no new jobs and goes
on with those in hand, that does more than SIGTERM: SIGTERM starts the clock of its --timeout. None sets WatchdogSec=: a
busy host would let systemd abort a worker with its jobs in hand (sidekiq issue 4522).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span

DEFAULT = "generic"


@dataclass(frozen=True)
class Setting:
    """One directive, why it has this value, and where that is known from."""

    directive: str
    value: str
    because: str
    source: str


_STARTED = Setting(
    "Type",
    "exec",
    "The framework does not tell systemd when it is ready. With exec a missing program, user or directory at least "
    "fails the start. With simple the start succeeds.",
    "systemd.service(5); measured on systemd 247, 252 and 257",
)
_MAIN_PROCESS_FIRST = Setting(
    "KillMode",
    "mixed",
    "SIGTERM goes to the main process alone. When it has ended, the remaining processes are killed. With systemd's "
    "default, control-group, the children get SIGTERM too: a forking worker lost its current job in 80 of 80 stops.",
    "systemd.kill(5); measured",
)


_CHILDREN_ARE_REPLACED = Setting(
    "OOMPolicy",
    "continue",
    "The main process replaces a child that the out-of-memory killer ended. With systemd's default, stop, one such "
    "child stops all jobs of the instance.",
    "systemd.service(5); service_notify_cgroup_oom_event() of systemd",
)


def _job_has(time: str, because: str, source: str) -> Setting:
    return Setting("TimeoutStopSec", time, because, source)


_GENERIC = (
    _STARTED,
    _MAIN_PROCESS_FIRST,
    _job_has("90s", "systemd's own default. It is written down because jobs depend on it.", "systemd-system.conf(5)"),
)
_PHP = (
    _STARTED,
    _MAIN_PROCESS_FIRST,
    _job_has(
        "90s",
        "By default a job of queue:work may take 60 s (--timeout), and the stop must wait longer than that.",
        "Laravel, Queues: stopwaitsecs is greater than the time of the longest job",
    ),
)
_CELERY = (
    _STARTED,
    _MAIN_PROCESS_FIRST,
    _CHILDREN_ARE_REPLACED,
    _job_has(
        "10min",
        "By default a task has no time limit. The main process waits for the current tasks.",
        "Celery's own supervisord example: stopwaitsecs = 600",
    ),
)
_RQ = (
    _STARTED,
    _MAIN_PROCESS_FIRST,
    _CHILDREN_ARE_REPLACED,
    _job_has(
        "200s",
        "By default a job may take 180 s, and the stop must wait longer than that.",
        "RQ, Queue.DEFAULT_TIMEOUT",
    ),
)
_SIDEKIQ = (
    Setting(
        "Type",
        "notify",
        "Sidekiq sends READY=1 when it has booted the application, so a green start has really worked. Needs Sidekiq "
        "6.0.6 or newer, started without a shell around it.",
        "bin/sidekiq, integrate_with_systemd; seen with 6.4.1",
    ),
    _MAIN_PROCESS_FIRST,
    _job_has(
        "90s",
        "Sidekiq gives jobs its --timeout, 25 s by default, and then pushes them back to Redis. If it is killed "
        "before that, it loses them.",
        "Sidekiq, Signals and Deployment; sidekiq issue 4133",
    ),
    Setting(
        "ExecStop",
        "-" + render_argv(["/bin/sh", "-c", 'test -n "$MAINPID" && kill -s TSTP "$MAINPID"']),
        "Only with a busy_check. This is the quiet signal: Sidekiq takes no new jobs. SIGTERM follows when the "
        "current jobs are done, because it gives them only --timeout.",
        "Sidekiq, Signals: use TSTP + TERM",
    ),
)
_NODE = (
    _STARTED,
    _MAIN_PROCESS_FIRST,
    _job_has(
        "90s",
        "worker.close() waits for the current jobs, without a limit of its own.",
        "BullMQ, Graceful shutdown",
    ),
)

PRESETS: t.Mapping[str, t.Tuple[Setting, ...]] = {
    "generic": _GENERIC,
    "php": _PHP,
    "laravel": _PHP,
    "celery": _CELERY,
    "rq": _RQ,
    "sidekiq": _SIDEKIQ,
    "bullmq": _NODE,
    "node": _NODE,
}


def directives(preset: str) -> t.Dict[str, str]:
    """``{"Type": "exec", ...}``"""
    return {setting.directive: setting.value for setting in PRESETS[preset]}


def stop_time(preset: str, drain_timeout: t.Optional[str]) -> float:
    """How long a stop may take, in seconds."""
    return time_span.seconds_or_endless(drain_timeout or directives(preset)["TimeoutStopSec"])


def patience(preset: str, drain_timeout: t.Optional[str]) -> float:
    """How long busy instances are left to become idle before they are stopped; a stop that quiets waits itself."""
    return 0.0 if "ExecStop" in directives(preset) else stop_time(preset, drain_timeout)
