# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judgement of one instance over a window. ``active`` alone proves nothing: Restart=always gets back to it."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass


class Health(enum.Enum):
    SETTLED = "settled"
    STARTING = "starting"
    FLAPPING = "flapping"
    FAILED = "failed"


@dataclass(frozen=True)
class Sample:
    """An instance at one moment. ``invocation`` is new with every start, also with systemd's own restarts."""

    active: str
    sub: str
    invocation: str


@dataclass(frozen=True)
class Verdict:
    health: Health
    because: str

    def __str__(self) -> str:
        return f"{self.health.value}: {self.because}"


def judge(since_start: Sample, now: Sample, watched: float, window: float) -> Verdict:
    """What is known after ``watched`` of ``window`` seconds. ``since_start`` was taken when the start job ended."""
    if now.active == "failed":
        return Verdict(Health.FAILED, "has failed")
    if now.sub.startswith("auto-restart"):
        return Verdict(Health.FLAPPING, f"died {watched:.1f} s after its start and waits for its restart")
    if now.invocation != since_start.invocation:
        return Verdict(Health.FLAPPING, f"died and was restarted by systemd within {watched:.1f} s")
    if now.active == "inactive":
        return Verdict(Health.FAILED, "is not running")
    if now.active != "active" or now.sub != "running":
        return Verdict(Health.STARTING, f"is {now.active} ({now.sub})")
    if watched < window:
        return Verdict(Health.STARTING, f"runs for {watched:.1f} s of {window:g} s")
    return Verdict(Health.SETTLED, f"ran {window:g} s without a restart")


def batches(items: t.Sequence[str], size: int) -> t.List[t.List[str]]:
    """In order, ``size`` at a time."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
