# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of plugins/module_utils, what they import, and a picture of it: ``make docs`` draws the picture."""

from __future__ import annotations

import ast
import collections
from pathlib import Path

MODULE_UTILS = Path(__file__).parents[2] / "plugins" / "module_utils"
PACKAGE = "ansible_collections.workers.systemd.plugins.module_utils"
# The steps of the flow in their order. Below them is what is true without pools, above them what puts steps together.
# Files beside the rooms are words that every room may use; the empty name stands for them.
ROOMS = {
    "_core": ("", "systemd", "understand", "write", "look", "judge", "decide", "act", "agent", "undo", "tell", "fit"),
    "_host": ("", "systemd", "write", "look", "judge", "act", "agent", "undo", "tell", "frame", "runs", "users"),
}
HEAD = """\
digraph rooms {
    rankdir=TB; newrank=true; nodesep=0.25; ranksep=0.35; fontname="sans-serif"
    node [shape=box, style="rounded,filled", fillcolor="#f4f4f4", color="#888888", fontname="sans-serif", fontsize=11]
    edge [color="#99aabb", arrowsize=0.6]
"""


def modules() -> list[Path]:
    return [path for tree in ROOMS for path in sorted((MODULE_UTILS / tree).rglob("*.py"))]


def room(place: tuple[str, ...]) -> str:
    """``("_core", "judge", "traps", "trap")`` is in ``judge``, ``("_core", "problem")`` in no room."""
    return place[1] if len(place) > 2 else ""


def place(path: Path) -> tuple[str, ...]:
    """``.../module_utils/_core/judge/value.py`` -> ``("_core", "judge", "value")``"""
    return path.relative_to(MODULE_UTILS).with_suffix("").parts


def imported(path: Path) -> set[tuple[str, ...]]:
    """The places below module_utils that a file imports from."""
    places = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PACKAGE}."):
            base = (node.module or "")[len(PACKAGE) + 1 :].split(".")
            is_file = MODULE_UTILS.joinpath(*base).with_suffix(".py").is_file()
            places |= {tuple(base)} if is_file else {(*base, alias.name) for alias in node.names}
    return places


def sent_with(path: Path) -> set[tuple[str, ...]]:
    """The places of all files that Ansible sends to a host with a module: what it imports, and what that imports."""
    sent: set[tuple[str, ...]] = set()
    waiting = imported(path)
    while waiting:
        one = waiting.pop()
        sent.add(one)
        waiting |= imported(MODULE_UTILS.joinpath(*one).with_suffix(".py")) - sent
    return sent


def picture() -> str:
    """Text for graphviz: a box for each room with the number of its files, an arrow from each room to what it uses.

    Words that every room uses are left out, and so are arrows from _host into _core, which each room has.
    """
    files = collections.Counter((place(path)[0], room(place(path))) for path in modules())
    arrows = {
        ((tree, room(own)), (tree, room(other)))
        for path in modules()
        for own in [place(path)]
        for tree in [own[0]]
        for other in imported(path)
        if other[0] == tree and room(other) and room(own) and room(other) != room(own)
    }
    lines = [HEAD]
    for tree, rooms in ROOMS.items():
        lines.append(f'    subgraph cluster{tree} {{ label="{tree}"; color="#cccccc"; style=rounded;')
        lines += [f'        "{tree}/{name}" [label="{name} ({files[tree, name]})"];' for name in rooms if name]
        lines.append("    }")
    lines += [f'    "{"/".join(one)}" -> "{"/".join(other)}";' for one, other in sorted(arrows)]
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    print(picture())
