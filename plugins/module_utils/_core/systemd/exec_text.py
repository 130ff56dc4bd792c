# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as ``ExecStart=`` has them (systemd.service(5), "COMMAND LINES")."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import UNSAFE, not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import COMMAND, BadWord, words

# DEFAULT_PATH of systemd.
SERVICE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The kernel takes no longer word: MAX_ARG_STRLEN less its NUL.
LONGEST = 131071
# PATH_MAX less its NUL.
LONGEST_PATH = 4095
# What 262 takes for a pattern and refuses in the path of a program; and a blank at its end is lost from 257 on, so that
# another program would be started.
UNFIT_PATH = re.compile(r"[*?\[]|[ /]\Z")
UNANSWERED = "A process could get it, but `systemctl show` would fail for every unit that is asked with this one."
NO_LOGIN_PATH = "A service does not read .bashrc or the login PATH; `command -v` shows the path."
NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"', "%": "%%"}


def render_argv(argv: t.Sequence[str]) -> str:
    """The line that starts exactly this program with exactly these arguments: nothing in it is expanded."""
    # In the path a dollar is not special, in arguments it is (facts: argv[0] takes "$" single).
    path, arguments = argv[0], argv[1:]
    return " ".join([_quoted(path), *(_quoted(argument).replace("$", "$$") for argument in arguments)])


def argv_problems(argv: t.Sequence[str], where: str) -> t.List[Problem]:
    """What systemd cannot start exactly as it stands here.

    Of the path it drops what means nothing: ``/usr//bin/./php`` reaches the program as ``/usr/bin/php``.
    """
    problems = []
    for index, word in enumerate(argv):
        place = f"{where}[{index}]"
        if "\0" in word:
            problems.append(Problem(place, "a NUL", "text", "No argument can carry it."))
        elif not_text(word):
            problems.append(Problem(place, not_text(word), "text", UNANSWERED))
        elif len(_utf8(word)) > LONGEST:
            problems.append(Problem(place, f"{len(word)} characters", f"at most {LONGEST} bytes"))
    return [*problems, *_path_problems(argv[0], f"{where}[0]")]


def _path_problems(path: str, where: str) -> t.Iterator[Problem]:
    if not path.startswith("/"):
        yield Problem(where, repr(path), "an absolute path", NO_LOGIN_PATH)
    elif UNSAFE.search(path) or UNFIT_PATH.search(path):
        expected = (
            "a path without quotes, backslashes, control characters, '*', '?', '[', and a '/' or blank at its end"
        )
        yield Problem(where, repr(path), expected)
    elif len(_utf8(path)) > LONGEST_PATH:
        yield Problem(where, f"a path of {len(path)} characters", f"at most {LONGEST_PATH} bytes")


def split_command(text: str) -> t.List[str]:
    """Words of a line as systemd takes it apart; specifiers and variables stay as they are. Raises ``Problems``."""
    try:
        return words(text, COMMAND)
    except BadWord as bad:
        raise Problems([Problem("command", str(bad), "closed quotes")]) from bad


def _quoted(word: str) -> str:
    return '"' + "".join(_escaped(character) for character in word) + '"'


def _escaped(character: str) -> str:
    if character in NAMED:
        return NAMED[character]
    if character < " " or character == "\x7f":
        return f"\\x{ord(character):02x}"
    return character


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
