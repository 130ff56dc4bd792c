# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.stale import why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Process
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    ENVIRONMENT_MARKER,
    OWN_WATCH_MARKER,
    SECRETS_MARKER,
    UNIT_MARKER,
    WATCH_MARKER,
    own_markers,
)

WANTED = {UNIT_MARKER: "u", ENVIRONMENT_MARKER: "e", SECRETS_MARKER: "s", WATCH_MARKER: "w", OWN_WATCH_MARKER: "o"}
BEFORE, CHANGED, AFTER = 1.0, 2.0, 3.0

# markers in the process, systemd's copy of the unit's, start of the process, the reason
STALE: dict[str, tuple[t.Optional[dict[str, str]], str, float, str]] = {
    "it carries all of it": (WANTED, "u", AFTER, ""),
    "what it carries counts, not its age": (WANTED, "", BEFORE, ""),
    "the unit": ({**WANTED, UNIT_MARKER: "x"}, "u", AFTER, "started with another unit"),
    "the environment": ({**WANTED, ENVIRONMENT_MARKER: "x"}, "u", AFTER, "started with another environment"),
    "the secrets": ({**WANTED, SECRETS_MARKER: "x"}, "u", AFTER, "started with another secrets"),
    "watched files": ({**WANTED, WATCH_MARKER: "x"}, "u", AFTER, "started with another watched files"),
    "files of its own": ({**WANTED, OWN_WATCH_MARKER: "x"}, "u", AFTER, "started with another files of its own"),
    "two things": (
        {**WANTED, UNIT_MARKER: "x", SECRETS_MARKER: "x"},
        "u",
        AFTER,
        "started with another unit and another secrets",
    ),
    "a process that another program started": (
        {},
        "u",
        AFTER,
        "started with another unit and another environment and another secrets and another watched files"
        " and another files of its own",
    ),
    "a title over the environment, started later": (None, "u", AFTER, ""),
    "a title, started with the files": (None, "u", CHANGED, ""),
    "a title, started before the files": (None, "u", BEFORE, "started before its environment files were written"),
    "a title, of another unit": (None, "x", AFTER, "started with another unit"),
}
OWN = {
    "nothing": ({}, {}),
    "what is not a marker": ({"PATH": "/bin", UNIT_MARKER: "u"}, {UNIT_MARKER: "u"}),
    "its own of the list": ({OWN_WATCH_MARKER: "1=a,2=b,22=c"}, {OWN_WATCH_MARKER: "b"}),
    "a list without it": ({OWN_WATCH_MARKER: "1=a"}, {}),
    "a name with dots and colons": ({OWN_WATCH_MARKER: "a.b:2=a"}, {}),
}


@pytest.mark.parametrize(("markers", "unit", "started", "because"), STALE.values(), ids=STALE.keys())
def test_a_process_is_stale_for_a_reason(
    markers: t.Optional[dict[str, str]], unit: str, started: float, because: str
) -> None:
    assert why_stale(Process(markers, unit, started), WANTED, CHANGED) == because


def test_what_a_pool_no_longer_has_makes_stale_too() -> None:
    process = Process({UNIT_MARKER: "u", SECRETS_MARKER: "s"}, "u", AFTER)
    assert why_stale(process, {UNIT_MARKER: "u"}, CHANGED) == "started with another secrets"


@pytest.mark.parametrize(("environ", "markers"), OWN.values(), ids=OWN.keys())
def test_the_markers_of_an_instance_are_read(environ: dict[str, str], markers: dict[str, str]) -> None:
    assert own_markers(environ, "2") == markers
