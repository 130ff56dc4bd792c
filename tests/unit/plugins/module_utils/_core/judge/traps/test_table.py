# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import time
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, LiveProcess
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import PROFILES
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import group_text, template_text
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from tests.unit.plugins.module_utils._core.builders import mail
from tests.unit.plugins.module_utils._core.judge.traps import (
    test_exec_lines,
    test_install,
    test_leaks,
    test_live,
    test_on_host,
    test_restart,
    test_sandbox,
    test_service_type,
    test_stop,
)
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import caught, worker

TABLES: tuple[t.Any, ...] = (
    test_exec_lines,
    test_on_host,
    test_install,
    test_live,
    test_restart,
    test_sandbox,
    test_leaks,
    test_stop,
    test_service_type,
)
# Their rows do not fit into a table: they are about names, paths or two traps at once.
IN_TESTS_OF_THEIR_OWN = {
    "credentials-end-start-pre",
    "drop-in-wins",
    "instance-becomes-path",
    "instance-is-escaped",
    "instances-share-a-name",
    "name-outlives-a-crash",
    "ready-from-a-child-is-refused",
    "run-time-ends-for-good",
    "runtime-directory-is-shared",
    "unit-in-vendor-directory",
}
VERSIONS = (247, 252, 253, 254, 257, 262)
SECTIONS = ("Unit", "Service", "Install", "X-Workers", "Nonsense")
KEYS = sorted(
    set(
        re.findall(
            r"^([A-Z][A-Za-z]+)=",
            "\n".join(row[1] for table in TABLES for rows in (table.CAUGHT, table.MISSED) for row in rows.values()),
            re.MULTILINE,
        )
    )
)
WORDS = (
    "/bin/sh", "-c", "celery", "worker", "exec", "'", '"', "\\", "$A", "$$", "%", "%i", "%I", "&", ";", "=", "-", "--",
    "infinity", "0", "1", "9" * 30, "²", "-9", "kill", "/home", "~/x", "A=1", "yes", "null", "file:", "10%", "1G",
)  # fmt: skip
values = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=6).map(" ".join)
texts = st.text() | st.lists(
    st.sampled_from(SECTIONS).map("[{}]".format) | st.builds("{}={}".format, st.sampled_from(KEYS), values)
).map("\n".join)


def every_finding() -> t.Iterator[Finding]:
    for table in TABLES:
        for row in table.CAUGHT.values():
            unit = Unit.of("mail.service", row[1])
            more = row[2] if len(row) > 2 else None
            if isinstance(more, LiveProcess):
                yield from traps.live_findings(unit, more, 257)
            else:
                yield from traps.findings(unit, more, 257)


def test_there_are_many_and_each_has_its_own_id() -> None:
    assert len(traps.TRAPS) == len(traps.OF_TEXT) + len(traps.OF_HOST) + len(traps.OF_PROCESS) >= 90


@pytest.mark.parametrize("trap", traps.TRAPS.values(), ids=traps.TRAPS.keys())
def test_a_trap_explains_itself(trap: t.Any) -> None:
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", trap.id)
    assert re.search(r"Source: .+\.$", trap.why)
    assert trap.instead.endswith(".")
    assert not trap.title.endswith(".")
    assert trap.severity in Severity


@pytest.mark.parametrize("kind", ["CAUGHT", "MISSED"])
def test_every_trap_stands_in_the_tables(kind: str) -> None:
    inside = {row[0] for table in TABLES for row in getattr(table, kind).values()}
    assert inside | IN_TESTS_OF_THEIR_OWN == set(traps.TRAPS)


def test_the_unit_under_all_the_tables_has_no_trap() -> None:
    assert caught(worker()) == set()


def test_a_finding_says_what_to_write_instead() -> None:
    for finding in every_finding():
        assert finding.found
        assert finding.expected
        assert finding.hint


@pytest.mark.parametrize("systemd", VERSIONS)
def test_a_pool_of_ours_has_no_trap(systemd: int) -> None:
    full = {"secrets": {"KEY": "s"}, "user": "app", "working_directory": "/srv/app", "state_directory": "app"}
    for pool in (mail(user="app"), *(mail(hardening=profile, **full) for profile in PROFILES)):
        template = template_text(pool, systemd, ["/etc/workers.systemd/mail/environment"])
        for name in ("mail@.service", "mail@1.service"):
            assert list(traps.findings(Unit.of(name, template), HostFacts(), systemd)) == []
        assert list(traps.findings(Unit.of("mail.target", group_text(SYSTEM, pool)), None, systemd)) == []


@pytest.mark.parametrize("systemd", VERSIONS)
def test_what_serves_our_pools_has_none_either(systemd: int) -> None:
    files = shared_units(SYSTEM, systemd, "/usr/bin/python3", ["mail"], agent=True)
    assert files
    for file in files:
        unit = Unit.of(file.path.rpartition("/")[2], file.text)
        assert list(traps.findings(unit, HostFacts(), systemd)) == []


def test_each_trap_can_be_switched_off() -> None:
    unit = Unit.of("mail.service", worker("KillMode=none", "User=nobody"))
    assert [one.id for one in traps.findings(unit, None, 252)] == ["kill-mode-none-leaves-everything", "user-is-nobody"]
    assert [one.id for one in traps.findings(unit, None, 252, off=["user-is-nobody"])] == [
        "kill-mode-none-leaves-everything"
    ]
    ignoring = LiveProcess("sh", 0x4000, 0)
    assert list(traps.live_findings(unit, ignoring, 252, off={"process-ignores-stop-signal"})) == []


def test_an_id_that_no_trap_has_is_a_problem() -> None:
    assert traps.unknown_ids(["user-is-nobody"]) == []
    near, far = traps.unknown_ids(["user-is-nobdy", "restart-is-off", "x"])
    assert near == Problem("traps_off[0]", "'user-is-nobdy'", "the id of a trap", "Did you mean user-is-nobody?")
    assert far.where == "traps_off[2]"


@given(texts, st.sampled_from(["a.service", "a@.service", "a@x\\x2d.service", "a.timer", "a"]), st.integers(200, 300))
def test_no_text_is_too_strange(text: str, name: str, systemd: int) -> None:
    unit = Unit.of(name, text, [("/etc/systemd/system.control/a.service.d/50-a.conf", text)])
    known = LiveProcess("sh", 0, 0, True)
    for finding in (*traps.findings(unit, HostFacts(), systemd), *traps.live_findings(unit, known, systemd)):
        assert finding.found


LONG = {
    "words": "/srv/app/worker " + "a " * 10000,
    "commands": f"/bin/sh -c '{'a;' * 10000}b'",
    "substitutions": f"/bin/sh -c '{'$(' * 10000}'",
    "quotes": "/bin/sh -c 'a " + '\\" ' * 7000 + "'",
    "wrappers": "env " * 5000,
}


@pytest.mark.parametrize("start", LONG.values(), ids=LONG.keys())
def test_a_long_command_is_taken_apart_once(start: str) -> None:
    off = [one for one in traps.TRAPS if one.startswith("secret-")]
    began = time.process_time()
    list(traps.findings(Unit.of("mail.service", worker(start=start)), None, 257, off))
    assert time.process_time() - began < 3
