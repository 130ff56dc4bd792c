# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Words of the scripts of changes.py. U is the unit, P the first part of its name, which its files in DIR carry.

DIR=/run/effects

unit() {
    U=$1
    P=${U%@*}
}

show() {
    systemctl show -p "$1" --value "$U"
}

pid() {
    show MainPID
}

killed() {
    systemctl kill -s "${1:-KILL}" "$U" 2>/dev/null
}

# Each death is followed by a restart, if there is one at all.
dies_often() {
    for _ in 1 2 3 4; do
        killed
        sleep 0.4
    done
}

stops() {
    systemctl stop --no-block "$U"
}

state() {
    show ActiveState
}

# How the main process ended.
ended() {
    cat "$DIR/$P.ended" 2>/dev/null || echo runs
}

# What a command of the unit wrote.
wrote() {
    cat "$DIR/$P.wrote" 2>/dev/null || echo nothing
}

# Of the process that KillMode= is about.
child() {
    kill -0 "$(cat "$DIR/$P.child")" 2>/dev/null && echo left || echo gone
}

environ() {
    tr '\0' '\n' < "/proc/$(pid)/environ" | grep "^$1="
}

status() {
    awk -v key="$1:" '$1 == key {print $2}' "/proc/$(pid)/status"
}

# A number that the kernel goes by: from cgroup v1, from v2, or, where neither is in force, from the loaded unit.
kernel() {
    group=$(show ControlGroup)
    if [ -e "/sys/fs/cgroup/${1%%/*}$group/${1#*/}" ]; then
        cat "/sys/fs/cgroup/${1%%/*}$group/${1#*/}"
    elif [ -e "/sys/fs/cgroup$group/$2" ]; then
        cat "/sys/fs/cgroup$group/$2"
    else
        show "$3"
    fi
}

# 20000 us of 100000, or 200ms of a second.
per_cent() {
    awk '{sub(/0ms$/, ""); print ($1 > 1000 ? $1 / 1000 : $1)}'
}

# In v1 a weight of 100 is 1024 shares.
weight() {
    awk '{print ($1 > 500 ? $1 * 100 / 1024 : $1)}'
}
