# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad units, one defect each, and the finding expected: those written down here, and one for each refused value."""

from __future__ import annotations

import typing as t

from tests.corpus.values import VALUES

START = {
    "service": "[Service]\nExecStart=/bin/true\n",
    "socket": "[Socket]\nListenStream=1\n",
    "timer": "[Timer]\nOnBootSec=1\n",
    "path": "[Path]\nPathExists=/x\n",
    "mount": "[Mount]\nWhat=/a\nWhere=/b\n",
    "slice": "[Slice]\n",
    "target": "[Unit]\nDescription=a\n",
}


class Bad(t.NamedTuple):
    """``silent``: why systemd says nothing about it; empty when it does."""

    id: str
    line: int
    text: str
    kind: str = "service"
    systemd: int = 252
    silent: str = ""


def unit(finding: str, added: str, kind: str = "service", systemd: int = 252, silent: str = "") -> Bad:
    """A good unit and then these lines, of which the last is bad."""
    text = START[kind] + added
    return Bad(finding, text.count("\n") + 1, f"{text}\n", kind, systemd, silent)


OLD = "systemd still reads it without a word"
SYNTAX = {
    "a misspelled section": unit("unknown-section", "[Servce]"),
    "a section in small letters": unit("unknown-section", "[install]"),
    "a section with blanks": unit("unknown-section", "[ Unit ]"),
    "a section of another type": unit("unknown-section", "[Timer]"),
    "a service section in a target": unit("unknown-section", "[Service]", "target"),
    "a service section in a timer": unit("unknown-section", "[Service]", "timer"),
    "an empty header": unit("bad-header", "[]"),
    "a header that is not closed": unit("bad-header", "[Unit"),
    "a header with a comment": unit("bad-header", "[Unit] # mine"),
    "a colon for the sign": unit("no-equals", "Restart: always"),
    "a word": unit("no-equals", "Restart"),
    "a comment of another language": unit("no-equals", "// mine"),
    "no name": unit("no-name", "=always"),
    "a line before any section": Bad("outside-section", 1, f"Worker of the team\n{START['service']}"),
    "a comment behind a byte order mark": Bad("outside-section", 1, f"\ufeff# ours\n{START['service']}"),
    "a directive before any section": Bad("outside-section", 1, f"Nice=5\n{START['service']}"),
    "a noncharacter": unit("not-text", "Environment=A=\ufffe"),
    "a byte that is no UTF-8": unit("not-text", "Environment=A=\udcff"),
    "a line that is too long": unit("too-long", f"SyslogIdentifier={'x' * (1 << 20)}"),
}
NAMES = {
    f"the directive {key}": unit("unknown-directive", f"{key}=5")
    for key in (
        *("Retsart", "ExecStartPost2", "restart", "Execstart", "WorkingDir", "Env", "EnvFile", "Limits", "LimitNoFile"),
        *("MaxMemory", "CPUQuotas", "StandardOut", "Logging", "PidFile", "KillSig", "NoNewPrivilege", "Kill Mode"),
        *("autostart", "numprocs", "stopwaitsecs", "User ", "OnBootSec", "ListenStream"),
    )
    if key == key.strip()
}
PLACES = {
    f"{key} in [{section}]": unit("wrong-section", f"[{section}]\n{key}=a")
    for section, keys in {
        "Unit": ["Restart", "ExecStart", "User", "WantedBy", "Environment", "MemoryMax", "KillMode", "Type"],
        "Service": ["After", "Requires", "Description", "StartLimitIntervalSec", "WantedBy", "Alias", "OnFailure"],
        "Install": ["Restart", "After", "ExecStart"],
    }.items()
    for key in keys
}
NEWER = {
    f"{line.partition('=')[0]} before it came": unit("too-new", f"[{section}]\n{line}", systemd=systemd)
    for systemd, section, line in (
        (247, "Service", "ExitType=cgroup"),
        (247, "Unit", "OnSuccess=a.service"),
        (247, "Unit", "Upholds=a.service"),
        (247, "Service", "PrivateIPC=yes"),
        (247, "Service", "ExecSearchPath=/bin"),
        (252, "Service", "RestartSteps=5"),
        (252, "Service", "RestartMaxDelaySec=5"),
        (252, "Service", "RestartMode=direct"),
        (252, "Service", "ReloadSignal=SIGHUP"),
        (252, "Service", "OpenFile=/x"),
        (252, "Service", "MemoryZSwapMax=1G"),
        (252, "Service", "PrivatePIDs=yes"),
        (252, "Unit", "SurviveFinalKillSignal=yes"),
        (252, "Install", "UpheldBy=a.target"),
        (257, "Service", "ExecReloadPost=/bin/true"),
        (257, "Service", "UserNamespacePath=/x"),
        (257, "Unit", "ConditionVersion=>1"),
    )
}
NEWER_VALUES = {
    f"{line} before it came": unit("too-new-value", line, systemd=systemd)
    for systemd, line in (
        (252, "Type=notify-reload"),
        (252, "PrivateTmp=disconnected"),
        (252, "PrivateUsers=identity"),
        (252, "ProtectControlGroups=strict"),
        (252, "[Unit]\nFailureAction=soft-reboot"),
        (252, "[Unit]\nFailureAction=halt"),
        (252, "[Unit]\nOnFailureJobMode=restart-dependencies"),
    )
}
OLD_NAMES = {
    "a removed directive": unit("removed", "Capabilities=cap_kill"),
    "CPUShares where it is gone": unit("removed", "CPUShares=5", systemd=262),
    "MemoryLimit where it is gone": unit("removed", "MemoryLimit=5M", systemd=262),
    "the old memory limit": unit("obsolete", "MemoryLimit=5M"),
    "the old weight": unit("obsolete", "CPUShares=1024"),
    "the old requirement": unit("obsolete", "[Unit]\nRequiresOverridable=basic.target"),
    "the old binding": unit("obsolete", "[Unit]\nBindTo=basic.target", silent=OLD),
    "the old start limit": unit("obsolete", "StartLimitInterval=5", silent=OLD),
    "the old place of the start limit": unit("obsolete", "StartLimitBurst=5", silent=OLD),
    "the old paths": unit("obsolete", "ReadWriteDirectories=/tmp", silent=OLD),
    "the old way to be root": unit("obsolete", "PermissionsStartOnly=yes", silent=OLD),
    "the old output": unit("obsolete-value", "StandardOutput=syslog"),
    "the old kill mode": unit("obsolete-value", "KillMode=none"),
}


def refused_values() -> t.Iterator[tuple[str, Bad]]:
    for directive, values in VALUES.items():
        section, key = directive.split(".")
        kind = "service" if section in ("Unit", "Install") else section.lower()
        for value in values.refused:
            name = "bad-specifier" if "%Q" in value or value == "50%x" else "bad-value"
            yield f"{directive}={value}", unit(name, f"[{section}]\n{key}={value}", kind, silent=values.silent)


BAD: dict[str, Bad] = {
    **SYNTAX,
    **NAMES,
    **PLACES,
    **NEWER,
    **NEWER_VALUES,
    **OLD_NAMES,
    **dict(refused_values()),
}
