# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what somebody else has said in JSON has the shape of what it stands for."""

from __future__ import annotations

import typing as t


def fits(value: t.Any, shape: t.Any) -> bool:
    """``shape`` is a type; ``[shape]`` of each element; ``{str: shape}`` of each value; or ``{"name": shape}`` of the
    keys that have to be there, among others.
    """
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
    if not isinstance(shape, dict):
        return isinstance(value, shape)
    if not isinstance(value, dict):
        return False
    if str in shape:
        return all(fits(one, shape[str]) for one in value.values())
    return all(name in value and fits(value[name], inner) for name, inner in shape.items())
