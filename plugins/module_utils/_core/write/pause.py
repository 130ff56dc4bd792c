# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pauses: instances and timers that stay stopped because an operator says so, and the drop-in that keeps each pause.

The drop-in has a condition that is false as long as the drop-in is there. So systemd does not start the instance: not
at boot, not with its target, not after a crash, and not by start-limit recovery. `systemctl status` names the drop-in.
Of a timer, the timer unit has the drop-in. Its service has none, so that a run that is under way goes on, and an
operator may run the job.
A condition in the template would do the same, but it would change the unit of every pool, and a rollback to an older
unit would end the pause. A mask would take the stop settings away from an instance that still runs, and says no reason.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText, render
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import LONGEST_REASON

# An operator pauses by hand with the module ``pause``, and in a deploy with the state of the pool. One pause says
# nothing about the other, so each has a file.
BY_HAND, BY_DEPLOY = "hand", "deploy"
# What keeps an instance of a bound pool stopped has no file: it is the state of another unit.
BY_BOND = "bound_to"
# systemd reads drop-ins in the order of their names, and an empty Condition...= in a later one resets ours.
FILES = {by: f"zz-workers-paused-by-{by}.conf" for by in (BY_HAND, BY_DEPLOY)}
# The reason of a deploy.
STATE = "the state of the {} is paused"
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True)
class Pause:
    """Of one ``instance``, or of the whole pool or the timer when the name is empty. ``since`` is ISO 8601 in UTC.

    ``since`` is empty when the file of the pause cannot be read. ``reason`` may be empty.
    """

    by: str
    instance: str = ""
    since: str = ""
    reason: str = ""

    def path(self, places: Places, pool: str, *, timer: bool = False) -> str:
        unit = unit_name.main_units(pool, timer=True).group if timer else unit_name.instance(pool, self.instance)
        return places.drop_in(unit, FILES[self.by])

    @property
    def row(self) -> t.Dict[str, str]:
        """As results show it."""
        return {"since": self.since, "reason": self.reason, "by": self.by}

    def __str__(self) -> str:
        """In words that follow an instance. A user may write anything into a file of their own pool."""
        if self.by == BY_BOND:
            return f"{self.by}: {one_line(self.reason)}"
        by = "by hand" if self.by == BY_HAND else "by the deploy"
        since = f" since {self.since}" if self.since else ""
        return f"paused {by}{since}{f': {one_line(self.reason)}' if self.reason else ''}"


# By the path of its file.
Pauses = t.Mapping[str, Pause]


def bond(down: t.Mapping[str, str]) -> Pause:
    """What keeps a pool stopped that is bound to units that do not run, each with its state."""
    return Pause(BY_BOND, reason=", ".join(f"{unit} is {state}" for unit, state in down.items()))


def mark_text(path: str, pause: Pause) -> str:
    """The text of the drop-in that keeps a pause."""
    end = "The playbook resume ends it." if pause.by == BY_HAND else "A deploy with another state ends it."
    return render(
        {
            "Unit": {"ConditionPathExists": f"!{path}"},
            marks.OWNER_SECTION: {"Paused": pause.by, "Since": pause.since, "Reason": pause.reason},
        },
        [f"Keeps what is paused from starting. {end}"],
    )


def parse_mark(text: str, by: str, instance: str) -> Pause:
    """What the file says. Its place alone says what it pauses."""
    written = UnitText.parse(text)
    since, reason = ([*written.values(marks.OWNER_SECTION, key), ""][0] for key in ("Since", "Reason"))
    # A user may write anything into a file of their own pool.
    return Pause(by, instance, since if MOMENT.fullmatch(since) else "", reason[:LONGEST_REASON])


def is_mark(path: str) -> bool:
    """Whether this is the file of a pause."""
    return path.rpartition("/")[2] in FILES.values()


def holding(pauses: Pauses, instance: str) -> t.Optional[Pause]:
    """What keeps an instance stopped: one by hand before one by a deploy, and its own before that of the pool."""
    holds = [one for one in pauses.values() if one.instance in ("", instance)]
    return min(holds, key=lambda one: (one.by != BY_HAND, not one.instance), default=None)


def paused_units(units: t.Mapping[str, str], pauses: Pauses) -> t.Dict[str, Pause]:
    """Those of the ``units`` of a pool that stay stopped, by unit. ``units`` maps each to the name of its instance."""
    held = {unit: holding(pauses, instance) for unit, instance in units.items()} if pauses else {}
    return {unit: one for unit, one in held.items() if one is not None}
