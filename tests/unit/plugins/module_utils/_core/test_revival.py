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
# Stand for programs of these names; the unit is failed as long as there is a file that says so.
STAND_INS = {
    "sleep": "#!/bin/sh\necho sleep >> told\n",
    "systemctl": """#!/bin/sh
echo "$@" >> told
case $1 in
    is-failed) test -e failed ;;
    reset-failed) rm failed ;;
esac
""",
}


def test_the_units_of_pools_name_it() -> None:
    template = UnitText.parse(template_text(mail(), OLD, []))
    (name,) = template.values("Unit", "OnFailure")
    file = UnitName.parse(REVIVAL.path.rpartition("/")[2])
    assert (UnitName.parse(name).prefix, file.instance) == (file.prefix, "")


@pytest.mark.parametrize("failed", [True, False], ids=["what failed", "what was stopped"])
def test_it_waits_and_starts_again_only_what_failed(failed: bool, tmp_path: Path) -> None:
    for name, text in STAND_INS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    if failed:
        (tmp_path / "failed").touch()
    line = UNIT.values("Service", "ExecStart")[-1].replace("%i", "mail@1.service")
    subprocess.run(split_command(line), check=False, cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=9)
    told = (tmp_path / "told").read_text()
    asked = told.index("is-failed --quiet mail@1.service")
    assert "sleep" in told[:asked]
    forgotten, started = (told.find(f"{verb} mail@1.service") for verb in ("reset-failed", "start --no-block"))
    assert asked < forgotten < started if failed else forgotten == started == -1


def test_it_belongs_to_no_pool() -> None:
    assert UNIT.values("X-Workers", "Pool") == []
    assert not REVIVAL.secret
