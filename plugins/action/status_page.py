# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the page of the fleet on the controller, from what each host of the play has registered."""

from __future__ import annotations

import os
import typing as t
from datetime import datetime, timezone

from ansible.plugins.action import ActionBase

from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically
from ansible_collections.workers.systemd.plugins.plugin_utils.answers import Result, answers
from ansible_collections.workers.systemd.plugins.plugin_utils.page.fleet import fleet
from ansible_collections.workers.systemd.plugins.plugin_utils.page.page import page

READABLE_BY_ALL = 0o644


class ActionModule(ActionBase):  # type: ignore[misc]
    _requires_connection = False

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        super().run(tmp, task_vars)
        _spec, options = self.validate_argument_spec(
            {"dest": {"type": "path", "required": True}, "variable": {"type": "str", "required": True}}
        )
        dest = os.path.abspath(options["dest"])
        folder = os.path.dirname(dest)
        if not os.path.isdir(folder):
            return {"failed": True, "msg": f"dest: found no directory {folder}, expected an existing one"}
        results = answers(task_vars, options["variable"])
        written = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        if not self._task.check_mode:
            # A browser that reads the page meanwhile gets the old one or the new one.
            write_atomically(dest, page(fleet(results), written).encode(), mode=READABLE_BY_ALL)
        return {"changed": True, "msg": f"wrote {dest}", "dest": dest}
