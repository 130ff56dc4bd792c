# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops what another manager runs, asks that manager not to start it again, and takes both back.

A user owns some of the files. Only those are read and written that no user but root can replace, or of which only the
content is the user's: a crontab.
"""

from __future__ import annotations

import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write import replaced
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import Record
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

# In seconds: a stop waits for jobs, as `stopwaitsecs` says.
LONGEST_STOP, LONGEST_LOOK = 24 * 3600, 20
# Of `supervisorctl status`: 3 when a process does not run.
ANSWERED = (0, 3)


def look(replaces: Replaces, run: str) -> Record:
    """What there is to take over. Raises ``ManagerError`` when it cannot be."""
    if not replaces.program:
        _refuse_replaceable(replaces.file)
        if not has_line(replaces):
            raise ManagerError(f"{replaces.file} has no such line: {replaces.line}")
        return Record(replaces, (replaces.file,), (), run)
    main, *others = _files_of_supervisord()
    for path in (main, *others):
        # supervisorctl loads the plug-ins that its file names, and it runs as root.
        changer = foreign_files.changed_by(path, content=True)
        if changer:
            raise ManagerError(f"{path} can be changed by a user ({changer}), and root would run what it says")
    texts = {path: _text(path) for path in (main, *others)}
    files = [path for path, text in texts.items() if replaced.has_program(text, replaces.program)]
    if not files:
        raise ManagerError(f"no file of supervisord has [program:{replaces.program}]")
    group = replaced.group_of(texts.values(), replaces.program)
    if group:
        raise ManagerError(f"[group:{group}] has {replaces.program} and others: take it out of the group first")
    ran = [name for name, state in _states(main, replaces.program).items() if state in replaced.UP]
    return Record(replaces, tuple(files), tuple(ran), run)


def has_line(replaces: Replaces) -> bool:
    """Whether cron runs the line. Raises ``OSError``."""
    return replaces.line in _text(replaces.file).split("\n")


def still_runs(record: Record) -> bool:
    """Whether the other manager runs some of it: a run was killed before it had stopped all, or somebody started it
    again. Raises ``ManagerError`` or ``OSError`` when that cannot be seen.
    """
    program = record.replaces.program
    if not program:
        return has_line(record.replaces)
    if not (old_managers.is_supervisord_up()):
        return False
    return any(state in replaced.UP for state in _states(_files_of_supervisord()[0], program).values())


def take(record: Record) -> None:
    """Marks the files and stops the processes. Raises ``ManagerError`` when one still runs."""
    replaces = record.replaces
    for path in record.files:
        _rewrite(path, lambda text: _marked(replaces, text))
    if not replaces.program:
        return
    main = _files_of_supervisord()[0]
    _control(main, "stop", f"{replaces.program}:*", within=LONGEST_STOP)
    up = [name for name, state in _states(main, replaces.program).items() if state in replaced.UP]
    if up:
        raise ManagerError(f"supervisord did not stop {', '.join(up)}")


def give_back(record: Record) -> None:
    """Takes back the marks, and starts the processes that ran. Raises ``ManagerError`` when one does not run."""
    replaces = record.replaces
    for path in record.files:
        _rewrite(path, lambda text: _unmarked(replaces, text))
    if not (replaces.program and record.ran):
        return
    main = _files_of_supervisord()[0]
    if not old_managers.is_supervisord_up():
        # It reads its files when it starts, and then starts the program by itself.
        return
    states = _states(main, replaces.program)
    down = [name for name in record.ran if states.get(name) not in ("RUNNING", "STARTING")]
    if down:
        _control(main, "start", *down, within=LONGEST_STOP)
    states = _states(main, replaces.program)
    down = [name for name in record.ran if states.get(name) not in ("RUNNING", "STARTING")]
    if down:
        raise ManagerError(f"supervisord did not start {', '.join(down)}")


def _marked(replaces: Replaces, text: str) -> str:
    if replaces.program:
        return replaced.marked_ini(text, replaces.program)
    return replaced.marked_crontab(text, replaces.line)


def _unmarked(replaces: Replaces, text: str) -> str:
    if replaces.program:
        return replaced.unmarked_ini(text, replaces.program)
    return replaced.unmarked_crontab(text, replaces.line)


def _rewrite(path: str, change: t.Callable[[str], str]) -> None:
    """Keeps the owner and the mode. Somebody else may have removed the file: then there is nothing to change."""
    try:
        _refuse_replaceable(path)
        text = _text(path)
        status = os.lstat(path)
    except FileNotFoundError:
        return
    new = change(text)
    if new != text:
        data = new.encode("utf-8", "surrogateescape")
        write_atomically(path, data, mode=stat.S_IMODE(status.st_mode), uid=status.st_uid, gid=status.st_gid)


def _refuse_replaceable(path: str) -> None:
    """Only its content may be a user's, as that of a crontab: in its place a link could lead anywhere."""
    changer = foreign_files.changed_by(path, content=False)
    if changer:
        raise ManagerError(f"{path} can be replaced by a user ({changer})")


def _text(path: str) -> str:
    return foreign_files.read(path, old_managers.LARGEST).decode("utf-8", "surrogateescape")


def _files_of_supervisord() -> t.List[str]:
    files = old_managers.supervisord_files()
    if not files:
        raise ManagerError("supervisord has no file on this host")
    return files


def _states(main: str, program: str) -> t.Dict[str, str]:
    status, out, err = _supervisorctl(main, ["status", f"{program}:*"], LONGEST_LOOK)
    if status not in ANSWERED and not replaced.states(out):
        raise ManagerError(f"`supervisorctl status {program}:*` exited {status}: {(err or out).strip()}")
    return replaced.states(out)


def _control(main: str, verb: str, *names: str, within: int) -> None:
    """What became of it is seen by the states: the exit status also counts what was so before."""
    _supervisorctl(main, [verb, *names], within)


def _supervisorctl(main: str, words: t.Sequence[str], within: int) -> t.Tuple[int, str, str]:
    try:
        return commands.run(commands.within(within, ["supervisorctl", "-c", main, *words]))
    except OSError as error:
        raise ManagerError(f"supervisorctl cannot run: {error.strerror}") from None
