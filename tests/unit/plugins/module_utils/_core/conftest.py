# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail.
# They complain of slow examples, by chance, and not of the code.
ABOUT_SPEED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
settings.register_profile("core", deadline=None, suppress_health_check=ABOUT_SPEED)
settings.load_profile("core")
