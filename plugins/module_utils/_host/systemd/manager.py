# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manager of systemd. It is called over its bus or with systemd's tools, and one call is for many units."""

from __future__ import annotations

import re
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.bus_message import Answer, Call, object_path
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    About,
    Entry,
    JournalQuery,
    most_lines,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import blocks
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import bus, journalctl, processes

# argv -> (exit status, stdout, stderr)
Run = t.Callable[[t.List[str]], t.Tuple[int, str, str]]
AskJournal = t.Callable[[JournalQuery], t.List[Entry]]

# org.freedesktop.systemd1(5)
SYSTEMD, MANAGER = "org.freedesktop.systemd1", "/org/freedesktop/systemd1"
DBUS_PROPERTIES = "org.freedesktop.DBus.Properties"

# USEC_INFINITY, and the largest number, which stands for an amount that is not known.
NEVER = 2**64 - 1
LINKS_AT_ONCE = 500


class ListedUnit(t.NamedTuple):
    """``job`` is the type of the unit's job that waits or runs. It is empty when the unit has no job."""

    load: str
    active: str
    sub: str
    job: str


# Large: each method is one call to systemd.
class Manager:
    """``places`` are the places of its files and of this collection's files. ``journal`` answers queries."""

    def __init__(self, run: Run, places: Places, journal: AskJournal = journalctl.entries) -> None:
        self.run = run
        self.places = places
        self._ask_journal = journal
        self._build: t.Optional[str] = None
        # As the clock said when the run began.
        self.booted = processes.booted_at()

    def build(self) -> str:
        """Returns the name of systemd's build on this host, such as ``systemd 252 (252.39-1~deb12u2)``."""
        if self._build is None:
            self._build = self._must(["systemctl", "--version"]).partition("\n")[0]
        return self._build

    def version(self) -> int:
        """Returns the version of systemd on this host, such as 252."""
        found = re.match(r"systemd (\d+)", self.build())
        if found is None:
            raise ManagerError(f"systemctl --version printed {self.build()[:60]!r}")
        return int(found.group(1))

    def list_units(self, patterns: t.Sequence[str]) -> t.Dict[str, ListedUnit]:
        """Returns every loaded unit that matches, with one call."""
        if not patterns:
            return {}
        ((rows,),) = self._asked([_of_manager("ListUnitsByPatterns", "asas", [], patterns)])
        return {row[0]: ListedUnit(row[2], row[3], row[4], row[8]) for row in rows}

    def restarts(self, units: t.Sequence[str]) -> t.Dict[str, int]:
        """Returns NRestarts of services. It counts the restarts by systemd itself since the last requested start."""
        return {unit: int(count) for unit, count in self._property(units, "Service", "NRestarts").items()}

    def main_pids(self, units: t.Sequence[str]) -> t.Dict[str, int]:
        """Returns the main processes of services. It is 0 without a main process, or when systemd does not know it."""
        return {unit: int(pid) for unit, pid in self._property(units, "Service", "MainPID").items()}

    def next_runs(self, timers: t.Sequence[str]) -> t.Dict[str, t.Optional[float]]:
        """Returns when timers come next, in seconds since the epoch; ``None`` when never, or not while a run lasts.

        The time of a calendar is of the clock on the wall, that of a span since the boot.
        """
        of_calendar = self._property(timers, "Timer", "NextElapseUSecRealtime")
        of_span = self._property(timers, "Timer", "NextElapseUSecMonotonic")
        since_boot = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        found: t.Dict[str, t.Optional[float]] = {}
        for unit in timers:
            known = [(of_calendar[unit], 0.0), (of_span[unit], since_boot)]
            # 0 and the largest number stand for none.
            found[unit] = min((value / 1e6 + base for value, base in known if 0 < value < NEVER), default=None)
        return found

    def triggers(self, timers: t.Sequence[str]) -> t.Dict[str, t.Tuple[float, float]]:
        """Returns when timers have come last in this boot, in seconds since the epoch, 0 for never. A timer with
        Persistent= knows it from earlier boots too. The second number is how many seconds they may come late.
        """
        last = self._property(timers, "Timer", "LastTriggerUSec")
        late = [self._property(timers, "Timer", name) for name in ("RandomizedDelayUSec", "AccuracyUSec")]
        return {unit: (last[unit] / 1e6, sum(one[unit] for one in late) / 1e6) for unit in timers}

    def memory(self, units: t.Sequence[str]) -> t.Dict[str, t.Optional[int]]:
        """Returns the bytes of memory of services. ``None`` when systemd does not count them (MemoryAccounting=)."""
        used = self._property(units, "Service", "MemoryCurrent")
        return {unit: None if size == NEVER else int(size) for unit, size in used.items()}

    def active_since(self, units: t.Sequence[str]) -> t.Dict[str, float]:
        """Returns when units have become active, in seconds of the clock that no program sets (CLOCK_MONOTONIC)."""
        since = self._property(units, "Unit", "ActiveEnterTimestampMonotonic")
        return {unit: moment / 1e6 for unit, moment in since.items()}

    def states(self, units: t.Sequence[str]) -> t.Dict[str, t.Tuple[str, str]]:
        """Returns how units are loaded, and their state. systemd loads them for this; one may have another name."""
        loaded, active = self._property(units, "Unit", "LoadState"), self._property(units, "Unit", "ActiveState")
        return {unit: (str(loaded[unit]), str(active[unit])) for unit in units}

    def loaded_from_old_files(self, units: t.Sequence[str]) -> t.List[str]:
        """Returns the units whose files have changed since systemd read them."""
        return [unit for unit, needed in self._property(units, "Unit", "NeedDaemonReload").items() if needed]

    def limits(self, units: t.Sequence[str], name: str) -> t.Dict[str, int]:
        """Returns the loaded limit of services. ``name`` is the name of its property."""
        return {unit: int(limit) for unit, limit in self._property(units, "Service", name).items()}

    def cgroups(self, units: t.Sequence[str]) -> t.Dict[str, str]:
        """Returns the cgroups of services, as paths below the root cgroup. Empty for a service without a cgroup."""
        return {unit: str(path) for unit, path in self._property(units, "Service", "ControlGroup").items()}

    def show(self, units: t.Sequence[str], properties: t.Sequence[str]) -> t.Dict[str, t.Dict[str, str]]:
        """Returns properties by unit, with one call. It takes about 1.2 ms per unit, so name only units that matter."""
        if not units:
            return {}
        # The blocks have the order of the arguments. The properties have systemd's own order, so Id names the unit.
        out = self._must([*self._systemctl, "show", "--property", ",".join(["Id", *properties]), "--", *units])
        return {block["Id"]: block for block in blocks(out) if "Id" in block}

    def reload(self) -> None:
        self._must([*self._systemctl, "daemon-reload"])

    def renew_cgroups(self, units: t.Sequence[str]) -> None:
        """Makes systemd write the loaded limits to the cgroups of running units. A reload of systemd 257 does not.

        Any change of a property does that (bus_service_commit_properties()). This call changes nothing: it names no
        marker, so systemd sets and removes no marker. It leaves no drop-in either: systemd keeps no markers in files.
        """
        nothing: t.List[t.Any] = [("Markers", ("as", []))]
        self._try([_of_manager("SetUnitProperties", "sba(sv)", unit, True, nothing) for unit in units])

    def enable(self, units: t.Sequence[str]) -> None:
        """Only makes the links. The one reload of the run follows."""
        self._change_links("enable", units)

    def reenable(self, units: t.Sequence[str]) -> None:
        """Removes all links of the units and makes the links that [Install] asks for now."""
        self._change_links("reenable", units)

    def disable(self, units: t.Sequence[str]) -> None:
        self._change_links("disable", units)

    def _change_links(self, verb: str, units: t.Sequence[str]) -> None:
        """Some at a time: systemctl waits 25 s for the answer to one call, and systemd answers when all are done."""
        for first in range(0, len(units), LINKS_AT_ONCE):
            part = units[first : first + LINKS_AT_ONCE]
            self._must([*self._systemctl, "--no-reload", "--quiet", verb, "--", *part])

    def try_restart(self, units: t.Sequence[str]) -> None:
        """Restarts those that run, and waits for them."""
        self._must([*self._systemctl, "try-restart", "--", *units])

    def stop(self, units: t.Sequence[str]) -> None:
        self._must([*self._systemctl, "stop", "--", *units])

    def reset_failed(self, units: t.Sequence[str]) -> None:
        """Resets failures and start counts. systemd refuses this for a unit that is not loaded and so has none."""
        self._try([_of_manager("ResetFailedUnit", "s", unit) for unit in units])

    def start(self, units: t.Sequence[str]) -> t.Dict[str, str]:
        """Adds the jobs and does not wait for them. The state of the units shows the results.

        Returns the units whose job systemd refused, each with what systemd said.
        """
        return self._refused("StartUnit", units)

    def begin_stops(self, units: t.Sequence[str]) -> None:
        """Adds stop jobs, which replace the start jobs that wait, and does not wait for them."""
        self._refused("StopUnit", units)

    def restart(self, units: t.Sequence[str]) -> t.Dict[str, str]:
        """Adds jobs in the same way. A restart starts a crashed unit immediately. A start would wait for its delay."""
        return self._refused("RestartUnit", units)

    def _refused(self, member: str, units: t.Sequence[str]) -> t.Dict[str, str]:
        answers = self._try([_of_manager(member, "ss", unit, "replace") for unit in units])
        return {unit: answer.words for unit, answer in zip(units, answers) if answer.error}

    def own_scope(self, name: str, pid: int, *, shared: bool = False, ends_with: str = "") -> None:
        """Moves a process to its own scope (systemd.scope(5)). More processes may join one that is ``shared``, and
        systemd stops it when the unit stops that it ``ends_with``.
        """
        properties: t.List[t.Any] = [("PIDs", ("au", [pid])), ("CollectMode", ("s", "inactive-or-failed"))]
        if shared:
            properties.append(("Delegate", ("b", True)))
        if ends_with:
            properties.append(("BindsTo", ("as", [ends_with])))
        self._asked([_of_manager("StartTransientUnit", "ssa(sv)a(sa(sv))", name, "fail", properties, [])])

    def join(self, scope: str, pids: t.Sequence[int]) -> bool:
        """Moves processes to a scope that has others. Returns whether systemd did: not when the scope does not run."""
        (answer,) = self._try([_of_manager("AttachProcessesToUnit", "ssau", scope, "", pids)])
        return not answer.error

    def reload_units(self, units: t.Sequence[str]) -> t.Dict[str, str]:
        """Makes the units read their configuration again, and waits. Returns the failed units with systemd's result.

        When a unit dies during its reload, its job fails as well, with the result success. The verdict shows its death.
        """
        status, _out, err = self.run([*self._systemctl, "reload", "--", *units])
        shown = self.show(units, ["ReloadResult", "ActiveState"]).values()
        refused = {one["Id"]: one["ReloadResult"] for one in shown if one["ReloadResult"] != "success"}
        if status and not refused and all(one["ActiveState"] == "active" for one in shown):
            raise ManagerError(f"`systemctl reload` exited {status}: {err.strip()}")
        return refused

    def journal(
        self, unit: str, since: float, until: t.Optional[float] = None, lines: int = 200, *, fresh: bool = False
    ) -> t.List[Entry]:
        """Returns the last entries of a unit and of systemd about it, as far as journald has written them."""
        return self._ask_journal(JournalQuery(About.ALL, (unit,), self.not_later(since), lines, fresh, until))

    def exits(
        self, units: t.Sequence[str], since: float = 0.0, until: t.Optional[float] = None, *, fresh: bool = False
    ) -> t.List[Entry]:
        """Returns the last exits of main processes of these units, with one call. Times are seconds since the epoch."""
        return self._entries(About.EXITS, units, since, until, fresh=fresh)

    def failures(self, units: t.Sequence[str], since: float) -> t.List[Entry]:
        """Returns the exits and the results of failed units, up to now."""
        return self._entries(About.FAILURES, units, since, None, fresh=True)

    def _entries(
        self, about: About, units: t.Sequence[str], since: float, until: t.Optional[float], *, fresh: bool
    ) -> t.List[Entry]:
        query = JournalQuery(about, tuple(units), self.not_later(since), most_lines(units), fresh, until)
        return self._ask_journal(query) if units else []

    def not_later(self, moment: float) -> float:
        """Returns a moment of this run for comparisons, also when the clock has gone back since the run began."""
        return processes.in_spite_of_jumps(moment, self.booted)

    @property
    def _systemctl(self) -> t.Tuple[str, ...]:
        return ("systemctl", *self.places.whose)

    def _property(self, units: t.Sequence[str], interface: str, name: str) -> t.Dict[str, t.Any]:
        asked = (f"{SYSTEMD}.{interface}", name)
        calls = [Call(SYSTEMD, object_path(unit), DBUS_PROPERTIES, "Get", "ss", asked) for unit in units]
        return {unit: value for unit, (value,) in zip(units, self._asked(calls))}

    def _asked(self, calls: t.Sequence[Call]) -> t.List[t.List[t.Any]]:
        """Returns the values of each answer. Raises ``ManagerError`` when an answer is an error."""
        answers = self._try(calls)
        for call, answer in zip(calls, answers):
            if answer.error:
                raise ManagerError(f"{call.member} of {call.path} said {answer.words}")
        return [answer.values for answer in answers]

    def _try(self, calls: t.Sequence[Call]) -> t.List[Answer]:
        """Returns the answers. An answer may be an error."""
        try:
            longest = bus.LONGEST if self.places.user else bus.LONGEST_OF_SYSTEM
            return bus.ask(self.places.bus, calls, longest) if calls else []
        except (OSError, ValueError) as error:
            raise ManagerError(f"the bus of systemd, {self.places.bus}: {error}") from error

    def _must(self, argv: t.List[str]) -> str:
        status, out, err = self.run(argv)
        if status:
            call = " ".join(argv[:4]) + (" ..." if len(argv) > 4 else "")
            raise ManagerError(f"`{call}` exited {status}: {(err or out).strip() or 'it printed nothing'}")
        return out


def _of_manager(member: str, signature: str, *arguments: t.Any) -> Call:
    return Call(SYSTEMD, MANAGER, f"{SYSTEMD}.Manager", member, signature, arguments)
