# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Words of the scripts of damages.py. U is the unit, LOG what its worker writes.

unit() {
    U=$1
    LOG=/run/lab/${U%.service}.log
    systemctl stop "$U" 2>/dev/null
    rm -f "$LOG"
}

start() {
    systemctl start "$U" 2>/dev/null
    echo "start rc=$?"
}

# Waits until the worker has said it.
said() {
    for _ in $(seq 100); do
        grep -qs -- "$1" "$LOG" && return
        sleep 0.02
    done
    echo "never said $1"
}

lost() {
    systemctl stop "$U"
    echo "lost=$(($(grep -c claim "$LOG") - $(grep -c done "$LOG")))"
}

state() {
    systemctl show -p ActiveState --value "$U"
}

restarted() {
    [ "$(systemctl show -p NRestarts --value "$U")" -gt 0 ] && echo restarted || echo "stays $(state)"
    systemctl stop "$U" 2>/dev/null
}

as_nobody() {
    runuser -u nobody -- "$@"
}
