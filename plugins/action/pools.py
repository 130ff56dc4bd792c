# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of the module of this name, and chooses the hosts of timers."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.following import Following, Result
from ansible_collections.workers.systemd.plugins.plugin_utils.placing import placed


class ActionModule(Following):
    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        known, args = task_vars or {}, self._task.args
        host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        try:
            timers = {"timers": placed(args["timers"], known.get("groups", {}), host)} if "timers" in args else {}
        except Problems as wrong:
            return {"failed": True, "msg": str(wrong), "problems": [one.parts for one in wrong.problems]}
        self._task.args = {**args, **timers}
        return super().run(tmp, task_vars)
