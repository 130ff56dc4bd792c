# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A question to the systemd journal about units, and the journalctl(1) that answers it."""

from __future__ import annotations

import enum
import typing as t

# SD_MESSAGE_UNIT_PROCESS_EXIT of sd-messages.h
MAIN_PROCESS_EXITED = "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15"
# SD_MESSAGE_SPAWN_FAILED
SPAWN_FAILED = "MESSAGE_ID=641257651c1b4ec9a8624d7a40a9e1e7"
# SD_MESSAGE_UNIT_FAILURE_RESULT
UNIT_FAILED = "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c"
# What a manager of a user calls its units, and what they are called everywhere else (systemd.journal-fields(7)).
OF_A_USER = {"USER_UNIT": "UNIT", "USER_INVOCATION_ID": "INVOCATION_ID"}
FIELDS = ("UNIT", "INVOCATION_ID", "UNIT_RESULT", "EXIT_CODE", "EXIT_STATUS", *OF_A_USER)

Entry = t.Dict[str, t.Any]


class About(enum.Enum):
    """All that was said by a unit and about it; the ends of main processes; these and the results of failures."""

    ALL = "all"
    EXITS = "exits"
    FAILURES = "failures"


MESSAGES = {About.EXITS: (MAIN_PROCESS_EXITED,), About.FAILURES: (MAIN_PROCESS_EXITED, UNIT_FAILED)}


class JournalQuery(t.NamedTuple):
    """The last ``lines`` entries about units, from a time in seconds since the epoch on.

    ``fresh`` when journald shall first write what it was told up to now, which takes it 10 ms.
    """

    about: About
    units: t.Tuple[str, ...]
    since: float
    lines: int
    fresh: bool = False

    def argv(self, uid: t.Optional[int]) -> t.List[str]:
        """``uid`` is that of the user whose manager it is, and nothing else is told then; ``None`` for the system's.

        No word of it is taken for an option, whoever asks.
        """
        argv = ["journalctl", "--no-pager", "--output=json", f"--since=@{self.since:.6f}", f"--lines={self.lines:d}"]
        only = [] if uid is None else [f"_UID={uid:d}"]
        by_systemd, by_itself = ("UNIT", "_SYSTEMD_UNIT") if uid is None else ("USER_UNIT", "_SYSTEMD_USER_UNIT")
        # Any process may write any field; those that begin with an underscore are journald's own.
        told = [*(["_PID=1"] if uid is None else only), *(f"{by_systemd}={unit}" for unit in self.units)]
        if self.about is About.ALL:
            # Why a command cannot be executed says a process that is gone when journald looks whose it was.
            unspawned = [*only, SPAWN_FAILED, *(f"{by_systemd}={unit}" for unit in self.units)]
            return [*argv, *only, *(f"{by_itself}={unit}" for unit in self.units), "+", *told, "+", *unspawned]
        return [*argv, f"--output-fields={','.join(FIELDS)}", *MESSAGES[self.about], *told]

    def as_json(self) -> t.List[t.Any]:
        return [self.about.value, *self[1:]]

    @classmethod
    def of_json(cls, read: t.Sequence[t.Any]) -> JournalQuery:
        about, units, since, lines, fresh = read
        return cls(About(about), tuple(units), float(since), int(lines), bool(fresh))


def is_forged(entry: Entry) -> bool:
    """Whether a living process of another unit says why this one could not be started."""
    said_by, about = entry.get("_SYSTEMD_UNIT"), entry.get("UNIT")
    unspawned = f"MESSAGE_ID={entry.get('MESSAGE_ID')}" == SPAWN_FAILED
    return unspawned and said_by not in (None, about)


def with_common_names(entry: Entry) -> Entry:
    """An entry about a unit of a user, as one of the system would be."""
    return {OF_A_USER.get(name, name): value for name, value in entry.items()}
