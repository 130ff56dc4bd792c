# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.bus_message import (
    Answer,
    Call,
    answer,
    length,
    object_path,
    packed,
    unpacked,
)

NAME = "org.freedesktop.systemd1"
LISTED = (
    *("mail@1.service", "Mail 1", "loaded", "active", "running", ""),
    *("/org/freedesktop/systemd1/unit/mail_401_2eservice", 7, "restart", "/org/freedesktop/systemd1/job/7"),
)
# What systemd 252 said over dbus-daemon 1.14.
SAID = {
    "what NRestarts is": (
        "6c02010108000000ba1f05002d000000050175000200000006017300060000003a312e31393700000801670001"
        "76000007017300040000003a312e30000000000175000000000000",
        Answer(2, "", [0]),
    ),
    "what NeedDaemonReload is": (
        "6c02010108000000bb1f05002d000000050175000300000006017300060000003a312e31393700000801670001"
        "76000007017300040000003a312e30000000000162000000000000",
        Answer(3, "", [0]),
    ),
    "that no unit matches": (
        "6c02010108000000bd1f05003d000000050175000500000006017300060000003a312e31393700000801670"
        "00d61287373737373736f75736f2900000000000007017300040000003a312e30000000000000000000000000",
        Answer(5, "", [[]]),
    ),
    "that there is no such unit": (
        "6c03010124000000be1f05005d000000050175000600000006017300060000003a312e313937000004017300"
        "230000006f72672e667265656465736b746f702e73797374656d64312e4e6f53756368556e6974000000000008016700"
        "0173000007017300040000003a312e30000000001f000000556e6974206e6f737563682e73657276696365206e6f7420"
        "6c6f616465642e00",
        Answer(6, "org.freedesktop.systemd1.NoSuchUnit", ["Unit nosuch.service not loaded."]),
    ),
    "that we have a name, which nobody asked": (
        "6c0401010b000000020000008d00000001016f00150000002f6f72672f667265656465736b746f702f44427573"
        "00000002017300140000006f72672e667265656465736b746f702e4442757300000000030173000c0000004e616d6541"
        "637175697265640000000006017300060000003a312e3139370000080167000173000007017300140000006f72672e66"
        "7265656465736b746f702e4442757300000000060000003a312e31393700",
        None,
    ),
}
# NRestarts of mail@1.service, and a message that systemd 252 answered.
ASKED = Call(
    NAME,
    object_path("mail@1.service"),
    "org.freedesktop.DBus.Properties",
    "Get",
    "ss",
    (f"{NAME}.Service", "NRestarts"),
)
ANSWERED = (
    b"l\1\0\1"
    b"\x36\0\0\0"
    b"\x07\0\0\0"
    b"\xa8\0\0\0"
    b"\1\1o\0"
    b"\x31\0\0\0/org/freedesktop/systemd1/unit/mail_401_2eservice\0"
    b"\0\0\0\0\0\0"
    b"\6\1s\0"
    b"\x18\0\0\0org.freedesktop.systemd1\0"
    b"\0\0\0\0\0\0\0"
    b"\2\1s\0"
    b"\x1f\0\0\0org.freedesktop.DBus.Properties\0"
    b"\3\1s\0"
    b"\x03\0\0\0Get\0"
    b"\0\0\0\0"
    b"\x08\1g\0"
    b"\2ss\0"
    b"\x20\0\0\0org.freedesktop.systemd1.Service\0"
    b"\0\0\0"
    b"\x09\0\0\0NRestarts\0"
)
PATHS = {
    "an instance": ("mail@1.service", "mail_401_2eservice"),
    "a digit in front": ("7up.target", "_37up_2etarget"),
    "what systemd-escape(1) wrote": ("mail@a\\x2db.service", "mail_40a_5cx2db_2eservice"),
    "nothing": ("", "_"),
}
REFUSED = {
    "a map": ("a{sv}", b"\0" * 8),
    "a number with a sign": ("i", b"\0" * 4),
    "half a record": ("(ss", b"\0" * 8),
}

numbers = {"y": 2**8, "u": 2**32, "t": 2**64, "b": 2}
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
plain = {**{kind: st.integers(0, end - 1) for kind, end in numbers.items()}, "s": texts, "o": texts, "g": texts}


def lists(kind: str, values: st.SearchStrategy[t.Any]) -> st.SearchStrategy[tuple[str, t.Any]]:
    return st.lists(values, max_size=4).map(lambda items: (f"a{kind}", items))


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, t.Any]:
    """A type, and a value of it."""
    kinds = draw(st.lists(st.sampled_from(sorted(plain)), min_size=1, max_size=4))
    record, records = f"({''.join(kinds)})", st.tuples(*(plain[kind] for kind in kinds))
    one = st.tuples(st.just(kinds[0]), plain[kinds[0]])
    # What StartTransientUnit takes: a(sa(sv)) has a list of records in each record.
    deep = st.tuples(plain["s"], st.lists(records, max_size=2))
    return draw(
        st.one_of(
            one,
            st.tuples(st.just(record), records),
            lists(kinds[0], plain[kinds[0]]),
            lists(record, records),
            lists(f"(sa{record})", deep),
        )
    )


@given(st.lists(typed(), max_size=4))
def test_what_was_packed_comes_out(parts: list[tuple[str, t.Any]]) -> None:
    signature, values = "".join(kind for kind, _value in parts), [value for _kind, value in parts]
    assert unpacked(signature, packed(signature, values)) == values
    assert unpacked("v" * len(parts), packed("v" * len(parts), parts)) == values


@pytest.mark.parametrize(("said", "means"), SAID.values(), ids=SAID.keys())
def test_an_answer_is_understood(said: str, means: Answer | None) -> None:
    message = bytes.fromhex(said)
    assert length(message) == len(message)
    assert answer(message) == means


def test_a_list_of_units_is_understood() -> None:
    fields = [(5, ("u", 4)), (8, ("g", "a(ssssssouso)")), (7, ("s", ":1.0"))]
    body = packed("a(ssssssouso)", [[LISTED, LISTED]])
    header = packed("yyyyuua(yv)", [ord("l"), 2, 1, 1, len(body), 9, fields])
    message = header + bytes(-len(header) % 8) + body
    assert length(message + b"the next one") == len(message)
    assert answer(message) == Answer(4, "", [[LISTED, LISTED]])


def test_a_call_is_written_as_systemd_reads_it() -> None:
    assert ASKED.message(7) == ANSWERED
    assert length(ANSWERED) == len(ANSWERED)


def test_nothing_is_said_about_a_message_that_has_not_come() -> None:
    assert length(ANSWERED[:15]) is None
    assert length(ANSWERED[:16]) == len(ANSWERED)


@pytest.mark.parametrize(("unit", "label"), PATHS.values(), ids=PATHS.keys())
def test_a_unit_has_a_path(unit: str, label: str) -> None:
    assert object_path(unit) == f"/org/freedesktop/systemd1/unit/{label}"


WORDS = {
    "what it says": (["Unit is masked."], "Unit is masked."),
    "its name when it says nothing": ([], "org.no"),
    "one line that no terminal obeys": (["a\n\x1b[2Jb"], "a\\n\\x1b[2Jb"),
    "the begin of what never ends": (["x" * 10**6], "x" * 500),
}


@pytest.mark.parametrize(("values", "words"), WORDS.values(), ids=WORDS.keys())
def test_an_error_is_told_as(values: list[str], words: str) -> None:
    assert Answer(7, "org.no", values).words == words


@pytest.mark.parametrize(("signature", "data"), REFUSED.values(), ids=REFUSED.keys())
def test_types_that_systemd_need_not_be_asked_for_are_refused(signature: str, data: bytes) -> None:
    with pytest.raises(ValueError, match="the types"):
        unpacked(signature, data)


def test_the_bytes_of_another_machine_are_refused() -> None:
    with pytest.raises(ValueError, match="another machine"):
        answer(b"B" + ANSWERED[1:])


def message(body: bytes, signature: str, fields: t.Sequence[tuple[int, tuple[str, t.Any]]]) -> bytes:
    head = packed("yyyyuua(yv)", [ord("l"), 2, 0, 1, len(body), 7, [*fields, (8, ("g", signature))]])
    return head + bytes(-len(head) % 8) + body


TO_2 = [(5, ("u", 2))]
NO_MESSAGES = {
    "an answer to nothing": message(b"", "", []),
    "an answer to a text": message(b"", "", [(5, ("s", "2"))]),
    "an error that is a number": message(b"", "", [*TO_2, (4, ("u", 1))]),
    "a list that is longer than all": message(b"\xff\xff\xff\x7f", "ay", TO_2),
    "a text that is longer than all": message(b"\xff\0\0\0abc", "s", TO_2),
    "a number that is not there": message(b"", "t", TO_2),
    "variants without end": message(b"\1v\0" * 5000, "v", TO_2),
    "a variant of two values": message(b"\2yy\0\1\2", "v", TO_2),
    "a variant of none": message(b"\0\0", "v", TO_2),
    "a text that is none": message(b"\1\0\0\0\xff\0", "s", TO_2),
}


@pytest.mark.parametrize("said", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
def test_what_is_no_answer_is_refused(said: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        answer(said)


def test_a_message_that_is_longer_than_there_are_is_not_waited_for() -> None:
    with pytest.raises(ValueError, match=r"a message of \d{10} bytes"):
        length(b"l\2\0\1" + b"\xff" * 12)


@given(st.sampled_from([bytes.fromhex(said) for said, _means in SAID.values()]), st.data())
def test_a_bus_that_says_anything_is_understood_or_refused(said: bytes, data: st.DataObject) -> None:
    changed = bytearray(said)
    for at in data.draw(st.lists(st.integers(0, len(said) - 1), max_size=6)):
        changed[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(said)))
    for one in (bytes(changed), bytes(changed[:cut]), data.draw(st.binary())):
        for read in (length, answer):
            try:
                read(one)
            except ValueError:
                continue
