# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty programs under this collection, supervisord and PM2, and the memory of each manager with five hundred.

`python -m tests.benchmarks.peers HOST` prints both tables. Ours is a whole ansible-playbook run, with hardening off as
neither of the others has any. A peer is its own command on the host, which Ansible or a person would have to run.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path
from statistics import median

from lab import hosts
from tests.benchmarks.deploys import pool
from tests.benchmarks.turns import Clock, on_host
from tests.helpers import npm

FEW, MANY = 50, 500
PM2_LOCK = Path(__file__).parents[2] / "molecule/take_over/apps"
MODULES, PM2 = "/opt/bench/node_modules", "/opt/bench/node_modules/pm2/bin/pm2"
INI, APPS = "/opt/bench/supervisord.conf", "/opt/bench/apps.json"
CONTROL = f"supervisorctl -c {INI}"
# With the files that it may open by default, it starts about 200 programs.
SUPERVISORD = """\
[supervisord]
minfds=10000
[unix_http_server]
file=/run/bench.sock
[supervisorctl]
serverurl=unix:///run/bench.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
START = (
    "systemd-run --quiet --unit=bench-supervisord --property=LimitNOFILE=20000 --property=TasksMax=infinity"
    f" supervisord -n -c {INI}"
)
AWAY = f"""
HOME=/root {PM2} kill
systemctl stop bench-supervisord 2>/dev/null
systemctl reset-failed bench-supervisord 2>/dev/null
pkill -KILL -f '^/bin/sleep infinity'
rm -rf {INI} {APPS} /root/.pm2
true
"""
# The proportional share of the memory, in kB, of processes whose command line has the word: shared pages count once.
MEMORY = """
total=0
for pid in $(pgrep -f '{word}'); do
    share=$(sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' /proc/$pid/smaps_rollup 2>/dev/null)
    total=$((total + ${{share:-0}}))
done
echo $total
"""
changing = itertools.count()


class Manager(t.Protocol):
    """Runs so many programs. ``version`` is in the environment of the first one."""

    def deploy(self, count: int, version: int) -> None:
        """The first time, or again with another version of one program."""

    def restart(self, count: int) -> None:
        """All of them."""

    def memory(self) -> int:
        """Of the manager alone, in kB."""

    def remove(self) -> None:
        """All of it."""


class Ours:
    """Each program is a pool."""

    def __init__(self, clock: Clock, host: str) -> None:
        self.clock, self.host, self.version, self.started = clock, host, 0, 0
        self.before = self._systemd()

    def deploy(self, count: int, version: int) -> None:
        self.version = version
        self._run(count)

    def restart(self, count: int) -> None:
        self.started += 1
        self._run(count)

    def memory(self) -> int:
        return self._systemd() - self.before

    def remove(self) -> None:
        self.clock.once(self.host, [_task([], purge=True)])

    def _run(self, count: int) -> None:
        names = (f"p{number}" for number in range(count))
        pools = [
            pool(name, 1, environment={"VERSION": str(self.version if name == "p0" else 0), "STARTED": self.started})
            for name in names
        ]
        self.clock.once(self.host, [_task(pools)])

    def _systemd(self) -> int:
        return int(on_host(self.host, "sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' /proc/1/smaps_rollup"))


class OnHost:
    """A manager with a daemon on the host. ``words`` are those of its process, ``restarts`` the command for all."""

    words, restarts = "", ""

    def __init__(self, host: str) -> None:
        self.host = host

    def restart(self, count: int) -> None:
        on_host(self.host, self.restarts)
        self.wait(count)

    def memory(self) -> int:
        return int(on_host(self.host, MEMORY.format(word=self.words)))

    def remove(self) -> None:
        on_host(self.host, AWAY)

    def wait(self, count: int) -> None:
        on_host(self.host, f"until [ $(pgrep -c -f '^/bin/sleep infinity') = {count} ]; do sleep 0.1; done")


class Supervisord(OnHost):
    words, restarts = "[s]upervisord -n -c", f"{CONTROL} restart all"

    def deploy(self, count: int, version: int) -> None:
        text = SUPERVISORD + "".join(
            f"[program:p{number}]\ncommand=/bin/sleep infinity\nuser=www-data\nstartsecs=0\n"
            f'environment=VERSION="{version if number == 0 else 0}"\n'
            for number in range(count)
        )
        on_host(self.host, f"cat > {INI}; systemctl is-active --quiet bench-supervisord || {START}", text)
        on_host(self.host, f"until {CONTROL} update > /dev/null 2>&1; do sleep 0.1; done")
        self.wait(count)


class Pm2(OnHost):
    """Its daemon and all programs are root's: it runs programs of another user only as root."""

    words, restarts = "[P]M2 v", f"HOME=/root {PM2} restart --silent all"

    def deploy(self, count: int, version: int) -> None:
        apps = [
            {
                "name": f"p{number}",
                "script": "/bin/sleep",
                "args": "infinity",
                "interpreter": "none",
                "env": {"VERSION": version if number == 0 else 0},
            }
            for number in range(count)
        ]
        on_host(self.host, f"cat > {APPS}", json.dumps({"apps": apps}))
        # Otherwise `pm2 start` restarts all that run.
        only = f"--only p0 --update-env {APPS}" if self._running() == count else APPS
        on_host(self.host, f"HOME=/root {PM2} start --silent {only}")
        self.wait(count)

    def _running(self) -> int:
        return int(on_host(self.host, "pgrep -c -f '^/bin/sleep infinity' || true"))


def _task(pools: list[dict[str, t.Any]], *, purge: bool = False) -> dict[str, t.Any]:
    return {"workers.systemd.pools": {"pools": pools, "purge": purge}}


def managers(clock: Clock, host: str) -> dict[str, Manager]:
    return {"this collection": Ours(clock, host), "supervisord": Supervisord(host), "PM2": Pm2(host)}


def prepare(host: str) -> None:
    """PM2, which Debian does not have."""
    with tempfile.TemporaryDirectory() as directory:
        modules = npm.installed(PM2_LOCK, Path(directory))
        on_host(host, f"rm -rf {MODULES}; mkdir -p {MODULES}")
        subprocess.run(["podman", "cp", f"{modules}/.", f"{host}:{MODULES}"], check=True)
    on_host(host, f"chmod +x {PM2}; {AWAY}")


def table(clock: Clock, host: str, rounds: int) -> list[str]:
    """Seconds of each act, in turn, and the memory of the managers."""
    acts: dict[str, dict[str, list[float]]] = {act: {} for act in ("deploy", "change one", "restart all")}
    memory = {}
    for round_, (name, one) in itertools.product(range(rounds), managers(clock, host).items()):
        for act, seconds in zip(acts, _seconds_of_acts(one), strict=True):
            acts[act].setdefault(name, []).append(seconds)
        if round_ == 0:
            one.deploy(MANY, next(changing))
            memory[name] = one.memory()
        one.remove()
    names = list(memory)
    lines = [f"| {FEW} programs | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for act, took in acts.items():
        lines.append(f"| {act} | {' | '.join(f'{median(took[name]):.1f} s' for name in names)} |")
    kept = " | ".join(f"{memory[name] / 1000:.0f} MB" for name in names)
    return [*lines, f"| memory of the manager with {MANY} programs | {kept} |"]


def _seconds_of_acts(one: Manager) -> t.Iterator[float]:
    begun = time.monotonic()
    one.deploy(FEW, next(changing))
    yield time.monotonic() - begun
    begun = time.monotonic()
    one.deploy(FEW, next(changing))
    yield time.monotonic() - begun
    begun = time.monotonic()
    one.restart(FEW)
    yield time.monotonic() - begun


def main() -> None:
    host = sys.argv[1]
    inventory = Path(".cache/lab/peers.json")
    inventory.write_text(hosts.inventory(host))
    prepare(host)
    print("\n".join(table(Clock(inventory), host, 3)))


if __name__ == "__main__":
    main()
