#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: instances
short_description: Run, scale and restart services that are not from this collection
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Takes N instances of a template (C(celery@.service) of a distribution, a quadlet, a file of your own), or a list
    of services with globs. One call brings all of them to one state.
  - Restarts happen in batches, one canary first, see O(rollout). The module watches each started or restarted service
    for O(rollout.min_healthy_time). When one dies in that time, the task fails and shows its exit status and its last
    journal lines. The other services are not touched.
  - When a service cannot reach its state (it is masked, its file is missing, it cannot reload), the task is refused.
    One message lists all problems, and nothing has changed.
  - List pools of this collection in O(units), to stop, start or restart them. M(workers.systemd.pools) scales and
    enables its own pools. Paused instances (M(workers.systemd.pause)) are not started, and the task warns about them.
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
    details:
      - A template without a unit file is a warning in check mode, because an earlier task of the same play might
        install it.
  diff_mode:
    support: full
    description: Shows the steps.
  idempotent:
    support: partial
    description: A second run changes nothing.
    details:
      - Some values of O(state) act in each run, which are V(restarted), V(reloaded), V(reload_or_restarted) and
        V(try_restarted). With O(started_after) a restart happens once.
options:
  template:
    description:
      - A template of services, such as V(celery@.service) or V(celery@). Needs O(instances).
      - One of O(template) and O(units) is required.
    type: str
  instances:
    description:
      - The number of instances of O(template), named V(1) and so on, or a list of their names as systemd has them (see
        systemd-escape(1)).
    type: raw
  exact:
    description:
      - Whether to remove other instances of O(template) when O(state) is V(started) or V(restarted). They are stopped
        and disabled, and their failures are reset. The remaining instances keep their processes.
    type: bool
    default: true
  units:
    description:
      - Names of services, and globs. The glob V(worker@*) means V(worker@*.service).
      - A glob is compared with all services that are loaded, enabled, or have a file. A glob without a match is an
        error, except when services are only stopped or disabled.
    type: list
    elements: str
  state:
    description:
      - The wanted state of the services. Without it, those of O(template) are V(started), and O(units) stay as they
        are.
      - V(started) starts services that do not run.
      - V(stopped) stops services that run, all at the same time.
      - V(restarted) restarts all services, and starts services that do not run.
      - V(try_restarted) restarts those that run.
      - V(reloaded) reloads services that run (C(ExecReload=)), all at the same time, and then watches them as after a
        restart. It starts services that do not run.
      - V(reload_or_restarted) does the same, and restarts services that cannot reload.
    type: str
    choices: [started, stopped, restarted, reloaded, reload_or_restarted, try_restarted]
  enabled:
    description:
      - Whether the services start at boot. Without it this stays as it is.
      - A service is enabled again when its links differ from C([Install]). This removes links that were added with
        C(systemctl add-wants).
    type: bool
  reset_failed:
    description: Whether to reset failures of the services (C(systemctl reset-failed)).
    type: bool
    default: false
  started_after:
    description:
      - Every service that was started before this point in time is restarted. A second run restarts no service.
      - ISO 8601, with a blank or a C(T) between date and time, or seconds since the epoch. Without an offset it is UTC.
      - Allowed when O(state) is V(started), V(restarted), V(try_restarted) or missing. Without a state, and with
        V(try_restarted), services that do not run stay stopped, and the result names them.
    type: str
  rollout:
    description:
      - The pace and the checks of restarts. The instances of one template are one rollout, and all services without a
        template are one rollout.
      - Without it, a pool of this collection uses the options of its last deploy.
    type: dict
    suboptions:
      canary:
        description:
          - The number of services that are restarted before all others. When one of them fails, the others are not
            touched.
          - V(0) means no canary. The number is never more than O(rollout.max_parallel).
        type: int
        default: 1
      max_parallel:
        description:
          - The number of services that may be down at the same time, as a count or as a percentage. A percentage rounds
            down, but to at least 1.
          - A service that is down for another reason counts too.
        type: str
        default: 25%
      min_healthy_time:
        description: The time that a service must run without dying to count as healthy, as a time span of systemd.
        type: str
        default: 3s
      healthy_deadline:
        description: The longest time from its restart until it counts as healthy, as a time span of systemd.
        type: str
        default: 5m
      progress_deadline:
        description:
          - The longest time that a rollout continues without another service that settles, as a time span of systemd.
            V(0) means no limit.
        type: str
        default: "0"
      order:
        description: The order of restarts. Numbers in names are compared as numbers, so that 10 comes after 9.
        type: str
        choices: [ascending, descending]
        default: ascending
      on_failure:
        description:
          - V(stop) restarts no further service. There is no other choice, because this module keeps no previous
            version.
        type: str
        choices: [stop]
        default: stop
      health_check:
        description:
          - A command that must exit with status 0 before a service counts as healthy. It runs on the host as
            O(rollout.check_user), in an environment of its own. No shell reads it. C(%i) in a word is the name of the
            instance.
        type: list
        elements: str
      check_user:
        description:
          - The user that O(rollout.health_check) runs as. The default is the user of the service.
          - A check that root runs must belong to root, and so must all directories above it.
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

- name: Remove the instances of a template whose package was removed
  workers.systemd.instances:
    units: ["celery@*"]
    state: stopped
    enabled: false
    reset_failed: true
"""

RETURN = r"""
units:
  description: The services that the task covers.
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
  description: The verdict on each service that was started, restarted or reloaded.
  returned: always
  type: dict
  sample:
    celery@1.service: "settled: ran 3 s without a restart"
spared:
  description: Services that were not restarted, because a service before them failed.
  returned: always
  type: list
  elements: str
lowest_active:
  description:
    - The lowest number that were up during the run, by template. C(services) is for all services without a template.
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
      description: The verdict, with the observation.
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
  description: All problems, each with where, found, expected, hint and, for a trap, url.
  returned: when nothing was changed because of them
  type: list
  elements: dict
"""

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import Bring, understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import SCOPE, read_scope
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import DEFAULT
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import finish, task_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.instances import InstancesRun
from ansible_collections.workers.systemd.plugins.module_utils._host.users.one_manager import in_manager_of

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
}


def understood(module: Module) -> t.Tuple[str, Bring]:
    """The user whose manager is meant, empty for the system's, and what is asked for. Raises ``Problems``."""
    asked, problems = understand(module.params, time.time())
    user, misplaced = read_scope(module.params, "")
    if module.unknown() or problems or misplaced:
        raise Problems([*module.unknown(), *problems, *misplaced])
    confirm = time_span.seconds(DEFAULT)
    return user, Bring(asked, check_mode=module.check_mode, diff=module._diff, confirm=confirm)


def main() -> None:
    module = Module(OPTIONS, hide=dict, followed=True)
    with module.telling_problems():
        user, order = understood(module)
        end = task_of(module).carry_out(in_manager_of(user, InstancesRun, order))
    finish(module, end)


if __name__ == "__main__":
    main()
