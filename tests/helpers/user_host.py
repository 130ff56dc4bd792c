# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host whose pools run in the manager of a user: the same scenarios, word for word.

What a scenario says of the system's places and of systemctl is meant for the user's, and what the host answers comes
back as the system would have said it.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from tests.helpers import lab_host
from tests.helpers.lab_host import LabHost

USER, UID = "app", 1000
HOME = f"/home/{USER}"
# What the system says, and what the user's manager says; the longer before the shorter.
WORDS = (
    ("/etc/systemd", f"{HOME}/.config/systemd"),
    ("/etc/workers.systemd", f"{HOME}/.config/workers.systemd"),
    ("/var/lib/workers.systemd", f"{HOME}/.local/state/workers.systemd"),
    ("/run/workers.systemd", f"/run/user/{UID}/workers.systemd"),
    ("multi-user.target", "default.target"),
)
UNITS = (f"{HOME}/.config/systemd/system", f"{HOME}/.config/systemd/user")
# Modules that take `scope`, beside `pools`.
SCOPED = ("rollback", "instances", "pause")
# A process that works as a user, beside that of the module.
OF_USERS = "[-]I -c import sys; .* /proc/self/fd/"
OF_A_UNIT = r"-u (\w+@\w+|workers-agent)(?:\.service)?"
AS_USER = f"""
runs() {{ command runuser -u {USER} -- env XDG_RUNTIME_DIR=/run/user/{UID} "$@"; }}
systemctl() {{ if [ -e /run/user/{UID}/bus ]; then runs systemctl --user "$@"; fi; }}
"""
# Another scenario may have left a user of that name without a home.
PREPARE = f"""
if [ "$(id -u {USER} 2>/dev/null)" != {UID} ] || [ ! -d {HOME} ]; then
    userdel --force {USER} 2>/dev/null
    useradd --create-home --uid {UID} {USER}
fi
"""
WIPE = f"""
{PREPARE}
pkill -KILL -f '[A]nsiballZ_|{OF_USERS}'
systemctl kill --signal=KILL user-{UID}.slice 2>/dev/null
loginctl disable-linger {USER}
systemctl stop user@{UID}.service user-runtime-dir@{UID}.service 2>/dev/null
systemctl reset-failed 2>/dev/null
find {HOME} -mindepth 1 -maxdepth 1 ! -name '.bash*' ! -name .profile -exec rm -rf {{}} +
rm -rf /var/lib/workers.systemd/users /run/workers.systemd /var/lib/systemd/linger/{USER}
"""


class UserHost(LabHost):
    owner = USER

    def sh(self, script: str, *, check: bool = True) -> str:
        return self.said(super().sh(AS_USER + self.meant(script), check=check))

    def write(self, path: str, text: str, mode: str = "0755") -> None:
        self.sh(f"mkdir -p $(dirname {path})")
        super().write(self.meant(path), self.meant(text), mode)

    def asked(self, module: str, options: dict[str, t.Any]) -> dict[str, t.Any]:
        if module == "pools":
            return {**options, "pools": list(map(in_scope, options["pools"]))}
        return in_scope(options) if module in SCOPED else options

    def remove_pools(self) -> None:
        # Those of the system too: another scenario may have left one of the same name.
        LabHost.sh(self, f"{lab_host.WIPE}\n{WIPE}", check=False)

    def meant(self, text: str) -> str:
        for system, user in (*WORDS, UNITS):
            text = text.replace(system, user)
        text = text.replace("[A]nsiballZ_", f"[A]nsiballZ_|{OF_USERS}")
        # --user-unit is of whoever asks.
        return re.sub(OF_A_UNIT, r"_SYSTEMD_USER_UNIT=\1.service + USER_UNIT=\1.service", text)

    def said(self, text: str) -> str:
        for system, user in reversed((*WORDS, UNITS)):
            text = text.replace(user, system)
        return text

    def _output(self, playbook: Path, variables: t.Mapping[str, t.Any], options: t.Sequence[str]) -> str:
        result = self.said(super()._output(playbook, variables, options))
        return result.replace(f"{USER}/", "").replace(f"the manager of {USER}: ", "")


def in_scope(pool: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {**pool, "scope": "user", "user": USER}
