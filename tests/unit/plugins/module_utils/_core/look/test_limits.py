# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.limits import (
    FILES,
    LARGEST_PAGE,
    UNSET,
    in_force,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import LIMITS

# Property, loaded value, what the file says, whether it is in force. Texts are those of Linux 6.12.
FILES_SAY = {
    "memory": ("MemoryMax", 104857600, "104857600\n", True),
    "memory in whole pages": ("MemoryMax", 104857601, "104857600\n", True),
    "memory of before": ("MemoryMax", 104857600, "209715200\n", False),
    "more memory than before": ("MemoryHigh", 209715200, "104857600\n", False),
    "no memory at all": ("MemorySwapMax", 0, "0\n", True),
    "no limit any more": ("MemoryMax", UNSET, "max\n", True),
    "a limit that is gone in the unit alone": ("MemoryMax", UNSET, "104857600\n", False),
    "a limit in the unit alone": ("MemoryMax", 104857600, "max\n", False),
    "tasks": ("TasksMax", 64, "64\n", True),
    "one task less": ("TasksMax", 64, "63\n", False),
    "half a processor": ("CPUQuotaPerSecUSec", 500000, "50000 100000\n", True),
    "half a processor, in another period": ("CPUQuotaPerSecUSec", 500000, "500000 1000000\n", True),
    "a third, which is not exact": ("CPUQuotaPerSecUSec", 330000, "3297 10000\n", True),
    "a quota of before": ("CPUQuotaPerSecUSec", 500000, "20000 100000\n", False),
    "no quota any more": ("CPUQuotaPerSecUSec", UNSET, "max 100000\n", True),
    "a quota that is gone in the unit alone": ("CPUQuotaPerSecUSec", UNSET, "50000 100000\n", False),
    "a quota in the unit alone": ("CPUQuotaPerSecUSec", 500000, "max 100000\n", False),
    "a quota without a period": ("CPUQuotaPerSecUSec", 500000, "50000\n", False),
    "a weight": ("CPUWeight", 50, "50\n", True),
    "a weight of before": ("CPUWeight", 50, "100\n", False),
    "the weight of those without one": ("CPUWeight", UNSET, "100\n", True),
    "a weight that is gone in the unit alone": ("CPUWeight", UNSET, "50\n", False),
    "idle, which is in another file": ("CPUWeight", 0, "100\n", True),
    "a weight of all devices": ("IOWeight", 50, "default 50\n", True),
    "a weight of all devices of before": ("IOWeight", 50, "default 100\n254:0 50\n", False),
    "nothing": ("MemoryMax", 104857600, "", False),
    "no weight": ("IOWeight", 50, "", False),
    "no number": ("TasksMax", 64, "many\n", False),
}


@pytest.mark.parametrize(("name", "loaded", "text", "expected"), FILES_SAY.values(), ids=FILES_SAY.keys())
def test_a_file_goes_by_the_loaded_value_or_not(name: str, loaded: int, text: str, expected: bool) -> None:
    assert in_force(name, loaded, text) is expected


@given(st.sampled_from(("MemoryMax", "MemoryHigh", "MemorySwapMax")), st.integers(0, 2**60), st.integers(0, 2**60))
def test_memory_is_in_force_within_a_page(name: str, loaded: int, said: int) -> None:
    assert in_force(name, loaded, f"{said}\n") is (said <= loaded < said + LARGEST_PAGE)


def test_every_limit_that_restarts_nobody_is_looked_at() -> None:
    assert {"CPUQuota" if name == "CPUQuotaPerSecUSec" else name for name in FILES} == LIMITS
