# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import (
    GONE,
    Inside,
    Sample,
    Verdict,
    Watch,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

POLICY = Policy(min_healthy_time=3.0, healthy_deadline=60.0)
OLD = Sample("active", "running", "old")
UP = Sample("active", "running", "a1")
COUNTED = replace(UP, restarts=0)


def counted(policy: Policy = POLICY) -> Watch:
    """Restarted at 0, known to be up since 1."""
    watch = Watch(policy, before="old", begun=0.0)
    assert watch.judge(0.5, UP).health is Health.STARTING
    assert watch.wants_count
    assert watch.judge(1.0, COUNTED).health is Health.STARTING
    assert not watch.wants_count
    return watch


# now, seconds since the restart
JUDGED = {
    "it ran for the whole window": (UP, 4.0, Health.SETTLED),
    "it runs, but not long enough to be believed": (UP, 3.9, Health.STARTING),
    "it reads its configuration again": (Sample("reloading", "reload", "a1"), 9.0, Health.STARTING),
    "somebody else restarts it": (replace(UP, job="restart"), 9.0, Health.STARTING),
    "it waits for its restart": (Sample("activating", "auto-restart", "a1"), 1.1, Health.FLAPPING),
    "it waits for its restart, as 254 says it": (Sample("activating", "auto-restart-queued", ""), 1.1, Health.FLAPPING),
    "it passes through failed": (Sample("failed", "failed-before-auto-restart", ""), 1.1, Health.FLAPPING),
    "it runs again after a death": (Sample("active", "running", "b2"), 9.0, Health.FLAPPING),
    "it starts again after a death": (Sample("activating", "start", "b2", "start"), 1.1, Health.FLAPPING),
    "it ended while it was looked at": (replace(UP, invocation=""), 9.0, Health.STARTING),
    "it has failed": (Sample("failed", "failed", "a1"), 1.1, Health.FAILED),
    "it is ending by itself": (Sample("deactivating", "stop-sigterm", "a1"), 1.1, Health.FAILED),
    "it ended and nobody restarts it": (GONE, 1.1, Health.FAILED),
    "its process ended but the unit stays": (Sample("active", "exited", "a1"), 9.0, Health.STARTING),
    "its process ended but the unit stays for ever": (Sample("active", "exited", "a1"), 60.0, Health.FAILED),
}
# What is seen first after the restart of a unit that ran as "old".
FIRST = {
    "the job has not begun": (replace(OLD, job="restart"), Health.STARTING),
    "the old process is stopping": (Sample("deactivating", "stop-sigterm", "old", "restart"), Health.STARTING),
    "the old process was killed": (Sample("failed", "failed", "", "restart"), Health.STARTING),
    "the old process is gone": (Sample("inactive", "dead", "", "restart"), Health.STARTING),
    "the old process was in a crash loop": (Sample("activating", "auto-restart", "old", "restart"), Health.STARTING),
    "the old process was killed, and then it started": (Sample("failed", "failed", "a1", "start"), Health.STARTING),
    "it starts": (Sample("activating", "start", "a1", "start"), Health.STARTING),
    "it is up and was not counted": (UP, Health.STARTING),
    "it died before it was looked at": (replace(UP, restarts=2), Health.FLAPPING),
    "systemd refused the job": (OLD, Health.FAILED),
    "systemd refused the job of one that did not run": (GONE, Health.FAILED),
    "systemd refused the job of one that runs by now": (replace(UP, refused="no"), Health.FAILED),
    "its environment file is missing": (Sample("activating", "auto-restart", ""), Health.FLAPPING),
}


# The verdict of the new process, of the instance after a kill, and its words.
AFTER_KILLS = {
    "the new process is well": ("settled", Health.KILLED, "its previous process was killed; the new one is seen"),
    "the new process is not judged": (
        "starting",
        Health.KILLED,
        "its previous process was killed; the new one is seen",
    ),
    "the new process is bad": ("failed", Health.FAILED, "is seen; its previous process was killed"),
    "the new process dies again and again": ("flapping", Health.FLAPPING, "is seen; its previous process was killed"),
}


@pytest.mark.parametrize(("health", "after", "words"), AFTER_KILLS.values(), ids=AFTER_KILLS.keys())
def test_a_kill_at_the_stop_turns_the_verdict(health: str, after: Health, words: str) -> None:
    verdict = Verdict(Health(health), "is seen").after_kill("was killed")
    assert (verdict.health, verdict.because, verdict.bad) == (after, words, True)
    assert verdict.faulty is (after is not Health.KILLED)


def test_the_time_of_the_stop_is_no_part_of_the_deadline() -> None:
    watch = Watch(POLICY, before="old", begun=0.0)
    stopping = Sample("deactivating", "stop-sigterm", "old", "restart")
    assert watch.judge(600.0, stopping).health is Health.STARTING
    assert watch.judge(659.0, replace(UP, job="restart")).health is Health.STARTING
    assert watch.judge(660.0, Sample("activating", "start", "a1", "restart")).health is Health.FAILED


def test_the_process_of_before_may_have_died_before_its_restart() -> None:
    """systemd has started it once more, and stops that one now."""
    watch = Watch(POLICY, before="old", begun=0.0)
    assert watch.judge(0.2, Sample("deactivating", "stop-sigterm", "old again", "restart")).health is Health.STARTING
    assert watch.judge(0.5, UP).health is Health.STARTING
    assert watch.judge(1.0, COUNTED).health is Health.STARTING
    assert watch.judge(4.0, UP).health is Health.SETTLED


STARTS = {
    "it does not get up": (Sample("activating", "start", "a1", "start"), True),
    "systemd ends its start": (Sample("deactivating", "stop-sigterm", "a1", "start"), True),
    "its start has not begun": (Sample("inactive", "dead", "", "start"), False),
    "its former process stays": (replace(OLD, job="restart"), False),
}


@pytest.mark.parametrize(("seen", "began"), STARTS.values(), ids=STARTS.keys())
def test_a_start_that_takes_too_long_is_told_as_such(seen: Sample, began: bool) -> None:
    watch = Watch(POLICY, before="old", begun=0.0)
    watch.judge(1.0, replace(seen, active="activating", sub="start") if began else seen)
    verdict = watch.judge(60.0, seen)
    begin = "failed: its start timed out: " if began else "failed: "
    assert str(verdict) == f"{begin}has not settled within 60 s: {verdict.because.rpartition('60 s: ')[2]}"


LATE = {
    "the version is bad": ("flapping: died", "failed: its start timed out (TimeoutStartSec=): died"),
    "it was told already": ("failed: its start timed out: is seen", "failed: its start timed out: is seen"),
    "the version is not at fault": ("killed-at-stop: is seen", "killed-at-stop: is seen"),
    "it is well": ("settled: is seen", "settled: is seen"),
}


@pytest.mark.parametrize(("before", "after"), LATE.values(), ids=LATE.keys())
def test_a_start_that_systemd_ended_is_no_flapping(before: str, after: str) -> None:
    health, _colon, because = before.partition(": ")
    assert str(Verdict(Health(health), because).after_late_start()) == after


def test_what_was_up_and_did_not_settle_has_started() -> None:
    assert "timed out" not in str(counted(replace(POLICY, health_check=("/bin/false",))).judge(60.0, UP))


@pytest.mark.parametrize(("now", "at", "health"), JUDGED.values(), ids=JUDGED.keys())
def test_an_instance_is_judged(now: Sample, at: float, health: Health) -> None:
    assert counted().judge(at, now).health is health


@pytest.mark.parametrize(("now", "health"), FIRST.values(), ids=FIRST.keys())
def test_the_first_look(now: Sample, health: Health) -> None:
    watch = Watch(POLICY, before="old", begun=0.0)
    assert watch.judge(0.1, now).health is health


def test_what_systemd_said_is_told() -> None:
    verdict = Watch(POLICY, before="", begun=0.0).judge(0.1, replace(GONE, refused="Operation refused"))
    assert str(verdict) == "failed: systemd refused to start it, and said: Operation refused"


def test_without_a_window_running_and_the_count_are_enough() -> None:
    watch = Watch(Policy(min_healthy_time=0.0), before="", begun=0.0)
    assert watch.judge(0.1, UP).health is Health.STARTING
    assert watch.judge(0.2, COUNTED).health is Health.SETTLED


def test_another_run_than_the_first_seen_is_a_death_also_before_it_is_ready() -> None:
    watch = Watch(POLICY, before="", begun=0.0)
    assert watch.judge(0.1, Sample("activating", "start", "a1", "start")).health is Health.STARTING
    assert watch.judge(0.2, Sample("activating", "start", "b2", "restart")).health is Health.FLAPPING


def test_a_health_check_is_asked_when_the_window_is_over_and_then_every_second() -> None:
    watch = counted(replace(POLICY, health_check=("/usr/bin/check", "%i")))
    assert not watch.wants_check(3.9)
    assert watch.judge(4.0, UP).health is Health.STARTING
    assert watch.wants_check(4.0)
    watch.check_asked(4.0)
    assert "has not answered yet" in str(watch.judge(5.0, UP))
    assert not watch.wants_check(6.0), "it has not answered yet"
    refused = watch.judge(6.0, replace(UP, checked="exits with status 1"))
    assert (refused.health, refused.because) == (Health.STARTING, "its health check exits with status 1")
    watch.check_asked(6.0)
    watch.judge(6.5, replace(UP, checked="exits with status 1"))
    assert [watch.wants_check(6.9), watch.wants_check(7.0)] == [False, True]
    watch.check_asked(7.0)
    assert "exits with status 1" in str(watch.judge(7.1, UP)), "that is the last it said"
    assert watch.judge(7.2, replace(UP, checked="")).health is Health.SETTLED


def test_a_health_check_that_never_passes_fails_at_the_deadline() -> None:
    watch = counted(replace(POLICY, health_check=("/usr/bin/check",)))
    verdict = watch.judge(60.0, replace(UP, checked="exits with status 1"))
    assert str(verdict) == "failed: has not settled within 60 s: its health check exits with status 1"


@given(
    st.builds(
        Sample,
        st.sampled_from(["active", "activating", "inactive", "failed"]),
        st.sampled_from(["running", "start", "dead", "auto-restart"]),
        st.sampled_from(["a1", "b2", "old", ""]),
        st.sampled_from(["", "start", "restart"]),
    ),
    st.floats(1, 60),
)
def test_only_the_same_run_can_settle_and_only_after_the_window(now: Sample, at: float) -> None:
    if counted().judge(at, now).health is Health.SETTLED:
        assert (now, at >= 4.0) == (UP, True)


AWAITS = replace(POLICY, awaits="SIGTERM")
LOADING = replace(UP, inside=Inside())
READY = replace(UP, inside=Inside(ready=True))


def test_the_window_begins_when_the_awaited_signal_is_handled() -> None:
    watch = counted(AWAITS)
    assert watch.wants_inside(1.1)
    assert str(watch.judge(9.0, LOADING)) == "starting: runs for 8.0 s, and does not handle SIGTERM yet"
    assert watch.wants_inside(9.1)
    assert watch.judge(10.0, READY).health is Health.STARTING
    assert not watch.wants_inside(10.1)
    assert watch.judge(12.9, UP).health is Health.STARTING
    assert str(watch.judge(13.0, UP)) == "settled: ran 3 s without a restart"


def test_what_was_ready_at_the_first_look_settles_as_early_as_anything() -> None:
    watch = Watch(AWAITS, before="old", begun=0.0)
    watch.judge(0.5, UP)
    assert not watch.wants_inside(0.5), "the count brings it"
    assert watch.judge(1.0, replace(READY, restarts=0)).health is Health.STARTING
    assert watch.judge(4.0, UP).health is Health.SETTLED


# healthy_deadline, progress_deadline, when it is judged all the same: known to be up since 1, in a window of 3 s
LONGEST = {
    "after half a minute": (300.0, 0.0, 34.0),
    "a shorter deadline": (13.0, 0.0, 8.5),
    "a deadline for progress": (300.0, 9.0, 7.0),
    "no time for more than the window": (4.0, 0.0, 4.0),
    "a window above the deadline for progress": (300.0, 2.0, 4.0),
}


@pytest.mark.parametrize(("healthy", "progress", "judged"), LONGEST.values(), ids=LONGEST.keys())
def test_what_never_gets_ready_is_judged_by_running(healthy: float, progress: float, judged: float) -> None:
    watch = counted(replace(AWAITS, healthy_deadline=healthy, progress_deadline=progress))
    assert watch.judge(judged - 0.1, LOADING).health is Health.STARTING
    if judged < healthy:
        ran = f"settled: ran {judged - 1:.1f} s without a restart, and does not handle SIGTERM"
        assert str(watch.judge(judged, LOADING)) == ran


def heads(*pids: int) -> Sample:
    return replace(UP, inside=Inside(heads=frozenset((pid, 7) for pid in pids)))


@pytest.mark.parametrize("policy", [POLICY, AWAITS], ids=["plain", "with a signal that nobody can handle"])
def test_without_a_main_process_its_processes_are_compared(policy: Policy) -> None:
    for end, words in (
        (
            heads(1, 2, 3, 4),
            "not-judged: has no main process, so systemd does not report the death of one of its 3 pro",
        ),
        (heads(1, 3, 4), "failed: 1 of its 3 processes ended within 3 s, and it has no main process"),
    ):
        watch = Watch(policy, before="old", begun=0.0)
        watch.judge(0.5, UP)
        watch.judge(1.0, replace(heads(1, 2, 3), restarts=0))
        assert not watch.wants_inside(3.9)
        assert str(watch.judge(4.0, UP)) == "starting: has no main process, and its processes are watched"
        assert watch.wants_inside(4.0)
        assert str(watch.judge(4.1, end)).startswith(words)


def test_a_verdict_reads_as_a_sentence() -> None:
    assert str(Verdict(Health.FAILED, "has failed")) == "failed: has failed"
    assert str(counted().judge(1.5, UP)) == "starting: runs for 0.5 s of 3 s"
