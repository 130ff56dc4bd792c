# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs take their code from the host, unless another user could have put that code there."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost

PROGRAM = "/var/lib/workers.systemd/recovery.pyz"
HOME = "/srv/hostile"
POOL = {"name": "sleeper", "command": ["/bin/sleep", "infinity"], "user": "app"}
# The program that the host keeps, in which one module is another.
PLANT = f"""python3 - <<'SCRIPT'
import marshal, zipfile
kept = zipfile.ZipFile("{PROGRAM}")
with zipfile.ZipFile("{HOME}/program", "w") as planted:
    planted.comment = kept.comment
    for name in kept.namelist():
        data = kept.read(name)
        if name.startswith("compiled."):
            codes = marshal.loads(data)
            (path,) = [one for one in codes if one.endswith("/modules/pools.py")]
            codes[path] = marshal.dumps(compile("open('{HOME}/ran', 'w')", path, "exec"))
            data = marshal.dumps(codes)
        planted.writestr(name, data)
SCRIPT
rm {PROGRAM}
"""
PLANTED = {
    "a file of another user": f"mv {HOME}/program {PROGRAM}; chown app {PROGRAM}",
    "a file that a group can write": f"mv {HOME}/program {PROGRAM}; chgrp app {PROGRAM}; chmod 660 {PROGRAM}",
    "a link to a file of another user": f"chown app {HOME}/program; ln -s {HOME}/program {PROGRAM}",
    "a link in a directory of another user": f"ln -s program {HOME}/link; ln -s {HOME}/link {PROGRAM}",
    "a FIFO": f"mkfifo {PROGRAM}",
    "half of a program": f"head -c 500000 {HOME}/program > {PROGRAM}",
    "nothing": "true",
}


@pytest.fixture
def kept(bare: LabHost) -> LabHost:
    """With a pool, and so with the program, and with a directory of the user ``app``."""
    bare.sh("id app >/dev/null 2>&1 || useradd --system --no-create-home app")
    bare.sh(f"rm -rf {HOME} {PROGRAM}; mkdir -p {HOME}; chown app: {HOME}")
    assert not bare.deploy(POOL).failed
    return bare


def file(lab: LabHost) -> str:
    return lab.sh(f"stat -c '%F %U %a %i' {PROGRAM}")


def test_root_runs_a_program_of_root(kept: LabHost) -> None:
    """So that the others below would run it, too, if they took it for one."""
    kept.sh(f"{PLANT} mv {HOME}/program {PROGRAM}; chown root: {PROGRAM}; chmod 600 {PROGRAM}")
    assert kept.deploy(POOL).failed
    assert kept.sh(f"ls {HOME}") == "ran\n"


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_program_that_another_user_could_change_is_replaced_and_not_run(kept: LabHost, planted: str) -> None:
    pids = kept.pids("sleeper")
    kept.sh(f"{PLANT} {planted}")
    result = kept.deploy(POOL)
    assert (result.failed, result.changed) == (False, False)
    assert "ran" not in kept.sh(f"ls {HOME}")
    assert file(kept).startswith("regular file root 600")
    kept.sh(f"python3 -I {PROGRAM}")
    assert kept.pids("sleeper") == pids


def test_all_modules_leave_the_same_program(kept: LabHost) -> None:
    before = file(kept)
    changed: dict[str, t.Any] = {**POOL, "environment": {"QUEUE": "mail"}}
    assert kept.deploy(changed).changed
    assert kept.module("rollback", pool="sleeper").changed
    assert kept.module("pause", pools=["sleeper"]).changed
    assert not kept.module("pools_info").failed
    assert file(kept) == before


def test_check_mode_replaces_no_program(kept: LabHost) -> None:
    kept.sh(f"echo garbage > {PROGRAM}")
    before = kept.tree()
    assert not kept.deploy(POOL, check=True).failed
    assert not kept.module("pools_info").failed
    assert kept.tree() == before
