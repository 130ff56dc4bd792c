# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus calls and their answers as bytes (D-Bus Specification, "Message Protocol").

Only of the types that our calls and their answers have: numbers without a sign (``y``, ``b``, ``u``, ``t``), texts
(``s``, ``o``, ``g``), lists (``a``) and records (``()``) of these, and variants (``v``), which bring their type along.

A user may be the bus of his own manager, and say anything. What is no message raises ``ValueError``, in a time that
does not depend on the lengths that it tells.
"""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line

# Bytes of a number. Each value begins at a multiple of its size, from the begin of the message or its body.
SIZES = {"y": 1, "b": 4, "u": 4, "t": 8}
TEXTS = frozenset("sog")
ALIGNED = {**SIZES, "s": 4, "o": 4, "g": 1, "v": 1, "a": 4, "(": 8}
BASIC = r"a*(?:[ybutsogv]|\([ybutsogv]+\))"
ONE_TYPE = re.compile(rf"{BASIC}|a*\((?:{BASIC})+\)")

METHOD_CALL, METHOD_RETURN, ERROR = 1, 2, 3
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SIGNATURE = 1, 2, 3, 4, 5, 6, 8
# Of the fixed part of the header, which ends with the length of the variable one.
FIXED = 16
# "Message Format" and "Valid Signatures" of the specification: bytes of a message, and how deep its values go.
LARGEST = 2**27
# Characters of an error that people read. Those of systemd have about a hundred.
MOST_WORDS = 500
DEEPEST = 64


class Call(t.NamedTuple):
    """``arguments`` are values of the types in ``signature``."""

    destination: str
    path: str
    interface: str
    member: str
    signature: str = ""
    arguments: t.Sequence[t.Any] = ()

    def message(self, serial: int) -> bytes:
        """``serial`` tells the answer which call it is to; it is not 0."""
        body = packed(self.signature, self.arguments)
        fields = [
            (PATH, "o", self.path),
            (DESTINATION, "s", self.destination),
            (INTERFACE, "s", self.interface),
            (MEMBER, "s", self.member),
            (SIGNATURE, "g", self.signature),
        ]
        named = [(number, (kind, value)) for number, kind, value in fields]
        header = packed("yyyyuua(yv)", [ord("l"), METHOD_CALL, 0, 1, len(body), serial, named])
        return _padded(header, 8) + body


class Answer(t.NamedTuple):
    """To the call ``serial``. Without an ``error`` the values are what it returned, with one they explain it."""

    serial: int
    error: str
    values: t.List[t.Any]

    @property
    def words(self) -> str:
        """What an error says on one line, or its name where it says nothing."""
        return one_line((" ".join(map(str, self.values)) or self.error)[:MOST_WORDS])


def length(data: bytes) -> t.Optional[int]:
    """Of the message that ``data`` begins with; ``None`` as long as too little of it has come to tell. Raises
    ``ValueError`` for a longer one than there are.
    """
    if len(data) < FIXED:
        return None
    body, _serial, fields = (int(number) for number in _Reader(data, 4).values("uuu"))
    size = FIXED + fields + -fields % 8 + body
    if size > LARGEST:
        raise ValueError(f"a message of {size} bytes")
    return size


def answer(message: bytes) -> t.Optional[Answer]:
    """``None`` for a message that answers nothing, such as a signal. Raises ``ValueError`` for types of others."""
    if message[:1] != b"l":
        raise ValueError("bytes in the order of another machine")
    reader = _Reader(message, FIXED - 4)
    fields = dict(reader.values("a(yv)")[0])
    if message[1] not in (METHOD_RETURN, ERROR):
        return None
    serial, error, signature = fields.get(REPLY_SERIAL), fields.get(ERROR_NAME, ""), fields.get(SIGNATURE, "")
    if not (isinstance(serial, int) and isinstance(error, str) and isinstance(signature, str)):
        raise ValueError("an answer to nothing")
    reader.align(8)
    return Answer(serial, error, reader.values(signature))


def object_path(unit: str) -> str:
    """Where systemd has a unit: with codes for all but letters and digits, and for a digit in front.

    That is sd_bus_path_encode(3).
    """
    label = re.sub(r"^[0-9]|[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):02x}", unit)
    return f"/org/freedesktop/systemd1/unit/{label or '_'}"


def packed(signature: str, values: t.Sequence[t.Any]) -> bytes:
    """Values of these types. A variant is given as its type and its value."""
    data = b""
    for kind, value in zip(_types(signature), values):
        data = _with(data, kind, value)
    return data


def unpacked(signature: str, data: bytes) -> t.List[t.Any]:
    """The values. Of a variant the value alone."""
    return _Reader(data, 0).values(signature)


@functools.lru_cache(maxsize=None)
def _types(signature: str) -> t.Tuple[str, ...]:
    found = ONE_TYPE.findall(signature)
    if "".join(found) != signature:
        raise ValueError(f"the types {signature!r}")
    return tuple(found)


def _with(data: bytes, kind: str, value: t.Any) -> bytes:
    """``data`` and the value behind it."""
    data = _padded(data, ALIGNED[kind[0]])
    if kind in SIZES:
        return data + int(value).to_bytes(SIZES[kind], "little")
    if kind == "v":
        return _with(_with(data, "g", value[0]), value[0], value[1])
    if kind[0] == "(":
        for one, part in zip(_types(kind[1:-1]), value):
            data = _with(data, one, part)
        return data
    if kind[0] == "a":
        return _with_items(data, kind[1:], value)
    encoded = str(value).encode()
    return data + len(encoded).to_bytes(ALIGNED[kind], "little") + encoded + b"\0"


def _with_items(data: bytes, kind: str, items: t.Iterable[t.Any]) -> bytes:
    """In front of a list stands how many bytes its items take, without what aligns the first."""
    size_at = len(data)
    data = _padded(data + bytes(4), ALIGNED[kind[0]])
    begin = len(data)
    for item in items:
        data = _with(data, kind, item)
    return data[:size_at] + (len(data) - begin).to_bytes(4, "little") + data[size_at + 4 :]


def _padded(data: bytes, to: int) -> bytes:
    return data + bytes(-len(data) % to)


class _Reader:
    """Takes values from the byte ``at`` on."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.depth = 0

    def align(self, to: int) -> None:
        self.at += -self.at % to

    def values(self, signature: str) -> t.List[t.Any]:
        return [self._value(kind) for kind in _types(signature)]

    def _value(self, kind: str) -> t.Any:
        size = ALIGNED[kind[0]]
        self.at += -self.at % size
        # Texts first: an answer about thousands of units is texts.
        if kind in TEXTS:
            return self._text(size)
        if kind in SIZES:
            return self._number(size)
        if kind == "v":
            return self._variant()
        if kind[0] == "(":
            return tuple(self.values(kind[1:-1]))
        return self._items(kind[1:])

    def _variant(self) -> t.Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("values that go too deep")
        values = self.values(self._text(1))
        self.depth -= 1
        if len(values) != 1:
            raise ValueError("a variant of another number of values than one")
        return values[0]

    def _items(self, kind: str) -> t.List[t.Any]:
        size = self._number(4)
        self.align(ALIGNED[kind[0]])
        end = self.at + size
        if end > len(self.data):
            raise ValueError("a list that is longer than its message")
        items = []
        while self.at < end:
            items.append(self._value(kind))
        return items

    def _number(self, size: int) -> int:
        begin, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise ValueError("a message that ends too early")
        return int.from_bytes(self.data[begin : self.at], "little")

    def _text(self, size: int) -> str:
        """``size`` is that of the number in front, which tells how long it is."""
        count = self._number(size)
        begin, self.at = self.at, self.at + count + 1
        if self.at > len(self.data):
            raise ValueError("a text that is longer than its message")
        return self.data[begin : self.at - 1].decode()
