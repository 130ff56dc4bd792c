# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stops of instances that are not wanted any more, and how stops ended."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act import stops
from ansible_collections.workers.systemd.plugins.module_utils._core.act.drain import Drain
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import Checks
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Between two looks at busy checks that run.
TICK = 0.05


def killed(formers: t.Mapping[str, str], since: float, manager: Manager) -> t.Dict[str, str]:
    """How stops went wrong, by unit, in two calls: a sync and a query take 15 ms for 200 units.

    ``formers`` are the invocations that were stopped, ``since`` a time before that in seconds since the epoch.
    """
    if not formers:
        return {}
    return stops.killed(manager.failures(list(formers), since), formers)


def stop(
    groups: t.Sequence[t.Tuple[t.Sequence[str], Policy]], manager: Manager, elsewhere: t.Optional[Elsewhere]
) -> t.Dict[str, str]:
    """Stops units of several pools, idle ones first, and waits for their end. Returns how stops went wrong, by unit."""
    drains = [(Drain(policy), list(units)) for units, policy in groups]
    checks = Checks(manager, elsewhere=elsewhere)
    wrong: t.Dict[str, str] = {}
    try:
        while any(left for _drain, left in drains):
            free = _free(drains, checks)
            if free:
                wrong.update(_stop(free, manager))
                drains = [(drain, [unit for unit in left if unit not in free]) for drain, left in drains]
            else:
                time.sleep(TICK)
    finally:
        checks.end()
    return wrong


def _free(drains: t.Iterable[t.Tuple[Drain, t.Sequence[str]]], checks: Checks) -> t.List[str]:
    """Units that may be stopped now, after new questions and answers."""
    now = time.monotonic()
    answers = {unit: answer.busy for unit, answer in checks.answers().items()}
    free = []
    for drain, left in drains:
        drain.hear(answers)
        checks.ask(drain.policy.busy_check, drain.questions(now, left), drain.policy.check_user)
        free += drain.free(now, left)
    return free


def _stop(units: t.Sequence[str], manager: Manager) -> t.Dict[str, str]:
    formers = {unit: processes.invocation(manager.places, unit) for unit in units}
    since = time.time()
    manager.stop(units)
    return killed(formers, since, manager)
