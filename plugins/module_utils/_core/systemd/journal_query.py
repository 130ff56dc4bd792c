# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A question to the systemd journal about units, the journalctl(1) that answers it, and the answer as values.

Any process may write any field of any length to the journal, but for those that begin with an underscore.
"""

from __future__ import annotations

import enum
import json
import re
import typing as t

# SD_MESSAGE_UNIT_PROCESS_EXIT of sd-messages.h
MAIN_PROCESS_EXITED = "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15"
# SD_MESSAGE_SPAWN_FAILED
SPAWN_FAILED = "MESSAGE_ID=641257651c1b4ec9a8624d7a40a9e1e7"
# SD_MESSAGE_UNIT_FAILURE_RESULT
UNIT_FAILED = "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c"
# SD_MESSAGE_UNIT_SUCCESS: of a process that ended well systemd says no more, and that for each end, asked for or not.
UNIT_SUCCEEDED = "MESSAGE_ID=7ad2d189f7e94e70a38c781354912448"
# SD_MESSAGE_UNIT_STOPPING: somebody asked for it. systemd's own restarts come without it (seen on 247, 252 and 262).
UNIT_STOPPING = "MESSAGE_ID=de5b426a63be47a7b6ac3eaac82e2f6f"
# What a manager of a user calls its units, and what they are called everywhere else (systemd.journal-fields(7)).
OF_A_USER = {"USER_UNIT": "UNIT", "USER_INVOCATION_ID": "INVOCATION_ID"}
FIELDS = ("MESSAGE_ID", "UNIT", "INVOCATION_ID", "UNIT_RESULT", "EXIT_CODE", "EXIT_STATUS", *OF_A_USER)
# What is read of an entry of any kind.
ALL_FIELDS = (
    *FIELDS,
    "MESSAGE",
    "JOB_TYPE",
    "_PID",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "_SYSTEMD_INVOCATION_ID",
)
# Microseconds since the epoch, of when journald took the entry; journalctl prints it with any choice of fields.
TAKEN = "__REALTIME_TIMESTAMP"

# systemd.unit(5)
UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")
# Of seconds since the epoch that a clock shows.
LATEST = 1e11

# Each field is a text, whatever was written.
Entry = t.Dict[str, str]


class About(enum.Enum):
    """All that was said by a unit and about it; the ends of main processes; these and the results of failures."""

    ALL = "all"
    EXITS = "exits"
    FAILURES = "failures"


MESSAGES = {
    About.EXITS: (MAIN_PROCESS_EXITED, UNIT_FAILED, UNIT_SUCCEEDED, UNIT_STOPPING),
    About.FAILURES: (MAIN_PROCESS_EXITED, UNIT_FAILED),
}


class JournalQuery(t.NamedTuple):
    """The last ``lines`` entries about units, from one time in seconds since the epoch to another, or to now.

    ``fresh`` when journald shall first write what it was told up to now, which takes it 10 ms.
    """

    about: About
    units: t.Tuple[str, ...]
    since: float
    lines: int
    fresh: bool = False
    until: t.Optional[float] = None

    def argv(self, uid: t.Optional[int]) -> t.List[str]:
        """``uid`` is that of the user whose manager it is, and nothing else is told then; ``None`` for the system's.

        It prints the newest entry first. No word of it is taken for an option, whoever asks.
        """
        fields = ALL_FIELDS if self.about is About.ALL else FIELDS
        argv = ["journalctl", "--no-pager", "--output=json", "--reverse", f"--output-fields={','.join(fields)}"]
        argv += [f"--since=@{self.since:.6f}", f"--lines={self.lines:d}"]
        argv += [] if self.until is None else [f"--until=@{self.until:.6f}"]
        only = [] if uid is None else [f"_UID={uid:d}"]
        by_systemd, by_itself = ("UNIT", "_SYSTEMD_UNIT") if uid is None else ("USER_UNIT", "_SYSTEMD_USER_UNIT")
        # Any process may write any field; those that begin with an underscore are journald's own.
        of_systemd = [*(["_PID=1"] if uid is None else only), *(f"{by_systemd}={unit}" for unit in self.units)]
        if self.about is About.ALL:
            # Why a command cannot be executed says a process that may be gone when journald looks whose it was. The
            # kernel tells journald its user (SCM_CREDENTIALS): root still, but for a directory that cannot be entered.
            root = ["_UID=0"] if uid is None else only
            unspawned = [*root, SPAWN_FAILED, *(f"{by_systemd}={unit}" for unit in self.units)]
            return [*argv, *only, *(f"{by_itself}={unit}" for unit in self.units), "+", *of_systemd, "+", *unspawned]
        return [*argv, *MESSAGES[self.about], *of_systemd]

    def as_json(self) -> t.List[t.Any]:
        return [self.about.value, *self[1:]]

    @classmethod
    def of_json(cls, read: t.Any) -> JournalQuery:
        """What a process of a user asks. Raises ``ValueError`` for what no process of ours would."""
        try:
            about, units, since, lines, fresh, until = read
            end = None if until is None else float(until)
            query = cls(About(about), tuple(units), float(since), int(lines), bool(fresh), end)
            named = all(UNIT.fullmatch(unit) for unit in query.units)
        except (OverflowError, TypeError, ValueError):
            named = False
        if not named or not 0 < query.lines <= most_lines(query.units):
            raise ValueError("no question about units to the journal")
        if not 0 <= query.since < LATEST or not 0 <= (query.until or 0) < LATEST:
            raise ValueError("no time of a question to the journal")
        return query


def most_lines(units: t.Sequence[str]) -> int:
    """How many entries about units are ever asked for."""
    return max(1000, 10 * len(units))


def read_entries(printed: str) -> t.List[Entry]:
    """Entries in order, of what journalctl printed with ``--output=json --reverse``.

    A line that is no entry is left out: nothing that anybody wrote may end what asks. JSON leaves U+2028 and its like
    as they are, so a newline alone ends a line.
    """
    read = [_entry(line) for line in printed.split("\n")]
    return [entry for entry in reversed(read) if entry and not is_forged(entry)]


def _entry(line: str) -> Entry:
    """Empty when the line is no entry."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {OF_A_USER.get(str(name), str(name)): _text(value) for name, value in fields.items()}


def _text(value: t.Any) -> str:
    """journalctl gives ``null`` for a field of more than 4096 bytes, a list of bytes for what is not text, and a list
    of values for a field that was written more than once.
    """
    if isinstance(value, list):
        if value and all(isinstance(one, int) and 0 <= one < 256 for one in value):
            return bytes(value).decode("utf-8", "replace")
        return "\n".join(one if isinstance(one, str) else str(one) for one in value)
    return "" if value is None else str(value)


def taken(entry: Entry) -> float:
    """When journald took the entry, in seconds since the epoch; 0 when that is not known."""
    digits = entry.get(TAKEN, "")
    return int(digits) / 1e6 if re.fullmatch("[0-9]{1,18}", digits) else 0.0


def says(entry: t.Mapping[str, t.Any], message: str) -> bool:
    """Whether an entry is of one of these kinds."""
    return f"MESSAGE_ID={entry.get('MESSAGE_ID')}" == message


def is_forged(entry: Entry) -> bool:
    """Whether a living process of another unit, and not systemd, says why this one could not be started.

    Of what a manager of a user starts, the unit of the system is that manager.
    """
    said_by, about = entry.get("_SYSTEMD_USER_UNIT", entry.get("_SYSTEMD_UNIT")), entry.get("UNIT")
    return says(entry, SPAWN_FAILED) and said_by not in (None, about) and entry.get("_PID") != "1"
