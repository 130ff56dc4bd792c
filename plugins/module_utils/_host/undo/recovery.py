# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery: the host itself undoes a run that has died while it changed the host. Its messages go to the journal."""

from __future__ import annotations

import calendar
import contextlib
import os
import pwd
import signal
import sys
import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State, find
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.write.agent_unit import ARGUMENT
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import TIMER, Occasion
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.act import swap
from ansible_collections.workers.systemd.plugins.module_utils._host.agent import agent
from ansible_collections.workers.systemd.plugins.module_utils._host.files import UMASK
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands, journalctl, processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file, leftovers
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.revert import Revert

# Seconds for the kernel to end a killed process, and for a run that is about to end.
END_WITHIN = 5.0
# Seconds after the run, or after the boot, in which other managers are asked again to run what was theirs. One that
# never does must not keep the recovery open: an open one stops the agent.
ASKS_AGAIN = 600.0


def main() -> int:
    """Returns exit status 0 when no change is half done any more, or, early at boot, when the files are back."""
    os.umask(UMASK)
    places = _own_places()
    if sys.argv[1:] == [ARGUMENT]:
        return agent.main(_manager(places), journal_file.left, tell)
    try:
        # A unit of an earlier version of this collection names no occasion.
        occasion = Occasion(sys.argv[1]) if len(sys.argv) > 1 else Occasion.BOOT
        left = journal_file.left(places)
        if left is None or left.phase is Phase.UNDONE or (occasion is not Occasion.SWITCH and _is_watched(places)):
            return 0
        if _lives(places, left, float([*sys.argv, "0", "0"][2])):
            tell(f"process {left.pid} lives, and systemd was too busy to hear of it: asking again later")
            return 1
        _end(places, left)
        with host.only_run(places):
            trouble = recover(places, occasion)
    except Problems as found:
        # Another run has begun and continues from this state.
        trouble = [str(problem) for problem in found.problems]
    except Exception as error:
        # After any error, the timer tries again.
        trouble = [in_words(error)]
    for line in trouble:
        tell(line)
    return 1 if trouble else 0


def _own_places() -> Places:
    """Returns the places of the manager that has started this process."""
    return SYSTEM if os.geteuid() == 0 else places_of(pwd.getpwuid(os.geteuid()))


def _is_watched(places: Places) -> bool:
    """Whether the run may live: a reboot takes its timer away. `systemctl isolate` starts again what boot starts."""
    return commands.run(["systemctl", *places.whose, "is-active", "--quiet", TIMER])[0] == 0


def _manager(places: Places) -> Manager:
    """Returns the manager. For a user, this process is not root, so it has no journal when only root may read that."""
    uid = os.geteuid() if places.user else None
    return Manager(commands.run, places, lambda query: journalctl.entries(query, uid))


def tell(line: str) -> None:
    """Writes a line to the journal when journald runs."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def recover(places: Places, occasion: Occasion) -> t.List[str]:
    """Puts back the versions that can be put back, and finishes removals. Returns the errors as text."""
    left = journal_file.left(places)
    if left is None or left.phase is Phase.UNDONE:
        return []
    tell(str(left))
    trouble: t.List[str] = []
    or_else(lambda: leftovers.sweep(places), lambda error: trouble.append(in_words(error)))
    changes = dict(_changes(places, left, trouble))
    try:
        for change in changes.values():
            archive.mark(places, change.new, State.BAD)
        journal_file.write(places, replace(left, phase=Phase.REVERTING))
    except OSError as error:
        # When the disk is full, for example, the workers can still be put back.
        trouble.append(str(error))
    owned = pool_files.owned_pools(places)
    others = [name for name in owned if name not in changes and name not in left.gone]
    # An earlier try has removed them, and another manager may not run what was theirs yet.
    first = [name for name, noted in left.pools.items() if noted.undoable and noted.back is None]
    removed = [name for name in first if name not in owned]
    revert = Revert(changes, others, _manager(places), tell, left.gone)
    if occasion is Occasion.EARLY:
        reverted = revert.put_files_back()
    else:
        # After a boot, every process was started after the run, whatever the clock says.
        begun = processes.in_spite_of_jumps(_seconds(left.since), left.booted)
        reverted = revert.carry_out(Outcome(), 0.0 if occasion is Occasion.BOOT else begun)
    if reverted.error:
        trouble.append(reverted.error)
    elif occasion is not Occasion.EARLY:
        trouble += _old_managers(places, dict.fromkeys([*changes, *removed, *left.gone]), left)
    if not trouble and occasion is not Occasion.EARLY:
        undone = {name: noted._replace(undoable=name in {*changes, *removed}) for name, noted in left.pools.items()}
        # A caller that comes back asks in which boot it was.
        boot = or_else(processes.boot, lambda _error: "")
        journal_file.write(places, replace(left, pools=undone, phase=Phase.UNDONE, boot=boot))
        trouble = [line for name in changes for line in reverted.trouble(name)]
    return trouble


def _old_managers(places: Places, pools: t.Iterable[str], left: RunJournal) -> t.List[str]:
    """Other managers run again what the dead run had taken over. Returns the errors as text, and none when the host
    does not ask again.
    """
    trouble: t.List[str] = []
    for pool in pools:
        try:
            again = swap.give_back(places, pool, left.since)
        except Exception as error:
            trouble.append(f"{pool}: {in_words(error)}")
            continue
        if again:
            tell(f"{pool}: {again} runs again")
    if _age(left) < ASKS_AGAIN:
        return trouble
    for line in trouble:
        tell(f"{line}. The host does not try again: start it by hand")
    return []


def _age(left: RunJournal) -> float:
    """Seconds since the run began, or since the boot after it. A jump of the clock makes no difference."""
    up = time.clock_gettime(time.CLOCK_BOOTTIME)
    began = _seconds(left.since) - left.booted
    return up - (began if began <= up else 0.0)


def _changes(places: Places, left: RunJournal, trouble: t.List[str]) -> t.Iterator[t.Tuple[str, Change]]:
    """Yields the changes that can be undone, also when a new version is good: its run died before it could report that.

    A pool whose previous generation is gone stays as it is. Without that generation, the undo would remove the pool. A
    pool whose generations cannot be read also stays, and its error is added to ``trouble``. The other pools are undone.
    """
    for name, noted in left.pools.items():
        try:
            kept = generations.of_pool(places, name)
        except (Problems, OSError) as error:
            trouble.append(in_words(error))
            continue
        new, back = find(kept, str(noted.new)), find(kept, str(noted.back))
        if noted.undoable and new and (back or noted.back is None):
            yield name, Change(new, back, True)


def _lives(places: Places, left: RunJournal, confirm: float) -> bool:
    """Whether the run that wrote the journal gives a sign of life before its last one is ``confirm`` seconds old."""
    last = host.last_beat(places)
    while host.holder(places).get("pid") == left.pid and 0 <= time.monotonic() - last < confirm:
        if host.last_beat(places) != last:
            return True
        time.sleep(0.05)
    return False


def _end(places: Places, left: RunJournal) -> None:
    """Kills the run that wrote the journal if it still lives. It is stopped or hangs: it gave no sign of life."""
    end = time.monotonic() + END_WITHIN
    while host.holder(places).get("pid") == left.pid and time.monotonic() < end:
        with contextlib.suppress(ProcessLookupError):
            os.kill(left.pid, signal.SIGKILL)
        time.sleep(0.05)


def _seconds(iso: str) -> float:
    """Returns seconds since the epoch."""
    return calendar.timegm(time.strptime(iso, "%Y-%m-%dT%H:%M:%SZ"))
