# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One program as a reader of some format found it, before it becomes a pool or a timer."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import Word
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.work import Work


class Key(t.NamedTuple):
    """One key of the input. ``place`` is its file and line, such as ``supervisord.conf:41``."""

    name: str
    value: t.Any
    place: str

    @property
    def beside(self) -> str:
        """What stands beside the line that it became."""
        return f"{self.place} {self.name}"


@dataclass
class Keys:
    """The keys of one part of the input. Each is taken, or is left over and then named."""

    left: t.List[Key]

    def take(self, *names: str) -> t.Optional[Key]:
        """The last key of one of these names. Earlier ones stay, so that they are named."""
        found = [one for one in self.left if one.name in names]
        if not found:
            return None
        self.left.remove(found[-1])
        return found[-1]

    def take_all(self, *names: str) -> t.List[Key]:
        found = [one for one in self.left if one.name in names]
        self.left = [one for one in self.left if one.name not in names]
        return found


@dataclass
class Draft:
    """``kind`` is ``pool``, ``timer`` or ``boot``, a service that runs once when the host starts.

    ``user`` is empty for root, and ``None`` when the input does not say. ``outside`` tells who sets variables that the
    input does not set. ``options`` are options of a pool. ``stop`` are the seconds that a stop waits. ``at`` are the
    places of options. ``fallback`` is the directory when nothing names one; with ``needs_directory``
    the program cannot run without one. ``line`` is the whole line of a crontab, and ``locks`` are the paths of files
    that it locks. ``as_it_is`` are keys that are the same in every pool. ``keys`` are all keys of the input that it
    comes from.
    """

    name: str
    place: str
    work: Work
    kind: str = "pool"
    events: t.Tuple[str, ...] = ()
    user: t.Optional[str] = ""
    group: str = ""
    directory: str = ""
    fallback: str = ""
    line: str = ""
    locks: t.FrozenSet[str] = frozenset()
    needs_directory: bool = False
    environment: t.Dict[str, Word] = field(default_factory=dict)
    environment_files: t.List[str] = field(default_factory=list)
    options: t.Dict[str, t.Any] = field(default_factory=dict)
    service: t.Dict[str, t.Any] = field(default_factory=dict)
    unit: t.Dict[str, t.Any] = field(default_factory=dict)
    stop: t.Optional[float] = None
    stop_signal: str = ""
    restart: str = ""
    outside: str = ""
    at: t.Dict[str, str] = field(default_factory=dict)
    notes: t.List[str] = field(default_factory=list)
    as_it_is: t.List[str] = field(default_factory=list)
    keys: t.Sequence[Key] = ()

    def put(self, option: str, key: t.Optional[Key], value: t.Any = None) -> None:
        """An option that a key of the input decides."""
        if key is not None:
            self.options[option] = key.value if value is None else value
            self.at[option] = key.beside

    def same(self, key: Key) -> None:
        """A key that says what holds for every pool anyway."""
        value = str(key.value).lower() if isinstance(key.value, bool) else key.value
        self.as_it_is.append(f"{key.name}={value}")

    def note(self, key: Key, why: str, *, value: bool = True) -> None:
        """A key that is not carried. Its value is shown only where it cannot be a secret."""
        given = f"={key.value}" if value and key.value not in (None, "") else ""
        self.notes.append(f"{key.place} {key.name}{given}: {why}")

    def silent(self, said: str) -> t.Iterator[Key]:
        """The keys whose names are not in a text: they were taken, and decided nothing."""
        for key in self.keys:
            name = key.name.rpartition(".")[2] if "." in key.name else key.name
            if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said):
                yield key


@dataclass
class Found:
    """Everything in one input: programs, comments about what is no program, and problems that end the import.

    ``unread`` are the comments about files that could not be understood.
    """

    drafts: t.List[Draft] = field(default_factory=list)
    notes: t.List[str] = field(default_factory=list)
    problems: t.List[Problem] = field(default_factory=list)
    unread: t.List[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.drafts += other.drafts
        self.notes += other.notes
        self.problems += other.problems


class Defaults(t.NamedTuple):
    """What a file does not say, and the caller may."""

    user: str = "app"
    directory: str = "/srv/app"
