# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Words of the scripts of damages.py. U is the unit, LOG what its worker writes, WANT what the script is to say of it.

unit() {
    U=$1
    WANT=$2
    LOG=/run/lab/${U%.service}.log
    systemctl stop "$U" 2>/dev/null
    rm -f "$LOG"
}

start() {
    systemctl start "$U" 2>/dev/null
    echo "start rc=$?"
}

# Waits until the worker has said it: on a busy host its interpreter may take long to start.
said() {
    for _ in $(seq 600); do
        grep -qs -- "$1" "$LOG" && return
        sleep 0.1
    done
    echo "never said $1"
}

lost() {
    systemctl stop "$U"
    echo "lost=$(($(grep -c claim "$LOG") - $(grep -c done "$LOG")))"
}

# Says what a command says after so many seconds. On a busy host that may be too early, and it looks again.
after() {
    sleep "$1"
    shift
    for _ in $(seq 200); do
        told=$("$@")
        [ "$told" = "$WANT" ] && break
        sleep 0.1
    done
    echo "$told"
}

show() {
    systemctl show -p "$1" --value "$U"
}

state() {
    show ActiveState
}

restarted() {
    [ "$(show NRestarts)" -gt 0 ] && echo restarted || echo "stays $(state)"
}

storm() {
    [ "$(show NRestarts)" -gt 5 ] && echo many || echo few
}

stop() {
    systemctl stop "$U" 2>/dev/null
}

# What became of the other process of the worker.
child() {
    [ -e "/proc/$(cat "/run/lab/${U%.service}.child")" ] && echo left || echo gone
}

main_name() {
    cat "/proc/$(show MainPID)/comm"
}

socket() {
    [ -e /tmp/lab.sock ] && echo shared || echo hidden
}

complaints() {
    journalctl --sync
    journalctl -q -o cat -u "$U" | grep -c oops
}

lines() {
    wc -l < /run/lab/out
}

as_nobody() {
    runuser -u nobody -- "$@"
}
