# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a pool wants on a host, and the markers that show with which version a process was started."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import KeyedDigest
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env, render_env
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import (
    LISTING,
    file_of,
    listing,
    name_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write import watched
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    ENVIRONMENT_MARKER,
    OWN_WATCH_MARKER,
    SECRETS_MARKER,
    UNIT_MARKER,
    WATCH_MARKER,
    by_instance,
    generation_of,
    unit_marker,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import target_text, template_text

WATCH_FILE = "watch"


@dataclass(frozen=True)
class WantedFile:
    path: str
    text: str
    mode: int

    @property
    def secret(self) -> bool:
        """Whether a diff may show only the names in the file."""
        return self.mode == 0o600


@dataclass(frozen=True)
class PoolUnits:
    """The units of a pool, rendered once: these texts are judged, scored and written to the host."""

    pool: Pool
    template: WantedFile
    target: WantedFile


@dataclass(frozen=True)
class Wanted:
    """Everything that a pool wants on a host.

    ``markers`` maps an instance name to the markers that a process of this version has. ``noted`` maps a watched path
    to its state when this version was written down.
    """

    pool: Pool
    files: t.Tuple[WantedFile, ...]
    markers: t.Mapping[str, t.Mapping[str, str]]
    generation: str
    noted: t.Mapping[str, watched.Note] = field(default_factory=dict)

    @property
    def units(self) -> t.List[str]:
        """The unit names of the instances of the pool."""
        return [unit_name.instance(self.pool.name, name) for name in self.pool.instances]


def wanted(
    places: Places,
    units: PoolUnits,
    systemd: int,
    keyed_digest: KeyedDigest,
    digests: t.Mapping[str, str],
    encrypted: t.Mapping[str, str],
) -> Wanted:
    """The files and markers of a pool.

    ``digests`` maps each path of ``environment_files`` and ``watch``, with ``%i`` filled in, to its digest.
    ``encrypted`` maps the name of each credential to the text of its file.
    """
    pool = units.pool
    files: t.List[WantedFile] = []
    common: t.Dict[str, str] = {}
    # The files of credentials come before the file with their marker. A process that starts between the two writes then
    # has newer secrets than its marker shows, so it is stale.
    for name, text in encrypted.items():
        files.append(WantedFile(places.config(pool.name, file_of(name, systemd)), text, 0o600))
    listed = {LISTING: listing(pool.credentials, encrypted, keyed_digest)} if pool.credentials else {}
    for name, marker, values, variables in (
        ("environment", ENVIRONMENT_MARKER, pool.environment, pool.environment),
        ("secrets", SECRETS_MARKER, pool.secrets or pool.credentials, pool.secrets or listed),
    ):
        if values:
            common[marker] = keyed_digest(render_env(values))
            text = render_env({**variables, marker: common[marker]})
            files.append(WantedFile(places.config(pool.name, name), text, 0o600))
    watch_markers = watched.markers(pool, keyed_digest, digests)
    common.update(_watch_marker(watch_markers))
    files.extend(_watch_file(places, pool, watch_markers))
    common[UNIT_MARKER] = unit_marker(units.template.text)
    files += [units.template, units.target]
    noted = watched.notes(pool, keyed_digest, digests)
    return Wanted(pool, tuple(files), _markers(pool, common, watch_markers.own), generation_of(common), noted)


def wanted_again(
    places: Places,
    pool: Pool,
    files: t.Sequence[WantedFile],
    watch_markers: watched.Markers,
    noted: t.Mapping[str, watched.Note],
) -> Wanted:
    """The files and markers of a pool whose ``files`` were written down before.

    Only the file about watched paths is made again. It describes these paths as they are now, because only their owner
    can bring back their earlier content. An instance that was started with other content must be seen as stale.
    """
    kept = tuple(file for file in files if file.path != places.config(pool.name, WATCH_FILE))
    found = {name: value for file in kept if file.secret for name, value in contents(file.path, file.text).items()}
    common = {marker: found[marker] for marker in (ENVIRONMENT_MARKER, SECRETS_MARKER) if marker in found}
    common.update(_watch_marker(watch_markers))
    template = next(file.text for file in kept if file.path == places.unit(unit_name.template(pool.name)))
    common[UNIT_MARKER] = unit_marker(template)
    files = (*kept, *_watch_file(places, pool, watch_markers))
    return Wanted(pool, files, _markers(pool, common, watch_markers.own), generation_of(common), noted)


def markers_in(places: Places, pool: Pool, files: t.Sequence[WantedFile]) -> watched.Markers:
    """The markers of watched paths in the ``files`` of a version."""
    text = next((file.text for file in files if file.path == places.config(pool.name, WATCH_FILE)), "")
    found = parse_env(text)
    return watched.Markers(found.get(WATCH_MARKER, ""), by_instance(found.get(OWN_WATCH_MARKER, "")))


def environment_paths(places: Places, pool: Pool) -> t.List[str]:
    """Paths of the environment files in the template of a pool. The files of the operator come first."""
    secrets = pool.secrets or pool.credentials
    own = {"environment": pool.environment, "secrets": secrets, WATCH_FILE: pool.read_paths}
    return [*pool.environment_files, *(places.config(pool.name, name) for name, used in own.items() if used)]


def contents(path: str, text: str) -> t.Dict[str, str]:
    """The content of a private file of a pool, by name: the variables of an environment file, or one credential."""
    name = name_of(path)
    return {name: text} if name else parse_env(text)


def pool_units(places: Places, pool: Pool, systemd: int) -> PoolUnits:
    """The units of a pool for a host with this version of systemd, with the paths of all files of the pool."""
    credential_files = [(name, places.config(pool.name, file_of(name, systemd))) for name in pool.credentials]
    template = template_text(pool, systemd, environment_paths(places, pool), credential_files)
    return PoolUnits(
        pool,
        WantedFile(places.unit(unit_name.template(pool.name)), template, 0o644),
        WantedFile(places.unit(unit_name.target(pool.name)), target_text(places, pool), 0o644),
    )


def _markers(pool: Pool, common: t.Mapping[str, str], own: t.Mapping[str, str]) -> t.Dict[str, t.Dict[str, str]]:
    return {name: {**common, **({OWN_WATCH_MARKER: own[name]} if name in own else {})} for name in pool.instances}


def _watch_marker(watch_markers: watched.Markers) -> t.Dict[str, str]:
    return {WATCH_MARKER: watch_markers.shared} if watch_markers.shared else {}


def _watch_file(places: Places, pool: Pool, watch_markers: watched.Markers) -> t.Iterator[WantedFile]:
    if watch_markers.shared:
        own = (
            {OWN_WATCH_MARKER: ",".join(f"{name}={one}" for name, one in watch_markers.own.items())}
            if watch_markers.own
            else {}
        )
        text = render_env({WATCH_MARKER: watch_markers.shared, **own})
        yield WantedFile(places.config(pool.name, WATCH_FILE), text, 0o600)
