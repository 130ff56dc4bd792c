# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has been tried: the scenarios on each target, the controller's side on each ansible-core."""
