# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of value a directive takes: by its name, else by systemd's own name of the kind.

A directive of a newer systemd that neither knows takes any value: nothing is refused that systemd might take.
"""

from __future__ import annotations

import functools
import math
import re
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import (
    COMMAND,
    ESCAPED,
    PLAIN,
    QUOTED,
    WRITTEN,
    Style,
    unescaped,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import addresses, composed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.calendar_event import (
    is_calendar_event,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.commands import is_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kind import (
    Accepts,
    Expands,
    Kind,
    after,
    each,
    each_written,
    one_of,
    soft_and_hard,
    verbatim,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.listed import (
    ARCHITECTURES,
    FAMILIES,
    is_assignment,
    is_bus_name,
    is_errno,
    is_interface,
    is_log_field,
    is_slice,
    is_startable,
    is_unit,
    is_url,
    is_user,
    is_variable,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.paths import (
    LONGEST_PATH,
    is_absolute_path,
    is_descriptor_name,
    is_file_name,
    is_kept_out,
    is_normal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import (
    LARGEST,
    integer,
    is_between,
    is_mode,
    is_share,
    is_share_above_none,
    is_size,
    size,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.signals import (
    is_exit_status,
    is_signal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.system_calls import (
    is_filtered,
    is_logged,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.time_span import (
    SECOND,
    microseconds,
    nanoseconds,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import (
    is_boolean,
    is_true,
    names,
)

Kinds = t.Dict[str, Kind]
NONE, NAMES, ALL = Expands.NONE, Expands.NAMES, Expands.ALL
EMPTY_IS_BAD = False
BOOLEAN = Kind("a boolean: yes or no", is_boolean, EMPTY_IS_BAD)
TEXT = Kind("text", lambda value: True, True, ALL)
WRITTEN_TEXT = Kind("text", lambda value: True)
NO_OTHER_POLICIES_SINCE, SIZES_OF_MESSAGES_SINCE = 258, 258
# sched(7): SCHED_OTHER, FIFO, RR, BATCH, IDLE, DEADLINE and EXT.
POLICIES = (0, 1, 2, 3, 5, 6, 7)
LAST_CPU, LAST_NUMBER = 8191, (1 << 32) - 1
CAPABILITIES = names(
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service"
    " net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin"
    " sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override"
    " mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
)
LAST_CAPABILITY = 62
CONTROLLERS = names("cpu cpuacct cpuset io blkio memory devices pids bpf-firewall bpf-devices")
CONTROLLERS_SINCE = {
    "bpf-foreign": 249,
    "bpf-socket-bind": 249,
    "bpf-restrict-network-interfaces": 250,
    "bpf-bind-network-interface": 260,
}
MEMORY_POLICIES = ("default", "preferred", "bind", "interleave", "local")
MORE_MEMORY_POLICIES = (*MEMORY_POLICIES, "preferred-many", "weighted-interleave")
# Of each architecture its own and its smaller sister; which one the host is only the host can tell.
PERSONALITIES = names(
    "x86 x86-64 ppc ppc-le ppc64 ppc64-le ia64 parisc parisc64 s390 s390x sparc sparc64 mips mips-le mips64 mips64-le"
    " alpha arm arm-be arm64 arm64-be sh sh64 m68k tilegx cris arc arc-be nios2 riscv32 riscv64 loongarch64"
)
SECURE_BITS = names("keep-caps keep-caps-locked no-setuid-fixup no-setuid-fixup-locked noroot noroot-locked")
CORE_PARTS = names(
    "default all private-anonymous shared-anonymous private-file-backed shared-file-backed elf-headers private-huge"
    " shared-huge private-dax shared-dax"
)
HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")
HEX = re.compile("[+]?(?:0[xX])?0*[0-9a-fA-F]{1,16}")
FILE_SYSTEM_GROUPS = names(
    "basic-api anonymous application auxiliary-api common-block historical-block network privileged-api security"
    " temporary known"
)
# ConditionPathExists= and the others that are about a path.
ABOUT_PATHS = re.compile("(?:Condition|Assert)(?:Path.*|DirectoryNotEmpty|File.*|NeedsUpdate)")


def named_or_number(choices: str, last: int, systemd: int) -> Accepts:
    return one_of(*names(choices), is_between(0, last, systemd))


def for_each(directives: str, kind: Kind) -> Kinds:
    return dict.fromkeys(directives.split(), kind)


def is_capability(text: str) -> bool:
    number, name = integer(text), text.lower()
    return name[4:] in CAPABILITIES and name.startswith("cap_") if number is None else 0 <= number <= LAST_CAPABILITY


def is_controller(systemd: int) -> Accepts:
    return lambda word: word in CONTROLLERS or CONTROLLERS_SINCE.get(word, systemd + 1) <= systemd


def cpu_list(systemd: int) -> Accepts:
    def is_range(word: str) -> bool:
        found = composed.number_range(word)
        # The last number of all is no CPU, and passed once.
        passes = systemd < NO_OTHER_POLICIES_SINCE and found == (LAST_NUMBER, LAST_NUMBER)
        return found is not None and (passes or found[0] <= found[1] <= LAST_CPU)

    return each(is_range, Style(", \t\n\r"))


def is_above(least: int, read: t.Callable[[str], t.Optional[float]]) -> Accepts:
    return lambda value: (read(value) or 0) > least


def limited(value: str) -> t.Optional[float]:
    return math.inf if value == "infinity" else _below_all(integer(value))


def limited_size(value: str) -> t.Optional[float]:
    return math.inf if value == "infinity" else _below_all(size(value))


def _below_all(number: t.Optional[int]) -> t.Optional[int]:
    return number if number is not None and 0 <= number < LARGEST else None


def limited_nice(value: str) -> t.Optional[float]:
    """``+5`` and ``-5`` are nice levels, bare numbers what the kernel counts."""
    if value == "infinity" or not value:
        return None
    signed = value[0] in "+-"
    number = integer(value[1:] if signed else value)
    least, most = (0, {"+": 19, "-": 20}.get(value[0], 40))
    if number is None or not least <= number <= most:
        return None
    return {"+": 20 - number, "-": 20 + number}.get(value[0], number)


def _numbers(systemd: int) -> Kinds:
    def whole(expected: str, least: int, most: int, *, empty: bool = True) -> Kind:
        return Kind(expected, is_between(least, most, systemd), empty)

    policy = named_or_number("other batch idle fifo rr", (1 << 31) - 1, systemd)
    if systemd >= NO_OTHER_POLICIES_SINCE:
        policy = one_of(*names("other batch idle fifo rr ext"), lambda value: integer(value, systemd) in POLICIES)
    weight = Kind("a weight, 1 to 10000", is_between(1, 10000, systemd))
    or_idle = Kind("a weight, 1 to 10000, or idle", one_of("idle", is_between(1, 10000, systemd)))
    return {
        "Nice": whole("a number, -20 to 19", -20, 19),
        "OOMScoreAdjust": whole("a number, -1000 to 1000", -1000, 1000),
        "IOSchedulingPriority": whole("a number, 0 to 7", 0, 7),
        "CPUSchedulingPriority": whole("a number, 0 to 99", 0, 99, empty=EMPTY_IS_BAD),
        "Swap.Priority": whole("a number, -1 to 32767", -1, 32767),
        **for_each("TTYRows TTYColumns", whole("a whole number", 0, (1 << 32) - 1)),
        **for_each("FailureActionExitStatus SuccessActionExitStatus", whole("an exit status, 0 to 255", 0, 255)),
        **for_each("IOWeight StartupIOWeight", weight),
        **for_each("CPUWeight StartupCPUWeight", or_idle if systemd >= 252 else weight),
        **for_each("CPUShares StartupCPUShares", whole("a number, 2 to 262144", 2, 262144)),
        **for_each("BlockIOWeight StartupBlockIOWeight", whole("a weight, 10 to 1000", 10, 1000)),
        "IOSchedulingClass": Kind(
            "none, realtime, best-effort or idle",
            named_or_number("none realtime best-effort idle", 7 if systemd >= NO_OTHER_POLICIES_SINCE else 8, systemd),
        ),
        "CPUSchedulingPolicy": Kind("other, batch, idle, fifo or rr", policy),
        "IPTOS": Kind("a type of service", named_or_number("low-delay throughput reliability low-cost", 255, systemd)),
        "UMask": Kind("a mode of octal digits, such as 0027", is_mode, EMPTY_IS_BAD),
        **for_each(
            "RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode"
            " SocketMode DirectoryMode",
            Kind("a mode of octal digits, such as 0750", is_mode, EMPTY_IS_BAD),
        ),
    }


def time_span(systemd: int) -> Kind:
    return Kind(
        "a time span, such as 5s or 1min 30s",
        lambda value: microseconds(value, systemd=systemd) is not None,
        EMPTY_IS_BAD,
    )


def fine_time_span(systemd: int) -> Kind:
    return replace(time_span(systemd), accepts=lambda value: nanoseconds(value, systemd) is not None)


def _times(systemd: int) -> Kinds:
    span = time_span(systemd)
    or_none = replace(span, empty=True)
    return {
        **for_each("TimeoutStopSec TimeoutIdleSec JobTimeoutSec JobRunningTimeoutSec TimeoutSec", span),
        **for_each("TimeoutAbortSec CPUQuotaPeriodSec", or_none),
        **for_each(
            "OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec", replace(or_none, expands=ALL)
        ),
        "OnCalendar": Kind(
            "a calendar event, such as daily or Mon 10:00", lambda value: is_calendar_event(value, systemd), True, ALL
        ),
        "DeferTriggerMaxSec": span,
        "TimerSlackNSec": fine_time_span(systemd),
        "ManagedOOMMemoryPressureDurationSec": Kind(
            "a time span of a second or more, and not infinity",
            lambda value: SECOND <= (microseconds(value) or 0) < math.inf,
        ),
        **{
            name: Kind(
                "time spans or infinity, SOFT:HARD",
                soft_and_hard(lambda value, default=default: microseconds(value, default, systemd)),  # type: ignore[misc]
                EMPTY_IS_BAD,
            )
            for name, default in (("LimitCPU", SECOND), ("LimitRTTIME", 1))
        },
    }


def _sizes(systemd: int) -> Kinds:
    share: Accepts = lambda value: is_share(value, systemd)  # noqa: E731
    some_share: Accepts = lambda value: is_share(value, systemd) and is_share_above_none(value, systemd)  # noqa: E731
    below_all: Accepts = lambda value: _below_all(size(value)) is not None  # noqa: E731
    expected = "a size such as 512M, a percentage or infinity"
    memory = Kind(expected, one_of("infinity", share, below_all))
    some_memory = Kind(expected, one_of("infinity", some_share, lambda value: 0 < (size(value) or 0) < LARGEST))
    counts = Kind("numbers or infinity, SOFT:HARD", soft_and_hard(limited), EMPTY_IS_BAD)
    sizes = Kind("sizes or infinity, SOFT:HARD", soft_and_hard(limited_size), EMPTY_IS_BAD)
    return {
        **for_each(
            "MemoryMin MemoryLow StartupMemoryLow DefaultMemoryLow DefaultMemoryMin MemorySwapMax"
            " StartupMemorySwapMax MemoryZSwapMax StartupMemoryZSwapMax",
            memory,
        ),
        **for_each(
            "MemoryHigh StartupMemoryHigh MemoryMax StartupMemoryMax MemoryLimit DefaultStartupMemoryLow", some_memory
        ),
        "TasksMax": Kind(
            "a number above 0, a percentage or infinity", one_of("infinity", share, is_between(1, LARGEST - 1, systemd))
        ),
        "CPUQuota": Kind("a percentage above 0, such as 50%", lambda value: is_share_above_none(value, systemd)),
        "ManagedOOMMemoryPressureLimit": Kind("a percentage", share),
        "ManagedOOMMemoryPressureLimitPercent": Kind(
            "a percentage", lambda value: "%" in value and "." not in value and share(value)
        ),
        **for_each(
            "StateDirectoryQuota CacheDirectoryQuota LogsDirectoryQuota",
            Kind("a size, a percentage or off", one_of("off", share, is_size)),
        ),
        **for_each(
            "ConcurrencySoftMax ConcurrencyHardMax ActivatingConcurrencyMax",
            Kind("a number or infinity", one_of("infinity", is_between(0, (1 << 32) - 1, systemd))),
        ),
        **for_each("ReceiveBuffer SendBuffer PipeSize", Kind("a size, such as 512K or 1G", is_size, EMPTY_IS_BAD)),
        **for_each("LimitNOFILE LimitNPROC LimitLOCKS LimitSIGPENDING LimitRTPRIO", counts),
        **for_each("LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitAS LimitMEMLOCK LimitMSGQUEUE", sizes),
        "LimitNICE": Kind("a nice level with its sign, or 0 to 40", soft_and_hard(limited_nice), EMPTY_IS_BAD),
    }


# Large: a table, one line for each kind.
def _paths(systemd: int) -> Kinds:
    absolute: Accepts = lambda value: is_absolute_path(value, systemd)  # noqa: E731
    open_place: Accepts = lambda value: absolute(value) and not is_kept_out(value, systemd)  # noqa: E731
    path = Kind("an absolute path without ..", one_of("", absolute), True, ALL)
    several = Kind("absolute paths, each may follow - or +", each(after("-+", absolute)), True, ALL, splits=QUOTED)
    place = replace(path, accepts=absolute)
    node = replace(TEXT, expected="at most 4095 bytes", accepts=lambda value: len(value) <= LONGEST_PATH)
    return {
        **for_each(
            "RootDirectory RootImage RootVerity TTYPath NetworkNamespacePath IPCNamespacePath UserNamespacePath"
            " RootMStack SourcePath USBFunctionDescriptors USBFunctionStrings Where",
            path,
        ),
        **for_each(
            "PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty ListenSpecial IPIngressFilterPath"
            " IPEgressFilterPath",
            place,
        ),
        "Swap.What": path if systemd < 257 else node,
        "Mount.What": TEXT if systemd < 257 else node,
        **for_each("ListenFIFO ListenMessageQueue ListenUSBFunction", replace(place, accepts=open_place)),
        **for_each(
            "ReadWritePaths ReadOnlyPaths InaccessiblePaths ReadWriteDirectories ReadOnlyDirectories"
            " InaccessibleDirectories ExecPaths NoExecPaths ExtensionDirectories",
            several,
        ),
        **for_each(
            "RequiresMountsFor WantsMountsFor Symlinks",
            replace(several, expected="absolute paths", accepts=each(absolute)),
        ),
        "ExecSearchPath": replace(
            several, expected="paths with colons between", accepts=lambda value: composed.are_paths(value, systemd)
        ),
        "EnvironmentFile": replace(path, expected="an absolute path, which may follow -", accepts=after("-", absolute)),
        "WorkingDirectory": replace(
            path, expected="an absolute path or ~, which may follow -", accepts=after("-", one_of("~", absolute))
        ),
        "PIDFile": replace(
            path,
            expected="a path without .., not below /dev, /proc and /sys",
            accepts=lambda value: (
                is_normal(value if value.startswith("/") else f"/run/{value}", systemd)
                and not is_kept_out(value, systemd)
            ),
        ),
        "TemporaryFileSystem": replace(
            path,
            expected="absolute paths, each with or without :OPTIONS",
            accepts=each_written(lambda word: composed.is_temporary(word, systemd), Style()),
            splits=QUOTED,
            before=verbatim(r":\S*"),
        ),
        **for_each(
            "BindPaths BindReadOnlyPaths",
            replace(
                several,
                expected="SOURCE:DESTINATION, absolute paths",
                accepts=lambda value: composed.is_bind(value, systemd),
            ),
        ),
        **_directories(systemd),
        **_images(systemd),
    }


def _directories(systemd: int) -> Kinds:
    def relative(*, may_link: bool) -> Kind:
        style = WRITTEN if systemd >= composed.LINKED_DIRECTORIES_SINCE else Style()
        check = each_written(lambda word: composed.is_directory(word, systemd, may_link=may_link), style)
        return Kind("relative paths", check, True, ALL, splits=style)

    return {
        **for_each("RuntimeDirectory StateDirectory CacheDirectory LogsDirectory", relative(may_link=True)),
        "ConfigurationDirectory": relative(may_link=False),
    }


def _images(systemd: int) -> Kinds:
    def images(*, extension: bool) -> Kind:
        check = each_written(lambda word: composed.is_mount_image(word, systemd, extension=extension), WRITTEN)
        return Kind("SOURCE:OPTIONS" if extension else "SOURCE:DESTINATION", check, True, ALL, splits=WRITTEN)

    policy = Kind("a policy for images, such as root=verity", composed.is_image_policy)
    return {
        "MountImages": images(extension=False),
        "ExtensionImages": images(extension=True),
        "RootImageOptions": Kind(
            "PARTITION:OPTIONS", lambda value: composed.are_image_options(value, systemd), True, ALL
        ),
        **for_each("RootImagePolicy ExtensionImagePolicy MountImagePolicy", policy),
        "RootHash": Kind("a hash in hexadecimal digits, or an absolute path", composed.is_root_hash),
        "RootHashSignature": Kind(
            "base64:DATA, or an absolute path", lambda value: composed.is_signature(value, systemd)
        ),
    }


def _several_units() -> Kind:
    style = replace(WRITTEN, unquotes=False)
    return Kind("names of units with their type, such as a.service", each(is_unit, style), True, NAMES, splits=style)


def _units(systemd: int) -> Kinds:
    units = _several_units()

    def one(expected: str, accepts: Accepts) -> Kind:
        return Kind(expected, accepts, EMPTY_IS_BAD, NAMES)

    return {
        **for_each("WantedBy RequiredBy UpheldBy Also Alias RequiresOverridable RequisiteOverridable", units),
        "DefaultInstance": WRITTEN_TEXT,
        "Timer.Unit": one("the name of a unit with its type", is_unit),
        "Path.Unit": one("the name of a unit with its type", is_unit),
        "Slice": one("the name of a slice", is_slice),
        "Socket.Service": one(
            "the name of a service", lambda value: value.endswith(".service") and is_startable(value)
        ),
        "Sockets": Kind(
            "names of sockets",
            each(lambda word: word.endswith(".socket") and is_unit(word), PLAIN),
            True,
            NAMES,
            splits=PLAIN,
        ),
    }


# Large: a table, one line for each kind.
def _names(systemd: int) -> Kinds:
    user = Kind("the name or number of a user or group", is_user, True, ALL)
    texts = "SyslogIdentifier PAMName UtmpIdentifier Description Mount.Type Mount.Options Swap.Options"
    return {
        **for_each("User Group SocketUser SocketGroup", user),
        "SupplementaryGroups": replace(
            user, expected="names or numbers of groups", accepts=each(is_user, PLAIN), splits=PLAIN
        ),
        **for_each(texts, TEXT),
        **for_each("ExtraOptions SmackLabel SmackLabelIPIn SmackLabelIPOut", TEXT),
        "Service.RebootArgument": TEXT,
        **for_each(
            "Unit.RebootArgument JobTimeoutRebootArgument",
            replace(
                TEXT,
                expected="at most 255 characters of ASCII",
                accepts=lambda value: systemd < 248 or (value.isascii() and len(value) <= 255),
            ),
        ),
        **for_each("SELinuxContext AppArmorProfile SmackProcessLabel", TEXT),
        "TCPCongestion": WRITTEN_TEXT,
        "BindToDevice": Kind(
            "the name of a network interface",
            one_of("*", lambda value: is_interface(value, systemd=systemd)),
            True,
            ALL if systemd >= 258 else NONE,
        ),
        "BindNetworkInterface": Kind(
            "the name of a network interface", lambda value: is_interface(value, longest=127), True, ALL
        ),
        "LUOSession": Kind("names of ASCII", each(is_session, replace(WRITTEN, unquotes=False))),
        "OOMRules": Kind("names", each(is_rule, WRITTEN)),
        **for_each(
            "XAttrEntryPoint XAttrListen XAttrAccept",
            Kind("user.NAME=VALUE", each(is_attribute, PLAIN), True, ALL, splits=PLAIN),
        ),
        "RestrictNetworkInterfaces": Kind(
            "names of network interfaces",
            after("~", each(lambda word: is_interface(word, longest=127 if systemd >= 254 else 15))),
        ),
        "FileDescriptorName": Kind("a name of ASCII without colons", is_descriptor_name, True, ALL),
        "LogNamespace": Kind("the name of a namespace of the journal", is_namespace_of_journal, True, ALL),
        "BusName": Kind("a name on the bus, such as org.example.App", is_bus_name, EMPTY_IS_BAD, ALL),
        "Documentation": Kind("addresses: http://, https://, file:/, info: or man:", each(is_url, WRITTEN), True, ALL),
        "Environment": Kind("NAME=value", each(is_assignment, ESCAPED), True, ALL, splits=ESCAPED),
        "PassEnvironment": Kind("names of variables", each(is_variable), True, ALL, splits=QUOTED),
        "UnsetEnvironment": Kind(
            "names of variables, or NAME=value",
            each(one_of(is_variable, is_assignment), ESCAPED),
            True,
            ALL,
            splits=ESCAPED,
        ),
        "LogExtraFields": Kind(
            "FIELD=value, in capital letters", each(is_log_field, ESCAPED), True, ALL, splits=ESCAPED
        ),
    }


def is_namespace_of_journal(value: str) -> bool:
    return is_file_name(value) and len(value) <= 221 and bool(re.fullmatch(r"[A-Za-z0-9:_.@-]+", value))


def _commands(systemd: int) -> Kinds:
    def to_file(value: str, kinds: t.FrozenSet[str]) -> bool:
        kind, colon, rest = value.partition(":")
        if kind == "fd" and colon:
            return is_descriptor_name(rest)
        return kind in kinds and bool(colon) and is_absolute_path(rest, systemd)

    files = names("file append truncate" if systemd >= 248 else "file append")
    outputs = "inherit null tty kmsg kmsg+console journal journal+console socket fd syslog syslog+console"
    output = Kind(
        "an output such as journal, null, inherit, file:PATH or append:PATH",
        one_of(
            *names(outputs),
            "file",
            "append",
            *(["truncate"] if systemd >= 248 else []),
            lambda value: to_file(value, files),
        ),
        EMPTY_IS_BAD,
        ALL,
    )
    return {
        **for_each("StandardOutput StandardError", output),
        "StandardInput": replace(
            output,
            expected="an input such as null, tty, socket, data or file:PATH",
            accepts=one_of(
                *names("null tty tty-force tty-fail socket fd data file"), lambda value: to_file(value, names("file"))
            ),
        ),
        "StandardInputText": replace(TEXT, expected="text with the escapes of C", before=unescaped),
        "StandardInputData": Kind("data in base64", lambda value: composed.is_base64(value, systemd)),
        "OpenFile": Kind("PATH:NAME:OPTIONS", composed.is_open_file),
        **_credentials(systemd),
    }


def _credentials(systemd: int) -> Kinds:
    name_alone = verbatim(":.*")
    loaded = Kind(
        "NAME:PATH, or NAME", lambda value: composed.is_load_credential(value, systemd), True, ALL, splits=PLAIN
    )
    return {
        "SetCredential": Kind(
            "NAME:DATA",
            lambda value: composed.is_set_credential(value, systemd, encrypted=False),
            True,
            ALL,
            before=name_alone,
        ),
        "SetCredentialEncrypted": Kind(
            "NAME:DATA in base64",
            lambda value: composed.is_set_credential(value, systemd, encrypted=True),
            True,
            ALL,
            before=name_alone,
        ),
        **for_each("LoadCredential LoadCredentialEncrypted", loaded),
        "ImportCredential": Kind(
            "the name of a credential, or its beginning and *",
            composed.is_import_credential,
            True,
            ALL,
            before=name_alone,
        ),
    }


# Large: a table, one line for each kind.
def _resources(systemd: int) -> Kinds:
    def with_device(expected: str, accepts: Accepts) -> Kind:
        return Kind(
            f"a path of a device, then {expected}",
            lambda value: composed.is_device_with(value, systemd, accepts),
            True,
            ALL,
            splits=QUOTED,
        )

    rate = with_device("a size above 0 or infinity", one_of("infinity", is_above(0, lambda value: size(value, 1000))))
    bytes_only = with_device("a size above 0", is_above(0, lambda value: size(value, 1000)))
    cpus = Kind("numbers and ranges, such as 0-3 5", cpu_list(systemd), True, ALL if systemd >= 248 else NONE)
    return {
        **for_each("IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax", rate),
        **for_each("BlockIOReadBandwidth BlockIOWriteBandwidth", bytes_only),
        "IODeviceWeight": with_device("a weight, 1 to 10000", is_between(1, 10000, systemd)),
        "BlockIODeviceWeight": with_device("a weight, 10 to 1000", is_between(10, 1000, systemd)),
        "IODeviceLatencyTargetSec": with_device("a time span", lambda value: microseconds(value) is not None),
        "DeviceAllow": Kind(
            "a device below /dev or a class of devices, then r, w, m",
            lambda value: composed.is_device_rule(value, systemd),
            True,
            ALL,
            splits=QUOTED,
        ),
        **for_each("AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes", cpus),
        "CPUAffinity": replace(cpus, accepts=one_of("numa", cpu_list(systemd))),
        "NUMAMask": replace(
            cpus,
            expected="all, or numbers and ranges",
            accepts=one_of("all", cpu_list(systemd)),
            expands=ALL if systemd >= 258 else NONE,
        ),
        "Delegate": Kind("a boolean or cgroup controllers", one_of(is_boolean, each(is_controller(systemd)))),
        "DisableControllers": Kind("cgroup controllers", each(is_controller(systemd), PLAIN)),
        "CoredumpFilter": Kind(
            "parts of a core, or a mask in hexadecimal digits",
            each(one_of(*CORE_PARTS, lambda word: bool(HEX.fullmatch(word))), PLAIN),
        ),
    }


def _network(systemd: int) -> Kinds:
    def socket(directive: str) -> Kind:
        return Kind(
            "a port, a path, or an address with its port",
            lambda value: addresses.is_socket(value, directive, systemd),
            True,
            ALL,
        )

    protocols = {"udplite": 136, "sctp": 132, **({"mptcp": 262} if systemd >= 257 else {})}
    return {
        **{one: socket(one) for one in ("ListenStream", "ListenDatagram", "ListenSequentialPacket")},
        "ListenNetlink": Kind("a family of netlink, and a group", addresses.is_netlink, True, ALL),
        **for_each(
            "IPAddressAllow IPAddressDeny",
            Kind(
                "addresses with their prefix, or any, localhost, link-local, multicast",
                each(addresses.is_network, PLAIN),
            ),
        ),
        **for_each(
            "SocketBindAllow SocketBindDeny",
            Kind("FAMILY:PROTOCOL:PORTS", lambda value: composed.is_socket_bind(value, systemd)),
        ),
        "SocketProtocol": Kind(
            f"one of {', '.join(sorted(protocols))}",
            lambda value: value.lower() in protocols or integer(value, systemd) in protocols.values(),
            EMPTY_IS_BAD,
        ),
        "BPFProgram": Kind("TYPE:PATH", lambda value: composed.is_bpf_program(value, systemd), True, ALL, splits=PLAIN),
        "NFTSet": Kind("SOURCE:FAMILY:TABLE:SET", each(lambda word: composed.is_nft_set(word, systemd), WRITTEN)),
    }


# Large: a table, one line for each kind.
def _security(systemd: int) -> Kinds:
    namespaces = each(one_of(*names("cgroup ipc net mnt pid user uts"), *(["time"] if systemd >= 250 else [])), PLAIN)
    policies = MORE_MEMORY_POLICIES if systemd >= 258 else MEMORY_POLICIES
    known = FAMILIES | ({"MCTP"} if systemd >= 250 else set())
    family: Accepts = lambda word: word.upper().startswith("AF_") and word.upper()[3:] in known  # noqa: E731
    families = after("~", each(family))
    return {
        **for_each(
            "CapabilityBoundingSet AmbientCapabilities",
            Kind("capabilities, such as CAP_NET_RAW", after("~", each(is_capability))),
        ),
        "NUMAPolicy": Kind(f"one of {', '.join(policies)}", one_of(*policies)),
        "Service.RefreshOnReload": Kind(
            "a boolean, extensions or credentials",
            one_of(is_boolean, after("~", each(one_of("extensions", "credentials"), PLAIN))),
        ),
        "ProtectHostname": Kind("a boolean or private, which may come with :NAME", is_protected_hostname),
        "DelegateSubgroup": Kind("the name of a control group", is_control_group),
        "Personality": Kind("the architecture of the host, or its 32-bit one", one_of(*PERSONALITIES)),
        "SecureBits": Kind(f"some of {', '.join(sorted(SECURE_BITS))}", each(one_of(*SECURE_BITS))),
        "SystemCallFilter": Kind(
            "system calls and groups such as @system-service", lambda value: is_filtered(value, systemd)
        ),
        "SystemCallLog": Kind(
            "system calls and groups such as @system-service", lambda value: is_logged(value, systemd)
        ),
        "SystemCallErrorNumber": Kind(
            "the name or number of an error, such as EPERM, or kill", one_of("kill", is_errno)
        ),
        "SystemCallArchitectures": Kind(
            "architectures, such as native", each(one_of(*ARCHITECTURES, *(["loongarch64"] if systemd >= 257 else [])))
        ),
        "RestrictAddressFamilies": Kind(
            "address families, such as AF_INET, or none", one_of("none", families) if systemd >= 249 else families
        ),
        "RestrictNamespaces": Kind(
            "a boolean, or cgroup, ipc, net, mnt, pid, user, uts", one_of(is_boolean, after("~", namespaces))
        ),
        "DelegateNamespaces": Kind(
            "a boolean, or cgroup, ipc, net, mnt, pid, uts",
            one_of(
                is_boolean, lambda value: namespaces(value[value.startswith("~") :]) and "user" not in value.split()
            ),
        ),
        "RestrictFileSystems": Kind("file systems and groups such as @basic-api", after("~", each(is_file_system))),
        "LogFilterPatterns": Kind("a regular expression, which may follow ~", lambda value: value != "~"),
    }


def is_protected_hostname(value: str) -> bool:
    protects, colon, name = value.partition(":")
    if not colon:
        return is_boolean(value) or value == "private"
    return (is_true(protects) or protects == "private") and bool(HOSTNAME.fullmatch(name))


def is_control_group(value: str) -> bool:
    """cg_needs_escape(): nothing that could be a file of the kernel's."""
    controller, dot, _rest = value.partition(".")
    is_taken = value in ("notify_on_release", "release_agent", "tasks") or value.startswith(("_", ".", "cgroup."))
    return is_file_name(value) and not is_taken and not (dot and controller in (*CONTROLLERS, *CONTROLLERS_SINCE))


def is_session(word: str) -> bool:
    return bool(re.fullmatch(r"[!#-&(-)+-9;->@-Z\\-~]{1,255}", word))


def is_rule(word: str) -> bool:
    return is_file_name(word) and not re.search(r"[*?\[\\\"']", word)


def is_attribute(word: str) -> bool:
    return bool(re.fullmatch("user\\.[^=]*=.*", word))


def is_file_system(word: str) -> bool:
    return not word.startswith("@") or word[1:] in FILE_SYSTEM_GROUPS


# Large: a table, one line for each kind.
def _by_type(systemd: int) -> Kinds:
    """What systemd --dump-configuration-items calls it, where that says enough."""
    return {
        "BOOLEAN": BOOLEAN,
        "SECONDS": time_span(systemd),
        "NANOSECONDS": fine_time_span(systemd),
        "SIGNAL": Kind("a signal, such as SIGTERM", is_signal, EMPTY_IS_BAD),
        "UNSIGNED": Kind("a whole number, 0 or more", is_between(0, (1 << 32) - 1, systemd), EMPTY_IS_BAD),
        "INTEGER": Kind("a whole number", is_between(-(1 << 31), (1 << 31) - 1, systemd), EMPTY_IS_BAD),
        "LONG": Kind("a whole number", is_between(-(1 << 63), (1 << 63) - 1, systemd), EMPTY_IS_BAD),
        "BPF_DELEGATE_COMMANDS": WRITTEN_TEXT,
        "BPF_DELEGATE_MAPS": WRITTEN_TEXT,
        "BPF_DELEGATE_PROGRAMS": WRITTEN_TEXT,
        "BPF_DELEGATE_ATTACHMENTS": WRITTEN_TEXT,
        "SIZE": Kind("a size, such as 512K or 1G", is_size, EMPTY_IS_BAD),
        "LEVEL": Kind(
            "a level: emerg, alert, crit, err, warning, notice, info or debug",
            named_or_number("emerg alert crit err warning notice info debug", 7, systemd),
            EMPTY_IS_BAD,
        ),
        "FACILITY": Kind(
            "a facility, such as daemon or local0",
            named_or_number(
                "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp"
                " local0 local1 local2 local3 local4 local5 local6 local7",
                127,
                systemd,
            ),
            EMPTY_IS_BAD,
        ),
        "STATUS": Kind(
            "exit statuses and signals, such as 1 TEMPFAIL SIGTERM",
            each(lambda word: is_exit_status(word, systemd), PLAIN),
        ),
        "PATH [ARGUMENT [...]]": Kind(
            "a program by its absolute path or its name, then arguments",
            lambda value: is_command(value, systemd),
            True,
            ALL,
            splits=COMMAND,
        ),
        "UNIT [...]": _several_units(),
        "CONDITION": TEXT,
        "STRING": TEXT,
    }


@functools.lru_cache(maxsize=8)
def _kinds(systemd: int) -> t.Tuple[Kinds, Kinds, Kind]:
    tables = (_numbers, _times, _sizes, _paths, _units, _names, _commands, _resources, _network, _security)
    by_name = {name: kind for table in tables for name, kind in table(systemd).items()}
    condition = Kind(
        "an absolute path, which may follow | and !",
        after("|!", lambda value: is_absolute_path(value, systemd)),
        True,
        ALL,
    )
    if systemd >= SIZES_OF_MESSAGES_SINCE:
        by_name["MessageQueueMessageSize"] = Kind(
            "a size, such as 512K or 1G", lambda value: (size(value) or 0) < 1 << 63 and is_size(value), EMPTY_IS_BAD
        )
    return by_name, _by_type(systemd), condition


def kind_of(section: str, directive: str, systemd_type: str, systemd: int) -> t.Optional[Kind]:
    """``None`` when nothing is known that would refuse a value. The target's word that it is a boolean goes first."""
    if systemd_type == "BOOLEAN":
        return BOOLEAN
    by_name, by_type, condition = _kinds(systemd)
    named = by_name.get(f"{section}.{directive}") or by_name.get(directive)
    if named is None and ABOUT_PATHS.fullmatch(directive):
        return condition
    return named or by_type.get(systemd_type)
