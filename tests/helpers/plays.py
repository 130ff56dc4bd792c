# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook for tests that run it hundreds of times: imported once, forked for every play.

A third of the processor time of a short play is the import of Ansible. Run as a program this is what forks: it reads
lines of JSON, and writes the exit status of each play.
"""

from __future__ import annotations

import functools
import json
import os
import random
import subprocess
import sys
import tempfile
import traceback
import typing as t
from pathlib import Path


class Played(t.NamedTuple):
    """What ansible-playbook wrote, and its exit status."""

    stdout: str
    stderr: str
    status: int

    @property
    def said(self) -> str:
        """Both: Molecule's own settings send what failed to one stream and all else to the other."""
        return self.stdout + self.stderr


def play(words: t.Sequence[str], environment: t.Mapping[str, str], directory: t.Optional[Path] = None) -> Played:
    """``ansible-playbook WORDS`` with more of an environment, in a directory or here. One at a time."""
    program = _program(tuple(sorted(environment.items())))
    stdin, stdout = t.cast("t.IO[str]", program.stdin), t.cast("t.IO[str]", program.stdout)
    with tempfile.TemporaryDirectory() as said:
        out, err, there = Path(said, "out"), Path(said, "err"), str(directory or Path.cwd())
        asked = {"words": ["ansible-playbook", *words], "out": str(out), "err": str(err), "directory": there}
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        return Played(status=int(stdout.readline()), stdout=out.read_text(), stderr=err.read_text())


@functools.cache
def _program(environment: t.Tuple[t.Tuple[str, str], ...]) -> subprocess.Popen[str]:
    """It ends with its standard input, and so with this process."""
    argv = [sys.executable, "-P", __file__]
    env = {**os.environ, **dict(environment)}
    return subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def main() -> None:
    # What no play changes, and each would import for itself.
    import ansible.cli.playbook
    import ansible.executor.module_common
    import ansible.executor.process.worker
    import ansible.plugins.strategy  # noqa: F401

    for line in sys.stdin:
        child = os.fork()
        if not child:
            _play(**json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _play(words: t.List[str], out: str, err: str, directory: str) -> t.NoReturn:
    from ansible.cli.playbook import main as ansible_playbook

    status: t.Any = 250
    try:
        for number, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, out, os.O_WRONLY | os.O_CREAT),
            (2, err, os.O_WRONLY | os.O_CREAT),
        ):
            os.dup2(os.open(path, flags), number)
        os.chdir(directory)
        # Names of temporary directories on the host are made of it.
        random.seed()
        sys.argv = words
        ansible_playbook(words)
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status or 0)


if __name__ == "__main__":
    main()
