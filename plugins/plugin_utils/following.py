# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs its module and shows the progress and the changes. The work survives a lost connection.

The module works in the background of the host and returns after a few seconds (_host/frame/task.py). When the work has
not ended by then, the action reads the progress with one small command at a time. Then it asks the module for the end.
The action changes nothing else. Without the action, the module waits until the work has ended.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import threading
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.release import __version__ as core
from ansible.utils.display import Display

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import is_bad
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines, one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import plan_lines as plan
from ansible_collections.workers.systemd.plugins.plugin_utils.kept_program import FromKeptProgram

Result = t.Dict[str, t.Any]
T = t.TypeVar("T")

# From 2.19 on, Ansible prints the message of a failure as readable text, and not only as JSON in one line.
ANSIBLE_SAYS_FAILURES = tuple(int(part) for part in core.split(".")[:2]) >= (2, 19)
ON_FILES = tuple(verb.value for verb in plan.ON_FILES)

# Seconds between attempts to reach a host again. The work on the host goes on during this time, or the host boots. A
# host that never answered is probably down, and the play should report that soon.
ATTEMPTS = (1.0, 2.0, 5.0, 10.0, 20.0, *[30.0] * 9)
FIRST_ATTEMPTS = (1.0,)
# Seconds in which the short command below answers. When the power of a host goes, the connection may never end.
NO_ANSWER = 60
# After so many commands without new lines, the action asks the module whether its work still lives.
SILENCE = 5
OVER = 4
# The command waits up to two seconds for lines after those that were shown. Its exit status says whether the work has
# ended. Ansible appends its own text to the last line of the command.
WATCH = f"""\
cd {SYSTEM.runs}/{{token}} 2>/dev/null || exit {OVER}
n=0
while [ $n -lt 20 ] && [ ! -e end ] && [ "$(wc -l < progress)" -le {{shown}} ]; do n=$((n + 1)); sleep 0.1; done
[ -e end ]; over=$?
tail -n +$(({{shown}} + 1)) progress
[ $over -ne 0 ] || exit {OVER}"""

display = Display()


class Following(FromKeptProgram):
    """Prints its lines to stderr, because the result goes to stdout. With ``no_log``, it prints no lines."""

    _supports_async = True

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        super().run(tmp, task_vars)
        known = task_vars or {}
        self._host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        self._answered = False
        if self._task.async_val:
            return t.cast("Result", self._execute_module(task_vars=task_vars, wrap_async=True))
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
        result = self._reached(self._module, {"_follow": token}, task_vars)
        shown = 0
        while result.get("goes_on"):
            shown += self._watch(token, shown)
            result = self._reached(self._module, {"_follow": token}, task_vars)
        return result

    def _watch(self, token: str, shown: int) -> int:
        """Shows progress until the work has ended, or until no line has come for long. Returns the number of lines."""
        before, silent, over = shown, 0, False
        while not over and silent < SILENCE:
            seen = self._reached(self._low_level_execute_command, WATCH.format(token=token, shown=shown), soon=True)
            lines, over = seen["stdout_lines"], bool(seen["rc"])
            for line in lines:
                self._show([line], constants.COLOR_ERROR if is_bad(line) else constants.COLOR_OK)
            shown += len(lines)
            silent = 0 if lines else silent + 1
        return shown - before

    def _module(self, options: Result, task_vars: t.Optional[Result]) -> Result:
        return self._run_module({**self._task.args, **options}, task_vars)

    def _low_level_execute_command(self, *arguments: t.Any, **options: t.Any) -> Result:
        """Also for what Ansible itself does before a module runs."""
        done = t.cast("Result", super()._low_level_execute_command(*arguments, **options))
        self._answered = True
        return done

    @property
    def _may_use_alarms(self) -> bool:
        """Ansible itself uses this signal for the ``timeout`` of a task. Only the main thread can set a handler."""
        return not self._task.timeout and threading.current_thread() is threading.main_thread()

    def _reached(self, call: t.Callable[..., T], *arguments: t.Any, soon: bool = False) -> T:
        """Calls again after a lost connection. The work on the host does not end with the connection. A call that
        returns ``soon`` has lost its connection when it has not returned for long.
        """
        failures = 0
        while True:
            try:
                with answered_soon() if soon and self._may_use_alarms else contextlib.nullcontext():
                    return call(*arguments)
            except AnsibleConnectionFailure as error:
                pauses = ATTEMPTS if self._answered else FIRST_ATTEMPTS
                if failures == len(pauses):
                    raise
                pause = pauses[failures]
                failures += 1
                self._show([f"no connection, trying again in {pause:g} s: {error}"], constants.COLOR_WARN)
                time.sleep(pause)
                with contextlib.suppress(AnsibleError, AttributeError):
                    self._connection.reset()

    def _show(self, lines: t.Sequence[str], color: str, whose: str = "[{}]") -> None:
        """Prints progress as ``[host] line``, and the result as ``host: line``, as in the message of a failure."""
        for line in lines if not self._task.no_log else ():
            display.display(f"{whose.format(self._host)} {one_line(line)}", color=color, stderr=True)


@contextlib.contextmanager
def answered_soon(seconds: int = NO_ANSWER) -> t.Iterator[None]:
    """Raises ``AnsibleConnectionFailure`` after so many seconds."""

    def give_up(_number: int, _frame: t.Any) -> t.NoReturn:
        raise AnsibleConnectionFailure(f"no answer for {seconds} s")

    former = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def named(result: Result, host: str) -> Result:
    """Adds the host to the message of a failure. Ansible prints an equal message of several hosts only once, without
    a host.
    """
    if not result.get("failed") or "msg" not in result or "module_stderr" in result:
        return result
    # From 2.19 on, Ansible prints ``exception``. When it is missing, Ansible makes it from the message.
    result.pop("exception", None)
    return {**result, "msg": f"{host}: {result['msg']}"}


def done_lines(result: Result) -> t.List[str]:
    """Returns the changes as lines for people. Ansible itself prints failures."""
    done = lines(str(result.get("msg", ""))) if result.get("changed") and not result.get("failed") else []
    return [line for line in done if not line.endswith(plan.NOTHING)]


def plan_lines(result: Result, *, diff: bool) -> t.List[str]:
    """Returns the changes that a run would make. ``diff`` shows files and the plan of pools, so they are left out."""
    if result.get("failed") or result.get("skipped"):
        return []
    plans = [(f"{name}: ", pool["plan"]) for name, pool in result.get("pools", {}).items() if not diff]
    plans += [("", result.get("plan", []))] if not diff else []
    plans += [("the host: ", [row for row in result.get("host_plan", []) if not diff or row["verb"] not in ON_FILES])]
    return [f"{whose}would {line}" for whose, rows in plans for line in plan.plan_lines(rows)]
