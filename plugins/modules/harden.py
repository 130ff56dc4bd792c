#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harden
short_description: Propose the strictest hardening that a worker runs with
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Runs one more worker of a pool without hardening, and watches it with strace until it has stopped. From that it
    finds the strictest options of M(workers.systemd.pools) that allow everything the worker did. Then it runs a worker
    with these options for the same time, and lists refused calls. When this worker dies, it tries the next weaker
    profile.
  - The worker is a real one, with the command, user, environment and secrets of the pool, and B(takes jobs), slowly.
    When it does not stop in time, it is killed with its job. Use a test host, and give the worker typical jobs.
  - Does not change the pool or its instances, and leaves no file on the host.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
attributes:
  check_mode:
    support: full
    description: Refuses the same input as a run. It starts no worker, so it proposes no options.
  diff_mode:
    support: none
    description: Changes nothing.
  idempotent:
    support: partial
    description: Changes nothing.
    details:
      - Each run starts workers, and proposes options from what they did in that run.
options:
  pool:
    description: Name of a pool on the host, in the manager of the system.
    type: str
    required: true
  instance:
    description:
      - Name that the worker gets in place of C(%i).
      - The default is the first instance of the pool.
    type: str
  duration:
    description: The time that each worker runs, as a time span of systemd, such as V(30s) or V(10min). The task takes
      twice that.
    type: str
    default: 30s
notes:
  - Needs strace on the host, and root must be allowed to trace there.
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.pools_info
"""

EXAMPLES = r"""
- name: Watch the worker while it runs real jobs of the test system
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
  description: The same as text, to paste into the pool.
  returned: success, when not in check mode
  type: str
because:
  description:
    - The reasons for the profile and for each opened right, with the first call that needs it.
    - If the worker died with a stricter profile, that comes first.
  returned: success, when not in check mode
  type: list
  elements: str
  sample:
    - "needs: jit, because of mprotect(0x3e5b9ac06000, 258048, PROT_READ|PROT_EXEC)"
refused:
  description:
    - Calls that failed with the proposal and did not fail without hardening. The worker continued, but you must check
      whether it did its work.
  returned: success, when not in check mode
  type: list
  elements: str
cannot_see:
  description: Cases that the test cannot see.
  returned: success, when not in check mode
  type: list
  elements: str
exposure:
  description:
    - The exposure of the worker with the proposal, the score of C(systemd-analyze security), from 0 to 10. A lower
      score is better. None when the host cannot compute it.
  returned: success, when not in check mode
  type: float
  sample: 1.1
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
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
