#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# environment.sh DIRECTORY LOCK: a Python environment with exactly the packages of the lock.
set -eu
directory=$1 lock=$2 python=${PYTHON:-python3}
"$python" -c 'import ensurepip, venv' 2>/dev/null || sh tests/install.sh python3-venv
echo "installing $(grep -c '^[a-z].*==' "$lock") Python packages to $directory"
"$python" -m venv "$directory"
# The lock is complete; older pips stumble over extras in it when they resolve on their own.
if command -v uv >/dev/null &&
    uv pip install --quiet --python "$directory/bin/python" --no-deps --require-hashes -r "$lock"; then
    exit
fi
# Python compiles a module at its first import. Most modules of the lock are never imported.
"$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r "$lock"
