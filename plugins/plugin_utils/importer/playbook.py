# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook and the file of secrets that an import writes."""

from __future__ import annotations

import collections
import os
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import counted
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import host, judge, pool, tasks, timer
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Draft, Found
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import Vault
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import shown
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.yaml_text import Document, Path, Template

POOLS: Path = (0, "roles", 0, "workers_pools")
TIMERS: Path = (0, "roles", 0, "workers_timers")
TASKS: Path = (0, "tasks")
HEAD = (
    "Written by the import of workers.systemd. Read it, and the comments, before you run it:",
    "ansible-playbook -i inventory {name} --check --diff",
)
NOT_BOTH = "What runs under the old manager as well runs twice: docs/migrating.md says in which order to change over."


@dataclass(frozen=True)
class Written:
    """The texts of both files; the second is empty without secrets. ``problems`` are those of pools and timers,
    ``boots`` is the number of services that run once at boot, and ``unread`` names files that are not understood.
    """

    playbook: str
    secrets: str
    pools: t.List[t.Dict[str, t.Any]]
    timers: t.List[t.Dict[str, t.Any]]
    problems: t.List[Problem]
    boots: int
    secrets_by_name: t.Mapping[str, str]
    unread: t.Sequence[str]

    def summary(self, to: str, secrets_to: str) -> str:
        """``workers.yml: 3 pools and 2 timers; secrets.yml: 2 secrets``."""
        pools, timers = counted(len(self.pools), "pool"), counted(len(self.timers), "timer")
        boots = f"{pools}, {timers} and {counted(self.boots, 'service')} at boot"
        text = f"{to}: {boots if self.boots else f'{pools} and {timers}'}"
        secrets = len(self.secrets_by_name)
        return f"{text}; {secrets_to}: {counted(secrets, 'secret')}" if secrets else text


# Large: each kind of draft, once.
def written(found: Found, defaults: Defaults, name: str, secrets_name: str) -> Written:
    """The playbook of everything that was found. ``name`` and ``secrets_name`` are those of the files."""
    names, vault = pool.Names(), Vault()
    play: t.Dict[str, t.Any] = {
        "name": "Run the background workers",
        "hosts": Template("{{ target | default('workers') }}"),
        "become": True,
    }
    document = Document([play], head=[one.format(name=name) for one in HEAD])
    document.head += [NOT_BOTH] if found.drafts else []
    document.head += ["", "Not carried, each with the reason:", *found.notes] if found.notes else []
    _name_shared_locks(found.drafts)
    pools, timers, own_tasks, started = [], [], [], []
    for draft in found.drafts:
        own = names.of(draft.name)
        if draft.kind == "pool":
            pools.append(pool.entry(draft, defaults, vault, own))
        elif draft.kind == "timer":
            timers.append(timer.entry(draft, defaults, vault, own))
        else:
            own_tasks += tasks.of_boot(draft, defaults, vault, own)
            started.append(f"{own}.service")
    if vault.values:
        play["vars_files"] = [secrets_name]
        document.beside[0, "vars_files"] = f"encrypt it: ansible-vault encrypt {secrets_name}"
    of_pools, of_timers = [one.tree for one in pools], [one.tree for one in timers]
    if pools or timers or not own_tasks:
        more = {"workers_timers": of_timers} if timers else {}
        play["roles"] = [{"role": "workers.systemd.workers", "workers_pools": of_pools, **more}]
        _place(document, POOLS, pools)
        _place(document, TIMERS, timers)
    if own_tasks:
        own_tasks.append(tasks.start(started))
        play["tasks"] = [one.tree for one in own_tasks]
        _place(document, TASKS, own_tasks)
    return Written(
        document.text(),
        _secrets(vault, secrets_name),
        of_pools,
        of_timers,
        judge.problems(of_pools, of_timers),
        len(started),
        dict(vault.values),
        found.unread,
    )


def of_files(sent: host.OfHost, to: str, secrets_to: str) -> Written:
    """The playbook of what a host has sent."""
    return written(host.found_on(sent), Defaults(), os.path.basename(to), beside(to, secrets_to))


def beside(to: str, secrets_to: str) -> str:
    """The path of the secrets as the playbook names it."""
    return os.path.relpath(secrets_to, os.path.dirname(os.path.abspath(to)) or ".")


def _name_shared_locks(drafts: t.Sequence[Draft]) -> None:
    """Jobs of cron keep a flock that they share. Of other programs it is dropped, and the comment says so."""
    locked = [draft.locks or {path for path in map(shown, draft.work.locks) if path[:1] == "/"} for draft in drafts]
    counts = collections.Counter(path for paths in locked for path in paths)
    for draft, paths in zip(drafts, locked):
        draft.notes += [
            f"flock of {path} is dropped, and another program locks the same file: check whether both may run at once"
            for path in sorted(paths)
            if draft.work.locks and counts[path] > 1
        ]


def _place(document: Document, path: Path, entries: t.Sequence[pool.Entry]) -> None:
    for index, entry in enumerate(entries):
        if entry.above:
            document.above[(*path, index)] = entry.above
        for place, text in entry.beside.items():
            document.beside[(*path, index, *place)] = text


def _secrets(vault: Vault, name: str) -> str:
    if not vault.values:
        return ""
    head = [f"Secrets that the import found. Encrypt them before anything else: ansible-vault encrypt {name}"]
    return Document(dict(vault.values), beside={(key,): place for key, place in vault.places.items()}, head=head).text()
