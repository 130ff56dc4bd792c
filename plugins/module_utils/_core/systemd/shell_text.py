# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell makes of the script behind ``-c``: which command does the work, and whether the shell becomes it.

Measured with bash 5.1 and 5.2, and dash 0.5.11 and 0.5.12. bash becomes the last command when that is a simple one
without redirections, no signal is trapped, and it stands alone behind the last ``;`` (optimize_connection_fork() and
should_suppress_fork() in builtins/evalstring.c). dash becomes none, not even the only one, without ``exec``.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})
BECOME_THE_LAST = frozenset({"bash", "zsh", "ksh", "ash"})
TOKEN = re.compile(
    r"(?P<blank>(?:[ \t\r]|\\\n)+|#[^\n]*)"
    r"|(?P<redirection>&>>?|[0-9]*(?:<<<|<<-?|<&|<>|>>|>&|>\||[<>]))"
    r"|(?P<operator>\|\||&&|;;|[;&|\n()])"
    r"|(?P<word>(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|`[^`]*`|\$\([^()]*\)|\\.|[^\s\"'`\\;&|()<>])+)",
    re.DOTALL,
)
QUOTING = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'([^']*)'|\\(.)", re.DOTALL)
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
# Words that begin or lead on a compound command; what follows them is a command.
COMPOUND = frozenset({"if", "then", "elif", "else", "while", "until", "do", "{", "!", "time", "for", "case", "select"})
# What a script does beside the work: it ends by itself.
BESIDE = frozenset(
    {
        ":", "[", "[[", "break", "cd", "chmod", "chown", "echo", "exit", "export", "false", "logger", "mkdir", "printf",
        "rm", "set", "sleep", "source", ".", "test", "touch", "trap", "true", "ulimit", "umask", "unset", "wait",
        "fi", "done", "esac", "}",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One simple command. ``before`` and ``after`` are the operators around it; the ends of the script have none."""

    words: t.Tuple[str, ...]
    before: str
    after: str
    plain: bool


@dataclass(frozen=True)
class Script:
    """``text`` does not parse when it has no parts."""

    parts: t.Tuple[Part, ...]

    @classmethod
    def of(cls, text: str) -> Script:
        return cls(tuple(_parts(text)))

    @property
    def worker(self) -> t.Tuple[str, ...]:
        """Words of the command that does the work: the one behind `exec`, else the last that does not end by itself."""
        # What comes behind a pipe only reads what the worker says.
        commands = [_led(one.words) for one in self.parts if one.before != "|"]
        replaced = [words[1:] for words in commands if words[0] == "exec" and len(words) > 1]
        work = [words for words in commands if words[0] not in BESIDE and words[0] != "exec"]
        return (replaced or work or [()])[-1]

    def is_handled(self) -> bool:
        """Whether somebody thought of what a signal does: an exec, or a trap of the shell."""
        return any(words[0] in ("exec", "trap") and len(words) > 1 for words in (_led(one.words) for one in self.parts))

    def is_become_by(self, shell: str) -> bool:
        """Whether the worker is in the end the process that the shell was."""
        if self.is_handled() or not self.parts:
            return True
        last = self.parts[-1]
        compound = any(one.words[0] in COMPOUND or one.before == "(" for one in self.parts)
        if shell not in BECOME_THE_LAST or compound or not last.plain or last.words[0] in BESIDE:
            return False
        return last.after in ("", ";", "\n") and not self._is_in_a_list_behind_another()

    def _is_in_a_list_behind_another(self) -> bool:
        """``a; b && c``, and every pipe and background process."""
        joined = [one.before for one in self.parts]
        line = len(joined) - 1 - joined[::-1].index("\n") if "\n" in joined else 0
        here = joined[line + 1 :]
        return "|" in here or "&" in joined or (here[-1:] in (["&&"], ["||"]) and ";" in here)


def base_name(path: str) -> str:
    return path.rpartition("/")[2]


def _parts(text: str) -> t.Iterator[Part]:
    """Simple commands in order. None of a text that a shell would not read either."""
    found: t.List[Part] = []
    words: t.List[str] = []
    before, plain, position, to_file = "", True, 0, False
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            return
        position = token.end()
        if token["redirection"]:
            plain, to_file = False, True
        elif token["word"] is not None:
            words.extend([] if to_file else [token["word"]])
            to_file = False
        elif token["operator"]:
            if words:
                found.append(Part(_plain(words), before, token["operator"], plain))
                words, plain = [], True
                before = token["operator"]
            elif token["operator"] != "\n" or before == ";":
                before = token["operator"]
    if words:
        found.append(Part(_plain(words), before, "", plain))
    yield from found


def _plain(words: t.Sequence[str]) -> t.Tuple[str, ...]:
    return tuple(QUOTING.sub(lambda quoted: quoted[1] or quoted[2] or quoted[3] or "", word) for word in words)


def _led(words: t.Tuple[str, ...]) -> t.Tuple[str, ...]:
    """Without what leads to the command: assignments, and words of the shell before it."""
    start = 0
    while start < len(words) - 1 and (words[start] in COMPOUND or ASSIGNMENT.fullmatch(words[start])):
        start += 1
    return words[start:]
