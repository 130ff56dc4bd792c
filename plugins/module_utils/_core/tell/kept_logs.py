# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said about the journal namespaces of pools."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write import kept_logs

# Where journald keeps lines over a reboot.
STORED = "/var/log/journal"


def namespace_of(places: Places, name: str, observed: ObservedPool) -> str:
    """The namespace of a pool on a host; empty when its lines are in the journal of the host."""
    return unit_name.log_namespace(name) if kept_logs.path(places, name) in observed.files else ""


def on_disk(pools: t.Iterable[Pool], *, stored: bool) -> t.Iterator[str]:
    """Warnings of the first namespace of a host. ``stored`` says whether the journal of the host is on a disk.

    systemd makes the directory for each journald of a namespace, whatever its Storage= says (LogsDirectory= of
    systemd-journald@.service, seen on 247, 252 and 262). The journald of the host then writes there too.
    """
    for pool in pools:
        if pool.keep and not stored:
            yield (
                f"{pool.where}.logs.keep: the journal of the whole host is on the disk from now on, because systemd "
                f"makes {STORED} for the namespace. Limit it with SystemMaxUse= of journald.conf(5)."
            )


def left_behind(places: Places, gone: t.Mapping[str, ObservedPool]) -> t.Iterator[str]:
    """Warnings about the lines of pools that a run removes: no journald deletes these lines any more."""
    for name, observed in gone.items():
        namespace = namespace_of(places, name, observed)
        if namespace:
            # The journald may still run. On 247, one whose directory is gone makes the next one write to /run.
            remove = f"systemctl stop {unit_name.journald(name)}; rm -r {STORED}/*.{namespace}"
            yield f"{name}: its logs stay on the host. This removes them: {remove}"
