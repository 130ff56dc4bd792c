# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as rows of a result, and as lines for people."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import folded

# The text for a pool without steps.
NOTHING = "nothing to do"
ON_FILES = (Verb.WRITE, Verb.REMOVE)


def plan_rows(steps: t.Sequence[Step]) -> t.List[t.Dict[str, str]]:
    return [{"verb": step.verb.value, "subject": step.subject, "because": step.because} for step in steps]


def plan_lines(rows: t.Iterable[t.Mapping[str, str]]) -> t.List[str]:
    """The rows of ``plan_rows`` as lines for people: ``restart mail@1..4 (started with another unit)``.

    Steps with the same verb and the same reason are one line.
    """
    alike: t.Dict[t.Tuple[str, str], t.List[str]] = {}
    for row in rows:
        alike.setdefault((row["verb"], row["because"]), []).append(row["subject"])
    return [f"{verb} {', '.join(folded(subjects))} ({because})" for (verb, because), subjects in alike.items()]
