# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool written down: its template unit and its target."""

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
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import UNIT_MARKER, process_digest

# systemd 254 grows the delay between restarts by itself (systemd.service(5), RestartSteps=).
GROWING_DELAY_SINCE = 254
LONGEST_DELAY = "10s"
# A worker talks to a broker; network.target only says that the network is being set up. The manager of a user has
# neither: it starts when users may log in, and a worker that comes too early is restarted.
NETWORK = {"Wants": "network-online.target", "After": "network-online.target"}
# One that is no specifier of ours.
OTHER_PERCENT = re.compile("%(?!i)")
WAIT_UNTIL_IDLE = 'while kill -0 "$MAINPID" 2>/dev/null && "$0" "$@"; do sleep 1; done'


def template_text(
    pool: Pool, systemd: int, env_files: t.Sequence[str], credential_files: t.Sequence[t.Tuple[str, str]] = ()
) -> str:
    """Text of ``NAME@.service`` for a target with this systemd version.

    ``env_files`` are the EnvironmentFile= paths in order, ``credential_files`` names of credentials and paths of their
    files. The unit carries the digest of everything in it that a running process depends on, as environment of the
    process and as a field of its journal lines.
    """
    sections = _template_sections(pool, systemd, env_files, credential_files)
    digest = process_digest(sections)
    service = sections["Service"]
    environment = t.cast("t.List[str]", service["Environment"])
    environment.append(render_environment(UNIT_MARKER, digest))
    more = value_texts(service.get("LogExtraFields", []))
    service["LogExtraFields"] = [f"WORKERS_POOL={pool.name}", f"{UNIT_MARKER}={digest}", *more]
    return render(sections, _header(pool))


def target_text(places: Places, pool: Pool) -> str:
    """Text of ``NAME.target``, which groups the instances: it starts the enabled ones at boot and stops all."""
    sections: Sections = {
        "Unit": {"Description": f"All instances of the worker pool {pool.name}"},
        "Install": {"WantedBy": places.default_target},
        marks.OWNER_SECTION: {"Pool": pool.name},
    }
    return render(sections, _header(pool))


def _header(pool: Pool) -> t.List[str]:
    return [f"Pool {pool.name}, managed by workers.systemd: the next deploy replaces what is changed here."]


def own_sections(pool: Pool, systemd: int, env_files: t.Sequence[str] = ()) -> Sections:
    """The template before ``unit`` and credentials come to it."""
    preset = presets.directives(pool.preset)
    service: t.Dict[str, t.Any] = {"Type": preset["Type"], "ExecStart": pool.exec_start}
    for directive, value in (("User", pool.user), ("Group", pool.group), ("WorkingDirectory", pool.working_directory)):
        if value is not None:
            service[directive] = OTHER_PERCENT.sub("%%", value) if directive == "WorkingDirectory" else value
    service["Environment"] = ["WORKERS_POOL=%p", "WORKERS_INSTANCE=%i"]
    service["EnvironmentFile"] = list(env_files)
    service.update(_restart_policy(systemd, pool.unit.get("Service", {})))
    service.update({**_start(pool), **preset, **_drain(pool, preset), "SyslogIdentifier": "%p@%i"})
    service.update({**pool.limits, **pool.guards, **_directories(pool)})
    sections: Sections = {
        "Unit": {
            "Description": f"Worker {pool.name} %i",
            **({} if pool.manager_of or pool.hardening in hardening.OFFLINE else NETWORK),
            "PartOf": unit_name.target(pool.name),
            **_start_limit(systemd),
        },
        "Service": service,
        "Install": {"WantedBy": unit_name.target(pool.name)},
        marks.OWNER_SECTION: {"Pool": pool.name},
    }
    return sections


def _template_sections(
    pool: Pool, systemd: int, env_files: t.Sequence[str], credential_files: t.Sequence[t.Tuple[str, str]]
) -> Sections:
    sections = own_sections(pool, systemd, env_files)
    for section, directives in pool.unit.items():
        there = sections.setdefault(section, {})
        for directive, value in directives.items():
            there[directive] = own_lists.merged(section, directive, there.get(directive, []), value)
    # After what the operator wrote, which has its own credentials and commands, and may reset neither of ours.
    service = sections["Service"]
    for directive, lines in credentials.directives(credential_files, systemd).items():
        service[directive] = [*value_texts(service.get(directive, [])), *lines]
    return sections


def _start(pool: Pool) -> t.Dict[str, str]:
    """How long systemd waits for a start: as long as a rollout does.

    Its own 90 s would end one that a longer ``healthy_deadline`` allows. With Type=oneshot the start is the whole job,
    for which systemd has no limit (systemd.service(5), TimeoutStartSec=).
    """
    if last_text(pool.unit.get("Service", {}).get("Type", []), "") == "oneshot":
        return {}
    return {"TimeoutStartSec": f"{pool.rollout.healthy_deadline:.6f}".rstrip("0").rstrip(".")}


def _drain(pool: Pool, preset: t.Mapping[str, str]) -> t.Dict[str, t.Any]:
    """How long a stop may take, and what it does before SIGTERM.

    A stop that has sent the quiet signal waits until the busy check says idle, here and not in a rollout: a worker
    that was told to be quiet never takes a job again, so that nothing may come between this and its end. It gives up
    a second before systemd would, to which an ExecStop= that takes too long is a failed stop.
    """
    drain: t.Dict[str, t.Any] = {"TimeoutStopSec": pool.drain_timeout} if pool.drain_timeout else {}
    if "ExecStop" in preset and not pool.rollout.busy_check:
        # An empty list is no line. With SIGTERM right behind it the quiet signal gives nobody time, and one of 1,000
        # jobs of Sidekiq 6.4.1 was lost with it, none without (molecule/no_lost_jobs).
        drain["ExecStop"] = []
    elif "ExecStop" in preset:
        most = presets.stop_time(pool.preset, pool.drain_timeout)
        # To timeout(1) 0 is without end.
        seconds = "0" if most == math.inf else f"{max(1.0, most - 1):g}"
        prefix, check = _as_check_user(pool)
        wait = ["/usr/bin/timeout", seconds, "/bin/sh", "-c", WAIT_UNTIL_IDLE, *check]
        drain["ExecStop"] = [preset["ExecStop"], prefix + render_argv(wait).replace("%%i", "%i")]
    return drain


def _as_check_user(pool: Pool) -> t.Tuple[str, t.List[str]]:
    """The prefix and the words by which the stop asks the busy check: as the worker, unless it is to be somebody else.

    What the worker has in its environment is nothing for a third one to see.
    """
    check, user = list(pool.rollout.busy_check), pool.rollout.check_user
    if user in ROOT:
        return "-+", check
    if user in ("", pool.account):
        return "-", check
    return "-+", ["/usr/bin/env", "-i", f"PATH={SERVICE_PATH}", "/usr/sbin/runuser", "-u", user, "--", *check]


def _directories(pool: Pool) -> t.Dict[str, t.Any]:
    found: t.Dict[str, t.Any] = {"ReadWritePaths": list(pool.writable_paths), **pool.directories}
    if "%i" not in found.get("RuntimeDirectory", "%i"):
        # It is removed when a unit stops, also under the other instances.
        found["RuntimeDirectoryPreserve"] = "yes"
    return found


def _restart_policy(systemd: int, own: t.Mapping[str, Value]) -> t.Dict[str, t.Any]:
    """Back at once after a crash, and slower and slower for a worker that does nothing but crash.

    ``own`` is what the pool itself says in [Service]: a delay that is longer than our longest does not grow.
    """
    if systemd < GROWING_DELAY_SINCE:
        return {"Restart": "always", "RestartSec": "0"}
    # RestartSec=0 would switch the growth off. 1 ms to 10 s in eight steps: 1, 3, 10, 32, 100, 316 ms, 1, 3, 10 s.
    growing = {"Restart": "always", "RestartSec": "1ms", "RestartSteps": 8, "RestartMaxDelaySec": LONGEST_DELAY}
    delay = last_text(own.get("RestartSec", []), "")
    if "RestartMaxDelaySec" in own or not is_time_span(delay) or seconds_or_endless(delay) <= seconds(LONGEST_DELAY):
        return growing
    return {"Restart": "always"}


def _start_limit(systemd: int) -> t.Dict[str, t.Any]:
    if systemd >= GROWING_DELAY_SINCE:
        return {"StartLimitIntervalSec": 0}
    # Without a growing delay the start limit is the brake: after five crashes in a row the instance rests, and the
    # start-limit recovery starts it again.
    rests = f"{marks.START_LIMIT}@%n.service {marks.RESTING}@%p.service"
    return {"StartLimitIntervalSec": "10s", "StartLimitBurst": 5, "OnFailure": rests}
