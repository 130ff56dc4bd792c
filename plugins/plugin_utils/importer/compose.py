# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker services of a compose file (compose-spec)."""

from __future__ import annotations

import re
import shlex
import typing as t

import yaml

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import WORKER_WORD
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import programs, work
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Draft, Found, Key, Keys
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.pool import seconds_of
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import Piece, Variable, Word, joined, shown

LOOKS = re.compile(r"(?m)^services:[ \t]*(?:#.*)?$")
INTERPOLATION = re.compile(r"\$\$|\$(?:(\w+)|\{(\w+)(?:(:?[-?+])([^}]*))?\})")
WORKER_NAME = re.compile(
    r"(?:.*[-_.])?(?:workers?|queue|consumer|celery|sidekiq|horizon|scheduler|beat|jobs?|cron|resque|rq|huey|dramatiq)(?:[-_.].*)?"
)
REASONS = {
    **dict.fromkeys(
        ("image", "build", "pull_policy", "platform"), "a pool has no image: install the application on the host"
    ),
    **dict.fromkeys(
        ("depends_on", "links"), "workers are restarted until their broker is up; the option after orders pools"
    ),
    **dict.fromkeys(
        ("networks", "ports", "expose", "network_mode", "extra_hosts", "dns", "hostname"),
        "a pool is in the network of the host",
    ),
    **dict.fromkeys(
        ("volumes", "tmpfs", "volumes_from"), "a pool sees the directories of the host: writable_paths, state_directory"
    ),
    **dict.fromkeys(
        ("container_name", "labels", "profiles", "stdin_open", "tty", "init", "annotations"), "it is for containers"
    ),
    "logging": "the output is in the journal",
    "healthcheck": "rollout.health_check runs a command before an instance counts as healthy",
    "develop": "it is for development",
    "cap_add": "needs and hardening decide which rights a worker has",
    "cap_drop": "needs and hardening decide which rights a worker has",
    "privileged": "needs and hardening decide which rights a worker has",
    "security_opt": "needs and hardening decide which rights a worker has",
    "read_only": "hardening: strict makes paths read-only",
    "ulimits": "write LimitNOFILE= and the like in unit",
    "extends": "the other file is not read: import it too",
    "secrets": "write them into secrets of the pool",
    "configs": "install the files on the host",
}
# What says that a host follows: an option, or the name of a variable.
OF_A_HOST = re.compile(r"-h|--?[\w-]*(?:host|server|addr)[\w-]*|\w*(?:HOST|SERVER|ADDR|BROKER)\w*", re.IGNORECASE)
AS_BEFORE = ("always", "unless-stopped", "on-failure", "any")


def is_meant(text: str) -> bool:
    return bool(LOOKS.search(text))


def read(source: Source) -> Found:
    """The worker services. Raises ``Problems``."""
    data, lines = _loaded(source)
    services = data.get("services") if isinstance(data, dict) else None
    if not isinstance(services, dict):
        raise Problems([Problem(source.path or source.name, "no services", "a compose file")])
    found = Found(notes=[f"{source.name}: {one}" for one in source.notes])
    for key in data:
        if key != "services":
            found.notes.append(f"{source.place(lines.get((key,), 1))} {key} is not carried: it is for containers")
    for name, service in services.items():
        place = source.place(lines.get(("services", name), 1))
        if not isinstance(service, dict):
            found.notes.append(f"{place} {name} is not carried: it is no mapping")
            continue
        line = lines.get(("services", name), 1)
        keys = Keys(
            [
                Key(str(key), value, source.place(lines.get(("services", name, key), line)))
                for key, value in service.items()
            ]
        )
        found.drafts += [_draft(str(name), keys, place)] if _is_worker(str(name), service) else []
        if not _is_worker(str(name), service):
            inner = ", ".join(f"{key.name} (line {key.place.rpartition(':')[2]})" for key in keys.left)
            found.notes.append(
                f"{place} {name} is not carried, for it is no worker: write a unit for it; its keys: {inner}"
            )
    for draft in found.drafts:
        _hosts(draft, [str(name) for name in services if name != draft.name])
    return found


class _Loader(yaml.SafeLoader):
    """Knows the tags of compose, which say how files are merged. There is one file here."""


def _merged_later(loader: yaml.SafeLoader, node: yaml.Node) -> t.Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(t.cast("yaml.ScalarNode", node))


_Loader.add_constructor("!reset", lambda _loader, _node: None)
_Loader.add_constructor("!override", _merged_later)


def _loaded(source: Source) -> t.Tuple[t.Any, t.Dict[t.Tuple[t.Any, ...], int]]:
    try:
        node = yaml.compose(source.text, Loader=_Loader)
        data = _Loader(source.text).get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        what = f"YAML that does not parse ({str(error).partition(chr(10))[0]})"
        raise Problems([Problem(source.path or source.name, what, "a compose file")]) from None
    lines: t.Dict[t.Tuple[t.Any, ...], int] = {}
    _note_lines(node, (), lines)
    return data, lines


def _note_lines(node: t.Any, path: t.Tuple[t.Any, ...], lines: t.Dict[t.Tuple[t.Any, ...], int]) -> None:
    """The lines of the keys of the first three levels."""
    if isinstance(node, yaml.MappingNode) and len(path) < 3:
        for key, value in node.value:
            lines[(*path, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*path, key.value), lines)


def _is_worker(name: str, service: t.Mapping[t.Any, t.Any]) -> bool:
    """By its command, or by its name when it has one and publishes no port."""
    words = [shown(one) for one in _words(service.get("command")) or _words(service.get("entrypoint"))]
    software = programs.software_of(words, {}) if words else None
    if software and (software.tool is not None and software.tool.name != "gunicorn"):
        return True
    named = WORKER_NAME.fullmatch(name.lower()) or any(WORKER_WORD.fullmatch(one) for one in words)
    return bool(words and named and not service.get("ports"))


def _words(value: t.Any) -> t.List[Word]:
    if isinstance(value, list):
        return [_interpolated(str(one)) for one in value]
    if not isinstance(value, str):
        return []
    try:
        return [_interpolated(one) for one in shlex.split(value)]
    except ValueError:
        return [_interpolated(one) for one in value.split()]


def _interpolated(text: str) -> Word:
    """A text with the variables that compose fills in, and their defaults."""
    pieces: t.List[Piece] = []
    position = 0
    for found in INTERPOLATION.finditer(text):
        pieces.append(text[position : found.start()])
        position = found.end()
        if found.group() == "$$":
            pieces.append("$")
        else:
            default = found[4] if found[3] in ("-", ":-") else None
            pieces.append(Variable(found[1] or found[2], default=default))
    return joined([*pieces, text[position:]])


# Large: one line for each key of a service.
def _draft(name: str, keys: Keys, place: str) -> Draft:
    entrypoint, command = keys.take("entrypoint"), keys.take("command")
    words = [*(_words(entrypoint.value) if entrypoint else []), *(_words(command.value) if command else [])]
    draft = Draft(name, f"{place} services.{name}", work.of_words(words), user=None, needs_directory=True)
    draft.keys = [*keys.left, *(one for one in (entrypoint, command) if one)]
    draft.outside = "the environment of compose, such as .env"
    at = command or entrypoint
    if at:
        draft.at["command"] = at.beside
    if entrypoint and command:
        draft.notes.append(f"{entrypoint.place} entrypoint: it stands before the command: check that the host has it")
    directory, user = keys.take("working_dir"), keys.take("user")
    if directory:
        draft.directory, draft.at["working_directory"] = shown(_interpolated(str(directory.value))), directory.beside
    if user:
        account, _colon, group = str(user.value).partition(":")
        draft.user, draft.group, draft.at["user"] = "" if account in ("root", "0") else account, group, user.beside
    _variables(draft, keys)
    _instances(draft, keys)
    _stop(draft, keys)
    restart = keys.take("restart")
    if restart and str(restart.value).partition(":")[0] in AS_BEFORE:
        draft.same(restart)
    elif restart:
        draft.restart, draft.at["restart"], draft.at["unit"] = "no", restart.beside, restart.beside
    reasons: t.Dict[str, t.List[str]] = {}
    for key in keys.left:
        why = REASONS.get(key.name, "a pool has no such setting")
        reasons.setdefault(why, []).append(f"{key.name} (line {key.place.rpartition(':')[2]})")
    draft.notes += [f"not carried: {', '.join(names)}: {why}" for why, names in reasons.items()]
    return draft


def _variables(draft: Draft, keys: Keys) -> None:
    key = keys.take("environment")
    if key:
        draft.at["environment"] = draft.at["secrets"] = key.beside
        pairs = key.value.items() if isinstance(key.value, dict) else []
        if isinstance(key.value, list):
            pairs = [
                (str(one).partition("=")[0], str(one).partition("=")[2] if "=" in str(one) else None)
                for one in key.value
            ]
        for name, value in pairs:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            # A name alone is a variable of the shell that calls compose.
            draft.environment[str(name)] = (Variable(str(name)),) if value is None else _interpolated(text)
    files = keys.take("env_file")
    for one in (files.value if isinstance(files.value, list) else [files.value]) if files else []:
        path = one.get("path") if isinstance(one, dict) else one
        dash = "-" if isinstance(one, dict) and one.get("required") is False else ""
        draft.environment_files.append(f"{dash}{re.sub(r'^[.]/', '', str(path))}")
        draft.at["environment_files"] = files.beside if files else ""


def _instances(draft: Draft, keys: Keys) -> None:
    scale, deploy = keys.take("scale"), keys.take("deploy")
    settings = deploy.value if deploy and isinstance(deploy.value, dict) else {}
    count = settings.get("replicas", scale.value if scale else None)
    at = deploy if "replicas" in settings else scale
    if at and re.fullmatch("[0-9]{1,5}", str(count)):
        draft.put("instances", at, int(str(count)))
    elif at:
        draft.note(at, "no number: one instance", value=False)
    limits = {}
    resources = settings.get("resources")
    given = resources.get("limits") if isinstance(resources, dict) else None
    given = given if isinstance(given, dict) else {}
    memory, cpus = keys.take("mem_limit"), keys.take("cpus")
    size = _size(given.get("memory", memory.value if memory else None))
    if size:
        limits["memory_max"] = size
    share = str(given.get("cpus", cpus.value if cpus else ""))
    if re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,4})?", share) and float(share):
        limits["cpu_quota"] = f"{round(float(share) * 100)}%"
    if limits:
        draft.options["limits"] = limits
        draft.at["limits"] = (memory or cpus or deploy or Key("", "", draft.place)).beside
    for key, used in ((memory, "memory_max" in limits), (cpus, "cpu_quota" in limits)):
        if key and not used:
            draft.note(key, "no limit that systemd knows")
    others = [name for name in settings if name not in ("replicas", "resources")]
    if others and deploy:
        draft.notes.append(
            f"{deploy.place} deploy.{', deploy.'.join(map(str, others))}: rollout decides how instances restart"
        )


def _size(value: t.Any) -> str:
    found = re.fullmatch(r"([0-9]{1,18})\s*([kmg]?)b?", str(value).strip().lower())
    return f"{found[1]}{found[2].upper()}" if found else ""


def _stop(draft: Draft, keys: Keys) -> None:
    grace, signal = keys.take("stop_grace_period"), keys.take("stop_signal")
    seconds = seconds_of(str(grace.value)) if grace else None
    if grace and seconds:
        draft.stop, draft.at["stop"] = seconds, grace.beside
    elif grace:
        draft.note(grace, "no time: a stop waits as long as the preset says")
    if signal:
        draft.stop_signal, draft.at["stop_signal"] = str(signal.value), signal.beside


def _hosts(draft: Draft, services: t.Sequence[str]) -> None:
    """Names of other services, which only the network of compose knows."""
    words = [shown(one) for one in draft.work.words]
    named = [*((name, shown(value)) for name, value in draft.environment.items()), *zip(["", *words], words)]
    for name in services:
        address = re.compile(rf"(?:@|//){re.escape(name)}(?:[:/]|$)|\A{re.escape(name)}:[0-9]+\Z")
        # A word alone may be anything, such as the name of a database.
        if any(address.search(text) or (text == name and OF_A_HOST.fullmatch(before)) for before, text in named):
            draft.notes.append(f"the host name {name} is known in the network of compose only: write that of the host")
