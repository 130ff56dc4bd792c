# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How stops ended, read from the journal: after a restart `systemctl show` knows only the new process."""

from __future__ import annotations

import typing as t

# Result= of a unit that systemd did not wait for any longer (systemd.exec(5), SERVICE_RESULT).
TIMEOUT = "timeout"
SIGKILL = "9"
# How a message describes such a stop.
NOT_IN_TIME = "did not end in time and was killed at its stop"


def killed(entries: t.Iterable[t.Mapping[str, t.Any]], formers: t.Mapping[str, str]) -> t.Dict[str, str]:
    """Of units that were stopped those that were killed, and how, in words that follow a subject.

    ``entries`` are what systemd wrote about ends of main processes and results of units, in order; ``formers`` are
    the invocations that were stopped, by unit. With KillMode=mixed a child that the main process leaves behind is
    killed too; that is no failure to systemd, and is not reported.
    """
    found: t.Dict[str, str] = {}
    for entry in entries:
        unit = str(entry.get("UNIT", ""))
        if unit not in formers or entry.get("INVOCATION_ID") != formers[unit]:
            continue
        if entry.get("UNIT_RESULT") == TIMEOUT:
            found[unit] = NOT_IN_TIME
        elif (entry.get("EXIT_CODE"), str(entry.get("EXIT_STATUS"))) == ("killed", SIGKILL):
            found[unit] = "was killed by SIGKILL while it stopped"
    return found
