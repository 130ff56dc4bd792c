# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of every module: arguments in, one result or one failure out, no secret in either."""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import visible
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.options import (
    Spec,
    known_only,
    misshapen,
    names_only,
    unknown_options,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import UMASK, remove_own_file

# Ansible replaces every occurrence of a no_log value in what a module returns, so a variable "1" would spoil every
# path and name with a 1 in it. Our results hold no values; shorter ones need not be searched for.
SHORTEST_SEARCHED = 8
NOT_SHOWN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class Module(AnsibleModule):
    """An AnsibleModule that does not end at the first argument it refuses, so that all problems come at once.

    ``hide`` takes the arguments and returns them as they may be shown. A module that is ``followed`` also takes the
    token with which its action plugin comes back (task.py). The token is no option: playbooks do not write it.
    """

    no_log_values: t.Set[t.Any]
    _keep_remote_files: bool
    token: t.Any

    def __init__(
        self, options: Spec, hide: t.Callable[[t.Dict[str, t.Any]], t.Dict[str, t.Any]], *, followed: bool = False
    ) -> None:
        os.umask(UMASK)
        self._followed = followed
        self._hide = hide
        self._options = options
        self._reading = True
        self._refused = False
        super().__init__(argument_spec=options, supports_check_mode=True)
        self._reading = False
        if not self._keep_remote_files:
            remove_own_file()

    def _load_params(self) -> None:
        super()._load_params()
        # The module `_kept_program` runs this one, and has the options in one of its own.
        self.params.update(self.params.pop("_kept", {"options": {}})["options"])
        self.token = self.params.pop("_follow", None) if self._followed else None
        self.misshapen = list(misshapen(self.params, self._options))
        for problem in self.misshapen:
            self.params.pop(re.split(r"[.\[]", problem.where)[0], None)

    def fail_json(self, msg: str, **result: t.Any) -> None:
        if not (self._reading and hasattr(self, "validation_result")):
            super().fail_json(msg, **result)

    def log(self, *args: t.Any, **options: t.Any) -> None:
        """Writes nothing to syslog.

        Ansible writes all arguments there. It masks a secret only in its plain form, while one of several lines stands
        there as Python writes it; and it knows nothing of a secret below a misspelled option.
        """

    def _log_invocation(self) -> None:
        """The same. For an invalid text Ansible would print a traceback here."""

    def warn(self, warning: str, **options: t.Any) -> None:
        super().warn(visible(warning), **options)

    def unknown(self) -> t.List[Problem]:
        """Options that the module does not have."""
        return list(unknown_options(self.params, self.argument_spec))

    @contextlib.contextmanager
    def telling_problems(self) -> t.Iterator[None]:
        """Turns what goes wrong in the flow into one failed task."""
        try:
            if os.geteuid() != 0:
                self.fail("This module manages the units of the system and must run as root: set become: true.")
            malformed = self.misshapen or [
                Problem("arguments", str(error.args[0]), "what the documentation says")
                for error in self.validation_result.errors
                if not isinstance(error, UnsupportedError)
            ]
            if malformed:
                # Nothing of another shape can be looked at any closer.
                raise Problems([*self.unknown(), *malformed])
            yield
        except Problems as found:
            self._refused = True
            self.fail(_problems_in_words(found.problems), problems=[problem.parts for problem in found.problems])
        except ManagerError as error:
            self.fail(f"systemd: {error}")
        except OSError as error:
            self.fail(f"the host: {error}")

    def finish(self, **result: t.Any) -> t.NoReturn:
        self.exit_json(**self._shown(result))
        raise AssertionError("exit_json ends the process")

    def fail(self, msg: str, **result: t.Any) -> t.NoReturn:
        self.fail_json(**self._shown({"msg": msg, **result}))
        raise AssertionError("fail_json ends the process")

    def _shown(self, result: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
        self.no_log_values = {value for value in self.no_log_values if len(str(value)) >= SHORTEST_SEARCHED}
        arguments = self._hide(known_only(self.params, self.argument_spec))
        if self._refused:
            arguments = names_only(arguments, NOT_SHOWN)
        return {**_visible(result), "invocation": {"module_args": arguments}}


def hidden(variables: t.Any) -> t.Any:
    """The names of secret variables, with their values taken away."""
    if isinstance(variables, dict):
        return dict.fromkeys(variables, NOT_SHOWN)
    return variables and NOT_SHOWN


def _visible(value: t.Any) -> t.Any:
    """What hosts, units and workers say goes to somebody's terminal."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _visible(one) for key, one in value.items()}
    return [_visible(one) for one in value] if isinstance(value, (list, tuple)) else value


def _problems_in_words(problems: t.Sequence[Problem]) -> str:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{count}, nothing was changed:", *(f"- {problem}" for problem in problems)])
