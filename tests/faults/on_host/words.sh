# shellcheck shell=sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the scripts of the faults can say.
whole_run() { pkill "-$1" -f '[u]nder_test.py'; }
waiting_process() { pkill "-$1" -o -f '[u]nder_test.py'; }
main_pid() { systemctl show --value -p MainPID "sleeper@$1.service"; }
main_pids() { for i in 1 2 3; do main_pid "$i"; done; }
newest_generation() { ls /var/lib/workers.systemd/generations/sleeper | sort -n | tail -n 1; }
put_tools() { for i in systemctl busctl systemd-run systemd-analyze journalctl; do cp /srv/faults/shim.sh "/srv/faults/bin/$i"; done; }
undoing_process_soon() {
    end=$(($(date +%s) + 8))
    while [ "$(date +%s)" -lt "$end" ]; do
        if pkill "-$1" -f '^[^ ]*python3 -I .*recovery[.]pyz( [^a]|$)'; then return; fi
        sleep 0.01
    done
}
second_run() { python3 /srv/faults/under_test.py < /run/faults/args > /run/faults/second; }
fill() { head -c 16M /dev/zero > "$1/filler" 2> /dev/null; }
fill_inodes() {
    mkdir -p "$1/filler.d"
    i=0
    while true 2> /dev/null > "$1/filler.d/$i"; do i=$((i + 1)); done
}
drain() { rm -rf "$1/filler" "$1/filler.d"; }
start_all() { systemctl start sleeper@1 sleeper@2 sleeper@3; }
