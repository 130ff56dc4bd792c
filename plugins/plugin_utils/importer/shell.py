# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell script of one line taken apart: simple commands, with what a shell would fill in."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import (
    ASSIGNMENT,
    COMPOUND,
    TOKEN,
    base_name,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    Piece,
    Variable,
    Word,
    joined,
    literal,
)

# What is read of a parameter: its name, and a default as in ${NAME:-default}.
PARAMETER = re.compile(r"\$(?:(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::?-(?P<default>[^{}$`\"'\\]*))?\})")
# What only a shell expands: patterns, and lists and ranges in braces.
EXPANDED = re.compile(r"[*?\[]|\{[^{}]*(?:,|\.\.)[^{}]*\}")
# What a guard asks, so that a worker is started only when it is not there.
ASKS = re.compile(
    r"\b(?:pgrep|pidof|ps|lsof|kill\s+-0|screen\s+-ls|screen\s+-list|tmux\s+has-session)\b|\.(?:pid|lock)\b"
)
SETS = re.compile(r"\b([A-Za-z_]\w*)=|\b(?:for|read)\s+([A-Za-z_]\w*)")
GUARDS = frozenset(
    {"pgrep", "pidof", "ps", "grep", "egrep", "fgrep", "awk", "wc", "kill", "lsof", "cat", "test", "[", "[[", "!", "if"}
    | {"screen", "tmux", "true", "tr", "head", "tail", "sed", "cut"}
)
ENDS_OF_LISTS = ("&&", ";", "\n", "")


@dataclass
class Simple:
    """One simple command. ``raw`` are its words as they are written, ``start`` is where it begins in the script.

    ``places`` are where its words begin. ``opened`` is where a bracket before it opens, else the same as ``start``.
    ``redirections`` are operators with their targets.
    ``words`` is ``None`` when only a shell can fill them in.
    """

    start: int
    opened: int = 0
    end: int = 0
    before: str = ""
    after: str = ""
    raw: t.List[str] = field(default_factory=list)
    places: t.List[int] = field(default_factory=list)
    redirections: t.List[t.Tuple[str, str]] = field(default_factory=list)

    @property
    def words(self) -> t.Optional[t.List[Word]]:
        found = [word_of(one) for one in self.raw]
        return None if None in found else t.cast("t.List[Word]", found)

    @property
    def head(self) -> str:
        """The first word that is no assignment."""
        heads = [one for one in self.raw if not ASSIGNMENT.fullmatch(one)]
        return heads[0] if heads else ""

    @property
    def is_compound(self) -> bool:
        return self.head in COMPOUND - {"{", "!"} or self.head in ("fi", "done", "esac", "function")


def parse(text: str) -> t.List[Simple]:
    """The simple commands of a script in order; none of a text that a shell would not read either."""
    found: t.List[Simple] = []
    current, before, position, operator = None, "", 0, ""
    opened: t.Optional[int] = None
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            return []
        if (token["redirection"] or token["word"] is not None) and current is None:
            current = Simple(position, position if opened is None else opened, before=before)
            opened = None
        if token["redirection"] and current:
            operator = token["redirection"]
        elif token["word"] is not None and current:
            if operator:
                current.redirections.append((operator, token["word"]))
            else:
                current.raw.append(token["word"])
                current.places.append(position)
            operator = ""
        elif token["operator"]:
            if current:
                current.after, current.end = token["operator"], position
                found.append(current)
                current, before = None, token["operator"]
            elif token["operator"] == "(":
                opened = position if opened is None else opened
            elif token["operator"] != "\n":
                before = token["operator"]
        position = token.end()
    if current:
        current.end = len(text)
        found.append(current)
    return found


def word_of(raw: str) -> t.Optional[Word]:
    """A word as a shell reads it; ``None`` when only a shell can fill it in."""
    pieces: t.List[Piece] = []
    position = 0
    if re.match(r"~(?=/|$)", raw):
        pieces.append(Variable("HOME"))
        position = 1
    while position < len(raw):
        found = _quoted(raw, position) if raw[position] in "'\"" else _bare(raw, position)
        if found is None:
            return None
        position = found[1]
        pieces += found[0]
    if len(pieces) == 1 and isinstance(pieces[0], Variable) and raw.startswith("$"):
        return (pieces[0]._replace(split=True),)
    return joined(pieces)


def _bare(raw: str, position: int) -> t.Optional[t.Tuple[t.List[Piece], int]]:
    """What stands without quotes from here on."""
    if raw[position] == "\\":
        return [raw[position + 1 : position + 2].replace("\n", "")], position + 2
    if raw[position] in "$`":
        return _parameter(raw, position)
    end = position
    while end < len(raw) and raw[end] not in "'\"\\$`":
        end += 1
    text = raw[position:end]
    return None if EXPANDED.search(text) else ([text], end)


def _quoted(raw: str, position: int) -> t.Optional[t.Tuple[t.List[Piece], int]]:
    if raw[position] == "'":
        end = raw.index("'", position + 1) if "'" in raw[position + 1 :] else len(raw)
        return [raw[position + 1 : end]], end + 1
    pieces: t.List[Piece] = []
    position += 1
    while position < len(raw) and raw[position] != '"':
        character = raw[position]
        if character == "\\":
            escaped = raw[position + 1 : position + 2]
            pieces.append("" if escaped == "\n" else escaped if escaped in '$`"\\' else f"\\{escaped}")
            position += 2
        elif character in "$`":
            found = _parameter(raw, position)
            if found is None:
                return None
            pieces += found[0]
            position = found[1]
        else:
            pieces.append(character)
            position += 1
    return pieces, position + 1


def _parameter(raw: str, position: int) -> t.Optional[t.Tuple[t.List[Piece], int]]:
    found = PARAMETER.match(raw, position)
    if found:
        return [Variable(found["name"] or found["braced"], default=found["default"])], found.end()
    # A dollar that begins nothing is one.
    alone = raw[position] == "$" and not re.match(r"[\w({$@*#?!'\"-]", raw[position + 1 : position + 2])
    return (["$"], position + 1) if alone else None


def without_guard(text: str) -> t.Tuple[str, bool]:
    """A script without the question whether the worker runs already, as in ``pgrep worker || worker &``."""
    commands = parse(text)
    for index, one in enumerate(commands):
        asked = text[: one.opened]
        if not ASKS.search(asked) or {base_name(guard.head) for guard in commands[:index]} - GUARDS:
            continue
        if not _is_balanced(asked):
            continue
        if one.before == "||" or (one.before == "&&" and re.match(r"\s*(?:!|\[|test)", asked)):
            return text[one.opened :], True
        if one.raw[:1] == ["then"]:
            inside = re.sub(r"(?:;|\n|(?<=&))\s*fi\s*;?\s*$", "", text[one.start :])
            return re.sub(r"^then\s+", "", inside), True
    return text, False


def _is_balanced(text: str) -> bool:
    """Whether each bracket that opens is closed."""
    brackets = [token["operator"] for token in TOKEN.finditer(text) if token["operator"] in ("(", ")")]
    return brackets.count("(") == brackets.count(")")


def without_brackets(text: str) -> str:
    """``(a; b) &`` and ``{ a; b; }`` are ``a; b``, when the brackets are around everything."""
    text = text.strip()
    group = re.fullmatch(r"(?s)\{\s(.*?);?\s*\}(\s*(?:&|[12&]?>.*)?)", text)
    if group and not re.search(r"[{}]", group[1].replace("${", "").replace("}", "", group[1].count("${"))):
        return group[1] + group[2]
    subshell = re.fullmatch(r"(?s)\((.*)\)(\s*(?:&|[12&]?>.*)?)", text)
    if subshell and "(" not in subshell[1].replace("$(", ""):
        return subshell[1] + subshell[2]
    return text


def with_exec(text: str) -> str:
    """The script, in which the last command replaces the shell, so that it gets the signals itself."""
    commands = parse(text)
    if not commands:
        return text
    last = commands[-1]
    heads = {one.head for one in commands}
    joined_simply = last.before in ENDS_OF_LISTS and last.after in ("", ";", "\n")
    compound = any(one.is_compound or one.head in ("{", "}") or one.opened != one.start for one in commands)
    if {"exec", "trap", "wait"} & heads or compound or not joined_simply or not last.head or "|" in _joints(commands):
        return text
    begin = last.start + re.match(r"(?:[A-Za-z_]\w*=\S*\s+)*", text[last.start :]).end()  # type: ignore[union-attr]
    return f"{text[:begin]}exec {text[begin:]}"


def _joints(commands: t.Sequence[Simple]) -> t.Set[str]:
    line = [one.before for one in commands]
    return {"|"} if line[-1:] == ["|"] or (len(line) > 1 and "&" in line) or "||" in line else set()


def reads(text: str) -> t.List[str]:
    """The variables that a script needs, without those that it sets itself or has a default for."""
    sets = {one for pair in SETS.findall(text) for one in pair}
    needed = [found["name"] or found["braced"] for found in PARAMETER.finditer(text) if found["default"] is None]
    return [one for one in dict.fromkeys(needed) if one not in sets]


def text_of(raw: str) -> t.Optional[str]:
    """The text of a word in which nothing is filled in."""
    found = word_of(raw)
    return None if found is None else literal(found)
