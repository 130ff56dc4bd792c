# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises that need a real machine: cgroup v2, a real boot, and a disk that loses data without a flush."""
