# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A generation: one complete, numbered version of a pool. Which to keep, and which one to go back to."""

from __future__ import annotations

import enum
import json
import typing as t
from dataclasses import asdict, dataclass, field, fields

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import OWN_DROP_IN
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import Release
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import Schedule
from ansible_collections.workers.systemd.plugins.module_utils._core.write import duties
from ansible_collections.workers.systemd.plugins.module_utils._core.write.release import release_in
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import ENABLING, Wanted, WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import Note

MANIFEST = "manifest"
KEPT = 5
# No private file of a pool ends as a unit or a drop-in does, whatever the pool is called.
IN_FOLDERS, UNIT_ENDINGS = (".d", *ENABLING), (".conf", ".service", ".target")
# What makes two versions the same: path, text and mode of each file, and the instances that are enabled.
Content = t.Tuple[t.FrozenSet[t.Tuple[str, str, int]], t.FrozenSet[str]]


class State(enum.Enum):
    APPLYING = "applying"
    # Its files are installed, and all of its instances are paused. So none has proved it.
    UNPROVEN = "unproven"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True)
class Generation:
    """``id`` is the short name of the version, ``time`` is ISO 8601 in UTC.

    ``restores`` is the number of the generation that a rollback on request took this one from. ``noted`` is what it
    found at the paths that it watches. A ``foreign`` one holds the units of somebody else that the pool took over.
    """

    pool: str
    number: int
    id: str
    state: State
    time: str
    instances: t.Tuple[str, ...]
    environment_files: t.Tuple[str, ...]
    watch: t.Tuple[str, ...]
    rollout: Policy
    files: t.Tuple[WantedFile, ...] = field(default=(), repr=False)
    restores: t.Optional[int] = None
    noted: t.Mapping[str, Note] = field(default_factory=dict)
    foreign: bool = False

    def __str__(self) -> str:
        return f"{self.number} ({self.id})"

    @property
    def content(self) -> Content:
        return _content(self.files, self.instances)

    @property
    def row(self) -> t.Dict[str, t.Any]:
        """As ``pools_info`` shows it."""
        return {"number": self.number, "id": self.id, "state": self.state.value, "time": self.time}

    @property
    def release(self) -> t.Optional[Release]:
        """What its instances run, when the pool has the option."""
        template = unit_name.template(self.pool)
        return release_in(next((file.text for file in self.files if file.path.endswith(f"/{template}")), ""))

    def as_pool(self) -> Pool:
        """As far as a pool can be read from its generation; enough to plan and to judge."""
        texts = {file_name(file.path): file.text for file in self.files}
        pool, timer = (unit_name.main_units(self.pool, timer=one) for one in (False, True))
        # A pool that took over the template of a package has none before.
        written = UnitText.parse(texts.get(pool.service, texts.get(timer.service, "")))
        service = {key: written.values("Service", key) for key in ("User", "DynamicUser")}
        return Pool(
            self.pool,
            unit={"Service": {key: values for key, values in service.items() if values}},
            instances=self.instances,
            environment_files=self.environment_files,
            watch=self.watch,
            rollout=self.rollout,
            foreign=self.foreign,
            schedule=Schedule() if timer.group in texts else None,
            scaling=_scaling(texts.get(pool.group, "")),
        )


def _scaling(target: str) -> t.Optional[Scaling]:
    """As the target of the version has it. Without it, the pool has the instances that start at boot."""
    try:
        found = duties.parse(target)
    except ValueError:
        return None
    return found.scaling if found else None


def as_generation(wanted: Wanted, number: int, time: str, restores: t.Optional[int] = None) -> Generation:
    """A version on its way to the host."""
    pool = wanted.pool
    return Generation(
        pool.name,
        number,
        wanted.generation,
        State.APPLYING,
        time,
        pool.at_boot,
        pool.environment_files,
        pool.watch,
        pool.rollout,
        wanted.files,
        restores,
        wanted.noted,
        pool.foreign,
    )


def content_of(wanted: Wanted) -> Content:
    return _content(wanted.files, wanted.pool.at_boot)


def installed_content(observed: ObservedPool) -> Content:
    """The files on the host, from any source."""
    files = frozenset((path, file.text, file.mode) for path, file in observed.files.items())
    return files, frozenset(name for name, seen in observed.instances.items() if seen.enabled)


def differs_beside(wanted: Wanted, observed: ObservedPool, path: str) -> bool:
    """Whether what is on the host differs from a version in more than the file ``path``."""
    (files, instances), (there, enabled) = content_of(wanted), installed_content(observed)
    return instances != enabled or any(one[0] != path for one in files ^ there)


def _content(files: t.Iterable[WantedFile], instances: t.Iterable[str]) -> Content:
    return frozenset((file.path, file.text, file.mode) for file in files), frozenset(instances)


# ---- which one. All lists of generations are of one pool, the newest last.


def present(generations: t.Sequence[Generation], content: Content) -> t.Optional[Generation]:
    """The newest one that has this content."""
    return next((one for one in reversed(generations) if one.content == content), None)


def last_good(generations: t.Sequence[Generation], *, other_than: t.Optional[int] = None) -> t.Optional[Generation]:
    """Where a failed deploy goes back to; ``other_than`` is the number of the one that failed."""
    good = [one for one in generations if one.state is State.GOOD and one.number != other_than]
    return good[-1] if good else None


def previous_good(generations: t.Sequence[Generation], now: t.Optional[Generation]) -> t.Optional[Generation]:
    """Where a rollback on request goes to: the last good one before ``now``, with other content.

    From one that a rollback brought, on from where it was taken: so that two rollbacks go back two versions.
    Without ``now``, when the host has something that no generation knows, the last good one.
    """
    if now is None:
        return last_good(generations)
    before = now.number if now.restores is None else now.restores
    return last_good([one for one in generations if one.number < before and one.content != now.content])


def find(generations: t.Sequence[Generation], asked: str) -> t.Optional[Generation]:
    """By number, or the newest with this id."""
    numbered = [one for one in generations if str(one.number) == asked]
    found = numbered or [one for one in generations if one.id == asked]
    return found[-1] if found else None


def next_number(generations: t.Sequence[Generation]) -> int:
    return generations[-1].number + 1 if generations else 1


def prunable(generations: t.Sequence[Generation], keep: int = KEPT) -> t.List[Generation]:
    """All but the newest, the last good one, the one before it, which a rollback goes back to, and what somebody else
    wrote: it is nowhere else.
    """
    good = last_good(generations)
    needed = [good, previous_good(generations, good), *(one for one in generations if one.foreign)]
    return [one for one in generations[:-keep] if one not in needed]


# ---- its manifest, which lies beside copies of the files


def manifest_text(generation: Generation) -> str:
    """Everything but the texts of the files."""
    manifest = {
        **asdict(generation),
        "state": generation.state.value,
        "files": {file.path: f"{file.mode:04o}" for file in generation.files},
    }
    return json.dumps(manifest, indent=1) + "\n"


def file_name(path: str) -> str:
    """Of the copy of a file; unit files and environment files never share one. A drop-in has that of its directory.

    Other drop-ins and links are those of somebody else, who may have several of one name.
    """
    directory, _slash, name = path.rpartition("/")
    folder = directory.rpartition("/")[2]
    if name == OWN_DROP_IN:
        return folder
    return f"{folder}%2F{name}" if folder.endswith(IN_FOLDERS) and name.endswith(UNIT_ENDINGS) else name


def parse_generation(copies: t.Mapping[str, bytes], where: str) -> Generation:
    """From the manifest and the copies of the files, by name. Raises ``Problems`` with one when anything is broken."""
    try:
        return _read(json.loads(copies[MANIFEST]), copies)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found = f"a broken generation ({type(error).__name__}: {error})"
        raise Problems([Problem(where, found, "what an earlier run wrote", "Remove this directory.")]) from None


def _read(manifest: t.Dict[str, t.Any], copies: t.Mapping[str, bytes]) -> Generation:
    rollout = {one.name: manifest["rollout"][one.name] for one in fields(Policy) if one.name in manifest["rollout"]}
    for check in ("health_check", "busy_check"):
        rollout[check] = tuple(rollout.get(check, ()))
    lists = {name: tuple(manifest[name]) for name in ("instances", "environment_files", "watch")}
    files = tuple(
        WantedFile(path, copies[file_name(path)].decode(), int(mode, 8)) for path, mode in manifest["files"].items()
    )
    # An earlier version of the collection noted nothing.
    noted = {path: Note(*one) for path, one in manifest.get("noted", {}).items()}
    known = {one.name: manifest[one.name] for one in fields(Generation) if one.name not in ("noted", "foreign")}
    return Generation(
        **{**known, **lists, "state": State(manifest["state"]), "rollout": Policy(**rollout), "files": files},
        noted=noted,
        foreign=bool(manifest.get("foreign")),
    )
