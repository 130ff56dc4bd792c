# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import (
    UNKNOWN,
    Markers,
    Note,
    concrete_paths,
    markers,
    markers_again,
    moves,
    notes,
)
from tests.unit.plugins.module_utils._core.builders import KEYED_DIGEST, mail, watched_by

OWN = "/etc/mail/%i.env"
LINK = "link releases/1; directory 5 6 7"

# options of the version that failed, options of the one that comes back, what it then carries
AGAIN: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], Markers]] = {
    "one that watches nothing": ({"watch": ["/a"]}, {}, Markers()),
    "one that watches the same": ({"watch": ["/a"]}, {"watch": ["/a"], "user": "old"}, Markers("seen")),
    "one that watches something else": ({"watch": ["/b"]}, {"watch": ["/a"]}, Markers(UNKNOWN)),
    "one whose successor watched nothing": ({}, {"watch": ["/a"]}, Markers(UNKNOWN)),
    "instances with files of their own": (
        {"environment_files": [OWN], "instances": 2},
        {"environment_files": [OWN], "instances": 3},
        Markers("seen", {"1": "seen 1", "2": "seen 2", "3": UNKNOWN}),
    ),
    "instances with other files of their own": (
        {"environment_files": [OWN]},
        {"environment_files": [OWN, "/a"]},
        Markers(UNKNOWN, {"1": UNKNOWN}),
    ),
}


@pytest.mark.parametrize(("failed", "back", "carried"), AGAIN.values(), ids=AGAIN.keys())
def test_the_way_back_knows_what_the_run_that_failed_has_seen(
    failed: dict[str, t.Any], back: dict[str, t.Any], carried: Markers
) -> None:
    pool = mail(**failed)
    noted = markers(pool, KEYED_DIGEST, watched_by(pool))
    seen = Markers(noted.shared and "seen", {name: f"seen {name}" for name in noted.own})
    assert markers_again(mail(**back), seen, pool) == carried


def test_each_path_is_there_once() -> None:
    pool = mail(instances=["a", "b"], environment_files=[OWN, "/x"], watch=["/x"])
    assert concrete_paths(pool) == ["/etc/mail/a.env", "/etc/mail/b.env", "/x"]


# a digest, and where it says that a link leads
LINKS = {
    "a link to a directory": (LINK, "releases/1"),
    "a link to a file": ("link a; b; file 0123", "a; b"),
    "a link to nothing": ("link releases/1 to nothing", "releases/1"),
    "a link to a FIFO": ("link /run/fifo", "/run/fifo"),
    "a file": ("file 0123", ""),
    "nothing": ("nothing", ""),
}


@pytest.mark.parametrize(("digest", "link"), LINKS.values(), ids=LINKS.keys())
def test_where_a_link_led_is_noted_and_the_rest_is_sealed(digest: str, link: str) -> None:
    noted = notes(mail(watch=["/a"]), KEYED_DIGEST, {"/a": digest})["/a"]
    assert noted.link == link
    assert "0123" not in noted.keyed_digest


def test_a_target_of_any_bytes_can_be_noted() -> None:
    assert notes(mail(watch=["/a"]), KEYED_DIGEST, {"/a": "link \udcff to nothing"})["/a"].link == "\udcff"


# two digests, and what is told
MOVES = {
    "nothing": (LINK, LINK, []),
    "a link": (LINK, "link releases/2; directory 5 6 8", ["/a led to releases/1, and leads to releases/2 now"]),
    "what is behind a link": (LINK, "link releases/1; directory 5 6 8", ["/a has changed"]),
    "a link became a file": (LINK, "file 0123", ["/a led to releases/1, and is no link now"]),
    "a file became a link": ("file 0123", LINK, ["/a was no link, and leads to releases/1 now"]),
    "a file": ("file 0123", "file 0124", ["/a has changed"]),
    "a link of many lines": (LINK, "link x\ny; nothing", ["/a led to releases/1, and leads to x\\ny now"]),
}


@pytest.mark.parametrize(("then", "now", "result"), MOVES.values(), ids=MOVES.keys())
def test_what_has_changed_is_told_from_where_to_where(then: str, now: str, result: list[str]) -> None:
    one, other = (notes(mail(watch=["/a"]), KEYED_DIGEST, {"/a": digest}) for digest in (then, now))
    assert [str(move) for move in moves(one, other)] == result


def test_of_a_path_that_only_one_of_them_watched_nothing_is_told() -> None:
    assert moves({"/a": Note("", "1")}, {"/b": Note("", "2")}) == []
