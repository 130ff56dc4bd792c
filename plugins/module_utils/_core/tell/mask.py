# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets out of lines that a worker wrote, also in the usual spellings of programs that quote or encode them.

A worker that encrypts, compresses or splits a secret before it prints it is not caught (docs/secrets.md).
"""

from __future__ import annotations

import base64
import html
import json
import re
import typing as t
import urllib.parse

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines

MASK = "********"
# A secret of fewer characters is part of many words. A mask inside a word would tell it, so the line goes.
SHORT = 5
LEFT_OUT = "(this line is not shown: it contains a secret of fewer than 5 characters)"
# Of a base64 text, characters that tell nothing about what stands beside the secret.
FEWEST_CHARACTERS = 6


class Mask:
    """``secrets`` are values that a worker was given. Each line of one that has several is a secret too."""

    def __init__(self, secrets: t.Iterable[str]) -> None:
        whole = {secret.strip() for secret in secrets} - {""}
        # A short line of a long secret, such as a closing bracket, tells nothing.
        parts = {line.strip() for secret in whole for line in lines(secret) if len(line.strip()) >= SHORT}
        self._short = sorted(secret for secret in whole if len(secret) < SHORT)
        long = {secret for secret in whole if len(secret) >= SHORT} | parts
        spelled = {spelling for secret in long for spelling in spellings(secret)}
        # The longest first: one may be part of another.
        self._long = re.compile("|".join(map(re.escape, sorted(spelled, key=lambda one: (-len(one), one)))) or r"(?!)")

    def lines(self, text: str) -> t.List[str]:
        """Those of the text. A secret of several lines may stand in it as it is."""
        shown = self._long.sub(MASK, text).split("\n")
        return [LEFT_OUT if any(secret in line for secret in self._short) else line for line in shown]


def spellings(secret: str) -> t.Set[str]:
    """The ways in which programs write a text: as it is, quoted by a language, in a URL, in HTML, and encoded."""
    data = secret.encode("utf-8", "surrogateescape")
    found = {secret, *_quoted(secret), *_in_urls(data), html.escape(secret), html.escape(secret, quote=False)}
    found |= {data.hex(), data.hex().upper(), data.hex(" "), data.hex(":")} | _base64(data)
    return {one for one in found if len(one) >= SHORT}


def _quoted(secret: str) -> t.Set[str]:
    found = {repr(secret)[1:-1], ascii(secret)[1:-1]}
    for plain in (False, True):
        written = json.dumps(secret, ensure_ascii=plain)[1:-1]
        # PHP's json_encode() escapes slashes; a log of JSON in JSON escapes twice.
        found |= {written, written.replace("/", r"\/"), json.dumps(written)[1:-1]}
    escaped = secret.replace("\\", "\\\\")
    # PHP and Perl, MySQL and Ruby, the shell, SQL.
    found |= {escaped.replace("'", r"\'"), escaped.replace('"', r"\""), escaped}
    return found | {secret.replace("'", "'\\''"), secret.replace("'", "'\"'\"'"), secret.replace("'", "''")}


def _in_urls(data: bytes) -> t.Set[str]:
    found = {
        urllib.parse.quote(data, safe=safe) for safe in ("", "/", "!'()*", "!'()*~", "$&+,/:;=?@", "!$&'()*+,;=:@/")
    }
    found |= {urllib.parse.quote_plus(data)}
    return found | {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), one) for one in found}


def _base64(data: bytes) -> t.Set[str]:
    """Of the secret alone and inside a longer text, such as ``user:secret``, where it begins at any of three places."""
    found = set()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).rstrip(b"=").decode()
        # Characters at either end are also of the bytes beside the secret.
        first = -(-before * 8 // 6)
        last = (before + len(data)) * 8 // 6
        for text in (encoded[first:last], encoded if not before else ""):
            if len(text) >= FEWEST_CHARACTERS:
                found |= {text, text.translate(str.maketrans("+/", "-_"))}
    return found
