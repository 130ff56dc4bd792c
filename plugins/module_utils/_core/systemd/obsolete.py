# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old names of directives, and what took their place (load-fragment-gperf.gperf)."""

from __future__ import annotations

SPELLINGS = {
    "BindTo": "BindsTo",
    "OnFailureIsolate": "OnFailureJobMode",
    "PropagateReloadFrom": "ReloadPropagatedFrom",
    "PropagateReloadTo": "PropagatesReloadTo",
    "RequiresOverridable": "Requires",
    "RequisiteOverridable": "Requisite",
    "StartLimitInterval": "StartLimitIntervalSec in [Unit]",
    "InaccessibleDirectories": "InaccessiblePaths",
    "ReadOnlyDirectories": "ReadOnlyPaths",
    "ReadWriteDirectories": "ReadWritePaths",
    "PermissionsStartOnly": "+ before the commands that need root",
    "CPUShares": "CPUWeight",
    "StartupCPUShares": "StartupCPUWeight",
    "MemoryLimit": "MemoryMax",
    "BlockIOAccounting": "IOAccounting",
    "BlockIOWeight": "IOWeight",
    "StartupBlockIOWeight": "StartupIOWeight",
    "BlockIODeviceWeight": "IODeviceWeight",
    "BlockIOReadBandwidth": "IOReadBandwidthMax",
    "BlockIOWriteBandwidth": "IOWriteBandwidthMax",
}
# Read in [Service] too, as systemd did before 230.
MOVED_TO_UNIT = ("FailureAction", "RebootArgument", "StartLimitAction", "StartLimitBurst")
# What is gone and had another name, or none, to the end.
REMOVED = {
    **SPELLINGS,
    "CPUAccounting": "nothing: it is always on",
    "DefaultMemoryLow": "MemoryLow in each unit below",
    "DefaultMemoryMin": "MemoryMin in each unit below",
    "DefaultStartupMemoryLow": "StartupMemoryLow in each unit below",
    "ManagedOOMMemoryPressureLimitPercent": "ManagedOOMMemoryPressureLimit",
    "Capabilities": "AmbientCapabilities and CapabilityBoundingSet",
    "BusPolicy": "nothing",
    "FsckPassNo": "nothing",
    "IgnoreOnSnapshot": "nothing",
    "NetClass": "nothing",
    "SysVStartPriority": "nothing",
}


def replacement(section: str, directive: str) -> str:
    """What to write instead of a directive that systemd still reads; empty when it is not obsolete."""
    if section == "Service" and directive in MOVED_TO_UNIT:
        return f"{directive} in [Unit]"
    return SPELLINGS.get(directive, "")
