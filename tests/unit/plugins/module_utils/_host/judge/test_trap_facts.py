# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of this very machine: files that the test writes, and its own process."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import (
    EnvFileFacts,
    HostFacts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.table import findings, live_findings
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import trap_facts

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask what others may do")


def nothing_to_run(argv: list[str]) -> tuple[int, str, str]:
    raise AssertionError(argv)


def facts_of(unit: Unit, places: Places = SYSTEM) -> HostFacts:
    (found,) = trap_facts.facts(places, [unit], nothing_to_run)
    return found


@pytest.fixture
def own(tmp_path: Path) -> Places:
    """Places with a load path that is the test's own."""
    (tmp_path / "run").mkdir()
    (tmp_path / "etc").mkdir()
    return replace(SYSTEM, units=str(tmp_path / "etc"), load_path=(str(tmp_path / "etc"), str(tmp_path / "run")))


def test_paths_are_told_as_they_are(tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text("APP_KEY=hunter2\n")
    env.chmod(0o644)
    text = f"[Service]\nExecStart={tmp_path}/gone\nWorkingDirectory={tmp_path}\nEnvironmentFile={env}\n"
    paths = facts_of(Unit.of("a.service", text)).paths
    assert not paths[f"{tmp_path}/gone"].exists
    assert paths[str(tmp_path)].directory
    assert (paths[str(env)].mode, paths[str(env)].owner) == (0o644, os.getuid())
    assert paths[str(env)].env == EnvFileFacts(secrets=("APP_KEY",))


@as_root
def test_the_kernel_tells_what_the_user_may_do(tmp_path: Path) -> None:
    program, closed = tmp_path / "program", tmp_path / "closed"
    program.touch(0o700)
    closed.mkdir(0o700)
    for above in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        above.chmod(above.stat().st_mode | 0o011)
    text = f"[Service]\nExecStart={program}\nWorkingDirectory={closed}\n"
    as_nobody, as_root = trap_facts.facts(
        SYSTEM, [Unit.of("a.service", f"{text}User=nobody\n"), Unit.of("b.service", text)], nothing_to_run
    )
    assert [as_nobody.paths[str(path)].usable for path in (program, closed)] == [False, False]
    assert [as_root.paths[str(path)].usable for path in (program, closed)] == [True, True]


def test_accounts_are_looked_up() -> None:
    found = facts_of(Unit.of("a.service", "[Service]\nUser=no-such-user\nGroup=no-such-group\n"))
    assert (found.user_known, found.group_known) == (False, False)
    found = facts_of(Unit.of("a@.service", "[Service]\nUser=%i\n"))
    assert (found.user_known, found.group_known) == (True, True)


def test_the_first_file_of_the_load_path_masks(own: Places) -> None:
    unit = Unit.of("a@1.service", "")
    assert facts_of(unit, own).masked_by == ""
    (Path(own.units) / "a@.service").symlink_to("/dev/null")
    assert facts_of(unit, own).masked_by == f"{own.units}/a@.service"
    (Path(own.units) / "a@1.service").touch()
    assert facts_of(unit, own).masked_by == ""


def test_drop_ins_that_systemd_does_not_read(own: Places) -> None:
    for directory, name in (("a.d", "x.conf"), ("a.service.d", "y"), ("a.service.d", "z.conf"), ("a.d", "old.bak")):
        (Path(own.units) / directory).mkdir(exist_ok=True)
        (Path(own.units) / directory / name).touch()
    found = facts_of(Unit.of("a.service", ""), own).unread_drop_ins
    assert found == (f"{own.units}/a.d/x.conf", f"{own.units}/a.service.d/y")


def test_a_package_owns_what_its_manager_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = "/usr/lib/systemd/system/ours.service", "/usr/lib/systemd/system/theirs.service"
    asked: list[list[str]] = []

    def dpkg(argv: list[str]) -> tuple[int, str, str]:
        asked.append(argv)
        return 1, "their-package: /lib/systemd/system/theirs.service\n", "dpkg-query: no path found"

    monkeypatch.setattr(os.path, "exists", lambda path: path == "/usr/bin/dpkg-query")
    found = trap_facts.facts(
        SYSTEM, [Unit.of("ours.service", "", path=ours), Unit.of("theirs.service", "", path=theirs)], dpkg
    )
    assert [one.packaged for one in found] == [False, True]
    assert len(asked) == 1


def test_a_running_process_tells_its_signals() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        shown = {
            "ActiveState": "active",
            "MainPID": str(os.getpid()),
            "MemoryCurrent": "[not set]",
            "TasksCurrent": "3",
        }
        process = trap_facts.processes({"a.service": shown, "b.service": {"ActiveState": "inactive"}})["a.service"]
    finally:
        signal.signal(signal.SIGTERM, before)
    assert process.program == os.path.basename(os.path.realpath(sys.executable))
    assert (process.memory_current, process.tasks_current) == (None, 3)
    unit = Unit.of("a.service", "[Service]\nExecStart=/a\nRestart=always\nMemoryMax=1G\nTasksMax=9\n")
    assert [one.id for one in live_findings(unit, process, 252)] == [
        "process-ignores-stop-signal",
        "limit-is-not-in-force",
    ]


def test_a_process_that_has_ended_tells_nothing() -> None:
    shown = {"ActiveState": "active", "MainPID": str(2**22 + 1), "MemoryCurrent": str(2**64 - 1)}
    process = trap_facts.processes({"a.service": shown})["a.service"]
    assert (process.program, process.ignored, process.memory_current) == ("", None, None)


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    unit = Unit.of("a.service", f"[Service]\nType=exec\nExecStart={tmp_path}/gone\n")
    assert [one.id for one in findings(unit, facts_of(unit), 252)] == ["program-is-not-there"]
