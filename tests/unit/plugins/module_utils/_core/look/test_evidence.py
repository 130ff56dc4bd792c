# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a worker says of itself, the host knows better; and an honest one is never restarted for nothing."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.stale import why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.look.evidence import (
    Evidence,
    Version,
    version_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State, as_generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Process
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import FileMarkers, file_markers
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    ENVIRONMENT_MARKER,
    OWN_WATCH_MARKER,
    SECRETS_MARKER,
    UNIT_MARKER,
    WATCH_MARKER,
)
from tests.unit.plugins.module_utils._core.builders import mail, written

A, B, C = ({SECRETS_MARKER: name} for name in "abc")
CONTENTS = [A, B, C]
GOOD_A = Version(100.0, True, FileMarkers(A))
HISTORY = [GOOD_A, Version(200.0, False, FileMarkers(B))]

# what is installed, since when, versions, start of the process, what it says, what is known
KNOWN: dict[str, tuple[t.Any, float, t.Any, float, t.Any, t.Any]] = {
    "started after the files": (A, 100.0, [], 101.0, A, A),
    "the same, and it lies": (A, 100.0, [GOOD_A], 101.0, B, A),
    "the same, and it is silent": (A, 100.0, [], 101.0, None, A),
    "older than files that came back": (A, 300.0, HISTORY, 150.0, A, A),
    "older than what it says": (B, 210.0, HISTORY, 150.0, B, A),
    "started by a run that did not become good": (B, 210.0, HISTORY, 205.0, B, B),
    "the same, and nobody can tell": (B, 210.0, HISTORY, 205.0, None, None),
    "neither of both": (B, 210.0, HISTORY, 205.0, C, B),
    "older, silent, and there is but one way": (A, 300.0, HISTORY, 150.0, None, A),
    "the last good one brought it to all": (B, 310.0, [GOOD_A, Version(300.0, True, FileMarkers(B))], 150.0, A, B),
    "started when a bad one was undone": (
        A,
        300.0,
        [GOOD_A, Version(200.0, False, FileMarkers(B), 210.0)],
        220.0,
        B,
        A,
    ),
    "nothing ever became good": (A, 300.0, [Version(100.0, False, FileMarkers(A))], 50.0, B, None),
    "nothing is kept": (A, 300.0, [], 150.0, B, None),
}


@pytest.mark.parametrize(
    ("installed", "changed", "versions", "started", "said", "known"), KNOWN.values(), ids=KNOWN.keys()
)
def test_what_is_known(
    installed: t.Any, changed: float, versions: t.Any, started: float, said: t.Any, known: t.Any
) -> None:
    assert Evidence(FileMarkers(installed), changed, versions).of(started, "1", said) == known


def test_the_marker_of_the_unit_is_not_compared() -> None:
    assert Evidence(FileMarkers(B), 210.0, HISTORY).of(150.0, "1", {**A, UNIT_MARKER: "u"}) == A


def test_files_of_single_instances_are_known_by_instance() -> None:
    evidence = Evidence(FileMarkers({WATCH_MARKER: "w", OWN_WATCH_MARKER: "1=x,2=y"}), 0.0, [])
    assert evidence.of(1.0, "2", None) == {WATCH_MARKER: "w", OWN_WATCH_MARKER: "y"}


def test_a_generation_knows_its_markers_and_its_time() -> None:
    wanted = written(mail(environment={"A": "1"}, secrets={"B": "2"}, watch=["/srv/%i"], instances=2))
    generation = replace(as_generation(wanted, 1, "2026-01-31T12:00:00Z"), state=State.GOOD)
    version = version_of(generation, 1769860805.0)
    assert (version.since, version.good, version.until) == (1769860800.0, True, math.inf)
    assert version_of(replace(generation, state=State.BAD), 1769860805.0).until == 1769860805.0
    assert set(version.files.of("2")) == {ENVIRONMENT_MARKER, SECRETS_MARKER, WATCH_MARKER, OWN_WATCH_MARKER}
    markers = {name: value for name, value in wanted.markers["2"].items() if name != UNIT_MARKER}
    assert Evidence(version.files, 0.0, []).of(1.0, "2", None) == markers
    assert file_markers({"/etc/workers.systemd/mail/token.cred": f"{SECRETS_MARKER}=x\n"}) == FileMarkers()


@dataclass
class Host:
    """A pool through deploys that end well, are undone or are killed, crashes, and hands that touch its files."""

    now: float = 1000.0
    installed: t.Mapping[str, str] = field(default_factory=lambda: A)
    changed: float = 1000.0
    versions: list[Version] = field(default_factory=lambda: [Version(1000.0, True, FileMarkers(A))])
    # By instance: when it was started, and with what.
    running: dict[str, tuple[float, t.Mapping[str, str]]] = field(
        default_factory=lambda: dict.fromkeys("123", (1001.0, A))
    )

    def deploy(self, content: t.Mapping[str, str], end: str) -> None:
        # A run that was killed is over when the next begins.
        self._give_up()
        self.versions.append(Version(self.now, False, FileMarkers(content)))
        self._write(content)
        stale = [name for name, (_started, has) in self.running.items() if has != content]
        for name in stale if end == "good" else stale[:1]:
            self.crash(name)
        if end == "good":
            self.versions[-1] = replace(self.versions[-1], good=True)
        elif end == "undone":
            self._give_up()
            self._write(next(one.files.shared for one in reversed(self.versions) if one.good))
            for name in [name for name, (_started, has) in self.running.items() if has != self.installed]:
                self.crash(name)

    def _give_up(self) -> None:
        self.now += 1
        last = self.versions[-1]
        if not last.good and last.until > self.now:
            self.versions[-1] = replace(last, until=self.now)

    def crash(self, name: str) -> None:
        self.now += 1
        self.running[name] = (self.now, self.installed)

    def touch(self) -> None:
        self.now += 1
        self.changed = self.now

    def _write(self, content: t.Mapping[str, str]) -> None:
        self.now += 1
        if content != self.installed:
            self.installed, self.changed = content, self.now

    def known(self, name: str, said: t.Mapping[str, str]) -> t.Any:
        return Evidence(FileMarkers(self.installed), self.changed, self.versions).of(self.running[name][0], name, said)


events = st.one_of(
    st.tuples(st.sampled_from(CONTENTS), st.sampled_from(["good", "undone", "killed"])),
    st.sampled_from("123"),
    st.just("touch"),
)


@settings(max_examples=5 * settings.default.max_examples)
@given(st.lists(events, max_size=12))
def test_an_honest_worker_is_believed_and_a_liar_is_not(story: list[t.Any]) -> None:
    host = Host()
    for event in story:
        host.now += 2
        if event == "touch":
            host.touch()
        elif isinstance(event, str):
            host.crash(event)
        else:
            host.deploy(*event)
        for name, (started, has) in host.running.items():
            assert host.known(name, has) == has
            good = max(at for at, one in enumerate(host.versions) if one.good)
            unfinished = [one for one in host.versions[good + 1 :] if one.since <= started <= one.until]
            # What was started while a run went on that did not become good may have either, until one does.
            if not (unfinished and started < host.changed):
                assert [lie for lie in CONTENTS if host.known(name, lie) == lie] == [has]


@given(st.sampled_from(CONTENTS), st.sampled_from(CONTENTS), st.sampled_from("uv"))
def test_what_a_worker_says_can_only_make_it_older(said: t.Any, has: t.Any, unit: str) -> None:
    process = Process({**said, UNIT_MARKER: "u"}, unit, 1.0, has)
    fresh = not why_stale(process, {**A, UNIT_MARKER: "u"}, 0.0)
    assert fresh is (said == has == A and unit == "u")
