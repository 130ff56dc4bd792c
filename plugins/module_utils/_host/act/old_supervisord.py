# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program of supervisord: ``supervisorctl`` stops it, and ``autostart=false`` in its file keeps it so."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write import replaced
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import Record
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.act import old_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

# In seconds: a stop waits for jobs, as `stopwaitsecs` says.
LONGEST_STOP, LONGEST_LOOK = 24 * 3600, 20
# Of `supervisorctl status`: 3 when a process does not run.
ANSWERED = (0, 3)


def look(replaces: Replaces, run: str) -> Record:
    main, *others = _files()
    for path in (main, *others):
        # supervisorctl loads the plug-ins that its file names, and it runs as root.
        changer = foreign_files.changed_by(path, content=True)
        if changer:
            raise ManagerError(f"{path} can be changed by a user ({changer}), and root would run what it says")
    texts = {path: old_files.text(path) for path in (main, *others)}
    files = [path for path, text in texts.items() if replaced.has_program(text, replaces.program)]
    if not files:
        raise ManagerError(f"no file of supervisord has [program:{replaces.program}]")
    group = replaced.group_of(texts.values(), replaces.program)
    if group:
        raise ManagerError(f"[group:{group}] has {replaces.program} and others: take it out of the group first")
    ran = [name for name, state in _states(main, replaces.program).items() if state in replaced.UP]
    return Record(replaces, tuple(files), tuple(ran), run)


def still_runs(record: Record) -> bool:
    if not old_managers.is_supervisord_up():
        return False
    return any(state in replaced.UP for state in _states(_files()[0], record.replaces.program).values())


def take(record: Record) -> None:
    program = record.replaces.program
    for path in record.files:
        old_files.rewrite(path, lambda text: replaced.marked_ini(text, program))
    main = _files()[0]
    _control(main, "stop", f"{program}:*", within=LONGEST_STOP)
    up = [name for name, state in _states(main, program).items() if state in replaced.UP]
    if up:
        raise ManagerError(f"supervisord did not stop {', '.join(up)}")


def give_back(record: Record) -> None:
    program = record.replaces.program
    for path in record.files:
        old_files.rewrite(path, lambda text: replaced.unmarked_ini(text, program))
    if not record.ran:
        return
    main = _files()[0]
    if not old_managers.is_supervisord_up():
        # It reads its files when it starts, and then starts the program by itself.
        return
    states = _states(main, program)
    down = [name for name in record.ran if states.get(name) not in ("RUNNING", "STARTING")]
    if down:
        _control(main, "start", *down, within=LONGEST_STOP)
    states = _states(main, program)
    down = [name for name in record.ran if states.get(name) not in ("RUNNING", "STARTING")]
    if down:
        raise ManagerError(f"supervisord did not start {', '.join(down)}")


def _files() -> t.List[str]:
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
