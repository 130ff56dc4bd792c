# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder is the argument: a file in _core cannot touch the machine, and a room imports from earlier rooms alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).parents[3] / "plugins" / "module_utils"
CORE = MODULE_UTILS / "_core"
PACKAGE = "ansible_collections.workers.systemd.plugins.module_utils"
OURS = f"{PACKAGE}._core"
# The steps of the flow in their order. Below them is what is true without pools, above them what puts steps together.
# Files beside the rooms are words that every room may use; the empty name stands for them.
ROOMS = {
    "_core": ("", "systemd", "understand", "write", "look", "judge", "decide", "act", "undo", "tell", "fit"),
    "_host": ("", "systemd", "write", "look", "judge", "act", "undo", "tell", "frame", "runs", "users"),
}
MAY_USE = {
    "__future__",
    "base64",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fnmatch",
    "functools",
    "hashlib",
    "hmac",
    "html",
    "ipaddress",
    "json",
    "math",
    "re",
    "signal",
    "string",
    "typing",
    "urllib.parse",
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "a relative import")
    return names


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: path.name)
def test_core_touches_nothing(path: Path) -> None:
    foreign = {name for name in imported(path) if name != OURS and not name.startswith(f"{OURS}.")}
    assert foreign <= MAY_USE


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: path.name)
def test_core_has_no_clock(path: Path) -> None:
    """`datetime` may take a moment apart, and not ask what time it is."""
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not attributes & {"now", "today", "utcnow"} or "datetime" not in imported(path)


def modules() -> list[Path]:
    return [path for tree in ROOMS for path in sorted((MODULE_UTILS / tree).rglob("*.py"))]


def room(place: tuple[str, ...]) -> str:
    """``("_core", "judge", "traps", "trap")`` is in ``judge``, ``("_core", "problem")`` in no room."""
    return place[1] if len(place) > 2 else ""


def places_imported(path: Path) -> set[tuple[str, ...]]:
    """``_core.judge.traps.trap`` as a tuple, for each import from our own module_utils."""
    places = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PACKAGE}."):
            base = (node.module or "")[len(PACKAGE) + 1 :].split(".")
            is_file = MODULE_UTILS.joinpath(*base).with_suffix(".py").is_file()
            places |= {tuple(base)} if is_file else {(*base, alias.name) for alias in node.names}
    return places


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(MODULE_UTILS)))
def test_a_room_imports_from_itself_and_from_earlier_rooms(path: Path) -> None:
    place = path.relative_to(MODULE_UTILS).with_suffix("").parts
    order = ROOMS[place[0]]
    assert [
        ".".join(other)
        for other in places_imported(path)
        if other[0] == place[0] and order.index(room(other)) > order.index(room(place))
    ] == []


@pytest.mark.parametrize("tree", ROOMS)
def test_each_room_has_its_place_in_the_order(tree: str) -> None:
    folders = {path.name for path in (MODULE_UTILS / tree).iterdir() if any(path.rglob("*.py"))}
    assert folders == set(ROOMS[tree]) - {""}


def test_the_unit_tests_stand_in_the_same_rooms() -> None:
    """Where a file of that name is tested."""
    here = Path(__file__).parent / "module_utils"
    modules_by_name: dict[tuple[str, str], set[Path]] = {}
    for path in modules():
        place = path.relative_to(MODULE_UTILS)
        modules_by_name.setdefault((place.parts[0], path.name), set()).add(place.parent)
    elsewhere = [
        str(test.relative_to(here))
        for test in here.rglob("test_*.py")
        for place in [test.relative_to(here)]
        for known in [modules_by_name.get((place.parts[0], test.name[len("test_") :]))]
        if known and place.parent not in known
    ]
    assert elsewhere == []
