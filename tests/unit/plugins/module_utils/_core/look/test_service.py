# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import (
    Service,
    Source,
    install_links,
    install_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit

# unit, its [Install], the links that `systemctl enable` makes
LINKS: dict[str, tuple[str, str, t.Optional[set[str]]]] = {
    "nothing": ("w.service", "", set()),
    "one target": ("w.service", "WantedBy=a.target", {"a.target.wants/w.service"}),
    "of an instance of a template": ("w@1.service", "WantedBy=a.target", {"a.target.wants/w@1.service"}),
    "several, in one line and in two": (
        "w.service",
        "WantedBy=a.target b.target\nRequiredBy=c.target\nUpheldBy=d.target",
        {
            "a.target.wants/w.service",
            "b.target.wants/w.service",
            "c.target.requires/w.service",
            "d.target.upholds/w.service",
        },
    ),
    "none after a reset": ("w.service", "WantedBy=a.target\nWantedBy=", set()),
    "an alias": ("w.service", "Alias=x.service", {"x.service"}),
    "an alias of a template": ("w@1.service", "Alias=x@.service", {"x@1.service"}),
    "parts of the name": (
        "mail-in@red.service",
        "WantedBy=%i.target %p.target\nRequiredBy=%j.target %N.target %n.target",
        {
            "red.target.wants/mail-in@red.service",
            "mail-in.target.wants/mail-in@red.service",
            "in.target.requires/mail-in@red.service",
            "mail-in@red.target.requires/mail-in@red.service",
            "mail-in@red.service.target.requires/mail-in@red.service",
        },
    ),
    "an instance that a plain unit has not": ("w.service", "WantedBy=a%i.target", {"a.target.wants/w.service"}),
    "what only the host knows": ("w.service", "WantedBy=a-%H.target", None),
}


def unit(text: str) -> Unit:
    return Unit.of("w.service", text)


@pytest.mark.parametrize(("name", "install", "expected"), LINKS.values(), ids=LINKS.keys())
def test_enabling_makes_these_links(name: str, install: str, expected: t.Optional[set[str]]) -> None:
    assert install_links(name, install_of(unit(f"[Install]\n{install}\n"), 257)) == expected


def test_what_an_older_systemd_does_not_know_makes_no_link() -> None:
    assert install_links("w.service", install_of(unit("[Install]\nUpheldBy=a.target\n"), 252)) == set()


RELOADS = {
    "a command": ("[Service]\nExecReload=/bin/kill -HUP $MAINPID\n", True),
    "a signal and an answer": ("[Service]\nType=notify-reload\n", True),
    "neither": ("[Service]\nType=notify\n", False),
    "a command that is taken back": ("[Service]\nExecReload=/bin/true\nExecReload=\n", False),
}


@pytest.mark.parametrize(("text", "can"), RELOADS.values(), ids=RELOADS.keys())
def test_who_can_reload(text: str, can: bool) -> None:
    assert Source("/usr/lib/systemd/system/w.service", unit=unit(text)).can_reload is can


def test_nobody_without_a_file_can_reload_or_is_of_a_pool() -> None:
    assert not Source().can_reload
    assert Source().pool == ""


def test_a_pool_is_known_by_its_mark() -> None:
    assert Source("/etc/systemd/system/w@.service", unit=unit("[X-Workers]\nPool=w\n")).pool == "w"


MADE = {
    "/usr/lib/systemd/system/w@.service": False,
    "/etc/systemd/system/w@.service": False,
    "/run/systemd/system/w@.service": False,
    "/run/systemd/generator/w@.service": True,
    "/run/systemd/generator.late/w@.service": True,
    "/run/systemd/transient/run-1.service": True,
    "": False,
}


@pytest.mark.parametrize(("path", "generated"), MADE.items())
def test_what_cannot_be_enabled_for_where_it_lies(path: str, generated: bool) -> None:
    assert Source(path).generated is generated


UP = {"active": True, "reloading": True, "activating": True, "deactivating": False, "failed": False, "inactive": False}


@pytest.mark.parametrize(("active", "up"), UP.items())
def test_up_is_what_runs_or_is_about_to(active: str, up: bool) -> None:
    assert Service(Instance("loaded", active, "any")).up is up
