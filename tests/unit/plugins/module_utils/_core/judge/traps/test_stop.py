# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from tests.unit.plugins.module_utils._core.judge.traps.trap_units import CELERY, Rows, both_ways, worker

LARAVEL = "/usr/bin/php /srv/app/artisan queue:work"
CAUGHT: Rows = {
    "celery forks, and the default kills its children": (
        "kill-mode-kills-jobs",
        worker(start=CELERY, without=["KillMode"]),
    ),
    "rq, and control-group is written": (
        "kill-mode-kills-jobs",
        worker("KillMode=control-group", start="/bin/rq worker"),
    ),
    "children stay with process": ("kill-mode-process-leaves-children", worker("KillMode=process")),
    "everything stays with none": ("kill-mode-none-leaves-everything", worker("KillMode=none")),
    "no kill after the timeout": ("send-sigkill-no-leaves-worker", worker("SendSIGKILL=no")),
    "SIGKILL by name": ("kill-signal-is-sigkill", worker("KillSignal=SIGKILL")),
    "SIGKILL by number": ("kill-signal-is-sigkill", worker("KillSignal=9")),
    "SIGKILL for a restart": ("kill-signal-is-sigkill", worker("RestartKillSignal=KILL")),
    "QUIT makes celery drop its tasks": ("kill-signal-drops-jobs", worker("KillSignal=SIGQUIT", start=CELERY)),
    "QUIT makes gunicorn drop its requests": (
        "kill-signal-drops-jobs",
        worker("KillSignal=SIGQUIT", start="/srv/app/bin/gunicorn app"),
    ),
    "a request may take longer than a stop": (
        "stop-timeout-shorter-than-job",
        worker("TimeoutStopSec=10s", start="/srv/app/bin/gunicorn app"),
    ),
    "TERM makes resque drop its job": ("kill-signal-drops-jobs", worker(start="/usr/bin/rake resque:work")),
    "a job of 300 s with 90 s to stop": ("stop-timeout-shorter-than-job", worker(start=f"{LARAVEL} --timeout=300")),
    "a job of 60 s, the default, with 30 s": (
        "stop-timeout-shorter-than-job",
        worker("TimeoutStopSec=30", start=LARAVEL),
    ),
    "as long as the job is not long enough": ("stop-timeout-shorter-than-job", worker("TimeoutSec=60", start=LARAVEL)),
    "infinity": ("stop-timeout-endless", worker("TimeoutStopSec=infinity")),
    "0 means infinity": ("stop-timeout-endless", worker("TimeoutSec=0")),
    "kill -9 as the stop": ("exec-stop-kills-at-once", worker("ExecStop=/bin/kill -9 $MAINPID")),
    "kill -s KILL as the stop": ("exec-stop-kills-at-once", worker("ExecStop=/bin/kill -s KILL $MAINPID")),
    "pkill in a shell": ("exec-stop-kills-at-once", worker("ExecStop=/bin/sh -c 'pkill -KILL celery'")),
    "a signal and no waiting": ("exec-stop-does-not-wait", worker("ExecStop=/bin/kill -s TERM $MAINPID")),
    "TSTP, which ends nobody": ("exec-stop-does-not-wait", worker("ExecStop=/bin/kill -TSTP $MAINPID")),
    "TSTP for sidekiq": (
        "exec-stop-does-not-wait",
        worker("ExecStop=/bin/kill -s TSTP $MAINPID", start="/usr/bin/bundle exec sidekiq"),
    ),
    "TERM makes huey drop its task": ("kill-signal-drops-jobs", worker(start="/srv/bin/huey_consumer.py app.huey")),
    "TERM makes resque-pool drop its jobs": (
        "kill-signal-drops-jobs",
        worker(start="/usr/bin/bundle exec resque-pool"),
    ),
    "QUIT makes solid_queue drop its jobs": (
        "kill-signal-drops-jobs",
        worker("KillSignal=QUIT", start="/srv/app/bin/jobs"),
    ),
    "dramatiq has ten minutes by default": (
        "stop-timeout-shorter-than-job",
        worker(start="/srv/bin/dramatiq app.tasks"),
    ),
    "milliseconds": (
        "stop-timeout-shorter-than-job",
        worker("TimeoutStopSec=2min", start="/srv/bin/dramatiq app --worker-shutdown-timeout 120000"),
    ),
    "manage.py rqworker forks": (
        "kill-mode-kills-jobs",
        worker(start="/srv/bin/python manage.py rqworker high", without=["KillMode"]),
    ),
    "rq as a module": ("kill-mode-kills-jobs", worker(start="/bin/python3 -m rq.cli worker", without=["KillMode"])),
    "django-q": (
        "kill-mode-kills-jobs",
        worker(start="/bin/sh -c 'exec python manage.py qcluster'", without=["KillMode"]),
    ),
    "a daemon without a stop of its own": (
        "kill-mode-kills-jobs",
        worker("Type=forking", "PIDFile=/run/a.pid", start=f"{CELERY} --detach", without=["KillMode"]),
    ),
    "java": ("exit-143-is-failure", worker(start="/usr/bin/java -jar /srv/app/worker.jar")),
    "nothing stops it at shutdown": ("default-dependencies-no", worker(unit=["DefaultDependencies=no"])),
}
MISSED: Rows = {
    "celery with mixed": ("kill-mode-kills-jobs", worker(start=CELERY)),
    "celery with threads": ("kill-mode-kills-jobs", worker(start=f"{CELERY} --pool=threads", without=["KillMode"])),
    "a worker of one process": ("kill-mode-kills-jobs", worker(without=["KillMode"])),
    "celery beat runs no jobs": ("kill-mode-kills-jobs", worker(start="/bin/celery -A app beat", without=["KillMode"])),
    "celery flower, on a queue named worker": (
        "kill-mode-kills-jobs",
        worker(start="/bin/celery -A worker flower", without=["KillMode"]),
    ),
    "celery beat of an app named worker": (
        "kill-mode-kills-jobs",
        worker(start="/bin/celery --app worker beat", without=["KillMode"]),
    ),
    "a daemon with a stop of its own": (
        "kill-mode-kills-jobs",
        worker(
            "Type=forking",
            "ExecStop=/bin/celery multi stopwait a",
            start="/bin/celery multi start a",
            without=["KillMode"],
        ),
    ),
    "huey that is told to be graceful": (
        "kill-signal-drops-jobs",
        worker(start="/srv/bin/huey_consumer app.huey -g TERM"),
    ),
    "resque-pool that is told to be graceful": (
        "kill-signal-drops-jobs",
        worker(start="/usr/bin/resque-pool --term-graceful-wait"),
    ),
    "an hour of milliseconds": (
        "stop-timeout-shorter-than-job",
        worker("TimeoutStopSec=1h", start="/srv/bin/dramatiq app"),
    ),
    "control-group": ("kill-mode-process-leaves-children", worker("KillMode=control-group")),
    "none with a stop of its own": ("kill-mode-none-leaves-everything", worker("KillMode=none", "ExecStop=/bin/stop")),
    "SendSIGKILL=yes": ("send-sigkill-no-leaves-worker", worker("SendSIGKILL=yes")),
    "SIGINT": ("kill-signal-is-sigkill", worker("KillSignal=SIGINT")),
    "FinalKillSignal is for later": ("kill-signal-is-sigkill", worker("FinalKillSignal=SIGKILL")),
    "TERM for celery": ("kill-signal-drops-jobs", worker("KillSignal=15", start=CELERY)),
    "QUIT for resque": ("kill-signal-drops-jobs", worker("KillSignal=SIGQUIT", start="/usr/bin/rake resque:work")),
    "resque that is told to be graceful": (
        "kill-signal-drops-jobs",
        worker("Environment=GRACEFUL_TERM=1", start="/usr/bin/rake resque:work"),
    ),
    "70 s for a job of 60 s": ("stop-timeout-shorter-than-job", worker("TimeoutStopSec=70s", start=LARAVEL)),
    "infinity for any job": ("stop-timeout-shorter-than-job", worker("TimeoutStopSec=infinity", start=LARAVEL)),
    "0 for any job": ("stop-timeout-shorter-than-job", worker("TimeoutStopSec=0", start=LARAVEL)),
    "a job without a limit": ("stop-timeout-shorter-than-job", worker(start=f"{LARAVEL} --timeout=0")),
    "a program that nobody knows": (
        "stop-timeout-shorter-than-job",
        worker("TimeoutStopSec=1", start="/bin/a --timeout=9"),
    ),
    "a span that systemd ignores": ("stop-timeout-endless", worker("TimeoutStopSec=soon")),
    "an hour": ("stop-timeout-endless", worker("TimeoutStopSec=1h")),
    "kill -TERM": ("exec-stop-kills-at-once", worker("ExecStop=/bin/kill -TERM $MAINPID")),
    "another program with -9": ("exec-stop-kills-at-once", worker("ExecStop=/bin/gzip -9 /var/log/worker")),
    "a stop that waits": (
        "exec-stop-does-not-wait",
        worker("ExecStop=/bin/sh -c 'kill $MAINPID; tail --pid=$MAINPID'"),
    ),
    "a program of its own": ("exec-stop-does-not-wait", worker("ExecStop=/srv/app/stop --and-wait")),
    "java that may": ("exit-143-is-failure", worker("SuccessExitStatus=143", start="/usr/bin/java -jar /srv/w.jar")),
    "python dies of the signal, which is fine": ("exit-143-is-failure", worker(start="/usr/bin/python3 /srv/w.py")),
    "default dependencies": ("default-dependencies-no", worker(unit=["DefaultDependencies=yes"])),
    "stopped at shutdown all the same": (
        "default-dependencies-no",
        worker(unit=["DefaultDependencies=no", "Conflicts=shutdown.target"]),
    ),
}


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)
