# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a run when its host rebooted, for a caller who comes back for its result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase, RunJournal

NO_RESULT = "the result of this run is not on the host any more"
REBOOTED = "the host rebooted during the rollout"
AGAIN = "This task has started nothing since. Run the play again."


@dataclass(frozen=True)
class AfterBoot:
    """The recovery in one manager: what it has ``done``, in words, and the pools that are ``waiting`` for it. With
    ``trouble``, neither is known.
    """

    done: t.Tuple[str, ...] = ()
    waiting: t.Tuple[str, ...] = ()
    trouble: str = ""


def after_boot(left: t.Optional[RunJournal], boot: str, whose: str = "") -> AfterBoot:
    """``left`` is the journal of the run, and ``boot`` the name of this boot. ``whose`` is the user of the manager."""
    if left is None:
        return AfterBoot()
    prefix = f"{whose}/" if whose else ""
    if left.phase is not Phase.UNDONE:
        return AfterBoot(waiting=tuple(f"{prefix}{name}" for name in (*left.pools, *left.gone)))
    # The recovery after an earlier boot has written another journal.
    return AfterBoot(done=tuple(_done(left, prefix)) if left.boot == boot else ())


def _done(left: RunJournal, prefix: str) -> t.Iterator[str]:
    for name, noted in left.pools.items():
        if not noted.undoable:
            yield f"left {prefix}{name} on generation {noted.new}"
        elif noted.back is None:
            yield f"removed {prefix}{name}, whose first version it was"
        else:
            yield f"put {prefix}{name} back to generation {noted.back}"
    for name in left.gone:
        yield f"removed {prefix}{name}"


def lost_run(*, rebooted: bool, found: t.Collection[AfterBoot]) -> str:
    """The message about a run whose result is lost."""
    done = [line for one in found for line in one.done]
    waiting = [name for one in found for name in one.waiting]
    trouble = [one.trouble for one in found if one.trouble]
    lines = [f"{REBOOTED if rebooted else NO_RESULT}{f' and has {_listed(done)}' if done and rebooted else ''}"]
    if waiting:
        lines.append(f"not put back yet: {', '.join(waiting)}. The host tries again: journalctl -u 'workers-recovery*'")
    elif not done and not trouble and rebooted:
        lines.append("no version of a pool was half deployed, so nothing was put back")
    return "\n".join([*lines, *trouble, AGAIN])


def _listed(parts: t.Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
