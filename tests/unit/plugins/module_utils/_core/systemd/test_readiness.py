# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.readiness import (
    awaited_signal,
    awaited_signal_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.builders import mail

CELERY = "/usr/bin/celery -A app worker"

# command, type, stop signal, preset, what is awaited
AWAITED = {
    "the preset says so": ("/srv/app/run", "exec", "SIGTERM", "celery", "SIGTERM"),
    "the command says so": (CELERY, "exec", "SIGTERM", "generic", "SIGTERM"),
    "behind a shell": ("/bin/sh -c 'cd /srv && exec rq worker high'", "simple", "SIGTERM", "", "SIGTERM"),
    "as a module": ("/usr/bin/python3 -m rq worker", "exec", "SIGTERM", "generic", "SIGTERM"),
    "another signal": (CELERY, "exec", "INT", "celery", "SIGINT"),
    "by its number": (CELERY, "exec", "2", "celery", "SIGINT"),
    "one without a name": (CELERY, "exec", "RTMIN+3", "celery", ""),
    "a signal that is none": (CELERY, "exec", "FOO", "celery", ""),
    "one that daemonizes": (CELERY, "forking", "SIGTERM", "", "SIGTERM"),
    "it tells systemd itself": (CELERY, "notify", "SIGTERM", "celery", ""),
    "it ends": (CELERY, "oneshot", "SIGTERM", "celery", ""),
    "a runtime that always handles it": ("/usr/bin/php artisan queue:work", "exec", "SIGTERM", "laravel", ""),
    "nobody knows it": ("/srv/app/run", "exec", "SIGTERM", "generic", ""),
    "a line that does not parse": ("/usr/bin/celery 'worker", "exec", "SIGTERM", "", ""),
}


@pytest.mark.parametrize(("line", "kind", "signal", "preset", "awaited"), AWAITED.values(), ids=AWAITED.keys())
def test_awaited(line: str, kind: str, signal: str, preset: str, awaited: str) -> None:
    assert awaited_signal(line, kind, signal, preset) == awaited


def test_of_somebody_elses_unit() -> None:
    text = f"[Service]\nExecStart={CELERY}\n"
    assert awaited_signal_of(Unit.of("a.service", text)) == "SIGTERM"
    assert awaited_signal_of(Unit.of("a.service", f"{text}Type=notify\n")) == ""
    assert awaited_signal_of(None) == ""


def test_of_a_pool() -> None:
    assert mail().rollout.awaits == ""
    assert mail(preset="rq").rollout.awaits == "SIGTERM"
    assert mail(command=CELERY, unit={"Service": {"KillSignal": "SIGINT"}}).rollout.awaits == "SIGINT"
    assert mail(preset="celery", unit={"Service": {"Type": "notify"}}).rollout.awaits == ""
