# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal in which a run notes its changes, so that the next run or the host can finish or undo a dead run."""

from __future__ import annotations

import enum
import json
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems


class Phase(enum.Enum):
    """The host itself notes ``UNDONE`` when it has undone the changes of a dead run."""

    APPLYING = "applying"
    REVERTING = "reverting"
    UNDONE = "undone"


class Noted(t.NamedTuple):
    """``back`` and ``new`` are the numbers of two generations of a pool. ``undoable`` is as in ``Change``."""

    back: t.Optional[int]
    new: int
    undoable: bool

    def __str__(self) -> str:
        return f"{'nothing' if self.back is None else self.back} to {self.new}"


@dataclass(frozen=True)
class RunJournal:
    """``since`` is the start of the run in ISO 8601, UTC. ``pid`` is its process. It removes the pools in ``gone``.

    ``booted`` is when the host booted, as its clock said when the run began, in seconds since the epoch. ``boot`` is
    the name of the boot in which the host has undone the run.
    """

    since: str
    pid: int
    pools: t.Mapping[str, Noted]
    gone: t.Tuple[str, ...] = ()
    phase: Phase = Phase.APPLYING
    boot: str = ""
    booted: float = 0.0

    def __str__(self) -> str:
        changes = [f"{name} ({noted})" for name, noted in self.pools.items()]
        listed = ", ".join([*changes, *(f"{name} (to be removed)" for name in self.gone)])
        if self.phase is Phase.UNDONE:
            return f"a run of {self.since} died, and the host put back what it had changed: {listed}"
        return f"a run was killed, {self.phase.value} since {self.since}: {listed}"


def journal_text(journal: RunJournal) -> str:
    written = {
        "since": journal.since,
        "pid": journal.pid,
        "phase": journal.phase.value,
        "pools": journal.pools,
        "gone": journal.gone,
        "boot": journal.boot,
        "booted": journal.booted,
    }
    return json.dumps(written, indent=1) + "\n"


def parse_journal(text: str, where: str) -> RunJournal:
    """Raises ``Problems`` when the journal cannot be read."""
    try:
        read = json.loads(text)
        pools = {name: Noted(*row) for name, row in read["pools"].items()}
        phase, boot = Phase(read["phase"]), read.get("boot", "")
        booted = float(read.get("booted", 0.0))
        return RunJournal(read["since"], read["pid"], pools, tuple(read["gone"]), phase, boot, booted)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found = f"a broken journal ({type(error).__name__}: {error})"
        raise Problems([Problem(where, found, "what an earlier run wrote", "Remove this file.")]) from None
