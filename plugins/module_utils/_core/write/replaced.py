# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks in files of another manager, which ask it not to start a program again, and the record of what was marked.

A mark deletes nothing, and takes itself back also when somebody has edited the file since.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import MANAGERS, Replaces

NAME = "workers.systemd"
IN_CRONTAB = f"#{NAME}: "
IN_INI = f";{NAME}: "
NOT_STARTED = f"autostart=false ;{NAME}"
AUTOSTART = re.compile(r"autostart\s*[=:]", re.IGNORECASE)
# A line of `supervisorctl status`, as `mail:mail_00   RUNNING   pid 17, uptime 0:00:04`.
STATUS = re.compile(r"(\S+)\s+(RUNNING|STARTING|BACKOFF|STOPPING|STOPPED|EXITED|FATAL|UNKNOWN)\b")
UP = ("RUNNING", "STARTING", "BACKOFF", "STOPPING")


@dataclass(frozen=True)
class Record:
    """``files`` are those with a mark, ``ran`` the processes that ran. ``run`` is when the run began that took it over
    or gives it back.
    """

    replaces: Replaces
    files: t.Tuple[str, ...]
    ran: t.Tuple[str, ...]
    run: str


def record_text(record: Record) -> str:
    return json.dumps(asdict(record), indent=1) + "\n"


def parse_record(text: str, where: str) -> Record:
    """Raises ``Problems`` when it is broken."""
    try:
        read = json.loads(text)
        replaces = Replaces(**read["replaces"])
        if replaces.manager not in MANAGERS:
            raise ValueError(replaces.manager)
        return Record(replaces, tuple(read["files"]), tuple(read["ran"]), str(read["run"]))
    except (KeyError, TypeError, ValueError) as error:
        found = f"a broken record ({type(error).__name__}: {error})"
        raise Problems([Problem(where, found, "what an earlier run wrote", "Remove this file.")]) from None


def states(text: str) -> t.Dict[str, str]:
    """The state of each process in the output of `supervisorctl status`."""
    found = (STATUS.match(line) for line in text.split("\n"))
    return {one[1]: one[2] for one in found if one}


def pids_of_pm2(text: str) -> t.List[str]:
    """The processes in the output of `pm2 pid NAME`: a line each, with 0 or nothing for one that does not run."""
    return [line for line in text.split() if re.fullmatch("[1-9][0-9]*", line)]


def ids_of_pm2(text: str) -> t.List[str]:
    """The numbers in the output of `pm2 id NAME`, as `[ 0, 1 ]`."""
    return re.findall("[0-9]+", text[text.rfind("[") :])


def has_program(text: str, program: str) -> bool:
    return any(_section(line) == f"program:{program}" for line in text.split("\n"))


def group_of(texts: t.Iterable[str], program: str) -> str:
    """The [group:x] that names a program among others; empty when it is a group of its own."""
    for text in texts:
        section = ""
        for line in text.split("\n"):
            section = _section(line) or section
            key, _equals, value = line.partition("=")
            programs = {one.strip() for one in value.partition(";")[0].split(",")}
            if section.startswith("group:") and key.strip() == "programs" and program in programs:
                return section[len("group:") :]
    return ""


def marked_ini(text: str, program: str) -> str:
    """Of a file of supervisord: the program does not start by itself any more."""
    if NOT_STARTED in _lines_of(text, program):
        return text
    done, section = [], ""
    for line in text.split("\n"):
        section = _section(line) or section
        ours = section == f"program:{program}"
        done.append(f"{IN_INI}{line}" if ours and AUTOSTART.match(line) else line)
        if ours and _section(line):
            done.append(NOT_STARTED)
    return "\n".join(done)


def unmarked_ini(text: str, program: str) -> str:
    done, section = [], ""
    for line in text.split("\n"):
        section = _section(line) or section
        ours = section == f"program:{program}"
        if not (ours and line == NOT_STARTED):
            done.append(line[len(IN_INI) :] if ours and line.startswith(IN_INI) else line)
    return "\n".join(done)


def marked_crontab(text: str, line: str) -> str:
    return "\n".join(f"{IN_CRONTAB}{one}" if one == line else one for one in text.split("\n"))


def unmarked_crontab(text: str, line: str) -> str:
    return "\n".join(line if one == f"{IN_CRONTAB}{line}" else one for one in text.split("\n"))


def _section(line: str) -> str:
    """``program:mail`` for the line that begins this section, else nothing."""
    found = re.match(r"\[([^\]]+)\]", line)
    return found[1].strip() if found else ""


def _lines_of(text: str, program: str) -> t.List[str]:
    section, found = "", []
    for line in text.split("\n"):
        section = _section(line) or section
        if section == f"program:{program}":
            found.append(line)
    return found
