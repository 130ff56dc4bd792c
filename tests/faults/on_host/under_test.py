# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module `pools` in a process of its own, as Ansible starts it; its arguments come on stdin as JSON."""

from __future__ import annotations

import os
import runpy
import sys

from ansible.module_utils import basic

from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

MODULE = "ansible_collections.workers.systemd.plugins.modules.pools"

if __name__ == "__main__":
    # The collection looks for tools where systemd does. The driver has put its own in front of them.
    vars(commands)["SERVICE_PATH"] = os.environ["PATH"]
    basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
    basic._ANSIBLE_PROFILE = "modern"
    runpy.run_module(MODULE, run_name="__main__", alter_sys=True)
