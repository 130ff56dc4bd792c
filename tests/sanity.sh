#!/bin/sh
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ansible-test sanity, on what is built: it wants a real ansible_collections tree, and no file that is not the collection's.
set -eu
cd "$(dirname "$0")/.."
export HOME="$PWD/.cache/sanity/home"
copy=.cache/sanity/ansible_collections/workers/systemd
rm -rf .cache/sanity
mkdir -p "$copy" "$HOME/.ansible/test/cache"
mkdir .cache/sanity/source
git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents --target-directory=.cache/sanity/source
ansible-galaxy collection build --output-path .cache/sanity .cache/sanity/source
tar -xzf .cache/sanity/workers-systemd-*.tar.gz -C "$copy"

# ansible-test bootstraps pip in its virtual environments with a script from one server on the internet, kept under a
# name with pip's version. Python brings pip itself.
version=$(python -c 'from ansible_test._internal.python_requirements import collect_bootstrap as b
from ansible_test._internal.host_configs import VirtualPythonConfig as c
print(b(c(version="3.11"))[0].pip_version.replace(".", "_"))')
printf 'import ensurepip\nensurepip.bootstrap(upgrade=True)\n' > "$HOME/.ansible/test/cache/get_pip_$version.py"

# ansible-test takes every interpreter it finds, and pyenv's shims fail for those that are not selected.
if command -v pyenv > /dev/null; then
    found=$(dirname "$(command -v python)")
    for version in $(pyenv versions --bare); do
        found="$found:$(pyenv prefix "$version")/bin"
    done
    export PATH="$found:$PATH"
fi

cd "$copy"
git init --quiet .
mkdir -p .git/info
echo /tests/output/ > .git/info/exclude
git add .
# Without --venv it would install its own requirements into ours.
exec ansible-test sanity --venv --color no "$@"
