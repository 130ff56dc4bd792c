# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed, always as a ratio against a peer or the floor that ran in turn on the same host."""
