# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert, read_alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from tests.unit.plugins.module_utils._core.builders import mail

PAGE = ["/bin/page"]
READ: dict[str, tuple[dict[str, t.Any], Alert]] = {
    "a command": ({"command": PAGE}, Alert(("/bin/page",), user="app")),
    "options that are not given": (
        {"command": PAGE, "crashes": None, "within": None, "user": None},
        Alert(("/bin/page",), user="app"),
    ),
    "all": (
        {"command": PAGE, "crashes": 1, "within": "1h", "repeat": "1d", "user": "root"},
        Alert(("/bin/page",), 1, 3600.0, 86400.0, "root"),
    ),
}
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nothing": ({}, [".command"]),
    "no words": ({"command": []}, [".command"]),
    "a command from a PATH": ({"command": ["page"]}, [".command[0]"]),
    "no deaths": ({"command": PAGE, "crashes": 0}, [".crashes"]),
    "deaths that nobody would count": ({"command": PAGE, "crashes": 101}, [".crashes"]),
    "another user than one": ({"command": PAGE, "user": "a b"}, [".user"]),
    "everything at once": ({"command": PAGE, "within": "1s", "repeat": "soon"}, [".within", ".repeat"]),
}


@pytest.mark.parametrize(("given", "read"), READ.values(), ids=READ.keys())
def test_reads(given: dict[str, t.Any], read: Alert) -> None:
    assert read_alert(given, "app", "alert") == (read, [])


@pytest.mark.parametrize(("given", "options"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(given: dict[str, t.Any], options: list[str]) -> None:
    read, problems = read_alert(given, "app", "alert")
    assert read is None
    assert [problem.where for problem in problems] == [f"alert{option}" for option in options]


@pytest.mark.parametrize("pool", [{}, {"user": "0"}, {"user": "app", "unit": {"Service": {"DynamicUser": True}}}])
def test_a_command_never_runs_as_root_unless_asked(pool: dict[str, t.Any]) -> None:
    given = {"name": "mail", "command": ["/bin/worker"], "alert": {"command": PAGE}, **pool}
    _pools, problems = understand([given])
    assert [problem.where for problem in problems] == ["pools[0] (mail).alert.user"]
    assert mail(**{**pool, "alert": {"command": PAGE, "user": "root"}}).alert == Alert(("/bin/page",), user="root")


def test_the_user_of_the_pool_is_the_default() -> None:
    assert mail(user="app", alert={"command": PAGE}).alert == Alert(("/bin/page",), user="app")
