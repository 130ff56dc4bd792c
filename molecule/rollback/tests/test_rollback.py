# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad version costs one instance and undoes itself, and a person can go back to any good version that is kept."""

from __future__ import annotations

import re
import shlex
import typing as t
from functools import partial

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    SPAWN_FAILED,
    About,
    JournalQuery,
    read_entries,
)
from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper

STORE = "/var/lib/workers.systemd/generations"
JOURNAL = "/var/lib/workers.systemd/journal"
BROKEN = ["/bin/sh", "-c", 'echo "cannot work with $TOKEN"; exit 3']
secretive = partial(
    sleeper,
    instances=3,
    secrets={"TOKEN": "a-long-secret-value"},
    rollout={"min_healthy_time": "500ms", "max_parallel": "1"},
)


def kept(lab: LabHost) -> list[tuple[int, str]]:
    rows = lab.module("pools_info").result["pools"]["sleeper"]["generations"]
    return [(row["number"], row["state"]) for row in rows]


@pytest.mark.user_scope
def test_a_bad_version_costs_the_canary_and_is_put_back(bare: LabHost) -> None:
    good = bare.deploy(secretive())
    files, pids = bare.files("sleeper"), bare.pids("sleeper")
    result = bare.deploy(secretive(command=BROKEN), {**secretive(), "name": "fine"})
    after = bare.pids("sleeper")
    assert result.failed
    assert bare.files("sleeper") == files
    assert {name for name in pids if after.get(name) == pids[name]} == {"2", "3"}
    assert after["1"]

    pool = result.result["pools"]["sleeper"]
    assert pool["rolled_back_to"] == {"number": 1, "id": good.result["pools"]["sleeper"]["generation"]}
    assert (pool["number"], pool["generation"] != good.result["pools"]["sleeper"]["generation"]) == (2, True)
    assert pool["revert"] == {"sleeper@1.service": "settled: ran 0.5 s without a restart"}
    assert f"generation 2 ({pool['generation']}) is bad, generation 1" in result.msg
    assert "cannot work with ********" in result.msg
    assert kept(bare) == [(1, "good"), (2, "bad")]
    assert len(bare.pids("fine")) == 3, "the other pool keeps its new version"
    assert not bare.deploy(secretive()).changed
    assert bare.sh(f"ls {JOURNAL}", check=False) == ""


# Of any local user: to journald's socket, about a unit, with the message that systemd has for a command that cannot be
# executed (SD_MESSAGE_SPAWN_FAILED), as a process that is gone when journald looks whose it was.
FORGER = """\
import os, socket, time
line = "\\u2028".join(["forged", "{", "[" * 5000, chr(0x85)])
fields = f"MESSAGE_ID=641257651c1b4ec9a8624d7a40a9e1e7\\nUNIT=sleeper@1.service\\nMESSAGE={line}\\nEXIT_CODE=x\\n"
while True:
    if not os.fork():
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
            journald.sendto(fields.encode(), "/run/systemd/journal/socket")
        os._exit(0)
    os.wait()
    time.sleep(0.01)
"""


def test_what_anybody_writes_to_the_journal_does_not_stop_it(bare: LabHost) -> None:
    good = bare.deploy(secretive())
    files, pids = bare.files("sleeper"), bare.pids("sleeper")
    bare.write("/tmp/forger.py", FORGER, "0644")
    bare.sh("systemd-run --quiet --unit=forger --uid=nobody python3 /tmp/forger.py")
    broken = ["/bin/sh", "-c", "printf 'no \\342\\200\\250Redis, $TOKEN\\n'; exit 3"]
    try:
        result = bare.deploy(secretive(command=broken))
    finally:
        bare.sh("systemctl stop forger; rm /tmp/forger.py")
    after = bare.pids("sleeper")
    assert result.failed
    assert (bare.files("sleeper"), after["2"], after["3"]) == (files, pids["2"], pids["3"])
    assert result.result["pools"]["sleeper"]["rolled_back_to"]["id"] == good.result["pools"]["sleeper"]["generation"]
    assert "is bad, generation 1" in result.msg
    assert r"no \u2028Redis" in result.msg
    forged = bare.journal(f"--output=cat {SPAWN_FAILED} UNIT=sleeper@1.service _UID=65534")
    asked = JournalQuery(About.ALL, ("sleeper@1.service",), 0, 1000).argv(None)
    answer = read_entries(bare.sh(shlex.join(asked)))
    assert "forged" in forged
    assert answer
    assert not [one for one in answer if "forged" in one["MESSAGE"]]
    assert kept(bare) == [(1, "good"), (2, "bad")]


def test_the_same_bad_version_again_costs_one_instance_again(bare: LabHost) -> None:
    bare.deploy(secretive())
    files, pids = bare.files("sleeper"), bare.pids("sleeper")
    for _ in range(2):
        assert bare.deploy(secretive(command=BROKEN)).failed
    after = bare.pids("sleeper")
    assert (after["2"], after["3"], bare.files("sleeper")) == (pids["2"], pids["3"], files)
    assert kept(bare) == [(1, "good"), (2, "bad")], "trying again does not push good ones out"


def test_the_instances_go_back_too(bare: LabHost) -> None:
    bare.deploy(secretive())
    files, pids = bare.files("sleeper"), bare.pids("sleeper")
    bare.deploy(secretive(command=BROKEN, instances=["1", "x"]))
    after = bare.pids("sleeper")
    assert (sorted(after), bare.files("sleeper")) == (["1", "2", "3"], files)
    assert after["1"] == pids["1"], "what is missing is started first, and nothing else when that fails"


def test_a_first_version_that_is_bad_leaves_nothing(bare: LabHost) -> None:
    result = bare.deploy(secretive(command=BROKEN))
    assert result.failed
    assert "its files are removed" in result.msg
    assert result.result["pools"]["sleeper"]["rolled_back_to"] is None
    assert bare.files("sleeper") == ""
    assert bare.sh("systemctl list-units --all --plain --no-legend 'sleeper*'") == ""
    assert bare.sh(f"find {STORE} -path '*sleeper*'; ls {JOURNAL}", check=False) == ""
    assert bare.sh("find /etc/systemd -name 'workers-*'") == "", "nor the units that serve all pools"
    assert not bare.deploy(secretive()).failed


def test_a_hand_made_change_is_put_back_with_the_rest(bare: LabHost) -> None:
    bare.deploy(secretive())
    files = bare.files("sleeper")
    bare.sh("echo '# by hand' >> /etc/systemd/system/sleeper@.service; systemctl daemon-reload")
    assert bare.deploy(secretive(command=BROKEN)).failed
    assert bare.files("sleeper") == files


def test_a_revert_that_fails_is_told(bare: LabHost) -> None:
    bare.write("/usr/local/bin/worker", "#!/bin/sh\nexec sleep infinity\n")
    bare.deploy(secretive(command=["/usr/local/bin/worker"]))
    bare.write("/usr/local/bin/worker", "#!/bin/sh\nexit 1\n")
    result = bare.deploy(secretive(command=["/usr/local/bin/worker", "new"]))
    assert result.failed
    assert "putting back generation 1" in result.msg
    assert "failed: sleeper@1.service" in result.msg


def test_what_is_watched_cannot_go_back_and_is_seen(bare: LabHost) -> None:
    """After the release link goes back, exactly the instance that ran the bad release is restarted."""
    for release, text in (("1", "exec sleep infinity"), ("2", "exit 1")):
        bare.sh(f"mkdir -p /srv/releases/{release}")
        bare.write(f"/srv/releases/{release}/worker", f"#!/bin/sh\n{text}\n")
    pool = secretive(command=["/srv/current/worker"], watch=["/srv/current"])
    bare.sh("ln -sfn releases/1 /srv/current")
    bare.deploy(pool)
    pids = bare.pids("sleeper")
    bare.sh("ln -sfn releases/2 /srv/current")
    result = bare.deploy(pool)
    assert "putting back generation 1" in result.msg
    assert "/srv/current led to releases/1, and leads to releases/2 now" in result.msg
    bare.sh("ln -sfn releases/1 /srv/current")
    assert not bare.deploy(pool).failed
    after = bare.pids("sleeper")
    assert (after["2"], after["3"]) == (pids["2"], pids["3"])
    assert not bare.deploy(pool).changed


def test_secrets_are_as_private_as_the_live_ones(bare: LabHost) -> None:
    bare.deploy(secretive())
    assert set(bare.sh(f"find {STORE} -type d -printf '%m %u\\n'").splitlines()) == {f"700 {bare.owner}"}
    assert set(bare.sh(f"find {STORE} -type f -printf '%m %u\\n'").splitlines()) == {f"600 {bare.owner}"}
    ours = "/etc/workers.systemd /var/lib/workers.systemd /run/workers.systemd"
    holders = bare.sh(f"grep -rlF a-long-secret-value /etc {ours} | sort -u").split()
    assert holders == ["/etc/workers.systemd/sleeper/secrets", f"{STORE}/sleeper/1/secrets"]
    result = bare.module("rollback", pool="sleeper", generation="1", check=True)
    assert "a-long-secret-value" not in str(result.result)


def test_five_are_kept(bare: LabHost) -> None:
    for queue in "abcdef":
        bare.deploy(secretive(queue, instances=0))
    assert kept(bare) == [(number, "good") for number in range(2, 7)]


def test_a_pool_takes_its_generations_with_it(bare: LabHost) -> None:
    bare.deploy(secretive(), {**secretive(), "name": "other"})
    bare.deploy({"name": "sleeper", "state": "absent"})
    assert bare.sh(f"ls {STORE}").split() == ["other"]
    bare.deploy(purge=True)
    assert bare.sh(f"ls -A {STORE}") == ""


def test_what_a_killed_removal_left_goes_with_the_next_purge(bare: LabHost) -> None:
    bare.sh(f"mkdir -p {STORE}/gone/1; echo x > {STORE}/gone/1/secrets")
    bare.deploy(purge=True)
    assert bare.sh(f"ls -A {STORE}") == ""


# ---- on request


def test_a_rollback_goes_to_the_version_before_and_restarts_in_batches(bare: LabHost) -> None:
    bare.deploy(secretive("a"))
    files = bare.files("sleeper")
    bare.deploy(secretive("b", instances=2))
    two = bare.pids("sleeper")
    said = bare.module("rollback", pool="sleeper", check=True)
    assert bare.pids("sleeper") == two
    assert "QUEUE: changed" in str(said.result["diff"])
    result = bare.module("rollback", pool="sleeper")
    assert not result.failed
    assert said.plan("sleeper") == result.plan("sleeper")
    assert bare.files("sleeper") == files
    assert sorted(bare.pids("sleeper")) == ["1", "2", "3"]
    assert result.result["pools"]["sleeper"]["number"] == 3
    assert kept(bare) == [(1, "good"), (2, "good"), (3, "good")]
    assert not bare.deploy(secretive("a")).changed
    assert not bare.module("rollback", pool="sleeper", generation="1").changed


def test_a_rollback_to_a_given_one(bare: LabHost) -> None:
    ids = [bare.deploy(secretive(queue)).result["pools"]["sleeper"]["generation"] for queue in "abc"]
    result = bare.module("rollback", pool="sleeper", generation=ids[0])
    assert result.result["pools"]["sleeper"]["generation"] == ids[0]
    assert not bare.module("rollback", pool="sleeper", generation=1).changed
    assert not bare.deploy(secretive("a")).changed


def test_a_rollback_that_would_bring_nothing_back_is_refused(bare: LabHost) -> None:
    """A release link belongs to somebody else: put back first, it brings exactly its version."""
    for release in ("1", "2"):
        bare.sh(f"mkdir -p /srv/releases/{release}")
        bare.write(f"/srv/releases/{release}/worker", f"#!/bin/sh\n: {release}\nexec sleep infinity\n")
    pool = secretive(command=["/srv/current/worker"], watch=["/srv/current"], instances=1)
    for release in ("1", "2"):
        bare.sh(f"ln -sfn releases/{release} /srv/current")
        assert bare.deploy(pool).changed
    before, pids = bare.files("sleeper"), bare.pids("sleeper")
    for check in (True, False):
        result = bare.module("rollback", pool="sleeper", check=check)
        assert result.failed
        assert "/srv/current led to releases/1, and leads to releases/2 now" in result.msg
        assert "Point /srv/current to releases/1 first" in result.msg
    assert (bare.files("sleeper"), bare.pids("sleeper")) == (before, pids)
    assert not bare.deploy(pool).changed, "nothing is left half done"

    # A release is never quite as it was: its caches are made anew, say.
    bare.sh("ln -sfn releases/1 /srv/current; touch /srv/releases/1/cache")
    assert not bare.module("rollback", pool="sleeper").failed
    assert bare.pids("sleeper") != pids

    # Where the pool itself goes back, too, what does not is told.
    bare.sh("ln -sfn releases/2 /srv/current")
    assert bare.deploy({**pool, "environment": {"QUEUE": "b"}}).changed
    result = bare.module("rollback", pool="sleeper")
    assert (result.failed, result.changed) == (False, True)
    warnings = " ".join(result.result["warnings"])
    assert "/srv/current led to releases/1, and leads to releases/2 now, which is not put back" in warnings


def test_a_rollback_that_fails_undoes_itself(bare: LabHost) -> None:
    bare.write("/usr/local/bin/worker", "#!/bin/sh\nexec sleep infinity\n")
    bare.deploy(secretive(command=["/usr/local/bin/worker"]))
    bare.deploy(secretive("b"))
    files = bare.files("sleeper")
    bare.sh("rm /usr/local/bin/worker")
    result = bare.module("rollback", pool="sleeper")
    assert result.failed
    assert result.result["pools"]["sleeper"]["rolled_back_to"]["number"] == 2
    assert bare.files("sleeper") == files


CRASHES = """#!/bin/sh
[ -e /run/crashes ] || exec sleep infinity
sleep 0.$(shuf -i 600-900 -n 1)
exit 3
"""


def test_the_crashes_of_the_version_before_are_not_those_of_the_one_that_replaces_it(bare: LabHost) -> None:
    """Each instance dies once in a second or less. Some die between the look at them and their restart."""
    bare.write("/usr/local/bin/crashes", CRASHES)
    many = partial(
        sleeper, instances=60, hardening="off", rollout={"min_healthy_time": "300ms", "max_parallel": "100%"}
    )
    try:
        for _round in range(3):
            bare.sh("rm -f /run/crashes")
            assert not bare.deploy(many(command="/usr/local/bin/crashes")).failed
            bare.sh("touch /run/crashes; systemctl kill --signal=KILL 'sleeper@*'")
            result = bare.deploy(many())
            assert not result.failed, result.msg
    finally:
        bare.sh("rm -f /run/crashes /usr/local/bin/crashes")


REFUSED = {
    "a pool that is not there": ({"pool": "slepeer"}, "expected one of sleeper"),
    "a generation that is not there": ({"pool": "sleeper", "generation": "9"}, "which is not kept"),
    "a bad one": ({"pool": "sleeper", "generation": "2"}, "which is bad"),
    "none before": ({"pool": "sleeper"}, "none before the present one"),
}


@pytest.mark.parametrize(("options", "told_of"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_gone_back_to_is_told_with_what_there_is(
    bare: LabHost, options: dict[str, t.Any], told_of: str
) -> None:
    bare.deploy(secretive())
    bare.deploy(secretive(command=BROKEN))
    before = bare.tree()
    result = bare.module("rollback", **options)
    assert result.failed
    assert told_of in result.msg
    if options["pool"] == "sleeper":
        assert re.search(r"Kept of sleeper: 1 \(\w+\) good, 2 \(\w+\) bad", result.msg)
    assert bare.tree() == before


# ---- killed in the middle


def test_a_killed_deploy_is_told_and_taken_up_by_the_next(bare: LabHost) -> None:
    slow = {"min_healthy_time": "2s", "max_parallel": "1"}
    bare.deploy(secretive("a"))
    old = bare.pids("sleeper")
    with bare.deploying(secretive("b", rollout=slow)) as deploy:
        bare.until(lambda: bare.pids("sleeper").get("1", old["1"]) != old["1"])
        bare.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    assert kept(bare) == [(1, "good"), (2, "applying")]
    first = bare.pids("sleeper")["1"]
    result = bare.deploy(secretive("b"))
    assert "sleeper (1 to 2)" in result.result["resumed"]
    assert kept(bare) == [(1, "good"), (2, "good")]
    assert bare.pids("sleeper")["1"] == first, "what the killed run restarted is judged and not restarted again"
    assert "sleeper@1.service" in result.result["pools"]["sleeper"]["verdicts"]
    again = bare.deploy(secretive("b"))
    assert ("resumed" in again.result, again.changed) == (False, False)


def test_after_a_killed_deploy_the_old_version_can_be_deployed(bare: LabHost) -> None:
    bare.deploy(secretive("a"))
    files, old = bare.files("sleeper"), bare.pids("sleeper")
    with bare.deploying(secretive("b", rollout={"min_healthy_time": "5s", "max_parallel": "1"})) as deploy:
        bare.until(lambda: bare.pids("sleeper").get("1", old["1"]) != old["1"])
        bare.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    result = bare.deploy(secretive("a"))
    after = bare.pids("sleeper")
    assert not result.failed
    assert (bare.files("sleeper"), after["2"], after["3"]) == (files, old["2"], old["3"])
    assert kept(bare) == [(1, "good"), (2, "bad")]
