# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The damage of the traps on real systemd: shown with the trap, and gone with what its hint says.

`pytest tests/oracle` boots one lab host. The host's own Python judges the very units that are run, with its facts.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from lab import collection, hosts
from tests.helpers.lab_host import LabHost
from tests.oracle.conftest import PREFIX
from tests.oracle.damages import DAMAGES, Damage

NAME = f"{PREFIX}-traps"
HERE = Path(__file__).parent
# Not to be shown in seconds, or not in a container.
NOT_SHOWN = {
    "credentials-end-start-pre": "needs systemd 247",
    "default-dependencies-no": "needs a shutdown",
    "forking-without-pid-file": "systemd guesses right for one process",
    "instances-share-a-name": "molecule/hung_jobs shows it, with rq",
    "jit-needs-executable-memory": "the image has no program with a compiler",
    "limit-is-not-in-force": "shows on hosts without controllers only",
    "memory-goes-to-swap": "needs swap",
    "memory-high-above-max": "needs cgroup controllers",
    "memory-in-bytes": "needs cgroup controllers",
    "one-oom-kill-ends-all": "needs cgroup v2",
    "file-systems-after-privileges": "needs a kernel with the BPF LSM",
    "name-outlives-a-crash": "molecule/hung_jobs shows it, with rq",
    "network-is-not-online": "needs a network that comes late",
    "path-does-not-answer": "molecule/hostile_files shows it, with a file server that is dead",
    "pool-runs-as-root": "is what the worker does with it",
    "restart-steps-do-nothing": "needs systemd 254",
    "root-opens-file-of-user": "molecule/hostile_files shows it",
    "tasks-max-below-crew": "needs cgroup controllers",
    "unit-in-vendor-directory": "needs an upgrade of a package",
    "unit-shadows-package": "needs an upgrade of a package",
    "watchdog-too-short": "needs a busy host",
}


@pytest.fixture(scope="module")
def host() -> t.Iterator[LabHost]:
    hosts.up(NAME, "bookworm")
    found = LabHost(NAME)
    collection.put(NAME, "/srv/lab/collections")
    subprocess.run(["podman", "cp", f"{HERE}/programs/.", f"{NAME}:/srv/lab"], check=True)
    found.copy(HERE / "judge.py", "/srv/lab/judge.py")
    found.sh("mkdir -p /run/lab; sh /srv/lab/prepare.sh")
    yield found
    hosts.down(NAME)


@pytest.fixture(scope="module")
def judged(host: LabHost) -> dict[str, list[str]]:
    """Ids of the traps by unit, after all units were written."""
    files = [file for one in DAMAGES for file in one.files()]
    folders = " ".join(sorted({shlex.quote(str(Path(path).parent)) for path, _ in files}))
    written = "".join(f"cat > {shlex.quote(path)} <<'END'\n{text}END\n" for path, text in files)
    host.sh(f"mkdir -p {folders}\n{written}systemctl daemon-reload")
    return t.cast("dict[str, list[str]]", json.loads(host.sh("python3 /srv/lab/judge.py /etc/systemd/system/trap-*")))


@pytest.mark.parametrize("damage", DAMAGES, ids=[one.trap for one in DAMAGES])
def test_the_damage(damage: Damage, host: LabHost, judged: dict[str, list[str]]) -> None:
    assert damage.trap in judged[damage.bad_unit]
    assert damage.trap not in judged[damage.good_unit]
    expected = [f"{damage.says}\n", f"{damage.instead_says}\n"]
    shown: list[str] = []
    # Some hang on milliseconds, which a busy host does not have.
    for _attempt in range(3):
        shown = host.sh(f". /srv/lab/lib.sh\n{damage.script}").split("----\n")
        if shown == expected:
            break
    assert shown == expected


# id of the trap: unit, what it runs, and what runs without the trap
LIVE = {
    "process-ignores-stop-signal": ("/srv/lab/deaf", "/srv/lab/handler"),
    "process-has-no-handler": ("/srv/lab/waits", "/srv/lab/celery"),
}


@pytest.mark.parametrize(("trap", "programs"), LIVE.items(), ids=LIVE.keys())
def test_a_running_process(trap: str, programs: tuple[str, str], host: LabHost) -> None:
    units = [f"live-{trap}-{kind}.service" for kind in ("bad", "good")]
    for unit, program in zip(units, programs):
        text = f"[Service]\nExecStart={program}\nRestart=always\nTimeoutStopSec=100ms\nEnvironment=UNIT=%N\n"
        host.write(f"/etc/systemd/system/{unit}", text, "0644")
    host.sh(f"systemctl daemon-reload; systemctl start {' '.join(units)}")

    def result() -> list[bool]:
        found = json.loads(host.sh(f"python3 /srv/lab/judge.py --live {' '.join(units)}"))
        return [trap in found[unit] for unit in units]

    # Their interpreters start, and then they install their handlers.
    host.until(lambda: result() == [True, False])
    results = host.sh(f"systemctl stop {' '.join(units)}; systemctl show -p Result --value {units[0]}")
    # The one was killed with its job, the other did not notice the signal at all.
    assert results.strip() == ("timeout" if trap == "process-ignores-stop-signal" else "success")


def test_a_masked_unit(host: LabHost) -> None:
    path = "/etc/systemd/system/masked.service"
    host.sh(f"ln -sf /dev/null {path}; systemctl daemon-reload")
    assert json.loads(host.sh(f"python3 /srv/lab/judge.py {path}"))["masked.service"] == ["unit-is-masked"]
    assert host.sh("systemctl start masked 2>/dev/null; echo rc=$?") == "rc=1\n"


def test_every_trap_is_shown_or_has_its_reason() -> None:
    shown = {one.trap for one in DAMAGES} | set(LIVE) | {"unit-is-masked"}
    assert shown | set(NOT_SHOWN) == set(traps.TRAPS)
    assert not shown & set(NOT_SHOWN)
