# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side on each ansible-core: unit tests, sanity, and a deploy that a second one does not change."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t
from pathlib import Path

from lab import hosts
from lab.shell import run
from tests.matrix.results import PASSED, Column

HERE = Path(".cache/matrix")
HOST = "workers-matrix-controller"


class Core(t.NamedTuple):
    """``python`` is one that this ansible-core runs on, ``community`` the release of the package that goes with it."""

    version: str
    python: str
    community: str


CORES = (
    Core("2.18", "3.11", "11"),
    Core("2.19", "3.11", "12"),
    Core("2.20", "3.12", "13"),
    Core("2.21", "3.13", "14"),
)
TOOLS = ("pytest", "pytest-cov", "pytest-xdist", "hypothesis", "PyYAML", "antsibull-docs", "mypy")
UNIT = ("pytest", "--numprocesses=auto", "--dist=worksteal", "tests/unit")
SANITY = ("sh", "tests/sanity.sh")


def every(commit: str, logs: Path) -> dict[str, Column]:
    asked = os.environ.get("MATRIX_CORES", " ".join(core.version for core in CORES)).split()
    return {core.version: _with_core(core, commit, logs) for core in CORES if core.version in asked}


def _with_core(core: Core, commit: str, logs: Path) -> Column:
    path = f"{_environment(core).absolute()}/bin:{os.environ['PATH']}"
    title = f"ansible-core {core.version}, Python {core.python}"
    return Column(
        title,
        commit,
        {
            "unit tests": _became(UNIT, path, logs / f"core-{core.version}-unit.log"),
            "ansible-test sanity": _became(SANITY, path, logs / f"core-{core.version}-sanity.log"),
            "deploy, and again without a change": _deploys(path, logs / f"core-{core.version}-deploy.log"),
        },
    )


def _environment(core: Core) -> Path:
    """A virtual environment with that ansible-core and what the tests need beside it."""
    place = HERE / f"core-{core.version}"
    python = place / "bin" / "python"
    if not python.exists():
        subprocess.run([f"python{core.python}", "-m", "venv", place], env={**os.environ, **_pythons()}, check=True)
    packages = [f"ansible-core~={core.version}.0", f"ansible~={core.community}.0", *TOOLS]
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
    return place


def _pythons() -> dict[str, str]:
    """pyenv's shims fail for versions that are not selected, so all of them are."""
    if not shutil.which("pyenv"):
        return {}
    return {"PYENV_VERSION": ":".join(run("pyenv", "versions", "--bare").split())}


def _deploys(path: str, log: Path) -> str:
    """The example of the demo, by the playbook of the collection, twice."""
    inventory = HERE / "inventory.json"
    hosts.down(HOST)
    hosts.up(HOST)
    inventory.write_text(hosts.inventory(HOST))
    play = ("ansible-playbook", "-i", str(inventory))
    deploy = (*play, "playbooks/deploy.yml", "-e", "@examples/workers.yml")
    became = _became((*play, "examples/prepare.yml"), path, log)
    for _time in range(2):
        became = became if became != PASSED else _became(deploy, path, log)
    if became == PASSED and "changed=0" not in log.read_text():
        became = "failed: the second deploy changed something"
    hosts.down(HOST)
    return became


def _became(argv: t.Sequence[str], path: str, log: Path) -> str:
    env = {**os.environ, "PATH": path, "ANSIBLE_COLLECTIONS_PATH": str(Path(".cache/collections").absolute())}
    with log.open("w") as out:
        status = subprocess.run(argv, env=env, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    return PASSED if status == 0 else f"failed: see {log}"
