# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many there are, wherever a guide says so in figures: ``make pages`` writes the numbers anew."""

from __future__ import annotations

import re

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.table import TRAPS
from tests.corpus.bad import BAD
from tests.faults.kinds import KINDS
from tests.helpers.examples import GUIDES, ROOT

PAGES = tuple(path for pattern in GUIDES for path in sorted(ROOT.glob(pattern)))
COUNTS = {"traps": len(TRAPS), "kinds of faults": len(KINDS), "bad units": len(BAD)}
TOLD = re.compile(rf"\b[0-9]+(?=\s({'|'.join(what.replace(' ', '[ ]') for what in COUNTS)})\b)")


def page(now: str) -> str:
    """The text of a page with the numbers as they are."""
    return TOLD.sub(lambda result: str(COUNTS[result[1]]), now)


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(page(path.read_text()))
