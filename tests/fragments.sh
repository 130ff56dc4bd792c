#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Ansible's markup of documentation, such as C(code), stays in a changelog as it is written.
set -eu
cd "$(dirname "$0")/.."
if grep -rsnE '\b(C|E|M|O|P|RV|V)\(' changelogs/fragments; then
    echo "a fragment is reStructuredText: code stands between two backquotes on each side" >&2
    exit 1
fi
