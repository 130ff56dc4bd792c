# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pool depends on and does not own: which marker it leaves in processes, and how a change of it is reported.

A path is looked at by `_host/look/watched_files.py`, which tells a digest: the target of a link, and what is there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import KeyedDigest
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete

# In the place of a digest; no digest is this word.
UNKNOWN = "unknown"


class Markers(t.NamedTuple):
    """``shared`` is the marker of the paths that all instances share, empty when a pool watches nothing; ``own`` by
    instance those of the paths with ``%i``.
    """

    shared: str = ""
    own: t.Mapping[str, str] = {}


class Note(t.NamedTuple):
    """What a version knows of a path: where a link led, empty for none, and a keyed digest of its digest."""

    link: str
    keyed_digest: str


class Move(t.NamedTuple):
    """A path that is not as it was."""

    path: str
    then: Note
    now: Note

    @property
    def leads_elsewhere(self) -> bool:
        return self.then.link != self.now.link

    def __str__(self) -> str:
        if not self.leads_elsewhere:
            return f"{self.path} has changed"
        was = f"led to {one_line(self.then.link)}" if self.then.link else "was no link"
        is_now = f"leads to {one_line(self.now.link)}" if self.now.link else "is no link"
        return f"{self.path} {was}, and {is_now} now"


def concrete_paths(pool: Pool) -> t.List[str]:
    """With ``%i`` filled in, each once."""
    return sorted({concrete(path, instance) for path in pool.read_paths for instance in pool.names or ("",)})


def markers(pool: Pool, keyed_digest: KeyedDigest, digests: t.Mapping[str, str]) -> Markers:
    """Of what is there now; ``digests`` by concrete path."""
    paths = pool.read_paths
    if not paths:
        return Markers()
    apart = [path for path in paths if "%i" in path]
    own = {name: keyed_digest(repr([(path, digests[concrete(path, name)]) for path in apart])) for name in pool.names}
    return Markers(
        keyed_digest(repr([(path, digests[path]) for path in paths if path not in apart])), own if apart else {}
    )


def markers_again(pool: Pool, noted: Markers, noted_of: Pool) -> Markers:
    """Those that another version of the pool has noted, as far as it watched the same.

    A path that was not read gets a marker that no file has: a process with it is stale for the next run.
    """
    paths = pool.read_paths
    if not paths:
        return Markers()
    known = noted if noted_of.read_paths == paths else Markers()
    own = {name: known.own.get(name, UNKNOWN) for name in pool.names} if "%i" in "".join(paths) else {}
    return Markers(known.shared or UNKNOWN, own)


def notes(pool: Pool, keyed_digest: KeyedDigest, digests: t.Mapping[str, str]) -> t.Dict[str, Note]:
    """By concrete path."""
    return {path: Note(_link_of(digests[path]), keyed_digest(repr(digests[path]))) for path in concrete_paths(pool)}


def moves(then: t.Mapping[str, Note], now: t.Mapping[str, Note]) -> t.List[Move]:
    """What has changed between two looks, of the paths that both have seen."""
    return [Move(path, then[path], now[path]) for path in sorted({*then} & {*now}) if then[path] != now[path]]


def _link_of(digest: str) -> str:
    """``"link releases/4; directory 5 6 7"`` -> ``"releases/4"``"""
    if not digest.startswith("link "):
        return ""
    target = digest[len("link ") :]
    return target.rpartition("; ")[0] or (target[: -len(" to nothing")] if target.endswith(" to nothing") else target)
