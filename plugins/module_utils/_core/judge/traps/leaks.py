# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps that show secrets to every user of the host. They name what leaks, never its value."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.exec_lines import EXEC_KEYS
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import is_secret
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    ERROR,
    WARNING,
    Caught,
    trap,
    written,
)

# Looked for from the middle: a search from the first letter is quadratic in a long word.
URL_WITH_PASSWORD = re.compile(r"(?<=[a-z0-9+.-])://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
OPTION = re.compile(r"--?([A-Za-z0-9][A-Za-z0-9_-]*)(?:=(.*))?", re.DOTALL)
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.+)", re.DOTALL)
IN_A_FILE = "Put it into a file of mode 0600 that EnvironmentFile= names."


def _tells(value: str) -> bool:
    """Whether a value is the secret itself, and not the path of a file, a specifier or nothing."""
    return bool(value) and not value.startswith(("/", "%", "file:"))


def _is_assigned(value: str) -> bool:
    """The same of an assignment, in which a shell may read it from somewhere and keeps it to itself."""
    return _tells(value) and not re.match(r'"?\$\$?\(', value)


def secret_argument(words: t.Sequence[str]) -> str:
    """The name of what is secret among the arguments; empty when nothing is."""
    for word, following in zip(words, (*words[1:], "")):
        option, assignment = OPTION.fullmatch(word), ASSIGNMENT.fullmatch(word)
        if URL_WITH_PASSWORD.search(word):
            return "a URL with a password"
        if option and is_secret(option.group(1).replace("-", "_")):
            value = following if option.group(2) is None else option.group(2)
            if _tells(value) and not value.startswith("-"):
                return f"--{option.group(1)}"
        if assignment and is_secret(assignment.group(1)) and _is_assigned(assignment.group(2)):
            return assignment.group(1)
    return ""


@trap(
    "secret-in-environment",
    ERROR,
    title="A secret in Environment= is readable by every user",
    expected="secrets in a file that only root reads",
    instead=IN_A_FILE,
    why=(
        "`systemctl show -p Environment` and `systemctl cat` print the values of Environment= to every local user, "
        'even when the unit file has a strict mode. Source: systemd.exec(5) ("not suitable for passing secrets"), '
        "systemd/systemd#770, our measurement."
    ),
)
def secret_in_environment(seen: Seen) -> t.Iterator[Caught]:
    for variable in seen.environment:
        if is_secret(variable.name) and _tells(variable.value):
            yield Caught(variable.at, f"a value for {variable.name}")
        elif URL_WITH_PASSWORD.search(variable.value):
            yield Caught(variable.at, f"a URL with a password in {variable.name}")


@trap(
    "secret-in-command",
    ERROR,
    title="A secret in the command line is readable by every user",
    expected="secrets in a file that only root reads",
    instead=IN_A_FILE + " Let the worker read the variable itself.",
    why=(
        "`systemctl show -p ExecStart` prints the command line to every local user. `ps` prints the arguments of "
        "the process, even when the secret came from a variable. Source: systemd.exec(5), proc(5) on cmdline, and "
        "our measurement."
    ),
)
def secret_in_command(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.commands(*EXEC_KEYS):
        found = secret_argument((*one.arguments, *one.script.split()))
        if found:
            yield Caught(one.at, found)


@trap(
    "secret-in-set-credential",
    ERROR,
    title="A secret in SetCredential= is readable by every user",
    expected="LoadCredential= of a file that only root reads",
    instead=(
        "Write LoadCredential=NAME:/path of a file of mode 0600 (from systemd 250 on also SetCredentialEncrypted=)."
    ),
    why=(
        "SetCredential= is in the unit file, and `systemctl cat` prints this file to every local user. Source: "
        "systemd.exec(5) on SetCredential=, and our measurement."
    ),
)
def secret_in_set_credential(seen: Seen) -> t.Iterator[Caught]:
    for at in seen.all("SetCredential"):
        name, colon, value = at.value.partition(":")
        if colon and value and is_secret(name.replace("-", "_").replace(".", "_")):
            yield Caught(at, f"a value for {name}")


@trap(
    "secret-file-is-optional",
    WARNING,
    title="The worker starts even without its secrets",
    expected="a start that fails without its secrets",
    instead="Remove the dash before the path.",
    why=(
        "With the dash systemd skips the whole file without a message when it is missing, unreadable, or has one "
        "invalid byte. This trap is only for files whose name says that they have secrets. Source: systemd.exec(5) "
        "on EnvironmentFile=, our measurement."
    ),
)
def secret_file_is_optional(seen: Seen) -> t.Iterator[Caught]:
    for at in seen.all("EnvironmentFile"):
        if seen.is_own_service and re.match(r"-.*(?:secret|credential|passw|token|/\.env$)", at.value, re.IGNORECASE):
            yield Caught(at, written(at))


@trap(
    "files-are-written-for-all",
    WARNING,
    title="Every user may write to the files that the worker makes",
    expected="UMask=0022, the default, or stricter",
    instead="Write UMask=0027, or UMask=0002 when a group shares the files.",
    why=(
        "With UMask=0000 every user of the host may write to the files and directories of the worker, also to job "
        "payloads and caches of code. Source: umask(2), and our measurement."
    ),
)
def files_are_written_for_all(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("UMask")
    # An octal number; its last digit is for the others, where 2 means: not for writing.
    if at and re.fullmatch(r"[0-7]{1,4}", at.value) and not int(at.value, 8) & 0o002:
        yield Caught(at, written(at))
