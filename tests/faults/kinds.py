# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of faults. Scripts are for sh on the host, with the words of on_host/words.sh."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

# Calls to the tools of systemd as the run makes them: patterns of the shell.
ANY = "*"
RENAME = "rename,renameat,renameat2"
UNLINK = "unlink,unlinkat,rmdir"
SPAWN = "fork,vfork,clone,clone3"
UNITS, CONFIG, STATE, RUN = (
    "/etc/systemd/system",
    "/etc/workers.systemd",
    "/var/lib/workers.systemd",
    "/run/workers.systemd",
)
EITHER = ("old", "new")
OLD = ("old",)
NEW = ("new",)
UNIT = "sleeper@.service"
BAD_VERSION = "touch /run/faults/bad-$NEW"
GOOD_AGAIN = "rm -f /run/faults/bad-*"


@dataclass(frozen=True)
class Kind:
    """What happens, where the points are, and what may come of it.

    The fault is a ``script`` at a call of a tool that matches ``pattern``, or ``inject`` (as of strace) at one of the
    ``syscalls``, or the script ``after`` some time. ``before`` comes before the run; ``limit`` is set for its process.
    ``heal`` is what happens to the host when the run has ended. The point is drawn from as many as an undisturbed run
    has, or from ``points``. With ``reboot``, a command of podman, the host goes away at the point. ``edits`` says that
    the fault is a change of files, which stays until the next run, and ``stops`` that instances stay stopped till then.
    Every second version of the pool has the ``options``, so deploys bring them and take them away. All have what is
    ``always``.
    """

    ends: t.Tuple[str, ...]
    pattern: str = ""
    script: str = ""
    syscalls: str = ""
    inject: str = ""
    after: str = ""
    before: str = ""
    limit: str = ""
    heal: str = ""
    points: int = 0
    edits: bool = False
    stops: bool = False
    reboot: str = ""
    rollout: t.Mapping[str, t.Any] = field(default_factory=dict)
    options: t.Mapping[str, t.Any] = field(default_factory=dict)
    always: t.Mapping[str, t.Any] = field(default_factory=dict)


def at(pattern: str, script: str, ends: t.Tuple[str, ...] = EITHER, **more: t.Any) -> Kind:
    return Kind(ends, pattern=pattern, script=script, **more)


def syscall(calls: str, inject: str, ends: t.Tuple[str, ...] = EITHER, **more: t.Any) -> Kind:
    return Kind(ends, syscalls=calls, inject=inject, **more)


THE_RUN = {
    "the run is killed before a rename": syscall(RENAME, "signal=SIGKILL"),
    "the run is killed at an fsync": syscall("fsync", "signal=SIGKILL"),
    "the run is killed at an unlink": syscall(UNLINK, "signal=SIGKILL"),
    "the run is killed before a call": at(ANY, "whole_run KILL; exit 1"),
    "the run is killed after a call": at(ANY, 'really "$@"; whole_run KILL; exit 1'),
    "the run is killed at some moment": Kind(EITHER, after="whole_run KILL"),
    "the process that acts is killed": at(ANY, "kill -KILL $PPID; exit 1"),
    "the process that waits is killed": at(ANY, "waiting_process KILL"),
    "the run is stopped": at(ANY, "whole_run STOP; sleep 4; whole_run KILL; exit 1"),
    "the run is stopped for a second": at(ANY, "whole_run STOP; sleep 1; whole_run CONT"),
    "the run is terminated": at(ANY, "whole_run TERM"),
    "the run is hung up": at(ANY, "whole_run HUP"),
    "the run is killed while it undoes a bad version": at(
        ANY, "whole_run KILL; exit 1", OLD, before=BAD_VERSION, heal=GOOD_AGAIN
    ),
    "the run is killed, and what undoes it too": at(ANY, "whole_run KILL; undoing_process_soon KILL & exit 1"),
}

THE_DISK = {
    "an fsync fails: input/output error": syscall("fsync", "error=EIO"),
    "a rename fails": syscall(RENAME, "error=EIO"),
    "an unlink fails": syscall(UNLINK, "error=EIO"),
    "a chown fails": syscall("fchown", "error=EPERM"),
    **{f"{place} is full": at(ANY, f"fill {place}", heal=f"drain {place}") for place in (UNITS, CONFIG, STATE, RUN)},
    **{
        f"{place} is read-only": at(ANY, f"mount -o remount,ro {place}", heal=f"mount -o remount,rw {place}")
        for place in (UNITS, CONFIG, STATE)
    },
    "the disk is full until the host has tried to undo": at(
        ANY, f"fill {STATE}; fill {CONFIG}", heal=f"sleep 3; drain {STATE}; drain {CONFIG}"
    ),
}

SHORT_OF = {
    "no more open files": Kind(EITHER, limit="ulimit -n $((N + 3))", points=20),
    "no more memory": Kind(EITHER, limit="ulimit -v $((20000 + N * 4000))", points=20),
    "no process can be made": syscall(SPAWN, "error=EAGAIN"),
}

THE_TOOLS = {
    "a call fails": at(ANY, "exit 1"),
    "a call fails when it has done its work": at(ANY, 'really "$@" > /dev/null; exit 1'),
    "a call takes longer than a dead run gets": at(ANY, "sleep 2.5"),
    "a call hangs until somebody kills the run": at(ANY, "sleep 3; whole_run KILL; exit 1"),
    "a call fails while a bad version is undone": at(ANY, "exit 1", OLD, before=BAD_VERSION, heal=GOOD_AGAIN),
    "daemon-reload fails": at("systemctl daemon-reload*", "exit 1", OLD, points=1),
    "show prints rubbish": at("systemctl show *", "echo '<html>'; exit 0"),
    "daemon-reload does nothing and says that it did": at("systemctl daemon-reload*", "exit 0", points=1),
    "systemd-run fails": at("systemd-run *", "exit 1", OLD, points=1),
    "systemd-analyze fails": at("systemd-analyze *", "exit 1", OLD, points=1),
    "the tools are gone": at(ANY, "rm -f ${0%/*}/*", heal="put_tools", limit="PATH=/srv/faults/bin"),
    "D-Bus is down": at(ANY, "systemctl stop dbus.socket dbus.service", heal="systemctl start dbus.socket"),
    "journald is killed": at(ANY, "systemctl kill -s KILL systemd-journald"),
}

# A bad version is undone whatever the journal says of it.
THE_JOURNAL = {
    what: at("journalctl *", script, OLD, before=BAD_VERSION, heal=GOOD_AGAIN, points=4)
    for what, script in {
        "the journal prints rubbish": r"""printf '{"MESSAGE": "a\342\200\250b"}\n{"UNIT"\n[1]\n\377'; exit 0""",
        "the journal prints without end": """exec yes '{"MESSAGE": "x", "UNIT": ["y", 1]}'""",
        "the journal does not answer": "exec sleep 60",
        "the journal cannot be read": "exit 1",
    }.items()
}

THE_WORKERS = {
    "a worker is killed": at(ANY, 'kill -KILL "$(main_pid 2)"'),
    "the child of a worker is killed": at(ANY, 'pkill -KILL -P "$(main_pid 2)"'),
    "all workers are killed": at(ANY, "kill -KILL $(main_pids)"),
    "a worker is stopped": at(ANY, 'kill -STOP "$(main_pid 2)"', heal="kill -CONT $(main_pids)"),
    "the new version turns bad": at(ANY, BAD_VERSION, heal=GOOD_AGAIN),
    "the new version is bad": Kind(OLD, before=BAD_VERSION, heal=GOOD_AGAIN, points=1),
    "both versions turn bad": at(
        ANY, f"{BAD_VERSION} /run/faults/bad-$OLD; kill -KILL $(main_pids)", heal=f"{GOOD_AGAIN}; start_all"
    ),
    "the program vanishes": at(
        ANY, "mv /srv/faults/worker /srv/faults/away", heal="mv /srv/faults/away /srv/faults/worker; start_all"
    ),
    "the health check vanishes": at(
        ANY,
        "rm -f /run/faults/check",
        before="ln -s /bin/true /run/faults/check",
        heal="ln -sf /bin/true /run/faults/check",
        rollout={"health_check": ["/run/faults/check"]},
    ),
    "the health check hangs": at(
        ANY,
        "ln -sf /srv/faults/hangs /run/faults/check",
        before="printf '#!/bin/sh\\nexec sleep 1d\\n' > /srv/faults/hangs; chmod +x /srv/faults/hangs;"
        " ln -sf /bin/true /run/faults/check",
        heal="ln -sf /bin/true /run/faults/check",
        rollout={"health_check": ["/run/faults/check"]},
    ),
}

SOMEBODY = {
    "somebody edits the unit": at(ANY, f"sed -i 's/^Description=.*/Description=By hand/' {UNITS}/{UNIT}", edits=True),
    "somebody removes the unit": at(ANY, f"rm -f {UNITS}/{UNIT}", edits=True),
    "somebody removes the environment": at(ANY, f"rm -f {CONFIG}/sleeper/environment", edits=True),
    "somebody stops an instance": at(ANY, "systemctl stop sleeper@2", stops=True),
    "somebody restarts an instance": at(ANY, "systemctl restart sleeper@2"),
    "somebody masks an instance": at(ANY, "systemctl mask sleeper@2", heal="systemctl unmask sleeper@2"),
    "somebody disables an instance": at(ANY, "systemctl disable sleeper@2", edits=True),
    "somebody stops the pool": at(ANY, "systemctl stop sleeper.target", stops=True),
    "somebody reloads systemd": at(ANY, "systemctl daemon-reload"),
    "somebody re-executes systemd": at(ANY, "systemctl daemon-reexec"),
    "somebody deploys at the same time": at(ANY, "second_run", NEW),
    "somebody stops the switch": at(ANY, "systemctl stop workers-dead-man.timer", NEW),
    "the lock goes away": at(ANY, f"rm -f {RUN}/lock"),
    "the journal goes away": at(ANY, f"rm -f {STATE}/journal"),
    "the journal turns to garbage": at(ANY, f"echo garbage > {STATE}/journal", heal=f"rm -f {STATE}/journal"),
    "the new generation goes away": at(ANY, f"rm -rf {STATE}/generations/sleeper/$(newest_generation)"),
    "the key goes away": at(ANY, f"rm -f {STATE}/key", edits=True),
}

LEFT = {
    "the lock is garbage": Kind(NEW, before=f"echo garbage > {RUN}/lock", points=1),
    "the journal is garbage": Kind(
        OLD, before=f"echo garbage > {STATE}/journal", heal=f"rm -f {STATE}/journal", points=1
    ),
    "a generation is garbage": Kind(
        OLD,
        before=f"for one in {STATE}/generations/sleeper/*; do echo garbage > $one/manifest; done",
        heal=f"rm -rf {STATE}/generations/sleeper",
        points=1,
    ),
    "the generations are gone": Kind(NEW, before=f"rm -rf {STATE}/generations", points=1),
    "the recovery program is garbage": Kind(NEW, before=f"echo garbage > {STATE}/recovery.pyz", points=1),
    "the catalogue is garbage": Kind(NEW, before=f"echo garbage > {STATE}/catalogue", points=1),
}

# The host goes away while the call waits.
THE_HOST = {
    "the host reboots": at(ANY, "touch /run/faults/now; sleep 60", reboot="restart"),
    "the host loses its power": at(ANY, "touch /run/faults/now; sleep 60", reboot="kill"),
}

# The service of the host that looks after the pool. No file is touched, and none hangs for an hour.
DUTIES: t.Dict[str, t.Any] = {
    "liveness": {"file": "/run/faults/%i.beat", "max_age": "1h"},
    "alert": {"command": ["/bin/true"], "user": "daemon"},
}
AGENT = "workers-agent.service"
THE_AGENT = {
    "the agent is killed": at(ANY, f"systemctl kill -s KILL {AGENT}", NEW, always=DUTIES),
    "the agent is stopped": at(ANY, f"systemctl stop {AGENT}", NEW, always=DUTIES),
    "the agent is stalled": at(
        ANY, f"systemctl kill -s STOP {AGENT}", NEW, heal=f"systemctl kill -s CONT {AGENT}", always=DUTIES
    ),
    "the agent is restarted while a bad version is undone": at(
        ANY, f"systemctl restart --no-block {AGENT}", OLD, before=BAD_VERSION, heal=GOOD_AGAIN, always=DUTIES
    ),
    "the agent is there, and the run is killed before a call": at(ANY, "whole_run KILL; exit 1", always=DUTIES),
}

# These change a file beside the units, and how systemd runs the worker.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "the agent": DUTIES,
    "a journal of the pool": {"logs": {"keep": "1d", "at_most": "16M"}},
    "a watchdog": {"watchdog": "60s", "unit": {"Service": {"NotifyAccess": "all"}}},
}
WITH_OPTIONS = {
    name: kind
    for what, options in OPTIONS.items()
    for name, kind in {
        f"{what} comes or goes, and the run is killed before a call": at(
            ANY, "whole_run KILL; exit 1", options=options
        ),
        f"{what} comes or goes, and the run is killed before a rename": syscall(
            RENAME, "signal=SIGKILL", options=options
        ),
        f"{what} comes or goes, and a call fails": at(ANY, "exit 1", options=options),
        f"{what} comes or goes with a bad version, and the run is killed while it undoes it": at(
            ANY, "whole_run KILL; exit 1", OLD, before=BAD_VERSION, heal=GOOD_AGAIN, options=options
        ),
        f"{what} comes or goes, and the host loses its power": at(
            ANY, "touch /run/faults/now; sleep 60", reboot="kill", options=options
        ),
    }.items()
}

GROUPS = {
    "The run": THE_RUN,
    "The disk": THE_DISK,
    "Something is short": SHORT_OF,
    "The tools of systemd": THE_TOOLS,
    "The journal": THE_JOURNAL,
    "The workers": THE_WORKERS,
    "Somebody, or something, else": SOMEBODY,
    "What an earlier run left": LEFT,
    "The host": THE_HOST,
    "The agent of the host": THE_AGENT,
    "Options that come and go": WITH_OPTIONS,
}
KINDS: t.Dict[str, Kind] = {name: kind for group in GROUPS.values() for name, kind in group.items()}
