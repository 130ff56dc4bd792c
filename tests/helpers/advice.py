# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For each trap a unit with it, and the same with its remedy: for the unit tests, and for hosts that start them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tests.unit.plugins.module_utils._core.judge.traps.trap_units import CELERY, SYSTEMD, worker

ARTISAN = "/usr/bin/php /srv/app/artisan queue:work"
OFFLINE = ("Wants", "After")


@dataclass(frozen=True)
class Advice:
    """``bad`` and ``good`` are lines as ``worker`` takes them, of [Unit] and [Install] behind the name and a dot."""

    bad: t.Sequence[str] = ()
    good: t.Sequence[str] = ()
    start: str = "/srv/app/worker"
    good_start: str = ""
    without: t.Sequence[str] = ()
    name: str = "mail.service"
    good_name: str = ""
    systemd: int = SYSTEMD
    # Words of the hint, where ``good`` does not follow from it letter by letter.
    says: str = ""


def text(lines: t.Sequence[str], start: str, without: t.Collection[str] = ()) -> str:
    """A worker with these lines instead of its own, where they decide the same directive once."""
    sections: dict[str, list[str]] = {"Unit": [], "Service": [], "Install": []}
    for line in lines:
        section, dot, rest = line.partition(".")
        in_section = bool(dot) and section in ("Unit", "Install")
        sections[section if in_section else "Service"].append(rest if in_section else line)
    return worker(
        *sections["Service"], start=start, unit=sections["Unit"], install=sections["Install"], without=without
    )


ADVICE = {
    "kill-mode-kills-jobs": Advice(good=["KillMode=mixed"], start=CELERY, without=["KillMode"]),
    "kill-mode-process-leaves-children": Advice(["KillMode=process"], ["KillMode=mixed"]),
    "kill-mode-none-leaves-everything": Advice(["KillMode=none"], ["KillMode=mixed"]),
    "send-sigkill-no-leaves-worker": Advice(["SendSIGKILL=no"], ["TimeoutStopSec=10min"]),
    "kill-signal-is-sigkill": Advice(["KillSignal=SIGKILL"], says="Remove it"),
    "kill-signal-drops-jobs": Advice(good=["KillSignal=SIGINT"], start="/srv/bin/huey_consumer app.huey"),
    "stop-timeout-shorter-than-job": Advice(good=["TimeoutStopSec=310s"], start=f"{ARTISAN} --timeout=300"),
    "stop-timeout-endless": Advice(["TimeoutStopSec=infinity"], ["TimeoutStopSec=10min"]),
    "exec-stop-kills-at-once": Advice(["ExecStop=/bin/kill -9 $MAINPID"], says="Remove the command"),
    "exec-stop-does-not-wait": Advice(
        ["ExecStop=/bin/kill -s TSTP $MAINPID"], ["KillSignal=SIGTERM"], "/usr/bin/bundle exec sidekiq"
    ),
    "exit-143-is-failure": Advice(good=["SuccessExitStatus=143"], start="/usr/bin/java -jar /srv/worker.jar"),
    "default-dependencies-no": Advice(["Unit.DefaultDependencies=no"], says="Remove DefaultDependencies=no"),
    "restart-is-off": Advice(good=["Restart=always"], without=["Restart"]),
    "restart-misses-clean-exit": Advice(["Restart=on-failure"], ["Restart=always"]),
    "start-limit-gives-up": Advice(
        good=["Unit.StartLimitIntervalSec=0", "RestartSec=5s"], without=["StartLimitIntervalSec", "RestartSec"]
    ),
    "start-limit-in-service-section": Advice(
        ["StartLimitIntervalSec=0"],
        ["Unit.StartLimitIntervalSec=0"],
        without=["StartLimitIntervalSec"],
        says="Move it to [Unit]",
    ),
    "restart-storm": Advice(["RestartSec=50ms"], ["RestartSec=1s"], without=["RestartSec"]),
    "restart-steps-do-nothing": Advice(
        ["RestartSteps=8"],
        ["RestartSec=100ms", "RestartSteps=8", "RestartMaxDelaySec=10s"],
        without=["RestartSec"],
    ),
    "restart-prevented-after-crash": Advice(
        ["RestartPreventExitStatus=2 1"], ["RestartPreventExitStatus=2"], says="Remove 1"
    ),
    "crash-counts-as-success": Advice(["SuccessExitStatus=3 255"], ["SuccessExitStatus=3"], says="Remove 1, 255"),
    "exit-leaves-unit-active": Advice(["RemainAfterExit=yes"], says="Remove RemainAfterExit=yes"),
    "failure-is-ignored": Advice(start="-/srv/app/worker", good_start="/srv/app/worker", says="Remove the dash"),
    "one-oom-kill-ends-all": Advice(["MemoryMax=1G"], ["MemoryMax=1G", "OOMPolicy=continue"], CELERY, says="OOMPolicy"),
    "run-time-ends-for-good": Advice(
        ["RuntimeMaxSec=1h", "Restart=no"], ["RuntimeMaxSec=1h", "Restart=always"], says="Restart=always"
    ),
    "requires-takes-worker-down": Advice(
        ["Unit.Requires=redis.service", "Unit.After=redis.service"],
        ["Unit.Wants=redis.service", "Unit.After=redis.service"],
    ),
    "shell-wrapper-without-exec": Advice(
        start="/bin/sh -c 'cd /srv && ./worker'", good_start="/bin/sh -c 'cd /srv && exec ./worker'", says="`exec`"
    ),
    "wrapper-keeps-stop-signal": Advice(
        start="/bin/flock -n /run/a /srv/worker",
        good_start="/bin/flock --no-fork -n /run/a /srv/worker",
        says="--no-fork",
    ),
    "login-shell": Advice(start="/bin/bash -lc /srv/worker", good_start="/bin/bash -c /srv/worker", says="without -l"),
    "bashrc-is-not-read": Advice(
        start="/bin/bash -c 'nvm use 20; exec node worker.js'",
        good_start="/srv/node/bin/node worker.js",
        says="absolute path",
    ),
    "shell-syntax-without-shell": Advice(
        good=["StandardOutput=append:/var/log/worker.log"],
        start="/srv/app/worker >> /var/log/worker.log",
        good_start="/srv/app/worker",
    ),
    "command-substitution-without-shell": Advice(
        start="/srv/app/worker --host $(hostname)", good_start="/srv/app/worker --host mq1", says="the value itself"
    ),
    "glob-without-shell": Advice(
        ["ExecStartPre=/bin/rm -f /run/a/*.pid"], ["ExecStartPre=/bin/rm -f /run/a/1.pid"], says="names"
    ),
    "tilde-without-shell": Advice(
        start="/srv/app/worker ~/jobs", good_start="/srv/app/worker /srv/jobs", says="absolute"
    ),
    "tilde-in-environment": Advice(
        ["Environment=APP_DIR=~/app"], ["Environment=APP_DIR=/srv/app"], says="absolute path"
    ),
    "variable-in-environment": Advice(
        ['Environment="PATH=/srv/bin:$PATH"'], ["Environment=PATH=/srv/bin:/usr/local/bin:/usr/bin:/bin"], says="PATH="
    ),
    "backslash-is-an-escape": Advice(
        start=r"/srv/app/worker 'App\notify\beta'",
        good_start=r"/srv/app/worker 'App\\notify\\beta'",
        says=r"App\\notify",
    ),
    "variable-as-program": Advice(
        ["Environment=APP=app"], start="/srv/${APP}/worker", good_start="/srv/app/worker", says="absolute path"
    ),
    "variable-is-never-set": Advice(good=["Environment=QUEUE=mail"], start="/srv/app/worker $QUEUE"),
    "script-variable-is-gone": Advice(
        start="/bin/sh -c 'A=1; exec /srv/worker ${A}'",
        good_start="/bin/sh -c 'A=1; exec /srv/worker $${A}'",
        says="$${",
    ),
    "per-cent-is-expanded": Advice(start=f"{CELERY} -n mail@%h", good_start=f"{CELERY} -n mail@%%h", says="Double"),
    "instances-share-a-name": Advice(
        start=f"{CELERY} -n mail@%%h",
        good_start=f"{CELERY} -n mail-%i@%%h",
        name="mail@.service",
        says="-n NAME-%i@%%h",
    ),
    "name-outlives-a-crash": Advice(
        start="/srv/app/bin/rq worker --name mail mail",
        good_start="/srv/app/bin/rq worker --name mail-${INVOCATION_ID} mail",
        says="-${INVOCATION_ID}",
    ),
    "path-is-not-searched": Advice(
        ["Environment=PATH=/srv/app/bin:/usr/bin"],
        ["Environment=PATH=/srv/app/bin:/usr/bin"],
        start="python3 worker.py",
        good_start="/srv/app/bin/python3 worker.py",
        says="absolute path",
    ),
    "becomes-user-by-command": Advice(
        good=["User=app"], start="/usr/bin/sudo -u app /srv/app/worker", good_start="/srv/app/worker"
    ),
    "plus-ignores-user": Advice(
        ["User=app"], ["User=app"], "+/srv/app/worker", "/srv/app/worker", says="Remove the prefix"
    ),
    "worker-detaches": Advice(start=f"{CELERY} --detach", good_start=CELERY, says="Remove it"),
    "type-simple-hides-failure": Advice(good=["Type=exec"], without=["Type"]),
    "ready-is-never-said": Advice(["Type=notify"], ["Type=exec"], CELERY),
    "ready-from-a-child-is-refused": Advice(
        ["Type=notify"], ["Type=notify", "NotifyAccess=all"], "/usr/bin/uv run /srv/app/worker", says="NotifyAccess=all"
    ),
    "watchdog-is-never-fed": Advice(["WatchdogSec=30"], start=CELERY, says="Remove WatchdogSec="),
    "watchdog-too-short": Advice(
        ["Type=notify", "WatchdogSec=5"], ["Type=notify", "WatchdogSec=10s"], says="WatchdogSec="
    ),
    "forking-without-pid-file": Advice(
        ["Type=forking"], ["Type=exec"], "/srv/bin/celery multi start a b -A app", CELERY
    ),
    "forking-never-forks": Advice(["Type=forking", "PIDFile=/run/a.pid"], ["Type=exec"], CELERY),
    "oneshot-never-ends": Advice(["Type=oneshot"], ["Type=exec"], CELERY),
    "start-timeout-endless": Advice(
        ["Type=notify", "TimeoutStartSec=infinity"],
        ["Type=notify", "TimeoutStartSec=2min"],
        says="TimeoutStartSec=2min",
    ),
    "secret-in-environment": Advice(["Environment=DB_PASSWORD=hunter2"], ["EnvironmentFile=/etc/app/secrets"]),
    "secret-in-command": Advice(
        good=["EnvironmentFile=/etc/app/secrets"],
        start="/srv/app/worker --password=hunter2",
        good_start="/srv/app/worker",
    ),
    "secret-in-set-credential": Advice(["SetCredential=db-password:x"], ["LoadCredential=db-password:/etc/app/db"]),
    "secret-file-is-optional": Advice(
        ["EnvironmentFile=-/etc/app/secrets"], ["EnvironmentFile=/etc/app/secrets"], says="Remove the dash"
    ),
    "files-are-written-for-all": Advice(["UMask=0000"], ["UMask=0027"]),
    "home-is-hidden": Advice(["ProtectHome=yes"], ["ProtectHome=no"], "/home/app/bin/worker"),
    "private-tmp-is-not-shared": Advice(
        ["PrivateTmp=yes"],
        ["PrivateTmp=yes", "RuntimeDirectory=mail-%i"],
        "/srv/worker --bind=unix:/tmp/w.sock",
        "/srv/worker --bind=unix:/run/mail-%i/w.sock",
        name="mail@.service",
        says="NAME-%i",
    ),
    "written-file-is-read-only": Advice(
        ["ProtectSystem=strict"],
        ["ProtectSystem=strict", "LogsDirectory=worker"],
        "/srv/app/worker --logfile=/var/log/w.log",
        "/srv/app/worker --logfile=/var/log/worker/w.log",
        says="LogsDirectory=",
    ),
    "jit-needs-executable-memory": Advice(
        ["MemoryDenyWriteExecute=yes"], ["MemoryDenyWriteExecute=no"], "/usr/bin/node /srv/app/worker.js"
    ),
    "forbidden-call-kills": Advice(
        ["SystemCallFilter=@system-service"],
        ["SystemCallFilter=@system-service", "SystemCallErrorNumber=EPERM"],
        says="SystemCallErrorNumber=EPERM",
    ),
    "capability-is-out-of-bounds": Advice(
        ["AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=CAP_CHOWN"],
        ["AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=CAP_KILL CAP_CHOWN"],
        says="CapabilityBoundingSet=",
    ),
    "credentials-end-start-pre": Advice(
        ["ExecStartPre=/bin/true", "LoadCredential=a:/etc/a", "ProtectSystem=full"],
        ["LoadCredential=a:/etc/a", "ProtectSystem=full"],
        systemd=247,
        says="in the worker",
    ),
    "file-systems-after-privileges": Advice(
        ["User=app", "RestrictFileSystems=ext4"],
        [
            "User=app",
            "RestrictFileSystems=ext4",
            "SystemCallFilter=@system-service",
            "SystemCallErrorNumber=EPERM",
        ],
        says="SystemCallErrorNumber=EPERM",
    ),
    "network-is-shut-off": Advice(["PrivateNetwork=yes"], says="Remove PrivateNetwork=yes"),
    "process-limit-counts-the-host": Advice(["LimitNPROC=64"], ["TasksMax=64"]),
    "memory-in-bytes": Advice(["MemoryMax=512"], ["MemoryMax=512M"], says="512M"),
    "memory-high-above-max": Advice(["MemoryMax=512M", "MemoryHigh=1G"], ["MemoryMax=512M", "MemoryHigh=460M"]),
    "tasks-max-below-crew": Advice(["TasksMax=8"], ["TasksMax=16"], f"{CELERY} -c 8"),
    "user-is-nobody": Advice(["User=nobody"], ["DynamicUser=yes"]),
    "output-goes-nowhere": Advice(
        ["StandardOutput=null"], ["StandardOutput=null", "StandardError=journal"], says="StandardError=journal"
    ),
    "log-is-overwritten": Advice(
        ["StandardOutput=file:/var/log/w"], ["StandardOutput=append:/var/log/w"], says="append:"
    ),
    "output-directory-comes-later": Advice(
        ["LogsDirectory=worker", "StandardOutput=append:/var/log/worker/out"],
        ["LogsDirectory=worker", "StandardOutput=journal"],
        says="StandardOutput=journal",
    ),
    "runtime-directory-is-shared": Advice(
        ["RuntimeDirectory=mail"], ["RuntimeDirectory=mail-%i"], name="mail@.service"
    ),
    "network-is-not-online": Advice(
        ["Unit.After=network.target"],
        ["Unit.After=network.target", "Unit.Wants=network-online.target", "Unit.After=network-online.target"],
        without=OFFLINE,
    ),
    "network-online-is-not-wanted": Advice(
        ["Unit.After=network-online.target"],
        ["Unit.After=network-online.target", "Unit.Wants=network-online.target"],
        without=OFFLINE,
        says="Wants=network-online.target",
    ),
    "needed-unit-is-not-awaited": Advice(
        ["Unit.Wants=redis.service"],
        ["Unit.Wants=redis.service", "Unit.After=redis.service"],
        says="After=redis.service",
    ),
    "not-started-at-boot": Advice(good=["Install.WantedBy=multi-user.target"], without=["WantedBy"]),
    "wanted-by-nobody": Advice(
        ["Install.WantedBy=multi-user"], ["Install.WantedBy=multi-user.target"], without=["WantedBy"]
    ),
    "instance-becomes-path": Advice(["Environment=A=%I"], ["Environment=A=%i"], name="mail@.service", says="%i"),
    "instance-is-escaped": Advice(
        ["Environment=A=%i"],
        ["Environment=A=%i"],
        name="mail@eu\\x2dwest.service",
        good_name="mail@eu_west.service",
        says="Name the instance",
    ),
}
