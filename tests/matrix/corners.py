# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m tests.matrix.corners: the oldest and the newest systemd, in minutes, beside all that is tried on one."""

from __future__ import annotations

import sys

from tests.matrix import controllers, targets
from tests.matrix.results import PASSED

# What rests on the most of systemd, as far as it takes seconds: instance sets, files and their judge, and what is left.
CORNERS = dict.fromkeys(("bullseye", "sid"), ("scaling", "bad_input", "removal"))


def main() -> int:
    logs = controllers.HERE / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    columns = targets.tried(CORNERS, "", logs, at_a_time=targets.AT_A_TIME)
    for suite, column in columns.items():
        print(column.title, *(f"{scenario}: {cell}" for scenario, cell in column.cells.items()), sep="\n  ")
        for scenario, cell in column.cells.items():
            if not cell.startswith(PASSED):
                print((logs / f"{suite}-{scenario}.log").read_text())
    return int(any(column.failed for column in columns.values()))


if __name__ == "__main__":
    sys.exit(main())
