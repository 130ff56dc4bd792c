# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs its module, shows how a long rollout goes on, and outlives a lost connection.

The module works in the background of the host and returns after a moment (_host/task.py). When it is not over by then,
this reads its progress with one small command at a time, and then asks the module for its end. Nothing else is changed:
without this action the module waits until it is over.
"""

from __future__ import annotations

import contextlib
import secrets
import time
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM

Result = t.Dict[str, t.Any]
T = t.TypeVar("T")

# Seconds between attempts to reach a host again, whose work goes on meanwhile. One that never answered is likely down,
# and then a play should say so soon.
ATTEMPTS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
FIRST_ATTEMPTS = (1.0,)
# How often nothing may be new before the module is asked whether its work still lives.
SILENCE = 5
OVER = 4
# Waits up to two seconds for something new behind the lines that were shown, and says whether it was the last. Ansible
# puts more behind its last line.
WATCH = f"""\
cd {SYSTEM.runs}/{{token}} || exit {OVER}
n=0
while [ $n -lt 20 ] && [ ! -e end ] && [ "$(wc -l < progress)" -le {{shown}} ]; do n=$((n + 1)); sleep 0.1; done
[ -e end ]; over=$?
tail -n +$(({{shown}} + 1)) progress
[ $over -ne 0 ] || exit {OVER}"""

display = Display()


class Following(ActionBase):  # type: ignore[misc]
    """The lines go to stderr, since the result is what goes to stdout; with ``no_log`` there are none."""

    _supports_async = True

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        super().run(tmp, task_vars)
        if self._task.async_val:
            return self._module({}, task_vars, wrap_async=True)
        if self._task.check_mode:
            result = self._module({}, task_vars)
            self._show(plan_lines(result))
            return result
        return self._followed(task_vars)

    def _followed(self, task_vars: t.Optional[Result]) -> Result:
        token = secrets.token_hex(8)
        result = self._reached(FIRST_ATTEMPTS, self._module, {"_follow": token}, task_vars)
        shown = 0
        while result.get("goes_on"):
            shown += self._watch(token, shown)
            result = self._reached(ATTEMPTS, self._module, {"_follow": token}, task_vars)
        return result

    def _watch(self, token: str, shown: int) -> int:
        """Shows progress until it is over, or has been silent for long. Returns the number of lines."""
        before, silent, over = shown, 0, False
        while not over and silent < SILENCE:
            seen = self._reached(ATTEMPTS, self._low_level_execute_command, WATCH.format(token=token, shown=shown))
            lines, over = seen["stdout_lines"], bool(seen["rc"])
            self._show(lines)
            shown += len(lines)
            silent = 0 if lines else silent + 1
        return shown - before

    def _module(self, options: Result, task_vars: t.Optional[Result], **how: t.Any) -> Result:
        arguments = {**self._task.args, **options}
        return t.cast("Result", self._execute_module(module_args=arguments, task_vars=task_vars, **how))

    def _reached(self, attempts: t.Sequence[float], call: t.Callable[..., T], *arguments: t.Any) -> T:
        """The work on the host does not end with a connection, so a lost one is no failure yet."""
        for pause in attempts:
            try:
                return call(*arguments)
            except AnsibleConnectionFailure as error:
                self._show([f"no connection, trying again in {pause:g} s: {error}"])
                time.sleep(pause)
                with contextlib.suppress(AnsibleError, AttributeError):
                    self._connection.reset()
        return call(*arguments)

    def _show(self, lines: t.Sequence[str]) -> None:
        for line in lines if not self._task.no_log else ():
            display.display(f"[{self._task_host()}] {one_line(line)}", stderr=True)

    def _task_host(self) -> str:
        return str(self._task.delegate_to or self._play_context.remote_addr)


def plan_lines(result: Result) -> t.List[str]:
    """What a run would do, in lines for people."""
    plans = [(f"{name}: ", pool["plan"]) for name, pool in result.get("pools", {}).items()]
    plans += [("", result.get("plan", [])), ("the host: ", result.get("host_plan", []))]
    return [
        f"{whose}would {step['verb']} {step['subject']}: {step['because']}" for whose, steps in plans for step in steps
    ]
