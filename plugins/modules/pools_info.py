#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pools_info
short_description: Show the state of the pools of background workers of a host
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - For each instance it returns the state and its time, main process, generation, restarts, memory, tasks, processor
    time and last exit. For each pool it returns a summary.
  - For each timer it returns the last run and its result, and the next run.
  - The number of calls to systemd does not grow with the number of pools and instances.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.attributes.info_module
options:
  names:
    description:
      - The pools and timers to show. The default is all that this collection has deployed.
      - A pool or timer in the manager of a user is C(USER/NAME).
    type: list
    elements: str
  show:
    description:
      - Whether to print RV(table) at the terminal too.
      - The module M(workers.systemd.status_table) prints one table for all hosts.
    type: bool
    default: false
seealso:
  - module: workers.systemd.pause
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
      sample: 2.0
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
    release:
      description: The release that the installed version of the pool runs; none without the option.
      type: dict
      returned: always
      sample: {link: /var/www/app/current, directory: /var/www/app/releases/42}
      contains:
        link:
          description: The link to the release.
          type: str
          returned: always
        directory:
          description: The directory that the link led to when this version was deployed.
          type: str
          returned: always
    bound_to:
      description: The units that the pool starts and stops with.
      type: list
      elements: str
      returned: always
      sample: [app.service]
    log_namespace:
      description:
        - The namespace of the journal that has the lines of the workers. Read it with C(journalctl --namespace=NAME).
        - Empty when these lines are in the journal of the host.
      type: str
      returned: always
      sample: workers-mail
    dead:
      description: Units that should run, do not run, and are not about to start. A paused unit is not among them.
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
    agent:
      description: The service that looks after the pool; none when the pool has no
        O(workers.systemd.pools#module:pools[].liveness), no O(workers.systemd.pools#module:pools[].recycle), no
        O(workers.systemd.pools#module:pools[].alert) and no O(workers.systemd.pools#module:metrics).
      type: dict
      returned: always
      contains:
        runs:
          description: Whether the service runs. None when it does not, and the pool does not need it.
          type: bool
          returned: always
        liveness:
          description: The option, with times in seconds; none without it, and when it cannot be read.
          type: dict
          returned: always
        recycle:
          description: The option, in bytes and seconds, with 0 for no limit; none without it, and when it cannot be
            read.
          type: dict
          returned: always
        alert:
          description: The option, with times in seconds; none without it, and when it cannot be read.
          type: dict
          returned: always
        metrics:
          description: The directory of the file with the figures of the pool, see
            O(workers.systemd.pools#module:metrics). Empty without one, and when it cannot be read.
          type: str
          returned: always
          sample: /var/lib/prometheus/node-exporter
        capacity:
          description: How many instances the pools of the host share, as the pool was deployed with it, see
            O(workers.systemd.pools#module:capacity). 0 without one, and when it cannot be read.
          type: int
          returned: always
          sample: 40
        capacity_memory:
          description: How many bytes of memory the pools of the host share, in the same way.
          type: int
          returned: always
          sample: 8589934592
        alerts:
          description: The troubles of the pool now. Each has C(pool), C(reason), C(since) in UTC, C(unit), C(text),
            whether it is C(delivered), and C(trouble), the reason why the last try has failed.
          type: list
          elements: dict
          returned: always
          sample:
            - pool: mail
              reason: crash-loop
              since: "2026-11-24T16:36:19Z"
              unit: mail@2.service
              text: died 3 times within 600 s
              delivered: true
              trouble: ""
        said:
          description: The last lines of the service about the pool, each with C(time) in UTC and C(text).
          type: list
          elements: dict
          returned: always
          sample:
            - time: "2026-11-24T16:36:19Z"
              text: "mail@2.service hangs: its check failed 3 times in a row, the last time it exited with status 1: it
                is restarted"
    scaling:
      description: The range of O(workers.systemd.pools#module:pools[].instances), with times in seconds and memory in
        bytes; none for a pool without a range.
      type: dict
      returned: always
      contains:
        min:
          description: Instances that always run.
          type: int
          returned: always
        max:
          description: There are never more instances.
          type: int
          returned: always
        running:
          description: Instances that run.
          type: int
          returned: always
          sample: 7
        wanted:
          description: How many instances the work of the last C(fall_after) asks for.
          type: int
          returned: always
          sample: 7
        share:
          description: How many instances the pool may have of the O(workers.systemd.pools#module:capacity) of the host,
            as the work of all pools asks for it. None without a capacity.
          type: int
          returned: always
          sample: 12
        held:
          description: How many instances the work asks for that the pool does not get, because other pools have the
            capacity. None without one.
          type: int
          returned: always
          sample: 0
        priority:
          description: Compared with that of the other pools that share.
          type: int
          returned: always
          sample: 100
        waiting:
          description: Jobs that waited when the service asked last; none when that is not known.
          type: int
          returned: always
          sample: 312
        said:
          description: The work in words, or why it is not known. Empty before the first question.
          type: str
          returned: always
          sample: 312 jobs wait, 50 for each instance
        asked_at:
          description: When that was, in UTC; empty before the first question.
          type: str
          returned: always
          sample: "2026-11-24T16:36:19Z"
        trouble:
          description: Why the number of instances stays as it is, although the work may ask for another; or empty.
          type: str
          returned: always
          sample: ""
        decisions:
          description: The last changes of the number, the newest last. Each has C(time) in UTC, the numbers C(before)
            and C(after), and C(text) with the reason.
          type: list
          elements: dict
          returned: always
          sample:
            - time: "2026-11-24T16:36:19Z"
              before: 2
              after: 7
              text: "2 -> 7: 312 jobs wait, 50 for each instance"
    paused:
      description: The pause of the whole pool; none without one.
      type: dict
      returned: always
      sample:
        since: "2026-11-24T16:36:19Z"
        reason: the broker moves to another host
        by: hand
      contains:
        since:
          description: When it was paused, in UTC; empty when its file cannot be read.
          type: str
          returned: always
        reason:
          description: Why, or empty.
          type: str
          returned: always
        by:
          description: V(deploy) for a pool with O(workers.systemd.pools#module:pools[].state=paused), V(hand) for
            M(workers.systemd.pause).
          type: str
          returned: always
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
            V(unproven) when all of them were paused, so that none could prove it.
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
        memory_max:
          description: MemoryMax of its unit in bytes; none without a limit.
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
        paused:
          description: Why the instance stays stopped, in the form of RV(pools.paused); none when it is not paused. The
            value of C(by) is also V(bound_to), without a time, when a unit in RV(pools.bound_to) does not run.
          type: dict
          returned: always
        own_files:
          description: The files that this instance alone has, see O(workers.systemd.pools#module:pools[].per_instance).
          type: list
          elements: str
          returned: always
          sample: [/etc/systemd/system/mail@pdf.service.d/10-workers.conf]
timers:
  description: Each timer by its name. The name of a timer in the manager of a user is C(USER/NAME).
  returned: success
  type: dict
  contains:
    scope:
      description: The systemd manager that runs the timer, V(system) or V(user).
      type: str
      returned: always
    user:
      description: The owner of the manager, empty for the manager of the system.
      type: str
      returned: always
    unit:
      description: Its timer unit. The service has the same name.
      type: str
      returned: always
      sample: report.timer
    generation:
      description: Short name of the version that was deployed last.
      type: str
      returned: always
      sample: 3f9a1c07
    enabled:
      description: Whether the timer starts at boot.
      type: bool
      returned: always
    log_namespace:
      description: As RV(pools.log_namespace).
      type: str
      returned: always
    state:
      description: V(waiting) for the next time, V(running) while a run of the job lasts, V(paused) or V(stopped).
      type: str
      returned: always
      sample: waiting
    paused:
      description: The time and the reason of its pause, and whether it was made by C(hand) or by the C(deploy). None
        without a pause.
      type: dict
      returned: always
    last_run:
      description: When the last run of the job began, in UTC. After a reboot, when that run ended, from the journal.
        Empty without one.
      type: str
      returned: always
      sample: "2026-11-24T03:15:00Z"
    seconds:
      description: How long the last run took. None without one, and while it lasts.
      type: float
      returned: always
      sample: 12.0
    result:
      description: The result of the last run, such as V(success), V(exit status 1) or V(timeout). It is V(skipped)
        when its lock did not succeed, which is no failure. Empty without one.
      type: str
      returned: always
      sample: success
    missed:
      description:
        - How many times of its schedule have passed without a run, since the last run or the last change of the timer.
        - Times in which the host was off, the timer was stopped or paused, or the previous run lasted, count. 100 means
          100 or more.
        - None with C(every) and with C(lock), and while a run lasts.
      type: int
      returned: always
      sample: 0
    next_run:
      description: When the next run begins, in UTC. Empty when the timer is stopped, or never comes again, and while a
        run lasts.
      type: str
      returned: always
      sample: "2026-11-25T03:15:00Z"
    dead:
      description: Whether its timer unit is stopped, so that no run follows.
      type: bool
      returned: always
    failed:
      description: Whether the last run failed.
      type: bool
      returned: always
    generations:
      description: The versions that are kept on the host, in the form of RV(pools.generations).
      type: list
      elements: dict
      returned: always
    agent:
      description: In the form of RV(pools.agent); none when the timer has no
        O(workers.systemd.pools#module:timers[].alert) and no O(workers.systemd.pools#module:metrics).
      type: dict
      returned: always
table:
  description: The same as lines for a terminal. Each pool has a line, and so has each instance in trouble. The total
    follows.
  returned: success
  type: list
  elements: str
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems, unknown_names
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import POOL, TIMER
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import timer_status
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import believable
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import Placed, pool_table
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import login, places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.statuses import (
    of_all,
    statuses,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users import lingering
from ansible_collections.workers.systemd.plugins.module_utils._host.users.look_as_user import (
    TROUBLE,
    another_shape,
    look_as,
)

# What a manager has, by kind and by name.
Rows = t.Dict[str, t.Dict[str, t.Any]]


def statuses_of_users(warn: t.Callable[[str], None]) -> Rows:
    """By kind and USER/NAME. What goes wrong with one user hides no other."""
    rows: Rows = {"pools": {}, "timers": {}}
    for user in lingering.users():
        try:
            seen = look_as(user, of_all, {"pools": {str: dict}, "timers": {str: dict}})
            if not (believable(seen["pools"]) and timer_status.believable(seen["timers"])):
                raise another_shape(user)
            trouble = lingering.trouble(user, places_of(login(user, "user")))
        except TROUBLE as error:
            warn(f"the manager of {user}: {error}")
        else:
            if trouble and any(seen.values()):
                warn(f"the manager of {user}: {trouble}")
            for kind, found in seen.items():
                rows[kind].update({f"{user}/{name}": row for name, row in found.items()})
    return rows


def main() -> None:
    module = Module(
        {"names": {"type": "list", "elements": "str"}, "show": {"type": "bool", "default": False}}, hide=dict
    )
    with module.telling_problems():
        kinds, theirs = pool_files.owned(SYSTEM), statuses_of_users(module.warn)
        there = [*kinds, *theirs["pools"], *theirs["timers"]]
        names = there if module.params["names"] is None else module.params["names"]
        unknown = unknown_names(names, there, "this host")
        if module.unknown() or unknown:
            raise Problems([*module.unknown(), *unknown])
        manager = Manager(commands.run, SYSTEM)
        ours = statuses(manager, *([name for name in names if kinds.get(name) == kind] for kind in (POOL, TIMER)))
        rows = [{**ours[kind], **theirs[kind]} for kind in ("pools", "timers")]
        pools, timers = ({name: one[name] for name in names if name in one} for one in rows)
    lines = [*(pool_table(here(pools)) if pools or not timers else []), *timer_status.timer_table(here(timers))]
    module.finish(changed=False, pools=pools, timers=timers, table=[line.text for line in lines])


def here(rows: t.Mapping[str, t.Any]) -> t.List[Placed]:
    """A table of one host does not name it."""
    return [Placed("", name, row) for name, row in rows.items()]


if __name__ == "__main__":
    main()
