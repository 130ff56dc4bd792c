# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays playbooks that are written for one test, as somebody would at a terminal."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

import yaml

from tests.helpers.lab_host import CONNECTION

Play = t.Dict[str, t.Any]


class Played(t.NamedTuple):
    """``status`` is the exit status of ansible-playbook, ``said`` what it printed.

    Molecule's own settings send what failed to one stream and all else to the other.
    """

    status: int
    said: str


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
        done = subprocess.run(
            ["ansible-playbook", "-i", "inventory.yml", *options, "playbook.yml"],
            cwd=self.directory,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Played(done.returncode, done.stdout + done.stderr)

    def _write(self, name: str, content: t.Any) -> None:
        (self.directory / name).write_text(yaml.safe_dump(content, sort_keys=False))
