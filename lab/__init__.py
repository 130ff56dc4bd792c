# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that run systemd, in containers: for the demo, the tests and the benchmarks."""
