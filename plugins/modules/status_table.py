#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The action plugin of this name does the work, on the controller. This file has its documentation.

DOCUMENTATION = r"""
module: status_table
short_description: Show the state of the workers of all hosts as one table
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Prints one table at the terminal from what M(workers.systemd.pools_info) has returned on each host of the play. The
    playbook C(status) calls this module.
  - Each pool has one line. Each instance that is dead, flapping or stale has a line too, but at most five of a pool.
  - The lines have the colours of Ansible when Ansible uses colours.
  - Reads nothing on the hosts and changes nothing there.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.attributes.info_module
options:
  variable:
    description: The variable in which each host of the play has registered the result of M(workers.systemd.pools_info).
    type: str
    required: true
  names:
    description:
      - Show only these pools and timers, with all of their instances.
      - A pool or timer in the manager of a user is C(USER/NAME).
    type: list
    elements: str
    default: []
seealso:
  - module: workers.systemd.pools_info
  - module: workers.systemd.status_page
"""

EXAMPLES = r"""
- name: Look at every host
  workers.systemd.pools_info:
  register: workers

- name: Show all hosts in one table
  workers.systemd.status_table:
    variable: workers
  run_once: true
"""

RETURN = r"""
table:
  description: The lines of the table.
  returned: success
  type: list
  elements: str
"""
