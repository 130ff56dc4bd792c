# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For each trap two units, with it and without, and a script whose words tell them apart."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import dataclass, field

UNITS = "/etc/systemd/system"
SLEEP = "/bin/sleep 600"
# A worker that is tried again later than any script looks.
WORKER = ("Type=exec", "Restart=always", "RestartSec=30s", "KillMode=mixed")
SOON = ("Type=exec", "Restart=always", "RestartSec=50ms")
ONCE = ("Type=oneshot",)
CELERY = "/srv/lab/celery -A app worker"


@dataclass(frozen=True)
class Damage:
    """``bad`` and ``good`` are lines of [Service], or of another section behind its name and a dot.

    ``show`` is the script; it says ``says`` of the unit with the trap and ``instead_says`` of the other.
    """

    trap: str
    show: str
    says: str
    instead_says: str
    bad: t.Sequence[str] = ()
    good: t.Sequence[str] = ()
    start: str = SLEEP
    good_start: str = ""
    base: t.Sequence[str] = WORKER
    instance: str = ""
    good_instance: str = ""
    others: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def bad_unit(self) -> str:
        return f"trap-{self.trap}-bad{self._at(self.instance)}.service"

    @property
    def good_unit(self) -> str:
        return f"trap-{self.trap}-good{self._at(self.good_instance or self.instance)}.service"

    @property
    def script(self) -> str:
        parts = ((self.bad_unit, self.says), (self.good_unit, self.instead_says))
        return "echo ----\n".join(f"unit '{unit}' {shlex.quote(says)}\n{self.show}\n" for unit, says in parts)

    def files(self) -> t.Iterator[t.Tuple[str, str]]:
        yield f"{UNITS}/{self.bad_unit}", _text(self.start, [*self.base, *self.bad])
        yield f"{UNITS}/{self.good_unit}", _text(self.good_start or self.start, [*self.base, *self.good])
        yield from self.others.items()

    def _at(self, instance: str) -> str:
        return f"@{instance}" if instance else ""


def _text(start: str, lines: t.Sequence[str]) -> str:
    sections: dict[str, list[str]] = {
        "Unit": [],
        "Service": ["Environment=UNIT=%N", f"ExecStart={start}"],
        "Install": [],
        "X-Workers": [],
    }
    for line in lines:
        section, dot, rest = line.partition(".")
        sections[section if dot and section in sections else "Service"].append(rest if section in sections else line)
    return "".join("\n".join([f"[{section}]", *own, ""]) for section, own in sections.items() if own)


STOP_IN_A_JOB = "systemctl start $U; said claim; lost"
# Two signals that come before the worker has noticed the first are one to it, so a single stop proves nothing.
STOP_IN_SOME_JOBS = (
    "for _ in 1 2 3 4 5 6; do rm -f $LOG; systemctl start $U; said claim; told=$(lost);"
    ' [ "$told" = lost=0 ] || break; done; echo $told'
)
CHILD = (
    "systemctl start $U; said up; systemctl stop $U; after 0.1 child\n"
    "kill $(cat /run/lab/${U%.service}.child) 2>/dev/null; true"
)
MAIN_AFTER_STOP = (
    "systemctl start $U; said up; pid=$(systemctl show -p MainPID --value $U); systemctl stop $U\n"
    "[ -e /proc/$pid ] && echo left || echo gone; kill -9 $pid 2>/dev/null; true"
)
BYE = "systemctl start $U; said up; systemctl stop $U; grep -q bye $LOG && echo bye || echo killed"
STATE_AFTER_STOP = "systemctl start $U; said up; systemctl stop $U; state"
START = "start; systemctl stop $U"
LOOK_LATER = "systemctl start $U; after 0.6 restarted; stop"
TOLD = "systemctl start $U; said .; cat $LOG; systemctl stop $U"
TIMED = "timeout 5 systemctl start $U 2>/dev/null; echo rc=$?; systemctl stop $U"
ENV_FILE = "f=$(systemctl show -p EnvironmentFiles --value $U | cut -d' ' -f1)"
NOBODY_SEES = "grep -c hunter2; true"


def arguments(*words: str) -> str:
    return f"arguments:{' '.join(words)}"


STOPS = (
    Damage(
        "kill-mode-kills-jobs",
        STOP_IN_A_JOB,
        "lost=1",
        "lost=0",
        ["KillMode=control-group"],
        ["KillMode=mixed"],
        CELERY,
    ),
    Damage("kill-mode-process-leaves-children", CHILD, "left", "gone", ["KillMode=process"], start="/srv/lab/parent"),
    Damage("kill-mode-none-leaves-everything", CHILD, "left", "gone", ["KillMode=none"], start="/srv/lab/parent"),
    Damage(
        "send-sigkill-no-leaves-worker",
        MAIN_AFTER_STOP,
        "left",
        "gone",
        ["TimeoutStopSec=100ms", "SendSIGKILL=no"],
        ["TimeoutStopSec=100ms"],
        "/srv/lab/deaf",
    ),
    Damage("kill-signal-is-sigkill", BYE, "killed", "bye", ["KillSignal=SIGKILL"], start="/srv/lab/handler"),
    Damage("kill-signal-drops-jobs", STOP_IN_A_JOB, "lost=1", "lost=0", ["KillSignal=SIGQUIT"], start=CELERY),
    Damage(
        "stop-timeout-shorter-than-job",
        STOP_IN_A_JOB,
        "lost=1",
        "lost=0",
        ["TimeoutStopSec=100ms"],
        ["TimeoutStopSec=11s"],
        "/srv/lab/artisan queue:work --timeout=1",
    ),
    Damage(
        "stop-timeout-endless",
        "systemctl start $U; said up; timeout 5 systemctl stop $U; echo rc=$?; systemctl kill -s KILL $U; true",
        "rc=124",
        "rc=0",
        ["TimeoutStopSec=infinity"],
        ["TimeoutStopSec=100ms"],
        "/srv/lab/deaf",
    ),
    Damage(
        "exec-stop-kills-at-once", BYE, "killed", "bye", ["ExecStop=/bin/kill -9 $MAINPID"], start="/srv/lab/handler"
    ),
    Damage(
        "exec-stop-does-not-wait",
        STOP_IN_SOME_JOBS,
        "lost=1",
        "lost=0",
        ["ExecStop=/bin/kill -TERM $MAINPID"],
        start=CELERY,
    ),
    Damage(
        "exit-143-is-failure",
        STATE_AFTER_STOP,
        "failed",
        "inactive",
        good=["SuccessExitStatus=143"],
        start="/srv/lab/java -jar worker.jar",
    ),
)
RESTARTS = (
    Damage(
        "restart-is-off",
        "systemctl start $U; systemctl kill -s KILL $U; after 0.4 restarted; stop",
        "stays failed",
        "restarted",
        ["Restart=no", "Install.WantedBy=multi-user.target"],
        base=SOON,
    ),
    Damage(
        "restart-misses-clean-exit",
        LOOK_LATER,
        "stays inactive",
        "restarted",
        ["Restart=on-failure"],
        start="/bin/sleep 0.1",
        base=SOON,
    ),
    Damage(
        "start-limit-gives-up",
        "systemctl start $U; after 1.2 state",
        "failed",
        "activating",
        ["RestartSec=50ms"],
        ["RestartSec=3s", "Unit.StartLimitIntervalSec=0"],
        "/bin/false",
    ),
    Damage(
        "start-limit-in-service-section",
        "systemctl start $U; after 1.2 state; systemctl stop $U",
        "failed",
        "activating",
        ["RestartSec=0", "StartLimitIntervalSec=0"],
        ["RestartSec=0", "Unit.StartLimitIntervalSec=0"],
        "/srv/lab/gone",
        base=("Type=simple", "Restart=always"),
    ),
    Damage(
        "restart-storm",
        "systemctl start $U; after 1 storm; systemctl stop $U",
        "many",
        "few",
        ["RestartSec=0", "Unit.StartLimitIntervalSec=0"],
        ["RestartSec=1s", "Unit.StartLimitIntervalSec=0"],
        "/bin/false",
    ),
    Damage(
        "restart-prevented-after-crash",
        LOOK_LATER,
        "stays failed",
        "restarted",
        ["RestartPreventExitStatus=1"],
        start="/bin/sh -c 'sleep 0.1; exit 1'",
        base=SOON,
    ),
    Damage(
        "crash-counts-as-success",
        LOOK_LATER,
        "stays inactive",
        "restarted",
        ["Restart=on-failure", "SuccessExitStatus=1"],
        ["Restart=on-failure"],
        "/bin/sh -c 'sleep 0.1; exit 1'",
        base=SOON,
    ),
    Damage(
        "exit-leaves-unit-active",
        LOOK_LATER,
        "stays active",
        "restarted",
        ["RemainAfterExit=yes"],
        start="/bin/sleep 0.1",
        base=SOON,
    ),
    Damage("failure-is-ignored", START, "start rc=0", "start rc=1", start="-/srv/lab/gone", good_start="/srv/lab/gone"),
    Damage(
        "run-time-ends-for-good",
        "systemctl start $U; after 0.8 restarted; stop",
        "stays failed",
        "restarted",
        ["RuntimeMaxSec=100ms", "Restart=no", "Install.WantedBy=multi-user.target"],
        ["RuntimeMaxSec=100ms"],
        base=SOON,
    ),
    Damage(
        "requires-takes-worker-down",
        "systemctl start $U; systemctl stop lab-broker; systemctl start lab-broker\nafter 0.2 state; systemctl stop $U",
        "inactive",
        "active",
        ["Unit.Requires=lab-broker.service", "Unit.After=lab-broker.service"],
        ["Unit.Wants=lab-broker.service", "Unit.After=lab-broker.service"],
        others={f"{UNITS}/lab-broker.service": f"[Service]\nExecStart={SLEEP}\n"},
    ),
)
COMMANDS = (
    Damage(
        "shell-wrapper-without-exec",
        STOP_IN_A_JOB,
        "lost=1",
        "lost=0",
        start=f"/bin/sh -c 'cd /; {CELERY}; true'",
        good_start=f"/bin/sh -c 'cd /; exec {CELERY}'",
    ),
    Damage(
        "wrapper-keeps-stop-signal",
        STOP_IN_A_JOB,
        "lost=1",
        "lost=0",
        start=f"/usr/bin/flock -n /run/lab/lock {CELERY}",
        good_start=f"/usr/bin/flock --no-fork -n /run/lab/lock {CELERY}",
    ),
    Damage(
        "login-shell",
        TOLD,
        "LAB=from-profile",
        "LAB=from-unit",
        ["Environment=LAB=from-unit"],
        ["Environment=LAB=from-unit"],
        "/bin/bash -lc /srv/lab/tell",
        "/bin/bash -c /srv/lab/tell",
        ONCE,
    ),
    Damage(
        "bashrc-is-not-read",
        TOLD,
        "LAB=",
        "LAB=from-unit",
        good=["Environment=LAB=from-unit"],
        start="/bin/bash -c '. ~/.bashrc; exec /srv/lab/tell'",
        good_start="/srv/lab/tell",
        base=("Type=oneshot", "User=lab"),
    ),
    Damage(
        "shell-syntax-without-shell",
        "rm -f /run/lab/out; systemctl start $U; cat $LOG 2>/dev/null\n"
        "[ -e /run/lab/out ] && echo written || echo none",
        arguments("a > /run/lab/out\nnone"),
        "written",
        good=["StandardOutput=append:/run/lab/out"],
        start="/srv/lab/tell a > /run/lab/out",
        good_start="/bin/echo a",
        base=ONCE,
    ),
    Damage(
        "command-substitution-without-shell",
        TOLD,
        arguments("--host=$(hostname)"),
        arguments("--host=lab lab"),
        start="/srv/lab/tell --host=$(hostname) $(hostname)",
        good_start="/srv/lab/tell --host=lab lab",
        base=ONCE,
    ),
    Damage(
        "glob-without-shell",
        TOLD,
        arguments("/srv/lab/glob-*"),
        arguments("/srv/lab/glob-a /srv/lab/glob-b"),
        start="/srv/lab/tell /srv/lab/glob-*",
        good_start="/srv/lab/tell /srv/lab/glob-a /srv/lab/glob-b",
        base=ONCE,
    ),
    Damage(
        "tilde-without-shell",
        TOLD,
        arguments("~/jobs"),
        arguments("/root/jobs"),
        start="/srv/lab/tell ~/jobs",
        good_start="/srv/lab/tell /root/jobs",
        base=ONCE,
    ),
    Damage(
        "tilde-in-environment",
        TOLD,
        "LAB=~/app",
        "LAB=/root/app",
        ["Environment=LAB=~/app"],
        ["Environment=LAB=/root/app"],
        "/srv/lab/tell",
        base=ONCE,
    ),
    Damage(
        "variable-in-environment",
        TOLD,
        "LAB=/srv/lab/bin:$PATH",
        "LAB=/srv/lab/bin:/bin",
        ["Environment=LAB=/srv/lab/bin:$PATH"],
        ["Environment=LAB=/srv/lab/bin:/bin"],
        "/srv/lab/tell",
        base=ONCE,
    ),
    Damage(
        "backslash-is-an-escape",
        TOLD,
        arguments("a\notify"),
        arguments("a\\notify"),
        start="/srv/lab/tell 'a\\notify'",
        good_start="/srv/lab/tell 'a\\\\notify'",
        base=ONCE,
    ),
    Damage(
        "variable-as-program",
        START,
        "start rc=1",
        "start rc=0",
        ["Environment=APP=lab"],
        start="/srv/${APP}/tell a",
        good_start="/srv/lab/tell a",
        base=ONCE,
    ),
    Damage(
        "variable-is-never-set",
        TOLD,
        arguments("a b"),
        arguments("a mail b"),
        good=["Environment=QUEUE=mail"],
        start="/srv/lab/tell a $QUEUE b",
        base=ONCE,
    ),
    Damage(
        "script-variable-is-gone",
        TOLD,
        arguments("x"),
        arguments("mailx"),
        start="/bin/sh -c 'A=mail; exec /srv/lab/tell ${A}x'",
        good_start="/bin/sh -c 'A=mail; exec /srv/lab/tell $${A}x'",
        base=ONCE,
    ),
    Damage(
        "per-cent-is-expanded",
        TOLD,
        arguments("amqp://mq//var/cache3"),
        arguments("amqp://mq/%C3"),
        start="/srv/lab/tell amqp://mq/%C3",
        good_start="/srv/lab/tell amqp://mq/%%C3",
        base=ONCE,
    ),
    Damage(
        "path-is-not-searched",
        START,
        "start rc=1",
        "start rc=0",
        ["Environment=PATH=/srv/lab/bin:/bin:/usr/bin"],
        ["Environment=PATH=/srv/lab/bin:/bin:/usr/bin"],
        "labtool a",
        "/srv/lab/bin/labtool a",
        ONCE,
    ),
    Damage(
        "becomes-user-by-command",
        "systemctl start $U; after 0.2 main_name; systemctl stop $U",
        "runuser",
        "sleep",
        good=["User=lab"],
        start=f"/sbin/runuser -u lab -- {SLEEP}",
        good_start=SLEEP,
    ),
    Damage(
        "plus-ignores-user",
        "systemctl start $U; stat -c %U /proc/$(systemctl show -p MainPID --value $U); systemctl stop $U",
        "root",
        "lab",
        ["User=lab"],
        ["User=lab"],
        f"+{SLEEP}",
        SLEEP,
    ),
    Damage(
        "worker-detaches",
        "systemctl start $U; after 0.3 state; systemctl stop $U",
        "inactive",
        "active",
        start=f"/bin/sh -c '{SLEEP} &'",
        good_start=SLEEP,
        base=("Type=exec",),
    ),
)
TYPES = (
    Damage("type-simple-hides-failure", START, "start rc=0", "start rc=1", ["Type=simple"], start="/srv/lab/gone"),
    Damage(
        "ready-is-never-said",
        START,
        "start rc=1",
        "start rc=0",
        ["Type=notify", "TimeoutStartSec=300ms", "Restart=no"],
        start=CELERY,
    ),
    Damage(
        "ready-from-a-child-is-refused",
        START,
        "start rc=1",
        "start rc=0",
        start="/bin/sh -c 'cd /; /srv/lab/ready; true'",
        good_start="/bin/sh -c 'cd /; exec /srv/lab/ready'",
        base=("Type=notify", "TimeoutStartSec=5s"),
    ),
    Damage(
        "watchdog-is-never-fed",
        "systemctl start $U; after 0.6 show Result; systemctl stop $U",
        "watchdog",
        "success",
        ["WatchdogSec=200ms"],
        start=CELERY,
        base=("Type=exec",),
    ),
    Damage(
        "forking-never-forks",
        START,
        "start rc=1",
        "start rc=0",
        ["Type=forking", "TimeoutStartSec=300ms"],
        start=CELERY,
        base=("Type=exec",),
    ),
    Damage("oneshot-never-ends", TIMED, "rc=124", "rc=0", ["Type=oneshot"], start=CELERY, base=("Type=exec",)),
    Damage(
        "start-timeout-endless",
        TIMED,
        "rc=124",
        "rc=1",
        ["TimeoutStartSec=infinity"],
        ["TimeoutStartSec=200ms"],
        base=("Type=notify", "Restart=on-failure", "RestartSec=30s"),
    ),
)
SECRETS = (
    Damage(
        "secret-in-environment",
        f"as_nobody systemctl show -p Environment $U | {NOBODY_SEES}",
        "1",
        "0",
        ["Environment=APP_KEY=hunter2"],
        ["EnvironmentFile=/srv/lab/closed.env"],
    ),
    Damage(
        "secret-in-command",
        f"systemctl start $U; as_nobody systemctl show -p ExecStart $U | {NOBODY_SEES}; systemctl stop $U",
        "1",
        "0",
        good=["EnvironmentFile=/srv/lab/closed.env"],
        start="/srv/lab/tell --password=hunter2",
        good_start="/srv/lab/tell a",
        base=ONCE,
    ),
    Damage(
        "secret-in-set-credential",
        f"as_nobody systemctl cat $U | {NOBODY_SEES}",
        "1",
        "0",
        ["SetCredential=api-key:hunter2"],
        ["LoadCredential=api-key:/srv/lab/closed.env"],
    ),
    Damage(
        "secret-file-is-optional",
        START,
        "start rc=0",
        "start rc=1",
        ["EnvironmentFile=-/srv/lab/secrets.env"],
        ["EnvironmentFile=/srv/lab/secrets.env"],
        base=("Type=exec",),
    ),
    Damage(
        "files-are-written-for-all",
        "systemctl start $U; said LAB; stat -c %a $LOG",
        "666",
        "640",
        ["UMask=0000"],
        ["UMask=0027"],
        "/srv/lab/tell",
        base=ONCE,
    ),
)
SANDBOXES = (
    Damage(
        "home-is-hidden",
        START,
        "start rc=1",
        "start rc=0",
        ["ProtectHome=yes"],
        ["ProtectHome=read-only"],
        "/home/lab/tell a",
        base=ONCE,
    ),
    Damage(
        "private-tmp-is-not-shared",
        "systemctl start $U; after 0.2 socket; systemctl stop $U",
        "hidden",
        "shared",
        ["PrivateTmp=yes"],
        start="/srv/lab/touches --bind=/tmp/lab.sock",
    ),
    Damage(
        "written-file-is-read-only",
        "systemctl start $U; after 0.2 show SubState; systemctl stop $U",
        "failed",
        "running",
        ["ProtectSystem=strict"],
        ["ProtectSystem=strict", "LogsDirectory=lab"],
        "/srv/lab/touches --logfile=/var/log/lab.log",
        "/srv/lab/touches --logfile=/var/log/lab/worker.log",
        ("Type=exec",),
    ),
    Damage(
        "forbidden-call-kills",
        "systemctl start $U; after 0.2 show SubState; systemctl stop $U",
        "auto-restart",
        "running",
        ["SystemCallFilter=~@resources"],
        ["SystemCallFilter=~@resources", "SystemCallErrorNumber=EPERM"],
        f"/usr/bin/nice -n 5 {SLEEP}",
    ),
    Damage(
        "network-is-shut-off",
        "systemctl start $U; after 0.3 show SubState; systemctl stop $U",
        "auto-restart",
        "running",
        ["RestrictAddressFamilies=AF_UNIX"],
        ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"],
        "/srv/lab/connects",
        base=(*WORKER, "Unit.Wants=network-online.target", "Unit.After=network-online.target"),
    ),
    Damage(
        "process-limit-counts-the-host",
        f'for _ in 1 2; do runuser -u lab -- {SLEEP} & pids="$pids $!"; done\n'
        "until [ $(pgrep -c -u lab -x sleep) -ge 2 ]; do sleep 0.1; done\n"
        "start; systemctl stop $U; kill $pids; pids=",
        "start rc=1",
        "start rc=0",
        ["LimitNPROC=1"],
        ["TasksMax=1"],
        base=("Type=exec", "User=lab"),
    ),
    Damage(
        "capability-is-out-of-bounds",
        "systemctl start $U; grep CapEff: /proc/$(systemctl show -p MainPID --value $U)/status; systemctl stop $U",
        "CapEff:\t0000000000000000",
        "CapEff:\t0000000000000020",
        ["User=lab", "AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=CAP_CHOWN"],
        ["User=lab", "AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=CAP_KILL"],
    ),
    Damage(
        "user-is-nobody",
        "systemctl start $U; as_nobody kill -0 $(systemctl show -p MainPID --value $U) 2>/dev/null; echo rc=$?\n"
        "systemctl stop $U",
        "rc=0",
        "rc=1",
        ["User=nobody"],
        ["User=lab"],
    ),
    Damage(
        "output-goes-nowhere",
        "systemctl start $U; after 0.1 complaints\nsystemctl stop $U",
        "0",
        "1",
        ["StandardOutput=null"],
        ["StandardOutput=null", "StandardError=journal"],
        "/bin/sh -c 'echo oops >&2; exec sleep 600'",
    ),
    Damage(
        "log-is-overwritten",
        "rm -f /run/lab/out; systemctl start $U; until [ -s /run/lab/out ]; do sleep 0.1; done\n"
        "systemctl restart $U; after 0.2 lines; systemctl stop $U",
        "1",
        "2",
        ["StandardOutput=truncate:/run/lab/out"],
        ["StandardOutput=append:/run/lab/out"],
        "/bin/sh -c 'echo started; exec sleep 600'",
    ),
    Damage(
        "output-directory-comes-later",
        f"rm -rf /var/log/lab-dir\n{START}",
        "start rc=1",
        "start rc=0",
        ["LogsDirectory=lab-dir", "StandardOutput=append:/var/log/lab-dir/out"],
        ["LogsDirectory=lab-dir"],
    ),
    Damage(
        "runtime-directory-is-shared",
        "other=${U%@*}@2.service; systemctl start $U $other; systemctl stop $U\n"
        "[ -d /run/lab-shared ] && echo there || echo gone; systemctl stop $other; rm -rf /run/lab-shared",
        "gone",
        "there",
        ["RuntimeDirectory=lab-shared"],
        ["RuntimeDirectory=lab-shared", "RuntimeDirectoryPreserve=yes"],
        instance="1",
        others={
            f"{UNITS}/trap-runtime-directory-is-shared-{kind}@2.service": (
                f"[Service]\nExecStart={SLEEP}\nRuntimeDirectory=lab-shared\n"
            )
            for kind in ("bad", "good")
        },
    ),
)
INSTALLS = (
    Damage(
        "network-online-is-not-wanted",
        "systemctl stop network-online.target; systemctl start $U; systemctl is-active network-online.target\n"
        "systemctl stop $U",
        "inactive",
        "active",
        ["Unit.After=network-online.target"],
        ["Unit.After=network-online.target", "Unit.Wants=network-online.target"],
    ),
    Damage(
        "needed-unit-is-not-awaited",
        "systemctl stop lab-slow; rm -f /run/lab/prepared; systemctl start $U; said LAB; cat $LOG; systemctl stop $U",
        "LAB=early",
        "LAB=late",
        ["Unit.Wants=lab-slow.service"],
        ["Unit.Wants=lab-slow.service", "Unit.After=lab-slow.service"],
        "/bin/sh -c '[ -e /run/lab/prepared ] && LAB=late || LAB=early; export LAB; exec /srv/lab/tell'",
        others={
            f"{UNITS}/lab-slow.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
            "ExecStart=/bin/sh -c 'sleep 0.3; touch /run/lab/prepared'\n"
        },
    ),
    Damage(
        "not-started-at-boot",
        "systemctl is-enabled $U; true",
        "static",
        "disabled",
        good=["Install.WantedBy=multi-user.target"],
    ),
    Damage(
        "wanted-by-nobody",
        "systemctl -q enable $U; systemctl show -p Wants multi-user.target | grep -c $U; systemctl -q disable $U",
        "0",
        "1",
        ["Install.WantedBy=multiuser.target"],
        ["Install.WantedBy=multi-user.target"],
    ),
    Damage(
        "instance-becomes-path",
        TOLD.replace("stop", "kill"),
        arguments("eu/west"),
        arguments("eu-west"),
        start="/srv/lab/tell %I",
        good_start="/srv/lab/tell %i",
        instance="eu-west",
    ),
    Damage(
        "instance-is-escaped",
        TOLD.replace("stop", "kill"),
        arguments("eu\\x2dwest"),
        arguments("eu_west"),
        start="/srv/lab/tell %i",
        instance="eu\\x2dwest",
        good_instance="eu_west",
    ),
    Damage(
        "drop-in-wins",
        "systemctl show -p TimeoutStopUSec --value $U",
        "5s",
        "1min 30s",
        ["TimeoutStopSec=90", "X-Workers.Pool=mail"],
        ["TimeoutStopSec=90", "X-Workers.Pool=mail"],
        others={f"{UNITS}/trap-drop-in-wins-bad.service.d/50-mine.conf": "[Service]\nTimeoutStopSec=5\n"},
    ),
)
HOST = (
    Damage("user-is-not-there", START, "start rc=1", "start rc=0", ["User=gone"], ["User=lab"]),
    Damage("program-is-not-there", START, "start rc=1", "start rc=0", start="/srv/lab/gone", good_start=SLEEP),
    Damage(
        "program-is-not-executable",
        START,
        "start rc=1",
        "start rc=0",
        ["User=lab"],
        ["User=lab"],
        "/srv/lab/not-executable 600",
        SLEEP,
    ),
    Damage(
        "program-is-writable-by-all",
        "systemctl start $U; p=$(readlink /proc/$(systemctl show -p MainPID --value $U)/exe); systemctl stop $U\n"
        "as_nobody test -w $p; echo rc=$?",
        "rc=0",
        "rc=1",
        start="/srv/lab/writable 600",
        good_start=SLEEP,
    ),
    Damage(
        "root-runs-program-of-user",
        "systemctl start $U; p=$(readlink /proc/$(systemctl show -p MainPID --value $U)/exe); systemctl stop $U\n"
        "runuser -u lab -- test -w $p; echo rc=$?",
        "rc=0",
        "rc=1",
        start="/srv/lab/of-lab 600",
        good_start=SLEEP,
    ),
    Damage(
        "directory-is-not-there",
        START,
        "start rc=1",
        "start rc=0",
        ["WorkingDirectory=/srv/gone"],
        ["WorkingDirectory=/srv"],
    ),
    Damage(
        "directory-is-closed-to-user",
        START,
        "start rc=1",
        "start rc=0",
        ["WorkingDirectory=/srv/lab/closed"],
        ["WorkingDirectory=/srv/lab"],
        base=(*WORKER, "User=lab"),
    ),
    Damage(
        "environment-file-is-not-there",
        "start; systemctl show -p Result --value $U; systemctl stop $U",
        "start rc=1\nresources",
        "start rc=0\nsuccess",
        ["EnvironmentFile=/srv/lab/gone.env"],
        ["EnvironmentFile=/srv/lab/closed.env"],
    ),
    Damage(
        "environment-file-shows-secrets",
        f"{ENV_FILE}; as_nobody cat $f 2>/dev/null | {NOBODY_SEES}",
        "1",
        "0",
        ["EnvironmentFile=/srv/lab/open.env"],
        ["EnvironmentFile=/srv/lab/closed.env"],
    ),
    Damage(
        "environment-file-is-writable-by-all",
        f"{ENV_FILE}; as_nobody test -w $f; echo rc=$?",
        "rc=0",
        "rc=1",
        ["EnvironmentFile=/srv/lab/writable.env"],
        ["EnvironmentFile=/srv/lab/closed.env"],
    ),
    Damage(
        "environment-file-is-a-script",
        f"{TOLD}; journalctl --sync; journalctl -q -o cat -u $U | {NOBODY_SEES}",
        "LAB=\n1",
        "LAB=hunter2\n0",
        ["EnvironmentFile=/srv/lab/script.env"],
        ["EnvironmentFile=/srv/lab/plain.env"],
        "/srv/lab/tell",
        base=ONCE,
    ),
    Damage(
        "environment-file-ends-start",
        "start; systemctl show -p Result --value $U; systemctl stop $U",
        "start rc=1\nresources",
        "start rc=0\nsuccess",
        ["EnvironmentFile=/srv/lab/latin.env"],
        ["EnvironmentFile=/srv/lab/utf8.env"],
    ),
    Damage(
        "environment-file-line-is-ignored",
        f"{TOLD}; journalctl --sync; journalctl -q -o cat -u $U | {NOBODY_SEES}",
        "LAB=first\n1",
        "LAB=first\nsecond\n0",
        ["EnvironmentFile=/srv/lab/ignored.env"],
        ["EnvironmentFile=/srv/lab/read.env"],
        "/srv/lab/tell",
        base=ONCE,
    ),
    Damage(
        "environment-file-reads-otherwise",
        TOLD,
        "LAB=high  # which",
        "LAB=high",
        ["EnvironmentFile=/srv/lab/otherwise.env"],
        ["EnvironmentFile=/srv/lab/alike.env"],
        "/srv/lab/tell",
        base=ONCE,
    ),
    Damage(
        "environment-file-refers",
        TOLD,
        "LAB=${HOSTED} mail",
        "LAB=shop mail",
        ["EnvironmentFile=/srv/lab/refers.env"],
        ["EnvironmentFile=/srv/lab/resolved.env"],
        "/srv/lab/tell",
        base=ONCE,
    ),
    Damage(
        "writable-path-is-not-there",
        START,
        "start rc=1",
        "start rc=0",
        ["ReadWritePaths=/srv/gone"],
        ["ReadWritePaths=-/srv/gone"],
    ),
    Damage(
        "drop-in-is-not-read",
        "systemctl show -p TimeoutStopUSec --value $U",
        "1min 30s",
        "5s",
        others={
            f"{UNITS}/trap-drop-in-is-not-read-bad.d/50-mine.conf": "[Service]\nTimeoutStopSec=5\n",
            f"{UNITS}/trap-drop-in-is-not-read-good.service.d/50-mine.conf": "[Service]\nTimeoutStopSec=5\n",
        },
    ),
)
DAMAGES = (*STOPS, *RESTARTS, *COMMANDS, *TYPES, *SECRETS, *SANDBOXES, *INSTALLS, *HOST)
