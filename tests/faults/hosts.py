# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host with the driver of the faults on it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import select
import subprocess
import time
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.plugin_utils.kept_program import DIGEST, packed
from lab import collection, hosts
from tests.faults.kinds import Kind

ON_HOST = Path(__file__).with_name("on_host")
HERE = "/srv/faults"
SITE = f"{HERE}/site"
Answer = t.Dict[str, t.Any]


class FaultHost:
    """``name`` is that of its container. With ``mounts`` the places that a run writes to are file systems of their own,
    which a reboot empties.
    """

    def __init__(self, name: str, *, mounts: bool) -> None:
        self.name = name
        self.options = ["--mounts"] if mounts else []
        self.driver: t.Optional[subprocess.Popen[str]] = None

    def up(self) -> None:
        hosts.down(self.name)
        hosts.up(self.name)
        collection.put(self.name, SITE)
        subprocess.run(["podman", "cp", f"{ON_HOST}/.", f"{self.name}:{HERE}"], check=True)
        sources = json.dumps({"sources": packed(), "digest": DIGEST})
        subprocess.run(self._python(SITE, "make_program.py"), input=sources, text=True, check=True)
        self.start()

    def start(self) -> None:
        argv = self._python(f"{HERE}:{SITE}", "driver.py", *self.options)
        self.driver = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _python(self, path: str, program: str, *words: str) -> list[str]:
        return ["podman", "exec", "-i", f"--env=PYTHONPATH={path}", self.name, "python3", f"{HERE}/{program}", *words]

    def down(self) -> None:
        if self.driver:
            self.driver.kill()
            self.driver.wait()
        hosts.down(self.name)

    def inject(self, kind: Kind, fraction: float) -> Answer:
        """One case: what was seen in the deploy, and what became of the host."""
        pool = {"rollout": dict(kind.rollout), "options": dict(kind.options), "always": dict(kind.always)}
        case = {**dataclasses.asdict(kind), **pool}
        case["fraction"] = fraction
        began = time.monotonic()
        seen = self._reboot(kind.reboot, case) if kind.reboot else self._ask("begin", case)
        if "error" in seen:
            return seen
        seen.update(self._ask("finish", case))
        return {**seen, "seconds": round(time.monotonic() - began, 1)}

    def _reboot(self, command: str, case: Answer) -> Answer:
        """The host goes away at the point, and comes up again."""
        self._tell("begin", case)
        assert self.driver
        assert self.driver.stdout
        # The driver answers when the deploy has ended. Then the point was never reached: a run in which an option goes
        # has fewer points than the one in which it came, where they were counted.
        with self._reached() as reached:
            either: t.List[t.IO[t.Any]] = [self.driver.stdout, reached]
            if self.driver.stdout in select.select(either, [], [])[0]:
                line = self.driver.stdout.readline()
                assert line, f"the driver on {self.name} is gone"
                return t.cast("Answer", json.loads(line))
            assert reached.readline(), f"the deploy on {self.name} neither ended nor came to the point"
        if command == "kill":
            subprocess.run(["podman", "kill", self.name], check=True, stdout=subprocess.DEVNULL)
            hosts.up(self.name)
        else:
            hosts.reboot(self.name)
        self.driver.wait()
        self.start()
        return {"ended": "died", "status": None, "msg": "", "traceback": "", "point": case["fraction"]}

    @contextlib.contextmanager
    def _reached(self) -> t.Iterator[t.IO[bytes]]:
        """Can be read when the point is reached. One process on the host waits: a look from here takes 0.1 s of the
        processor. It waits longer than the driver takes for its longest answer, with the run that counts the points.
        """
        waits = "until test -e /run/faults/now; do sleep 0.05; done; echo"
        argv = ["podman", "exec", self.name, "timeout", "900", "sh", "-c", waits]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as waiting:
            assert waiting.stdout
            try:
                yield waiting.stdout
            finally:
                waiting.kill()

    def _ask(self, ask: str, case: Answer) -> Answer:
        self._tell(ask, case)
        assert self.driver
        assert self.driver.stdout
        line = self.driver.stdout.readline()
        assert line, f"the driver on {self.name} is gone"
        return t.cast("Answer", json.loads(line))

    def _tell(self, ask: str, case: Answer) -> None:
        assert self.driver
        assert self.driver.stdin
        self.driver.stdin.write(json.dumps({"ask": ask, "case": case}) + "\n")
        self.driver.stdin.flush()
