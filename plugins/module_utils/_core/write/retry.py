# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of a job that is tried again when it fails: a shell that runs the command until it succeeds.

All tries are one run of the service. So a deploy never ends them, the timer starts no run between two of them, and a
stop ends them. Restart=on-failure cannot do this: only the start limit counts, it also counts the runs that the timer
starts, and only `systemctl reset-failed` resets it, which forgets that the run failed (measured on 252).
"""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import Retry

# No command has variables of these names (RESERVED_VARIABLES). A stop signals all processes of the service, so the
# shell waits for the command to end, and tries no more. The shell ends as the last try did, also by its signal.
SCRIPT = """\
WORKERS_TRY=1 WORKERS_MOST=$1 WORKERS_DELAY=$2 WORKERS_STOP=; shift 2; trap WORKERS_STOP=1 TERM INT HUP; \
while :; do "$@" && exit 0; WORKERS_STATUS=$?; \
[ "$WORKERS_TRY" -lt "$WORKERS_MOST" ] && [ -z "$WORKERS_STOP" ] || break; \
echo "try $WORKERS_TRY of $WORKERS_MOST ended with status $WORKERS_STATUS, the next begins in $WORKERS_DELAY s" >&2; \
command -p sleep "$WORKERS_DELAY"; [ -z "$WORKERS_STOP" ] || break; WORKERS_TRY=$((WORKERS_TRY + 1)); done; \
trap - TERM INT HUP; [ "$WORKERS_STATUS" -le 128 ] || kill -$((WORKERS_STATUS - 128)) $$; exit "$WORKERS_STATUS"\
"""


def trying(retry: Retry, exec_start: str) -> str:
    """The line of ExecStart= that tries the command of another such line."""
    return f"{render_argv(['/bin/sh', '-c', SCRIPT, 'retry', str(retry.times + 1), f'{retry.delay:g}'])} {exec_start}"
