# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units whose lines are right each and do not go together, and such as look so; tests/oracle asks real systemd."""

from __future__ import annotations

import typing as t

ALWAYS = 9999
START = "[Service]\nExecStart=/bin/true\n"


class WholeUnit(t.NamedTuple):
    """``since`` and ``until`` are the versions of systemd that complain."""

    text: str
    name: str = "a.service"
    since: int = 0
    until: int = ALWAYS


def service(lines: str, since: int = 0, until: int = ALWAYS) -> WholeUnit:
    return WholeUnit(f"{START}{lines}\n", "a.service", since, until)


# The name of the mount unit of such a path is as long as a name of a unit may be, or one byte longer.
LONG, TOO_LONG = ("/" + "/".join(["a" * 62] * 3) + "/" + "a" * rest for rest in (60, 61))
# In the name of a unit, a dash takes four bytes.
DASHES, TOO_MANY_DASHES = ("/a" + "-" * number for number in (62, 63))


def with_path(path: str) -> t.Dict[str, WholeUnit]:
    """Units that systemd loads with the mount unit of a path; 247 refuses them when its name is too long."""
    below = {
        "RuntimeDirectory": "/run",
        "StateDirectory": "/var/lib",
        "CacheDirectory": "/var/cache",
        "LogsDirectory": "/var/log",
        "ConfigurationDirectory": "/etc",
    }
    nodes = ("ListenFIFO", "ListenSpecial", "ListenUSBFunction")
    watched = ("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty")
    return {
        **{
            f"{key}= {len(path)}": service(f"{key}={path}")
            for key in ("WorkingDirectory", "RootDirectory", "RootImage")
        },
        **{f"{key}= {len(path)}": service(f"{key}={path[len(up) + 1 :]}") for key, up in below.items()},
        f"RequiresMountsFor= {len(path)}": WholeUnit(f"[Unit]\nRequiresMountsFor=/a {path}\n{START}"),
        **{f"{key}= {len(path)}": WholeUnit(f"[Socket]\n{key}={path}\n", "a.socket") for key in nodes},
        **{f"{key}= {len(path)}": WholeUnit(f"[Path]\n{key}={path}\n", "a.path") for key in watched},
        f"What= {len(path)}": WholeUnit(f"[Mount]\nWhat={path}\nWhere=/a\n", "a.mount"),
    }


REFUSED = {
    "two commands to start": service("ExecStart=/bin/true"),
    "two in one line": service("[Service]\nExecStart=\nExecStart=/bin/true ; /bin/true"),
    "nothing to start": WholeUnit("[Service]\nNice=5\n"),
    "nothing to start after a reset": service("ExecStart="),
    "only something to stop": WholeUnit("[Service]\nExecStop=/bin/true\n"),
    "a type that starts and has nothing to": WholeUnit(
        "[Service]\nType=simple\nExecStop=/bin/true\nRemainAfterExit=yes\n"
    ),
    "a oneshot that always restarts": service("Type=oneshot\nRestart=always"),
    "a oneshot that restarts after success": service("Type=oneshot\nRestart=on-success"),
    "a oneshot with statuses that restart": service("Type=oneshot\nRestartForceExitStatus=1", until=253),
    "a oneshot with the end of a group": service("Type=oneshot\nExitType=cgroup", since=250),
    "a oneshot with a longest time": service("Type=oneshot\nRuntimeMaxSec=5"),
    "a bus service without its name": service("Type=dbus"),
    "PAM and processes that stay": service("PAMName=login\nKillMode=process"),
    "a fork in a namespace of processes": service("Type=forking\nPrivatePIDs=yes", since=257),
    "USB descriptors alone": service("USBFunctionDescriptors=/x"),
    "USB strings alone": service("USBFunctionStrings=/x"),
    "a spread of no longest time": service("RuntimeRandomizedExtraSec=5", since=250),
    "steps without a longest delay": service("RestartSteps=5", since=254),
    "a longest delay without steps": service("RestartMaxDelaySec=5", since=254),
    "a longest delay below the first": service("RestartSec=10\nRestartSteps=5\nRestartMaxDelaySec=5", since=254),
    "credentials before a type that waits": service(
        "Type=simple\nExecStartPost=/bin/true\nSetCredential=a:b", since=254
    ),
    "a priority without a policy": service("CPUSchedulingPriority=5", until=248),
    "a timer without a time": WholeUnit("[Timer]\nPersistent=yes\n", "a.timer"),
    "a timer of itself": WholeUnit("[Timer]\nOnBootSec=1\nUnit=a.timer\n", "a.timer"),
    "a timer of itself by its name": WholeUnit("[Timer]\nOnBootSec=1\nUnit=%p.timer\n", "a.timer"),
    "a timer of two": WholeUnit("[Timer]\nOnBootSec=1\nUnit=b.service\nUnit=c.service\n", "a.timer"),
    "a socket whose addresses are taken back": WholeUnit(
        "[Socket]\nListenFIFO=/b\nListenDatagram=80\nListenStream=\n", "a.socket"
    ),
    "a timer whose times are taken back": WholeUnit("[Timer]\nOnBootSec=5\nOnCalendar=\n", "a.timer"),
    "a path unit whose paths are taken back": WholeUnit("[Path]\nPathChanged=/a\nPathExists=\n", "a.path"),
    "a socket without an address": WholeUnit("[Socket]\nAccept=no\n", "a.socket"),
    "a datagram to accept": WholeUnit("[Socket]\nListenDatagram=80\nAccept=yes\n", "a.socket"),
    "a service to accept with": WholeUnit("[Socket]\nListenStream=80\nAccept=yes\nService=b.service\n", "a.socket"),
    "no connections to accept": WholeUnit("[Socket]\nListenStream=80\nAccept=yes\nMaxConnections=0\n", "a.socket"),
    "no connections": WholeUnit("[Socket]\nListenStream=80\nMaxConnections=0\n", "a.socket", since=254),
    "links to two nodes": WholeUnit("[Socket]\nListenStream=/a\nListenFIFO=/b\nSymlinks=/c\n", "a.socket"),
    "a path unit without a path": WholeUnit("[Path]\nMakeDirectory=yes\n", "a.path"),
    "a path unit of itself": WholeUnit("[Path]\nPathExists=/a\nUnit=%n\n", "a.path"),
    "a mount of another name": WholeUnit("[Mount]\nWhat=/dev/x\nWhere=/b\n", "a.mount"),
    "a mount of nothing": WholeUnit("[Mount]\nWhere=/a\nType=tmpfs\n", "a.mount"),
    "an automount of another name": WholeUnit("[Automount]\nWhere=/b\n", "a.automount"),
    "a swap of another name": WholeUnit("[Swap]\nWhat=/dev/b\n", "a.swap"),
    "a slice with two dashes": WholeUnit("[Slice]\nCPUWeight=5\n", "a--b.slice"),
    **{name: one._replace(until=247) for name, one in with_path(TOO_LONG).items()},
    "a path of too many dashes": service(f"WorkingDirectory={TOO_MANY_DASHES}", until=247),
    "a path that a specifier makes too long": service(f"WorkingDirectory={LONG[:-1]}%%%%", until=247),
}
GOOD = {
    "one command": service("Restart=always"),
    "a reset before the second": service("ExecStart=\nExecStart=/bin/false"),
    "two commands of a oneshot": service("Type=oneshot\nExecStart=/bin/true\nRestart=on-failure"),
    "something to stop that remains": WholeUnit("[Service]\nExecStop=/bin/true\nRemainAfterExit=yes\n"),
    "an end of its own": WholeUnit("[Unit]\nSuccessAction=reboot\n[Service]\nType=oneshot\n"),
    "a bus service by its name": service("BusName=org.example.App"),
    "PAM and mixed": service("PAMName=login\nKillMode=mixed"),
    "a timer of the clock": WholeUnit("[Timer]\nOnClockChange=yes\n", "a.timer"),
    "a socket that accepts": WholeUnit("[Socket]\nListenStream=80\nAccept=yes\nMaxConnections=5\n", "a.socket"),
    "a link to one node": WholeUnit("[Socket]\nListenStream=/a\nSymlinks=/c\n", "a.socket"),
    "a path of another": WholeUnit("[Path]\nPathExists=/a\nUnit=b.service\n", "a.path"),
    "a mount of its name": WholeUnit("[Mount]\nWhat=/dev/x\nWhere=/srv/a-b\n", r"srv-a\x2db.mount"),
    "a mount where its name says": WholeUnit("[Mount]\nWhat=/dev/x\n", "a.mount"),
    **with_path(LONG),
    "a path of many dashes": service(f"WorkingDirectory={DASHES}"),
    "a long path that may be missing": service(f"WorkingDirectory=-{TOO_LONG}"),
    "a long path that is replaced": service(f"WorkingDirectory={TOO_LONG}\nWorkingDirectory=/a"),
    "a target": WholeUnit("[Unit]\nDescription=a\n", "a.target"),
    "a slice": WholeUnit("[Slice]\nCPUWeight=5\n", "a-b.slice"),
}
