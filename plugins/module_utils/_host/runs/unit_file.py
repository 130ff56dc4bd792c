# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One unit file or drop-in on its way to its place."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import MAY_COME_LATER, judged
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.specifiers import ANY
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.unit_spec import UnitSpec
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import candidates, trap_facts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import Candidate, verify
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.catalogue import HostCatalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager, Run
from ansible_collections.workers.systemd.plugins.module_utils._host.write import one_file


class UnitInstall:
    """``decide`` says whether the file changes and whether systemd has to read its files again; ``act`` does it."""

    def __init__(self, spec: UnitSpec, run: Run, off: t.Collection[str]) -> None:
        self.spec = spec
        self.off = off
        self.run = run
        self.manager = Manager(run, SYSTEM)
        self.catalogue = HostCatalogue(run, self.manager.build(), SYSTEM)

    def judge(self, problems: t.Sequence[Problem], *, flawed: bool) -> t.List[str]:
        """Raises ``Problems`` with the given ones and what this host has against the file. Returns warnings.

        A ``flawed`` spec is not complete enough to be looked at.
        """
        found, warnings = [*problems, *([] if flawed else self._in_the_way())], []
        for finding in [] if flawed or self.spec.text is None else self._findings():
            problem = finding.problem(self.spec.option_of(finding.at))
            # It may come after the unit that needs it.
            if finding.severity is Severity.WARNING or finding.id in MAY_COME_LATER:
                warnings.append(str(problem))
            else:
                found.append(problem)
        if found:
            raise Problems(found)
        return warnings

    def _in_the_way(self) -> t.Iterator[Problem]:
        path = self.spec.path
        if os.path.isdir(path) or os.path.islink(path):
            kind = "directory" if os.path.isdir(path) else "link"
            hint = "`systemctl unmask` or `systemctl disable` removes a link."
            yield Problem("name", f"{path}, a {kind}", "a file, or nothing", hint)
        elif not self.spec.drop_in and pool_files.owner(path):
            hint = "Its option `unit` sets any directive."
            yield Problem("name", f"{path}, of the pool {pool_files.owner(path)}", "another name", hint)

    def _findings(self) -> t.List[Finding]:
        name, path, text = self.spec.name, self.spec.path, self.spec.text or ""
        if not self.spec.drop_in:
            return self._judged(candidates.of_unit(SYSTEM, name, path, text))
        found = self._judged([candidates.of_drop_in(SYSTEM, name, path, text)])
        elsewhere = [one for one in found if one.at is None or one.at.path != path]
        # What the unit has against it without the drop-in is no fault of the drop-in.
        before = self._judged([candidates.of_drop_in(SYSTEM, name, path, None)]) if elsewhere else []
        return [one for one in found if one not in before]

    def _judged(self, asked: t.Sequence[Candidate]) -> t.List[Finding]:
        known, systemd = self.catalogue.known, self.manager.version()
        said = verify(self.manager, asked)
        facts = trap_facts.facts(SYSTEM, [one.unit for one in asked], self.run)
        found = [
            finding
            for one, own, host in zip(asked, said, facts)
            for finding in judged(one.unit, known, systemd, own, self.off, host, ANY)
        ]
        return list(dict.fromkeys(found))

    def decide(self, wanted: t.Optional[one_file.OneFile], *, may_reload: bool) -> None:
        self.wanted = wanted
        self.seen = one_file.seen(self.spec.path)
        # Owner and mode are nothing to systemd.
        self.differs = (self.seen and self.seen.text) != (wanted and wanted.text)
        self.reload = may_reload and (self.differs or host.reload_is_pending(SYSTEM) or self._loaded_older())
        self.changed = wanted != self.seen or self.reload

    def act(self) -> None:
        if not self.changed:
            return
        self.catalogue.keep()
        with host.only_run(SYSTEM):
            if not self.reload:
                self._put()
                return
            with host.owing_a_reload(SYSTEM):
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
        return bool(self.manager.loaded_from_old_files(list(loaded)[:1]))
