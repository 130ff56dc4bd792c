#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Stands first in the PATH of the run under test, under the name of every tool that it calls. Notes the call; when it is
# the call that was chosen, the fault happens here. It may end the call, or let it go on to the real tool.
here=/run/faults
tool=${0##*/}
line="$tool $*"
# What a fault does is not a call of the run.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
really() { "$tool" "$@"; }

case $line in
    # These come by the clock.
    "systemctl restart workers-dead-man.timer") exec "$tool" "$@" ;;
esac
printf '%s\n' "$line" >> $here/calls

if [ -f $here/armed ]; then
    . $here/armed
    # PATTERN is one of case, N is the number of the call that matches, fault is what happens.
    # shellcheck disable=SC2254
    case $line in
        $PATTERN)
            n=1
            set -C
            while ! true 2> /dev/null > "$here/hit.$n"; do n=$((n + 1)); done
            set +C
            if [ "$n" -eq "$N" ]; then fault "$@"; fi
            ;;
    esac
fi
exec "$tool" "$@"
