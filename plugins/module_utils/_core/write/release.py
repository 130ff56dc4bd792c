# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release of a pool: a pool with the directory in place of the link, and what a unit says of it.

The lines are in the template, where only root can write. So they come, go back and go with the version of the pool.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    UnitText,
    Value,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import OwnSettings, Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import (
    Release,
    pinned_text,
)

# For the worker, which may show it to its error tracker. A change of it is another process.
VARIABLE = "WORKERS_RELEASE"
LINK, DIRECTORY = "ReleaseLink", "Release"


def pinned(pool: Pool, release: Release) -> Pool:
    """The pool with the directory of a release in place of its link.

    Secrets, watched paths and checks stay as they are: a check asks about the worker, and does not belong to it.
    """

    def put(text: str) -> str:
        return pinned_text(text, release.link, release.directory)

    def own(one: OwnSettings) -> OwnSettings:
        return replace(one, environment=_each(one.environment, put), unit=_unit(one.unit, put))

    return replace(
        pool,
        release=release,
        exec_start=put(pool.exec_start),
        executable=put(pool.executable),
        working_directory=put(pool.working_directory or release.link),
        environment=_each(pool.environment, put),
        writable_paths=tuple(map(put, pool.writable_paths)),
        unit=_unit(pool.unit, put),
        per_instance={name: own(one) for name, one in pool.per_instance.items()},
    )


def _each(values: t.Mapping[str, str], put: t.Callable[[str], str]) -> t.Dict[str, str]:
    return {name: put(value) for name, value in values.items()}


def _unit(unit: t.Mapping[str, t.Mapping[str, Value]], put: t.Callable[[str], str]) -> t.Dict[str, t.Dict[str, Value]]:
    return {
        section: {key: _value(value, put) for key, value in directives.items()} for section, directives in unit.items()
    }


def _value(value: Value, put: t.Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return put(value)
    return [put(one) if isinstance(one, str) else one for one in value] if isinstance(value, (list, tuple)) else value


def lines(pool: Pool) -> t.Dict[str, Value]:
    """The lines about the release in the section of the collection."""
    release = pool.release
    return {LINK: release.link, DIRECTORY: release.directory} if release and release.directory else {}


def release_in(template: str) -> t.Optional[Release]:
    """The inverse, from the text of the template of a pool."""
    written = UnitText.parse(template)
    link, directory = (written.values(marks.OWNER_SECTION, key)[-1:] for key in (LINK, DIRECTORY))
    return Release(link[0], directory[0]) if link and directory else None
