#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the named Debian packages when root; otherwise says what to type.
set -eu
# Targets of make that run side by side may ask at the same time, and apt-get gives up when another one runs.
mkdir -p .cache
exec 9> .cache/install.lock
flock 9
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing system packages: $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
else
    echo "missing system packages, please run: sudo apt-get install $*" >&2
    exit 1
fi
