# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines of ``ExecStart=`` and its like (config_parse_exec() in load-fragment.c)."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import (
    BLANKS,
    COMMAND,
    ESCAPED,
    BadWord,
    next_word,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.paths import is_program

# "|" asks for the shell of the user.
SHELL_SINCE = 258


class Line(t.NamedTuple):
    """``program`` is without its prefixes, which are in ``prefixes``; ``argv`` has what the process gets."""

    prefixes: str
    program: str
    argv: t.Tuple[str, ...]


def command_lines(text: str, systemd: int) -> t.List[Line]:
    """The commands of a value, one behind each ``;``. Raises ``BadWord`` where a quote is not closed."""
    found: t.List[Line] = []
    position: t.Optional[int] = 0
    while position is not None:
        first, position = next_word(text, position, COMMAND)
        if first is None:
            break
        if first == ";":
            continue
        prefixes, program = split_prefixes(first, systemd)
        arguments, position = _arguments(text, position)
        found.append(Line(prefixes, program, (*([] if "@" in prefixes else [program]), *arguments)))
    return found


def _arguments(text: str, position: t.Optional[int]) -> t.Tuple[t.List[str], t.Optional[int]]:
    """Up to the end of the command, and where the next begins."""
    found: t.List[str] = []
    while position is not None:
        if _stands_alone(text, position, ";"):
            return found, position + 1
        if _stands_alone(text, position, "\\;"):
            found.append(";")
            rest = text[position + 2 :].lstrip(BLANKS)
            position = len(text) - len(rest) if rest else None
            continue
        word, position = next_word(text, position, COMMAND)
        found += [] if word is None else [word]
    return found, None


def _stands_alone(text: str, position: int, mark: str) -> bool:
    behind = position + len(mark)
    return text.startswith(mark, position) and text[behind : behind + 1] in ("", *BLANKS)


def split_prefixes(word: str, systemd: int) -> t.Tuple[str, str]:
    """Special executable prefixes, each once (systemd.service(5)), and the program."""
    taken = ""
    for character in word:
        privileged = taken.count("+") + taken.count("!")
        once = character in "-@:" and character not in taken
        shell = character == "|" and systemd >= SHELL_SINCE and "|" not in taken
        rights = (character == "+" and not privileged) or (character == "!" and "+" not in taken and privileged < 2)
        if not (once or shell or rights):
            break
        taken += character
    return taken, word[len(taken) :]


def is_command(text: str, systemd: int) -> bool:
    """Whether each command has a program that can be one, and something for its argv[0]."""
    try:
        lines = command_lines(text, systemd)
    except BadWord:
        return False
    return all("|" in one.prefixes or (is_program(one.program, systemd) and one.argv) for one in lines)


def unknown_escape(text: str) -> str:
    r"""The first escape in a command that systemd does not know and leaves as it is, such as ``\d``; empty if none."""
    position: t.Optional[int] = 0
    try:
        while position is not None:
            if _stands_alone(text, position, "\\;"):
                position = position + 2 if position + 2 < len(text) else None
                continue
            _word, position = next_word(text, position, ESCAPED)
    except BadWord as bad:
        return str(bad).partition("escape ")[2]
    return ""
