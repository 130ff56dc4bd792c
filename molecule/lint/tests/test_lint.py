# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that systemd would ignore or refuse reaches the host, and what is there already is found."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost

GOOD: dict[str, t.Any] = {"name": "good", "command": ["/bin/sleep", "infinity"], "user": "root"}
UNITS = "/etc/systemd/system"
# What is wrong with the pool, and where; systemd itself starts each of them.
BAD: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "a typo": ({"unit": {"Service": {"Retsart": "no"}}}, ["unit.Service.Retsart"]),
    "a misspelled section": ({"unit": {"Servce": {"Nice": 5}}}, ["unit.Servce"]),
    "a number out of range": ({"unit": {"Service": {"Nice": 99}}}, ["unit.Service.Nice"]),
    "a bad time span": ({"unit": {"Service": {"RestartSec": "5 parsecs"}}}, ["unit.Service.RestartSec"]),
    "a bad limit": ({"limits": {"memory_max": "12X"}}, ["limits.memory_max"]),
    "a bad specifier": ({"command": "/bin/sleep %Q"}, ["command"]),
    "two commands": ({"unit": {"Service": {"Type": "oneshot", "Restart": "always"}}}, ["unit.Service.Restart"]),
    "several": (
        {"unit": {"Service": {"Nice": 99, "Retsart": 1}}, "limits": {"cpu_quota": "many"}},
        ["limits.cpu_quota", "unit.Service.Nice", "unit.Service.Retsart"],
    ),
    "a type without its name": ({"unit": {"Service": {"Type": "dbus"}}}, [""]),
}


@pytest.fixture
def clean(bare: LabHost) -> t.Iterator[LabHost]:
    """A host without pools, and without what a test leaves."""
    yield bare
    bare.remove_pools()
    bare.sh(f"rm -rf {UNITS}/lab-* {UNITS}/good* /srv/units; systemctl daemon-reload")


@contextlib.contextmanager
def without_verify(lab: LabHost, instead: str) -> t.Iterator[None]:
    """``instead`` is a script in the place of systemd-analyze; empty for none."""
    lab.sh("mv /usr/bin/systemd-analyze /usr/bin/systemd-analyze.away")
    if instead:
        lab.write("/usr/bin/systemd-analyze", instead)
    try:
        yield
    finally:
        lab.sh("mv /usr/bin/systemd-analyze.away /usr/bin/systemd-analyze")


@pytest.mark.parametrize("check", [True, False], ids=["in check mode", "in a run"])
def test_what_systemd_would_ignore_is_refused_with_its_option_and_nothing_changes(clean: LabHost, check: bool) -> None:
    before = clean.tree()
    pools = [{**GOOD, "name": f"good{index}", **options} for index, (options, _) in enumerate(BAD.values())]
    result = clean.deploy(*pools, check=check)
    assert result.failed
    expected = {
        f"pools[{index}] (good{index}).{option}".rstrip(".")
        for index, (_, options) in enumerate(BAD.values())
        for option in options
    }
    # 247 aborts at a service of Type=dbus without a name, so the directive is named there.
    found = {one["where"].replace("(good8).unit.Service.Type", "(good8)") for one in result.result["problems"]}
    assert found == expected
    assert clean.tree() == before


def test_a_good_pool_passes_and_the_next_run_needs_not_ask_again(clean: LabHost) -> None:
    assert not clean.deploy({**GOOD, "instances": 3}).failed
    assert not clean.deploy({**GOOD, "instances": 3}).changed
    mode = clean.sh("stat -c '%a %U' /var/lib/workers.systemd/catalogue").strip()
    assert mode == "600 root"
    clean.sh("echo broken > /var/lib/workers.systemd/catalogue")
    assert not clean.deploy({**GOOD, "instances": 3}).failed
    assert clean.sh("ls -d /run/workers.systemd.*", check=False) == ""


def test_drop_ins_of_the_host_are_part_of_the_verdict(clean: LabHost) -> None:
    clean.sh(f"mkdir -p {UNITS}/good@.service.d {UNITS}/good@2.service.d {UNITS}/good@9.service.d")
    clean.write(f"{UNITS}/good@.service.d/a.conf", "[Service]\nNice=99\n", "0644")
    clean.write(f"{UNITS}/good@2.service.d/b.conf", "[Service]\n\nCPUQuota=many\n", "0644")
    result = clean.deploy({**GOOD, "instances": 3})
    where = {one["where"] for one in result.result["problems"]}
    assert where == {
        f"pools[0] (good): {UNITS}/good@.service.d/a.conf:2",
        f"pools[0] (good): {UNITS}/good@2.service.d/b.conf:3",
    }


def test_what_is_missing_is_a_warning_in_check_mode(clean: LabHost) -> None:
    pool = {**GOOD, "command": ["/opt/later"], "unit": {"Service": {"ExecStartPre": "/opt/too"}}}
    result = clean.deploy(pool, check=True, skip_traps=["pool-runs-as-root"])
    assert not result.failed
    assert len(result.result["warnings"]) == 2
    assert {one["where"] for one in clean.deploy(pool).result["problems"]} == {
        "pools[0] (good).command",
        "pools[0] (good).unit.Service.ExecStartPre",
    }


@pytest.mark.parametrize(
    ("instead", "outcome"),
    [("", "is not there"), ("#!/bin/sh\nexit 1\n", "printed nothing"), ("#!/bin/sh\nkill -ABRT $$\n", "exited")],
    ids=["there is none", "it says nothing", "it crashes"],
)
def test_without_a_verdict_nothing_is_deployed(clean: LabHost, instead: str, outcome: str) -> None:
    with without_verify(clean, instead):
        result = clean.deploy(GOOD)
    assert result.failed
    assert outcome in result.msg
    assert "Traceback" not in result.msg


@pytest.mark.parametrize("check", [True, False], ids=["in check mode", "in a run"])
def test_a_bad_drop_in_is_refused(clean: LabHost, check: bool) -> None:
    clean.module("unit_file", name="lab-a.service", content="[Service]\nExecStart=/bin/true\n")
    before = clean.tree()
    for content, line in (("[Service]\n\nNice=99\n", 3), ("[Service]\nExecStart=/bin/false\n", 2)):
        result = clean.module("unit_file", name="lab-a.service", drop_in="x", content=content, check=check)
        assert [one["where"] for one in result.result["problems"]] == [f"content:{line}"]
    sections = {"Service": {"Nice": 5, "MemoryMax": "12X"}}
    result = clean.module("unit_file", name="lab-none.service", drop_in="x", sections=sections, check=check)
    assert [one["where"] for one in result.result["problems"]] == ["sections.Service.MemoryMax"]
    assert clean.tree() == before


def test_a_drop_in_answers_for_itself_alone(clean: LabHost) -> None:
    clean.write(f"{UNITS}/lab-a.service", "[Service]\nExecStart=/opt/none\nNice=99\n", "0644")
    result = clean.module("unit_file", name="lab-a.service", drop_in="x", content="[Service]\nNice=5\n")
    assert result.changed
    assert "warnings" not in result.result


def test_units_that_are_there_are_judged_and_left_alone(clean: LabHost) -> None:
    clean.write(f"{UNITS}/lab-a@.service", "[Service]\nExecStart=/bin/true\nNice=99\nRetsart=no\n", "0644")
    clean.sh(f"mkdir -p {UNITS}/lab-a@.service.d; ln -s /dev/null {UNITS}/lab-m.service")
    clean.write(f"{UNITS}/lab-a@.service.d/x.conf", "[Service]\nCPUQuota=many\n", "0644")
    clean.write(f"{UNITS}/lab-b.servce", "[Service]\n", "0644")
    clean.sh(f"head -c 10000000 /dev/zero > {UNITS}/lab-big.service; mkdir {UNITS}/lab-dir.service")
    clean.sh(f"head -c 5000 /dev/urandom > {UNITS}/lab-junk.service")
    before = clean.tree()
    result = clean.module("lint_info", units=[f"{UNITS}/lab-*"], fail_on="never")
    found = {
        (one["file"][len(UNITS) + 1 :], one["directive"] or one["id"], one["severity"])
        for one in result.result["findings"]
    }
    assert found >= {
        ("lab-a@.service", "Nice", "error"),
        ("lab-a@.service", "Retsart", "error"),
        ("lab-b.servce", "unit-name", "error"),
        ("lab-big.service", "unreadable", "error"),
        ("lab-dir.service", "unreadable", "error"),
        ("lab-m.service", "masked", "warning"),
    }
    assert any(name == "lab-junk.service" for name, _, _ in found)
    assert not result.changed
    result = clean.module("lint_info")
    assert result.failed
    place = f"{UNITS}/lab-a@.service"
    assert f"{place}:3: error: found 99" in result.msg
    assert f"{place}.d/x.conf:2: error: found many" in result.msg
    assert "lab-m.service" not in result.msg
    assert clean.tree() == before


def test_an_instance_is_judged_with_the_file_of_its_template(clean: LabHost) -> None:
    clean.write(f"{UNITS}/lab-a@.service", "[Service]\nExecStart=/bin/true\nNice=99\n", "0644")
    clean.sh(f"mkdir -p {UNITS}/lab-a@x.service.d {UNITS}/lab-a@y.service.d")
    clean.write(f"{UNITS}/lab-a@x.service.d/x.conf", "[Service]\nCPUQuota=many\n", "0644")
    clean.write(f"{UNITS}/lab-a@y.service.d/y.conf", "[Service]\nRetsart=no\n", "0644")
    result = clean.module("lint_info", units=["lab-a@x.service", "lab-b@x.service"], fail_on="never")
    assert [one["where"] for one in result.result["problems"]] == ["units[1]"]
    result = clean.module("lint_info", units=["lab-a@x.service"], fail_on="never")
    assert {one["unit"] for one in result.result["findings"]} == {"lab-a@x.service"}
    assert {one["directive"] for one in result.result["findings"]} >= {"Nice", "CPUQuota"}
    assert "Retsart" not in {one["directive"] for one in result.result["findings"]}
    assert result.msg.startswith("1 file:")


def test_nothing_that_a_deploy_wrote_is_found_fault_with(clean: LabHost) -> None:
    deployed = clean.deploy(GOOD)
    assert not deployed.failed, deployed.msg
    result = clean.module("lint_info", units=[f"{UNITS}/{GOOD['name']}*", f"{UNITS}/workers-*"], fail_on="warning")
    assert (result.failed, result.result["findings"]) == (False, []), result.msg


def test_findings_can_be_left_out_and_need_not_fail(clean: LabHost) -> None:
    clean.write(f"{UNITS}/lab-a.service", "[Service]\nExecStart=/bin/true\nStandardOutput=syslog\n", "0644")
    assert not clean.module("lint_info", units=["lab-a.service"]).failed
    assert clean.module("lint_info", units=["lab-*"], fail_on="warning").failed
    result = clean.module(
        "lint_info", units=["lab-a.service"], skip=["systemd", "obsolete-value"], fail_on="warning", check=True
    )
    assert (result.failed, result.result["findings"]) == (False, [])


def test_a_name_that_nothing_has_is_told(clean: LabHost) -> None:
    result = clean.module("lint_info", units=["lab-none.service", "relative/*.service", "/nowhere/*"], sikp=["x"])
    assert "sikp" in result.msg
    result = clean.module("lint_info", units=["lab-none.service", "relative/*.service", "/nowhere/*"])
    assert [one["where"] for one in result.result["problems"]] == ["units[0]", "units[1]", "units[2]"]


def test_everything_that_the_packages_bring_is_without_an_error(clean: LabHost) -> None:
    result = clean.module("lint_info", units=["*"], skip=["not-executable", "program-is-not-there"], fail_on="never")
    errors = [one for one in result.result["findings"] if one["severity"] == "error" and "/etc/" not in one["file"]]
    assert errors == []


def test_the_command_line_judges_a_directory_of_units(clean: LabHost, tmp_path: Path) -> None:
    (tmp_path / "a.service").write_text("[Service]\nExecStart=/bin/true\nRetsart=no\n")
    argv = [sys.executable, "-m", "ansible_collections.workers.systemd.plugins.plugin_utils.lint", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{tmp_path}/a.service:3: error:")


DEAF = {
    **GOOD,
    "command": ["/bin/sh", "-c", "trap '' TERM; while sleep 1; do :; done"],
    "unit": {"Service": {"TimeoutStopSec": "1s"}},
}
# Of its own name, for a stop of what runs would end in SIGKILL, which is never green.
LEAKS = {**GOOD, "name": "leaks", "unit": {"Service": {"KillSignal": "SIGKILL"}}}


def test_a_trap_of_the_unit_refuses_or_warns_and_can_be_switched_off(clean: LabHost) -> None:
    result = clean.deploy(LEAKS)
    assert result.failed
    assert [(one["id"], one["where"]) for one in result.result["problems"]] == [
        ("kill-signal-is-sigkill", "pools[0] (leaks).unit.Service.KillSignal")
    ]
    assert not clean.deploy(LEAKS, skip_traps=["kill-signal-is-sigkill"]).failed
    assert "Did you mean kill-signal-is-sigkill?" in clean.deploy(LEAKS, skip_traps=["kill-signal-is-sigkil"]).msg


def test_a_worker_that_is_deaf_to_the_stop_signal_is_told_when_it_runs(clean: LabHost) -> None:
    result = clean.deploy(DEAF)
    assert not result.failed
    assert any("[process-ignores-stop-signal]" in one for one in result.result["warnings"])
    again = clean.deploy({**DEAF, "instances": 2}, skip_traps=["process-ignores-stop-signal"])
    assert not any("process-ignores-stop-signal" in one for one in again.result.get("warnings", []))
