# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/effects.md from what the oracle shows: ``make pages`` writes it anew."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import LIMITS_ARE_LIVE_UP_TO
from lab.suites import SUITES
from tests.oracle import changes
from tests.oracle.changes import Change

PAGE = Path(__file__).parents[2] / "docs" / "effects.md"
HEAD = """\
<!-- SPDX-FileCopyrightText: 2026 workers.systemd contributors -->
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- Written by `make pages`; the words stand in tests/oracle/changes.py. -->

# What a change restarts

A changed directive restarts the instances of its pool, unless it is one of those below that are in force after a
daemon-reload. Comments, the order of directives and sections named `X-...` restart nobody.

Each row is shown on real systemd by `tests/oracle/test_effects.py`: an instance runs, its template is changed,
systemd is reloaded, and then the instance, or a command or another unit that depends on it, goes by the old or the
new value. A second instance that nobody changes shows what the old value looks like.
"""
RELOAD = """\
## In force after a daemon-reload

Nobody is restarted. All of `[Install]` belongs here, of which one directive stands for the others.
"""
LIMITS = f"""\
## Limits

Up to systemd {LIMITS_ARE_LIVE_UP_TO} the reload writes a changed limit to the cgroup of the running instance, and
nobody is restarted. systemd 257 loads it, shows it, and leaves the cgroup as it was until something else touches that
cgroup, such as the start of a neighbour: then a worker meets a new `MemoryMax=` at a moment that nobody chose. So from
{LIMITS_ARE_LIVE_UP_TO + 1} on a changed limit restarts, batch by batch. The versions between were not looked at.

The hosts of the tests have no file for `MemoryHigh=`, `MemorySwapMax=` and `IOWeight=`, and on 262 for no limit at all.
There the loaded value was seen alone.
"""
RESTART = """\
## In force after a restart

Whatever is in no table above. These were looked at: after the reload the old value, after the restart the new one.
"""


def page() -> str:
    """The whole text of docs/effects.md."""
    return "\n".join(
        [
            HEAD,
            RELOAD,
            _table("what the new value does without a restart", changes.AFTER_RELOAD),
            LIMITS,
            _table("where it was looked for", changes.LIMITS),
            RESTART,
            _table("where it was looked for", changes.AFTER_RESTART),
        ]
    )


def _table(heading: str, rows: t.Sequence[Change]) -> str:
    versions = sorted({suite.systemd for suite in SUITES.values()})
    lines = [f"| directive | seen on | {heading} |", "|---|---|---|"]
    for one in rows:
        seen_on = ", ".join(str(version) for version in versions if version >= one.since)
        lines.append(f"| `[{one.section}]` `{one.directive}=` | {seen_on} | {one.seen} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page())
