# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import (
    Problem,
    Problems,
    did_you_mean,
    unknown_names,
)

HINTS = {
    "a misspelled word": ("Retsart", "Did you mean Restart?"),
    "a word like none": ("Quux", ""),
    "nothing": ("", ""),
}


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem("pools[0].user", "'a b'", "a name")) == "pools[0].user: found 'a b', expected a name"
    assert str(Problem("x", "y", "z", "Do this.")) == "x: found y, expected z (Do this.)"
    assert str(Problem("x", "y", "z", id="trap", url="https://a/b#trap")) == (
        "x: found y, expected z [trap] https://a/b#trap"
    )


def test_problems_are_told_together_in_their_order() -> None:
    problems = [Problem("a", "b", "c"), Problem("d", "e", "f")]
    raised = Problems(iter(problems))
    assert raised.problems == tuple(problems)
    assert str(raised) == "a: found b, expected c\nd: found e, expected f"


@pytest.mark.parametrize(("word", "hint"), HINTS.values(), ids=HINTS.keys())
def test_the_nearest_word_is_a_hint(word: str, hint: str) -> None:
    assert did_you_mean(word, iter(["Restart", "User", "Nice"])) == hint


def test_names_that_are_not_there_are_named_with_those_that_are() -> None:
    assert [str(one) for one in unknown_names(["mail", "mial"], ["mail", "sms"], "this host")] == [
        "names: found 'mial', expected one of mail, sms (Did you mean mail?)"
    ]
    assert [str(one) for one in unknown_names(["mail"], [], "these hosts")] == [
        "names: found 'mail', expected no name: no pool is on these hosts"
    ]
