# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, and what is said when one fails."""

from __future__ import annotations

import subprocess


class LabError(Exception):
    """Something this machine cannot do; the text says what and what to try."""


def run(*argv: str, stdin: str = "", hint: str = "") -> str:
    """Output of a command. Raises ``LabError`` with what it printed."""
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LabError(f"there is no {argv[0]} on this machine: python3 -m lab setup --kind {{container,vm}}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"`{' '.join(argv)[:300]}` exited {done.returncode}:\n{said}\n{hint}".rstrip())
    return done.stdout


def succeeds(*argv: str) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
