# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only serves a message must never end what protects the workers: whatever it raises stops here."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError

Found = t.TypeVar("Found")
Tell = t.Callable[[str], None]


def or_else(look: t.Callable[[], Found], instead: t.Callable[[Exception], Found]) -> Found:
    """What ``look`` returns, or what ``instead`` makes of the exception that it raised."""
    try:
        return look()
    except Exception as error:  # whatever it is
        return instead(error)


def unfailing(tell: Tell) -> Tell:
    """``tell`` that loses a line rather than raise, on a full disk, say."""

    def tell_if_possible(line: str) -> None:
        or_else(lambda: tell(line), lambda _error: None)

    return tell_if_possible


def in_words(error: Exception) -> str:
    """With its type, unless its text is made for people."""
    made_for_people = isinstance(error, (ManagerError, OSError, Problems))
    return str(error) if made_for_people else f"{type(error).__name__}: {error}"
