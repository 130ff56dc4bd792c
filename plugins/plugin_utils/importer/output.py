# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that an import writes: all of them, or none."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.playbook import Written

PLAYBOOK, SECRETS = "workers.yml", "secrets.yml"


class Output(t.NamedTuple):
    path: str
    text: str
    mode: int


def outputs(done: Written, to: str, secrets_to: str) -> t.List[Output]:
    """The secrets first, which the playbook needs. An empty path is not written."""
    found = [Output(secrets_to, done.secrets, 0o600)] if done.secrets and secrets_to else []
    return [*found, Output(to, done.playbook, 0o644)] if to else found


def write(files: t.Sequence[Output], *, force: bool) -> None:
    """Writes files that are not there yet, or over those that are. Raises ``Problems``."""
    there = [
        Problem(
            one.path, "a file", "no file: the import writes over nothing", "--force, or force: true, writes over it."
        )
        for one in files
        if os.path.lexists(one.path) and not force
    ]
    if there:
        raise Problems(there)
    for one in files:
        _write(one)


def _write(one: Output) -> None:
    """A file that has its mode from its first byte on."""
    aside = f"{one.path}.new"
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with open(os.open(aside, flags, one.mode), "w", encoding="utf-8") as file:
            file.write(one.text)
        os.replace(aside, one.path)
    except OSError as error:
        problem = Problem(one.path, f"that it cannot be written ({error.strerror})", "a path that can be written")
        raise Problems([problem]) from None
