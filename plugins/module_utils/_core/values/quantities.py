# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, sizes, percentages and file modes as systemd's parsers take them (parse-util.c)."""

from __future__ import annotations

import re
import typing as t

INTEGER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)")
MODE = re.compile(r"(?:0[oO])?[0-7]+")
PART = r"\s*\+?[0-9]+(?:\.[0-9]*)?\s*"
# Parts in this order only: "1G 5M".
SIZE = re.compile(f"(?:{PART}E)?(?:{PART}P)?(?:{PART}T)?(?:{PART}G)?(?:{PART}M)?(?:{PART}K)?(?:{PART}B)?(?:{PART})?")
PERCENT = re.compile(r"\+?([0-9]+)(?:\.[0-9]{1,2})?(?:%|\u2030|\u2031)")
PER_UNIT = {"%": 1.0, "\u2030": 10.0, "\u2031": 100.0}
LARGEST = (1 << 64) - 1


def integer(text: str) -> t.Optional[int]:
    """As safe_atoi() reads it, in any base; ``None`` when it is none."""
    if not INTEGER.fullmatch(text):
        return None
    digits = text.lstrip("+-").lower()
    base = {"0x": 16, "0b": 2, "0o": 8}.get(digits[:2], 8 if digits.startswith("0") else 10)
    return int(digits, base) * (-1 if text.startswith("-") else 1)


def is_between(least: int, most: int) -> t.Callable[[str], bool]:
    """Whether a text is a whole number of this range."""

    def accepts(text: str) -> bool:
        number = integer(text)
        return number is not None and least <= number <= most

    return accepts


def is_mode(text: str) -> bool:
    """Octal, and no more than 7777."""
    return bool(MODE.fullmatch(text)) and int(text.lower().replace("o", ""), 8) <= 0o7777


def is_size(text: str) -> bool:
    """Bytes, or with K, M, G, T, P or E."""
    return bool(text) and bool(SIZE.fullmatch(text))


def percent(text: str) -> t.Optional[float]:
    """``"12.5%"`` -> ``12.5``; ``None`` when it is no percentage. Parts of a thousand are taken too."""
    return float(text[:-1]) / PER_UNIT[text[-1]] if PERCENT.fullmatch(text) else None


def is_percent(text: str) -> bool:
    """0 to 100 %."""
    part = percent(text)
    return part is not None and part <= 100


def is_zero(text: str) -> bool:
    """Whether a size or percentage is nothing."""
    return not re.search("[1-9]", text)
