# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single names in values: of units, users, variables, capabilities, system calls and their like."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import LONGEST_UNIT_NAME
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import (
    decimal,
    integer,
    is_between,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import names

UNIT_KINDS = names("service socket target timer path slice mount automount swap device scope")
# unit_type_may_template()
MAY_BE_TEMPLATES = names("service socket target timer path")
UNIT_STEM = re.compile(r"[A-Za-z0-9:_.\\-][A-Za-z0-9:_.\\@-]*")
SLICE = re.compile(r"-\.slice|[A-Za-z0-9:_.\\]+(?:-[A-Za-z0-9:_.\\]+)*\.slice")
VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
JOURNAL_FIELD = re.compile("[A-Z][A-Z0-9_]{0,63}")
URL = re.compile("(?:https?://|file:/|info:|man:)[\x01-\x7f]+")
BUS_NAME = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*(?:\.[A-Za-z_-][A-Za-z0-9_-]*)+|:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
LONGEST_BUS_NAME = 255
INTERFACE = re.compile(r"[!-$&-.0-9;-~]+")
# 247 refuses less.
LOOSE_INTERFACE, STRICT_SINCE = re.compile(r"(?![0-9]+\Z)[!-.0-9;-~]+"), 248
ERRNO = re.compile("E[A-Z0-9]+")
LARGEST_ERRNO = 4095
ARCHITECTURES = names(
    "native x86 x86-64 x32 arm arm64 mips mips64 mips64-n32 mips-le mips64-le mips64-le-n32"
    " parisc parisc64 ppc ppc64 ppc64-le riscv64 s390 s390x"
)
FAMILIES = names(
    "UNIX LOCAL INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECNET NETBEUI SECURITY KEY NETLINK ROUTE"
    " PACKET ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET"
    " IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP FILE"
)


def is_unit(text: str) -> bool:
    """Any unit, also a device or a scope, which have no files; also a template."""
    stem, dot, kind = text.rpartition(".")
    is_name = bool(dot) and kind in UNIT_KINDS and bool(UNIT_STEM.fullmatch(stem)) and len(text) <= LONGEST_UNIT_NAME
    return is_name and ("@" not in stem or kind in MAY_BE_TEMPLATES)


def is_startable(text: str) -> bool:
    """A unit that is no template."""
    _prefix, at, instance = text.rpartition(".")[0].partition("@")
    return is_unit(text) and bool(instance or not at)


def is_slice(text: str) -> bool:
    return bool(SLICE.fullmatch(text)) and len(text) <= LONGEST_UNIT_NAME


def is_variable(text: str) -> bool:
    return bool(VARIABLE.fullmatch(text))


def is_assignment(text: str) -> bool:
    """``NAME=value`` of an environment."""
    name, equals, behind = text.partition("=")
    return bool(equals) and is_variable(name) and not not_text(behind)


def is_log_field(text: str) -> bool:
    name, equals, _behind = text.partition("=")
    return bool(equals) and bool(JOURNAL_FIELD.fullmatch(name))


def is_user(text: str) -> bool:
    """What no user or group can be called, or a number that means none, is refused (user-util.c)."""
    number = decimal(text)
    if number is not None:
        return (text == "0" or text[0] != "0") and number not in (65535, 4294967295) and number < 1 << 32
    return not re.search(r"[:/\x00-\x1f\x7f]|\A[ ]|[ ]\Z|\A-?[0-9]*\Z|\A\.{1,2}\Z", text) and not not_text(text)


def is_bus_name(text: str) -> bool:
    return len(text) <= LONGEST_BUS_NAME and bool(BUS_NAME.fullmatch(text))


def is_interface(text: str, *, numbers: bool = False, longest: int = 15, systemd: int = STRICT_SINCE) -> bool:
    """The name of a network interface (ifname_valid_full())."""
    if systemd < STRICT_SINCE:
        return len(text) <= longest and bool(LOOSE_INTERFACE.fullmatch(text)) and text not in (".", "..")
    index = integer(text)
    if index is not None and 0 < index < 1 << 31:
        return numbers
    is_name = bool(INTERFACE.fullmatch(text)) and len(text) <= longest
    return is_name and text not in (".", "..", "all", "default") and not text.isdigit()


def is_errno(text: str) -> bool:
    """By name, of which the headers of the target have all, or by number."""
    return text.upper() in ERRNOS or is_between(1, LARGEST_ERRNO)(text)


def is_url(text: str) -> bool:
    return bool(URL.fullmatch(text))


ERRNOS: t.FrozenSet[str] = names(
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN EWOULDBLOCK ENOMEM EACCES EFAULT ENOTBLK"
    " EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK"
    " EPIPE EDOM ERANGE EDEADLK EDEADLOCK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENOMSG EIDRM ECHRNG EL2NSYNC"
    " EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EBFONT ENOSTR ENODATA ETIME"
    " ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD"
    " EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE"
    " EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP ENOTSUP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE"
    " EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN"
    " ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL"
    " EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD"
    " ENOTRECOVERABLE ERFKILL EHWPOISON"
)
