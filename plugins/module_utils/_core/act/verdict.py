# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict about one instance over a window. ``active`` alone proves nothing: with Restart=always it comes back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import UP
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

# A health check that has failed runs again after this many seconds.
CHECK_EVERY = 1.0
# An instance that is not ready after so many seconds is judged without readiness: it must only run. Celery and RQ with
# a large application import for 5 s. A busy host takes several times as long.
LONGEST_LOADING = 30.0
TIMED_OUT = "its start timed out"


@dataclass(frozen=True)
class Inside:
    """The processes of a unit.

    ``ready`` is true when the main process handles the signal that the policy awaits. ``heads`` are the processes whose
    parent is no process of the unit. Only a service whose main process systemd does not know has ``heads``; any other
    service has ``None``.
    """

    ready: bool = False
    heads: t.Optional[t.FrozenSet[t.Tuple[int, int]]] = None


@dataclass(frozen=True)
class Sample:
    """An instance at one moment.

    ``invocation`` is new with every start, also when systemd itself restarts the unit. It is empty while the unit has
    none, and is read after the other values. ``job`` is the type of the systemd job of the unit, or empty.

    The other fields are ``None`` unless they were asked for. ``restarts`` is NRestarts. ``checked`` is the failure of
    the health check, empty when the check passed. ``killed`` says how the previous process was killed at its stop, and
    is empty when it was not killed. ``busy`` is the result of the busy check. ``inside`` describes the processes.
    ``refused`` is what systemd said when it refused the job that was asked for last.
    """

    active: str
    sub: str
    invocation: str
    job: str = ""
    restarts: t.Optional[int] = None
    checked: t.Optional[str] = None
    killed: t.Optional[str] = None
    busy: t.Optional[bool] = None
    inside: t.Optional[Inside] = None
    refused: t.Optional[str] = None

    @property
    def up(self) -> bool:
        return self.active in UP


GONE = Sample("inactive", "dead", "")


@dataclass(frozen=True)
class Verdict:
    health: Health
    because: str

    def __str__(self) -> str:
        return f"{self.health.value}: {self.because}"

    @property
    def bad(self) -> bool:
        return self.faulty or self.health is Health.KILLED

    @property
    def faulty(self) -> bool:
        """Whether the version is at fault. A stop that ends in SIGKILL shows nothing about the version that starts."""
        return self.health in (Health.FAILED, Health.FLAPPING)

    @property
    def good(self) -> bool:
        """Whether the rollout may go on with the next instance."""
        return self.health in (Health.SETTLED, Health.UNJUDGED)

    def after_kill(self, killed: str) -> Verdict:
        """The verdict about an instance whose previous process was killed at its stop, as ``killed`` says in words."""
        if self.faulty:
            return Verdict(self.health, f"{self.because}; its previous process {killed}")
        return Verdict(Health.KILLED, f"its previous process {killed}; the new one {self.because}")

    def after_late_start(self) -> Verdict:
        """The verdict about an instance whose start took too long, so that systemd ended it."""
        if not self.faulty or self.because.startswith(TIMED_OUT):
            return self
        return Verdict(Health.FAILED, f"{TIMED_OUT} (TimeoutStartSec=): {self.because}")


def refused(said: str) -> Verdict:
    """The verdict about a unit whose job systemd refused."""
    return Verdict(Health.FAILED, f"systemd refused to start it, and said: {said}")


# Large: each method is one question about an instance or one sample of it.
class Watch:
    """One instance from its restart until its verdict.

    ``before`` is the invocation that the restart ends. ``begun`` is when the restart was asked for; while that
    invocation stops, ``begun`` is when the stop was last seen. The window begins when exactly this start is known to
    be up, so that no earlier moment and no other start counts. When the policy awaits a signal, the window begins when
    the process was seen to handle the signal.
    """

    def __init__(self, policy: Policy, before: str, begun: float) -> None:
        self.policy = policy
        self.before = before
        self.begun = begun
        self.invocation = ""
        self.seen_up = False
        # ``since`` is when NRestarts proved that this start was asked for. The window begins at ``ready_since``.
        self.since: t.Optional[float] = None
        self.ready_since: t.Optional[float] = None
        # The processes of the instance at the first look.
        self.first: t.Optional[Inside] = None
        self.passed = not policy.health_check
        self.said = "has not answered yet"
        self.asked_check: t.Optional[float] = None
        self.check_runs = False

    def judge(self, now: float, seen: Sample) -> Verdict:
        """The verdict at ``now``. ``now`` must not be later than the moment at which ``seen`` was taken."""
        if seen.job and seen.active == "deactivating" and not self.invocation:
            # The current job may take longer than any start. systemd itself ends the stop (TimeoutStopSec=).
            self.begun = now
        verdict = self._judge(now, seen)
        if verdict.health is Health.STARTING and now - self.begun >= self.policy.healthy_deadline:
            because = f"has not settled within {self.policy.healthy_deadline:g} s: {verdict.because}"
            # systemd is about to end this start, too: TimeoutStartSec= is as long.
            began = not self.seen_up and seen.invocation not in ("", self.before)
            return Verdict(Health.FAILED, f"{TIMED_OUT}: {because}" if began else because)
        return verdict

    @property
    def wants_count(self) -> bool:
        """Whether NRestarts must still prove that the start that is up is the start that was asked for.

        The first look at the processes comes with NRestarts.
        """
        return self.seen_up and self.since is None

    def wants_inside(self, now: float) -> bool:
        """Whether to look at the processes again.

        The rollout looks until the instance is ready. It also looks when systemd would not report the death of a
        process.
        """
        if self.since is None:
            return False
        return self.ready_since is None or (self._without_main and self._window_is_over(now))

    def wants_check(self, now: float) -> bool:
        """Whether it is time to run the health check."""
        if self.passed or self.check_runs or not self._window_is_over(now):
            return False
        return self.asked_check is None or now - self.asked_check >= CHECK_EVERY

    def check_asked(self, now: float) -> None:
        self.asked_check, self.check_runs = now, True

    def _judge(self, now: float, seen: Sample) -> Verdict:
        if seen.refused is not None:
            return refused(seen.refused)
        state = f"{seen.active} ({seen.sub})"
        known = bool(self.invocation)
        # Until the restart stops it, the unit may have died, and have another old invocation.
        if seen.invocation not in ("", self.before) and (known or seen.job != "restart"):
            if known and seen.invocation != self.invocation:
                return Verdict(Health.FLAPPING, f"died and was restarted by systemd within {self._age(now)}")
            self.invocation = seen.invocation
        if seen.job and not known:
            # The sample shows the previous process, which is still stopping.
            return Verdict(Health.STARTING, f"waits for its {seen.job} job and is {state}")
        return self._death(now, seen) or self._progress(now, seen, state)

    def _death(self, now: float, seen: Sample) -> t.Optional[Verdict]:
        # systemd 254 and newer have states such as failed-before-auto-restart (systemd.service(5), RestartMode=).
        if "auto-restart" in seen.sub:
            return Verdict(Health.FLAPPING, f"died {self._age(now)} after its start and waits for its restart")
        if seen.active == "failed":
            return Verdict(Health.FAILED, "has failed")
        if seen.job:
            return None
        if seen.active == "deactivating":
            return Verdict(Health.FAILED, f"died {self._age(now)} after its start")
        if seen.active == "inactive":
            return Verdict(Health.FAILED, "is not running")
        if self.before and seen.invocation == self.before:
            return Verdict(Health.FAILED, "still runs its previous process: systemd refused to restart it")
        return None

    def _progress(self, now: float, seen: Sample, state: str) -> Verdict:
        if seen.job or (seen.active, seen.sub) != ("active", "running") or seen.invocation != self.invocation:
            return Verdict(Health.STARTING, f"is {state}")
        self.seen_up = True
        # NRestarts was 0 when this start was asked for, so a process died before the first look.
        if self.since is None and seen.restarts:
            return Verdict(Health.FLAPPING, f"was restarted {seen.restarts} times by systemd within {self._age(now)}")
        if self.since is None and seen.restarts is not None:
            self.since = now
            self.ready_since = None if self.policy.awaits else now
        self._note_inside(now, seen)
        if not self._window_is_over(now):
            return Verdict(Health.STARTING, self._waits(now))
        return self._checked(now, seen)

    def _note_inside(self, now: float, seen: Sample) -> None:
        if seen.inside is None:
            return
        at_once = self.first is None
        self.first = self.first or seen.inside
        if self.ready_since is None and (seen.inside.ready or self._without_main):
            # An instance that is ready at the first look may have been ready since its start.
            self.ready_since = self.since if at_once else now

    def _checked(self, now: float, seen: Sample) -> Verdict:
        if seen.checked is not None:
            self.check_runs = False
            self.passed, self.said = not seen.checked, seen.checked
        if not self.passed:
            return Verdict(Health.STARTING, f"its health check {self.said}")
        if self._without_main:
            return self._by_its_processes(seen)
        if self.ready_since is None:
            because = f"ran {self._age(now)} without a restart, and does not handle {self.policy.awaits}"
            return Verdict(Health.SETTLED, because)
        return Verdict(Health.SETTLED, f"ran {self.policy.min_healthy_time:g} s without a restart")

    @property
    def _without_main(self) -> bool:
        return self.first is not None and self.first.heads is not None

    def _by_its_processes(self, seen: Sample) -> Verdict:
        """systemd does not report the death of one of several processes (systemd.service(5), Type=forking)."""
        if seen.inside is None or seen.inside.heads is None:
            return Verdict(Health.STARTING, "has no main process, and its processes are watched")
        before = (self.first and self.first.heads) or frozenset()
        ended = len(before - seen.inside.heads)
        if ended:
            because = f"{ended} of its {len(before)} processes ended within {self.policy.min_healthy_time:g} s"
            return Verdict(Health.FAILED, f"{because}, and it has no main process that systemd would restart")
        because = f"has no main process, so systemd does not report the death of one of its {len(before)} processes"
        return Verdict(Health.UNJUDGED, because)

    def _waits(self, now: float) -> str:
        if self.since is not None and self.ready_since is None:
            return f"runs for {self._age(now)}, and does not handle {self.policy.awaits} yet"
        return f"runs for {self._age(now)} of {self.policy.min_healthy_time:g} s"

    def _window_is_over(self, now: float) -> bool:
        if self.ready_since is not None and now - self.ready_since >= self.policy.min_healthy_time:
            return True
        since = self.since if self.policy.awaits else None
        return since is not None and now - since >= self._longest_wait(since)

    def _longest_wait(self, since: float) -> float:
        """Seconds from the start to the verdict about an instance that never gets ready. Each deadline is later."""
        window = self.policy.min_healthy_time
        left = self.begun + self.policy.healthy_deadline - since
        return window + max(0.0, min(LONGEST_LOADING, (min(left, self.policy.progress_deadline or left) - window) / 2))

    def _age(self, now: float) -> str:
        return f"{now - (self.begun if self.since is None else self.since):.1f} s"
