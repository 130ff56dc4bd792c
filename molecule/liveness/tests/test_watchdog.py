# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd restarts a worker that no longer feeds its watchdog, and a worker that never speaks fails its deploy."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

from tests.helpers.lab_host import LabHost

DOCS = Path(__file__).parents[3] / "docs" / "day-two.md"
# The example of the documentation, as a whole program.
EXAMPLE = re.search(r"^```python\n(import os, socket\n.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)
PAGE = """\
#!/bin/sh
cat >> /run/watched/pages
echo >> /run/watched/pages
"""


def pool(**more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "watched",
        "command": ["/usr/local/bin/watched-worker"],
        "user": "daemon",
        "instances": 2,
        "drain_timeout": "5s",
        "watchdog": "5s",
        "rollout": {"min_healthy_time": "300ms", "healthy_deadline": "20s", "canary": 0, "max_parallel": "100%"},
        **more,
    }


def worker(lab: LabHost, *, speaks: bool = True) -> None:
    assert EXAMPLE
    text = EXAMPLE[1].replace("work_for_a_moment()", "time.sleep(0.3)")
    text = text if speaks else text.replace('os.environ.get("NOTIFY_SOCKET")', "None")
    lab.write("/usr/local/bin/watched-worker", f"#!/usr/bin/python3\nimport time\n{text}")


def test_a_worker_that_hangs_is_restarted_and_reported(bare: LabHost) -> None:
    worker(bare)
    bare.sh("rm -rf /run/watched; mkdir -m 777 /run/watched")
    bare.write("/usr/local/bin/watched-page", PAGE)
    alert = {"command": ["/usr/local/bin/watched-page"], "crashes": 50, "within": "1h", "user": "daemon"}
    result = bare.deploy(pool(alert=alert), skip_traps=["watchdog-too-short"])
    assert not result.failed, result.msg
    bare.until(lambda: "alerts" in bare.sh("ls /run/workers.systemd"))
    before = bare.pids("watched")
    bare.sh(f"kill -STOP {before['1']}")
    bare.until(lambda: bare.pids("watched").get("1", before["1"]) != before["1"])
    assert bare.pids("watched")["2"] == before["2"]
    first = bare.module("pools_info").result["pools"]["watched"]["instances"][0]
    assert first["last_exit"].startswith("signal 6 (SIGABRT)")
    assert first["last_exit"].endswith(": watchdog")
    bare.until(lambda: bool(bare.sh("cat /run/watched/pages", check=False).strip()))
    page = json.loads(bare.sh("head -n 1 /run/watched/pages"))
    assert (page["pool"], page["instance"], page["reason"]) == ("watched", "1", "hung")


def test_a_worker_that_does_not_speak_fails_its_deploy(bare: LabHost) -> None:
    worker(bare, speaks=False)
    result = bare.deploy(
        pool(instances=1, rollout={"min_healthy_time": "300ms", "healthy_deadline": "3s"}),
        skip_traps=["watchdog-too-short"],
    )
    assert result.failed
    assert "READY=1" in result.msg
    assert bare.pids("watched") == {}


def test_queue_software_that_never_speaks_is_an_error(bare: LabHost) -> None:
    result = bare.deploy(pool(command=["/usr/bin/celery", "-A", "app", "worker"], watchdog="30s"), check=True)
    assert result.failed
    assert "watchdog" in result.msg
    assert bare.pids("watched") == {}
