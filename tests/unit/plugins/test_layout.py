# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder is the argument: a file in _core cannot touch the machine, and a room imports from earlier rooms alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.helpers.rooms import MODULE_UTILS, PACKAGE, ROOMS, modules, place, room, sent_with
from tests.helpers.rooms import imported as places_imported

PLUGINS = MODULE_UTILS.parent
CORE = MODULE_UTILS / "_core"
OURS = f"{PACKAGE}._core"
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
    "heapq",
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


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: path.name)
def test_a_newline_alone_ends_a_line(path: Path) -> None:
    """`splitlines()` ends lines at ten more characters, which anybody may write into a value (characters.lines())."""
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert "splitlines" not in attributes


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: path.name)
def test_core_has_no_clock(path: Path) -> None:
    """`datetime` may take a moment apart, and not ask what time it is."""
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not attributes & {"now", "today", "utcnow"} or "datetime" not in imported(path)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(MODULE_UTILS)))
def test_a_room_imports_from_itself_and_from_earlier_rooms(path: Path) -> None:
    own = place(path)
    order = ROOMS[own[0]]
    assert [
        ".".join(other)
        for other in places_imported(path)
        if other[0] == own[0] and order.index(room(other)) > order.index(room(own))
    ] == []


@pytest.mark.parametrize("tree", ROOMS)
def test_each_room_has_its_place_in_the_order(tree: str) -> None:
    folders = {path.name for path in (MODULE_UTILS / tree).iterdir() if any(path.rglob("*.py"))}
    assert folders == set(ROOMS[tree]) - {""}


def test_the_unit_tests_stand_in_the_same_rooms() -> None:
    """Where a file of that name is tested."""
    here = Path(__file__).parent / "module_utils"
    by_name: dict[tuple[str, str], set[Path]] = {}
    for path in modules():
        own = path.relative_to(MODULE_UTILS)
        by_name.setdefault((own.parts[0], path.name), set()).add(own.parent)
    elsewhere = [
        str(own)
        for test in here.rglob("test_*.py")
        for own in [test.relative_to(here)]
        for known in [by_name.get((own.parts[0], test.name[len("test_") :]))]
        if known and own.parent not in known
    ]
    assert elsewhere == []


# Files, and kilobytes of source. What a module does not need is not read, sent and compiled on each host.
# Whoever looks at a pool also knows the processes that went on when the pool took over their unit.
# A timer is a pool with a schedule, so whoever knows pools knows the schedule. A deploy may also take over the work of
# another manager.
# A run that changes pools takes the agent along, for the program that it leaves on the host.
# What leaves a program on the host takes compiled.py along.
# Whoever looks at a path of a worker takes looks.py along, and the child process and the errors that it needs.
BUDGETS = {
    "env_file": (14, 60),
    "harden": (103, 562),
    "import_workers": (20, 98),
    "instances": (155, 783),
    "_kept_program": (6, 44),
    "lint_info": (83, 554),
    "pause": (271, 1493),
    "pools": (276, 1539),
    "pools_info": (115, 579),
    "rollback": (271, 1493),
    "run_timer": (83, 440),
    "status_page": (0, 0),
    "status_table": (0, 0),
    "unit_file": (90, 578),
}


@pytest.mark.parametrize("module", sorted((MODULE_UTILS.parent / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_a_module_takes_along_no_more_than_its_budget(module: Path) -> None:
    sent = sent_with(module)
    size = sum(MODULE_UTILS.joinpath(*one).with_suffix(".py").stat().st_size for one in sent) / 1000
    files, kilobytes = BUDGETS[module.stem]
    assert (len(sent) <= files, size <= kilobytes) == (True, True), f"{len(sent)} files, {size:.0f} kB"


@pytest.mark.parametrize(("name", "files"), [("following", 7), ("kept_program", 4), ("placing", 2)])
def test_an_action_takes_little_of_the_code_for_hosts(name: str, files: int) -> None:
    """The controller imports it in each run, also in one that changes nothing."""
    assert len(sent_with(PLUGINS / "plugin_utils" / f"{name}.py")) <= files


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/code-map.md", "SECURITY.md", "README.md"])
def test_each_path_on_a_map_exists(page: str) -> None:
    """``_core/write/wanted.py`` and ``tests/oracle`` from their folder on; a bare ``stale.py`` anywhere."""
    named = set(re.findall(r"`([a-z0-9_/.-]+)`", (ROOT / page).read_text()))
    folders = {name for name in named if name.startswith(("_core/", "_host/"))}
    below_root = {name for name in named if re.match(r"(?:plugins|tests|molecule|roles|playbooks|docs|lab)/", name)}
    bare = {name for name in named if re.fullmatch(r"[a-z_]+\.py", name)}
    missing = {name for name in folders if not (MODULE_UTILS / name).exists()}
    missing |= {name for name in below_root if not (ROOT / name).exists()}
    missing |= {
        name for name in bare if not any((ROOT / "plugins").rglob(name)) and not any((ROOT / "tests").rglob(name))
    }
    assert missing == set()


LONGEST_FUNCTION, MOST_PARAMETERS, MOST_METHODS = 40, 6, 12


def is_large(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        return sum(isinstance(one, ast.FunctionDef) for one in node.body) > MOST_METHODS
    if isinstance(node, ast.FunctionDef):
        parameters = [one for one in [*node.args.args, *node.args.kwonlyargs] if one.arg not in ("self", "cls")]
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        return lines > LONGEST_FUNCTION or len(parameters) > MOST_PARAMETERS
    return False


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_what_is_large_has_a_reason_beside_it(path: Path) -> None:
    """A comment that begins with ``Large:`` above it, or above the class of a constructor."""
    lines = path.read_text().splitlines()
    tree = ast.parse(path.read_text())
    excused = {
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
        for first in [min([node.lineno, *(one.lineno for one in node.decorator_list)])]
        if lines[first - 2].strip().startswith("# Large: ")
    }
    constructors = {
        one for node in excused for one in ast.iter_child_nodes(node) if getattr(one, "name", "") == "__init__"
    }
    large = {node for node in ast.walk(tree) if is_large(node)} - excused - constructors
    assert {getattr(node, "name", "") for node in large} == set()
