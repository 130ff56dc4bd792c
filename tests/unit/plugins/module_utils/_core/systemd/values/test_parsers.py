# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Corners of the parsers that no line of a file reaches, or only on a version that we do not know yet."""

from __future__ import annotations

import math
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import (
    COMMAND,
    ESCAPED,
    PLAIN,
    QUOTED,
    WRITTEN,
    BadWord,
    Style,
    unescaped,
    words,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import (
    composed,
    quantities,
    time_span,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.calendar_event import (
    is_calendar_event,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.commands import command_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kind import soft_and_hard
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kinds import is_protected_hostname
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.signals import is_signal
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.specifiers import ANY
from tests.unit.plugins.module_utils._core.builders import shipped_catalogue

AT_THE_END = "a\\"
TAKEN_APART = {
    "quotes are characters": ('a "b c"', PLAIN, ["a", '"b', 'c"']),
    "quotes are taken off": ('a "b c"', QUOTED, ["a", "b c"]),
    "a backslash takes the next": ("\\a\\ b", QUOTED, ["a b"]),
    "a backslash stays": ("\\a\\ b", WRITTEN, ["\\a\\", "b"]),
    "an escape": ("\\x41\\s", ESCAPED, ["A "]),
    "each separator ends a word": ("a::b:", Style(":", own_fields=True), ["a", "", "b", ""]),
    "a separator that is escaped": ("a\\:b:c", composed.ESCAPED_FIELDS, ["a:b", "c"]),
    "a backslash at the end of a command": (AT_THE_END, COMMAND, [AT_THE_END]),
}


@pytest.mark.parametrize(("text", "style", "expected"), TAKEN_APART.values(), ids=TAKEN_APART.keys())
def test_a_value_is_taken_apart_in_the_style_of_its_directive(text: str, style: Style, expected: list[str]) -> None:
    assert words(text, style) == expected


@pytest.mark.parametrize("style", [PLAIN, QUOTED, ESCAPED])
def test_nothing_follows_a_backslash_at_the_end(style: Style) -> None:
    with pytest.raises(BadWord, match="at the end"):
        words(AT_THE_END, style)


def test_a_whole_text_is_unescaped() -> None:
    assert [unescaped(text) for text in ("a\\\\\\nb", "a", "\\q", AT_THE_END)] == ["a\\\nb", "a", None, None]


def test_a_value_that_ends_in_a_backslash_is_none_of_several_fields() -> None:
    assert not composed.is_load_credential(AT_THE_END, 252)
    assert not composed.is_temporary(AT_THE_END, 252)
    assert not composed.are_paths(AT_THE_END, 252)
    assert not soft_and_hard(quantities.integer)("1\\")


def test_commands_end_where_semicolons_stand_alone() -> None:
    found = command_lines("/bin/a b \\; ; /bin/c;d ; @/bin/e f \\;", 252)
    assert [one.argv for one in found] == [("/bin/a", "b", ";"), ("/bin/c;d",), ("f", ";")]
    assert [one.prefixes for one in found] == ["", "", "@"]


def test_numbers_of_any_length_have_a_value() -> None:
    assert [quantities.integer(text) for text in ("0x10", "-0b11", "0b-11", "010", "0", "", "0x")] == [
        *(16, None, -3, 8, 0, None, None)
    ]
    assert quantities.integer("-" + "9" * 10_000) == -quantities.BEYOND
    assert quantities.size("9" * 10_000) is None
    assert quantities.number("0" * 10_000 + "7") == 7


@given(st.integers(0, quantities.LARGEST))
def test_a_size_is_written_so_that_it_reads_the_same(number: int) -> None:
    assert quantities.size(quantities.written(number)) == number


def test_a_size_is_written_with_the_largest_unit() -> None:
    sizes = (0, 1000, 1536 * 2**20, 2**33, 2**60, 2**10)
    assert [quantities.written(size) for size in sizes] == ["0", "1000", "1536M", "8G", "1E", "1K"]


def test_time_spans_have_limits() -> None:
    assert time_span.microseconds("584541y 584541y") is None
    assert time_span.microseconds("infinity") == math.inf
    assert time_span.microseconds("5\u03bcs", systemd=247) is None
    with pytest.raises(ValueError):
        time_span.seconds("infinity")


def test_a_calendar_event_has_an_end() -> None:
    assert not is_calendar_event("1:2:3,4-5", 252)
    for text in ("Mon. 10:00", "*-13-*", "*-*-32", "*-*~29", "25:00", "*-*-1/40", "0/90:0"):
        assert not is_calendar_event(text, 252), text
    # A range of one, and steps that leave it, are its first value.
    assert is_calendar_event("*-*-5..5", 252)
    assert is_calendar_event("*-*-1..3/9", 252)
    assert not is_calendar_event(",".join(["1"] * 300) + ":0", 252)
    assert [is_calendar_event("Thu 2026-1-1", 262), is_calendar_event("Mon 2026-1-1", 262)] == [True, False]


def test_what_only_the_newest_has() -> None:
    assert [is_protected_hostname(one) for one in ("yes:a", "private:a", "no:a", "private")] == [
        True,
        True,
        False,
        True,
    ]
    assert [is_signal(one) for one in ("RTMIN+30", "RTMIN+31", "RTMAX-1", "RTMIN-1")] == [True, False, True, False]


def test_a_specifier_of_a_newer_systemd_is_believed() -> None:
    text = '[Service]\nExecStart=/bin/true\nExecStart=/bin/a "%Q\nDelegate=yes\nReadWritePaths=%Q\n'
    unit = Unit.of("a.service", text)
    assert [one.id for one in findings(unit, shipped_catalogue(262), 270)] == []
    assert "refused-unit" not in {one.id for one in judged(unit, shipped_catalogue(262), 270)}


def test_what_units_of_a_type_cannot_have_is_named() -> None:
    (found,) = findings(Unit.of("a.slice", "[Slice]\nDelegate=yes\n"), shipped_catalogue(252), 252)
    assert (found.id, found.found) == ("bad-value", "Delegate in [Slice]")


def test_an_escape_that_systemd_does_not_know_is_told_with_what_the_process_gets() -> None:
    unit = Unit.of("a.service", "[Service]\nExecStart=/bin/sh -c 'sed \"s/\\-x//\"' \\; \\;\n")
    (found,) = findings(unit, shipped_catalogue(252), 252)
    assert (found.id, found.severity.value, found.found) == ("unknown-escape", "warning", "\\-")
    assert "gives the process both characters" in found.hint


OF_TEMPLATES = "[Service]\nExecStart=/bin/true %i\nReadWritePaths=/a/%i %I\nReadOnlyPaths=%i/x\nAllowedCPUs=%i\n"


def found_in(
    name: str, text: str, systemd: int, instances: t.Optional[t.Sequence[str]] = None
) -> list[tuple[str, str]]:
    found = findings(Unit.of(name, text), shipped_catalogue(systemd), systemd, instances)
    return [(one.at.key, one.id) for one in found if one.at]


@pytest.mark.parametrize("systemd", [252, 257, 262])
def test_a_template_alone_is_judged_by_the_instance_that_verify_takes(systemd: int) -> None:
    of_some = [("ReadWritePaths", "instance-value"), ("ReadOnlyPaths", "bad-value"), ("AllowedCPUs", "instance-value")]
    assert found_in("a@.service", OF_TEMPLATES, systemd) == of_some
    assert found_in("a@i.service", OF_TEMPLATES, systemd) == [(key, "bad-value") for key, _id in of_some]


def test_verify_of_257_takes_a_longer_name_for_the_instance() -> None:
    text = "[Socket]\nListenStream=/a\nBindToDevice=%i-of-a\n[Unit]\nAfter=%i\n"
    assert found_in("a@.socket", text, 252)[1:] == [("After", "instance-value")]
    (device, after) = findings(Unit.of("a@.socket", text), shipped_catalogue(262), 262)
    assert [one.at.key for one in (device, after) if one.at] == ["BindToDevice", "After"]
    assert "not for test_instance" in device.hint


def test_where_nobody_knows_the_instances_a_value_must_be_right_for_some() -> None:
    assert found_in("a@.service", OF_TEMPLATES, 252, ANY) == [("ReadOnlyPaths", "bad-value")]


def test_where_they_are_known_it_must_be_right_for_each() -> None:
    text = "[Service]\nExecStart=/bin/true\nAllowedCPUs=%i\nUser=%i\n"
    assert found_in("a@.service", text, 252, ["1", "2", "30"]) == []
    (found,) = findings(Unit.of("a@.service", text), shipped_catalogue(252), 252, ["1", "red", "2"])
    assert (found.id, found.hint) == ("bad-value", "For one, it stands for red.")


@pytest.mark.parametrize("systemd", [247, 252, 257, 262])
def test_the_name_of_an_instance_does_not_take_a_value_apart(systemd: int) -> None:
    text = "[Service]\nExecStart=/bin/true\nStateDirectory=named/%i\nBindPaths=/srv/%i:/data\nReadOnlyPaths=/srv/%I\n"
    names = ["mail:high", "1:2:3", ":", "a_b-c.d", "a\\x20b", "a\\x22b"]
    assert list(findings(Unit.of("a@.service", text), shipped_catalogue(systemd), systemd, names)) == []


def test_a_drop_in_may_be_one_of_a_template() -> None:
    path = "/etc/systemd/system/service.d/a.conf"
    unit = Unit.of("all.service", "[Service]\nWorkingDirectory=/srv/%i\nCPUAffinity=%i\n", path=path)
    assert list(findings(unit, shipped_catalogue(252), 252)) == []


@pytest.mark.parametrize(
    ("systemd", "line", "is_right"),
    [
        (252, "TemporaryFileSystem=/x:mode=%Q /y/%i:size=50%", True),
        (252, "TemporaryFileSystem=/%Q:mode=1", False),
        (252, r"StandardInputText=\x25Q", False),
        (252, r"StandardInputText=\x25i \x25\x25Q", True),
        (252, r"StandardInputText=\q", False),
        (252, "SetCredential=a%i:%Q", True),
        (252, "SetCredential=a%Q:x", False),
        (252, "Nice=+0b1", False),
        (257, "Nice=+0b1", True),
        (257, "Nice=-0b1", True),
        (262, "Nice=+0b1", False),
        (257, "Nice=+0b2", False),
        (257, "CPUQuota=+0b1%", True),
        (257, "OpenFile=/:n", True),
        (252, 'ExecStartPre=/bin/true %"Q"', False),
        (252, "ExecStartPre=/bin/true %'i' %%\"Q\"", True),
        (252, "Environment=A=%''Q", False),
        (252, 'ReadWritePaths="/%Q', False),
        (252, "DeviceAllow=/devM rw", False),
        (252, "DeviceAllow=/./dev/x rw", True),
        (252, "DeviceAllow=/run/systemd/inaccessibleX r", False),
        (257, "OpenFile=/", False),
        (252, "PassEnvironment=%m", True),
        (262, "BindNetworkInterface=a-name-as-others-may-have", True),
    ],
)
def test_what_is_expanded_and_what_stays(systemd: int, line: str, is_right: bool) -> None:
    assert (found_in("a@.service", f"[Service]\nExecStart=/bin/true\n{line}\n", systemd) == []) is is_right


def test_what_is_no_name_and_no_set_is_none() -> None:
    assert not composed.is_import_credential("a*:b/c")
    assert not composed.is_nft_set("cgroup:inet:a:\\", 257)


def test_blanks_behind_a_command_are_no_word() -> None:
    assert [line.argv for line in command_lines("/bin/a b \t", 252)] == [("/bin/a", "b")]
