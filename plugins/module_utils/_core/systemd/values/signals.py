# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals and exit statuses by name or number (signal-util.c, exit-status.c)."""

from __future__ import annotations

import re
import signal

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import integer
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import names

SIGNALS = names(
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG"
    " XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
)
LAST_SIGNAL = 64
REAL_TIME = 30
# systemd-analyze exit-status
STATUSES = names(
    "SUCCESS FAILURE INVALIDARGUMENT NOTIMPLEMENTED NOPERMISSION NOTINSTALLED NOTCONFIGURED NOTRUNNING USAGE DATAERR"
    " NOINPUT NOUSER NOHOST UNAVAILABLE SOFTWARE OSERR OSFILE CANTCREAT IOERR TEMPFAIL PROTOCOL NOPERM CONFIG CHDIR"
    " NICE FDS EXEC MEMORY LIMITS OOM_ADJUST SIGNAL_MASK STDIN STDOUT CHROOT IOPRIO TIMERSLACK SECUREBITS SETSCHEDULER"
    " CPUAFFINITY GROUP USER CAPABILITIES CGROUP SETSID CONFIRM STDERR PAM NETWORK NAMESPACE NO_NEW_PRIVILEGES SECCOMP"
    " SELINUX_CONTEXT PERSONALITY APPARMOR ADDRESS_FAMILIES RUNTIME_DIRECTORY CHOWN SMACK_PROCESS_LABEL KEYRING"
    " STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY NUMA_POLICY CREDENTIALS EXCEPTION"
)
STATUSES_SINCE = {"BPF": 250, "KSM": 254, "MEMORY_THP": 259}


def is_signal(text: str) -> bool:
    """``SIGTERM``, ``TERM``, ``15``, ``RTMIN+3``."""
    number = integer(text)
    if number is not None:
        return 1 <= number <= LAST_SIGNAL
    name = text[3:] if text.startswith("SIG") else text
    if name in SIGNALS or name in ("RTMIN", "RTMAX"):
        return True
    offset = integer(name[5:])
    if offset is None or name[5:6] != {"RTMIN": "+", "RTMAX": "-"}.get(name[:5]):
        return False
    return abs(offset) <= REAL_TIME


def is_exit_status(text: str, systemd: int) -> bool:
    """A status by name or number, or a signal by name; a signal's number is taken for a status."""
    number = integer(text)
    return (
        text in STATUSES
        or STATUSES_SINCE.get(text, systemd + 1) <= systemd
        or (is_signal(text) if number is None else 0 <= number <= 255)
    )


def signal_name(text: str) -> str:
    """``9``, ``KILL`` and ``SIGKILL`` are one."""
    number = int(text) if re.fullmatch("[0-9]{1,2}", text) else 0
    known = next((one.name for one in signal.Signals if one == number), "")
    return known or (text if text.startswith("SIG") else f"SIG{text}")
