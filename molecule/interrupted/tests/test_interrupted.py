# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deploy that was killed is finished by the next one, which restarts exactly the instances that are still stale."""

from __future__ import annotations

import secrets
import typing as t
from functools import partial

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.plays import Playing
from tests.helpers.pools import queues, sleeper

COUNT = 6
# The host helps itself when a run is dead for so long: a busy machine is slower than that otherwise.
PATIENT = {"workers_confirm": "10m"}
one_by_one = partial(sleeper, instances=COUNT, rollout={"min_healthy_time": "2s", "max_parallel": "1"})


def killed(lab: LabHost, pool: dict[str, t.Any], when: t.Callable[[], bool]) -> None:
    """A deploy of a pool that is killed then."""
    with lab.deploying(pool, **PATIENT) as deploy:
        lab.until(when)
        lab.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()


def killed_half_way(lab: LabHost) -> None:
    lab.deploy(one_by_one("old"))
    killed(lab, one_by_one("new"), lambda: "new" in queues(lab).values())


def finishing(stale: set[str]) -> list[tuple[str, str]]:
    """A restart for the stale ones, and a verdict on the others, which nobody lived to judge."""
    names = [str(number) for number in range(1, COUNT + 1)]
    restarts = [("restart", f"sleeper@{name}.service") for name in names if name in stale]
    return restarts + [("judge", f"sleeper@{name}.service") for name in names if name not in stale]


def test_killed_between_two_restarts(bare: LabHost) -> None:
    killed_half_way(bare)
    now, pids = queues(bare), bare.pids("sleeper")
    stale = {name for name, queue in now.items() if queue == "old"}
    assert 0 < len(stale) < COUNT
    result = bare.deploy(one_by_one("new", rollout={"min_healthy_time": "0"}))
    assert result.plan("sleeper") == finishing(stale)
    after = bare.pids("sleeper")
    assert {name for name in after if after[name] != pids[name]} == stale
    assert set(queues(bare).values()) == {"new"}


LEFT_BEHIND = {
    "the environment file was written": "sed -i 's/old/new/' /etc/workers.systemd/sleeper/environment",
    "the unit was written and not read": (
        "sed -i 's/^Description=.*/Description=Other/' /etc/systemd/system/sleeper@.service;"
        " touch /run/workers.systemd/reload-pending"
    ),
}


@pytest.mark.parametrize("script", LEFT_BEHIND.values(), ids=LEFT_BEHIND.keys())
def test_killed_before_anything_was_told_to_systemd(bare: LabHost, script: str) -> None:
    bare.deploy(one_by_one("old"))
    bare.sh(script)
    result = bare.deploy(one_by_one("new", rollout={"min_healthy_time": "0", "max_parallel": "100%"}))
    assert not result.failed
    assert set(queues(bare).values()) == {"new"}
    assert len(queues(bare)) == COUNT
    assert bare.sh("systemctl show -p NeedDaemonReload sleeper@1").strip() == "NeedDaemonReload=no"
    assert not bare.deploy(one_by_one("new", rollout={"min_healthy_time": "0", "max_parallel": "100%"})).changed


def test_a_restart_by_hand_is_taken_into_account(bare: LabHost) -> None:
    """Between a killed run and the next one somebody restarts an instance: it is not restarted again."""
    killed_half_way(bare)
    bare.sh("systemctl restart sleeper@6")
    stale = [name for name, queue in queues(bare).items() if queue == "old"]
    assert "6" not in stale
    result = bare.deploy(one_by_one("new", rollout={"min_healthy_time": "0"}))
    assert result.plan("sleeper") == finishing(set(stale))


def test_the_lock_of_a_killed_run_is_gone(bare: LabHost) -> None:
    killed(bare, one_by_one("old"), lambda: bool(bare.pids("sleeper")))
    assert not bare.deploy(one_by_one("old")).failed


DECIDES = "/run/decides"
SLOW = f"""#!/bin/sh
touch {DECIDES}
sleep 4
exec /usr/bin/systemd-analyze "$@"
"""


def test_a_second_attempt_waits_for_the_first_one_that_still_decides(bare: LabHost) -> None:
    """The connection may be lost before anything is changed, and the action asks again under the same token."""
    bare.deploy(one_by_one("old"))
    pids = bare.pids("sleeper")
    bare.write("/usr/local/sbin/systemd-analyze", SLOW)
    asked = {
        "pools": [one_by_one("new", rollout={"min_healthy_time": "300ms", "max_parallel": "100%"})],
        # The host remembers each for a day, and this may not be the first time that the scenario runs on it.
        "_follow": secrets.token_hex(8),
    }
    attempt = {"workers.systemd.pools": asked, "async": 300, "poll": 0}
    try:
        said = bare.raw(
            [
                {**attempt, "register": "first"},
                {"ansible.builtin.wait_for": {"path": DECIDES, "timeout": 60}},
                {**attempt, "register": "second"},
                *(
                    {
                        "ansible.builtin.async_status": {"jid": f"{{{{ {name}.ansible_job_id }}}}"},
                        "register": "told",
                        "until": "told is finished",
                        "delay": 1,
                        "retries": 240,
                    }
                    for name in ("first", "second")
                ),
            ]
        )
    finally:
        bare.sh(f"rm -f /usr/local/sbin/systemd-analyze {DECIDES}")
    assert "failed=0" in said, said
    assert set(queues(bare).values()) == {"new"}
    assert not set(bare.pids("sleeper").values()) & set(pids.values())
    assert len(bare.sh("ls /var/lib/workers.systemd/generations/sleeper").split()) == 2, "one deploy, not two"


# ---- the host reboots under a running play

STARTS = "/var/tmp/starts"


def counted(queue: str, **more: t.Any) -> dict[str, t.Any]:
    """A pool that writes down each start. The host watches it for 3 s when it puts it back."""
    command = ["/bin/sh", "-c", f'echo "$QUEUE" >> {STARTS}; exec sleep infinity']
    defaults = {"command": command, "hardening": "off", "rollout": {"min_healthy_time": "3s"}}
    return sleeper(queue, **{**defaults, **more})


def rebooted_in(lab: LabHost, playing: t.ContextManager[Playing], happened: t.Callable[[], bool]) -> str:
    """What a play says whose host loses its power in the middle."""
    with playing as play:
        lab.until(happened)
        lab.sh(f"rm -f {STARTS}; sync")
        lab.cut()
        assert play.wait() != 0
    assert "has been deploying since" not in play.played.said
    assert "can't cd" not in play.played.said
    return play.played.said.replace(f"{lab.owner}/", "")


@pytest.mark.user_scope
def test_a_play_says_that_its_host_rebooted_and_starts_nothing_anew(bare: LabHost) -> None:
    bare.deploy(counted("old"))
    slow = counted("new", rollout={"min_healthy_time": "60s"})
    said = rebooted_in(bare, bare.deploying(slow), lambda: "new" in queues(bare).values())
    assert "the host rebooted during the rollout and has put sleeper back to generation 1" in said, said
    assert queues(bare) == {"1": "old", "2": "old"}
    assert "new" not in bare.sh(f"cat {STARTS}")
    assert "died, and the host put back" in bare.deploy(counted("old")).result["resumed"]


def test_a_reboot_in_a_rollback(bare: LabHost) -> None:
    """A stop that takes long keeps the rollback busy."""
    stubborn = ["/bin/sh", "-c", "trap '' TERM; while sleep 1; do :; done"]
    bare.deploy(counted("first", rollout={"min_healthy_time": "300ms"}))
    bare.deploy(counted("second", command=stubborn, rollout={"min_healthy_time": "300ms"}))
    written = "grep first /etc/workers.systemd/sleeper/environment"
    said = rebooted_in(
        bare,
        bare.playing([{"workers.systemd.rollback": {"pool": "sleeper"}}]),
        lambda: bare.sh(written, check=False) != "",
    )
    assert "the host rebooted during the rollout and has put sleeper back to generation 2" in said, said
    assert queues(bare) == {"1": "second", "2": "second"}


def test_a_reboot_in_a_restart(bare: LabHost) -> None:
    """It changes no version, so the host has nothing to put back."""
    bare.deploy(counted("old"))
    before = bare.pids("sleeper")
    slow = {"min_healthy_time": "60s", "max_parallel": 1}
    restart = {"units": ["sleeper@1", "sleeper@2"], "state": "restarted", "rollout": slow}
    said = rebooted_in(
        bare,
        bare.playing([{"workers.systemd.instances": restart}]),
        lambda: bare.pids("sleeper").get("1", before["1"]) != before["1"],
    )
    assert "the host rebooted during the rollout" in said, said
    assert "no version of a pool was half deployed" in said, said
    assert bare.sh(f"cat {STARTS}").split() == ["old"] * 2
