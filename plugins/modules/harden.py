#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harden
short_description: Propose the tightest hardening that a worker runs with
version_added: 0.1.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Runs one more worker of a pool without any hardening, watches with strace what it uses until it has been stopped,
    and finds the tightest options of M(workers.systemd.pools) that allow all of it. Then it runs a worker with them
    as long again, and tells what was refused. Where that one dies, the next looser profile is tried.
  - The worker is a real one, with the command, user, environment and secrets of the pool, and B(takes jobs), slowly.
    One that does not stop in time is killed with its job. Use a test host, and give it the jobs that it will have.
  - Changes neither the pool nor its instances, and leaves nothing on the host.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
attributes:
  check_mode:
    support: full
    description: Refuses what a run would refuse, starts no worker and so proposes nothing.
  diff_mode:
    support: none
    description: Changes nothing.
  idempotent:
    support: partial
    description: Changes nothing.
    details:
      - Each run starts workers, and proposes what the worker was seen to need in it.
options:
  pool:
    description: Name of a pool that is on the host, and belongs to the manager of the system.
    type: str
    required: true
  instance:
    description:
      - Name that the worker gets in place of C(%i).
      - Without it, the first that the pool has.
    type: str
  duration:
    description: How long each worker runs, as systemd writes time spans, V(30s) or V(10min). The task takes twice that.
    type: str
    default: 30s
notes:
  - Needs strace on the host, and the right of root to trace there.
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.pools_info
"""

EXAMPLES = r"""
- name: What does this worker need, while it works on real jobs of the test system
  workers.systemd.harden:
    pool: app-queue
    duration: 5min
  register: fitted

- name: Options to paste into the pool, and why
  ansible.builtin.debug:
    msg: "{{ fitted.yaml.splitlines() + fitted.because + fitted.refused + fitted.cannot_see }}"
  when: fitted.yaml is defined # not in check mode
"""

RETURN = r"""
proposal:
  description: Options of the pool.
  returned: success, when not in check mode
  type: dict
  sample:
    hardening: strict
    needs: [jit]
    writable_paths: [/srv/app/storage]
yaml:
  description: The same as text, to be pasted into the pool.
  returned: success, when not in check mode
  type: str
because:
  description:
    - Why this profile, and why each thing is opened, by the first call that needs it.
    - First, how the worker ended under a tighter one, if it did.
  returned: success, when not in check mode
  type: list
  elements: str
  sample:
    - "needs: jit, because of mprotect(0x3e5b9ac06000, 258048, PROT_READ|PROT_EXEC)"
refused:
  description:
    - Calls that failed under the proposal and had not failed without hardening. The worker went on; whether it did its
      work you must see.
  returned: success, when not in check mode
  type: list
  elements: str
cannot_see:
  description: What nobody learns by watching.
  returned: success, when not in check mode
  type: list
  elements: str
exposure:
  description:
    - How exposed the worker is with the proposal, as C(systemd-analyze security) says, from 0 to 10, less is better.
      None where the host does not tell.
  returned: success, when not in check mode
  type: float
  sample: 1.1
problems:
  description: Everything that is wrong with the input, each with where, found, expected and hint.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.harden import Died, Hardening, problems
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager


def read_duration(text: str) -> t.Tuple[float, t.List[Problem]]:
    seconds = time_span.seconds(text) if time_span.is_time_span(text) and text != "infinity" else 0.0
    expected = "a time span of at least 1s, such as 30s or 5min"
    return seconds, [] if seconds >= 1 else [Problem("duration", repr(text), expected)]


def main() -> None:
    module = Module(
        {
            "pool": {"type": "str", "required": True},
            "instance": {"type": "str"},
            "duration": {"type": "str", "default": "30s"},
        },
        hide=dict,
    )
    with module.telling_problems():
        pool, instance = module.params["pool"], module.params["instance"]
        seconds, wrong = read_duration(module.params["duration"])
        found = [*module.unknown(), *problems(pool, instance), *wrong]
        if found:
            raise Problems(found)
        harden = Hardening(Manager(commands.run, SYSTEM), pool, instance)
        if module.check_mode:
            module.finish(changed=False, msg=f"would watch one more worker like {harden.unit.name} for {seconds:g} s")
        try:
            fitted = harden.propose(seconds)
        except Died as death:
            module.fail(f"nothing to propose: {death}")
    module.finish(
        changed=False,
        proposal=fitted.proposal.options,
        yaml=fitted.proposal.yaml,
        because=list(fitted.because),
        refused=list(fitted.refused),
        cannot_see=list(fitted.cannot_see),
        exposure=fitted.exposure,
        msg=f"{harden.pool}: {len(fitted.refused)} calls were refused under this proposal\n{fitted.proposal.yaml}",
    )


if __name__ == "__main__":
    main()
