# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What queue software does with signals and time. Each from its own documentation."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import ASSIGNMENT, base_name

PYTHON = re.compile(r"(?:python|pypy)[0-9.]*")
INTERPRETERS = re.compile(r"(?:python|pypy|php|ruby|jruby|node|nodejs|bun|deno|perl|java|(?:ba|da|k|z)?sh)[0-9.]*")
# Options of interpreters that have a value of their own.
OF_INTERPRETERS = frozenset(
    {"-W", "-X", "-d", "-c", "-I", "-r", "-S", "--require", "--import", "--loader", "-classpath"}
)
# One of NAME_BIN, NAME_CMD, whose content is not known.
NAMED_PROGRAM = re.compile(r"\$\{?([A-Z]+)(?:_BIN|_CMD|_PATH|_COMMAND|_EXECUTABLE)\}?")
# Tasks that only load the application, before the one that works.
LOADS = frozenset({"environment"})


@dataclass(frozen=True)
class Tool:
    """``called`` are its programs, each with the words that make it a worker; without any, every call does.

    ``valued`` are options before these words that have a value, ``other`` are words that make it none. ``drops_on`` are
    signals on which it gives up jobs that run, unless it has one of ``gentle_options``. ``grace`` are the options for
    the time that a job may take until it ends, in units of ``grace_unit`` seconds, ``grace_default`` is what holds
    without them; ``crew`` are those for how many run at once. ``notifies`` is whether it sends READY=1 and WATCHDOG=1,
    where that is known. ``detaches`` are words with which it goes into the background, ``ends`` are options
    with which it comes to an end by itself. ``sole`` are options whose value only one process may have. The value of
    those that are ``remembered`` may be used again only minutes after a crash.
    """

    name: str
    called: t.Tuple[str, ...]
    valued: t.FrozenSet[str] = frozenset()
    other: t.FrozenSet[str] = frozenset()
    forks: bool = False
    notifies: t.Optional[bool] = None
    detaches: t.FrozenSet[str] = frozenset({"--detach", "--daemon", "--daemonize"})
    ends: t.FrozenSet[str] = frozenset({"--once", "--stop-when-empty", "--burst"})
    drops_on: t.FrozenSet[str] = frozenset()
    gentle_signal: str = "SIGTERM"
    gentle_options: t.Tuple[t.Tuple[t.Tuple[str, ...], str], ...] = ()
    grace: t.Tuple[str, ...] = ()
    grace_unit: float = 1
    grace_default: t.Optional[float] = None
    crew: t.Tuple[str, ...] = ()
    sole: t.Tuple[str, ...] = ()
    remembered: t.Tuple[str, ...] = ()

    def goes_away(self, words: t.Sequence[str]) -> bool:
        """Whether it goes into the background."""
        return not self.detaches.isdisjoint(words)

    def comes_to_an_end(self, words: t.Sequence[str]) -> bool:
        return any(word.partition("=")[0] in self.ends for word in words)

    def is_gentle(self, words: t.Sequence[str]) -> bool:
        """Whether it is configured to finish its jobs on the signals of ``drops_on``."""
        options = [
            (word.partition("=")[0], word.partition("=")[2] or after) for word, after in zip(words, (*words[1:], ""))
        ]
        return any(
            name in names and value in ("", given) for names, value in self.gentle_options for name, given in options
        )

    def runs(self, words: t.Sequence[str]) -> bool:
        """Whether a command, without wrappers and interpreters, is a worker of it."""
        operands = _operands(words[1:], self.valued)
        if operands and operands[0] in self.other:
            return False
        for call in self.called:
            program, *verbs = call.split()
            if _is_program(words[0], program) and tuple(operands[: len(verbs)]) == tuple(verbs):
                return True
        return False


TOOLS = (
    # docs.celeryq.dev, "Workers Guide": TERM is a warm shutdown, QUIT a cold one; the default pool is prefork. beat,
    # flower, inspect and the like run no jobs. "Starting the worker": each worker on a host needs its own node name.
    Tool(
        "celery",
        ("celery worker", "celery multi", "celeryd", "manage.py celery worker", "airflow celery worker"),
        notifies=False,
        valued=frozenset({"-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir"}),
        forks=True,
        drops_on=frozenset({"SIGQUIT"}),
        grace=("--time-limit", "--soft-time-limit"),
        detaches=frozenset({"--detach", "-D", "multi"}),
        crew=("-c", "--concurrency"),
        sole=("-n", "--hostname", "--pidfile"),
    ),
    # python-rq.org, "Workers": one work horse is forked per job; TERM and INT wait for it. Names "must be unique".
    Tool(
        "rq",
        ("rq worker", "rqworker", "manage.py rqworker", "flask rq worker"),
        notifies=False,
        valued=frozenset({"-u", "--url", "-c", "--config"}),
        ends=frozenset({"-b", "--burst", "--max-jobs"}),
        forks=True,
        sole=("-n", "--name"),
        remembered=("-n", "--name"),
    ),
    # It names its workers itself: here -n is their number.
    Tool(
        "rq",
        ("rq worker-pool", "manage.py rqworker-pool"),
        notifies=False,
        valued=frozenset({"-u", "--url", "-c", "--config"}),
        ends=frozenset({"-b", "--burst", "--max-jobs"}),
        forks=True,
    ),
    # dramatiq.io, "User Guide", and `dramatiq --help` of 2.2: its processes take a second TERM for "at once".
    Tool(
        "dramatiq",
        ("dramatiq", "dramatiq-gevent", "manage.py rundramatiq"),
        notifies=False,
        forks=True,
        grace=("--worker-shutdown-timeout",),
        grace_unit=0.001,
        grace_default=600,
        crew=("-p", "--processes"),
        sole=("--pid-file",),
    ),
    # huey.readthedocs.io, "Consuming Tasks": INT is graceful, and TERM interrupts the tasks; from 3.5 on -g changes it.
    Tool(
        "huey",
        ("huey_consumer", "huey_consumer.py", "huey", "manage.py run_huey", "manage.py djangohuey"),
        notifies=False,
        drops_on=frozenset({"SIGTERM"}),
        gentle_signal="SIGINT",
        gentle_options=((("-g", "--graceful-signal"), "TERM"),),
        crew=("-w", "--workers"),
    ),
    # django-q2.readthedocs.io, "Cluster": a sentinel starts the workers, and stops them after their task.
    Tool("django-q", ("manage.py qcluster",), forks=True),
    # taskiq-python.github.io, "CLI": a manager starts the processes.
    Tool("taskiq", ("taskiq worker",), notifies=False, forks=True),
    # Of these only what they are is known: arq-docs.helpmanual.io, procrastinate.readthedocs.io, saq-py.readthedocs.io,
    # django-background-tasks, django-tasks.
    Tool("arq", ("arq",), notifies=False),
    Tool("procrastinate", ("procrastinate worker", "manage.py procrastinate worker"), ends=frozenset({"--one-shot"})),
    Tool("saq", ("saq",)),
    Tool("django tasks", ("manage.py db_worker", "manage.py process_tasks"), ends=frozenset({"--batch", "--duration"})),
    # laravel.com/docs/queues: --timeout is 60 unless given; TERM ends after the job.
    Tool(
        "laravel queue:work",
        ("artisan queue:work",),
        notifies=False,
        ends=frozenset({"--once", "--stop-when-empty", "--max-jobs", "--max-time"}),
        grace=("--timeout",),
        grace_default=60,
    ),
    # Each job is a process of its own, which no KillMode= saves: the parent has no handler.
    Tool("laravel queue:listen", ("artisan queue:listen",), notifies=False, grace=("--timeout",), grace_default=60),
    # laravel.com/docs/horizon: the master starts supervisors, they start workers.
    Tool("laravel horizon", ("artisan horizon",), notifies=False, forks=True, grace_default=60),
    # symfony.com/doc, "Messenger": TERM ends after the message.
    Tool(
        "symfony messenger",
        ("console messenger:consume", "console messenger:consume-messages", "typo3 messenger:consume"),
        valued=frozenset({"-e", "--env"}),
        ends=frozenset({"-l", "--limit", "-t", "--time-limit"}),
    ),
    # github.com/yiisoft/yii2-queue, "Worker starting control": each job in a process of its own.
    Tool("yii queue", ("yii queue/listen", "craft queue/listen"), forks=True),
    # experienceleague.adobe.com, "Manage message queues"
    Tool("magento queue", ("magento queue:consumers:start",), ends=frozenset({"--max-messages"})),
    # github.com/sidekiq/sidekiq/wiki/Signals: TSTP only stops fetching; -t is 25.
    Tool(
        "sidekiq",
        ("sidekiq",),
        notifies=True,
        detaches=frozenset({"-d", "--daemon"}),
        drops_on=frozenset({"SIGTSTP"}),
        grace=("-t", "--timeout"),
        grace_default=25,
        crew=("-c", "--concurrency"),
    ),
    # github.com/sidekiq/sidekiq/wiki/Ent-Multi-Process
    Tool("sidekiqswarm", ("sidekiqswarm",), forks=True, notifies=True, grace=("-t", "--timeout"), grace_default=25),
    # github.com/resque/resque, "Signals": TERM and INT kill the child at once, QUIT waits for it.
    Tool(
        "resque",
        ("rake resque:work", "rake resque:workers", "rails resque:work", "rails resque:workers", "resque.php"),
        notifies=False,
        forks=True,
        drops_on=frozenset({"SIGTERM", "SIGINT"}),
        gentle_signal="SIGQUIT",
    ),
    # github.com/resque/resque-pool, "Signals": QUIT waits for the jobs, INT and TERM do not by default.
    Tool(
        "resque-pool",
        ("resque-pool", "rake resque:pool"),
        forks=True,
        drops_on=frozenset({"SIGTERM", "SIGINT"}),
        gentle_signal="SIGQUIT",
        gentle_options=((("--term-graceful", "--term-graceful-wait"), ""),),
        detaches=frozenset({"-d", "--daemon"}),
    ),
    # github.com/rails/solid_queue, "Threads, processes and signals": TERM waits shutdown_timeout, QUIT does not.
    Tool(
        "solid_queue",
        ("bin/jobs", "rake solid_queue:start", "rails solid_queue:start"),
        other=frozenset({"check", "help"}),
        forks=True,
        drops_on=frozenset({"SIGQUIT"}),
    ),
    # github.com/bensheldon/good_job, github.com/collectiveidea/delayed_job, github.com/que-rb/que,
    # github.com/ruby-shoryuken/shoryuken, github.com/jondot/sneakers
    Tool("good_job", ("good_job start", "rails good_job:start", "rake good_job:start"), notifies=True),
    Tool(
        "delayed_job",
        ("delayed_job run", "delayed_job start", "rake jobs:work", "rails jobs:work"),
        detaches=frozenset({"start", "restart"}),
        ends=frozenset({"--exit-on-complete"}),
    ),
    Tool("que", ("que",)),
    Tool("shoryuken", ("shoryuken",)),
    Tool("sneakers", ("rake sneakers:run", "rails sneakers:run"), forks=True),
    # worker.graphile.org; github.com/contribsys/faktory_worker_node and _ruby
    Tool("graphile-worker", ("graphile-worker",)),
    Tool("faktory", ("faktory-worker", "faktory-work")),
    # docs.gunicorn.org, "Signal Handling": TERM is graceful, QUIT and INT are quick.
    Tool(
        "gunicorn",
        ("gunicorn",),
        forks=True,
        notifies=True,
        detaches=frozenset({"-D", "--daemon"}),
        drops_on=frozenset({"SIGQUIT", "SIGINT"}),
        grace=("--graceful-timeout",),
        grace_default=30,
        crew=("-w", "--workers"),
    ),
)


def tool_of(words: t.Sequence[str], variables: t.Mapping[str, str]) -> t.Optional[Tool]:
    """The tool that a command without its wrappers runs. ``variables`` are what the unit itself sets."""
    command = program_of([_resolved(word, variables) for word in words])
    return next((tool for tool in TOOLS if command and tool.runs(command)), None)


def program_of(words: t.Sequence[str]) -> t.Sequence[str]:
    """A command without the interpreter: ``python -m rq.cli worker`` and ``python3 /srv/bin/rq worker`` are rq."""
    if not words or not INTERPRETERS.fullmatch(base_name(words[0])):
        return words
    is_python = bool(PYTHON.fullmatch(base_name(words[0])))
    position = 1
    while position < len(words) and words[position].startswith("-"):
        if is_python and words[position] == "-m":
            module = words[position + 1 : position + 2]
            return [*(one.partition(".")[0] for one in module), *words[position + 2 :]]
        position += 2 if words[position] in OF_INTERPRETERS else 1
    return words[position:]


def _resolved(word: str, variables: t.Mapping[str, str]) -> str:
    """A word that is a variable, with what is in it."""
    name = re.fullmatch(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?", word)
    guess = NAMED_PROGRAM.fullmatch(word)
    if name and name.group(1) in variables:
        return variables[name.group(1)]
    return guess.group(1).lower() if guess else word


def _operands(words: t.Sequence[str], valued: t.Collection[str]) -> t.List[str]:
    """Words that are neither options nor their values, nor variables and tasks before the one that works."""
    found: t.List[str] = []
    skip = False
    for word in words:
        is_value, skip = skip, word in valued
        if not is_value and not word.startswith("-") and not ASSIGNMENT.fullmatch(word) and word not in LOADS:
            found.append(word)
    return found


def _is_program(word: str, program: str) -> bool:
    """By its name; one with a directory, by that too."""
    return f"/{word}".endswith(f"/{program}")
