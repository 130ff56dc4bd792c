# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which directives of ours are lists: systemd is given two lines of each, and the last of them alone."""

from __future__ import annotations

import itertools

from ansible_collections.workers.systemd.plugins.module_utils._core.understand import hardening, presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.own_lists import LISTS
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import DIRECTORIES, LIMITS
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import own_sections
from tests.helpers.oracle_host import Content, OracleHost

UNITS = "/etc/systemd/system"
EVERYTHING = {
    "user": "daemon",
    "group": "daemon",
    "working_directory": "/srv",
    "environment_files": ["/etc/hostname"],
    "writable_paths": ["/srv"],
    "limits": dict.fromkeys(LIMITS, "50%"),
    "busy_check": ["/bin/busy"],
    **dict.fromkeys(DIRECTORIES, "mail"),
}
# Two values of a directive that a boolean or a number is none for.
SAMPLES = {
    "AmbientCapabilities": ("CAP_NET_RAW", "CAP_KILL"),
    "CapabilityBoundingSet": ("CAP_NET_RAW", "CAP_KILL"),
    "Environment": ("A=1", "B=2"),
    "EnvironmentFile": ("/etc/hostname", "/etc/hosts"),
    "IPAddressDeny": ("10.0.0.1", "10.0.0.2"),
    "KillMode": ("mixed", "process"),
    "LogExtraFields": ("A=1", "B=2"),
    "ProcSubset": ("pid", "all"),
    "ProtectProc": ("invisible", "ptraceable"),
    "ReadWritePaths": ("/srv", "/opt"),
    "Restart": ("always", "on-failure"),
    "RestrictAddressFamilies": ("AF_UNIX", "AF_INET"),
    "RestrictNamespaces": ("net", "ipc"),
    "SystemCallArchitectures": ("native", "x86"),
    "SystemCallErrorNumber": ("EPERM", "EACCES"),
    "SystemCallFilter": ("@basic-io", "@mount"),
    "Type": ("exec", "simple"),
    "UMask": ("0077", "0027"),
    "WorkingDirectory": ("/srv", "/opt"),
    # Only of targets that are loaded systemd tells whom they want.
    "WantedBy": ("timers.target", "multi-user.target"),
    **dict.fromkeys(("Wants", "After", "PartOf", "OnFailure"), ("a.target", "b.target")),
    **dict.fromkeys(("ExecStart", "ExecStop"), ("/bin/true", "/bin/false")),
    **dict.fromkeys(("User", "Group"), ("daemon", "bin")),
    **dict.fromkeys(DIRECTORIES.values(), ("a", "b")),
}
INSTALLED = "list1-Install-WantedBy list2-Install-WantedBy"
NUMBERS = ("Sec", "Steps", "Burst", "Max", "High", "Quota", "Weight")


def own_directives(systemd: int) -> set[tuple[str, str]]:
    """All that a pool's template may have without ``unit``."""
    found = set()
    for preset, profile, need in itertools.product(presets.PRESETS, hardening.PROFILES, [*hardening.NEEDS, None]):
        given = {"name": "mail", "command": ["/bin/a"], "preset": preset, "hardening": profile, **EVERYTHING}
        (pool,), problems = understand([{**given, "needs": [need] if need else []}])
        assert problems == []
        found |= {(section, key) for section, keys in own_sections(pool, systemd, ["/a"]).items() for key in keys}
    return {(section, key) for section, key in found if not section.startswith("X-")} - {("Unit", "Description")}


def two_of(key: str) -> tuple[str, str]:
    if key in SAMPLES:
        return SAMPLES[key]
    return ("10", "20") if key.endswith(NUMBERS) else ("yes", "no") if key != "SyslogIdentifier" else ("a", "b")


def test_the_lists_are_those_that_systemd_reads_as_lists(host: OracleHost) -> None:
    own = sorted(own_directives(host.systemd) | {("Service", "LogExtraFields")})
    texts: dict[str, Content] = {}
    for (section, key), lines in itertools.product(own, (2, 1)):
        start = "" if key == "ExecStart" else "[Service]\nExecStart=/bin/true\n"
        written = "".join(f"{key}={value}\n" for value in two_of(key)[-lines:])
        texts[f"{UNITS}/{unit_of(section, key, lines)}"] = f"{start}[{section}]\n{written}"
    host.write_all(texts)
    try:
        host.sh(f"systemctl daemon-reload; systemctl enable {INSTALLED}")
        of_two, of_one = (in_force(host, own, lines) for lines in (2, 1))
    finally:
        host.sh(f"systemctl disable {INSTALLED}; rm {UNITS}/list?-*; systemctl daemon-reload")
    lists = {place for place in own if of_two[place] != of_one[place]}
    # Of a service that is no oneshot a second ExecStart= is an error, and `unit` may have none.
    wanted = {(section, key) for section, keys in LISTS.items() for key in keys} & set(own)
    assert lists - {("Service", "ExecStart")} == wanted


def unit_of(section: str, key: str, lines: int) -> str:
    return f"list{lines}-{section}-{key}.service"


def in_force(host: OracleHost, own: list[tuple[str, str]], lines: int) -> dict[tuple[str, str], list[str]]:
    """All that systemd tells of each unit; and who wants it."""
    shown = host.sh(f"systemctl show {' '.join(unit_of(*place, lines) for place in own)}")
    # Of a set systemd tells the words in any order.
    blocks = [
        [" ".join(sorted(line.replace("=", " ").split())) for line in block.splitlines()]
        for block in shown.replace(f"list{lines}-", "list-").split("\n\n")
    ]
    return dict(zip(own, blocks))
