# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/hardening.md from the profiles and from what was measured: ``make pages`` writes them anew."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import (
    HOMES_OF_OTHERS,
    NEEDS,
    PROFILES,
    REFUSED_ANYWAY,
    Guard,
)
from tests.helpers.attacks import ATTACKS

PAGE = Path(__file__).parents[2] / "docs" / "hardening.md"
BEGIN, END = "<!-- From plugins/module_utils/_core/understand/hardening.py. -->\n\n", "<!-- End of the tables. -->\n"
COSTS_BEGIN, COSTS_END = "<!-- From tests/benchmarks/starts.json. -->\n\n", "<!-- End of what was measured. -->\n"
MEASURED = Path(__file__).parents[1] / "benchmarks" / "starts.json"
WHOLE = "standard with rights"
TITLES = {"standard": "`standard`, a user of its own", WHOLE: "`standard`, root or capabilities"}
# What is less than this is noise of the measurement.
NOISE = 0.02
ABOVE = {"standard": "off", "strict": "standard", "no_network": "strict"}


def page(now: str) -> str:
    """The text of the page with the tables as they should be."""
    record: t.Dict[str, t.Any] = json.loads(MEASURED.read_text())
    parts = ((BEGIN, tables(), END), (COSTS_BEGIN, costs(record), COSTS_END))
    for begin, text, end in parts:
        head, behind = now.split(begin, 1)
        now = head + begin + text + end + behind.split(end, 1)[1]
    return now


def tables() -> str:
    return "\n".join([*(_profile(profile, base) for profile, base in ABOVE.items()), _needs()]) + "\n"


def costs(record: t.Mapping[str, t.Any]) -> str:
    """Of a start by systemd's version, and what each directive stops."""
    versions = list(record)
    columns = " | ".join(f"systemd {version}" for version in versions)
    lines = [f"| a start, compared with all directives of `standard` | {columns} |", "|---" * (1 + len(versions)) + "|"]
    for profile in record[versions[0]]["profiles"]:
        shares = " | ".join(f"{record[version]['profiles'][profile]:.0%}" for version in versions)
        lines.append(f"| {TITLES.get(profile, f'`{profile}`')} | {shares} |")
    head = ["", "| directive of `standard` | without it a worker with a user of its own | its share of a start |"]
    lines += [*head, "|---|---|---|"]
    lines += [_cost(guard, record) for guard in PROFILES["standard"]]
    return "\n".join(lines) + "\n\n"


def _cost(guard: Guard, record: t.Mapping[str, t.Any]) -> str:
    name = guard.directive
    opens = {attack for found in record.values() for attack in found["opens"][name]}
    stops = (
        "; ".join(title for attack, title in ATTACKS.items() if attack in opens) or "can do nothing else that we tried"
    )
    shares = [found["directives"][name] for found in record.values()]
    least, most = min(shares), max(shares)
    share = f"{max(least, 0):.0%} to {most:.0%}" if most >= NOISE else f"less than {NOISE:.0%}"
    mark = " (not for such a worker)" if name in REFUSED_ANYWAY else ""
    value = f" (`{HOMES_OF_OTHERS}` for such a worker)" if name == "ProtectHome" else ""
    return f"| `{name}=`{mark}{value} | {stops} | {share} |"


def _profile(profile: str, base: str) -> str:
    differs = [guard for guard in PROFILES[profile] if guard not in PROFILES[base]]
    title = f"### {profile}" + ("" if base == "off" else f": all of {base}, and")
    head = [title, "", "| directive | what it costs a worker | opened by |", "|---|---|---|"]
    return "\n".join([*head, *map(_row, differs), ""])


def _row(guard: Guard) -> str:
    lines = [f"`{guard.directive}={text}`" for text in value_texts(guard.value)]
    opened_by = [f"`{name}`" for name, need in NEEDS.items() if guard.directive in {*need.leaves_out, *need.adds}]
    return f"| {'<br>'.join(lines)} | {guard.costs} | {', '.join(opened_by) or '`unit`'} |"


def _needs() -> str:
    rows = [f"| `{name}` | {need.title} | {_opens(need.leaves_out, need.adds)} |" for name, need in NEEDS.items()]
    return "\n".join(["### needs", "", "| need | for | what it does |", "|---|---|---|", *rows, ""])


def _opens(leaves_out: t.Sequence[str], adds: t.Mapping[str, t.Any]) -> str:
    left_out = [f"no {', '.join(f'`{directive}=`' for directive in leaves_out)}"] if leaves_out else []
    added = [f"`{directive}=` with `{' '.join(value_texts(more))}`" for directive, more in adds.items()]
    return "; ".join([*left_out, *added])


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
