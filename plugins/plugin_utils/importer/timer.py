# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A draft of a job that runs at certain times, as a timer: the fewest options that say the same."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.plugin_utils.importer import command
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Draft
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.pool import Entry, in_words, surroundings
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import Vault
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import command_line, rendered
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.yaml_text import Path

# The options that stand first, in this order.
FIRST = ("name", "command", "user", "group", "working_directory", "schedule", "timeout")


def entry(draft: Draft, defaults: Defaults, vault: Vault, name: str) -> Entry:
    """The timer of a draft."""
    found = command.resolved(draft, defaults)
    notes = [*draft.notes, *dict.fromkeys([*draft.work.notes, *found.notes])]
    if not found.user or found.user == "root":
        notes.append("it runs as root, as before: name a user")
    timer: t.Dict[str, t.Any] = {
        "name": name,
        "command": f"-{command_line(found.words)}" if draft.work.ignores_failure else rendered(found.words),
        "schedule": list(draft.events) if len(draft.events) > 1 else draft.events[0],
        **surroundings(draft, found, vault, name),
    }
    if draft.work.timeout:
        timer["timeout"] = draft.work.timeout
    stop = {"TimeoutStopSec": in_words(draft.stop)} if draft.stop else {}
    service = {**stop, **draft.service, **draft.work.service}
    timer.update({"replaces": draft.options["replaces"]} if "replaces" in draft.options else {})
    if service:
        timer["unit"] = {"Service": service}
    if draft.as_it_is:
        notes.append(f"as it is anyway: {', '.join(draft.as_it_is)}")
    at = {"name": draft.place, "schedule": draft.at.get("events", draft.place), **draft.at}
    beside: t.Dict[Path, str] = {(option,): place for option, place in at.items() if option in timer}
    said = " ".join([*notes, *beside.values()])
    notes += [f"{key.place} {key.name}: it decides nothing here" for key in draft.silent(said)]
    first = {option: timer[option] for option in FIRST if option in timer}
    return Entry({**first, **timer}, notes, beside)
