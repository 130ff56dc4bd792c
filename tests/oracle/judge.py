# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the lab host: the ids of the traps in unit files, with facts of that host, by unit.

With ``--live`` the words are names of running units, and their processes are judged.
"""

from __future__ import annotations

import glob
import json
import subprocess
import sys
import typing as t

sys.path.insert(0, "/srv/lab/collections")

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import trap_facts
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager


def run(argv: t.List[str]) -> t.Tuple[int, str, str]:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def read(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def unit_of(path: str) -> Unit:
    drop_ins = [(one, read(one)) for one in glob.glob(f"{path}.d/*.conf")]
    return Unit.of(path.rpartition("/")[2], read(path), drop_ins, path)


def main(words: t.List[str]) -> t.Dict[str, t.List[str]]:
    version = Manager(run, SYSTEM).version()
    if words[0] == "--live":
        live = trap_facts.processes(Manager(run, SYSTEM).show(words[1:], trap_facts.LIVE_PROPERTIES))
        units = {name: unit_of(f"/etc/systemd/system/{name}") for name in live}
        return {name: [one.id for one in traps.live_findings(units[name], live[name], version)] for name in live}
    units_here = [unit_of(path) for path in words if path.endswith(".service")]
    facts = trap_facts.facts(SYSTEM, units_here, run)
    return {
        str(unit.name): [one.id for one in traps.findings(unit, fact, version)] for unit, fact in zip(units_here, facts)
    }


if __name__ == "__main__":
    json.dump(main(sys.argv[1:]), sys.stdout)
