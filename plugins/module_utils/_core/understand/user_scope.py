# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose manager of systemd is meant, and what that of a user cannot do."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

# Options of modules that look into one manager.
SCOPE: t.Dict[str, t.Dict[str, t.Any]] = {
    "scope": {"type": "str", "choices": ["system", "user"], "default": "system"},
    "user": {"type": "str"},
}
# As User= names it.
ROOT = ("root", "0")
ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}|[0-9]{1,10}")
# Only root can change to another user, and only a manager that is root has capabilities to leave to its services.
NEEDS_ROOT = frozenset({"Group", "SupplementaryGroups", "DynamicUser", "CapabilityBoundingSet"})
# The controller of cgroups without which a limit is not in force.
CONTROLLERS = {
    "MemoryMax": "memory",
    "MemoryHigh": "memory",
    "MemorySwapMax": "memory",
    "CPUQuota": "cpu",
    "CPUWeight": "cpu",
    "TasksMax": "pids",
    "IOWeight": "io",
}


def read_scope(params: t.Mapping[str, t.Any], where: str) -> t.Tuple[str, t.List[Problem]]:
    """The user whose manager the options ``scope`` and ``user`` mean, empty for the system's; and what is wrong."""
    if (params.get("scope") or "system") != "user":
        return "", []
    user = params.get("user")
    if not user:
        hint = "The user is the owner of the manager."
        return "", [Problem(f"{where}user", "nothing", "a user, for scope: user", hint)]
    if user in ROOT:
        hint = "What root runs belongs to the system: leave out scope."
        return "", [Problem(f"{where}user", repr(user), "another user than root, for scope: user", hint)]
    return str(user), []


def not_for_users(given: t.Mapping[str, t.Any], where: str) -> t.Iterator[Problem]:
    """Options of a pool that the manager of a user cannot carry out."""
    hint = "Leave it out, or use scope: system."
    if given.get("group") is not None:
        yield Problem(f"{where}.group", repr(given["group"]), "no group, for scope: user", hint)
    if given.get("check_user") is not None:
        expected = "no check_user, for scope: user, where checks run as that user"
        yield Problem(f"{where}.check_user", repr(given["check_user"]), expected, hint)
    if given.get("logs"):
        # journald asks for the limit of the system's unit, user@UID.service (unit_export_state_files()). Only root can
        # enter a namespace of the journal.
        expected = "no logs, for scope: user, whose manager tells journald nothing"
        yield Problem(f"{where}.logs", "given", expected, hint)
    if (given.get("alert") or {}).get("user") is not None:
        expected = "no user, for scope: user, where the command runs as that user"
        yield Problem(f"{where}.alert.user", repr(given["alert"]["user"]), expected, hint)
    if given.get("secrets_as") == "credentials":
        # The key of the host is root's, and before 256 the manager of a user decrypts nothing.
        yield Problem(f"{where}.secrets_as", "'credentials'", "environment, for scope: user", hint)
    service = (given.get("unit") or {}).get("Service")
    for directive in service if isinstance(service, dict) else ():
        if directive in NEEDS_ROOT:
            place = f"{where}.unit.Service.{directive}"
            yield Problem(place, directive, "what the manager of a user can do", hint)


def limits_not_in_force(limits: t.Collection[str], controllers: t.Collection[str]) -> t.List[str]:
    """Directives whose controller the manager of the user was not given."""
    return [one for one, controller in CONTROLLERS.items() if one in limits and controller not in controllers]
