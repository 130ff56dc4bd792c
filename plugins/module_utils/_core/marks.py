# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the collection marks what is its own."""

from __future__ import annotations

# A section that systemd leaves alone (systemd.unit(5)): its Pool= names the pool that a unit file belongs to.
# Shared=yes marks the units below, which serve all pools.
OWNER_SECTION = "X-Workers"
SHARED = "Shared"
# NAME@.service that starts an instance again after its start limit.
REVIVAL = "workers-revival"
# NAME@.service that hands a stop of a pool's target on to the former.
RESTING = "workers-resting"
# NAME.timer that forgets the restarts of instances that have been calm.
CALM = "workers-calm"
# NAME.service that puts back at boot what a killed run had changed.
RECOVERY = "workers-recovery"
SHARED_HEADER = "Serves all pools of this host, managed by workers.systemd."
