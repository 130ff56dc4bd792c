# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent keeps about its figures for Prometheus: where they are, and what systemd forgets of jobs."""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits

NUMBER, NONE = (int, float), type(None)
SHAPE = {"directories": [str], "runs": {str: {"succeeded": (*NUMBER, NONE), "good": (bool, NONE)}}}


@dataclass(frozen=True)
class Run:
    """``succeeded`` is when the last run of a job ended that did not fail, in seconds since the epoch. ``good`` is how
    the last run ended. ``None`` before there was one.
    """

    succeeded: t.Optional[float] = None
    good: t.Optional[bool] = None


@dataclass(frozen=True)
class KeptMetrics:
    """``directories`` may have a file of figures. ``runs`` are the last runs of jobs, by timer."""

    directories: t.Tuple[str, ...] = ()
    runs: t.Mapping[str, Run] = field(default_factory=dict)

    def text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def parse(text: bytes) -> KeptMetrics:
    """The inverse. Nothing for a text that is not ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return KeptMetrics()
    if not fits(found, SHAPE):
        return KeptMetrics()
    runs = {name: Run(one["succeeded"], one["good"]) for name, one in found["runs"].items()}
    return KeptMetrics(tuple(found["directories"]), runs)
