# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools that follow a backlog, which a file has, and what the agent says of them."""

from __future__ import annotations

import contextlib
import json
import typing as t

from tests.helpers.lab_host import LabHost

AGENT = "workers-agent.service"
# A reboot leaves it.
JOBS_FILE = "/var/tmp/backlog/jobs"


def said(lab: LabHost) -> list[str]:
    """The lines of the agent."""
    out = lab.sh(f"journalctl -u {AGENT} -o json --output-fields=MESSAGE,_COMM", check=False)
    return [str(one["MESSAGE"]) for one in map(json.loads, out.splitlines()) if one.get("_COMM") != "systemd"]


def lines_with(lab: LabHost, text: str) -> int:
    return len([line for line in said(lab) if text in line])


def status(lab: LabHost, pool: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = lab.module("pools_info", names=[pool]).result["pools"][pool]
    return found


def turns(decisions: t.Sequence[str], pool: str) -> list[str]:
    """The changes of direction in the lines of the agent."""
    steps = [line.split(": ")[1].split(" -> ") for line in decisions if line.startswith(f"{pool}: ") and "->" in line]
    ways = ["up" if int(after) > int(before) else "down" for before, after in steps]
    return [way for index, way in enumerate(ways) if index == 0 or ways[index - 1] != way]


def jobs(lab: LabHost, text: str, mode: str = "0644") -> None:
    lab.write(f"{JOBS_FILE}.new", text, mode)
    lab.sh(f"mv {JOBS_FILE}.new {JOBS_FILE}")


def scaled(**more: t.Any) -> dict[str, t.Any]:
    instances = {"min": 2, "max": 5, "backlog": ["/usr/local/bin/waiting"], "each": 10, "fall_after": "5s"}
    return {
        "name": "many",
        "command": ["/bin/sleep", "infinity"],
        "user": "daemon",
        "instances": {**instances, **more.pop("instances", {})},
        "busy_check": ["/usr/local/bin/is-busy", "%i"],
        **more,
    }


@contextlib.contextmanager
def with_backlog(bare: LabHost) -> t.Iterator[LabHost]:
    """A host with the programs of ``scaled``."""
    bare.sh("rm -rf /var/tmp/backlog; mkdir -m 777 /var/tmp/backlog; journalctl --rotate --vacuum-time=1s -q")
    bare.write(
        "/usr/local/bin/waiting", f"#!/bin/sh\nif [ -x {JOBS_FILE} ]; then exec {JOBS_FILE}; fi\ncat {JOBS_FILE}\n"
    )
    bare.write("/usr/local/bin/is-busy", "#!/bin/sh\ntest -e /var/tmp/backlog/$1.busy\n")
    bare.write(
        "/usr/local/bin/tell", '#!/bin/sh\necho "$WORKERS_ALERT_REASON $WORKERS_ALERT_STATE" >> /var/tmp/backlog/told\n'
    )
    yield bare
    bare.remove_pools()
    bare.sh("rm -rf /var/tmp/backlog /usr/local/bin/waiting /usr/local/bin/is-busy /usr/local/bin/tell")
