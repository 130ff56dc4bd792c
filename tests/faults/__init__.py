# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of many kinds, injected into deploys on real systemd: a host ends old or new, and the next run converges."""
