# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out. The only place that changes units."""

from __future__ import annotations

import errno
import os
import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork, subjects_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import folded
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.metrics import TEXTFILE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import LINK
from ansible_collections.workers.systemd.plugins.module_utils._host import textfile
from ansible_collections.workers.systemd.plugins.module_utils._host.act import elsewhere, limits, stops, timers
from ansible_collections.workers.systemd.plugins.module_utils._host.act.rollouts import Rollouts
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    link_atomically,
    remove,
    write_atomically,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.host import owing_a_reload
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import unit_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else, unfailing


# Large: each method is one kind of step.
class Run:
    """One run over all pools of a host: they share each call. ``tell`` takes lines about its progress. ``prepared``
    is called when the units of the host are there, and before those of the pools change.
    """

    def __init__(
        self,
        manager: Manager,
        work: t.Sequence[PoolWork],
        reload: bool,
        tell: t.Callable[[str], None],
        prepared: t.Callable[[], None] = lambda: None,
    ) -> None:
        self.manager = manager
        self.elsewhere = elsewhere.of_a_run(manager)
        self.tell = unfailing(tell)
        self.work = work
        self.reload = reload
        self.prepared = prepared
        self.outcome = Outcome()

    def change_units(self) -> None:
        """Files and links, and the reload with which systemd reads them."""
        if not self.reload:
            self._change_units()
            return
        with owing_a_reload(self.manager.places):
            self._change_units()
            self.manager.reload()
            self._refuse_old_files()

    def carry_out(self) -> Outcome:
        self.change_units()
        self._restart_journald()
        if self.reload:
            self._bring_limits_in_force()
        # With the stop settings of this version in force.
        self._stop([pool for pool in self.work if not pool.stops_first])
        self._reload_units()
        try:
            if not self.outcome.refused:
                Rollouts(self.manager, self.work, self.outcome, self.tell, self.elsewhere).roll()
                self._leave()
                self.outcome.refused = {**timers.judge(self.work, self.manager), **self.outcome.refused}
        finally:
            # What puts instances back resets the counters.
            failed = self.outcome.failed
            self.outcome.restarts = or_else(lambda: self.manager.restarts(failed), lambda _error: {})
        return self.outcome

    def _change_units(self) -> None:
        """Files and links, then pools that are not wanted any more: a template goes only after its instances.

        The units of the host come first, and are enabled first: at boot, they undo the rest.
        """
        timers.stop(self.work, self.manager)
        self._write_and_enable([work for work in self.work if not work.name])
        self.prepared()
        self._write_and_enable([work for work in self.work if work.name])
        self._call(self.manager.reenable, Verb.REENABLE)
        self._call(self.manager.disable, Verb.DISABLE)
        self._remove_links()
        for pool in self.work:
            _write(pool, Verb.LINK)
        self._stop([pool for pool in self.work if pool.stops_first])
        for path in subjects_of(self.work, Verb.REMOVE):
            if os.path.basename(path) == TEXTFILE:
                self._remove_figures(path)
                continue
            remove(path)
            directory = os.path.dirname(path)
            # A directory of drop-ins may have those of others.
            if self.manager.places.is_config(path) or directory.endswith(".d"):
                _remove_empty(directory)

    def _write_and_enable(self, work: t.Sequence[PoolWork]) -> None:
        for one in work:
            _write(one, Verb.WRITE)
        enabled = subjects_of(work, Verb.ENABLE)
        if enabled:
            self.manager.enable(enabled)

    def _remove_figures(self, path: str) -> None:
        """It may lie anywhere, and nothing depends on it."""
        trouble = or_else(lambda: textfile.remove_patiently(path), in_words)
        if trouble:
            self.tell(f"the figures stay: {trouble}")

    def _remove_links(self) -> None:
        """`systemctl disable` leaves those of a masked unit where they are, and exits 0 (seen on 247 and 252)."""
        disabled = subjects_of(self.work, Verb.DISABLE)
        there = unit_files.links(self.manager.places) if disabled else {}
        for link in (link for unit in disabled for link in there.get(unit, ())):
            path = self.manager.places.unit(link)
            remove(path)
            _remove_empty(os.path.dirname(path))

    def _refuse_old_files(self) -> None:
        """After a daemon-reload that did nothing, instances would settle, on the old version."""
        changed = [unit for pool in self.work for unit in pool.speakers]
        old = self.manager.loaded_from_old_files(changed)
        if old:
            raise ManagerError(f"after `systemctl daemon-reload` systemd still has old files of {', '.join(old)}")

    def _restart_journald(self) -> None:
        """Of namespaces. Logs must not stop a deploy."""
        or_else(
            lambda: self._call(self.manager.try_restart, Verb.TRY_RESTART),
            lambda error: self.tell(f"the new logs.keep is not in force yet: {in_words(error)}"),
        )

    def _bring_limits_in_force(self) -> None:
        """Of instances that run on. One whose cgroup does not follow gets them with a restart, in its batch."""
        run_on = [unit for pool in self.work for unit in pool.run_on(self.manager.places)]
        behind = limits.behind(run_on, self.manager)
        for unit in behind:
            self.tell(f"{unit} is restarted: its limits are not in force without")
        more = {unit: Step(Verb.RESTART, unit, "its limits are not in force after the reload") for unit in behind}
        self.work = [
            replace(pool, steps=[*pool.steps, *(more[unit] for unit in pool.wanted if unit in more)])
            for pool in self.work
        ]

    def _reload_units(self) -> None:
        """All at once: it takes no instance away. Whether they live on is judged like a start."""
        reloads = subjects_of(self.work, Verb.RELOAD_UNIT)
        if not reloads:
            return
        self.outcome.started.update(dict.fromkeys(reloads, time.time()))
        # Their restarts so far are nothing that the verdict is about.
        self.manager.reset_failed(reloads)
        self.outcome.refused = {
            unit: Verdict(Health.FAILED, f"its reload failed: {result}")
            for unit, result in self.manager.reload_units(reloads).items()
        }

    def _stop(self, pools: t.Sequence[PoolWork]) -> None:
        """Ends what pools do not want any more."""
        to_stop = [(pool.stops, pool.policy) for pool in pools]
        self.outcome.started.update({unit: time.time() for stopped, _policy in to_stop for unit in stopped})
        # A worker may need long for its job.
        for pool in pools:
            stopped = folded(pool.stops)
            if stopped:
                self.tell(f"{pool.name}: stopping {', '.join(stopped)}".lstrip(": "))
        self._note_killed(stops.stop(to_stop, self.manager, self.elsewhere))
        to_forget = [unit for pool in pools for unit in pool.subjects(Verb.FORGET)]
        if to_forget:
            self.manager.reset_failed(to_forget)

    def _leave(self) -> None:
        """Ends what ran for the time of the rollout, whatever became of it."""
        extra = subjects_of(self.work, Verb.LEAVE)
        leaving = [(pool.subjects(Verb.LEAVE), pool.policy) for pool in self.work]
        self._note_killed(stops.stop(leaving, self.manager, self.elsewhere))
        self.manager.reset_failed(extra)

    def _note_killed(self, killed: t.Mapping[str, str]) -> None:
        self.outcome.killed.update({unit: Verdict(Health.KILLED, how) for unit, how in killed.items()})

    def _call(self, act: t.Callable[[t.Sequence[str]], None], verb: Verb) -> None:
        subjects = subjects_of(self.work, verb)
        if subjects:
            act(subjects)


def _write(pool: PoolWork, verb: Verb) -> None:
    written = set(pool.subjects(verb))
    for file in pool.files:
        if file.path in written and file.mode == LINK:
            link_atomically(file.path, file.text)
        elif file.path in written:
            write_atomically(file.path, file.text.encode(), mode=file.mode)


def _remove_empty(directory: str) -> None:
    """Unless something is in it, or mounted on it."""
    try:
        os.rmdir(directory)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY):
            raise
