# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures, the rules and the dashboard with Debian's Prometheus and node exporter, on a host that has them."""

from __future__ import annotations

import json
import os
import re
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest

from lab import hosts
from tests.helpers.lab_host import LabHost

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "metrics"
DIRECTORY = "/var/lib/prometheus/node-exporter"
ETC = "/etc/prometheus"
# As docs/metrics.md has it, and faster.
CONFIGURATION = """\
global: {scrape_interval: 2s, evaluation_interval: 2s}
rule_files: [workers.rules.yml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["localhost:9100"]}]
"""
POOL = {
    "name": "mail",
    "command": "/bin/sleep infinity",
    "user": "daemon",
    "instances": 3,
    "rollout": {"min_healthy_time": "300ms", "canary": 0},
}
# It counts its jobs.
COUNTED = {
    **POOL,
    "name": "counted",
    "instances": {"min": 1, "max": 2, "backlog": ["/bin/echo", "7"], "each": 50},
}
TIMER = {"name": "report", "command": ["/bin/false"], "user": "daemon", "schedule": "yearly"}


@pytest.fixture(scope="module")
def watched() -> t.Iterator[LabHost]:
    name = f"{os.environ['MOLECULE_LAB_HOST'].split()[0]}-monitoring"
    hosts.up(name, "monitoring")
    lab = LabHost(name)
    lab.copy(EXAMPLES / "workers.rules.yml", f"{ETC}/workers.rules.yml")
    lab.copy(Path(__file__).with_name("rules_test.yml"), f"{ETC}/rules_test.yml")
    lab.write(f"{ETC}/prometheus.yml", CONFIGURATION, "0644")
    lab.sh("systemctl restart prometheus")
    yield lab
    hosts.down(name)


def asked(lab: LabHost, path: str, **words: str) -> t.Any:
    address = f"http://localhost:9090/api/v1/{path}?" + "&".join(f"{key}={quote(one)}" for key, one in words.items())
    script = f"import sys, urllib.request as u; sys.stdout.write(u.urlopen('{address}').read().decode())"
    result = lab.sh(f'python3 -c "{script}" || true')
    return json.loads(result)["data"] if result else {}


def firing(lab: LabHost) -> set[str]:
    """``WorkersCrashLoop mail``"""
    found = (one["labels"] for one in asked(lab, "alerts").get("alerts", ()) if one["state"] == "firing")
    return {f"{one['alertname']} {one.get('pool', one.get('timer', ''))}".strip() for one in found}


def test_the_rules_by_promtool(watched: LabHost) -> None:
    assert "SUCCESS" in watched.sh(
        f"cd {ETC} && promtool check config prometheus.yml && promtool test rules rules_test.yml"
    )


def test_a_worker_dies_and_the_rule_fires(watched: LabHost) -> None:
    result = watched.module("pools", pools=[POOL, COUNTED], timers=[TIMER], metrics=DIRECTORY)
    assert not result.failed, result.msg
    watched.until(
        lambda: bool(asked(watched, "query", query='workers_pool_instances_up{pool="mail"} == 3').get("result"))
    )
    assert watched.sh(f"promtool check metrics < {DIRECTORY}/workers.prom 2>&1") == ""
    assert firing(watched) == set()
    watched.sh("systemctl kill --signal=KILL mail@2")
    watched.until(lambda: firing(watched) == {"WorkersDied mail"})
    for _death in range(2):
        before = watched.pids("mail")["2"]
        watched.sh("systemctl kill --signal=KILL mail@2")
        watched.until(lambda before=before: watched.pids("mail").get("2", before) != before)  # type: ignore[misc]
    watched.sh("systemctl start report", check=False)
    watched.until(lambda: firing(watched) == {"WorkersDied mail", "WorkersCrashLoop mail", "WorkersJobFailed report"})
    # A deploy restarts instances: no counter goes back, and nothing else fires.
    result = watched.module("pools", pools=[{**POOL, "environment": {"A": "1"}}], timers=[TIMER], metrics=DIRECTORY)
    assert not result.failed, result.msg
    watched.until(
        lambda: bool(asked(watched, "query", query='workers_pool_generation{pool="mail"} == 2').get("result"))
    )
    total = asked(watched, "query", query='workers_pool_restarts_total{pool="mail"}')["result"]
    assert [one["value"][1] for one in total] == ["3"]
    result = watched.module("pools", pools=[{**POOL, "command": "/bin/false"}], metrics=DIRECTORY)
    assert result.failed
    watched.until(lambda: "WorkersDeployFailed mail" in firing(watched))


def test_the_dashboard_finds_what_it_asks_for(watched: LabHost) -> None:
    """Its queries, with the variables as Grafana fills them in."""
    dashboard = json.loads((EXAMPLES / "workers-dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    queries += [one["expr"] for one in dashboard["annotations"]["list"]]
    for query in queries:
        filled = re.sub(r"\$(instance|pool)\b", ".*", query)
        found = asked(watched, "query", query=filled)
        may_be_empty = "last_success" in query or "changes(" in query or "memory" in query
        # No pool has a capacity here, and no pool waits for instances.
        may_be_empty = may_be_empty or "instances_held" in query or "instances_asked" in query
        assert found.get("result") or (may_be_empty and found), query


def test_the_agent_dies_and_the_rule_fires(watched: LabHost) -> None:
    watched.sh("systemctl stop workers-agent")
    watched.sh(f"touch -d '-10 minutes' {DIRECTORY}/workers.prom")
    watched.until(lambda: "WorkersFiguresOld" in firing(watched))
    watched.sh("systemctl start workers-agent")
    watched.until(lambda: "WorkersFiguresOld" not in firing(watched))
