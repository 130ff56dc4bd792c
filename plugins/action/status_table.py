# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints one table for all hosts at the terminal, from what each host of the play has registered."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition
from ansible_collections.workers.systemd.plugins.plugin_utils.answers import Result, answers
from ansible_collections.workers.systemd.plugins.plugin_utils.fleet_table import fleet_lines, unknown

display = Display()


class ActionModule(ActionBase):  # type: ignore[misc]
    _requires_connection = False

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        super().run(tmp, task_vars)
        names = {"type": "list", "elements": "str", "default": []}
        _spec, options = self.validate_argument_spec({"variable": {"type": "str", "required": True}, "names": names})
        results = answers(task_vars, options["variable"])
        problems = unknown(results, options["names"])
        if problems:
            return {"failed": True, "msg": "\n".join(problems)}
        lines = fleet_lines(results, options["names"])
        if not self._task.no_log:
            display.display("")
            for line in lines:
                display.display(line.text, color=_color(line.condition))
        return {"changed": False, "table": [line.text for line in lines]}


def _color(condition: t.Optional[Condition]) -> t.Optional[str]:
    """As Ansible itself colours what is well, what has changed and what has failed."""
    if condition is None:
        return None
    if condition in (Condition.DEAD, Condition.FLAPPING):
        return str(constants.COLOR_ERROR)
    return str(constants.COLOR_OK if condition is Condition.UP else constants.COLOR_CHANGED)
