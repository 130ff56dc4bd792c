# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``unit`` does to directives that the collection sets too: it is read as systemd reads a drop-in.

A directive with one value is replaced. A list gets more, and an empty text forgets what stands before it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value, value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

# Of the directives that a pool's unit may have without `unit`, those that systemd reads as lists
# (tests/oracle/test_own_lists.py asks it about each of them).
LISTS: t.Mapping[str, t.FrozenSet[str]] = {
    "Unit": frozenset({"Wants", "After", "PartOf", "OnFailure"}),
    "Service": frozenset(
        {
            "AmbientCapabilities",
            "CacheDirectory",
            "CapabilityBoundingSet",
            "Environment",
            "EnvironmentFile",
            "ExecStop",
            "IPAddressDeny",
            "LogExtraFields",
            "LogsDirectory",
            "ReadWritePaths",
            "RestrictAddressFamilies",
            "RestrictNamespaces",
            "RuntimeDirectory",
            "StateDirectory",
            "SystemCallArchitectures",
            "SystemCallFilter",
        }
    ),
    "Install": frozenset({"WantedBy"}),
    "Timer": frozenset({"OnCalendar", "OnActiveSec", "OnUnitActiveSec"}),
}
# What is lost with our own word of a list. Without it the pool is not what the documentation says.
RELIED_ON = {
    ("Unit", "PartOf"): "a stop or a restart of {target} leaves the instances alone",
    ("Unit", "OnFailure"): "an instance that has reached its start limit stays dead",
    ("Install", "WantedBy"): "neither boot nor {target} starts the instances",
}


def is_list(section: str, directive: str) -> bool:
    """Whether a second line adds to the first; of directives that are ours."""
    return directive in LISTS.get(section, ())


def resets(theirs: Value) -> bool:
    """Whether it forgets what stands before it."""
    return "" in value_texts(theirs)


def merged(section: str, directive: str, ours: Value, theirs: Value) -> Value:
    """The lines of a directive that both set; of a reset what stands behind it, which systemd itself lacks for
    dependencies (systemd.unit(5): they "cannot be reset").
    """
    texts = value_texts(theirs)
    if not is_list(section, directive):
        return theirs
    if not resets(theirs):
        return [*value_texts(ours), *texts]
    last = len(texts) - 1 - texts[::-1].index("")
    return texts[last:]


def log_field_problems(theirs: Value, where: str) -> t.Iterator[Problem]:
    """By fields of ours an instance is known to be stale."""
    if resets(theirs):
        yield Problem(
            where, "an empty text", "fields alone", "The collection needs its own values, so they cannot be reset."
        )
    for line in value_texts(theirs):
        try:
            fields = split_command(line)
        except Problems:
            fields = [line]
        for field in fields:
            name = field.partition("=")[0]
            if name.startswith("WORKERS_"):
                yield Problem(where, f"the field {name}", "another name", "The collection sets fields WORKERS_*.")


def warnings(pool: Pool, ours: t.Mapping[str, t.Mapping[str, Value]]) -> t.Iterator[str]:
    """What a reset takes away that the collection relies on, and what was meant to replace and adds nothing.

    ``ours`` are the sections without ``unit``.
    """
    for section, directives in pool.unit.items():
        for directive, theirs in directives.items():
            own = value_texts(ours.get(section, {}).get(directive, []))
            if own and is_list(section, directive):
                where = f"{pool.where}.unit.{section}.{directive}"
                yield from (f"{where}: {text}" for text in _about(pool, section, directive, own, value_texts(theirs)))


def _about(pool: Pool, section: str, directive: str, own: t.Sequence[str], theirs: t.Sequence[str]) -> t.Iterator[str]:
    lost = [word for word in _words(own) if word not in _words(theirs)]
    if resets(theirs):
        loss = RELIED_ON.get((section, directive))
        if loss and lost:
            yield f"without {' '.join(lost)} {loss.format(target=unit_name.target(pool.name))}"
    elif directive in pool.guards and _words(theirs) <= _words(own):
        yield "adds nothing to the profile; to use only this list, begin it with an empty text"


def _words(texts: t.Iterable[str]) -> t.Set[str]:
    return {word for text in texts for word in text.split()}
