# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.fit import trial_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit

TEMPLATE = """\
[Unit]
Description=Worker app-mail %i
PartOf=app-mail.target
After=network-online.target
OnFailure=workers-revival@%n.service

[Service]
Type=exec
ExecStart="/usr/bin/mail" "%i" "100%%p"
User=www-data
Environment=WORKERS_POOL=%p
Environment=WORKERS_INSTANCE=%i
ExecStartPre=/usr/bin/first %n %j
ExecStopPost=/usr/bin/last
FailureAction=reboot
AmbientCapabilities=CAP_NET_RAW
Restart=always
RestartSec=0
SyslogIdentifier=%p@%i
MemoryMax=1G
NoNewPrivileges=yes
SystemCallFilter=@system-service
ReadWritePaths=/srv
RuntimeDirectory=mail/%i

[Install]
WantedBy=app-mail.target

[X-Workers]
Pool=app-mail
"""
DROP_IN = "/etc/systemd/system/app-mail@.service.d/a.conf"
EXPECTED = """\
# A worker that is being watched (workers.systemd.harden).

[Unit]
Description=Worker app-mail %i
After=network-online.target
CollectMode=inactive-or-failed

[Service]
Type=exec
User=www-data
Environment=WORKERS_POOL=app-mail
Environment=WORKERS_INSTANCE=%i
ExecStartPre=/usr/bin/first app-mail@2.service mail
ExecStopPost=/usr/bin/last
ExecStopPost=+-/bin/rm -f /run/systemd/system/a@.service
SyslogIdentifier=app-mail@%i
MemoryMax=1G
MemoryMax=2G
RuntimeDirectory=mail/%i
ExecStart="/bin/sh" "-c" "kill -STOP $$$$; exec \\"$$0\\" \\"$$@\\"" "/usr/bin/mail" "%i" "100%%p"
RuntimeMaxSec=90
RuntimeDirectoryPreserve=yes
PrivateTmp=yes
SystemCallFilter=@system-service
SystemCallFilter=~@resources
"""


def test_a_trial_is_the_pool_with_its_drop_ins_and_other_guards() -> None:
    unit = Unit.of("app-mail@2.service", TEMPLATE, [(DROP_IN, "[Service]\nMemoryMax=2G\nProtectHome=no\n")])
    guards = {"PrivateTmp": "yes", "SystemCallFilter": ["@system-service", "~@resources"]}
    assert trial_unit.text(unit, guards, 90, "/run/systemd/system/a@.service") == EXPECTED


def test_a_trial_has_a_name_of_its_own() -> None:
    assert trial_unit.name("app-mail", "0123abcd") == "workers-harden-0123abcd-app-mail"
