# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as systemd takes them (path_simplify_and_warn()), and values that begin with one."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import UNSAFE, not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kind import NOTHING

LONGEST_NAME, LONGEST_PATH = 255, 4095
# Before, no single name was too long.
NAMES_ARE_LIMITED_SINCE = 248
# From 256 on: what leads above the root is the root.
ROOT_HAS_NO_PARENT_SINCE = 256
# From 258 on a program is not named by what is a pattern to a shell.
NO_PATTERNS_SINCE = 258
# From 257 on some paths may not be in the file systems of the kernel.
KEPT_OUT_SINCE = 257
OF_THE_KERNEL = re.compile("/+(?:dev|sys|proc)(?:/.*)?", re.DOTALL)
# ASCII without control characters and colons.
DESCRIPTOR_NAME = re.compile(r"[ -9;-~]{0,255}")


def is_absolute_path(text: str, systemd: int = 0) -> bool:
    text = text.replace(NOTHING, "")
    return text.startswith("/") and is_normal(text, systemd)


def is_relative_path(text: str, systemd: int = 0) -> bool:
    """Below a directory of systemd's, such as /run."""
    text = text.replace(NOTHING, "")
    return bool(text) and not text.startswith("/") and is_normal(text, systemd)


def is_normal(text: str, systemd: int = 0) -> bool:
    """Without ``..``, and no longer than a path may be, when what means nothing is left out."""
    names = [one for one in text.split("/") if one not in ("", ".")]
    if systemd >= ROOT_HAS_NO_PARENT_SINCE and text.startswith("/"):
        while names[:1] == [".."]:
            del names[0]
    length = len(_utf8("/".join(names))) + text.startswith("/")
    is_something = bool(names) or text.startswith("/")
    return (
        is_something
        and length <= LONGEST_PATH
        and _names_fit(names, systemd)
        and ".." not in names
        and not not_text(text)
    )


def are_names(text: str) -> bool:
    """A path that may lead back with ``..`` (path_is_valid())."""
    return _names_fit(text.split("/"), NAMES_ARE_LIMITED_SINCE) and len(_utf8(text)) <= LONGEST_PATH


def _names_fit(names: t.Sequence[str], systemd: int) -> bool:
    return systemd < NAMES_ARE_LIMITED_SINCE or all(len(_utf8(one)) <= LONGEST_NAME for one in names)


def is_kept_out(text: str, systemd: int, *, but_devices: bool = False) -> bool:
    """Whether it lies where this version takes no path of the kind."""
    below = systemd >= KEPT_OUT_SINCE and bool(OF_THE_KERNEL.fullmatch(text))
    return below and not (but_devices and re.match("/+dev", text))


def is_file_name(text: str) -> bool:
    """One component of a path (filename_is_valid())."""
    text = text.replace(NOTHING, "")
    return text not in ("", ".", "..") and "/" not in text and len(_utf8(text)) <= LONGEST_NAME


def is_program(text: str, systemd: int) -> bool:
    """The path or name of a program, without prefixes (config_parse_exec())."""
    text = text.replace(NOTHING, "")
    if not text or UNSAFE.search(text) or not_text(text) or leads_to_directory(text, systemd):
        return False
    if systemd >= NO_PATTERNS_SINCE and re.search(r"[*?\[]", text):
        return False
    if not text.startswith("/"):
        is_long_name = systemd < NAMES_ARE_LIMITED_SINCE and "/" not in text and text not in (".", "..")
        return is_file_name(text) or (is_long_name and len(_utf8(text)) <= LONGEST_PATH)
    return systemd < NAMES_ARE_LIMITED_SINCE or (
        _names_fit(text.split("/"), systemd) and len(_utf8(text)) <= LONGEST_PATH
    )


def leads_to_directory(text: str, systemd: int) -> bool:
    return text.endswith("/") or (systemd >= 256 and text.rpartition("/")[2] in (".", ".."))


def is_descriptor_name(text: str) -> bool:
    return bool(DESCRIPTOR_NAME.fullmatch(text.replace(NOTHING, "")))


def is_credential_name(text: str) -> bool:
    return is_file_name(text) and is_descriptor_name(text)


def is_device_node(text: str) -> bool:
    """A node below /dev, or a class such as ``char-pts``."""
    text = text.replace(NOTHING, "")
    if text.startswith(("block-", "char-")):
        return True
    names = [one for one in text.split("/") if one not in ("", ".")]
    is_node = names[:1] == ["dev"] or names[:3] == ["run", "systemd", "inaccessible"]
    return is_node and is_absolute_path(text)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
