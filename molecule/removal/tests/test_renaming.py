# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool goes after the pools of the same run have settled. When one does not settle, no pool goes."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost

CONFIRM = 2
JOURNAL = "/var/lib/workers.systemd/journal"
MODULE = "-f '[A]nsiballZ_'"
ABSENT = {"name": "mail", "state": "absent"}


def pool(name: str, **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "command": ["/bin/sleep", "infinity"], "instances": 2, "secrets": {"TOKEN": "x" * 20}, **more}


def traces(lab: LabHost, name: str) -> str:
    """Files and units. systemd forgets the name of a unit that has no file and does not run when it likes."""
    return lab.sh(
        f"find /etc/systemd /etc/workers.systemd /var/lib/workers.systemd -name '*{name}*';"
        f" systemctl list-units --all --plain --no-legend '{name}*' | grep -v ' not-found inactive '",
        check=False,
    )


def shared(lab: LabHost) -> str:
    """The units that serve all pools: the files, and what is enabled."""
    return lab.sh("cd /etc/systemd/system; sha256sum workers-*; find . -path './*.wants/workers-*' | sort")


# how the new version ends; what the run does about it
BAD = {
    "put back": pool("post", command=["/bin/false"]),
    "left": pool("post", command=["/bin/false"], rollout={"min_healthy_time": "300ms", "on_failure": "stop"}),
}


@pytest.mark.parametrize("new", BAD.values(), ids=BAD)
@pytest.mark.parametrize("by", ["purge", "absent"])
def test_a_renamed_pool_whose_new_version_is_bad_keeps_its_workers(
    bare: LabHost, new: dict[str, t.Any], by: str
) -> None:
    bare.deploy(pool("mail"))
    pids, files = bare.pids("mail"), bare.files("mail")

    result = bare.deploy(*([new] if by == "purge" else [ABSENT, new]), purge=by == "purge")
    assert result.failed
    assert "not removed, because the run failed: mail" in result.msg
    assert result.result["pools"]["mail"]["removed"] is False
    assert (bare.pids("mail"), bare.files("mail")) == (pids, files)
    assert bare.sh("ls /var/lib/workers.systemd/generations/mail") == "1\n", "the version to go back to"
    assert bare.sh(f"ls {JOURNAL}", check=False) == "", "nothing is left to the host"
    assert not bare.deploy(pool("mail"), pool("post"), purge=True).failed
    assert bare.pids("mail") == pids


def test_a_renamed_pool_goes_when_its_successor_has_settled(bare: LabHost) -> None:
    bare.deploy(pool("mail"))
    pids = bare.pids("mail")
    seen: list[bool] = []
    with bare.deploying(pool("post", rollout={"min_healthy_time": "3s"}), workers_purge=True) as deploy:
        bare.until(lambda: len(bare.pids("post")) == 2)
        seen.append(bare.pids("mail") == pids)
        deploy.wait()
    assert seen == [True], "the previous pool works until then"
    assert traces(bare, "mail") == ""
    assert len(bare.pids("post")) == 2
    after = shared(bare)
    assert not bare.deploy(pool("post"), purge=True).changed
    assert shared(bare) == after


def test_the_check_tells_both_parts(bare: LabHost) -> None:
    bare.deploy(pool("mail"))
    planned = bare.deploy(pool("post"), purge=True, check=True)
    result = bare.deploy(pool("post"), purge=True)
    for name in ("post", "mail"):
        assert planned.plan(name) == result.plan(name)
    assert planned.result["host_plan"] == result.result["host_plan"]
    assert result.result["pools"]["mail"]["removed"] is True


def test_a_renaming_that_is_killed_before_the_verdict_keeps_the_previous_pool(bare: LabHost) -> None:
    bare.deploy(pool("mail"))
    pids, files = bare.pids("mail"), bare.files("mail")
    new = pool("post", rollout={"min_healthy_time": "60s"})
    with bare.deploying(new, workers_purge=True, workers_confirm=f"{CONFIRM}s") as deploy:
        bare.until(lambda: len(bare.pids("post")) == 2)
        bare.sh(f"pkill -KILL {MODULE}")
        deploy.wait()
    bare.until(lambda: traces(bare, "post") == "")
    bare.until(lambda: '"undone"' in bare.sh(f"cat {JOURNAL}"))
    assert (bare.pids("mail"), bare.files("mail")) == (pids, files)
    after = shared(bare)
    assert not bare.deploy(pool("mail")).changed
    assert shared(bare) == after


def test_a_renaming_that_is_killed_during_the_removal_keeps_the_new_pool(bare: LabHost) -> None:
    stubborn = ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"]
    bare.deploy(pool("mail", command=stubborn, unit={"Service": {"TimeoutStopSec": "5s"}}))
    with bare.deploying(pool("post"), workers_purge=True, workers_confirm=f"{CONFIRM}s") as deploy:
        bare.until(lambda: "deactivating" in bare.sh("systemctl list-units --all --no-legend 'mail@*'"))
        pids = bare.pids("post")
        bare.sh(f"pkill -KILL {MODULE}")
        deploy.wait()
    bare.until(lambda: traces(bare, "mail") == "")
    bare.until(lambda: '"undone"' in bare.sh(f"cat {JOURNAL}"))
    assert (len(pids), bare.pids("post")) == (2, pids)
    after = shared(bare)
    assert not bare.deploy(pool("post"), purge=True).changed
    assert shared(bare) == after


def test_a_directory_that_goes_with_the_previous_pool_is_refused(bare: LabHost) -> None:
    """systemd removes /run/lab-1 when mail@1 stops, although post@1 uses it then."""
    bare.deploy(pool("mail", runtime_directory="lab-%i"))
    pids = bare.pids("mail")
    result = bare.deploy(pool("post", runtime_directory="lab-%i"), purge=True)
    assert result.failed
    assert "/run/lab-1, which the stop of mail removes" in result.msg
    assert (bare.pids("mail"), bare.pids("post")) == (pids, {})
