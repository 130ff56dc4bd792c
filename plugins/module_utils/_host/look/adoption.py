# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of somebody else that a pool takes over, and those of their processes that the pool need not restart."""

from __future__ import annotations

import glob
import json
import math
import os
import stat
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.adoption import is_same_process
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    ObservedPool,
    Process,
    Same,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import (
    Pool,
    concrete,
    without_dash,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import instance_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import UNIT_MARKER
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import is_mark
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import ENABLING, LINK, Wanted
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes, unit_files

# Parts of an EnvironmentFile= that stand for several files, or for what only systemd knows.
PATTERN = "*?[%"


def taken_over(places: Places, pool: Pool, left: t.Optional[RunJournal] = None) -> t.Optional[t.Dict[str, File]]:
    """The files and links of somebody else that the pool takes over, by path; ``None`` when it takes over nothing.

    A pool that is on the host takes over nothing more: what an administrator changes beside it stays. Raises
    ``Problems`` for a file that is no unit. ``left`` is the journal of a killed run.
    """
    if not pool.adopt:
        return None
    owners = [pool_files.claimed(places, unit(pool.name))[1] for unit in (unit_name.template, unit_name.target)]
    begins = owners[0] != pool.name and any(owner not in (None, pool.name) for owner in owners)
    return old_files(places, pool.name) if begins or _half_done(places, pool.name, left) else None


def old_files(places: Places, pool: str) -> t.Dict[str, File]:
    """What somebody else has in the first directory of the load path. A unit of a package stays, and is hidden. What
    masks an instance or a drop-in stays, too.
    """
    name = glob.escape(pool)
    patterns = (f"{name}@*.service", f"{name}.target", f"{name}@*.service.d/*.conf", f"{name}.target.d/*.conf")
    enabling = [f"*{kind}/{one}" for kind in ENABLING for one in patterns[:2]]
    paths = [path for one in (*patterns, *enabling) for path in sorted(glob.glob(places.unit(one)))]
    return {path: _file(path) for path in paths if not _stays(path, pool)}


def _stays(path: str, pool: str) -> bool:
    folder = os.path.basename(os.path.dirname(path))
    if folder.endswith(ENABLING):
        return folder == f"{unit_name.target(pool)}.wants" and pool_files.owner(path) == pool
    if os.path.realpath(path) == os.devnull or is_mark(path):
        return True
    return pool_files.owner(path) == pool


def _file(path: str) -> File:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return File(os.readlink(path), LINK, status.st_ctime)
    try:
        text = foreign_files.read(path, unit_files.LONGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        raise Problems([Problem(path, f"that it {why}", "a unit file that the pool can take over")]) from None
    return File(text, stat.S_IMODE(status.st_mode), status.st_ctime)


def _half_done(places: Places, pool: str, left: t.Optional[RunJournal]) -> bool:
    """Whether a killed run has begun to take it over."""
    noted = left.pools.get(pool) if left else None
    if noted is None or noted.back is None:
        return False
    return any(one.number == noted.back and one.foreign for one in generations.of_pool(places, pool))


# ---- processes that go on


def with_same(places: Places, wanted: Wanted, observed: ObservedPool) -> ObservedPool:
    """The pool as observed, where each process that its own unit would start the same counts as started by it."""
    if observed.old is None:
        return observed
    instances, same = dict(observed.instances), {}
    for instance in wanted.pool.names:
        seen, unit = instances.get(instance), unit_name.instance(wanted.pool.name, instance)
        if not (seen and seen.running and seen.process):
            continue
        invocation = processes.invocation(places, unit)
        if invocation and _goes_on(places, unit, instance, wanted, observed, seen.process.started):
            markers = wanted.markers[instance]
            same[unit] = (invocation, markers)
            instances[instance] = replace(seen, process=_started_with(markers, seen.process.started))
    return replace(observed, instances=instances, same=same)


def kept_same(places: Places, pool: str) -> Same:
    """The processes that went on when the pool took over their unit. Nothing where that cannot be read."""
    try:
        read = json.loads(foreign_files.read(places.same_processes(pool), foreign_files.LARGEST_OF_OURS))
    except (OSError, ValueError):
        return {}
    known = fits(read, {str: {"invocation": str, "markers": {str: str}}})
    return {unit: (one["invocation"], one["markers"]) for unit, one in read.items()} if known else {}


def as_started(same: Same, unit: str, invocation: str, started: float) -> t.Optional[Process]:
    """A process that went on, as if the pool had started it."""
    known, markers = same.get(unit, ("", {}))
    return _started_with(markers, started) if known and known == invocation else None


def _started_with(markers: t.Mapping[str, str], started: float) -> Process:
    return Process(None, markers.get(UNIT_MARKER, ""), started, markers)


def _goes_on(places: Places, unit: str, instance: str, wanted: Wanted, observed: ObservedPool, started: float) -> bool:
    """Whether nothing has changed since the start of a process, and the unit of the pool would start the same."""
    path, text = unit_files.find(places, unit) or ("", "")
    if not path:
        return False
    drop_ins = unit_files.drop_ins(places, unit)
    old = Unit.of(unit, text, drop_ins, path, places.searched)
    read = [path, *(one for one, _text in old.files[1:])]
    theirs = [one.value for one in old.kept("Service", "EnvironmentFile")]
    if any(character in one.replace("%i", "") for one in theirs for character in PATTERN):
        return False
    read += [concrete(without_dash(one), instance) for one in theirs]
    read += [concrete(one, instance) for one in wanted.pool.read_paths]
    if max(map(_changed, read)) >= started:
        return False
    texts = {file.path: file.text for file in wanted.files}
    stay = [(one, text) for one, text in drop_ins if one not in (observed.old or {})]
    own = [(one, texts[one]) for one in [places.own_drop_in(unit)] if one in texts]
    template = places.unit(unit_name.template(wanted.pool.name))
    new = Unit.of(unit, texts[template], [*stay, *own], template, places.searched)
    files = {one: text for one, text in texts.items() if places.is_config(one) and instance_of(one) in ("", instance)}
    return is_same_process(old, new, files)


def _changed(path: str) -> float:
    """When a file, or a link to it, last changed. One that is not there may have been."""
    try:
        return max(os.lstat(path).st_ctime, os.stat(path).st_ctime)
    except OSError:
        return math.inf
