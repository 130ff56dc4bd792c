# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host as the scenarios see it: run modules and deploys on it, look at its processes."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab import containers, hosts, ssh
from tests.helpers.plays import Playing, play, playing

DEPLOY = Path(__file__).with_name("deploy.yml")
JSON = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_NOCOWS": "1"}
CONNECTION = {**ssh.variables(), **hosts.PYTHON}

# Without files on the host, as Ansible advises, for most plays: a tenth less processor time. Others have its default.
PIPELINED = {"ansible_pipelining": True}

# Seconds. A busy machine takes its time, and a test that passes does not wait for it.
PATIENCE = 60
# Exit status of ssh, when the shared connection to a host has ended at that moment (ControlPersist of lab/ssh.py).
NO_CONNECTION = 255
# Stop jobs first, or systemd starts again what is killed.
WIPE = """
cd /etc/systemd/system
units=$(ls | sed -n 's/@\\.service$//p' | grep -v '^workers-' | sed 's/.*/&@*.service &.target/')
# A timer is stopped before the run that it would start again.
for timer in $(grep -l '^Pool=' *.timer 2>/dev/null | sed 's/\\.timer$//'); do
    systemctl stop $timer.timer
    systemctl kill --signal=KILL $timer.service 2>/dev/null
    systemctl stop $timer.service 2>/dev/null
    rm -rf $timer.timer $timer.service $timer.timer.d $timer.service.d /var/lib/systemd/timers/stamp-$timer.timer
done
# NAME@*.service is systemctl's to expand: here it would be the template.
set -f
systemctl stop workers-agent.service workers-dead-man.timer workers-calm.timer workers-re*@* 2>/dev/null
pkill -KILL -f '[A]nsiballZ_|[w]orkers.systemd/recovery.pyz'
systemctl --no-block stop $units 2>/dev/null
systemctl kill --signal=KILL $units 2>/dev/null
systemctl stop $units 2>/dev/null
# A worker that is killed while it stops has failed, and the revival comes.
systemctl stop workers-re*@* 2>/dev/null
rm -rf /run/workers-revival* /var/lib/workers.systemd/metrics
systemctl reset-failed
set +f
rm -rf *@.service *@*.service.d *.target workers-*
find . -path './*.wants/*@*' ! -path './getty*' -delete
find . -path './*.wants/*' -xtype l -delete
find . -maxdepth 1 -name '*.wants' -empty -delete
# One that has no directory any more would write to /run, and so would the next one on 247.
systemctl stop 'systemd-journald@workers-*' 2>/dev/null
rm -rf /etc/systemd/journald@workers-* /var/log/journal/*.workers-* /run/log/journal/*.workers-*
rm -rf /etc/workers.systemd /var/lib/workers.systemd/generations /var/lib/workers.systemd/journal /run/workers.systemd
systemctl daemon-reload
"""


@dataclass(frozen=True)
class TaskResult:
    """What a task returned, and whether it failed."""

    result: dict[str, t.Any]

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.result["changed"])

    @property
    def msg(self) -> str:
        return str(self.result["msg"])

    def plan(self, pool: str) -> list[tuple[str, str]]:
        """``[("restart", "app@1.service"), ...]``"""
        return [(step["verb"], step["subject"]) for step in self.result["pools"][pool]["plan"]]


class LabHost:
    """``name`` is that of its container, ``owner`` whose the files of pools are, ``login`` how Ansible comes in."""

    owner = "root"

    def __init__(self, name: str, login: t.Optional[dict[str, str]] = None) -> None:
        self.name = name
        self.login = login or {}

    def as_user(self, user: str) -> LabHost:
        """The same host, where Ansible comes in as somebody else, who may have no shell."""
        by_podman = {"ansible_connection": "containers.podman.podman", "ansible_user": user}
        return LabHost(self.name, {**by_podman, "ansible_remote_tmp": f"/tmp/.ansible-{user}"})

    def sh(self, script: str, *, check: bool = True) -> str:
        """Output of a shell script on the host."""
        # ssh would leave our own stdin without blocking, and Ansible refuses to run with such a one.
        argv = ssh.command(self.name, script)
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if check and done.returncode == NO_CONNECTION and not (done.stdout or done.stderr):
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise AssertionError(f"exit {done.returncode}: {script}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path: str, text: str, mode: str = "0755") -> None:
        """A file on the host."""
        script = f"cat > {path} && chmod {mode} {path}"
        subprocess.run(ssh.command(self.name, script), input=text, text=True, check=True)

    def copy(self, source: Path, path: str) -> None:
        """A file or a directory from here to the host."""
        subprocess.run(["podman", "cp", str(source), f"{self.name}:{path}"], check=True)

    def deploy(
        self,
        *pools: t.Mapping[str, t.Any],
        timers: t.Sequence[t.Mapping[str, t.Any]] = (),
        purge: bool = False,
        check: bool = False,
        skip_traps: t.Sequence[str] = (),
    ) -> TaskResult:
        """Runs the role. In every pool the health window is short unless it says otherwise."""
        wanted = self.asked("pools", {"pools": [{"rollout": {"min_healthy_time": "300ms"}, **pool} for pool in pools]})
        options = ["--check", "--diff"] if check else []
        variables = {
            "workers_pools": wanted["pools"],
            "workers_timers": list(timers),
            "workers_purge": purge,
            "workers_skip_traps": list(skip_traps),
        }
        return self._told(self._playbook(DEPLOY, variables, options))

    @contextlib.contextmanager
    def deploying(self, *pools: t.Mapping[str, t.Any], **variables: t.Any) -> t.Iterator[Playing]:
        """A deploy that is under way; ``variables`` are more of the role's."""
        wanted = self.asked("pools", {"pools": list(pools)})
        words = self._words(DEPLOY, {"workers_pools": wanted["pools"], **variables}, [])
        with playing(words, JSON) as deploy:
            try:
                yield deploy
            finally:
                # What it has forked would come back to the host.
                deploy.kill_all()
                deploy.wait()

    @contextlib.contextmanager
    def playing(self, tasks: t.Sequence[t.Mapping[str, t.Any]]) -> t.Iterator[Playing]:
        """A play of these tasks that is under way."""
        with _playbook_of(tasks) as playbook, playing(self._words(playbook, {}, []), JSON) as play:
            try:
                yield play
            finally:
                play.kill_all()
                play.wait()

    def module(self, module: str, /, *, check: bool = False, **options: t.Any) -> TaskResult:
        """Runs one module of the collection."""
        with _playbook_of([{f"workers.systemd.{module}": self.asked(module, options)}]) as playbook:
            return self._told(self._playbook(playbook, {}, ["--check", "--diff"] if check else ["--diff"]))

    def asked(self, module: str, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Options of a module of the collection, as this host gets them."""
        return options

    def raw(self, tasks: t.Sequence[t.Mapping[str, t.Any]]) -> str:
        """What somebody who runs these tasks sees on the terminal."""
        with _playbook_of(tasks) as playbook:
            # Molecule forces colours.
            return play(self._words(playbook, {}, []), {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}).said

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        """Somebody else holds the host's lock."""
        lock = "/run/workers.systemd/lock"
        hold = f"systemd-run --quiet --unit=holder flock {lock} sleep infinity"
        self.sh(f"mkdir -p /run/workers.systemd; {hold}; while flock --nonblock {lock} true; do sleep 0.05; done")
        try:
            yield
        finally:
            self.sh("systemctl stop holder")

    def reboot(self) -> None:
        hosts.reboot(self.name)

    def cut(self) -> None:
        """A power cut, and the boot after it."""
        containers.cut(self.name)

    @property
    def systemd(self) -> int:
        """Its version there, such as 252."""
        return int(self.sh("systemctl --version").split()[1])

    def pids(self, pool: str) -> dict[str, int]:
        """Main process of each running instance, by instance."""
        shown = self.sh(f"systemctl show -p Id,MainPID '{pool}@*.service'")
        blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
        return {
            block["Id"].split("@")[1].removesuffix(".service"): int(block["MainPID"])
            for block in blocks
            if block and block["MainPID"] != "0"
        }

    def environments(self, pool: str) -> dict[str, dict[str, str]]:
        """The environment of each running instance as the kernel has it, by instance; empty when it just went away."""
        pids = self.pids(pool)
        dumps = (f"tr '\\0' '\\1' < /proc/{pid}/environ; printf '\\2'" for pid in pids.values())
        dumped = self.sh("\n".join(["exec 2> /dev/null", *dumps]), check=False).split("\2")
        return {
            name: dict(pair.split("=", 1) for pair in environ.split("\1") if "=" in pair)
            for name, environ in zip(pids, dumped)
        }

    def files(self, pool: str) -> str:
        """The live files of a pool: names, modes, owners, links, contents. One may go away while it is looked at."""
        found = f"find /etc/systemd/system /etc/workers.systemd -path '*{pool}*'"
        return self.sh(
            f"{found} -printf '%p %m %u %l\\n' | sort; {found} -type f | sort | xargs -r sha256sum", check=False
        )

    def tree(self) -> str:
        """Everything on the host that a deploy might touch: names, modes, owners, contents, and units.

        Without the revival of instances that crashed, which comes and goes by itself, and units that have no file and
        do not run: systemd forgets their names when it likes.
        """
        places = "/etc/systemd/system /etc/workers.systemd /var/lib/workers.systemd"
        return self.sh(
            f"for p in {places}; do [ -e $p ] || continue; find $p -printf '%p %m %u %l %T@\\n' | sort;"
            " find $p -type f | sort | xargs -r sha256sum; done; systemctl list-units --all --plain --no-legend"
            " --type=service,target | grep -e @ -e workers | tr -s ' ' | grep -v -e systemd- -e modprobe@ -e revival@"
            " -e resting@ -e ' not-found inactive ' | sort"
        )

    def remove_pools(self) -> None:
        """Leaves the host without pools, whatever happened before, and at once: a play for each test is minutes."""
        self.sh(WIPE)

    def journal(self, words: str) -> str:
        """What `journalctl` says with these words, after journald has written all that it got."""
        return self.sh(f"journalctl --sync; journalctl --quiet --no-pager {words}", check=False)

    def until(self, happened: t.Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Waits for something to happen, which on a busy machine takes a while; ``seconds`` when they are promised."""
        begun = time.monotonic()
        while not happened():
            waited = time.monotonic() - begun
            if waited > seconds:
                raise AssertionError(f"did not happen within {seconds} s")
            # Most looks are over ssh. The longer it takes, the less matters when exactly it happens.
            time.sleep(min(0.5, 0.1 + waited / 10))

    def never(self, happens: t.Callable[[], bool], seconds: float) -> None:
        """Looks for as long as it might happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert not happens()
            time.sleep(0.5)

    def _words(self, playbook: Path, variables: t.Mapping[str, t.Any], options: t.Sequence[str]) -> list[str]:
        extra = json.dumps({**CONNECTION, **self.login, **variables})
        return ["-i", f"{self.name},", "-e", extra, *options, str(playbook)]

    def _playbook(self, playbook: Path, variables: t.Mapping[str, t.Any], options: t.Sequence[str]) -> t.Any:
        return json.loads(self._output(playbook, variables, options))

    def _output(self, playbook: Path, variables: t.Mapping[str, t.Any], options: t.Sequence[str]) -> str:
        done = play(self._words(playbook, {**PIPELINED, **variables}, options), JSON)
        if not done.stdout.lstrip().startswith("{"):
            raise AssertionError(f"{done.stdout}{done.stderr}")
        return done.stdout

    def _told(self, report: t.Any) -> TaskResult:
        return TaskResult(report["plays"][0]["tasks"][-1]["hosts"][self.name])


@contextlib.contextmanager
def _playbook_of(tasks: t.Sequence[t.Mapping[str, t.Any]]) -> t.Iterator[Path]:
    # Another play may be under way, and has not read its file yet.
    with tempfile.NamedTemporaryFile("w", prefix="workers-", suffix=".json") as playbook:
        json.dump([{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}], playbook)
        playbook.flush()
        yield Path(playbook.name)
