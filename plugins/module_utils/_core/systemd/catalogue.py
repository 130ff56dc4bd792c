# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which directives a systemd knows, by its own list."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines

# Section, directive, and what systemd calls the kind of its value: {"Service": {"Restart": "SERVICERESTART"}}
Catalogue = t.Mapping[str, t.Mapping[str, str]]


def parse_catalogue(dump: str) -> Catalogue:
    """Reads ``systemd --dump-configuration-items``: ``[Section]`` lines and ``Key=TYPE`` lines."""
    found: t.Dict[str, t.Dict[str, str]] = {}
    kinds: t.Dict[str, str] = {}
    for line in lines(dump):
        key, equals, kind = line.partition("=")
        if line.startswith("["):
            kinds = found.setdefault(line.strip("[]"), {})
        elif equals:
            kinds[key] = kind
    return found
