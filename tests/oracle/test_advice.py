# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units as the remedies of the traps leave them are started by real systemd."""

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from tests.helpers.advice import ADVICE, Advice, text
from tests.helpers.oracle_host import OracleHost

UNITS = "/run/systemd/system"
PREPARE = """
id app >/dev/null 2>&1 || useradd --system app
mkdir -p /srv/app /etc/app /jobs
for file in /etc/app/secrets /etc/app/db /etc/a; do touch $file; done
[ -e /bin/flock ] || ln -s /usr/bin/flock /bin/flock
"""
# What stands in for a worker: it does nothing, whatever it is told.
STAND_IN = "#!/bin/sh\nexec /bin/sleep 600\n"
# What a real PHP and a real Node are given where the host has them.
SCRIPTS = {
    "/srv/app/artisan": "<?php sleep(600);\n",
    "/srv/app/worker.js": "setTimeout(() => {}, 600000)\n",
}
# They wait for a message that a stand-in does not send; the last needs a kernel with the BPF LSM.
NOT_STARTED = {
    "ready-from-a-child-is-refused",
    "start-timeout-endless",
    "watchdog-too-short",
    "file-systems-after-privileges",
}
STARTED = {trap: advice for trap, advice in ADVICE.items() if trap not in NOT_STARTED}


def program(advice: Advice) -> str:
    return split_command((advice.good_start or advice.start).lstrip("-+"))[0]


def names(trap: str, advice: Advice) -> tuple[str, str]:
    """Of the file, and of the unit that is started."""
    _prefix, at, instance = (advice.good_name or advice.name).rpartition(".")[0].partition("@")
    return f"advice-{trap}{at}.service", f"advice-{trap}{at}{(instance or '1') if at else ''}.service"


@pytest.fixture(scope="module")
def states(host: OracleHost) -> dict[str, str]:
    """What each unit is after its start."""
    host.sh(PREPARE)
    there = set(host.sh("for f in /bin/* /usr/bin/*; do echo $f; done").split())
    stand_ins = {program(one) for one in STARTED.values()} | {"/srv/worker", "/srv/app/worker"}
    host.write_all({**dict.fromkeys(stand_ins - there, STAND_IN), **SCRIPTS}, 0o755)
    files = {
        f"{UNITS}/{names(trap, one)[0]}": text(one.good, one.good_start or one.start, one.without)
        for trap, one in STARTED.items()
    }
    host.write_all(files)
    units = [names(trap, one)[1] for trap, one in STARTED.items()]
    # A worker that fails at once is still active for a moment: the look comes when each had time to fail.
    look = "echo $u $(systemctl show -p ActiveState,Result,ExecMainStatus --value $u)"
    result = host.sh(
        f"systemctl daemon-reload; for u in {' '.join(units)}; do systemctl start $u 2>/dev/null; done\n"
        f"sleep 2; for u in {' '.join(units)}; do {look}; done\n"
        f"systemctl stop 'advice-*'; rm {UNITS}/advice-*; systemctl daemon-reload",
        check=False,
    )
    return {unit: state for unit, _, state in (line.partition(" ") for line in result.splitlines())}


@pytest.mark.parametrize(("trap", "advice"), STARTED.items(), ids=STARTED.keys())
def test_a_mended_unit_starts(trap: str, advice: Advice, states: dict[str, str]) -> None:
    assert "active" in states[names(trap, advice)[1]].split()
