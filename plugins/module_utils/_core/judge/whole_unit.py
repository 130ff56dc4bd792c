# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd refuses or ignores for the sake of other lines, once a whole unit is read (service_verify() etc.)."""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, error
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import QUOTED, BadWord, words
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import DIRECTORIES, Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import LONGEST_UNIT_NAME
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import specifiers
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.commands import command_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.listed import is_slice
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.time_span import SECOND, microseconds
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true

Ignored = t.Collection[t.Tuple[str, int]]
LISTENS = ("ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenNetlink", "ListenSpecial")
MORE_LISTENS = ("ListenMessageQueue", "ListenUSBFunction")
# One can accept a connection on these only.
ACCEPTING = ("ListenStream", "ListenSequentialPacket")
TRIGGERS = ("OnCalendar", "OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec")
WATCHED = ("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty")
# An empty value of one takes back what all of them said (config_parse_socket_listen() and its like).
RESET_TOGETHER = ((*LISTENS, *MORE_LISTENS), TRIGGERS, WATCHED)
CREDENTIALS = ("LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted")
NODES = ("ListenFIFO", "ListenStream", "ListenDatagram", "ListenSequentialPacket")
DEFAULT_RESTART_USEC = 100_000
# Before, the policy that stands above a priority decided which there are.
ANY_PRIORITY_SINCE = 249
# 247 refuses a unit with a path whose mount unit would have a longer name (unit_require_mounts_for()). 252 shortens the
# name. Both are measured, and no version between them.
LONG_NAMES_SINCE = 248
# The last value of these is such a path, or each value.
PATH = ("WorkingDirectory", "RootDirectory", "RootImage", "What")
PATHS = (*WATCHED, "ListenFIFO", "ListenSpecial", "ListenUSBFunction")


@dataclass(frozen=True)
class Read:
    """A unit as systemd has it in the end: without the lines that it ignores."""

    unit: Unit
    systemd: int
    ignored: Ignored

    def all(self, key: str, section: str = "") -> t.List[Placed]:
        section = section or self.unit.name.kind.capitalize()
        resets = next((group for group in RESET_TOGETHER if key in group), (key,))
        kept: t.List[Placed] = []
        for one in self.unit.assignments():
            if one.section != section or (one.path, one.line) in self.ignored:
                continue
            if one.key == key and one.value:
                kept.append(one)
            elif one.key in resets and not one.value:
                kept = []
        return kept

    def last(self, key: str, section: str = "") -> t.Optional[Placed]:
        return ([None, *self.all(key, section)])[-1]

    def value(self, key: str, default: str = "", section: str = "") -> str:
        found = self.last(key, section)
        return found.value if found else default

    def has_ignored(self, *keys: str) -> bool:
        """Whether a line of these is ignored: the reason stands there, and the lack of it is no news."""
        places = {(one.path, one.line) for one in self.unit.assignments() if one.key in keys}
        return not places.isdisjoint(self.ignored)

    def is_set(self, key: str) -> bool:
        return is_true(self.value(key))


def findings(unit: Unit, systemd: int, ignored: Ignored) -> t.Iterator[Finding]:
    """``ignored`` are the places of lines that systemd does not take. Of drop-ins alone nothing is known."""
    own = unit.files[0][1]
    is_read = bool(own.text) and not any(text.unreadable for _path, text in unit.files)
    if is_read and not unit.path.endswith(".conf"):
        read = Read(unit, systemd, ignored)
        check = CHECKS.get(unit.name.kind)
        yield from check(read) if check else ()
        yield from _priority(read)
        yield from _long_paths(read) if systemd < LONG_NAMES_SINCE else ()


def _priority(read: Read) -> t.Iterator[Finding]:
    priority, policy = read.last("CPUSchedulingPriority"), read.value("CPUSchedulingPolicy")
    if read.systemd < ANY_PRIORITY_SINCE and priority and priority.value.strip("0") and policy not in ("fifo", "rr"):
        yield _useless(
            priority, "a priority without a policy that has some", "CPUSchedulingPolicy=fifo or rr before it"
        )


def _long_paths(read: Read) -> t.Iterator[Finding]:
    for at, value in _paths_with_mounts(read):
        path = _meant(value, read)
        size = len(f"{escaped_path(path)}.mount")
        if path.startswith("/") and size > LONGEST_UNIT_NAME:
            expected = f"a path whose mount unit has a name of at most {LONGEST_UNIT_NAME} bytes"
            yield _refused(at, f"{at.key}= with a path whose mount unit has a name of {size} bytes", expected)


def _paths_with_mounts(read: Read) -> t.Iterator[t.Tuple[Placed, str]]:
    yield from ((at, at.value) for key in PATH for at in read.all(key)[-1:])
    yield from ((at, at.value) for key in PATHS for at in read.all(key))
    yield from ((at, word) for at in read.all("RequiresMountsFor", "Unit") for word in words(at.value, QUOTED))
    for key, directory in DIRECTORIES.items():
        yield from ((at, f"{directory}{word}") for at in read.all(key) for word in words(at.value, QUOTED))


def _refused(at: t.Optional[Placed], found: str, expected: str) -> Finding:
    return error("refused-unit", at, found, expected, "systemd refuses the whole unit.")


def _useless(at: t.Optional[Placed], found: str, expected: str) -> Finding:
    return error("ignored-setting", at, found, expected, "systemd ignores it.")


def _service(read: Read) -> t.Iterator[Finding]:
    starts = [line for at in read.all("ExecStart") for line in _lines(at, read.systemd)]
    kind, ends = _type(read, bool(starts)), read.value("SuccessAction", "none", "Unit") != "none"
    at = read.last("Type")
    does_nothing = not starts and not read.has_ignored("ExecStart")
    if does_nothing and not (kind == "oneshot" and (ends or (read.all("ExecStop") and read.is_set("RemainAfterExit")))):
        expected = "ExecStart=; or Type=oneshot with ExecStop= and RemainAfterExit=yes, or with SuccessAction="
        yield _refused(at, "a service without ExecStart=", expected)
    if len(starts) > 1 and kind != "oneshot":
        yield _refused(read.last("ExecStart"), f"{len(starts)} commands to start", "one, or Type=oneshot")
    if kind == "dbus" and not read.value("BusName"):
        yield _refused(at, "Type=dbus without BusName=", "BusName=NAME")
    yield from _oneshot(read) if kind == "oneshot" else ()
    yield from _pam(read, ("control-group", "mixed"))
    if kind == "forking" and read.systemd >= 257 and read.is_set("PrivatePIDs"):
        yield _refused(read.last("PrivatePIDs"), "PrivatePIDs=yes with Type=forking", "another type")
    yield from _companions(read)
    yield from _restart_delays(read) if read.systemd >= 254 else ()
    has_credentials = any(read.all(one) for one in CREDENTIALS)
    if kind == "simple" and read.systemd >= 254 and read.all("ExecStartPost") and has_credentials:
        yield _useless(at, "credentials with Type=simple and ExecStartPost=", "Type=exec")


def _type(read: Read, starts: bool) -> str:
    """service_add_extras()"""
    if read.value("BusName"):
        default = "dbus"
    elif read.systemd >= 254 and any(read.all(one) for one in CREDENTIALS):
        default = "exec"
    else:
        default = "simple" if starts else "oneshot"
    return read.value("Type", default)


def _lines(at: Placed, systemd: int) -> t.Sequence[t.Any]:
    try:
        return command_lines(at.value, systemd)
    except BadWord:
        return ()


def _oneshot(read: Read) -> t.Iterator[Finding]:
    restart, forced, ends = read.last("Restart"), read.last("RestartForceExitStatus"), read.last("ExitType")
    if restart and restart.value in ("always", "on-success"):
        yield _refused(restart, f"Restart={restart.value} with Type=oneshot", "on-failure, or no")
    if forced and read.systemd < 254:
        yield _refused(forced, "RestartForceExitStatus= with Type=oneshot", "another type")
    if ends and ends.value == "cgroup":
        yield _refused(ends, "ExitType=cgroup with Type=oneshot", "ExitType=main, or another type")
    longest = read.last("RuntimeMaxSec")
    if longest and microseconds(longest.value) != math.inf:
        yield _useless(longest, "RuntimeMaxSec= with Type=oneshot", "TimeoutStartSec=")


def _pam(read: Read, modes: t.Collection[str]) -> t.Iterator[Finding]:
    mode = read.last("KillMode")
    if read.value("PAMName") and mode and mode.value not in modes:
        yield _refused(mode, f"KillMode={mode.value} with PAMName=", " or ".join(modes))


def _companions(read: Read) -> t.Iterator[Finding]:
    """Settings that mean nothing without another."""
    pairs = [("USBFunctionDescriptors", "USBFunctionStrings"), ("USBFunctionStrings", "USBFunctionDescriptors")]
    for key, other in pairs:
        if read.all(key) and not read.all(other):
            yield _useless(read.last(key), f"{key}= without {other}=", f"{other}=")
    extra, longest = read.last("RuntimeRandomizedExtraSec"), microseconds(read.value("RuntimeMaxSec", "infinity"))
    if extra and microseconds(extra.value) and longest == math.inf:
        yield _useless(extra, "RuntimeRandomizedExtraSec= without RuntimeMaxSec=", "RuntimeMaxSec=")


def _restart_delays(read: Read) -> t.Iterator[Finding]:
    steps, most = read.last("RestartSteps"), read.last("RestartMaxDelaySec")
    has_steps = steps is not None and steps.value.strip("0") != ""
    longest = microseconds(most.value) if most else math.inf
    if has_steps and longest == math.inf:
        yield _useless(steps, "RestartSteps= without RestartMaxDelaySec=", "RestartMaxDelaySec=")
    if most and longest != math.inf and not has_steps:
        yield _useless(most, "RestartMaxDelaySec= without RestartSteps=", "RestartSteps=")
    delay = microseconds(read.value("RestartSec", f"{DEFAULT_RESTART_USEC / SECOND:g}"))
    if most and longest is not None and delay is not None and longest < delay:
        yield _useless(most, "RestartMaxDelaySec= below RestartSec=", "a longer time span")


def _timer(read: Read) -> t.Iterator[Finding]:
    others = ("OnClockChange", "OnTimezoneChange")
    has_trigger = any(read.all(one) for one in TRIGGERS) or _any_set(read, *others)
    if not has_trigger and not read.has_ignored(*TRIGGERS, *others):
        yield _refused(None, "a timer without a time", "OnCalendar= or another trigger")
    yield from _triggered(read)


def _any_set(read: Read, *keys: str) -> bool:
    return any(read.is_set(one) for one in keys)


def _triggered(read: Read) -> t.Iterator[Finding]:
    """config_parse_trigger_unit(): the first one counts, and no unit starts itself."""
    units = read.all("Unit")
    for one in units[1:]:
        yield _useless(one, "a second Unit=", "one")
    if units and _is_itself(units[0].value, read):
        yield _useless(units[0], "the unit itself", "another unit")


def _is_itself(value: str, read: Read) -> bool:
    return _meant(value, read) == _meant("%n", read)


def _meant(value: str, read: Read) -> str:
    """With the texts of its specifiers; as it is when one is unknown."""
    table = specifiers.meant(read.unit.name, read.unit.path, read.systemd).tables[0]
    return value if specifiers.unknown_specifier(value, table) else specifiers.expanded(value, table)


def _socket(read: Read) -> t.Iterator[Finding]:
    listens = {one: read.all(one) for one in (*LISTENS, *MORE_LISTENS)}
    accepts, connections = read.last("Accept"), read.last("MaxConnections")
    if not any(listens.values()) and not read.has_ignored(*listens):
        yield _refused(None, "a socket without Listen...=", "ListenStream= or another one")
    if accepts and is_true(accepts.value):
        if any(ats for key, ats in listens.items() if key not in ACCEPTING):
            yield _refused(accepts, "Accept=yes with a socket that accepts no connections", "ListenStream= only")
        if read.last("Service"):
            yield _refused(read.last("Service"), "Service= with Accept=yes", "NAME@.service beside NAME.socket")
    limits = bool(accepts and is_true(accepts.value)) or read.systemd >= 254
    if connections and limits and not connections.value.strip("0"):
        yield _refused(connections, "MaxConnections=0", "a number above 0")
    yield from _pam(read, ("control-group", "mixed") if read.systemd >= 254 else ("control-group",))
    nodes = [at for key in NODES for at in listens[key] if at.value.startswith(("/", "%"))]
    if read.all("Symlinks") and len(nodes) != 1:
        yield _refused(read.last("Symlinks"), f"Symlinks= with {len(nodes)} nodes in the file system", "one")


def _path(read: Read) -> t.Iterator[Finding]:
    if not any(read.all(one) for one in WATCHED) and not read.has_ignored(*WATCHED):
        yield _refused(None, "a path unit without a path", "PathExists= or another one")
    yield from _triggered(read)


def _mount(read: Read) -> t.Iterator[Finding]:
    where = read.last("Where")
    yield from _named_by(read, where)
    if not read.all("What"):
        yield _refused(where, "a mount without What=", "What=")


def _swap(read: Read) -> t.Iterator[Finding]:
    yield from _named_by(read, read.last("What"))


def _automount(read: Read) -> t.Iterator[Finding]:
    yield from _named_by(read, read.last("Where"))


def _named_by(read: Read, at: t.Optional[Placed]) -> t.Iterator[Finding]:
    """The name of the unit must be the escaped path; without one it says the path."""
    if at and at.value.startswith("/") and "%" not in at.value:
        name = f"{escaped_path(at.value)}.{read.unit.name.kind}"
        if name != str(read.unit.name):
            yield _refused(at, f"{at.key}={at.value} in {read.unit.name}", f"a unit of the name {name}")


def escaped_path(path: str) -> str:
    """unit_name_path_escape(): ``/a/b-c`` -> ``a-b\\x2dc``."""
    names = [one for one in path.split("/") if one not in ("", ".")]

    def escaped(found: t.Match[str]) -> str:
        return "".join(f"\\x{byte:02x}" for byte in found.group().encode("utf-8", "surrogateescape"))

    text = "/".join(names)
    text = re.sub(r"\A\.|[^A-Za-z0-9:_./]", escaped, text)
    return text.replace("/", "-") or "-"


def _slice(read: Read) -> t.Iterator[Finding]:
    if not is_slice(str(read.unit.name)):
        yield _refused(None, f"the name {read.unit.name}", "names with single dashes between them")


CHECKS: t.Mapping[str, t.Callable[[Read], t.Iterator[Finding]]] = {
    "service": _service,
    "timer": _timer,
    "socket": _socket,
    "path": _path,
    "mount": _mount,
    "swap": _swap,
    "automount": _automount,
    "slice": _slice,
}
