# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.kept_logs import (
    left_behind,
    namespace_of,
    on_disk,
)
from tests.unit.plugins.module_utils._core.builders import in_place, mail, written

KEEPING, PLAIN = mail(logs={"keep": "7d"}), mail()


def test_the_first_namespace_brings_the_journal_of_the_host_to_the_disk() -> None:
    (warning,) = on_disk([KEEPING, PLAIN], stored=False)
    assert warning.startswith("pools[0] (mail).logs.keep: the journal of the whole host is on the disk from now on")
    assert list(on_disk([KEEPING, PLAIN], stored=True)) == []


def test_a_pool_that_goes_leaves_its_lines() -> None:
    gone = {"mail": in_place(written(KEEPING)), "news": ObservedPool()}
    (warning,) = left_behind(SYSTEM, gone)
    assert warning == (
        "mail: its logs stay on the host. This removes them: "
        "systemctl stop systemd-journald@workers-mail.service; rm -r /var/log/journal/*.workers-mail"
    )


def test_the_files_tell_the_namespace() -> None:
    assert namespace_of(SYSTEM, "mail", in_place(written(KEEPING))) == "workers-mail"
    assert namespace_of(SYSTEM, "mail", in_place(written(PLAIN))) == ""
