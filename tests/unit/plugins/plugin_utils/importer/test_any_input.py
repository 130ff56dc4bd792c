# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is in a file: the import ends with YAML that says the same again, or with one clear message."""

from __future__ import annotations

import re
import shlex
import subprocess
import typing as t

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import kinds, playbook, reading
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults

FORMATS = [kind for kind in kinds.KINDS if kind != "pm2"]
# What such files are made of, so that readers get further than their first line.
PARTS = (
    *(
        "[program:a]",
        "[program:b-c]",
        "[supervisord]",
        "[group:x]",
        "[include]",
        "[",
        "[]",
        "[Service]",
        "[Unit]",
        "[Install]",
    ),
    *(
        "command=",
        "command=bash -c 'cd /x && source .env && exec y'",
        "command=/usr/bin/php artisan queue:work",
        "user=<user>",
    ),
    *(
        'environment=A=1,B="x y"',
        "environment=A",
        "environment=",
        "numprocs=4",
        "numprocs=x",
        "numprocs_start=8",
        "files=*.conf",
    ),
    *(
        "process_name=%(program_name)s_%(process_num)02d",
        "command=x %(process_num)s %(process_num)02d %(ENV_X)s %(nope)s %",
    ),
    *("stopwaitsecs=", "stopwaitsecs=600", "stopsignal=QUIT", "umask=022", "autorestart=unexpected", "exitcodes=0,2"),
    *(
        "* * * * * php /x/artisan schedule:run",
        "@reboot sleep 1 ; x &",
        "*/5 * * * * root pgrep w || w &",
        "MAILTO=a@b",
        "a b c d e f",
    ),
    *(
        "* * * * * a % b \\% c",
        "0 0 1 1 * (cd /x && ./y)",
        "1 2 3 4 5 { a; b; }",
        "SHELL=/bin/bash",
        "PATH=$PATH:/x",
        "60 * * * * x",
    ),
    *(
        "web: x",
        "worker: celery -A x worker $OPTS",
        "worker: REMAP_SIGTERM=SIGQUIT celery worker",
        "{{#x}}",
        "release: y",
        ": ",
        "a:",
    ),
    *(
        "services:",
        "  w:",
        "    command: celery worker",
        "    environment: {A: b, C: }",
        "    deploy: {replicas: 3}",
        "  x: 1",
        "- a",
    ),
    *(
        "ExecStart=/usr/bin/x -a %i $Y ${Z}",
        "ExecStart=",
        "ExecStart=-/bin/sh -c '${A} multi start $B'",
        "User=%i",
        'Environment=A="b',
    ),
    *(
        "Type=forking",
        "Type=oneshot",
        "Restart=on-failure",
        "EnvironmentFile=-/x/.env",
        "EnvironmentFile=x",
        "After=a.service # b",
    ),
    *(
        "TimeoutStopSec=5min",
        "KillSignal=SIGKILL",
        "Nice=5",
        "LimitNOFILE=1",
        "a=b \\",
        "  continued",
        "\t",
        ";",
        "# c",
        "=",
        "==x",
    ),
    *(
        "command=flock -n /l su - u -c 'x'",
        "command=sudo -u",
        "command=timeout",
        "command=nice",
        "command=env",
        "command=screen -dmS",
    ),
    *(
        "command=env A=b",
        "command=flock /l",
        "command=su -c",
        "command='",
        'command="',
        "command=`x`",
        "command=$(x)",
        "command=~",
        "\ufeff",
    ),
)
text_of_parts = st.lists(st.sampled_from(PARTS), max_size=14).map("\n".join)
any_text = st.one_of(
    text_of_parts,
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=20)), max_size=10).map("\n".join),
)


def imported(text: str, kind: str) -> playbook.Written:
    return playbook.written(kinds.found_in([source_of(text)], kind), Defaults(), "workers.yml", "secrets.yml")


class _Loader(yaml.SafeLoader):
    """Knows the sign of Ansible for a text that is no template."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def loaded(text: str) -> t.Any:
    return yaml.load(text, _Loader)


def refused(act: t.Callable[[], t.Any]) -> str:
    """The problems with which it ends; empty when it does not."""
    try:
        act()
    except Problems as found:
        return str(found)
    return ""


def source_of(text: str) -> reading.Source:
    return reading.source("the-file", "", text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("kind", FORMATS)
@given(text=any_text)
def test_any_text_becomes_yaml_or_a_problem(kind: str, text: str) -> None:
    message = refused(lambda: imported(text, kind))
    if message:
        assert re.fullmatch(r"(?s)the-file.*: found .*, expected .*", message)
        return
    written = imported(text, kind)
    (play,) = loaded(written.playbook)
    pools = [pool for role in play.get("roles", []) for pool in role["workers_pools"]]
    assert pools == written.pools
    assert set(loaded(written.secrets) or {}) == set(written.secrets_by_name)


@given(text=any_text)
def test_a_kind_is_recognised_or_a_problem(text: str) -> None:
    def read() -> None:
        if kinds.kind_of(source_of(text)) != "pm2":
            kinds.found_in([source_of(text)])

    assert "\n" not in refused(read)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_text_or_a_problem(data: bytes) -> None:
    message = refused(lambda: reading.source("the-file", "", data))
    assert message == "" or "found a binary file" in message


COMMANDS = st.sampled_from(("/a", "cd /x", "pgrep a", "exit 1", "A=1", "./b x", "flock -n 9", "true", "logger"))
JOINTS = st.sampled_from(("; ", " && ", " || ", " | "))
ENDS = st.sampled_from(("", "", " 9>/l", " >>/l", " 2>&1", " >/dev/null 2>&1", " </l"))


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.builds("{}{}{}".format, inner, JOINTS, inner)
    return lists | st.builds("({}){}".format, inner, ENDS) | st.builds("{{ {}; }}{}".format, inner, ENDS)


SCRIPTS = st.recursive(COMMANDS, grouped, max_leaves=6)
OF_LIFE = (
    "(flock -n 9 || exit 1; /usr/bin/five) 9>/tmp/5",
    "cd /x && (a; b) >>/tmp/l",
    "(a; b) | c",
    "(a && b) || c",
    "export A=1; (a | b)",
    "(cd /x || exit 1; a; b) 9>/l",
    "cd /x && (cd y; a | b)",
    "(pgrep x || y) 2>&1",
    "(pgrep x || y) 9>/l",
    "cd /x && ((a; b); c) | d",
    "(a; b) && true",
    "(a; b) | logger",
)


def is_of_a_shell(script: str) -> bool:
    return subprocess.run(["sh", "-n", "-c", script], capture_output=True, check=False).returncode == 0


def assert_a_shell_reads(script: str) -> None:
    written = imported(f"0 0 * * * {script}", "crontab")
    (entry,) = [*written.timers, *written.pools]
    command = entry["command"]
    words = command if isinstance(command, list) else shlex.split(command)
    kept = words[2] if words[1:2] == ["-c"] else ""
    assert is_of_a_shell(kept), kept
    assert kept or not set("()") & set("".join(words))


@pytest.mark.parametrize("script", OF_LIFE)
def test_a_shell_reads_the_script_that_is_kept(script: str) -> None:
    assert_a_shell_reads(script)


@settings(max_examples=200)
@given(script=SCRIPTS)
def test_a_shell_reads_any_script_that_is_kept(script: str) -> None:
    assert_a_shell_reads(script)
