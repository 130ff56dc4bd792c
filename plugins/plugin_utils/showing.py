# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs its module and prints lines of the result for people, where it is asked to.

Ansible itself prints a list as JSON, each line in quotes.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ansible_collections.workers.systemd.plugins.plugin_utils.kept_program import FromKeptProgram

Result = t.Dict[str, t.Any]

display = Display()


class Showing(FromKeptProgram):
    """``lines`` is the key of the result that has them; where it is empty, the message stands for it."""

    lines = ""
    _supports_async = True

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        super().run(tmp, task_vars)
        if self._task.async_val:
            return t.cast("Result", self._execute_module(task_vars=task_vars, wrap_async=True))
        result = self._run_module(self._task.args, task_vars)
        if boolean(self._task.args.get("show", False), strict=False) and self.lines in result and not self._task.no_log:
            host = self._task.delegate_to or (task_vars or {}).get("inventory_hostname", "")
            # In one piece: the lines of several hosts come at the same time.
            display.display("\n".join(["", f"{host}:", *(result[self.lines] or [result.get("msg", "")])]))
        return result
