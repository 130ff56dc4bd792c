# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of figures in a directory that may belong to another user than root, such as that of Prometheus.

Its owner can put anything there at any moment. So the directory is held, and no name in it is ever followed or opened:
the file is made new, and takes its place by a rename. Who could not write to a directory of root gains nothing by that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.metrics import TEXTFILE
from ansible_collections.workers.systemd.plugins.module_utils._host import child, foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import naming

# Of one writer, since the agent is one. The collector reads no file of this name.
ASIDE = f".{TEXTFILE}.new"
# In seconds, for a directory on a server that may not answer.
LONGEST = 5.0
MODE = 0o644


def write(directory: str, text: str) -> None:
    """Raises ``OSError``. Then the previous file is there, and grows old.

    Nothing waits for the disk: after a power cut, the agent writes again.
    """
    with _held(directory) as held, naming(directory):
        _unlink(ASIDE, held)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(ASIDE, flags, 0o600, dir_fd=held), "wb") as file:
                file.write(text.encode())
                os.fchmod(file.fileno(), MODE)
            os.rename(ASIDE, TEXTFILE, src_dir_fd=held, dst_dir_fd=held)
        except BaseException:
            with contextlib.suppress(OSError):
                _unlink(ASIDE, held)
            raise


def remove(directory: str) -> None:
    """Removes the file if it is there. Raises ``OSError``."""
    with contextlib.suppress(FileNotFoundError), _held(directory) as held, naming(directory):
        for name in (ASIDE, TEXTFILE):
            _unlink(name, held)


def remove_patiently(path: str) -> str:
    """Removes the file at this path, from a child process. Returns why it could not; empty when it is gone."""
    answers = child.answers(map(_removed, [os.path.dirname(path)]), LONGEST)
    return str(answers[0]) if answers else f"{path}: no answer within {LONGEST:g} s"


def trouble(directory: str) -> str:
    """Why nothing can be written there, from a child process; empty when it is a directory."""
    answers = child.answers(map(_found, [directory]), LONGEST)
    return str(answers[0]) if answers else f"{directory}: no answer within {LONGEST:g} s"


def _found(directory: str) -> str:
    try:
        with _held(directory):
            return ""
    except OSError as error:
        return str(error)


def _removed(directory: str) -> str:
    try:
        remove(directory)
    except OSError as error:
        return str(error)
    return ""


@contextlib.contextmanager
def _held(directory: str) -> t.Iterator[int]:
    with foreign_files.holding(directory) as held:
        if not stat.S_ISDIR(os.fstat(held).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), directory)
        yield held


def _unlink(name: str, held: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=held)
