# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifiers, ``%i`` and the others (systemd.unit(5), unit-printf.c)."""

from __future__ import annotations

import re
import typing as t

# In every value that is expanded, and what more there is where it need not be the name of a unit.
IN_NAMES = frozenset("aAbBgGHijlmMnNopqTuUvVwW%")
ANYWHERE = IN_NAMES | frozenset("cCdDEfhIJLPrRsStyY")
# systemd leaves a percent sign as it is before anything but a letter or a digit.
SPECIFIER = re.compile("%([A-Za-z0-9%])")


def unknown_specifier(value: str, known: t.FrozenSet[str]) -> str:
    """The first that systemd does not know, such as ``%Q``; empty when it knows all."""
    return next((f"%{one}" for one in SPECIFIER.findall(value) if one not in known), "")
