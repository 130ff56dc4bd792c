#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: env_file
short_description: Manage one environment file for systemd units, exactly quoted and private
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Writes a mapping as a file for C(EnvironmentFile=) of systemd. systemd reads back exactly the given values, also
    with blanks, quotes, backslashes, dollars, hashes, percent signs and newlines.
  - The file is private from its first byte and is replaced as a whole, so a service never reads a part of it.
  - When it replaces a file, it warns about lines that systemd read in a surprising way, such as a comment after a value
    or a name with a dash.
  - Values are never shown. The diff and the result have the names of variables and the change of each.
  - A pool of workers does not need this module for its environment, see M(workers.systemd.pools).
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.file
attributes:
  check_mode:
    support: full
    description: Shows what would change, and changes nothing.
  diff_mode:
    support: full
    description: Shows names of variables, never values.
  idempotent:
    support: full
    description: A second run changes nothing.
options:
  path:
    description: Absolute path of the file. Its directory must exist.
    type: str
    required: true
  variables:
    description:
      - Names and values. Numbers and booleans are written as YAML writes them.
      - The file has these variables and no other.
    type: dict
    default: {}
  state:
    description: Whether the file is there.
    type: str
    choices: [present, absent]
    default: present
  owner:
    description: Name or number of the owner. systemd reads the file as root whatever user the service runs as.
  mode:
    default: "0600"
seealso:
  - module: workers.systemd.pools
"""

EXAMPLES = r"""
- name: Credentials for a unit of another package
  workers.systemd.env_file:
    path: /etc/default/app-worker
    variables:
      REDIS_URL: "{{ vault_redis_url }}"
      GREETING: 'it costs $5, or "50%" of it'

- name: Remove the file
  workers.systemd.env_file:
    path: /etc/default/app-worker
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: always
  type: str
variables:
  description: The change of each variable, by its name, one of V(added), V(changed), V(removed) and V(unchanged).
  returned: success
  type: dict
  sample:
    GREETING: unchanged
    REDIS_URL: changed
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.env_lint import oddities
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import (
    parse_env,
    read_variables,
    render_env,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.diff import env_changes, private_diff
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import path_problems
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module, hidden
from ansible_collections.workers.systemd.plugins.module_utils._host.write import one_file

OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "path": {"type": "str", "required": True},
    "variables": {"type": "dict", "default": {}, "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": "0600"},
}


def wanted_file(module: Module) -> t.Optional[one_file.OneFile]:
    """What the options ask for; ``None`` for no file. Raises ``Problems``."""
    params = module.params
    variables, found = read_variables(params["variables"], "variables")
    problems = [*module.unknown(), *found, *path_problems(params["path"], "path")]
    mode, uid, gid = one_file.read_attributes(params, problems)
    in_the_way = one_file.place_problems(params["path"]) if params["state"] == "present" else []
    if problems or (in_the_way and not module.check_mode):
        raise Problems([*problems, *in_the_way])
    for problem in in_the_way:
        # An earlier task of the same play may be about to make the directory.
        module.warn(f"{problem}; a run would refuse this")
    return one_file.OneFile(render_env(variables), mode, uid, gid) if params["state"] == "present" else None


def main() -> None:
    module = Module(OPTIONS, hide=lambda params: {**params, "variables": hidden(params.get("variables"))})
    with module.telling_problems():
        wanted = wanted_file(module)
        path = module.params["path"]
        seen = one_file.seen(path)
        if wanted and seen and seen != wanted:
            # What services were started with so far may not be what the diff makes one think.
            for one in oddities(seen.text):
                module.warn(f"{path}:{one.line}, as it was: {one.found} ({one.hint})")
        if wanted != seen and not module.check_mode:
            one_file.put(path, wanted)
    before, after = (parse_env(file.text) if file else {} for file in (seen, wanted))
    result = {
        "changed": wanted != seen,
        "path": path,
        "variables": env_changes(before, after),
        **({"diff": private_diff(path, before, after)} if module._diff else {}),
    }
    module.finish(**result)


if __name__ == "__main__":
    main()
