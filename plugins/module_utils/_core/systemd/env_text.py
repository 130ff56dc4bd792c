# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""EnvironmentFile= text that systemd's own parser reads back exactly (systemd.exec(5), load_env_file())."""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The kernel takes no longer string in an environment: MAX_ARG_STRLEN less its NUL.
LONGEST = 131071
IN_QUOTES = re.compile(r'([\\"$`])')


def render_env(variables: t.Mapping[str, str]) -> str:
    """One ``NAME="value"`` a variable. Inside double quotes only these four need a backslash; a newline may stand."""
    return "".join('{}="{}"\n'.format(name, IN_QUOTES.sub(r"\\\1", value)) for name, value in variables.items())


def render_environment(name: str, value: str) -> str:
    """One item of ``Environment=`` in a unit, where ``%`` is a specifier and ``$`` is not special."""
    escapes = {"\\": "\\\\", '"': '\\"', "%": "%%", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(character, character) for character in f"{name}={value}") + '"'


def read_variables(given: t.Mapping[t.Any, t.Any], where: str) -> t.Tuple[t.Dict[str, str], t.List[Problem]]:
    """Variables as an operator writes them."""
    variables, problems = read_texts(given, where)
    return variables, problems + env_problems(variables, where)


def read_texts(given: t.Mapping[t.Any, t.Any], where: str) -> t.Tuple[t.Dict[str, str], t.List[Problem]]:
    """Names and values, numbers and YAML's booleans among them, as texts."""
    texts = {str(name): as_text(value) for name, value in given.items()}
    problems = [
        Problem(f"{where}.{name}", "nothing" if value is None else type(value).__name__, "text, a number or a boolean")
        for name, value in given.items()
        if not isinstance(value, (str, int, float))
    ]
    return texts, problems


def as_text(value: t.Any) -> str:
    """YAML's booleans in the spelling of YAML; numbers as they are written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def env_problems(variables: t.Mapping[str, str], where: str) -> t.List[Problem]:
    """What an environment file cannot carry. Names the variable, never its value."""
    problems = []
    for name, value in variables.items():
        place = f"{where}.{name}"
        if not NAME.fullmatch(name):
            problems.append(Problem(place, "this name", "letters, digits and '_', not a digit first"))
        unfit = unfit_value(value)
        if unfit:
            problems.append(Problem(place, f"a value with {unfit}", "text"))
        elif len(f"{name}={value}".encode("utf-8", "surrogatepass")) > LONGEST:
            problems.append(Problem(place, "a value that is too long", f"at most {LONGEST} bytes with its name"))
    return problems


def unfit_value(value: str) -> str:
    """What in a value is no text to systemd, as words; empty when all is well. It may have several lines."""
    return "a NUL" if "\0" in value else not_text(value)


def parse_env(text: str) -> t.Dict[str, str]:
    """What systemd reads from an EnvironmentFile. Never refuses: it ignores assignments to invalid names."""
    return {one.name: one.value for one in read_env(text) if one.value is not None and NAME.fullmatch(one.name)}


class Otherwise(enum.Enum):
    """What systemd makes of a value that people do not expect."""

    COMMENT = "a comment after the value"
    BEHIND_QUOTES = "text after the closing quote"
    BACKSLASH = "a backslash without quotes"
    ESCAPE = r"an escape such as \n in double quotes"
    JOINED = "a backslash at the end of the line, before another variable"
    OPEN_QUOTE = "a quote that is not closed"


@dataclass(frozen=True)
class EnvLine:
    """An assignment, or a line that is not one, with ``None`` for its value. ``line`` is where it begins, from 1."""

    line: int
    name: str
    value: t.Optional[str] = None
    otherwise: t.Tuple[Otherwise, ...] = ()


def read_env(text: str) -> t.List[EnvLine]:
    """Everything except comments, in order, also assignments to invalid names."""
    reader = _EnvReader()
    for character in text:
        reader.feed(character)
    return reader.end()


# What a shell takes a backslash away from as well, so that the author knows.
ESCAPED_IN_SHELLS = frozenset(" \t\"'$`\\#&()*;<>?|~!{}[]=")
ASSIGNMENT = re.compile(rf"\s*{NAME.pattern}=")


# Large: each method is one state of the parser of systemd (env-file.c).
class _EnvReader:
    """The state machine of parse_env_file_internal(), with systemd's names of the states."""

    def __init__(self) -> None:
        self.state = self._pre_key
        self.found: t.List[EnvLine] = []
        self.line = 1
        self._forget()

    def _forget(self) -> None:
        # Lists, since a text that grows by a character at a time takes time with the square of its length.
        self.key: t.List[str] = []
        self.value: t.List[str] = []
        # How much of the value must stay when blanks at its end are dropped.
        self.kept = 0
        self.begun = self.line
        self.otherwise: t.Dict[Otherwise, None] = {}
        # Behind a closing quote: how many blanks.
        self.closed, self.blanks = False, 0
        # Where in the value a quote begins, and where a line was joined.
        self.opened = 0
        self.joint: t.Optional[int] = None

    def feed(self, character: str) -> None:
        self.state(character)
        self.line += character == "\n"

    def end(self) -> t.List[EnvLine]:
        """An assignment that is open at the end of the file counts, an unfinished escape does not."""
        if self.state in (self._single, self._double, self._double_escape):
            self._note(Otherwise.OPEN_QUOTE)
        if self.state in (self._pre_value, self._value, self._escape, self._single, self._double, self._double_escape):
            self._store()
        elif self.state == self._in_key:
            self._stray()
        return self.found

    def _note(self, otherwise: Otherwise) -> None:
        self.otherwise[otherwise] = None

    def _store(self) -> None:
        in_quotes = self.state in (self._single, self._double, self._double_escape)
        value = "".join(self.value if in_quotes else self.value[: self.kept])
        if self.joint is not None and ASSIGNMENT.match("".join(self.value[self.joint :])):
            self._note(Otherwise.JOINED)
        self.found.append(EnvLine(self.begun, self._name(), value, tuple(self.otherwise)))
        self._forget()

    def _stray(self) -> None:
        self.found.append(EnvLine(self.begun, self._name()))
        self._forget()

    def _name(self) -> str:
        return "".join(self.key).rstrip(" \t\n\r")

    def _keep(self, character: str) -> None:
        self.value.append(character)
        self.kept = len(self.value)

    def _pre_key(self, character: str) -> None:
        if character in "#;":
            self.state = self._comment
        elif character not in " \t\n\r":
            self._forget()
            self.key.append(character)
            self.state = self._in_key

    def _in_key(self, character: str) -> None:
        if character in "\n\r":
            self._stray()
            self.state = self._pre_key
        elif character == "=":
            self.state = self._pre_value
        else:
            self.key.append(character)

    def _pre_value(self, character: str) -> None:
        if character in "\n\r":
            self._store()
            self.state = self._pre_key
            return
        if character in " \t":
            self.blanks += 1
            return
        if character == "#" and (self.blanks or self.closed):
            self._note(Otherwise.COMMENT)
        elif self.closed and self.blanks:
            self._note(Otherwise.BEHIND_QUOTES)
        if character in "'\"":
            self.opened = len(self.value)
            self.state = self._single if character == "'" else self._double
        elif character == "\\":
            self.state = self._escape
        else:
            self._keep(character)
            self.state = self._value

    def _value(self, character: str) -> None:
        if character in "\n\r":
            self._store()
            self.state = self._pre_key
        elif character == "\\":
            # Blanks before a backslash are inside of the value, whatever follows.
            self.kept = len(self.value)
            self.state = self._escape
        elif character in " \t":
            self.value.append(character)
        else:
            if character == "#" and self.value[-1:] and self.value[-1] in " \t":
                self._note(Otherwise.COMMENT)
            self._keep(character)

    def _escape(self, character: str) -> None:
        self.state = self._value
        if character in "\n\r":
            self.joint = len(self.value)
        else:
            if character not in ESCAPED_IN_SHELLS:
                self._note(Otherwise.BACKSLASH)
            self._keep(character)

    def _single(self, character: str) -> None:
        if character == "'":
            self._close_quote()
        else:
            self.value.append(character)

    def _double(self, character: str) -> None:
        if character == '"':
            self._close_quote()
        elif character == "\\":
            self.state = self._double_escape
        else:
            self.value.append(character)

    def _double_escape(self, character: str) -> None:
        self.state = self._double
        if character in '"\\`$':
            self.value.append(character)
        elif character != "\n":
            if character in "nrt":
                self._note(Otherwise.ESCAPE)
            self.value += ["\\", character]

    def _close_quote(self) -> None:
        # `A="x` and in the next line `B="y"`: the quote that closes is the one that opens another value.
        _before, newline, last = "".join(self.value[self.opened :]).rpartition("\n")
        if newline and ASSIGNMENT.fullmatch(last):
            self._note(Otherwise.OPEN_QUOTE)
        self.kept = len(self.value)
        self.closed, self.blanks = True, 0
        self.state = self._pre_value

    def _comment(self, character: str) -> None:
        if character == "\\":
            self.state = self._comment_escape
        elif character in "\n\r":
            self.state = self._pre_key

    def _comment_escape(self, character: str) -> None:
        # Up to 252 a comment that ends in a backslash swallows the next line; 257 does not. We never write one.
        self.state = self._comment
