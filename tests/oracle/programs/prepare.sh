# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
set -e
chmod 0755 /srv/lab /srv/lab/*
ln -sf celery /srv/lab/artisan
ln -sf handler /srv/lab/java
chmod 0777 /run/lab
useradd --create-home --shell /bin/bash lab 2>/dev/null || true
echo 'export LAB=from-bashrc' >> /home/lab/.bashrc
echo 'export LAB=from-profile' > /etc/profile.d/lab.sh
mkdir -p /srv/lab/bin /srv/lab/closed
cp /srv/lab/tell /srv/lab/bin/labtool
chmod 0700 /srv/lab/closed
cp /srv/lab/tell /home/lab/tell
chmod 0755 /home/lab
touch /srv/lab/glob-a /srv/lab/glob-b
cp /bin/sleep /srv/lab/writable
chmod 0777 /srv/lab/writable
cp /bin/sleep /srv/lab/of-lab
chown lab /srv/lab/of-lab
cp /bin/sleep /srv/lab/not-executable
chmod 0644 /srv/lab/not-executable
printf 'APP_KEY=hunter2\n' > /srv/lab/open.env
printf 'APP_KEY=hunter2\n' > /srv/lab/closed.env
printf 'LAB=1\n' > /srv/lab/writable.env
printf 'export LAB=hunter2\n' > /srv/lab/script.env
printf 'LAB=hunter2\n' > /srv/lab/plain.env
printf 'HOSTED=shop\nLAB="${HOSTED} mail"\n' > /srv/lab/refers.env
printf 'LAB=caf\351\n' > /srv/lab/latin.env
printf 'LAB=café\n' > /srv/lab/utf8.env
printf 'LAB=first\nsecond\nlab-mail=hunter2\n' > /srv/lab/ignored.env
printf 'LAB="first\nsecond"\nLAB_MAIL=hunter2\n' > /srv/lab/read.env
printf 'LAB=high  # which\nLAB2="a b" # c\nLAB3=C:\\temp\n' > /srv/lab/otherwise.env
printf 'LAB=high\n# which\n' > /srv/lab/alike.env
printf 'HOSTED=shop\nLAB="shop mail"\n' > /srv/lab/resolved.env
chmod 0600 /srv/lab/*.env
chmod 0644 /srv/lab/open.env
chmod 0666 /srv/lab/writable.env
