# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host knows about units: facts for the traps, then the findings of its own systemd."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import trap_facts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import Candidate, verify
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager


def ask(manager: Manager, candidates: t.Sequence[Candidate]) -> t.List[t.Tuple[HostFacts, t.List[Finding]]]:
    """Returns both for each candidate, in their order. A candidate without names is not verified. A unit with a path on
    a server that does not answer is not verified either, because `systemd-analyze` would wait for that server.
    """
    facts = trap_facts.facts(manager.places, [one.unit for one in candidates], manager.run)
    asked = [bool(one.names) and not host.unanswered for one, host in zip(candidates, facts)]
    said = iter(verify(manager, [one for one, is_asked in zip(candidates, asked) if is_asked]))
    return [(host, next(said) if is_asked else []) for host, is_asked in zip(facts, asked)]
