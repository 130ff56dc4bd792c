# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credential files of pools: encrypted on this host, for this host (systemd-creds(1))."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import KeyedDigest
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import (
    ENCRYPTED_SINCE,
    LISTING,
    file_of,
    kept,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import contents
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

PROGRAM = "systemd-creds"
# The host's own key. Bound to a TPM too, as is the default where there is one, a credential is lost with the next
# change of the firmware's settings, and its workers do not start any more (--tpm2-pcrs= of systemd-creds(1)).
WITH_KEY = "--with-key=host"
# What a check shows for a text that a run would make.
NOT_YET = "not encrypted yet\n"


def texts(
    places: Places,
    pool: Pool,
    systemd: int,
    there: t.Iterable[t.Mapping[str, str]],
    keyed_digest: KeyedDigest,
    *,
    check_mode: bool,
) -> t.Dict[str, str]:
    """What the files of a pool's credentials hold, by name.

    ``there`` is the text of each file by path, installed ones first and then those of each version that is kept. The
    file of an unchanged credential is as it was. Raises ``ManagerError``.
    """
    if systemd < ENCRYPTED_SINCE:
        return dict(pool.credentials)
    found: t.Dict[str, str] = {}
    for files in there:
        if len(found) < len(pool.credentials):
            found = {**_kept(places, pool, files, keyed_digest), **found}
    return {
        name: found[name] if name in found else NOT_YET if check_mode else _encrypted(name, value)
        for name, value in pool.credentials.items()
    }


def _kept(places: Places, pool: Pool, files: t.Mapping[str, str], keyed_digest: KeyedDigest) -> t.Dict[str, str]:
    secrets = places.config(pool.name, "secrets")
    listed = contents(secrets, files.get(secrets, "")).get(LISTING, "")
    paths = {name: places.config(pool.name, file_of(name, ENCRYPTED_SINCE)) for name in pool.credentials}
    return kept(
        pool.credentials, listed, {name: files[path] for name, path in paths.items() if path in files}, keyed_digest
    )


def _encrypted(name: str, value: str) -> str:
    status, out, err = commands.run([PROGRAM, "encrypt", WITH_KEY, f"--name={name}", "-", "-"], value)
    if status:
        raise ManagerError(f"`{PROGRAM} encrypt` of {name} exited {status}: {err.strip()}")
    return out
