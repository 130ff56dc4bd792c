# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, sizes, percentages and file modes, read as systemd's parsers do (parse-util.c, percent-util.c)."""

from __future__ import annotations

import re
import typing as t

BLANKS = " \t\n\r"
INTEGER = re.compile(
    "0[bB][+-]?(?P<binary>[01]+)|0[oO][+-]?(?P<octal>[0-7]+)"
    "|[+-]?(?:0[xX](?P<hexadecimal>[0-9a-fA-F]+)|(?P<zero>0[0-7]*)|(?P<decimal>[1-9][0-9]*))"
)
# systemd reads 0b before a sign. strtol() of glibc 2.38 also reads 0b after a sign. systemd 254 and newer may be built
# with that glibc; 262 refuses 0b after a sign.
SIGN_BEFORE_BINARY, MAY_BE_BINARY = re.compile("^([+-])0[bB](?=[01])"), range(254, 262)
BASES = {"binary": 2, "octal": 8, "hexadecimal": 16, "zero": 8, "decimal": 10}
DECIMAL = re.compile("[0-9]+")
MODE = re.compile("0*[0-7]{1,4}")
PART = re.compile(r"[ \t\n\r]*\+?(?P<whole>[0-9]+)(?:\.(?P<rest>[0-9]*))?[ \t\n\r]*(?P<suffix>[EPTGMKB]?)")
SUFFIXES = "EPTGMKB"
LARGEST = (1 << 64) - 1
LARGEST_INT = (1 << 31) - 1
# A number with more digits is above every limit, and Python would not read it (sys.set_int_max_str_digits).
MOST_DIGITS = 300
BEYOND = 1 << 1000
# How many digits may follow the decimal point, for each sign such as %. systemd 248 and newer count in parts of 10,000,
# older versions in parts of 1,000.
PER_MYRIAD_SINCE = 248
PLACES = {"%": 2, "\u2030": 1, "\u2031": 0}
PLACES_BEFORE = {"%": 1, "\u2030": 0}


def number(digits: str, base: int = 10) -> int:
    """The value of digits that a person has written. Digits of any length have a value, unlike with ``int()``."""
    kept = digits.lstrip("0")
    return BEYOND if len(kept) > MOST_DIGITS else int(kept or "0", base)


def integer(text: str, systemd: int = 0) -> t.Optional[int]:
    """The number as safe_atoi() reads it, in any base; ``None`` when the text is not a number."""
    written = text.lstrip(BLANKS)
    if systemd in MAY_BE_BINARY:
        written = SIGN_BEFORE_BINARY.sub(r"0b\1", written)
    found = INTEGER.fullmatch(written)
    if found is None:
        return None
    name = found.lastgroup or ""
    value = number(found[name], BASES[name])
    return -value if "-" in found.group() else value


def decimal(text: str) -> t.Optional[int]:
    """The number when the text has only digits, else ``None``."""
    return number(text) if DECIMAL.fullmatch(text) else None


def is_between(least: int, most: int, systemd: int = 0) -> t.Callable[[str], bool]:
    """A check that a text is a whole number in this range."""

    def accepts(text: str) -> bool:
        value = integer(text, systemd)
        return value is not None and least <= value <= most

    return accepts


def is_mode(text: str) -> bool:
    """Whether the text is an octal number of at most 7777."""
    return bool(MODE.fullmatch(text.lstrip(BLANKS)))


def size(text: str, base: int = 1024) -> t.Optional[int]:
    """The bytes in a text such as "1G 5M" (parse_size()). The units come in this order: E, P, T, G, M, K, B."""
    total, position, allowed = 0, 0, SUFFIXES
    while True:
        part = PART.match(text, position)
        if part is None or allowed == "-" or (part["suffix"] and part["suffix"] not in allowed):
            return None
        factor = base ** ("BKMGTPE".index(part["suffix"]) if part["suffix"] else 0)
        whole, rest = number(part["whole"]), part["rest"] or ""
        value = whole * factor + number(rest) * factor // 10 ** min(len(rest), MOST_DIGITS)
        if number(rest) > LARGEST or whole + bool(rest.strip("0")) > LARGEST // factor:
            return None
        total, position = total + value, part.end()
        # No part may follow a part without a letter.
        allowed = allowed[allowed.index(part["suffix"]) + 1 :] if part["suffix"] else "-"
        if position == len(text):
            return total if total <= LARGEST else None


def written(number: int) -> str:
    """The inverse of ``size``, with the largest unit that leaves no rest, such as 8G."""
    for power, suffix in zip(range(6, 0, -1), SUFFIXES):
        if number and number % 1024**power == 0:
            return f"{number // 1024**power}{suffix}"
    return str(number)


def is_size(text: str) -> bool:
    return size(text) is not None


def parts(text: str, systemd: int) -> t.Optional[int]:
    """A percentage in the smallest parts that this version knows; ``None`` when the text is not a percentage."""
    places = PLACES if systemd >= PER_MYRIAD_SINCE else PLACES_BEFORE
    most = places.get(text[-1:])
    if most is None:
        return None
    whole, point, rest = text[:-1].partition(".")
    value = integer(whole, systemd)
    if (
        value is None
        or not 0 <= value <= LARGEST_INT
        or len(rest) > most
        or bool(point) is not bool(DECIMAL.fullmatch(rest))
    ):
        return None
    found = value * 10**most + int((rest or "0").ljust(most, "0"))
    return found if found <= LARGEST_INT else None


def is_share(text: str, systemd: int) -> bool:
    """Whether the text is a percentage from 0 to 100 %."""
    found = parts(text, systemd)
    return found is not None and found <= (10000 if systemd >= PER_MYRIAD_SINCE else 1000)


def is_share_above_none(text: str, systemd: int) -> bool:
    """Whether the text is a percentage above 0 %. It may be above 100 %, for several CPUs."""
    return (parts(text, systemd) or 0) > 0
