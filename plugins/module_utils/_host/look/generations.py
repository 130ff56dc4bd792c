# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generations of each pool that are kept on the host."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    MANIFEST,
    Generation,
    parse_generation,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import entries


def pools(places: Places) -> t.List[str]:
    """Names of the pools that have generations."""
    return _names(places.all_generations)


def of_pool(places: Places, pool: str) -> t.List[Generation]:
    """All of them, the newest last. Raises ``Problems`` for one that is broken."""
    numbers = sorted(int(name) for name in _names(places.generations(pool)) if name.isdigit())
    read = [_read(places.generation(pool, number)) for number in numbers]
    return [one for one in read if one is not None]


def marked_at(places: Places, generation: Generation) -> float:
    """When its state was written down, in seconds since the epoch."""
    return os.stat(f"{places.generation(generation.pool, generation.number)}/{MANIFEST}").st_mtime


def _read(directory: str) -> t.Optional[Generation]:
    """``None`` for one that another run has just pruned."""
    copies = {}
    try:
        for name in os.listdir(directory):
            copies[name] = foreign_files.read(f"{directory}/{name}", foreign_files.LARGEST_OF_OURS)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in foreign_files.OF_ANOTHER_KIND:
            raise
        # Whatever somebody has put there; the manifest is missing.
        copies = {}
    return parse_generation(copies, directory)


def _names(directory: str) -> t.List[str]:
    """What is in a directory, without what is still being written."""
    return [name for name in entries(directory) if not name.startswith(".")]
