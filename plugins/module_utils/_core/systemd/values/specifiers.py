# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifiers such as ``%i`` (unit-printf.c): which specifiers each version has, and the texts they may stand for."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName

# systemd keeps a percent sign unchanged when neither a letter nor a digit follows.
SPECIFIER = re.compile("%([A-Za-z0-9%])")
ESCAPED = re.compile(r"\\x([0-9a-f]{2})")
HEX = "abcdef0123456789"
# The text that each specifier stands for on an example host.
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
# The instance name that `systemd-analyze verify` uses for a template, before and since the version that has --instance=
# (verify_prepare_filename(); seen on 247, 252, 257 and 262).
VERIFIED, VERIFIED_WITH_OPTION, OPTION_SINCE = "i", "test_instance", 257
# The instances of the template are not known.
ANY: t.Tuple[str, ...] = ()
# When the instances are not known, a value is right if it is right for one of these names: the name that verify uses, a
# number, a word of a calendar, an escaped path, a unit, a signal.
INSTANCES = (VERIFIED, "1", "daily", "-a", "a.service", "TERM")
Table = t.Mapping[str, str]


class Meant(t.NamedTuple):
    """A table for each unit to which a file may belong.

    With ``each``, a value must be right for all these units. Without it, one unit is enough.
    """

    tables: t.Tuple[Table, ...]
    each: bool = True


@functools.lru_cache(maxsize=64)
def meant(name: UnitName, path: str, systemd: int, instances: t.Optional[t.Tuple[str, ...]] = None) -> Meant:
    """The texts of all specifiers of this version in a unit to which the file at ``path`` belongs.

    ``instances`` are the instances of a template. ``ANY`` means that they are not known. ``None`` means the instance
    that ``systemd-analyze verify`` uses.
    """
    instances = (verified(systemd),) if instances is None else instances
    shared = _shared(name, path, systemd)

    def tables(names: t.Iterable[t.Optional[str]]) -> t.Tuple[Table, ...]:
        return tuple({**shared, **_own(UnitName(name.prefix, one, name.kind))} for one in names)

    if name.instance is None and path.endswith(".conf"):
        # A drop-in may belong to many units.
        return Meant(tables((None, *INSTANCES)), each=False)
    if name.instance == "":
        return Meant(tables(instances or INSTANCES), each=bool(instances))
    return Meant(tables((name.instance,)))


def verified(systemd: int) -> str:
    return VERIFIED_WITH_OPTION if systemd >= OPTION_SINCE else VERIFIED


def names_only(table: Table) -> Table:
    """The specifiers in the table that may be part of the name of a unit."""
    return {one: text for one, text in table.items() if one in IN_NAMES}


def _shared(name: UnitName, path: str, systemd: int) -> Table:
    """The texts that are the same for all instances."""
    last = name.prefix.rpartition("-")[2]
    absolute = path if path.startswith("/") else f"/etc/systemd/system/{path}"
    found = {one: text for one, (since, text) in SINCE.items() if since <= systemd}
    found.update(ANYWHERE)
    found.update({"j": last, "J": unescaped_path(last), "p": name.prefix, "P": unescaped_path(name.prefix)})
    if systemd >= OWN_PATH_SINCE:
        found.update({"y": absolute, "Y": absolute.rpartition("/")[0]})
    return found


def _own(name: UnitName) -> Table:
    """The texts of one unit alone."""
    instance, text = name.instance or "", str(name)
    file = unescaped_path(instance or name.prefix).lstrip("/")
    return {"i": instance, "I": unescaped_path(instance), "n": text, "N": text[: -len(name.kind) - 1], "f": f"/{file}"}


def unescaped_path(text: str) -> str:
    """unit_name_unescape(): a dash becomes a slash, ``\\x2d`` becomes a dash."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text.replace("-", "/"))


def unknown_specifier(value: str, table: Table) -> str:
    """The first specifier that systemd does not know, such as ``%Q``; empty when it knows all."""
    return next((f"%{one}" for one in SPECIFIER.findall(value) if one not in table), "")


def expanded(value: str, table: Table, written: t.Callable[[str], str] = str) -> str:
    """The value with the texts of its specifiers, which must be known. ``written`` gives each as it is written here."""
    return SPECIFIER.sub(lambda found: written(table[found[1]]), value)
