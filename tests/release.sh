#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the collection as it would be released and has galaxy-importer judge it. Publishes nothing.
# `release.sh final` wants a committed work tree whose changelog has the version. `release.sh 1.0.0` tries this version in
# a scratch copy. Without an argument, the scratch copy gets the version of galaxy.yml.
set -eu
cd "$(dirname "$0")/.."
work=.cache/release
mode=${1:-}
version=$(sed -n 's/^version: //p' galaxy.yml)
refuse() {
    echo "not released: $1" >&2
    exit 1
}

if [ "$mode" = final ]; then
    [ -z "$(git status --porcelain)" ] || refuse "the work tree has changes that are not committed"
    grep -qs "^  $version:" changelogs/changelog.yaml ||
        refuse "changelogs/changelog.yaml has no $version: run make version VERSION=$version, and commit"
else
    version=${mode:-$version}
fi

sh tests/fragments.sh || refuse "a fragment is wrong"

rm -rf "$work/source" "$work"/*.tar.gz
mkdir -p "$work/source"
git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents --target-directory="$work/source"
if ! grep -qs "^  $version:" changelogs/changelog.yaml; then
    root=$PWD
    (cd "$work/source" && sh "$root/tests/new_version.sh" "$version")
fi
# Every punctuation mark has a backslash in it.
sed 's/\\//g' "$work/source/CHANGELOG.md" | grep -qx "## v$version" || refuse "CHANGELOG.md does not tell of $version"
ansible-galaxy collection build --output-path "$work" "$work/source"

# An environment of its own: the importer holds back versions that ours are past.
if ! cmp -s requirements-release.txt "$work/venv/installed"; then
    python3 -m venv --clear "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r requirements-release.txt
    cp requirements-release.txt "$work/venv/installed"
fi
printf '[galaxy-importer]\nCHECK_REQUIRED_TAGS = True\nCHECK_CHANGELOG = True\n' > "$work/importer.cfg"
(
    # Nothing of this repository but the artifact.
    cd "$work"
    unset ANSIBLE_COLLECTIONS_PATH
    export PATH="$PWD/venv/bin:$PATH" GALAXY_IMPORTER_CONFIG="$PWD/importer.cfg"
    python -m galaxy_importer.main "workers-systemd-$version.tar.gz"
) > "$work/importer.log" 2>&1 || refuse "$(cat "$work/importer.log")"
if grep -E '^(WARNING|ERROR)' "$work/importer.log"; then refuse "galaxy-importer complains"; fi
echo "$work/workers-systemd-$version.tar.gz is good. It is not published."
