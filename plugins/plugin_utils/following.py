# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs its module, shows how a long rollout goes on and what was done, and outlives a lost connection.

The module works in the background of the host and returns after a moment (_host/frame/task.py). When it is not over by
then, this reads its progress with one small command at a time, and then asks the module for its end. Nothing else is
changed: without this action the module waits until it is over.
"""

from __future__ import annotations

import contextlib
import secrets
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as core
from ansible.utils.display import Display

from ansible_collections.workers.systemd.plugins.module_utils._core.act.progress import is_bad
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines, one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import report

Result = t.Dict[str, t.Any]
T = t.TypeVar("T")

# From 2.19 on it prints the message of a failure to be read, and not only as JSON, in one line.
ANSIBLE_SAYS_FAILURES = tuple(int(part) for part in core.split(".")[:2]) >= (2, 19)
ON_FILES = tuple(verb.value for verb in report.ON_FILES)

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
        known = task_vars or {}
        self._host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        if self._task.async_val:
            return self._module({}, task_vars, wrap_async=True)
        result = self._module({}, task_vars) if self._task.check_mode else self._followed(task_vars)
        if self._task.check_mode:
            self._show(plan_lines(result, diff=self._task.diff), constants.COLOR_CHANGED)
        else:
            self._show(done_lines(result), constants.COLOR_CHANGED, "{}:")
        if result.get("failed") and not ANSIBLE_SAYS_FAILURES:
            self._show(lines(str(result.get("msg", ""))), constants.COLOR_ERROR, "{}:")
        return named(result, self._host) if len(known.get("ansible_play_hosts_all", ())) > 1 else result

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
            for line in lines:
                self._show([line], constants.COLOR_ERROR if is_bad(line) else constants.COLOR_OK)
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
                self._show([f"no connection, trying again in {pause:g} s: {error}"], constants.COLOR_WARN)
                time.sleep(pause)
                with contextlib.suppress(AnsibleError, AttributeError):
                    self._connection.reset()
        return call(*arguments)

    def _show(self, lines: t.Sequence[str], color: str, whose: str = "[{}]") -> None:
        """What is under way is ``[host] line``, and what came of it ``host: line``, as in the message of a failure."""
        for line in lines if not self._task.no_log else ():
            display.display(f"{whose.format(self._host)} {one_line(line)}", color=color, stderr=True)


def named(result: Result, host: str) -> Result:
    """With the host in the message of a failure: of several hosts Ansible prints what they all say once, for nobody."""
    if not result.get("failed") or "msg" not in result or "module_stderr" in result:
        return result
    # From 2.19 on Ansible prints this, and makes it of the message where it is not there.
    result.pop("exception", None)
    return {**result, "msg": f"{host}: {result['msg']}"}


def done_lines(result: Result) -> t.List[str]:
    """What was done, in lines for people. What fails Ansible prints itself."""
    done = lines(str(result.get("msg", ""))) if result.get("changed") and not result.get("failed") else []
    return [line for line in done if not line.endswith(report.NOTHING)]


def plan_lines(result: Result, *, diff: bool) -> t.List[str]:
    """What a run would do, but for what ``diff`` shows: files, and the plan of pools."""
    if result.get("failed") or result.get("skipped"):
        return []
    plans = [(f"{name}: ", pool["plan"]) for name, pool in result.get("pools", {}).items() if not diff]
    plans += [("", result.get("plan", []))] if not diff else []
    plans += [("the host: ", [row for row in result.get("host_plan", []) if not diff or row["verb"] not in ON_FILES])]
    return [f"{whose}would {line}" for whose, rows in plans for line in report.plan_lines(rows)]
