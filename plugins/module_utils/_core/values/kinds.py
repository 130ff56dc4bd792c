# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of value a directive takes: by systemd's own name of the kind, by the manual where that says too little.

A directive that neither knows takes any value: nothing is refused that systemd might take.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.values.calendar_event import is_calendar_event
from ansible_collections.workers.systemd.plugins.module_utils._core.values.listed import (
    ADDRESS,
    ARCHITECTURES,
    BUS_NAME,
    CPUS,
    URL,
    VARIABLE,
    is_absolute_path,
    is_assignment,
    is_capability,
    is_family,
    is_listened_at,
    is_log_field,
    is_relative_path,
    is_system_call,
    is_unit,
    is_user,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.values.quantities import (
    is_between,
    is_mode,
    is_percent,
    is_size,
    is_zero,
    percent,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.values.signals import is_exit_status, is_signal
from ansible_collections.workers.systemd.plugins.module_utils._core.values.specifiers import ANYWHERE, IN_NAMES
from ansible_collections.workers.systemd.plugins.module_utils._core.values.time_span import (
    is_fine_time_span,
    is_time_span,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.values.words import is_boolean, names

Accepts = t.Callable[[str], bool]


@dataclass(frozen=True)
class Kind:
    """``expected`` says it in the words of who wrote the value. ``empty``: an empty value takes earlier ones back.

    ``specifiers`` are those that systemd expands in it: a value with one is believed, for only the target can tell.
    """

    expected: str
    accepts: Accepts
    empty: bool = True
    specifiers: t.FrozenSet[str] = frozenset()


def words(value: str) -> t.Optional[t.List[str]]:
    """The words of a list; ``None`` where a quote is not closed."""
    if not re.search(r"[\"'\\]", value):
        return value.split()
    try:
        return split_command(value)
    except Problems:
        return None


def each(accepts: Accepts) -> Accepts:
    """Whether all words of a list are so. A backslash is believed: not every list takes it for an escape."""

    def accepts_all(value: str) -> bool:
        found = words(value)
        return found is not None and ("\\" in value or all(accepts(word) for word in found))

    return accepts_all


def after(prefixes: str, accepts: Accepts) -> Accepts:
    """Whether it is so behind any of these characters."""
    return lambda value: accepts(value.lstrip(prefixes))


def one_of(*choices: t.Union[str, Accepts]) -> Accepts:
    """Whether it is one of some words, or as one of some checks wants it."""
    known = frozenset(choice for choice in choices if isinstance(choice, str))
    checks = [choice for choice in choices if not isinstance(choice, str)]
    return lambda value: value in known or any(accepts(value) for accepts in checks)


def matches(pattern: t.Pattern[str]) -> Accepts:
    return lambda value: bool(pattern.fullmatch(value))


def ends_in(suffix: str) -> Accepts:
    return lambda value: value.endswith(suffix) and is_unit(value)


def named_or_number(choices: str, last: int) -> Accepts:
    return one_of(*names(choices), is_between(0, last))


def soft_and_hard(accepts: Accepts) -> Accepts:
    """Two resource limits with a colon between them, or one for both."""

    def accepts_both(value: str) -> bool:
        parts = value.split(":")
        return len(parts) <= 2 and all(part == "infinity" or accepts(part) for part in parts)

    return accepts_both


def some_of(value: str) -> bool:
    """More than 0 %, of one or more CPUs."""
    part = percent(value)
    return part is not None and part > 0


def is_command(value: str) -> bool:
    """Prefixes, then an absolute path or the name of a program, then arguments (systemd.service(5))."""
    found = words(value)
    if not found:
        return False
    if found[0] == ";":
        return True
    path = found[0].lstrip("-@:+!|")
    if path.startswith("/"):
        return not path.endswith("/")
    return len(found[0]) > 1 and "/" not in path


def is_output(value: str) -> bool:
    kind, colon, rest = value.partition(":")
    if colon and kind in ("file", "append", "truncate"):
        return is_absolute_path(rest)
    return colon != "" and kind == "fd"


def is_device(value: str) -> bool:
    """A device node or a class of devices, then what may be done: read, write, make."""
    found = value.split()
    node, rights = found[0], found[1:]
    is_node = node.startswith(("block-", "char-", "/dev/", "/run/systemd/inaccessible/"))
    return is_node and len(rights) <= 1 and all(set(right) <= set("rwm") for right in rights)


def is_bind(value: str) -> bool:
    """Words of source, destination and options; quoted ones are believed."""
    return bool(re.search(r"[\"'\\]", value)) or all(
        all(is_absolute_path(path.lstrip("-")) for path in word.split(":")[:2]) for word in value.split()
    )


def is_directory(word: str) -> bool:
    """Relative; a link to it may follow behind a colon."""
    return word.startswith(":") or is_relative_path(word.partition(":")[0])


def is_namespaces(value: str) -> bool:
    return is_boolean(value) or each(one_of(*names("cgroup ipc net mnt pid user uts time")))(value.lstrip("~"))


EMPTY_IS_BAD = False
TEXT = Kind("text", lambda value: True, True, ANYWHERE)
LIST_OF_PATHS = Kind("absolute paths, each may follow - or +", each(after("-+", is_absolute_path)), True, ANYWHERE)
PATH = Kind("an absolute path without ..", is_absolute_path, True, ANYWHERE)
UNITS = Kind("names of units with their type, such as a.service", each(is_unit), True, IN_NAMES)
BOOLEAN = Kind("a boolean: yes or no", is_boolean, EMPTY_IS_BAD)
TIME_SPAN = Kind("a time span, such as 5s or 1min 30s", is_time_span, EMPTY_IS_BAD)
SPAN_OR_NONE = replace(TIME_SPAN, empty=True)
SIZE = Kind("a size, such as 512K or 1G", is_size, EMPTY_IS_BAD)
WEIGHT = Kind("a weight, 1 to 10000", is_between(1, 10000))
CPU_WEIGHT = Kind("a weight, 1 to 10000, or idle", one_of("idle", is_between(1, 10000)))
MEMORY = Kind(
    "a size such as 512M, a percentage or infinity",
    one_of("infinity", is_percent, is_size),
)
MEMORY_BUT_NONE = replace(
    MEMORY, accepts=lambda value: MEMORY.accepts(value) and (value == "infinity" or not is_zero(value))
)
TASKS = Kind("a number above 0, a percentage or infinity", one_of("infinity", is_percent, is_between(1, (1 << 64) - 2)))
COUNT_LIMIT = Kind("numbers or infinity, SOFT:HARD", soft_and_hard(is_between(0, (1 << 64) - 2)), EMPTY_IS_BAD)
SIZE_LIMIT = Kind("sizes or infinity, SOFT:HARD", soft_and_hard(is_size), EMPTY_IS_BAD)
TIME_LIMIT = Kind("time spans or infinity, SOFT:HARD", soft_and_hard(is_time_span), EMPTY_IS_BAD)
DIRECTORIES = Kind("relative paths", each(is_directory), True, ANYWHERE)
USER = Kind("the name or number of a user or group", is_user, True, ANYWHERE)
CPU_LIST = Kind("numbers and ranges, such as 0-3 5", matches(CPUS), True, ANYWHERE)
ADDRESSES = Kind("addresses with their prefix, or any, localhost, link-local, multicast", each(matches(ADDRESS)))
LISTEN = Kind("a port, a path, or an address with its port", is_listened_at, True, ANYWHERE)
CONTROLLERS = names(
    "cpu cpuacct cpuset io blkio memory devices pids bpf-firewall bpf-devices bpf-foreign bpf-socket-bind"
    " bpf-restrict-network-interfaces bpf-bind-network-interface"
)
VARIABLES = each(lambda word: bool(VARIABLE.fullmatch(word.partition("=")[0])))

# By what systemd --dump-configuration-items calls it, where that says enough.
BY_TYPE = {
    "BOOLEAN": BOOLEAN,
    "SECONDS": TIME_SPAN,
    "NANOSECONDS": replace(TIME_SPAN, accepts=is_fine_time_span),
    "SIGNAL": Kind("a signal, such as SIGTERM", is_signal, EMPTY_IS_BAD),
    "UNSIGNED": Kind("a whole number, 0 or more", is_between(0, (1 << 32) - 1), EMPTY_IS_BAD),
    "INTEGER": Kind("a whole number", is_between(-(1 << 31), (1 << 31) - 1), EMPTY_IS_BAD),
    "LONG": Kind("a whole number", is_between(-(1 << 63), (1 << 63) - 1), EMPTY_IS_BAD),
    "SIZE": SIZE,
    "NICE": Kind("a number, -20 to 19", is_between(-20, 19)),
    "OOMSCOREADJUST": Kind("a number, -1000 to 1000", is_between(-1000, 1000)),
    "IOPRIORITY": Kind("a number, 0 to 7", is_between(0, 7)),
    "IOCLASS": Kind("none, realtime, best-effort or idle", named_or_number("none realtime best-effort idle", 1 << 31)),
    "CPUSCHEDPOLICY": Kind("other, batch, idle, fifo or rr", named_or_number("other batch idle fifo rr ext", 1 << 31)),
    "CPUSCHEDPRIO": Kind("a number, 0 to 99", is_between(0, 99), EMPTY_IS_BAD),
    "LEVEL": Kind(
        "a level: emerg, alert, crit, err, warning, notice, info or debug",
        named_or_number("emerg alert crit err warning notice info debug", 7),
        EMPTY_IS_BAD,
    ),
    "FACILITY": Kind(
        "a facility, such as daemon or local0",
        named_or_number(
            "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp"
            " local0 local1 local2 local3 local4 local5 local6 local7",
            1023,
        ),
        EMPTY_IS_BAD,
    ),
    "CPUAFFINITY": replace(CPU_LIST, accepts=one_of("numa", matches(CPUS))),
    "BOUNDINGSET": Kind("capabilities, such as CAP_NET_RAW", after("~", each(is_capability))),
    "STATUS": Kind("exit statuses and signals, such as 1 TEMPFAIL SIGTERM", each(is_exit_status)),
    "ENVIRON": Kind("NAME=value", each(is_assignment), True, ANYWHERE),
    "FILE": Kind(
        "an absolute path, which may follow -", lambda value: is_absolute_path(value[value[0] == "-" :]), True, ANYWHERE
    ),
    "SYSCALLS": Kind("system calls and groups such as @system-service", after("~", each(is_system_call))),
    "ERRNO": Kind(
        "the name or number of an error, such as EPERM, or kill",
        one_of("kill", matches(re.compile("E[A-Z0-9]+", re.IGNORECASE)), is_between(1, 4095)),
    ),
    "FAMILIES": Kind("address families, such as AF_INET, or none", one_of("none", after("~", each(is_family)))),
    "NAMESPACES": Kind("a boolean, or cgroup, ipc, net, mnt, pid, user, uts, time", is_namespaces),
    "OUTPUT": Kind(
        "an output such as journal, null, inherit, file:PATH or append:PATH",
        one_of(
            *names("inherit null tty kmsg kmsg+console journal journal+console socket fd syslog syslog+console"),
            is_output,
        ),
        EMPTY_IS_BAD,
        ANYWHERE,
    ),
    "INPUT": Kind(
        "an input such as null, tty, socket, data or file:PATH",
        one_of(*names("null tty tty-force tty-fail socket fd data"), is_output),
        EMPTY_IS_BAD,
        ANYWHERE,
    ),
    "PATH [...]": LIST_OF_PATHS,
    "PATH[:PATH[:OPTIONS]] [...]": Kind("SOURCE:DESTINATION, absolute paths", is_bind, True, ANYWHERE),
    "PATH [ARGUMENT [...]]": Kind(
        "a program by its absolute path or its name, then arguments", is_command, True, ANYWHERE
    ),
    "UNIT [...]": UNITS,
    "UNIT": replace(UNITS, expected="the name of a unit with its type", accepts=is_unit, empty=EMPTY_IS_BAD),
    "CONDITION": TEXT,
    "ARCHS": Kind("architectures, such as native", each(one_of(*ARCHITECTURES))),
    "SLICE": Kind("the name of a slice", ends_in(".slice"), EMPTY_IS_BAD, IN_NAMES),
    "SERVICE": Kind("the name of a service", ends_in(".service"), EMPTY_IS_BAD, IN_NAMES),
    "SOCKETS": Kind("names of sockets", each(ends_in(".socket")), True, IN_NAMES),
    "URL": Kind("addresses: http://, https://, file:/, info: or man:", each(matches(URL)), True, ANYWHERE),
    "DEVICE": Kind("a device below /dev or a class of devices, then r, w, m", is_device, True, ANYWHERE),
    "WEIGHT": WEIGHT,
    "CPUWEIGHT": CPU_WEIGHT,
    "SHARES": Kind("a number, 2 to 262144", is_between(2, 262144)),
}
# By the directive: what is OTHER or ambiguous above.
BY_NAME = {
    "WorkingDirectory": Kind(
        "an absolute path or ~, which may follow -",
        lambda value: value.startswith("-~") or value == "~" or is_absolute_path(value[value[0] == "-" :]),
        True,
        ANYWHERE,
    ),
    "UMask": Kind("a mode of octal digits, such as 0027", is_mode, EMPTY_IS_BAD),
    "TasksMax": TASKS,
    "PIDFile": Kind("a path without ..", lambda value: ".." not in value.split("/"), True, ANYWHERE),
    "TemporaryFileSystem": Kind(
        "absolute paths, each with or without :OPTIONS",
        each(lambda word: is_absolute_path(word.partition(":")[0])),
        True,
        ANYWHERE,
    ),
    **dict.fromkeys(("TTYRows", "TTYColumns"), Kind("a whole number", is_between(0, (1 << 32) - 1))),
    **dict.fromkeys(("Description", "RebootArgument", "JobTimeoutRebootArgument"), TEXT),
    **dict.fromkeys(("SyslogIdentifier", "PAMName", "UtmpIdentifier"), TEXT),
    "DeferTriggerMaxSec": TIME_SPAN,
    "UserNamespacePath": PATH,
    "CPUQuota": Kind("a percentage above 0, such as 50%", some_of),
    "ManagedOOMMemoryPressureLimit": Kind("a percentage", is_percent),
    "Delegate": Kind("a boolean or cgroup controllers", one_of(is_boolean, each(one_of(*CONTROLLERS)))),
    "DisableControllers": Kind("cgroup controllers", each(one_of(*CONTROLLERS))),
    "PassEnvironment": Kind("names of variables", VARIABLES, True, ANYWHERE),
    "UnsetEnvironment": Kind("names of variables, or NAME=value", VARIABLES, True, ANYWHERE),
    "LogExtraFields": Kind("FIELD=value, in capital letters", each(is_log_field), True, ANYWHERE),
    "BusName": Kind("a name on the bus, such as org.example.App", matches(BUS_NAME), EMPTY_IS_BAD, ANYWHERE),
    "SupplementaryGroups": replace(
        USER, expected="names or numbers of groups", accepts=lambda value: all(map(is_user, value.split()))
    ),
    "OnCalendar": Kind("a calendar event, such as daily or Mon 10:00", is_calendar_event, True, ANYWHERE),
    "Swap.Priority": Kind("a number, -1 to 32767", is_between(-1, 32767)),
    "ListenFIFO": PATH,
    "ListenStream": LISTEN,
    "ListenDatagram": LISTEN,
    "ListenSequentialPacket": LISTEN,
    **dict.fromkeys(("User", "Group", "SocketUser", "SocketGroup"), USER),
    **dict.fromkeys(
        (
            "MemoryMin",
            "MemoryLow",
            "StartupMemoryLow",
            "DefaultMemoryLow",
            "DefaultMemoryMin",
            "DefaultStartupMemoryLow",
        ),
        MEMORY,
    ),
    **dict.fromkeys(("MemorySwapMax", "StartupMemorySwapMax", "MemoryZSwapMax", "StartupMemoryZSwapMax"), MEMORY),
    **dict.fromkeys(
        ("MemoryHigh", "StartupMemoryHigh", "MemoryMax", "StartupMemoryMax", "MemoryLimit"), MEMORY_BUT_NONE
    ),
    **dict.fromkeys(("LimitNOFILE", "LimitNPROC", "LimitLOCKS", "LimitSIGPENDING", "LimitRTPRIO"), COUNT_LIMIT),
    **dict.fromkeys(("LimitFSIZE", "LimitDATA", "LimitSTACK", "LimitCORE", "LimitRSS", "LimitAS"), SIZE_LIMIT),
    **dict.fromkeys(("LimitMEMLOCK", "LimitMSGQUEUE"), SIZE_LIMIT),
    **dict.fromkeys(("LimitCPU", "LimitRTTIME"), TIME_LIMIT),
    "LimitNICE": Kind("a nice level with its sign, or 0 to 40", soft_and_hard(is_between(-20, 40)), EMPTY_IS_BAD),
    **dict.fromkeys(("BlockIOWeight", "StartupBlockIOWeight"), Kind("a weight, 10 to 1000", is_between(10, 1000))),
    **dict.fromkeys(
        ("RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory"), DIRECTORIES
    ),
    **dict.fromkeys(
        ("RuntimeDirectoryMode", "StateDirectoryMode", "CacheDirectoryMode", "LogsDirectoryMode"),
        Kind("a mode of octal digits, such as 0750", is_mode, EMPTY_IS_BAD),
    ),
    **dict.fromkeys(
        ("ConfigurationDirectoryMode", "SocketMode", "DirectoryMode"),
        Kind("a mode of octal digits, such as 0750", is_mode, EMPTY_IS_BAD),
    ),
    **dict.fromkeys(("TimeoutStopSec", "TimeoutIdleSec", "JobTimeoutSec", "JobRunningTimeoutSec"), TIME_SPAN),
    **dict.fromkeys(("Socket.TimeoutSec", "Mount.TimeoutSec", "Swap.TimeoutSec"), TIME_SPAN),
    **dict.fromkeys(("TimeoutAbortSec", "CPUQuotaPeriodSec"), SPAN_OR_NONE),
    **dict.fromkeys(
        ("OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"),
        replace(SPAN_OR_NONE, specifiers=ANYWHERE),
    ),
    **dict.fromkeys(("AllowedCPUs", "StartupAllowedCPUs", "AllowedMemoryNodes", "StartupAllowedMemoryNodes"), CPU_LIST),
    **dict.fromkeys(("IPAddressAllow", "IPAddressDeny"), ADDRESSES),
    **dict.fromkeys(
        ("FailureActionExitStatus", "SuccessActionExitStatus"), Kind("an exit status, 0 to 255", is_between(0, 255))
    ),
    **dict.fromkeys(("RootDirectory", "RootImage", "RootVerity", "TTYPath", "NetworkNamespacePath"), PATH),
    **dict.fromkeys(("IPCNamespacePath", "SourcePath", "USBFunctionDescriptors", "USBFunctionStrings", "Where"), PATH),
    **dict.fromkeys(("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"), PATH),
    **dict.fromkeys(("WantedBy", "RequiredBy", "UpheldBy", "Also", "Alias"), UNITS),
    **dict.fromkeys(
        ("RequiresMountsFor", "WantsMountsFor"),
        replace(LIST_OF_PATHS, expected="absolute paths", accepts=each(is_absolute_path)),
    ),
}
# ConditionPathExists= and the others that are about a path.
PATH_CONDITION = Kind("an absolute path, which may follow | and !", after("|!", is_absolute_path), True, ANYWHERE)
ABOUT_PATHS = re.compile("(?:Condition|Assert)(?:Path.*|DirectoryNotEmpty|File.*|NeedsUpdate)")


def kind_of(section: str, directive: str, systemd_type: str) -> t.Optional[Kind]:
    """``None`` when nothing is known that would refuse a value. The target's word that it is a boolean goes first."""
    if systemd_type == "BOOLEAN":
        return BOOLEAN
    by_name = BY_NAME.get(f"{section}.{directive}") or BY_NAME.get(directive)
    if by_name is None and ABOUT_PATHS.fullmatch(directive):
        return PATH_CONDITION
    return by_name or BY_TYPE.get(systemd_type)
