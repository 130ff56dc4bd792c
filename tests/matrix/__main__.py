# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m tests.matrix: tries everything, keeps what it found, and writes the tables of the README; takes two hours.

MATRIX_SUITES and MATRIX_CORES ask for some of it, such as "bullseye sid" and "2.18", or for "" of one half; the other
columns stay as they were found before. Logs are in .cache/matrix/logs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lab.shell import run
from tests.matrix import controllers, targets
from tests.matrix.results import Found, page

README, FOUND = Path("README.md"), Path("tests/matrix/found.json")
LOGS = controllers.HERE / "logs"


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    commit = _checked_out()
    later = Found(targets.every(commit, LOGS), controllers.every(commit, LOGS))
    found = Found.from_json(FOUND.read_text()).renewed(later)
    FOUND.write_text(found.to_json())
    README.write_text(page(README.read_text(), found))
    print(found.to_json())
    return int(later.failed)


def _checked_out() -> str:
    """A commit; dirty when something was changed besides what a run writes."""
    changed = run("git", "status", "--porcelain", "--", ".", f":!{README}", f":!{FOUND}").strip()
    return run("git", "describe", "--always").strip() + ("-dirty" if changed else "")


if __name__ == "__main__":
    sys.exit(main())
