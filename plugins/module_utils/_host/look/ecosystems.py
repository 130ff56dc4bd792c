# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ecosystem files of PM2 that somebody has named. Such a file is a program: node of the host runs it, to read it.

It runs as the owner of the file, and a file of root as a user that owns nothing. A file that another user could replace
is refused. The transient service has no network, no socket, and nothing to write to. Systemd kills one that takes too
long, or needs too much memory.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look import ecosystem
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.module_utils._host import child, foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

EXPECTED = "the absolute path of an ecosystem file of PM2 on the host, which only its owner can replace"
DATA = (".json", ".yml", ".yaml")
# Seconds for systemd to start and to end the service, beside the time of the program.
MARGIN = 10
PROPERTIES = (
    f"RuntimeMaxSec={ecosystem.LONGEST}",
    "KillSignal=SIGKILL",
    "MemoryMax=512M",
    "TasksMax=64",
    "CapabilityBoundingSet=",
    "NoNewPrivileges=yes",
    "PrivateNetwork=yes",
    # No socket: this family needs a capability. The value "none" is newer than systemd 247.
    "RestrictAddressFamilies=AF_PACKET",
    "SystemCallArchitectures=native",
    "PrivateDevices=yes",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "ProtectKernelTunables=yes",
    "InaccessiblePaths=-/dev/shm -/dev/mqueue",
)


class Looked(t.NamedTuple):
    """A file: the text in base64, its owner, and the node that runs it, empty for none. Or a ``problem`` with it."""

    text: str = ""
    owner: int = 0
    node: str = ""
    problem: str = ""


def read(paths: t.Sequence[str]) -> t.List[old_managers.Row]:
    """A row for each file, as in ``old_managers``. The kind ``ecosystem`` is the text of a file with data, and
    ``ecosystem-run`` is JSON with the answers ``plain`` and ``marked`` of node. Raises ``Problems``.
    """
    rows: t.List[old_managers.Row] = []
    problems: t.List[Problem] = []
    answers = child.answers(map(_look, paths), old_managers.LONGEST) if paths else []
    looked = [Looked(*one) for one in answers] + [Looked(problem="no answer of its server")] * len(paths)
    for index, (path, one) in enumerate(zip(paths, looked)):
        try:
            rows.append(_row(f"ecosystems[{index}]", path, one))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return rows


def _look(path: str) -> Looked:
    """In a child process: the path may be on a server that does not answer, or in a file system of a user."""
    if not path.startswith("/"):
        return Looked(problem="no absolute path")
    try:
        with foreign_files.holding(path) as held, foreign_files.reading(held, path) as file:
            owner = os.fstat(held).st_uid
            data = file.read(old_managers.LARGEST + 1)
        # A user may give a file of another one a name in an own directory (link(2)).
        replaced = foreign_files.changed_by(path, content=True, owner=owner)
    except OSError as error:
        return Looked(problem=error.strerror or str(error))
    if len(data) > old_managers.LARGEST:
        return Looked(problem=f"more than {old_managers.LARGEST} bytes")
    if replaced:
        return Looked(problem=f"a file of {foreign_files.name_of(owner)} that others can replace ({replaced})")
    daemon = old_managers.pm2_of(owner)
    searched = daemon.path if daemon else SERVICE_PATH
    node = shutil.which("node", path=searched) or shutil.which("nodejs", path=searched)
    return Looked(base64.b64encode(data).decode(), owner, node or "")


def _row(where: str, path: str, looked: Looked) -> old_managers.Row:
    if looked.problem:
        raise Problems([Problem(where, f"{path}: {looked.problem}", EXPECTED)])
    user = foreign_files.name_of(looked.owner)
    if path.endswith(DATA):
        return old_managers.row_of("ecosystem", path, user, base64.b64decode(looked.text))
    answers = {name: _answer(where, path, looked, marked=name == "marked") for name in ("plain", "marked")}
    return old_managers.row_of("ecosystem-run", path, user, json.dumps(answers).encode())


def _answer(where: str, path: str, looked: Looked, *, marked: bool) -> t.Any:
    if not looked.node:
        hint = "Run the command line of the import on a machine with node, or write `pm2 save` and import the dump."
        raise Problems([Problem(where, f"{path}, a program, and no node on the host", "node, which reads it", hint)])
    user = f"User={looked.owner}" if looked.owner else "DynamicUser=yes"
    properties = [f"--property={one}" for one in (*PROPERTIES, user)]
    unit = ["systemd-run", "--quiet", "--pipe", "--wait", "--collect", *properties, "--"]
    # Systemd expands variables in the words of a command.
    argv = [*unit, *ecosystem.command(looked.node, path.replace("$", "$$"), ecosystem.STANDARD_OUTPUT, marked=marked)]
    said = commands.head(commands.within(ecosystem.LONGEST + MARGIN, argv), old_managers.LARGEST, ecosystem.PROGRAM)
    try:
        answer = json.loads(said)
        if "error" in answer:
            raise Problems([Problem(where, f"{path}, which node cannot run ({answer['error']})", EXPECTED)])
        return {"data": answer["data"], "missing": [str(one) for one in answer["missing"]]}
    except (ValueError, TypeError, KeyError, RecursionError):
        found = f"{path}, which node cannot run, or which runs longer than {ecosystem.LONGEST} s"
        raise Problems([Problem(where, found, EXPECTED)]) from None
