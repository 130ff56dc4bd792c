# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the program that a host keeps. Its sources come on stdin, as the controller sends them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._host import kept_program

asked = json.load(sys.stdin)
with os.fdopen(kept_program.made_of(asked["sources"], asked["digest"]), "rb") as file:
    file.seek(0)
    Path(__file__).with_name("program.pyz").write_bytes(file.read())
