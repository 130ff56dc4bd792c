# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever lies where pauses are kept, a look at it ends, and says what keeps an instance from starting."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import (
    BY_DEPLOY,
    BY_HAND,
    Pause,
    mark_text,
)
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pauses import look

SINCE = "2026-11-29T07:30:00Z"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return replace(SYSTEM, units=str(tmp_path))


def keep(places: Places, pool: str, pause: Pause) -> Path:
    path = Path(pause.path(places, pool))
    path.parent.mkdir(exist_ok=True)
    path.write_text(mark_text(str(path), pause))
    return path


def test_all_pauses_of_the_pools_are_found_and_no_other(places: Places) -> None:
    every = [Pause(by, one, SINCE, "a test") for by in (BY_HAND, BY_DEPLOY) for one in ("", "1", "a:b")]
    kept = {str(keep(places, "mail", pause)): pause for pause in every}
    keep(places, "mail-2", Pause(BY_HAND, "", SINCE))
    (Path(places.units) / "mail@1.service.d" / "override.conf").write_text("[Service]\nNice=5\n")
    (Path(places.units) / "mail.service.d").mkdir()
    assert look(places, ["mail", "sms"]) == {"mail": kept, "sms": {}}


def test_the_pause_of_a_timer_is_beside_its_timer_unit_and_of_no_pool(places: Places) -> None:
    for name in ("report", "mail"):
        (Path(places.units) / f"{name}.timer.d").mkdir()
    pause = Pause(BY_HAND, "", SINCE, "a test")
    path = Path(pause.path(places, "report", timer=True))
    path.write_text(mark_text(str(path), pause))
    Path(places.unit("report.timer")).write_text("[X-Workers]\nPool=report\n")
    (Path(places.units) / "mail.timer.d" / path.name).write_text(mark_text(str(path), pause))
    assert look(places, ["report", "mail"]) == {"report": {str(path): pause}, "mail": {}}


def test_where_there_is_no_unit_directory_nothing_is_paused(places: Places) -> None:
    assert look(replace(places, units=f"{places.units}/none"), ["mail"]) == {"mail": {}}


def test_what_is_no_file_is_no_pause(places: Places) -> None:
    for name, make in (("1", os.mkfifo), ("2", os.mkdir), ("3", lambda path: os.symlink("/dev/zero", path))):
        path = Path(Pause(BY_HAND, name).path(places, "mail"))
        path.parent.mkdir()
        make(path)
    (Path(places.units) / "mail@4.service.d").symlink_to("/dev/zero")
    os.mkfifo(Path(places.units) / "mail@5.service.d")
    assert look(places, ["mail"]) == {"mail": {}}


def test_a_file_without_an_end_is_a_pause_that_says_nothing(places: Places) -> None:
    path = keep(places, "mail", Pause(BY_HAND, "1", SINCE, "a test"))
    os.truncate(path, foreign_files.LARGEST_OF_OURS + 1)
    assert look(places, ["mail"]) == {"mail": {str(path): Pause(BY_HAND, "1")}}
