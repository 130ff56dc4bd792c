# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what the recovery has done after a boot."""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import AfterBoot, after_boot
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import journal_file


def found(places: Places) -> AfterBoot:
    """What is found in the manager of this process."""
    return or_else(
        lambda: after_boot(journal_file.left(places), processes.boot(), places.user),
        lambda error: AfterBoot(trouble=in_words(error)),
    )
