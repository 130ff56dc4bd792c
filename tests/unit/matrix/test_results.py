# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix.results import BEGIN, END, Column, Found, of_junit, page

REPORTS = {
    "all passed": ((18, 0, 0, 0), "passed 18"),
    "some skipped": ((18, 0, 0, 2), "passed 16, skipped 2"),
    "a failure and an error": ((18, 1, 1, 2), "failed 2 of 18"),
    "nothing ran": ((2, 0, 0, 2), "failed 0 of 2"),
}


@pytest.mark.parametrize(("counts", "cell"), REPORTS.values(), ids=REPORTS.keys())
def test_a_report_is_told_in_a_cell(counts: tuple[int, int, int, int], cell: str) -> None:
    names = ("tests", "failures", "errors", "skipped")
    numbers = " ".join(f'{name}="{count}"' for name, count in zip(names, counts, strict=True))
    assert of_junit(f"<testsuites><testsuite {numbers}/></testsuites>") == cell


FOUND = Found(
    {
        "bullseye": Column("systemd 247", "0a1b2c3", {"scaling": "passed 4", "files": "passed 6"}),
        "bookworm": Column("systemd 252", "0a1b2c3", {"scaling": "passed 4"}),
        "bookworm-programs": Column("systemd 252, more", "0a1b2c3", {"hardening": "passed 43"}),
        "trixie-machine": Column("Debian 13, a virtual machine", "0a1b2c3", {"reboot": "passed 5"}),
    },
    {"2.17": Column("ansible-core 2.17", "0a1b2c3", {"unit tests": "passed"})},
)
LATER = Found({"bookworm": Column("systemd 252", "4d5e6f7", {"scaling": "failed 1 of 4"})}, {})


def test_the_tables_of_a_page_are_replaced_and_nothing_else() -> None:
    result = page(f"before\n{BEGIN}old\n{END}after\n", FOUND)
    assert result.startswith(f"before\n{BEGIN}| on the target | systemd 247 | systemd 252 |\n|---|---|---|\n")
    assert "| files | passed 6 | not tried |\n" in result
    assert "| there, with more programs | systemd 252, more |\n|---|---|\n| hardening | passed 43 |\n" in result
    assert "| on a machine of its own | Debian 13, a virtual machine |\n|---|---|\n| reboot | passed 5 |\n" in result
    assert result.count("passed 5") == 1
    assert "| unit tests | passed |\n" in result
    assert "old" not in result
    assert result.endswith(f"| at commit | 0a1b2c3 |\n\n{END}after\n")


def test_a_later_run_replaces_the_columns_that_it_tried() -> None:
    found = FOUND.renewed(LATER)
    assert [column.commit for column in found.targets.values()] == ["0a1b2c3", "4d5e6f7", "0a1b2c3", "0a1b2c3"]
    assert found.controllers == FOUND.controllers


def test_what_was_found_is_read_back_as_it_was_kept() -> None:
    assert Found.from_json(FOUND.to_json()) == FOUND


def test_one_bad_cell_fails_the_run() -> None:
    assert (FOUND.failed, LATER.failed) == (False, True)


def test_the_readme_shows_what_was_found() -> None:
    readme = Path("README.md").read_text()
    assert page(readme, Found.from_json(Path("tests/matrix/found.json").read_text())) == readme
