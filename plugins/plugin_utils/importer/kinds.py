# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of file an input is, by its name and by what is in it; and the reader of each kind."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.lint import unit_name_of
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, did_you_mean
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import (
    compose,
    crontab,
    pm2,
    procfile,
    supervisord,
    units,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Found
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source

KINDS = ("supervisord", "crontab", "cron.d", "pm2", "procfile", "compose", "unit")
BY_NAME = (
    (
        re.compile(r"(?:.*[._-])?supervisor(?:d|ctl)?(?:[._-].*)?\.(?:conf|ini)|supervisord\.conf", re.IGNORECASE),
        "supervisord",
    ),
    (re.compile(r"Procfile(?:\..*)?|.*\.procfile", re.IGNORECASE), "procfile"),
    (re.compile(r"(?:docker-)?compose(?:[._-].*)?\.ya?ml", re.IGNORECASE), "compose"),
    (
        re.compile(r"(?:ecosystem|pm2|process(?:es)?)(?:[._-].*)?\.(?:[cm]?js|json|ya?ml)|dump\.pm2", re.IGNORECASE),
        "pm2",
    ),
    (re.compile(r"(?:.*[._-])?(?:crontab|cron)(?:[._-].*)?", re.IGNORECASE), "crontab"),
)
# By what is in the file: the first that fits. Text that only a Procfile has looks like much else.
BY_CONTENT: t.Tuple[t.Tuple[t.Callable[[str], bool], str], ...] = (
    (supervisord.is_meant, "supervisord"),
    (units.is_meant, "unit"),
    (compose.is_meant, "compose"),
    (pm2.is_meant, "pm2"),
    (crontab.is_meant, "crontab"),
    (procfile.is_meant, "procfile"),
)
# What the name of the directory of a file says, where nothing else does.
BY_FOLDER = (
    ("supervisor", "supervisord"),
    ("cron", "crontab"),
    ("procfile", "procfile"),
    ("pm2", "pm2"),
    ("compose", "compose"),
    ("systemd", "unit"),
    ("units", "unit"),
)
HINT = f"--format says which of them it is: {', '.join(KINDS)}."


def kind_of(source: Source) -> str:
    """The kind of a file; empty when there are only comments in it. Raises ``Problems``."""
    by_name = next((kind for pattern, kind in BY_NAME if pattern.fullmatch(source.name)), "")
    if unit_name_of(source.path):
        return "unit"
    if all(not line.strip() or line.lstrip()[0] in "#;" for line in source.lines):
        return ""
    fits = [kind for is_meant, kind in BY_CONTENT if is_meant(source.text)]
    if by_name in fits or (by_name and not fits):
        return by_name
    folder = source.path.rpartition("/")[0].rpartition("/")[2].lower()
    by_folder = next((kind for word, kind in BY_FOLDER if word in folder), "")
    if fits or by_folder:
        return by_folder if by_folder in fits or not fits else fits[0]
    expected = "a file of supervisord, cron, PM2, a Procfile, a compose file or a unit"
    raise Problems([Problem(source.path or source.name, "nothing that looks like one", expected, HINT)])


def found_in(sources: t.Sequence[Source], given: str = "", user: str = "", directory: str = "") -> Found:
    """Everything in the files. Raises ``Problems`` with what is wrong in any of them."""
    problems: t.List[Problem] = []
    found = Found()
    of_units: t.List[Source] = []
    crontabs: t.List[crontab.Given] = []
    for source in sources:
        try:
            kind = given or kind_of(source)
            if kind == "unit":
                of_units.append(source)
            elif kind in ("crontab", "cron.d"):
                crontabs.append(crontab.Given(source, True if kind == "cron.d" else None, user or None))
            else:
                found.add(_read(source, kind, directory))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    for one in crontab.read_all(crontabs):
        found.add(one)
    if of_units:
        found.add(units.read(of_units))
    return found


def _read(source: Source, kind: str, directory: str) -> Found:
    readers: t.Mapping[str, t.Callable[[Source], Found]] = {
        "supervisord": lambda one: supervisord.read(one, directory=directory or Defaults().directory),
        "pm2": lambda one: pm2.read(one, directory=directory or Defaults().directory),
        "procfile": procfile.read,
        "compose": compose.read,
    }
    if kind in readers:
        return readers[kind](source)
    if kind:
        raise Problems([Problem("--format", repr(kind), f"one of {', '.join(KINDS)}", did_you_mean(kind, KINDS))])
    return Found(notes=[f"{source.name}: there are only comments in it"])
