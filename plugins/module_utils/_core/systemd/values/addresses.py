# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of networks and sockets (in-addr-util.c, socket-netlink.c)."""

from __future__ import annotations

import ipaddress
import re

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.listed import is_interface
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import integer, is_between
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import names

OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = re.compile(rf"{OCTET}(?:\.{OCTET}){{3}}")
# The longest there is, with an IPv4 address at its end.
LONGEST_IPV6 = 45
LOCALHOST = re.compile(r"(?:.*\.)?localhost(?:\.localdomain)?\.?", re.IGNORECASE)
GROUPS = ("any", "link-local", "multicast")
# Less than sun_path, with its NUL.
LONGEST_UNIX = 107
VSOCK = re.compile("vsock(?P<type>-dgram|-seqpacket|-stream)?:(?P<cid>[^:]*):(?P<port>.*)")
VSOCK_TYPES_SINCE, CIDS_SINCE, NO_LAST_PORT_SINCE = 254, 255, 254
# Before, blanks before a port were nothing.
NO_BLANKS_SINCE = 248
CIDS = names("hypervisor local host")
NETLINK = names(
    "route firewall inet-diag nflog xfrm selinux iscsi audit fib-lookup connector netfilter ip6-fw dnrtmsg"
    " kobject-uevent generic scsitransport ecryptfs rdma"
)
LAST_PORT, LAST_NUMBER = 65535, (1 << 32) - 1


def is_ipv4(text: str) -> bool:
    return bool(IPV4.fullmatch(text))


def is_ipv6(text: str) -> bool:
    last = text.rpartition(":")[2]
    if len(text) > LONGEST_IPV6 or ":" not in text or "%" in text or ("." in last and not is_ipv4(last)):
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def is_network(word: str) -> bool:
    """An address with or without the length of its prefix, or a word for some."""
    if word in GROUPS or LOCALHOST.fullmatch(word):
        return True
    address, slash, length = word.partition("/")
    most = 32 if is_ipv4(address) else 128 if is_ipv6(address) else -1
    bits = integer(length) if slash else 0
    return bits is not None and 0 <= bits <= most


def is_port(text: str, systemd: int) -> bool:
    """parse_ip_port()."""
    number = None if text[:1].isspace() and systemd >= NO_BLANKS_SINCE else integer(text)
    return number is not None and 0 < number <= LAST_PORT


def is_socket(text: str, kind: str, systemd: int) -> bool:
    """What a directive such as ``ListenStream=`` takes; ``kind`` is the directive."""
    if text.startswith(("/", "@")):
        return is_unix_path(text)
    vsock = VSOCK.fullmatch(text)
    if vsock:
        return kind != "ListenSequentialPacket" and _is_vsock(vsock["type"], vsock["cid"], vsock["port"], systemd)
    return kind != "ListenSequentialPacket" and (is_port(text, systemd) or _is_address_with_port(text, systemd))


def is_unix_path(text: str) -> bool:
    """A path, or an abstract name behind @."""
    return 2 <= len(text.encode("utf-8", "surrogatepass")) <= LONGEST_UNIX


def _is_vsock(kind: str, cid: str, port: str, systemd: int) -> bool:
    if kind and systemd < VSOCK_TYPES_SINCE:
        return False
    number, known = integer(port), not cid or (cid in CIDS and systemd >= CIDS_SINCE)
    context = 0 if known else integer(cid)
    last = LAST_NUMBER - (systemd >= NO_LAST_PORT_SINCE)
    return number is not None and context is not None and 0 <= number <= last and 0 <= context <= LAST_NUMBER


def _is_address_with_port(text: str, systemd: int) -> bool:
    address, percent, interface = text.partition("%")
    if percent and not is_interface(interface, numbers=True, longest=127):
        return False
    host, colon, port = address.rpartition(":")
    if not colon or not is_port(port, systemd):
        return False
    return is_ipv6(host[1:-1]) if host.startswith("[") and host.endswith("]") else is_ipv4(host)


def is_netlink(text: str) -> bool:
    """A family, and the number of a group."""
    family, _blank, group = text.partition(" ")
    number = integer(group) if group else 0
    is_family = family in NETLINK or is_between(0, (1 << 31) - 1)(family)
    return is_family and number is not None and 0 <= number <= LAST_NUMBER
