# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, PathFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import CELERY, Rows, both_ways, caught, worker

CAUGHT: Rows = {
    "a shell that waits for the worker": (
        "shell-wrapper-without-exec",
        worker(start="/bin/sh -c 'cd /srv && ./worker'"),
    ),
    "one that has something to do after it": (
        "shell-wrapper-without-exec",
        worker(start='/bin/bash -ec "/srv/worker; true"'),
    ),
    "a single command, which dash does not become": (
        "shell-wrapper-without-exec",
        worker(start="/bin/sh -c /srv/app/worker"),
    ),
    "an exec that only redirects": (
        "shell-wrapper-without-exec",
        worker(start="/bin/sh -c 'exec >/var/log/a; /srv/app/worker'"),
    ),
    "bash, and a pipe": ("shell-wrapper-without-exec", worker(start="/bin/bash -c '/srv/app/worker | logger'")),
    "bash, and a redirection": ("shell-wrapper-without-exec", worker(start="/bin/bash -c '/srv/app/worker 2>&1'")),
    "bash, and a loop": (
        "shell-wrapper-without-exec",
        worker(start="/bin/bash -c 'while true; do /srv/app/worker; done'"),
    ),
    "a shell in a wrapper": ("shell-wrapper-without-exec", worker(start="/usr/bin/env A=1 sh -c '/srv/app/worker'")),
    "flock": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/flock -n /run/a.lock /srv/app/worker")),
    "npm": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/npm start")),
    "npm run": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/npm run worker")),
    "yarn": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/yarn worker")),
    "npx": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/npx tsx worker.ts")),
    "script": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/script -qe /var/log/typescript")),
    "a wrapper in a wrapper": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/nice -n 5 time /srv/app/worker")),
    "unshare that forks": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/unshare -mf /srv/app/worker")),
    "setsid leaves": ("worker-detaches", worker(start="/usr/bin/setsid /srv/app/worker")),
    "delayed_job that detaches": ("worker-detaches", worker(start="/srv/app/bin/delayed_job start")),
    "a login shell": ("login-shell", worker(start="/bin/bash -lc /srv/app/worker")),
    "a login shell, in full": ("login-shell", worker(start="/bin/bash --login /srv/app/worker.sh")),
    "nvm": ("bashrc-is-not-read", worker(start="/bin/bash -c 'nvm use 20; exec node worker.js'")),
    "a sourced .bashrc": ("bashrc-is-not-read", worker(start="/bin/bash -c 'source ~/.bashrc; exec node worker.js'")),
    "a redirection": ("shell-syntax-without-shell", worker(start="/srv/app/worker >> /var/log/worker")),
    "a redirection of errors": ("shell-syntax-without-shell", worker(start="/srv/app/worker 2>&1")),
    "a pipe": ("shell-syntax-without-shell", worker(start="/srv/app/worker | logger")),
    "a redirection to a path": ("shell-syntax-without-shell", worker("ExecStartPre=/bin/echo a >/srv/a")),
    "a command in the command": (
        "command-substitution-without-shell",
        worker(start="/srv/app/worker --host $(hostname)"),
    ),
    "a pattern": ("glob-without-shell", worker("ExecStartPre=/bin/rm -f /run/app/*.pid")),
    "a home directory": ("tilde-without-shell", worker(start="/srv/app/worker ~/jobs")),
    "one in an option": ("tilde-without-shell", worker(start="/srv/app/worker --config=~/app.yml")),
    "a variable of a home directory": ("tilde-in-environment", worker("Environment=APP_DIR=~/app")),
    "PATH and more": ("variable-in-environment", worker('Environment="PATH=/srv/bin:$PATH"')),
    "one of its own variables": ("variable-in-environment", worker("Environment=A=1 B=${A}2")),
    "a name with escapes in it": ("backslash-is-an-escape", worker(start="/srv/app/worker 'App\\notify\\beta'")),
    "a class in a variable": ("backslash-is-an-escape", worker("Environment=JOB=App\\templates")),
    "a border of words": ("backslash-is-an-escape", worker(start="/srv/app/worker --only='\\bmail\\b'")),
    "a class in a script": (
        "backslash-is-an-escape",
        worker(start="/bin/sh -c 'exec /srv/app/worker \\App\\jobs\\run::now; true'"),
    ),
    "a program in a variable": (
        "variable-as-program",
        worker("Environment=APP=app", start="/srv/${APP}/worker"),
    ),
    "a variable that nobody sets": ("variable-is-never-set", worker(start="/srv/app/worker $QUEUE")),
    "one in braces": ("variable-is-never-set", worker(start="/srv/app/worker --queue=${QUEUE}")),
    "a loop variable": (
        "script-variable-is-gone",
        worker("ExecStartPre=/bin/sh -c 'for i in 1 2; do echo ${i}; done'"),
    ),
    "a variable of the script": (
        "script-variable-is-gone",
        worker("ExecStartPre=/bin/sh -c 'A=$(hostname); echo ${A}'"),
    ),
    "celery's name of the host": ("per-cent-is-expanded", worker(start=f"{CELERY} -n mail@%h")),
    "a URL in the command": ("per-cent-is-expanded", worker(start="/srv/app/worker amqp://mq/%C3%A4")),
    "a URL in a variable": ("per-cent-is-expanded", worker("Environment=BROKER=amqp://mq/%E2")),
    "a PATH that is not searched": (
        "path-is-not-searched",
        worker("Environment=PATH=/srv/app/bin:/usr/bin", start="python3 worker.py"),
    ),
    "sudo": ("becomes-user-by-command", worker(start="/usr/bin/sudo -u app /srv/app/worker")),
    "su in a shell": ("becomes-user-by-command", worker(start="/bin/sh -c 'exec su app -c /srv/app/worker'")),
    "a plus": ("plus-ignores-user", worker("User=app", start="+/srv/app/worker")),
    "an exclamation mark": ("plus-ignores-user", worker("User=app", start="!/srv/app/worker")),
    "celery that detaches": ("worker-detaches", worker(start=f"{CELERY} --detach")),
    "celery multi": ("worker-detaches", worker(start="/srv/bin/celery multi start 4 -A app")),
    "a shell that detaches": ("worker-detaches", worker(start="/bin/sh -c '/srv/app/worker &'")),
}
MISSED: Rows = {
    "exec at the end": ("shell-wrapper-without-exec", worker(start="/bin/sh -c 'cd /srv && exec ./worker'")),
    "bash becomes the last command": (
        "shell-wrapper-without-exec",
        worker(start="/bin/bash -c 'cd /srv && . ./env && ./worker'"),
    ),
    "a server is no worker": ("shell-wrapper-without-exec", worker(start="/bin/sh -c '/srv/app/server'")),
    "a daemon that a shell starts": (
        "shell-wrapper-without-exec",
        worker("Type=forking", start=f"/bin/sh -c '{CELERY} --detach'"),
    ),
    "flock that becomes it": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/flock -nF /run/a /srv/app/worker")),
    "env, nice and timeout": (
        "wrapper-keeps-stop-signal",
        worker(start="/usr/bin/env A=1 nice timeout 9h /srv/app/worker"),
    ),
    "uv": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/uv run --no-sync celery -A app worker")),
    "bundle exec": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/bundle exec sidekiq")),
    "npm that installs": ("wrapper-keeps-stop-signal", worker(start="/usr/bin/npm ci")),
    "su has its own": ("wrapper-keeps-stop-signal", worker(start="/bin/su app -c 'exec /srv/app/worker'")),
    "setsid of a forking service": ("worker-detaches", worker("Type=forking", start="/usr/bin/setsid /srv/w")),
    "a script that handles signals": (
        "shell-wrapper-without-exec",
        worker(start="/bin/sh -c 'trap stop TERM; /srv/worker & wait'"),
    ),
    "a script in a file": ("shell-wrapper-without-exec", worker(start="/bin/sh /srv/app/worker.sh")),
    "a shell without a script": ("shell-wrapper-without-exec", worker(start="/bin/sh -c")),
    "an unclosed quote": ("shell-wrapper-without-exec", worker(start="/bin/sh -c 'a; b")),
    "no login": ("login-shell", worker(start="/bin/bash -ec /srv/app/worker")),
    "-l of another program": ("login-shell", worker(start="/srv/app/worker -l info")),
    "-l of a script": ("login-shell", worker(start="/bin/bash /srv/app/worker.sh -l info")),
    "node by its path": ("bashrc-is-not-read", worker(start="/home/app/.nvm/versions/node/v20/bin/node worker.js")),
    "a sourced nvm.sh": (
        "bashrc-is-not-read",
        worker(start="/bin/bash -c 'source ~/.nvm/nvm.sh; nvm use 20; exec node w'"),
    ),
    "a shell's redirection": ("shell-syntax-without-shell", worker(start="/bin/sh -c 'exec /srv/worker > /var/log/a'")),
    "a quoted pipe": ("shell-syntax-without-shell", worker(start="/srv/app/worker \"|\" '>'")),
    "two commands": ("shell-syntax-without-shell", worker("ExecStartPre=/bin/a ; /bin/b")),
    "a shell's command": ("command-substitution-without-shell", worker(start="/bin/sh -c 'exec /srv/a $(hostname)'")),
    "a doubled dollar": ("command-substitution-without-shell", worker(start="/srv/app/worker '$$(x)'")),
    "a pattern for the program": ("glob-without-shell", worker(start="/srv/app/worker --queue=mail-*")),
    "a quoted pattern": ("glob-without-shell", worker(start='/srv/app/worker "/jobs/*"')),
    "a tilde in a name": ("tilde-without-shell", worker(start="/srv/app/worker file~ --like=~x")),
    "a tilde in the middle": ("tilde-in-environment", worker("Environment=A=/srv/~/app")),
    "a dollar in a secret": ("variable-in-environment", worker("Environment=SALT=ab$cd$$ef")),
    "a backslash that stays": ("backslash-is-an-escape", worker(start="/srv/app/worker 'OC\\Task'")),
    "doubled": ("backslash-is-an-escape", worker(start="/srv/app/worker 'App\\\\notify\\\\beta'")),
    "a line that is printed": ("backslash-is-an-escape", worker("ExecStartPre=/bin/sh -c 'printf \"a\\nb\\a\"'")),
    "a text of two lines": ("backslash-is-an-escape", worker(start="/srv/app/worker 'two words\\n'")),
    "the name of a unit": ("backslash-is-an-escape", worker(start="/srv/app/worker eu\\x2dwest")),
    "a literal dollar that exists": ("variable-as-program", worker(start="/srv/a$/worker")),
    "a variable as argument": ("variable-as-program", worker("Environment=Q=1", start="/srv/app/worker $Q")),
    "a variable of the unit": ("variable-is-never-set", worker("Environment=QUEUE=a", start="/srv/w $QUEUE")),
    "one of a file": ("variable-is-never-set", worker("EnvironmentFile=/etc/w", start="/srv/w $QUEUE")),
    "one of systemd": ("variable-is-never-set", worker("ExecReload=/bin/kill -HUP $MAINPID")),
    "a doubled dollar is none": ("variable-is-never-set", worker(start="/srv/w $$QUEUE")),
    "expansion switched off": ("variable-is-never-set", worker(start=":/srv/w $QUEUE")),
    "an option's value without braces": ("variable-is-never-set", worker(start="/srv/w --queue=$QUEUE")),
    "a doubled one in a script": ("script-variable-is-gone", worker(start="/bin/sh -c 'A=1; exec /srv/w $${A}'")),
    "one that systemd leaves to the shell": (
        "script-variable-is-gone",
        worker(start="/bin/sh -c 'A=1; exec /srv/w $A'"),
    ),
    "a variable from outside": ("script-variable-is-gone", worker(start="/bin/sh -c 'A=1; exec /srv/w ${B}'")),
    "celery's name with two": ("per-cent-is-expanded", worker(start=f"{CELERY} -n mail@%%h")),
    "the home directory where it is meant": ("per-cent-is-expanded", worker(start="/srv/app/worker %h/jobs")),
    "digits are refused by systemd itself": ("per-cent-is-expanded", worker(start="/srv/app/worker amqp://mq/%20")),
    "a specifier in a URL": ("per-cent-is-expanded", worker("Environment=ME=http://%H/%i")),
    "an absolute path": (
        "path-is-not-searched",
        worker("Environment=PATH=/srv/bin:/bin", start="/srv/bin/python w.py"),
    ),
    "a PATH that systemd searches": (
        "path-is-not-searched",
        worker("Environment=PATH=/srv/bin", "ExecSearchPath=/srv/bin", start="python w.py"),
    ),
    "User": ("becomes-user-by-command", worker("User=app")),
    "a plus for a preparation": ("plus-ignores-user", worker("User=app", "ExecStartPre=+/bin/chown app /srv/x")),
    "a plus for root": ("plus-ignores-user", worker(start="+/srv/app/worker")),
    "two exclamation marks": ("plus-ignores-user", worker("User=app", start="!!/srv/app/worker")),
    "celery in the foreground": ("worker-detaches", worker(start=CELERY)),
    "a daemon that systemd expects": ("worker-detaches", worker("Type=forking", start=f"{CELERY} --detach")),
    "--daemon of another program": ("worker-detaches", worker(start="/srv/app/worker --daemon")),
}


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)


def test_sh_is_what_the_host_has() -> None:
    text = worker(start="/bin/sh -c 'cd /srv; ./worker'")
    assert "shell-wrapper-without-exec" in caught(text, HostFacts(paths={"/bin/sh": PathFacts(target="/usr/bin/dash")}))
    assert caught(text, HostFacts(paths={"/bin/sh": PathFacts(target="/usr/bin/bash")})) == set()


def test_a_path_with_a_dollar_that_is_there_is_no_trap() -> None:
    there = HostFacts(paths={"/srv/$A/worker": PathFacts()})
    gone = HostFacts(paths={"/srv/$A/worker": PathFacts(exists=False)})
    text = worker(start="/srv/$A/worker")
    assert "variable-as-program" not in caught(text, there)
    assert "variable-as-program" in caught(text, gone)


RQ = "/srv/app/bin/rq worker"
POOL = "\n[X-Workers]\nPool=mail\n"
# Command lines of a template, and the option that the finding names.
SHARED = {
    "a name of rq": (f"{RQ} --name mail mail", "--name mail"),
    "its short option": (f"{RQ} -n mail mail", "-n mail"),
    "with an equals sign": (f"{RQ} --name=mail mail", "--name mail"),
    "the name is of the pool alone": (f"{RQ} --name %p-%H mail", "--name %p-%H"),
    "another queue on the same broker": (f"{RQ} --name mail mail-%i", "--name mail"),
    "rq of Django": ("/srv/app/bin/python manage.py rqworker --name mail mail", "--name mail"),
    "a node name of celery": (f"{CELERY} -n mail@lab", "-n mail@lab"),
    "the host in it is one host": (f"{CELERY} --hostname=mail@%%h", "--hostname mail@%%h"),
    "celery itself knows an %i, which is 0 in a node name": (f"{CELERY} -n mail%%i@%%h", "-n mail%%i@%%h"),
    "a node name beside a log of each instance": (f"{CELERY} -n w@lab --logfile=/var/log/%i.log", "-n w@lab"),
    "a PID file of celery": (f"{CELERY} --pidfile=/run/app/mail.pid", "--pidfile /run/app/mail.pid"),
    "the name, although the PID file differs": (f"{CELERY} -n mail@lab --pidfile=/run/%n.pid", "-n mail@lab"),
    "a PID file of dramatiq": ("/srv/app/bin/dramatiq app --pid-file /run/mail.pid", "--pid-file /run/mail.pid"),
}
DIFFERENT = {
    "no name at all": (RQ, ()),
    "the instance in the name": (f"{RQ} --name mail-%i mail", ()),
    "the unit in the name": (f"{RQ} --name %n mail", ()),
    "a variable in the name": (f"{RQ} --name mail-${{INVOCATION_ID}} mail", ()),
    "the number of workers of a worker-pool": (f"{RQ}-pool -n 3 mail", ()),
    "celery without a name": (CELERY, ()),
    "a PID file of rq is only written": (f"{RQ} --pid /run/mail.pid mail", ()),
    "a broker of its own": (f"{RQ} --url redis://redis-%i --name mail mail", ()),
    "an application of its own": ("/srv/app/bin/celery -A %i worker -n mail@lab", ()),
    "a program of its own": ("/srv/%i/bin/rq worker --name mail mail", ()),
    "a directory of its own": (f"{CELERY} -n mail@lab", ("WorkingDirectory=/srv/%i",)),
    "an environment file of its own": (f"{CELERY} -n mail@lab", ("EnvironmentFile=/etc/app/%i",)),
    "a variable of its own": (f"{CELERY} -n mail@lab", ("Environment=BROKER=%i",)),
    "another program": ("/srv/app/worker --name mail", ()),
}


@pytest.mark.parametrize(("start", "found"), SHARED.values(), ids=SHARED.keys())
def test_instances_that_share_a_name(start: str, found: str) -> None:
    unit = Unit.of("mail@.service", worker("Environment=WORKERS_INSTANCE=%i", start=start))
    (finding,) = (one for one in traps.findings(unit, None, 257) if one.id == "instances-share-a-name")
    assert finding.found == f"{found} of every instance"
    assert found.partition(" ")[0] in finding.hint


@pytest.mark.parametrize(("start", "service"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_instances_that_share_none(start: str, service: tuple[str, ...]) -> None:
    assert "instances-share-a-name" not in caught(worker(*service, start=start), name="mail@.service")


@pytest.mark.parametrize(
    ("name", "more", "alike", "shared"),
    [
        ("mail.service", "", None, False),
        ("mail@.service", "", None, True),
        ("mail@1.service", "", None, True),
        ("mail@.service", POOL, None, False),
        ("mail@.service", POOL, 1, False),
        ("mail@.service", POOL, 2, True),
        ("mail@.service", POOL, 0, False),
    ],
    ids=[
        "no template",
        "a template",
        "an instance of it",
        "a pool of an unknown number",
        "a pool of one",
        "a pool of two",
        "each instance has settings of its own",
    ],
)
def test_only_several_instances_share_a_name(name: str, more: str, alike: int | None, shared: bool) -> None:
    text = worker(start=f"{RQ} --name mail mail") + more
    assert ("instances-share-a-name" in caught(text, HostFacts(alike=alike), name=name)) is shared


@pytest.mark.parametrize(
    ("name", "start", "found"),
    [
        ("mail.service", f"{RQ} --name mail mail", ["--name mail"]),
        ("mail.service", f"{RQ} -n mail mail", ["-n mail"]),
        ("mail@.service", f"{RQ} --name mail-%i mail", ["--name mail-%i"]),
        ("mail@.service", f"{RQ} --url redis://redis-%i --name mail mail", ["--name mail"]),
        ("mail@.service", f"{RQ} --name mail mail", []),
        ("mail@.service", f"{RQ} --name mail-%i-${{INVOCATION_ID}} mail", []),
        ("mail.service", f"{RQ} mail", []),
        ("mail.service", f"{RQ}-pool -n 3 mail", []),
        ("mail.service", f"{CELERY} -n mail@lab", []),
        ("mail.service", "/srv/app/worker --name mail", []),
    ],
    ids=[
        "a service",
        "the short option",
        "a name of one instance",
        "a name that each broker has once",
        "instances that share it are told of that",
        "a name that is new with each start",
        "no name",
        "the number of workers of a worker-pool",
        "celery takes its name again",
        "another program",
    ],
)
def test_a_name_that_outlives_a_crash(name: str, start: str, found: list[str]) -> None:
    unit = Unit.of(name, worker(start=start))
    caught_here = [one.found for one in traps.findings(unit, None, 257) if one.id == "name-outlives-a-crash"]
    assert caught_here == found


def test_the_place_is_that_of_the_directive() -> None:
    unit = Unit.of("a.service", "[Service]\nExecStart=/bin/a > b\n", path="/etc/systemd/system/a.service")
    (finding,) = traps.findings(unit, None, 252)
    assert finding.at is not None
    assert (finding.at.path, finding.at.line, finding.at.key) == ("/etc/systemd/system/a.service", 2, "ExecStart")
    assert finding.found == "`>` as an argument of a"
