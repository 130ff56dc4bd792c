# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import blocks

# Whatever a worker says of its status or somebody writes as a description, but for the end of the line.
VALUES = st.text(st.characters(exclude_characters="\n") | st.sampled_from("\v\f\r\x1c\x1d\x1e\x85\u2028\u2029="))
UNITS = st.lists(st.dictionaries(st.sampled_from(["Id", "StatusText", "Description"]), VALUES, min_size=1), min_size=1)


@given(UNITS)
def test_every_value_is_read_as_it_is(units: list[dict[str, str]]) -> None:
    printed = "\n\n".join("\n".join(f"{name}={value}" for name, value in unit.items()) for unit in units)
    assert blocks(f"{printed}\n") == units


def test_a_status_does_not_pass_for_the_name_of_another_unit() -> None:
    assert blocks("Id=a.service\nStatusText=idle\u2028Id=b.service\n") == [
        {"Id": "a.service", "StatusText": "idle\u2028Id=b.service"}
    ]


@given(st.lists(VALUES))
def test_lines_are_those_that_were_printed(written: list[str]) -> None:
    assert lines("".join(f"{line}\n" for line in written)) == written
