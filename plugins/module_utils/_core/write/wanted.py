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
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import OwnSettings, Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write import kept_logs, watched
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import file_markers
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    ENVIRONMENT_MARKER,
    OWN_WATCH_MARKER,
    SECRETS_MARKER,
    WATCH_MARKER,
    by_instance,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pauses, mark_text
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import (
    drop_in_text,
    group_text,
    template_text,
)

WATCH_FILE = "watch"
# The mode of a link, whose text is where it leads.
LINK = 0o120777
# Directories of links that enable a unit (systemd.unit(5)).
ENABLING = (".wants", ".requires", ".upholds")
# By the instance that alone has them, and by an empty name for those of all instances.
ByOwner = t.Mapping[str, t.Mapping[str, str]]


@dataclass(frozen=True)
class WantedFile:
    path: str
    text: str
    mode: int

    @property
    def secret(self) -> bool:
        """Whether a diff may show only the names in the file."""
        return self.mode == 0o600

    @property
    def enables(self) -> bool:
        """Whether it is a link that starts a unit together with another."""
        return self.mode == LINK and self.path.rpartition("/")[0].endswith(ENABLING)


@dataclass(frozen=True)
class PoolUnits:
    """The units of a pool, rendered once: these texts are judged, scored and written to the host. Of a timer the
    ``template`` is its service.

    ``drop_ins`` are by instance.
    """

    pool: Pool
    template: WantedFile
    group: WantedFile
    drop_ins: t.Mapping[str, WantedFile] = field(default_factory=dict)

    @property
    def files(self) -> t.Tuple[WantedFile, ...]:
        return (*self.drop_ins.values(), self.template, self.group)


@dataclass(frozen=True)
class Wanted:
    """Everything that a pool wants on a host.

    ``markers`` maps an instance name to the markers that a process of this version has. ``noted`` maps a watched path
    to its state when this version was written down. ``pauses`` are those that the state of the pool asks for.
    """

    pool: Pool
    files: t.Tuple[WantedFile, ...]
    markers: t.Mapping[str, t.Mapping[str, str]]
    generation: str
    noted: t.Mapping[str, watched.Note] = field(default_factory=dict)
    pauses: Pauses = field(default_factory=dict)

    @property
    def group_text(self) -> str:
        """The text of the target of a pool, or of the timer unit of a timer; empty when it has none."""
        group = self.pool.main_units.group
        return next((file.text for file in self.files if file.path.endswith(f"/{group}")), "")

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
    encrypted: ByOwner,
) -> Wanted:
    """The files and markers of a pool.

    ``digests`` maps each path of ``environment_files`` and ``watch``, with ``%i`` filled in, to its digest.
    ``encrypted`` maps the name of each credential to the text of its file.
    """
    pool = units.pool
    files: t.List[WantedFile] = []
    settings = pool.settings
    for owner, own in settings.items():
        texts = encrypted.get(owner, {})
        # The files of credentials come before the file with their marker. A process that starts between the two writes
        # then has newer secrets than its marker shows, so it is stale.
        for name, text in texts.items():
            files.append(WantedFile(places.config_of(pool.name, file_of(name, systemd), owner), text, 0o600))
        shared = settings[""] if owner else OwnSettings()
        for name, variables in _variables(own, shared, texts, keyed_digest):
            files.append(WantedFile(places.config_of(pool.name, name, owner), render_env(variables), 0o600))
    files.extend(_watch_file(places, pool, watched.markers(pool, keyed_digest, digests)))
    files += units.files
    if pool.keep:
        files.append(WantedFile(kept_logs.path(places, pool.name), kept_logs.configuration(pool), 0o644))
    return _wanted(pool, files, watched.notes(pool, keyed_digest, digests))


def _variables(
    own: OwnSettings, shared: OwnSettings, encrypted: t.Mapping[str, str], keyed_digest: KeyedDigest
) -> t.Iterator[t.Tuple[str, t.Dict[str, str]]]:
    """The content of the environment file and of the file of secrets, with their markers.

    The marker is a digest of all that the process gets: ``own`` comes after ``shared``, and replaces it.
    """
    if own.environment:
        digest = keyed_digest(render_env({**shared.environment, **own.environment}))
        yield "environment", {**own.environment, ENVIRONMENT_MARKER: digest}
    secrets = own.secrets or own.credentials
    if secrets:
        digest = keyed_digest(render_env({**(shared.secrets or shared.credentials), **secrets}))
        listed = {LISTING: listing(own.credentials, encrypted, keyed_digest)} if own.credentials else {}
        yield "secrets", {**(own.secrets or listed), SECRETS_MARKER: digest}


def _wanted(pool: Pool, files: t.Sequence[WantedFile], noted: t.Mapping[str, watched.Note]) -> Wanted:
    found = file_markers({file.path: file.text for file in files})
    return Wanted(pool, tuple(files), {name: found.of(name) for name in pool.names}, found.generation, noted)


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
    return _wanted(pool, (*kept, *_watch_file(places, pool, watch_markers)), noted)


def pause_files(pauses: Pauses) -> t.Tuple[WantedFile, ...]:
    """The drop-ins that keep these pauses. Everybody may read them, as the units."""
    return tuple(WantedFile(path, mark_text(path, pause), 0o644) for path, pause in pauses.items())


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


def own_environment_paths(places: Places, pool: Pool, instance: str) -> t.List[str]:
    """Paths of the environment files in the drop-in of an instance."""
    own = pool.own[instance]
    files = {"environment": own.environment, "secrets": own.secrets or own.credentials}
    return [places.config_of(pool.name, name, instance) for name, used in files.items() if used]


def contents(path: str, text: str) -> t.Dict[str, str]:
    """The content of a private file of a pool, by name: the variables of an environment file, or one credential."""
    name = name_of(path)
    return {name: text} if name else parse_env(text)


def pool_units(places: Places, pool: Pool, systemd: int) -> PoolUnits:
    """The units of a pool for a host with this version of systemd, with the paths of all files of the pool."""
    env_files = environment_paths(places, pool)
    credential_files = _credential_files(places, pool, pool.credentials, systemd)
    drop_ins = {
        name: drop_in_text(
            pool,
            name,
            systemd,
            (env_files, own_environment_paths(places, pool, name)),
            (credential_files, _credential_files(places, pool, own.credentials, systemd, name)),
        )
        for name, own in pool.own.items()
    }
    return PoolUnits(
        pool,
        WantedFile(
            places.unit(pool.main_units.service), template_text(pool, systemd, env_files, credential_files), 0o644
        ),
        WantedFile(places.unit(pool.main_units.group), group_text(places, pool), 0o644),
        {
            name: WantedFile(places.own_drop_in(unit_name.instance(pool.name, name)), text, 0o644)
            for name, text in drop_ins.items()
        },
    )


def _credential_files(
    places: Places, pool: Pool, names: t.Iterable[str], systemd: int, instance: str = ""
) -> t.List[t.Tuple[str, str]]:
    return [(name, places.config_of(pool.name, file_of(name, systemd), instance)) for name in names]


def _watch_file(places: Places, pool: Pool, watch_markers: watched.Markers) -> t.Iterator[WantedFile]:
    if watch_markers.shared:
        own = (
            {OWN_WATCH_MARKER: ",".join(f"{name}={one}" for name, one in watch_markers.own.items())}
            if watch_markers.own
            else {}
        )
        text = render_env({WATCH_MARKER: watch_markers.shared, **own})
        yield WantedFile(places.config(pool.name, WATCH_FILE), text, 0o600)
