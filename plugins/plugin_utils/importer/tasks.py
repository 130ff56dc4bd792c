# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drafts that are neither pools nor timers, as tasks: services that run once when the host starts."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.plugin_utils.importer import command
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Draft
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.pool import Entry, in_words
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import Vault
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    command_line,
    word,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.yaml_text import Template

# The directives of options of a pool.
OPTIONS = {
    "command": "ExecStart",
    "user": "User",
    "group": "Group",
    "working_directory": "WorkingDirectory",
    "environment": "Environment",
    "environment_files": "EnvironmentFile",
    "stop": "TimeoutStopSec",
}
UNIT_FILE = "workers.systemd.unit_file"
ENV_FILE = "workers.systemd.env_file"


def of_boot(draft: Draft, defaults: Defaults, vault: Vault, name: str) -> t.List[Entry]:
    """The tasks for what runs once at boot."""
    found = command.resolved(draft, defaults)
    notes = [*draft.notes, *dict.fromkeys([*draft.work.notes, *found.notes])]
    if not found.user or found.user == "root":
        notes.append("it runs as root, as before: name a user")
    if draft.as_it_is:
        notes.append(f"as it is anyway: {', '.join(draft.as_it_is)}")
    description = f"{draft.name} ({draft.place})"
    service = _service(draft, found)
    tasks: t.List[Entry] = []
    if found.secrets:
        path = f"/etc/{name}.env"
        variables = {one: Template(vault.put(name, one, value, draft.place)) for one, value in found.secrets.items()}
        tasks.append(_task(f"Install the secrets of {name}", ENV_FILE, {"path": path, "variables": variables}))
        service.setdefault("EnvironmentFile", []).append(path)
    sections: t.Dict[str, t.Any] = {
        "Unit": {"Description": _text(description)},
        "Service": service,
        "Install": {"WantedBy": "multi-user.target"},
    }
    tasks.append(_task(f"Install {name}", UNIT_FILE, {"name": f"{name}.service", "sections": sections}))
    beside = {OPTIONS[option]: place for option, place in draft.at.items() if OPTIONS.get(option) in service}
    tasks[-1].beside = {(UNIT_FILE, "sections", "Service", key): place for key, place in beside.items()}
    said = " ".join([*notes, *beside.values()])
    notes += [f"{key.place} {key.name}: it decides nothing here" for key in draft.silent(said)]
    tasks[0].above = [draft.place, *notes]
    return tasks


def start(names: t.Sequence[str]) -> Entry:
    """The task that starts services from now on, and at boot."""
    task: t.Dict[str, t.Any] = {
        "name": "Start them now and at boot",
        "ansible.builtin.systemd_service": {"name": Template("{{ item }}"), "state": "started", "enabled": True},
        "loop": list(names),
        "when": "not ansible_check_mode",
    }
    return Entry(task, beside={("when",): "Ansible's module looks for the file, which is not there yet"})


def _task(title: str, module: str, arguments: t.Dict[str, t.Any]) -> Entry:
    return Entry({"name": title, module: arguments})


def _service(draft: Draft, found: command.Resolved) -> t.Dict[str, t.Any]:
    service: t.Dict[str, t.Any] = {"Type": "exec"}
    if found.user and found.user != "root":
        service["User"] = found.user
    if draft.group:
        service["Group"] = draft.group
    if found.directory:
        service["WorkingDirectory"] = found.directory.replace("%", "%%")
    if found.environment:
        service["Environment"] = [command_line([word(f"{one}={value}")]) for one, value in found.environment.items()]
    if found.files:
        service["EnvironmentFile"] = found.files
    line = command_line(found.words)
    service["ExecStart"] = f"-{line}" if draft.work.ignores_failure else line
    if draft.stop:
        service["TimeoutStopSec"] = in_words(draft.stop)
    if draft.work.timeout:
        service["TimeoutStartSec"] = draft.work.timeout
    return {**service, **draft.service, **draft.work.service}


def _text(value: str) -> str:
    return value.replace("%", "%%")
