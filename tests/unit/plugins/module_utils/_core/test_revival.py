# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.pool_unit import (
    GROWING_DELAY_SINCE,
    template_text,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.revival import revival_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.units import UnitName
from tests.unit.plugins.module_utils._core.builders import mail

OLD = GROWING_DELAY_SINCE - 1
REVIVAL = revival_unit(SYSTEM)
UNIT = UnitText.parse(REVIVAL.text)
# Stand for programs of these names; the unit fails as often as there are lines in a file.
STAND_INS = {
    "sleep": "#!/bin/sh\necho sleep $1 >> told\n",
    "systemctl": """#!/bin/sh
echo "$@" >> told
case $1 in
    is-failed) test -s failures ;;
    reset-failed) sed -i 1d failures ;;
esac
""",
}
LOOK, AGAIN = "is-failed --quiet mail@1.service", ["reset-failed mail@1.service", "start --no-block mail@1.service"]


def test_the_units_of_pools_name_it() -> None:
    template = UnitText.parse(template_text(mail(), OLD, []))
    (name,) = template.values("Unit", "OnFailure")
    file = UnitName.parse(REVIVAL.path.rpartition("/")[2])
    assert (UnitName.parse(name).prefix, file.instance) == (file.prefix, "")


@pytest.mark.parametrize(
    ("failures", "waits"),
    [(0, [5]), (1, [5, 10]), (6, [5, 10, 20, 40, 40, 40, 40])],
    ids=["what was stopped stays", "what failed once is started", "what fails again and again waits longer"],
)
def test_it_starts_again_what_failed_and_waits_longer_each_time(
    failures: int, waits: list[int], tmp_path: Path
) -> None:
    for name, text in STAND_INS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "failures").write_text("failed\n" * failures)
    line = UNIT.values("Service", "ExecStart")[-1].replace("%i", "mail@1.service")
    words = [word.replace("$$", "$") for word in split_command(line)]
    subprocess.run(words, check=False, cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=9)
    *again, last = [[f"sleep {wait}", LOOK] for wait in waits]
    expected = [line for started in again for line in (*started, *AGAIN)] + last
    assert (tmp_path / "told").read_text().splitlines() == expected


def test_it_belongs_to_no_pool() -> None:
    assert UNIT.values("X-Workers", "Pool") == []
    assert not REVIVAL.secret
