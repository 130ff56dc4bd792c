# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the directives of a unit. The list of directives comes from the target's systemd, not from a table."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity, error
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.unit_syntax import (
    is_for_others,
    possible_sections,
    syntax_findings,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.value import value_finding
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.obsolete import REMOVED, replacement
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.since import since
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName


def findings(
    unit: Unit, catalogue: Catalogue, systemd: int, instances: t.Optional[t.Sequence[str]] = None
) -> t.Iterator[Finding]:
    """Findings about directives that this systemd would ignore or refuse, and about old names that it still reads.

    ``instances`` are the instances of a template, and a value must be right for each of them. ``None`` means the
    instance that ``systemd-analyze verify`` takes. ``ANY`` means that the instances are not known: then a value must be
    right for one of several examples.
    """
    for path, text in unit.files:
        yield from syntax_findings(unit.name.kind, path, text)
    possible = possible_sections(unit.name.kind)
    known = None if instances is None else tuple(instances)
    for at in unit.assignments():
        if at.section in possible and at.key and not is_for_others(at.key):
            yield from _directive_findings(at, unit.name, catalogue, systemd, known)


def _directive_findings(
    at: Placed, name: UnitName, catalogue: Catalogue, systemd: int, instances: t.Optional[t.Tuple[str, ...]]
) -> t.Iterator[Finding]:
    kind = catalogue.get(at.section, {}).get(at.key)
    if kind is None:
        yield _unknown(at, possible_sections(name.kind), catalogue, systemd)
        return
    instead = replacement(at.section, at.key)
    if instead:
        yield Finding("obsolete", Severity.WARNING, at, f"{at.key}, an old name", instead)
    bad = value_finding(at, kind, systemd, name, instances)
    if bad:
        yield bad


def _unknown(at: Placed, possible: t.Sequence[str], catalogue: Catalogue, systemd: int) -> Finding:
    """The finding about a directive that this systemd does not have, with the reason."""
    known = catalogue.get(at.section, {})
    expected = f"a directive that systemd {systemd} has in [{at.section}]"
    needs = since(at.section, at.key)
    homes = [section for section in possible if at.key in catalogue.get(section, {})]
    if needs > systemd:
        return error("too-new", at, f"{at.key}, which needs systemd {needs}", expected)
    if homes:
        return error("wrong-section", at, at.key, expected, f"It belongs in [{homes[0]}].")
    if at.key in REMOVED:
        return error(
            "removed", at, f"{at.key}, which systemd has no more", expected, f"In its place: {REMOVED[at.key]}."
        )
    elsewhere = [section for section, keys in catalogue.items() if at.key in keys]
    hint = f"It is one of [{elsewhere[0]}]." if elsewhere else did_you_mean(at.key, known)
    return error("unknown-directive", at, at.key, expected, hint)
