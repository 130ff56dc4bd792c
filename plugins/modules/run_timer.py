#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_timer
short_description: Run the job of a timer now, and wait for its end
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Starts the service of a timer that M(workers.systemd.pools) has deployed, waits until the run has ended, and returns
    its lines in the journal. The task fails when the run fails.
  - The run is that of systemd, with the user, the limits and the environment of the timer. It goes on when the
    connection is lost. The next time of the timer stays, except with O(workers.systemd.pools#module:timers[].every),
    which counts from this run.
  - A run that is under way is not started again. Then the task fails.
  - Not for timers in managers of users.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
attributes:
  check_mode:
    support: full
    description: Checks that the job can run, and does not run it.
  diff_mode:
    support: none
    description: Does not change the host itself.
  idempotent:
    support: none
    description: Runs the job each time.
options:
  name:
    description: The name of the timer.
    type: str
    required: true
  show:
    description: Whether to print RV(journal) at the terminal too, as the playbook C(run) does.
    type: bool
    default: false
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.pools_info
"""

EXAMPLES = r"""
- name: Make the report now
  workers.systemd.run_timer:
    name: report
"""

RETURN = r"""
result:
  description: The result of the run, such as V(success), V(exit status 1) or V(timeout). It is V(skipped) when
    O(workers.systemd.pools#module:timers[].lock) did not succeed.
  returned: when the job was started
  type: str
  sample: success
seconds:
  description: How long the run took.
  returned: when the job was started
  type: float
  sample: 12.3
journal:
  description: The last lines of the run in the journal, without secrets, at most 200.
  returned: when the job was started
  type: list
  elements: str
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.run_timer import problems, run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager


def main() -> None:
    module = Module(
        {"name": {"type": "str", "required": True}, "show": {"type": "bool", "default": False}},
        hide=dict,
    )
    with module.telling_problems():
        name, manager = module.params["name"], Manager(commands.run, SYSTEM)
        found = [*module.unknown(), *problems(name, manager)]
        if found:
            raise Problems(found)
        if module.check_mode:
            module.finish(changed=True, msg=f"{name}: would run now")
        ran = run(name, manager)
        details = {"result": ran.result, "seconds": ran.seconds, "journal": list(ran.journal)}
        msg = f"{name}: {ran.result} after {ran.seconds:g} s"
        if ran.failed:
            module.fail("\n".join([msg, *(f"    {line}" for line in ran.journal)]), changed=True, **details)
    module.finish(changed=True, msg=msg, **details)


if __name__ == "__main__":
    main()
