# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are old or new and never in between."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import typing as t

# Of this process and of what it starts, such as `systemctl enable`, which makes directories. The caller may have
# any: under 000 a directory of ours would be everybody's, under 077 other users could not look at a unit.
UMASK = 0o022
PRIVATE, PUBLIC = 0o700, 0o755
# The leading dot and the suffix keep systemd from reading it as a unit.
ASIDE = r"\..+\.[0-9a-f]{16}\.new"


def write_atomically(path: str, data: bytes, *, mode: int, uid: int = -1, gid: int = -1) -> None:
    """Replaces ``path``. The new file is private from its first byte and complete on disk before it has its name.

    It belongs to who writes it, unless that is root and says otherwise. A directory that is not there yet is made, for
    everybody to read when the file is.
    """
    directory, name = os.path.split(path)
    make_directory(directory, PUBLIC if mode & stat.S_IROTH else PRIVATE)
    aside = os.path.join(directory, f".{name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchown(file.fileno(), uid, gid)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.rename(aside, path)
    except BaseException:
        remove(aside)
        raise
    sync_directory(directory)


@contextlib.contextmanager
def naming(path: str) -> t.Iterator[None]:
    """An error of an open file, such as a full disk, has no name, and a host has several disks. It gets this one."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, error.filename or path) from error


def link_atomically(path: str, target: str) -> None:
    """Replaces ``path`` by a link."""
    directory, name = os.path.split(path)
    make_directory(directory, PUBLIC)
    aside = os.path.join(directory, f".{name}.{secrets.token_hex(8)}.new")
    os.symlink(target, aside)
    try:
        os.rename(aside, path)
    except BaseException:
        remove(aside)
        raise
    sync_directory(directory)


def make_directory(path: str, mode: int) -> None:
    """Makes the directory unless it is there, of exactly this mode; others can enter and read those above it."""
    parent = os.path.dirname(path)
    if os.path.isdir(path):
        return
    if parent != path:
        make_directory(parent, PUBLIC)
    with contextlib.suppress(FileExistsError):
        # Exactly, for UMASK takes nothing of either.
        os.mkdir(path, mode)


def write_readable(path: str, text: str) -> None:
    """A file that lives for as long as somebody looks at it, and holds no secret."""
    with open(path, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))


def is_aside(name: str) -> bool:
    """Whether a file is one that is being written, or was, by somebody who was killed meanwhile."""
    return re.fullmatch(ASIDE, name) is not None


def remove(path: str) -> None:
    """Removes a file if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    sync_directory(os.path.dirname(path))


def remove_own_file() -> None:
    """Ansible copies a module in a file that has the arguments in it, and removes the file at the end.

    When the connection is lost, or the controller is killed, it does not, and the secrets would stay on the host.
    """
    with open("/proc/self/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    for word in words:
        if os.path.basename(word).startswith(b"AnsiballZ_"):
            with contextlib.suppress(OSError):
                os.unlink(word)


def entries(directory: str) -> t.List[str]:
    """Names in a directory, in order; none where there is no directory, whatever lies there instead."""
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []


def sync_directory(path: str) -> None:
    """Makes the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
