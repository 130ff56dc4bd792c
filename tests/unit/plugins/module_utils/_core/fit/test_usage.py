# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.fit.strace_text import calls
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.usage import Usage, refused, watched

STARTED = 'execve("/usr/bin/python3", [...], 0x1 /* 9 vars */) = 0'


def seen(*lines: str, start: str = STARTED) -> Usage:
    """Each line is a call of process 7, or of the one that it names."""
    numbered = [line if line[0].isdigit() else f"7 {line}" for line in (start, *lines) if line]
    return watched(calls(numbered), "/srv/app")


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ('openat(AT_FDCWD</srv/app>, "a", O_RDONLY) = 3</srv/app/a>', []),
        ('openat(AT_FDCWD</srv/app>, "a", O_WRONLY|O_CREAT, 0666) = 3</srv/data/a>', ["/srv/data/a"]),
        ('openat(AT_FDCWD, "a", O_RDWR) = 3</srv/app/a>', ["/srv/app/a"]),
        ('open("../a", O_WRONLY|O_TRUNC) = 3', ["/srv/a"]),
        ('openat(AT_FDCWD</srv/app>, "a", O_RDWR) = -1 EACCES (Permission denied)', []),
        ('mkdir("./a//b", 0777) = 0', ["/srv/app/a/b"]),
        ('unlinkat(5</srv/x>, "a", 0) = 0', ["/srv/x/a"]),
        ('rename("a", "/b") = 0', ["/srv/app/a", "/b"]),
        ('symlink("/nowhere", "a") = 0', ["/srv/app/a"]),
        ('setxattr("a", "user.x", ""..., 1, 0) = 0', ["/srv/app/a"]),
        ('bind(3<socket:[7]>, {sa_family=AF_UNIX, sun_path="/run/a"}, 8) = 0', ["/run/a"]),
        ('bind(3<socket:[7]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 8) = 0', []),
        ('access("a", W_OK) = 0', []),
        ("mkdir(0x7ffe, 0777) = 0", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_call_changes(line: str, changed: list[str]) -> None:
    assert list(seen(line).changed) == changed


def test_where_a_process_is_it_takes_to_its_children() -> None:
    usage = seen(
        'chdir("data") = 0',
        "vfork() = 8",
        '8 chdir("/") = 0',
        '8 unlink("a") = 0',
        'unlink("a") = 0',
        "clone3({flags=CLONE_VM} => {parent_tid=[9]}, 88) = 9",
        '9 unlink("b") = 0',
        '10 unlink("c") = 0',
    )
    assert list(usage.changed) == ["/a", "/srv/app/data/a", "/srv/app/data/b", "/srv/app/c"]
    assert usage.pids == {7, 8, 9, 10}


def test_what_went_before_the_worker_is_not_its_own() -> None:
    usage = seen(STARTED, start='7 mkdir("/a", 0777) = 0')
    assert not usage.changed
    assert list(usage.programs) == ["/usr/bin/python3"]


@pytest.mark.parametrize(
    ("line", "doings"),
    [
        ("mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x1", ["jit"]),
        ("mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3</lib/a.so>, 0) = 0x1", []),
        ("mprotect(0x1, 4096, PROT_READ|PROT_EXEC) = 0", ["jit"]),
        ("mprotect(0x1, 4096, PROT_READ|PROT_EXEC) = -1 EPERM (Operation not permitted)", []),
        ("clone(child_stack=0x1, flags=CLONE_NEWUSER|SIGCHLD) = 8", ["namespaces"]),
        ("clone(child_stack=0x1, flags=CLONE_VM|SIGCHLD) = 8", []),
        ("setns(3</proc/9/ns/net>, 0) = 0", ["namespaces"]),
        ("sched_setscheduler(0, SCHED_FIFO, [1]) = 0", ["realtime"]),
        ("sched_setscheduler(0, SCHED_OTHER, [0]) = 0", []),
        ("socket(AF_PACKET, SOCK_DGRAM, 768) = 3", ["raw_sockets"]),
        ("socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = 3", ["raw_sockets"]),
        ("socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3", []),
        (
            'bind(3, {sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "::", &sin6_addr)}, 28) = 0',
            ["low_port"],
        ),
        ("bind(3, {sa_family=AF_INET, sin_port=htons(1023)}, 16) = 0", ["low_port"]),
        ("bind(3, {sa_family=AF_INET, sin_port=htons(1024)}, 16) = 0", []),
        ("bind(3, {sa_family=AF_INET, sin_port=htons(0)}, 16) = 0", []),
        ('chmod("a", 02775) = 0', ["set_id_bit"]),
        ('mkdir("a", 01777) = 0', []),
        ("shmget(0x1234, 64, 0600) = 0", ["shared_memory"]),
        ("shmget(IPC_PRIVATE, 64, 0600) = 0", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_call_amounts_to(line: str, doings: list[str]) -> None:
    usage = seen(line)
    assert list(usage.doings) == doings
    assert all(text in line for text in usage.doings.values())


def test_sockets_are_told_by_family() -> None:
    usage = seen("socket(AF_INET, SOCK_STREAM, 0) = 3", "socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0")
    assert list(usage.families) == ["AF_INET", "AF_UNIX"]
    assert list(seen("socket(AF_INET6, SOCK_STREAM, 0) = -1 EAFNOSUPPORT (No)", "socket() = 3").families) == [""]


def test_processes_of_others() -> None:
    usage = seen(
        'open("/proc/7/status", O_RDONLY) = 3</proc/7/status>',
        'open("/proc/1/status", O_RDONLY) = 3</proc/1/status>',
        'open("/proc/self/status", O_RDONLY) = 3</proc/7/status>',
    )
    assert list(usage.others) == ["/proc/1/status"]


def test_what_others_left_in_a_tmp() -> None:
    usage = seen(
        'openat(AT_FDCWD, "/tmp/own", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</tmp/own>',
        'mkdir("/var/tmp/own", 0700) = 0',
        'unlink("/var/tmp/own/a") = 0',
        'stat("/tmp", 0x1) = 0',
        'stat("/tmp/lock", 0x1) = 0',
        'stat("/tmp/none", 0x1) = -1 ENOENT (No such file or directory)',
    )
    assert list(usage.left_by_others) == ["/tmp/lock"]


@pytest.mark.parametrize(
    ("without", "with_hardening", "result"),
    [
        ("nice(1) = 0", "nice(1) = -1 EPERM (Operation not permitted)", ["nice(1) = EPERM"]),
        ("nice(1) = -1 EPERM (Operation not permitted)", "nice(1) = -1 EPERM (Operation not permitted)", []),
        ('open("/a", O_RDONLY) = 3</a>', 'open("/a", O_RDONLY) = -1 ENOENT (No)', ['open("/a", O_RDONLY) = ENOENT']),
        ('open("/b", O_RDONLY) = 3</b>', 'open("/a", O_RDONLY) = -1 ENOENT (No)', []),
        ('open("/tmp/a", O_RDONLY) = 3</tmp/a>', 'open("/tmp/a", O_RDONLY) = -1 ENOENT (No)', []),
        ('open("/b", O_RDWR) = 3</b>', 'open("/a", O_RDWR) = -1 EROFS (Read-only)', ['open("/a", O_RDWR) = EROFS']),
        ("", "socket(AF_INET, 1) = -1 EAFNOSUPPORT (No)", ["socket(AF_INET, 1) = EAFNOSUPPORT"]),
        (
            'open("/proc/sys/vm/overcommit_memory", O_RDONLY) = 3</proc/sys/vm/overcommit_memory>',
            'open("/proc/sys/vm/overcommit_memory", O_RDONLY) = -1 ENOENT (No)',
            [],
        ),
        ("", "read(3) = -1 EAGAIN (Resource temporarily unavailable)", []),
    ],
    ids=[
        "what worked is refused now",
        "what failed already",
        "what is hidden now",
        "what was not asked for before may not be there",
        "a /tmp of its own is empty",
        "a refusal is one wherever it is",
        "a family of sockets",
        "what every program does without",
        "what has other reasons",
    ],
)
def test_what_hardening_refused(without: str, with_hardening: str, result: list[str]) -> None:
    assert refused(seen(without), seen(with_hardening)) == result
