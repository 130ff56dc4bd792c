# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back from the start limit, for systemd before 254, which cannot let the delay between restarts grow.

After five crashes in a row the start limit stops an instance (see pool_unit.py) and OnFailure= starts this unit, which
waits and starts the instance again, and waits longer each time. One unit serves all pools of a host.

systemctl stop of a pool's target does not reach it through the instance: that has failed, so systemd drops its stop as
redundant, and with it the stop of whatever is PartOf= it (transaction_collect_garbage(); seen on 247 and 252). A second
unit, one for each pool in which something rests, is PartOf= the target itself and ends what waits.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import render
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

# A broker that restarts is back within seconds. Five starts under hardening take about half a second of a processor:
# every 40 s that is 1.4 % (measured on systemd 252).
FIRST_WAIT, LONGEST_WAIT = 5, 40
# The loop also sees an instance that fails again at once, while this unit still runs and OnFailure= starts nothing.
#
# A stop leaves the instance inactive. One that ends in SIGKILL or an error leaves it failed, and so does
# RestartPreventExitStatus=. The start limit alone comes after systemd had meant to start the instance again, which
# takes it out of inactivity once more after its process ended (seen on 247 and 252; Result= tells what became of the
# process each time).
LOOP = (
    f'wait={FIRST_WAIT}; [ ! -e "$RUNTIME_DIRECTORY/wait" ] || read -r wait < "$RUNTIME_DIRECTORY/wait";'
    ' at() {{ {systemctl} show --value --property="$2TimestampMonotonic" "$1"; }};'
    ' while sleep $wait; {systemctl} is-failed --quiet "$1"'
    ' && [ "$(at "$1" InactiveExit)" -gt "$(at "$1" ExecMainExit)" ]; do'
    f" [ $wait -ge {LONGEST_WAIT} ] || wait=$((wait * 2));"
    ' echo $wait > "$RUNTIME_DIRECTORY/wait";'
    ' {systemctl} reset-failed "$1"; {systemctl} start --no-block "$1"; done'
)


def start_limit_units(places: Places) -> t.Tuple[WantedFile, ...]:
    return _revival(places), _resting(places)


def _revival(places: Places) -> WantedFile:
    loop = render_argv(["/bin/sh", "-c", LOOP.format(systemctl=places.systemctl), "sh"])
    return WantedFile(
        path=places.unit(f"{marks.START_LIMIT}@.service"),
        text=render(
            {
                "Unit": {
                    "Description": "Start %i again after its start limit",
                    # A stop by hand of the instance that rests, which is failed already, stops this. systemd's own
                    # restarts of the instance restart this too, as often as they happen: a file keeps the wait.
                    "PartOf": "%i",
                    "StartLimitIntervalSec": 0,
                },
                "Service": {
                    "Type": "exec",
                    "ExecStart": f"{loop} %i",
                    "Restart": "on-failure",
                    "RuntimeDirectory": f"{marks.START_LIMIT}-%i",
                    "RuntimeDirectoryPreserve": "restart",
                },
                marks.OWNER_SECTION: {marks.SHARED: True},
            },
            [marks.SHARED_HEADER],
        ),
        mode=0o644,
    )


def _resting(places: Places) -> WantedFile:
    """``%i`` is the name of a pool."""
    return WantedFile(
        path=places.unit(f"{marks.RESTING}@.service"),
        text=render(
            {
                "Unit": {
                    "Description": "Stop instances of %i that wait for start-limit recovery with their pool",
                    "PartOf": unit_name.target("%i"),
                    "StartLimitIntervalSec": 0,
                },
                "Service": {
                    "Type": "oneshot",
                    "RemainAfterExit": True,
                    "ExecStart": "/bin/true",
                    "ExecStop": f"/bin/{places.systemctl} stop {marks.START_LIMIT}@%i@*",
                },
                marks.OWNER_SECTION: {marks.SHARED: True},
            },
            [marks.SHARED_HEADER],
        ),
        mode=0o644,
    )
