# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that was killed in the middle of a write has left, wherever the collection writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_HAND, Pause
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import leftovers


def test_halves_of_files_go_and_all_else_stays(tmp_path: Path) -> None:
    places = replace(SYSTEM, units=str(tmp_path / "units"), configuration=str(tmp_path / "configuration"))
    paths = [places.unit("mail@.service"), places.config("mail", "secrets")]
    paths += [Pause(BY_HAND, name).path(places, "mail") for name in ("", "2")]
    halves = [path.parent / f".{path.name}.{'0' * 16}.new" for path in map(Path, paths)]
    for half in halves:
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_text("A=1")
    kept = Path(paths[2])
    kept.write_text("")
    leftovers.sweep(places)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
    assert not Path(paths[3]).parent.exists(), "a directory of ours that is empty goes, too"
