# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canary secrets go through every module, and are then found where they are meant to be and nowhere else."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import CONNECTION, LabHost

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE))

import on_host  # noqa: E402

WORKER = ["/bin/sleep", "infinity"]
NAMES = (
    "variable",
    "credential",
    "env_file",
    "printed_variable",
    "printed_credential",
    "rotated_variable",
    "rotated_credential",
    "job",
    "printed_job",
    "rotated_job",
    "shape",
    "misspelled",
    "misnamed",
    "killed",
)
CANARIES = {name: f"canary{secrets.token_hex(12)}" for name in NAMES}
# As operators have them, with what some door might not let through as it is.
VALUES = {name: f"a$b/'%s\" {canary} +\\é" for name, canary in CANARIES.items()}
KEPT = r"/var/lib/workers\.systemd/generations/variables/\d+/secrets 0600 0"
KEPT_OF_JOB = KEPT.replace("variables", "job")
# What the worker itself prints is in the journal and its files; to look after that is up to the worker. It may print a
# version that is just being put back, when systemd restarts it in that moment.
PRINTED = (r"journal ", r"/(?:run|var)/log/journal/\S+ .*")
# Where each canary may be when all is deployed, with mode and owner.
ALLOWED: dict[str, tuple[str, ...]] = {
    "variable": (KEPT, *PRINTED),
    "printed_variable": (KEPT, *PRINTED),
    "rotated_variable": (
        KEPT,
        r"/etc/workers\.systemd/variables/secrets 0600 0",
        r"environ of variables@1\.service 33",
    ),
    "credential": (r"/run/credentials/files@1\.service/B 0400 33", *PRINTED),
    "printed_credential": PRINTED,
    "job": (KEPT_OF_JOB,),
    "printed_job": (KEPT_OF_JOB, *PRINTED),
    "rotated_job": (KEPT_OF_JOB, r"/etc/workers\.systemd/job/secrets 0600 0"),
    "env_file": (r"/etc/default/foreign 0600 0", r"environ of foreign@1\.service 0"),
}
# What processes may show at any moment.
SHOWN = r"environ of variables@1\.service 33|environ of job\.service 33|environ of foreign@1\.service 0"
TRACED = """\
#!/bin/sh
trace="strace -f -qq --seccomp-bpf -o /dev/shm/trace.$$"
exec $trace -e "trace=/^(open|creat|mkdir|mknod|.*chmod)" /usr/bin/python3 "$@"
"""
PRIVATE = ("/etc/workers.systemd/", "/var/lib/workers.systemd/", "/etc/default/.foreign.")


class Run(t.NamedTuple):
    """What a play printed, by where, and what processes showed meanwhile."""

    printed: dict[str, bytes]
    shown: list[dict[str, str]]


def on(lab: LabHost, what: str) -> list[dict[str, str]]:
    return t.cast("list[dict[str, str]]", json.loads(lab.sh(f"python3 /dev/shm/on_host.py {what}")))


def prepare(lab: LabHost) -> None:
    lab.sh("rm -rf /dev/shm/* /etc/default/foreign /etc/systemd/system/foreign@.service")
    lab.write("/dev/shm/on_host.py", (HERE / "on_host.py").read_text())
    lab.write("/dev/shm/canaries.json", json.dumps(CANARIES))
    lab.write("/usr/local/bin/traced-python", TRACED)


def play(lab: LabHost, directory: Path, *options: str, python: str = "/usr/bin/python3") -> Run:
    """The play, with the temporary files of Ansible in a directory of their own."""
    variables = directory / "variables.json"
    variables.write_text(json.dumps({**CONNECTION, "ansible_python_interpreter": python, "canaries": VALUES}))
    temporary = directory / "temporary"
    temporary.mkdir(exist_ok=True)
    log = directory / "log"
    kept = {"ANSIBLE_LOG_FOLDER": directory / "plays", "JUNIT_OUTPUT_DIR": directory / "junit"}
    environment = {
        **os.environ,
        "ANSIBLE_LOCAL_TEMP": str(temporary),
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit,community.general.log_plays",
        **{name: str(path) for name, path in kept.items()},
    }
    argv = ["ansible-playbook", "-i", f"{lab.name},", "-e", f"@{variables}", *options, str(HERE / "play.yml")]
    watcher = ["podman", "exec", lab.name, "python3", "/dev/shm/on_host.py", "watch"]
    lab.sh("rm -f /dev/shm/stop")
    with subprocess.Popen(watcher, stdout=subprocess.PIPE) as watching:
        done = subprocess.run(argv, env=environment, capture_output=True, check=False)
        lab.sh("touch /dev/shm/stop")
        shown = json.loads(watching.communicate()[0])
    left = {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file() and path != variables}
    assert all(any(path.iterdir()) for path in kept.values())
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return Run({"stdout": done.stdout, "stderr": done.stderr, "log": log.read_bytes(), **left}, shown)


def where(found: list[dict[str, str]]) -> dict[str, set[str]]:
    """Place, mode and owner by canary."""
    places: dict[str, set[str]] = {}
    for hit in found:
        form = "" if hit["form"] == "as it is" else f" ({hit['form']})"
        places.setdefault(hit["canary"], set()).add(f"{hit['where']} {hit['mode']}{form}")
    return places


def leaks(found: list[dict[str, str]], allowed: dict[str, tuple[str, ...]]) -> list[str]:
    return [
        f"{canary}: {place}"
        for canary, places in where(found).items()
        for place in sorted(places)
        if not any(re.fullmatch(pattern, place) for pattern in allowed.get(canary, ()))
    ]


@pytest.fixture(scope="module")
def runs(lab: LabHost, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, Run]]:
    """Three runs: a check of a bare host, a first deploy that is traced, and everything."""
    lab.remove_pools()
    prepare(lab)
    directory = tmp_path_factory.mktemp("controller")
    loud = ("-vvv", "--diff")
    yield {
        "check": play(lab, directory, *loud, "--check", "--tags=first"),
        "traced": play(lab, directory, *loud, "--tags=first", python="/usr/local/bin/traced-python"),
        "everything": play(lab, directory, *loud),
    }
    lab.sh("systemctl disable --now foreign@1; rm -rf /dev/shm/* /etc/default/foreign /etc/systemd/system/foreign@*")


def test_ansible_prints_and_keeps_none(runs: dict[str, Run]) -> None:
    canaries = {form: name for name, canary in CANARIES.items() for form in on_host.forms(canary)}
    found = {
        (run, place, name)
        for run, result in runs.items()
        for place, data in result.printed.items()
        for form, name in canaries.items()
        if form in data
    }
    assert found == set()
    assert b"********" in runs["everything"].printed["stdout"], "the worker that fails has printed its secrets"


def test_no_process_shows_one_but_the_worker_to_its_user(runs: dict[str, Run]) -> None:
    shown = {place for run in runs.values() for places in where(run.shown).values() for place in places}
    assert [place for place in shown if not re.fullmatch(SHOWN, place)] == []
    assert shown, "the workers have theirs"


def test_no_file_is_ever_more_open_than_it_is_meant_to_be(lab: LabHost, runs: dict[str, Run]) -> None:
    """Every creation of a file or directory of ours, and every change of a mode, by the modules and their children."""
    calls = lab.sh("cat /dev/shm/trace.*")
    created = dict(re.findall(r'openat\([^"]*"([^"]+)", [^)]*O_CREAT[^)]*, (0\d+)\)', calls))
    made = dict(re.findall(r'mkdir(?:at)?\([^"]*"([^"]+)", (0\d+)\)', calls))
    files = {path: mode for path, mode in created.items() if path.startswith(PRIVATE)}
    names = {path.rpartition("/")[2].rsplit(".", 2)[0] for path in files}
    assert names >= {".secrets", ".B.encrypted-credential", ".manifest", ".foreign"}
    assert set(files.values()) == {"0600"}
    assert {mode for path, mode in made.items() if path.startswith(PRIVATE)} == {"0700"}
    assert set(re.findall(r"chmod(?:at)?\(.*, (0\d+)\)", calls)) == {"0600", "0644"}, "0644 are units"


def test_the_host_has_each_one_where_it_is_meant_to_be(lab: LabHost, runs: dict[str, Run]) -> None:
    found = on(lab, "scan")
    assert leaks(found, ALLOWED) == []
    assert set(where(found)) == set(ALLOWED), "what nobody finds nobody has looked for"


def test_nothing_remains_of_what_was_removed_and_of_a_run_that_was_killed(lab: LabHost, runs: dict[str, Run]) -> None:
    killed = {"name": "killed", "command": WORKER, "secrets": {"A": VALUES["killed"]}, "rollout": {}}
    with lab.deploying(killed, workers_confirm="2s") as deploy:
        lab.until(lambda: lab.sh("ls /etc/workers.systemd/killed", check=False) != "")
        # With the processes that would take away after it what it had brought to the host.
        subprocess.run(["pkill", "-KILL", "-P", str(deploy.pid)], check=False)
        deploy.kill()
        lab.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    lab.until(lambda: lab.sh("ls -d /etc/workers.systemd/killed", check=False) == "")
    lab.until(lambda: lab.sh("systemctl list-units --all --no-legend 'workers-dead-man*'") == "")
    lab.deploy({"name": "variables", "state": "absent"}, purge=True)
    lab.module("env_file", path="/etc/default/foreign", state="absent")
    lab.sh("systemctl stop foreign@1")
    names = ("variable", "credential", "printed_variable", "printed_credential", "printed_job")
    printed = dict.fromkeys(names, PRINTED)
    assert leaks(on(lab, "scan"), printed) == []


PLANT = """
set -e
canary={canary}
echo "x $canary" > /tmp/planted; chmod 644 /tmp/planted
mkdir -p /run/planted; printf %s "ab$canary" | base64 -w0 > /run/planted/base64
printf %s "$canary" | od -An -tx1 | tr -d ' \\n' > /var/lib/planted-hex
logger "the journal has $canary"; journalctl --sync
systemd-run --quiet --unit=planted --property="Description=$canary" sleep infinity
systemd-run --quiet --unit=planted-argument sleep infinity "$canary" || :
A="$canary" setsid sleep 900 > /dev/null 2>&1 & echo "-$!" > /run/planted/groups
setsid sh -c 'sleep 900; : "$0"' "$canary" > /dev/null 2>&1 & echo "-$!" >> /run/planted/groups
"""


def test_the_scan_finds_what_is_planted(lab: LabHost, runs: dict[str, Run]) -> None:
    lab.sh(PLANT.format(canary=CANARIES["shape"]))
    try:
        found = where(on(lab, "scan"))["shape"]
    finally:
        lab.sh("systemctl stop planted; kill -- $(cat /run/planted/groups)")
        lab.sh("rm -r /tmp/planted /run/planted /var/lib/planted-hex")
    for place in (
        r"/tmp/planted 0644 0",
        r"/run/planted/base64 0644 0 \(base64\)",
        r"/var/lib/planted-hex 0644 0 \(hex\)",
        r"/run/systemd/transient/planted\.service .*",
        r"journal ",
        r"bus, as root ",
        r"bus, as nobody ",
        r"environ of .* 0",
        r"cmdline of .* 0",
    ):
        assert any(re.fullmatch(place, one) for one in found), place
