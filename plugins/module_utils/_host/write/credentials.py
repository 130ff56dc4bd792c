# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credential files of pools: encrypted on this host, for this host (systemd-creds(1)), and the secrets in all files."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.seal import Seal
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import (
    ENCRYPTED,
    ENCRYPTED_SINCE,
    LISTING,
    PLAIN,
    file_of,
    kept,
    name_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import SECRETS_MARKER, contents
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import ManagerError

PROGRAM = "systemd-creds"
# The host's own key. Bound to a TPM too, as is the default where there is one, a credential is lost with the next
# change of the firmware's settings, and its workers do not start any more (--tpm2-pcrs= of systemd-creds(1)).
WITH_KEY = "--with-key=host"
BOOKKEEPING = (SECRETS_MARKER, LISTING)
# What a check shows for a text that a run would make.
NOT_YET = "not encrypted yet\n"


def texts(
    places: Places, pool: Pool, systemd: int, there: t.Mapping[str, File], seal: Seal, *, check_mode: bool
) -> t.Dict[str, str]:
    """What the files of a pool's credentials hold, by name. The file of an unchanged one, now or in a version that is
    kept, is as it was. Raises ``ManagerError``.
    """
    if systemd < ENCRYPTED_SINCE:
        return dict(pool.credentials)
    found = _kept(places, pool, {path: file.text for path, file in there.items()}, seal)
    if len(found) < len(pool.credentials):
        for generation in generations.of_pool(places, pool.name):
            found = {**_kept(places, pool, {file.path: file.text for file in generation.files}, seal), **found}
    return {
        name: found[name] if name in found else NOT_YET if check_mode else _encrypted(name, value)
        for name, value in pool.credentials.items()
    }


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
        elif path.endswith((PLAIN, "/secrets")):
            found.update(value for name, value in contents(path, text).items() if name not in BOOKKEEPING)
    return found


def _kept(places: Places, pool: Pool, files: t.Mapping[str, str], seal: Seal) -> t.Dict[str, str]:
    secrets = places.config(pool.name, "secrets")
    listed = contents(secrets, files.get(secrets, "")).get(LISTING, "")
    paths = {name: places.config(pool.name, file_of(name, ENCRYPTED_SINCE)) for name in pool.credentials}
    return kept(pool.credentials, listed, {name: files[path] for name, path in paths.items() if path in files}, seal)


def _encrypted(name: str, value: str) -> str:
    status, out, err = commands.run([PROGRAM, "encrypt", WITH_KEY, f"--name={name}", "-", "-"], value)
    if status:
        raise ManagerError(f"`{PROGRAM} encrypt` of {name} exited {status}: {err.strip()}")
    return out


def _decrypted(name: str, text: str) -> str:
    """Empty for one that nobody can decrypt any more, which is no reason to end a run half-way."""
    try:
        status, out, _err = commands.run([PROGRAM, "decrypt", f"--name={name}", "-", "-"], text)
    except OSError:
        return ""
    return "" if status else out
