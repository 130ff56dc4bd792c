# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each key of an input is used or named, secrets are in the second file alone, and templates stay texts."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.plugin_utils.importer import kinds, playbook, reading
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults

SUPERVISOR = (
    *(
        "process_name",
        "numprocs",
        "numprocs_start",
        "directory",
        "umask",
        "priority",
        "autostart",
        "autorestart",
        "startsecs",
    ),
    *(
        "startretries",
        "exitcodes",
        "stopsignal",
        "stopwaitsecs",
        "killasgroup",
        "stopasgroup",
        "user",
        "redirect_stderr",
    ),
    *(
        "stdout_logfile",
        "stdout_logfile_maxbytes",
        "stdout_capture_maxbytes",
        "stdout_events_enabled",
        "stderr_logfile",
    ),
    *("environment", "serverurl", "stdout_syslog", "startinorder", "env", "nicelevel", "logfile"),
)
DIRECTIVES = (
    *("Service.User", "Service.Group", "Service.Type", "Service.Restart", "Service.RestartSec", "Service.Environment"),
    *(
        "Service.EnvironmentFile",
        "Service.WorkingDirectory",
        "Service.TimeoutStopSec",
        "Service.TimeoutSec",
        "Service.KillMode",
    ),
    *(
        "Service.KillSignal",
        "Service.PIDFile",
        "Service.ExecStop",
        "Service.ExecReload",
        "Service.ExecStartPre",
        "Service.Nice",
    ),
    *(
        "Service.LimitNOFILE",
        "Service.MemoryMax",
        "Service.RuntimeDirectory",
        "Service.StandardOutput",
        "Service.UMask",
    ),
    *(
        "Unit.Description",
        "Unit.After",
        "Unit.Requires",
        "Unit.StartLimitBurst",
        "Install.WantedBy",
        "Install.Alias",
        "X.Y",
    ),
    *("Service.WatchdogSec", "Service.Restrat", "Unit.PartOf", "Service.SyslogIdentifier", "Service.OOMScoreAdjust"),
)
PM2 = (
    *(
        "cwd",
        "args",
        "interpreter",
        "node_args",
        "instances",
        "exec_mode",
        "watch",
        "ignore_watch",
        "env",
        "max_memory_restart",
    ),
    *(
        "kill_timeout",
        "min_uptime",
        "max_restarts",
        "restart_delay",
        "autorestart",
        "cron_restart",
        "error_file",
        "wait_ready",
    ),
    *("env_production", "uid", "time", "source_map_support", "namespace", "made_up"),
)
COMPOSE = (
    *(
        "image",
        "build",
        "environment",
        "env_file",
        "user",
        "working_dir",
        "restart",
        "deploy",
        "scale",
        "stop_grace_period",
    ),
    *(
        "stop_signal",
        "mem_limit",
        "cpus",
        "depends_on",
        "volumes",
        "networks",
        "healthcheck",
        "labels",
        "made_up",
        "entrypoint",
    ),
)
VALUES = ("", "1", "true", "x", "3s", "/srv/x", "A=b", "always", "on-failure", "TERM", "512M", "-1", "fork", "a b")
values = st.sampled_from(VALUES)


def imported(text: str, kind: str, name: str = "the-file") -> playbook.Written:
    source = reading.source(name, "", text.encode())
    return playbook.written(kinds.found_in([source], kind), Defaults(), "workers.yml", "secrets.yml")


def comments(written: playbook.Written) -> str:
    """All comments, with their lines joined again."""
    found = re.findall(r"(?:^|\s)#\s*(.*)$", written.playbook, re.MULTILINE)
    return " ".join(found)


def assert_named(written: playbook.Written, keys: t.Iterable[str]) -> None:
    result = comments(written)
    assert [key for key in keys if not re.search(rf"(?<![\w.-]){re.escape(key)}(?![\w-])", result)] == []


@given(st.dictionaries(st.sampled_from(SUPERVISOR), values))
def test_each_key_of_a_supervisord_program_is_used_or_named(keys: dict[str, str]) -> None:
    lines = [f"{key}={value}" for key, value in keys.items()]
    assert_named(
        imported("\n".join(["[program:mail]", "command=/usr/bin/x", *lines]), "supervisord"), ["command", *keys]
    )


@given(st.dictionaries(st.sampled_from(DIRECTIVES), values))
def test_each_directive_of_a_unit_is_used_or_named(keys: dict[str, str]) -> None:
    sections: dict[str, list[str]] = {"Unit": [], "Service": ["ExecStart=/usr/bin/x"]}
    for key, value in keys.items():
        sections.setdefault(key.partition(".")[0], []).append(f"{key.partition('.')[2]}={value}")
    text = "\n".join(line for section, lines in sections.items() for line in [f"[{section}]", *lines])
    written = imported(text, "unit", "mail.service")
    # An empty value sets nothing.
    there = [key.partition(".")[2] for key, value in keys.items() if value]
    result = comments(written) + json.dumps(written.pools)
    assert [key for key in there if key not in result] == []


@given(st.dictionaries(st.sampled_from(PM2), st.one_of(values, st.booleans(), st.integers(0, 99))))
def test_each_key_of_a_pm2_app_is_used_or_named(keys: dict[str, t.Any]) -> None:
    text = json.dumps({"apps": [{"name": "mail", "script": "x.js", **keys}]})
    aliases = {"uid": "user", "node_args": "interpreter_args"}
    assert_named(imported(text, "pm2", "ecosystem.json"), [aliases.get(key, key) for key in keys])


@given(st.dictionaries(st.sampled_from(COMPOSE), st.one_of(values, st.integers(0, 99), st.just({}), st.just([]))))
def test_each_key_of_a_compose_service_is_used_or_named(keys: dict[str, t.Any]) -> None:
    text = yaml.safe_dump({"services": {"worker": {"command": "celery -A x worker", **keys}}})
    assert_named(imported(text, "compose"), ["command", *keys])


@given(
    st.lists(
        st.sampled_from(
            ["A=1", "B='x y'", "MAILTO=", "1 2 * * * /x", "* * * * * a && b", "nonsense", "99 * * * * /y", "@reboot /z"]
        )
    )
)
def test_each_line_of_a_crontab_is_used_or_named(lines: list[str]) -> None:
    result = comments(imported("\n".join(lines), "crontab"))
    assert [number for number in range(1, len(lines) + 1) if f"the-file:{number}" not in result] == []


SECRET = "s3cr3t-Pa55word-4711-xyz"
# Only its name tells that it is one.
PLAIN_SECRET = "hunter2hunter2hunter2"
WITH_SECRETS = {
    "a variable of supervisord": ("supervisord", f'[program:a]\ncommand=/x\nenvironment=DB_PASSWORD="{SECRET}"'),
    "a URL in a variable": ("supervisord", f'[program:a]\ncommand=/x\nenvironment=BROKER="redis://u:{SECRET}@h/0"'),
    "an argument": ("supervisord", f"[program:a]\ncommand=/x --password {SECRET}"),
    "an argument behind one dash": ("procfile", f"worker: x11vnc -passwd {SECRET}"),
    "an argument with an equals sign": ("procfile", f"worker: x --api-key={SECRET}"),
    "a URL in an argument": ("procfile", f"worker: rq worker -u redis://:{SECRET}@h:1/0"),
    "a script that stays in a shell": ("procfile", f"worker: x && y --url redis://:{SECRET}@h:1/0 | z"),
    "two words of a script of a login shell": ("procfile", f"a: bash -lc 'exec foo --password {PLAIN_SECRET}'"),
    "two words of a script that stays": (
        "crontab",
        f"* * * * * cd /srv/app && ./a; mysqldump --password {PLAIN_SECRET} x | gzip",
    ),
    "a script inside of a script": ("procfile", f"a: bash -c 'foo --password {PLAIN_SECRET}' | b"),
    "the output of a script in a script": ("procfile", f"a: foo $(bar --password {PLAIN_SECRET}) | b"),
    "the same in quotes": ("procfile", f'a: foo "$(bar --password {PLAIN_SECRET})" | b'),
    "an option with a dash in a script": ("procfile", f"a: foo --api-key={PLAIN_SECRET} | b"),
    "a password without its name behind exec": ("crontab", f"* * * * * ./a; mysqldump -p{PLAIN_SECRET} x"),
    "an assignment before a command": ("procfile", f"worker: API_TOKEN={SECRET} x"),
    "a web process that is only named": ("procfile", f"web: x --password={SECRET}"),
    "a variable of a crontab": ("crontab", f"API_TOKEN={SECRET}\n* * * * * /x"),
    "a job of cron": ("crontab", f"* * * * * curl --token={SECRET} h"),
    "a line that cron refuses": ("crontab", f"99 * * * * /x --password={SECRET}"),
    "a line that is no job": ("crontab", f"mysql --password={SECRET}"),
    "the password of supervisorctl": ("supervisord", f"[inet_http_server]\npassword={SECRET}\n[program:a]\ncommand=/x"),
    "an unknown key": ("supervisord", f"[program:a]\ncommand=/x\nenv=DB_PASSWORD={SECRET}"),
    "a line without a key": ("supervisord", f"[program:a]\ncommand=/x\nDB_PASSWORD {SECRET}"),
    "a variable of a unit": ("unit", f'[Service]\nExecStart=/x\nEnvironment="DB_PASSWORD={SECRET}" A=b'),
    "a variable of compose": (
        "compose",
        f"services: {{w: {{command: rq worker, environment: {{DB_PASSWORD: {SECRET}}}}}}}",
    ),
    "a service that is only named": (
        "compose",
        f"services: {{db: {{image: x, environment: {{DB_PASSWORD: {SECRET}}}}}}}",
    ),
    "an app of PM2": (
        "pm2",
        json.dumps({"apps": [{"script": "x.js", "env": {"DB_PASSWORD": SECRET}, "env_x": {"A": SECRET}}]}),
    ),
    "a password without its name": ("crontab", f"* * * * * mysqldump -uroot -p{SECRET} db"),
    "the same in a script": ("crontab", f"* * * * * mysqldump -uroot -p{SECRET} db | gzip > /b"),
    "the same in a line that cron refuses": ("crontab", f"99 * * * * mysqldump -p{SECRET} db"),
    "a password behind an option": ("procfile", f"worker: redis-cli -a {SECRET} monitor"),
    "a name and a password": ("procfile", f"worker: curl -u me:{SECRET} h && x"),
    "a header": ("procfile", f"worker: curl -H 'Authorization: Bearer {SECRET}' h"),
    "an option of a web process": ("procfile", f"web: x --password {SECRET}"),
    "arguments of PM2": ("pm2", json.dumps({"apps": [{"script": "x.js", "args": ["--password", SECRET]}]})),
}


@pytest.mark.parametrize(("kind", "text"), WITH_SECRETS.values(), ids=WITH_SECRETS.keys())
def test_a_secret_is_only_in_the_second_file(kind: str, text: str) -> None:
    written = imported(text, kind)
    secret = SECRET if SECRET in text else PLAIN_SECRET
    assert secret not in written.playbook
    carried = "only named" not in next(name for name, one in WITH_SECRETS.items() if one == (kind, text))
    if carried and "vault_" in written.playbook:
        assert secret in written.secrets
        assert all(f"{{{{ {name} }}}}" in written.playbook for name in written.secrets_by_name)


# A script, and what the shell reads in its place.
SCRIPTS = {
    "the word alone is replaced": ("a | b pass --password pass", 'a | b pass --password "${PASSWORD}"'),
    "a part of another word stays": ("a | b --passx -p --password pass", 'a | b --passx -p --password "${PASSWORD}"'),
    "an option behind it is no secret": ("a | b --password --all", "a | b --password --all"),
    "a variable stays": ('a | b --password "${NAME}"', 'a | b --password "${NAME}"'),
    "a text in quotes": ("a | b '$(c --password hunter2)'", "a | b '$(c --password hunter2)'"),
    "a word before it that is no option": ("a | token hunter2", "a | token hunter2"),
}


@pytest.mark.parametrize(("script", "result"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_variable_stands_for_the_secret_of_a_script(script: str, result: str) -> None:
    (pool,) = imported(f"a: {script}", "procfile").pools
    command = pool["command"]
    script_of_it = command[-1] if isinstance(command, list) else command
    assert result in script_of_it.replace("$$", "$").replace(chr(92), "")


LONG = "x" * 3000
LONG_NAMES = {
    "a variable of the platform": ("procfile", f"worker: x ${LONG}"),
    "a variable of the daemon": ("supervisord", f"[program:a]\ncommand=/x %(ENV_{LONG})s\nenvironment={LONG}=1"),
    "an option with a secret": ("procfile", f"worker: x --{LONG}-password {SECRET}"),
    "a directive": ("unit", f"[Service]\nExecStart=/x\n{LONG}=1"),
    "a program": ("supervisord", f"[program:{LONG}]\ncommand=/x --password {SECRET}"),
    "a variable of a crontab": ("crontab", f"{LONG}=1\n* * * * * /x ${LONG}"),
}


@pytest.mark.parametrize(("kind", "text"), LONG_NAMES.values(), ids=LONG_NAMES.keys())
def test_a_name_is_no_longer_than_yaml_takes_a_key(kind: str, text: str) -> None:
    written = imported(text, kind)
    assert yaml.safe_load(written.playbook)
    assert yaml.safe_load(written.secrets or "{}") == written.secrets_by_name


INJECTIONS = ("{{ lookup('pipe', 'id') }}", "{% set a = 1 %}", "{# gone #}")


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_template_in_the_input_is_a_text_for_ansible(text: str) -> None:
    inputs = {
        "supervisord": f"[program:a]\ncommand=/x '{text}'\nuser={text}\ndirectory=/{text}\nenvironment=A=\"{text}\"",
        "crontab": f"A={text}\n1 2 3 4 5 /x {text}\n* * * * * pgrep x || y {text} &",
        "procfile": f"worker: x {text}",
        "unit": f'[Service]\nExecStart=/x "{text}"\nUser={text}\nEnvironment="A={text}"\nNice={text}',
    }
    for kind, given_text in inputs.items():
        written = imported(given_text, kind)
        without = re.sub(
            r"#.*|!unsafe '.*?'(?=[,}\]\n ])"
            r"|\"\{\{ (?:item|vault_\w+|worker_\w+|target \| default\('workers'\)) \}\}\"",
            "",
            written.playbook,
        )
        assert not re.search(r"\{[{%#]", without), without
