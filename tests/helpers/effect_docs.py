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
<!-- `make pages` writes this page from tests/oracle/changes.py. -->

# What a change restarts

A changed directive restarts the instances of its pool. The directives in the first table are an exception: they take
effect with a daemon-reload. Comments, the order of directives and sections named `X-...` restart no instance.

`tests/oracle/test_effects.py` proves each row on real systemd. It starts an instance, changes its template and runs a
daemon-reload. Then it checks whether the instance follows the old or the new value. For some directives it checks a
command or another unit that depends on the instance. A second, unchanged instance shows the effect of the old value.
"""
RELOAD = """\
## In force after a daemon-reload

These directives restart no instance. All of `[Install]` belongs here; the table has one directive of it.
"""
LIMITS = f"""\
## Limits

A changed limit restarts no instance. Up to systemd {LIMITS_ARE_LIVE_UP_TO} the reload writes the limit to the cgroup of
the running instance. A newer systemd loads and shows the new value, but does not change the cgroup. The cgroup changes
later: with the next change of any of its properties, or when a unit starts in the same slice. So a worker would get a
new `MemoryMax=` at an unexpected moment. Therefore from {LIMITS_ARE_LIVE_UP_TO + 1} on a deploy adds nothing to the
property `Markers` of each running instance, as `systemctl set-property --runtime UNIT Markers=` does. This changes no
file and no marker, and systemd then writes all limits of the cgroup.

On cgroup v2 the deploy reads the limits back. It restarts the instances whose cgroups have other values, batch by
batch. No test has seen such an instance. The table shows what was tried on systemd 257, and the effect on all seven
limits below:

| after a daemon-reload | 257, cgroup v1 and v2 |
|---|---|
| nothing for 9 s, or another daemon-reload | unchanged |
| `systemctl set-property --runtime UNIT Markers=` | in force, and for all instances in the same slice |
| `SetUnitProperties` of the bus without a property | unchanged |
| `systemd-run true`, which runs in another slice | unchanged |
| `systemd-run --slice=` the slice of the instance | in force |
| `systemctl kill -s CONT UNIT` | unchanged |
| `systemctl set-property --runtime UNIT CPUAccounting=yes` | in force, but a drop-in remains |

Containers on cgroup v1 have no file for `MemoryHigh=`, `MemorySwapMax=` and `IOWeight=`, and with 262 no file for any
limit. There the test checks only the loaded value. `make vm` checks all of them on cgroup v2.
"""
RESTART = """\
## In force after a restart

All directives that are in no table above. The table lists those that were tested: they have the old value after the
reload, and the new value after the restart.
"""


def page() -> str:
    """The whole text of docs/effects.md."""
    return "\n".join(
        [
            HEAD,
            RELOAD,
            _table("effect of the new value without a restart", changes.AFTER_RELOAD),
            LIMITS,
            _table("where the test looks", changes.LIMITS),
            RESTART,
            _table("where the test looks", changes.AFTER_RESTART),
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
