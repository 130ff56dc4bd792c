# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for the manager of a user that is not running: nothing is loaded and nothing runs. Only to make plans."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import ListedUnit, Manager

STOPPED = {"ActiveState": "inactive", "SubState": "dead", "MainPID": "0", "NRestarts": "0"}


class AbsentManager(Manager):
    def list_units(self, patterns: t.Sequence[str]) -> t.Dict[str, ListedUnit]:
        return {}

    def states(self, units: t.Sequence[str]) -> t.Dict[str, t.Tuple[str, str]]:
        """Whether the manager will know them, it says when it runs."""
        return dict.fromkeys(units, ("loaded", "inactive"))

    def loaded_from_old_files(self, units: t.Sequence[str]) -> t.List[str]:
        return []

    def show(self, units: t.Sequence[str], properties: t.Sequence[str]) -> t.Dict[str, t.Dict[str, str]]:
        return {unit: {name: STOPPED.get(name, "") for name in properties} for unit in units}
