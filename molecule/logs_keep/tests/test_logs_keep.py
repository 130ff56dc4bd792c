# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool keeps its logs for a time of its own, and everything that reads logs still finds them."""

from __future__ import annotations

import typing as t

from tests.helpers.lab_host import LabHost

SETTINGS = "/etc/systemd/journald@workers-talker.conf"
JOURNALD = "systemd-journald@workers-talker.service"
TALKER = """\
#!/usr/bin/python3
import time
number = 0
while True:
    print("line", number, flush=True)
    number += 1
    time.sleep(0.01)
"""
DYING = """\
#!/usr/bin/python3
print("last words", flush=True)
raise SystemExit(3)
"""


# 48 MiB of hexadecimal digits, which are 24 MiB when they are compressed.
MEBIBYTES = 48
FLOOD = f"""\
#!/usr/bin/python3
import os, time
for number in range({MEBIBYTES} * 64):
    print("flood", number, os.urandom(8192).hex(), flush=True)
print("all written", flush=True)
time.sleep(1e9)
"""


def talker(command: str = "/usr/local/bin/talker", keep: t.Optional[str] = "7d") -> dict[str, t.Any]:
    logs = {"logs": {"burst": 0, "keep": keep}} if keep else {}
    return {"name": "talker", "command": [command], "instances": 1, **logs}


def lines(lab: LabHost) -> list[int]:
    """The numbers in the lines of the worker that runs, from all namespaces."""
    lab.sh("journalctl --sync; journalctl --sync --namespace=workers-talker")
    of_process = "_PID=$(systemctl show --value -p MainPID talker@1)"
    found = lab.sh(f"journalctl --namespace='*' -q -b -o cat --no-pager {of_process} | grep ^line")
    return [int(line.split()[1]) for line in found.splitlines()]


def pids_of_journald(lab: LabHost) -> str:
    return lab.sh(f"systemctl show --value -p MainPID {JOURNALD}").strip()


def test_another_time_restarts_journald_alone_and_loses_no_line(bare: LabHost) -> None:
    bare.write("/usr/local/bin/talker", TALKER)
    result = bare.deploy(talker())
    assert not result.failed, result.msg
    assert ("try-restart", JOURNALD) in result.plan("talker")
    assert "MaxRetentionSec=665280s" in bare.sh(f"cat {SETTINGS}")
    before, journald = bare.pids("talker"), pids_of_journald(bare)
    bare.until(lambda: bool(lines(bare)))

    planned = bare.deploy(talker(keep="3d"), check=True)
    assert planned.plan("talker") == [("write", SETTINGS), ("try-restart", JOURNALD)]
    assert "MaxRetentionSec=665280s" in bare.sh(f"cat {SETTINGS}")
    result = bare.deploy(talker(keep="3d"))
    assert result.plan("talker") == planned.plan("talker")
    assert "MaxRetentionSec=285120s" in bare.sh(f"cat {SETTINGS}")
    assert bare.pids("talker") == before
    assert pids_of_journald(bare) != journald
    last = lines(bare)[-1]
    bare.until(lambda: lines(bare)[-1] > last + 50)
    found = lines(bare)
    assert found == list(range(len(found)))
    assert not bare.deploy(talker(keep="3d")).changed

    # The namespace is of the unit, so without it the instance restarts, and its lines are in the journal of the host.
    result = bare.deploy(talker(keep=None))
    assert [verb for verb, _subject in result.plan("talker")].count("restart") == 1
    assert ("remove", SETTINGS) in result.plan("talker")
    bare.sh("sleep 1; journalctl --sync")
    assert "line 0" in bare.sh("journalctl -q -o cat --no-pager -u talker@1 -n 1000")

    # A rollback brings back the file of the version before.
    assert not bare.module("rollback", pool="talker").failed
    assert "MaxRetentionSec=285120s" in bare.sh(f"cat {SETTINGS}")
    info = bare.module("pools_info").result["pools"]["talker"]
    assert info["log_namespace"] == "workers-talker"


def test_a_bad_deploy_shows_the_lines_and_puts_back_the_settings(bare: LabHost) -> None:
    bare.write("/usr/local/bin/talker", TALKER)
    bare.write("/usr/local/bin/dying", DYING)
    assert not bare.deploy(talker()).failed
    result = bare.deploy(talker("/usr/local/bin/dying", keep="3d"))
    assert result.failed
    assert "last words" in result.msg
    assert "MaxRetentionSec=665280s" in bare.sh(f"cat {SETTINGS}")
    # The process that cannot execute the command writes this line, and systemd cannot.
    result = bare.deploy({**talker("/usr/local/bin/none"), "hardening": "off"}, skip_traps=["missing-command"])
    assert result.failed
    assert "/usr/local/bin/none" in result.msg


def test_a_run_of_a_timer_shows_its_lines(bare: LabHost) -> None:
    job = {"name": "report", "command": ["/bin/echo", "all well"], "schedule": "03:15", "logs": {"keep": "1d"}}
    result = bare.deploy(timers=[job])
    assert not result.failed, result.msg
    run = bare.module("run_timer", name="report")
    assert any("all well" in line for line in run.result["journal"])
    assert "all well" not in bare.journal("-b -o cat -u report.service")
    assert "all well" in bare.sh("journalctl --namespace=workers-report -o cat --no-pager")


def test_a_pool_that_goes_leaves_its_logs_and_says_so(bare: LabHost) -> None:
    bare.write("/usr/local/bin/talker", TALKER)
    assert not bare.deploy(talker()).failed
    bare.until(lambda: bool(lines(bare)))
    result = bare.deploy({"name": "talker", "state": "absent"})
    assert not result.failed
    assert any("rm -r /var/log/journal/*.workers-talker" in one for one in result.result["warnings"])
    assert bare.sh(f"ls {SETTINGS} 2>&1; true").startswith("ls: ")
    assert "line 0" in bare.sh("journalctl --namespace=workers-talker -o cat --no-pager")


def test_old_lines_go(bare: LabHost) -> None:
    bare.write("/usr/local/bin/talker", TALKER)
    # The test does not wait for a minute: a drop-in of an administrator has the last word. 247 does not read it.
    short = "[Journal]\\nMaxRetentionSec=4s\\nMaxFileSec=1s\\n"
    bare.sh(f"mkdir -p {SETTINGS}.d; printf '{short}' > {SETTINGS}.d/short.conf")
    assert not bare.deploy(talker(keep="1min")).failed
    if bare.systemd == 247:
        bare.sh(f"printf '{short}' >> {SETTINGS}; systemctl try-restart {JOURNALD}")
    bare.until(lambda: bool(lines(bare)))
    bare.until(lambda: 0 not in lines(bare))
    assert lines(bare)


def used(lab: LabHost) -> int:
    """Bytes on the disk."""
    return int(lab.sh("du -sb /var/log/journal/*.workers-talker | cut -f 1"))


def test_a_worker_that_writes_without_end_fills_no_disk(bare: LabHost) -> None:
    bare.sh("rm -rf /var/log/journal/*.workers-talker")
    bare.write("/usr/local/bin/flood", FLOOD)
    pool = talker("/usr/local/bin/flood")
    pool["logs"]["at_most"] = "16M"
    result = bare.deploy(pool)
    assert not result.failed, result.msg
    assert "SystemMaxUse=16777216" in bare.sh(f"cat {SETTINGS}")

    def last_lines() -> str:
        return bare.sh("journalctl --namespace=workers-talker -q -o cat --no-pager -u talker@1 -n 2 | cut -c 1-20")

    bare.until(lambda: "all written" in last_lines(), 100)
    # journald deletes whole files, each an eighth of the limit. All lines need 24 MiB.
    assert used(bare) <= 20 * 2**20
    assert (
        bare.sh("journalctl --namespace=workers-talker -q -o cat --no-pager | grep -c '^flood 0 '", check=False)
        == "0\n"
    )
    assert f"flood {MEBIBYTES * 64 - 1} " in last_lines()
    before = bare.pids("talker")

    # Another size restarts journald alone.
    pool["logs"]["at_most"] = "32M"
    planned = bare.deploy(pool, check=True)
    assert planned.plan("talker") == [("write", SETTINGS), ("try-restart", JOURNALD)]
    assert bare.deploy(pool).plan("talker") == planned.plan("talker")
    assert "max 32.0M" in bare.sh("journalctl --namespace=workers-talker -q -o cat --no-pager _COMM=systemd-journal")
    assert bare.pids("talker") == before
    # A rollback brings back the size of the version before.
    assert not bare.module("rollback", pool="talker").failed
    assert "SystemMaxUse=16777216" in bare.sh(f"cat {SETTINGS}")
    assert bare.pids("talker") == before


def test_a_size_without_a_journal_of_its_own_is_refused(bare: LabHost) -> None:
    wrong = {**talker("/bin/sleep", keep=None), "logs": {"at_most": "1G"}}
    small = {**talker("/bin/sleep"), "name": "other", "logs": {"keep": "7d", "at_most": "1M"}}
    result = bare.deploy(wrong, small)
    assert result.failed
    assert [one["where"] for one in result.result["problems"]] == [
        "pools[0] (talker).logs.at_most",
        "pools[1] (other).logs.at_most",
    ]
    assert bare.pids("talker") == {}


def test_a_file_of_somebody_else_stays(bare: LabHost) -> None:
    bare.write(SETTINGS, "[Journal]\nStorage=none\n", "0644")
    result = bare.deploy(talker("/bin/sleep"))
    assert result.failed
    assert "logs.keep" in result.msg
    assert SETTINGS in result.msg
    assert "Storage=none" in bare.sh(f"cat {SETTINGS}")
    assert bare.pids("talker") == {}
