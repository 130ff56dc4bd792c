#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The action plugin of this name does the work, on the controller. This file has its documentation.

DOCUMENTATION = r"""
module: status_page
short_description: Write the state of the workers of all hosts as one page
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Writes one file of HTML on the controller from what M(workers.systemd.pools_info) has returned on each host of the
    play. The playbook C(status) calls this module when it gets C(-e page=workers.html).
  - The page loads nothing from elsewhere. It can be opened from the disk, sent by mail, or put on a web server.
  - A grid shows all pools on all hosts. For each instance the page shows the state, since when, the restarts, the
    memory against its limit, the version and the last exit. No secret is on the page.
  - Reads nothing on the hosts and changes nothing there.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
attributes:
  check_mode:
    support: full
    description: Writes no file.
  diff_mode:
    support: none
    description: The page is new each time.
  idempotent:
    support: none
    description: The page has the time in it.
options:
  dest:
    description: The path of the page on the controller. An existing file is replaced.
    type: path
    required: true
  variable:
    description: The variable in which each host of the play has registered the result of M(workers.systemd.pools_info).
    type: str
    required: true
seealso:
  - module: workers.systemd.pools_info
"""

EXAMPLES = r"""
- name: Look at every host
  workers.systemd.pools_info:
  register: workers

- name: Write the page
  workers.systemd.status_page:
    dest: workers.html
    variable: workers
  run_once: true
"""

RETURN = r"""
dest:
  description: The full path of the page.
  returned: success
  type: str
  sample: /home/me/workers.html
"""
