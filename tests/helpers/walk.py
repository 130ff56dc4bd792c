# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows a page of the documentation to the letter, from an empty directory and an empty home."""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.helpers.lab_host import CONNECTION, LabHost

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (?P<name>[\w.]+\.(?:yml|ini))\n")
INSTALL = "ansible-galaxy collection install workers.systemd"
# Nothing of this repository, and no colours.
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
# Seconds for one command on a busy machine.
PATIENCE = 240


def built(directory: Path) -> Path:
    """The collection as it would be published."""
    source = directory / "source"
    source.mkdir()
    listed = "git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents --target-directory"
    subprocess.run(["sh", "-c", f'{listed}="$1"', "sh", str(source)], cwd=ROOT, check=True)
    build = ["ansible-galaxy", "collection", "build", "--output-path", str(directory), str(source)]
    subprocess.run(build, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    (artifact,) = directory.glob("*.tar.gz")
    return artifact


def part(page: str, begin: str, end: str) -> str:
    """The text of a page from one line to another."""
    return (ROOT / page).read_text().partition(f"{begin}\n")[2].partition(f"\n{end}\n")[0]


def files(text: str) -> dict[str, str]:
    """The blocks that begin with the name of a file, such as ``# workers.yml``."""
    blocks = [found["text"] for found in FENCED.finditer(text)]
    return {named["name"]: block for block in blocks for named in [NAMED.match(block)] if named}


def commands(text: str) -> list[str]:
    """The lines of consoles behind a prompt, or all lines of a console without one."""
    typed = []
    for found in FENCED.finditer(text):
        lines = [line for line in found["text"].splitlines() if line and not line.startswith("#")]
        prompted = [line[2:] for line in lines if line.startswith("$ ")]
        typed += (prompted or lines) if found["kind"] == "console" else []
    return typed


@dataclass(frozen=True)
class Newcomer:
    """A person at a terminal. ``host`` is what the names in an inventory lead to."""

    directory: Path
    artifact: Path
    host: LabHost
    environment: t.Mapping[str, str] = field(default_factory=dict)

    def knows(self, name: str, **variables: t.Any) -> None:
        """How to reach a host of an inventory, as an administrator has it in a file of variables."""
        reached = {**CONNECTION, "ansible_host": self.host.name, "ansible_user": "root"}
        self.write(f"host_vars/{name}.yml", yaml.safe_dump({**reached, **variables}))

    def write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def types(self, command: str, *, fails: bool = False) -> str:
        """What a command of a page says. Only the collection comes from another place than the page says."""
        typed = command.replace(INSTALL, f"ansible-galaxy collection install {self.artifact}")
        home = {**ENVIRONMENT, "HOME": str(self.directory), **self.environment}
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self.directory,
            env=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (done.returncode != 0) == fails, f"{command}\nexit {done.returncode}\n{done.stdout}"
        return done.stdout


def on_host(host: LabHost, command: str) -> str:
    """What a command of the page says on the host, typed as a line of its own: `pkill -f` must not find its shell."""
    host.write("/run/typed", command, "0644")
    return host.sh("sh /run/typed", check=False)
