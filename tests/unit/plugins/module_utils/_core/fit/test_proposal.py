# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.workers.systemd.plugins.module_utils._core.fit.proposal import (
    Host,
    Proposal,
    folded_directories,
    proposals,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.strace_text import calls
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.usage import Usage, watched
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import parent
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand

GROUPS = {
    "@default": frozenset({"execve", "brk"}),
    "@system-service": frozenset(
        {"bind", "chmod", "chown", "mprotect", "nice", "open", "shmget", "socket", "stat", "unshare"}
    ),
    "@privileged": frozenset({"chown", "chroot"}),
    "@resources": frozenset({"nice", "setpriority"}),
    "@mount": frozenset({"mount"}),
    "@chown": frozenset({"chown"}),
    "@setuid": frozenset({"setuid"}),
}
GROUPS["@system-service"] |= GROUPS["@default"]
INET = "socket(AF_INET, SOCK_STREAM, 0) = 3"


def seen(*lines: str) -> Usage:
    started = 'execve("/usr/bin/app", [...], 0x1) = 0'
    return watched(calls(f"7 {line}" for line in (started, *lines)), "/srv/app")


def fitted(*lines: str, profile: str = "strict", **facts: t.Any) -> Proposal:
    """With a socket, for no profile but no_network is without one."""
    usage = seen(INET, *lines)
    directories = {path: parent(path) for path in usage.changed}
    host = Host(**{"groups": GROUPS, "directories": directories, "working_directory": "/srv/app", **facts})
    return next(one for one in proposals(usage, host) if one.hardening == profile)


def written(path: str) -> str:
    return f'open("{path}", O_WRONLY|O_CREAT, 0666) = 3<{path}>'


def test_a_worker_that_does_nothing_gets_no_network() -> None:
    tightest, *looser = proposals(seen(), Host(GROUPS))
    assert tightest == Proposal(
        "no_network", (), (), {}, ("hardening: no_network, because it made no socket but local ones",)
    )
    assert [one.hardening for one in looser] == ["strict", "standard"]


def test_a_worker_with_local_sockets_gets_no_network() -> None:
    usage = seen("socket(AF_UNIX, SOCK_STREAM, 0) = 3", "socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0")
    assert proposals(usage, Host({**GROUPS, "@default": frozenset(usage.calls)}))[0].hardening == "no_network"


def test_a_worker_on_the_network_gets_strict() -> None:
    assert fitted().because == ("hardening: strict, and not no_network because of socket(AF_INET, SOCK_STREAM, 0)",)
    assert fitted().options == {"hardening": "strict"}


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("mprotect(0x1, 4096, PROT_READ|PROT_EXEC) = 0", {"needs": ["jit"]}),
        ("nice(1) = 0", {"needs": ["realtime"]}),
        ("unshare(CLONE_NEWUSER) = 0", {"needs": ["namespaces"]}),
        ('mount("a", "b", "c", 0, NULL) = 0', {"needs": ["namespaces"]}),
        ("socket(AF_PACKET, SOCK_RAW, 768) = 3", {"needs": ["raw_sockets"]}),
        ('stat("/home/app/.config", 0x1) = 0', {"needs": ["home"]}),
        ('stat("/home", 0x1) = 0', {}),
        ('open("/dev/nvidia0", O_RDWR) = 3</dev/nvidia0>', {"needs": ["devices"]}),
        ('open("/dev/null", O_RDWR) = 3</dev/null>', {}),
        ('open("/dev/shm/a", O_RDWR|O_CREAT, 0600) = 3</dev/shm/a>', {}),
        ('open("/proc/meminfo", O_RDONLY) = 3</proc/meminfo>', {"needs": ["proc"]}),
        ('open("/proc/self/status", O_RDONLY) = 3</proc/7/status>', {}),
        ('open("/proc/sys/vm/overcommit_memory", O_RDONLY) = 3</proc/sys/vm/overcommit_memory>', {}),
        ('open("/proc/1/status", O_RDONLY) = 3</proc/1/status>', {"needs": ["proc"]}),
        ('stat("/tmp/lock", 0x1) = 0', {"needs": ["shared_tmp"]}),
        (
            "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3",
            {"unit": {"Service": {"RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK"}}},
        ),
        (
            'chmod("/tmp/a", 02775) = 0',
            {
                "needs": ["shared_tmp"],
                "unit": {"Service": {"RestrictSUIDSGID": False}},
                "writable_paths": ["/tmp"],
            },
        ),
        ("shmget(0x1, 64, 0600) = 0", {"unit": {"Service": {"PrivateIPC": False}}}),
        (
            "bind(3, {sa_family=AF_INET, sin_port=htons(25)}, 16) = 0",
            {"unit": {"Service": {"CapabilityBoundingSet": "CAP_NET_BIND_SERVICE", "PrivateUsers": False}}},
        ),
        (
            'chroot("/srv") = 0',
            {"unit": {"Service": {
                "SystemCallFilter": ["@system-service @pkey", "~@privileged @resources", "chroot"]}}},
        ),
        ('stat("/usr/lib/modules/6.1/a.ko", 0x1) = 0', {"unit": {"Service": {"ProtectKernelModules": False}}}),
        (
            'open("/sys/fs/cgroup/a/cgroup.procs", O_WRONLY) = 3</sys/fs/cgroup/a/cgroup.procs>',
            {"unit": {"Service": {"ProtectControlGroups": False}}},
        ),
        (
            'open("/proc/sys/vm/swappiness", O_WRONLY) = 3</proc/sys/vm/swappiness>',
            {"needs": ["proc"], "unit": {"Service": {"ProtectKernelTunables": False}}},
        ),
        (written("/srv/data/a"), {"writable_paths": ["/srv/data"]}),
        (written("/tmp/a"), {}),
        (written("/var/lib/app/a"), {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_strict_is_opened_by(line: str, options: dict[str, t.Any]) -> None:
    found = fitted(line, own=("/var/lib/app",))
    assert found.options == {"hardening": "strict", **options}
    assert yaml.safe_load(found.yaml) == found.options
    opened = len(found.needs) + len(found.writable_paths) + len(found.unit)
    assert len(found.because) == 1 + opened
    assert all("because of" in why for why in found.because)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("mprotect(0x1, 4096, PROT_READ|PROT_EXEC) = 0", {}),
        ("nice(1) = 0", {}),
        ("sched_setscheduler(0, SCHED_FIFO, [1]) = 0", {"needs": ["realtime"]}),
        ('open("/proc/meminfo", O_RDONLY) = 3</proc/meminfo>', {}),
        (written("/srv/data/a"), {}),
        (written("/etc/app/a"), {"writable_paths": ["/etc/app"]}),
        ('stat("/home/app/a", 0x1) = 0', {"needs": ["home"]}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_standard_is_opened_by(line: str, options: dict[str, t.Any]) -> None:
    groups = {**GROUPS, "@resources": GROUPS["@resources"] | {"sched_setscheduler"}}
    groups["@system-service"] |= groups["@resources"]
    found = fitted(line, profile="standard", groups=groups)
    assert found.options == {"hardening": "standard", **options}


def test_a_program_that_becomes_another_user() -> None:
    found = fitted('execve("/usr/bin/sudo", [...], 0x1) = 0', "mount() = 0", "nice(1) = 0", gains={"/usr/bin/sudo"})
    assert found.options == {"hardening": "strict", "needs": ["setuid"]}


def test_a_worker_that_runs_as_root_stays_root() -> None:
    low = "bind(3, {sa_family=AF_INET, sin_port=htons(25)}, 16) = 0"
    strict, standard = (fitted(low, as_root=True, profile=one) for one in ("strict", "standard"))
    assert strict.needs == ("root",)
    # `pools` grants it.
    assert standard.needs == ()
    for found in (strict, standard):
        bounds = str(found.guards(as_root=True)["CapabilityBoundingSet"]).split()
        assert {"CAP_CHOWN", "CAP_NET_BIND_SERVICE"} <= set(bounds)


def test_what_the_operator_gave_stays_given() -> None:
    raw = "socket(AF_PACKET, SOCK_DGRAM, 768) = 3"
    given = fitted(ambient="CAP_NET_RAW CAP_SYS_NICE").unit
    assert given == {
        "CapabilityBoundingSet": "CAP_SYS_NICE",
        "PrivateUsers": False,
        "AmbientCapabilities": "CAP_SYS_NICE",
    }
    both = fitted(raw, ambient="CAP_NET_RAW CAP_SYS_NICE").unit
    assert both["AmbientCapabilities"] == both["CapabilityBoundingSet"] == "CAP_NET_RAW CAP_SYS_NICE"
    # It is in the need, or not needed.
    assert fitted(ambient="CAP_NET_RAW").unit == fitted(raw, ambient="CAP_NET_RAW").unit == {}


def test_files_in_a_directory_of_somebody_else_are_for_others() -> None:
    assert fitted(written("/srv/web/a"), foreign={"/srv/web"}).needs == ("shared_files",)
    assert fitted(written("/srv/web/a")).needs == ()


def test_a_home_is_found_where_a_link_leads() -> None:
    assert fitted(written("/srv/data/a"), directories={"/srv/data/a": "/home/data"}).options == {
        "hardening": "strict",
        "needs": ["home"],
    }
    assert fitted(working_directory="/home/app").needs == ("home",)


def test_a_directory_that_cannot_be_named_is_in_one_that_can() -> None:
    for name in ("a b", 'a"b', "a%b", "a\ud800b"):
        directory = f"/srv/data/{name}/c"
        found = fitted(written("/srv/data/a"), directories={"/srv/data/a": directory})
        assert found.writable_paths == ("/srv/data",)


@pytest.mark.parametrize(
    ("directories", "folded"),
    [
        ([], []),
        (["/a/b/c", "/a/b", "/a/bc"], ["/a/b", "/a/bc"]),
        (["/srv/x/y/a", "/srv/x/y/b"], ["/srv/x/y/a", "/srv/x/y/b"]),
        (["/srv/x/y/a", "/srv/x/y/b", "/srv/x/y/c"], ["/srv/x/y"]),
        (["/srv/app/y/a", "/srv/app/y/b", "/srv/app/y/c", "/srv/app/z"], ["/srv/app/y", "/srv/app/z"]),
        (["/srv/app/a", "/srv/app/b", "/srv/app/c"], ["/srv/app/a", "/srv/app/b", "/srv/app/c"]),
        (["/srv/x/a", "/srv/x/b", "/srv/x/c"], ["/srv/x/a", "/srv/x/b", "/srv/x/c"]),
    ],
    ids=[
        "nothing",
        "one in another",
        "two side by side",
        "many side by side",
        "many in the application",
        "never all of the application",
        "never near the root",
    ],
)
def test_directories_are_few(directories: list[str], folded: list[str]) -> None:
    assert folded_directories(directories, "/srv/app") == folded


def test_what_is_proposed_is_what_a_pool_takes() -> None:
    found = fitted(
        "mprotect(0x1, 4096, PROT_READ|PROT_EXEC) = 0",
        'chroot("/srv") = 0',
        "socket(AF_VSOCK, SOCK_STREAM, 0) = 3",
        'chmod("/srv/data/a", 02775) = 0',
        written("/srv/data-é/a"),
    )
    (pool,), problems = understand(
        [{"name": "app", "command": "/usr/bin/app", "user": "app", **yaml.safe_load(found.yaml)}]
    )
    assert not problems
    assert {**pool.guards, **pool.unit["Service"]} | {"ReadWritePaths": list(pool.writable_paths)} == found.guards(
        as_root=False
    )
