# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the lab host for as long as there are cases: one JSON line in is a question, one JSON line out its answer.

A case is a deploy of the next version of a pool to which something happens. A version shows in the argument and in the
environment of each worker, and in the files of the pool.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible.module_utils import basic

from ansible_collections.workers.systemd.plugins.modules import pools

HERE = Path(__file__).parent
STATE = Path("/run/faults")
# What has to outlive a reboot.
MEMORY = HERE / "memory.json"
BIN = HERE / "bin"
TOOLS = ("systemctl", "busctl", "systemd-run", "systemd-analyze", "journalctl")
WORKER = HERE / "worker"
POOL = "sleeper"
COUNT = 3
# What a case is made of, besides the options of its pool.
PARTS = ("before", "pattern", "syscalls", "after")
# Real file systems, small enough to be filled.
PLACES = ("/etc/systemd/system", "/etc/workers.systemd", "/var/lib/workers.systemd", "/run/workers.systemd")
JOURNAL = Path("/var/lib/workers.systemd/journal")
# Seconds without a sign of life after which the host takes a run for dead; the shortest that there is.
CONFIRM = 2
# Of a busy machine: what hangs does so for ever, and no case that is right waits for it.
LONGEST_RUN = 120.0
LONGEST_SETTLING = 120.0

Answer = t.Dict[str, t.Any]


class Driver:
    """``version`` is the number of what the pool converged to last, ``files`` are its files then."""

    def __init__(self) -> None:
        self.version = 0
        self.files: t.Dict[str, str] = {}
        self.counts: t.Dict[str, int] = {}
        if MEMORY.exists():
            self.__dict__.update(json.loads(MEMORY.read_text()))

    def mount(self) -> None:
        for place in PLACES:
            os.makedirs(place, mode=0o700, exist_ok=True)
            # Mounted aside first: what is there must be in it.
            sh(
                f"mkdir -p /run/faults.new && mount -t tmpfs -o size=8m,nr_inodes=256,mode=755 faults /run/faults.new"
                f" && cp -a {place}/. /run/faults.new && mount --bind /run/faults.new {place} && umount /run/faults.new"
            )

    # -- the parts of a case ------------------------------------------------------------------------------------------

    def begin(self, case: Answer) -> Answer:
        """The deploy and its fault, until the deploy has ended. The host may go away under it."""
        if self._state({}) != "old" or not self.version:
            self.reset()
        count = self._count(case)
        point = 1 + int(case["fraction"] * count)
        return {"point": f"{point} of {count}", **self._deploy(case, point)}

    def finish(self, case: Answer) -> Answer:
        """What becomes of the host afterwards, and what the next plain runs do."""
        new = self.version + 1
        self._script(case["heal"])
        restless = self._settle(case)
        # A fault that still waits for its moment is not to hit the next run.
        sh(f"pkill -KILL -f '^/bin/sh {BIN}/'", check=False)
        files, processes = seen_files(), seen_processes()
        again = plain(self._args(new, case))
        third = plain(self._args(new, case)) if again.get("changed") or again.get("failed") else again
        after = seen_files()
        answer: Answer = {
            "restless": restless,
            "state": self._named(files, processes, after, case),
            "files": differences(self.files, files),
            "processes": processes,
            "again": summary(again),
            "third": summary(third),
            "converged": self._converged(new),
            "stray": [path for path in after if "/." in path],
            "agent": agent() if case["always"] else "active",
        }
        if answer["converged"] and not answer["stray"]:
            self._remember(new, after)
        else:
            self._remember(0, {})
        return answer

    def reset(self) -> None:
        """A pool that just converged, whatever was before."""
        disarm()
        sh(
            f"systemctl stop 'workers-*' '{POOL}@*' {POOL}.target; systemctl unmask '{POOL}@*'; rm -rf"
            f" /etc/systemd/system/*{POOL}* /etc/systemd/system/.*.new"
            f" /etc/systemd/system/*.wants/*{POOL}* /etc/systemd/system/workers-* /etc/systemd/journald@workers-*"
            f" /etc/workers.systemd/* /var/lib/workers.systemd/* /run/workers.systemd/* ;"
            f" systemctl daemon-reload; systemctl reset-failed",
            check=False,
        )
        result = plain(self._args(1, {}))
        assert not result.get("failed"), result
        self._remember(1, seen_files())

    # -- inside ------------------------------------------------------------------------------------------------------

    def _deploy(self, case: Answer, point: int) -> Answer:
        new = self.version + 1
        disarm()
        self._script(case["before"])
        if case["pattern"]:
            arm(case["pattern"], point, self._words() + case["script"])
        given = arguments(self._args(new, case))
        (STATE / "args").write_bytes(given)
        argv = [*inject(case, point), sys.executable, str(HERE / "under_test.py")]
        if case["limit"]:
            argv = ["sh", "-c", f'N={point}; {case["limit"]}; exec "$@"', "sh", *argv]
        env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
        with (STATE / "out").open("w+b") as out, (STATE / "err").open("w+b") as err:
            run = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=out, stderr=err, env=env)
            assert run.stdin
            try:
                run.stdin.write(given)
                run.stdin.close()
            except BrokenPipeError:
                pass
            if case["after"]:
                time.sleep(point / 1000)
                self._script(case["after"])
            try:
                run.wait(LONGEST_RUN)
            except subprocess.TimeoutExpired:
                sh("pkill -KILL -f '[u]nder_test.py'", check=False)
                run.wait()
                return {"ended": "hung", "status": None, "msg": "", "traceback": ""}
            out.seek(0)
            err.seek(0)
            return answer_of(run.returncode, out.read().decode(), err.read().decode())

    def _count(self, case: Answer) -> int:
        """How many points there are: a run like this one is made to be counted, once."""
        key = json.dumps([case[part] for part in (*PARTS, "rollout", "options", "always")])
        if case["points"]:
            return int(case["points"])
        if key not in self.counts:
            quiet = {**case, "pattern": "", "after": "", "script": "", "inject": "", "limit": ""}
            began = time.monotonic()
            self._deploy(quiet, 1)
            took = int((time.monotonic() - began) * 1000)
            if case["pattern"]:
                lines = (STATE / "calls").read_text().splitlines()
                self.counts[key] = sum(fnmatch.fnmatchcase(line, case["pattern"]) for line in lines)
            elif case["syscalls"]:
                owners = [line.split()[0] for line in (STATE / "trace").read_text().splitlines() if "(" in line]
                self.counts[key] = max((owners.count(one) for one in set(owners)), default=0)
            else:
                self.counts[key] = took
            assert self.counts[key], f"nothing to hit: {key}"
            self._script(case["heal"])
            self._settle(case)
            plain(self._args(self.version + 1, {}))
            self._remember(self.version + 1, seen_files())
        return self.counts[key]

    def _settle(self, case: Answer) -> str:
        """Waits until nobody is at work any more and every worker runs. Returns what has kept the host from it."""
        began, calm = time.monotonic(), 0
        while time.monotonic() - began < LONGEST_SETTLING:
            # What costs the least to ask comes first: several hosts wait here, and each process takes the machine from
            # the others.
            restless = half_changed() or at_work() or self._mixed(case)
            calm = 0 if restless else calm + 1
            # A worker that keeps dying runs for a moment.
            if calm == 3:
                return ""
            time.sleep(min(0.3, 0.1 + (time.monotonic() - began) / 10))
        return restless or "it came to rest at the last moment"

    def _mixed(self, case: Answer) -> str:
        return "workers of both versions" if self._state(case) == "mix" else ""

    def _state(self, case: Answer) -> str:
        """As far as it can be known before the next run."""
        processes = seen_processes()
        if ran(processes, self.version, case) and (case.get("edits") or self.files == seen_files()):
            return "old"
        return "new" if ran(processes, self.version + 1, case) else "mix"

    def _named(
        self, files: t.Dict[str, str], processes: t.Dict[str, str], after: t.Dict[str, str], case: Answer
    ) -> str:
        if ran(processes, self.version, case) and (case["edits"] or files == self.files):
            return "old"
        return "new" if ran(processes, self.version + 1, case) and (case["edits"] or files == after) else "mix"

    def _converged(self, version: int) -> bool:
        return seen_processes() == of(version)

    def _args(self, version: int, case: Answer) -> Answer:
        rollout = {"min_healthy_time": "200ms", "healthy_deadline": "3s", "canary": 1, "max_parallel": "100%"}
        pool = {
            "name": POOL,
            "command": [str(WORKER), f"v{version}"],
            "instances": COUNT,
            "environment": {"VERSION": f"v{version}"},
            "secrets": {"TOKEN": f"secret of v{version}"},
            # Five hosts share the machine, and a sandbox for each start would eat the deadline.
            "hardening": "off",
            "rollout": {**rollout, **case.get("rollout", {})},
            **(case.get("options", {}) if version % 2 == 0 else {}),
            **case.get("always", {}),
        }
        return {"pools": [pool], "confirm": f"{CONFIRM}s"}

    def _script(self, script: str) -> None:
        if script:
            sh(f"{self._words()}\n{script}", check=False)

    def _words(self) -> str:
        return (HERE / "words.sh").read_text() + f"\nOLD=v{self.version} NEW=v{self.version + 1}\n"

    def _remember(self, version: int, files: t.Dict[str, str]) -> None:
        self.version, self.files = version, files
        MEMORY.write_text(json.dumps(self.__dict__))


def of(version: int) -> t.Dict[str, str]:
    return {str(number): f"v{version} v{version}" for number in range(1, COUNT + 1)}


def ran(processes: t.Dict[str, str], version: int, case: Answer) -> bool:
    """Whether all instances are of a version; where somebody has stopped some, all others."""
    wanted = of(version)
    if case.get("stops"):
        wanted = {name: wanted[name] for name in processes}
    return processes == wanted


def arm(pattern: str, point: int, script: str) -> None:
    (STATE / "armed").write_text(f"PATTERN='{pattern}' N={point}\nfault() {{\n{script}\n}}\n")


def disarm() -> None:
    STATE.mkdir(exist_ok=True)
    for path in STATE.iterdir():
        path.unlink()


def inject(case: Answer, point: int) -> t.List[str]:
    if not case["syscalls"]:
        return []
    calls = ",".join(f"?{name}" for name in case["syscalls"].split(","))
    fault = [f"--inject={calls}:{case['inject']}:when={point}"] if case["inject"] else []
    # strace 6.1 never sends a signal that it injects when it filters in the kernel.
    filtered = [] if "signal" in case["inject"] else ["--seccomp-bpf"]
    return ["strace", "-f", *filtered, "-o", f"{STATE}/trace", f"--trace={calls}", *fault]


def arguments(args: Answer) -> bytes:
    return json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode()


def plain(args: Answer) -> Answer:
    """A run of the module with nothing in its way, in a fork of this process, where everything is imported already."""
    with (STATE / "plain").open("w+b") as out:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = arguments(args), "modern"
            try:
                pools.main()
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(child, 0)
        out.seek(0)
        text = out.read().decode()
    try:
        return t.cast("Answer", json.loads(text))
    except ValueError:
        return {"failed": True, "msg": f"no result: {text[-1000:]}", "changed": False}


def answer_of(status: int, out: str, err: str) -> Answer:
    """``ended`` is succeeded, failed or died: without a result."""
    try:
        result = json.loads(out)
    except ValueError:
        return {"ended": "died", "status": status, "msg": out[-500:], "traceback": err[-1500:]}
    ended = "failed" if result.get("failed") else "succeeded"
    return {"ended": ended, "status": status, "msg": result.get("msg", ""), "traceback": err[-1500:]}


def summary(result: Answer) -> Answer:
    return {"failed": bool(result.get("failed")), "changed": result.get("changed"), "msg": result.get("msg", "")}


def at_work() -> str:
    """The runs of the module, and the units that undo one."""
    return sh(
        "pgrep -f '[u]nder_test.py|^[^ ]*python3 -I .*recovery[.]pyz( [^a]|$)';"
        " systemctl list-units --all --no-legend --plain 'workers-dead-man*' 'workers-recovery*' | grep -v inactive",
        check=False,
    )


def half_changed() -> str:
    """What the journal of a run says while it is open."""
    try:
        text = JOURNAL.read_text()
        return text if json.loads(text)["phase"] != "undone" else ""
    except (FileNotFoundError, ValueError):
        return ""


def seen_files() -> t.Dict[str, str]:
    """Everything that tells a version, by path: mode and content, or where a link leads to."""
    seen = {}
    for place in ("/etc/systemd", "/etc/workers.systemd"):
        for folder, _folders, names in os.walk(place):
            for name in names:
                path = Path(folder, name)
                if POOL not in str(path) and "workers" not in str(path):
                    continue
                try:
                    what = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
                    seen[str(path)] = f"{path.lstat().st_mode:o} {what}"
                except FileNotFoundError:
                    continue
    return dict(sorted(seen.items()))


def seen_processes() -> t.Dict[str, str]:
    """By instance: the version in the environment and in the arguments of its main process."""
    units = [f"{POOL}@{number}.service" for number in range(1, COUNT + 1)]
    shown = subprocess.run(["systemctl", "show", "-p", "Id,MainPID", *units], capture_output=True, text=True)
    found = {}
    for block in shown.stdout.strip().split("\n\n"):
        row = dict(line.split("=", 1) for line in block.splitlines())
        if row.get("MainPID", "0") == "0":
            continue
        try:
            environ = Path(f"/proc/{row['MainPID']}/environ").read_text().split("\0")
            words = Path(f"/proc/{row['MainPID']}/cmdline").read_text().strip("\0").split("\0")
        except OSError:
            continue
        versions = [pair[len("VERSION=") :] for pair in environ if pair.startswith("VERSION=")]
        found[row["Id"].split("@")[1].split(".")[0]] = " ".join([*versions, words[-1]])
    return found


def agent() -> str:
    """The state of the agent, which may be about to start again."""
    end = time.monotonic() + LONGEST_SETTLING
    while True:
        state = sh("systemctl is-active workers-agent.service", check=False).strip()
        if state == "active" or time.monotonic() > end:
            return state
        time.sleep(0.5)


def differences(old: t.Dict[str, str], new: t.Dict[str, str]) -> t.List[str]:
    return [path for path in sorted({*old, *new}) if old.get(path) != new.get(path)]


def sh(script: str, check: bool = True) -> str:
    """Output of a shell script. Not `run` with a pipe: what it starts may outlive it."""
    done = subprocess.run(["sh", "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"exit {done.returncode}: {script}\n{done.stdout}{done.stderr}")
    return done.stdout


def set_up(mounts: bool) -> None:
    STATE.mkdir(exist_ok=True)
    BIN.mkdir(exist_ok=True)
    for tool in TOOLS:
        shutil.copy(HERE / "shim.sh", BIN / tool)
        (BIN / tool).chmod(0o755)
    shutil.copy(HERE / "worker.sh", WORKER)
    WORKER.chmod(0o755)
    if mounts and "faults /etc/workers.systemd" not in Path("/proc/mounts").read_text():
        Driver().mount()


def main() -> None:
    set_up(mounts="--mounts" in sys.argv)
    driver = Driver()
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = getattr(driver, question["ask"])(question["case"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
