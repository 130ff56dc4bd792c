# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which directives there are: systemd's own list of the target, never one kept by hand."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean

Catalogue = t.Mapping[str, t.FrozenSet[str]]


def parse_catalogue(dump: str) -> Catalogue:
    """Reads ``systemd --dump-configuration-items``: ``[Section]`` lines and ``Key=TYPE`` lines."""
    found: t.Dict[str, t.Set[str]] = {}
    keys: t.Set[str] = set()
    for line in dump.splitlines():
        if line.startswith("["):
            keys = found.setdefault(line.strip("[]"), set())
        elif "=" in line:
            keys.add(line.partition("=")[0])
    return {section: frozenset(keys) for section, keys in found.items()}


def unknown_directives(pool: Pool, known: Catalogue, systemd: int) -> t.Iterator[Problem]:
    """The directives of a pool's ``unit`` that this systemd would ignore."""
    return unknown_in(pool.unit, "service", known, systemd, f"{pool.where}.unit")


def unknown_in(
    sections: t.Mapping[str, t.Iterable[str]], kind: str, known: Catalogue, systemd: int, where: str
) -> t.Iterator[Problem]:
    """The sections and directives that systemd would ignore in a unit of this type.

    Those that begin with ``X-`` are meant to be ignored (systemd.unit(5)).
    """
    possible = [section for section in ("Unit", kind.capitalize(), "Install") if section in known]
    for section, keys in sections.items():
        if section.startswith("X-"):
            continue
        if section not in possible:
            expected = f"{', '.join(possible)} or X-..."
            yield Problem(f"{where}.{section}", f"section {section}", expected, did_you_mean(section, possible))
            continue
        for key in keys:
            if key not in known[section] and not key.startswith("X-"):
                expected = f"one that systemd {systemd} has in [{section}]"
                homes = [other for other in possible if key in known[other]]
                hint = f"It belongs in [{homes[0]}]." if homes else did_you_mean(key, known[section])
                yield Problem(f"{where}.{section}.{key}", "an unknown directive", expected, hint)
