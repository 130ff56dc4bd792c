# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/traps.md from the table of traps: ``make pages`` writes it anew."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import Trap

PAGE = Path(__file__).parents[2] / "docs" / "traps.md"
HEAD = """\
<!-- SPDX-FileCopyrightText: 2026 workers.systemd contributors -->
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
<!-- `make pages` writes this page from plugins/module_utils/_core/judge/traps/. -->

# Traps

A trap is a setting that systemd accepts and that users regret later: it loses jobs, shows secrets, or leaves a worker
down. A trap with severity **error** refuses a deploy. A trap with severity **warning** only appears in the output. Each
trap has an id, and the id switches the trap off. A finding ends with the id in brackets and the address of its section
below.

Some traps apply to servers as well: restarts, stops, the network, the start. These are reported for workers only. A
unit counts as a worker when one of these is true:

- it is a pool;
- it runs known queue software;
- its name or command has worker, queue, consumer or jobs in it;
- it runs code of an application that is not a server, from a path where packages do not install programs.

Units below /usr/lib/systemd belong to packages.

"Our measurement" is `tests/oracle/test_trap_damage.py`. It shows the damage on real systemd when that takes seconds.
For other traps it is an experiment on systemd 247, 252 and 257.
"""
GROUPS = (
    ("What the text of a unit shows", traps.OF_TEXT),
    ("What the host shows", traps.OF_HOST),
    ("What the running process shows", traps.OF_PROCESS),
)


def page() -> str:
    """The whole text of docs/traps.md."""
    return "\n".join([HEAD, *(f"## {title}\n\n{_sections(group)}" for title, group in GROUPS)])


def _sections(group: t.Iterable[Trap]) -> str:
    return "\n".join(map(_section, group))


def _section(trap: Trap) -> str:
    return f"""\
### {trap.id}

**{trap.title}** ({trap.severity.value}). Expected: {trap.expected}.

{trap.why}

Instead: {trap.instead} To switch it off: `{trap.id}`.
"""


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
