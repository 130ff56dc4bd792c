# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The markers of a process: which unit, environment, secrets and watched files the process was started with.

The environment of each process of a pool holds them. Each marker is a digest.
"""

from __future__ import annotations

import functools
import hashlib
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    UnitText,
    render,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Sections
from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import Effect, effect_of

UNIT_MARKER = "WORKERS_UNIT"
ENVIRONMENT_MARKER = "WORKERS_ENVIRONMENT"
SECRETS_MARKER = "WORKERS_SECRETS"
WATCH_MARKER = "WORKERS_WATCH"
# Of the times of a timer, which no process has: they only make another version.
TIMER_MARKER = "WORKERS_TIMER"
# One per instance that has files of its own: "3=0a1b..., 4=..." as 3:0a1b,4:...
OWN_WATCH_MARKER = "WORKERS_WATCH_OF"

# How a reason to restart names them.
WHAT = {
    UNIT_MARKER: "unit",
    ENVIRONMENT_MARKER: "environment",
    SECRETS_MARKER: "secrets",
    WATCH_MARKER: "watched files",
    OWN_WATCH_MARKER: "files of its own",
    TIMER_MARKER: "schedule",
}


def own_markers(environ: t.Mapping[str, str], instance: str) -> t.Dict[str, str]:
    """The markers in the environment of a process of this instance."""
    markers = {marker: environ[marker] for marker in WHAT if marker in environ}
    own = by_instance(markers.pop(OWN_WATCH_MARKER, ""))
    if instance in own:
        markers[OWN_WATCH_MARKER] = own[instance]
    return markers


@functools.lru_cache(maxsize=8)
def by_instance(text: str) -> t.Mapping[str, str]:
    """``"3=0a1b,4=2c3d"``, by instance. All instances of a pool have the same."""
    return dict(pair.partition("=")[::2] for pair in text.split(",") if pair)


def generation_of(markers: t.Mapping[str, str]) -> str:
    """The short name of a version of a pool: equal markers, equal name."""
    return hashlib.sha256(repr(sorted(markers.items())).encode()).hexdigest()[:8]


def unit_marker(template: str) -> str:
    """The digest that a template's text carries, which its processes carry too; empty when it carries none."""
    fields = UnitText.parse(template).values("Service", "LogExtraFields")
    return dict(field.partition("=")[::2] for field in fields).get(UNIT_MARKER, "")


def process_digest(*parts: Sections) -> str:
    """Digest of the directives that a process keeps from its start until it ends, in any order.

    ``parts`` are those of a unit and of its drop-ins. A directive counts also when a later part replaces it: only
    systemd knows which directives are lists.
    """
    kept = [
        (one.section, one.key, one.value)
        for sections in parts
        for one in UnitText.parse(render(sections)).assignments
        if effect_of(one.section, one.key) is Effect.RESTART
    ]
    # Sorting by section and key alone keeps the order of a repeated directive, which has a meaning.
    return hashlib.sha256(repr(sorted(kept, key=lambda one: one[:2])).encode()).hexdigest()[:16]
