#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The worker: its only argument is its version, and a version can be made bad while it runs or before.
if [ -e "/run/faults/bad-$1" ]; then
    sleep 0.05
    exit 1
fi
if [ -n "$WATCHDOG_USEC" ]; then
    systemd-notify --ready
    while sleep 10; do systemd-notify WATCHDOG=1; done &
fi
sleep infinity &
wait
