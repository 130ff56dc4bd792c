# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps in when a unit is started, and in which of its files decides."""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import INSTALLS, Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    ERROR,
    WARNING,
    Caught,
    trap,
    written,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import KINDS

ORDERED = ("Requires", "Wants", "BindsTo", "Requisite")
# systemd.special(7): what units are installed in.
TARGETS = (
    "multi-user.target",
    "graphical.target",
    "default.target",
    "timers.target",
    "sockets.target",
    "network-online.target",
)
# What the manager of a user does not have (systemd.special(7), "Special User Units").
OF_SYSTEM = ("multi-user.target", "graphical.target", "network-online.target")
# Brokers that are units of the same host, and addresses that are its own.
LOCAL_BROKER = re.compile(
    r"(?:redis|valkey|keydb|rabbitmq|postgres|mysql|maria|mongo|beanstalk|mosquitto|nats|kafka|memcached|activemq|gearman"
    r"|faktory|nsqd).*\.(?:service|socket)"
)
LOCAL_ADDRESS = re.compile(r"://(?:[^/@\s]*@)?(?:localhost|127\.|\[::1\]|/)|(?:^|=)unix:", re.IGNORECASE)
# Where a specifier stands for a path, or for the number of a port.
PATH_OR_PORT = re.compile(r"(?:[/:]|ports?[= ]|-p ?)%I", re.IGNORECASE)
# `systemctl set-property` writes there, which is not visible in the unit directory.
SET_PROPERTY = re.compile(r"/(?:etc|run)/systemd/(?:system|user)\.control/")
# Every assignment of these adds something; with the others the last one decides.
ADDS = re.compile(
    r"After|Before|Wants|Requires|BindsTo|PartOf|OnFailure|Conflicts|(?:Unset)?Environment(?:File)?|PassEnvironment"
    r"|Exec[A-Z]\w+|(?:ReadWrite|ReadOnly|Inaccessible|Bind|BindReadOnly)Paths|SystemCallFilter|\w*Credential\w*|LogExtraFields"
    r"|Condition\w+|Assert\w+|SupplementaryGroups|\w+Directory"
)


def _has_its_broker_here(seen: Seen) -> bool:
    """Whether the worker waits for a broker of this host, or has only its address in the command line."""
    needed = {name for key in ("After", *ORDERED) for name in seen.names(key)}
    words = [word for one in seen.starts for word in one.words]
    places = [text for text in (*words, *(one.value for one in seen.environment)) if "://" in text or "unix:" in text]
    return any(map(LOCAL_BROKER.fullmatch, needed)) or (bool(places) and all(map(LOCAL_ADDRESS.search, places)))


@trap(
    "network-is-not-online",
    WARNING,
    title="The worker starts before the network is up",
    expected="After= and Wants=network-online.target",
    instead="Write Wants=network-online.target and After=network-online.target.",
    why=(
        "network.target only says that the network is being set up; it is for the order at shutdown. A worker that "
        "connects to a broker at its start crashes at boot then, and may reach its start limit. Two kinds of "
        "workers are not reported: those that start after a broker on the same host, and units of a user, whose "
        'manager has no such target. Source: systemd.special(7), and "Running Services After the Network Is Up" of '
        "systemd's documentation."
    ),
)
def network_is_not_online(seen: Seen) -> t.Iterator[Caught]:
    if not seen.is_worker or seen.of_user or _has_its_broker_here(seen):
        return
    for word in seen.words("After", "Unit"):
        if word.text == "network.target" and "network-online.target" not in seen.names("After"):
            yield Caught(word.at, "After=network.target alone")


@trap(
    "network-online-is-not-wanted",
    WARNING,
    title="The unit is ordered after network-online.target, but does not start it",
    expected="Wants=network-online.target in addition to After=",
    instead="Write Wants=network-online.target, too.",
    why=(
        "After= only sets the order. network-online.target starts only when a unit wants it. Otherwise the worker "
        "waits for nothing. Source: systemd.special(7) on network-online.target, and our measurement."
    ),
)
def network_online_is_not_wanted(seen: Seen) -> t.Iterator[Caught]:
    pulled = {name for key in ORDERED for name in seen.names(key)}
    for word in seen.words("After", "Unit"):
        if seen.is_worker and not seen.of_user and word.text == "network-online.target" and word.text not in pulled:
            yield Caught(word.at, "After=network-online.target without Wants=")


@trap(
    "needed-unit-is-not-awaited",
    WARNING,
    title="The worker starts at the same time as a unit that it needs",
    expected="After= in addition to Wants= and Requires=",
    instead="Write After= for the same unit.",
    why=(
        "Wants= and Requires= start the other unit at the same moment. Only After= waits for it. Source: "
        "systemd.unit(5), and our measurement."
    ),
)
def needed_unit_is_not_awaited(seen: Seen) -> t.Iterator[Caught]:
    ordered = seen.names("After") | seen.names("Before")
    for key in ORDERED:
        for word in seen.words(key, "Unit"):
            waits = word.text.endswith((".service", "network-online.target")) and word.text not in ordered
            if seen.is_worker and waits:
                yield Caught(word.at, f"{key}={word.text} without After=", f"Write After={word.text}, too.")


@trap(
    "not-started-at-boot",
    WARNING,
    title="The worker does not start after a reboot",
    expected="an [Install] section",
    instead="Write WantedBy=multi-user.target in [Install], and enable the unit.",
    why=(
        "Without an [Install] section `systemctl enable` has no effect, and the worker does not start at boot. This "
        "trap is only for a service with Restart=always, which should always run. Source: systemd.unit(5), and our "
        "measurement."
    ),
)
def not_started_at_boot(seen: Seen) -> t.Iterator[Caught]:
    installed = any(seen.all(key, "Install") for key in INSTALLS)
    if seen.is_worker and seen.restart == "always" and not installed and not seen.all("PartOf", "Unit"):
        hint = "Write WantedBy=default.target in [Install], and enable the unit." if seen.of_user else ""
        yield Caught(seen.last("Restart"), "Restart=always without an [Install] section", hint)


@trap(
    "wanted-by-nobody",
    ERROR,
    title="The unit is enabled for a target that does not exist",
    expected="the name of a target that is started",
    instead="Write WantedBy=multi-user.target.",
    why=(
        "systemd does not check that the unit in WantedBy= exists. `systemctl enable` makes the link and exits 0, "
        "and at boot the link has no effect. This trap is for a name without a unit type, and for a name that is "
        "almost that of a standard target. In a unit of a user it is also for targets that only the system has. "
        "Source: systemd.unit(5), systemd.special(7); `systemd-analyze verify` of 247 to 257 does not see it."
    ),
)
def wanted_by_nobody(seen: Seen) -> t.Iterator[Caught]:
    for word in (word for key in ("WantedBy", "RequiredBy") for word in seen.words(key, "Install")):
        # One letter more or less is a slip; two are a name of its own, such as mytimers.target.
        near = [target for target in TARGETS if abs(len(target) - len(word.text)) < 2]
        almost = difflib.get_close_matches(word.text, near, n=1, cutoff=0.9)
        untyped = not word.text.endswith(tuple(f".{kind}" for kind in KINDS))
        of_system = seen.of_user and word.text in OF_SYSTEM
        if of_system or ("%" not in word.text and word.text not in TARGETS and (untyped or almost)):
            instead = "default.target" if seen.of_user else "".join(almost)
            yield Caught(word.at, f"{word.at.key}={word.text}", f"Write {word.at.key}={instead}." if instead else "")


@trap(
    "instance-becomes-path",
    WARNING,
    title="`%I` turns the dashes of an instance name into slashes",
    expected="`%i`",
    instead="Write %i, which is the unchanged instance name.",
    why=(
        "`%I` is the instance name unescaped: for mail@eu-west it is `eu/west`. A place where a path or a port "
        'belongs is not reported. Source: systemd.unit(5), "SPECIFIERS" and "STRING ESCAPING FOR INCLUSION IN UNIT '
        'NAMES", and our measurement.'
    ),
)
def instance_becomes_path(seen: Seen) -> t.Iterator[Caught]:
    name = seen.unit.name
    for at in seen.unit.assignments():
        meant = PATH_OR_PORT.sub("", at.value)
        uses = re.search(r"(?<!%)(?:%%)*%I", meant) and at.key not in ("Description", "Documentation")
        if seen.is_worker and uses and (name.instance == "" or "-" in (name.instance or "")):
            yield Caught(at, f"%I in {at.key}=")


@trap(
    "instance-is-escaped",
    WARNING,
    title="The process gets the instance name with escapes in it",
    expected="an instance name of letters, digits, ':', '_' and '.'",
    instead="Name the instance without characters that systemd must escape, and keep data in its environment file.",
    why=(
        "In a unit name systemd writes other characters as escapes such as `\\\\x2d`, and `%i` passes the escapes on "
        'to the program. Source: systemd.unit(5), "STRING ESCAPING FOR INCLUSION IN UNIT NAMES", and our '
        "measurement."
    ),
)
def instance_is_escaped(seen: Seen) -> t.Iterator[Caught]:
    if "\\x" in (seen.unit.name.instance or ""):
        for at in seen.unit.assignments():
            if re.search(r"(?<!%)(?:%%)*%i", at.value) and at.key != "Description":
                yield Caught(at, f"%i in {at.key}= of {seen.unit.name}")


@trap(
    "drop-in-wins",
    WARNING,
    title="A drop-in that is not from this collection overrides the pool",
    expected="one place for the setting",
    instead="Write the directive as an option of the pool (`unit`), and remove the drop-in.",
    why=(
        "systemd reads a drop-in after the unit file. So the deploy's value for the directive has no effect: the "
        "play is green, and the old value stays in force. This trap is for pools of this collection, and for files "
        "of `systemctl set-property`. Source: systemd.unit(5), and our measurement."
    ),
)
def drop_in_wins(seen: Seen) -> t.Iterator[Caught]:
    own = {
        (one.section, one.key): one.value
        for one in seen.unit.files[0][1].assignments
        if one.section in ("Unit", "Service") and not ADDS.fullmatch(one.key)
    }
    for (section, key), before in own.items():
        at = seen.last(key, section)
        ours = any(one.section == marks.OWNER_SECTION for one in seen.unit.files[0][1].assignments)
        foreign = at is not None and at.path != seen.unit.path and at.value != before
        if at and foreign and (ours or SET_PROPERTY.match(at.path)):
            yield Caught(at, f"{written(at)} over {key}={before}")
