# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  platform:
    support: full
    platforms: linux
    description: Runs on Linux with systemd.
"""

    ACTIONGROUP_WORKERS = r"""
attributes:
  action_group:
    support: full
    description: Use C(group/workers.systemd.workers) in C(module_defaults).
    membership:
      - workers.systemd.workers
"""

    # What only reads.
    INFO_MODULE = r"""
attributes:
  check_mode:
    support: full
    description: Changes nothing.
  diff_mode:
    support: none
    description: Changes nothing.
  idempotent:
    support: full
    description: Changes nothing.
"""
