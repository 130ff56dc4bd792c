# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import Rows, both_ways, worker

CAUGHT: Rows = {
    "a password": ("secret-in-environment", worker("Environment=DB_PASSWORD=hunter2")),
    "a token among others": ("secret-in-environment", worker('Environment=A=1 "API_TOKEN=hunter2"')),
    "a key of Laravel": ("secret-in-environment", worker("Environment=APP_KEY=base64:hunter2")),
    "a URL with a password": ("secret-in-environment", worker("Environment=BROKER=amqp://app:hunter2@mq/")),
    "a password as option": ("secret-in-command", worker(start="/srv/app/worker --password=hunter2")),
    "a token behind its option": ("secret-in-command", worker(start="/srv/app/worker --api-token hunter2")),
    "a password that a variable brings": (
        "secret-in-command",
        worker("EnvironmentFile=/etc/w", start="/srv/app/worker --db-password=${DB}"),
    ),
    "a URL in a preparation": ("secret-in-command", worker("ExecStartPre=/bin/ping redis://:hunter2@mq")),
    "a variable of a script": ("secret-in-command", worker(start="/bin/sh -c 'TOKEN=hunter2 exec /srv/w'")),
    "a credential": ("secret-in-set-credential", worker("SetCredential=db-password:hunter2")),
    "a secret file that may be missing": ("secret-file-is-optional", worker("EnvironmentFile=-/etc/app/secrets")),
    "a dotenv file that may be missing": ("secret-file-is-optional", worker("EnvironmentFile=-/srv/app/.env")),
    "files for all": ("files-are-written-for-all", worker("UMask=0000")),
}
MISSED: Rows = {
    "the path of a password": ("secret-in-environment", worker("Environment=DB_PASSWORD_FILE=/run/secrets/db")),
    "a path in a secret's name": ("secret-in-environment", worker("Environment=DB_PASSWORD=/run/secrets/db")),
    "a time of tokens": ("secret-in-environment", worker("Environment=TOKEN_TTL=3600 PASSWORD_MIN_LENGTH=8")),
    "an empty password": ("secret-in-environment", worker("Environment=DB_PASSWORD=")),
    "a working directory": ("secret-in-environment", worker("Environment=PWD=srv")),
    "a URL with a user": ("secret-in-environment", worker("Environment=BROKER=amqp://app@mq/")),
    "a line that does not parse": ("secret-in-environment", worker("Environment='DB_PASSWORD=a")),
    "a secret in a file": ("secret-in-environment", worker("EnvironmentFile=/etc/app/secrets")),
    "a password file": ("secret-in-command", worker(start="/srv/app/worker --password-file=/etc/pw")),
    "a path as password": ("secret-in-command", worker(start="/srv/app/worker --password /etc/pw")),
    "a script that reads a file": (
        "secret-in-command",
        worker(start="""/bin/sh -c 'export TOKEN="$$(cat /etc/token)"; exec "$$0"' /srv/w"""),
    ),
    "a script by itself": ("secret-in-command", worker(start="/bin/sh -c 'token=$(cat /etc/token)'")),
    "an option after it": ("secret-in-command", worker(start="/srv/app/worker --token --verbose")),
    "nothing after it": ("secret-in-command", worker(start="/srv/app/worker --token")),
    "a credential that is none": ("secret-in-set-credential", worker("SetCredential=region:eu-west-1")),
    "one from a file": ("secret-in-set-credential", worker("LoadCredential=db-password:/etc/pw")),
    "a file that may be missing": ("secret-file-is-optional", worker("EnvironmentFile=-/etc/default/app")),
    "a secret file that may not": ("secret-file-is-optional", worker("EnvironmentFile=/etc/app/secrets")),
    "0027": ("files-are-written-for-all", worker("UMask=0027")),
    "0002": ("files-are-written-for-all", worker("UMask=0002")),
    "no number": ("files-are-written-for-all", worker("UMask=rwx")),
}


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)


@pytest.mark.parametrize("text", [text for _secret, text in CAUGHT.values()], ids=CAUGHT.keys())
def test_the_value_is_never_told(text: str) -> None:
    for finding in traps.findings(Unit.of("mail.service", text), None, 257):
        assert "hunter2" not in f"{finding.found}{finding.expected}{finding.hint}"
