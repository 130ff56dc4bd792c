# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the traps want to know about the host and about a running process. The host side fills it in."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.env_lint import Oddity, oddities
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env

# The last word of a name whose value is a secret. What only tells where it lies (_FILE, _PATH) or how it is handled
# (_TTL, _LENGTH) ends otherwise.
SECRET_NAME = re.compile(
    r"(?:.*_)?(?:PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|TOKEN|API_?KEY|APP_KEY|SECRET_KEY|SECRET_KEY_BASE"
    r"|PRIVATE_KEY|ACCESS_KEY|MASTER_KEY|ENCRYPTION_KEY|SIGNING_KEY)",
    re.IGNORECASE,
)
# Shells set them to a directory.
NO_SECRETS = frozenset({"PWD", "OLDPWD"})
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
EXPORT = re.compile(r"^[ \t]*export[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*=", re.MULTILINE)


def is_secret(name: str) -> bool:
    """Whether a variable or an option of this name holds a secret."""
    return bool(SECRET_NAME.fullmatch(name)) and name not in NO_SECRETS


@dataclass(frozen=True)
class EnvFileFacts:
    """What names, never values, of an environment file tell."""

    secrets: t.Tuple[str, ...] = ()
    # Variables whose value refers to another one of the file, as only a shell or a dotenv library resolves.
    references: t.Tuple[str, ...] = ()
    # Names behind the word "export", which systemd refuses.
    exports: t.Tuple[str, ...] = ()
    oddities: t.Tuple[Oddity, ...] = ()

    @classmethod
    def of(cls, text: str) -> EnvFileFacts:
        variables = parse_env(text)
        return cls(
            tuple(name for name, value in variables.items() if value and is_secret(name)),
            tuple(name for name, value in variables.items() if set(REFERENCE.findall(value)) & set(variables)),
            tuple(EXPORT.findall(text)),
            oddities(text),
        )


@dataclass(frozen=True)
class PathFacts:
    """A path as stat(2) has it, links followed.

    ``usable``: the user of the unit may execute the file, or enter the directory. ``env`` only for an environment file.
    ``target`` is the path without links. ``replaced_by`` tells who but root can put another file in its place,
    ``changed_by`` who can do that or write into it.
    """

    exists: bool = True
    directory: bool = False
    mode: int = 0o755
    owner: int = 0
    usable: bool = True
    env: EnvFileFacts = field(default_factory=EnvFileFacts)
    target: str = ""
    replaced_by: str = ""
    changed_by: str = ""


@dataclass(frozen=True)
class HostFacts:
    """For one unit. The defaults are what gives no finding.

    ``paths`` holds what ``NeededPaths`` names; a path that is not in it is unknown. ``vendor_copy`` is the path of a
    package's unit of the same name, ``masked_by`` that of a link to /dev/null. ``unread_drop_ins`` are files that look
    like drop-ins of the unit and that systemd does not read. ``packaged``: the unit file belongs to a package.
    ``user_manager``: the unit is for the manager of a user. ``unanswered`` are paths about which the kernel does not
    answer, so that ``paths`` does not have them. ``alike``: how many instances of a pool have this unit
    without settings of their own, ``None`` when that is not known.
    """

    paths: t.Mapping[str, PathFacts] = field(default_factory=dict)
    user_known: bool = True
    group_known: bool = True
    swap: bool = False
    masked_by: str = ""
    vendor_copy: str = ""
    packaged: bool = True
    user_manager: bool = False
    unread_drop_ins: t.Tuple[str, ...] = ()
    unanswered: t.Tuple[str, ...] = ()
    alike: t.Optional[int] = None


@dataclass(frozen=True)
class LiveProcess:
    """The main process of an active unit. Masks as in /proc/PID/status; ``None``: not known, or [not set].

    ``program`` is the name of its executable. ``accounted``: systemd was asked for the two counters. ``loading``: it
    was started a moment ago and has not come to rest, so that it may handle more signals soon.
    """

    program: str = ""
    ignored: t.Optional[int] = None
    caught: t.Optional[int] = None
    accounted: bool = False
    memory_current: t.Optional[int] = None
    tasks_current: t.Optional[int] = None
    loading: bool = False
