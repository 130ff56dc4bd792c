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
<!-- Written by `make pages`; the words stand in plugins/module_utils/_core/judge/traps/. -->

# Traps

Configurations that systemd accepts and that users regret: they lose jobs, show secrets, or leave a worker down. An
**error** refuses a deploy, a **warning** is told. Each has an id, which a finding ends with in brackets, and which
switches it off.

What regards servers as well is told of workers alone: restarts, stops, the network, how a start is judged. A worker
is a pool, queue software that is known, what has worker, queue, consumer or jobs in its name or command, and code of
an application (outside of where packages put programs) that does not serve. Units below /usr/lib/systemd are those of
packages.

"Our measurement" is `tests/oracle/test_trap_damage.py`, which shows the damage on real systemd where that takes
seconds, and otherwise an experiment on systemd 247, 252 and 257.
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
