# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs commands of the host: lists, never a shell, in the C locale and in UTC, in an environment of their own."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import subprocess
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH

ENVIRONMENT = {"LC_ALL": "C", "LANGUAGE": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0", "SYSTEMD_LOG_COLOR": "0"}


def clean_environment(uid: int) -> t.Dict[str, str]:
    """All that a process of this user is given, as systemd gives it to a service, and nothing of what we were given.

    That may be a token of the operator's, from ``environment:`` of a task, and a user reads /proc/PID/environ of every
    process of his own.
    """
    try:
        user = pwd.getpwuid(uid)
    except KeyError:
        # A dynamic user, say, who has neither name nor home.
        return {"PATH": SERVICE_PATH, "LANG": "C.UTF-8"}
    named = {"HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name, "SHELL": user.pw_shell or "/bin/sh"}
    return {"PATH": SERVICE_PATH, "LANG": "C.UTF-8", **named}


@functools.lru_cache(maxsize=None)
def _own(uid: int) -> t.Dict[str, str]:
    return {**clean_environment(uid), **ENVIRONMENT}


def tool_environment() -> t.Dict[str, str]:
    """For systemd's own tools and those of the package manager: nothing of a task, a login or sudo, such as LD_PRELOAD,
    PATH or SYSTEMD_UNIT_PATH, decides what they do as root. Where the manager of a user is (user_part.py) stays.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return {**_own(os.geteuid()), **({"XDG_RUNTIME_DIR": runtime} if runtime else {})}


def run(argv: t.Sequence[str], given: str = "") -> t.Tuple[int, str, str]:
    """Exit status, stdout and stderr; bytes that are no UTF-8 are in them as surrogates. Raises ``OSError``.

    ``given`` is what the command reads, which no other process can see.
    """
    # No run_command() of Ansible's: on the host this runs without Ansible, too (dead_man.py).
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        argv,
        input=given,
        capture_output=True,
        env=tool_environment(),
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def within(seconds: int, argv: t.Sequence[str]) -> t.List[str]:
    """The command as one that is killed when it takes longer; it then exits 124, or 137 (timeout(1))."""
    return ["timeout", "--kill-after=5", str(seconds), *argv]


def head(argv: t.Sequence[str], most: int, given: str = "") -> str:
    """The first ``most`` bytes that a command prints; the rest is not waited for. An empty text when it cannot run.

    ``given`` is what the command reads, no longer than a pipe takes.
    """
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with contextlib.suppress(OSError):
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            argv, stdin=pipe, stdout=pipe, stderr=nothing, env=tool_environment()
        )
        with process:
            with t.cast("t.IO[bytes]", process.stdin) as input_of_it:
                input_of_it.write(given.encode())
            printed = t.cast("t.IO[bytes]", process.stdout).read(most)
            # timeout(1) hands it on.
            process.terminate()
        return printed.decode("utf-8", "surrogateescape")
    return ""
