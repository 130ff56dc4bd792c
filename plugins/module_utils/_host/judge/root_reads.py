# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that systemd reads as root for a worker, and runs as root for us: only root may replace them.

A link in the place of one shows its worker the secrets of others. It may come at any time before a later start, so that
only who could put it there can be asked about, not whether it is there.
"""

from __future__ import annotations

import os
import sys
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    Value,
    last_text,
    value_texts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import LOADS
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete, without_dash
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, foreign_files

EXPECTED = "a file that only root can replace or link elsewhere"
HINT = (
    "Put it where only root can write, for example with env_file. Or give its values as environment and secrets, or "
    "give the directories to root."
)


def of_pool(pool: Pool, worker: t.Optional[accounts.Account]) -> t.Iterator[Problem]:
    """``worker`` is the user of the pool; ``None`` when the host does not know it, or only systemd does."""
    # To the manager of a user nothing is open that is not to the user.
    for where, path, is_environment in read_as_root(pool) if os.geteuid() == 0 else ():
        for one in pool.of_instances(without_dash(path)):
            who = _others(one, worker, content=is_environment and pool.has_root_in_it)
            if who:
                yield Problem(f"{pool.where}.{where}", f"{one}, which systemd reads as root, and {who}", EXPECTED, HINT)


def of_our_own() -> t.List[str]:
    """Warnings about the interpreter, which `workers-recovery.service` and others run at boot."""
    who = _others(sys.executable, None, content=True) if os.geteuid() == 0 else ""
    return [f"root runs {sys.executable}, also at boot to undo a broken deploy, and {who}"] if who else []


def read_as_root(pool: Pool) -> t.Iterator[t.Tuple[str, str, bool]]:
    """Place in the pool, path, and whether it is about variables, which anything that runs as root gets, too."""
    for index, path in enumerate(pool.environment_files):
        yield f"environment_files[{index}]", path, True
    for name, own in pool.settings.items():
        where, service = f"per_instance.{name}.unit" if name else "unit", own.unit.get("Service", {})
        for key, path in _read_by_unit(service):
            yield f"{where}.Service.{key}", concrete(path, name) if name else path, False


def _read_by_unit(service: t.Mapping[str, Value]) -> t.Iterator[t.Tuple[str, str]]:
    for key in LOADS:
        for line in value_texts(service.get(key, [])):
            yield key, line.partition(":")[2]
    kind, _colon, path = last_text(service.get("StandardInput", []), "").partition(":")
    if kind == "file":
        yield "StandardInput", path


def _others(path: str, worker: t.Optional[accounts.Account], *, content: bool) -> str:
    groups = worker.groups if worker and worker.uid else ()
    try:
        return foreign_files.changed_by(path, content=content, groups=groups) if path.startswith("/") else ""
    except FileNotFoundError:
        # A user who can write to the directory can put it there.
        return _others(os.path.dirname(path), worker, content=True)
    except OSError:
        # That is said elsewhere.
        return ""
