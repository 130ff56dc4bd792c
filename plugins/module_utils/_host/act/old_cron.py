# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of cron: a mark makes it a comment."""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write import replaced
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import Record
from ansible_collections.workers.systemd.plugins.module_utils._host.act import old_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError


def look(replaces: Replaces, run: str) -> Record:
    old_files.refuse_replaceable(replaces.file)
    if not has_line(replaces):
        raise ManagerError(f"{replaces.file} has no such line: {replaces.line}")
    return Record(replaces, (replaces.file,), (), run)


def has_line(replaces: Replaces) -> bool:
    """Whether cron runs the line. Raises ``OSError``."""
    return replaces.line in old_files.text(replaces.file).split("\n")


def still_runs(record: Record) -> bool:
    return has_line(record.replaces)


def take(record: Record) -> None:
    for path in record.files:
        old_files.rewrite(path, lambda text: replaced.marked_crontab(text, record.replaces.line))


def give_back(record: Record) -> None:
    for path in record.files:
        old_files.rewrite(path, lambda text: replaced.unmarked_crontab(text, record.replaces.line))
