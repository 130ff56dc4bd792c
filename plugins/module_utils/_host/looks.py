# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at paths that a server may never answer about: on a network, or in a file system of a user (FUSE).

The kernel does not end such a look, and a process that waits there cannot be killed. So a child process looks, and is
left behind when it has no answer in time. The lock of the host does not stay with it (child.py).
"""

from __future__ import annotations

import base64
import contextlib
import functools
import os
import pickle
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import proc_text
from ansible_collections.workers.systemd.plugins.module_utils._host import child
from ansible_collections.workers.systemd.plugins.module_utils._host.carried import carried, unpacked

# Seconds for the first look, and for all of a call. A disk that wakes up, or a mount on demand, takes its time.
SILENCE, LONGEST = 20.0, 60.0
# For each look after one without an answer: a server that lives answers sooner.
BRIEF = 2.0
EXPECTED = f"a path that can be looked at within {SILENCE:g} s"
HINT = "Is it on a server that does not answer? `findmnt --target PATH` may wait for it; `findmnt` alone does not."
Seen = t.TypeVar("Seen")


def unanswered(paths: t.Iterable[str]) -> t.FrozenSet[str]:
    """Those of the paths about which the kernel has not answered in time, and all that are on the same mount."""
    left, end = sorted({*paths}), time.monotonic() + LONGEST
    found: t.Set[str] = set()
    while left:
        silence = BRIEF if found else SILENCE
        left = left[len(child.answers(map(_look, left), end - time.monotonic(), silence=silence)) :]
        if time.monotonic() >= end:
            found |= {*left}
        elif left:
            found |= {left[0], *_on_dead_mount_of(left)}
        left = [one for one in left if one not in found]
    return frozenset(found)


def problem(where: str, path: str) -> Problem:
    return Problem(where, f"{path}, which does not answer", EXPECTED, HINT)


def patiently(questions: t.Sequence[t.Tuple[str, t.Callable[[], Seen]]]) -> t.List[Seen]:
    """What the questions return or raise, in their order, from one child process. Each has its place in the input.

    Raises ``Problems`` when a server falls silent in the middle of one, after ``unanswered`` has had its answers.
    """
    asked = (carried(functools.partial(_packed, one)) for _where, one in questions)
    answers = child.answers(asked, 2 * LONGEST, silence=2 * SILENCE) if questions else []
    seen = [unpacked(answer)["seen"] for answer in answers]
    if len(seen) < len(questions):
        raise Problems([problem(questions[len(seen)][0], "a path in it")])
    # Of a child that is still what we are.
    return [pickle.loads(base64.b64decode(one)) for one in seen]  # noqa: S301


def _packed(question: t.Callable[[], t.Any]) -> t.Dict[str, str]:
    return {"seen": base64.b64encode(pickle.dumps(question())).decode()}


def _look(path: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        os.stat(path)
    return True


def _on_dead_mount_of(paths: t.Sequence[str]) -> t.List[str]:
    """Those on the mount of the first, when that does not answer either: the first may be a link to another one."""
    with open("/proc/self/mountinfo", "rb") as file:
        mounts = sorted(proc_text.mount_points(file.read()), key=len)
    on = {one: [mount for mount in mounts if f"{one}/".startswith(f"{mount.rstrip('/')}/")] for one in paths}
    own = on[paths[0]][-1:]
    return [] if child.answers(map(_look, own), BRIEF) else [one for one in paths if on[one][-1:] == own]
