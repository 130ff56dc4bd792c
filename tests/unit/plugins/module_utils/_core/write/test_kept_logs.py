# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.write import kept_logs
from tests.unit.plugins.module_utils._core.builders import mail, report, unit_of, written

PATH = "/etc/systemd/journald@workers-mail.conf"
# The time that is asked for, then that of a file, and that of the oldest line.
KEPT = {
    "a week": ("7d", "60480s", "665280s"),
    "the shortest time": ("1min", "6s", "66s"),
    "a part of a second": ("62.3s", "6s", "68s"),
}


@pytest.mark.parametrize(("keep", "in_a_file", "oldest"), KEPT.values(), ids=KEPT.keys())
def test_keeps_at_least(keep: str, in_a_file: str, oldest: str) -> None:
    (file,) = [file for file in written(mail(logs={"keep": keep})).files if file.path == PATH]
    assert file.mode == 0o644
    assert file.text.splitlines()[1:] == [
        "",
        "[Journal]",
        f"MaxRetentionSec={oldest}",
        f"MaxFileSec={in_a_file}",
        "",
        "[X-Workers]",
        "Pool=mail",
    ]


def test_the_unit_does_not_know_the_time() -> None:
    week, day = (written(mail(instances=1, logs={"keep": keep})) for keep in ("7d", "1d"))
    assert unit_of(week, "1").values("Service", "LogNamespace") == ["workers-mail"]
    assert unit_of(week, "1").text == unit_of(day, "1").text
    assert week.generation == day.generation


def test_a_size_is_in_bytes_and_restarts_no_instance() -> None:
    logs = {"keep": "7d", "at_most": "1G"}
    sized, plain = written(mail(instances=1, logs=logs)), written(mail(instances=1, logs={"keep": "7d"}))
    (text,) = [file.text for file in sized.files if file.path == PATH]
    assert text.splitlines()[3:6] == ["MaxRetentionSec=665280s", "MaxFileSec=60480s", "SystemMaxUse=1073741824"]
    assert unit_of(sized, "1").text == unit_of(plain, "1").text
    assert sized.generation == plain.generation


def test_a_timer_has_its_own() -> None:
    paths = [file.path for file in written(report(logs={"keep": "1d"})).files]
    assert kept_logs.path(SYSTEM, "report") in paths


def test_without_it_there_is_no_file() -> None:
    assert PATH not in [file.path for file in written(mail(logs={"burst": 1})).files]
