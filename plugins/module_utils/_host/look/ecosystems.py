# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ecosystem files of PM2 that somebody has named. Such a file is a program: node of the host runs it, to read it.

It runs as the owner of the file, in a transient service without a network and without anything to write to. Systemd
ends one that takes too long or needs too much memory.
"""

from __future__ import annotations

import base64
import json
import os
import pwd
import shutil
import typing as t
import zlib

from ansible_collections.workers.systemd.plugins.module_utils._core.look import ecosystem
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

EXPECTED = "an ecosystem file of PM2 on the host"
DATA = (".json", ".yml", ".yaml")
# Seconds for systemd to start and to end the service, beside the time of the program.
MARGIN = 10
PROPERTIES = (
    f"RuntimeMaxSec={ecosystem.LONGEST}",
    "MemoryMax=512M",
    "TasksMax=64",
    "CapabilityBoundingSet=",
    "NoNewPrivileges=yes",
    "PrivateNetwork=yes",
    # No socket at all: the manager of the system listens to root on one.
    "RestrictAddressFamilies=~AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET",
    "PrivateDevices=yes",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "ProtectKernelTunables=yes",
)


def read(paths: t.Sequence[str]) -> t.List[old_managers.Row]:
    """A row for each file, as in ``old_managers``. The kind ``ecosystem`` is the text of a file with data, and
    ``ecosystem-run`` is JSON with the answers ``plain`` and ``marked`` of node. Raises ``Problems``.
    """
    rows: t.List[old_managers.Row] = []
    problems: t.List[Problem] = []
    for index, path in enumerate(paths):
        try:
            rows.append(_row(f"ecosystems[{index}]", path))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return rows


def _row(where: str, path: str) -> old_managers.Row:
    if not path.startswith("/"):
        raise Problems([Problem(where, path, "an absolute path of the host")])
    try:
        with foreign_files.holding(path) as held, foreign_files.reading(held, path) as file:
            owner = os.fstat(held).st_uid
            text = file.read(old_managers.LARGEST + 1)
        replaced = foreign_files.changed_by(path, content=True) if owner == 0 else ""
    except OSError as error:
        raise Problems([Problem(where, f"{path}: {error.strerror}", EXPECTED)]) from None
    if len(text) > old_managers.LARGEST:
        raise Problems([Problem(where, f"{path}: more than {old_managers.LARGEST} bytes", EXPECTED)])
    user = _name(owner)
    if path.endswith(DATA):
        return _packed("ecosystem", path, user, text)
    if replaced:
        found = f"{path}, a program of root that others can replace ({replaced})"
        raise Problems([Problem(where, found, "a file that only its owner can replace", "Give it to its user: chown.")])
    answers = {name: _answer(where, path, owner, marked=name == "marked") for name in ("plain", "marked")}
    return _packed("ecosystem-run", path, user, json.dumps(answers).encode())


def _packed(kind: str, path: str, user: str, data: bytes) -> old_managers.Row:
    content = base64.b64encode(zlib.compress(data)).decode()
    return {"kind": kind, "path": path, "user": user, "content": content}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _answer(where: str, path: str, owner: int, *, marked: bool) -> t.Any:
    daemon = old_managers.pm2_of(owner)
    searched = daemon.path if daemon else SERVICE_PATH
    node = shutil.which("node", path=searched) or shutil.which("nodejs", path=searched)
    if node is None:
        hint = "Run the command line of the import on a machine with node, or write `pm2 save` and import the dump."
        raise Problems([Problem(where, f"{path}, a program, and no node on the host", "node, which reads it", hint)])
    properties = [f"--property={one}" for one in (*PROPERTIES, f"User={owner}")]
    unit = ["systemd-run", "--quiet", "--pipe", "--wait", "--collect", *properties, "--"]
    # Systemd expands variables in the words of a command.
    argv = [*unit, *ecosystem.command(node, path.replace("$", "$$"), ecosystem.STANDARD_OUTPUT, marked=marked)]
    said = commands.head(commands.within(ecosystem.LONGEST + MARGIN, argv), old_managers.LARGEST, ecosystem.PROGRAM)
    try:
        answer = json.loads(said)
        if "error" in answer:
            raise Problems([Problem(where, f"{path}, which node cannot run ({answer['error']})", EXPECTED)])
        return {"data": answer["data"], "missing": [str(one) for one in answer["missing"]]}
    except (ValueError, TypeError, KeyError, RecursionError):
        found = f"{path}, which node cannot run, or which runs longer than {ecosystem.LONGEST} s"
        raise Problems([Problem(where, found, EXPECTED)]) from None
