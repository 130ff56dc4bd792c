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
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.files import UMASK
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands, journalctl
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file, leftovers
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.revert import Revert

# Seconds for the kernel to end a killed process, and for a run that is about to end.
END_WITHIN = 5.0


def main() -> int:
    """Returns exit status 0 when no change is half done any more."""
    os.umask(UMASK)
    places = _own_places()
    try:
        left = journal_file.left(places)
        if left is None or left.phase is Phase.UNDONE:
            return 0
        _end(places, left)
        with host.only_run(places):
            trouble = recover(places)
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


def _manager(places: Places) -> Manager:
    """Returns the manager. For a user, this process is not root, so it has no journal when only root may read that."""
    uid = os.geteuid() if places.user else None
    return Manager(commands.run, places, lambda query: journalctl.entries(query, uid))


def tell(line: str) -> None:
    """Writes a line to the journal when journald runs."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def recover(places: Places) -> t.List[str]:
    """Puts back the versions that can be put back, and finishes removals. Returns the errors as text."""
    left = journal_file.left(places)
    if left is None or left.phase is Phase.UNDONE:
        return []
    leftovers.sweep(places)
    tell(str(left))
    trouble: t.List[str] = []
    changes = dict(_changes(places, left, trouble))
    try:
        for change in changes.values():
            archive.mark(places, change.new, State.BAD)
        journal_file.write(places, replace(left, phase=Phase.REVERTING))
    except OSError as error:
        # When the disk is full, for example, the workers can still be put back.
        trouble.append(str(error))
    others = [name for name in pool_files.owned_pools(places) if name not in changes and name not in left.gone]
    revert = Revert(changes, others, _manager(places), tell, left.gone)
    reverted = revert.carry_out(Outcome(), _seconds(left.since))
    if reverted.error:
        trouble.append(reverted.error)
    if not trouble:
        journal_file.write(places, replace(left, phase=Phase.UNDONE))
        trouble = [line for name in changes for line in reverted.trouble(name)]
    return trouble


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
