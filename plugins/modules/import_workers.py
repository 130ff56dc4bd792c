#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: import_workers
short_description: Write a playbook of the workers that other managers run on a host
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Reads what supervisord, cron, PM2 and hand-made units run on a host, and writes a playbook with the same workers as
    pools and timers on the controller. The playbook C(import) calls this module.
  - Changes nothing on the host. The host only sends the files of the other managers.
  - Reads C(supervisord.conf) with its includes, the crontabs of all users, C(/etc/crontab), C(/etc/cron.d), the scripts
    in C(/etc/cron.daily) and similar directories, C(~/.pm2/dump.pm2) of all users, and services in
    C(/etc/systemd/system). Files of packages are left to their packages.
  - The number of instances is that of the running processes, when supervisord or systemd reports it.
  - Programs in screen or tmux, or behind nohup, are reported, and not imported.
  - C(docs/migrating.md) of this collection explains the comments in the playbook and the next steps.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
attributes:
  check_mode:
    support: full
    description: Reads the host, and writes no file.
  diff_mode:
    support: none
    description: The file of secrets must not be shown.
  idempotent:
    support: none
    description: A second run refuses to write over the files of the first one, unless O(force=true).
options:
  to:
    description: Path of the playbook on the controller.
    type: path
    required: true
  secrets_to:
    description:
      - Path of the file with the secrets on the controller, of mode 0600. The default is C(secrets.yml) next to O(to).
    type: path
  units:
    description:
      - Patterns of the names of services to import, such as V(mail@.service).
      - The default is all services in C(/etc/systemd/system) that are files of the administrator.
    type: list
    elements: str
  ecosystems:
    description:
      - Paths of ecosystem files of PM2 on the host, such as V(/srv/app/ecosystem.config.js).
      - Such a file is a program. The node of the host runs it as the owner of the file, without a network, and with
        nothing to write to. A file of root runs as a user that owns nothing. Name only files that you trust.
      - An app that is in C(~/.pm2/dump.pm2) of the owner too is imported once, with the number of processes that run.
    type: list
    elements: str
    default: []
  force:
    description: Whether to write over files that exist.
    type: bool
    default: false
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.lint_info
"""

EXAMPLES = r"""
- name: Write the playbook of a host that runs supervisord
  workers.systemd.import_workers:
    to: workers.yml
    units: ["mail@.service", "celery*.service"]

- name: Write the playbook of a host that runs PM2
  workers.systemd.import_workers:
    to: workers.yml
    ecosystems: [/srv/app/ecosystem.config.js]
"""

RETURN = r"""
msg:
  description: The number of pools, of timers and of secrets, and the files.
  returned: success
  type: str
  sample: "workers.yml: 3 pools and 2 timers; secrets.yml: 2 secrets"
named:
  description: Things that run on the host and were not imported, each with the reason.
  returned: success
  type: list
  elements: str
refused:
  description: The reasons for which a deploy would refuse pools in the playbook, such as a placeholder for a user.
  returned: success
  type: list
  elements: str
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.look import ecosystems, old_managers

OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "to": {"type": "path", "required": True},
    "secrets_to": {"type": "path", "no_log": False},
    "units": {"type": "list", "elements": "str"},
    "ecosystems": {"type": "list", "elements": "str", "default": []},
    "force": {"type": "bool", "default": False},
}


def main() -> None:
    """Sends the files. The action of the same name writes the playbook."""
    module = Module(OPTIONS, hide=dict)
    with module.telling_problems():
        unknown = module.unknown()
        if unknown:
            raise Problems(unknown)
        rows = ecosystems.read(module.params["ecosystems"])
        found = old_managers.gathered(module.params["units"])
        found["files"] += rows
    module.finish(changed=False, found=found)


if __name__ == "__main__":
    main()
