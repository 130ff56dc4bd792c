# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of npm, which Debian does not have, in the versions of a package-lock.json."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

INSTALL = Path(__file__).parents[1] / "install.sh"
OPTIONS = ("--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def installed(wanted: Path, directory: Path) -> Path:
    """Installs what package.json in ``wanted`` names to a directory. Returns its ``node_modules``."""
    if not shutil.which("npm"):
        subprocess.run(["sh", str(INSTALL), "npm"], check=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(wanted / name, directory)
    subprocess.run(["npm", "ci", *OPTIONS], cwd=directory, check=True)
    return directory / "node_modules"
