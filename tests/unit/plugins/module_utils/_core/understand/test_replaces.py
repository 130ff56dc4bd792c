# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces, read_replaces

CRON = {"manager": "cron", "file": "/etc/cron.d/app", "line": "* * * * * app /srv/app/work"}
WRONG: dict[str, tuple[dict[str, t.Any], str]] = {
    "no program": ({"manager": "supervisord"}, "program"),
    "all programs": ({"manager": "supervisord", "program": "all:*"}, "program"),
    "an option": ({"manager": "supervisord", "program": "-c"}, "program"),
    "a line of supervisord": ({"manager": "supervisord", "program": "mail", "line": "x"}, "line"),
    "a relative path": ({**CRON, "file": "cron.d/app"}, "file"),
    "no line": ({**CRON, "line": " "}, "line"),
    "two lines": ({**CRON, "line": "a\nb"}, "line"),
    "a line that may run only once": ({**CRON, "once": True}, "once"),
    "a number as an app of PM2": ({"manager": "pm2", "program": "0"}, "program"),
    "all apps of PM2": ({"manager": "pm2", "program": "all"}, "program"),
    "no app of PM2": ({"manager": "pm2"}, "program"),
    "a line of PM2": ({"manager": "pm2", "program": "mail", "line": "x"}, "line"),
    "a user of supervisord": ({"manager": "supervisord", "program": "mail", "user": "app"}, "user"),
    "a user of cron": ({**CRON, "user": "app"}, "user"),
    "a program of cron": ({**CRON, "program": "mail"}, "program"),
}


@pytest.mark.parametrize("given", [None, {}])
def test_nothing_replaces_nothing(given: t.Any) -> None:
    assert read_replaces(given, "x", "app") == (None, [])


def test_what_is_given_is_read_and_told() -> None:
    program, line = ({"manager": "supervisord", "program": "mail", "once": True}, CRON)
    assert read_replaces(program, "x", "app") == (Replaces("supervisord", "mail", once=True), [])
    found, problems = read_replaces(line, "x", "app")
    assert (str(found), problems) == ("a line of /etc/cron.d/app", [])
    app = {"manager": "pm2", "program": "all-mail"}
    for given, user, of in ((app, "app", "app"), (app, "", "root"), ({**app, "user": "node"}, "app", "node")):
        found, problems = read_replaces(given, "x", user)
        assert (str(found), problems) == (f"the program all-mail of PM2 of {of}", [])
    assert str(Replaces("supervisord", "mail")) == "the program mail of supervisord"


@pytest.mark.parametrize(("given", "where"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_one_names_its_place(given: dict[str, t.Any], where: str) -> None:
    found, problems = read_replaces(given, "x", "app")
    assert (found, [one.where for one in problems]) == (None, [f"x.{where}"])


@pytest.mark.parametrize(
    ("scope", "wrong"), [({}, []), ({"scope": "user", "user": "app"}, ["pools[0] (mail).replaces"])]
)
def test_only_pools_of_the_system_replace_something(scope: dict[str, str], wrong: list[str]) -> None:
    (pool,), problems = understand([{"name": "mail", "command": ["/bin/mail"], "replaces": CRON, **scope}])
    assert [one.where for one in problems] == wrong
    assert pool.replaces


def test_a_timer_takes_its_line_over_before_it_starts() -> None:
    timer = {"name": "job", "command": ["/bin/job"], "schedule": "daily", "replaces": CRON}
    (found,), problems = understand([], [timer])
    assert (problems, found.replaces) == ([], Replaces("cron", file=CRON["file"], line=CRON["line"], once=True))
    (plain,), _problems = understand([], [{**timer, "replaces": None}])
    assert plain.replaces is None
