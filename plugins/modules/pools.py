#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pools
short_description: Bring all pools of background workers of a host to their wanted state
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - A pool is one kind of worker. It has a template unit C(NAME@.service), environment files that only root reads,
    and a target C(NAME.target) that groups its instances.
  - One call brings all pools of the host to their wanted state. It installs files, enables and starts missing
    instances, and stops instances that are not wanted any more. It restarts only instances whose process was started
    with an old version. All others keep their processes.
  - The module reads from the running process whether an instance is stale. So the next run also finds what is left
    after an interrupted run, a reboot or a manual restart.
  - Stale instances are restarted in batches, one canary first, see O(pools[].rollout). The module watches each started
    or restarted instance for O(pools[].rollout.min_healthy_time). When one dies in that time, the task fails and shows
    its exit status and its last journal lines. The instances on the previous version are not touched. The last good
    version is restored, and the other instances are immediately restarted on it.
requirements:
  - systemd 247 or newer on the target
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.traps
  - workers.systemd.timers
attributes:
  check_mode:
    support: full
    description: Prints the plan and changes nothing.
    details:
      - A missing account, program or directory is a warning in check mode, because an earlier task of the same play
        might create it.
  diff_mode:
    support: full
    description: Shows the changes in files. For variables and secrets it shows the names, never the values.
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
        description:
          - V(present) deploys the pool. V(absent) stops its instances and removes all of its files.
          - V(paused) deploys the pool too, and its instances finish their current jobs and stay stopped, also after a
            reboot. They stay enabled. With V(present) they start, and are judged like any start.
          - An instance that was paused by hand (M(workers.systemd.pause)) stays paused, and the deploy says so.
        type: str
        choices: [present, paused, absent]
        default: present
      adopt:
        description:
          - With V(true) the pool takes over a template C(NAME@.service) that is not from this collection, with its
            drop-ins, the unit files of single instances, and C(NAME.target). Without it, such a pool is refused.
          - Instances that the unit of the pool would start the same go on. The others are restarted in batches.
          - The previous files are kept as generation 0. A rollback to it, and a pool that does not settle, bring back
            these files, the links that enabled the instances, and the instances that ran.
          - A template of a package stays where it is, and the unit of the pool is read in its place.
          - For a pool that is on the host already, the option does nothing.
        type: bool
        default: false
      replaces:
        description:
          - The program that does the work of the pool under another manager. The pool takes it over with
            O(take_over=now), and only then.
        type: dict
        suboptions:
          manager:
            description: The other manager.
            type: str
            choices: [supervisord, cron, pm2]
            required: true
          program:
            description: The name of the program of supervisord, as in C([program:NAME]), or of the app of PM2.
            type: str
          user:
            description: The user whose PM2 has the app. The default is the user of the pool.
            type: str
          file:
            description: The crontab, such as C(/etc/cron.d/app), as a path.
            type: path
          line:
            description: The line in that file, exactly.
            type: str
          once:
            description:
              - Whether it may run only once, like a scheduler. Then the other manager stops it before the pool starts,
                and never after. Without it the pool settles first, and both run for a moment.
            type: bool
            default: false
      command:
        description:
          - The command that an instance runs. Required unless O(pools[].state=absent). No shell reads it.
          - A list is exact. Every word reaches the program unchanged. The deploy warns about C(%i) in a list.
          - A text is a command line as in systemd. C(%i) is the name of the instance, and C(${VARIABLE}) comes from the
            environment.
          - The program is an absolute path, because a service has neither C(.bashrc) nor the C(PATH) of a login shell.
        type: raw
      scope:
        description:
          - The systemd manager that runs the pool. V(system) is that of the host. V(user) is that of the user, so that
            root runs no part of the pool. C(docs/user-scope.md) explains the differences.
          - With V(user), the first pool switches lingering of the user on. The last pool that is removed switches it
            off, unless it was on before.
          - The scope is part of the identity of the pool. A pool with another scope is another pool. The previous pool
            stays until you remove it.
        type: str
        choices: [system, user]
        default: system
      user:
        description:
          - Name or number of the user that the worker runs as. The default is root.
          - With O(pools[].scope=user), the owner of the manager. Then it is required, also with
            O(pools[].state=absent).
        type: str
      group:
        description:
          - Name or number of the group that the worker runs as. The default is the group of the user.
          - Not with O(pools[].scope=user).
        type: str
      working_directory:
        description:
          - Directory that the worker is started in. The user must be able to enter it.
          - C(%i) is the name of the instance.
        type: str
      instances:
        description:
          - >-
            The number of instances, named V(1) and so on, or a list of their names. Or a range, such as C({min: 2,
            max: 12, backlog: [/usr/local/bin/backlog], each: 50}). Then the pool has as many instances as there is
            work. The service C(workers-agent.service) does that, as for O(pools[].liveness). See C(docs/scaling.md).
          - C(min) instances always run and start at boot. There are never more than C(max), which is at most V(1000).
            A deploy keeps the number of those that run.
          - C(backlog) is a command that prints how many jobs wait, as a whole number. One instance runs for C(each) so
            many of them. It runs as O(pools[].user), with O(pools[].environment) and O(pools[].secrets) as variables.
            No shell reads it. It has 10 seconds. When it fails, the number of instances stays.
          - C(busy) is used in place of C(backlog) and C(each). It is the wanted percentage of busy instances, such as
            V(80%), and needs O(pools[].busy_check).
          - C(every) is how often the work is looked at, from V(1s) to V(1h). The default is V(1s), and V(5s) with
            C(busy).
          - C(fall_after) is how long the pool must need fewer instances before it gets smaller, from V(5s) to V(1d).
            The default is V(5min). Idle instances go first, C(step) at the same time. The default is V(1).
          - With C(rise_after), from V(0s) to V(1d), the pool gets larger only when it has needed more instances for so
            long. The default is V(0s).
          - With C(keep_free), such as V(500M), no instance is added while the host has less available memory.
          - C(priority), from V(1) to V(10000), is compared with that of the other pools that share O(capacity). The
            default is V(100).
          - With O(pools[].scope=user), C(backlog) runs as that user.
          - The variable E(WORKERS_INSTANCE) of the worker has the name.
        type: raw
        default: 1
      after:
        description:
          - Pools of the same call and the same O(pools[].scope) that are brought up before this one, and units that
            systemd starts before its instances, such as V(redis.service).
          - A rollout begins when the pools in the list have settled. When one of them does not settle, this pool is not
            rolled out, and its files are put back. See C(docs/rollouts.md).
          - At boot, systemd starts the instances after the target of each pool and after each unit (After=). This waits
            for the start of a worker, not for its verdict, and it starts no unit. A change restarts no instance.
        type: list
        elements: str
      release:
        description:
          - A link to the release of the application, such as the link C(current) of Deployer and Capistrano. The
            workers run in the directory that the link leads to at the deploy, until a later deploy.
          - That directory takes the place of the link wherever a path begins with the link in O(pools[].command),
            O(pools[].working_directory), O(pools[].environment), O(pools[].writable_paths) and O(pools[].unit). Without
            O(pools[].working_directory), it is the working directory.
          - A link that was moved restarts the instances in the next deploy. A rollback of the pool runs the previous
            directory again, and is refused when that is gone. The worker has the directory in E(WORKERS_RELEASE).
          - See C(docs/day-two.md).
        type: dict
        suboptions:
          link:
            description: The path of the link. The user of the pool must be able to enter what it leads to.
            type: str
            required: true
          pin:
            description: Only V(true) is supported. For workers that follow the link, use O(pools[].watch).
            type: bool
            default: true
      bound_to:
        description:
          - Units of the host that the pool starts and stops with, such as V(app.service). systemd starts the pool when
            it starts one of them, and stops or restarts all instances when it stops or restarts one of them.
          - The pool does not start at boot by itself. It starts at boot with these units.
          - While one of these units does not run, a deploy starts no instance. It brings the files and says so. See
            C(docs/day-two.md).
        type: list
        elements: str
      environment:
        description: Environment variables of the worker. They are in a file that only root reads.
        type: dict
      secrets:
        description:
          - Secret values by name. The collection never shows them. O(pools[].secrets_as) says how the worker gets them.
        type: dict
      secrets_as:
        description:
          - How the worker gets its O(pools[].secrets).
          - With V(environment) the worker gets environment variables, from a file that only root reads.
          - With V(credentials) the worker gets files in the directory of its variable E(CREDENTIALS_DIRECTORY) (see
            systemd.exec(5), Credentials). From systemd 250 on, the files on the disk are encrypted with the key of the
            host. Before 250, they are files that only root reads.
          - C(docs/secrets.md) of this collection explains the protection of each form, and how a worker reads the
            secrets.
        type: str
        choices: [environment, credentials]
        default: environment
      environment_files:
        description:
          - Existing files with environment variables, which the collection does not manage (see systemd.exec(5),
            EnvironmentFile=). A changed content makes the instances stale.
          - systemd reads these files as root, at each start. So the deploy refuses a file that a user other than root
            can replace, through a directory above it or above the target of a link. It also refuses a file that such a
            user can write to, when a command of the unit runs as root.
          - A path with a dash, such as V(-/etc/default/mail-%i), may be missing. The instances are stale when the file
            appears or disappears.
          - C(%i) is the name of the instance.
          - systemd reads neither shell scripts nor dotenv files. The deploy warns about lines that systemd reads
            differently.
        type: list
        elements: str
      watch:
        description:
          - Paths that the worker depends on. A change of one makes the instances stale.
          - A link is compared by its target, a file by its content, and a directory by the names of its entries. A file
            of more than 256 MiB is compared by its identity, size and time.
          - A rollback does not restore these paths, see M(workers.systemd.rollback).
        type: list
        elements: str
      preset:
        description:
          - Directives that keep the jobs of this framework alive when a worker is stopped.
          - One of V(generic), V(php), V(laravel), V(celery), V(rq), V(sidekiq), V(bullmq) and V(node).
            C(docs/stopping-without-losing-jobs.md) lists the directives of each, with the reasons.
          - O(pools[].unit) overrides the preset.
        type: str
        default: generic
      drain_timeout:
        description:
          - The longest time for a stop, as a time span of systemd. After it systemd kills the remaining processes with
            their jobs. It is TimeoutStopSec= of the unit. A change of it restarts no instance.
          - When a stop ends this way, the task fails, and the remaining instances are not restarted. Nothing is rolled
            back, because a rollback would stop the same workers once more.
          - V(infinity) means no limit. The default comes from the preset.
        type: str
      watchdog:
        description:
          - For a worker that sends C(WATCHDOG=1) to systemd (see sd_notify(3)). systemd restarts an instance that has
            sent nothing for this time span, such as V(30s) (C(WatchdogSec=)).
          - The service has C(Type=notify), so the worker must also send C(READY=1) when it has loaded. A deploy fails
            when the worker does not.
        type: str
      liveness:
        description:
          - Restarts an instance that hangs, also long after the deploy. A service on the host,
            C(workers-agent.service), does that. It is there only while a pool has this option.
          - Give O(pools[].liveness.command) or O(pools[].liveness.file).
          - One instance of the pool restarts at a time, as in a deploy. Its stop takes at most
            O(pools[].drain_timeout). No instance restarts while as many are down as O(pools[].rollout.max_parallel)
            allows.
          - When no instance of a pool with several answers, the fault may be elsewhere, such as a broker that is down.
            Then no instance is restarted. The journal of the service says so.
          - With O(pools[].scope=user), the manager of the user has a service of its own for this.
        type: dict
        suboptions:
          command:
            description:
              - A command that asks an instance whether it works. Any status other than 0, or no answer within
                O(pools[].liveness.timeout), is a failure. A command that cannot run is not.
              - It runs on the host as O(pools[].check_user), in an environment of its own. No shell reads it. C(%i) in
                a word is the name of the instance.
            type: list
            elements: str
          every:
            description: How often all instances are asked, from V(1s) to V(1d). The default is V(30s).
            type: str
          timeout:
            description: How long the command may take. The default is V(10s).
            type: str
          failures:
            description: An instance restarts after this number of failures in a row. The default is V(3).
            type: int
          file:
            description:
              - A file that the worker touches, such as C(/run/app/%i.beat). Only its changes count, and not its date.
                So the clock of the host may jump. C(%i) is the name of the instance.
              - A pool with several instances needs a file for each.
            type: str
          max_age:
            description: An instance restarts when its O(pools[].liveness.file) has not changed for so long.
            type: str
      recycle:
        description:
          - Restarts an instance that has become too large or too old, also long after the deploy. The service
            C(workers-agent.service) does that, as for O(pools[].liveness).
          - One instance of the pool restarts at a time, as in a deploy. With O(pools[].busy_check), idle instances are
            first. Its stop takes at most O(pools[].drain_timeout).
          - No instance restarts while another one of the pool does not run. After a restart that went wrong, the pool
            rests for 10 minutes.
          - With O(pools[].scope=user), O(pools[].recycle.memory) needs the memory controller. The manager of
            a user has it on cgroup v2 alone.
        type: dict
        suboptions:
          memory:
            description:
              - An instance with more memory restarts, such as V(400M). Files that the kernel keeps in memory for it do
                not count. The service looks every 15 seconds.
              - It must be below O(pools[].limits.memory_max) and O(pools[].limits.memory_high).
            type: str
          age:
            description:
              - An instance restarts after this time, such as V(6h), or up to a quarter of it earlier. Each instance
                has an age of its own, so that the instances do not restart together.
            type: str
      alert:
        description:
          - Tells an operator of troubles of the pool, also long after the deploy. The service C(workers-agent.service)
            does that, as for O(pools[].liveness). C(docs/alerts.md) has ready commands.
          - The troubles are an instance that dies again and again, one that has failed for good, and one that hangs.
          - Others are an instance that the kernel has killed for its memory, and a version that the host has put back.
          - A trouble is reported once for the pool, again after O(pools[].alert.repeat) while it lasts, and once more
            when it is over.
          - The default is O(alert). With O(pools[].scope=user) there is no default.
        type: dict
        suboptions:
          command:
            description:
              - A command that reads a trouble as JSON from its standard input. Variables such as
                C(WORKERS_ALERT_TEXT) have the same. No shell reads it. It has 30 seconds.
              - When it cannot run, or does not exit with status 0, it runs again later. C(status) says so.
              - Every user of the host can read the command. Keep a token in a file.
            type: list
            elements: str
            required: true
          crashes:
            description: So many deaths of one instance are a trouble.
            type: int
            default: 3
          within:
            description:
              - The time of these deaths, as a time span from V(30s) to V(1d). A trouble is over when nothing has
                happened for so long.
            type: str
            default: 10min
          repeat:
            description: The time after which a trouble that lasts is reported again, from V(1min) to V(31d).
            type: str
            default: 4h
          user:
            description:
              - The user of the command. The default is the user of the pool. A pool of root, or with a user that only
                systemd knows, needs a user here.
              - Not with O(pools[].scope=user), where the command runs as that user.
            type: str
      busy_check:
        description:
          - A command that checks whether an instance runs a job. Status 0 means busy and 1 means idle. Any other
            status, or no answer within 10 seconds, counts as busy.
          - Idle instances are stopped and restarted first. The deploy asks busy ones every second. They follow when
            they are idle, or when no instance became idle for O(pools[].drain_timeout).
          - It runs on the host as O(pools[].check_user), in an environment of its own. No shell reads it. C(%i) in a
            word is the name of the instance.
        type: list
        elements: str
      check_user:
        description:
          - The user that O(pools[].busy_check) and O(pools[].rollout.health_check) run as. The default is the user of
            the pool.
          - With V(root), and for a pool of root, the check, its interpreter and all directories above them must belong
            to root, and only root may write to them. Otherwise their owner could make root run any command.
          - Not allowed with O(pools[].scope=user), where checks run as that user.
        type: str
      limits:
        description: Limits for one instance (see systemd.resource-control(5)).
        type: dict
        suboptions:
          memory_max:
            description: MemoryMax=. An instance that needs more memory is killed and started again.
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
            description: TasksMax=. The highest number of processes and threads.
            type: str
          io_weight:
            description: IOWeight=.
            type: str
      logs:
        description:
          - How many lines an instance may write into the journal, and how long they are kept. journald drops the lines
            above the limit.
          - The default of journald is 10000 lines in 30 s.
          - A failed deploy shows the last lines of a worker. Lines that journald has dropped are not among them.
          - Not with O(pools[].scope=user), where the journal has no setting for each unit.
        type: dict
        suboptions:
          burst:
            description:
              - The number of lines in O(pools[].logs.per) (LogRateLimitBurst=). V(0) means no limit.
              - journald allows up to six times as many while the disk has much free space.
            type: int
          per:
            description: A time span of systemd (LogRateLimitIntervalSec=). V(0) means no limit.
            type: str
          keep:
            description:
              - How long the lines are kept, such as V(7d). journald deletes lines at most a tenth of this time later.
              - The pool gets a journal namespace of its own, C(workers-NAME), and a journald that uses about 10 MB of
                memory. Read the lines with C(journalctl --namespace=workers-NAME).
              - journald deletes lines earlier when they need more space than O(pools[].logs.at_most).
              - Setting this option or leaving it out restarts the instances. Another time does not.
            type: str
          at_most:
            description:
              - The space on the disk for the lines of O(pools[].logs.keep), from V(16M) on, such as V(1G)
                (SystemMaxUse= of journald.conf(5)). journald deletes the oldest lines first.
              - The default of journald is 10 % of the file system, and at most 4 GB.
              - Another size restarts no instance.
            type: str
      hardening:
        description:
          - A profile of directives that removes rights from the worker (see systemd.exec(5)).
          - V(standard) removes rights that queue workers do not use. V(strict) also removes just-in-time compilers, the
            list of network interfaces and a shared C(/tmp), and makes all other paths read-only. V(no_network) is
            V(strict) without a network. V(off) sets no directives.
          - C(docs/hardening.md) of this collection lists every directive and its effect on a worker.
          - O(pools[].unit) overrides the profile, directive by directive. A directive that the systemd of the host does
            not have is left out, and the result lists it.
        type: str
        default: standard
      needs:
        description:
          - Rights that the worker needs and that O(pools[].hardening) would remove. The directives that remove them are
            left out or changed.
          - Any of V(devices), V(home), V(jit), V(namespaces), V(proc), V(raw_sockets), V(realtime), V(root), V(setuid),
            V(shared_files) and V(shared_tmp). C(docs/hardening.md) explains each.
          - A pool that runs as root always has V(root) in the profile V(standard).
        type: list
        elements: str
      hardening_max_exposure:
        description:
          - The highest score that C(systemd-analyze security) may give the unit, from 0 to 10. A lower score is better.
            A unit with a higher score is refused before anything changes.
          - Up to systemd 249 the drop-ins of the unit do not count.
        type: float
      writable_paths:
        description:
          - Paths that the worker may write to although its profile makes them read-only (ReadWritePaths=). They must
            exist. File permissions apply as before.
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
        description: The pace and the checks of restarts of stale instances.
        type: dict
        suboptions:
          canary:
            description:
              - The number of instances that are restarted before all others. When one of them fails, the others are not
                touched.
              - V(0) means no canary. The number is never more than O(pools[].rollout.max_parallel).
            type: int
            default: 1
          max_parallel:
            description:
              - The number of instances that may be down at the same time, as a count or as a percentage of the
                instances.
              - A percentage rounds down, but to at least 1.
              - An instance that is down for another reason counts too. Then fewer are restarted at the same time, or no
                instance until it is back.
            type: str
            default: 25%
          surge:
            description:
              - Adds instances during a rolling restart, as many as may be down at the same time, so that the pool never
                has fewer than O(pools[].instances). They start first, have the numbers after the last instance, and are
                stopped at the end.
              - The added instances run the new version first, in place of O(pools[].rollout.canary). When one of them
                fails, no other instance was touched.
              - During this time more workers run than O(pools[].instances) says. Do not use it for a worker that may
                run only once, such as a scheduler.
              - Needs O(pools[].instances) as a count, and paths without C(%i) in O(pools[].environment_files) and
                O(pools[].working_directory).
            type: bool
            default: false
          min_healthy_time:
            description:
              - The time that an instance must run without dying to count as healthy, as a time span of systemd. It
                begins when the instance is up. For C(Type=notify) this is when it is ready. For Celery and RQ it is
                when they handle the stop signal, which they do after they have loaded.
            type: str
            default: 3s
          healthy_deadline:
            description:
              - The longest time from the start of an instance until it counts as healthy, as a time span of systemd.
                The stop of the previous process has its own limit, O(pools[].drain_timeout).
              - systemd has the same limit for a start (C(TimeoutStartSec=)), unless O(pools[].unit) sets it.
              - A rollout also waits this long for an instance that is down for another reason.
            type: str
            default: 5m
          progress_deadline:
            description:
              - The longest time that a rollout continues without another instance that settles, as a time span of
                systemd. V(0) means no limit, because each instance has its O(pools[].rollout.healthy_deadline).
            type: str
            default: "0"
          order:
            description:
              - The order of restarts. Numbers in names are compared as numbers, so that 10 comes after 9.
            type: str
            choices: [ascending, descending]
            default: ascending
          on_failure:
            description:
              - The reaction when an instance fails. No further instance is restarted in any case.
              - V(rollback) immediately restores the last good version, and restarts on it the instances that the run
                started or restarted.
              - V(stop) leaves everything as it is, and watches the other instances of the batch to the end.
            type: str
            choices: [rollback, stop]
            default: rollback
          health_check:
            description:
              - A command that must exit with status 0 before an instance counts as healthy, after
                O(pools[].rollout.min_healthy_time). It runs on the host as O(pools[].check_user), in an environment of
                its own. No shell reads it.
              - C(%i) in a word is the name of the instance.
              - It has 10 seconds. When it fails, it runs again every second, until O(pools[].rollout.healthy_deadline).
            type: list
            elements: str
      unit:
        description:
          - Any directives of the template unit, by section. They override the directives of the collection.
          - They work like a systemd drop-in. A directive with one value is replaced. Values for a list directive, such
            as C(OnFailure=), C(After=) or C(SystemCallFilter=), are added.
          - A list repeats the directive. An empty text resets the values before it, also those of the collection, so
            V(["", "@basic-io"]) is a list with one value.
          - The deploy warns about a reset that removes a setting that the collection needs.
        type: dict
      per_instance:
        description:
          - Settings of single instances, by the name of the instance. With a count the names are the
            numbers.
          - The instance gets the options of the pool and then these. A variable with the same name, a limit and a
            directive with one value replace that of the pool. Values for a list directive are added, as in
            O(pools[].unit).
          - A change restarts this instance alone, or no instance when the change needs no restart.
          - A name that is not in the list of names is refused. A number above the count is a warning, so that a pool
            may have fewer instances for a while, or on some hosts.
          - Each instance has the suboptions V(environment), V(secrets), V(limits) and V(unit), which are as those of
            the pool. O(pools[].secrets_as) says how it gets its secrets.
          - All instances have the user of the pool, so V(unit) may not set C(User=), C(Group=), C(DynamicUser=) and
            C(SupplementaryGroups=). It may not reset a dependency such as C(After=) either, because systemd cannot do
            that for one instance.
        type: dict
  alert:
    description:
      - The O(pools[].alert) of all pools and timers of the system that have none of their own.
    type: dict
    suboptions:
      command:
        description:
          - A command that reads a trouble as JSON from its standard input. Variables such as
            C(WORKERS_ALERT_TEXT) have the same. No shell reads it. It has 30 seconds.
          - When it cannot run, or does not exit with status 0, it runs again later. C(status) says so.
          - Every user of the host can read the command. Keep a token in a file.
        type: list
        elements: str
        required: true
      crashes:
        description: So many deaths of one instance are a trouble.
        type: int
        default: 3
      within:
        description:
          - The time of these deaths, as a time span from V(30s) to V(1d). A trouble is over when nothing has
            happened for so long.
        type: str
        default: 10min
      repeat:
        description: The time after which a trouble that lasts is reported again, from V(1min) to V(31d).
        type: str
        default: 4h
      user:
        description:
          - The user of the command. The default is the user of the pool. A pool of root, or with a user that only
            systemd knows, needs a user here.
        type: str
  purge:
    description:
      - Whether to remove pools and timers that this collection has deployed and that are not in O(pools) or O(timers),
        also those in managers of users.
      - Units that are not from this collection are never touched.
      - Pools are removed after all pools of the run have settled, also those with O(pools[].state=absent). When a pool
        does not settle, no pool is removed.
      - When two playbooks with different lists purge the same host, each removes the pools of the other.
    type: bool
    default: false
  confirm:
    description:
      - A run that was killed gives no sign of life. After this time the host itself restores the last good versions and
        finishes removals. After a reboot it does so immediately.
      - A run that waits for a worker to finish its job gives signs of life.
      - At least V(2s).
    type: str
    default: 60s
  metrics:
    description:
      - A directory in which the agent of the host keeps the file C(workers.prom), with figures of all pools and timers
        of the system for Prometheus. It is the directory of the textfile collector of node exporter, such as
        C(/var/lib/prometheus/node-exporter) on Debian. C(docs/metrics.md) has the figures, alert rules and a dashboard.
      - The service C(workers-agent.service) writes the file every 15 seconds, as for O(pools[].liveness). It makes no
        directory. Without the directory, the deploy warns.
      - A pool is in the file from its next deploy with this option, and leaves it with the next deploy without the
        option. The file goes when no pool asks for it any more.
      - Pools with O(pools[].scope=user) are not in the file, because the agent belongs to root, and looks after pools
        of root.
    type: path
  capacity:
    description:
      - The instances, or the memory, that all pools of the system share which were deployed with this option. A burst
        in one queue then takes no more than its share, and C(docs/scaling.md) says how large that is. With both, an
        instance needs room in both.
      - Each pool always has the C(min) of its O(pools[].instances), and a pool with a fixed number has that number. The
        rest goes to the ranges that want more, by their C(priority). Timers do not count, and neither do pools with
        O(pools[].scope=user).
      - A pool shares from its next deploy with this option, until its next deploy without it. When pools were deployed
        with different numbers, the smallest counts, and the deploy warns.
      - A deploy is refused when the instances that always run are more than the capacity.
    type: dict
    suboptions:
      instances:
        description: The number of instances that these pools have together, from V(1) to V(100000).
        type: int
      memory:
        description:
          - The memory that the instances of these pools may have together, such as V(8G).
          - Each instance counts with its O(pools[].limits.memory_max), which each of these pools then needs, as an
            amount and not as a percentage. When an option of O(pools[].per_instance) changes it, the largest one of the
            pool counts for all of its instances.
        type: str
  take_over:
    description:
      - With V(now) pools and timers take over the work of other managers that O(pools[].replaces) and
        O(timers[].replaces) name. The other manager stops it, and a mark in its file asks it not to start it again.
        When a pool does not settle, or the run dies, the other manager runs it again.
      - With V(undo) the other managers run their work again, and the pools and timers that had taken it
        over are removed.
    type: str
    choices: [never, now, undo]
    default: never
seealso:
  - module: workers.systemd.pause
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

- name: One worker for each queue, with settings of their own for two of them
  workers.systemd.pools:
    pools:
      - name: mastodon
        command: /home/mastodon/live/bin/bundle exec sidekiq -c ${THREADS} -q %i
        user: mastodon
        working_directory: /home/mastodon/live
        needs: [home]
        instances: [default, push, ingress, scheduler]
        environment:
          RAILS_ENV: production
          THREADS: 10
          DB_POOL: 10
        preset: sidekiq
        per_instance:
          ingress:
            environment: {THREADS: 25, DB_POOL: 25}
            limits: {memory_max: 2G}
          scheduler:
            environment: {THREADS: 5, DB_POOL: 5}

- name: A worker in the manager of its user, without root
  workers.systemd.pools:
    pools:
      - name: reports
        scope: user
        user: app
        command: [/home/app/venv/bin/rq, worker, reports]
        preset: rq

- name: Deploy a pool and keep its workers stopped
  workers.systemd.pools:
    pools:
      - name: app-queue
        state: paused
        command: [/usr/bin/php, /var/www/app/artisan, queue:work]
        user: www-data
        preset: laravel

- name: A job at a quarter past three on working days, and one every ten minutes
  workers.systemd.pools:
    pools: []
    timers:
      - name: report
        command: [/usr/local/bin/report, --all]
        user: app
        schedule: Mon..Fri 03:15
        missed: run
        timeout: 2h
      - name: sync
        command: [/usr/local/bin/sync]
        user: app
        every: 10min
        jitter: 1min

- name: Remove a pool
  workers.systemd.pools:
    pools:
      - name: app-queue
        state: absent
"""

RETURN = r"""
pools:
  description:
    - The result for each pool and each timer, by its name, also for purged ones.
    - A pool in the manager of a user is C(USER/NAME).
  returned: always
  type: dict
  contains:
    generation:
      description: Short name of the wanted version of the pool. Equal files have an equal name.
      type: str
      returned: for a pool that is there
      sample: 3f9a1c07
    instances:
      description: How many instances of a range the run keeps.
      type: str
      returned: for a pool with a range
      sample: 7 of 2 to 12
    left_out:
      description: Directives of the profile that the host's systemd does not have or may not set. The unit does not
        have them.
      type: list
      elements: str
      returned: for a pool that is there
      sample: [PrivateIPC]
    paused:
      description: The instances that stay stopped after the run, by unit, each with the time and the reason. The value
        of C(by) is V(deploy), V(hand) or V(bound_to), which has no time.
      type: dict
      returned: for a pool that is there
      sample:
        app-queue@2.service:
          since: "2026-11-24T16:36:19Z"
          reason: the broker moves to another host
          by: hand
    exposure:
      description: The exposure of the unit, the score of C(systemd-analyze security), from 0 to 10. A lower score is
        better.
      type: dict
      returned: for a pool whose unit changes, or that has O(pools[].hardening_max_exposure)
      contains:
        score:
          description: The score of the wanted unit.
          type: float
          returned: always
          sample: 2.0
        before:
          description: The score of the installed unit; none without one.
          type: float
          returned: always
          sample: 9.2
    next_runs:
      description: The next three times of a timer, on the clock of the host. Empty when its schedule never comes.
      type: list
      elements: str
      returned: for a timer with O(timers[].schedule) that is there
      sample: ["Mon 2026-11-30 03:15:00 UTC"]
    plan:
      description: The steps, each with its reason. In check mode these are the steps that a run would take.
      type: list
      elements: dict
      returned: always
      sample:
        - verb: restart
          subject: app-queue@1.service
          because: started with another environment
    removed:
      description: Whether the pool is removed. V(false) when another pool of the run did not settle.
      type: bool
      returned: for a pool that is to be removed, when not in check mode
    verdicts:
      description:
        - The verdict on each started or restarted instance, by its unit. An instance whose stop ended in SIGKILL is
          V(killed-at-stop), also when it is not wanted any more.
      type: dict
      returned: for a pool with instances, or with such a stop, when not in check mode
      sample:
        app-queue@1.service: "settled: ran 3 s without a restart"
    number:
      description: Number of this version on the host.
      type: int
      returned: when the version of the pool changed
    rolled_back_to:
      description:
        - The generation that was restored because the new one was bad.
        - None when the new one was the first. Then everything that it created was removed.
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
      description: The verdict on each instance that was restarted on the restored generation, by its unit.
      type: dict
      returned: when the new version was bad and was undone
    spared:
      description: Stale units that were not restarted, because an instance before them failed.
      type: list
      elements: str
      returned: for a pool with instances, when not in check mode
    lowest_active:
      description:
        - The lowest number of wanted instances that were up during the run. An instance that restarts counts as down
          until it was seen up.
      type: int
      returned: for a pool with instances, when not in check mode
      sample: 3
resumed:
  description: The changes of an earlier run that was killed. This run continued them.
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
      description: The last journal lines of that run of the instance, without secrets.
      type: list
      elements: str
      returned: always
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.table import unknown_ids
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import (
    alert,
    capacity,
    liveness,
    per_instance,
    policy,
    recycle,
    release,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.metrics import read_metrics
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import DEFAULT, read_confirm
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module, hidden
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import finish, task_of
from ansible_collections.workers.systemd.plugins.module_utils._host.users.everywhere import Everywhere

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
REPLACES = {
    "manager": {"type": "str", "choices": ["supervisord", "cron", "pm2"], "required": True},
    "program": {"type": "str"},
    "user": {"type": "str"},
    "file": {"type": "path"},
    "line": {"type": "str"},
    "once": {"type": "bool", "default": False},
}
POOL = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "paused", "absent"], "default": "present"},
    "adopt": {"type": "bool", "default": False},
    "replaces": {"type": "dict", "options": REPLACES},
    "scope": {"type": "str", "choices": ["system", "user"], "default": "system"},
    "command": {"type": "raw"},
    "user": {"type": "str"},
    "group": {"type": "str"},
    "working_directory": {"type": "str"},
    "after": {"type": "list", "elements": "str"},
    "bound_to": {"type": "list", "elements": "str"},
    "release": {"type": "dict", "options": release.OPTIONS},
    "instances": {"type": "raw", "default": 1},
    "environment": {"type": "dict"},
    "secrets": {"type": "dict", "no_log": True},
    "secrets_as": {"type": "str", "choices": ["environment", "credentials"], "default": "environment", "no_log": False},
    "environment_files": {"type": "list", "elements": "str"},
    "watch": {"type": "list", "elements": "str"},
    "preset": {"type": "str", "default": "generic"},
    "drain_timeout": {"type": "str"},
    "watchdog": {"type": "str"},
    "liveness": {"type": "dict", "options": liveness.OPTIONS},
    "recycle": {"type": "dict", "options": recycle.OPTIONS},
    "alert": {"type": "dict", "options": alert.OPTIONS},
    "busy_check": {"type": "list", "elements": "str"},
    "check_user": {"type": "str"},
    "limits": {"type": "dict", "options": LIMITS},
    "logs": {
        "type": "dict",
        "options": {
            "burst": {"type": "int"},
            "per": {"type": "str"},
            "keep": {"type": "str"},
            "at_most": {"type": "str"},
        },
    },
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
    "per_instance": {"type": "dict"},
}
# Of these a timer has the same as a pool.
SHARED = (
    "name",
    "scope",
    "command",
    "user",
    "group",
    "working_directory",
    "environment",
    "secrets",
    "secrets_as",
    "environment_files",
    "limits",
    "logs",
    "hardening",
    "needs",
    "hardening_max_exposure",
    "writable_paths",
    "state_directory",
    "cache_directory",
    "logs_directory",
    "runtime_directory",
    "unit",
    "alert",
)
OF_CRON = {
    "manager": {"type": "str", "choices": ["cron"], "required": True},
    "file": {"type": "path", "required": True},
    "line": {"type": "str", "required": True},
}
RETRY = {"times": {"type": "int", "required": True}, "delay": {"type": "str", "default": "1min"}}
TIMER = {
    "state": {"type": "str", "choices": ["present", "paused", "absent"], "default": "present"},
    "schedule": {"type": "raw"},
    "every": {"type": "str"},
    "timezone": {"type": "str"},
    "jitter": {"type": "str"},
    "missed": {"type": "str", "choices": ["run", "skip"], "default": "skip"},
    "timeout": {"type": "str"},
    "retry": {"type": "dict", "options": RETRY},
    "overlap": {"type": "str", "choices": ["queue", "skip"], "default": "queue"},
    "lock": {"type": "list", "elements": "str"},
    "on_one_of": {"type": "str"},
    "expected": {"type": "str"},
    "replaces": {"type": "dict", "options": OF_CRON},
    **{option: POOL[option] for option in SHARED},
}


def without_secrets(params: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
    pools = [
        {
            **pool,
            "secrets": hidden(pool.get("secrets")),
            "per_instance": per_instance.shown(pool.get("per_instance"), hidden),
        }
        for pool in params.get("pools") or []
    ]
    timers = [{**timer, "secrets": hidden(timer.get("secrets"))} for timer in params.get("timers") or []]
    return {**params, "pools": pools, "timers": timers}


def secrets_of_instances(params: t.Mapping[str, t.Any]) -> t.Set[str]:
    given = [pool.get("per_instance") for pool in params.get("pools") or []]
    return {str(value) for one in given for value in per_instance.secrets_in(one)}


def of_all(params: t.Mapping[str, t.Any], option: str, **more: t.Any) -> t.List[t.Dict[str, t.Any]]:
    """The pools or timers. Those of the system get ``more``, and the alert of all when they have none of their own."""
    return [
        one
        if one.get("scope") == "user"
        else {**one, **more, "alert": params["alert"] if one.get("alert") is None else one["alert"]}
        for one in params.get(option) or []
    ]


def understood(module: Module) -> Deploy:
    """Returns the order in the options, with all problems of the input. A run adds the problems of the host."""
    metrics, unwritable = read_metrics(module.params["metrics"], "metrics")
    shared, too_much = capacity.read_capacity(module.params["capacity"])
    pools, problems = understand(
        of_all(module.params, "pools", metrics=metrics, capacity=shared),
        of_all(module.params, "timers", metrics=metrics),
    )
    traps = unknown_ids(module.params["skip_traps"], "skip_traps")
    confirm, wrong = read_confirm(module.params["confirm"])
    return Deploy(
        pools,
        problems=(*module.unknown(), *problems, *traps, *wrong, *unwritable, *too_much),
        purge=module.params["purge"],
        check_mode=module.check_mode,
        diff=module._diff,
        skip_traps=tuple(module.params["skip_traps"]),
        confirm=confirm,
        take_over=module.params["take_over"],
    )


def main() -> None:
    module = Module(
        {
            "pools": {"type": "list", "elements": "dict", "required": True, "options": POOL},
            "timers": {"type": "list", "elements": "dict", "default": [], "options": TIMER},
            "purge": {"type": "bool", "default": False},
            "skip_traps": {"type": "list", "elements": "str", "default": []},
            "confirm": {"type": "str", "default": DEFAULT},
            "alert": {"type": "dict", "options": alert.OPTIONS},
            "metrics": {"type": "path"},
            "capacity": {"type": "dict", "options": capacity.OPTIONS},
            "take_over": {"type": "str", "choices": ["never", "now", "undo"], "default": "never"},
        },
        hide=without_secrets,
        followed=True,
    )
    # Ansible itself cannot know of them: the names of instances are free.
    module.no_log_values.update(secrets_of_instances(module.params))
    with module.telling_problems():
        order = understood(module)
        end = task_of(module).carry_out(Everywhere(order))
    finish(module, end)


if __name__ == "__main__":
    main()
