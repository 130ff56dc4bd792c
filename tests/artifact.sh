#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# artifact.sh [FILE]: builds the collection, or takes a file that was built, installs it into an empty collections path,
# and uses it from somebody else's playbook.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
work=.cache/artifact
host=workers-artifact
file=${1:-}
rm -rf "$work"
mkdir -p "$work/source" "$work/collections"
# An empty path: nothing of this repository, and no other collection but those of the Python package `ansible`.
export ANSIBLE_COLLECTIONS_PATH="$root/$work/collections"
if [ -z "$file" ]; then
    # What is tracked is what is built, whatever else lies here.
    git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents --target-directory="$work/source"
    ansible-galaxy collection build --output-path "$work" "$work/source"
    file=$(echo "$work"/workers-systemd-*.tar.gz)
fi
ansible-galaxy collection install --offline "$file"

installed="$work/collections/ansible_collections/workers/systemd"
for left_out in .venv .cache molecule lab tests/benchmarks; do
    if [ -e "$installed/$left_out" ]; then echo "the artifact holds $left_out" >&2; exit 1; fi
done

cat > "$work/somebody.yml" <<'EOF'
- name: Somebody else's playbook
  hosts: all
  gather_facts: false
  module_defaults:
    group/workers.systemd.workers: {}
  roles:
    - role: workers.systemd.workers
      workers_pools:
        - name: sleeper
          command: [/bin/sleep, infinity]
          instances: 2
          rollout: {min_healthy_time: 500ms}
  tasks:
    - name: An environment file
      workers.systemd.env_file:
        path: /etc/default/somebody
        variables: {A: b}

    - name: A unit
      workers.systemd.unit_file:
        name: somebody.target
        sections: {Unit: {Description: Somebody}}

    - name: How they are
      workers.systemd.pools_info:
      register: before

    - name: A third one, and a secret
      workers.systemd.pools:
        pools:
          - name: sleeper
            command: [/bin/sleep, infinity]
            instances: 3
            secrets: {TOKEN: hunter2}
            rollout: {min_healthy_time: 500ms}
      diff: true
      register: deployed

    - name: How they are now
      workers.systemd.pools_info:
      register: after

    - name: All run, each one anew, and the secret is told nobody
      ansible.builtin.assert:
        that:
          - before.pools.sleeper.summary.running == 2
          - after is workers.systemd.settled
          - after is not workers.systemd.same_processes(before)
          - after.pools.sleeper is workers.systemd.same_processes(after.pools.sleeper)
          - deployed is not workers.systemd.showing('hunter2')
EOF
python3 -m lab up "$host"
trap 'cd "$root" && python3 -m lab down "$host"' EXIT
python3 -m lab inventory "$host" > "$work/inventory.json"
cd "$work"
ansible-playbook -i inventory.json somebody.yml
for playbook in status remove; do
    ansible-playbook -i inventory.json "workers.systemd.$playbook" -e pools=sleeper
done
ansible-doc -t module workers.systemd.pools > /dev/null
ansible-doc -t role workers.systemd.workers > /dev/null
ansible-doc -t role workers.systemd.workers | grep -q workers_pools
