#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# recording.sh PICTURE: a real run of the demo on a new host, as an animated picture.
set -eu
cd "$(dirname "$0")/.."
picture=$1 host=workers-demo tools=.cache/recording
if ! cmp -s requirements-recording.txt "$tools/installed"; then
    sh tests/environment.sh "$tools" requirements-recording.txt
    cp requirements-recording.txt "$tools/installed"
fi
# A host that has the pools already would show a deploy that has nothing to do.
python3 -m lab down "$host"
python3 -m lab up "$host" --suite demo
# The recorder ends when its input ends, so it gets one that does not. The demo reads nothing.
rm -f "$tools/input"
mkfifo "$tools/input"
exec 3<>"$tools/input"
TERM=xterm-256color "$tools/bin/termtosvg" record "$tools/demo.cast" --screen-geometry 120x34 \
    --command "sh examples/demo.sh $host" <&3
grep -q 'make demo-clean' "$tools/demo.cast" || { echo "the demo did not come to its end" >&2; exit 1; }
"$tools/bin/termtosvg" render "$tools/demo.cast" "$picture" --template window_frame \
    --min-frame-duration 100 --max-frame-duration 2000 --loop-delay 5000
