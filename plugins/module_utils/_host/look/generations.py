# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generations of each pool on the host: complete, root only, and there or not there after any crash."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    MANIFEST,
    Generation,
    State,
    file_name,
    manifest_text,
    parse_generation,
    prunable,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PRIVATE,
    entries,
    make_directory,
    sync_directory,
    write_atomically,
)


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


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def store(places: Places, generation: Generation) -> None:
    """Keeps it under its number. It is complete on disk before it has its name."""
    directory = places.generation(generation.pool, generation.number)
    if os.path.isdir(directory):
        _write_manifest(places, generation)
        return
    parent = os.path.dirname(directory)
    for private in (places.state, places.all_generations, parent):
        make_directory(private, PRIVATE)
    _sweep(parent)
    aside = os.path.join(parent, f".{generation.number}.{secrets.token_hex(8)}.new")
    os.mkdir(aside, mode=0o700)
    for file in generation.files:
        write_atomically(f"{aside}/{file_name(file.path)}", file.text.encode(), mode=0o600)
    write_atomically(f"{aside}/{MANIFEST}", manifest_text(generation).encode(), mode=0o600)
    os.rename(aside, directory)
    sync_directory(parent)


def mark(places: Places, generation: Generation, state: State) -> None:
    _write_manifest(places, replace(generation, state=state))


def prune(places: Places, pool: str) -> None:
    """Removes those that nobody will go back to."""
    for one in prunable(of_pool(places, pool)):
        _remove(places.generation(pool, one.number))


def forget(places: Places, pool: str) -> None:
    """Removes all of a pool: they hold its secrets."""
    directory = places.generations(pool)
    if not os.path.isdir(directory):
        return
    try:
        _remove(directory)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # Something is mounted on it. It stays; what is in it goes.
        for name in os.listdir(directory):
            _remove(os.path.join(directory, name))


def _write_manifest(places: Places, generation: Generation) -> None:
    """Raises ``FileNotFoundError`` when somebody has removed the generation: a manifest alone would be a broken one."""
    directory = places.generation(generation.pool, generation.number)
    os.stat(directory)
    write_atomically(f"{directory}/{MANIFEST}", manifest_text(generation).encode(), mode=0o600)


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


def _sweep(parent: str) -> None:
    """What a run that was killed was still writing."""
    for name in os.listdir(parent):
        if name.startswith("."):
            shutil.rmtree(os.path.join(parent, name))


def _remove(directory: str) -> None:
    """Its name goes first, so that nobody ever reads half of one."""
    parent, name = os.path.split(directory)
    aside = os.path.join(parent, f".{name}.{secrets.token_hex(8)}.old")
    os.rename(directory, aside)
    sync_directory(parent)
    shutil.rmtree(aside)
