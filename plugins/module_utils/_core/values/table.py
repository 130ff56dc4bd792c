# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a value parses for its directive, as the target's systemd would say, before it does."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.finding import Finding, Severity, error
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.values.kinds import Kind, kind_of
from ansible_collections.workers.systemd.plugins.module_utils._core.values.specifiers import unknown_specifier
from ansible_collections.workers.systemd.plugins.module_utils._core.values.words import (
    BOOLEAN,
    EMPTY_IS_FINE,
    NEWEST_KNOWN,
    WORDS,
    is_boolean,
    versions,
)

# Still read, and told to be given up.
OLD_WORDS = {
    ("StandardOutput", "syslog"): "journal",
    ("StandardOutput", "syslog+console"): "journal+console",
    ("StandardError", "syslog"): "journal",
    ("StandardError", "syslog+console"): "journal+console",
    ("KillMode", "none"): "mixed or control-group",
}
# What users write there may be a secret, and findings are printed.
SECRET = ("Environment", "SetCredential")
LONGEST_SHOWN = 60


def value_finding(at: Placed, systemd_type: str, systemd: int) -> t.Optional[Finding]:
    """What this systemd would not take, or takes and warns of. ``systemd_type`` is its name for the kind of value."""
    instead = OLD_WORDS.get((at.key, at.value))
    if instead:
        return Finding("obsolete-value", Severity.WARNING, at, at.value, instead)
    allowed = WORDS.get(f"{at.section}.{at.key}") or WORDS.get(at.key)
    if allowed:
        return _word_finding(at, allowed, systemd_type, systemd)
    kind = kind_of(at.section, at.key, systemd_type)
    return _kind_finding(at, kind, systemd) if kind else None


def _word_finding(at: Placed, allowed: str, systemd_type: str, systemd: int) -> t.Optional[Finding]:
    newer = _versions(allowed)
    boolean = BOOLEAN in allowed or systemd_type == "BOOLEAN"
    if (boolean and is_boolean(at.value)) or (not at.value and at.key in EMPTY_IS_FINE):
        return None
    needs = newer.get(at.value, 0)
    known = sorted(word for word, version in newer.items() if version <= systemd) + (["yes", "no"] if boolean else [])
    if needs > systemd:
        return error("too-new-value", at, f"{at.value}, which needs systemd {needs}", _one_of(known))
    if at.value in newer or systemd > NEWEST_KNOWN:
        return None
    return error("bad-value", at, _shown(at), _one_of(known), did_you_mean(at.value, known))


def _kind_finding(at: Placed, kind: Kind, systemd: int) -> t.Optional[Finding]:
    if not at.value:
        return None if kind.empty else error("bad-value", at, "nothing", kind.expected)
    if kind.specifiers and "%" in at.value:
        unknown = unknown_specifier(at.value, kind.specifiers) if systemd <= NEWEST_KNOWN else ""
        if unknown:
            return error("bad-specifier", at, f"the specifier {unknown}", "one that systemd expands here, or %% for %")
        return None
    return None if kind.accepts(at.value) else error("bad-value", at, _shown(at), kind.expected)


@functools.lru_cache(maxsize=None)
def _versions(allowed: str) -> t.Mapping[str, int]:
    return versions(allowed)


def _one_of(known: t.Sequence[str]) -> str:
    return f"one of {', '.join(known)}"


def _shown(at: Placed) -> str:
    if at.key in SECRET:
        return "a value that is not shown"
    return at.value if len(at.value) <= LONGEST_SHOWN else f"{at.value[:LONGEST_SHOWN]}..."
