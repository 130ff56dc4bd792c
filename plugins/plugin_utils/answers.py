# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each host of a play has registered, for an action that tells about all of them at once."""

from __future__ import annotations

import typing as t

Result = t.Dict[str, t.Any]
NO_ANSWER: Result = {"msg": "The host was not reached, or its task did not run."}


def answers(task_vars: t.Optional[Result], variable: str) -> t.Dict[str, Result]:
    """By host, in the order of the play."""
    given = task_vars or {}
    hosts = given.get("ansible_play_hosts_all", [])
    return {host: given["hostvars"][host].get(variable, NO_ANSWER) for host in hosts}
