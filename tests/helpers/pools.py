# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool that most scenarios deploy."""

from __future__ import annotations

import typing as t

from tests.helpers.lab_host import LabHost

SLEEP = ["/bin/sleep", "infinity"]


def sleeper(queue: str = "a", **more: t.Any) -> dict[str, t.Any]:
    """A pool of two workers that only wait; another ``queue`` makes it another version."""
    return {"name": "sleeper", "command": SLEEP, "instances": 2, "environment": {"QUEUE": queue}, **more}


def queues(lab: LabHost) -> dict[str, str]:
    """The queue that each running process really has, by instance."""
    return {name: environ.get("QUEUE", "") for name, environ in lab.environments("sleeper").items()}
