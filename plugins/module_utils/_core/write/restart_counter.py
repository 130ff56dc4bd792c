# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back to a fast restart, for systemd 254 and newer, which lets the delay between restarts grow.

systemd counts restarts for as long as an instance lives and never forgets one by itself (systemd issue 43813): a worker
that crashes, or ends to be recycled, once a day would wait ten seconds each time from the ninth day on. A timer that
serves all pools of a host resets the restart counter of instances that have been stable since the last look.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Sections, render
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

SERVICE = f"{marks.COUNTER_RESET}.service"
TIMER = f"{marks.COUNTER_RESET}.timer"
EVERY_SECONDS = 300
# Below this the delay is shorter than anybody notices, and the count tells something to people.
WORTH_FORGETTING = 5
# `systemctl show` ends each unit but the last with an empty line, and gives its properties in an order of its own.
FORGET = f"""\
now=$(cut -d. -f1 /proc/uptime); \
{{{{ {{systemctl}} show --property=Id,NRestarts,ActiveState,ActiveEnterTimestampMonotonic -- "$@"; echo; }}}} | \
while IFS== read -r key value; do case $key in \
Id) unit=$value;; NRestarts) restarts=$value;; ActiveState) state=$value;; \
ActiveEnterTimestampMonotonic) since=$((value / 1000000));; \
'') [ "$state" = active ] && [ "$restarts" -ge {WORTH_FORGETTING} ] && [ $((now - since)) -ge {EVERY_SECONDS} ] && \
{{systemctl}} reset-failed "$unit";; esac; done; true"""


def restart_counter_units(places: Places, pools: t.Sequence[str]) -> t.Tuple[WantedFile, ...]:
    """The service and its timer for these pools."""
    instances = [unit_name.instance(pool, "*") for pool in sorted(pools)]
    mark = {marks.OWNER_SECTION: {marks.SHARED: True}}
    service: Sections = {
        "Unit": {"Description": "Reset the restart counter of stable workers"},
        "Service": {
            "Type": "oneshot",
            "ExecStart": render_argv(["/bin/sh", "-c", FORGET.format(systemctl=places.systemctl), "sh", *instances]),
            # Without the two lines that systemd would write at every look.
            "LogLevelMax": "notice",
        },
        **mark,
    }
    timer: Sections = {
        "Unit": {"Description": "Look for stable workers with a restart counter to reset"},
        "Timer": {"OnActiveSec": EVERY_SECONDS, "OnUnitActiveSec": EVERY_SECONDS},
        "Install": {"WantedBy": "timers.target"},
        **mark,
    }
    return tuple(
        WantedFile(places.unit(name), render(sections, [marks.SHARED_HEADER]), 0o644)
        for name, sections in ((SERVICE, service), (TIMER, timer))
    )
