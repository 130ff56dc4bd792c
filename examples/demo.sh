#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What `make demo` shows, on a lab host that is up.
set -eu
host=$1

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
on_host() { podman exec "$host" "$@"; }
inventory=$(mktemp --suffix=.json)
trap 'rm -f "$inventory"' EXIT
python3 -m lab inventory "$host" > "$inventory"

say 'Prepare the host: accounts, an application, a broker'
ansible-playbook -i "$inventory" examples/prepare.yml

say 'Deploy: ansible-playbook playbooks/deploy.yml -e @examples/workers.yml'
ansible-playbook -i "$inventory" playbooks/deploy.yml -e @examples/workers.yml

say 'Again: nothing to do, nothing restarted'
ansible-playbook -i "$inventory" playbooks/deploy.yml -e @examples/workers.yml

say 'Give them work'
for number in 1 2 3 4 5 6; do
    on_host redis-cli rpush orders "order-$number" > /dev/null
    on_host sh -c "cd /srv/jobs && rq enqueue --quiet --url redis://127.0.0.1:6379 --queue mail mail.send user$number@example.com"
done
sleep 2
echo 'PHP (journalctl WORKERS_POOL=app-queue):'
on_host journalctl --no-pager -o short --lines 6 WORKERS_POOL=app-queue
echo 'RQ (journalctl WORKERS_POOL=mail):'
on_host journalctl --no-pager -o short --lines 9 WORKERS_POOL=mail

say 'Kill a worker with SIGKILL'
podman exec --interactive "$host" python3 - app-queue@1.service < examples/kill_one.py

say 'Status: ansible-playbook playbooks/status.yml'
ansible-playbook -i "$inventory" playbooks/status.yml

say 'Look around'
cat <<EOF
  podman exec -it $host bash                                      # a shell on the host
  podman exec $host systemctl status app-queue.target 'app-queue@*'
  podman exec $host journalctl -f WORKERS_POOL=mail
  podman exec $host systemctl cat app-queue@1
Edit examples/workers.yml and run make demo again: only what changed is restarted.
Clean up with: make demo-clean
EOF
