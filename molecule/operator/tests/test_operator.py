# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operator types the commands of a page as they stand there: on the way from supervisord, and when workers die."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.lab_supervisord import SUPERVISORD
from tests.helpers.walk import INSTALL, Newcomer, commands, on_host, part

MAIN, INI = "/etc/supervisord.conf", "/etc/lab.d/mail.ini"
PROGRAM = """
[program:mail]
command=/bin/sleep 1000000
environment=MAIL_PASSWORD="hunter2-of-the-newcomer"
user=www-data
numprocs=2
process_name=%(program_name)s_%(process_num)d
"""


@pytest.fixture
def old(bare: LabHost) -> t.Iterator[LabHost]:
    """A host on which supervisord runs the workers."""
    leave_supervisord(bare)
    bare.sh("mkdir -p /etc/lab.d")
    bare.write(MAIN, SUPERVISORD, "0644")
    bare.write(INI, PROGRAM, "0640")
    bare.sh(f"systemd-run --quiet --unit=lab-supervisord /usr/bin/supervisord -n -c {MAIN}")
    bare.until(lambda: len(supervised(bare)) == 2)
    yield bare
    bare.remove_pools()
    leave_supervisord(bare)


def leave_supervisord(host: LabHost) -> None:
    gone = f"rm -rf {MAIN} /etc/lab.d /var/lib/workers.systemd/replaced"
    host.sh(f"systemctl stop lab-supervisord; systemctl reset-failed lab-supervisord; {gone}", check=False)


def supervised(host: LabHost) -> list[str]:
    said = host.sh(f"supervisorctl -c {MAIN} status", check=False)
    return [line for line in said.splitlines() if " RUNNING " in line]


def test_the_ten_minutes_from_supervisord_and_the_way_back(old: LabHost, artifact: Path, tmp_path: Path) -> None:
    password = tmp_path / "vault-password"
    password.write_text("a password")
    person = Newcomer(tmp_path, artifact, old, {"ANSIBLE_VAULT_PASSWORD_FILE": str(password)})
    person.knows("old-host")
    person.write("inventory", "old-host\n")
    person.types(INSTALL)
    page = part("docs/migrating.md", "# Coming from supervisord, cron or PM2", "## Import first")
    read, encrypt, check, take, undo = commands(page)
    person.types(read)
    written = (tmp_path / "workers.yml").read_text()
    assert "hunter2" not in written
    assert "replaces: {manager: supervisord, program: mail}" in written
    person.types(encrypt)
    person.types(check)
    assert len(supervised(old)) == 2, "nothing has changed"
    assert "; 2/2 up" in person.types(take)
    assert (len(old.pids("mail")), supervised(old)) == (2, [])
    person.types(undo)
    assert (old.pids("mail"), len(supervised(old))) == ({}, 2)


BROKEN = {"command": ["/bin/sh", "-c", "sleep 1; echo no queue at 10.0.0.1 >&2; exit 3"]}
APP_QUEUE = {"name": "app-queue", "command": ["/bin/sleep", "infinity"], "user": "daemon", "instances": 2}


def test_at_three_in_the_morning(newcomer: Newcomer, bare: LabHost) -> None:
    """A version that ran long enough to be good, and dies now: what it says, and the way back."""
    bare.deploy(APP_QUEUE)
    bare.deploy({**APP_QUEUE, **BROKEN})
    newcomer.knows("night-host")
    newcomer.write("inventory", "night-host\n")
    newcomer.types(INSTALL)
    status, workers, systemd = commands(part("docs/troubleshooting.md", "# Troubleshooting", "## Verdicts"))
    bare.until(lambda: "flapping" in newcomer.types(status))
    said = newcomer.types(status)
    assert "2 flapping" in said
    assert "exit status 3" in said
    assert "no queue at 10.0.0.1" in on_host(bare, workers)
    assert "status=3/NOTIMPLEMENTED" in on_host(bare, systemd)
    back, _to_a_number = commands(part("docs/rollback.md", "## On request", "## When the connection is lost"))[:2]
    assert "; 2/2 up" in newcomer.types(back)
    assert "0 flapping, 0 dead" in newcomer.types(status)
