# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the findings of the module of this name, where it is asked to."""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.plugin_utils.showing import Showing


class ActionModule(Showing):
    lines = "lines"
