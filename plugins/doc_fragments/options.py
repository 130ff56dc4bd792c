# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules share. A module adds what is its own, such as a default."""

from __future__ import annotations


class ModuleDocFragment:
    FILE = r"""
options:
  owner:
    description: Name or number of the owner.
    type: str
    default: root
  group:
    description: Name or number of the group.
    type: str
    default: root
  mode:
    description: Mode of the file, an octal number as text.
    type: str
"""

    SCOPE = r"""
options:
  scope:
    description: The systemd manager. V(system) is the manager of the host, and V(user) the manager of O(user).
    type: str
    choices: [system, user]
    default: system
  user:
    description: The owner of the manager, with O(scope=user).
    type: str
"""

    TRAPS = r"""
options:
  skip_traps:
    description:
      - Ids of traps that are switched off, such as V(type-simple-hides-failure). A trap is a configuration that systemd
        accepts and that users regret.
      - C(docs/traps.md) of this collection lists all traps.
    type: list
    elements: str
    default: []
"""
