# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import settings

# For the inner loop (`make check`); `make test` tries five times as many cases of each property.
settings.register_profile("quick", settings.get_profile("ci"), max_examples=20)
