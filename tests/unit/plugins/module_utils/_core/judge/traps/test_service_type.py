# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from tests.unit.plugins.module_utils._core.judge.traps.trap_units import CELERY, Rows, both_ways, caught, worker

SIDEKIQ = "/usr/bin/bundle exec sidekiq"
CAUGHT: Rows = {
    "simple, by default": ("type-simple-hides-failure", worker(without=["Type"])),
    "simple, as written": ("type-simple-hides-failure", worker("Type=simple")),
    "notify for celery": ("ready-is-never-said", worker("Type=notify", start=CELERY)),
    "a watchdog for celery": ("watchdog-is-never-fed", worker("WatchdogSec=30", start=CELERY)),
    "a watchdog of 5 s": ("watchdog-too-short", worker("Type=notify", "WatchdogSec=5")),
    "forking without a PID file": ("forking-without-pid-file", worker("Type=forking")),
    "forking for celery in the foreground": (
        "forking-never-forks",
        worker("Type=forking", "PIDFile=/run/celery.pid", start=CELERY),
    ),
    "oneshot for celery": ("oneshot-never-ends", worker("Type=oneshot", start=CELERY)),
    "celery multi": ("forking-without-pid-file", worker("Type=forking", start="/srv/bin/celery multi start a b")),
    "uv before the worker": (
        "ready-from-a-child-is-refused",
        worker("Type=notify", start="/usr/bin/uv run /srv/app/worker"),
    ),
    "a start without end": ("start-timeout-endless", worker("Type=notify", "TimeoutStartSec=infinity")),
    "0 means without end": ("start-timeout-endless", worker("Type=notify-reload", "TimeoutStartSec=0")),
}
MISSED: Rows = {
    "exec": ("type-simple-hides-failure", worker()),
    "a service on the bus": ("type-simple-hides-failure", worker("BusName=org.a", without=["Type"])),
    "notify for sidekiq": ("ready-is-never-said", worker("Type=notify", start=SIDEKIQ)),
    "notify for a program that nobody knows": ("ready-is-never-said", worker("Type=notify")),
    "exec for celery": ("ready-is-never-said", worker(start=CELERY)),
    "a shell that becomes the worker": (
        "ready-from-a-child-is-refused",
        worker("Type=notify", start="/bin/sh -c 'cd /srv; exec ./worker'"),
    ),
    "a shell that says it itself": (
        "ready-from-a-child-is-refused",
        worker("Type=notify", start="/bin/sh -c 'prepare; systemd-notify --ready; work'"),
    ),
    "everybody may say it": (
        "ready-from-a-child-is-refused",
        worker("Type=notify", "NotifyAccess=all", start="/bin/sh -c 'cd /srv; ./worker'"),
    ),
    "a watchdog for sidekiq": ("watchdog-is-never-fed", worker("WatchdogSec=30", start=SIDEKIQ)),
    "no watchdog": ("watchdog-is-never-fed", worker("WatchdogSec=0", start=CELERY)),
    "a watchdog of 10 s": ("watchdog-too-short", worker("Type=notify", "WatchdogSec=10")),
    "a watchdog that is off": ("watchdog-too-short", worker("Type=notify", "WatchdogSec=0")),
    "forking with a PID file": ("forking-without-pid-file", worker("Type=forking", "PIDFile=/run/a.pid")),
    "celery that forks": ("forking-never-forks", worker("Type=forking", start=f"{CELERY} --detach")),
    "a daemon that nobody knows": ("forking-never-forks", worker("Type=forking")),
    "a oneshot that ends": ("oneshot-never-ends", worker("Type=oneshot", start="/bin/php artisan queue:work --once")),
    "a oneshot that nobody knows": ("oneshot-never-ends", worker("Type=oneshot")),
    "an old daemon": ("forking-without-pid-file", worker("Type=forking", start="/usr/sbin/rpc.mountd")),
    "a oneshot with a limit": (
        "oneshot-never-ends",
        worker("Type=oneshot", start="/bin/php bin/console messenger:consume async --time-limit=50"),
    ),
    "notify for queue software of which that is not known": (
        "ready-is-never-said",
        worker("Type=notify", start="/srv/app/bin/jobs"),
    ),
    "exec waits for nothing": ("start-timeout-endless", worker("TimeoutStartSec=infinity")),
    "two minutes": ("start-timeout-endless", worker("Type=notify", "TimeoutStartSec=2min")),
}


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)


def test_a_worker_behind_a_shell_is_no_main_process() -> None:
    text = worker("Type=notify", start="/bin/sh -c 'cd /srv; ./worker'")
    assert caught(text) == {"ready-from-a-child-is-refused", "shell-wrapper-without-exec"}
