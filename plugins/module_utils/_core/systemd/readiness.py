# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign that a worker has loaded, for workers that do not report it to systemd (Type=notify).

Python leaves SIGTERM alone: Celery and RQ handle it from when they have imported the application and looked at their
arguments. Until then the kernel has no handler for the signal (SigCgt in /proc/PID/status), and any error still ends
the process. PHP, Ruby and Node handle signals themselves from their first moment on, which tells nothing of the
application.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.command import command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.queue_tools import tool_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import STAYING, Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.signals import SIGNALS, signal_name

# Presets, and names of tools.
HANDLE_WHEN_LOADED = frozenset({"celery", "rq"})
TELL_THEMSELVES = frozenset({"notify", "notify-reload"})


def awaited_signal(line: str, service_type: str, kill_signal: str, preset: str = "") -> str:
    """The stop signal, such as ``SIGTERM``, of a command line that handles it when it has loaded; empty for others."""
    tool = tool_of(command(Placed("", "Service", "ExecStart", line, 1)).inner, {})
    loads = HANDLE_WHEN_LOADED.intersection({preset, tool.name if tool else ""})
    signal = signal_name(kill_signal)
    stays = service_type in (STAYING | {"forking"}) - TELL_THEMSELVES
    return signal if loads and stays and signal[3:] in SIGNALS else ""


def awaited_signal_of(unit: t.Optional[Unit]) -> str:
    """The same of a service that somebody else ships."""
    if unit is None:
        return ""
    line, kind = unit.value("Service", "ExecStart"), unit.value("Service", "Type", "simple")
    return awaited_signal(line, kind, unit.value("Service", "KillSignal", "SIGTERM"))
