# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of an instance in a rollout, in words that stand in progress and results."""

from __future__ import annotations

import enum
import re


class Health(enum.Enum):
    SETTLED = "settled"
    # As far as systemd and /proc show, it ran all the time. The rollout goes on as if it had settled.
    UNJUDGED = "not-judged"
    STARTING = "starting"
    FLAPPING = "flapping"
    FAILED = "failed"
    KILLED = "killed-at-stop"


BAD = re.compile(rf" (?:{'|'.join(one.value for one in (Health.FLAPPING, Health.FAILED, Health.KILLED))}): ")


def is_bad(line: str) -> bool:
    """Whether a line of progress is about an instance that went wrong."""
    return bool(BAD.search(line))
