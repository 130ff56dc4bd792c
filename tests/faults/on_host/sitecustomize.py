# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python on the lab host imports the collection from the program that a host keeps, as in a run of Ansible."""

from __future__ import annotations

import os

from ansible_collections.workers.systemd.plugins.module_utils._host import compiled

compiled.use(f"{os.path.dirname(__file__)}/program.pyz")
