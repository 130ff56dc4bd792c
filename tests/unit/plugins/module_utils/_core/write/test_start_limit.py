# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import (
    GROWING_DELAY_SINCE,
    template_text,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.start_limit import start_limit_units
from tests.unit.plugins.module_utils._core.builders import mail

OLD = GROWING_DELAY_SINCE - 1
START_LIMIT, RESTING = start_limit_units(SYSTEM)
UNIT = UnitText.parse(START_LIMIT.text)
# Stand for programs of these names; the unit fails as often as there are lines in a file, a line for each end: when its
# process ended, and when systemd last took the unit out of inactivity.
STAND_INS = {
    "sleep": "#!/bin/sh\necho sleep $1 >> told\n",
    "systemctl": """#!/bin/sh
echo "$@" >> told
case $1 in
    is-failed) test -s failures ;;
    show) read -r ended began < failures
        case $3 in *ExecMainExit*) echo $ended ;; *InactiveExit*) echo $began ;; esac ;;
    reset-failed) sed -i 1d failures ;;
esac
""",
}
LOOK = "is-failed --quiet mail@1.service"
STAMPS = [
    f"show --value --property={name}TimestampMonotonic mail@1.service" for name in ("InactiveExit", "ExecMainExit")
]
AGAIN = [*STAMPS, "reset-failed mail@1.service", "start --no-block mail@1.service"]
AT_ITS_LIMIT, STOPPED_BY_HAND = "2000 2001\n", "2000 1000\n"


def test_the_units_of_pools_name_it() -> None:
    template = UnitText.parse(template_text(mail(), OLD, []))
    (names,) = template.values("Unit", "OnFailure")
    files = [UnitName.parse(file.path.rpartition("/")[2]) for file in (START_LIMIT, RESTING)]
    assert [(UnitName.parse(name).prefix, "") for name in names.split()] == [
        (one.prefix, one.instance) for one in files
    ]


def test_a_stop_of_a_target_ends_what_waits_for_its_pool_and_no_other() -> None:
    """What systemd makes of it: molecule/crash_and_reboot."""
    unit = UnitText.parse(RESTING.text)
    assert unit.values("Unit", "PartOf") == ["%i.target"]
    (stop,) = unit.values("Service", "ExecStop")
    glob = stop.split()[-1].replace("%i", "mail")
    waiting = {pool: f"workers-revival@{pool}@1.service.service" for pool in ("mail", "mail-2", "e-mail", "mai")}
    assert [pool for pool, name in waiting.items() if fnmatchcase(name, glob)] == ["mail"]


@pytest.mark.parametrize(
    ("failures", "waits"),
    [(0, [5]), (1, [5, 10]), (6, [5, 10, 20, 40, 40, 40, 40])],
    ids=["what was stopped stays", "what failed once is started", "what fails again and again waits longer"],
)
def test_it_starts_again_what_failed_and_waits_longer_each_time(
    failures: int, waits: list[int], tmp_path: Path
) -> None:
    assert told_by_the_loop(tmp_path, AT_ITS_LIMIT * failures) == [
        *(line for wait in waits[:-1] for line in (f"sleep {wait}", LOOK, *AGAIN)),
        f"sleep {waits[-1]}",
        LOOK,
    ]


@pytest.mark.parametrize("wait", [20, 40])
def test_it_goes_on_where_it_was_when_systemd_restarts_it(wait: int, tmp_path: Path) -> None:
    (tmp_path / "wait").write_text(f"{wait}\n")
    result = told_by_the_loop(tmp_path, AT_ITS_LIMIT)
    assert [line for line in result if line.startswith("sleep")] == [f"sleep {wait}", "sleep 40"]
    assert (tmp_path / "wait").read_text() == "40\n"


@pytest.mark.parametrize("before", [0, 2], ids=["at first", "after two rounds"])
def test_it_leaves_alone_what_failed_while_it_was_stopped(before: int, tmp_path: Path) -> None:
    result = told_by_the_loop(tmp_path, AT_ITS_LIMIT * before + STOPPED_BY_HAND)
    assert result.count(AGAIN[-1]) == before
    assert result[-3:] == [LOOK, *STAMPS]


def told_by_the_loop(tmp_path: Path, failures: str) -> list[str]:
    """What the loop asks of systemd when the unit fails in these ways."""
    for name, text in STAND_INS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "failures").write_text(failures)
    line = UNIT.values("Service", "ExecStart")[-1].replace("%i", "mail@1.service")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "RUNTIME_DIRECTORY": str(tmp_path)}
    words = [word.replace("$$", "$") for word in split_command(line)]
    subprocess.run(words, check=False, cwd=tmp_path, env=environment, timeout=9)
    return (tmp_path / "told").read_text().splitlines()


def test_they_belong_to_no_pool() -> None:
    for file in (START_LIMIT, RESTING):
        assert UnitText.parse(file.text).values("X-Workers", "Pool") == []
        assert not file.secret
