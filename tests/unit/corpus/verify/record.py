# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes what the `systemd-analyze verify` of a lab host says: python3 -m tests.unit.corpus.verify.record HOST"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.unit.corpus.verify.cases import CASES, STAGED

# Reads the cases and prints what verify says about each; runs on the host, with its Python.
ON_THE_HOST = """
import json, os, shutil, subprocess, sys
staged, cases = json.load(sys.stdin)
version = int(subprocess.check_output(["systemctl", "--version"]).split()[1])
strict = ["--recursive-errors=no"] if version >= 250 else []
said = {}
for name, files in cases.items():
    shutil.rmtree(staged, ignore_errors=True)
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(staged, path)), exist_ok=True)
        with open(os.path.join(staged, path), "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
    units = [os.path.join(staged, unit) for unit in ["mail@1.service", *({"mail.timer"} & set(files))]]
    environment = {**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_LOG_COLOR": "0"}
    argv = ["systemd-analyze", "verify", "--man=no", *strict, *units]
    done = subprocess.run(argv, env=environment, stderr=subprocess.PIPE)
    said[name] = {"status": done.returncode, "stderr": done.stderr.decode("utf-8", "surrogateescape")}
shutil.rmtree(staged)
print(json.dumps([version, said]))
"""


def main() -> None:
    argv = ["podman", "exec", "-i", sys.argv[1], "python3", "-c", ON_THE_HOST]
    done = subprocess.run(argv, input=json.dumps([STAGED, CASES]), capture_output=True, text=True, check=True)
    version, said = json.loads(done.stdout)
    Path(__file__).with_name(f"{version}.json").write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
