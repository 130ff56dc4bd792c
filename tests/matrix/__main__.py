# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m tests.matrix: tries everything and writes the tables of the README; takes two hours.

MATRIX_SUITES and MATRIX_CORES ask for some of it, such as "bullseye sid" and "2.17"; what was found is then printed
only. Logs are in .cache/matrix/logs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lab.shell import run
from tests.matrix import controllers, targets
from tests.matrix.results import BEGIN, END, Found, page

README = Path("README.md")
LOGS = controllers.HERE / "logs"


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    commit = run("git", "rev-parse", "--short", "HEAD").strip()
    found = Found(commit, targets.every(LOGS), controllers.every(LOGS))
    print(page(BEGIN + END, found))
    if not {"MATRIX_SUITES", "MATRIX_CORES"} & set(os.environ):
        README.write_text(page(README.read_text(), found))
    return int(found.failed)


if __name__ == "__main__":
    sys.exit(main())
