# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifiers, ``%i`` and the others (unit-printf.c): which there are, and what they may stand for."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName

# systemd leaves a percent sign as it is before anything but a letter or a digit.
SPECIFIER = re.compile("%([A-Za-z0-9%])")
HEX = "abcdef0123456789"
# What each stands for on some host.
ANYWHERE = {
    "%": "%",
    "a": "x86-64",
    "B": "",
    "g": "root",
    "G": "0",
    "H": "host",
    "l": "host",
    "o": "debian",
    "b": 2 * HEX,
    "m": 2 * HEX,
    "u": "root",
    "U": "0",
    "v": "6.1.0",
    "w": "12",
    "W": "",
    "c": "/system.slice/a.service",
    "r": "/system.slice",
    "R": "/",
    "C": "/var/cache",
    "E": "/etc",
    "h": "/root",
    "L": "/var/log",
    "s": "/bin/sh",
    "S": "/var/lib",
    "t": "/run",
    "T": "/tmp",  # noqa: S108
    "V": "/var/tmp",  # noqa: S108
}
SINCE = {
    "A": (248, ""),
    "M": (248, ""),
    "q": (248, "host"),
    "d": (250, "/run/credentials/a.service"),
    "D": (256, "/usr/share"),
}
OWN_PATH_SINCE = 251
IN_NAMES = frozenset("%aAbBgGHijlmMnNopquUvwW")
# What `systemd-analyze verify` takes for the instance of a template, before --instance= and with it
# (verify_prepare_filename(); seen on 247, 252, 257 and 262).
VERIFIED, VERIFIED_WITH_OPTION, OPTION_SINCE = "i", "test_instance", 257
# Nobody knows which instances there are.
ANY: t.Tuple[str, ...] = ()
# What is right for one of these is then taken: the one of verify, a number, a word of a calendar, and names that are an
# escaped path, a unit, a signal.
INSTANCES = (VERIFIED, "1", "daily", "-a", "a.service", "TERM")
Table = t.Mapping[str, str]


class Meant(t.NamedTuple):
    """A table for each unit that a file may be of. The value must be right for ``each`` of them, or for one."""

    tables: t.Tuple[Table, ...]
    each: bool = True


@functools.lru_cache(maxsize=64)
def meant(name: UnitName, path: str, systemd: int, instances: t.Optional[t.Tuple[str, ...]] = None) -> Meant:
    """What each specifier of this version stands for in a unit that a file at ``path`` is of.

    ``instances`` are those of a template, ``ANY``, or ``None`` for the one that verify takes.
    """
    instances = (verified(systemd),) if instances is None else instances

    def tables(names: t.Iterable[t.Optional[str]]) -> t.Tuple[Table, ...]:
        return tuple(_table(UnitName(name.prefix, one, name.kind), path, systemd) for one in names)

    if name.instance is None and path.endswith(".conf"):
        # A drop-in may be one of many units.
        return Meant(tables((None, *INSTANCES)), each=False)
    if name.instance == "":
        return Meant(tables(instances or INSTANCES), each=bool(instances))
    return Meant(tables((name.instance,)))


def verified(systemd: int) -> str:
    return VERIFIED_WITH_OPTION if systemd >= OPTION_SINCE else VERIFIED


def names_only(table: Table) -> Table:
    """Those of them that may stand in the name of a unit."""
    return {one: text for one, text in table.items() if one in IN_NAMES}


def _table(name: UnitName, path: str, systemd: int) -> Table:
    instance, prefix = name.instance or "", name.prefix
    last = prefix.rpartition("-")[2]
    absolute = path if path.startswith("/") else f"/etc/systemd/system/{path}"
    found = {one: text for one, (since, text) in SINCE.items() if since <= systemd}
    found.update(ANYWHERE)
    found.update({"i": instance, "j": last, "n": str(name), "N": str(name)[: -len(name.kind) - 1], "p": prefix})
    found.update({"I": unescaped_path(instance), "J": unescaped_path(last), "P": unescaped_path(prefix)})
    found["f"] = f"/{unescaped_path(instance or prefix).lstrip('/')}"
    if systemd >= OWN_PATH_SINCE:
        found.update({"y": absolute, "Y": absolute.rpartition("/")[0]})
    return found


def unescaped_path(text: str) -> str:
    """unit_name_unescape(): a dash is a slash, ``\\x2d`` a dash."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text.replace("-", "/"))


def unknown_specifier(value: str, table: Table) -> str:
    """The first that systemd does not know, such as ``%Q``; empty when it knows all."""
    return next((f"%{one}" for one in SPECIFIER.findall(value) if one not in table), "")


def expanded(value: str, table: Table, nothing: str = "") -> str:
    """The value with what its specifiers stand for; all must be known. ``nothing`` is written for an empty text."""
    return SPECIFIER.sub(lambda found: table[found[1]] or nothing, value)
