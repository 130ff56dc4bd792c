# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements of HTML, whose texts are always escaped: a worker or a user of a host may have written them."""

from __future__ import annotations

import html
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line

Content = t.Union[str, int, "Html"]
# They have no end tag.
VOID = ("input", "meta")


@dataclass(frozen=True)
class Html:
    """Markup that is complete. Only this file makes one of text."""

    markup: str

    def __add__(self, other: Html) -> Html:
        return Html(self.markup + other.markup)


def element(tag: str, *content: Content, **attributes: t.Union[str, int, bool, None]) -> Html:
    """``element("td", "4/4", class_="up")``; False and None leave an attribute out, ``_`` stands for ``-``."""
    given = "".join(
        f" {_name(name)}" if value is True else f' {_name(name)}="{_escaped(value)}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in VOID:
        return Html(f"<{tag}{given}>")
    inside = "".join(one.markup if isinstance(one, Html) else _escaped(one) for one in content)
    return Html(f"<{tag}{given}>{inside}</{tag}>")


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _escaped(value: t.Union[str, int]) -> str:
    """Control characters and those that turn the direction of a text are shown, as in every message."""
    return html.escape(one_line(str(value)), quote=True)
