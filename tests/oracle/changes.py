# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For each directive two values, and a script whose words tell which of them a running instance goes by."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

ALWAYS = ("Restart=always", "RestartSec=0")
# A start that hangs as soon as somebody says so.
HANGS_LATER = "ExecStartPre=/bin/sh -c 'test ! -e /run/effects/%p.hang || exec sleep 60'"
RECORDS = "ExecStopPost=/bin/sh -c 'echo $$EXIT_STATUS > /run/effects/%p.ended'"
SLEEP = "/bin/sleep 600"
# sleep inherits what the shell ignores.
DEAF = "/bin/sh -c 'trap \"\" TERM; exec sleep 600'"
DEAFER = "/bin/sh -c 'trap \"\" TERM ABRT; exec sleep 600'"
PARENT = "/bin/sh -c 'sleep 600 & echo $$! > /run/effects/%p.child; exec sleep 600'"
STOP, KILL = "stops", "killed"
QUICK_STOP = "TimeoutStopSec=100ms"


def writes(word: str) -> str:
    return f"/bin/sh -c 'echo {word} > /run/effects/%p.wrote'"


@dataclass(frozen=True)
class Change:
    """``old`` and ``new`` are values; an empty one leaves the directive out.

    ``act`` is done to the instance, and a moment later ``see`` prints ``says_old`` or ``says_new``. ``seen`` tells a
    reader what that is. ``since`` is the systemd that has the directive.
    """

    directive: str
    old: str
    new: str
    see: str
    says_old: str
    says_new: str
    seen: str
    act: str = ""
    section: str = "Service"
    base: t.Sequence[str] = ()
    unit: t.Sequence[str] = ("StartLimitIntervalSec=0",)
    start: str = SLEEP
    since: int = 0

    @property
    def id(self) -> str:
        return f"{self.section}.{self.directive}"

    def text(self, value: str) -> str:
        """The unit with this value."""
        sections: dict[str, list[str]] = {"Unit": [*self.unit], "Service": ["Type=exec", *self.base], "Install": []}
        if self.directive != "ExecStart":
            sections["Service"].append(f"ExecStart={self.start}")
        if value:
            sections[self.section].append(f"{self.directive}={value}")
        return "".join("\n".join([f"[{section}]", *lines, ""]) for section, lines in sections.items())


def loaded(directive: str, old: str, new: str, seen: str) -> Change:
    return Change(directive, old, new, f"show {directive} | tr -d '\"'", old, new, seen, section="Unit")


def kernel(directive: str, old: str, new: str, see: str, says_old: str, says_new: str) -> Change:
    """A limit. ``see`` names its file in cgroup v1, in v2, and the property."""
    files = dict.fromkeys(f"`{file.rpartition('/')[2]}`" for file in see.split()[1:3] if file != "-")
    seen = f"{' or '.join(files)} of the cgroup"
    return Change(directive, old, new, see, says_old, says_new, seen)


# In force after a daemon-reload. test_effects.py holds this and _core/write/effects.py together.
AFTER_RELOAD = (
    loaded("Description", "old", "new", "the unit is listed by the new one"),
    loaded("Documentation", "man:old(1)", "man:new(1)", "the unit shows the new one"),
    loaded("SourcePath", "/etc/old", "/etc/new", "the unit shows the new one"),
    Change(
        "OnFailure",
        "",
        "effects-note@%p.service",
        "wrote",
        "nothing",
        "noted",
        "the next death starts the unit that was added",
        KILL,
        "Unit",
    ),
    Change(
        "OnSuccess",
        "",
        "effects-note@%p.service",
        "wrote",
        "nothing",
        "noted",
        "the next clean end starts the unit that was added",
        "killed TERM",
        "Unit",
        since=249,
    ),
    Change(
        "CollectMode",
        "inactive",
        "inactive-or-failed",
        "systemctl list-units --all --no-legend --plain $U | grep -c .; true",
        "1",
        "0",
        "systemd unloads the unit when it has failed",
        KILL,
        "Unit",
    ),
    Change(
        "StartLimitIntervalSec",
        "0",
        "60s",
        "state",
        "active",
        "failed",
        "a worker that keeps dying reaches the start limit",
        "dies_often",
        "Unit",
        ALWAYS,
        ["StartLimitBurst=2"],
    ),
    Change(
        "StartLimitBurst",
        "100",
        "2",
        "state",
        "active",
        "failed",
        "a worker that keeps dying reaches the start limit",
        "dies_often",
        "Unit",
        ALWAYS,
        ["StartLimitIntervalSec=60s"],
    ),
    Change(
        "After",
        "",
        "effects-other@%p.service",
        "systemctl is-active effects-other@$P",
        "inactive",
        "active",
        "the other unit waits until this one has stopped",
        "systemctl stop --no-block $U effects-other@$P",
        "Unit",
        start=DEAF,
    ),
    Change(
        "Before",
        "",
        "effects-deaf@%p.service",
        "state",
        "inactive",
        "active",
        "this one waits until the other unit has stopped",
        "systemctl stop --no-block $U effects-deaf@$P",
        "Unit",
    ),
    Change(
        "PartOf",
        "",
        "effects-whole.target",
        "state",
        "active",
        "inactive",
        "stopping the other unit stops this one",
        "systemctl stop effects-whole.target",
        "Unit",
    ),
    Change("Restart", "no", "always", "state", "failed", "active", "the next death restarts it", KILL),
    Change(
        "RestartSec",
        "60s",
        "50ms",
        "state",
        "activating",
        "active",
        "the next death waits as long as the new one says",
        KILL,
        base=["Restart=always"],
    ),
    Change(
        "RestartSteps",
        "",
        "1",
        "state",
        "active",
        "activating",
        "the delay grows from the next death on",
        "dies_often",
        base=["Restart=always", "RestartSec=1ms", "RestartMaxDelaySec=60s"],
        since=254,
    ),
    Change(
        "RestartMaxDelaySec",
        "60s",
        "2ms",
        "state",
        "activating",
        "active",
        "the delay grows up to the new one",
        "dies_often",
        base=["Restart=always", "RestartSec=1ms", "RestartSteps=1"],
        since=254,
    ),
    Change(
        "RestartMode",
        "normal",
        "direct",
        "wrote",
        "noted",
        "nothing",
        "the next death starts no `OnFailure=`",
        KILL,
        base=ALWAYS,
        unit=["StartLimitIntervalSec=0", "OnFailure=effects-note@%p.service"],
        since=254,
    ),
    Change(
        "RestartPreventExitStatus",
        "",
        "SIGKILL",
        "state",
        "active",
        "failed",
        "the next death is not followed by a restart",
        KILL,
        base=ALWAYS,
    ),
    Change(
        "RestartForceExitStatus",
        "",
        "SIGKILL",
        "state",
        "failed",
        "active",
        "the next death restarts it",
        KILL,
        base=["RestartSec=0"],
    ),
    Change("SuccessExitStatus", "", "SIGKILL", "state", "failed", "inactive", "the next such end is no failure", KILL),
    Change(
        "TimeoutStartSec",
        "60s",
        "100ms",
        "[ $(show NRestarts) -gt 5 ] && echo gives up || echo waits",
        "waits",
        "gives up",
        "the next start that hangs ends in time",
        "touch $DIR/$P.hang; killed",
        base=[*ALWAYS, HANGS_LATER],
    ),
    Change(
        "TimeoutStopSec",
        "60s",
        "100ms",
        "state",
        "deactivating",
        "failed",
        "a worker that ignores the stop is killed in time",
        STOP,
        start=DEAF,
    ),
    Change(
        "TimeoutSec",
        "60s",
        "100ms",
        "state",
        "deactivating",
        "failed",
        "a worker that ignores the stop is killed in time",
        STOP,
        start=DEAF,
    ),
    Change(
        "TimeoutAbortSec",
        "60s",
        "100ms",
        "state",
        "deactivating",
        "failed",
        "a worker that ignores SIGABRT too is killed in time",
        STOP,
        base=[QUICK_STOP, "TimeoutStopFailureMode=abort"],
        start=DEAFER,
    ),
    Change(
        "TimeoutStopFailureMode",
        "terminate",
        "abort",
        "ended",
        "KILL",
        "ABRT",
        "a worker that ignores the stop gets SIGABRT",
        STOP,
        base=[QUICK_STOP, RECORDS, "LimitCORE=0"],
        start=DEAF,
    ),
    Change(
        "RuntimeMaxSec",
        "",
        "1s",
        "state",
        "active",
        "failed",
        "it ends at that age; an older process ends with the reload itself",
        "sleep 1",
    ),
    Change(
        "KillMode",
        "control-group",
        "process",
        "child",
        "gone",
        "left",
        "the next stop leaves the child alone",
        STOP,
        start=PARENT,
    ),
    Change("KillSignal", "SIGTERM", "SIGINT", "ended", "TERM", "INT", "the next stop sends it", STOP, base=[RECORDS]),
    Change(
        "RestartKillSignal",
        "SIGTERM",
        "SIGINT",
        "ended",
        "TERM",
        "INT",
        "the next restart sends it",
        "systemctl restart --no-block $U",
        base=[RECORDS],
    ),
    Change(
        "FinalKillSignal",
        "SIGKILL",
        "SIGUSR1",
        "ended",
        "KILL",
        "USR1",
        "a worker that ignores the stop gets it",
        STOP,
        base=[QUICK_STOP, RECORDS],
        start=DEAF,
    ),
    Change(
        "SendSIGKILL",
        "yes",
        "no",
        "[ -e /proc/$(cat $DIR/$P.child) ] && echo left || echo gone",
        "gone",
        "left",
        "a worker that ignores the stop is left behind",
        STOP,
        base=[QUICK_STOP],
        start="/bin/sh -c 'trap \"\" TERM; echo $$$$ > /run/effects/%p.child; exec sleep 600'",
    ),
    Change(
        "SendSIGHUP",
        "no",
        "yes",
        "ended",
        "KILL",
        "HUP",
        "the next stop sends SIGHUP as well",
        STOP,
        base=[QUICK_STOP, RECORDS],
        start=DEAF,
    ),
    Change("ExecStop", writes("old"), writes("new"), "wrote", "old", "new", "the next stop runs it", STOP),
    Change("ExecStopPost", writes("old"), writes("new"), "wrote", "old", "new", "the next stop runs it", STOP),
    Change(
        "ExecReload",
        writes("old"),
        writes("new"),
        "wrote",
        "old",
        "new",
        "the next reload runs it",
        "systemctl reload --no-block $U",
    ),
    Change(
        "WantedBy",
        "effects-old.target",
        "effects-new.target",
        "basename $(dirname /etc/systemd/system/effects-*.wants/$U) .wants",
        "effects-old.target",
        "effects-new.target",
        "the next `enable` goes by the new one",
        "systemctl --quiet --no-reload enable $U",
        "Install",
    ),
)


# With the reload up to LIMITS_ARE_LIVE_UP_TO, from then on with the act of _host/act/limits.py.
LIMITS = (
    kernel(
        "MemoryMax",
        "256M",
        "64M",
        "kernel memory/memory.limit_in_bytes memory.max MemoryMax",
        "268435456",
        "67108864",
    ),
    kernel("MemoryHigh", "256M", "64M", "kernel - memory.high MemoryHigh", "268435456", "67108864"),
    kernel("MemorySwapMax", "256M", "64M", "kernel - memory.swap.max MemorySwapMax", "268435456", "67108864"),
    kernel("TasksMax", "99", "33", "kernel pids/pids.max pids.max TasksMax", "99", "33"),
    kernel(
        "CPUQuota",
        "50%",
        "20%",
        "kernel cpu/cpu.cfs_quota_us cpu.max CPUQuotaPerSecUSec | per_cent",
        "50",
        "20",
    ),
    kernel(
        "CPUWeight",
        "50",
        "200",
        "kernel cpu/cpu.shares cpu.weight CPUWeight | weight",
        "50",
        "200",
    ),
    kernel("IOWeight", "50", "200", "kernel blkio/blkio.weight io.weight IOWeight | sed 's/default //'", "50", "200"),
)


# Only the next process goes by them. Whatever is in no table is taken for one of these.
AFTER_RESTART = (
    Change(
        "ExecStart",
        "/bin/sleep 601",
        "/bin/sleep 602",
        "xargs -0 < /proc/$(pid)/cmdline | cut -d' ' -f2",
        "601",
        "602",
        "`/proc/PID/cmdline`",
    ),
    Change("Environment", "A=old", "A=new", "environ A", "A=old", "A=new", "`/proc/PID/environ`"),
    Change(
        "EnvironmentFile",
        "/run/effects/old.env",
        "/run/effects/new.env",
        "environ A",
        "A=old",
        "A=new",
        "`/proc/PID/environ`",
    ),
    Change("User", "", "nobody", "stat -c %U /proc/$(pid)", "root", "nobody", "owner of `/proc/PID`"),
    Change("Group", "", "nogroup", "stat -c %G /proc/$(pid)", "root", "nogroup", "group of `/proc/PID`"),
    Change("SupplementaryGroups", "", "nogroup", "status Groups", "", "65534", "`/proc/PID/status`"),
    Change("WorkingDirectory", "/usr", "/etc", "readlink /proc/$(pid)/cwd", "/usr", "/etc", "`/proc/PID/cwd`"),
    Change("UMask", "0022", "0077", "status Umask", "0022", "0077", "`/proc/PID/status`"),
    Change("Nice", "1", "5", "cut -d' ' -f19 /proc/$(pid)/stat", "1", "5", "`/proc/PID/stat`"),
    Change("OOMScoreAdjust", "100", "200", "cat /proc/$(pid)/oom_score_adj", "100", "200", "`/proc/PID/oom_score_adj`"),
    Change(
        "LimitNOFILE",
        "100",
        "200",
        "awk '/open files/ {print $4}' /proc/$(pid)/limits",
        "100",
        "200",
        "`/proc/PID/limits`",
    ),
    Change("NoNewPrivileges", "no", "yes", "status NoNewPrivs", "0", "1", "`/proc/PID/status`"),
    Change(
        "CapabilityBoundingSet",
        "CAP_KILL",
        "CAP_CHOWN",
        "status CapBnd",
        "0000000000000020",
        "0000000000000001",
        "`/proc/PID/status`",
    ),
    Change(
        "PrivateTmp",
        "no",
        "yes",
        "grep -c '/systemd-private.* /tmp ' /proc/$(pid)/mountinfo",
        "0",
        "1",
        "`/proc/PID/mountinfo`",
    ),
    Change(
        "ProtectSystem", "no", "yes", "grep -c ' /usr ro,' /proc/$(pid)/mountinfo", "0", "1", "`/proc/PID/mountinfo`"
    ),
    Change(
        "StandardOutput",
        "journal",
        "null",
        "readlink /proc/$(pid)/fd/1 | cut -c1-6",
        "socket",
        "/dev/n",
        "`/proc/PID/fd/1`",
    ),
    Change(
        "LogExtraFields",
        "A=old",
        "A=new",
        "grep -aoE 'A=(old|new)' /run/systemd/units/log-extra-fields:$U",
        "A=old",
        "A=new",
        "what systemd tells the journal of the unit",
    ),
    Change(
        "LogLevelMax",
        "err",
        "info",
        "readlink /run/systemd/units/log-level-max:$U",
        "3",
        "6",
        "what systemd tells the journal of the unit",
    ),
    Change(
        "LogRateLimitBurst",
        "100",
        "200",
        "readlink /run/systemd/units/log-rate-limit-burst:$U",
        "100",
        "200",
        "what systemd tells the journal of the unit",
    ),
    Change(
        "Slice",
        "",
        "effects.slice",
        "grep -c effects.slice /proc/$(pid)/cgroup | sed 's/^[1-9].*/some/'",
        "0",
        "some",
        "`/proc/PID/cgroup`",
    ),
    Change(
        "RuntimeDirectory",
        "",
        "effects-%p",
        "[ -d /run/effects-$P ] && echo made || echo none",
        "none",
        "made",
        "the directory",
    ),
    Change("ExecStartPre", "", writes("new"), "wrote", "nothing", "new", "what it writes"),
    Change("ExecStartPost", "", writes("new"), "wrote", "nothing", "new", "what it writes"),
    Change(
        "WatchdogSec",
        "",
        "300ms",
        "state",
        "active",
        "failed",
        "a worker that is silent is killed",
        base=["LimitCORE=0"],
    ),
    Change(
        "Wants",
        "",
        "effects-wanted@%p.service",
        "systemctl is-active effects-wanted@$P",
        "inactive",
        "active",
        "whether the other unit runs",
        section="Unit",
    ),
)
