# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two queues on one host, each in a file, and pools whose workers take a while to stop."""

from __future__ import annotations

import contextlib
import typing as t

from tests.helpers.lab_host import LabHost

# A worker that finishes its job for a second before it ends.
WORKER = """\
#!/bin/sh
trap 'sleep 1; exit 0' TERM
while :; do sleep 0.1; done
"""


def pool(name: str, **more: t.Any) -> dict[str, t.Any]:
    ranged = {"min": 1, "max": 20, "backlog": ["/bin/cat", f"/var/tmp/queues/{name}"], "each": 1, "fall_after": "5s"}
    instances = {**ranged, **more.pop("range", {})}
    common = {"command": ["/usr/local/bin/slowly"], "user": "daemon", "rollout": {"min_healthy_time": "300ms"}}
    return {"name": name, **common, "instances": instances, **more}


@contextlib.contextmanager
def with_queues(bare: LabHost) -> t.Iterator[LabHost]:
    """A host with the worker of ``pool``, and with the empty queues ``left`` and ``right``."""
    bare.sh("rm -rf /var/tmp/queues; mkdir /var/tmp/queues; journalctl --rotate --vacuum-time=1s -q")
    bare.write("/usr/local/bin/slowly", WORKER)
    for name in ("left", "right"):
        jobs(bare, name, "0")
    yield bare
    bare.remove_pools()
    bare.sh("rm -rf /var/tmp/queues /usr/local/bin/slowly")


def jobs(host: LabHost, name: str, text: str) -> None:
    host.write(f"/var/tmp/queues/{name}.new", text, "0644")
    host.sh(f"mv /var/tmp/queues/{name}.new /var/tmp/queues/{name}")


def number(host: LabHost, name: str) -> int:
    """Instances that run, and those that still stop."""
    states = "--state=active,activating,deactivating"
    return len(host.sh(f"systemctl list-units --plain --no-legend {states} '{name}@*.service'").splitlines())
