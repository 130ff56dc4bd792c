# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One unit file or drop-in on its way to its place."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.directives import unknown_in
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.unit_spec import UnitSpec
from ansible_collections.workers.systemd.plugins.module_utils._host import host, look, one_file
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager, Run


class UnitInstall:
    """``decide`` says whether the file changes and whether systemd has to read its files again; ``act`` does it."""

    def __init__(self, spec: UnitSpec, run: Run) -> None:
        self.spec = spec
        self.run = run
        self.manager = Manager(run)

    def problems(self) -> t.List[Problem]:
        """What this host has against it."""
        known, systemd = host.catalogue(self.run), self.manager.version()
        found = list(unknown_in(self.spec.sections(), self.spec.kind, known, systemd, "sections"))
        path = self.spec.path
        if os.path.isdir(path) or os.path.islink(path):
            kind = "directory" if os.path.isdir(path) else "link"
            hint = "`systemctl unmask` or `systemctl disable` takes a link away."
            found.append(Problem("name", f"{path}, a {kind}", "a file, or nothing", hint))
        elif not self.spec.drop_in and look.owner(path):
            hint = "Its option `unit` sets any directive."
            found.append(Problem("name", f"{path}, of the pool {look.owner(path)}", "another name", hint))
        return found

    def decide(self, wanted: t.Optional[one_file.OneFile], *, may_reload: bool) -> None:
        self.wanted = wanted
        self.seen = one_file.seen(self.spec.path)
        # Owner and mode are nothing to systemd.
        self.differs = (self.seen and self.seen.text) != (wanted and wanted.text)
        self.reload = may_reload and (self.differs or host.reload_is_pending() or self._loaded_older())
        self.changed = wanted != self.seen or self.reload

    def act(self) -> None:
        if not self.changed:
            return
        with host.only_run():
            if not self.reload:
                self._put()
                return
            with host.owing_a_reload():
                self._put()
                self.manager.reload()

    def _put(self) -> None:
        one_file.put(self.spec.path, self.wanted)
        directory = os.path.dirname(self.spec.path)
        if self.spec.drop_in and os.path.isdir(directory) and not os.listdir(directory):
            os.rmdir(directory)

    def _loaded_older(self) -> bool:
        """Whether systemd has loaded the unit, or an instance of the template, from older files."""
        loaded = self.manager.list_units([self.spec.name.replace("@.", "@*.")])
        shown = self.manager.show(list(loaded)[:1], ["NeedDaemonReload"])
        return any(one["NeedDaemonReload"] == "yes" for one in shown.values())
