# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which shells and wrappers become the program that they start: asked from those that a host has."""

from __future__ import annotations

import json

import pytest

from tests.helpers.oracle_host import OracleHost
from tests.helpers.wrapped_commands import BASH, MEASURED, Stays

# Runs each command as the leader of a session, as systemd does, with /srv/w as a program that tells its process.
ASK = r"""
import json, os, subprocess, sys, time
program = "#!/usr/bin/python3\nimport os, time\nopen('/tmp/w-told', 'w').write(str(os.getpid()))\ntime.sleep(9)\n"
open("/srv/w", "w").write(program)
os.chmod("/srv/w", 0o755)
os.chdir("/tmp")
answers = {}
for name, words in json.load(sys.stdin).items():
    # A killed child of the former command may hold the former lock a moment longer: each command gets a new file.
    subprocess.run(["rm", "-f", "/tmp/w-told", "/tmp/l"])
    nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = subprocess.Popen(words, start_new_session=True, **nothing)
    told = ""
    for _moment in range(600):
        time.sleep(0.05)
        told = open("/tmp/w-told").read() if os.path.exists("/tmp/w-told") else ""
        if told:
            break
    answers[name] = bool(told) and int(told) == started.pid
    if told:
        os.kill(int(told), 9)
    started.kill()
    started.wait()
print(json.dumps(answers))
"""
# They are in every image, and need nothing but their words.
HERE = frozenset(
    {
        "env",
        "flock",
        "ionice",
        "nice",
        "nohup",
        "prlimit",
        "setpriv",
        "setsid",
        "stdbuf",
        "taskset",
        "timeout",
        "unshare",
    }
)


def asked(host: OracleHost, commands: dict[str, list[str]]) -> dict[str, bool]:
    said = host.run("python3", "-c", ASK, data=json.dumps(commands).encode())
    answers: dict[str, bool] = json.loads(said)
    return answers


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_shells(host: OracleHost, shell: str) -> None:
    answers = asked(host, {script: [shell, "-c", script] for script in BASH})
    assert answers == {script: becomes if shell == "bash" else "exec" in script for script, becomes in BASH.items()}


def test_wrappers(host: OracleHost) -> None:
    commands = {
        command: stays
        for command, stays in MEASURED.items()
        if command.split()[0] in HERE and " -c /srv" not in command
    }
    assert len(commands) > 15
    answers = asked(host, {command: command.split() for command in commands})
    assert answers == {command: stays == [Stays.NOT] for command, stays in commands.items()}
