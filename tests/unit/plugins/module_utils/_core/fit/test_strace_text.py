# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.fit.strace_text import Call, calls, unescaped

# strace 6.1 on Debian 12.
SAID = r"""
75    --- stopped by SIGSTOP ---
75    --- SIGCONT {si_signo=SIGCONT, si_code=SI_USER, si_pid=56, si_uid=0} ---
75    execve("/usr/bin/python3", [...], 0x55e1a4d7a5d8 /* 9 vars */) = 0
75    access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)
75    openat(AT_FDCWD</srv/x>, "/srv/x/we\"ird\n>\303\251", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3</srv/x/we\"ird\n\76\303\251>
75    bind(4<socket:[6742043]>, {sa_family=AF_UNIX, sun_path="/srv/x/s.sock"}, 16) = 0
75    clone3({flags=CLONE_VM|CLONE_THREAD, child_tid=0x7f83dbd8b990} <unfinished ...>
85    rseq(0x7f83dbd8bfe0, 0x20, 0, 0x53053053 <unfinished ...>
75    <... clone3 resumed> => {parent_tid=[85]}, 88) = 85
85    <... rseq resumed>)               = 0
75    rt_sigprocmask(SIG_SETMASK, [],  <unfinished ...>
75    <... rt_sigprocmask resumed>NULL, 8) = 0
75    mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x7f83dc4f2000
75    fcntl(1<socket:[6740620]>, F_GETFL)       = 0x2 (flags O_RDWR)
85    exit(0)                           = ?
75    restart_syscall(<... resuming interrupted clock_nanosleep ...> <unfinished ...>
75    --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=1, si_uid=0} ---
"""  # noqa: E501


def one(line: str) -> Call:
    (call,) = calls([line])
    return call


def test_calls_come_as_they_end() -> None:
    found = [(call.pid, call.name, call.result) for call in calls(SAID.splitlines())]
    assert found == [
        (75, "execve", "0"),
        (75, "access", "-1"),
        (75, "openat", "3"),
        (75, "bind", "0"),
        (75, "clone3", "85"),
        (85, "rseq", "0"),
        (75, "rt_sigprocmask", "0"),
        (75, "mmap", "0x7f83dc4f2000"),
        (75, "fcntl", "0x2"),
        (85, "exit", "?"),
    ]


def test_the_halves_of_a_call_are_put_together() -> None:
    clone = next(call for call in calls(SAID.splitlines()) if call.name == "clone3")
    assert str(clone) == ("clone3({flags=CLONE_VM|CLONE_THREAD, child_tid=0x7f83dbd8b990}  => {parent_tid=[85]}, 88)")


def test_a_path_is_told_as_it_is() -> None:
    call = next(call for call in calls(SAID.splitlines()) if call.name == "openat")
    assert call.paths == [("/srv/x", '/srv/x/we"ird\n>é')]
    assert call.opened == '/srv/x/we"ird\n>é'


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        pytest.param(
            '7 unlink("x") = 0', [("", "x")], id="relative to the working directory, of which nothing is said"
        ),
        pytest.param('7 openat(AT_FDCWD, "x", O_RDONLY) = 3</srv/x>', [("", "x")], id="as strace 5.10 has it"),
        pytest.param(
            '7 renameat2(AT_FDCWD</a>, "x", 5</b>, "y", 0) = 0', [("/a", "x"), ("/b", "y")], id="each has its directory"
        ),
        pytest.param('7 newfstatat(3</a>, "", {st_mode=S_IFREG}, AT_EMPTY_PATH) = 0', [("/a", "")], id="a descriptor"),
    ],
)
def test_paths_have_the_directory_that_they_are_relative_to(line: str, paths: list[tuple[str, str]]) -> None:
    assert one(line).paths == paths


def test_an_error_has_its_name() -> None:
    assert one('7 access("/a", R_OK) = -1 ENOENT (No such file or directory)').error == "ENOENT"
    assert one("7 accept4(3, 0, 0, 0) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)").error == "ERESTARTSYS"
    assert one("7 fcntl(1<pipe:[1]>, F_GETFL) = 0x2 (flags O_RDWR)").error == ""


def test_a_socket_may_have_a_path() -> None:
    assert one('7 connect(5<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/a"}, 110) = 0').socket_path == "/run/a"
    assert one('7 connect(5<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"a"}, 110) = 0').socket_path == ""


def test_a_long_call_is_told_in_part() -> None:
    assert str(one(f'7 chdir("/{"a" * 500}") = 0')) == f'chdir("/{"a" * 152}...'


@pytest.mark.parametrize("line", ["", "strace: Process 75 attached", "75    +++ exited with 0 +++", "75 read("])
def test_what_is_no_call_is_none(line: str) -> None:
    assert list(calls([line])) == []


def test_bytes_that_are_no_text_are_kept() -> None:
    assert unescaped(r"a\377b\0c\7") == "a\udcffb\0c\7"


def quoted(data: bytes) -> str:
    """As print_quoted_string_ex() of strace does for a path."""
    named = {0x09: "\\t", 0x0A: "\\n", 0x0B: "\\v", 0x0C: "\\f", 0x0D: "\\r", 0x22: '\\"', 0x5C: "\\\\"}
    return "".join(
        named.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F and byte != 0x3E else f"\\{byte:03o}") for byte in data
    )


@given(st.binary())
def test_every_path_comes_back(data: bytes) -> None:
    path = data.decode("utf-8", "surrogateescape")
    assert one(f'7 unlink("{quoted(data)}") = 0').paths == [("", path)]


@given(st.text())
def test_nothing_makes_it_fail(text: str) -> None:
    list(calls([text, f"7 {text}", f"7 a({text}) = 0", f"7 <... a resumed>{text}"]))
