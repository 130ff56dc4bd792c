# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each format becomes: the options that a careful colleague would have written."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
import yaml

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import kinds, playbook, reading
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults


def imported(kind: str, text: str, name: str = "mail.service") -> playbook.Written:
    source = reading.source(name if kind == "unit" else "the-file", "", text.encode())
    return playbook.written(kinds.found_in([source], kind), Defaults(), "workers.yml", "secrets.yml")


def program(*lines: str) -> str:
    return "\n".join(["[program:mail]", *lines])


def unit(*lines: str) -> str:
    return "\n".join(["[Service]", *lines])


def app(**keys: t.Any) -> str:
    return json.dumps({"apps": [{"name": "mail", **keys}]})


COMMAND = "command=/usr/bin/x"
RQ = "command=/srv/venv/bin/rq worker mail"
# The format, the text, and options of the pool that it becomes; ``None`` for an option that is not there.
POOLS: dict[str, tuple[str, str, dict[str, t.Any]]] = {
    "the fewest options": (
        "supervisord",
        program("command=/srv/venv/bin/rq worker mail", "user=app", "autorestart=true", "numprocs=1"),
        {
            "command": ["/srv/venv/bin/rq", "worker", "mail"],
            "user": "app",
            "preset": "rq",
            "instances": None,
            "drain_timeout": None,
            "unit": None,
            "rollout": None,
        },
    ),
    "a shell that only prepares is taken apart": (
        "supervisord",
        program('command=bash -c "cd /srv/mail && source .env && exec venv/bin/rq worker mail"'),
        {
            "command": ["/srv/mail/venv/bin/rq", "worker", "mail"],
            "working_directory": "/srv/mail",
            "environment_files": ["/srv/mail/.env"],
            "preset": "rq",
        },
    ),
    "a virtual environment that is activated": (
        "supervisord",
        program("command=bash -c 'source /srv/venv/bin/activate; celery -A x worker'"),
        {"command": ["/srv/venv/bin/celery", "-A", "x", "worker"], "preset": "celery"},
    ),
    "a pipe keeps the shell, which becomes the worker": (
        "supervisord",
        program("command=bash -c 'a | b && c'"),
        {"command": ["/bin/bash", "-c", "a | b && exec c"]},
    ),
    "numbers of processes are names of instances": (
        "supervisord",
        program("command=/x --port=%(process_num)s", "numprocs=2", "numprocs_start=8000"),
        {"command": "/x --port=%i", "instances": ["8000", "8001"]},
    ),
    "numbers from 1 on are a count": (
        "supervisord",
        program("command=/x %(process_num)d", "numprocs=3", "numprocs_start=1"),
        {"instances": 3},
    ),
    "numbers with zeros are names": (
        "supervisord",
        program("command=/x %(process_num)02d", "numprocs=2"),
        {"instances": ["00", "01"]},
    ),
    "the number of the only process is written": (
        "supervisord",
        program("command=/x %(process_num)02d", "numprocs_start=7"),
        {"command": ["/x", "07"], "instances": None},
    ),
    "a count without numbers in the command": (
        "supervisord",
        program(COMMAND, "numprocs=4", "process_name=%(program_name)s_%(process_num)02d"),
        {"instances": 4},
    ),
    "the directory of the file is one of the host": (
        "supervisord",
        program("command=%(here)s/bin/x", "directory=%(here)s/../app"),
        {"command": ["/srv/app/bin/x"], "working_directory": "/srv/app"},
    ),
    "a relative script needs a directory": (
        "supervisord",
        program("command=python3 bot.py"),
        {"command": ["/usr/bin/python3", "bot.py"], "working_directory": "/srv/app"},
    ),
    "an address is no relative path": (
        "supervisord",
        program("command=/x project.wsgi:app -b 0.0.0.0:80 http://h/a.php %(ENV_Y)s/z.py"),
        {"working_directory": None},
    ),
    "a number in a variable": (
        "supervisord",
        program(COMMAND, "numprocs=2", 'environment=N="%(process_num)d"'),
        {"command": "/usr/bin/env N=%i /usr/bin/x", "instances": ["0", "1"]},
    ),
    "a variable of the daemon": (
        "supervisord",
        program("command=/x %(ENV_COUNT)s"),
        {"command": "/x ${COUNT}", "environment": {"COUNT": "{{ worker_count }}"}},
    ),
    "PATH before that of the daemon": (
        "supervisord",
        program("command=celery -A x worker", 'environment=PATH="/srv/venv/bin:%(ENV_PATH)s"'),
        {"command": ["/srv/venv/bin/celery", "-A", "x", "worker"]},
    ),
    "the name of the program": (
        "supervisord",
        program("command=/x %(program_name)s %%"),
        {"command": ["/x", "mail", "%"]},
    ),
    "a comment behind a value": (
        "supervisord",
        program("command=/x a ; comment", "user=app ; comment"),
        {"command": ["/x", "a"], "user": "app"},
    ),
    "a semicolon inside of a word": ("supervisord", program("command=/x a;b"), {"command": ["/x", "a;b"]}),
    "a value of several lines": (
        "supervisord",
        program("command=/x a", "  b", "  c"),
        {"command": ["/x", "a", "b", "c"]},
    ),
    "a section and a key that are there twice": (
        "supervisord",
        program(COMMAND, "user=a") + "\n" + program("user=b"),
        {"user": "b"},
    ),
    "carriage returns and tabs": (
        "supervisord",
        "[program:mail]\r\ncommand\t=\t/x a\r\nuser = app\r\n",
        {"command": ["/x", "a"], "user": "app"},
    ),
    "what [supervisord] says for all": (
        "supervisord",
        "[supervisord]\nuser=app\numask=077\nenvironment=A=1\n" + program(COMMAND),
        {"user": "app", "environment": {"A": "1"}, "unit": {"Service": {"UMask": "0077"}}},
    ),
    "autostart=false": ("supervisord", program(COMMAND, "autostart=false"), {"instances": 0}),
    "autorestart=unexpected": (
        "supervisord",
        program(COMMAND, "autorestart=unexpected", "exitcodes=0,2"),
        {"unit": {"Service": {"SuccessExitStatus": "2", "Restart": "on-failure"}}},
    ),
    "autorestart=unexpected of a worker": ("supervisord", program(RQ, "autorestart=unexpected"), {"unit": None}),
    "stopwaitsecs as minutes": ("supervisord", program(COMMAND, "stopwaitsecs=600"), {"drain_timeout": "10min"}),
    "stopwaitsecs that is the preset's": (
        "supervisord",
        program("command=/srv/venv/bin/celery -A x worker", "stopwaitsecs=600"),
        {"drain_timeout": None},
    ),
    "stopwaitsecs that kills jobs": ("supervisord", program(RQ, "stopwaitsecs=10"), {"drain_timeout": None}),
    "a job that takes longer than the preset waits": (
        "procfile",
        "mail: php artisan queue:work --timeout=300",
        {"drain_timeout": "330s", "preset": "laravel"},
    ),
    "stopsignal": ("supervisord", program(COMMAND, "stopsignal=INT"), {"unit": {"Service": {"KillSignal": "SIGINT"}}}),
    "stopsignal=TERM": ("supervisord", program(COMMAND, "stopsignal=TERM"), {"unit": None}),
    "stopsignal=KILL": ("supervisord", program(COMMAND, "stopsignal=KILL"), {"unit": None}),
    "a signal on which celery drops its jobs": (
        "supervisord",
        program("command=/srv/venv/bin/celery -A x worker", "stopsignal=QUIT"),
        {"unit": None},
    ),
    "resque stops gently on another signal": (
        "procfile",
        "mail: bundle exec rake resque:work",
        {"unit": {"Service": {"KillSignal": "SIGQUIT"}}},
    ),
    "startsecs": ("supervisord", program(COMMAND, "startsecs=10"), {"rollout": {"min_healthy_time": "10s"}}),
    "startsecs beyond the deadline": (
        "supervisord",
        program(COMMAND, "startsecs=600"),
        {"rollout": {"min_healthy_time": "10min", "healthy_deadline": "20min"}},
    ),
    "a home directory": ("supervisord", program("command=/home/app/x"), {"needs": ["home"]}),
    "celery multi": (
        "supervisord",
        program("command=/srv/bin/celery multi start w1 --app=x --pidfile=/run/%%n.pid -Q a"),
        {"command": ["/srv/bin/celery", "--app=x", "worker", "--hostname=w1@%h", "-Q", "a"], "preset": "celery"},
    ),
    "sudo and nice": (
        "supervisord",
        program("command=sudo -u app nice -n 5 /x"),
        {"command": ["/x"], "user": "app", "unit": {"Service": {"Nice": "5"}}},
    ),
    "flock around a worker of cron": (
        "crontab",
        "* * * * * /usr/bin/flock -n /tmp/l /usr/bin/php /srv/artisan queue:work",
        {"command": ["/usr/bin/php", "/srv/artisan", "queue:work"], "preset": "laravel", "user": "app"},
    ),
    "pgrep before a worker": (
        "crontab",
        "* * * * * pgrep -f worker.php >/dev/null || nohup php /srv/worker.php >> /l 2>&1 &",
        {"command": ["/usr/bin/php", "/srv/worker.php"], "preset": "php"},
    ),
    "ps and grep before a worker in brackets": (
        "crontab",
        "* * * * * ps aux | grep -v grep | grep w.py || (cd /srv && ./w.py &)",
        {"command": ["/srv/w.py"], "working_directory": "/srv"},
    ),
    "if pgrep": ("crontab", "* * * * * if ! pgrep -x w; then /srv/w; fi", {"command": ["/srv/w"]}),
    "test with pgrep": ("crontab", '* * * * * [ -z "$(pgrep -f w)" ] && /srv/w --a', {"command": ["/srv/w", "--a"]}),
    "a column for the user": ("cron.d", "* * * * * www-data pgrep w || /srv/w &", {"user": "www-data"}),
    "su in a crontab of root": (
        "cron.d",
        "@reboot root su - app -c 'cd /srv && screen -dmS w ./w.sh'",
        {"command": ["/srv/w.sh"], "user": "app", "working_directory": "/srv"},
    ),
    "DYNO of Heroku": ("procfile", "mail: /x -n $DYNO", {"command": "/x -n mail.%i", "environment": None}),
    "REMAP_SIGTERM of Heroku": (
        "procfile",
        "mail: REMAP_SIGTERM=SIGQUIT /srv/bin/celery -A x worker",
        {"environment": None},
    ),
    "a default of a parameter": ("procfile", "mail: /x -c ${COUNT:-4}", {"command": ["/x", "-c", "4"]}),
    "a user and a directory that nothing names": (
        "procfile",
        "mail: bin/x",
        {"command": ["/srv/app/bin/x"], "user": "app", "working_directory": "/srv/app"},
    ),
    "rvm": (
        "unit",
        unit("ExecStart=/bin/bash -lc 'cd /srv && rvm use 3.2.0 && bundle exec sidekiq'", "User=joe"),
        {"command": ["/home/joe/.rvm/wrappers/ruby-3.2.0/bundle", "exec", "sidekiq"], "preset": "sidekiq"},
    ),
    "rbenv": (
        "unit",
        unit("""ExecStart=/bin/bash -c 'eval "$(rbenv init -)"; exec bundle exec sidekiq'""", "User=joe"),
        {"command": ["/home/joe/.rbenv/shims/bundle", "exec", "sidekiq"]},
    ),
    "nvm with a full version": (
        "unit",
        unit(
            "ExecStart=/bin/bash -c 'source ~/.nvm/nvm.sh && nvm use 18.17.0 && node w.js'",
            "User=joe",
            "WorkingDirectory=/srv",
        ),
        {"command": ["/home/joe/.nvm/versions/node/v18.17.0/bin/node", "w.js"], "preset": "node"},
    ),
    "nvm that only the host knows": (
        "unit",
        unit("ExecStart=/bin/bash -c 'source ~/.nvm/nvm.sh && exec node w.js'", "User=joe"),
        {"command": ["/bin/bash", "-c", "source ~/.nvm/nvm.sh && exec node w.js"]},
    ),
    "a login shell that alone knows the path": (
        "unit",
        unit("ExecStart=/bin/bash -lc 'bundle exec sidekiq'"),
        {"command": ["/bin/bash", "-lc", "exec bundle exec sidekiq"], "preset": "sidekiq"},
    ),
    "typographic quotes": (
        "supervisord",
        program(COMMAND, "environment=A=\u201cb c\u201d,D=\u2018e\u2019"),
        {"environment": {"A": "b c", "D": "e"}},
    ),
    "a first line that a later one sets again": (
        "unit",
        unit("ExecStart=/x", "Restart=on-failure", "Restart=always", "User=a", "User=b"),
        {"unit": None, "user": "b"},
    ),
    "the default of a variable of compose in a script": (
        "compose",
        "services:\n  mail:\n    command: sh -c 'a && celery worker -c ${N:-2}'\n",
        {"command": ["/bin/sh", "-c", "a && exec celery worker -c ${N:-2}"], "environment": None},
    ),
    "limits and directories of a unit": (
        "unit",
        unit("ExecStart=/x", "MemoryMax=1G", "StateDirectory=x", "LimitNOFILE=9"),
        {"limits": {"memory_max": "1G"}, "state_directory": "x", "unit": {"Service": {"LimitNOFILE": "9"}}},
    ),
    "specifiers of a unit": (
        "unit",
        unit("ExecStart=/x %i %h %%", "WorkingDirectory=/srv/%i"),
        {"command": "/x %i %h %%", "working_directory": "/srv/%i"},
    ),
    "a signal that a stop sends by itself": (
        "unit",
        unit(
            "ExecStart=/usr/bin/php artisan horizon",
            "ExecStop=/usr/bin/php artisan horizon:terminate",
            "WorkingDirectory=/srv",
        ),
        {"unit": None, "preset": "laravel"},
    ),
    "a script of node": (
        "pm2",
        app(script="dist/w.js", cwd="/srv"),
        {
            "command": ["/usr/bin/node", "dist/w.js"],
            "working_directory": "/srv",
            "preset": "node",
            "unit": {"Service": {"KillSignal": "SIGINT"}},
        },
    ),
    "another interpreter, and arguments": (
        "pm2",
        app(script="artisan", interpreter="php", args=["queue:work", "--sleep=3"], cwd="/srv"),
        {"command": ["/usr/bin/php", "artisan", "queue:work", "--sleep=3"], "preset": "laravel", "unit": None},
    ),
    "no interpreter": (
        "pm2",
        app(script="npx", interpreter="none", args="next start"),
        {"command": ["/usr/bin/npx", "next", "start"]},
    ),
    "times and sizes of PM2": (
        "pm2",
        app(script="x.js", kill_timeout=10000, min_uptime="10s", max_memory_restart="500M", instances=3),
        {
            "drain_timeout": "10s",
            "rollout": {"min_healthy_time": "10s"},
            "limits": {"memory_max": "500M"},
            "instances": 3,
        },
    ),
    "a service of compose": (
        "compose",
        "services:\n  mail:\n    command: celery -A x worker\n    environment: [A=b]\n    stop_grace_period: 15m\n"
        "    deploy: {replicas: 3, resources: {limits: {memory: 512m, cpus: '0.5'}}}",
        {
            "command": ["/usr/local/bin/celery", "-A", "x", "worker"],
            "instances": 3,
            "environment": {"A": "b"},
            "limits": {"memory_max": "512M", "cpu_quota": "50%"},
            "drain_timeout": "15min",
        },
    ),
    "tags with which compose merges files": (
        "compose",
        "services:\n  mail:\n    command: !override [rq, worker]\n    ports: !reset []\n"
        "    environment: !override {A: b}\n    user: !override app\n",
        {"command": ["/usr/local/bin/rq", "worker"], "environment": {"A": "b"}, "user": "app"},
    ),
    "JSON that PM2 reads as JavaScript": (
        "pm2",
        '// of the team\n{ /* all */ apps: [{name: \'a\\\'s "x"\', script: "worker.js", // last\n'
        "  'instances' : 2, env: {A: 'b', B: true,}, args: ['--x', \"y // z\"],},],}",
        {
            "command": ["/usr/bin/node", "worker.js", "--x", "y // z"],
            "instances": 2,
            "environment": {"A": "b", "B": "true"},
        },
    ),
    "a script of PM2 with blanks is one of a shell": (
        "pm2",
        app(script="QUEUE=high node worker.js --fast"),
        {"command": ["/usr/bin/node", "worker.js", "--fast"], "environment": {"QUEUE": "high"}, "preset": "node"},
    ),
    "a script of PM2 with several commands keeps its shell": (
        "pm2",
        app(script="cd api && a | b"),
        {"command": ["/bin/bash", "-c", "a | b"], "working_directory": "/srv/app/api"},
    ),
    "a binary of PM2 runs by itself": (
        "pm2",
        app(script="target/release/mail", args="--fast"),
        {"command": ["/srv/app/target/release/mail", "--fast"]},
    ),
    "Type=forking of a worker that stays in the foreground": (
        "unit",
        unit("Type=forking", "PIDFile=/run/c.pid", "ExecStart=/srv/venv/bin/celery -A x worker", "User=app"),
        {"command": ["/srv/venv/bin/celery", "-A", "x", "worker"], "unit": None},
    ),
    "a command that shuts all workers of Celery down": (
        "unit",
        unit("ExecStart=/srv/venv/bin/celery -A x worker", "ExecStop=/srv/venv/bin/celery -A x control shutdown"),
        {"unit": None},
    ),
    "a command that kills by a name": ("unit", unit("ExecStart=/x", "ExecStop=/usr/bin/pkill -f x"), {"unit": None}),
    "a capability, which the bounding set of a pool needs too": (
        "unit",
        unit("ExecStart=/x", "AmbientCapabilities=CAP_NET_BIND_SERVICE"),
        {
            "unit": {
                "Service": {
                    "AmbientCapabilities": "CAP_NET_BIND_SERVICE",
                    "CapabilityBoundingSet": "CAP_NET_BIND_SERVICE",
                }
            }
        },
    ),
    "a program of the application that is named like a wrapper": (
        "procfile",
        "mail: bin/env FOO",
        {"command": ["/srv/app/bin/env", "FOO"]},
    ),
    "exec -a, as foreman exports it, names the process": (
        "unit",
        unit("WorkingDirectory=/srv/mail", "ExecStart=/bin/bash -lc 'exec -a \"mail-1\" ./alpha'"),
        {"command": ["/srv/mail/alpha"]},
    ),
    "a login shell around exec keeps the command": (
        "procfile",
        "mail: bash -lc 'exec bundle exec sidekiq'",
        {"command": ["/bin/bash", "-lc", "exec bundle exec sidekiq"], "preset": "sidekiq"},
    ),
    "a login shell around a wrapper keeps the command and its variables": (
        "procfile",
        "mail: bash -lc 'nice bundle exec \"a b\" $Q'",
        {
            "command": ["/bin/bash", "-lc", "exec bundle exec 'a b' $Q"],
            "environment": {"Q": "{{ worker_q }}"},
            "unit": {"Service": {"Nice": "10"}},
        },
    ),
    "sudo is where packages put it": ("procfile", "mail: sudo /x", {"command": ["/usr/bin/sudo", "/x"]}),
    "two dots in a directory, which systemd refuses": (
        "supervisord",
        program(COMMAND, "directory=/srv/mail/deploy/../app/"),
        {"working_directory": "/srv/mail/app"},
    ),
    "a script that names the home directory needs it": (
        "procfile",
        "mail: cat $HOME/x | y",
        {"command": ["/bin/sh", "-c", "cat $HOME/x | y"], "needs": ["home"]},
    ),
    "the same with a tilde": ("procfile", "mail: a && b ~/x", {"needs": ["home"]}),
    "a tilde inside of a word is none": ("procfile", "mail: a && b x~/x", {"needs": None}),
    "a URL with a password behind a program": (
        "procfile",
        "mail: wget ftp://me:results@h/x",
        {"command": "/usr/bin/wget ${URL}", "secrets": {"URL": "{{ vault_url }}"}},
    ),
}


@pytest.mark.parametrize(("kind", "text", "options"), POOLS.values(), ids=POOLS.keys())
def test_a_program_becomes_the_pool(kind: str, text: str, options: dict[str, t.Any]) -> None:
    written = imported(kind, text)
    (pool,) = written.pools
    assert {option: pool.get(option) for option in options} == options
    assert [one for one in written.problems if "secret" not in one.id] == []


# The format, the text, and the options of the timer that it becomes.
TIMERS: dict[str, tuple[str, str, dict[str, t.Any], t.Any]] = {
    "a simple job": (
        "crontab",
        "15 3 * * 1-5 /srv/report --all",
        {"command": ["/srv/report", "--all"], "user": "app"},
        "Mon..Fri *-*-* 03:15",
    ),
    "a directory before it": (
        "crontab",
        "@daily cd /srv && /usr/bin/php artisan report",
        {"command": ["/usr/bin/php", "artisan", "report"], "working_directory": "/srv"},
        "*-*-* 00:00",
    ),
    "either of two days": ("crontab", "0 0 1 * 1 /x", {"command": ["/x"]}, ["*-*-01 00:00", "Mon *-*-* 00:00"]),
    "an escaped percent sign": ("crontab", r"0 0 * * * /x +\%F", {"command": ["/x", "+%F"]}, "*-*-* 00:00"),
    "the text behind a percent sign": (
        "crontab",
        "0 0 * * * /x%a%b",
        {"command": ["/x"], "unit": {"Service": {"StandardInputText": r"a\nb"}}},
        "*-*-* 00:00",
    ),
    "a pause before it": (
        "crontab",
        "0 0 * * * sleep 30; /x",
        {"command": ["/x"], "unit": {"Service": {"ExecStartPre": "/bin/sleep 30"}}},
        "*-*-* 00:00",
    ),
    "one line with a user in a crontab of a user": (
        "crontab",
        "0 0 * * * root /y\n0 1 * * * /x\n",
        {"command": ["/x"]},
        "*-*-* 01:00",
    ),
    "a failure that does not count": ("crontab", "0 0 * * * /x || true", {"command": "-/x"}, "*-*-* 00:00"),
    "a lock around a job that ends": (
        "crontab",
        "0 0 * * * flock -n /l /srv/import",
        {"command": ["/srv/import"]},
        "*-*-* 00:00",
    ),
    "a limit of time": (
        "crontab",
        "0 0 * * * timeout 5m /x",
        {"command": ["/x"], "timeout": "5m"},
        "*-*-* 00:00",
    ),
    "variables and a time zone": (
        "crontab",
        "CRON_TZ=Europe/Berlin\nA=b c\n0 0 * * * /x",
        {"environment": {"A": "b c"}, "command": ["/x"]},
        "*-*-* 00:00 Europe/Berlin",
    ),
    "root of a column for the user": ("cron.d", "0 0 * * * root /x", {"command": ["/x"], "user": None}, "*-*-* 00:00"),
    "a queue that is worked until it is empty": (
        "crontab",
        "* * * * * flock -n /l /usr/bin/php /srv/artisan queue:work --stop-when-empty",
        {"command": ["/usr/bin/php", "/srv/artisan", "queue:work", "--stop-when-empty"]},
        "*-*-* *:*",
    ),
    "a file of variables": (
        "crontab",
        "0 0 * * * . /etc/app/env; /a",
        {"command": ["/a"], "environment_files": ["/etc/app/env"]},
        "*-*-* 00:00",
    ),
    "an app of PM2 that ends and starts at times": (
        "pm2",
        app(script="x.js", cwd="/srv/a", autorestart=False, cron_restart="15 3 * * 1", user="app", watch=False),
        {"command": ["/usr/bin/node", "x.js"], "working_directory": "/srv/a"},
        "Mon *-*-* 03:15",
    ),
    "a user before cd, whose name is not usual": (
        "crontab",
        "0 0 * * * mailer cd /srv/mail && ./x",
        {"command": ["/srv/mail/x"], "user": "mailer"},
        "*-*-* 00:00",
    ),
    "a relative script, which cron finds in the home directory": (
        "crontab",
        "0 0 * * * bash run.sh",
        {"command": ["/bin/bash", "run.sh"], "working_directory": "/home/app", "needs": ["home"]},
        "*-*-* 00:00",
    ),
    "artisan in the home directory": (
        "crontab",
        "0 0 * * * php artisan x",
        {"working_directory": "/home/app"},
        "*-*-* 00:00",
    ),
    "the same in a script that a shell reads": (
        "crontab",
        "0 0 * * * cat data/x | y",
        {"command": ["/bin/sh", "-c", "cat data/x | y"], "working_directory": "/home/app"},
        "*-*-* 00:00",
    ),
    "an absolute program needs no directory": (
        "crontab",
        "0 0 * * * /x --url http://h/a.php -t 5 /y/z.sh",
        {"working_directory": None},
        "*-*-* 00:00",
    ),
    "blanks, backslashes and signs of systemd in the input": (
        "crontab",
        r"0 0 * * * cat % a\b \% ",
        {"unit": {"Service": {"StandardInputText": r"\x20a\\b %%"}}},
        "*-*-* 00:00",
    ),
    "the file that bash reads before each job": (
        "crontab",
        "SHELL=/bin/bash\nBASH_ENV=/env\n0 0 * * * /x",
        {"environment": {"BASH_ENV": "/env"}},
        "*-*-* 00:00",
    ),
    "several commands": (
        "crontab",
        "0 0 * * * /a; /b | c",
        {"command": ["/bin/sh", "-c", "/a; /b | c"]},
        "*-*-* 00:00",
    ),
}


@pytest.mark.parametrize(("kind", "text", "options", "schedule"), TIMERS.values(), ids=TIMERS.keys())
def test_a_job_becomes_a_timer(kind: str, text: str, options: dict[str, t.Any], schedule: t.Any) -> None:
    written = imported(kind, text)
    (timer,) = written.timers
    assert {key: timer.get(key) for key in options} == options
    assert (timer["schedule"], written.pools, written.problems) == (schedule, [], [])
    (play,) = yaml.safe_load(written.playbook)
    assert play["roles"] == [{"role": "workers.systemd.workers", "workers_pools": [], "workers_timers": [timer]}]
    assert "tasks" not in play


# The format, the text, and the service that it becomes.
BOOTS: dict[str, tuple[str, str, dict[str, t.Any]]] = {
    "a program that runs once at boot": (
        "crontab",
        "@reboot /srv/prepare",
        {"Type": "exec", "ExecStart": "/srv/prepare"},
    ),
    "autorestart=false": (
        "supervisord",
        program("command=/srv/migrate", "autorestart=false"),
        {"Type": "exec", "ExecStart": "/srv/migrate"},
    ),
    "an app that PM2 does not start again": (
        "pm2",
        app(script="migrate.js", cwd="/srv/a", autorestart=False),
        {"Type": "exec", "ExecStart": "/usr/bin/node migrate.js", "WorkingDirectory": "/srv/a"},
    ),
}


@pytest.mark.parametrize(("kind", "text", "service"), BOOTS.values(), ids=BOOTS.keys())
def test_what_runs_once_at_boot_becomes_a_service(kind: str, text: str, service: dict[str, t.Any]) -> None:
    written = imported(kind, text)
    (play,) = yaml.safe_load(written.playbook)
    unit = play["tasks"][0]["workers.systemd.unit_file"]
    assert {key: unit["sections"]["Service"].get(key) for key in service} == service
    assert play["tasks"][-1]["loop"] == [unit["name"]]
    assert (written.pools, written.timers) == ([], [])


# What is not carried, and what the comment says about it.
COMMENTS = {
    "a directive whose name is no key of YAML": ("unit", unit("ExecStart=/x", f"{'x' * 2000}=1"), "too long a name"),
    "a unit that something else starts": ("unit", unit("ExecStart=/x"), "what a timer starts is no pool"),
    "a process that Heroku calls the clock": ("procfile", "clock: python clock.py", "it may run only once"),
    "a directory above one that may be a link": (
        "supervisord",
        program(COMMAND, "directory=/srv/app/current/../shared"),
        "the directory /srv/app/current/../shared became /srv/app/shared, because systemd refuses `..`: when what "
        "stands before it is a link",
    ),
    "a loop around the scheduler": (
        "supervisord",
        program("command=sh -c 'while true; do php artisan schedule:run; sleep 60; done'"),
        "it may run only once",
    ),
    "the directory of a file in a checkout": (
        "supervisord",
        program("command=%(here)s/x"),
        "%(here)s, the directory of the-file, became /srv/app: check it, and --directory names another",
    ),
    "a unit that runs once": (
        "unit",
        unit("Type=oneshot", "ExecStart=/x", "Nice=5"),
        "mail.service is not carried, because it runs once and ends (Type=oneshot), and a pool would restart it: keep "
        "the unit, or write its command into workers_timers; it has Service.Type (line 2), Service.ExecStart (line 3), "
        "Service.Nice (line 4)",
    ),
    "input without a command": ("crontab", "0 0 * * * %x", "there is no command before it"),
    "the file that bash reads": (
        "crontab",
        "SHELL=/bin/bash\nBASH_ENV=/env\n0 0 * * * /x",
        "bash read /env (BASH_ENV) before the job: write its variables into environment",
    ),
    "arguments that PM2 drops": ("pm2", app(script="npm start", args="x"), "args: PM2 drops it"),
    "an environment file of PM2": ("pm2", app(script="x.js", env_file=".env"), "env_file: PM2 does not read it either"),
    "a script of PM2 without an ending": ("pm2", app(script="bin/www"), "runs bin/www by itself when it is a binary"),
    "an event listener": ("supervisord", "[eventlistener:x]\ncommand=/x\nevents=A", "OnFailure="),
    "a FastCGI program": ("supervisord", "[fcgi-program:x]\ncommand=/x\nsocket=y", ".socket unit"),
    "a group": ("supervisord", "[group:x]\nprograms=a,b", "-e pools=a,b"),
    "an unknown key with its like": ("supervisord", program(COMMAND, "comand=x"), "Did you mean command?"),
    "a file that is not here": (
        "supervisord",
        "[include]\nfiles=/etc/supervisor/conf.d/*.conf",
        "no such file is here",
    ),
    "a log file": ("supervisord", program(COMMAND, "stdout_logfile=/l"), "journalctl WORKERS_POOL=mail"),
    "a program without a command": ("supervisord", program("user=x"), "no command"),
    "MAILTO": ("crontab", "MAILTO=a@b\n* * * * * /x", "sends no mail"),
    "a line that cron refuses": ("crontab", "61 * * * * /x", "expected 0 to 59"),
    "a missing column for the user": ("cron.d", "* * * * * /usr/bin/x a", "takes /usr/bin/x for the user"),
    "a sign of bash for sh": ("crontab", "* * * * * /x &> /l", "&> is for bash"),
    "the web process": ("procfile", "web: x", "serves requests"),
    "the release process": ("procfile", "release: x", "once for each release"),
    "a template in a Procfile": ("procfile", "{{#x}}\nmail: y", "no line of a Procfile"),
    "a database of compose": ("compose", "services: {db: {image: postgres}}", "it is no worker"),
    "a host name of compose": (
        "compose",
        "services: {redis: {image: x}, w: {command: rq worker -u redis://redis:6379}}",
        "the host name redis",
    ),
    "a drop-in without its unit": ("unit", unit("Nice=5"), "has no command"),
    "words behind a list of units": (
        "unit",
        "[Unit]\nAfter=a.service # because\n" + unit("ExecStart=/x"),
        "the words behind #",
    ),
    "a template without instances": ("unit", unit("ExecStart=/x"), "Restart= is not set"),
    "a scheduler": ("procfile", "beat: celery -A x beat", "only once"),
    "the root user": ("supervisord", program(COMMAND), "it runs as root"),
    "a second environment of PM2": ("pm2", app(script="x.js", env_production={"A": "b"}), "--env production"),
    "the line of each option": ("supervisord", program("command=/x", "user=app"), "the-file:3 user"),
}


@pytest.mark.parametrize(("kind", "text", "says"), COMMENTS.values(), ids=COMMENTS.keys())
def test_a_comment_says_what_is_not_carried(kind: str, text: str, says: str) -> None:
    written = imported(kind, text)
    comments = " ".join(line.partition("#")[2].strip() for line in written.playbook.split("\n") if "#" in line)
    assert says in comments


# Lines of crontabs of the users a, b and so on, and how many of their jobs keep flock.
LOCKS = {
    "two commands": ([["flock /l /a", "flock -w 15 /l /b"]], 2),
    "one job": ([["flock -n /l /a", "flock -n /m /b", "/c"]], 0),
    "the same command at two times": ([["flock -n /l /a", "flock -n /l /a"]], 2),
    "a name in quotes": ([["flock -n '/l m' /a", 'flock -n "/l m" /b']], 2),
    "the home directory in three ways": ([["flock -n $HOME/l /a", "flock -n ~/l /b", "flock -n /home/a/l /c"]], 3),
    "a relative name": ([["flock -n l /a", "cd /x && flock -n ../home/a/l /b"]], 2),
    "a variable of the crontab": ([["L=/l", "flock -n $L /a", "flock -n /l /b"]], 2),
    "two files": ([["flock -n /l /a"], ["flock -n /l /b"]], 2),
    "the home directories of two users": ([["flock -n ~/l /a"], ["flock -n ~/l /b"]], 0),
    "a script that stays": ([["/a; flock -n /l /b | /c", "flock -n /l /d"]], 2),
    "a descriptor": ([["(flock -n 9 || exit 1; /a) 9>/l", "flock -n /l /b"]], 2),
    "a worker that two lines keep alive": ([["flock -n /l /srv/artisan queue:work", "flock -n /l /b"]], 2),
}


@pytest.mark.parametrize(("crontabs", "count"), LOCKS.values(), ids=LOCKS.keys())
def test_jobs_that_lock_the_same_file_keep_flock(crontabs: list[list[str]], count: int) -> None:
    sources = []
    for user, jobs in zip("ab", crontabs):
        text = "\n".join(job if "=" in job else f"{minute} 1 * * * {job}" for minute, job in enumerate(jobs))
        sources.append(reading.source(user, f"/var/spool/cron/{user}", text.encode()))
    written = playbook.written(kinds.found_in(sources), Defaults(), "a", "b")
    commands = [json.dumps(entry["command"]) for entry in (*written.timers, *written.pools)]
    assert len([command for command in commands if "flock" in command]) == count


def test_a_lock_of_a_program_and_a_job_is_named() -> None:
    own = reading.source("supervisord.conf", "", b"[program:a]\ncommand=flock -n /l /a\n")
    same, other = (reading.source("crontab", "", f"0 1 * * * flock {lock} /b".encode()) for lock in ("/l", "/m"))
    texts = [playbook.written(kinds.found_in([own, one]), Defaults(), "a", "b").playbook for one in (same, other)]
    assert [text.count("flock of /l is dropped") for text in texts] == [2, 0]


# A job of cron, and whether the directory, in which cron starts it, matters.
DIRECTORIES = {
    "a redirection": ("/usr/bin/a | /usr/bin/b >/dev/null 2>&1", False),
    "a redirection of a subshell": ("(flock -n 9 || exit 1; /usr/bin/five) 9>/tmp/5", False),
    "a host and a path": ("curl example.org/x", False),
    "a pattern of names": ('find /srv -name "*.php"', False),
    "a pattern of names without quotes": ("find /srv -name *.php -delete", False),
    "a substitution": ("/x | sed s/a/b/g", False),
    "a media type": ("curl -H application/json h", False),
    "a header": ("curl -H 'Accept: application/json' h | /x", False),
    "a text with a slash": ("/x | grep 'a /b c/d'", False),
    "a pattern below a directory": ("cat data/*.csv | /x", True),
    "a file": ("/usr/bin/a bin/b", True),
    "a file below a hidden directory": ("/usr/bin/a .venv/x", True),
    "a file above": ("/usr/bin/a ../x", True),
    "a program of a script": ("./a | /b", True),
    "a file that is written": ("/a | /b > log/x", True),
    "a file that is read": ("/a < data/x", True),
    "a lock that stays": ("/a; flock l /b | /c", True),
    "a lock that goes": ("flock l /b", False),
    "a script in quotes": ("/a 'x.sh' | /b", True),
}


@pytest.mark.parametrize(("command", "matters"), DIRECTORIES.values(), ids=DIRECTORIES.keys())
def test_the_directory_of_a_job_matters_when_it_names_files(command: str, matters: bool) -> None:
    (timer,) = imported("cron.d", f"0 0 * * * deploy {command}").timers
    assert (timer.get("working_directory"), timer.get("needs")) == (
        ("/home/deploy", ["home"]) if matters else (None, None)
    )


def test_a_long_path_takes_no_long_time() -> None:
    begun = time.process_time()
    imported("supervisord", program(f"command=/x {'a/' * 100_000}:", f"directory=/{'a/../' * 1000}"))
    assert time.process_time() - begun < 30


def test_formats_of_a_number_that_do_not_go_together_are_pools_of_their_own() -> None:
    written = imported("supervisord", program("command=/x %(process_num)d %(process_num)02d", "numprocs=2"))
    assert [(pool["name"], pool["command"]) for pool in written.pools] == [
        ("mail-0", ["/x", "0", "00"]),
        ("mail-1", ["/x", "1", "01"]),
    ]


def test_names_that_are_equal_or_not_fit_are_made_fit() -> None:
    written = imported("supervisord", "[program:a b]\ncommand=/x\n[program:a/b]\ncommand=/y")
    assert [pool["name"] for pool in written.pools] == ["a-b", "a-b-2"]


def test_processes_of_a_dump_are_instances() -> None:
    one = {
        "name": "mail",
        "pm_exec_path": "/srv/w.js",
        "pm_cwd": "/srv",
        "exec_interpreter": "node",
        "env": {"A": "b", "PATH": "/x"},
    }
    written = imported(
        "pm2", json.dumps([{**one, "status": "online"}, {**one, "status": "online"}, {**one, "status": "stopped"}])
    )
    (pool,) = written.pools
    assert (pool["instances"], pool["environment"]) == (2, {"A": "b"})


TIMES = {
    "of its name": ("mail.timer", "", "", True),
    "that names it": ("daily.timer", "Unit=mail.service", "", True),
    "of another service": ("daily.timer", "", "", False),
    "that only looks after a worker": ("mail.timer", "", "Restart=always", False),
}


@pytest.mark.parametrize(("name", "line", "restart", "is_job"), TIMES.values(), ids=TIMES.keys())
def test_a_service_with_a_timer_is_a_job(name: str, line: str, restart: str, is_job: bool) -> None:
    own = reading.source("mail.service", "mail.service", f"[Service]\nExecStart=/x\n{restart}\n".encode())
    timer = reading.source(name, name, f"[Timer]\nOnCalendar=daily\n{line}\n".encode())
    written = playbook.written(kinds.found_in([timer, own]), Defaults(), "a", "b")
    assert (written.pools == []) is is_job
    assert ("it runs once and ends (a timer starts it)" in written.playbook) is is_job


def test_drop_ins_go_with_their_unit() -> None:
    own = reading.source("mail.service", "mail.service", b"[Service]\nExecStart=/x\nUser=a\n")
    drop_in = reading.source("10.conf", "mail.service.d/10.conf", b"[Service]\nUser=b\n")
    written = playbook.written(kinds.found_in([drop_in, own]), Defaults(), "a", "b")
    assert [pool["user"] for pool in written.pools] == ["b"]


HOSTS = {
    "a variable for a host": ("environment: {DB_HOST: db}", True),
    "an address": ("environment: {A: 'tcp://db:1'}", True),
    "an option for a host": ("command: celery -h db", True),
    "a name and a port": ("command: wait-for-it db:5432 -- celery -A x worker", True),
    "the name of an application": ("command: celery -A db worker", False),
    "the name of a database": ("environment: {DB_NAME: db}", False),
}


@pytest.mark.parametrize(("line", "is_one"), HOSTS.values(), ids=HOSTS.keys())
def test_the_name_of_a_service_is_a_host_where_a_host_is_meant(line: str, is_one: bool) -> None:
    command = "" if line.startswith("command") else "    command: celery -A x worker\n"
    written = imported("compose", f"services:\n  db: {{}}\n  worker:\n{command}    {line}\n")
    assert ("the host name db is known in the network of compose only" in written.playbook) is is_one


@pytest.mark.parametrize("text", ["services: [", "a: b", "- x", "services: 5"])
def test_what_is_no_compose_file_is_one_problem(text: str) -> None:
    with pytest.raises(Problems, match="expected a compose file"):
        imported("compose", text)
