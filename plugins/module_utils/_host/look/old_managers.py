# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of supervisord, cron, PM2 and hand-made units, and what runs of them. Reads, and changes nothing.

Users own some of the files, and may put anything in their places. A child process reads all of them, and has so long.
"""

from __future__ import annotations

import base64
import configparser
import contextlib
import fnmatch
import glob
import os
import pwd
import re
import shutil
import typing as t
import zlib

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import proc_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName, is_unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import states
from ansible_collections.workers.systemd.plugins.module_utils._host import child, foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import entries
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

LARGEST, MOST_FILES = 2**20, 2000
# Seconds for all files, and for a command of another package.
LONGEST, LONGEST_COMMAND = 60.0, 20
SUPERVISORD = ("/etc/supervisor/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisord/supervisord.conf")
# The title that it gives itself (lib/Daemon.js of pm2).
DAEMON_OF_PM2 = re.compile(r"PM2 v\S+: God Daemon \((/.*)\)")
SPOOLS = ("/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron")
PERIODS = ("hourly", "daily", "weekly", "monthly")
# run-parts(8) and run-parts of cronie skip files of other names.
SCRIPT_NAME = re.compile(r"[A-Za-z0-9_-]+")
ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}")
HUP = 1
Row = t.Dict[str, t.Any]


def gathered(units: t.Optional[t.Sequence[str]]) -> t.Dict[str, t.Any]:
    """``files`` with their kinds, owners and contents; ``running`` programs of supervisord and ``instances`` of
    templates; ``packaged`` files, which belong to packages, and ``named`` things that are not imported.
    """
    rows = child.answers(_files(units), LONGEST)
    files = [row for row in rows if "content" in row]
    named = [row["named"] for row in rows if "named" in row]
    if not any("end" in row for row in rows):
        named.append(f"the files after {len(rows)}: they could not be read within {LONGEST:g} s")
    packaged = _packaged([row["path"] for row in files if row["kind"] in ("cron.d", "unit", "script")])
    mine = [row for row in files if row["path"] not in packaged]
    templates = [os.path.basename(row["path"]) for row in mine if row["path"].endswith("@.service")]
    main = next((row["path"] for row in mine if row["kind"] == "supervisord"), "")
    return {
        "files": mine,
        "packaged": sorted(packaged),
        "named": [*named, *_by_hand()],
        "running": _running(main) if main else {},
        "instances": {name: _instances(name) for name in templates},
    }


def _files(units: t.Optional[t.Sequence[str]]) -> t.Iterator[Row]:
    count = 0
    for source in (_of_supervisord(), _of_cron(), _of_pm2(), _of_units(units)):
        for row in source:
            yield row
            count += 1
            if count > MOST_FILES:
                yield {"named": f"more than {MOST_FILES} files: the rest is not read"}
                return
    yield {"end": True}


def _read(kind: str, path: str, user: str = "") -> t.Iterator[Row]:
    """A file as a row, or why it is not read; nothing for one that is not there."""
    try:
        data = foreign_files.read(path, LARGEST)
    except FileNotFoundError:
        return
    except OSError as error:
        yield {"named": f"{path}: not read: {error.strerror}"}
        return
    yield row_of(kind, path, user, data)


def row_of(kind: str, path: str, user: str, data: bytes) -> Row:
    """A file with its content. Not as it is: Ansible shows what a module prints at its highest verbosity, and secrets
    are in it.
    """
    return {"kind": kind, "path": path, "user": user, "content": base64.b64encode(zlib.compress(data)).decode()}


def content(row: Row) -> bytes:
    return zlib.decompress(base64.b64decode(row["content"]))


def _of_supervisord() -> t.Iterator[Row]:
    """The main file, that of a running daemon of root first, and the files that it includes."""
    for path in [*_given_to_supervisord(), *SUPERVISORD]:
        rows = list(_read("supervisord", path))
        if not any("content" in row for row in rows):
            yield from rows
            continue
        yield from rows
        for pattern in _includes(content(rows[0])):
            for included in sorted(glob.glob(os.path.join(os.path.dirname(path), pattern))):
                if os.path.realpath(included) != os.path.realpath(path):
                    yield from _read("supervisord-included", included)
        return


def supervisord_files() -> t.List[str]:
    """The main file, and the files that it includes; nothing where there is none."""
    main = next((path for path in [*_given_to_supervisord(), *SUPERVISORD] if os.path.isfile(path)), "")
    if not main:
        return []
    patterns = _includes(foreign_files.read(main, LARGEST))
    found = [path for one in patterns for path in sorted(glob.glob(os.path.join(os.path.dirname(main), one)))]
    return [main, *dict.fromkeys(path for path in found if os.path.realpath(path) != os.path.realpath(main))]


def is_supervisord_up() -> bool:
    """Whether a supervisord of root runs."""
    return any(os.path.basename(word) == "supervisord" for _pid, words in _processes_of(0) for word in words[:3])


class Pm2(t.NamedTuple):
    """A daemon of a user: its directory, and the program that speaks with it, with the path to its interpreter."""

    home: str
    program: str
    path: str

    @property
    def dump(self) -> str:
        return f"{self.home}/dump.pm2"


def pm2_of(uid: int) -> t.Optional[Pm2]:
    """The daemon of this user. A user can start a process with any words, and deceives only the own pools with it."""
    for pid, words in _processes_of(uid):
        titled = DAEMON_OF_PM2.fullmatch(" ".join(words).strip())
        if titled:
            with contextlib.suppress(OSError):
                # npm puts programs beside its node, which nvm and others have in a directory of the user.
                directory = os.path.dirname(os.readlink(f"/proc/{pid}/exe"))
                path = f"{directory}:{SERVICE_PATH}"
                program = shutil.which("pm2", path=path)
                return Pm2(titled[1], program, path) if program else None
    return None


def _given_to_supervisord() -> t.Iterator[str]:
    """What daemons of root have behind -c. A user can start a process with any words, but not as root."""
    for pid, words in _processes_of(0):
        if any(os.path.basename(word) == "supervisord" for word in words[:3]):
            for word, following in zip(words, [*words[1:], ""]):
                if word in ("-c", "--configuration"):
                    yield os.path.join(_cwd(pid), following)


def _includes(data: bytes) -> t.List[str]:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    with contextlib.suppress(configparser.Error, UnicodeDecodeError):
        parser.read_string(data.decode("utf-8-sig"))
    files = parser.get("include", "files", fallback="")
    return files.replace("%(here)s", ".").split()


def _of_cron() -> t.Iterator[Row]:
    yield from _read("crontab-of-system", "/etc/crontab")
    for name in entries("/etc/cron.d"):
        if SCRIPT_NAME.fullmatch(name):
            yield from _read("cron.d", f"/etc/cron.d/{name}")
    for spool in SPOOLS:
        for name in entries(spool):
            if ACCOUNT.fullmatch(name) and not os.path.isdir(f"{spool}/{name}"):
                yield from _read("crontab", f"{spool}/{name}", name)
    for period in PERIODS:
        for name in entries(f"/etc/cron.{period}"):
            path = f"/etc/cron.{period}/{name}"
            if SCRIPT_NAME.fullmatch(name) and os.access(path, os.X_OK):
                yield row_of("script", path, "root", f"@{period} root {path}\n".encode())


def _of_pm2() -> t.Iterator[Row]:
    for user in pwd.getpwall():
        if user.pw_dir.startswith("/") and user.pw_dir != "/":
            yield from _read("pm2", f"{user.pw_dir}/.pm2/dump.pm2", user.pw_name)


def _of_units(patterns: t.Optional[t.Sequence[str]]) -> t.Iterator[Row]:
    """Services of the administrator that are files, and their drop-ins; not those of this collection."""
    for name in entries(SYSTEM.units):
        path = f"{SYSTEM.units}/{name}"
        wanted = patterns is None or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        if not (wanted and name.endswith(".service") and is_unit_name(name)) or os.path.islink(path):
            continue
        rows = list(_read("unit", path))
        if any(marks.OWNER_SECTION.encode() in content(row) for row in rows if "content" in row):
            continue
        yield from rows
        for drop_in in entries(f"{path}.d"):
            if drop_in.endswith(".conf"):
                yield from _read("unit", f"{path}.d/{drop_in}")


def _packaged(paths: t.Sequence[str]) -> t.Set[str]:
    """Those of the files that a package has installed: the package takes care of them."""
    if not paths:
        return set()
    with contextlib.suppress(OSError):
        _status, out, _errors = commands.run(commands.within(LONGEST_COMMAND, ["dpkg-query", "--search", *paths]))
        known = {line.partition(": ")[2] for line in out.split("\n") if ": " in line}
        return {path for path in paths if path in known}
    with contextlib.suppress(OSError):
        status = {path: commands.run(commands.within(LONGEST_COMMAND, ["rpm", "-qf", path]))[0] for path in paths}
        return {path for path, one in status.items() if one == 0}
    return set()


def _running(main: str) -> t.Dict[str, int]:
    """How many processes of each program run; without an answer nothing is known."""
    found: t.Dict[str, int] = {}
    with contextlib.suppress(OSError):
        argv = commands.within(LONGEST_COMMAND, ["supervisorctl", "-c", main, "status"])
        for name, state in states(commands.run(argv)[1]).items():
            # The group before the colon is the program, unless [group:x] names another.
            program = name.partition(":")[0]
            found[program] = found.get(program, 0) + (state in ("RUNNING", "STARTING"))
    return found


def _instances(template: str) -> t.List[str]:
    name = UnitName.parse(template)
    argv = ["systemctl", "list-units", "--plain", "--no-legend", "--state=active", f"{name.prefix}@*.service"]
    out = commands.run(commands.within(LONGEST_COMMAND, argv))[1]
    units = [line.split()[0] for line in out.split("\n") if line.strip()]
    return [UnitName.parse(unit).instance or "" for unit in units]


def _by_hand() -> t.Iterator[str]:
    """Processes that somebody has started by hand and left: in screen, in tmux, or with nohup."""
    for pid, words in _processes_of(None):
        with contextlib.suppress(OSError, KeyError):
            user = pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name
            stat = proc_text.stat(_proc(pid, "stat"))
            program = os.path.basename(words[0])
            if user != "root" and any(os.path.basename(word) == "supervisord" for word in words[:3]):
                yield f"supervisord of {user} (process {pid}): run the command line of the import on its file as {user}"
            elif re.fullmatch(r"SCREEN|screen|tmux(?:: server)?", program):
                yield f"{program} of {user} (process {pid}) keeps programs running: write a pool for each of them"
            elif stat and stat.parent == 1 and _ignores_hangup(pid) and b"/session-" in _proc(pid, "cgroup"):
                yield f"{program} of {user} (process {pid}) was started with nohup: write a pool for it"


def _ignores_hangup(pid: int) -> bool:
    ignored, _caught = proc_text.signal_masks(_proc(pid, "status"))
    return bool(ignored and ignored & HUP)


def _processes_of(uid: t.Optional[int]) -> t.Iterator[t.Tuple[int, t.List[str]]]:
    """Processes with their words; those that end meanwhile, and kernel threads, are left out."""
    for entry in entries("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if uid is not None and os.stat(f"/proc/{entry}").st_uid != uid:
                    continue
                data = _proc(int(entry), "cmdline")
                words = data.decode("utf-8", "surrogateescape").rstrip("\0").split("\0")
                if words[0]:
                    yield int(entry), words


def _proc(pid: int, name: str) -> bytes:
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read(LARGEST)


def _cwd(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/cwd")
