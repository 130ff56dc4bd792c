# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which version of systemd a directive appeared: "Added in version" of the manual, and NEWS where it says none.

Only what is newer than the oldest systemd we know, 247. It is no list of what exists: that is the target's own.
"""

from __future__ import annotations

import typing as t

EXEC = ("Service", "Socket", "Mount", "Swap")
CGROUP = (*EXEC, "Slice", "Scope")

# sections, version, directives
APPEARED: t.Sequence[t.Tuple[t.Tuple[str, ...], int, str]] = (
    (("Unit",), 248, "ConditionCPUFeature AssertCPUFeature"),
    (
        ("Unit",),
        249,
        "ConditionFirmware ConditionOSRelease AssertOSRelease"
        " OnSuccess OnSuccessJobMode PropagatesStopTo StopPropagatedFrom Upholds",
    ),
    (
        ("Unit",),
        250,
        "ConditionCPUPressure ConditionIOPressure ConditionMemoryPressure"
        " AssertCPUPressure AssertIOPressure AssertMemoryPressure",
    ),
    (("Unit",), 252, "ConditionCredential AssertCredential"),
    (("Unit",), 255, "SurviveFinalKillSignal"),
    (("Unit",), 256, "WantsMountsFor"),
    (("Unit",), 258, "ConditionKernelModuleLoaded ConditionVersion AssertKernelModuleLoaded AssertVersion"),
    (("Unit",), 260, "ConditionPathIsSocket AssertPathIsSocket"),
    (("Unit",), 261, "ConditionFraction ConditionMachineTag AssertFraction AssertMachineTag"),
    (("Service",), 250, "ExitType"),
    (("Service", "Scope"), 250, "RuntimeRandomizedExtraSec"),
    (("Service",), 253, "OpenFile ReloadSignal"),
    (("Service",), 254, "FileDescriptorStorePreserve RestartMaxDelaySec RestartMode RestartSteps"),
    (("Service",), 259, "ExecReloadPost"),
    (("Service",), 260, "RefreshOnReload"),
    (("Service",), 262, "LUOSession RestartRandomizedDelaySec"),
    (EXEC, 248, "ExecPaths ExtensionImages IPCNamespacePath NoExecPaths PrivateIPC"),
    (
        EXEC,
        250,
        "ExecSearchPath LoadCredentialEncrypted RestrictFileSystems SetCredentialEncrypted TTYColumns TTYRows",
    ),
    (EXEC, 251, "ExtensionDirectories"),
    (EXEC, 253, "LogFilterPatterns"),
    (EXEC, 254, "ExtensionImagePolicy ImportCredential MemoryKSM MountImagePolicy RootEphemeral RootImagePolicy"),
    (EXEC, 255, "SetLoginEnvironment"),
    (EXEC, 257, "BindLogSockets PrivatePIDs"),
    (
        EXEC,
        258,
        "BPFDelegateAttachments BPFDelegateCommands BPFDelegateMaps BPFDelegatePrograms DelegateNamespaces PrivateBPF"
        " CacheDirectoryAccounting CacheDirectoryQuota LogsDirectoryAccounting LogsDirectoryQuota"
        " StateDirectoryAccounting StateDirectoryQuota",
    ),
    (EXEC, 259, "UserNamespacePath"),
    (EXEC, 260, "MemoryTHP RootMStack"),
    (CGROUP, 248, "ManagedOOMMemoryPressureLimit ManagedOOMPreference"),
    (CGROUP, 249, "BPFProgram SocketBindAllow SocketBindDeny"),
    (CGROUP, 250, "RestrictNetworkInterfaces StartupAllowedCPUs StartupAllowedMemoryNodes"),
    (CGROUP, 253, "MemoryZSwapMax"),
    (
        CGROUP,
        254,
        "DefaultStartupMemoryLow DelegateSubgroup MemoryPressureThresholdSec MemoryPressureWatch"
        " StartupMemoryHigh StartupMemoryLow StartupMemoryMax StartupMemorySwapMax StartupMemoryZSwapMax",
    ),
    (CGROUP, 255, "CoredumpReceive NFTSet"),
    (CGROUP, 256, "MemoryZSwapWriteback"),
    (CGROUP, 257, "ManagedOOMMemoryPressureDurationSec"),
    (CGROUP, 260, "BindNetworkInterface"),
    (
        CGROUP,
        261,
        "CPUPressureThresholdSec CPUPressureWatch CPUSetPartition IOPressureThresholdSec IOPressureWatch OOMRules",
    ),
    (("Socket",), 255, "PollLimitBurst PollLimitIntervalSec"),
    (("Socket",), 256, "PassFileDescriptorsToExec"),
    (("Socket",), 258, "AcceptFileDescriptors DeferTrigger DeferTriggerMaxSec PassPIDFD"),
    (("Socket",), 262, "XAttrAccept XAttrEntryPoint XAttrListen"),
    (("Slice",), 258, "ConcurrencyHardMax ConcurrencySoftMax"),
    (("Slice",), 262, "ActivatingConcurrencyMax"),
    (("Timer",), 257, "DeferReactivation"),
    (("Timer",), 258, "RandomizedOffsetSec"),
    (("Path",), 250, "TriggerLimitBurst TriggerLimitIntervalSec"),
    (("Automount",), 250, "ExtraOptions"),
    (("Install",), 254, "UpheldBy"),
)
SINCE = {
    (section, directive): version
    for sections, version, directives in APPEARED
    for section in sections
    for directive in directives.split()
}


def since(section: str, directive: str) -> int:
    """The version that brought a directive; 0 when it is older than 247, or when there is none of that name."""
    return SINCE.get((section, directive), 0)
