# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a command line executes, so that it can be asked whose they are before root does."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import base_name

# Programs that run what they are given: interpreters, and those that start another program.
RUNS_ITS_WORDS = re.compile(
    r"(?:ba|da|z|k|a|fi)?sh|busybox|(?:python|pypy|perl|ruby|php|lua|node|tclsh|java|pwsh)[0-9.]*|nodejs|deno|bun|Rscript"
    r"|env|exec|timeout|nice|ionice|chrt|taskset|flock|stdbuf|setsid|nohup|time|xargs|find|sudo|doas|su|runuser|setpriv"
    r"|chroot|unshare|nsenter|systemd-run|bundle|npm|npx|yarn|pipenv|poetry|uv|make"
)
# In a word of a shell they stand between others.
PATHS = re.compile(r"/[^\s'\"`|&;<>(){}$=,:]+")
SHEBANG = re.compile(r"#![ \t]*([^\n]+)")


def executed(words: t.Sequence[str]) -> t.List[str]:
    """Absolute paths that may be run: the program, and of one that runs what it is given every path among its words."""
    program = words[:1]
    if not program or not RUNS_ITS_WORDS.fullmatch(base_name(words[0])):
        return list(program)
    return [*program, *(path for word in words[1:] for path in PATHS.findall(word))]


def interpreter(start: str) -> t.List[str]:
    """What the kernel runs for a script that starts with this text (execve(2), "Interpreter scripts")."""
    found = SHEBANG.match(start)
    return executed(found.group(1).split()) if found else []
