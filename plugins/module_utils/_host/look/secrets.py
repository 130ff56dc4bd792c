# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets in the files of pools, so that no message shows them."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places, of_own_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import (
    ENCRYPTED,
    LISTING,
    PLAIN,
    name_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import SECRETS_MARKER
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import contents
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.write.credentials import PROGRAM

BOOKKEEPING = (SECRETS_MARKER, LISTING)


def secrets_of(places: Places, pools: t.Iterable[str]) -> t.Set[str]:
    """The values of secrets in all versions of pools that are kept."""
    kept_files = [file for pool in pools for one in generations.of_pool(places, pool) for file in one.files]
    return secrets_in((file.path, file.text) for file in kept_files)


def secrets_in(files: t.Iterable[t.Tuple[str, str]]) -> t.Set[str]:
    """The values of secrets in files of pools, given by path and text."""
    found: t.Set[str] = set()
    for path, text in sorted(set(files)):
        if path.endswith(ENCRYPTED):
            found.add(_decrypted(name_of(path), text))
        elif path.endswith(PLAIN) or of_own_name(path.rpartition("/")[2])[0] == "secrets":
            found.update(value for name, value in contents(path, text).items() if name not in BOOKKEEPING)
    return found


def _decrypted(name: str, text: str) -> str:
    """Empty for one that cannot be decrypted any more, which is no reason to end a run half-way."""
    try:
        status, out, _err = commands.run([PROGRAM, "decrypt", f"--name={name}", "-", "-"], text)
    except OSError:
        return ""
    return "" if status else out
