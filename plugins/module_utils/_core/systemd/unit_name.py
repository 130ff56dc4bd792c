# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of a pool's units. No other file puts them together or takes them apart."""

from __future__ import annotations

import re
import typing as t

# systemd.unit(5): letters, digits and ":-_.\\"; "@" separates the instance.
POOL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
# "." and ".." are other directories where the name stands in a path, which systemd drops or follows.
INSTANCE_NAME = re.compile(r"(?!\.\.?\Z)[A-Za-z0-9_:.-]{1,100}")
# 01 is another instance than 1.
COUNTED = re.compile("0|[1-9][0-9]*")
# systemd.unit(5); scopes and devices have no files.
KINDS = ("service", "socket", "target", "timer", "path", "slice", "mount", "automount", "swap")
STEM = re.compile(r"[A-Za-z0-9:_.\\-]+(?:@[A-Za-z0-9:_.\\@-]*)?")
# The kinds of what this collection deploys; the second is a type of unit, too.
POOL, TIMER = "pool", "timer"
# What [Install] says, and the ending of the directory that has its links.
LINKED_BY = {"WantedBy": "wants", "RequiredBy": "requires", "UpheldBy": "upholds"}
# unit_name_is_valid(): UNIT_NAME_MAX
LONGEST_UNIT_NAME = 255


class UnitName(t.NamedTuple):
    """``mail@3.service`` in three words.

    ``instance`` is ``None`` for a plain unit and ``""`` for the template itself.
    """

    prefix: str
    instance: t.Optional[str]
    kind: str = "service"

    @classmethod
    def parse(cls, text: str) -> UnitName:
        """Takes a unit name apart.

        The first ``@`` ends the prefix and the last ``.`` starts the type, so an instance may hold both
        (systemd.unit(5)). A text without a type gets ``service``, as systemctl does.
        """
        stem, dot, kind = text.rpartition(".")
        if not dot:
            stem, kind = text, "service"
        prefix, at, instance = stem.partition("@")
        return cls(prefix, instance if at else None, kind)

    def __str__(self) -> str:
        at = "" if self.instance is None else f"@{self.instance}"
        return f"{self.prefix}{at}.{self.kind}"


def template(pool: str) -> str:
    return str(UnitName(pool, ""))


def target(pool: str) -> str:
    return str(UnitName(pool, None, "target"))


class MainUnits(t.NamedTuple):
    """The units that every pool has: its service, and the unit that starts it and groups it."""

    service: str
    group: str


def main_units(pool: str, *, timer: bool) -> MainUnits:
    """``mail@.service`` and ``mail.target`` of a pool, ``report.service`` and ``report.timer`` of a timer."""
    if timer:
        return MainUnits(str(UnitName(pool, None)), str(UnitName(pool, None, TIMER)))
    return MainUnits(template(pool), target(pool))


def instance(pool: str, name: str) -> str:
    return str(UnitName(pool, name))


def log_namespace(pool: str) -> str:
    """The journal namespace of a pool that has one, which is no namespace of somebody else."""
    return f"workers-{pool}"


def journald(pool: str) -> str:
    """The service that writes this namespace (systemd-journald.service(8), "Journal Namespaces")."""
    return str(UnitName("systemd-journald", log_namespace(pool)))


def in_order(names: t.Iterable[str]) -> t.List[str]:
    """Instance names as people count: ``2`` before ``10``, numbers before words."""
    return sorted(names, key=_as_people_count)


def units_in_order(units: t.Iterable[str]) -> t.List[str]:
    """Units by prefix, and those of one template as people count their instances."""
    named = [(UnitName.parse(unit), unit) for unit in units]
    ordered = sorted(named, key=lambda one: (one[0].prefix, _as_people_count(one[0].instance or "")))
    return [unit for _name, unit in ordered]


def folded(units: t.Iterable[str]) -> t.List[str]:
    """Units for people, by their prefix: instances that follow each other as ``mail@1..4``, all else as it is."""
    by_prefix: t.Dict[str, t.List[str]] = {}
    for unit in units:
        by_prefix.setdefault(UnitName.parse(unit).prefix, []).append(unit)
    return [text for prefix, alike in by_prefix.items() for text in _folded(prefix, alike)]


def _folded(prefix: str, units: t.Sequence[str]) -> t.Iterator[str]:
    yield from (unit for unit in units if not _is_counted(unit))
    numbers = {int(unit[len(prefix) + 1 : -len(".service")]): unit for unit in units if _is_counted(unit)}
    for first in sorted(numbers):
        if first - 1 not in numbers:
            last = first
            while last + 1 in numbers:
                last += 1
            yield numbers[first] if first == last else f"{prefix}@{first}..{last}"


def _is_counted(unit: str) -> bool:
    name = UnitName.parse(unit)
    return name.kind == "service" and unit.endswith(".service") and bool(COUNTED.fullmatch(name.instance or ""))


def patterns(units: t.Iterable[str]) -> t.List[str]:
    """Globs that match these services, one for all instances of a template."""
    named = [UnitName.parse(unit) for unit in units]
    return sorted({instance(name.prefix, "*") if name.instance else str(name) for name in named})


def _as_people_count(name: str) -> t.Tuple[bool, int, str]:
    return not name.isdigit(), int(name) if name.isdigit() else 0, name


def is_unit_name(text: str) -> bool:
    """Whether a file of this name would be a unit to systemd."""
    stem, kind = text.rpartition(".")[::2]
    return kind in KINDS and bool(STEM.fullmatch(stem)) and len(text) <= LONGEST_UNIT_NAME


def are_names(pools: t.Iterable[str], units: t.Iterable[str]) -> bool:
    """Whether these are names of pools or timers, and names of units."""
    return all(map(POOL_NAME.fullmatch, pools)) and all(map(is_unit_name, units))
