# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName

NAMES = {
    "a plain unit": ("nginx.service", UnitName("nginx", None)),
    "a unit without a type is a service": ("nginx", UnitName("nginx", None)),
    "an instance": ("mail@3.service", UnitName("mail", "3")),
    "a template": ("mail@.service", UnitName("mail", "")),
    "an instance that holds a dot": ("mail@v1.2.service", UnitName("mail", "v1.2")),
    "an instance that holds another at sign": ("mail@a@b.service", UnitName("mail", "a@b")),
    "another type": ("mail.target", UnitName("mail", None, "target")),
}


@pytest.mark.parametrize(("text", "name"), NAMES.values(), ids=NAMES.keys())
def test_a_unit_name_comes_apart(text: str, name: UnitName) -> None:
    assert UnitName.parse(text) == name


@given(st.from_regex(unit_name.POOL_NAME, fullmatch=True), st.from_regex(unit_name.INSTANCE_NAME, fullmatch=True))
def test_what_is_put_together_comes_apart_the_same(pool: str, instance: str) -> None:
    assert UnitName.parse(unit_name.instance(pool, instance)) == UnitName(pool, instance)


def test_a_pool_has_a_template_and_a_target() -> None:
    assert (unit_name.template("mail"), unit_name.target("mail")) == ("mail@.service", "mail.target")


def test_instances_are_in_the_order_people_count() -> None:
    assert unit_name.in_order(["b", "10", "2", "a", "1"]) == ["1", "2", "10", "a", "b"]


def test_units_are_in_order_of_their_templates_and_then_of_their_instances() -> None:
    names = ["b.service", "a@10.service", "a@2.service", "c@1.service", "a@x.service"]
    ordered = ["a@2.service", "a@10.service", "a@x.service", "b.service", "c@1.service"]
    assert unit_name.units_in_order(names) == ordered


def test_one_pattern_serves_all_instances_of_a_template() -> None:
    assert unit_name.patterns(["a@2.service", "a@10.service", "b.service"]) == ["a@*.service", "b.service"]


FOLDED = {
    "instances that follow each other": (["a@1.service", "a@2.service", "a@3.service"], ["a@1..3"]),
    "one alone, by its name": (["a@7.service"], ["a@7.service"]),
    "a gap": (["a@1.service", "a@2.service", "a@4.service"], ["a@1..2", "a@4.service"]),
    "in whatever order": (["a@10.service", "a@9.service"], ["a@9..10"]),
    "each pool by itself": (["a@1.service", "b@2.service", "a@2.service"], ["a@1..2", "b@2.service"]),
    "what is no number as it is": (
        ["a.target", "a@x.service", "a@01.service"],
        ["a.target", "a@x.service", "a@01.service"],
    ),
    "no other kind of unit": (["a@1.socket", "a@2.socket"], ["a@1.socket", "a@2.socket"]),
    "a manager": (["systemd"], ["systemd"]),
    "files": (
        ["/etc/workers.systemd/a/secrets", "/etc/x/a@.service"],
        ["/etc/workers.systemd/a/secrets", "/etc/x/a@.service"],
    ),
}


@pytest.mark.parametrize(("names", "result"), FOLDED.values(), ids=FOLDED.keys())
def test_many_units_are_told_in_few_words(names: list[str], result: list[str]) -> None:
    assert unit_name.folded(names) == result


@given(st.sets(st.integers(0, 60)), st.sets(st.sampled_from(["x", "01", "a@b"])))
def test_nothing_is_lost_in_few_words(numbers: set[int], others: set[str]) -> None:
    names = [unit_name.instance("a", str(name)) for name in (*numbers, *others)]
    unfolded = []
    for text in unit_name.folded(names):
        first, dots, last = text.partition("..")
        run = range(int(first[len("a@") :]), int(last) + 1) if dots else []
        unfolded += [unit_name.instance("a", str(number)) for number in run] or [text]
    assert sorted(unfolded) == sorted(names)
