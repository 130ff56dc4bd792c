# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._host.look import by_hand

WANTED = ["mail@1.service", "mail@2.service"]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """With a directory above the load path, /etc, /run and one of packages."""
    names = ("control", "etc", "run/systemd/system", "lib")
    for name in names:
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "etc" / "mail@.service").write_text("[Service]\n")
    control, etc, run, lib = (str(tmp_path / name) for name in names)
    return replace(
        SYSTEM, units=etc, load_path=(etc, run, lib), searched=(control, etc, run, lib), runtime=str(tmp_path / "run")
    )


def test_a_template_alone_is_nothing(places: Places) -> None:
    assert by_hand.look(places, WANTED) == by_hand.ByHand()


@pytest.mark.parametrize("directory", ["etc", "run/systemd/system"])
@pytest.mark.parametrize("empty", [True, False], ids=["an empty file", "a link to /dev/null"])
def test_a_mask_is_seen_wherever_it_is(places: Places, tmp_path: Path, directory: str, empty: bool) -> None:
    mask = tmp_path / directory / WANTED[1]
    if empty:
        mask.touch()
    else:
        mask.symlink_to("/dev/null")
    assert by_hand.look(places, WANTED).masked == {WANTED[1]: str(mask)}
    assert by_hand.look(places, WANTED[:1]).masked == {}


def test_the_first_in_the_load_path_counts(places: Places, tmp_path: Path) -> None:
    (tmp_path / "etc" / WANTED[0]).write_text("[Service]\n")
    (tmp_path / "lib" / WANTED[0]).symlink_to("/dev/null")
    found = by_hand.look(places, WANTED)
    assert (found.masked, found.hidden) == ({}, {WANTED[0]: f"{places.units}/{WANTED[0]}"})


def test_a_link_to_the_template_hides_nothing_and_one_to_elsewhere_does(places: Places, tmp_path: Path) -> None:
    (tmp_path / "etc" / WANTED[0]).symlink_to("mail@.service")
    (tmp_path / "etc" / WANTED[1]).symlink_to(tmp_path / "not-there-yet")
    assert by_hand.look(places, WANTED).hidden == {WANTED[1]: f"{places.units}/{WANTED[1]}"}


# directory, drop-in, whether a person's tool wrote it
DROP_INS = {
    "systemctl edit of the template": ("etc/mail@.service.d", "override.conf", True),
    "systemctl edit of an instance": ("etc/mail@2.service.d", "override.conf", True),
    "systemctl edit of the target": ("etc/mail.target.d", "override.conf", True),
    "systemctl edit --runtime": ("run/systemd/system/mail@.service.d", "override.conf", True),
    "systemctl set-property": ("control/mail@2.service.d", "50-TasksMax.conf", True),
    "what a program put there": ("etc/mail@.service.d", "10-limits.conf", False),
    "what a package put there": ("lib/mail@.service.d", "10-limits.conf", False),
    "that of another pool": ("etc/mail-2@.service.d", "override.conf", False),
    "that of an instance that is not wanted": ("etc/mail@3.service.d", "override.conf", False),
    "no drop-in": ("control/mail@2.service.d", "README", False),
}


@pytest.mark.parametrize(("directory", "name", "named"), DROP_INS.values(), ids=DROP_INS.keys())
def test_changes_beside_a_pool_are_named(
    places: Places, tmp_path: Path, directory: str, name: str, named: bool
) -> None:
    folder = tmp_path / directory
    folder.mkdir()
    (folder / name).write_text("[Service]\n")
    warnings = by_hand.look(places, WANTED).warnings()
    assert [f"{folder}/{name}" in warning for warning in warnings] == ([True] if named else [])


def test_masks_are_told_first(places: Places, tmp_path: Path) -> None:
    (tmp_path / "etc" / WANTED[1]).symlink_to("/dev/null")
    assert by_hand.look(places, WANTED).warnings() == [
        f"mail@2.service is masked by {places.units}/mail@2.service, and left as it is"
    ]
