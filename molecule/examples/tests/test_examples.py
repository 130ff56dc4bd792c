# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows works as it stands there: in check mode, on a host that has what it speaks of."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.helpers.examples import examples
from tests.helpers.lab_host import LabHost
from tests.helpers.player import Player

# The application and the services of somebody else that the examples are about.
HOST = """
id app > /dev/null 2>&1 || useradd --create-home app
mkdir -p /var/www/app /usr/local/lib/systemd/system /srv/app/units
touch /var/www/app/artisan /var/www/app/REVISION
mkdir -p /var/www/app/releases/1
touch /var/www/app/releases/1/artisan
ln -sfn releases/1 /var/www/app/current
cat > /usr/local/lib/systemd/system/celery@.service << 'EOF'
[Service]
ExecStart=/bin/sleep infinity
ExecReload=/bin/true
[Install]
WantedBy=multi-user.target
EOF
for unit in mail-worker@ nginx php8.2-fpm; do
    cp /usr/local/lib/systemd/system/celery@.service /usr/local/lib/systemd/system/$unit.service
done
printf '[Timer]\\nOnBootSec=1h\\n' > /srv/app/units/report.timer
echo 'module.exports = {apps: [{name: "mail", script: "./mail.js"}]}' > /srv/app/ecosystem.config.js
systemctl daemon-reload
systemctl start celery@1 mail-worker@1 nginx php8.2-fpm
"""
# What an operator keeps elsewhere.
VAULT = {
    "vault_api_key": "a-key",
    "vault_app_key": "a-key",
    "vault_db_password": "a-password",
    "vault_redis_url": "redis://127.0.0.1",
}


@pytest.fixture(scope="module")
def ready(lab: LabHost) -> t.Iterator[LabHost]:
    lab.remove_pools()
    lab.sh(HOST)
    for release in range(4):
        lab.deploy({"name": "app-queue", "command": "/bin/sleep infinity", "environment": {"RELEASE": release}})
    lab.module("pools", pools=[], timers=[{"name": "report", "command": "/bin/true", "schedule": "daily"}])
    yield lab
    lab.remove_pools()
    lab.sh("systemctl stop 'celery@*' 'mail-worker@*' nginx php8.2-fpm; rm -r /usr/local/lib/systemd/system /srv/app")
    lab.sh("systemctl daemon-reload; systemctl reset-failed; userdel --remove app; rm -r /var/www/app")


@pytest.mark.parametrize("page", sorted({one.page for one in examples()}))
def test_what_a_page_shows_can_be_run(ready: LabHost, tmp_path: Path, page: str) -> None:
    plays = [play for one in examples() if one.page == page for play in one.plays()]
    played = Player(tmp_path)({ready.name: {}}, *plays, options=["--check", "--diff", "-e", json.dumps(VAULT)])
    assert played.status == 0, f"{plays}\n{played.said}"
