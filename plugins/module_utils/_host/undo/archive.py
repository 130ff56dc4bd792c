# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the generations of each pool: complete, root only, and there or not there after any crash."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import time
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    MANIFEST,
    Generation,
    State,
    file_name,
    manifest_text,
    prunable,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Same
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PRIVATE,
    make_directory,
    sync_directory,
    write_atomically,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.look.generations import of_pool


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


def keep_same(places: Places, pool: str, same: Same) -> None:
    """Keeps which processes went on when a pool took over their unit. That of another invocation is of no use."""
    rows = {unit: {"invocation": invocation, "markers": dict(markers)} for unit, (invocation, markers) in same.items()}
    write_atomically(places.same_processes(pool), json.dumps(rows).encode(), mode=0o600)


def mark(places: Places, generation: Generation, state: State) -> None:
    _write_manifest(places, replace(generation, state=state))


def prune(places: Places, pool: str) -> None:
    """Removes those that are not needed for a rollback."""
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


def _sweep(parent: str) -> None:
    """What a run that was killed was still writing."""
    for name in os.listdir(parent):
        if name.startswith("."):
            shutil.rmtree(os.path.join(parent, name))


def _remove(directory: str) -> None:
    """Its name goes first, so that no process reads a half of one."""
    parent, name = os.path.split(directory)
    aside = os.path.join(parent, f".{name}.{secrets.token_hex(8)}.old")
    try:
        os.rename(directory, aside)
        sync_directory(parent)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # A directory of a lower layer of overlayfs has no other name (overlayfs.rst of the kernel, "redirect_dir").
        aside = directory
    shutil.rmtree(aside)
