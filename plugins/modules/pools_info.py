#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pools_info
short_description: Show the state of the pools of background workers of a host
version_added: 0.1.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - For each instance it returns the state and its time, main process, generation, restarts, memory, tasks, processor
    time and last exit. For each pool it returns a summary.
  - The number of calls to systemd does not grow with the number of pools and instances.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.attributes.info_module
options:
  names:
    description:
      - The pools to show. The default is all pools that this collection has deployed.
      - A pool in the manager of a user is C(USER/NAME).
    type: list
    elements: str
  show:
    description: Whether to print RV(table) at the terminal too, as the playbook C(status) does.
    type: bool
    default: false
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.rollback
"""

EXAMPLES = r"""
- name: Look at the workers
  workers.systemd.pools_info:
  register: workers

- name: Every worker runs what was deployed last
  ansible.builtin.assert:
    that: workers.pools.values() | map(attribute='summary.stale') | sum == 0

- name: No worker is dead or dies again and again
  ansible.builtin.assert:
    that: workers.pools.values() | map(attribute=item) | flatten | length == 0
  loop: [dead, flapping]
"""

RETURN = r"""
pools:
  description: Each pool by its name. The name of a pool in the manager of a user is C(USER/NAME).
  returned: success
  type: dict
  contains:
    scope:
      description: The systemd manager that runs the pool, V(system) or V(user).
      type: str
      returned: always
    user:
      description: The owner of the manager, empty for the manager of the system.
      type: str
      returned: always
    exposure:
      description:
        - The exposure of its unit, the score of C(systemd-analyze security), from 0 to 10. A lower score is better.
          None when the host cannot compute it.
      type: float
      returned: always
      sample: 1.8
    generation:
      description: Short name of the version that was deployed last.
      type: str
      returned: always
      sample: 3f9a1c07
    enabled:
      description: Whether the pool starts at boot.
      type: bool
      returned: always
    wanted:
      description: The number of instances of the last good version.
      type: int
      returned: always
      sample: 4
    dead:
      description: Units that should run, do not run, and are not about to start.
      type: list
      elements: str
      returned: always
      sample: []
    flapping:
      description: Units that die and are started again, the last time a moment ago.
      type: list
      elements: str
      returned: always
      sample: []
    generations:
      description: The kept versions of the pool on the host, the newest last.
      type: list
      elements: dict
      returned: always
      contains:
        number:
          description: The number for M(workers.systemd.rollback).
          type: int
          returned: always
        id:
          description: Short name of the version. Equal files have an equal name.
          type: str
          returned: always
          sample: 3f9a1c07
        state:
          description: V(good) when all of its instances settled, V(bad) when one did not, V(applying) in between.
          type: str
          returned: always
        time:
          description: When it was deployed, in UTC.
          type: str
          returned: always
          sample: "2026-11-24T16:36:19Z"
    summary:
      description: The number of RV(pools.instances), how many of them run and are stale, and the restarts and memory of
        all.
      type: dict
      returned: always
      sample:
        instances: 4
        running: 4
        stale: 0
        restarts: 0
        memory: 48123904
    instances:
      description: One entry for each instance.
      type: list
      elements: dict
      returned: always
      contains:
        unit:
          description: Name of the unit.
          type: str
          returned: always
        state:
          description: ActiveState of systemd.
          type: str
          returned: always
          sample: active
        sub_state:
          description: SubState of systemd. V(auto-restart) is a worker that died and waits for its restart.
          type: str
          returned: always
          sample: running
        since:
          description: The time of the change to this state, in UTC.
          type: str
          returned: always
          sample: "2026-11-24T16:36:19Z"
        enabled:
          description: Whether it starts with its pool.
          type: bool
          returned: always
        main_pid:
          description: The main process, 0 without one.
          type: int
          returned: always
        generation:
          description: Short name of the version that the process was started with; none when it is not known.
          type: str
          returned: always
        stale:
          description: The reason why the process is out of date, empty when it is not. None when no process runs.
          type: str
          returned: always
        restarts:
          description: NRestarts of systemd, which counts automatic restarts since the last manual start.
          type: int
          returned: always
        memory:
          description: Memory of all its processes in bytes; none without accounting.
          type: int
          returned: always
        tasks:
          description: Number of its processes and threads; none without accounting.
          type: int
          returned: always
        cpu_seconds:
          description: Processor time; none without accounting.
          type: float
          returned: always
        last_exit:
          description: The last unexpected end of its main process, from the journal.
          type: str
          returned: always
          sample: signal 9 (SIGKILL)
table:
  description: The same as lines for a terminal, with the total, and the dead and flapping units.
  returned: success
  type: list
  elements: str
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import table
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.statuses import of_all, statuses
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users import lingering
from ansible_collections.workers.systemd.plugins.module_utils._host.users.look_as_user import TROUBLE, look_as

OF_POOLS = {str: {"instances": [dict]}}


def statuses_of_users(warn: t.Callable[[str], None]) -> t.Dict[str, t.Dict[str, t.Any]]:
    """By USER/POOL. What goes wrong with one user hides no other."""
    rows: t.Dict[str, t.Dict[str, t.Any]] = {}
    for user in lingering.users():
        try:
            seen = look_as(user, of_all, OF_POOLS)
        except TROUBLE as error:
            warn(f"the manager of {user}: {error}")
        else:
            rows.update({f"{user}/{name}": row for name, row in seen.items()})
    return rows


def main() -> None:
    module = Module(
        {"names": {"type": "list", "elements": "str"}, "show": {"type": "bool", "default": False}}, hide=dict
    )
    with module.telling_problems():
        owned, theirs = pool_files.owned_pools(SYSTEM), statuses_of_users(module.warn)
        there = [*owned, *theirs]
        names = there if module.params["names"] is None else module.params["names"]
        expected = f"one of {', '.join(there)}" if there else "no names: there are no pools on this host"
        unknown = [
            Problem("names", repr(name), expected, did_you_mean(name, there)) for name in names if name not in there
        ]
        if module.unknown() or unknown:
            raise Problems([*module.unknown(), *unknown])
        ours = statuses(Manager(commands.run, SYSTEM), [name for name in names if name in owned])
        rows = {name: {**ours, **theirs}[name] for name in names}
    module.finish(changed=False, pools=rows, table=table(rows))


if __name__ == "__main__":
    main()
