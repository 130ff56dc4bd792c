# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what somebody else has said in JSON has the shape of what it stands for."""

from __future__ import annotations

import typing as t

# Numbers of systemd have 64 bits. A much larger one cannot be divided, and has no text in digits.
LARGEST = 2**64


class Most(t.NamedTuple):
    """A text or a list of the ``shape`` with at most ``length`` characters or elements."""

    length: int
    shape: t.Any


def fits(value: t.Any, shape: t.Any) -> bool:
    """``shape`` is a type; a tuple of shapes, one of which is enough; ``[shape]`` of each element; ``{str: shape}`` of
    each value; or ``{"name": shape}`` of the keys that have to be there, among others. Or it is a ``range`` of numbers,
    or ``Most``.
    """
    if isinstance(shape, Most):
        return fits(value, shape.shape) and len(value) <= shape.length
    if isinstance(shape, range):
        return isinstance(value, int) and value in shape
    if isinstance(shape, tuple):
        return any(fits(value, one) for one in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
    if not isinstance(shape, dict):
        return isinstance(value, shape) and not (isinstance(value, int) and abs(value) > LARGEST)
    if not isinstance(value, dict):
        return False
    if str in shape:
        return all(fits(one, shape[str]) for one in value.values())
    return all(name in value and fits(value[name], inner) for name, inner in shape.items())
