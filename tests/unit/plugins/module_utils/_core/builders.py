# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pool, what it wants, and a host on which all of that is in place."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import LAST_OF_PLANES
from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import keyed_digest_with
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue, parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import own_markers, unit_marker
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, pool_units, wanted

SYSTEMD = 252
CATALOGUES = Path(__file__).parents[5] / "plugins" / "plugin_utils" / "catalogues"
KEYED_DIGEST = keyed_digest_with(b"key of the host")
# Files change, and then processes start.
CHANGED, STARTED = 1000.0, 2000.0

NONCHARACTERS = LAST_OF_PLANES + "".join(map(chr, range(0xFDD0, 0xFDF0)))
# Every text that an environment file can carry.
carried = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NONCHARACTERS + "\0"))


def shipped_catalogue(systemd: int) -> Catalogue:
    """Of the directives of a version, as the collection ships it for use without a target."""
    return parse_catalogue((CATALOGUES / f"items-{systemd}.txt").read_text())


def mail(**options: t.Any) -> Pool:
    """The pool ``mail`` with these options, which must be without problems."""
    (pool,), problems = understand([{"name": "mail", "command": ["/usr/bin/mail-worker"], **options}])
    assert problems == []
    return pool


def report(**options: t.Any) -> Pool:
    """The timer ``report`` with these options, which must be without problems."""
    given = {"name": "report", "command": ["/usr/bin/report"], "schedule": "03:15", **options}
    (timer,), problems = understand([], [given])
    assert problems == []
    return timer


def written(pool: Pool, **changed: str) -> Wanted:
    """What the pool wants; ``changed`` as ``watched_by`` takes it."""
    return wanted(
        SYSTEM, pool_units(SYSTEM, pool, SYSTEMD), SYSTEMD, KEYED_DIGEST, watched_by(pool, **changed), sealed_by(pool)
    )


def sealed_by(pool: Pool) -> dict[str, dict[str, str]]:
    """Texts of credential files by owner, as if they were encrypted."""
    return {
        owner: {name: f"encrypted {value[::-1]}" for name, value in own.credentials.items()}
        for owner, own in pool.settings.items()
    }


def watched_by(pool: Pool, **changed: str) -> dict[str, str]:
    """Digests of watched paths; of those that ``changed`` by the last part of the path."""
    paths = [concrete(path, name) for path in pool.read_paths for name in (*pool.instances, "")]
    return {path: changed.get(path.rpartition("/")[2], "as it was") for path in paths}


def files_of(wanted: Wanted) -> dict[str, File]:
    return {file.path: File(file.text, file.mode, CHANGED) for file in wanted.files}


def environ_of(wanted: Wanted, instance: str) -> dict[str, str]:
    """The environment in which systemd starts an instance, read from the files as systemd reads them."""
    files = {file.path: file.text for file in wanted.files}
    template = unit_of(wanted, instance)
    items = [item for line in template.values("Service", "Environment") for item in split_command(line)]
    environ = dict(item.replace("%i", instance).partition("=")[::2] for item in items)
    for path in template.values("Service", "EnvironmentFile"):
        environ.update(parse_env(files.get(path, "")))
    return environ


def unit_of(wanted: Wanted, instance: str) -> UnitText:
    """The template with the drop-in of the instance, as systemd reads them one after the other."""
    files = {file.path: file.text for file in wanted.files}
    drop_in = files.get(SYSTEM.own_drop_in(unit_name.instance(wanted.pool.name, instance)), "")
    return UnitText.parse(f"{files[SYSTEM.unit(unit_name.template(wanted.pool.name))]}\n{drop_in}")


def running(wanted: Wanted, instance: str, started: float = STARTED) -> Instance:
    """The instance as it runs after a deploy."""
    markers = own_markers(environ_of(wanted, instance), instance)
    marker = unit_marker(unit_of(wanted, instance).text)
    return Instance("loaded", "active", "running", True, Process(markers, marker, started))


def titled(instance: Instance) -> Instance:
    """The same, of a program that overwrote its environment with a title."""
    assert instance.process is not None
    return replace(instance, process=replace(instance.process, markers=None))


def in_place(wanted: Wanted) -> ObservedPool:
    """A host on which all of it is done."""
    instances = {name: running(wanted, name) for name in wanted.pool.instances}
    return ObservedPool(files_of(wanted), instances, target_active=True, target_enabled=True)
