# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the rollouts of a run: a pool begins when the pools that it follows have settled."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done


class Turns:
    """``before`` maps each pool of the run to the pools that it follows. Pools that are not in the run do not count.

    ``held`` maps a pool that will not begin to the pool that did not settle.
    """

    def __init__(self, before: t.Mapping[str, t.Sequence[str]]) -> None:
        self.waiting = {name: [one for one in names if one in before] for name, names in before.items()}
        self.held: t.Dict[str, str] = {}

    def begin(self, ends: t.Mapping[str, Done]) -> t.List[str]:
        """The pools whose rollouts begin now, each once. ``ends`` are the rollouts that have ended."""
        self._hold(ends)
        ready = [name for name, before in self.waiting.items() if all(one in ends for one in before)]
        for name in ready:
            del self.waiting[name]
        return ready

    def _hold(self, ends: t.Mapping[str, Done]) -> None:
        """Those that follow a pool that did not settle, those that follow them, and so on."""
        causes = {**{name: name for name, end in ends.items() if not end.complete}, **self.held}
        followers: t.Dict[str, t.List[str]] = {}
        for name, before in self.waiting.items() if causes else ():
            for one in before:
                followers.setdefault(one, []).append(name)
        to_look_at = list(causes)
        while to_look_at:
            one = to_look_at.pop()
            for name in followers.get(one, ()):
                if self.waiting.pop(name, None) is not None:
                    self.held[name] = causes[name] = causes[one]
                    to_look_at.append(name)
