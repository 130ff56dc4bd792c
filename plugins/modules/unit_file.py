#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: unit_file
short_description: Manage one unit file or drop-in of systemd
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Writes a unit of any type, or a drop-in for one, to C(/etc/systemd/system), from sections or from text.
  - Before the file changes, the module checks it together with the other files of its unit on the host. It uses the
    list of directives of the target's own systemd and its C(systemd-analyze verify). A setting that systemd would
    ignore or refuse is refused, also in check mode. A missing program is a warning.
  - The module runs a daemon-reload when it is needed, also when an earlier run was interrupted before it. It does not
    start or restart the unit.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.options.traps
  - workers.systemd.options.file
attributes:
  check_mode:
    support: full
    description: Shows what would change, and changes nothing.
  diff_mode:
    support: full
    description: Shows the text of the file before and after.
  idempotent:
    support: full
    description: A second run changes nothing and reloads nothing.
options:
  name:
    description: Name of the unit with its type, such as V(backup.timer) or the template V(mail@.service).
    type: str
    required: true
  drop_in:
    description: Name of a drop-in of the unit, with or without C(.conf). The unit itself may be from a package.
    type: str
  sections:
    description:
      - Sections with their directives, in the order in which they are written to the file.
      - A list repeats the directive. A boolean is V(yes) or V(no). An empty text resets a list.
      - Required when O(state=present), unless O(content) is given.
    type: dict
  content:
    description: The text of the file, written unchanged.
    type: str
  state:
    description: Whether the file exists. A running unit keeps running when its file is removed.
    type: str
    choices: [present, absent]
    default: present
  daemon_reload:
    description: Whether to run a daemon-reload when this file is newer than the version that systemd has loaded.
    type: bool
    default: true
  mode:
    default: "0644"
seealso:
  - module: workers.systemd.pools
"""

EXAMPLES = r"""
- name: A timer for a service
  workers.systemd.unit_file:
    name: nightly-backup.timer
    sections:
      Unit:
        Description: Nightly backup
      Timer:
        OnCalendar: "03:00"
        Persistent: true
      Install:
        WantedBy: timers.target

- name: More memory for a service of another package
  workers.systemd.unit_file:
    name: redis-server.service
    drop_in: 50-limits
    sections:
      Service:
        MemoryMax: 2G
        LimitNOFILE: 65535
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
daemon_reloaded:
  description: Whether a daemon-reload was done; in check mode, whether it would be done.
  returned: success
  type: bool
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.table import unknown_ids
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.diff import file_diff
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.unit_spec import understand_unit
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.runs import unit_file
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.write import one_file

OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "drop_in": {"type": "str"},
    "sections": {"type": "dict"},
    "content": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "daemon_reload": {"type": "bool", "default": True},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": "0644"},
    "skip_traps": {"type": "list", "elements": "str", "default": []},
}


def understood(module: Module) -> unit_file.UnitOrder:
    """Returns the order in the options, with all problems of the input. A run adds the problems of the host."""
    spec, problems = understand_unit(module.params)
    more = unknown_ids(module.params["skip_traps"], "skip_traps")
    mode, uid, gid = one_file.read_attributes(module.params, more)
    return unit_file.UnitOrder(
        spec,
        wanted=None if spec.text is None else one_file.OneFile(spec.text, mode, uid, gid),
        problems=(*module.unknown(), *problems, *more),
        flawed=bool(problems),
        skip_traps=module.params["skip_traps"],
        may_reload=module.params["daemon_reload"],
    )


def main() -> None:
    module = Module(OPTIONS, hide=dict)
    with module.telling_problems():
        order, manager = understood(module), Manager(commands.run, SYSTEM)
        decision = unit_file.decide(order, manager)
        for warning in decision.warnings:
            module.warn(warning)
        if not module.check_mode:
            unit_file.act(decision, manager)
    before, after = (file.text if file else None for file in (decision.seen, decision.wanted))
    path = decision.spec.path
    diff = {"diff": file_diff(path, before, after)} if module._diff else {}
    module.finish(changed=decision.changes, path=path, daemon_reloaded=decision.reload, **diff)


if __name__ == "__main__":
    main()
