# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files that somebody wrote by hand."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.lint import unit_name_of
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import (
    INSTANCE_NAME,
    KINDS,
    UnitName,
    is_unit_name,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    KEY_NAME,
    SECTION_NAME,
    UnitText,
    value_problems,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import DIRECTORIES, LIMITS
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import programs, work
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Draft, Found, Key, Keys
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.pool import seconds_of
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    Piece,
    Variable,
    Word,
    joined,
    mark,
    shown,
)

LOOKS = re.compile(r"(?im)^\s*\[(?:Unit|Service|Install|Timer|Socket|Path)\]\s*$")
FILLED_IN = re.compile(r"%(%|[A-Za-z])|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|(\$))")
PREFIXES = "@-:+!|"
OF_POOL = "a pool sets it"
JOURNAL = "the output is in the journal: journalctl WORKERS_POOL={name}"
CRASHES = "a crash loop slows down by itself, and systemd never gives up"
REASONS = {
    **dict.fromkeys(
        ("Unit.Description", "Unit.Documentation", "Service.SyslogIdentifier", "Install.WantedBy"), OF_POOL
    ),
    **dict.fromkeys(("Install.RequiredBy", "Install.Also", "Install.Alias", "Install.DefaultInstance"), OF_POOL),
    **dict.fromkeys(("Service.StandardOutput", "Service.StandardError", "Service.StandardInput"), JOURNAL),
    **dict.fromkeys(
        (
            "Service.RestartSec",
            "Service.StartLimitInterval",
            "Service.StartLimitBurst",
            "Unit.StartLimitIntervalSec",
            "Unit.StartLimitBurst",
            "Unit.StartLimitInterval",
            "Service.StartLimitIntervalSec",
            "Unit.StartLimitAction",
        ),
        CRASHES,
    ),
    "Service.TimeoutStartSec": "rollout.healthy_deadline limits a start, and is 5 minutes",
    "Service.WatchdogSec": "a busy host would let systemd abort a worker with its jobs",
    "Service.KillMode": "a stop signals the main process, and kills what is left: no child loses its job",
    "Service.PermissionsStartOnly": "it is obsolete: a + before the commands has the same effect",
    "Service.GuessMainPID": "a pool runs its command in the foreground",
    "Service.PIDFile": "a pool runs its command in the foreground",
    "Service.RemainAfterExit": "an instance is a process that runs",
}
# Directives of which the last line counts, as far as a pool has them or an option for them.
SINGLE = frozenset(
    f"Service.{name}"
    for name in (
        *(
            "Type",
            "User",
            "Group",
            "WorkingDirectory",
            "Restart",
            "RestartSec",
            "TimeoutStopSec",
            "TimeoutSec",
            "KillSignal",
        ),
        *(
            "KillMode",
            "PIDFile",
            "UMask",
            "Nice",
            "OOMScoreAdjust",
            "LimitNOFILE",
            "LimitNPROC",
            "PrivateTmp",
            "ProtectSystem",
        ),
        *LIMITS.values(),
    )
)
# No directive of systemd is half as long, and YAML takes no key of more than 1024 characters.
LONGEST_NAME = 100
# Those that every unit of a pool has, so that they say nothing.
NETWORK = frozenset({"network.target", "network-online.target", "syslog.target", "local-fs.target", "remote-fs.target"})


def is_meant(text: str) -> bool:
    return bool(LOOKS.search(text))


def read(sources: t.Sequence[Source], instances: t.Optional[t.Mapping[str, t.Sequence[str]]] = None) -> Found:
    """Services as pools; drop-ins go with their service. ``instances`` are the running ones, by their template."""
    found = Found(notes=[f"{source.name}: {one}" for source in sources for one in source.notes])
    by_unit: t.Dict[str, t.List[Source]] = {}
    for source in sources:
        by_unit.setdefault(_unit_of(source), []).append(source)
    for own in by_unit.values():
        own.sort(key=lambda one: one.path.endswith(".conf"))
    keys_of = {name: Keys([key for source in own for key in _keys(source, found)]) for name, own in by_unit.items()}
    at_times = {_triggered(name, keys) for name, keys in keys_of.items() if name.endswith(".timer")}
    for name, own in by_unit.items():
        keys = keys_of[name]
        why = _why_no_pool(name, keys, at_times)
        if why:
            named = ", ".join(f"{key.name} (line {key.place.rpartition(':')[2]})" for key in keys.left)
            found.notes.append(f"{own[0].name} {why}; it has {named}")
        else:
            found.drafts += _drafts(name, keys, own[0], (instances or {}).get(name))
    return found


def _why_no_pool(name: str, keys: Keys, at_times: t.Collection[str]) -> str:
    """Why a unit is only named; empty for a service that becomes a pool."""
    if not name.endswith(".service"):
        return "is not carried, because only services become pools: use unit_file"
    once = _why_once(name, keys, at_times)
    if once:
        return (
            f"is not carried, because it runs once and ends ({once}), and a pool would restart it: keep the unit, or "
            "write its command into workers_timers"
        )
    if not any(key.name == "Service.ExecStart" and key.value for key in keys.left):
        return "has no command, so there is no pool: import it with its unit"
    return ""


def _why_once(name: str, keys: Keys, at_times: t.Collection[str]) -> str:
    """Why a service ends by itself; empty when it does not."""
    last = {key.name: key.value.strip() for key in keys.left}
    if last.get("Service.Type") == "oneshot":
        return "Type=oneshot"
    return "a timer starts it" if name in at_times and last.get("Service.Restart", "no") == "no" else ""


def _triggered(timer: str, keys: Keys) -> str:
    """The unit that a timer starts."""
    units = [key.value for key in keys.left if key.name == "Timer.Unit" and key.value]
    return units[0] if units else f"{timer.rpartition('.')[0]}.service"


def _unit_of(source: Source) -> str:
    name = unit_name_of(source.path)
    if name:
        return name
    plain = re.match(r"([A-Za-z0-9:_.@\\-]+?\.service)(?:[.-]d\b.*)?$", source.name)
    if plain:
        return plain[1]
    stem = re.sub(r"[^A-Za-z0-9_.@-]+", "-", source.name.rpartition("/")[2]).strip("-.") or "worker"
    kind = next((kind for kind in KINDS if f"[{kind.capitalize()}]" in source.text and kind != "service"), "service")
    return f"{stem.rpartition('.')[0] if stem.rpartition('.')[2] in KINDS else stem}.{kind}"


def _keys(source: Source, found: Found) -> t.Iterator[Key]:
    """Directives in order, as ``Section.Directive``. Other lines are named."""
    text = UnitText.parse(source.text)
    if text.unreadable:
        stop = text.unreadable
        found.notes.append(f"{source.place(stop.line)}: systemd reads no further, because of {stop.found}")
    for line in text.others:
        found.notes.append(f"{source.place(line.line)}: systemd ignores this line, which has no `=`")
    for one in text.assignments:
        yield Key(f"{one.section or 'no section'}.{one.key}", one.value, source.place(one.line))


def _reset(keys: Keys) -> None:
    """An empty value forgets those before it."""
    for key in [one for one in keys.left if one.value == "" and one.name.startswith("Service.")]:
        before = keys.left[: keys.left.index(key)]
        keys.left = [one for one in keys.left if one.name != key.name or one not in before]


def _without_overridden(keys: Keys) -> t.List[Key]:
    """Directives with one value that a later line, such as one of a drop-in, sets again."""
    last = {key.name: key for key in keys.left if key.name in SINGLE}
    gone = [key for key in keys.left if key.name in last and key is not last[key.name]]
    keys.left = [key for key in keys.left if not any(key is one for one in gone)]
    return gone


def _drafts(name: str, keys: Keys, source: Source, running: t.Optional[t.Sequence[str]]) -> t.List[Draft]:
    parsed = UnitName.parse(name)
    everything = [*keys.left]
    _reset(keys)
    overridden = _without_overridden(keys)
    kind = keys.take("Service.Type")
    of_kind = (kind.value if kind else "simple").strip()
    draft = Draft(parsed.prefix, f"{source.name}", work.Work(), outside="the environment of the unit")
    commands = [one for one in keys.take_all("Service.ExecStart") if one.value]
    key = commands[-1]
    draft.keys = everything
    draft.notes += [f"{one.place} {one.name} is not carried: a later line sets it again" for one in overridden]
    draft.place = source.name if source.name == name else f"{source.name} ({name})"
    draft.at["command"] = key.beside
    if len(commands) > 1:
        others = ", ".join(one.place for one in commands[:-1])
        draft.notes.append(f"{others}: only the last command is carried: write ExecStartPre= or pools of their own")
    _accounts(draft, keys)
    draft.work = _work(key, draft)
    _variables(draft, keys)
    _instances(draft, keys, parsed, running)
    _stop(draft, keys)
    _restart(draft, keys, of_kind)
    _type(draft, keys, kind, of_kind)
    _others(draft, keys)
    return [draft]


def _words(text: str) -> t.List[Word]:
    try:
        return [_filled(one) for one in split_command(text)]
    except Problems:
        return [_filled(one) for one in text.split()]


def _filled(text: str) -> Word:
    """A word with the variables and specifiers that systemd fills in."""
    pieces: t.List[Piece] = []
    position = 0
    for found in FILLED_IN.finditer(text):
        pieces.append(text[position : found.start()])
        position = found.end()
        specifier, braced, bare, dollar = found.groups()
        if specifier:
            pieces.append("%" if specifier == "%" else mark(specifier))
        elif dollar:
            pieces.append("$")
        elif bare and found.group() != text:
            # Inside of a word systemd fills in only ${NAME}.
            pieces.append(found.group())
        else:
            pieces.append(Variable(braced or bare, split=bool(bare)))
    return joined([*pieces, text[position:]])


def _work(key: Key, draft: Draft) -> work.Work:
    text = key.value.lstrip(PREFIXES)
    prefix = key.value[: len(key.value) - len(text)].replace("@", "")
    if prefix:
        draft.notes.append(
            f"{key.place} ExecStart={prefix}...: the prefix is not carried: check whether the command needs it"
        )
    return work.of_words(_words(text))


def _accounts(draft: Draft, keys: Keys) -> None:
    user, group, directory = (
        keys.take("Service.User"),
        keys.take("Service.Group"),
        keys.take("Service.WorkingDirectory"),
    )
    if user and user.value not in ("root", "0", ""):
        draft.user, draft.at["user"] = user.value, user.beside
    elif user:
        draft.same(user)
    if group and group.value:
        draft.group, draft.at["group"] = group.value, group.beside
    if directory and directory.value:
        plain = directory.value.lstrip("-")
        draft.directory = shown(_filled(plain.replace("$", "$$"))) if plain != "~" else "~"
        draft.at["working_directory"] = directory.beside


def _variables(draft: Draft, keys: Keys) -> None:
    for key in keys.take_all("Service.Environment"):
        draft.at["environment"] = draft.at["secrets"] = key.beside
        for item in _words(key.value.replace("$", "$$")):
            name, equals, rest = shown(item).partition("=")
            if equals:
                draft.environment[name] = joined([rest])
            else:
                draft.notes.append(f"{key.place} Environment: systemd ignores an item without `=`")
    for key in keys.take_all("Service.EnvironmentFile"):
        if key.value:
            draft.environment_files.append(shown(_filled(key.value.replace("$", "$$"))))
            draft.at["environment_files"] = key.beside


def _instances(draft: Draft, keys: Keys, name: UnitName, running: t.Optional[t.Sequence[str]]) -> None:
    default = keys.take("Install.DefaultInstance")
    if name.instance is None:
        return
    draft.notes.append(f"the deploy refuses the pool while {name.prefix}@.service is there: move the file away first")
    if running:
        names = [one for one in running if INSTANCE_NAME.fullmatch(one)]
        counted = sorted(names, key=lambda one: (len(one), one)) == [str(number) for number in range(1, len(names) + 1)]
        draft.options["instances"] = len(names) if counted else names
        draft.notes.append(f"running instances: {', '.join(running)}")
    elif name.instance or (default and INSTANCE_NAME.fullmatch(default.value)):
        draft.options["instances"] = [name.instance or (default.value if default else "")]
        draft.at["instances"] = default.beside if default else draft.place
    else:
        draft.notes.append("it is a template: write the number of its instances, or their names")


def _stop(draft: Draft, keys: Keys) -> None:
    time, both, signal = (
        keys.take("Service.TimeoutStopSec"),
        keys.take("Service.TimeoutSec"),
        keys.take("Service.KillSignal"),
    )
    at = time or both
    seconds = seconds_of(at.value) if at else None
    if at and seconds is not None and seconds != float("inf") and seconds:
        draft.stop, draft.at["stop"] = seconds, at.beside
    elif at:
        draft.note(at, "a stop has a limit: the preset says which")
    if time and both:
        draft.note(both, "TimeoutStopSec= counts")
    if signal:
        draft.stop_signal, draft.at["stop_signal"], draft.at["unit"] = signal.value, signal.beside, signal.beside


def _restart(draft: Draft, keys: Keys, kind: str) -> None:
    key = keys.take("Service.Restart")
    installed = "@." in draft.place or any(one.name.startswith("Install.") for one in draft.keys)
    if key is None and not installed:
        draft.notes.append("Restart= is not set, and there is no [Install]: what a timer starts is no pool")
    elif key is None:
        draft.notes.append("Restart= is not set, so systemd left it down after a crash: a pool restarts it")
    elif key.value == "always":
        draft.same(key)
    elif key.value == "no":
        draft.note(key, "a pool restarts its workers")
    else:
        draft.restart, draft.at["restart"], draft.at["unit"] = key.value, f"{key.beside}={key.value}", key.beside


def _type(draft: Draft, keys: Keys, key: t.Optional[Key], kind: str) -> None:
    """The type, and what belongs to it. What goes into the background is not what a pool watches."""
    multi = "multi" in [shown(one) for one in draft.work.words] or " multi " in draft.work.script
    if kind == "notify" and key:
        draft.service["Type"] = "notify"
        draft.at["unit"] = key.beside
    elif kind == "forking" and key and not multi and _stays(draft):
        keys.take_all("Service.PIDFile")
        draft.note(key, "this command stays in the foreground, so systemd never saw it start")
    elif kind == "forking" and key and not multi:
        draft.service["Type"] = "forking"
        draft.at["unit"] = key.beside
        pid = keys.take("Service.PIDFile")
        if pid:
            draft.service["PIDFile"] = pid.value
        draft.notes.append(
            f"{key.place} Type=forking: find the option that keeps it in the foreground, and remove Type= and PIDFile="
        )
    elif key:
        draft.note(key, "a pool has Type=exec, which notices a missing program")
    if multi:
        for one in [
            one for one in keys.left if one.name in ("Service.ExecStop", "Service.ExecReload", "Service.PIDFile")
        ]:
            keys.left.remove(one)
            draft.note(one, "celery worker stops on SIGTERM, and a deploy restarts it", value=False)


def _stays(draft: Draft) -> bool:
    """Whether software that is known stays in the foreground with these options."""
    software = programs.software_of([shown(one) for one in draft.work.words], {})
    return software.tool is not None and software.is_worker and not software.tool.goes_away(software.inner)


# Large: each kind of directive once.
def _others(draft: Draft, keys: Keys) -> None:
    limits = {}
    for option, directive in LIMITS.items():
        key = keys.take(f"Service.{directive}")
        if key and key.value:
            limits[option] = key.value
            draft.at["limits"] = key.beside
    if limits:
        draft.options["limits"] = limits
    for option, directive in DIRECTORIES.items():
        key = keys.take(f"Service.{directive}")
        if key and re.fullmatch(r"[A-Za-z0-9_.@/-]+", key.value):
            draft.options[option], draft.at[option] = key.value, key.beside
        elif key:
            keys.left.append(key)
    _stop_commands(draft, keys)
    reasons: t.Dict[str, t.List[str]] = {}
    for key in keys.left:
        section, _dot, directive = key.name.partition(".")
        why = REASONS.get(key.name, "").format(name=draft.name)
        if section == "Unit" and directive in ("After", "Wants", "Requires", "BindsTo", "Before", "PartOf"):
            why = _order(draft, key, directive)
        elif (
            not why
            and section in ("Unit", "Service")
            and KEY_NAME.fullmatch(directive)
            and len(directive) <= LONGEST_NAME
            and not any(value_problems(key.value, ""))
        ):
            target = draft.unit if section == "Unit" else draft.service
            target[directive] = [*_list(target.get(directive)), key.value] if directive in target else key.value
            draft.at["unit"] = key.beside
            continue
        if not why and section == "Install":
            why = OF_POOL
        if why:
            reasons.setdefault(why, []).append(f"{directive} (line {key.place.rpartition(':')[2]})")
        elif section not in ("Unit", "Service"):
            fit = "" if SECTION_NAME.fullmatch(section) else ", which systemd does not read"
            reasons.setdefault(f"it is in [{section}]{fit}", []).append(
                f"{directive} (line {key.place.rpartition(':')[2]})"
            )
        elif section == "Unit" and directive in draft.unit:
            continue
        else:
            long = len(directive) > LONGEST_NAME
            found = "too long a name" if long else not_one_line(key.value) or "signs that a unit cannot carry"
            reasons.setdefault(f"it has {found}", []).append(f"{directive} (line {key.place.rpartition(':')[2]})")
    draft.notes += [f"not carried: {', '.join(names)}: {why}" for why, names in reasons.items()]
    _capabilities(draft)


def _capabilities(draft: Draft) -> None:
    """The bounding set of a pool is empty, and a capability that is not in it cannot be given."""
    given = draft.service.get("AmbientCapabilities")
    if given and "CapabilityBoundingSet" not in draft.service and not any("~" in one for one in _list(given)):
        draft.service["CapabilityBoundingSet"] = given
        draft.notes.append("CapabilityBoundingSet= has what AmbientCapabilities= gives: that of a pool is empty")


def _list(value: t.Any) -> t.List[t.Any]:
    return value if isinstance(value, list) else [value]


def _order(draft: Draft, key: Key, directive: str) -> str:
    """Units before or behind it. Names that are no units, such as a comment behind them, are named."""
    words = key.value.split()
    comment = next((index for index, one in enumerate(words) if one.startswith("#")), len(words))
    names = [one for one in words[:comment] if is_unit_name(one) and one not in NETWORK]
    if comment < len(words):
        draft.notes.append(f"{key.place} {directive}: systemd takes the words behind # for units: they are not carried")
    if not names:
        return "every pool starts when the network is up"
    before = _list(draft.unit[directive]) if directive in draft.unit else []
    draft.unit[directive] = [*before, " ".join(names)] if before else " ".join(names)
    draft.at["unit"] = key.beside
    return ""


def _stop_commands(draft: Draft, keys: Keys) -> None:
    """Commands that only send a signal or tell the worker to end are what a stop does anyway."""
    for key in [one for one in keys.left if one.name in ("Service.ExecStop", "Service.ExecReload")]:
        if re.search(
            r"\bhorizon:terminate\b|\bqueue:restart\b|\bsidekiqctl\b|\bp?kill(?:all)?\b|\bmulti\b|\bcontrol\s+shutdown\b",
            key.value,
        ):
            keys.left.remove(key)
            draft.note(key, "SIGTERM ends the worker after its job, and a deploy restarts it", value=False)
