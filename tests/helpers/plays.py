# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook for tests that run it hundreds of times: imported once, forked for every play.

Most of the processor time of a short play is the import of Ansible and of its plugins, and much is spent to pack a
module, which is then kept. Run as a program this is what forks: it reads lines of JSON, each a play with a directory
for what it says.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import traceback
import typing as t
import warnings
from pathlib import Path

# In that directory: what the play writes, and a FIFO for its process and, at its end, its exit status.
OUT, ERR, STATUS = "out", "err", "status"


class Played(t.NamedTuple):
    """What ansible-playbook wrote, and its exit status."""

    stdout: str
    stderr: str
    status: int

    @property
    def said(self) -> str:
        """Both: Molecule's own settings send what failed to one stream and all else to the other."""
        return self.stdout + self.stderr


class Playing:
    """A play that is under way, in the process ``pid``."""

    def __init__(self, status: t.IO[str], said: Path) -> None:
        self._status, self._said = status, said
        self.pid = int(status.readline())

    def kill(self) -> None:
        """The process alone: what it has forked outlives it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """With what it has forked, which is in sessions of its own."""
        subprocess.run(["pkill", "-KILL", "--exact", _name_of(self.pid)], check=False)

    @functools.cached_property
    def played(self) -> Played:
        """When it has ended."""
        status = int(self._status.readline())
        out, err = ((self._said / name).read_text(errors="surrogateescape") for name in (OUT, ERR))
        return Played(out, err, status)

    def wait(self) -> int:
        return self.played.status


def play(words: t.Sequence[str], environment: t.Mapping[str, str], directory: t.Optional[Path] = None) -> Played:
    """``ansible-playbook WORDS`` with more of an environment, in a directory or here."""
    with playing(words, environment, directory) as under_way:
        return under_way.played


@contextlib.contextmanager
def playing(
    words: t.Sequence[str], environment: t.Mapping[str, str], directory: t.Optional[Path] = None
) -> t.Iterator[Playing]:
    """The same while it is under way, and several at a time."""
    stdin = t.cast("t.IO[str]", _program(tuple(sorted(environment.items()))).stdin)
    with tempfile.TemporaryDirectory() as said:
        os.mkfifo(Path(said, STATUS))
        asked = {"words": ["ansible-playbook", *words], "said": said, "directory": str(directory or Path.cwd())}
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        with Path(said, STATUS).open() as status:
            yield Playing(status, Path(said))


@functools.cache
def _program(environment: t.Tuple[t.Tuple[str, str], ...]) -> subprocess.Popen[str]:
    """It ends with its standard input, and so with this process."""
    argv = [sys.executable, "-P", __file__]
    env = {**os.environ, **dict(environment)}
    return subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, text=True)


def main() -> None:
    # What no play changes, and each would import for itself.
    import ansible.cli.playbook
    import ansible.executor.module_common
    import ansible.executor.process.worker
    import ansible.plugins.strategy  # noqa: F401

    _load_plugins()
    # A play is too short to collect garbage, and looking for it copies the memory that was forked.
    gc.freeze()
    gc.disable()
    # Nobody waits for those that see to a play.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if not os.fork():
            _see_to(**json.loads(line))


def _load_plugins() -> None:
    """Those that all plays have, with their documentation, which Ansible reads for their settings: two thirds of the
    processor time that a play has left.
    """
    import ansible.plugins.loader as ansible

    ansible.init_plugin_loader()
    # Each play does that once more.
    warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    import ansible_collections.workers.systemd.plugins.action.pools  # noqa: F401

    for loader in (ansible.inventory_loader, ansible.callback_loader, ansible.vars_loader):
        list(loader.all(class_only=True))
    for loader, name in (
        (ansible.connection_loader, "ssh"),
        (ansible.shell_loader, "sh"),
        (ansible.become_loader, "sudo"),
        (ansible.strategy_loader, "linear"),
        (ansible.cache_loader, "memory"),
        (ansible.callback_loader, "ansible.posix.json"),
    ):
        loader.get(name, class_only=True)


def _see_to(words: t.List[str], said: str, directory: str) -> t.NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(said, STATUS).open("w") as status:
        child = os.fork()
        if not child:
            _play(words, Path(said), directory)
        print(child, file=status, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=status, flush=True)
    os._exit(0)


def _play(words: t.List[str], said: Path, directory: str) -> t.NoReturn:
    from ansible.cli.playbook import main as ansible_playbook

    exit_status: t.Any = 250
    try:
        Path("/proc/self/comm").write_text(_name_of(os.getpid()))
        for number, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, said / OUT, os.O_WRONLY | os.O_CREAT),
            (2, said / ERR, os.O_WRONLY | os.O_CREAT),
        ):
            os.dup2(os.open(path, flags), number)
        os.chdir(directory)
        # Names of temporary directories on the host are made of it.
        random.seed()
        sys.argv = words
        ansible_playbook(words)
    except SystemExit as end:
        exit_status = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_status or 0)


def _name_of(pid: int) -> str:
    """The name of a play's process, which what it forks has, too."""
    return f"play-{pid}"


if __name__ == "__main__":
    main()
