# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from concurrent.futures import Future

import pytest

from tests.faults.conftest import Seen
from tests.faults.judge import complaints
from tests.faults.kinds import KINDS


@pytest.mark.parametrize("name", KINDS)
def test_a_host_ends_old_or_new(name: str, seen: t.Dict[str, Future[Seen]]) -> None:
    for one in seen[name].result():
        wrong = list(complaints(KINDS[name], one))
        assert not wrong, f"{name}, at point {one.get('point')}: {'; '.join(wrong)}\n{json.dumps(one, indent=1)}"
