# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets as credentials of systemd: exact, private, encrypted where that can be, and gone when they are not wanted."""

from __future__ import annotations

import hashlib
import re
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost

DOCS = Path(__file__).parents[3] / "docs" / "secrets.md"
CONFIG = "/etc/workers.systemd/app"
# Also where root does not propagate mounts: 257 does not, 262 does.
HANDED_OUT_ANYWAY = 262
VALUES = {
    "DB_PASSWORD": "it costs $5, \"50%\" of `it` \\ 'ü€😀'",
    "tls.key": "-----BEGIN-----\nMIIE\r\n\ttab\x01\n\n",
    "empty": "",
    "a@b+c-d": "secret-number-four",
}
# language: what runs a text, and what prints the password in it
READERS = {
    "sh": (["/bin/sh", "-c"], 'printf %s "$password"'),
    "php": (["/usr/bin/php", "-r"], "echo $password;"),
    "python": (["/usr/bin/python3", "-c"], "import sys; sys.stdout.buffer.write(password.encode())"),
    "ruby": (["/usr/bin/ruby", "-e"], "print password"),
    "js": (["/usr/bin/node", "-e"], "process.stdout.write(password)"),
}


def app(secrets: dict[str, str], **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "app",
        "command": ["/bin/sleep", "infinity"],
        "user": "www-data",
        "instances": 2,
        "secrets": secrets,
        "secrets_as": "credentials",
        **more,
    }


def encrypts(lab: LabHost) -> bool:
    return lab.systemd >= 250


def handed_out(lab: LabHost, instance: str) -> dict[str, str]:
    """Digest of each credential that a running process has, by name."""
    directory = f"/proc/{lab.pids('app').get(instance, 0)}/root/run/credentials/app@{instance}.service"
    # A process that has just been replaced has nothing any more, and its successor may not run yet.
    lines = lab.sh(f"cd {directory} && sha256sum -- *", check=False).splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def digests(secrets: dict[str, str]) -> dict[str, str]:
    return {name: hashlib.sha256(value.encode()).hexdigest() for name, value in secrets.items()}


def files(lab: LabHost) -> dict[str, str]:
    """Digest of each file of the pool in /etc, by name."""
    lines = lab.sh(f"cd {CONFIG} && sha256sum -- *", check=False).splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def credential_files(lab: LabHost) -> set[str]:
    return {name.rpartition(".")[0] for name in files(lab) if name.endswith("credential")}


def test_they_reach_the_worker_exactly_and_nobody_else(bare: LabHost) -> None:
    """What the operator loads on his own comes on top."""
    # systemd 247 has no credentials for what runs before the worker, and fails to look for them in a sandbox.
    before = {"ExecStartPre": ["/bin/true"]} if encrypts(bare) else {}
    own = {"Service": {"LoadCredential": ["host:/etc/hostname"], **before}}
    result = bare.deploy(app(VALUES, unit=own))
    assert not result.failed, result.msg
    wanted = {**digests(VALUES), **digests({"host": bare.sh("cat /etc/hostname")})}
    for instance in ("1", "2"):
        assert handed_out(bare, instance) == wanted
    assert set(bare.sh(f"find {CONFIG} -type f -printf '%m %u\\n'").splitlines()) == {"600 root"}
    plain = bare.sh(
        "grep -rlF secret-number-four /etc /var/lib/workers.systemd /run/systemd/system", check=False
    ).split()
    ours = [f"{CONFIG}/a@b+c-d.credential", "/var/lib/workers.systemd/generations/app/1/a@b+c-d.credential"]
    assert plain == ([] if encrypts(bare) else ours)
    assert "secret-number-four" not in str(bare.environments("app")["1"])
    directory = "/run/credentials/app@1.service"
    assert bare.sh(f"setpriv --reuid=nobody --clear-groups cat {directory}/a@b+c-d", check=False) == ""
    assert bare.sh(f"setpriv --reuid=www-data --clear-groups cat {directory}/a@b+c-d") == "secret-number-four"
    assert not bare.deploy(app(VALUES, unit=own)).changed


def test_every_language_reads_them_as_the_page_says(bare: LabHost) -> None:
    """A value without a newline at its end, which a shell would drop."""
    blocks = dict(re.findall(r"```(sh|php|python|ruby|js)\n(.*?)```", DOCS.read_text(), re.DOTALL))
    assert set(blocks) == set(READERS)
    there = {name: run for name, run in READERS.items() if bare.sh(f"command -v {run[0][0]}", check=False)}
    pools = [
        {**app({"DB_PASSWORD": VALUES["DB_PASSWORD"]}), "name": f"in-{name}", "instances": 1, "user": None}
        | {"command": ["/bin/sh", "-c", '"$@" > /run/read-by-$WORKERS_POOL; exec sleep infinity', "sh", *run, text]}
        for name, (run, show) in there.items()
        for text in [f"{blocks[name]}{show}"]
    ]
    result = bare.deploy(*pools)
    assert not result.failed, result.msg
    bare.until(lambda: all(bare.sh(f"cat /run/read-by-in-{name}") == VALUES["DB_PASSWORD"] for name in there))
    bare.sh("rm /run/read-by-*")


def test_a_change_is_seen_in_the_right_files_and_in_the_right_processes(bare: LabHost) -> None:
    other = {**app({"A": "1"}), "name": "other"}
    bare.deploy(app({"A": "one", "B": "two"}), other)
    before, others = files(bare), bare.pids("other")
    wanted = app({"A": "another", "B": "two"})

    said = bare.deploy(wanted, other, check=True)
    assert "A: changed" in str(said.result["diff"])
    assert "B: " not in str(said.result["diff"])
    assert files(bare) == before
    result = bare.deploy(wanted, other)
    assert result.plan("app") == said.plan("app")
    assert result.result["pools"]["app"]["generation"] == said.result["pools"]["app"]["generation"]
    assert [unit for verb, unit in result.plan("app") if verb == "restart"] == ["app@1.service", "app@2.service"]
    changed = {name for name, digest in files(bare).items() if before[name] != digest}
    assert {name.partition(".")[0] for name in changed} == {"A", "secrets"}, "what did not change is as it was"
    assert handed_out(bare, "2") == digests(wanted["secrets"])
    assert (bare.pids("other"), bare.deploy(wanted, other).changed) == (others, False)

    pids = bare.pids("app")
    bare.sh(f"for file in {CONFIG}/B.*; do echo x >> $file; done")
    damaged = files(bare)
    result = bare.deploy(wanted, other)
    assert [verb for verb, _subject in result.plan("app")][:1] == ["write"]
    assert (files(bare) != damaged, bare.pids("app") == pids or not encrypts(bare)) == (True, True)

    bare.deploy(app({"A": "another"}), other)
    assert (credential_files(bare), set(handed_out(bare, "1"))) == ({"A"}, {"A"})


def test_nothing_is_left_of_what_is_not_wanted(bare: LabHost) -> None:
    bare.deploy(app({"A": "one"}))
    bare.deploy(app({"A": "one"}, secrets_as="environment"))
    assert set(files(bare)) == {"secrets"}
    environ = bare.environments("app")["1"]
    assert (environ["A"], "CREDENTIALS_DIRECTORY" in environ) == ("one", False)
    bare.deploy(app({"A": "one"}))
    assert (credential_files(bare), set(handed_out(bare, "1"))) == ({"A"}, {"A"})
    assert "one" not in bare.sh(f"cat {CONFIG}/secrets")
    bare.deploy(purge=True)
    places = "/etc/workers.systemd /run/credentials /var/lib/workers.systemd/generations"
    assert bare.sh(f"ls -A {places} | grep app; :") == ""


def test_a_bad_version_is_undone_by_the_run_or_by_the_host_and_one_goes_back_by_hand(bare: LabHost) -> None:
    good, bad = app({"A": "good"}), app({"A": "bad-secret", "B": "new"})
    fails = {"command": ["/bin/sh", "-c", 'cat "$CREDENTIALS_DIRECTORY/A"; exit 3']}
    bare.deploy(good)
    before = files(bare)
    for _ in range(2):
        result = bare.deploy({**bad, **fails})
        assert result.failed
        assert "********" in result.msg
        assert "bad-secret" not in str(result.result)
        assert (files(bare), result.result["pools"]["app"]["number"]) == (before, 2), "trying again is no other version"
    assert handed_out(bare, "1") == digests(good["secrets"])

    with bare.deploying({**bad, "rollout": {"min_healthy_time": "5s"}}, workers_confirm="2s") as deploy:
        bare.until(lambda: "B" in credential_files(bare))
        bare.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    bare.until(lambda: files(bare) == before)
    bare.until(lambda: handed_out(bare, "1") == digests(good["secrets"]))

    bare.deploy(bad)
    assert handed_out(bare, "1") == digests(bad["secrets"])
    bare.module("rollback", pool="app")
    assert (files(bare), handed_out(bare, "1")) == (before, digests(good["secrets"]))
    modes = bare.sh("find /var/lib/workers.systemd/generations -type f -printf '%m %u\\n'").splitlines()
    assert set(modes) == {"600 root"}


def test_a_worker_does_not_start_without_them(bare: LabHost) -> None:
    """In a container whose root does not propagate mounts, systemd 247 to 257 start it with an empty directory, and 262
    hands them out.
    """
    bare.sh("mount --make-rprivate /")
    try:
        result = bare.deploy(app({"A": "one"}))
    finally:
        bare.sh("mount --make-rshared /")
    if bare.systemd >= HANDED_OUT_ANYWAY:
        assert handed_out(bare, "1") == digests({"A": "one"})
        return
    assert result.failed
    said = bare.journal("-o cat -n 200 -u 'app@*'")
    assert "systemd has not handed out the credential A" in said
    assert bare.pids("app") == {}


def test_what_cannot_be_is_refused_and_names_the_key_alone(bare: LabHost) -> None:
    before = bare.tree()
    own = {"Service": {"LoadCredential": ["tls:/etc/hostname", "A:/etc/hostname"]}}
    result = bare.deploy(app({"A": "s3cret", "a:b": "s3cret", "C": "s3cret\0"}, unit=own))
    assert result.failed
    assert {problem["where"] for problem in result.result["problems"]} == {
        *(f"pools[0] (app).secrets.{name}" for name in ("a:b", "C")),
        "pools[0] (app).unit.Service.LoadCredential",
    }
    assert "s3cret" not in str(result.result)
    assert bare.tree() == before


def test_a_start_that_credentials_would_end_is_refused(bare: LabHost) -> None:
    if encrypts(bare):
        pytest.skip("this systemd starts it")
    pool = app({"A": "one"}, unit={"Service": {"ExecStartPre": ["/bin/true"]}})
    (problem,) = bare.deploy(pool).result["problems"]
    assert problem["id"] == "credentials-end-start-pre"
    result = bare.deploy(pool, skip_traps=["credentials-end-start-pre"])
    assert "exit status 226" in result.msg


def test_a_host_that_cannot_encrypt_is_refused(bare: LabHost) -> None:
    if not encrypts(bare):
        pytest.skip("this systemd has plain files")
    bare.sh("mv /usr/bin/systemd-creds /usr/bin/systemd-creds.away")
    try:
        result = bare.deploy(app({"A": "one"}))
    finally:
        bare.sh("mv /usr/bin/systemd-creds.away /usr/bin/systemd-creds")
    assert result.failed
    assert "pools[0] (app).secrets_as: found credentials, without systemd-creds on the host" in result.msg
    assert bare.sh("ls /etc/workers.systemd", check=False) == ""


DIRECTORIES = "/etc/workers.systemd /var/lib/workers.systemd /run/workers.systemd /etc/systemd/system"


def modes(lab: LabHost) -> str:
    """Of all that a deploy, a drop-in and a file of variables make."""
    return lab.sh(
        f"find {DIRECTORIES} /root/made -not -type l -not -path '*/runs/*' -printf '%y %m %u:%g %p\\n'"
        " | grep -e workers -e app -e made | sort"
    )


def test_the_umask_of_whoever_comes_changes_nothing(bare: LabHost) -> None:
    seen = {}
    for umask in ("022", "000", "077"):
        bare.remove_pools()
        bare.sh("rm -rf /etc/workers.systemd /run/workers.systemd /root/made /etc/systemd/system/app@.service.d")
        bare.write("/usr/local/bin/python-umask", f'#!/bin/sh\numask {umask}\nexec /usr/bin/python3 "$@"\n')
        bare.sh("install -d /root/made")
        someone = LabHost(bare.name, {"ansible_python_interpreter": "/usr/local/bin/python-umask"})
        assert not someone.deploy(app({"TOKEN": "a-long-secret"})).failed
        assert not someone.module("env_file", path="/root/made/env", variables={"A": "1"}).failed
        drop_in = {"Service": {"Nice": "5"}}
        assert not someone.module("unit_file", name="app@.service", drop_in="nice", sections=drop_in).failed
        seen[umask] = modes(bare)
    bare.sh("rm -rf /root/made /usr/local/bin/python-umask /etc/systemd/system/app@.service.d; systemctl daemon-reload")
    assert seen["000"] == seen["022"]
    assert seen["077"] == seen["022"]
    assert "d 755 root:root /etc/workers.systemd\n" in seen["022"]
    assert "d 755 root:root /etc/systemd/system/app@.service.d\n" in seen["022"]
    open_to_others = [line for line in seen["022"].splitlines() if int(line.split()[1], 8) & 0o022]
    assert open_to_others == []


@pytest.mark.parametrize("change", ["chmod 1777", "chown nobody", "chgrp nogroup"])
def test_a_directory_that_others_can_write_to_is_refused(bare: LabHost, change: str) -> None:
    bare.deploy(app({"TOKEN": "a-long-secret"}))
    before = files(bare)
    bare.sh(f"chmod g+w /etc/workers.systemd; {change} /etc/workers.systemd")
    result = bare.deploy(app({"TOKEN": "another-long-secret"}))
    bare.sh("chown root:root /etc/workers.systemd; chmod 0755 /etc/workers.systemd")
    assert "/etc/workers.systemd, of owner" in result.msg
    assert "1 problem, nothing was changed" in result.msg
    assert files(bare) == before
    assert not bare.deploy(app({"TOKEN": "a-long-secret"})).changed
