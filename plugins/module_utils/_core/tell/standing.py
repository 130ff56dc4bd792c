# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the instances of a pool stand after a run, in words: ``11/12 up, 1 paused``. ``status`` shows the same count."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import UP


def standing(states: t.Mapping[str, str], paused: t.Container[str]) -> str:
    """``states`` maps each wanted unit to its ActiveState. ``paused`` are the units that stay stopped."""
    counts = collections.Counter(
        "up" if state in UP else "paused" if unit in paused else state for unit, state in states.items()
    )
    others = "".join(f", {count} {word}" for word, count in sorted(counts.items()) if word != "up")
    return f"{counts['up']}/{len(states)} up{others}"
