#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# new_version.sh VERSION: writes a version into the work tree here, and moves the fragments into the changelog. Commits
# and publishes nothing.
set -eu
version=$1
before=$(sed -n 's/^version: //p' galaxy.yml)
if ! echo "$version" | grep -qxE '[0-9]+\.[0-9]+\.[0-9]+'; then
    echo "found the version '$version', expected one such as 1.2.3" >&2
    exit 1
fi
if grep -qs "^  $version:" changelogs/changelog.yaml; then
    echo "changelogs/changelog.yaml has $version already: a version is released once" >&2
    exit 1
fi
if [ ! -e changelogs/changelog.yaml ]; then
    # The first release: what is there came with it.
    grep -rl "^ *version_added: $before\$" plugins | xargs sed -i "s/\( *version_added: \)$before\$/\1$version/"
fi
sed -i "s/^version: .*/version: $version/" galaxy.yml
next=$((${version%%.*} + 1)).0.0
sed -i "s/'workers.systemd:>=[^']*'/'workers.systemd:>=$version,<$next'/" README.md
antsibull-changelog release
