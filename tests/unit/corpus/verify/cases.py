# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units with one defect each, for `systemd-analyze verify`; record.py notes what each version says about them."""

from __future__ import annotations

STAGED = "/run/workers.systemd/verify.corpus"
UNIT = "mail@.service"
INSTANCE = "mail@1.service"
DROP_IN = f"{UNIT}.d/50-x.conf"


def service(
    *lines: str, start: str = "ExecStart=/bin/sleep infinity", unit: str = "Description=Mail %i"
) -> dict[str, str]:
    """The directives begin in line 6."""
    return {UNIT: "\n".join(["[Unit]", unit, "", "[Service]", start, *lines, ""])}


# Files below STAGED by name; the units that are verified are INSTANCE and, when it is there, mail.timer.
CASES: dict[str, dict[str, str]] = {
    "nothing wrong": service("Nice=5"),
    "for other programs": service("X-Note=mine", "[X-Ours]", "Anything=1"),
    "an unknown directive": service("Retsart=always"),
    "an unknown section": service("[Foo]", "Nice=5"),
    "a misspelled section": {UNIT: "[Unit]\n\n[Servce]\nExecStart=/bin/sleep 1\n"},
    "a directive in the wrong section": service(unit="Restart=always"),
    "a line without =": service("Nice 5"),
    "a directive before any section": {UNIT: "Nice=5\n[Service]\nExecStart=/bin/sleep 1\n"},
    "no ExecStart": {UNIT: "[Service]\nNice=5\n"},
    "a program as a bare name": service(start="ExecStart=sleep 1"),
    "a program that no directory has": service(start="ExecStart=no-such-program 1"),
    "a relative program": service(start="ExecStart=./sleep 1"),
    "a missing program": service(start="ExecStart=/opt/nope/bin --x"),
    "a file that is no program": service(start="ExecStart=/etc/passwd"),
    "a missing program before the start": service("ExecStartPre=/opt/nope/pre"),
    "a missing program that may be missing": service("ExecStartPre=-/opt/nope/pre"),
    "a quote that is not closed": service(start='ExecStart=/bin/sh -c "exit'),
    "an unknown escape": service(start='ExecStart=/bin/echo "\\q"'),
    "two commands": service("ExecStart=/bin/sleep 2"),
    "a bad boolean": service("NoNewPrivileges=yep"),
    "a bad time span": service("RestartSec=5 parsecs"),
    "a bad size": service("MemoryMax=12X"),
    "a bad quota": service("CPUQuota=20"),
    "a bad count": service("TasksMax=many"),
    "a bad signal": service("KillSignal=SIGFOO"),
    "a bad KillMode": service("KillMode=all"),
    "a strange user name": service("User=foo bar"),
    "a special user": service("User=nobody"),
    "a relative directory": service("WorkingDirectory=foo"),
    "a relative environment file": service("EnvironmentFile=foo"),
    "a bad variable": service("Environment=1A=b"),
    "an unknown specifier in a command": service(start="ExecStart=/bin/sleep %Q"),
    "an unknown specifier in a text": service(unit="Description=%Q"),
    "an unknown specifier in a variable": service("Environment=A=%Q"),
    "a bad Restart": service("Restart=foo"),
    "a bad Type": service("Type=foo"),
    "Restart=always of a oneshot": service("Type=oneshot", "Restart=always"),
    "Type=dbus without a name": service("Type=dbus"),
    "a bad limit": service("LimitNOFILE=abc"),
    "a bad system call": service("SystemCallFilter=nosuchcall"),
    "a bad ProtectSystem": service("ProtectSystem=maybe"),
    "a bad path": service("ReadWritePaths=foo"),
    "a bad Nice": service("Nice=99"),
    "a start limit in the wrong section": service("StartLimitIntervalSec=5"),
    "directives since 254": service("RestartSteps=5", "RestartMaxDelaySec=10"),
    "a missing requirement": service(unit="Requires=nosuch.service"),
    "a bad name in After": service(unit="After=bar!.service"),
    "a unit after itself": service(unit="After=mail@%i.service"),
    "a bad URL": service(unit="Documentation=foo"),
    "an empty file": {UNIT: ""},
    "a NUL": {UNIT: "[Service]\nExecStart=/bin/sleep 1\nNi\0ce=5\n"},
    "a byte that is no text": {UNIT: "[Service]\nExecStart=/bin/sleep 1\nEnvironment=A=\udcff\n"},
    "a comment behind a value": service("RestartSec=5 # five"),
    "an obsolete directive": service("CPUShares=100"),
    "a removed directive": service("Capabilities=foo"),
    "an obsolete output": service("StandardOutput=syslog"),
    "a deprecated KillMode": service("KillMode=none"),
    "a legacy directory": service("PIDFile=/var/run/x.pid"),
    "a bad value over several lines": service("Environment=A=b \\", "# why", "  C=d \\", "  1E=f", "Nice=5"),
    "a bad value behind several lines": service("Environment=A=b \\", "  C=d", "Nice=99"),
    "a bad value in a drop-in": {**service(), DROP_IN: "[Service]\nNice=99\n"},
    "a second command in a drop-in": {**service(), DROP_IN: "[Service]\nExecStart=/bin/sleep 2\n"},
    "a bad value of one instance": {**service(), f"{INSTANCE}.d/50-x.conf": "[Service]\nNice=99\n"},
    "two defects": service("Nice=99", "Retsart=always"),
    "a bad timer": {**service(), "mail.timer": "[Timer]\nOnCalendar=every day\nUnit=mail@1.service\n"},
    "a timer without a time": {**service(), "mail.timer": "[Timer]\nUnit=mail@1.service\n"},
}
