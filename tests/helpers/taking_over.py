# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook take_over, as an operator runs it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tests.helpers.lab_host import CONNECTION, LabHost
from tests.helpers.plays import Played, play

TAKE_OVER = Path(__file__).parents[2] / "playbooks" / "take_over.yml"


def run(lab: LabHost, *pools: t.Any, **variables: t.Any) -> Played:
    extra = json.dumps({**CONNECTION, **variables, "workers_pools": list(pools), "target": "all"})
    return play(
        ["-i", f"{lab.name},", "-e", extra, str(TAKE_OVER)], {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}
    )
