# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action that runs its module from the program that the host keeps (_host/kept_program.py).

Ansible finds, packs and sends all files that a module imports, and the host compiles them, for each task. For the 270
files of `pools` that is most of a run that changes nothing. So a small module asks the host for its program first. When
the host keeps none, or another one, the sources go along in an option of that module. So each connection plugin works.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import json
import typing as t
import zlib
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.workers.systemd.plugins.module_utils._host.program import FASTEST, MAIN

Result = t.Dict[str, t.Any]

PLUGINS = __name__.partition(".plugin_utils")[0]
ON_HOSTS = ("module_utils", "modules")


def sources() -> bytes:
    """All code for hosts, as JSON of its texts by their path in the program."""
    here = Path(__file__).parents[1]
    root = PLUGINS.replace(".", "/")
    texts = {
        f"{root}/{path.relative_to(here)}": path.read_text(encoding="utf-8")
        for folder in ON_HOSTS
        for path in here.joinpath(folder).rglob("*.py")
    }
    main = MAIN.format(f"{PLUGINS}.module_utils._host.undo.recovery")
    return json.dumps({"__main__.py": main, **texts}, sort_keys=True).encode()


# Read once, before Ansible forks a process for each host.
SOURCES = sources()
DIGEST = hashlib.sha256(SOURCES).hexdigest()


def packed() -> str:
    """The sources, as a host takes them."""
    return base64.b64encode(zlib.compress(SOURCES, FASTEST)).decode()


class FromKeptProgram(ActionBase):  # type: ignore[misc]
    def _run_module(self, options: Result, task_vars: t.Optional[Result]) -> Result:
        """The result of the module of the task, with these options."""
        # Ansible forks a process for each task on each host. While it packs a module, Python would look for garbage
        # among all objects of ansible-playbook, which took 55 ms. This process ends with the task.
        if not gc.get_freeze_count():
            gc.freeze()
        if self._is_of_mitogen:
            return t.cast("Result", self._execute_module(module_args=options, task_vars=task_vars))
        # The name of the action may be an old one, which meta/runtime.yml redirects.
        module = (self._task.resolved_action or self._task.action).rpartition(".")[2]
        asked = {"module": module, "digest": DIGEST, "options": options}
        result = self._ask(asked, task_vars)
        if "lacks" in result:
            result = self._ask({**asked, "sources": packed()}, task_vars)
        return result

    @property
    def _is_of_mitogen(self) -> bool:
        """Mitogen makes each action a class of its own. It imports all modules on the host through itself, whatever a
        path says, and keeps them there for the next task.
        """
        return any(base.__module__.partition(".")[0] == "ansible_mitogen" for base in type(self).__mro__)

    def _ask(self, asked: Result, task_vars: t.Optional[Result]) -> Result:
        # Playbooks do not call this module. Ansible has no way to hide a module, so its name and its text say that.
        name, arguments = "workers.systemd._kept_program", {"_kept": asked}
        return t.cast("Result", self._execute_module(module_name=name, module_args=arguments, task_vars=task_vars))
