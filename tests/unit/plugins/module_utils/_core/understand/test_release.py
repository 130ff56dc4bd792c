# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import PATH, Release, pinned_text

LINK, NEW = "/srv/app/current", "/srv/app/releases/42"


def read(release: t.Any, **more: t.Any) -> tuple[t.Any, list[str]]:
    (pool,), problems = understand([{"name": "mail", "command": ["/bin/true"], "release": release, **more}])
    return pool, [str(problem) for problem in problems]


def test_a_pool_runs_in_its_release() -> None:
    pool, problems = read({"link": LINK, "pin": True})
    assert (pool.release, pool.working_directory, problems) == (Release(LINK), LINK, [])
    assert read({"link": LINK}, working_directory="/srv")[0].working_directory == "/srv"
    assert read(None)[0].release is None


LETTERS = "letters, digits and '_', '.', '-', '@', '+', '=', '~'"
NO_PATH = f"an absolute path of {LETTERS}, without '.', '..' and a slash at the end"
# The option and more of the pool, the problem.
REFUSED: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], str]] = {
    "no link": ({}, {}, f".link: found '', expected {NO_PATH}"),
    "a relative path": ({"link": "current"}, {}, f".link: found 'current', expected {NO_PATH}"),
    "the root": ({"link": "/"}, {}, f".link: found '/', expected {NO_PATH}"),
    "a slash at the end": ({"link": f"{LINK}/"}, {}, f".link: found '{LINK}/', expected {NO_PATH}"),
    "two slashes": ({"link": "/srv//x"}, {}, f".link: found '/srv//x', expected {NO_PATH}"),
    "a way up": ({"link": "/srv/../etc"}, {}, f".link: found '/srv/../etc', expected {NO_PATH}"),
    "a specifier": ({"link": "/srv/%i"}, {}, f".link: found '/srv/%i', expected {NO_PATH}"),
    "a line break": ({"link": "/srv/a\n"}, {}, f".link: found '/srv/a\\n', expected {NO_PATH}"),
    "no pin": (
        {"link": LINK, "pin": False},
        {},
        f".pin: found false, expected true (To restart the workers when the link moves, write `watch: [{LINK}]` in "
        "place of `release`.)",
    ),
    "a file of variables in it": (
        {"link": LINK},
        {"environment_files": ["/etc/x", f"-{LINK}/.env"]},
        f".link: found {LINK}/.env in environment_files, expected no such file below it (Name the shared file that is "
        "linked into each release.)",
    ),
}


@pytest.mark.parametrize(("given_", "more", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_release(given_: dict[str, t.Any], more: dict[str, t.Any], problem: str) -> None:
    pool, problems = read(given_, **more)
    assert (pool.release, problems) == (None, [f"pools[0] (mail).release{problem}"])


# A text, and the text of the release.
TEXTS = {
    LINK: NEW,
    f"{LINK}/bin/work --root={LINK}/var": f"{NEW}/bin/work --root={NEW}/var",
    f'-+{LINK}/x "{LINK}/a b"': f'-+{NEW}/x "{NEW}/a b"',
    f"PATH={LINK}/bin:{LINK}/sbin:/bin": f"PATH={NEW}/bin:{NEW}/sbin:/bin",
    f"{LINK}2/bin": f"{LINK}2/bin",
    f"{LINK}.old {LINK}-x": f"{LINK}.old {LINK}-x",
    f"/mnt{LINK}": f"/mnt{LINK}",
    "/srv/appXcurrent": "/srv/appXcurrent",
}


@pytest.mark.parametrize(("text", "pinned"), TEXTS.items())
def test_a_path_that_begins_with_the_link_is_one_of_the_release(text: str, pinned: str) -> None:
    assert pinned_text(text, LINK, NEW) == pinned


@given(st.text())
def test_a_path_has_nothing_that_a_unit_or_a_command_line_would_read(text: str) -> None:
    if PATH.fullmatch(text):
        assert not set(text) & set(" \n\t\"'\\%$;:*?[]{}#")
        assert not {"", ".", ".."} & set(text.split("/")[1:])
