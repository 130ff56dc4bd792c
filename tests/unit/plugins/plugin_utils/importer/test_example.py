# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.workers.systemd.plugins.plugin_utils.importer import kinds, playbook, reading
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults

EXAMPLE = Path(__file__).parents[5] / "examples" / "crontab"


def test_the_playbook_of_the_example_is_what_the_import_writes() -> None:
    source = reading.source("crontab", "/var/spool/cron/crontabs/app", (EXAMPLE / "crontab").read_bytes())
    written = playbook.written(kinds.found_in([source], "crontab"), Defaults(), "workers.yml", "secrets.yml")
    assert written.playbook == (EXAMPLE / "workers.yml").read_text()
    assert written.problems == []
    assert written.summary("workers.yml", "") == "workers.yml: 1 pool, 8 timers and 1 service at boot"
