# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is allowed to come of a fault: all old, all new, or reported failed and all old; and the next run converges."""

from __future__ import annotations

import typing as t

from tests.faults.kinds import Kind

ENDS = {"succeeded": "new", "failed": "old"}


def complaints(kind: Kind, seen: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """What was seen in one case that is not allowed, in words."""
    if "error" in seen:
        yield f"the driver: {seen['error']}"
        return
    if seen["restless"]:
        yield f"the host did not come to rest: {seen['restless']}"
    if seen["state"] not in kind.ends:
        yield f"the host ended {seen['state']}, allowed is {' or '.join(kind.ends)}"
    if seen["ended"] in ENDS and seen["state"] != ENDS[seen["ended"]]:
        yield f"the run said that it {seen['ended']}, and the host ended {seen['state']}"
    # Short of something, Python itself may not come up.
    if seen["status"] in (0, 1) and "Traceback" in seen["traceback"] and not kind.limit:
        yield "the run ended in a traceback"
    if seen["again"]["failed"] or not seen["converged"]:
        yield "the next plain run did not converge"
    if seen["third"]["changed"] or seen["third"]["failed"]:
        yield "the run after that was not done with it"
    if seen["agent"] != "active":
        yield f"the agent is {seen['agent']}"
    if seen["stray"]:
        yield f"left aside: {seen['stray']}"
