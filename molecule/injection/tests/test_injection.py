# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile input on a real host: one clear refusal, or exact arrival, and nothing anywhere else."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from lab import collection
from tests.corpus.injection import (
    KEYS,
    OTHERS,
    PLACES,
    PLACES_OF_TIMER,
    SECRET,
    TEXTS,
    Params,
    as_ansible_hands_it_on,
    timer_with,
    with_key,
    with_value,
)
from tests.helpers.lab_host import LabHost, TaskResult
from tests.oracle.hostile import carried, surrogates

# Names, modes and owners, sizes and times of files; without what systemd, journald and Ansible's connection write.
SNAPSHOT = r"""
find / -xdev \( -path /var/log/journal -o -path /var/log/wtmp -o -path /var/log/lastlog -o -path '/tmp/.ansible-*' \
  -o -path /root/.ansible \) -prune \
  -o -type d -printf '%p %m %u:%g\n' -o -printf '%p %m %u:%g %s %T@ %l\n' | sort
find /run -xdev \( -path /run/log -o -path /run/workers.systemd -o -path '/run/systemd/[ujgp]*' \
  -o -path /run/systemd/systemd-units-load \) -prune -o -printf '%p %m %u:%g\n' | sort
"""
# The kernel's own copies of what a process got, by pool and instance.
DUMP = """\
#!/usr/bin/python3 -I
import os, sys
for what in "cmdline", "environ":
    path = f"/tmp/dump/{sys.argv[1]}.{what}"
    with open("/proc/self/" + what, "rb") as ours, open(f"{path}.{os.getpid()}", "wb") as file:
        file.write(ours.read())
    # Several checks run at the same time.
    os.replace(file.name, path)
with open(f"/tmp/dump/{sys.argv[1]}.who", "w") as file:
    file.write(f"{os.getuid()} {os.getgid()} {os.getcwd()}")
os.execv("/bin/sleep", ["sleep", "infinity"])
"""
CHECK = DUMP.replace("infinity", "0")
# To the playbook of a test these are templates, which a test of its own is about, and no playbook can hold surrogates.
TEMPLATES = ("{{", "{%", "{#")
GIVEN = tuple(text for text in TEXTS if not text.startswith(TEMPLATES) and not surrogates(text))
FOLDER, WATCHED = "/srv/$HOME `id` %n %%", "/srv/$HOME `id` %% *"
HARMLESS_ON_HOST: Params = {"name": "harmless", "command": ["/usr/local/bin/dump", "harmless"], "user": "www-data"}


@pytest.fixture
def clean(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"mkdir -p -m 1777 /tmp/dump; rm -f /tmp/dump/* /run/canary; mkdir -p '{FOLDER}' '{WATCHED}'")
    bare.write("/usr/local/bin/dump", DUMP)
    bare.write("/usr/local/bin/check", CHECK)
    yield bare
    bare.sh("rm -rf /tmp/dump /srv/* /usr/local/bin/liar /usr/local/bin/dump /usr/local/bin/check /etc/lab-*")


def refused() -> t.Iterator[tuple[Params, set[str]]]:
    """Pools that cannot be meant, and the places in them that are at fault."""
    keyed = (with_key(place, key) for place in KEYS for key in GIVEN)
    valued = (with_value(place, value) for place in PLACES for value in (*GIVEN, *OTHERS))
    for pool in (*keyed, *valued):
        handed_on, _errors = as_ansible_hands_it_on(pool)
        problems = understand([handed_on])[1] if handed_on else []
        if problems:
            yield pool, {one.parts["where"] for one in problems}


def test_every_hostile_pool_is_refused_with_its_place_and_nothing_changes(clean: LabHost) -> None:
    hostile = list(refused())
    assert len(hostile) > 1000
    # Each is a process of its own, which forks to ask the kernel what its user may do.
    some = hostile[::150]
    before = clean.sh(SNAPSHOT)
    result = called(clean, [("pools", {"pools": [pool]}) for pool, _places in some])
    assert clean.sh(SNAPSHOT) == before
    for (pool, places), one in zip(some, result):
        assert_refused(one)
        assert places <= {problem["where"] for problem in one.result["problems"]}, pool
        assert SECRET not in str(one.result)


def refused_timers() -> t.Iterator[tuple[Params, set[str]]]:
    """The same of timers. Which host a timer is on is not a matter of the host."""
    places = [place for place in PLACES_OF_TIMER if place != ("on_one_of",)]
    for timer in (timer_with(place, value) for place in places for value in (*GIVEN, *OTHERS)):
        handed_on, _errors = as_ansible_hands_it_on(timer, "timers")
        problems = understand([], [handed_on])[1] if handed_on else []
        if problems:
            yield timer, {one.parts["where"] for one in problems}


def test_every_hostile_timer_is_refused_with_its_place_and_nothing_changes(clean: LabHost) -> None:
    hostile = list(refused_timers())
    assert len(hostile) > 1000
    some = hostile[::150]
    before = clean.sh(SNAPSHOT)
    result = called(clean, [("pools", {"pools": [], "timers": [timer]}) for timer, _places in some])
    assert clean.sh(SNAPSHOT) == before
    for (timer, places), one in zip(some, result):
        assert_refused(one)
        assert places <= {problem["where"] for problem in one.result["problems"]}, timer
        assert SECRET not in str(one.result)


def test_what_a_timer_is_given_arrives_exactly(clean: LabHost) -> None:
    """With and without the shell that tries again: as the job, and as its lock."""
    words = [text for text in carried(GIVEN) if "\0" not in text]
    variables = {f"V{number}": text for number, text in enumerate(words)}
    job: Params = {
        "command": ["/usr/local/bin/check", "job", *words],
        "user": "www-data",
        "schedule": "yearly",
        "lock": ["/usr/local/bin/check", "lock", *words],
        "environment": variables,
        "secrets": {f"S{name}": text for name, text in variables.items()},
    }
    before = clean.sh(SNAPSHOT)
    for retry in (None, {"times": 1, "delay": "100ms"}):
        clean.sh("rm -f /tmp/dump/*")
        result = clean.module("pools", pools=[], timers=[{**job, "name": "a.b--c_", "retry": retry}])
        assert not result.failed, result.msg
        result = clean.module("run_timer", name="a.b--c_")
        assert (result.failed, result.result["result"]) == (False, "success"), result.msg
        for what in ("job", "lock"):
            assert dumped(clean, what, "cmdline")[3:] == encoded([what, *words])
            environ = dict(pair.split(b"=", 1) for pair in dumped(clean, what, "environ"))
            given = {**variables, **job["secrets"]}
            assert {name: text for name, text in given.items() if environ[name.encode()] != text.encode()} == {}
    added = {line.split(" ")[0] for line in set(clean.sh(SNAPSHOT).splitlines()) ^ set(before.splitlines())}
    assert {path for path in added if not is_ours(path)} == set()
    assert not clean.module("pools", pools=[], timers=[{"name": "a.b--c_", "state": "absent"}]).failed
    left = {line.split(" ")[0] for line in clean.sh(SNAPSHOT).splitlines()} - {
        line.split(" ")[0] for line in before.splitlines()
    }
    passing = ("/tmp/dump", "/var/lib/workers.systemd/runs/")
    assert {path for path in left if not path.startswith(passing)} <= {
        "/etc/workers.systemd",
        "/var/lib/workers.systemd/generations",
    }


@pytest.fixture(scope="module", autouse=True)
def modules(lab: LabHost) -> None:
    """What ``called`` needs on the host."""
    collection.put(lab.name, "/opt/injection")
    lab.copy(Path(__file__).parents[1] / "on_host.py", "/opt/injection/on_host.py")


def called(lab: LabHost, calls: t.Sequence[tuple[str, Params]]) -> list[TaskResult]:
    """What modules return, without Ansible's second for each."""
    argv = ["podman", "exec", "-i", "-e", "PYTHONDONTWRITEBYTECODE=1", lab.name, "python3", "/opt/injection/on_host.py"]
    done = subprocess.run(argv, input=json.dumps(calls).encode(), capture_output=True, check=False)
    assert done.stdout.startswith(b"["), done.stderr
    return [TaskResult(result) for result in json.loads(done.stdout)]


def assert_refused(result: TaskResult) -> None:
    assert result.failed, result.result
    assert result.result.get("problems"), result.result
    for problem in result.result["problems"]:
        assert all(text.isprintable() for text in problem.values())


# Calls of the other modules, none of which can be meant.
CALLS: dict[str, tuple[str, Params]] = {
    "a unit in another directory": ("unit_file", {"name": "../../cron.d/x.service", "content": "[Service]\nNice=1\n"}),
    "a unit with a NUL": ("unit_file", {"name": "a\0.service", "content": "[Service]\nNice=1\n"}),
    "a unit of surrogates": ("unit_file", {"name": "\ud800.service", "content": "[Service]\nNice=1\n"}),
    "a drop-in elsewhere": ("unit_file", {"name": "a.service", "drop_in": "../../x", "content": "[Service]\n"}),
    "a hidden drop-in": ("unit_file", {"name": "a.service", "drop_in": ".x", "content": "[Service]\nNice=1\n"}),
    "an owner in other digits": ("unit_file", {"name": "a.service", "owner": "²", "content": "[Service]\n"}),
    "a group that is too large": ("unit_file", {"name": "a.service", "group": "4294967295", "content": "[Service]\n"}),
    "a mode in words": ("unit_file", {"name": "a.service", "mode": "u+s", "content": "[Service]\n"}),
    "directives in values": ("unit_file", {"name": "a.service", "sections": {"Service": {"Nice": "1\rUser=root"}}}),
    "directives in names": ("unit_file", {"name": "a.service", "sections": {"Service": {"Nice=1\nUser": "root"}}}),
    "sections in names": ("unit_file", {"name": "a.service", "sections": {"Service]\nUser=root\n[X": {"Nice": 1}}}),
    "a relative path": ("env_file", {"path": "lab-env", "variables": {}}),
    "a path with a NUL": ("env_file", {"path": "/etc/lab\0", "variables": {}}),
    "a path in two lines": ("env_file", {"path": "/etc/lab-\nx", "variables": {}}),
    "a path from a variable": ("env_file", {"path": "$HOME/lab-env", "variables": {}}),
    "an owner with a NUL": ("env_file", {"path": "/etc/lab-env", "owner": "ro\0ot"}),
    "variables in names": ("env_file", {"path": "/etc/lab-env", "variables": {"A=1\nB": SECRET}}),
    "generations of elsewhere": ("rollback", {"pool": "../../../../tmp"}),
    "a pool with a NUL": ("rollback", {"pool": "a\0", "generation": "../1"}),
    "a pool that is an option": ("pools_info", {"names": ["--help", "../x", "a\0"]}),
    "a template elsewhere": ("instances", {"template": "../a@", "instances": ["$(id)", "../b", "a\nb", "a\0"]}),
    "units that are options": ("instances", {"units": ["--all *", "a\0*", "../x", "x\n.service"], "state": "stopped"}),
    "paths of nothing": ("lint_info", {"units": ["/etc/\0*", "../*", "-x"], "skip": ["\x1b[2J"]}),
    # What Ansible's own check of arguments would end at with a traceback, or would show with all that is in it.
    "a pool that is a number": ("pools", {"pools": [5]}),
    "a pool that is a list": ("pools", {"pools": [[{"name": "a", "secrets": {"A": SECRET}}]]}),
    "limits that are a boolean": ("pools", {"pools": [{"name": "a", "limits": True, "secrets": {"A": SECRET}}]}),
    "a token of its own": ("pools", {"pools": [], "_follow": "../../../../tmp/dump"}),
}


def test_every_hostile_call_is_refused_and_nothing_changes(clean: LabHost) -> None:
    before = clean.sh(SNAPSHOT)
    for result in called(clean, list(CALLS.values())):
        assert_refused(result)
        assert SECRET not in str(result.result)
    assert clean.sh(SNAPSHOT) == before


def test_what_is_accepted_arrives_exactly_and_nothing_else_changes(clean: LabHost) -> None:
    clean.deploy(HARMLESS_ON_HOST)
    before = clean.sh(SNAPSHOT)
    words = [text for text in carried(GIVEN) if "\0" not in text]
    variables = {f"V{number}": text for number, text in enumerate(words)}
    hostile = {
        **HARMLESS_ON_HOST,
        "name": "a.b--c_",
        "command": ["/usr/local/bin/dump", "hostile", *words],
        "working_directory": FOLDER,
        "instances": ["...", "-x", "--help", ".hidden.service"],
        "environment": variables,
        "secrets": {f"S{name}": text for name, text in variables.items()},
        "watch": [WATCHED],
        "rollout": {"min_healthy_time": "300ms", "health_check": ["/usr/local/bin/check", "check", *words]},
        "unit": {"Unit": {"Description": "; touch /run/canary $(touch /run/canary) \\x0aUser=root %%"}},
    }
    result = clean.module("pools", pools=[{**HARMLESS_ON_HOST, "rollout": {"min_healthy_time": "300ms"}}, hostile])
    assert not result.failed, result.msg
    assert dumped(clean, "hostile", "cmdline") == [b"/usr/bin/python3", b"-I", *encoded(hostile["command"])]
    # In a check %i is the name of the instance, as documented; which of the four came last is chance.
    checked = dumped(clean, "check", "cmdline")
    assert any(
        checked[3:] == encoded(["check", *(word.replace("%i", name) for word in words)])
        for name in hostile["instances"]
    )
    environ = dict(pair.split(b"=", 1) for pair in dumped(clean, "hostile", "environ"))
    given = {**hostile["environment"], **hostile["secrets"]}
    assert {name: text for name, text in given.items() if environ[name.encode()] != text.encode()} == {}
    assert clean.sh("cat /tmp/dump/hostile.who").split(" ", 2)[2] == hostile["working_directory"]
    assert clean.sh("cat /tmp/dump/hostile.who").split(" ")[:2] == clean.sh("cat /tmp/dump/harmless.who").split(" ")[:2]
    assert different(clean, "harmless@1.service", "a.b--c_@....service") <= MAY_DIFFER
    added = {line.split(" ")[0] for line in set(clean.sh(SNAPSHOT).splitlines()) ^ set(before.splitlines())}
    assert {path for path in added if not is_ours(path)} == set()
    clean.module("pools", pools=[{"name": name, "state": "absent"} for name in ("a.b--c_", "harmless")])
    left = {line.split(" ")[0] for line in clean.sh(SNAPSHOT).splitlines()} - {
        line.split(" ")[0] for line in before.splitlines()
    }
    # The folder of all pools stays, empty. The names of the last runs stay for a day.
    passing = ("/tmp/dump", "/var/lib/workers.systemd/runs/")
    assert {path for path in left if not path.startswith(passing)} <= {"/etc/workers.systemd"}


# What systemd shows of the two pools that is different on purpose, and what tells one process from another.
MAY_DIFFER = {
    *("Id", "Names", "Description", "FragmentPath", "ExecStart", "ExecStartEx", "EnvironmentFiles", "WorkingDirectory"),
    *("Environment", "LogExtraFields", "SyslogIdentifier", "Before", "After", "Slice", "ControlGroup", "Requires"),
    *("ConsistsOf", "WantedBy", "PartOf", "MainPID", "ExecMainPID", "InvocationID", "ControlGroupId", "OnFailure"),
    *("CPUUsageNSec", "MemoryCurrent", "MemoryAvailable", "TasksCurrent", "RequiresMountsFor"),
}


def different(lab: LabHost, *units: str) -> set[str]:
    """Properties that systemd shows of the one as it does not of the other; without points in time."""
    one, other = (
        dict(line.partition("=")[::2] for line in lab.sh(f"systemctl show -- {unit}").splitlines()) for unit in units
    )
    return {name for name in one if one[name] != other.get(name) and "Timestamp" not in name}


def is_ours(path: str) -> bool:
    return path.startswith(("/etc/systemd/system/", "/etc/workers.systemd", "/var/lib/workers.systemd", "/tmp/dump/"))


def dumped(lab: LabHost, name: str, what: str) -> list[bytes]:
    done = subprocess.run(
        ["podman", "exec", lab.name, "cat", f"/tmp/dump/{name}.{what}"], capture_output=True, check=True
    )
    return done.stdout.split(b"\0")[:-1]


def encoded(words: t.Sequence[str]) -> list[bytes]:
    return [word.encode() for word in words]


# A worker that wants to be believed: templates, a terminal's controls, lines of ours, and entries that only systemd
# writes, one of them with a field twice and one without what each of its kind has.
LIAR = """\
#!/usr/bin/python3 -I
import socket
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
def tell(text):
    journal.sendto(text.encode("utf-8", "surrogateescape"), "/run/systemd/journal/socket")
EXITED = "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15\\nUNIT=liar@1.service\\n"
tell(EXITED + "MESSAGE=no status at all\\n")
tell(EXITED + "EXIT_CODE=exited\\nEXIT_STATUS=42\\nMESSAGE=as if\\n")
tell("MESSAGE=twice-one\\nMESSAGE=twice-two\\n")
for line in (
    "{{ lookup('pipe', 'touch CANARY') }}",
    "{% set x = lookup('pipe', 'touch CANARY') %}",
    "\\x1b]0;title\\x07\\x1b[2J\\x1b[31mred \\u202egnp.exe \\x9b31m",
):
    print(line, flush=True)
raise SystemExit(3)
"""


def test_what_a_worker_says_is_neither_run_nor_raw_nor_taken_for_systemds_word(clean: LabHost, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    clean.write("/usr/local/bin/liar", LIAR.replace("CANARY", str(canary)))
    pool = {"name": "liar", "command": ["/usr/local/bin/liar"], "rollout": {"min_healthy_time": "20s"}}
    show = {"ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }} {{ ansible_failed_result.failures }}"}}
    result = clean.raw([{"block": [{"workers.systemd.pools": {"pools": [pool]}}], "rescue": [show]}])
    assert "touch" in result
    assert not canary.exists()
    assert "twice-one" in result
    assert "exit status 3" in result
    assert "exit status 42" not in result
    assert r"\x1b[31mred \u202egnp.exe \x9b31m" in result.replace("\\\\", "\\")
    assert {character for character in result if not character.isprintable()} <= {"\n", "\t"}


def test_a_cgroup_of_somebody_else_is_nobodys_worker(clean: LabHost) -> None:
    """A user may make cgroups below those of its manager, with any name, and put a process into one."""
    clean.deploy(HARMLESS_ON_HOST)
    script = r"""
    line=$(grep -m1 -E '^[0-9]+:name=systemd:' /proc/1/cgroup || grep '^0::' /proc/1/cgroup)
    path=${line##*:}; path=${path%/init.scope}
    case $line in *name=systemd*) top=/sys/fs/cgroup/systemd;; *) top=/sys/fs/cgroup;; esac
    [ -d "$top$path" ] && top=$top$path
    folder="$top/user.slice/user@1000.service/$(printf '\377')/harmless@1.service"
    mkdir -p "$folder"
    WORKERS_UNIT=forged INVOCATION_ID=$(readlink /run/systemd/units/invocation:harmless@1.service) \
      sleep 900 < /dev/null > /dev/null 2>&1 & pid=$!
    echo $pid > "$folder/cgroup.procs"
    grep -c harmless /proc/$pid/cgroup
    """
    assert clean.sh(script).strip() != "0"
    again = clean.deploy(HARMLESS_ON_HOST)
    clean.sh("kill $(pgrep -f '^sleep 900')")
    assert (again.failed, again.changed) == (False, False)
    assert (
        parse_env(clean.sh("cat /proc/$(pgrep -f '^sleep infinity')/environ | tr '\\0' '\\n'"))["WORKERS_POOL"]
        == "harmless"
    )
