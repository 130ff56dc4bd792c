# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the collection marks what is its own."""

from __future__ import annotations

# A section that systemd leaves alone (systemd.unit(5)): its Pool= names the pool that a unit file belongs to.
# Shared=yes marks the units below, which serve all pools.
OWNER_SECTION = "X-Workers"
SHARED = "Shared"
# NAME@.service that starts an instance again after its start limit.
START_LIMIT = "workers-revival"
# NAME@.service that hands a stop of a pool's target on to the former.
RESTING = "workers-resting"
# NAME.timer that resets the restart counter of stable instances.
COUNTER_RESET = "workers-calm"
# NAME.service that puts back at boot what a killed run had changed.
RECOVERY = "workers-recovery"
# NAME.service that puts back its files before the pools start.
RECOVERY_EARLY = "workers-recovery-early"
# NAME.timer and NAME.service, transient: the switch of a run that changes the host.
DEAD_MAN = "workers-dead-man"
# NAME.service that looks after the pools that ask for it, and NAME-UID.scope with what it runs as a user.
AGENT = "workers-agent"
CHECKS, ALERTS = "workers-checks", "workers-alerts"
# In seconds. The agent shows that it lives several times in this. An agent that was stopped keeps the lock of the host
# for so long at most, and a deploy waits for it.
WATCHDOG = 60
# All of these.
OF_THE_HOST = (START_LIMIT, RESTING, COUNTER_RESET, RECOVERY, RECOVERY_EARLY, DEAD_MAN, AGENT, CHECKS, ALERTS)
# How names of units begin that are there for a moment: the scope of a run, and what stands in for a pool's unit that is
# tried out or judged.
OF_A_RUN = "workers-run-"
OF_A_MOMENT = (OF_A_RUN, "workers-harden-", "workers-exposure-", "workers-verify-")
SHARED_HEADER = "Serves all pools of this host, managed by workers.systemd."


def scope_of(name: str, uid: int) -> str:
    """Of what runs as one user. So a user who fills the limit of tasks takes nothing from other users."""
    return f"{name}-{uid}.scope"


def is_taken(name: str) -> bool:
    """Whether a pool of this name would have units beside our own."""
    return name in OF_THE_HOST or name.startswith(OF_A_MOMENT)
