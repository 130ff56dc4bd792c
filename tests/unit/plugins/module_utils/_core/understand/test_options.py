# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.options import (
    known_only,
    misshapen,
    names_only,
    unknown_options,
)

SPEC: dict[str, dict[str, t.Any]] = {
    "purge": {"type": "bool"},
    "pools": {
        "type": "list",
        "options": {
            "name": {"type": "str"},
            "secrets": {"type": "dict"},
            "limits": {"type": "dict", "options": {"memory_max": {"type": "str"}}},
        },
    },
}
# arguments, the places of options that do not exist
UNKNOWN: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "none": ({"purge": True, "pools": [{"name": "mail", "secrets": {"ANY": "name"}}]}, []),
    "one at the top": ({"prune": True}, ["prune"]),
    "one in a list": ({"pools": [{"name": "mail"}, {"secret": {}}]}, ["pools[1].secret"]),
    "one in a mapping": ({"pools": [{"limits": {"memory": "1G"}}]}, ["pools[0].limits.memory"]),
    "all at once": (
        {"prune": 1, "pools": [{"nome": 1, "limits": {"x": 1}}]},
        ["prune", "pools[0].nome", "pools[0].limits.x"],
    ),
    "what is no mapping has none": ({"pools": "mail"}, []),
    "nor in a list": ({"pools": ["mail", None]}, []),
    "nothing given": ({"pools": None}, []),
}


@pytest.mark.parametrize(("given", "places"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_an_option_that_does_not_exist_is_named_with_its_place(given: dict[str, t.Any], places: list[str]) -> None:
    assert [problem.where for problem in unknown_options(given, SPEC)] == places


def test_the_nearest_option_is_a_hint_else_all_of_them() -> None:
    near, far = unknown_options({"purgee": 1, "xyz": 1}, SPEC)
    assert (near.hint, far.hint) == ("Did you mean purge?", "There are purge, pools.")


def test_a_misspelled_secret_is_named_without_its_value() -> None:
    (problem,) = unknown_options({"pools": [{"secretss": {"TOKEN": "s3cret"}}]}, SPEC)
    assert problem.hint == "Did you mean secrets?"
    assert "s3cret" not in str(problem)


def test_what_may_be_shown_is_what_the_spec_knows() -> None:
    given = {
        "purge": True,
        "pools": [{"name": "mail", "secretss": "s3cret", "limits": {"memory_max": "1G", "x": 1}}, "x"],
    }
    assert known_only(given, SPEC) == {"purge": True, "pools": [{"name": "mail", "limits": {"memory_max": "1G"}}, "x"]}


MISSHAPEN: dict[str, tuple[dict[str, t.Any], str]] = {
    "a pool that is a list": ({"pools": [{}, [{"secrets": {"A": "s3cret"}}]]}, "pools[1]: found list"),
    "pools that are a mapping": ({"pools": {"secrets": "s3cret"}}, "pools: found dict"),
    "limits that are a boolean": ({"pools": [{"limits": True}]}, "pools[0].limits: found bool"),
}


SLIPS: dict[str, tuple[dict[str, t.Any], str]] = {
    "a mapping for a text": ({"user": {"A": "s3cret"}}, "user: found dict, expected text"),
    "a list for a text": ({"user": ["s3cret"]}, "user: found list, expected text"),
    "a mapping for a list": ({"files": {"A": "s3cret"}}, "files: found dict, expected a list"),
    "a mapping in a list": ({"files": ["/a", {"A": "s3cret"}]}, "files[1]: found dict, expected text"),
    "a list for a mapping": ({"unit": ["s3cret"]}, "unit: found list, expected a mapping"),
    "a mapping for a number": ({"most": {"A": "s3cret"}}, "most: found dict, expected text"),
    # decimal.Decimal takes it, and int() ends with an OverflowError.
    "a number without an end": ({"most": " -Infinity"}, "most: found a number without an end, expected a whole number"),
    "the same of YAML": ({"most": float("inf")}, "most: found a number without an end, expected a whole number"),
}


@pytest.mark.parametrize(("given", "result"), SLIPS.values(), ids=SLIPS.keys())
def test_what_has_slipped_into_another_option_is_told_without_its_value(given: dict[str, t.Any], result: str) -> None:
    spec = {
        "user": {"type": "str"},
        "files": {"type": "list", "elements": "str"},
        "unit": {"type": "dict"},
        "most": {"type": "int"},
    }
    (problem,) = misshapen(given, spec)
    assert str(problem).startswith(result)
    assert "s3cret" not in str(problem)


def test_what_ansible_takes_is_not_misshapen() -> None:
    spec = {
        "command": {"type": "raw"},
        "files": {"type": "list", "elements": "str"},
        "any": {"type": "list"},
        "most": {"type": "int"},
    }
    for given in ({"command": {}}, {"files": "/a,/b"}, {"files": ["/a", 5]}, {"any": [{}, 1]}, {"most": "5"}):
        assert list(misshapen(given, spec)) == []


def test_of_refused_arguments_only_the_names_are_shown() -> None:
    given = {"pools": [{"name": "mail", "user": None, "unit": {"Service": {"Nice": 5}}}], "purge": True}
    shown = {"pools": [{"name": "-", "user": None, "unit": {"Service": {"Nice": "-"}}}], "purge": "-"}
    assert names_only(given, "-") == shown


@pytest.mark.parametrize(("given", "result"), MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_what_has_no_options_where_some_are_wanted_is_told_without_its_value(
    given: dict[str, t.Any], result: str
) -> None:
    limits = {"type": "dict", "options": {"memory_max": {"type": "str"}}}
    spec = {"pools": {"type": "list", "elements": "dict", "options": {"limits": limits, "secrets": {"type": "dict"}}}}
    (problem,) = misshapen(given, spec)
    assert str(problem).startswith(result)
    assert "s3cret" not in str(problem)
