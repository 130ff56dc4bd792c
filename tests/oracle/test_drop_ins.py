# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which drop-ins of a unit are in force, and what comes out of them: hundreds of layouts on one host."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.helpers.oracle_host import OracleHost
from tests.oracle.hostile import samples

LAYOUTS = 300
ROOTS = (
    "/etc/systemd/system.control",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
)
FILES = ("10-a.conf", "9-b.conf", "50-c.conf", "B.conf", "z.conf", ".hidden.conf", "d.conf.bak", "e.conf~", "f.txt")
# By unit name, behind the number of the layout: where a drop-in of it could lie, and places that only look so.
FOLDERS = {
    "-b-c.service": ("-b-c.service", "-b-.service", "-.service", "-b-c@.service", "-b.service", ".service"),
    "-b-c@i-j.service": (
        *("-b-c@i-j.service", "-b-c@.service", "-b-c@i-.service", "-b-@i-j.service", "-b-@.service"),
        *("-@i-j.service", "-@.service", "-b-.service", "-.service", "-b-c.service", "@.service"),
    ),
    "@i.service": ("@i.service", "@.service", ".service", "@j.service", "@.timer"),
    ".target": (".target", ".service", "-.target"),
    "--b-.target": ("--b-.target", "--b.target", "--.target", "-.target", ".target"),
    "---.timer": ("---.timer", "--.timer", "-.timer", ".timer"),
}
# Those of a type are for every unit of the host, so that all layouts share them.
OF_TYPES: dict[str, str | None] = {
    f"{root}/{kind}.d/{file}": f"[Unit]\nDocumentation=man:{kind}-{root[1]}-{file[0]}\n"
    for kind, root, file in (
        ("service", "/etc/systemd/system", "10-a.conf"),
        ("service", "/run/systemd/system", "10-a.conf"),
        ("service", "/usr/lib/systemd/system", "50-c.conf"),
        ("target", "/run/systemd/system", "9-b.conf"),
        ("target", "/usr/lib/systemd/system", "9-b.conf"),
    )
}
# What a drop-in says; None is a link to /dev/null. Each tells which file it stands in.
SAYS = (
    "[Unit]\nDocumentation=man:{0}\n",
    "[Unit]\nDescription={0}\n",
    "[Unit]\nDescription={0}\nDocumentation=\nDocumentation=man:{0}\n",
    "[Unit]\nDocumentation=\nDescription=\n",
    "",
    None,
)
OWN = "[Unit]\nDescription=own\nDocumentation=man:own\n[Service]\nExecStart=/bin/true\n[Timer]\nOnBootSec=1year\n"
placed = st.tuples(st.sampled_from(ROOTS), st.integers(0, 10), st.sampled_from(FILES), st.sampled_from(SAYS))
layouts = st.tuples(st.sampled_from(list(FOLDERS)), st.lists(placed, min_size=1, max_size=12).map(tuple))


@dataclass(frozen=True)
class Layout:
    """A unit, and what each drop-in says by its path."""

    name: str
    drop_ins: t.Mapping[str, t.Optional[str]]

    @property
    def unit(self) -> Unit:
        """As we put it together."""
        return Unit.of(self.name, OWN, [(path, text or "") for path, text in {**self.drop_ins, **OF_TYPES}.items()])

    @property
    def own_file(self) -> str:
        prefix, at, rest = self.name.partition("@")
        return f"/run/systemd/system/{prefix}@.{rest.rpartition('.')[2]}" if at else f"/run/systemd/system/{prefix}"


def made(number: int, ending: str, chosen: t.Sequence[tuple[str, int, str, t.Optional[str]]]) -> Layout:
    drop_ins = {}
    for root, index, file, says in chosen:
        folder = FOLDERS[ending][index % len(FOLDERS[ending])]
        word = f"{len(drop_ins)}-{file.partition('.')[0]}"
        drop_ins[f"{root}/o{number}{folder}.d/{file}"] = None if says is None else says.format(word)
    return Layout(f"o{number}{ending}", drop_ins)


def test_drop_ins_are_in_force_and_merged_as_systemd_does_it(host: OracleHost) -> None:
    drawn = [made(number, *layout) for number, layout in enumerate(samples(layouts, LAYOUTS))]
    files = {path: text for layout in drawn for path, text in layout.drop_ins.items()} | OF_TYPES
    try:
        host.write_all({**files, **{layout.own_file: OWN for layout in drawn}})
        host.sh("systemctl daemon-reload")
        shown = host.show(["DropInPaths", "Description", "Documentation"], [layout.name for layout in drawn])
    finally:
        folders = " ".join(f"{root}/o[0-9]*" for root in ROOTS)
        host.sh(f"rm -rf {folders} {' '.join(OF_TYPES)}; systemctl daemon-reload")
    differ = []
    for layout, got in zip(drawn, shown):
        unit = layout.unit
        ours = {
            "DropInPaths": " ".join(path for path, _ in unit.files[1:]),
            "Description": unit.value("Unit", "Description", layout.name),
            "Documentation": " ".join(one.value for one in unit.kept("Unit", "Documentation")),
        }
        theirs = {key: value[0] for key, value in got.items()}
        if ours != theirs:
            differ.append((layout.name, ours, theirs))
    assert differ == []
    assert sum(len(layout.unit.files) > 3 for layout in drawn) > LAYOUTS // 4


def test_directories_are_searched_in_systemds_order(host: OracleHost) -> None:
    searched = host.sh("systemctl show -p UnitPath --value").split()
    assert searched == [root for root in SYSTEM.searched if root in searched]
