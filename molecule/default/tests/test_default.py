# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job: real workers of two kinds do real work, and a second run leaves them alone."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.helpers.lab_host import LabHost

POOLS = yaml.safe_load((Path(__file__).parents[3] / "examples" / "workers.yml").read_text())["workers_pools"]
RQ = "cd /srv/jobs && rq enqueue --url redis://127.0.0.1:6379 --queue mail"


@pytest.fixture(autouse=True)
def the_example(lab: LabHost) -> None:
    """Nothing here may depend on what another test did."""
    assert not lab.deploy(*POOLS).failed


def test_workers_run_as_they_should(lab: LabHost, host: t.Any) -> None:
    assert len(lab.pids("app-queue")) == 4
    assert len(lab.pids("mail")) == 2
    for pid in lab.pids("app-queue").values():
        process = host.process.get(pid=pid)
        assert process.user == "www-data"
        assert process.args == "/usr/bin/php /var/www/app/artisan queue:work"
        assert lab.sh(f"readlink /proc/{pid}/cwd").strip() == "/var/www/app"
    for pid in lab.pids("mail").values():
        assert host.process.get(pid=pid).user == "rq"


def test_php_works_off_its_queue(lab: LabHost) -> None:
    lab.sh("redis-cli del orders:done; for n in 1 2 3 4 5; do redis-cli rpush orders order-$n; done")
    lab.until(lambda: lab.sh("redis-cli llen orders:done").strip() == "5")


def test_rq_works_off_its_queue(lab: LabHost) -> None:
    lab.sh(f"{RQ} mail.send somebody@example.com")
    lab.until(lambda: "Job OK" in lab.sh("journalctl --no-pager -o cat WORKERS_POOL=mail"))


def test_a_worker_that_is_stopped_finishes_its_job(lab: LabHost) -> None:
    lab.sh("systemctl restart app-queue@2")
    assert "stopped after the job in hand" in lab.sh("journalctl --sync; journalctl -o cat -u app-queue@2 -n 20")


def test_secrets_are_in_the_worker_and_nowhere_else(lab: LabHost, host: t.Any) -> None:
    pid = lab.pids("app-queue")["1"]
    assert "APP_KEY=base64:an-example-not-a-secret" in lab.sh(f"tr '\\0' '\\n' < /proc/{pid}/environ")
    file = host.file("/etc/workers.systemd/app-queue/secrets")
    assert (file.mode, file.user) == (0o600, "root")
    assert host.file("/etc/workers.systemd/app-queue").mode == 0o700
    assert lab.sh("grep -rl an-example-not-a-secret /etc/systemd /run/systemd /var/log", check=False) == ""
    assert "an-example-not-a-secret" not in lab.sh("systemctl show app-queue@1") + lab.journal("-o json -b")


def test_the_journal_finds_them_by_instance_and_by_pool(lab: LabHost) -> None:
    one = lab.journal("-o cat -u app-queue@3")
    assert "instance 3 works on orders" in one
    assert "instance 2" not in one
    pool = lab.journal("-o cat WORKERS_POOL=app-queue")
    assert all(f"instance {name} works on orders" in pool for name in "1234")
    assert "app-queue@3[" in lab.journal("-o short -u app-queue@3")


def test_a_second_run_does_nothing_at_all(lab: LabHost) -> None:
    loaded = lab.sh("systemctl show -p UnitsLoadStartTimestampMonotonic,UnitsLoadFinishTimestampMonotonic")
    before = lab.tree(), lab.pids("app-queue"), lab.pids("mail")
    result = lab.deploy(*POOLS)
    assert not result.changed
    assert not result.result["daemon_reloaded"]
    assert result.result["host_plan"] == result.plan("app-queue") == result.plan("mail") == []
    assert (lab.tree(), lab.pids("app-queue"), lab.pids("mail")) == before
    assert lab.sh("systemctl show -p UnitsLoadStartTimestampMonotonic,UnitsLoadFinishTimestampMonotonic") == loaded


def test_only_the_pool_whose_watched_file_changed_is_restarted(lab: LabHost) -> None:
    mail, orders = lab.pids("mail"), lab.pids("app-queue")
    lab.sh("echo '# a new release' >> /srv/jobs/mail.py")
    result = lab.deploy(*POOLS)
    assert {verb for verb, unit in result.plan("mail")} == {"write", "restart"}
    assert result.plan("app-queue") == []
    assert lab.pids("app-queue") == orders
    assert not set(lab.pids("mail").values()) & set(mail.values())


def test_an_environment_file_of_somebody_else_counts(lab: LabHost) -> None:
    orders = lab.pids("app-queue")
    lab.sh("echo '# touched' >> /etc/default/app")
    result = lab.deploy(*POOLS)
    assert ("restart", "app-queue@4.service") in result.plan("app-queue")
    assert not set(lab.pids("app-queue").values()) & set(orders.values())


def test_a_cosmetic_change_restarts_nobody(lab: LabHost) -> None:
    before = lab.pids("mail")
    described = [{**pool, "unit": {"Unit": {"Description": "Sends mail"}}} for pool in POOLS if pool["name"] == "mail"]
    result = lab.deploy(*described)
    assert result.plan("mail") == [("write", "/etc/systemd/system/mail@.service")]
    assert result.result["daemon_reloaded"]
    assert lab.pids("mail") == before
    assert "Sends mail" in lab.sh("systemctl show -p Description mail@1")


def test_a_worker_that_changes_its_title_is_not_stale_for_that(lab: LabHost) -> None:
    """It overwrites its environment in /proc, where the markers are read."""
    title = {
        "name": "titled",
        "command": ["/usr/bin/php", "-r", "cli_set_process_title('a title'); while (true) { sleep(1); }"],
        "environment": {"QUEUE": "one"},
        "secrets": {"TOKEN": "t"},
    }
    lab.deploy(*POOLS, title)
    lab.until(lambda: "a title" in lab.sh("ps -eo args"))
    assert not lab.deploy(*POOLS, title).changed
    assert ("restart", "titled@1.service") in lab.deploy(*POOLS, {**title, "secrets": {"TOKEN": "u"}}).plan("titled")
    assert not lab.deploy(*POOLS, {**title, "secrets": {"TOKEN": "u"}}).changed
    lab.deploy({"name": "titled", "state": "absent"})


def test_the_info_tells_how_they_are(lab: LabHost) -> None:
    result = lab.module("pools_info").result["pools"]["app-queue"]
    assert result["enabled"]
    assert result["summary"] | {"memory": 0} == {"instances": 4, "running": 4, "stale": 0, "restarts": 0, "memory": 0}
    assert result["summary"]["memory"] > 0
    first = result["instances"][0]
    assert first["main_pid"] == lab.pids("app-queue")["1"]
    assert first["generation"] == result["generation"] == lab.deploy(*POOLS).result["pools"]["app-queue"]["generation"]
    assert first["stale"] == ""
    assert first["tasks"] >= 1
