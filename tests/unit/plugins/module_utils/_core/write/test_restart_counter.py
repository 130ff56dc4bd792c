# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write import restart_counter

SERVICE, TIMER = (
    UnitText.parse(file.text) for file in restart_counter.restart_counter_units(SYSTEM, ["orders", "mail"])
)
# The order of the properties is systemd's own.
SHOWN = "ActiveEnterTimestampMonotonic={since}000000\nId=mail@1.service\nActiveState={state}\nNRestarts={restarts}\n"
MAY_FORGET = {
    "a worker that crashed often and has been calm": (True, SHOWN.format(since=0, state="active", restarts=9)),
    "a worker that crashed seldom": (False, SHOWN.format(since=0, state="active", restarts=4)),
    "a worker that waits for its restart": (False, SHOWN.format(since=0, state="activating", restarts=9)),
    "a worker that crashed just now": (False, SHOWN.format(since=10**9, state="active", restarts=9)),
    "an instance that was never started": (False, SHOWN.format(since=0, state="inactive", restarts=0)),
    "the second of two": (
        True,
        SHOWN.format(since=0, state="active", restarts=0).replace("mail@1", "mail@2")
        + "\n"
        + SHOWN.format(since=0, state="active", restarts=5),
    ),
    "no instance at all": (False, ""),
}


@pytest.mark.parametrize(("forgotten", "shown"), MAY_FORGET.values(), ids=MAY_FORGET.keys())
def test_it_forgets_the_restarts_of(forgotten: bool, shown: str, tmp_path: Path) -> None:
    """The line as systemd runs it, with a stand-in for systemctl."""
    (tmp_path / "shown").write_text(shown)
    (tmp_path / "systemctl").write_text('#!/bin/sh\necho "$@" >> told\n[ "$1" != show ] || cat shown\n')
    (tmp_path / "systemctl").chmod(0o755)
    words = [word.replace("$$", "$") for word in split_command(SERVICE.values("Service", "ExecStart")[0])]
    subprocess.run(words, check=True, cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=9)
    asked, *result = (tmp_path / "told").read_text().splitlines()
    assert asked.endswith("-- mail@*.service orders@*.service")
    assert result == (["reset-failed mail@1.service"] if forgotten else [])


def test_the_timer_starts_the_service_of_its_name_at_boot() -> None:
    assert restart_counter.TIMER.replace(".timer", ".service") == restart_counter.SERVICE
    assert TIMER.values("Install", "WantedBy") == ["timers.target"]


def test_they_belong_to_no_pool() -> None:
    assert SERVICE.values("X-Workers", "Pool") == TIMER.values("X-Workers", "Pool") == []
