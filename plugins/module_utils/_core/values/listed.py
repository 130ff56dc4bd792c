# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single items of values that are lists or paths: paths, unit names, capabilities, system calls and their like."""

from __future__ import annotations

import re

from ansible_collections.workers.systemd.plugins.module_utils._core.units import LONGEST_UNIT_NAME
from ansible_collections.workers.systemd.plugins.module_utils._core.values.quantities import integer
from ansible_collections.workers.systemd.plugins.module_utils._core.values.words import names

UNIT_KINDS = names("service socket target timer path slice mount automount swap device scope")
UNIT_STEM = re.compile(r"[A-Za-z0-9:_.\\-][A-Za-z0-9:_.\\@-]*")
VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
JOURNAL_FIELD = re.compile("[A-Z0-9][A-Z0-9_]{0,63}")
URL = re.compile("(?:https?://|file:/|info:|man:).+")
SYSTEM_CALL = re.compile("[a-z0-9_]+(?::(?:kill|E[A-Z0-9]+|[0-9]+))?")
CPU = r"\+?(?:0x[0-9a-f]+|[0-9]+)"
CPU_RANGE = rf"{CPU}(?:-{CPU})?"
# Separators before, after, or alone are nothing to systemd (parse_cpu_set()).
CPUS = re.compile(rf"[\s,]*(?:{CPU_RANGE}(?:[\s,]+{CPU_RANGE})*[\s,]*)?")
ADDRESS = re.compile(
    "any|localhost|link-local|multicast|[0-9.]+(?:/[0-9]{1,2})?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:/[0-9]{1,3})?"
)
BUS_NAME = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*(?:\.[A-Za-z_-][A-Za-z0-9_-]*)+")
CAPABILITIES = names(
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service"
    " net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin"
    " sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override"
    " mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
)
LAST_CAPABILITY = 62
ARCHITECTURES = names(
    "native x86 x86-64 x32 arm arm64 loongarch64 mips mips64 mips64-n32 mips-le mips64-le mips64-le-n32"
    " parisc parisc64 ppc ppc64 ppc64-le riscv64 s390 s390x"
)
CALL_GROUPS = names(
    "default aio basic-io chown clock cpu-emulation debug file-system io-event ipc keyring memlock module mount"
    " network-io obsolete pkey privileged process raw-io reboot resources sandbox setuid signal swap sync"
    " system-service timer known"
)
FAMILIES = names(
    "UNIX LOCAL INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI SECURITY KEY NETLINK ROUTE"
    " PACKET ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET"
    " IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP MCTP FILE"
)


def is_absolute_path(text: str) -> bool:
    """Absolute, and without ``..`` (path_is_normalized())."""
    return text.startswith("/") and ".." not in text.split("/")


def is_relative_path(text: str) -> bool:
    """Below a directory of systemd's, such as /run."""
    return bool(text) and not text.startswith("/") and ".." not in text.split("/")


def is_unit(text: str) -> bool:
    """Any unit, also a device or a scope, which have no files."""
    stem, dot, kind = text.rpartition(".")
    return bool(dot) and kind in UNIT_KINDS and bool(UNIT_STEM.fullmatch(stem)) and len(text) <= LONGEST_UNIT_NAME


def is_assignment(text: str) -> bool:
    """``NAME=value`` of an environment."""
    name, equals, _behind = text.partition("=")
    return bool(equals) and bool(VARIABLE.fullmatch(name))


def is_log_field(text: str) -> bool:
    name, equals, _behind = text.partition("=")
    return bool(equals) and bool(JOURNAL_FIELD.fullmatch(name)) and not name[0].isdigit()


def is_capability(text: str) -> bool:
    name = text.lower()
    return name[4:] in CAPABILITIES if name.startswith("cap_") else name.isdigit() and int(name) <= LAST_CAPABILITY


def is_system_call(text: str) -> bool:
    """Of a group's name all is known; of a call's only how it looks, for kernels bring new ones."""
    return text[1:].partition(":")[0] in CALL_GROUPS if text.startswith("@") else bool(SYSTEM_CALL.fullmatch(text))


def is_family(text: str) -> bool:
    return text.startswith("AF_") and text[3:] in FAMILIES


def is_user(text: str) -> bool:
    """What no user or group can be called, or a number that means none, is refused (user-util.c)."""
    if text.isdigit():
        return int(text) not in (65535, 4294967295) and int(text) < 1 << 32
    return (
        not re.search(r"[:/\x00-\x1f\x7f]", text) and text == text.strip() and not re.fullmatch(r"-?[0-9]+|\.+", text)
    )


def is_listened_at(text: str) -> bool:
    """A port, a path, an abstract name, or an address with its port."""
    port = integer(text)
    if port is not None:
        return 0 < port <= 65535
    return text.startswith("/") or (len(text) > 1 and (text.startswith("@") or ":" in text))
