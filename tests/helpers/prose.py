# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prose in a file: what a person reads, without code.

Code spans, code blocks, addresses of links and HTML comments are left out. A code span stays as the word ``CODE``, so
that a sentence around it stays whole.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import typing as t
from dataclasses import dataclass

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

CODE = "`x`"
# The strings of a Python file in which a module documents itself (Ansible's module format), as YAML.
DOCUMENTED = ("DOCUMENTATION", "RETURN")
# The keys of that documentation, of an argument spec and of a playbook whose values are prose.
DESCRIBED = ("description", "short_description", "notes", "name", "fail_msg", "success_msg", "msg")
# What is not for a reader: instructions for tools, and the licence.
TOOLS = re.compile(r"#\s*(noqa|type:|pragma|SPDX|!|-\*-|Copyright|GNU General|shellcheck|yamllint|fmt:|nosec)")
QUOTED = re.compile(r"``.+?``|`[^`\n]+`", re.DOTALL)
# Ansible's markup: a link keeps its text, whatever else is the name of something.
LINKED = re.compile(r"L\(([^,)]*),[^)]*\)")
MARKED = re.compile(r"\b(?:C|O|V|M|E|RV|P|U|I|B)\((?:[^()]|\([^()]*\))*\)")
# From here on a string is a sentence for a person, and not a name, a path or a format.
MESSAGE = re.compile(r"[A-Za-z]{2,},? [a-z]+ [a-z]+")


@dataclass(frozen=True)
class Passage:
    """Text that belongs together, such as a paragraph, a cell or a comment. ``line`` is where it begins."""

    line: int
    text: str
    title: bool = False

    def line_of(self, offset: int) -> int:
        return self.line + self.text.count("\n", 0, offset)


def of_markdown(text: str) -> t.Iterator[Passage]:
    line, title = 1, False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.map:
            line = token.map[0] + 1
        if token.type == "heading_open":
            title = True
        elif token.type == "inline":
            yield Passage(line, "".join(map(_word, token.children or [])), title)
            title = False


def _word(token: Token) -> str:
    if token.type == "code_inline":
        return CODE
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type == "text" else ""


def of_changelog(text: str) -> t.Iterator[Passage]:
    """The entries of a changelog fragment, which are reStructuredText."""
    for _key, node in _scalars(yaml.compose(text)):
        yield Passage(node.start_mark.line + 1, _without_code(node.value))


def of_yaml(text: str, before: int = 0) -> t.Iterator[Passage]:
    """The descriptions in YAML, and names of tasks. ``before`` is the number of lines in front of the text."""
    for document in yaml.compose_all(text):
        for key, node in _scalars(document):
            if key in DESCRIBED:
                yield Passage(before + node.start_mark.line + 1, _without_code(node.value), title=key == "name")


def of_comments(text: str) -> t.Iterator[Passage]:
    """Comments of YAML on lines of their own."""
    yield from _joined(
        (number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("#")
    )


def documentation(text: str) -> t.Iterator[Passage]:
    """What a module says of itself to users."""
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in DOCUMENTED:
            yield from of_yaml(ast.literal_eval(statement.value), statement.lineno - 1)


def of_python(text: str) -> t.Iterator[Passage]:
    """Comments, docstrings and messages."""
    lines = tokenize.generate_tokens(io.StringIO(text).readline)
    yield from _joined((token.start[0], token.string) for token in lines if token.type == tokenize.COMMENT)
    tree = ast.parse(text)
    documented = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            words = "".join(str(part.value) if isinstance(part, ast.Constant) else CODE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            words = node.value
        else:
            continue
        if id(node) in documented or ("\n" not in words and MESSAGE.search(words)):
            yield Passage(node.lineno, _without_code(words))


def _joined(lines: t.Iterable[t.Tuple[int, str]]) -> t.Iterator[Passage]:
    """Comments on consecutive lines are one text."""
    begin, text = 0, ""
    for number, line in lines:
        if TOOLS.match(line):
            continue
        words = line.lstrip("#").strip()
        if text and number == begin + text.count("\n") + 1:
            text += "\n" + words
            continue
        if text:
            yield Passage(begin, _without_code(text))
        begin, text = number, words
    if text:
        yield Passage(begin, _without_code(text))


def _scalars(node: t.Optional[yaml.Node], key: str = "") -> t.Iterator[t.Tuple[str, yaml.ScalarNode]]:
    """Each scalar, with the key that it stands below."""
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one, key)
    elif isinstance(node, yaml.MappingNode):
        for name, one in node.value:
            yield from _scalars(one, name.value)


def _without_code(text: str) -> str:
    return QUOTED.sub(CODE, MARKED.sub(CODE, LINKED.sub(r"\1", text)))
