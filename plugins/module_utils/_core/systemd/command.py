# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command line of a unit, as far as traps need it taken apart."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import Script, base_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import (
    Layer,
    Unwrapped,
    shell_options,
    shell_script,
    unwrap,
)

# systemd.service(5), "COMMAND LINES": special executable prefixes.
PREFIXES = "@-:+!|"
# A word as it is written, with its quotes.
WRITTEN_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+""")
# A word that is one, or the value of an option.
ABSOLUTE_PATH = re.compile(r"(?:-[^=]*=)?(/.*)", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """``words`` are without prefixes and quotes, ``written`` with their quotes; both empty when it does not parse."""

    at: Placed
    prefix: str
    words: t.Tuple[str, ...]
    written: t.Tuple[str, ...]

    @property
    def path(self) -> str:
        return self.words[0] if self.words else ""

    @property
    def paths(self) -> t.List[str]:
        """Absolute paths among the words, and as values of options."""
        found = (ABSOLUTE_PATH.fullmatch(word) for word in self.words)
        return [one.group(1) for one in found if one]

    @property
    def program(self) -> str:
        return base_name(self.path)

    @property
    def arguments(self) -> t.Tuple[str, ...]:
        return self.words[1:]

    @property
    def shell_options(self) -> t.List[str]:
        """What stands before the script, or the script file, of a shell."""
        return shell_options(self.words)

    @property
    def script(self) -> str:
        """The script that ``-c`` gives to a shell; empty for anything else."""
        return shell_script(self.words)

    @cached_property
    def script_commands(self) -> t.List[t.Tuple[str, ...]]:
        return [one.words for one in Script.of(self.script).parts]

    @cached_property
    def _unwrapped(self) -> Unwrapped:
        return unwrap(self.words)

    @property
    def layers(self) -> t.Tuple[Layer, ...]:
        """The shells and other wrappers around it."""
        return self._unwrapped.layers

    @property
    def inner(self) -> t.Tuple[str, ...]:
        """Words of the program that does the work, also when shells and other wrappers start it."""
        return self._unwrapped.words

    def option(self, *names: str) -> t.Optional[str]:
        """The value of an option: ``--name=value``, ``--name value`` or ``-n4``."""
        words = self.inner
        for word, following in zip(words, (*words[1:], "")):
            if word in names:
                return following
            for name in names:
                if name.startswith("--") and word.startswith(f"{name}="):
                    return word[len(name) + 1 :]
                if not name.startswith("--") and re.fullmatch(f"{name}[0-9]+", word):
                    return word[len(name) :]
        return None


def command(at: Placed) -> Command:
    text = at.value.lstrip(PREFIXES)
    prefix = at.value[: len(at.value) - len(text)]
    try:
        words = split_command(text)
    except Problems:
        return Command(at, prefix, (), ())
    return Command(at, prefix, tuple(words), tuple(WRITTEN_WORD.findall(text)))
