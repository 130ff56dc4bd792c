#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every scenario. What failed comes last once more, and a line for each failed test after it: of a log this long the end
# is what is seen.
set -u -o pipefail

log=.cache/molecule/log
failed_tests=.cache/molecule/failed
failures=.cache/molecule/failures
mkdir -p .cache/molecule
rm -f "$failed_tests" "$failures"

# Those that take the longest begin first: one that begins last would have the machine for itself at the end.
scenarios=(user_scope dead_man hostile_user no_lost_jobs draining crash_and_reboot rolling_restart rollback hardening interrupted by_hand
    pause per_instance backlog metrics range prometheus take_over adopt timers removal liveness recycle alert release bound_to newcomer)
for file in molecule/*/molecule.yml; do
    name=$(basename "$(dirname "$file")")
    case " ${scenarios[*]} " in *" $name "*) ;; *) scenarios+=("$name") ;; esac
done

# A standard input of its own: Ansible refuses one that another program has left without blocking.
molecule -v test "${scenarios[@]/#/--scenario-name=}" --workers=4 --continue-on-failure </dev/null 2>&1 | tee "$log" && exit 0
if [ -e "$failed_tests" ]; then cat "$failed_tests"; fi
grep -a -A 6 'fatal:' "$log" | tail -n 14
grep -a 'CRITICAL' "$log" | cut -c1-300
if [ -e "$failures" ]; then cat "$failures"; fi
exit 1
