# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every directive of every version with right values and near misses: we say what real systemd says of each line.

The default takes a part of them, another one for each directive. ORACLE_LITERALS=all asks for all: minutes a version.
"""

from __future__ import annotations

import itertools
import os
import re
import typing as t
import zlib

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.whole_unit import ANY_PRIORITY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.corpus.bad import START
from tests.corpus.literals import literals
from tests.helpers.judged import Said, judged
from tests.helpers.oracle_host import OracleHost

ALL = os.environ.get("ORACLE_LITERALS") == "all"
# Of what the directives of a file, and those that need a file for each value, may have: each so many-th.
PART, FATAL_PART = (1, 1) if ALL else (5, 16)
KINDS = {**START, "automount": "[Automount]\nWhere=/b\n", "swap": "[Swap]\nWhat=/dev/b\n"}
# A bad value of these ends the reading of the file, or a second one is too much, so each needs one of its own.
FATAL = re.compile(
    r"Exec.*|User|Group|SupplementaryGroups|SocketUser|SocketGroup|WorkingDirectory|Root.*|DynamicUser|.*ImagePolicy"
    r"|SELinuxContext|AppArmorProfile|SmackProcessLabel|PIDFile|SystemCallFilter|CPUAffinity|IP(?:In|E)gressFilterPath"
    r"|Slice|Unit|.*Directory|LUOSession"
)
# It does what the unit says, and says so.
NOTICES = re.compile(
    "is obsolete|please use|Accepting user/group name|This is unsafe|no longer supported|is not safe|please update"
    "|Support for|legacy directory|deprecated|Ignoring unknown escape|IP firewall|Starting this unit will fail"
)
# systemd ignores what it does not know in these and says nothing, so that our word is the only one.
SILENT = ("CapabilityBoundingSet", "AmbientCapabilities", "SecureBits", "DisableControllers")
# What only the host can say: its name, architecture and time zones.
OF_THE_HOST = re.compile("%[HqmA]|arm64|s390|.*(?:Europe/Nowhere| CET)")
# A slice of a bad name is said of the unit, not of the line.
OF_THE_UNIT = re.compile(r"-?a-?-?b?\.slice|x--y\.slice")
# A matter of the whole unit.
UNSEEN = {("Unit", "%n")}
# unit_type_may_template()
MAY_BE_TEMPLATES = ("service", "socket", "target", "timer", "path")


def drawn(directive: str) -> t.Iterator[str]:
    part = FATAL_PART if FATAL.fullmatch(directive) else PART
    yield from literals(directive)[zlib.crc32(directive.encode()) % part :: part]


def units_of(catalogue: t.Mapping[str, t.Mapping[str, str]]) -> t.Iterator[tuple[str, str, str, str, list[str]]]:
    """Name, text, section, directive and the values of its last lines; a sentinel stands behind them."""
    number = itertools.count()
    seen: set[tuple[str, str]] = set()
    for section, kind in [("Unit", "service"), *((kind.capitalize(), kind) for kind in KINDS if kind != "target")]:
        for key, systemd_type in catalogue.get(section, {}).items():
            # Those of execution, of resources and of killing are the same for every type.
            if (key, systemd_type) in seen and not ALL:
                continue
            seen.add((key, systemd_type))
            values = list(drawn(key))
            for group in [[one] for one in values] if FATAL.fullmatch(key) else [values]:
                text = f"{KINDS[kind]}[{section}]\n" + "".join(f"{key}={value}\n" for value in group)
                yield f"e{next(number)}.{kind}", f"{text}[Unit]\nDefaultDependencies=sentinel\n", section, key, group


def templates_of(catalogue: t.Mapping[str, t.Mapping[str, str]]) -> t.Iterator[tuple[str, str, str, str, list[str]]]:
    """The same as templates, for which verify makes up an instance: those whose values have specifiers."""
    for name, text, section, key, values in units_of(catalogue):
        stem, _dot, kind = name.rpartition(".")
        if kind in MAY_BE_TEMPLATES and any("%" in value for value in values):
            yield f"{stem}@.{kind}", text, section, key, values


def theirs(said: t.Iterable[Said], line: int) -> bool:
    return any(one.line == line and not NOTICES.search(one.text) for one in said)


@pytest.mark.parametrize("made", [units_of, templates_of])
def test_each_value_of_each_directive_is_judged_as_systemd_judges_it(
    host: OracleHost, made: t.Callable[[t.Any], t.Iterable[tuple[str, str, str, str, list[str]]]]
) -> None:
    catalogue = parse_catalogue(host.sh("/lib/systemd/systemd --dump-configuration-items"))
    units = list(made(catalogue))
    said = judged(host.name, {name: text for name, text, *_ in units})
    accepted, refused, asked = [], [], 0
    for name, text, section, key, values in units:
        found = findings(Unit.of(name, text), catalogue, host.systemd)
        ours = {one.at.line for one in found if one.at and one.severity is Severity.ERROR}
        first = text.count("\n") - len(values) - 1
        is_read = any(one.line == first + len(values) + 1 for one in said[name])
        for line, value in enumerate(values, first):
            if key == "CPUSchedulingPriority" and host.systemd < ANY_PRIORITY_SINCE:
                continue
            if OF_THE_HOST.search(value) or OF_THE_UNIT.fullmatch(value) or (key, value) in UNSEEN:
                continue
            asked += 1
            bad = theirs(said[name], line) or (len(values) == 1 and not is_read)
            if bad and line not in ours:
                accepted.append(f"[{section}]{key}={value[:80]}")
            if line in ours and not bad and key not in SILENT:
                refused.append(f"[{section}]{key}={value[:80]}")
    assert asked > 3000
    assert (accepted, refused) == ([], [])
