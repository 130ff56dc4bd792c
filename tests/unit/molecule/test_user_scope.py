# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario user_scope runs every test with its mark, and those are as many as are meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

MOLECULE = Path(__file__).parents[3] / "molecule"
EXPECTED = {
    "crash_and_reboot/tests/test_crash_and_reboot.py": 2,
    "dead_man/tests/test_dead_man.py": 4,
    "pause/tests/test_pause.py": 2,
    "interrupted/tests/test_interrupted.py": 1,
    "per_instance/tests/test_per_instance.py": 1,
    "rollback/tests/test_rollback.py": 1,
    "scaling/tests/test_scaling.py": 1,
    "user_scope/tests/test_agents.py": 2,
    "user_scope/tests/test_user_scope.py": 14,
}


def test_it_runs_every_marked_test_and_as_many_as_are_meant() -> None:
    verifier = yaml.safe_load((MOLECULE / "user_scope" / "molecule.yml").read_text())["verifier"]
    mark, scenarios = verifier["options"]["m"], MOLECULE.glob("*/tests")
    argv = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-m", mark, *scenarios]
    listed = subprocess.run(argv, cwd=MOLECULE.parent, capture_output=True, text=True, check=True).stdout
    counts = (line.split(": ") for line in listed.splitlines() if line.startswith("molecule/"))
    assert {path.removeprefix("molecule/"): int(count) for path, count in counts} == EXPECTED
    # Molecule passes over a file that is not there.
    own = (MOLECULE / "user_scope" / "tests").glob("test_*.py")
    others = ((MOLECULE / "user_scope" / "tests" / path).resolve() for path in verifier["additional_files_or_dirs"])
    assert sorted(str(path.relative_to(MOLECULE)) for path in (*own, *others)) == sorted(EXPECTED)
