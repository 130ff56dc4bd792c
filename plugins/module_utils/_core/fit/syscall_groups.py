# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups of system calls that systemd knows, and which calls a SystemCallFilter= of them refuses."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines

Groups = t.Mapping[str, t.FrozenSet[str]]


def parse_groups(said: str) -> Groups:
    """From what `systemd-analyze syscall-filter` prints; groups within a group are taken apart."""
    members: t.Dict[str, t.List[str]] = {}
    group: t.List[str] = []
    for line in lines(said):
        word = line.strip()
        if line.startswith("@"):
            group = members.setdefault(word, [])
        elif word and not word.startswith("#"):
            group.append(word)
    return {name: frozenset(_flat(name, members)) for name in members}


def refused(calls: t.Iterable[str], lines: t.Sequence[str], groups: Groups) -> t.FrozenSet[str]:
    """Those of the calls that a filter does not let through; its lines as in a unit, of which the first one allows.

    Without a line there is no filter.
    """
    if not lines:
        return frozenset()
    # systemd.exec(5): what every program needs is always allowed.
    allowed = set(groups["@default"])
    for line in lines:
        words = line.lstrip("~").split()
        named = frozenset().union(*(groups.get(word, frozenset({word})) for word in words))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return frozenset(calls) - allowed


def _flat(name: str, members: t.Mapping[str, t.Sequence[str]]) -> t.Iterator[str]:
    for member in members.get(name, ()):
        if member.startswith("@"):
            yield from _flat(member, members)
        else:
            yield member
