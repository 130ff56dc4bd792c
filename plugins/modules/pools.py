#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pools
short_description: Bring all pools of background workers of a host to their wanted state
version_added: 0.1.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - A pool is one kind of worker. It becomes a template unit C(NAME@.service), a target C(NAME.target) that groups the
    instances, and environment files that only root reads.
  - One call brings all pools of the host to their wanted state. It installs files, enables and starts what is missing,
    stops what is not wanted any more, and restarts the instances whose process was started with something else than
    what is wanted now. Survivors keep their processes.
  - Whether an instance is stale is read from its running process, so a run that was interrupted, a reboot or a restart
    by hand leave nothing behind that the next run would not see.
  - Stale instances are restarted one canary first and then batch by batch, see O(pools[].rollout). Every started or
    restarted instance is watched for O(pools[].rollout.min_healthy_time). One that dies in that time fails the task,
    with its exit status and its last journal lines. The instances that still run the former version are then left
    alone, and the last good version is put back, on which the others are restarted at once.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.followed
  - workers.systemd.options.traps
attributes:
  check_mode:
    support: full
    description: Prints the plan and changes nothing.
    details:
      - What is missing on the host (an account, a program, a directory) is a warning in check mode, because an earlier
        task of the same play might create it.
  diff_mode:
    support: full
    description: Shows what changes in files. Of variables and secrets it shows the names, never values.
  idempotent:
    support: full
    description: A second run changes nothing, reloads nothing and restarts nothing.
options:
  pools:
    description: The pools of the host. All of them are validated before anything changes.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the pool, and of its units.
          - Letters, digits, C(_), C(.) and C(-), the first a letter or a digit.
        type: str
        required: true
      state:
        description: Whether the pool is there. V(absent) stops its instances and removes everything of it.
        type: str
        choices: [present, absent]
        default: present
      command:
        description:
          - What an instance runs. Required for a pool that is there. No shell reads it.
          - A list is exact. Every word reaches the program as it is written, nothing is expanded. C(%i) in it is warned
            of.
          - A text is a command line in the words of systemd, in which C(%i) is the name of the instance and
            C(${VARIABLE}) is taken from the environment.
          - The program is an absolute path, because a service reads neither C(.bashrc) nor a login C(PATH).
        type: raw
      scope:
        description:
          - Whose systemd runs the pool. V(system) is that of the host, and V(user) the manager of O(pools[].user), so
            that root runs nothing of it. How that differs is in C(docs/user-scope.md).
          - With V(user), lingering of the user is switched on with the first pool, and off with the last when it was
            switched on here.
          - It is part of the pool's name. A pool whose scope changes is another pool; the former one stays until it
            is removed.
        type: str
        choices: [system, user]
        default: system
      user:
        description:
          - Name or number of the user that the worker runs as. Without it, root.
          - With O(pools[].scope=user), whose manager it is. Then it is required, also for a pool that is to go.
        type: str
      group:
        description:
          - Name or number of the group that the worker runs as. Without it, the group of the user.
          - Not with O(pools[].scope=user).
        type: str
      working_directory:
        description:
          - Directory that the worker is started in. The user must be able to enter it.
          - C(%i) is the name of the instance.
        type: str
      instances:
        description:
          - How many instances run, named V(1) and so on, or a list of their names.
          - In the worker, the variable E(WORKERS_INSTANCE) tells the name.
        type: raw
        default: 1
      environment:
        description: Environment variables of the worker. They are kept in a file that only root reads.
        type: dict
      secrets:
        description:
          - Values that are shown nowhere, by name. O(pools[].secrets_as) tells how the worker gets them.
        type: dict
      secrets_as:
        description:
          - How the worker gets its O(pools[].secrets).
          - V(environment) is as environment variables, from a file that only root reads.
          - V(credentials) is as files that only the worker reads, in the directory of its variable
            E(CREDENTIALS_DIRECTORY) (see systemd.exec(5), Credentials). On the disk they are encrypted with the key of
            the host, from systemd 250 on; before, they are in files that only root reads.
          - C(docs/secrets.md) of this collection tells what each protects, and how a worker reads them.
        type: str
        choices: [environment, credentials]
        default: environment
      environment_files:
        description:
          - Files of somebody else with environment variables (see systemd.exec(5), EnvironmentFile=). They must be
            there. When their content changes the instances are stale.
          - systemd reads them as root, at each start. One that somebody else than root can replace, since a directory
            above it or one that a link leads through is his, is refused. So is one that he can write into, where
            anything of the unit runs as root.
          - One with a dash before its path, such as V(-/etc/default/mail-%i), may be missing. When it comes or goes the
            instances are stale.
          - C(%i) is the name of the instance.
          - systemd reads neither shell scripts nor dotenv files. Lines that it reads otherwise are warned of.
        type: list
        elements: str
      watch:
        description:
          - Paths that the worker depends on. When one changes the instances are stale.
          - Of a link it matters where it points to, of a file its content, of a directory which entries it has. Of a
            file of more than 256 MiB it matters which one it is, its size and its time.
          - It is not put back with the pool; see M(workers.systemd.rollback).
        type: list
        elements: str
      preset:
        description:
          - Directives that keep the jobs of this framework alive when a worker is stopped.
          - One of V(generic), V(php), V(laravel), V(celery), V(rq), V(sidekiq), V(bullmq) and V(node). What each sets
            and why is in C(docs/stopping-without-losing-jobs.md).
          - O(pools[].unit) has the last word.
        type: str
        default: generic
      drain_timeout:
        description:
          - How long a stop may take before systemd kills what is left, with the jobs in hand, as a time span of
            systemd. It is TimeoutStopSec= of the unit. A change restarts nobody.
          - A stop that ended so fails the task, and the instances that were not restarted yet are left alone. Nothing
            is put back for it, because that would stop the same workers once more.
          - V(infinity) is without end. Without it, the preset decides.
        type: str
      busy_check:
        description:
          - A command that tells whether an instance is in the middle of a job. Status 0 means that it is busy and 1
            that it is idle. Anything else, or no answer within 10 seconds, counts as busy.
          - Idle instances are stopped and restarted first. Busy ones are asked every second, and follow when they are
            idle, or when none became idle for O(pools[].drain_timeout).
          - It runs on the host as O(pools[].check_user), in an environment of its own, and no shell reads it. C(%i) in
            a word is the name of the instance.
        type: list
        elements: str
      check_user:
        description:
          - Whom O(pools[].busy_check) and O(pools[].rollout.health_check) run as. Without it, the user of the pool.
          - With V(root), and for a pool of root, the check, what interprets it, and all directories above them must
            belong to root and be writable by nobody else; otherwise whoever owns them could make root run anything.
          - Not for O(pools[].scope=user), where checks run as that user.
        type: str
      limits:
        description: What one instance may use (see systemd.resource-control(5)).
        type: dict
        suboptions:
          memory_max:
            description: MemoryMax=. An instance that needs more is killed and started again.
            type: str
          memory_high:
            description: MemoryHigh=.
            type: str
          memory_swap_max:
            description: MemorySwapMax=.
            type: str
          cpu_quota:
            description: CPUQuota=, such as V(50%) of one processor.
            type: str
          cpu_weight:
            description: CPUWeight=.
            type: str
          tasks_max:
            description: TasksMax=. How many processes and threads there may be.
            type: str
          io_weight:
            description: IOWeight=.
            type: str
      hardening:
        description:
          - What the worker is shut out of, as a profile of directives (see systemd.exec(5)).
          - V(standard) takes away what queue workers do not use. V(strict) also takes away just-in-time compilers, the
            list of network interfaces, a shared C(/tmp), and writing anywhere but in what the pool opens. V(no_network)
            is V(strict) without a network. V(off) sets nothing.
          - C(docs/hardening.md) of this collection has every directive, and what it costs a worker.
          - O(pools[].unit) has the last word, directive by directive. A directive that the systemd of the host does not
            have is left out, see RV(pools.left_out).
        type: str
        default: standard
      needs:
        description:
          - What the worker does that O(pools[].hardening) would stop, so that the directives in its way are left out or
            opened.
          - Of V(devices), V(home), V(jit), V(namespaces), V(proc), V(raw_sockets), V(realtime), V(root), V(setuid),
            V(shared_files) and V(shared_tmp). C(docs/hardening.md) has what each opens.
          - A pool that runs as root has V(root) in the profile V(standard) without asking.
        type: list
        elements: str
      hardening_max_exposure:
        description:
          - The highest score that C(systemd-analyze security) may give the unit, from 0 to 10, less is better. A unit
            that is more exposed is refused before anything changes.
          - Up to systemd 249 the drop-ins of the unit do not count.
        type: float
      writable_paths:
        description:
          - Paths that the worker may write to although its profile makes them read-only (ReadWritePaths=). They must be
            there. File permissions hold as ever.
          - C(%i) is the name of the instance.
        type: list
        elements: str
      state_directory:
        description:
          - A directory below C(/var/lib) that systemd makes for the worker and gives to its user (StateDirectory=). The
            worker finds it in E(STATE_DIRECTORY).
          - C(%i) is the name of the instance.
        type: str
      cache_directory:
        description: The same below C(/var/cache) (CacheDirectory=, E(CACHE_DIRECTORY)).
        type: str
      logs_directory:
        description: The same below C(/var/log) (LogsDirectory=, E(LOGS_DIRECTORY)).
        type: str
      runtime_directory:
        description:
          - The same below C(/run) (RuntimeDirectory=, E(RUNTIME_DIRECTORY)).
          - One that the instances share is kept when one of them stops. One with C(%i) is removed then.
        type: str
      rollout:
        description: How stale instances are restarted.
        type: dict
        suboptions:
          canary:
            description:
              - How many instances are restarted before all others. When one of them fails, the others are left
                alone.
              - V(0) is none. There are never more than O(pools[].rollout.max_parallel).
            type: int
            default: 1
          max_parallel:
            description:
              - How many instances may be down at once, as a count or as a percentage of the instances.
              - A percentage rounds down, and never to nothing.
              - An instance that is down for another reason counts too, and then fewer are restarted at once, or none
                until it is back.
            type: str
            default: 25%
          surge:
            description:
              - Whether instances are added for the time of a rolling restart, as many as may be down at once, so that
                the pool is never smaller than O(pools[].instances) says. They start first, take the numbers after
                the last instance, and are stopped in the end.
              - The first of the new version that run are they, in place of O(pools[].rollout.canary). When one of them
                fails, no other instance was touched.
              - For that time more workers run than O(pools[].instances) says. Do not use it for what may run once only,
                such as a scheduler.
              - Needs O(pools[].instances) as a count, and paths without C(%i) in O(pools[].environment_files) and
                O(pools[].working_directory).
            type: bool
            default: false
          min_healthy_time:
            description:
              - How long an instance must run without dying to be believed, as a time span of systemd. It counts
                from the moment at which this instance is up (for C(Type=notify), from its readiness; for Celery and RQ,
                from when they handle the stop signal, which is when they have loaded).
            type: str
            default: 3s
          healthy_deadline:
            description:
              - How long one instance may take from its start until it is believed, as a time span of systemd. The
                stop of the former process has O(pools[].drain_timeout).
              - For the same time a rollout waits for an instance that is down for another reason.
            type: str
            default: 5m
          progress_deadline:
            description:
              - How long a rollout may go on without another instance that settles, as a time span of systemd. V(0)
                is for ever, since each single instance has its O(pools[].rollout.healthy_deadline) anyway.
            type: str
            default: "0"
          order:
            description:
              - Whether instances are restarted by name as people count, or backwards.
            type: str
            choices: [ascending, descending]
            default: ascending
          on_failure:
            description:
              - What follows when an instance fails. No further instance is restarted in any case.
              - V(rollback) puts the last good version back at once, and restarts on it what was started or restarted.
              - V(stop) leaves everything as it is, and watches the other instances of the batch to the end.
            type: str
            choices: [rollback, stop]
            default: rollback
          health_check:
            description:
              - A command that must exit with status 0 before an instance is believed, after
                O(pools[].rollout.min_healthy_time). It runs on the host as O(pools[].check_user), in an environment of
                its own, and no shell reads it.
              - C(%i) in a word is the name of the instance.
              - It has 10 seconds. When it fails it is asked again every second, until
                O(pools[].rollout.healthy_deadline).
            type: list
            elements: str
      unit:
        description:
          - Any directives of the template unit, by section. They have the last word over what the collection sets.
          - They are read as systemd reads a drop-in. A directive with one value is replaced. To a directive that is a
            list, such as C(OnFailure=), C(After=) or C(SystemCallFilter=), they are added.
          - A list is the repeated directive. An empty text resets what stands before it, also what the collection
            sets, so V(["", "@basic-io"]) is a list of one.
          - A reset that takes away what the collection relies on is warned of.
        type: dict
  purge:
    description:
      - Whether pools that this collection has put on the host and that are not in O(pools) are removed, also those in
        managers of users.
      - Units of somebody else are never touched.
      - Two playbooks with different lists that both purge the same host take away each other's pools, in turn.
    type: bool
    default: false
  confirm:
    description:
      - When a run that changes the host gives no sign of life for this long, because it was killed or the connection
        took it along, the host itself puts the last good versions back and finishes removals. After a reboot it does so
        at once.
      - A run that waits for a worker to finish its job is alive.
      - At least V(2s).
    type: str
    default: 60s
seealso:
  - module: workers.systemd.pools_info
  - module: workers.systemd.rollback
"""

EXAMPLES = r"""
- name: Four queue workers and a scheduler
  workers.systemd.pools:
    pools:
      - name: app-queue
        command: [/usr/bin/php, /var/www/app/artisan, queue:work, --sleep=3, --tries=3]
        user: www-data
        working_directory: /var/www/app
        instances: 4
        environment:
          APP_ENV: production
        secrets:
          APP_KEY: "{{ vault_app_key }}"
        watch: [/var/www/app/REVISION]
        preset: laravel
        limits:
          memory_max: 512M
        rollout:
          canary: 1
          max_parallel: 50%
          min_healthy_time: 10s
          health_check: [/usr/local/bin/is-connected, app-queue, "%i"]
      - name: app-scheduler
        command: [/usr/bin/php, /var/www/app/artisan, schedule:work]
        user: www-data
        preset: laravel

- name: A worker in the manager of its user, with nothing of root in it
  workers.systemd.pools:
    pools:
      - name: reports
        scope: user
        user: app
        command: [/home/app/venv/bin/rq, worker, reports]
        preset: rq

- name: Remove a pool
  workers.systemd.pools:
    pools:
      - name: app-queue
        state: absent
"""

RETURN = r"""
pools:
  description:
    - What happened to each pool, by its name; also of pools that were purged.
    - A pool in the manager of a user is C(USER/NAME).
  returned: always
  type: dict
  contains:
    generation:
      description: Short name of the wanted version of the pool. Equal files, equal name.
      type: str
      returned: for a pool that is there
      sample: 3f9a1c07
    left_out:
      description: Directives of the profile that systemd there has not or may not set. The unit is without them.
      type: list
      elements: str
      returned: for a pool that is there
      sample: [PrivateIPC]
    exposure:
      description: How exposed the unit is, as C(systemd-analyze security) says, from 0 to 10, less is better.
      type: dict
      returned: for a pool whose unit changes, or that has O(pools[].hardening_max_exposure)
      contains:
        score:
          description: That of the unit as the pool wants it.
          type: float
          returned: always
          sample: 1.8
        before:
          description: That of the unit that is installed; none without one.
          type: float
          returned: always
          sample: 9.2
    plan:
      description: The steps, each with its reason. In check mode these are the steps that a run would take.
      type: list
      elements: dict
      returned: always
      sample:
        - verb: restart
          subject: app-queue@1.service
          because: started with another environment
    verdicts:
      description:
        - What became of each instance that was started or restarted, by its unit. One whose stop ended in SIGKILL is
          V(killed-at-stop), also when it is not wanted any more.
      type: dict
      returned: for a pool with instances, or with such a stop, when not in check mode
      sample:
        app-queue@1.service: "settled: ran 3 s without a restart"
    number:
      description: Number under which this version is kept on the host.
      type: int
      returned: when the version of the pool changed
    rolled_back_to:
      description:
        - The generation that was put back because the new one was bad.
        - None when the new one was the first, and what it made was removed.
      type: dict
      returned: when the new version was bad and was undone
      contains:
        number:
          description: Its number.
          type: int
          returned: always
        id:
          description: Its short name.
          type: str
          returned: always
    revert:
      description: What became of each instance that was restarted on the generation that was put back, by its unit.
      type: dict
      returned: when the new version was bad and was undone
    spared:
      description: Units that are stale and were not restarted, because an instance before them failed.
      type: list
      elements: str
      returned: for a pool with instances, when not in check mode
    lowest_active:
      description:
        - How many of the wanted instances were up at the worst moment of the run. One that is being restarted counts
          as down until it was seen up.
      type: int
      returned: for a pool with instances, when not in check mode
      sample: 3
resumed:
  description: What a run before this one was changing when it was killed. This run went on from there.
  returned: when there was such a run
  type: str
daemon_reloaded:
  description: Whether systemd read its unit files again.
  returned: always
  type: bool
failures:
  description: One entry for each instance that did not settle, or that was killed at its stop.
  returned: when an instance failed
  type: list
  elements: dict
  contains:
    unit:
      description: The instance.
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
      description: The last journal lines of that run of the instance, without secrets.
      type: list
      elements: str
      returned: always
problems:
  description: Everything that is wrong with the input, each with where, found, expected and hint.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.table import unknown_ids
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import DEFAULT, read_confirm
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module, hidden
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import finish, task_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users.everywhere import decide_everywhere

LIMITS = {
    "memory_max": {"type": "str"},
    "memory_high": {"type": "str"},
    "memory_swap_max": {"type": "str"},
    "cpu_quota": {"type": "str"},
    "cpu_weight": {"type": "str"},
    "tasks_max": {"type": "str"},
    "io_weight": {"type": "str"},
}
ROLLOUT = {**policy.OPTIONS, "surge": {"type": "bool", "default": False}}
POOL = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str", "choices": ["system", "user"], "default": "system"},
    "command": {"type": "raw"},
    "user": {"type": "str"},
    "group": {"type": "str"},
    "working_directory": {"type": "str"},
    "instances": {"type": "raw", "default": 1},
    "environment": {"type": "dict"},
    "secrets": {"type": "dict", "no_log": True},
    "secrets_as": {"type": "str", "choices": ["environment", "credentials"], "default": "environment", "no_log": False},
    "environment_files": {"type": "list", "elements": "str"},
    "watch": {"type": "list", "elements": "str"},
    "preset": {"type": "str", "default": "generic"},
    "drain_timeout": {"type": "str"},
    "busy_check": {"type": "list", "elements": "str"},
    "check_user": {"type": "str"},
    "limits": {"type": "dict", "options": LIMITS},
    "hardening": {"type": "str", "default": "standard"},
    "needs": {"type": "list", "elements": "str"},
    "hardening_max_exposure": {"type": "float"},
    "writable_paths": {"type": "list", "elements": "str"},
    "state_directory": {"type": "str"},
    "cache_directory": {"type": "str"},
    "logs_directory": {"type": "str"},
    "runtime_directory": {"type": "str"},
    "rollout": {"type": "dict", "options": ROLLOUT},
    "unit": {"type": "dict"},
}


def without_secrets(params: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
    pools = [{**pool, "secrets": hidden(pool.get("secrets"))} for pool in params.get("pools") or []]
    return {**params, "pools": pools}


def main() -> None:
    module = Module(
        {
            "pools": {"type": "list", "elements": "dict", "required": True, "options": POOL},
            "purge": {"type": "bool", "default": False},
            "skip_traps": {"type": "list", "elements": "str", "default": []},
            "confirm": {"type": "str", "default": DEFAULT},
            "_follow": {"type": "str"},
        },
        hide=without_secrets,
    )
    with module.telling_problems():
        pools, problems = understand(module.params.get("pools") or [])
        problems += unknown_ids(module.params["skip_traps"], "skip_traps")
        confirm, wrong = read_confirm(module.params["confirm"])

        orders = Deploy(
            pools,
            known=(*module.unknown(), *problems, *wrong),
            purge=module.params["purge"],
            check_mode=module.check_mode,
            skip_traps=tuple(module.params["skip_traps"]),
            confirm=confirm,
        )
        system = Manager(commands.run, SYSTEM)
        end = task_of(module).carry_out(lambda lock: decide_everywhere(system, orders, lock, diff=module._diff))
    finish(module, end)


if __name__ == "__main__":
    main()
