#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rollback
short_description: Bring a pool of background workers back to a good version
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - The host keeps the deployed versions of a pool. This module deploys one of them again, with the plan, the batches
    and the verdicts of M(workers.systemd.pools), and with the rollout settings of that version.
  - It restores files, secrets and instances. It does not restore the paths in
    O(workers.systemd.pools#module:pools[].watch), so restore a release before the pool. A version that differs from the
    host only in these paths is refused. The message has the path, its target then and its target now.
  - A version that does not work any more is undone, as after any deploy.
requirements:
  - systemd 247 or newer on the target
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.scope
attributes:
  check_mode:
    support: full
    description: Prints the plan and changes nothing.
  diff_mode:
    support: full
    description: Shows the changes in files. For environment files it shows the names of variables, never the values.
  idempotent:
    support: partial
    description: A second run changes nothing.
    details:
      - Without O(generation) a second run goes back one more version.
options:
  pool:
    description: Name of the pool.
    type: str
    required: true
  generation:
    description:
      - Number or short name of a good version that is kept. M(workers.systemd.pools_info) lists them.
      - The default is the last good one before the present one.
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
- name: Restore the previous version
  workers.systemd.rollback:
    pool: app-queue

- name: Restore generation 3
  workers.systemd.rollback:
    pool: app-queue
    generation: 3
"""

RETURN = r"""
pools:
  description: The result for the pool, by its name, in the form of M(workers.systemd.pools).
  returned: always
  type: dict
  contains:
    generation:
      description: Short name of the restored version.
      type: str
      returned: always
      sample: 3f9a1c07
    number:
      description: Number of this version on the host from now on.
      type: int
      returned: when the version of the pool changed
    plan:
      description: The steps, each with its reason. In check mode these are the steps that a run would take.
      type: list
      elements: dict
      returned: always
    verdicts:
      description: The verdict on each started or restarted instance, by its unit.
      type: dict
      returned: when not in check mode
failures:
  description: One entry for each instance that did not settle.
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
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import GoBack
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import SCOPE, read_scope
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import DEFAULT, read_confirm
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import finish, task_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.pools import PoolsRun
from ansible_collections.workers.systemd.plugins.module_utils._host.users.one_manager import in_manager_of


def understood(module: Module) -> t.Tuple[str, GoBack]:
    """The user whose manager is meant, empty for the system's, and what is asked for. Raises ``Problems``."""
    confirm, wrong = read_confirm(module.params["confirm"])
    user, misplaced = read_scope(module.params, "")
    if module.unknown() or wrong or misplaced:
        raise Problems([*module.unknown(), *wrong, *misplaced])
    return user, GoBack(
        module.params["pool"],
        module.params["generation"],
        check_mode=module.check_mode,
        diff=module._diff,
        confirm=confirm,
    )


def main() -> None:
    module = Module(
        {
            "pool": {"type": "str", "required": True},
            "generation": {"type": "str"},
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
