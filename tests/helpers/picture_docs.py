# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of docs/benchmarks.md: simulations with the policy of the agent, and a measured curve.

``make pages`` draws them anew.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import curve, scaling, sharing
from tests.helpers.line_chart import Panel, chart

IMAGES = Path(__file__).parents[2] / "docs" / "images"
# A minute before the burst, until the last workers have gone.
SHOWN = 750


def burst() -> str:
    found = {name: scaling.course(one()) for name, one in scaling.CONTENDERS.items()}
    waiting = {name: one.waiting[:SHOWN] for name, one in found.items() if name != "always 1"}
    workers = {name: one.numbers[:SHOWN] for name, one in found.items()}
    panels = [Panel("Jobs that wait (always 1 is far above)", 2000, waiting), Panel("Workers", 2, workers)]
    return chart("A simulated burst of 10,000 jobs", 60, panels)


def shared() -> str:
    panels = []
    with_shares, without = (sharing.course(sharing.Ours(shares=one)) for one in (True, False))
    waiting = {
        f"{name}, {how}": one[name].waiting[:SHOWN]
        for how, one in (("with shares", with_shares), ("without", without))
        for name in sharing.BURSTS
    }
    panels.append(Panel("Jobs that wait", 3000, waiting))
    for how, one in (("with shares of the capacity", with_shares), ("without shares", without)):
        panels.append(Panel(f"Workers {how}", 2, {name: one[name].numbers[:SHOWN] for name in sharing.BURSTS}))
    return chart("Two queues that share ten workers", 60, panels)


def growth() -> str:
    found = curve.measured()
    seconds = {
        "a run that changes nothing": [one.no_change for one in found],
        "a look at the host": [one.look for one in found],
        "ansible.builtin.ping": [one.ping for one in found],
    }
    lines = {name: [round(1000 * one) for one in values] for name, values in seconds.items()}
    marks = [f"{one.instances:,}" for one in found]
    return chart("Whole runs by the number of instances", 1, [Panel("Milliseconds by instances", 500, lines, marks)])


PICTURES = {"instances.svg": growth, "scaling-burst.svg": burst, "scaling-shared.svg": shared}


if __name__ == "__main__":
    for file, draw in PICTURES.items():
        (IMAGES / file).write_text(draw())
