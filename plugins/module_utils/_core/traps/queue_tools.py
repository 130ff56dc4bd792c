# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What queue software does with signals and time. Each from its own documentation."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.command import base_name


@dataclass(frozen=True)
class Tool:
    """``markers`` are words that all stand in its command line, paths without their directories.

    ``drops_on`` are signals on which it gives up jobs that run. ``grace`` are the options for the seconds that a job
    may take until it ends, ``grace_default`` what holds without them; ``crew`` are those for how many run at once.
    """

    name: str
    markers: t.FrozenSet[str]
    forks: bool = False
    notifies: bool = False
    drops_on: t.FrozenSet[str] = frozenset()
    gentle_signal: str = "SIGTERM"
    grace: t.Tuple[str, ...] = ()
    grace_default: t.Optional[float] = None
    crew: t.Tuple[str, ...] = ()


TOOLS = (
    # docs.celeryq.dev, "Workers Guide": TERM is a warm shutdown, QUIT a cold one; the default pool is prefork.
    Tool(
        "celery",
        frozenset({"celery", "worker"}),
        forks=True,
        drops_on=frozenset({"SIGQUIT"}),
        grace=("--time-limit", "--soft-time-limit"),
        crew=("-c", "--concurrency"),
    ),
    # python-rq.org, "Workers": one work horse is forked per job; TERM and INT wait for it.
    Tool("rq", frozenset({"rq", "worker"}), forks=True),
    Tool("rq", frozenset({"rq", "worker-pool"}), forks=True),
    # laravel.com/docs/queues: --timeout is 60 unless given; TERM ends after the job.
    Tool("laravel queue:work", frozenset({"artisan", "queue:work"}), grace=("--timeout",), grace_default=60),
    # laravel.com/docs/horizon: the master starts supervisors, they start workers.
    Tool("laravel horizon", frozenset({"artisan", "horizon"}), forks=True, grace_default=60),
    # github.com/sidekiq/sidekiq/wiki/Signals: TSTP only stops fetching; -t is 25.
    Tool(
        "sidekiq",
        frozenset({"sidekiq"}),
        notifies=True,
        drops_on=frozenset({"SIGTSTP"}),
        grace=("-t", "--timeout"),
        grace_default=25,
        crew=("-c", "--concurrency"),
    ),
    # github.com/resque/resque, "Signals": TERM and INT kill the child at once, QUIT waits for it.
    Tool(
        "resque",
        frozenset({"resque:work"}),
        forks=True,
        drops_on=frozenset({"SIGTERM", "SIGINT"}),
        gentle_signal="SIGQUIT",
    ),
    # docs.gunicorn.org, "Signal Handling": TERM is graceful, QUIT and INT are quick.
    Tool(
        "gunicorn",
        frozenset({"gunicorn"}),
        forks=True,
        notifies=True,
        drops_on=frozenset({"SIGQUIT", "SIGINT"}),
        grace=("--graceful-timeout",),
        grace_default=30,
        crew=("-w", "--workers"),
    ),
)


def tool_of(words: t.Sequence[str]) -> t.Optional[Tool]:
    """The tool that a command line runs."""
    bases = {base_name(word) for word in words}
    return next((tool for tool in TOOLS if tool.markers <= bases), None)
