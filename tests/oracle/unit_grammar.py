# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files as nobody should write them: random ones from a fixed seed, and a few by hand.

Every text is about what systemd shows as it stands: Description= and SyslogIdentifier=, and lists of tame words.
"""

from __future__ import annotations

import random
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import LONGEST_LINE

BOM = b"\xef\xbb\xbf"
BLANKS = (b"", b"", b"", b" ", b"\t", b" \t ")
LINE_ENDS = (*[b"\n"] * 16, b"\r\n", b"\n\r", b"\r", b"\n\n", b"\0", b"\n\0", b"\r\n\0", b"\0\0", b"\0\n", b"\n\0\0")
PIECES = (
    *(
        b"a",
        b"b c",
        b"one",
        b"=",
        b"x=y",
        b"#",
        b";",
        b"# c",
        b"a[",
        b"]",
        b"\\\\",
        b"'",
        b'"',
        b"%%",
        b"\\x41",
        b"\\ ",
    ),
    *(b"\xc3\xa9", b"\xf0\x9f\xa6\x80", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\x01", b"\x0b", b"\x0c", b"\x7f"),
    BOM,
)
# Between the parts of a value: a line that goes on, one that only seems to.
JOINTS = (
    *(b"\\\n", b"\\\n", b"\\\n  ", b" \\\n", b"\\ \n", b"\\\t\n", b"\\\\\n", b"\\\\\\\n", b"\\\n\\\n", b"\\\n\n"),
    *(b"\\\n \n", b"\\\r\n", b"\\\n\r", b"\\\r\\\n", b"\\\0", b"\\\n\0", b"\\\n" + BOM),
)
FREE = (*[b"Description"] * 7, b"SyslogIdentifier", b"Unknown", b"X-Y", b"", b"A b")
LISTED = (b"Environment", b"Environment", b"ExecStart", b"ExecStart", b"Documentation")
WORDS = {
    b"Environment": (b"A=1", b"B=2", b"C=3", b"A=4"),
    b"ExecStart": (b"/bin/true", b"/bin/false a", b"/bin/true b=c -d"),
    b"Documentation": (b"man:a", b"man:b", b"file:/c"),
}
SECTIONS = (*[b"[Unit]"] * 6, *[b"[Service]"] * 6, b"[Unit] ", b" [Unit]", b"\t[Service]", b"[Nothing]", b"[X-Y]")
STRANGE_SECTIONS = (
    *(
        b"[]",
        b"[Unit]]",
        b"[[Unit]",
        b"[ Unit ]",
        b"[unit]",
        b"[Unit]\\\n",
        b"[Un\\\nit]",
        b"[Unit]x=y]",
        b"[U\xc3\xa9]",
    ),
    *(b"[Unit] # c", b"[Unit", b"[U'nit]", b"[U\tnit]", b"[Unit]x=y", b"[", b"[U\x01]", BOM + b"[Unit]"),
)
BROKEN = (
    *(
        b"\xff",
        b"\xc3",
        b"\xef\xbf\xbe",
        b"\xed\xa0\x80",
        b"Description=\xff",
        b"Unknown=\xff",
        b"Description=a\\\n\xff",
    ),
    *(b"# \xff", b"; \xef\xbf\xbe", b"Description=\xc0\x80", b"Description=\xf4\x90\x80\x80"),
)
STARTS = (
    *[b""] * 6,
    BOM,
    b" " + BOM,
    b"\n" + BOM,
    b"#\n" + BOM,
    BOM + BOM,
    BOM + b"#\n",
    BOM + b"#\\\n",
    b"\0",
    b"A=1\n",
)
ENDS = (*[b""] * 12, b"Description=end", b"Description=end\\", b"Description=end\\\\", b"Description=end\\\n", b"\\")
ENDS_TOO = (b"[Service]", b"[Unit", b"Description=end\\\n#", b"Description=end\\ ", b"Description=end\0", b"\xff")
LONG = {
    "a line that just fits": b"Unknown=" + b"x" * (LONGEST_LINE - 8),
    "a line with a byte too many": b"Unknown=" + b"x" * (LONGEST_LINE - 7),
    "a comment that just fits": b"#" + b"x" * (LONGEST_LINE - 1),
    "a comment with a byte too many": b"#" + b"x" * LONGEST_LINE,
    "joined lines that just fit": b"Unknown=\\\n" + b"x" * (LONGEST_LINE - 8),
    "joined lines with a byte too many": b"Unknown=\\\n" + b"x" * (LONGEST_LINE - 7),
}


def unit_files(count: int) -> list[bytes]:
    """So many, the same each time, and then those with long lines."""
    chance = random.Random(count)
    long = [b"[Unit]\nDescription=a\n" + line + b"\nDescription=b\n" for line in LONG.values()]
    return [*(_unit_file(chance) for _ in range(count)), *long]


def _unit_file(chance: random.Random) -> bytes:
    # A section at the start, or nearly all would stand in none.
    lines = [chance.choice(STARTS) + chance.choice(SECTIONS)]
    lines += [_line(chance) for _ in range(chance.randint(1, 12))]
    if chance.random() < 0.2:
        lines.insert(chance.randint(1, len(lines)), chance.choice((*BROKEN, *STRANGE_SECTIONS)))
    return b"".join(line + chance.choice(LINE_ENDS) for line in lines) + chance.choice((*ENDS, *ENDS_TOO))


def _line(chance: random.Random) -> bytes:
    kinds: t.Sequence[t.Callable[[random.Random], bytes]] = (_free, _listed, _section, _comment, _value)
    return chance.choices(kinds, (6, 5, 2, 2, 1))[0](chance)


def _free(chance: random.Random) -> bytes:
    sign = chance.choice(BLANKS) + b"=" + chance.choice(BLANKS)
    return chance.choice(BLANKS) + chance.choice(FREE) + sign + _value(chance)


def _listed(chance: random.Random) -> bytes:
    key = chance.choice(LISTED)
    joints = (b" ", b" ", b"\t", b"\\\n", b" \\\n  ", b"\\\n# A=5\n", b"\\\n;\\\n", b"\\\r\n", b"\\\0")
    words = (chance.choice(WORDS[key]) + chance.choice(joints) for _ in range(chance.randint(1, 3)))
    return key + b"=" + chance.choice(BLANKS) + (b"".join(words) if chance.random() < 0.8 else b"")


def _section(chance: random.Random) -> bytes:
    return chance.choice(SECTIONS)


def _comment(chance: random.Random) -> bytes:
    return chance.choice(BLANKS) + chance.choice((b"#", b";")) + _value(chance) + chance.choice((b"", b"", b"\\"))


def _value(chance: random.Random) -> bytes:
    """Pieces, some over several lines, between which a comment may stand."""
    parts = []
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        parts.append(b" ".join(chance.choices(PIECES, k=chance.randint(0, 3))))
        if chance.random() < 0.3:
            parts.append(chance.choice(JOINTS))
            parts.append(chance.choice((b"", b"", b"# c\n", b"\t; c\\\n", b"#\n#\n")))
    return b"".join(parts)
