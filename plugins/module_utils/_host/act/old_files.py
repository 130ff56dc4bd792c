# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of another manager that root changes.

A user owns some of them. Only those are read and written that no user but root can replace: in their place a link could
lead anywhere. The content may be the user's, as that of a crontab.
"""

from __future__ import annotations

import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers


def text(path: str) -> str:
    """Raises ``OSError``."""
    return foreign_files.read(path, old_managers.LARGEST).decode("utf-8", "surrogateescape")


def rewrite(path: str, change: t.Callable[[str], str]) -> None:
    """Keeps the owner and the mode. Somebody else may have removed the file: then there is nothing to change. Raises
    ``ManagerError`` and ``OSError``.
    """
    try:
        refuse_replaceable(path)
        before = text(path)
        status = os.lstat(path)
    except FileNotFoundError:
        return
    new = change(before)
    if new != before:
        data = new.encode("utf-8", "surrogateescape")
        write_atomically(path, data, mode=stat.S_IMODE(status.st_mode), uid=status.st_uid, gid=status.st_gid)


def refuse_replaceable(path: str) -> None:
    """Raises ``ManagerError``."""
    changer = foreign_files.changed_by(path, content=False)
    if changer:
        raise ManagerError(f"{path} can be replaced by a user ({changer})")
