# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that are one of a few words, and which systemd brought those that are newer than 247 (its manual)."""

from __future__ import annotations

import typing as t


def names(text: str) -> t.FrozenSet[str]:
    """Words with blanks between them."""
    return frozenset(text.split())


# The newest systemd whose words these are: one after it may have more.
NEWEST_KNOWN = 262

TRUE = frozenset(("1", "yes", "y", "true", "t", "on"))
FALSE = frozenset(("0", "no", "n", "false", "f", "off"))
BOOLEAN = "a boolean"
ACTIONS = (
    "none reboot reboot-force reboot-immediate poweroff poweroff-force poweroff-immediate exit exit-force"
    " soft-reboot:254 soft-reboot-force:254 kexec:254 kexec-force:254 halt:254 halt-force:254 halt-immediate:254"
)
JOB_MODE = (
    "fail replace replace-irreversibly isolate flush ignore-dependencies ignore-requirements triggering"
    " restart-dependencies:253 lenient:258"
)
DIRECTORY_KEPT = "a boolean restart"
PRESSURE_WATCH = "a boolean auto skip"
OOM_MODE = "auto kill"

# By directive: words, "word:version" for a newer one. "a boolean" stands for any boolean.
WORDS = {
    "Service.Type": "simple forking oneshot dbus notify idle exec notify-reload:253",
    "Restart": "no on-success on-failure on-abnormal on-watchdog on-abort always",
    "RestartMode": "normal direct debug:257",
    "ExitType": "main cgroup",
    "TimeoutStartFailureMode": "terminate abort kill",
    "TimeoutStopFailureMode": "terminate abort kill",
    "NotifyAccess": "none main exec all",
    "KillMode": "control-group process mixed none",
    "OOMPolicy": "continue stop kill",
    "CollectMode": "inactive inactive-or-failed",
    "JobTimeoutAction": ACTIONS,
    "StartLimitAction": ACTIONS,
    "FailureAction": ACTIONS,
    "SuccessAction": ACTIONS,
    "OnFailureJobMode": JOB_MODE,
    "OnSuccessJobMode": JOB_MODE,
    "UtmpMode": "init login user",
    "KeyringMode": "inherit private shared",
    "RuntimeDirectoryPreserve": DIRECTORY_KEPT,
    "FileDescriptorStorePreserve": DIRECTORY_KEPT,
    "ProtectSystem": "a boolean full strict",
    "ProtectHome": "a boolean read-only tmpfs",
    "ProtectProc": "default noaccess invisible ptraceable",
    "ProcSubset": "all pid",
    "PrivateTmp": "a boolean connected:257 disconnected:257",
    "PrivateUsers": "a boolean self:257 identity:257 full:258 managed:260",
    "PrivatePIDs": "a boolean",
    "ProtectControlGroups": "a boolean private:257 strict:257",
    "DevicePolicy": "auto closed strict",
    "ManagedOOMSwap": OOM_MODE,
    "ManagedOOMMemoryPressure": OOM_MODE,
    "ManagedOOMPreference": "none avoid omit",
    "MemoryPressureWatch": PRESSURE_WATCH,
    "CPUPressureWatch": PRESSURE_WATCH,
    "IOPressureWatch": PRESSURE_WATCH,
    "PrivateBPF": BOOLEAN,
    "BindIPv6Only": "a boolean default both ipv6-only",
    "MountFlags": "shared slave private",
    "SetLoginEnvironment": BOOLEAN,
    "PrivateMounts": BOOLEAN,
    "MountAPIVFS": BOOLEAN,
    "BindLogSockets": BOOLEAN,
    "MemoryKSM": BOOLEAN,
    "Timestamping": "a boolean off us ns usec nsec \u00b5s \u03bcs:248",
    "DeferTrigger": "a boolean patient",
    "MemoryTHP": "inherit disable madvise system",
    "CPUSetPartition": "member root isolated",
}
# Those for which an empty value is nothing wrong, and since when: it takes an earlier one back.
EMPTY_IS_FINE_SINCE = {
    **dict.fromkeys(("KillMode", "ManagedOOMSwap", "ManagedOOMMemoryPressure", "MountFlags", "CPUSetPartition"), 0),
    **dict.fromkeys(("SetLoginEnvironment", "BindLogSockets", "MemoryKSM"), 0),
    "MountAPIVFS": 248,
    "PrivateMounts": 256,
}


def versions(words: str) -> t.Dict[str, int]:
    """``"a:253 b"`` -> ``{"a": 253, "b": 0}``, without the booleans."""
    found = {}
    for word in words.replace(BOOLEAN, "").split():
        name, _colon, version = word.partition(":")
        found[name] = int(version or 0)
    return found


def is_true(text: str) -> bool:
    """parse_boolean(), where it says yes."""
    return text.lower() in TRUE


def is_boolean(text: str) -> bool:
    """As parse_boolean() takes it, in any letters."""
    return is_true(text) or text.lower() in FALSE
