# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks import and take_over, as an operator runs them."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml

from tests.helpers.lab_host import CONNECTION, LabHost
from tests.helpers.plays import Played, play

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"


def run(lab: LabHost, *pools: t.Any, **variables: t.Any) -> Played:
    return _played(lab, "take_over.yml", workers_pools=list(pools), **variables)


def imported(lab: LabHost, directory: Path) -> list[dict[str, t.Any]]:
    """The pools that the import writes for the host."""
    to = directory / "workers.yml"
    done = _played(lab, "import.yml", to=str(to))
    assert done.status == 0, done.said
    (role,) = yaml.safe_load(to.read_text())[0]["roles"]
    pools: list[dict[str, t.Any]] = role["workers_pools"]
    return pools


def _played(lab: LabHost, playbook: str, **variables: t.Any) -> Played:
    extra = json.dumps({**CONNECTION, **variables, "target": "all"})
    arguments = ["-i", f"{lab.name},", "-e", extra, str(PLAYBOOKS / playbook)]
    return play(arguments, {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"})
