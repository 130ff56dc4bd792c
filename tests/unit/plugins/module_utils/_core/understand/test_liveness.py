# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness, read_liveness

READ: dict[str, tuple[dict[str, t.Any], Liveness]] = {
    "a command": ({"command": ["/bin/check", "%i"]}, Liveness(("/bin/check", "%i"))),
    "all of a command": (
        {"command": ["/bin/check"], "every": "1min", "timeout": "500s", "failures": 1},
        Liveness(("/bin/check",), every=60.0, timeout=500.0, failures=1),
    ),
    "a file": ({"file": "/run/app/%i.beat", "max_age": "2min"}, Liveness(file="/run/app/%i.beat", max_age=120.0)),
    "options that are not given": (
        {"command": ["/bin/check"], "every": None, "file": None, "max_age": None},
        Liveness(("/bin/check",)),
    ),
}
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nothing": ({}, [""]),
    "an empty command": ({"command": []}, [""]),
    "both": ({"command": ["/bin/check"], "file": "/run/%i", "max_age": "2min"}, [""]),
    "a command from a PATH": ({"command": ["check"]}, [".command[0]"]),
    "a pause that is none": ({"command": ["/bin/check"], "every": "soon"}, [".every"]),
    "no pause": ({"command": ["/bin/check"], "every": 0}, [".every"]),
    "an endless timeout": ({"command": ["/bin/check"], "timeout": "infinity"}, [".timeout"]),
    "no failures": ({"command": ["/bin/check"], "failures": 0}, [".failures"]),
    "many failures": ({"command": ["/bin/check"], "failures": 10**9}, [".failures"]),
    "the age of a command": ({"command": ["/bin/check"], "max_age": "2min"}, [".max_age"]),
    "the failures of a file": ({"file": "/run/%i", "max_age": "2min", "failures": 3}, [".failures"]),
    "a file without an age": ({"file": "/run/%i"}, [".max_age"]),
    "a relative file": ({"file": "beat.%i", "max_age": "2min"}, [".file"]),
    "another specifier": ({"file": "/run/%i.%u", "max_age": "2min"}, [".file"]),
    "one file for all": ({"file": "/run/beat", "max_age": "2min"}, [".file"]),
    "a file in two lines": ({"file": "/run/%i\n", "max_age": "2min"}, [".file"]),
    "everything at once": ({"file": "beat", "max_age": "0", "every": "1s"}, [".every", ".max_age", ".file", ".file"]),
}


@pytest.mark.parametrize(("given", "read"), READ.values(), ids=READ.keys())
def test_reads(given: dict[str, t.Any], read: Liveness) -> None:
    assert read_liveness(given, ["1", "2"], "liveness") == (read, [])


@pytest.mark.parametrize(("given", "options"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(given: dict[str, t.Any], options: list[str]) -> None:
    read, problems = read_liveness(given, ["1", "2"], "liveness")
    assert read is None
    assert [problem.where for problem in problems] == [f"liveness{option}" for option in options]


def test_an_option_of_the_other_kind_is_told_what_goes_with_this_one() -> None:
    _read, (problem,) = read_liveness({"file": "/run/%i", "max_age": "2min", "every": "1s"}, ["1", "2"], "liveness")
    assert (problem.found, problem.expected) == ("given", "only max_age, beside a file")


def test_one_instance_may_have_one_file() -> None:
    assert read_liveness({"file": "/run/beat", "max_age": "2min"}, ["1"], "liveness")[1] == []


@pytest.mark.parametrize(("max_age", "pause"), [(2.0, 1.0), (60.0, 15.0), (86400.0, 30.0)])
def test_a_file_is_looked_at_several_times_in_its_age(max_age: float, pause: float) -> None:
    assert Liveness(file="/run/%i", max_age=max_age).pause == pause
