# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps in what a unit shuts its processes out of, and in the limits that it sets."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.paths import concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen, is_of_one_instance
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    ERROR,
    WARNING,
    Caught,
    trap,
    written,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import DIRECTORIES, Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import number
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import FALSE, TRUE
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT

HOMES = re.compile(r"/(?:home|root|run/user)(?:/|$)")
HIDING = TRUE | {"tmpfs"}
WITH_JIT = frozenset({"node", "nodejs", "deno", "java", "dotnet"})
# Their options that switch the compiler off.
WITHOUT_JIT = frozenset({"--jitless", "-Xint"})
WRITTEN_FILES = ("--logfile", "--log-file", "--pidfile", "--pid-file", "--pid", "--log-path", "--error-logfile")
OPENED_DIRECTORIES = {key: path for key, path in DIRECTORIES.items() if key != "ConfigurationDirectory"}
# What needs a mount namespace (exec_needs_mount_namespace() of systemd), as far as workers have it.
MOUNTING = (
    "BindPaths",
    "BindReadOnlyPaths",
    "InaccessiblePaths",
    "PrivateDevices",
    "PrivateMounts",
    "PrivateTmp",
    "ProcSubset",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "TemporaryFileSystem",
)
# What makes a seccomp filter (context_has_seccomp() of systemd).
SECCOMP = (
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "PrivateDevices",
    "ProtectClock",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "SystemCallArchitectures",
    "SystemCallFilter",
    "SystemCallLog",
)
RESTRICTS_FILE_SYSTEMS_SINCE = 250
# The last systemd in which ExecStartPre= has no directory of credentials.
LAST_WITHOUT = 247
PRIVATE_TMP = ("/tmp", "/var/tmp")  # noqa: S108 (they are the subject)
SIZE = re.compile(r"([0-9]+)([KMGT]?)")
FACTORS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
COUNT = re.compile(r"[0-9]{1,9}")
OUTPUT_FILE = re.compile(r"^(?:append|file|truncate):")
# No process runs in less.
SMALLEST = 2**20


def size(text: str) -> t.Optional[float]:
    """Bytes, as systemd reads them: ``512M``; ``None`` for a percentage and what is no size."""
    if text == "infinity":
        return math.inf
    found = SIZE.fullmatch(text)
    return number(found.group(1)) * FACTORS[found.group(2)] if found else None


def _paths(seen: Seen) -> t.Iterator[t.Tuple[Placed, str]]:
    """Paths that the worker needs at its start, that its command line names, or that the unit opens for it."""
    for one in seen.starts:
        yield from ((one.at, path) for path in one.paths)
    yield from ((word.at, word.text.lstrip("+")) for word in seen.words("ReadWritePaths") if word.text[0] != "-")
    at = seen.last("WorkingDirectory")
    if at and not at.value.startswith("-"):
        yield at, at.value


def _in_homes(seen: Seen, path: str) -> str:
    """How the path is in a home directory: by itself, or as a link; empty when it is not."""
    if HOMES.match(path):
        return path
    known = seen.host.paths.get(concrete(seen.unit, path))
    return f"{path}, a link to {known.target}," if known and HOMES.match(known.target) else ""


@trap(
    "home-is-hidden",
    ERROR,
    title="ProtectHome= hides files that the worker needs",
    expected="a program, arguments and a directory outside of /home, /root and /run/user",
    instead="In a pool write needs: [home], in a unit ProtectHome=no, or move the application out of there.",
    why=(
        "With ProtectHome=yes or tmpfs the home directories are empty for the worker. The start fails with "
        "200/CHDIR, 203/EXEC or 226/NAMESPACE, or the worker does not find a file from its arguments. This trap "
        "follows links. "
        "Source: systemd.exec(5), and our measurement."
    ),
)
def home_is_hidden(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("ProtectHome")
    bound = seen.all("BindPaths") or seen.all("BindReadOnlyPaths")
    if at and at.value.lower() in HIDING and not bound:
        for place, path in _paths(seen):
            in_homes = _in_homes(seen, path)
            if in_homes:
                yield Caught(place, f"{in_homes} with ProtectHome={at.value}")


@trap(
    "private-tmp-is-not-shared",
    WARNING,
    title="Other processes do not see the files of the worker in /tmp",
    expected="a directory that others see",
    instead="Write RuntimeDirectory= and use /run/NAME; in a template NAME-%i, for each instance its own.",
    why=(
        "With PrivateTmp=yes the worker has a /tmp of its own, which is removed when it stops. A socket, PID file "
        "or other file for other processes is not in their /tmp. Source: systemd.exec(5), and our measurement."
    ),
)
def private_tmp_is_not_shared(seen: Seen) -> t.Iterator[Caught]:
    if not seen.says_yes("PrivateTmp"):
        return
    for one in seen.starts:
        for word in one.arguments:
            if re.search(r"(?:^|[=:])(?:/var)?/tmp/\S+\.(?:sock|socket|pid)\b", word):
                yield Caught(one.at, f"{word} with PrivateTmp=yes")
    at = seen.last("PIDFile")
    if at and re.match(r"(?:/var)?/tmp/", at.value):
        yield Caught(at, f"{written(at)} with PrivateTmp=yes")


@trap(
    "written-file-is-read-only",
    WARNING,
    title="The worker may not write to a path of its command line",
    expected="a directory that the unit opens for writing",
    instead="Write LogsDirectory= or StateDirectory= for it, or the directory as ReadWritePaths=.",
    why=(
        "With ProtectSystem=strict all file systems are read-only for the worker, so its log or PID file cannot be "
        "made. Source: systemd.exec(5), and our measurement."
    ),
)
def written_file_is_read_only(seen: Seen) -> t.Iterator[Caught]:
    if seen.value("ProtectSystem") != "strict":
        return
    opened = [word.text.lstrip("-+") for key in ("ReadWritePaths", "BindPaths") for word in seen.words(key)]
    for key, above in OPENED_DIRECTORIES.items():
        opened.extend(above + word.text for word in seen.words(key))
    opened.extend(["/dev", "/proc", "/sys", *(PRIVATE_TMP if seen.says_yes("PrivateTmp") else ())])
    for one in seen.starts:
        path = one.option(*WRITTEN_FILES) or ""
        inside = any(path == place or path.startswith(place.rstrip("/") + "/") for place in opened)
        if path.startswith("/") and "%" not in path and not inside:
            yield Caught(one.at, f"{path} with ProtectSystem=strict")


@trap(
    "jit-needs-executable-memory",
    ERROR,
    title="MemoryDenyWriteExecute= kills a program that compiles while it runs",
    expected="no MemoryDenyWriteExecute= for it",
    instead="In a pool write needs: [jit], in a unit MemoryDenyWriteExecute=no.",
    why=(
        "A just-in-time compiler first writes memory and then executes it. node dies of SIGILL or SIGTRAP at its "
        'start. Source: systemd.exec(5) ("incompatible with programs ... that generate program code dynamically at '
        'runtime"), our measurement.'
    ),
)
def jit_needs_executable_memory(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("MemoryDenyWriteExecute")
    for one in seen.starts:
        program = one.inner[0].rpartition("/")[2] if one.inner else ""
        if at and seen.says_yes("MemoryDenyWriteExecute") and program in WITH_JIT and not set(one.inner) & WITHOUT_JIT:
            yield Caught(at, f"{written(at)} for {program}")


@trap(
    "forbidden-call-kills",
    WARNING,
    title="A system call outside of the list kills the worker",
    expected="an error for the program, not its death",
    instead="Write SystemCallErrorNumber=EPERM.",
    why=(
        "Without SystemCallErrorNumber= a call that the filter does not allow ends the process by SIGSYS, with its "
        "job. Most programs try calls that they do not need. node 18 and 20 die of pkey_alloc, PHP and Python of "
        "nice(). Source: systemd.exec(5) on SystemCallFilter=, and our measurement."
    ),
)
def forbidden_call_kills(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("SystemCallFilter")
    if seen.is_worker and at and not seen.all("SystemCallErrorNumber") and not re.search(r":[A-Z]", at.value):
        yield Caught(at, "SystemCallFilter= without SystemCallErrorNumber=")


def _bounds(seen: Seen) -> t.Tuple[t.FrozenSet[str], bool]:
    """CapabilityBoundingSet= as config_parse_capability_set() of systemd merges it: all of these, or all but these."""
    everything: t.Tuple[t.FrozenSet[str], bool] = (frozenset(), True)
    named, all_but = everything
    for one in seen.unit.assignments():
        if (one.section, one.key) == ("Service", "CapabilityBoundingSet"):
            words = frozenset(one.value.lstrip("~").upper().split())
            removes = one.value.startswith("~")
            if not words or (named, all_but) == everything:
                named, all_but = words, removes
            else:
                named = named | words if removes is all_but else named - words
    return named, all_but


@trap(
    "capability-is-out-of-bounds",
    ERROR,
    title="The worker does not get a capability that AmbientCapabilities= names",
    expected="the same capabilities in CapabilityBoundingSet=, and no PrivateUsers=",
    instead="Write them as CapabilityBoundingSet= too, and PrivateUsers=no; in a pool in `unit`.",
    why=(
        "No process of the unit can have a capability that is not in the bounding set. In the user namespace of "
        "PrivateUsers=yes capabilities work for that namespace only. systemd starts the worker without a message, "
        "and binding a low port fails with `Permission denied`. Source: systemd.exec(5), capabilities(7), and our "
        "measurement."
    ),
)
def capability_is_out_of_bounds(seen: Seen) -> t.Iterator[Caught]:
    named, all_but = _bounds(seen)
    for word in seen.words("AmbientCapabilities"):
        if word.at.value.startswith("~"):
            # All except the named ones: the worker gets those that exist.
            continue
        if (word.text.upper() in named) is all_but:
            yield Caught(word.at, f"{word.text}, which CapabilityBoundingSet= leaves out")
        elif seen.says_yes("PrivateUsers"):
            yield Caught(word.at, f"{word.text} with PrivateUsers={seen.value('PrivateUsers')}")


@trap(
    "credentials-end-start-pre",
    ERROR,
    title="On systemd 247 ExecStartPre= fails in a sandboxed unit with credentials",
    expected="no ExecStartPre=, no credentials, or no sandbox",
    instead="Do it in the worker, or in another unit, and order this one after it with After=.",
    why=(
        "Commands before the main process have no credentials in this version. Their sandbox fails on the missing "
        "directory: 226/NAMESPACE. Later versions do not have this problem. Source: our measurement on 247 and 252."
    ),
)
def credentials_end_start_pre(seen: Seen) -> t.Iterator[Caught]:
    has_credentials = seen.all("LoadCredential") or seen.all("SetCredential")
    if seen.systemd > LAST_WITHOUT or not has_credentials:
        return
    if any(seen.value(key).lower() not in FALSE | {""} for key in MOUNTING):
        for at in seen.all("ExecStartPre"):
            if not at.value.startswith("+"):
                yield Caught(at, "ExecStartPre= with credentials")


@trap(
    "file-systems-after-privileges",
    WARNING,
    title="The start fails because of RestrictFileSystems=",
    expected="a system call filter in addition to RestrictFileSystems= and User=",
    instead="Write SystemCallFilter=@system-service and SystemCallErrorNumber=EPERM, too.",
    why=(
        "systemd first becomes the user, and then writes the file systems into a table of the kernel. For that it "
        "needs CAP_SYS_ADMIN, which it keeps only for a unit with a seccomp filter. Other units fail with 244/BPF "
        "on a kernel with the BPF LSM. On a kernel without it the setting has no effect. Source: exec_invoke() of "
        "systemd 257, where enforce_user() comes before apply_restrict_filesystems() and keep_seccomp_privileges "
        "decides; measured on 257 in a virtual machine."
    ),
)
def file_systems_after_privileges(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("RestrictFileSystems")
    becomes = seen.says_yes("DynamicUser") or seen.value("User", "root") not in ROOT
    filters = any(seen.value(key).lower() not in FALSE | {""} for key in SECCOMP)
    if at and becomes and not filters and seen.systemd >= RESTRICTS_FILE_SYSTEMS_SINCE:
        yield Caught(at, f"{at.key}= with a user and without a filter")


@trap(
    "network-is-shut-off",
    WARNING,
    title="The unit waits for the network, but its worker has no access to it",
    expected="either a network or none",
    instead="Remove PrivateNetwork=yes, or add AF_INET AF_INET6 to RestrictAddressFamilies=.",
    why=(
        "A worker that waits for network-online.target needs a broker. With PrivateNetwork=yes, or without AF_INET "
        "in RestrictAddressFamilies=, it cannot connect to it. Source: systemd.exec(5), and our measurement."
    ),
)
def network_is_shut_off(seen: Seen) -> t.Iterator[Caught]:
    if "network-online.target" not in seen.names("After") | seen.names("Wants"):
        return
    families = seen.words("RestrictAddressFamilies")
    at = seen.last("PrivateNetwork")
    if at and seen.says_yes("PrivateNetwork") and not seen.all("JoinsNamespaceOf", "Unit"):
        yield Caught(at, f"{written(at)} and network-online.target")
    elif families and not any(word.text.startswith(("~", "AF_INET")) for word in families):
        yield Caught(families[-1].at, "RestrictAddressFamilies= without AF_INET, and network-online.target")


@trap(
    "process-limit-counts-the-host",
    WARNING,
    title="LimitNPROC= counts all processes of the user on the host",
    expected="TasksMax=",
    instead="Write TasksMax= instead.",
    why=(
        "The limit is for the user and not for the unit. It counts processes of other instances, of other services, "
        "and even of containers with the same user number. So the worker fails to start or to fork because of other "
        "processes: 203/EXEC in our measurement. Source: setrlimit(2) on RLIMIT_NPROC, systemd.exec(5)."
    ),
)
def process_limit_counts_the_host(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("LimitNPROC")
    if at and at.value != "infinity" and seen.looks_like_a_worker:
        yield Caught(at, written(at))


@trap(
    "memory-in-bytes",
    ERROR,
    title="A memory limit is in bytes by mistake",
    expected="a size with its unit",
    instead="Write the unit, such as 512M.",
    why=(
        "A number without a unit is bytes. With MemoryMax=512 no process can start, because the kernel kills it "
        "immediately. Source: systemd.resource-control(5)."
    ),
)
def memory_in_bytes(seen: Seen) -> t.Iterator[Caught]:
    for key in ("MemoryMax", "MemoryHigh"):
        at = seen.last(key)
        bytes_ = size(at.value) if at else None
        if at and bytes_ is not None and 0 < bytes_ < SMALLEST:
            yield Caught(at, written(at))


@trap(
    "memory-high-above-max",
    WARNING,
    title="MemoryHigh= is not below MemoryMax=",
    expected="MemoryHigh= below MemoryMax=",
    instead="Write a MemoryHigh= of some nine tenths of MemoryMax=.",
    why=(
        "MemoryHigh= slows a worker down before MemoryMax= kills it. At or above MemoryMax= it has no effect. "
        "Source: systemd.resource-control(5)."
    ),
)
def memory_high_above_max(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("MemoryHigh")
    high, most = size(seen.value("MemoryHigh")), size(seen.value("MemoryMax", "infinity"))
    if at and high is not None and most is not None and most <= high < math.inf:
        yield Caught(at, f"{written(at)} with MemoryMax={seen.value('MemoryMax')}")


@trap(
    "tasks-max-below-crew",
    WARNING,
    title="TasksMax= is too small for the processes of the command",
    expected="a TasksMax= above the concurrency",
    instead="Write a TasksMax= of at least twice the concurrency.",
    why=(
        "Every process and every thread is a task, also the main process. At the limit a fork fails with EAGAIN, "
        "and the worker fails with it. Source: systemd.resource-control(5), and our measurement."
    ),
)
def tasks_max_below_crew(seen: Seen) -> t.Iterator[Caught]:
    at, tool = seen.last("TasksMax"), seen.tool
    for one in seen.starts:
        crew = one.option(*tool.crew) if tool else None
        if at and crew and COUNT.fullmatch(at.value) and COUNT.fullmatch(crew) and int(at.value) <= int(crew):
            yield Caught(at, f"{written(at)} for {crew} at once")


@trap(
    "user-is-nobody",
    WARNING,
    title="The worker runs as the user `nobody`",
    expected="a user for this worker alone",
    instead="Write DynamicUser=yes instead of it, or make a user.",
    why=(
        "Each process of this user can signal, trace and read all others of it. NFS gives it files of other users "
        "too. systemd itself warns about it at each start. Source: systemd.exec(5) on User=."
    ),
)
def user_is_nobody(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("User")
    if at and seen.is_own_service and at.value in ("nobody", "65534"):
        yield Caught(at, written(at))


@trap(
    "output-goes-nowhere",
    WARNING,
    title="A crash leaves no message",
    expected="errors in the journal",
    instead="Write StandardError=journal.",
    why=(
        "With StandardOutput=null the errors are lost too, unless StandardError= says otherwise. Then the reason "
        "for a crash cannot be found. Source: systemd.exec(5) (StandardError= is `inherit`), and our measurement."
    ),
)
def output_goes_nowhere(seen: Seen) -> t.Iterator[Caught]:
    errors = seen.last("StandardError")
    at = errors if errors and errors.value != "inherit" else seen.last("StandardOutput")
    if seen.is_worker and at and at.value == "null":
        yield Caught(at, written(at))


@trap(
    "log-is-overwritten",
    WARNING,
    title="Every restart overwrites the log",
    expected="a log that grows",
    instead="Write append: instead, or leave the output to the journal.",
    why=(
        "`file:` overwrites the file from its beginning, and `truncate:` empties it. So the restart after a crash "
        "destroys the message with the reason. Source: systemd.exec(5) on StandardOutput=, and our measurement."
    ),
)
def log_is_overwritten(seen: Seen) -> t.Iterator[Caught]:
    for key in ("StandardOutput", "StandardError"):
        at = seen.last(key)
        regular = at and not re.match(r"\w+:/dev/", at.value)
        if seen.is_worker and at and regular and at.value.startswith(("file:", "truncate:")):
            yield Caught(at, written(at))


@trap(
    "output-directory-comes-later",
    WARNING,
    title="The directory of the output file is made after the file is opened",
    expected="the journal, or a directory that exists before the start",
    instead=(
        "Leave the output to the journal (StandardOutput=journal), or have systemd-tmpfiles make the directory "
        "(tmpfiles.d)."
    ),
    why=(
        "systemd opens the file of StandardOutput= before it makes the directories of LogsDirectory=, "
        "StateDirectory= and similar directives. So the first start fails with 209/STDOUT. With RuntimeDirectory= "
        "every start fails. Source: systemd/systemd#27591, and our measurement on 247 and 252."
    ),
)
def output_directory_comes_later(seen: Seen) -> t.Iterator[Caught]:
    made = {
        f"{above}{word.text.partition(':')[0]}": key
        for key, above in OPENED_DIRECTORIES.items()
        for word in seen.words(key)
    }
    for at in filter(None, (seen.last("StandardOutput"), seen.last("StandardError"))):
        path = OUTPUT_FILE.sub("", at.value)
        above = next((key for place, key in made.items() if path.startswith(f"{place}/")), "")
        if above and path != at.value:
            yield Caught(at, f"{written(at)} below what {above}= makes")


@trap(
    "runtime-directory-is-shared",
    WARNING,
    title="When one instance stops, the runtime files of all instances are removed",
    expected="a directory for each instance, or one that stays",
    instead="Write RuntimeDirectory=NAME-%i, or RuntimeDirectoryPreserve=yes.",
    why=(
        "Without %i all instances of a template share one directory below /run. The first instance that stops "
        "removes it, with the sockets and PID files of the others, which keep running. "
        "RuntimeDirectoryPreserve=restart helps with restarts only. Source: systemd.exec(5), systemd/systemd#5394, "
        "and our measurement on 247 and 252."
    ),
)
def runtime_directory_is_shared(seen: Seen) -> t.Iterator[Caught]:
    stays = seen.says_yes("RuntimeDirectoryPreserve")
    for word in seen.words("RuntimeDirectory"):
        shared = seen.unit.name.instance is not None and not is_of_one_instance(word.text)
        if seen.is_own_service and shared and not stays:
            yield Caught(word.at, f"RuntimeDirectory={word.text} of every instance")
