# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, PathFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import CELERY, Rows, both_ways, caught, worker

NODE = "/usr/bin/node /srv/app/worker.js"
CAUGHT: Rows = {
    "file systems for a user": ("file-systems-after-privileges", worker("User=app", "RestrictFileSystems=ext4")),
    "file systems for nobody yet": (
        "file-systems-after-privileges",
        worker("DynamicUser=yes", "RestrictFileSystems=~tmpfs", "ProtectClock=no"),
    ),
    "a log in a directory that systemd makes": (
        "output-directory-comes-later",
        worker("LogsDirectory=app", "StandardOutput=append:/var/log/app/app.log"),
    ),
    "errors in one": (
        "output-directory-comes-later",
        worker("StateDirectory=x app:link", "StandardError=append:/var/lib/app/a/err"),
    ),
    "a program at home": ("home-is-hidden", worker("ProtectHome=yes", start="/home/app/bin/worker")),
    "a directory at home to write to": (
        "home-is-hidden",
        worker("ProtectHome=tmpfs", "ReadWritePaths=/srv +/home/app"),
    ),
    "a directory at home": ("home-is-hidden", worker("ProtectHome=tmpfs", "WorkingDirectory=/root")),
    "a script at home": ("home-is-hidden", worker("ProtectHome=yes", start="/usr/bin/php /home/app/artisan")),
    "an option at home": ("home-is-hidden", worker("ProtectHome=yes", start="/srv/w --config=/root/w.conf")),
    "a socket for others": (
        "private-tmp-is-not-shared",
        worker("PrivateTmp=yes", start="/srv/w --bind=unix:/tmp/w.sock"),
    ),
    "a PID file for others": ("private-tmp-is-not-shared", worker("PrivateTmp=yes", "PIDFile=/tmp/w.pid")),
    "a log where nothing may be written": (
        "written-file-is-read-only",
        worker("ProtectSystem=strict", start="/srv/w --logfile=/var/log/w.log"),
    ),
    "node without a compiler": ("jit-needs-executable-memory", worker("MemoryDenyWriteExecute=yes", start=NODE)),
    "a filter that kills": ("forbidden-call-kills", worker("SystemCallFilter=@system-service")),
    "a capability that is in no bounds": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_SYS_NICE CAP_KILL", "CapabilityBoundingSet=cap_kill"),
    ),
    "a capability that is taken out of all": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=~CAP_KILL"),
    ),
    "a capability that is taken out again": (
        "capability-is-out-of-bounds",
        worker(
            "AmbientCapabilities=CAP_KILL",
            "CapabilityBoundingSet=CAP_KILL CAP_CHOWN",
            "CapabilityBoundingSet=~CAP_KILL",
        ),
    ),
    "a capability without any": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet="),
    ),
    "a capability over nobody": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_KILL", "PrivateUsers=yes"),
    ),
    "no network": ("network-is-shut-off", worker("PrivateNetwork=yes")),
    "no addresses": ("network-is-shut-off", worker("RestrictAddressFamilies=AF_UNIX")),
    "a limit of the user": ("process-limit-counts-the-host", worker("LimitNPROC=64")),
    "512 bytes": ("memory-in-bytes", worker("MemoryMax=512")),
    "300 KiB": ("memory-in-bytes", worker("MemoryHigh=300K", "MemoryMax=1G")),
    "a brake behind the wall": ("memory-high-above-max", worker("MemoryMax=512M", "MemoryHigh=1G")),
    "a brake at the wall": ("memory-high-above-max", worker("MemoryMax=1024M", "MemoryHigh=1G")),
    "8 processes and 8 tasks": ("tasks-max-below-crew", worker("TasksMax=8", start=f"{CELERY} -c8")),
    "nobody": ("user-is-nobody", worker("User=nobody")),
    "no output at all": ("output-goes-nowhere", worker("StandardOutput=null")),
    "no errors": ("output-goes-nowhere", worker("StandardError=null")),
    "a file that is written over": ("log-is-overwritten", worker("StandardOutput=file:/var/log/w")),
    "a file that is emptied": ("log-is-overwritten", worker("StandardError=truncate:/var/log/w")),
}
MISSED: Rows = {
    "file systems with a filter": (
        "file-systems-after-privileges",
        worker("User=app", "RestrictFileSystems=ext4", "LockPersonality=yes"),
    ),
    "file systems of root": ("file-systems-after-privileges", worker("RestrictFileSystems=ext4")),
    "a log in a directory that is there": (
        "output-directory-comes-later",
        worker("LogsDirectory=app", "StandardOutput=append:/var/log/other/app.log"),
    ),
    "the journal": ("output-directory-comes-later", worker("LogsDirectory=app", "StandardOutput=journal")),
    "a directory of a plain unit": ("runtime-directory-is-shared", worker("RuntimeDirectory=app")),
    "a capability within bounds": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=CAP_CHOWN", "CapabilityBoundingSet=CAP_KILL"),
    ),
    "all capabilities but one": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=~CAP_KILL CAP_CHOWN", "CapabilityBoundingSet=CAP_KILL"),
    ),
    "a capability without bounds": ("capability-is-out-of-bounds", worker("AmbientCapabilities=CAP_KILL")),
    "a capability that stays when others go": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=~CAP_CHOWN", "CapabilityBoundingSet=~CAP_FOWNER"),
    ),
    "a capability that is let in again": (
        "capability-is-out-of-bounds",
        worker("AmbientCapabilities=CAP_KILL", "CapabilityBoundingSet=~CAP_KILL", "CapabilityBoundingSet=CAP_KILL"),
    ),
    "a program elsewhere": ("home-is-hidden", worker("ProtectHome=yes", "WorkingDirectory=/srv/app")),
    "a home to read": ("home-is-hidden", worker("ProtectHome=read-only", start="/home/app/worker")),
    "a home that is brought back": (
        "home-is-hidden",
        worker("ProtectHome=tmpfs", "BindPaths=/home/app", start="/home/app/worker"),
    ),
    "a directory to write to that may be missing": (
        "home-is-hidden",
        worker("ProtectHome=tmpfs", "ReadWritePaths=-/home/app /srv"),
    ),
    "a directory that may be missing": ("home-is-hidden", worker("ProtectHome=yes", "WorkingDirectory=-/root")),
    "a name that begins so": ("home-is-hidden", worker("ProtectHome=yes", start="/homework/bin")),
    "a socket in /run": ("private-tmp-is-not-shared", worker("PrivateTmp=yes", start="/srv/w --bind=unix:/run/w.sock")),
    "a file for itself": ("private-tmp-is-not-shared", worker("PrivateTmp=yes", start="/srv/w --scratch=/tmp/w")),
    "a shared /tmp": ("private-tmp-is-not-shared", worker(start="/srv/w --bind=unix:/tmp/w.sock")),
    "an opened directory": (
        "written-file-is-read-only",
        worker("ProtectSystem=strict", "LogsDirectory=app", start="/srv/w --logfile=/var/log/app/w.log"),
    ),
    "an opened path": (
        "written-file-is-read-only",
        worker("ProtectSystem=strict", "ReadWritePaths=-/srv/log", start="/srv/w --logfile /srv/log/w.log"),
    ),
    "a /tmp of its own": (
        "written-file-is-read-only",
        worker("ProtectSystem=strict", "PrivateTmp=yes", start="/srv/w --log-file=/tmp/w.log"),
    ),
    "standard output": (
        "written-file-is-read-only",
        worker("ProtectSystem=strict", start="/srv/w --logfile=/dev/stdout"),
    ),
    "a log without protection": ("written-file-is-read-only", worker(start="/srv/w --logfile=/var/log/w.log")),
    "a relative log": ("written-file-is-read-only", worker("ProtectSystem=strict", start="/srv/w --logfile=w")),
    "node that may": ("jit-needs-executable-memory", worker("MemoryDenyWriteExecute=no", start=NODE)),
    "node that interprets": (
        "jit-needs-executable-memory",
        worker("MemoryDenyWriteExecute=yes", start="/usr/bin/node --jitless w.js"),
    ),
    "python": ("jit-needs-executable-memory", worker("MemoryDenyWriteExecute=yes", start="/bin/python3 w.py")),
    "a filter with an error": (
        "forbidden-call-kills",
        worker("SystemCallFilter=@system-service", "SystemCallErrorNumber=EPERM"),
    ),
    "an error for these": ("forbidden-call-kills", worker("SystemCallFilter=~@privileged:EPERM")),
    "no network for one that wants none": (
        "network-is-shut-off",
        worker("PrivateNetwork=yes", without=["Wants", "After"]),
    ),
    "the network of another unit": (
        "network-is-shut-off",
        worker("PrivateNetwork=yes", unit=["JoinsNamespaceOf=vpn.service"]),
    ),
    "addresses": ("network-is-shut-off", worker("RestrictAddressFamilies=AF_UNIX AF_INET")),
    "all but some": ("network-is-shut-off", worker("RestrictAddressFamilies=~AF_PACKET")),
    "no limit of the user": ("process-limit-counts-the-host", worker("LimitNPROC=infinity")),
    "512 MiB": ("memory-in-bytes", worker("MemoryMax=512M")),
    "many bytes": ("memory-in-bytes", worker("MemoryMax=536870912")),
    "a percentage": ("memory-in-bytes", worker("MemoryMax=10%")),
    "nothing": ("memory-in-bytes", worker("MemoryMax=0")),
    "a brake before the wall": ("memory-high-above-max", worker("MemoryMax=1G", "MemoryHigh=900M")),
    "a brake alone": ("memory-high-above-max", worker("MemoryHigh=900M")),
    "neither": ("memory-high-above-max", worker("MemoryMax=infinity", "MemoryHigh=infinity")),
    "a share": ("memory-high-above-max", worker("MemoryMax=1G", "MemoryHigh=90%")),
    "16 tasks for 4": ("tasks-max-below-crew", worker("TasksMax=16", start=f"{CELERY} --concurrency=4")),
    "as many as there are": ("tasks-max-below-crew", worker("TasksMax=16", start=CELERY)),
    "no limit": ("tasks-max-below-crew", worker("TasksMax=infinity", start=f"{CELERY} -c 4")),
    "a user of its own": ("user-is-nobody", worker("User=app")),
    "errors in the journal": ("output-goes-nowhere", worker("StandardOutput=null", "StandardError=journal")),
    "errors like the output": ("output-goes-nowhere", worker("StandardError=inherit")),
    "a file that grows": ("log-is-overwritten", worker("StandardOutput=append:/var/log/w")),
    "a device": ("log-is-overwritten", worker("StandardOutput=file:/dev/console")),
}


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)


SHARED = {
    "one for all": ("RuntimeDirectory=app", "mail@.service", True),
    "one for all, of an instance": ("RuntimeDirectory=app", "mail@1.service", True),
    "one beside its own": ("RuntimeDirectory=app-%i app", "mail@.service", True),
    "kept at a restart alone": ("RuntimeDirectory=app\nRuntimeDirectoryPreserve=restart", "mail@.service", True),
    "kept": ("RuntimeDirectory=app\nRuntimeDirectoryPreserve=yes", "mail@.service", False),
    "its own": ("RuntimeDirectory=app/%i", "mail@.service", False),
    "its own by the name of the unit": ("RuntimeDirectory=%N", "mail@.service", False),
}


@pytest.mark.parametrize(("lines", "name", "is_told"), SHARED.values(), ids=SHARED.keys())
def test_a_directory_of_all_instances(lines: str, name: str, is_told: bool) -> None:
    assert caught(worker(lines), name=name) == ({"runtime-directory-is-shared"} if is_told else set())


def test_a_link_into_a_home_is_followed() -> None:
    unit = Unit.of("mail.service", worker("ProtectHome=yes", "WorkingDirectory=/srv/app"))
    facts = HostFacts(paths={"/srv/app": PathFacts(target="/home/deploy/app")})
    (finding,) = (one for one in traps.findings(unit, facts, 252) if one.id == "home-is-hidden")
    assert "/srv/app, a link to /home/deploy/app," in finding.found


WITH_CREDENTIALS = ("ExecStartPre=/bin/true", "LoadCredential=a:/etc/a", "ProtectSystem=full")
AS_ROOT = worker(*WITH_CREDENTIALS[1:], "ExecStartPre=+/bin/true")
ON_247 = {
    "before a worker with credentials": (worker(*WITH_CREDENTIALS), 247, True),
    "on a later systemd": (worker(*WITH_CREDENTIALS), 252, False),
    "without credentials": (worker("ExecStartPre=/bin/true", "ProtectSystem=full"), 247, False),
    "without a sandbox": (worker(*WITH_CREDENTIALS[:2], "ProtectSystem=no"), 247, False),
    "as root": (AS_ROOT, 247, False),
}


@pytest.mark.parametrize(("text", "systemd", "ends"), ON_247.values(), ids=ON_247.keys())
def test_a_start_ends_before_the_worker(text: str, systemd: int, ends: bool) -> None:
    assert ("credentials-end-start-pre" in caught(text, systemd=systemd)) is ends
