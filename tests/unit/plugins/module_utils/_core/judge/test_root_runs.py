# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.root_runs import executed, interpreter

# a command line, and what it may run
EXECUTED: dict[str, tuple[list[str], list[str]]] = {
    "nothing": ([], []),
    "a program": (["/srv/check", "%i"], ["/srv/check"]),
    "a program and what it reads": (["/bin/grep", "-q", "ok", "/srv/state"], ["/bin/grep"]),
    "a script": (["/usr/bin/python3", "-I", "/srv/check.py"], ["/usr/bin/python3", "/srv/check.py"]),
    "a script of a versioned interpreter": (["/usr/bin/php8.2", "/srv/x"], ["/usr/bin/php8.2", "/srv/x"]),
    "an interpreter elsewhere": (["/srv/venv/bin/python", "-m", "x"], ["/srv/venv/bin/python"]),
    "a program behind another": (["/usr/bin/timeout", "5", "/srv/check"], ["/usr/bin/timeout", "/srv/check"]),
    "the words of a shell": (
        ["/bin/sh", "-c", "test -e /srv/a&&'/srv/b' \"$(/srv/c)\";/srv/d"],
        ["/bin/sh", "/srv/a", "/srv/b", "/srv/c", "/srv/d"],
    ),
    "the value of an option": (["/usr/bin/php", "--define=x=/srv/y"], ["/usr/bin/php", "/srv/y"]),
}
INTERPRETERS = {
    "a program": ("\x7fELF", []),
    "a shell": ("#!/bin/sh\n/srv/x", ["/bin/sh"]),
    "with a blank and an option": ("#! /srv/venv/bin/python -I\n", ["/srv/venv/bin/python"]),
    "found by env": ("#!/usr/bin/env -S /srv/python -I\n", ["/usr/bin/env", "/srv/python"]),
    "a line without end": ("#!/srv/x", ["/srv/x"]),
    "an empty line": ("#!\n", []),
}


@pytest.mark.parametrize(("words", "paths"), EXECUTED.values(), ids=EXECUTED.keys())
def test_what_a_command_line_may_run(words: list[str], paths: list[str]) -> None:
    assert executed(words) == paths


@pytest.mark.parametrize(("start", "paths"), INTERPRETERS.values(), ids=INTERPRETERS.keys())
def test_what_interprets_a_script(start: str, paths: list[str]) -> None:
    assert interpreter(start) == paths
