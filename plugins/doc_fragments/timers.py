# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timers of ``pools``, whose own documentation is about pools."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  timers:
    description:
      - The scheduled jobs of the host. A timer has a service C(NAME.service), which runs a command to its end, and a
        timer unit C(NAME.timer), which starts it at its times. C(docs/timers.md) explains them.
      - Timers are validated, planned, deployed and undone together with the pools. O(purge) removes timers that are not
        listed.
      - A deploy never stops or starts a run. A changed job is that of the next run.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the timer, and of its units C(NAME.timer) and C(NAME.service). No pool may have the same name.
          - Letters, digits, C(_), C(.) and C(-), the first a letter or a digit.
        type: str
        required: true
      state:
        description:
          - V(present) deploys the timer. V(paused) does the same, and stops the timer until it is deployed with another
            state. V(absent) removes it. A run of the job that is under way goes on to its end.
          - To pause it by hand, use M(workers.systemd.pause). When a pause ends, no time of the pause starts a run.
        type: str
        choices: [present, paused, absent]
        default: present
      schedule:
        description:
          - When the job runs, as a calendar event of systemd such as V(Mon..Fri 03:15) or V(hourly), or a list of them
            (see systemd.time(7), Calendar Events). C(systemd-analyze calendar) shows the times of an event.
          - One of O(timers[].schedule) and O(timers[].every) is required, unless O(timers[].state=absent).
          - Times of cron are refused, with the event that means the same.
          - Another schedule counts from the deploy. A time that is over starts no run.
        type: raw
      every:
        description:
          - A time span of systemd between the starts of two runs, such as V(15min). The first run is one span after the
            deploy and after each boot. When a run takes longer, the next one follows immediately.
        type: str
      timezone:
        description:
          - The time zone of O(timers[].schedule), such as V(Europe/Berlin). The default is that of the host.
        type: str
      jitter:
        description:
          - A time span. Each host delays its runs by a part of it, so that not all hosts begin at the same moment
            (RandomizedDelaySec=). The delay of a host is always the same (FixedRandomDelay=).
        type: str
      missed:
        description:
          - A time of O(timers[].schedule) at which the host was off. With V(run), the job runs once after the boot
            (Persistent=). With V(skip), it runs at the next time, as with cron.
        type: str
        choices: [run, skip]
        default: skip
      timeout:
        description:
          - The longest time for a run, as a time span of systemd. After it systemd stops the run, which has failed then
            (TimeoutStartSec=). The default is no limit.
          - A deploy with a shorter time than a run has already taken is refused, because it would end this run.
        type: str
      overlap:
        description:
          - A time of O(timers[].schedule) that comes while a run lasts. A job never runs twice at the same time. With
            V(queue), as systemd does it, one more run follows immediately, however many times came. With V(skip), the
            job waits for the next time after the end of the run. This needs systemd 257 (DeferReactivation=).
        type: str
        choices: [queue, skip]
        default: queue
      lock:
        description:
          - A command that gets a lock, a list of words. Before each run of the job, it runs as the user of the job,
            with its environment and secrets. When it exits with 0, the job runs. When it exits with another status,
            the run is skipped, and this is no failure. Only 255 and a signal are failures (ExecCondition=).
          - With it, a job can be on several hosts, and works on the one that gets the lock.
        type: list
        elements: str
      on_one_of:
        description:
          - A group of the inventory. The timer is on one host of it, and absent on all other hosts. The choice depends
            on the names of the timer and of the hosts only, so it stays. Different timers are on different hosts.
          - When the host leaves the group, the next deploy to the others brings the timer to one of them. The timer
            does not move by itself when its host is down. For that, use O(timers[].lock) and several hosts.
        type: str
      expected:
        description:
          - The longest time without a run of the job, such as V(26h) for a job of each day. O(timers[].alert) reports a
            longer time, also when the timer is stopped or the clock of the host is wrong. It needs an alert.
          - A host that is off or removed reports nothing. For that, let the job call a service that expects its calls.
          - Not with O(timers[].lock).
        type: str
      replaces:
        description:
          - The line of cron that runs the job now. The timer takes it over with C(take_over=now), and only then. The
            line is commented out before the timer starts, so that the job never runs twice. When the timer cannot
            start, or the run dies, the line comes back.
          - Without C(take_over), the deploy warns as long as cron still has the line.
        type: dict
        suboptions:
          manager:
            description: The other manager.
            type: str
            choices: [cron]
            required: true
          file:
            description: The crontab as a path, such as C(/etc/cron.d/app) or C(/var/spool/cron/crontabs/app).
            type: path
            required: true
          line:
            description: The line in that file, exactly.
            type: str
            required: true
      retry:
        description:
          - A run that fails is tried again. All tries are one run, in which the timer starts no other. The run has
            failed when the last try has failed. Its result is that of the last try.
          - C(systemctl stop) ends the run with all its tries, as O(timers[].timeout) does. A deploy does not. All tries
            of a run have the version with which the run began.
          - A shell starts the command again, so O(timers[].command) has no prefix of systemd, such as C(-).
        type: dict
        suboptions:
          times:
            description:
              - How often the run is tried again, from 1 to 100.
            type: int
            required: true
          delay:
            description:
              - The time between the end of a try and the next try, as a time span of systemd.
            type: str
            default: 1min
      command:
        description:
          - The command of the job, in the forms of O(pools[].command). It ends when the job is done.
        type: raw
      scope:
        description:
          - As O(pools[].scope).
        type: str
        choices: [system, user]
        default: system
      user:
        description:
          - As O(pools[].user).
        type: str
      group:
        description:
          - As O(pools[].group).
        type: str
      working_directory:
        description:
          - As O(pools[].working_directory).
        type: str
      environment:
        description:
          - As O(pools[].environment).
        type: dict
      secrets:
        description:
          - As O(pools[].secrets).
        type: dict
      secrets_as:
        description:
          - As O(pools[].secrets_as).
        type: str
        choices: [environment, credentials]
        default: environment
      environment_files:
        description:
          - As O(pools[].environment_files). Each run reads the files as they are then.
        type: list
        elements: str
      limits:
        description:
          - As O(pools[].limits).
        type: dict
        suboptions:
          memory_max:
            description:
              - As O(pools[].limits.memory_max).
            type: str
          memory_high:
            description:
              - As O(pools[].limits.memory_high).
            type: str
          memory_swap_max:
            description:
              - As O(pools[].limits.memory_swap_max).
            type: str
          cpu_quota:
            description:
              - As O(pools[].limits.cpu_quota).
            type: str
          cpu_weight:
            description:
              - As O(pools[].limits.cpu_weight).
            type: str
          tasks_max:
            description:
              - As O(pools[].limits.tasks_max).
            type: str
          io_weight:
            description:
              - As O(pools[].limits.io_weight).
            type: str
      logs:
        description:
          - As O(pools[].logs).
        type: dict
        suboptions:
          burst:
            description:
              - As O(pools[].logs.burst).
            type: int
          per:
            description:
              - As O(pools[].logs.per).
            type: str
          keep:
            description:
              - As O(pools[].logs.keep).
            type: str
          at_most:
            description:
              - As O(pools[].logs.at_most).
            type: str
      hardening:
        description:
          - As O(pools[].hardening).
        type: str
        default: standard
      needs:
        description:
          - As O(pools[].needs).
        type: list
        elements: str
      hardening_max_exposure:
        description:
          - As O(pools[].hardening_max_exposure).
        type: float
      writable_paths:
        description:
          - As O(pools[].writable_paths).
        type: list
        elements: str
      state_directory:
        description:
          - As O(pools[].state_directory).
        type: str
      cache_directory:
        description:
          - As O(pools[].cache_directory).
        type: str
      logs_directory:
        description:
          - As O(pools[].logs_directory).
        type: str
      runtime_directory:
        description:
          - As O(pools[].runtime_directory). It is removed when a run ends.
        type: str
      alert:
        description:
          - As O(pools[].alert), for a run of the job that has failed. It is over when a later run has not failed.
          - Not with O(timers[].scope=user).
        type: dict
        suboptions:
          command:
            description:
              - As O(pools[].alert.command).
            type: list
            elements: str
            required: true
          crashes:
            description: It has no meaning for a job.
            type: int
            default: 3
          within:
            description:
              - As O(pools[].alert.within).
            type: str
            default: 10min
          repeat:
            description:
              - As O(pools[].alert.repeat).
            type: str
            default: 4h
          user:
            description:
              - As O(pools[].alert.user).
            type: str
      unit:
        description:
          - Any directives by section. V(Timer) and V(Install) are those of the timer unit, all others those of the
            service. They override the directives of the collection, as in O(pools[].unit).
        type: dict
"""
