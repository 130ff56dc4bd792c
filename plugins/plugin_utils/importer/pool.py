# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A draft as a pool: the fewest options that say the same."""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import POOL_NAME
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import DIRECTORIES
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import command, programs
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Draft
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import Vault
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import rendered, shown
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.yaml_text import Path, Template

ORDER = (
    *("name", "command", "user", "group", "working_directory", "instances", "environment", "secrets"),
    *("environment_files", "preset", "drain_timeout", "limits", "needs", *DIRECTORIES, "rollout", "unit", "replaces"),
)
HOMES = re.compile(r"/(?:home|root|run/user)(?:/|$)")
SIGNALS = ("TERM", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2")
# More than a job takes, so that it ends before the stop does.
RESERVE = 30
HEALTHY_DEADLINE = 300.0


@dataclass
class Entry:
    """``tree`` is a pool or a task, with comments above it, and places beside its lines."""

    tree: t.Dict[str, t.Any]
    above: t.List[str] = field(default_factory=list)
    beside: t.Dict[Path, str] = field(default_factory=dict)


class Names:
    """Names that units may have, each given once."""

    def __init__(self) -> None:
        self.given: t.Set[str] = set()

    def of(self, wish: str) -> str:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", wish, flags=re.ASCII).strip("-._")[:80] or "worker"
        candidates = itertools.chain([plain], (f"{plain}-{number}" for number in itertools.count(2)))
        name = next(one for one in candidates if one not in self.given and not marks.is_taken(one))
        self.given.add(name)
        return name if POOL_NAME.fullmatch(name) else "worker"


def entry(draft: Draft, defaults: Defaults, vault: Vault, name: str) -> Entry:
    """The pool of a draft."""
    found = command.resolved(draft, defaults)
    if draft.work.slept and draft.kind == "pool":
        found.notes.append(f"sleep {draft.work.slept} is not carried: the instances start when the network is up")
    notes = [*draft.notes, *dict.fromkeys([*draft.work.notes, *found.notes])]
    software = found.software
    if software.preset == "celery" and "QUIT" in found.environment.get("REMAP_SIGTERM", ""):
        notes.append(
            f"REMAP_SIGTERM={found.environment.pop('REMAP_SIGTERM')} is not carried: on it celery drops its jobs"
        )
    replaces = _replaces(draft, found, notes)
    pool: t.Dict[str, t.Any] = {"name": name, "command": rendered(found.words), **draft.options, **replaces}
    if name != draft.name:
        notes.insert(0, f"the name was {draft.name!r}")
    pool.update(surroundings(draft, found, vault, name))
    if software.preset != presets.DEFAULT:
        pool["preset"] = software.preset
    drain = _drain(draft, software, notes)
    if drain:
        pool["drain_timeout"] = drain
    unit = _unit(draft, software, notes)
    if unit:
        pool["unit"] = unit
    _warn(draft, found, notes)
    if draft.as_it_is:
        notes.append(f"as in every pool: {', '.join(draft.as_it_is)}")
    at = {"name": draft.place, **draft.at}
    ordered = {option: pool[option] for option in ORDER if option in pool}
    beside: t.Dict[Path, str] = {(option,): place for option, place in at.items() if option in ordered}
    said = " ".join(
        [*notes, *beside.values(), *pool.get("unit", {}).get("Service", {}), *pool.get("unit", {}).get("Unit", {})]
    )
    notes += [f"{key.place} {key.name}: it decides nothing here" for key in draft.silent(said)]
    return Entry(ordered, notes, beside)


def _replaces(draft: Draft, found: command.Resolved, notes: t.List[str]) -> t.Dict[str, t.Any]:
    """What runs it now, and whether it may run only once."""
    given = draft.options.pop("replaces", None)
    once = _runs_once(draft, found)
    if given and once and draft.line:
        notes.append("only one of it may run: end what cron has started, and comment its line out, before the deploy")
        return {}
    return {"replaces": {**given, "once": True} if once else given} if given else {}


def _runs_once(draft: Draft, found: command.Resolved) -> bool:
    """Whether it may run only once, by its command or by its name. Queue software may have any name."""
    by_name = programs.SINGLETON_NAME.fullmatch(draft.name) is not None and found.software.tool is None
    return by_name or programs.SINGLETON.search(" ".join(map(shown, found.words))) is not None


def surroundings(draft: Draft, found: command.Resolved, vault: Vault, name: str) -> t.Dict[str, t.Any]:
    """Who runs it and where, with which variables, and what it needs of the host: of a pool or of a timer."""
    options = {**_account(draft, found), **_variables(draft, found, vault, name)}
    needs = _needs(found)
    options.update({"environment_files": found.files} if found.files else {})
    return {**options, "needs": needs} if needs else options


def _account(draft: Draft, found: command.Resolved) -> t.Dict[str, t.Any]:
    options: t.Dict[str, t.Any] = {}
    if found.user and found.user != "root":
        options["user"] = found.user
    if draft.group:
        options["group"] = draft.group
    if found.directory and found.directory != "/":
        options["working_directory"] = found.directory
    return options


def _variables(draft: Draft, found: command.Resolved, vault: Vault, name: str) -> t.Dict[str, t.Any]:
    """Variables, and secrets by their templates; those that the input does not know by templates too."""
    environment: t.Dict[str, t.Any] = {**found.environment, **found.templates}
    secrets = {one: Template(vault.put(name, one, value, draft.place)) for one, value in found.secrets.items()}
    secrets.update(found.templates_of_secrets)
    return {key: value for key, value in (("environment", environment), ("secrets", secrets)) if value}


def in_words(seconds: float) -> str:
    """A time span: ``90s``, ``10min``, ``1h``."""
    if seconds != int(seconds):
        return f"{round(seconds * 1000)}ms"
    whole = int(seconds)
    for unit, size in (("h", 3600), ("min", 60)):
        if whole >= size and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _drain(draft: Draft, software: programs.Software, notes: t.List[str]) -> str:
    """How long a stop waits: as before, unless a job may take longer."""
    of_preset = presets.stop_time(software.preset, None)
    longest = _longest_job(software)
    least = longest or (of_preset if software.preset in ("rq", "sidekiq", "php") else 0.0)
    if draft.stop is not None and draft.stop >= least:
        if draft.stop == of_preset or not draft.stop:
            notes.append(f"{draft.at['stop']}={draft.stop:g} s is what the preset waits")
            return ""
        draft.at["drain_timeout"] = draft.at["stop"]
        return in_words(draft.stop)
    needed = longest + RESERVE if longest + RESERVE > of_preset else 0.0
    if draft.stop is not None:
        waits = in_words(needed or of_preset)
        notes.append(
            f"{draft.at['stop']}={draft.stop:g} s is not carried: a job may take longer, so a stop waits {waits}"
        )
    elif longest >= of_preset:
        notes.append(f"a job may take {longest:g} s, and a stop waits longer than that")
    else:
        return ""
    return in_words(needed) if needed else ""


def _longest_job(software: programs.Software) -> float:
    """Seconds that a job may take, as the command or the software says; 0 when that is not known."""
    tool = software.tool
    if tool is None:
        return 0.0
    words = software.inner
    for one, following in zip(words, (*words[1:], "")):
        option, equals, value = one.partition("=")
        text = value if equals else following
        if option in tool.grace and re.fullmatch(r"[0-9]{1,9}", text):
            return float(text) * tool.grace_unit
    return tool.grace_default or 0.0


def _needs(found: command.Resolved) -> t.List[str]:
    needs = []
    script = found.words[-1] if found.words else ()
    paths = [*found.paths, *re.findall(r"(?<![\w.])/(?:home|root|run/user)/[^\s'\";&|]*", shown(script))]
    if re.search(r"\$\{?HOME\b|(?<![^\s'\"=:;&|(])~/", shown(script)):
        paths.append(f"{programs.home_of(found.user or 'root')}/")
    if any(map(HOMES.match, paths)):
        needs.append("home")
    if re.search(r"(?:^|[\s;&|/])sudo\s", " ".join(map(shown, found.words)) + " "):
        needs.append("setuid")
    return needs


def signal_name(value: str) -> str:
    """``TERM`` of ``15``, ``SIGTERM`` or ``term``; empty for what no manager sends at a stop."""
    numbers = {"15": "TERM", "1": "HUP", "2": "INT", "3": "QUIT", "9": "KILL", "10": "USR1", "12": "USR2"}
    plain = re.sub(r"\ASIG", "", value.strip().upper())
    plain = numbers.get(plain, plain)
    return plain if plain in SIGNALS else ""


def _unit(draft: Draft, software: programs.Software, notes: t.List[str]) -> t.Dict[str, t.Any]:
    """Directives that have no option of their own."""
    service = {**draft.service, **draft.work.service}
    signal = _stop_signal(draft, software, notes)
    if signal:
        service["KillSignal"] = signal
    if draft.restart:
        _restart(draft, software, service, notes)
    if not service.get("UMask", "") or service["UMask"] == "0022":
        service.pop("UMask", None)
    if service.get("Type") == presets.directives(software.preset)["Type"]:
        del service["Type"]
    return {name: section for name, section in (("Unit", draft.unit), ("Service", service)) if section}


def _stop_signal(draft: Draft, software: programs.Software, notes: t.List[str]) -> str:
    given, tool = signal_name(draft.stop_signal), software.tool
    place = draft.at.get("stop_signal", "")
    if draft.stop_signal and not given:
        notes.append(f"{place}={draft.stop_signal}: no signal of this name; a pool stops with SIGTERM")
    gentle = tool is None or not tool.drops_on or tool.is_gentle(software.inner)
    if given == "KILL":
        notes.append(f"{place}={draft.stop_signal} is not carried: with it every stop loses the current job")
        given = ""
    if tool is not None and not gentle and f"SIG{given or 'TERM'}" in tool.drops_on:
        if given:
            notes.append(f"{place}={draft.stop_signal} is not carried: on it {tool.name} drops its jobs")
        elif tool.gentle_signal != "SIGTERM":
            notes.append(f"KillSignal={tool.gentle_signal}: on it {tool.name} finishes its jobs, and on SIGTERM not")
        return tool.gentle_signal if tool.gentle_signal != "SIGTERM" else ""
    if given == "TERM":
        notes.append(f"as in every pool: {place}={draft.stop_signal}")
    return f"SIG{given}" if given not in ("", "TERM") else ""


def _restart(draft: Draft, software: programs.Software, service: t.Dict[str, t.Any], notes: t.List[str]) -> None:
    """A restart only after a failure is for programs that end on purpose; a worker is always started again."""
    place = draft.at.get("restart", "")
    if draft.restart in ("on-failure", "on-abnormal", "on-abort") and software.is_worker:
        notes.append(f"{place} is not carried: a worker that exits with 0 on purpose has to be started again")
        for directive in ("SuccessExitStatus",):
            if directive in service:
                notes.append(f"{directive}={service.pop(directive)} is not carried with it")
    elif draft.restart != "always":
        service["Restart"] = draft.restart


def _warn(draft: Draft, found: command.Resolved, notes: t.List[str]) -> None:
    """What somebody who reads the pool has to know about the software."""
    software, tool = found.software, found.software.tool
    if not found.user or found.user == "root":
        notes.append("it runs as root, as before: name a user")
    if tool and tool.goes_away(software.inner):
        notes.append(
            "it goes into the background, where systemd takes it for ended: write the command of the foreground"
        )
    if _runs_once(draft, found):
        notes.append("it may run only once, so that no job runs twice: one instance, and stop the old one first")


def min_healthy_time(draft: Draft, seconds: float) -> None:
    """How long an instance must run to count as started, when that is longer than in every pool."""
    rollout = draft.options.setdefault("rollout", {})
    rollout["min_healthy_time"] = in_words(seconds)
    if seconds >= HEALTHY_DEADLINE:
        rollout["healthy_deadline"] = in_words(seconds * 2)


def seconds_of(text: str) -> t.Optional[float]:
    """A time span in seconds; ``None`` for another text."""
    try:
        return time_span.seconds_or_endless(text)
    except ValueError:
        return None
