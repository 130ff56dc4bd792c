#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: instances
short_description: Run, scale and roll services that somebody else ships
version_added: 0.1.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Takes N instances of a template (C(celery@.service) of a distribution, a quadlet, a file of your own), or a list of
    services, in which globs may stand, and brings all of them to one state in one call.
  - What is restarted is restarted one canary first and then batch by batch, see O(rollout). Every started or restarted
    service is watched for O(rollout.min_healthy_time). One that dies in that time fails the task, with its exit status
    and its last journal lines, and the others are left alone.
  - Everything that keeps a service from its state (it is masked, its file is gone, it cannot reload) is told at once,
    and then nothing has changed.
  - Pools of this collection are given as O(units), to stop, start or restart them. M(workers.systemd.pools) scales and
    enables its own.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.followed
  - workers.systemd.options.scope
attributes:
  check_mode:
    support: full
    description: Prints the plan and changes nothing.
    details:
      - A template without a unit file is a warning in check mode, because an earlier task of the same play might bring
        it.
  diff_mode:
    support: full
    description: Shows the steps.
  idempotent:
    support: partial
    description: A second run changes nothing.
    details:
      - The values of O(state) that ask for something to happen (V(restarted), V(reloaded), V(reload_or_restarted),
        V(try_restarted)) let it happen each time. With O(started_after) a restart happens once.
options:
  template:
    description:
      - A template of services, such as V(celery@.service) or V(celery@). Needs O(instances).
      - One of O(template) and O(units) is required.
    type: str
  instances:
    description:
      - How many instances of O(template), named V(1) and so on, or a list of their names as systemd has them
        (see systemd-escape(1)).
    type: raw
  exact:
    description:
      - Whether other instances of O(template) go when O(state) is V(started) or V(restarted). They are stopped and
        disabled, and their failures are forgotten. Those that stay keep their processes.
    type: bool
    default: true
  units:
    description:
      - Names of services, and globs such as V(worker@*), which stands for V(worker@*.service).
      - A glob is compared with all services that are loaded, enabled, or have a file. One that matches none is an
        error, unless services are only to go.
    type: list
    elements: str
  state:
    description:
      - What becomes of the services. Without it, those of O(template) are V(started), and O(units) stay as they are.
      - V(started) starts what does not run.
      - V(stopped) stops what runs, all at once.
      - V(restarted) restarts all, and starts what does not run.
      - V(try_restarted) restarts those that run.
      - V(reloaded) has those that run read their configuration (C(ExecReload=)), all at once, then watches them as
        after a restart. It starts what does not run.
      - V(reload_or_restarted) is the same, and restarts those that cannot reload.
    type: str
    choices: [started, stopped, restarted, reloaded, reload_or_restarted, try_restarted]
  enabled:
    description:
      - Whether the services start at boot. Without it this stays as it is.
      - A service whose C([Install]) asks for other links than it has is enabled again. Links that somebody has added
        with C(systemctl add-wants) go then.
    type: bool
  reset_failed:
    description: Whether failures of the services are forgotten.
    type: bool
    default: false
  started_after:
    description:
      - Every service that was started before this point in time is restarted. Running it again restarts nothing.
      - ISO 8601, with a blank or a C(T) between date and time, or seconds since the epoch. Without an offset it is UTC.
      - For O(state) V(started), V(restarted), V(try_restarted) or none. Without a state, and with V(try_restarted),
        what does not run is left so, and told.
    type: str
  rollout:
    description:
      - How services are restarted. The instances of one template are one rollout, and so are all services that are
        none.
      - Without it, a pool of this collection keeps the one that it was deployed with.
    type: dict
    suboptions:
      canary:
        description:
          - How many are restarted before all others. When one of them fails, the others are left alone.
          - V(0) is none. There are never more than O(rollout.max_parallel).
        type: int
        default: 1
      max_parallel:
        description:
          - How many may be down at once, as a count or as a percentage. A percentage rounds down, and never to nothing.
          - One that is down for another reason counts too.
        type: str
        default: 25%
      min_healthy_time:
        description: How long a service must run without dying to be believed, as a time span of systemd.
        type: str
        default: 3s
      healthy_deadline:
        description: How long it may take from its restart until it is believed, as a time span of systemd.
        type: str
        default: 5m
      progress_deadline:
        description:
          - How long a rollout may go on without another one that settles, as a time span of systemd. V(0) is for ever.
        type: str
        default: "0"
      order:
        description: Whether instances are restarted by name as people count, or backwards.
        type: str
        choices: [ascending, descending]
        default: ascending
      on_failure:
        description:
          - V(stop) restarts no further one. There is no other choice, because the version before is not ours to put
            back.
        type: str
        choices: [stop]
        default: stop
      health_check:
        description:
          - A command that must exit with status 0 before a service is believed. It runs on the host as
            O(rollout.check_user), in an environment of its own, and no shell reads it. C(%i) in a word is the name of
            the instance.
        type: list
        elements: str
      check_user:
        description:
          - Whom O(rollout.health_check) runs as. Without it, the user of the service.
          - What root is to run must belong to root, and so must all directories above it.
        type: str
seealso:
  - module: workers.systemd.pools
  - module: ansible.builtin.systemd_service
"""

EXAMPLES = r"""
- name: Four instances of the template that the distribution ships
  workers.systemd.instances:
    template: celery@.service
    instances: 4
    enabled: true

- name: Every worker must have been started after the new CA was installed
  workers.systemd.instances:
    units: ["mail-worker@*"]
    started_after: "2026-01-31 12:00"

- name: Read the configuration again
  workers.systemd.instances:
    units: [nginx, "php*-fpm"]
    state: reload_or_restarted

- name: Leave nothing of a template whose package is gone
  workers.systemd.instances:
    units: ["celery@*"]
    state: stopped
    enabled: false
    reset_failed: true
"""

RETURN = r"""
units:
  description: The services that it was about.
  returned: always
  type: list
  elements: str
  sample: [celery@1.service, celery@2.service]
plan:
  description: The steps, each with its reason. In check mode these are the steps that a run would take.
  returned: always
  type: list
  elements: dict
  sample:
    - verb: restart
      subject: celery@1.service
      because: started at 2026-01-31T11:58:12Z, before 2026-01-31T12:00:00Z
verdicts:
  description: What became of each service that was started, restarted or reloaded.
  returned: always
  type: dict
  sample:
    celery@1.service: "settled: ran 3 s without a restart"
spared:
  description: Services that were to be restarted and were not, because one before them failed.
  returned: always
  type: list
  elements: str
lowest_active:
  description:
    - How many were up at the worst moment of the run, by template; C(services) is for all that have none.
  returned: always
  type: dict
  sample:
    celery@.service: 3
daemon_reloaded:
  description: Whether systemd read its unit files again.
  returned: always
  type: bool
failures:
  description: One entry for each service that did not settle.
  returned: always
  type: list
  elements: dict
  contains:
    unit:
      description: The service.
      type: str
      returned: always
    verdict:
      description: What was seen.
      type: str
      returned: always
    exit:
      description: Exit status or signal of the main process.
      type: str
      returned: always
      sample: exit status 1
    restarts:
      description: NRestarts of systemd.
      type: int
      returned: always
    journal:
      description: The last journal lines of that run of the service.
      type: list
      elements: str
      returned: always
problems:
  description: Everything that is in the way, each with where, found, expected and hint.
  returned: when nothing was changed because of them
  type: list
  elements: dict
"""

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import SCOPE, read_scope
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import finish, task_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.orders import Bring
from ansible_collections.workers.systemd.plugins.module_utils._host.users.for_user import decide_in

# A unit of somebody else has no former version to go back to.
ROLLOUT = {
    **policy.OPTIONS,
    "on_failure": {"type": "str", "choices": ["stop"], "default": "stop"},
    "check_user": {"type": "str"},
}
STATES = ["started", "stopped", "restarted", "reloaded", "reload_or_restarted", "try_restarted"]
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "template": {"type": "str"},
    "instances": {"type": "raw"},
    "exact": {"type": "bool", "default": True},
    "units": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": STATES},
    "enabled": {"type": "bool"},
    "reset_failed": {"type": "bool", "default": False},
    "started_after": {"type": "str"},
    "rollout": {"type": "dict", "options": ROLLOUT},
    **SCOPE,
    "_follow": {"type": "str"},
}


def main() -> None:
    module = Module(OPTIONS, hide=dict)
    with module.telling_problems():
        asked, problems = understand(module.params, time.time())
        user, misplaced = read_scope(module.params, "")
        if module.unknown() or problems or misplaced:
            raise Problems([*module.unknown(), *problems, *misplaced])

        orders = Bring(asked, check_mode=module.check_mode)
        end = task_of(module).carry_out(lambda lock: decide_in(user, orders, lock, diff=module._diff))
    finish(module, end)


if __name__ == "__main__":
    main()
