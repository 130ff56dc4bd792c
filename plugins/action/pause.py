# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of the module of this name."""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.plugin_utils.following import Following as ActionModule

__all__ = ["ActionModule"]
