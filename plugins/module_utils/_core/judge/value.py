# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the value of a directive as the target's systemd would parse it, before systemd reads it."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity, error
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import specifiers
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.commands import unknown_escape
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kind import NOTHING, Expands, Kind
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kinds import kind_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import (
    BOOLEAN,
    EMPTY_IS_FINE_SINCE,
    NEWEST_KNOWN,
    WORDS,
    is_boolean,
    versions,
)

# systemd still reads these values, and warns that they are obsolete.
OLD_WORDS = {
    ("StandardOutput", "syslog"): "journal",
    ("StandardOutput", "syslog+console"): "journal+console",
    ("StandardError", "syslog"): "journal",
    ("StandardError", "syslog+console"): "journal+console",
    ("KillMode", "none"): "mixed or control-group",
}
# The values of these directives may be secrets, and findings are printed.
SECRET = ("Environment", "SetCredential", "SetCredentialEncrypted", "StandardInputText", "StandardInputData")
# systemd lists these directives for some unit types and ignores them there (can_delegate and can_set_managed_oom in
# unit.h).
DELEGATE = ("Delegate", "DelegateSubgroup")
MANAGED_OOM = (
    *("OOMRules", "ManagedOOMSwap", "ManagedOOMMemoryPressure", "ManagedOOMMemoryPressureLimit"),
    *("ManagedOOMMemoryPressureLimitPercent", "ManagedOOMMemoryPressureDurationSec"),
)
NOT_OF_TYPE = {"Slice": DELEGATE, **dict.fromkeys(("Socket", "Mount", "Swap"), (*DELEGATE, *MANAGED_OOM))}
# The name that systemd gives to the type of command lines.
COMMANDS = "PATH [ARGUMENT [...]]"
NOT_VERIFIED = "It is right for some instances, not for {}, which `systemd-analyze verify` takes for all of them."
LONGEST_SHOWN = 60
# Characters at which systemd takes a value apart, or which it reads as quotes.
TAKES_APART = re.compile(r"[\s:,\"'\\]")


def value_finding(
    at: Placed, systemd_type: str, systemd: int, name: UnitName, instances: t.Optional[t.Tuple[str, ...]] = None
) -> t.Optional[Finding]:
    """The finding about a value that this systemd would refuse, or accept with a warning.

    ``systemd_type`` is systemd's name for the type of the value. ``instances`` are the instances of a template. ``ANY``
    means that they are not known. ``None`` means the instance that ``systemd-analyze verify`` takes.
    """
    instead = OLD_WORDS.get((at.key, at.value))
    if instead:
        return Finding("obsolete-value", Severity.WARNING, at, at.value, instead)
    if at.key in NOT_OF_TYPE.get(at.section, ()):
        return error("bad-value", at, f"{at.key} in [{at.section}]", "nothing: systemd ignores it in this type of unit")
    allowed = WORDS.get(f"{at.section}.{at.key}") or WORDS.get(at.key)
    if allowed:
        return _word_finding(at, allowed, systemd_type, systemd)
    kind = kind_of(at.section, at.key, systemd_type, systemd)
    found = _kind_finding(at, kind, systemd, name, instances) if kind else None
    return found or (_escape_finding(at) if systemd_type == COMMANDS else None)


def _word_finding(at: Placed, allowed: str, systemd_type: str, systemd: int) -> t.Optional[Finding]:
    newer = _versions(allowed)
    boolean = BOOLEAN in allowed or systemd_type == "BOOLEAN"
    empty_is_fine = EMPTY_IS_FINE_SINCE.get(at.key, systemd + 1) <= systemd
    if (boolean and is_boolean(at.value)) or (not at.value and empty_is_fine):
        return None
    needs = newer.get(at.value, 0)
    known = sorted(word for word, version in newer.items() if version <= systemd) + (["yes", "no"] if boolean else [])
    if needs > systemd:
        return error("too-new-value", at, f"{at.value}, which needs systemd {needs}", _one_of(known))
    if at.value in newer or systemd > NEWEST_KNOWN:
        return None
    return error("bad-value", at, _shown(at), _one_of(known), did_you_mean(at.value, known))


def _kind_finding(
    at: Placed, kind: Kind, systemd: int, name: UnitName, instances: t.Optional[t.Tuple[str, ...]]
) -> t.Optional[Finding]:
    if not at.value:
        return None if kind.empty else error("bad-value", at, "nothing", kind.expected)
    value = kind.before(at.value)
    if value is None:
        return error("bad-value", at, _shown(at), kind.expected)
    if kind.expands is Expands.NONE or "%" not in value:
        return None if kind.accepts(value) else error("bad-value", at, _shown(at), kind.expected)
    meant = specifiers.meant(name, at.path, systemd, instances)
    known = specifiers.names_only(meant.tables[0]) if kind.expands is Expands.NAMES else meant.tables[0]
    unknown = next(filter(None, (specifiers.unknown_specifier(one, known) for one in kind.expanded_parts(value))), "")
    if unknown:
        # A systemd that is newer than NEWEST_KNOWN may have this specifier.
        if systemd > NEWEST_KNOWN:
            return None
        return error("bad-specifier", at, f"the specifier {unknown}", "one that systemd expands here, or %% for %")
    refused = _refused(value, kind, meant)
    if refused is None:
        return None
    if instances is None and name.instance == "":
        others = specifiers.meant(name, at.path, systemd, specifiers.ANY)
        if _refused(value, kind, others) is None:
            return error(
                "instance-value", at, _shown(at), kind.expected, NOT_VERIFIED.format(specifiers.verified(systemd))
            )
    return error("bad-value", at, _shown(at), kind.expected, _stands_for(at, value, refused))


def _refused(value: str, kind: Kind, meant: specifiers.Meant) -> t.Optional[specifiers.Table]:
    """The values of the specifiers with which ``value`` is wrong; ``None`` when ``value`` is right."""
    # There may be a table for each of thousands of instances.
    tables = meant.tables if "%" in value else meant.tables[:1]
    texts = {_meaning(value, kind, one): one for one in tables}
    refused = [table for text, table in texts.items() if not kind.accepts(text)]
    return refused[0] if refused and (meant.each or len(refused) == len(texts)) else None


def _meaning(value: str, kind: Kind, table: specifiers.Table) -> str:
    """The value with the texts of its specifiers. systemd takes the value apart before that: with the instance ``a:b``,
    ``StateDirectory=named/%i`` is one directory.
    """
    if not kind.splits:
        return specifiers.expanded(value, table)
    return specifiers.expanded(value, table, lambda text: TAKES_APART.sub("_", text) or NOTHING)


def _stands_for(at: Placed, value: str, table: specifiers.Table) -> str:
    text = specifiers.expanded(value, table)
    return "" if at.key in SECRET else f"For one, it stands for {_cut(text) or 'nothing'}."


def _escape_finding(at: Placed) -> t.Optional[Finding]:
    escape = unknown_escape(at.value)
    if not escape:
        return None
    hint = f"systemd knows no escape {escape}, warns, and gives the process both characters."
    return Finding("unknown-escape", Severity.WARNING, at, escape, f"\\{escape}", hint)


@functools.lru_cache(maxsize=None)
def _versions(allowed: str) -> t.Mapping[str, int]:
    return versions(allowed)


def _one_of(known: t.Sequence[str]) -> str:
    return f"one of {', '.join(known)}"


def _shown(at: Placed) -> str:
    if at.key in SECRET:
        return "a value that is not shown"
    return _cut(at.value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
