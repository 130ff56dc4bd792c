# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service as a host shows it, from any source; `_host/look/services.py` fills it in."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.since import since
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import LINKED_BY, UnitName

# What generators and `systemd-run` make; `systemctl enable` refuses it.
GENERATED = re.compile(r"/run/(?:user/[0-9]+/)?systemd/(?:generator(?:\.early|\.late)?|transient)/.+")
SPECIFIER = re.compile("%(.)")


@dataclass(frozen=True)
class Source:
    """The file that systemd reads for a unit, of an instance mostly that of its template.

    ``path`` is empty when there is none. ``unit`` is what is in it and in its drop-ins, and ``None`` when it is
    ``masked``. ``alias_of`` is the unit whose other name this is, or empty.
    """

    path: str = ""
    masked: bool = False
    unit: t.Optional[Unit] = None
    alias_of: str = ""

    @property
    def pool(self) -> str:
        """The pool of this collection that it belongs to, or empty."""
        return self.unit.value(marks.OWNER_SECTION, "Pool") if self.unit else ""

    @property
    def generated(self) -> bool:
        return bool(GENERATED.fullmatch(self.path))

    @property
    def ends(self) -> bool:
        return self.unit is not None and self.unit.value("Service", "Type") == "oneshot"

    @property
    def can_reload(self) -> bool:
        """As service_can_reload_extended() has it."""
        unit = self.unit
        return unit is not None and (
            bool(unit.kept("Service", "ExecReload")) or unit.value("Service", "Type") == "notify-reload"
        )


@dataclass(frozen=True)
class Service:
    """``links`` are those that enable it, as paths in the unit directory: ``multi-user.target.wants/a@1.service``."""

    seen: Instance = field(default_factory=Instance)
    links: t.FrozenSet[str] = frozenset()
    source: Source = field(default_factory=Source)

    @property
    def up(self) -> bool:
        """Whether it runs or is about to: it starts, or waits for its restart."""
        return self.seen.running or self.seen.active == "activating"


class Install(t.NamedTuple):
    """[Install] of a unit. ``others`` are units whose start starts it, each with the ending of its directory of links.

    There may be specifiers in the names.
    """

    others: t.Tuple[t.Tuple[str, str], ...]
    aliases: t.Tuple[str, ...]


def install_of(unit: Unit, systemd: int) -> Install:
    known = {directive: kind for directive, kind in LINKED_BY.items() if since("Install", directive) <= systemd}
    others = [(other, kind) for directive, kind in known.items() for other in _words(unit, directive)]
    return Install(tuple(others), tuple(_words(unit, "Alias")))


def install_links(name: str, install: Install) -> t.Optional[t.FrozenSet[str]]:
    """The links that ``systemctl enable`` makes for a unit; ``None`` when only systemd can tell.

    Of a template that is for one of its instances.
    """
    found = {f"{_expanded(name, other)}.{kind}/{name}" for other, kind in install.others}
    found |= {_alias(name, _expanded(name, alias)) for alias in install.aliases}
    return None if any(SPECIFIER.search(link) for link in found) else frozenset(found)


def _words(unit: Unit, directive: str) -> t.List[str]:
    return [word for one in unit.kept("Install", directive) for word in one.value.split()]


def _alias(name: str, alias: str) -> str:
    """An alias that is a template has the same instances."""
    parsed, own = UnitName.parse(alias), UnitName.parse(name)
    return str(UnitName(parsed.prefix, own.instance, parsed.kind)) if parsed.instance == "" else alias


def _expanded(name: str, text: str) -> str:
    """With the specifiers that are parts of the name (install_name_printf()); others stay as they are."""
    if "%" not in text:
        return text
    parsed = UnitName.parse(name)
    stem = name[: -len(f".{parsed.kind}")]
    known = {"n": name, "N": stem, "p": parsed.prefix, "i": parsed.instance or "", "j": parsed.prefix.split("-")[-1]}
    return SPECIFIER.sub(lambda found: known.get(found.group(1), found.group()), text)
