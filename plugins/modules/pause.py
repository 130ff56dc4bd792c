#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pause
short_description: Stop instances of pools, or timers, until an operator resumes them
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Each paused instance finishes its current job and stops, as after C(systemctl stop). It stays stopped through
    deploys, rollbacks, crashes and reboots, and C(systemctl start) does not start it. It stays enabled.
  - M(workers.systemd.pools) still brings new versions of the pool. It starts no paused instance, and says so.
  - The pause is a drop-in next to the unit, which C(systemctl status) names. It has the time and the reason.
  - A paused timer starts no run, also after a reboot. A run that is under way goes on to its end, and
    M(workers.systemd.run_timer) still runs the job. When the pause ends, no time of the pause starts a run.
  - This pause is one by hand. To pause a pool in the inventory, use O(workers.systemd.pools#module:pools[].state).
requirements:
  - systemd 247 or newer on the target
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.scope
attributes:
  check_mode:
    support: full
    description: Prints the instances that a run would stop or start, and changes nothing.
  diff_mode:
    support: full
    description: Shows the steps.
  idempotent:
    support: full
    description: A second run changes nothing. The first time and the first reason of a pause stay.
    details:
      - A second run with another O(reason) changes the reason.
options:
  pools:
    description: Names of the pools and timers.
    type: list
    elements: str
    required: true
  instances:
    description:
      - Names of the instances, such as V(2). The default is all instances. A timer has none.
      - When the whole pool is paused, instances that a later deploy adds are paused too.
    type: list
    elements: str
  state:
    description:
      - V(paused) stops the instances and keeps them stopped.
      - V(resumed) ends the pause, and starts the instances that do not run. They are judged as after a deploy. When all
        instances were paused during a deploy, its version is not proved yet. If it is bad, the last good version is
        restored.
      - A pool that its deploy pauses is not resumed.
    type: str
    choices: [paused, resumed]
    default: paused
  reason:
    description: Why the instances are paused, in one line of at most 200 characters. All users of the host can read it.
    type: str
  confirm:
    description: As in O(workers.systemd.pools#module:confirm).
    type: str
    default: 60s
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.pools_info
"""

EXAMPLES = r"""
- name: Stop all workers of a pool
  workers.systemd.pause:
    pools: [app-queue]
    reason: the broker moves to another host

- name: Stop one instance
  workers.systemd.pause:
    pools: [app-queue]
    instances: [1]

- name: Start them again
  workers.systemd.pause:
    pools: [app-queue]
    state: resumed
"""

RETURN = r"""
pools:
  description: The result for each pool and timer, by its name, in the form of M(workers.systemd.pools).
  returned: always
  type: dict
  contains:
    plan:
      description: The steps, each with its reason. In check mode these are the steps that a run would take.
      type: list
      elements: dict
      returned: always
    paused:
      description: The instances, or the timer, that are paused after the run, by unit.
      type: dict
      returned: always
      sample:
        mail@2.service:
          since: "2026-11-24T16:36:19Z"
          reason: the broker moves to another host
          by: hand
    verdicts:
      description: The verdict on each started instance, by its unit. An instance whose stop ended in SIGKILL is
        V(killed-at-stop).
      type: dict
      returned: when an instance was started or killed, and not in check mode
failures:
  description: One entry for each instance that did not settle, or that was killed at its stop.
  returned: always
  type: list
  elements: dict
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand, understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import SCOPE, read_scope
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import DEFAULT, read_confirm
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import finish, task_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.pools import PoolsRun
from ansible_collections.workers.systemd.plugins.module_utils._host.users.one_manager import in_manager_of


def understood(module: Module) -> t.Tuple[str, PauseByHand]:
    """The user whose manager is meant, empty for the system's, and what is asked for. Raises ``Problems``."""
    confirm, wrong = read_confirm(module.params["confirm"])
    user, misplaced = read_scope(module.params, "")
    order, problems = understand(module.params, check_mode=module.check_mode, diff=module._diff, confirm=confirm)
    if module.unknown() or problems or wrong or misplaced:
        raise Problems([*module.unknown(), *problems, *wrong, *misplaced])
    return user, order


def main() -> None:
    module = Module(
        {
            "pools": {"type": "list", "elements": "str", "required": True},
            "instances": {"type": "list", "elements": "str"},
            "state": {"type": "str", "choices": ["paused", "resumed"], "default": "paused"},
            "reason": {"type": "str"},
            **SCOPE,
            "confirm": {"type": "str", "default": DEFAULT},
        },
        hide=dict,
        followed=True,
    )
    with module.telling_problems():
        user, order = understood(module)
        end = task_of(module).carry_out(in_manager_of(user, PoolsRun, order))
    finish(module, end)


if __name__ == "__main__":
    main()
