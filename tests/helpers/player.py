# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays playbooks that are written for one test, as somebody would at a terminal."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

from tests.helpers.lab_host import CONNECTION
from tests.helpers.plays import Played, play

Play = t.Dict[str, t.Any]
# Molecule asks for colours, for more words, and has a configuration of its own.
PLAIN = {
    "ANSIBLE_CONFIG": str(Path(__file__).with_name("ansible.cfg")),
    "ANSIBLE_FORCE_COLOR": "0",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_VERBOSITY": "0",
    "ANSIBLE_VERBOSE_TO_STDERR": "0",
}


class Player:
    """Leaves the playbook and its inventory in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(
        self,
        hosts: t.Mapping[str, t.Mapping[str, t.Any]],
        *plays: Play,
        options: t.Sequence[str] = (),
        **environment: str,
    ) -> Played:
        """``hosts`` are the names and variables of the group ``workers``."""
        inventory = {"workers": {"hosts": {name: dict(own) for name, own in hosts.items()}, "vars": CONNECTION}}
        self._write("inventory.yml", {"all": {"children": inventory}})
        self._write("playbook.yml", list(plays))
        return play(["-i", "inventory.yml", *options, "playbook.yml"], {**PLAIN, **environment}, self.directory)

    def _write(self, name: str, content: t.Any) -> None:
        (self.directory / name).write_text(yaml.safe_dump(content, sort_keys=False))
