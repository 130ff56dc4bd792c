# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A query to the systemd journal about units, its journalctl(1) command, and the entries in the answer.

Any process may write any field of any length to the journal. Only journald writes fields that begin with an underscore.
"""

from __future__ import annotations

import enum
import json
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name

# SD_MESSAGE_UNIT_PROCESS_EXIT of sd-messages.h
MAIN_PROCESS_EXITED = "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15"
# SD_MESSAGE_SPAWN_FAILED
SPAWN_FAILED = "MESSAGE_ID=641257651c1b4ec9a8624d7a40a9e1e7"
# SD_MESSAGE_UNIT_FAILURE_RESULT
UNIT_FAILED = "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c"
# SD_MESSAGE_UNIT_SUCCESS: systemd writes no other entry about a process that ended well. It writes this one for each
# such end, whether a stop was asked for or not.
UNIT_SUCCEEDED = "MESSAGE_ID=7ad2d189f7e94e70a38c781354912448"
# SD_MESSAGE_UNIT_STOPPING: a stop was asked for. Automatic restarts of systemd do not write it (seen on 247, 252 and
# 262).
UNIT_STOPPING = "MESSAGE_ID=de5b426a63be47a7b6ac3eaac82e2f6f"
# SD_MESSAGE_UNIT_OOMD_KILL: systemd-oomd has killed processes of the unit. systemd writes it before their ends.
OOMD_KILLED = "MESSAGE_ID=d989611b15e44c9dbf31e3c81256e4ed"
# The fields of a user manager, and the fields of the system manager with the same meaning (systemd.journal-fields(7)).
OF_A_USER = {"USER_UNIT": "UNIT", "USER_INVOCATION_ID": "INVOCATION_ID"}
FIELDS = ("MESSAGE_ID", "UNIT", "INVOCATION_ID", "UNIT_RESULT", "EXIT_CODE", "EXIT_STATUS", *OF_A_USER)
# The fields that are read from an entry of any kind.
ALL_FIELDS = (
    *FIELDS,
    "MESSAGE",
    "JOB_TYPE",
    "_PID",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "_SYSTEMD_INVOCATION_ID",
)
# The time when journald received the entry, in microseconds since the epoch. journalctl always prints this field.
TAKEN = "__REALTIME_TIMESTAMP"

# systemd.unit(5)
UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")
# No clock shows more seconds since the epoch.
LATEST = 1e11

# Each field is text, also when a process has written something else.
Entry = t.Dict[str, str]


class About(enum.Enum):
    """The kind of entries that a query asks for.

    ``ALL`` are all entries by a unit and about it. ``FAILURES`` are the ends of its main processes and the results of
    its failures. ``EXITS`` are these entries, and the entries about successful ends, stops and systemd-oomd.
    """

    ALL = "all"
    EXITS = "exits"
    FAILURES = "failures"


MESSAGES = {
    About.EXITS: (MAIN_PROCESS_EXITED, UNIT_FAILED, UNIT_SUCCEEDED, UNIT_STOPPING, OOMD_KILLED),
    About.FAILURES: (MAIN_PROCESS_EXITED, UNIT_FAILED),
}


class JournalQuery(t.NamedTuple):
    """The last ``lines`` entries about units. ``since`` and ``until`` are seconds since the epoch; ``None`` is now.

    With ``fresh``, journald first writes all entries that it has received until now, which takes 10 ms. So does the
    journald of each namespace in ``namespaces``.
    """

    about: About
    units: t.Tuple[str, ...]
    since: float
    lines: int
    fresh: bool = False
    until: t.Optional[float] = None

    def argv(self, uid: t.Optional[int]) -> t.List[str]:
        """The journalctl command, which prints the newest entry first.

        ``uid`` is the number of the user for a user manager; then the answer has only entries of that user. ``None`` is
        the system manager. No value of the query can become an option of journalctl, even when a hostile user asks.
        """
        # What processes write is in the namespace of their unit, and what systemd writes is in the default one.
        namespaces = ["--namespace=*"] if self.about is About.ALL and uid is None else []
        fields = ALL_FIELDS if self.about is About.ALL else FIELDS
        argv = ["journalctl", "--no-pager", "--output=json", "--reverse", f"--output-fields={','.join(fields)}"]
        argv += [f"--since=@{self.since:.6f}", f"--lines={self.lines:d}"]
        argv += [] if self.until is None else [f"--until=@{self.until:.6f}"]
        argv += namespaces
        only = [] if uid is None else [f"_UID={uid:d}"]
        by_systemd, by_itself = ("UNIT", "_SYSTEMD_UNIT") if uid is None else ("USER_UNIT", "_SYSTEMD_USER_UNIT")
        # Any process may write any field. Only journald writes fields that begin with an underscore.
        of_systemd = [*(["_PID=1"] if uid is None else only), *(f"{by_systemd}={unit}" for unit in self.units)]
        if self.about is About.ALL:
            # The process that reports why a command cannot be executed may have ended before journald looks up its
            # unit. journald knows the user of that process from the kernel (SCM_CREDENTIALS). The user is still root,
            # except when the process cannot enter a directory.
            root = ["_UID=0"] if uid is None else only
            unspawned = [*root, SPAWN_FAILED, *(f"{by_systemd}={unit}" for unit in self.units)]
            return [*argv, *only, *(f"{by_itself}={unit}" for unit in self.units), "+", *of_systemd, "+", *unspawned]
        return [*argv, *MESSAGES[self.about], *of_systemd]

    @property
    def namespaces(self) -> t.List[str]:
        """The namespaces that pools of ours with these units may have. Not for what systemd alone writes."""
        units = self.units if self.about is About.ALL else ()
        pools = dict.fromkeys(unit_name.UnitName.parse(unit).prefix for unit in units)
        return [unit_name.log_namespace(pool) for pool in pools]

    def as_json(self) -> t.List[t.Any]:
        return [self.about.value, *self[1:]]

    @classmethod
    def of_json(cls, read: t.Any) -> JournalQuery:
        """The query of a process of a user. Raises ``ValueError`` for a query that this collection never makes."""
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
    """The largest number of entries that a query about these units may ask for."""
    return max(1000, 10 * len(units))


def read_entries(printed: str) -> t.List[Entry]:
    """The entries in the output of journalctl with ``--output=json --reverse``, the oldest first.

    A line that is no entry is left out, so that no written entry can end the program that asks. journalctl does not
    escape U+2028 and similar characters, so only a newline ends a line.
    """
    read = [_entry(line) for line in printed.split("\n")]
    return [entry for entry in reversed(read) if entry and not is_forged(entry)]


def _entry(line: str) -> Entry:
    """The fields of an entry; empty when the line is no entry."""
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
    """The time when journald received the entry, in seconds since the epoch; 0 when the time is not known."""
    digits = entry.get(TAKEN, "")
    return int(digits) / 1e6 if re.fullmatch("[0-9]{1,18}", digits) else 0.0


def says(entry: t.Mapping[str, t.Any], message: str) -> bool:
    """Whether an entry has this message id."""
    return f"MESSAGE_ID={entry.get('MESSAGE_ID')}" == message


def is_forged(entry: Entry) -> bool:
    """Whether a living process of another unit, and not systemd, reports why this unit could not be started.

    For a process that a user manager starts, the unit of the system is that manager.
    """
    said_by, about = entry.get("_SYSTEMD_USER_UNIT", entry.get("_SYSTEMD_UNIT")), entry.get("UNIT")
    return says(entry, SPAWN_FAILED) and said_by not in (None, about) and entry.get("_PID") != "1"
