# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hardening costs a start, and what each directive stops: python3 -m tests.benchmarks.starts HOST...

The figure is the processor time of the worker's process from its fork to its first instructions, as the kernel counts
it. In that time systemd makes the sandbox. Unlike time on the clock, other work on the machine hardly changes it.

It writes starts.json, from which `make pages` makes the table of docs/hardening.md.
"""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value, value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import directives
from tests.benchmarks.turns import on_host
from tests.helpers import attacks

RECORD = Path(__file__).with_name("starts.json")
ROUNDS = 7
USER = "www-data"
PROFILES: dict[str, dict[str, Value]] = {
    "off": {},
    "standard": directives("standard", []),
    "standard with rights": directives("standard", [], privileged=True),
    "strict": directives("strict", []),
    "no_network": directives("no_network", []),
}
# In turn, so that a change of the machine's speed meets all of them.
SAMPLER = """
import json, os, random, shutil, subprocess, sys
asked = json.load(sys.stdin)
command, place, units = asked["command"], "/run/workers-starts", "/run/systemd/system"
shutil.rmtree(place, ignore_errors=True)
os.makedirs(place)
os.chmod(place, 0o777)
for name, lines in asked["units"].items():
    with open(f"{units}/workers-starts-{name}.service", "w") as file:
        file.write("\\n".join(["[Unit]", "StartLimitIntervalSec=0", "[Service]", "Type=oneshot", *lines,
            f"StandardOutput=append:{place}/{name}", f"ExecStart={command}", ""]))
subprocess.run(["systemctl", "daemon-reload"], check=True)
for _round in range(asked["rounds"]):
    for name in random.sample(list(asked["units"]), len(asked["units"])):
        # A refused call kills a worker without SystemCallErrorNumber=.
        subprocess.run(["systemctl", "start", f"workers-starts-{name}"], check=False)
said = {}
for name in asked["units"]:
    with open(f"{place}/{name}") as file:
        said[name] = file.read().splitlines()
    os.unlink(f"{place}/{name}")
    os.unlink(f"{units}/workers-starts-{name}.service")
subprocess.run(["systemctl", "daemon-reload"], check=True)
print(json.dumps(said))
"""


class Costs(t.NamedTuple):
    """Shares of a start with all directives. ``opens`` are attacks that succeed only without the directive."""

    profiles: dict[str, float]
    directives: dict[str, float]
    opens: dict[str, list[str]]


def costs(host: str, rounds: int = ROUNDS) -> Costs:
    """Of a worker with a user of its own, on one host."""
    whole = PROFILES["standard with rights"]
    default = PROFILES["standard"]
    without = {name: _without(whole, name) for name in whole}
    took = {
        name: _median(lines)
        for name, lines in _said(host, rounds, "/bin/cat /proc/self/schedstat", {**PROFILES, **without}).items()
    }
    on_host(
        host, attacks.PREPARED + f"cat > {attacks.PLACE}/program; chmod 755 {attacks.PLACE}/program", attacks.PROGRAM
    )
    tried = {"standard": default, **{name: _without(default, name) for name in whole}}
    opened = {name: _open(lines) for name, lines in _said(host, 1, f"{attacks.PLACE}/program", tried).items()}
    on_host(host, attacks.REMOVED)
    most = took["standard with rights"]
    return Costs(
        {name: took[name] / most for name in PROFILES},
        {name: max(0.0, 1 - took[name] / most) for name in whole},
        {name: sorted(opened[name] - opened["standard"]) for name in whole},
    )


def _without(profile: dict[str, Value], directive: str) -> dict[str, Value]:
    return {name: value for name, value in profile.items() if name != directive}


def _said(host: str, rounds: int, command: str, profiles: dict[str, dict[str, Value]]) -> dict[str, list[str]]:
    units = {
        name.replace(" ", "-"): [
            f"User={USER}",
            *(f"{key}={text}" for key, value in profile.items() for text in value_texts(value)),
        ]
        for name, profile in profiles.items()
    }
    asked = json.dumps({"rounds": rounds, "command": command, "units": units})
    said = json.loads(on_host(host, f"python3 -c '{SAMPLER}'", asked))
    return {name: said[name.replace(" ", "-")] for name in profiles}


def _median(lines: list[str]) -> float:
    times = sorted(int(line.split()[0]) for line in lines)
    return float(times[len(times) // 2])


def _open(lines: list[str]) -> set[str]:
    return {line.split()[0] for line in lines if line.split()[1:2] == ["open"]}


def table(found: Costs) -> str:
    rows = [f"| `{name}` | {share:.0%} |" for name, share in found.profiles.items()]
    rows += [
        f"| `{name}=` | -{share:.0%} | {', '.join(found.opens[name]) or '-'} |"
        for name, share in found.directives.items()
    ]
    return "\n".join(rows)


def main(hosts: list[str]) -> None:
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for host in hosts:
        version = on_host(host, "systemctl --version").split()[1]
        found = costs(host)
        print(f"systemd {version}\n{table(found)}\n", flush=True)
        rounded = {name: round(share, 3) for name, share in found.profiles.items()}
        each = {name: round(share, 3) for name, share in found.directives.items()}
        record[version] = {"profiles": rounded, "directives": each, "opens": found.opens}
        RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
