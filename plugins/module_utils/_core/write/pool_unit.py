# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of the units of a pool: its template unit, the drop-ins of single instances, and its target."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import render_environment
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH, render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    Value,
    last_text,
    render,
    value_texts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.time_span import (
    is_time_span,
    seconds,
    seconds_or_endless,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import (
    credentials,
    hardening,
    own_lists,
    presets,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, Sections
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT
from ansible_collections.workers.systemd.plugins.module_utils._core.write import bonds, duties, release
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import UNIT_MARKER, process_digest
from ansible_collections.workers.systemd.plugins.module_utils._core.write.retry import trying

# systemd 254 grows the delay between restarts by itself (systemd.service(5), RestartSteps=).
GROWING_DELAY_SINCE = 254
LONGEST_DELAY = "10s"
# A worker connects to a broker. network.target only means that the network is being set up. A user manager has neither
# of the two targets: it starts when users may log in, and a worker that starts too early is restarted.
NETWORK = {"Wants": "network-online.target", "After": "network-online.target"}
# A percent sign that does not begin ``%i``, the specifier of this collection.
OTHER_PERCENT = re.compile("%(?!i)")
# Sections of `unit` that are those of NAME.timer.
OF_THE_TIMER = ("Timer", "Install")
WAIT_UNTIL_IDLE = 'while kill -0 "$MAINPID" 2>/dev/null && "$0" "$@"; do sleep 1; done'


def template_text(
    pool: Pool, systemd: int, env_files: t.Sequence[str], credential_files: t.Sequence[t.Tuple[str, str]] = ()
) -> str:
    """Text of ``NAME@.service``, or of ``NAME.service`` of a timer, for a target with this systemd version.

    ``env_files`` are the paths for EnvironmentFile= in order. ``credential_files`` are the names of credentials and the
    paths of their files. The unit has a digest of all parts of it that a running process depends on. The digest is in
    the environment of the process and in a field of its journal entries.
    """
    sections = _template_sections(pool, systemd, env_files, credential_files)
    digest = process_digest(sections)
    service = sections["Service"]
    service["Environment"] = [*value_texts(service["Environment"]), render_environment(UNIT_MARKER, digest)]
    service["LogExtraFields"] = _log_fields(pool, digest, service)
    return render(sections, _header(f"{pool.kind.capitalize()} {pool.name}"))


# Large: each parameter is one kind of files that a unit names.
def drop_in_text(
    pool: Pool,
    instance: str,
    systemd: int,
    env_files: t.Tuple[t.Sequence[str], t.Sequence[str]],
    credential_files: t.Tuple[t.Sequence[t.Tuple[str, str]], t.Sequence[t.Tuple[str, str]]],
) -> str:
    """Text of the drop-in of one instance: what it has beside, or in place of, the template.

    Of the files, first those of the template come and then those of the instance. When a process would be another one
    with the drop-in, the drop-in has a digest of both, in place of that in the template.
    """
    template = _template_sections(pool, systemd, env_files[0], credential_files[0])
    sections = _own_sections(pool, instance, template, env_files[1])
    service = sections["Service"]
    if credential_files[1]:
        service.update(_own_credentials(template["Service"], service, credential_files, systemd))
    digest = process_digest(template, sections)
    if digest != process_digest(template):
        service["Environment"] = render_environment(UNIT_MARKER, digest)
        # The reset takes back the digest in the template, so each line of the journal has one.
        of_template = value_texts(template["Service"].get("LogExtraFields", []))
        more = {"LogExtraFields": [*of_template, *value_texts(service.get("LogExtraFields", []))]}
        service["LogExtraFields"] = ["", *_log_fields(pool, digest, more)]
    return render(
        {section: lines for section, lines in sections.items() if lines}, _header(f"Instance {instance} of {pool.name}")
    )


def _log_fields(pool: Pool, digest: str, service: t.Mapping[str, Value]) -> t.List[str]:
    more = value_texts(service.get("LogExtraFields", []))
    return [f"WORKERS_POOL={pool.name}", f"{UNIT_MARKER}={digest}", *more]


def _own_sections(pool: Pool, instance: str, template: Sections, env_files: t.Sequence[str]) -> Sections:
    own = pool.own[instance]
    sections: Sections = {section: dict(directives) for section, directives in own.unit.items()}
    service = sections.setdefault("Service", {})
    sections["Service"] = {**own.limits, **service, **({"EnvironmentFile": list(env_files)} if env_files else {})}
    sections[marks.OWNER_SECTION] = dict(template[marks.OWNER_SECTION])
    return sections


def _own_credentials(
    template: t.Mapping[str, Value],
    own: t.Mapping[str, Value],
    files: t.Tuple[t.Sequence[t.Tuple[str, str]], t.Sequence[t.Tuple[str, str]]],
    systemd: int,
) -> t.Dict[str, t.List[str]]:
    """The lines that hand out all credentials again, those of the instance in place of others of the same name.

    Which of two lines of one name counts, depends on the version of systemd. An empty line takes back all of them.
    """
    lines = credentials.directives(files[1], systemd)
    # The template has a guard when it has credentials.
    guards = {} if files[0] else {key: value for key, value in lines.items() if key not in credentials.LOADS}
    guard = {key: [*value_texts(own.get(key, [])), *value] for key, value in guards.items()}
    names = {name for name, _path in files[1]}
    loads: t.Dict[str, t.List[str]] = {}
    for key in credentials.LOADS:
        given = [*value_texts(template.get(key, [])), *value_texts(own.get(key, []))]
        kept = [line for line in given if line.partition(":")[0] not in names]
        loads[key] = [*kept, *lines.get(key, [])]
    first = credentials.LOADS[0]
    return {**guard, first: ["", *loads[first]], **{key: loads[key] for key in credentials.LOADS[1:] if loads[key]}}


def group_text(places: Places, pool: Pool) -> str:
    """Text of ``NAME.target`` or ``NAME.timer``.

    The target starts the enabled instances at boot, and its stop stops all instances. The timer starts the service at
    its times, and its stop lets a run go on.
    """
    if pool.schedule is None:
        of_unit, install = bonds.lines(pool, places.default_target)
        sections: Sections = {
            "Unit": {"Description": f"All instances of the worker pool {pool.name}", **of_unit},
            "Install": install,
            marks.OWNER_SECTION: {"Pool": pool.name, **duties.lines(pool)},
        }
    else:
        sections = {
            "Unit": {"Description": f"Times of the job {pool.name}", "After": f"{marks.RECOVERY_EARLY}.service"},
            "Timer": pool.schedule.directives,
            "Install": {"WantedBy": "timers.target"},
            marks.OWNER_SECTION: {"Pool": pool.name, **duties.lines(pool)},
        }
        _add(sections, {section: keys for section, keys in pool.unit.items() if section in OF_THE_TIMER})
    return render(sections, _header(f"{pool.kind.capitalize()} {pool.name}"))


def _header(what: str) -> t.List[str]:
    return [f"{what}, managed by workers.systemd: the next deploy replaces what is changed here."]


def own_sections(pool: Pool, systemd: int, env_files: t.Sequence[str] = ()) -> Sections:
    """The sections of the template without the ``unit`` option and without credentials."""
    preset = presets.directives(pool.preset)
    kind = preset["Type"] if pool.schedule is None else "oneshot"
    service: t.Dict[str, t.Any] = {"Type": kind, "ExecStart": _exec_start(pool)}
    for directive, value in (("User", pool.user), ("Group", pool.group), ("WorkingDirectory", pool.working_directory)):
        if value is not None:
            service[directive] = OTHER_PERCENT.sub("%%", value) if directive == "WorkingDirectory" else value
    service["Environment"] = ["WORKERS_POOL=%p", *([] if pool.schedule else ["WORKERS_INSTANCE=%i"])]
    if pool.release and pool.release.directory:
        service["Environment"].append(f"{release.VARIABLE}={pool.release.directory}")
    service["EnvironmentFile"] = list(env_files)
    if pool.schedule is None:
        service.update(_restart_policy(systemd, pool.unit.get("Service", {})))
        service.update({**_start(pool), **preset, **_drain(pool, preset), "SyslogIdentifier": "%p@%i"})
    else:
        service.update({"TimeoutStartSec": pool.schedule.timeout, "SyslogIdentifier": "%p"})
        service.update({"ExecCondition": render_argv(pool.schedule.lock)} if pool.schedule.lock else {})
    if pool.watchdog:
        # A worker that does not speak to systemd fails its first start, and so the deploy. With another type, systemd
        # would kill it again and again, long after the deploy.
        service.update({"Type": "notify", "WatchdogSec": pool.watchdog})
    service.update({**pool.limits, **pool.logs, **pool.guards, **_directories(pool)})
    sections: Sections = {"Unit": _unit_section(pool, systemd), "Service": service}
    if pool.schedule is None:
        sections["Install"] = {"WantedBy": unit_name.target(pool.name)}
    sections[marks.OWNER_SECTION] = {"Pool": pool.name, **release.lines(pool)}
    return sections


def _exec_start(pool: Pool) -> str:
    retry = pool.schedule.retry if pool.schedule else None
    return trying(retry, pool.exec_start) if retry else pool.exec_start


def _unit_section(pool: Pool, systemd: int) -> t.Dict[str, Value]:
    if pool.schedule is None:
        part_of = {"PartOf": unit_name.target(pool.name)}
        return {"Description": f"Worker {pool.name} %i", **_order(pool), **part_of, **_start_limit(systemd)}
    # A start limit would end a job that runs often. It is for services that restart.
    return {"Description": f"Job {pool.name}", **_order(pool), "StartLimitIntervalSec": 0}


def _order(pool: Pool) -> t.Dict[str, Value]:
    """The units that an instance starts after.

    A target is up when the start jobs of its instances are done: systemd orders it after what it starts (target units
    in systemd.target(5), DefaultDependencies=).
    """
    network = {} if pool.manager_of or pool.hardening in hardening.OFFLINE else NETWORK
    before = [unit_name.target(name) if name in pool.pools_before else name for name in pool.after]
    return {**network, "After": [*value_texts(network.get("After", [])), *before]}


def _template_sections(
    pool: Pool, systemd: int, env_files: t.Sequence[str], credential_files: t.Sequence[t.Tuple[str, str]]
) -> Sections:
    sections = own_sections(pool, systemd, env_files)
    others = OF_THE_TIMER if pool.schedule else ()
    _add(sections, {section: keys for section, keys in pool.unit.items() if section not in others})
    # These lines follow the lines of the operator, who may set other units, credentials and commands. A reset in the
    # lines of the operator then does not remove those of this collection.
    sections["Unit"]["After"] = [*value_texts(sections["Unit"].get("After", [])), f"{marks.RECOVERY_EARLY}.service"]
    service = sections["Service"]
    for directive, lines in credentials.directives(credential_files, systemd).items():
        service[directive] = [*value_texts(service.get(directive, [])), *lines]
    return sections


def _add(sections: Sections, unit: t.Mapping[str, t.Mapping[str, Value]]) -> None:
    """What the operator writes has the last word."""
    for section, directives in unit.items():
        there = sections.setdefault(section, {})
        for directive, value in directives.items():
            there[directive] = own_lists.merged(section, directive, there.get(directive, []), value)


def _start(pool: Pool) -> t.Dict[str, str]:
    """How long systemd waits for a start: as long as a rollout waits.

    systemd's default of 90 s would end a start that a longer ``healthy_deadline`` allows. With Type=oneshot, the start
    is the whole job, and systemd sets no limit for it (systemd.service(5), TimeoutStartSec=).
    """
    if last_text(pool.unit.get("Service", {}).get("Type", []), "") == "oneshot":
        return {}
    return {"TimeoutStartSec": f"{pool.rollout.healthy_deadline:.6f}".rstrip("0").rstrip(".")}


def _drain(pool: Pool, preset: t.Mapping[str, str]) -> t.Dict[str, t.Any]:
    """How long a stop may take, and its commands before SIGTERM.

    The stop sends the quiet signal and then waits until the busy check reports idle. The unit does this, and not the
    rollout: after the quiet signal a worker never takes a job again, so the stop must follow in any case. The wait ends
    one second before the timeout of systemd, because systemd counts an ExecStop= that takes too long as a failed stop.
    """
    drain: t.Dict[str, t.Any] = {"TimeoutStopSec": pool.drain_timeout} if pool.drain_timeout else {}
    if "ExecStop" in preset and not pool.rollout.busy_check:
        # An empty list writes no line. When SIGTERM follows immediately, the quiet signal gives the worker no more
        # time. With the signal, Sidekiq 6.4.1 lost one of 1,000 jobs; without it, no job was lost
        # (molecule/no_lost_jobs).
        drain["ExecStop"] = []
    elif "ExecStop" in preset:
        most = presets.stop_time(pool.preset, pool.drain_timeout)
        # For timeout(1), 0 means no limit.
        seconds = "0" if most == math.inf else f"{max(1.0, most - 1):g}"
        prefix, check = _as_check_user(pool)
        wait = ["/usr/bin/timeout", seconds, "/bin/sh", "-c", WAIT_UNTIL_IDLE, *check]
        drain["ExecStop"] = [preset["ExecStop"], prefix + render_argv(wait).replace("%%i", "%i")]
    return drain


def _as_check_user(pool: Pool) -> t.Tuple[str, t.List[str]]:
    """The prefix and the words with which the stop runs the busy check.

    The check runs as the user of the worker, unless ``check_user`` names another user. Another user, except root, gets
    an empty environment: they must not see the environment of the worker.
    """
    check, user = list(pool.rollout.busy_check), pool.rollout.check_user
    if user in ROOT:
        return "-+", check
    if user in ("", pool.account):
        return "-", check
    return "-+", ["/usr/bin/env", "-i", f"PATH={SERVICE_PATH}", "/usr/sbin/runuser", "-u", user, "--", *check]


def _directories(pool: Pool) -> t.Dict[str, t.Any]:
    found: t.Dict[str, t.Any] = {"ReadWritePaths": list(pool.writable_paths), **pool.directories}
    if pool.schedule is None and "%i" not in found.get("RuntimeDirectory", "%i"):
        # systemd would remove the directory when one instance stops, although the other instances still use it.
        found["RuntimeDirectoryPreserve"] = "yes"
    return found


def _restart_policy(systemd: int, own: t.Mapping[str, Value]) -> t.Dict[str, t.Any]:
    """A worker restarts immediately after a crash. The delay grows when the worker crashes again and again.

    ``own`` are the directives that the pool itself sets in [Service]. A delay of the pool that is longer than
    LONGEST_DELAY does not grow.
    """
    if systemd < GROWING_DELAY_SINCE:
        return {"Restart": "always", "RestartSec": "0"}
    # With RestartSec=0 the delay would not grow. 1 ms to 10 s in eight steps: 1, 3, 10, 32, 100, 316 ms, 1, 3, 10 s.
    growing = {"Restart": "always", "RestartSec": "1ms", "RestartSteps": 8, "RestartMaxDelaySec": LONGEST_DELAY}
    delay = last_text(own.get("RestartSec", []), "")
    if "RestartMaxDelaySec" in own or not is_time_span(delay) or seconds_or_endless(delay) <= seconds(LONGEST_DELAY):
        return growing
    return {"Restart": "always"}


def _start_limit(systemd: int) -> t.Dict[str, t.Any]:
    if systemd >= GROWING_DELAY_SINCE:
        return {"StartLimitIntervalSec": 0}
    # Without a growing delay, the start limit slows the restarts: after five crashes in a row systemd does not restart
    # the instance. The start-limit recovery starts it again later.
    rests = f"{marks.START_LIMIT}@%n.service {marks.RESTING}@%p.service"
    return {"StartLimitIntervalSec": "10s", "StartLimitBurst": 5, "OnFailure": rests}
