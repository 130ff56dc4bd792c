#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every scenario. A few that fail run once more, one at a time: what a busy machine broke passes then, and is named.
# What failed comes last once more, and a line for each failed test after it: of a log this long the end is what is seen.
set -u -o pipefail

log=.cache/molecule/log
failed_tests=.cache/molecule/failed
failures=.cache/molecule/failures
mkdir -p .cache/molecule
# More than these are no accident.
most_again=4

# Those that take the longest begin first: one that begins last would have the machine for itself at the end.
scenarios=(user_scope agent dead_man hostile_user hostile_files no_lost_jobs liveness hung_jobs draining crash_and_reboot rolling_restart rollback hardening interrupted by_hand
    pause per_instance backlog metrics range kept_number prometheus take_over adopt timers removal recycle alert release bound_to newcomer)
for file in molecule/*/molecule.yml; do
    name=$(basename "$(dirname "$file")")
    case " ${scenarios[*]} " in *" $name "*) ;; *) scenarios+=("$name") ;; esac
done

# A number of scenarios at a time, and their names.
run() {
    local workers=$1
    shift
    rm -f "$failed_tests" "$failures"
    # A standard input of its own: Ansible refuses one that another program has left without blocking.
    molecule -v test "${@/#/--scenario-name=}" --workers="$workers" --continue-on-failure </dev/null 2>&1 | tee "$log"
}

report() {
    if [ -e "$failed_tests" ]; then cat "$failed_tests"; fi
    grep -a -A 6 'fatal:' "$log" | tail -n 14
    grep -a 'CRITICAL' "$log" | cut -c1-300
    if [ -e "$failures" ]; then cat "$failures"; fi
}

# Of a run that was interrupted. Molecule takes its hosts for made, and they may be gone.
molecule reset </dev/null >/dev/null 2>&1

run 5 "${scenarios[@]}" && exit 0
report
read -r -a again <<<"$(sed -n 's/.*Scenarios failed: \([a-z_, ]*\).*/\1/p' "$log" | tail -n 1 | tr -d ,)"
if [ "${#again[@]}" -eq 0 ] || [ "${#again[@]}" -gt "$most_again" ]; then exit 1; fi
echo "Once more, one at a time: ${again[*]}"
if run 1 "${again[@]}"; then
    echo "Passed only when run again: ${again[*]}"
    exit 0
fi
report
exit 1
