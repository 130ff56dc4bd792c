# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of several fields, such as ``/a:/b:rbind`` or ``/dev/sda 5M`` (load-fragment.c)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import (
    BLANKS,
    QUOTED,
    WRITTEN,
    Backslash,
    BadWord,
    Style,
    next_word,
    unescaped,
    words,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kind import NOTHING
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.paths import (
    are_names,
    is_absolute_path,
    is_credential_name,
    is_descriptor_name,
    is_device_node,
    is_kept_out,
    is_normal,
    is_relative_path,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import integer
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import names

FIELDS = Style(":", unquotes=False, own_fields=True)
ESCAPED_FIELDS = Style(":", unquotes=False, backslash=Backslash.ESCAPES, escaped_separators=True)
ESCAPED_OWN_FIELDS = Style(":", unquotes=False, backslash=Backslash.ESCAPES, escaped_separators=True, own_fields=True)
BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
# The alphabet of URLs.
URL_BASE64_SINCE = 254
HEX = re.compile("(?:[0-9a-fA-F]{2}){16,}")
PARTITIONS = names("root usr home srv esp xbootldr swap root-verity usr-verity tmp var")
PARTITIONS_SINCE = {"root-verity-sig": 250, "usr-verity-sig": 250}
POLICIES = names(
    "verity signed encrypted unprotected unused absent open ignore read-only-on read-only-off growfs-on growfs-off"
)
ATTACH_TYPES = names(
    "ingress egress sock_create sock_ops device bind4 bind6 connect4 connect6 post_bind4 post_bind6 sendmsg4 sendmsg6"
    " sysctl recvmsg4 recvmsg6 getsockopt setsockopt"
)
NFT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9/\\_.]*")
# NFT_TABLE_MAXNAMELEN
LONGEST_NFT_NAME, LONGER_NFT_NAMES_SINCE = 31, 258
OPEN_MODES, OPEN_FLAGS = names("read-only append truncate"), names("read-only append truncate graceful")
ESCAPES_IN_BINDS_SINCE = 258
# From here on a credential may be loaded by its name.
LOADED_BY_NAME_SINCE, NO_EMPTY_DATA_SINCE = 249, 248
LINKED_DIRECTORIES_SINCE, DIRECTORY_FLAGS_SINCE = 251, 257
LAST_PORT, PORT_0_SINCE = 65535, 257


def is_base64(text: str, systemd: int) -> bool:
    """With blanks anywhere."""
    written = "".join(text.split())
    if systemd >= URL_BASE64_SINCE:
        written = written.replace("-", "+").replace("_", "/")
    return bool(BASE64.fullmatch(written))


def is_root_hash(text: str) -> bool:
    return text.startswith("/") or bool(HEX.fullmatch("".join(text.split())))


def is_signature(text: str, systemd: int) -> bool:
    return text.startswith("/") or (text.startswith("base64:") and is_base64(text[len("base64:") :], systemd))


def is_set_credential(text: str, systemd: int, *, encrypted: bool) -> bool:
    """``NAME:DATA``, where data have escapes of C, or are in base64 when they are encrypted."""
    name, data = _first_field(text)
    if (
        name is None
        or not is_credential_name(name)
        or (not data and (systemd >= NO_EMPTY_DATA_SINCE or ":" not in text))
    ):
        return False
    return (
        is_base64(data, systemd) if encrypted else unescaped(data.replace("\\x00", "").replace("\\000", "")) is not None
    )


def is_load_credential(text: str, systemd: int) -> bool:
    """``NAME:SOURCE``, a path or the name of another credential; or the name alone."""
    name, source = _first_field(text)
    if name is None or not is_credential_name(name):
        return False
    if not source:
        return systemd >= LOADED_BY_NAME_SINCE
    return is_written_normal(source) if source.startswith("/") else is_credential_name(source)


def is_import_credential(text: str) -> bool:
    """The name of one, or the beginning of several; from 257 on with a name for them here."""
    name, rename = _first_field(text)
    if name is None or (rename and not is_credential_name(rename)):
        return False
    start = name[:-1] if name.endswith("*") else name
    return name == "*" or (is_credential_name(start) and not re.search(r"[*?\[\]]", start))


def is_written_normal(text: str) -> bool:
    """path_is_normalized(): as it stands here."""
    return is_normal(text) and not re.search(r"//|(?:^|/)\.(?:/|$)", text)


def _first_field(text: str) -> t.Tuple[t.Optional[str], str]:
    """Up to the first colon, and what follows it."""
    try:
        word, position = next_word(text, 0, FIELDS)
    except BadWord:
        return None, ""
    return word, "" if position is None else text[position:]


def is_bind(text: str, systemd: int) -> bool:
    """``SOURCE:DESTINATION:OPTIONS``, several of them, all but the first may be left out."""
    try:
        binds = _binds(text) if systemd < ESCAPES_IN_BINDS_SINCE else _escaped_binds(text)
    except BadWord:
        return False
    for source, destination, options in binds:
        places = [source[source.startswith("-") :], *([] if destination is None else [destination])]
        if options not in ("", "rbind", "norbind") or not all(is_absolute_path(one, systemd) for one in places):
            return False
    return True


Bind = t.Tuple[str, t.Optional[str], str]


def _binds(text: str) -> t.List[Bind]:
    """With separators that end a word each."""
    style, found = Style(":" + BLANKS, own_fields=True), []
    position: t.Optional[int] = 0
    while position is not None:
        source, position = next_word(text, position, style)
        destination, options = None, None
        if _follows_colon(text, position):
            destination, position = next_word(text, t.cast("int", position), style)
            if _follows_colon(text, position):
                options, position = next_word(text, t.cast("int", position), QUOTED)
        found.append((source or "", destination, options or ""))
    return found


def _escaped_binds(text: str) -> t.List[Bind]:
    """Words first, then what is between colons."""
    found: t.List[Bind] = []
    for word in words(text, WRITTEN):
        fields = words(word, ESCAPED_OWN_FIELDS)
        found.append((fields[0], fields[1] if len(fields) > 1 else None, ":".join(fields[2:])))
    return found


def _follows_colon(text: str, position: t.Optional[int]) -> bool:
    return position is not None and text[position - 1 : position] == ":"


def is_temporary(word: str, systemd: int) -> bool:
    """``PATH:OPTIONS``."""
    try:
        path, _position = next_word(word, 0, FIELDS)
    except BadWord:
        return False
    return is_absolute_path(path or "", systemd)


def is_directory(word: str, systemd: int, *, may_link: bool) -> bool:
    """Below a directory of systemd's; a link to it may follow behind a colon, then flags."""
    if systemd < LINKED_DIRECTORIES_SINCE:
        return is_own_directory(word, systemd)
    style = ESCAPED_OWN_FIELDS if systemd >= DIRECTORY_FLAGS_SINCE else ESCAPED_FIELDS
    try:
        fields = words(word, style)
    except BadWord:
        return False
    source, link, flags = [*fields, "", "", ""][:3]
    if not is_own_directory(source, systemd) or (link and not (may_link and is_relative_path(link, systemd))):
        return False
    return systemd < DIRECTORY_FLAGS_SINCE or flags in ("", "ro")


def is_own_directory(text: str, systemd: int) -> bool:
    components = [one for one in text.replace(NOTHING, "").split("/") if one not in ("", ".")]
    return is_relative_path(text, systemd) and components[0] != "private"


def is_partition(name: str, systemd: int) -> bool:
    return name in PARTITIONS or PARTITIONS_SINCE.get(name, systemd + 1) <= systemd


def is_mount_image(word: str, systemd: int, *, extension: bool) -> bool:
    """``SOURCE:DESTINATION``, of an extension the source alone, then partitions and their options."""
    try:
        fields = words(word, ESCAPED_FIELDS)
    except BadWord:
        return False
    paths, rest = (fields[:1], fields[1:]) if extension else (fields[:2], fields[2:])
    if not fields or len(paths) < 2 - extension:
        return not fields
    paths[0] = paths[0][paths[0].startswith("-") :]
    for one in paths:
        if not is_absolute_path(one, systemd) or is_kept_out(one, systemd, but_devices=not extension):
            return False
    return all(is_partition(one, systemd) for one in rest[: len(rest) - 1 : 2])


def are_image_options(text: str, systemd: int) -> bool:
    """Options of the root partition, or ``PARTITION:OPTIONS`` for each."""
    try:
        tuples = words(text, WRITTEN)
        pairs = [words(one, ESCAPED_FIELDS) for one in tuples]
    except BadWord:
        return False
    return all(len(pair) <= 2 and (len(pair) < 2 or not pair[1] or is_partition(pair[0], systemd)) for pair in pairs)


def is_image_policy(text: str) -> bool:
    """``*``, ``-``, ``~``, or ``PARTITION=FLAG+FLAG`` with colons between them; once no partition, for the others."""
    if text in ("*", "-", "~"):
        return True
    seen = set()
    for one in text.split(":"):
        partition, equals, flags = (part.strip() for part in one.partition("="))
        if not equals or partition in seen or partition not in (*PARTITIONS, *PARTITIONS_SINCE, ""):
            return False
        seen.add(partition)
        if flags not in ("", "-") and not all(flag.strip() in POLICIES for flag in flags.split("+")):
            return False
    return True


def is_nft_set(word: str, systemd: int) -> bool:
    try:
        fields = words(word, ESCAPED_FIELDS)
    except BadWord:
        return False
    if len(fields) != 4:
        return False
    source, family, table, name = fields
    known = source in ("cgroup", "user", "group") and family in names("inet ip ip6 arp bridge netdev")
    longest = 255 if systemd >= LONGER_NFT_NAMES_SINCE else LONGEST_NFT_NAME
    return known and all(NFT_NAME.fullmatch(one) and len(one) <= longest for one in (table, name))


def is_open_file(text: str) -> bool:
    """``PATH:NAME:FLAGS``."""
    style = Style(":", unquotes=False, backslash=Backslash.ESCAPES, own_fields=True)
    try:
        fields = words(text, style)
    except BadWord:
        return False
    path, name, flags = [*fields, "", ""][:3]
    chosen = flags.split(",") if flags else []
    path_name = ["", *(one for one in path.split("/") if one not in ("", "."))][-1]
    is_path = path.startswith("/") and are_names(path) and (name or path_name not in ("", ".."))
    is_known = set(chosen) <= OPEN_FLAGS and len(set(chosen)) == len(chosen) and len(OPEN_MODES & set(chosen)) <= 1
    return len(fields) <= 3 and bool(is_path) and is_known and is_descriptor_name(name or path_name)


def is_bpf_program(text: str, systemd: int) -> bool:
    kind, path = _first_field(text)
    return kind in ATTACH_TYPES and is_absolute_path(path, systemd)


def is_socket_bind(text: str, systemd: int) -> bool:
    """``FAMILY:PROTOCOL:PORTS``, any of them; ``any`` is all ports."""
    stage, first = 0, 0 if systemd >= PORT_0_SINCE else 1
    for word in text.split(":"):
        checks = (word in ("ipv4", "ipv6"), word in ("tcp", "udp"), word == "any" or is_port_range(word, first))
        stage = next((index + 1 for index in range(stage, 3) if checks[index]), 4)
        if stage == 4:
            return False
    return True


def is_port_range(text: str, first: int) -> bool:
    found = number_range(text)
    return found is not None and first <= found[0] <= found[1] <= LAST_PORT


def number_range(text: str) -> t.Optional[t.Tuple[int, int]]:
    """parse_range(): a number, or two with a dash between them."""
    first, dash, last = text.partition("-")
    low, high = integer(first), integer(last if dash else first)
    return (low, high) if low is not None and high is not None and low >= 0 and high >= 0 else None


def is_device_with(text: str, systemd: int, accepts: t.Callable[[str], bool]) -> bool:
    """A path, then a value, such as ``/dev/sda 5M``."""
    path, rest = _first_word(text)
    return path is not None and bool(rest) and is_normal(path.replace(NOTHING, ""), systemd) and accepts(rest)


def is_device_rule(text: str, systemd: int) -> bool:
    """A device node or a class of devices, then what may be done: read, write, make."""
    node, rights = _first_word(text)
    return node is not None and is_device_node(node) and set(rights) <= set("rwm")


def _first_word(text: str) -> t.Tuple[t.Optional[str], str]:
    try:
        word, position = next_word(text, 0, QUOTED)
    except BadWord:
        return None, ""
    return word, "" if position is None else text[position:]


def are_paths(text: str, systemd: int) -> bool:
    """With colons between them."""
    try:
        return all(is_absolute_path(one, systemd) for one in words(text, FIELDS))
    except BadWord:
        return False
