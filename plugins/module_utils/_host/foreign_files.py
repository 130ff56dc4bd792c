# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door to files that somebody else than root owns, or may: they never wait, lead elsewhere or grow without end.

The owner of a directory can put a FIFO, a device or a link in the place of a file at any moment, also between calls.
So a file is held first (O_PATH opens nothing, see open(2)), then judged, and what was judged is what is read.
"""

from __future__ import annotations

import contextlib
import errno
import grp
import os
import pwd
import stat
import typing as t

# In bytes; no file of a pool, or of what we keep about it, comes near it.
LARGEST_OF_OURS = 2**24
# As many as the kernel follows (path_resolution(7)).
MOST_LINKS = 40
HOLD = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
# What is there is not a regular file, or not in a directory.
OF_ANOTHER_KIND = (errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENOTDIR)
# A file with a lease would make us wait for who holds it (fcntl(2), F_SETLEASE).
READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class Step(t.NamedTuple):
    """One name of a path. ``path`` is where it is, with the links before it resolved; ``parent`` is its directory."""

    path: str
    descriptor: int
    status: os.stat_result
    parent: os.stat_result

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    def replaced_by(self, groups: t.Collection[int] = (), owner: int = 0) -> str:
        """Who but root and ``owner`` can put something else in its place, in words; empty when only they can."""
        writers = _writers(self.parent, groups, owner)
        # In /tmp and similar directories every user may write, and cannot remove the files of others.
        if (
            writers
            and self.parent.st_uid == 0
            and self.parent.st_mode & stat.S_ISVTX
            and self.status.st_uid in (0, owner)
        ):
            return ""
        return f"{os.path.dirname(self.path)} {writers}" if writers else ""


def read(path: str, most: int, *, follow: bool = False) -> bytes:
    """The content of a regular file of at most ``most`` bytes. Raises ``OSError`` for anything else.

    Without ``follow`` links count only where only root can change them.
    """
    with holding(path, follow=follow) as held, reading(held, path) as file:
        found = file.read(most + 1) or b""
    if len(found) > most:
        raise OSError(errno.EFBIG, f"is larger than {most} bytes", path)
    return found


@contextlib.contextmanager
def holding(path: str, *, follow: bool = False) -> t.Iterator[int]:
    """A descriptor of what is there now, whatever it is, without opening it. Raises ``OSError``."""
    # With no more than the rights of who made the link nothing is gained by not following it.
    held = os.open(path, os.O_PATH | os.O_CLOEXEC) if follow or os.geteuid() != 0 else _held(path)
    try:
        yield held
    finally:
        os.close(held)


@contextlib.contextmanager
def reading(held: int, path: str) -> t.Iterator[t.BinaryIO]:
    """The very file that is held. Raises ``OSError`` when it is not a regular one."""
    if not stat.S_ISREG(os.fstat(held).st_mode):
        raise OSError(errno.EINVAL, "is not a regular file", path)
    with os.fdopen(os.open(f"/proc/self/fd/{held}", READ), "rb") as file:
        yield file


def changed_by(path: str, *, content: bool, groups: t.Collection[int] = (), owner: int = 0) -> str:
    """Why a user other than root can replace ``path``, such as ``/srv/app belongs to app``; empty when only root can.

    With ``content`` those count too who can write into the file. ``groups`` are known to have somebody in them. The
    user ``owner`` may replace it, too. Raises ``OSError`` for what is not there.
    """
    last = ""
    with contextlib.closing(_steps(path)) as steps:
        for step in steps:
            found = step.replaced_by(groups, owner)
            if found:
                return found
            writers = _writers(step.status, groups, owner)
            last = f"{step.path} {writers}" if writers else ""
    return last if content else ""


def _held(path: str) -> int:
    held = os.open("/", HOLD)
    try:
        with contextlib.closing(_steps(path)) as steps:
            for step in steps:
                if step.is_link and step.replaced_by():
                    raise OSError(errno.ELOOP, f"{step.path} is a link, and {step.replaced_by()}", path)
                os.dup2(step.descriptor, held, inheritable=False)
    except BaseException:
        os.close(held)
        raise
    return held


def _steps(path: str) -> t.Generator[Step, None, None]:
    """The walk of the kernel to a path, name by name. A descriptor is good until the next step."""
    with contextlib.ExitStack() as opened:
        directory = _opened(opened, "/", None, path, enter=True)
        here, links, names = "/", 0, _names(path)
        while names:
            name = names.pop(0)
            found = _opened(opened, name, directory, path, enter=bool(names))
            status, parent = os.fstat(found), os.fstat(directory)
            yield Step(os.path.normpath(os.path.join(here, name)), found, status, parent)
            if stat.S_ISLNK(status.st_mode):
                links += 1
                if links > MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                target = os.readlink("", dir_fd=found)
                names = [*_names(target), *names]
                if target.startswith("/"):
                    directory, here = _opened(opened, "/", None, path, enter=True), "/"
            else:
                directory, here = found, os.path.normpath(os.path.join(here, name))


def _opened(opened: contextlib.ExitStack, name: str, directory: t.Optional[int], path: str, *, enter: bool) -> int:
    try:
        try:
            # With O_DIRECTORY what is mounted on demand is mounted.
            descriptor = os.open(name, HOLD | (os.O_DIRECTORY if enter else 0), dir_fd=directory)
        except NotADirectoryError:
            descriptor = os.open(name, HOLD, dir_fd=directory)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    opened.callback(os.close, descriptor)
    return descriptor


def _names(path: str) -> t.List[str]:
    return [name for name in path.split("/") if name not in ("", ".")]


def _writers(status: os.stat_result, groups: t.Collection[int], owner: int) -> str:
    """Who but root and ``owner`` may write, in words that follow the name; of a link its owner alone tells."""
    if status.st_uid not in (0, owner):
        return f"belongs to {name_of(status.st_uid)}"
    if stat.S_ISLNK(status.st_mode):
        return ""
    if status.st_mode & stat.S_IWOTH:
        return "is writable by all"
    # An access control list that lets somebody write shows here, too (acl(5)).
    if status.st_mode & stat.S_IWGRP and (status.st_gid in groups or _has_members(status.st_gid, owner)):
        return f"is writable by the group {_named(grp.getgrgid, status.st_gid)}"
    return ""


def _has_members(gid: int, owner: int) -> bool:
    """Whether somebody but root and ``owner`` is in a group, as far as is known without reading all accounts."""
    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return True
    with contextlib.suppress(KeyError):
        namesake = pwd.getpwnam(group.gr_name)
        if namesake.pw_uid not in (0, owner) and namesake.pw_gid == gid:
            return True
    return bool({*group.gr_mem} - {"root", name_of(owner)})


def name_of(uid: int) -> str:
    """Of a user; the number when no account has it."""
    return _named(pwd.getpwuid, uid)


def _named(find: t.Callable[[int], t.Any], number: int) -> str:
    try:
        return str(find(number)[0])
    except KeyError:
        return str(number)
