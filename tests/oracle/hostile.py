# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that somebody's quoting gets wrong: a table made by hand, and thousands more from a fixed seed."""

from __future__ import annotations

import functools
import typing as t

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import LONGEST

PIECES = (
    *(
        "",
        " ",
        "  ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\r",
        "\\",
        "\\\\",
        "\\\n",
        '"',
        "'",
        '"\'"',
        "`",
        "$",
        "$$",
        "%",
        "%%",
    ),
    *(
        "$HOME",
        "${HOME}",
        "$HOME ",
        "${X}",
        "$1",
        "${",
        "$(id)",
        "`id`",
        "%i",
        "%n",
        "%%i",
        "%",
        "100%",
        "%Q",
        "%1",
        "\\%",
    ),
    *(";", "\\;", " ; ", "#", " # x", "#x", ";x", "&&", "|", ">", "*", "?", "[a]", "{a,b}", "~", "~/x", "!", "!!"),
    *(
        "-",
        "--",
        "@",
        ":",
        "+",
        "!",
        "|",
        "-x",
        "@x",
        "=",
        "a=b",
        "A='b c'",
        "[Service]",
        "[x",
        "]",
        "ExecStart=/bin/false",
    ),
    *(
        "\\n",
        "\\t",
        "\\x41",
        "\\u00e4",
        "\\U0001f980",
        "\\101",
        "\\x00",
        "\\0",
        "\\q",
        "\\s",
        "\\e",
        "\\'",
        '\\"',
        "\\$",
    ),
    *("é", "ß", "e\u0301", "\u200d", "\u202e", "שלום", "日本語", "🦀", "👩\u200d👩\u200d👧", "\U0010fffd", "\ue000"),
    *("\u0085", "\u2028", "\u2029", "\u00a0", "\u3000", "\ufeff", "a\ufeffb", "\ufffd", "\xad", "\u2060"),
    *("\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001fffe", "\U0010ffff"),
    *map(chr, range(1, 32)),
    *("\x7f", "\x80", "\x9f", "\x1b[31mred\x1b[0m"),
)
TABLE = (
    *PIECES,
    *(f" {piece}" for piece in PIECES),
    *(f"{piece} " for piece in PIECES),
    *(f"a{piece}b" for piece in PIECES),
    *(f"{piece}{piece}" for piece in PIECES),
)
# As long as the kernel takes, of one, two, three and four bytes a character, and of what grows when it is written.
LONG = (
    "x" * LONGEST,
    "\x01" * LONGEST,
    '"' * LONGEST,
    "é" * (LONGEST // 2),
    "€" * (LONGEST // 3),
    "🦀" * (LONGEST // 4),
)

T = t.TypeVar("T")

words = st.one_of(
    st.text(max_size=12),
    st.text("ab \t\n\r\"'\\$%;#{}`=-@:!+x0123uU\x01\x7fé🦀", max_size=16),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
)


@functools.lru_cache(maxsize=None)
def hostile(count: int) -> tuple[str, ...]:
    """The table and enough others to be ``count`` different texts; none has a NUL or a surrogate."""
    found = dict.fromkeys(TABLE)
    found.update(dict.fromkeys(samples(words, count)))
    return tuple(text for text in found if "\0" not in text and not surrogates(text))[:count]


def samples(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """So many different examples of a strategy, the same each time."""
    found: dict[T, None] = {}
    quiet = settings(
        derandomize=True,
        database=None,
        deadline=None,
        # Some come again.
        max_examples=count * 6 // 5,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @quiet
    @given(strategy)
    def draw(one: T) -> None:
        found[one] = None

    draw()
    assert len(found) >= count
    return list(found)[:count]


def surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def carried(texts: t.Sequence[str]) -> tuple[str, ...]:
    """Those that an environment can carry."""
    return tuple(text for text in texts if not not_text(text))
