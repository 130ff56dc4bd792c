#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _kept_program
short_description: Internal, runs another module of this collection without sending it
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - The action plugins of this collection call this module. Playbooks call the other modules.
  - A host with pools keeps the code of the collection, compiled, in C(/var/lib/workers.systemd/recovery.pyz).
  - When that code is the same as on the controller, this module runs another module from there. Otherwise it does
    nothing, and the action plugin calls it again with the code.
extends_documentation_fragment:
  - workers.systemd.attributes
attributes:
  check_mode:
    support: full
    description: As the module that it runs.
  diff_mode:
    support: full
    description: As the module that it runs.
  idempotent:
    support: full
    description: As the module that it runs.
options: {}
"""

EXAMPLES = r"""
- name: Playbooks call the other modules, whose action plugins call this one
  workers.systemd.pools_info:
"""

RETURN = r"""
lacks:
  description: The digest of the code that the host does not keep. Otherwise the result is that of the other module.
  returned: when the host does not keep the code
  type: str
  sample: 1f0c5a8e2c0b54b1f2c1d3c4a5b69788796a5b4c3d2e1f00112233445566778f
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._host import kept_program
from ansible_collections.workers.systemd.plugins.module_utils._host.files import remove_own_file


class Asking(AnsibleModule):
    """``asked`` is what the action plugin writes. It is no option, because playbooks do not write it.

    ``{"module": "pools", "digest": "1f0c...", "options": {...}}``, and ``sources`` for a host that does not keep them.
    """

    def _load_params(self) -> None:
        super()._load_params()
        self.asked: t.Any = self.params.pop("_kept", None)

    def log(self, *args: t.Any, **options: t.Any) -> None:
        """Writes nothing to syslog: the options of the other module have secrets in them (_host/frame/module.py)."""

    def _log_invocation(self) -> None:
        """The same."""


def main() -> None:
    module = Asking(argument_spec={}, supports_check_mode=True)
    if not module._keep_remote_files:
        remove_own_file()
    asked = module.asked
    if asked is None:
        module.fail_json(msg="This module is internal. Call workers.systemd.pools or another module of the collection.")
    program = (
        kept_program.made_of(asked["sources"], asked["digest"])
        if "sources" in asked
        else kept_program.find(SYSTEM.recovery_program, asked["digest"])
    )
    if program is None:
        module.exit_json(changed=False, lacks=asked["digest"], invocation={})
    else:
        kept_program.run(program, asked["module"])


if __name__ == "__main__":
    main()
