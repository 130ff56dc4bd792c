# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that somebody else ships are run, scaled and rolled, and what keeps them from it is named before."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost, TaskResult
from tests.helpers.player import Player

# Where Debian 11, which has no merged /usr, and all others find it.
SHIPPED = "/lib/systemd/system"
WORKER = """\
#!/bin/sh
trap 'cat /run/word > /run/read-by-$1; exit_if_bad' HUP
exit_if_bad() { if grep -q bad /run/word; then exit 3; fi; }
trap 'exit 0' TERM
exit_if_bad
while :; do sleep 1 & wait; done
"""
UNIT = """\
[Service]
Type=exec
ExecStart=/usr/local/bin/shipped %i
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=60
[Install]
WantedBy=multi-user.target
"""
ROLLOUT = {"min_healthy_time": "400ms", "healthy_deadline": "20s"}


@pytest.fixture
def shipped(bare: LabHost) -> t.Iterator[LabHost]:
    """The host with the template shipped@.service and two plain services of a package."""
    bare.write("/usr/local/bin/shipped", WORKER)
    bare.write("/run/word", "good")
    bare.write(f"{SHIPPED}/shipped@.service", UNIT, "0644")
    for name in ("plain-a", "plain-b"):
        bare.write(f"{SHIPPED}/{name}.service", UNIT.replace("%i", name), "0644")
    bare.sh("systemctl daemon-reload")
    yield bare
    bare.sh(
        "systemctl stop 'shipped@*' 'plain-*'; cd /etc/systemd/system; rm -rf *.wants/shipped@* *.wants/plain-*;"
        f" rm -rf shipped@* plain-* {SHIPPED}/shipped@* {SHIPPED}/plain-*;"
        " systemctl daemon-reload; systemctl reset-failed"
    )


def brought(lab: LabHost, *, check: bool = False, **options: t.Any) -> TaskResult:
    return lab.module("instances", check=check, **{"rollout": ROLLOUT, **options})


def steps(result: TaskResult) -> list[tuple[str, str]]:
    return [(step["verb"], step["subject"]) for step in result.result["plan"]]


def links(lab: LabHost) -> list[str]:
    return lab.sh("cd /etc/systemd/system; ls -d *.wants/shipped@* 2>/dev/null", check=False).split()


def state(lab: LabHost) -> str:
    """All that the module could change."""
    return lab.tree() + json.dumps(lab.pids("shipped"))


def now(lab: LabHost) -> str:
    return lab.sh("date +%s.%N").strip()


def test_scaling_keeps_the_processes_of_those_that_stay(shipped: LabHost) -> None:
    result = brought(shipped, template="shipped@", instances=2, enabled=True)
    assert not result.failed
    two = shipped.pids("shipped")
    assert sorted(two) == ["1", "2"]
    assert links(shipped) == ["multi-user.target.wants/shipped@1.service", "multi-user.target.wants/shipped@2.service"]
    assert not brought(shipped, template="shipped@", instances=2, enabled=True).changed

    brought(shipped, template="shipped@", instances=[1, 2, "x"], enabled=True)
    three = shipped.pids("shipped")
    assert sorted(three) == ["1", "2", "x"]
    assert {name: three[name] for name in two} == two

    # A surplus instance that had failed must not stay behind as failed.
    shipped.sh("systemctl kill -s KILL shipped@x; systemctl stop shipped@x; systemctl start plain-a")
    brought(shipped, template="shipped@", instances=1, enabled=True)
    assert shipped.pids("shipped") == {"1": two["1"]}
    assert links(shipped) == ["multi-user.target.wants/shipped@1.service"]
    assert "shipped@x" not in shipped.sh("systemctl list-units --all --plain --no-legend 'shipped@*'")
    assert shipped.sh("systemctl is-active plain-a").strip() == "active"


def test_others_may_stay(shipped: LabHost) -> None:
    shipped.sh("systemctl start shipped@somebodys")
    brought(shipped, template="shipped@.service", instances=1, exact=False)
    assert sorted(shipped.pids("shipped")) == ["1", "somebodys"]


def test_a_point_in_time_restarts_once_and_never_more_than_may_be_down(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=4)
    before, moment = shipped.pids("shipped"), now(shipped)
    # One that somebody has restarted since is not restarted again, one that somebody has stopped stays stopped.
    shipped.sh("systemctl restart shipped@2; systemctl stop shipped@4")
    since = shipped.pids("shipped")
    result = brought(shipped, units=["shipped@*", "shipped@4"], started_after=moment)
    assert not result.failed
    assert steps(result) == [("restart", "shipped@1.service"), ("restart", "shipped@3.service")]
    assert result.result["lowest_active"] == {"shipped@.service": 2}
    after = shipped.pids("shipped")
    assert sorted(after) == ["1", "2", "3"]
    assert after["2"] == since["2"]
    assert not {after["1"], after["3"]} & set(before.values())
    assert any("not running, and left so: shipped@4.service" in text for text in result.result["warnings"])

    again = brought(shipped, units=["shipped@*"], started_after=moment)
    assert not again.changed
    assert shipped.pids("shipped") == after


def test_a_bad_restart_costs_one(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=3)
    before, moment = shipped.pids("shipped"), now(shipped)
    shipped.write("/run/word", "bad")
    result = brought(shipped, units=["shipped@*"], started_after=moment)
    assert result.failed
    (failure,) = result.result["failures"]
    assert failure["unit"] == "shipped@1.service"
    assert failure["exit"] == "exit status 3"
    assert any("status=3" in line for line in failure["journal"])
    assert result.result["spared"] == ["shipped@2.service", "shipped@3.service"]
    after = shipped.pids("shipped")
    assert {name: after[name] for name in "23"} == {name: before[name] for name in "23"}
    assert "left alone, with the process they had: shipped@2.service, shipped@3.service" in result.msg


def test_globs_and_lists_of_plain_services(shipped: LabHost) -> None:
    result = brought(shipped, units=["plain-*"], state="started", enabled=True)
    assert result.result["units"] == ["plain-a.service", "plain-b.service"]
    assert shipped.sh("systemctl is-active plain-a plain-b").split() == ["active", "active"]
    assert shipped.sh("systemctl is-enabled plain-a plain-b").split() == ["enabled", "enabled"]
    assert not brought(shipped, units=["plain-a", "plain-b.service"], state="started", enabled=True).changed
    gone = {"units": ["plain-*"], "state": "stopped", "enabled": False}
    assert steps(brought(shipped, **gone))[:2] == [("disable", "plain-a.service"), ("stop", "plain-a.service")]
    assert not brought(shipped, **gone).changed


def test_a_glob_that_matches_what_ends_is_told_without_it(shipped: LabHost) -> None:
    clean = "[Service]\nType=oneshot\nExecStart=/bin/true\n"
    shipped.write(f"{SHIPPED}/plain-clean.service", clean, "0644")
    shipped.sh("systemctl daemon-reload")
    result = brought(shipped, units=["plain-*"], state="started")
    (problem,) = result.result["problems"]
    assert problem["hint"].endswith("Without: plain-a.service, plain-b.service in place of plain-*.service.")
    assert not brought(shipped, units=["plain-a.service", "plain-b.service"], state="started").failed


def test_all_that_is_in_the_way_comes_at_once_and_nothing_has_changed(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=2, enabled=True)
    other_name = f"{SHIPPED}/plain-b.service /etc/systemd/system/plain-other.service"
    shipped.sh(f"cd /etc/systemd/system; ln -s /dev/null plain-a.service; ln -s {other_name}; systemctl daemon-reload")
    before = state(shipped)
    units = ["shipped@*", "shipped@3", "plain-*", "plain-other", "no-such", "missing*"]
    result = brought(shipped, units=units, state="restarted")
    assert result.failed
    assert [line.split(",")[0] for line in result.msg.splitlines()[1:]] == [
        "- units[5]: found 'missing*.service'",
        "- plain-a.service: found masked by /etc/systemd/system/plain-a.service",
        "- plain-other.service: found another name of plain-b.service",
        "- no-such.service: found no unit file",
    ]
    assert state(shipped) == before


def test_a_half_removed_template_is_named_and_can_be_cleared_away(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=3, enabled=True)
    shipped.sh(f"systemctl disable -q shipped@1; systemctl stop shipped@2 shipped@3; rm {SHIPPED}/shipped@.service")
    shipped.sh("systemctl daemon-reload")
    before = state(shipped)
    result = brought(shipped, template="shipped@", instances=4, enabled=True)
    assert [line.split(",")[0] for line in result.msg.splitlines()[1:]] == [
        "- shipped@1.service: found active (running) without a unit file",
        "- shipped@2.service: found enabled by multi-user.target.wants/shipped@2.service without a unit file",
        "- shipped@3.service: found enabled by multi-user.target.wants/shipped@3.service without a unit file",
        "- shipped@.service: found no unit file",
    ]
    assert state(shipped) == before

    result = brought(shipped, units=["shipped@*"], state="stopped", enabled=False, reset_failed=True)
    assert not result.failed
    assert (links(shipped), shipped.pids("shipped")) == ([], {})
    assert not brought(shipped, units=["shipped@*"], state="stopped", enabled=False, reset_failed=True).changed


def test_it_is_enabled_again_when_install_changed(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=2, enabled=True)
    before = shipped.pids("shipped")
    shipped.write(f"{SHIPPED}/shipped@.service", UNIT.replace("multi-user", "basic"), "0644")
    result = brought(shipped, template="shipped@", instances=2, enabled=True)
    assert steps(result) == [
        ("reenable", "shipped@1.service"),
        ("reenable", "shipped@2.service"),
        ("daemon-reload", "systemd"),
    ]
    assert links(shipped) == ["basic.target.wants/shipped@1.service", "basic.target.wants/shipped@2.service"]
    assert shipped.pids("shipped") == before
    assert shipped.sh("systemctl show -p NeedDaemonReload --value shipped@1").strip() == "no"
    assert not brought(shipped, template="shipped@", instances=2, enabled=True).changed


def test_a_changed_file_is_loaded_before_a_restart(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=1)
    shipped.write(f"{SHIPPED}/shipped@.service", UNIT.replace("%i", "%i new"), "0644")
    result = brought(shipped, units=["shipped@1"], state="try_restarted")
    assert steps(result) == [("restart", "shipped@1.service"), ("daemon-reload", "systemd")]
    assert "1 new" in shipped.sh("tr '\\0' ' ' < /proc/$(systemctl show -p MainPID --value shipped@1)/cmdline")


def test_a_reload_keeps_the_process_and_is_judged(shipped: LabHost) -> None:
    brought(shipped, template="shipped@", instances=2)
    before = shipped.pids("shipped")
    result = brought(shipped, units=["shipped@*"], state="reloaded")
    assert not result.failed
    assert set(result.result["verdicts"].values()) == {"settled: ran 0.4 s without a restart"}
    assert shipped.pids("shipped") == before
    assert shipped.sh("cat /run/read-by-1 /run/read-by-2") == "goodgood"

    # The process dies of what it has read.
    shipped.write("/run/word", "bad")
    result = brought(shipped, units=["shipped@1"], state="reloaded")
    assert result.failed
    assert result.result["failures"][0]["exit"] == "exit status 3"


def test_a_reload_that_fails_is_no_success(shipped: LabHost) -> None:
    shipped.write(f"{SHIPPED}/shipped@.service", UNIT.replace("/bin/kill -HUP $MAINPID", "/bin/false"), "0644")
    shipped.sh("systemctl daemon-reload")
    brought(shipped, template="shipped@", instances=2)
    before = shipped.pids("shipped")
    result = brought(shipped, units=["shipped@*", "plain-a"], state="reload_or_restarted")
    assert result.failed
    assert result.result["spared"] == ["plain-a.service"]
    assert shipped.sh("systemctl is-active plain-a", check=False).strip() == "inactive"
    assert result.result["verdicts"]["shipped@2.service"] == "failed: its reload failed: exit-code"
    assert shipped.pids("shipped") == before


# what is there before, what is asked
CHECKED: dict[str, tuple[str, dict[str, t.Any]]] = {
    "nothing": ("true", {"template": "shipped@", "instances": 2, "enabled": True}),
    "too many": ("systemctl enable -q --now shipped@{1..4}", {"template": "shipped@", "instances": 2, "enabled": True}),
    "a failed one": (
        "systemctl start shipped@1 shipped@2; systemctl kill -s STOP shipped@2; systemctl kill -s KILL shipped@2",
        {"units": ["shipped@*"], "state": "restarted"},
    ),
}


@pytest.mark.parametrize(("before", "asked"), CHECKED.values(), ids=CHECKED.keys())
def test_what_a_check_says_is_what_a_run_does(shipped: LabHost, before: str, asked: dict[str, t.Any]) -> None:
    shipped.sh(f"bash -c '{before}'")
    untouched = state(shipped)
    checked = brought(shipped, check=True, **asked)
    assert state(shipped) == untouched
    run = brought(shipped, **asked)
    assert steps(checked) == steps(run)
    assert checked.result["diff"] == run.result["diff"]


def test_a_check_of_a_template_that_is_still_to_come_is_no_error(shipped: LabHost) -> None:
    result = brought(shipped, check=True, template="to-come@", instances=1)
    assert not result.failed
    assert steps(result) == [("start", "to-come@1.service")]
    assert "a run would refuse this" in result.result["warnings"][0]
    assert brought(shipped, template="to-come@", instances=1).failed


def test_a_unit_of_a_generator_runs_and_is_not_enabled(shipped: LabHost) -> None:
    """As a quadlet does."""
    generator = "/etc/systemd/system-generators/quad"
    shipped.sh(f"mkdir -p $(dirname {generator}); sed s/exec/simple/ {SHIPPED}/shipped@.service > /run/made")
    shipped.write(generator, '#!/bin/sh\ncp /run/made "$1/quad@.service"\n')
    shipped.sh("systemctl daemon-reload")
    result = brought(shipped, template="quad@", instances=2)
    enabled = brought(shipped, template="quad@", instances=2, enabled=True)
    pids = shipped.pids("quad")
    shipped.sh(f"systemctl stop 'quad@*'; rm {generator}; systemctl daemon-reload")
    assert not result.failed
    assert sorted(pids) == ["1", "2"]
    assert "quad@.service: found generated, in /run/systemd/generator/quad@.service" in enabled.msg


# Notes each call, and makes it.
NOTED = """\
#!/bin/sh
echo "$(basename $0) $*" | sed 's/ --since=[^ ]*//' | cut -c1-60 >> /run/calls
PATH=/usr/bin:/bin exec "$(basename $0)" "$@"
"""


@pytest.mark.parametrize("state", ["restarted", "stopped", "reload_or_restarted"])
def test_calls_do_not_grow_with_the_number_of_instances(shipped: LabHost, state: str) -> None:
    """But for the looks at a rollout, which grow with the time it takes."""
    policy = {**ROLLOUT, "canary": 0, "max_parallel": "100%"}
    brought(shipped, template="shipped@", instances=12)
    calls = {}
    for name in ("systemctl", "busctl", "journalctl"):
        shipped.write(f"/usr/local/bin/{name}", NOTED)
    try:
        for units in (["shipped@1", "shipped@2"], ["shipped@*"]):
            shipped.sh("rm -f /run/calls")
            assert brought(shipped, units=units, state=state, rollout=policy).changed
            lines = shipped.sh("cat /run/calls").splitlines()
            calls[units[0]] = sorted(line.split(" -- ")[0] for line in lines if not line.startswith("busctl"))
            brought(shipped, template="shipped@", instances=12)
    finally:
        shipped.sh("rm /usr/local/bin/systemctl /usr/local/bin/busctl /usr/local/bin/journalctl")
    assert calls["shipped@1"] == calls["shipped@*"]
    assert 2 <= len(calls["shipped@*"]) <= 8


def pool(**options: t.Any) -> dict[str, t.Any]:
    return {"name": "ours", "command": ["/bin/sleep", "infinity"], "instances": 4, **options}


def test_a_pool_of_ours_restarts_as_it_was_deployed_and_is_not_scaled(bare: LabHost) -> None:
    bare.deploy(pool(rollout={"min_healthy_time": "300ms", "max_parallel": "75%", "canary": 0}))
    before = bare.pids("ours")
    result = bare.module("instances", units=["ours@*"], started_after=now(bare))
    assert not result.failed
    assert result.result["verdicts"]["ours@1.service"] == "settled: ran 0.3 s without a restart"
    assert result.result["lowest_active"] == {"ours@.service": 1}
    assert not set(bare.pids("ours").values()) & set(before.values())
    refused = bare.module("instances", template="ours@", instances=1)
    assert "found a unit of the pool ours" in refused.msg
    assert not bare.deploy(pool(rollout={"min_healthy_time": "300ms", "max_parallel": "75%", "canary": 0})).changed


def test_it_does_not_run_alongside_a_deploy(bare: LabHost) -> None:
    bare.deploy(pool())
    with bare.locked():
        result = bare.module("instances", units=["ours@*"], state="restarted")
    assert result.failed
    assert "one run at a time" in result.msg


@pytest.fixture
def playbook(bare: LabHost, tmp_path: Path) -> t.Callable[..., str]:
    """Plays restart.yml over several names of the host, one after the other."""

    def play(hosts: dict[str, dict[str, t.Any]], **variables: t.Any) -> str:
        named = {name: {"ansible_host": bare.name, **own} for name, own in hosts.items()}
        options = ["--forks", "1", "-e", json.dumps(variables)]
        return Player(tmp_path)(named, {"import_playbook": "workers.systemd.restart"}, options=options).said

    return play


# what more is allowed, whether the batch after the failed one is restarted
FLEETS: dict[str, tuple[dict[str, t.Any], bool]] = {
    "one failed host stops the fleet": ({}, False),
    "or a half of a batch does not": ({"max_fail_percentage": 50}, True),
}


@pytest.mark.parametrize(("allowed", "goes_on"), FLEETS.values(), ids=FLEETS.keys())
def test_a_restart_of_a_fleet(
    bare: LabHost, playbook: t.Callable[..., str], allowed: dict[str, t.Any], goes_on: bool
) -> None:
    last = pool(name="last", instances=1)
    bare.deploy(pool(instances=1), last)
    before = {name: bare.pids(name) for name in ("ours", "last")}
    hosts = {"one": {"pool": "missing"}, "two": {"pool": "ours"}, "three": {"pool": "last"}}
    result = playbook(hosts, batch=2, **allowed)
    assert "expected one that matches a service" in result
    assert bare.pids("ours") != before["ours"]
    assert (bare.pids("last") != before["last"]) is goes_on


def test_the_moment_that_the_playbook_tells_restarts_nobody_again(
    bare: LabHost, playbook: t.Callable[..., str]
) -> None:
    bare.deploy(pool(instances=2), pool(name="last", instances=1))
    before = bare.pids("ours")
    result = playbook({"one": {}}, pool="ours,last")
    after = bare.pids("ours")
    assert not set(after.values()) & set(before.values())
    moment = result.split('started_after=\\"')[1].split("\\")[0]
    assert "nothing to do" in playbook({"one": {}}, pool="ours,last", started_after=moment)
    assert bare.pids("ours") == after


def test_a_restart_of_some_instances_is_refused_and_restarts_none(
    bare: LabHost, playbook: t.Callable[..., str]
) -> None:
    bare.deploy(pool(instances=2))
    before = bare.pids("ours")
    assert "systemctl restart POOL@INSTANCE.service" in playbook({"one": {}}, pool="ours", instances="2")
    assert bare.pids("ours") == before


# Leaves processes behind of which systemd takes none for the main one, as celery multi does.
SEVERAL = """\
[Service]
Type=forking
ExecStart=/bin/sh -c 'setsid sleep 1001 & setsid sleep 1002 & setsid sleep %s & sleep 0.2'
Restart=always
RestartSec=60
"""


@pytest.mark.parametrize(
    ("third", "verdict"),
    [("1003", "not-judged: has no main process"), ("0.8", "failed: 1 of its 3 processes ended")],
    ids=["all live on", "one dies"],
)
def test_a_service_without_a_main_process_never_settles_plainly(shipped: LabHost, third: str, verdict: str) -> None:
    shipped.write(f"{SHIPPED}/plain-several.service", SEVERAL % third, "0644")
    shipped.sh("systemctl daemon-reload")
    result = brought(shipped, units=["plain-several.service"], state="restarted", rollout={"min_healthy_time": "2s"})
    assert result.result["verdicts"]["plain-several.service"].startswith(verdict)
    assert result.failed is verdict.startswith("failed")
    assert result.failed or "plain-several.service not-judged" in str(result.result["warnings"])
