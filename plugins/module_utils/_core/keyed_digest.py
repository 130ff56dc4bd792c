# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyed digests of texts that hold secrets. Only root of the host reads the key, so others cannot guess values."""

from __future__ import annotations

import hashlib
import hmac
import typing as t

KeyedDigest = t.Callable[[str], str]


def keyed_digest_with(key: bytes) -> KeyedDigest:
    return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:24]
