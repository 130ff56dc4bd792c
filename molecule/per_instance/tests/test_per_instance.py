# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of the settings of one instance concerns this instance alone: its process, its verdict, and its undo."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper

UNITS = "/etc/systemd/system"
DROP_IN = f"{UNITS}/sleeper@pdf.service.d/10-workers.conf"
CONFIG = "/etc/workers.systemd/sleeper"
SECRET = "correct-horse-battery"
# That which a worker prints.
PRINTED = "staple-in-the-journal"
# The instance whose queue has this name ends at once.
WORKER = ["/bin/sh", "-c", 'test "$QUEUE" != broken || exit 7; exec sleep infinity']
Own = dict[str, t.Any]


def queues(pdf: t.Optional[Own] = None, **more: t.Any) -> dict[str, t.Any]:
    """Three instances with names; ``pdf`` is what that of this name has of its own."""
    names = ["mail", "pdf", "video"]
    own = {"per_instance": {"pdf": pdf}} if pdf else {}
    return sleeper(**{"command": WORKER, "instances": names, **own, **more})


def same(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name, pid in before.items() if after.get(name) == pid}


def queue_of(lab: LabHost, instance: str) -> t.Optional[str]:
    return lab.environments("sleeper").get(instance, {}).get("QUEUE")


@pytest.fixture
def running(bare: LabHost) -> t.Iterator[LabHost]:
    result = bare.deploy(queues())
    assert not result.failed, result.msg
    yield bare
    bare.sh(f"rm -rf {UNITS}/sleeper*; systemctl daemon-reload")


CHANGES: dict[str, Own] = {
    "a variable": {"environment": {"QUEUE": "pdf"}},
    "a secret": {"secrets": {"TOKEN": SECRET}},
    "a directive": {"unit": {"Service": {"Nice": 5}}},
}


@pytest.mark.parametrize("own", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_one_restarts_that_one_alone(running: LabHost, own: Own) -> None:
    before = running.pids("sleeper")
    checked = running.deploy(queues(own), check=True)
    result = running.deploy(queues(own))
    assert not result.failed, result.msg
    assert checked.plan("sleeper") == result.plan("sleeper")
    assert [step for step in result.plan("sleeper") if step[0] != "write"] == [("restart", "sleeper@pdf.service")]
    with_own = running.pids("sleeper")
    assert same(before, with_own) == {"mail", "video"}
    assert not running.deploy(queues(own)).changed
    result = running.deploy(queues())
    assert not result.failed, result.msg
    assert same(with_own, running.pids("sleeper")) == {"mail", "video"}
    assert running.sh(f"find {UNITS} {CONFIG} -name '*pdf*'").split() == [
        f"{UNITS}/sleeper.target.wants/sleeper@pdf.service"
    ]


def test_the_instance_has_its_own_values_and_the_others_do_not(running: LabHost) -> None:
    own = {
        "environment": {"QUEUE": "pdf", "DB_POOL": 25},
        "secrets": {"TOKEN": SECRET},
        "limits": {"memory_max": "64M"},
        "unit": {"Service": {"UMask": "0027", "ReadOnlyPaths": "/srv"}, "Unit": {"Documentation": "man:sleep(1)"}},
    }
    result = running.deploy(queues(own, limits={"memory_max": "128M", "tasks_max": "99"}))
    assert not result.failed, result.msg
    environments = running.environments("sleeper")
    assert {name: one["QUEUE"] for name, one in environments.items()} == {"mail": "a", "pdf": "pdf", "video": "a"}
    assert {name for name, one in environments.items() if "TOKEN" in one or "DB_POOL" in one} == {"pdf"}
    for name, memory, umask in (("pdf", 64, "0027"), ("mail", 128, "0022")):
        shown = running.sh(f"systemctl show sleeper@{name} -p MemoryMax,TasksMax,UMask").split()
        assert sorted(shown) == [f"MemoryMax={memory << 20}", "TasksMax=99", f"UMask={umask}"]
    info = running.module("pools_info").result["pools"]["sleeper"]
    rows = {row["unit"]: row for row in info["instances"]}
    assert {row["generation"] for row in rows.values()} == {info["generation"]}
    assert {row["stale"] for row in rows.values()} == {""}
    assert rows["sleeper@mail.service"]["own_files"] == []
    assert rows["sleeper@pdf.service"]["own_files"] == [
        DROP_IN,
        f"{CONFIG}/environment:pdf.env",
        f"{CONFIG}/secrets:pdf.env",
    ]
    table = running.module("pools_info").result["table"]
    assert "with settings of their own: sleeper@pdf.service" in table


def test_a_limit_of_one_restarts_nobody_and_is_in_force(running: LabHost) -> None:
    before = running.pids("sleeper")
    result = running.deploy(queues({"limits": {"memory_max": "96M"}}))
    assert not result.failed, result.msg
    assert [step for step in result.plan("sleeper") if step[0] != "write"] == []
    assert running.pids("sleeper") == before
    group = "/sys/fs/cgroup$(systemctl show --value -p ControlGroup sleeper@{name})/memory.max"
    if "memory" in running.sh("cat /sys/fs/cgroup/cgroup.controllers", check=False):
        assert running.sh(f"cat {group.format(name='pdf')}").strip() == str(96 << 20)
        assert running.sh(f"cat {group.format(name='mail')}").strip() == "max"
    result = running.deploy(queues())
    assert not result.failed, result.msg
    assert running.pids("sleeper") == before
    assert running.sh("systemctl show --value -p MemoryMax sleeper@pdf").strip() == "infinity"


def test_a_bad_value_of_one_is_put_back_and_the_others_are_not_touched(running: LabHost) -> None:
    assert not running.deploy(queues({"environment": {"QUEUE": "pdf"}})).failed
    before, files = running.pids("sleeper"), running.files("sleeper")
    result = running.deploy(queues({"environment": {"QUEUE": "broken"}, "unit": {"Service": {"Nice": 7}}}))
    assert result.failed
    assert "sleeper@pdf.service: " in result.msg
    assert "is put back" in result.msg
    assert same(before, running.pids("sleeper")) == {"mail", "video"}
    assert queue_of(running, "pdf") == "pdf"
    assert running.files("sleeper") == files


def test_the_host_puts_one_back_when_the_run_dies(running: LabHost) -> None:
    assert not running.deploy(queues({"environment": {"QUEUE": "pdf"}})).failed
    before, files = running.pids("sleeper"), running.files("sleeper")
    slow = {"min_healthy_time": "30s"}
    worse = {"environment": {"QUEUE": "other"}, "unit": {"Service": {"UMask": "0027"}}}
    with running.deploying(queues(worse, rollout=slow), workers_confirm="2s") as deploy:
        running.until(lambda: queue_of(running, "pdf") == "other")
        running.sh(f"pkill -KILL --euid {running.owner} -f '[A]nsiballZ_'")
        deploy.kill()
        deploy.wait()
    running.until(lambda: running.files("sleeper") == files and queue_of(running, "pdf") == "pdf")
    assert same(before, running.pids("sleeper")) == {"mail", "video"}


def test_a_rollback_brings_one_back(running: LabHost) -> None:
    assert not running.deploy(queues({"environment": {"QUEUE": "one"}, "limits": {"memory_max": "64M"}})).failed
    assert not running.deploy(queues({"environment": {"QUEUE": "two"}})).failed
    before = running.pids("sleeper")
    result = running.module("rollback", pool="sleeper")
    assert not result.failed, result.msg
    after = running.pids("sleeper")
    assert same(before, after) == {"mail", "video"}
    assert queue_of(running, "pdf") == "one"
    assert running.sh("systemctl show --value -p MemoryMax sleeper@pdf").strip() == str(64 << 20)
    result = running.module("rollback", pool="sleeper")
    assert not result.failed, result.msg
    assert same(after, running.pids("sleeper")) == {"mail", "video"}
    assert queue_of(running, "pdf") == "a", "as before it had anything of its own"
    assert running.sh(f"ls -d {UNITS}/sleeper@pdf* {CONFIG}/*pdf*", check=False) == ""


def test_a_change_of_the_pool_reaches_all_and_a_crash_keeps_what_is_its_own(running: LabHost) -> None:
    own = {"environment": {"QUEUE": "pdf"}}
    assert not running.deploy(queues(own)).failed
    before = running.pids("sleeper")
    result = running.deploy(queues(own, unit={"Service": {"Nice": 3}}))
    assert not result.failed, result.msg
    assert same(before, running.pids("sleeper")) == set()
    assert running.sh("systemctl show --value -p Nice sleeper@pdf").strip() == "3"
    before = running.pids("sleeper")
    running.sh("systemctl kill -s KILL sleeper@pdf")
    running.until(lambda: running.pids("sleeper").get("pdf", before["pdf"]) != before["pdf"])
    running.until(lambda: queue_of(running, "pdf") == "pdf")
    assert not running.deploy(queues(own, unit={"Service": {"Nice": 3}})).changed


@pytest.mark.user_scope
def test_a_worker_that_hides_its_environment_is_known_as_stale(running: LabHost) -> None:
    """As PHP does with its title. Then the host tells by what it keeps itself."""
    hides = ["/usr/bin/python3", "-c", HIDE]
    assert not running.deploy(queues(command=hides)).failed
    for own in ({"environment": {"QUEUE": "pdf"}}, {"unit": {"Service": {"UMask": "0027"}}}, None):
        before = running.pids("sleeper")
        result = running.deploy(queues(own, command=hides))
        assert not result.failed, result.msg
        assert same(before, running.pids("sleeper")) == {"mail", "video"}
        assert not running.deploy(queues(own, command=hides)).changed


# prctl(2), PR_SET_MM: the environment of the process is an empty piece of memory then.
HIDE = (
    "import ctypes, time; libc = ctypes.CDLL(None); start = int(open('/proc/self/stat').read().split()[49]);"
    " end = int(open('/proc/self/stat').read().split()[50]); ctypes.memset(start, 0, end - start);"
    " time.sleep(10**6)"
)


def test_secrets_are_private_and_in_no_output(running: LabHost) -> None:
    own = {"secrets": {"TOKEN": SECRET}, "environment": {"QUEUE": "pdf"}}
    begun = running.sh("date +%s").strip()
    result = running.deploy(queues(own), check=True)
    assert SECRET not in str(result.result)
    assert "TOKEN: added" in str(result.result["diff"])
    for _again in range(2):
        result = running.deploy(queues(own))
        assert not result.failed, result.msg
        assert SECRET not in str(result.result)
    assert running.environments("sleeper")["pdf"]["TOKEN"] == SECRET
    modes = running.sh(f"stat -c '%a %U %n' {CONFIG}/*pdf* /var/lib/workers.systemd/generations/sleeper/*/*pdf*")
    assert {line.split()[0] for line in modes.splitlines()} == {"600"}
    holding = running.sh(f"grep -rl {SECRET} /etc /var/lib/workers.systemd /run 2>/dev/null | sort").split()
    assert holding
    assert {path.rpartition("/")[2] for path in holding} == {"secrets:pdf.env"}
    assert SECRET not in running.journal(f"--since @{begun}")
    says = {"secrets": {"TOKEN": PRINTED}, "environment": {"QUEUE": "broken"}}
    loud = ["/bin/sh", "-c", 'test "$QUEUE" != broken || { echo "token $TOKEN"; exit 7; }; exec sleep infinity']
    result = running.deploy(queues(says, command=loud))
    assert result.failed
    assert "token ********" in result.msg
    assert PRINTED not in str(result.result)


def test_credentials_of_one_replace_those_of_the_pool(running: LabHost) -> None:
    shown = {"A": "of-the-pool", "B": "of-all-of-them"}
    pool = queues({"secrets": {"A": "of-pdf-alone", "C": "also-of-pdf"}}, secrets=shown, secrets_as="credentials")
    result = running.deploy(pool)
    assert not result.failed, result.msg
    read = 'd=/run/credentials/sleeper@{name}.service; cd "$d"; for f in *; do echo "$f=$(cat "$f")"; done'
    assert running.sh(read.format(name="mail")).split() == ["A=of-the-pool", "B=of-all-of-them"]
    assert running.sh(read.format(name="pdf")).split() == ["A=of-pdf-alone", "B=of-all-of-them", "C=also-of-pdf"]
    assert not running.deploy(pool).changed
    before = running.pids("sleeper")
    result = running.deploy(queues({"secrets": {"A": "another"}}, secrets=shown, secrets_as="credentials"))
    assert not result.failed, result.msg
    assert same(before, running.pids("sleeper")) == {"mail", "video"}
    assert running.sh(read.format(name="pdf")).split() == ["A=another", "B=of-all-of-them"]


def test_wrong_input_is_refused_whole_with_its_place(running: LabHost) -> None:
    before, pids = running.tree(), running.pids("sleeper")
    wrong = {
        "pfd": {"environment": {"A": "1"}},
        "pdf": {
            "limits": {"memory_mx": "1G", "cpu_quota": "much"},
            "secrets": "TOKEN=not-for-anybody",
            "unit": {"Service": {"Nise": 5, "User": "nobody", "ExecStart": "/bin/true"}, "Unit": {"After": ""}},
        },
        "mail": {"environment": {"WORKERS_UNIT": "x"}, "queue": "mail"},
        "video": ["environment"],
    }
    result = running.deploy(sleeper(command=WORKER, instances=["mail", "pdf", "video"], per_instance=wrong))
    assert result.failed
    where = "pools[0] (sleeper).per_instance"
    for line in (
        f"{where}.pfd: found no instance of this name, expected one of mail, pdf, video (Did you mean pdf?)",
        f"{where}.pdf.limits.memory_mx: found an unknown option, expected an option that exists (Did you mean memory_",
        f"{where}.pdf.secrets: found str, expected a mapping",
        f"{where}.pdf.unit.Service.Nise: ",
        f"{where}.pdf.unit.Service.User: ",
        f"{where}.pdf.unit.Service.ExecStart: ",
        f"{where}.pdf.unit.Unit.After: ",
        f"{where}.mail.environment.WORKERS_UNIT: found a reserved name",
        f"{where}.mail.queue: found an unknown option",
        f"{where}.video: found list, expected a mapping of options",
    ):
        assert line in result.msg
    assert "not-for-anybody" not in str(result.result)
    assert (running.tree(), running.pids("sleeper")) == (before, pids)


def test_what_systemd_itself_refuses_of_one_is_refused_with_its_place(running: LabHost) -> None:
    before, pids = running.tree(), running.pids("sleeper")
    own = {"limits": {"memory_max": "many"}, "unit": {"Service": {"IOSchedulingClass": "fast"}}}
    for result in (running.deploy(queues(own)), running.deploy(queues(own), check=True)):
        assert result.failed
        assert "per_instance.pdf.limits.memory_max: " in result.msg
        assert "per_instance.pdf.unit.Service.IOSchedulingClass: " in result.msg
    assert (running.tree(), running.pids("sleeper")) == (before, pids)
    exposed = queues({"unit": {"Service": {"NoNewPrivileges": False}}}, hardening_max_exposure=1)
    result = running.deploy(exposed)
    assert result.failed
    assert "per_instance.pdf.hardening_max_exposure: found an exposure of " in result.msg


def test_numbers_name_the_instances_of_a_count(bare: LabHost) -> None:
    own = {"2": {"environment": {"QUEUE": "b"}}, "4": {"environment": {"QUEUE": "d"}}}
    result = bare.deploy(sleeper(per_instance=own))
    assert not result.failed, result.msg
    assert "per_instance.4: is not in use, for the pool has 2 instances now" in str(result.result["warnings"])
    before = bare.pids("sleeper")
    result = bare.deploy(sleeper(instances=4, per_instance=own))
    assert not result.failed, result.msg
    seen = {name: one["QUEUE"] for name, one in bare.environments("sleeper").items()}
    assert seen == {"1": "a", "2": "b", "3": "a", "4": "d"}
    assert same(before, bare.pids("sleeper")) == {"1", "2"}
    assert not bare.deploy(sleeper(instances=1, per_instance=own)).failed
    assert bare.sh(f"ls -d {UNITS}/sleeper@*.d {CONFIG}/*:*", check=False) == "", "the files go with the instances"
    assert bare.deploy(sleeper(per_instance={"0": {}, "x": {}, "01": {}})).msg.count("no number of an instance") == 3


def test_what_an_administrator_changes_of_the_same_instance_is_his(running: LabHost) -> None:
    override = f"{UNITS}/sleeper@pdf.service.d/override.conf"
    own = {"unit": {"Service": {"Nice": 5}}}
    assert not running.deploy(queues(own)).failed
    running.write(override, "[Service]\nNice=9\n", "0644")
    running.sh("systemctl daemon-reload; systemctl restart sleeper@pdf")
    result = running.deploy(queues(own))
    assert (result.failed, result.changed) == (False, False), result.msg
    assert f"rm {override} && systemctl daemon-reload" in str(result.result["warnings"])
    assert running.sh("systemctl show --value -p Nice sleeper@pdf").strip() == "9", "he has the last word"
    result = running.module(
        "unit_file", name="sleeper@pdf.service", drop_in="10-workers", sections={"Service": {"Nice": 9}}
    )
    assert f"name: found {DROP_IN}, of the pool sleeper" in result.msg
    assert not running.deploy(queues(own, state="absent")).failed
    assert running.sh(f"find {UNITS} -path '*sleeper*' -type f").split() == [override]


def test_a_file_of_somebody_else_in_its_place_is_refused(running: LabHost) -> None:
    running.sh(f"mkdir {UNITS}/sleeper@pdf.service.d")
    running.write(DROP_IN, "[Service]\nNice=9\n", "0644")
    before = running.tree()
    result = running.deploy(queues({"unit": {"Service": {"Nice": 5}}}))
    assert result.failed
    assert f"per_instance.pdf: found {DROP_IN}, which is not from this collection" in result.msg
    assert running.tree() == before


def test_a_removal_leaves_nothing(running: LabHost) -> None:
    own = {"environment": {"QUEUE": "pdf"}, "secrets": {"TOKEN": SECRET}, "unit": {"Install": {"WantedBy": "x.target"}}}
    assert not running.deploy(queues(own)).failed
    assert running.sh(f"ls {UNITS}/x.target.wants").split() == ["sleeper@pdf.service"]
    assert not running.deploy(purge=True).failed
    assert running.sh(f"find {UNITS} /etc/workers.systemd /var/lib/workers.systemd -name '*sleeper*'") == ""
    assert running.sh(f"ls -d {UNITS}/x.target.wants", check=False) == ""
    assert running.sh(f"grep -rl {SECRET} /etc /var/lib/workers.systemd", check=False) == ""
