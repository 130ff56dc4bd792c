# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import (
    NextTime,
    next_of,
    parse,
    passed,
)

# systemd 252, on a host in Berlin.
SAID = """\
  Original form: 03:15
Normalized form: *-*-* 03:15:00
    Next elapse: Mon 2026-11-30 03:15:00 CET
       (in UTC): Mon 2026-11-30 02:15:00 UTC
       From now: 15h left
       Iter. #2: Tue 2026-12-01 03:15:00 CET
       (in UTC): Tue 2026-12-01 02:15:00 UTC
       From now: 1 day 15h left

  Original form: 2020-01-01
Normalized form: 2020-01-01 00:00:00
    Next elapse: never

  Original form: 02:30 UTC
Normalized form: *-*-* 02:30:00 UTC
    Next elapse: Mon 2026-11-30 03:30:00 CET
       (in UTC): Mon 2026-11-30 02:30:00 UTC
       From now: 14h left
"""
# On a host in UTC there is no second line.
IN_UTC = """\
  Original form: daily
Normalized form: *-*-* 00:00:00
    Next elapse: Mon 2026-11-30 00:00:00 UTC
"""


def test_each_event_has_its_next_times() -> None:
    assert parse(SAID) == [
        [
            NextTime("2026-11-30 02:15:00", "Mon 2026-11-30 03:15:00 CET"),
            NextTime("2026-12-01 02:15:00", "Tue 2026-12-01 03:15:00 CET"),
        ],
        [],
        [NextTime("2026-11-30 02:30:00", "Mon 2026-11-30 03:30:00 CET")],
    ]
    assert parse(IN_UTC) == [[NextTime("2026-11-30 00:00:00", "Mon 2026-11-30 00:00:00 UTC")]]


def test_an_event_in_the_normal_form_is_not_printed_twice() -> None:
    said = "Normalized form: *-*-* 03:15:00\n    Next elapse: Mon 2026-11-30 03:15:00 UTC\n"
    assert [len(times) for times in parse(f"{said}\n{IN_UTC}\n{said}")] == [1, 1, 1]


def test_systemd_262_counts_in_other_words() -> None:
    said = IN_UTC + "        From now: 11h left\n    Iteration #2: Tue 2026-12-01 00:00:00 UTC\n"
    assert [one.utc for one in parse(said)[0]] == ["2026-11-30 00:00:00", "2026-12-01 00:00:00"]


def test_what_is_no_answer_says_nothing() -> None:
    assert parse("") == []
    assert parse("Next elapse: Mon 2026-11-30 00:00:00 UTC\n(in UTC): x\n") == []
    assert parse("Normalized form: x\n (in UTC): Mon 2026-11-30 00:00:00 UTC\n") == [
        [NextTime("2026-11-30 00:00:00", "Mon 2026-11-30 00:00:00 UTC")]
    ]


def test_the_times_of_several_events_are_in_order_and_each_once() -> None:
    first, _never, third = parse(SAID)
    assert [one.shown for one in next_of([third, first, first])] == [
        "Mon 2026-11-30 03:15:00 CET",
        "Mon 2026-11-30 03:30:00 CET",
        "Tue 2026-12-01 03:15:00 CET",
    ]
    assert next_of([]) == []


def test_times_that_have_passed_are_counted_once_and_up_to_a_limit() -> None:
    first, never, third = parse(SAID)
    ends = ("2026-11-30 02:14:59", "2026-11-30 02:15:00", "2026-11-30 02:29:59", "2026-11-30 02:30:00", "2027")
    assert [passed([first, never, third, first], end) for end in ends] == [0, 1, 1, 2, 3]
    many = [NextTime(f"2026-01-01 00:{number // 60:02}:{number % 60:02}", "") for number in range(200)]
    assert passed([many], "2027") == 100
