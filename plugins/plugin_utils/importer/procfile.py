# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procfiles: ``name: command``, one a line (Heroku, foreman, honcho)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.plugin_utils.importer import work
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Draft, Found
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import safe
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import INSTANCE, Variable, Word, joined

LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")
NOT_WORKERS = {
    "web": "it serves requests, and a pool is for background workers: write a unit of its own, or another name here",
    "release": "it runs once for each release: run it in the playbook, before the role restarts the workers",
    "postdeploy": "it runs once for each release: run it in the playbook, before the role restarts the workers",
}


def is_meant(text: str) -> bool:
    """Whether most lines are processes, and no line is indented, as in YAML."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    processes = [line for line in lines if LINE.fullmatch(line.rstrip())]
    indented = any(line[0] in " \t-" for line in lines)
    return bool(processes) and 2 * len(processes) > len(lines) and not indented


def read(source: Source) -> Found:
    found = Found(notes=[f"{source.name}: {one}" for one in source.notes])
    seen: t.Dict[str, int] = {}
    for number, text in enumerate(source.lines, 1):
        line, place = text.strip(), source.place(number)
        if not line or line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            found.notes.append(f"{place}: no line of a Procfile, so it is not carried: {safe(line)}")
        elif match[1] in NOT_WORKERS:
            found.notes.append(f"{place} {match[1]} is not carried: {NOT_WORKERS[match[1]]}: {safe(match[2])}")
        else:
            if match[1] in seen:
                found.notes.append(f"{place} {match[1]}: the name is used in line {seen[match[1]]} too")
            seen.setdefault(match[1], number)
            found.drafts.append(_draft(match[1], match[2], place))
    return found


def _draft(name: str, command: str, place: str) -> Draft:
    done = work.of_script(command)
    done.words = [_of_dyno(one, name) for one in done.words]
    draft = Draft(
        name,
        f"{place} {name}",
        done,
        user=None,
        needs_directory=True,
        outside="the environment of the platform, such as .env",
    )
    draft.at["command"] = f"{place} {name}"
    return draft


def _of_dyno(one: Word, name: str) -> Word:
    """Heroku sets DYNO to the name and number of a process."""
    return joined(
        f"{name}.{INSTANCE}" if isinstance(piece, Variable) and piece.name == "DYNO" else piece for piece in one
    )
