# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/hardening.md from the profiles: ``make pages`` writes them anew."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import NEEDS, PROFILES, Guard

PAGE = Path(__file__).parents[2] / "docs" / "hardening.md"
BEGIN, END = "<!-- From plugins/module_utils/_core/understand/hardening.py. -->\n\n", "<!-- End of the tables. -->\n"
ABOVE = {"standard": "off", "strict": "standard", "no_network": "strict"}


def page(now: str) -> str:
    """The text of the page with the tables as they should be."""
    head, behind = now.split(BEGIN, 1)
    return head + BEGIN + tables() + END + behind.split(END, 1)[1]


def tables() -> str:
    return "\n".join([*(_profile(profile, base) for profile, base in ABOVE.items()), _needs()]) + "\n"


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
