# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd read for a process at its start, by what only root can write: files, their times, and generations.

A worker can put anything into its environment, such as the markers of a neighbour that was restarted. So what it says
is believed only where the host knows nothing, or knows that it may be so:

- A process that started after the last change of the private files of its pool was started with what is in them.
- An older one was there when the last good generation had become good. Then all instances ran that one, or have been
  started since: on it, or while a run went on that did not become good.
"""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, State
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.moment import seconds
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import (
    FileMarkers,
    Markers,
    file_markers,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import UNIT_MARKER


@dataclass(frozen=True)
class Version:
    """A generation. A run began to bring it ``since`` then, and took it for bad ``until`` then, in seconds since the
    epoch.
    """

    since: float
    good: bool
    files: FileMarkers
    until: float = math.inf


def version_of(generation: Generation, marked: float) -> Version:
    """``marked`` is when its state was written down."""
    files = file_markers({file.path: file.text for file in generation.files if file.secret})
    until = marked if generation.state is State.BAD else math.inf
    return Version(seconds(generation.time), generation.state is State.GOOD, files, until)


@dataclass(frozen=True)
class Evidence:
    """Of one pool: the markers in its private files, when they last changed, and its versions, the newest last."""

    installed: FileMarkers
    changed: float
    versions: t.Sequence[Version]

    def of(self, started: float, instance: str, said: t.Optional[Markers]) -> t.Optional[Markers]:
        """The markers of files that a process was started with, or ``None`` when it is not known."""
        if started >= self.changed:
            return self.installed.of(instance)
        possible = [one.files.of(instance) for one in self._possible(started)]
        believed = {name: value for name, value in (said or {}).items() if name != UNIT_MARKER}
        if said is None and len(possible) > 1:
            return None
        return believed if believed in possible else possible[-1] if possible else None

    def _possible(self, started: float) -> t.List[Version]:
        good = max((at for at, one in enumerate(self.versions) if one.good), default=None)
        if good is None:
            return []
        later = [one for one in self.versions[good + 1 :] if one.since <= started <= one.until]
        return [self.versions[good], *later]
