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
) -> t.Dict[str, t.Dict[str, str]]:
    """What the files of a pool's credentials hold, by the instance that has them (empty for all) and by name.

    ``there`` is the text of each file by path, installed ones first and then those of each version that is kept. The
    file of an unchanged credential is as it was. Raises ``ManagerError``.
    """
    owners = {owner: one.credentials for owner, one in pool.settings.items()}
    if systemd < ENCRYPTED_SINCE:
        return {owner: dict(values) for owner, values in owners.items()}
    found: t.Dict[str, t.Dict[str, str]] = {owner: {} for owner in owners}
    lacking = {owner for owner, values in owners.items() if values}
    for files in there if lacking else ():
        for owner in lacking:
            at = _Place(places, pool.name, owner)
            found[owner] = {**at.kept(owners[owner], files, keyed_digest), **found[owner]}
        lacking = {owner for owner in lacking if len(found[owner]) < len(owners[owner])}
        if not lacking:
            break
    return {
        owner: {
            name: found[owner][name] if name in found[owner] else NOT_YET if check_mode else _encrypted(name, value)
            for name, value in values.items()
        }
        for owner, values in owners.items()
    }


class _Place(t.NamedTuple):
    """Where the credentials of one owner lie."""

    places: Places
    pool: str
    owner: str

    def kept(
        self, values: t.Mapping[str, str], files: t.Mapping[str, str], keyed_digest: KeyedDigest
    ) -> t.Dict[str, str]:
        secrets = self.path("secrets")
        listed = contents(secrets, files.get(secrets, "")).get(LISTING, "")
        paths = {name: self.path(file_of(name, ENCRYPTED_SINCE)) for name in values}
        return kept(values, listed, {name: files[path] for name, path in paths.items() if path in files}, keyed_digest)

    def path(self, file: str) -> str:
        return self.places.config_of(self.pool, file, self.owner)


def _encrypted(name: str, value: str) -> str:
    status, out, err = commands.run([PROGRAM, "encrypt", WITH_KEY, f"--name={name}", "-", "-"], value)
    if status:
        raise ManagerError(f"`{PROGRAM} encrypt` of {name} exited {status}: {err.strip()}")
    return out
