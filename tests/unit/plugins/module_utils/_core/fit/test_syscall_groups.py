# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.fit.syscall_groups import parse_groups, refused

# systemd 252, shortened.
SAID = """\
@default
    # System calls that are always permitted
    brk
    exit

@chown
    # Change ownership of files and directories
    chown
    fchown

@privileged
    # All system calls which need super-user capabilities
    @chown
    chroot

@system-service
    # General system service operations
    @default
    @chown
    read
# Not showing unlisted system calls, couldn't retrieve kernel system call list: No such file or directory
"""
GROUPS = parse_groups(SAID)


def test_a_group_has_the_calls_of_the_groups_in_it() -> None:
    assert GROUPS["@privileged"] == {"chown", "fchown", "chroot"}
    assert GROUPS["@system-service"] == {"brk", "exit", "chown", "fchown", "read"}
    assert set(GROUPS) == {"@default", "@chown", "@privileged", "@system-service"}


@pytest.mark.parametrize(
    ("lines", "calls"),
    [
        pytest.param([], set(), id="without a filter nothing is refused"),
        pytest.param(["@system-service"], {"chroot", "mount"}, id="what is in no group that is let through"),
        pytest.param(["@chown"], {"chroot", "mount", "read"}, id="what every program needs is not"),
        pytest.param(["@system-service", "~@privileged"], {"chown", "chroot", "mount"}, id="what is taken away again"),
        pytest.param(["@system-service", "~@privileged", "chown mount"], {"chroot"}, id="what is named is not"),
        pytest.param(["@system-service @new"], {"chroot", "mount"}, id="a group of another systemd has nothing in it"),
    ],
)
def test_what_a_filter_refuses(lines: list[str], calls: set[str]) -> None:
    assert refused({"brk", "read", "chown", "chroot", "mount"}, lines, GROUPS) == calls
