# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has sent: its files by their kinds, and what runs of them."""

from __future__ import annotations

import collections
import os
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import (
    APP,
    CRON,
    PM2,
    SUPERVISORD,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import crontab, pm2, reading, supervisord, units
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Draft, Found
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import safe

LARGEST = reading.LARGEST
STOPPED = "it is stopped, so no instance runs: write instances: {} to start it"
# These lines of Debian's /etc/crontab run the scripts that are imported one by one.
RUN_PARTS = re.compile(r".*\brun-parts\b.*/etc/cron\.(?:hourly|daily|weekly|monthly)\b.*")


class File(t.NamedTuple):
    kind: str
    path: str
    user: str
    content: bytes


class OfHost(t.NamedTuple):
    """``running`` are programs of supervisord with the number of their processes, ``instances`` those of templates."""

    files: t.Sequence[File]
    packaged: t.Sequence[str]
    named: t.Sequence[str]
    running: t.Mapping[str, int]
    instances: t.Mapping[str, t.Sequence[str]]


def found_on(host: OfHost) -> Found:
    """Everything that can be imported. A file that cannot be read is named, for it is one of many."""
    found = Found()
    for read in (_supervisord, _cron, _pm2, _units):
        found.add(read(host, found.unread))
    found.notes += found.unread
    found.notes += [f"{one} belongs to a package, which takes care of it" for one in host.packaged]
    found.notes += host.named
    return found


def _sources(host: OfHost, unread: t.List[str], *kinds: str) -> t.List[t.Tuple[File, Source]]:
    sources = []
    for file in [one for one in host.files if one.kind in kinds]:
        name = f"crontab of {file.user}" if file.kind == "crontab" else file.path.rpartition("/")[2]
        try:
            sources.append((file, reading.source(name, file.path, file.content)))
        except Problems as wrong:
            unread += map(str, wrong.problems)
    return sources


def _each(sources: t.Sequence[t.Any], unread: t.List[str], read: t.Callable[[t.Any], Found]) -> Found:
    found = Found()
    for one in sources:
        try:
            found.add(read(one))
        except Problems as wrong:
            unread += map(str, wrong.problems)
    return found


def _supervisord(host: OfHost, unread: t.List[str]) -> Found:
    included = [source for _file, source in _sources(host, unread, "supervisord-included")]
    main = [source for _file, source in _sources(host, unread, "supervisord")][:1]
    found = _each(main, unread, lambda source: supervisord.read(source, included))
    programs = [_program(draft) for draft in found.drafts]
    for draft, program in zip(found.drafts, programs):
        _count(draft, host.running)
        # A program that became several pools cannot be taken over by one of them.
        if host.running.get(program) and programs.count(program) == 1:
            draft.options["replaces"] = {"manager": SUPERVISORD, "program": program}
    return found


def _program(draft: Draft) -> str:
    named = re.search(r"\[program:([^\]]+)\]", draft.place)
    return named[1] if named else ""


def _count(draft: Draft, running: t.Mapping[str, int]) -> None:
    """What runs counts, where it is known."""
    count = running.get(draft.name)
    wanted = draft.options.get("instances", 1)
    if count is None or isinstance(wanted, list) or count == wanted:
        return
    draft.notes.append(f"supervisorctl: {count} of its processes run, and the file says {wanted}")
    if count == 0:
        draft.options["instances"] = 0
        draft.notes.append(STOPPED.format(wanted))


def _cron(host: OfHost, unread: t.List[str]) -> Found:
    found = Found()
    files, crontabs = [], []
    for file, source in _sources(host, unread, "crontab", "cron.d", "crontab-of-system", "script"):
        lines = [line for line in source.lines if not RUN_PARTS.fullmatch(line)]
        if len(lines) != len(source.lines):
            text = "\n".join("" if RUN_PARTS.fullmatch(line) else line for line in source.lines)
            found.notes.append(f"{source.name}: the lines with run-parts: their scripts are imported one by one")
            source = source._replace(text=text)
        files.append(file)
        crontabs.append(crontab.Given(source, file.kind != "crontab", file.user or None))
    for file, read in zip(files, crontab.read_all(crontabs)):
        counts = collections.Counter(file.content.decode("utf-8", "replace").split("\n"))
        for draft in read.drafts:
            _take_over(draft, file, counts)
        found.add(read)
    return found


def _take_over(draft: Draft, file: File, counts: t.Mapping[str, int]) -> None:
    """With the line of cron that the draft comes from. Not with a secret in it, which the playbook would show."""
    if file.kind == "script":
        draft.notes.append(f"cron runs {file.path} too: `chmod -x {file.path}` when the timer is there")
    elif draft.kind != "boot" and counts[draft.line] == 1 and safe(draft.line) == draft.line:
        draft.options["replaces"] = {"manager": CRON, "file": file.path, "line": draft.line}
    else:
        draft.notes.append(f"cron runs it too: comment the line in {file.path} out by hand")


class App(t.NamedTuple):
    """An app of PM2, and the user whose file it is in. ``public`` is a file of root that another user could read: node
    has run it as one.
    """

    owner: str
    draft: Draft
    public: bool = False


def _pm2(host: OfHost, unread: t.List[str]) -> Found:
    """Apps of dumps, and of ecosystem files. One that is in both is imported once, from the ecosystem file."""
    found, written = _apps(_sources(host, unread, "ecosystem", "ecosystem-run"), unread, _of_ecosystem)
    dumps, dumped = _apps(_sources(host, unread, "pm2"), unread, _of_dump)
    for one in dumped:
        same = _same(one, written, dumped)
        if not same:
            alike = [app.draft for app in written if app.draft.name == one.draft.name]
            one.draft.notes += [
                f"{draft.place} has this name too: is it the same app? Then keep one" for draft in alike
            ]
            found.drafts.append(one.draft)
        elif len(same) > 1:
            places = ", ".join(app.draft.place for app in same)
            why = f"{one.draft.place} is one of {places}: keep the one that runs, and write its instances and replaces"
            found.notes.append(why)
            for app in same:
                app.draft.notes.append(why)
        else:
            _run_by(same[0].draft, one)
            found.notes.append(f"{one.draft.place} is {same[0].draft.place}, which was imported")
    found.notes += dumps.notes
    return found


def _apps(
    sources: t.Sequence[t.Tuple[File, Source]],
    unread: t.List[str],
    read: t.Callable[[t.Tuple[File, Source]], Found],
) -> t.Tuple[Found, t.List[App]]:
    found, apps = Found(), []
    for pair in sources:
        one = _each([pair], unread, read)
        found.add(one)
        apps += [App(pair[0].user, draft, pair[0].kind == "ecosystem-run") for draft in one.drafts]
    return found, apps


def _same(one: App, written: t.Sequence[App], dumped: t.Sequence[App]) -> t.List[App]:
    """The apps of ecosystem files that an app of a dump can be.

    They are in a file of the same user. The PM2 of another user runs an app of root's file after a deploy by root: that
    is so when no other dump has its name, and the file names no third user. A user may write any name into a dump, so
    an app of another user's file never becomes that of the dump's user. Neither does one of a file that root alone may
    be able to read: its variables may be secrets.
    """
    named = [app for app in written if app.draft.name == one.draft.name]
    own = [app for app in named if app.owner == one.owner]
    others = {app.owner for app in dumped if app.draft.name == one.draft.name} - {one.owner}
    if own or others or one.owner == "root":
        return own
    return [app for app in named if app.owner == "root" and app.draft.user in ("", "root", one.owner) and app.public]


def _run_by(draft: Draft, one: App) -> None:
    """What the dump of a user says about an app of an ecosystem file: who runs it, and how many run."""
    user = "" if one.owner == "root" else one.owner
    if user and draft.user != user:
        draft.notes.append(
            f"{one.draft.place}: the PM2 of {user} runs it, so its user is {user}, and not root: check it"
        )
        draft.user, draft.at["user"] = user, one.draft.place
    if draft.kind != "pool":
        return
    wanted = draft.options.get("instances", 1)
    draft.options.update({key: one.draft.options[key] for key in ("instances", "replaces") if key in one.draft.options})
    draft.at["instances"] = one.draft.place
    if draft.user != user and "replaces" in draft.options:
        # PM2 of root runs it as another user, whose own PM2 does not know it.
        draft.options["replaces"] = {**draft.options["replaces"], "user": "root"}
    draft.notes += [STOPPED.format(wanted)] if draft.options.get("instances") == 0 else []


def _of_ecosystem(pair: t.Tuple[File, Source]) -> Found:
    file, source = pair
    found = pm2.read_answers(source) if file.kind == "ecosystem-run" else pm2.read(source, run=False)
    for draft in found.drafts:
        _of_owner(draft, file)
        draft.fallback = os.path.dirname(file.path)
        if draft.directory and not draft.directory.startswith(("/", "~", "$")):
            draft.directory = os.path.normpath(os.path.join(draft.fallback, draft.directory))
    return found


def _of_owner(draft: Draft, file: File) -> None:
    """Only the PM2 of root can run an app as another user, and a user may write any name into a file."""
    if file.user == "root":
        draft.user = draft.user or ""
    else:
        if draft.user not in (None, file.user):
            draft.notes.append(f"{draft.place} user={draft.user} is not carried: the PM2 of {file.user} cannot do that")
        draft.user = file.user


def _of_dump(pair: t.Tuple[File, Source]) -> Found:
    found = pm2.read(pair[1], run=False)
    for draft in found.drafts:
        draft.user = "" if pair[0].user == "root" else pair[0].user
        # The name may be one that PM2 itself reads otherwise.
        if draft.kind == "pool" and draft.options["instances"] and APP.fullmatch(draft.name):
            draft.options["replaces"] = {"manager": PM2, "program": draft.name}
    return found


def _units(host: OfHost, unread: t.List[str]) -> Found:
    sources = [source for _file, source in _sources(host, unread, "unit")]
    return units.read(sources, host.instances) if sources else Found()
