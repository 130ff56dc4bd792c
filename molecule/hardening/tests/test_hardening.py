# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real workers under each profile: what runs, what is refused, what a need opens, and what a deploy tells."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost, TaskResult

sys.path.insert(0, str(Path(__file__).parent))
import certificate
import programs

PLACE = "/srv/hardening"
HOME = "/home/hardening"
# What every profile leaves a worker.
ALWAYS = {"fork", "processes", "thread", "child", "tmp", "c-callback", "local-redis"}
ALWAYS |= {"state", "cache", "logs", "runtime", "opened"}
NETWORK = {"dns", "tls", "redis"}
STANDARD = ALWAYS | NETWORK | {"interfaces", "nice", "shared-tmp", "working-directory"}
STRICT = ALWAYS | NETWORK
DIRECTORIES = ("state_directory", "cache_directory", "logs_directory", "runtime_directory")
JIT = ["-dopcache.enable_cli=1", "-dopcache.jit=tracing", "-dopcache.jit_buffer_size=16M"]
COMMANDS = {
    "python": ["/usr/bin/python3", f"{PLACE}/python"],
    "php": ["/usr/bin/php", f"{PLACE}/php"],
    "phpjit": ["/usr/bin/php", *JIT, f"{PLACE}/php"],
    "node": ["/usr/bin/node", f"{PLACE}/node"],
    "ruby": ["/usr/bin/ruby", f"{PLACE}/ruby"],
    "yjit": ["/usr/bin/ruby", "--yjit", f"{PLACE}/ruby"],
    "java": ["/usr/bin/java", f"{PLACE}/Worker.java"],
    "media": ["/usr/bin/python3", f"{PLACE}/media"],
}
# What succeeds on a host that has it; all of it only the suites named after programs have.
PROBES = {
    **{runs: f"test -e {words[0]}" for runs, words in COMMANDS.items()},
    "phpjit": "/usr/bin/php -r 'exit((int)(PHP_VERSION_ID < 80000));'",
    # Debian 13 builds Ruby without it.
    "yjit": "/usr/bin/ruby --yjit -e 'exit(RubyVM::YJIT.enabled?)'",
    "media": "test -e /usr/bin/ffmpeg",
}
# Pool, what it runs, its options.
POOLS: dict[str, tuple[str, dict[str, t.Any]]] = {
    "python-off": ("python", {"hardening": "off"}),
    "python-standard": ("python", {}),
    "python-strict": ("python", {"hardening": "strict"}),
    "python-no-network": ("python", {"hardening": "no_network"}),
    "python-opened": (
        "python",
        {"hardening": "strict", "needs": ["realtime", "raw_sockets", "shared_tmp"], "writable_paths": [PLACE]},
    ),
    "python-sudo": ("python", {"needs": ["setuid"]}),
    **{f"{name}-standard": (name, {}) for name in ("phpjit", "node", "yjit", "java", "media")},
    **{f"{name}-strict": (name, {"hardening": "strict"}) for name in ("php", "ruby", "media")},
    **{f"{name}-jit": (name, {"hardening": "strict", "needs": ["jit"]}) for name in ("phpjit", "node", "yjit", "java")},
    "media-no-network": ("media", {"hardening": "no_network"}),
}
PROGRAMS = {
    "python": programs.PYTHON,
    "php": programs.PHP,
    "node": programs.NODE,
    "ruby": programs.RUBY,
    "Worker.java": programs.JAVA,
    "media": programs.MEDIA,
}
FAILING = {"phpjit-strict": "phpjit", "yjit-strict": "yjit"}


def pool(name: str, runs: str, **options: t.Any) -> dict[str, t.Any]:
    directories = dict.fromkeys(DIRECTORIES, f"{name}/%i") if runs in ("python", "media") else {}
    opened = {"writable_paths": [f"{PLACE}/opened"]} if runs == "python" else {}
    common = {"user": "www-data", "working_directory": PLACE, **directories, **opened}
    return {"name": name, "command": COMMANDS[runs], **common, **options}


@pytest.fixture(scope="module")
def broker(lab: LabHost) -> t.Iterator[LabHost]:
    """The host with what workers talk to: a name server, TLS, and Redis; and with a file in its /tmp."""
    lab.remove_pools()
    # What an earlier run of these tests said is no answer.
    lab.sh("journalctl --quiet --rotate --vacuum-time=1s")
    lab.sh(f"mkdir -p {PLACE}/opened && chown -R www-data {PLACE}; touch /tmp/hardening-of-the-host")
    for name, text in PROGRAMS.items():
        lab.write(f"{PLACE}/{name}", text)
    written = certificate.for_localhost()
    lab.write(f"{PLACE}/cert.pem", written[0], "0644")
    lab.write(f"{PLACE}/key.pem", written[1], "0600")
    lab.write("/etc/sudoers.d/hardening", "www-data ALL=(ALL) NOPASSWD: ALL\n", "0440")
    lab.sh("cp /etc/resolv.conf /etc/resolv.conf.kept; echo nameserver 127.0.0.1 > /etc/resolv.conf")
    if lab.sh("ls /usr/bin/psql", check=False):
        lab.sh(programs.POSTGRESQL)
    servers = {"names": programs.NAME_SERVER, "tls": programs.TLS_SERVER, "redis": programs.REDIS}
    for name, text in servers.items():
        lab.write(f"{PLACE}/{name}-server", text)
        lab.sh(f"systemd-run --quiet --unit=hardening-{name} /usr/bin/python3 {PLACE}/{name}-server")
    yield lab
    lab.remove_pools()
    units = " ".join(f"hardening-{name}" for name in servers)
    lab.sh(f"systemctl stop {units}; mv /etc/resolv.conf.kept /etc/resolv.conf")
    lab.sh(f"rm -rf {PLACE} {HOME} /etc/sudoers.d/hardening")


@pytest.fixture(scope="module")
def has(broker: LabHost) -> t.Callable[[str], bool]:
    there = broker.sh("".join(f"{probe} 2>/dev/null >&2 && echo {runs}\n" for runs, probe in PROBES.items()) + "true")
    return lambda runs: runs in there.split()


@pytest.fixture(scope="module")
def deployed(broker: LabHost, has: t.Callable[[str], bool]) -> TaskResult:
    result = broker.deploy(*(pool(name, runs, **options) for name, (runs, options) in POOLS.items() if has(runs)))
    assert not result.failed, result.msg
    return result


@pytest.fixture(scope="module")
def said(broker: LabHost, deployed: TaskResult) -> dict[str, dict[str, str]]:
    """What each pool's worker printed, by thing."""
    names = list(deployed.result["pools"])
    broker.until(lambda: set(names) <= done(broker))
    return {name: printed(broker, name) for name in names}


def journal(lab: LabHost) -> list[dict[str, str]]:
    text = lab.sh("journalctl --sync; journalctl -b --no-pager -o json --output-fields=MESSAGE,SYSLOG_IDENTIFIER")
    return [json.loads(line) for line in text.splitlines()]


def done(lab: LabHost) -> set[str]:
    return {row["SYSLOG_IDENTIFIER"].split("@")[0] for row in journal(lab) if row.get("MESSAGE") == "done"}


def printed(lab: LabHost, name: str) -> dict[str, str]:
    rows = [row["MESSAGE"] for row in journal(lab) if row.get("SYSLOG_IDENTIFIER") == f"{name}@1"]
    return {thing: rest for thing, _, rest in (row.partition(" ") for row in rows) if rest}


def ok(said: dict[str, str]) -> set[str]:
    return {thing for thing, how in said.items() if how == "ok"}


@pytest.mark.parametrize(
    ("name", "works"),
    [
        ("python-off", STANDARD | {"sudo"}),
        ("python-standard", STANDARD),
        ("python-strict", STRICT),
        ("python-no-network", ALWAYS),
        ("python-opened", STRICT | {"interfaces", "nice", "shared-tmp", "working-directory"}),
        ("python-sudo", STANDARD | {"sudo"}),
    ],
)
def test_a_worker_can_do_this_and_nothing_else(said: dict[str, dict[str, str]], name: str, works: set[str]) -> None:
    assert ok(said[name]) == works, said[name]


def test_interpreters_run_with_their_compilers(said: dict[str, dict[str, str]]) -> None:
    for name, things in said.items():
        if not name.startswith(("python", "media")):
            assert things.pop("jit", "ok") == ("off" if name in ("php-strict", "ruby-strict") else "ok"), name
            if name == "node-jit":
                assert "97" in things.pop("interfaces"), "strict has no list of interfaces: EAFNOSUPPORT"
            assert ok(things) == set(things) >= {"child", "dns"}, (name, things)


@pytest.mark.parametrize("profile", ["standard", "strict", "no-network"])
def test_ffmpeg_and_clients_of_postgresql_run(said: dict[str, dict[str, str]], profile: str) -> None:
    if "media-standard" not in said:
        pytest.skip("the host does not have them")
    network = {"postgresql"} if profile != "no-network" else set()
    assert ok(said[f"media-{profile}"]) == {"ffmpeg", "local-postgresql"} | network, said[f"media-{profile}"]


@pytest.mark.parametrize("name", FAILING)
def test_without_its_need_a_compiler_fails_the_deploy(
    broker: LabHost, has: t.Callable[[str], bool], deployed: TaskResult, name: str
) -> None:
    if not has(FAILING[name]):
        pytest.skip("the host does not have it")
    result = broker.deploy(pool(name, FAILING[name], hardening="strict", rollout={"min_healthy_time": "5s"}))
    assert result.failed
    assert [row["unit"] for row in result.result["failures"]] == [f"{name}@1.service"]


@pytest.mark.parametrize("runs", ["node", "java"])
def test_what_cannot_run_without_its_compiler_is_told_before(
    broker: LabHost, has: t.Callable[[str], bool], runs: str
) -> None:
    if not has(runs):
        pytest.skip("the host does not have it")
    (problem,) = broker.deploy(pool(f"{runs}-strict", runs, hardening="strict")).result["problems"]
    assert problem["id"] == "jit-needs-executable-memory"
    assert "needs: [jit]" in problem["hint"]


def test_an_application_at_home_is_told_before_and_its_need_runs_it(broker: LabHost) -> None:
    broker.sh(f"mkdir -p {HOME} && cp {PLACE}/python {HOME}/worker && ln -sfn {HOME} {PLACE}/current")
    at_home = {"working_directory": f"{PLACE}/current", "writable_paths": []}
    before = broker.tree()
    (problem,) = broker.deploy(pool("at-home", "python", **at_home)).result["problems"]
    assert (problem["id"], "needs: [home]" in problem["hint"]) == ("home-is-hidden", True)
    assert f"{PLACE}/current, a link to {HOME}," in problem["found"]
    assert broker.tree() == before
    result = broker.deploy(pool("at-home", "python", **at_home, needs=["home"]))
    assert not result.failed, result.msg


def test_a_path_that_is_not_there_is_one_problem(broker: LabHost) -> None:
    for path, instances in (("/srv/nowhere", 2), ("/srv/nowhere/%i", ["a"])):
        result = broker.deploy(pool("nowhere", "python", writable_paths=[path], instances=instances))
        assert [row["where"] for row in result.result["problems"]] == ["pools[0] (nowhere).writable_paths"]


def test_root_goes_on_being_root_in_standard(broker: LabHost) -> None:
    broker.write("/usr/local/bin/as-root", AS_ROOT)
    result = broker.deploy({"name": "as-root", "command": ["/usr/local/bin/as-root"]})
    assert not result.failed, result.msg
    broker.until(lambda: "as-root" in done(broker))
    assert ok(printed(broker, "as-root")) == {"read", "chown", "become", "kill"}


AS_ROOT = f"""\
#!/bin/sh
does() {{ thing=$1; shift; if "$@" 2>/dev/null >&2; then echo "$thing ok"; else echo "$thing refused"; fi; }}
install -m 600 -o www-data /dev/null {PLACE}/private
does read cat {PLACE}/private
does chown chown daemon {PLACE}/private
does become setpriv --reuid=www-data --clear-groups true
does etc touch /etc/hardening
setpriv --reuid=www-data --clear-groups sleep 1000 &
does kill kill $!
echo done
sleep 1000
"""


def test_a_second_deploy_changes_nothing(broker: LabHost, has: t.Callable[[str], bool], deployed: TaskResult) -> None:
    before = broker.pids("python-strict")
    again = broker.deploy(*(pool(name, runs, **options) for name, (runs, options) in POOLS.items() if has(runs)))
    assert not again.changed
    assert broker.pids("python-strict") == before


def test_a_directive_of_a_newer_systemd_is_left_out_and_said(broker: LabHost, deployed: TaskResult) -> None:
    expected = ["PrivateIPC"] if broker.systemd < 248 else []
    assert deployed.result["pools"]["python-strict"]["left_out"] == expected
    assert deployed.result["pools"]["python-standard"]["left_out"] == []
