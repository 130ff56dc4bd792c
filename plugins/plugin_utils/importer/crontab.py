# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Crontabs of users, and those of the system with a column for the user (crontab(5))."""

from __future__ import annotations

import collections
import os
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import calendar
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.queue_tools import program_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import ASSIGNMENT, base_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import unwrap
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ACCOUNT
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import programs, shell, work
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Draft, Found
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import safe
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import filled, shown, word

VARIABLE = re.compile(r"\s*(?:\"([^\"=]+)\"|'([^'=]+)'|([A-Za-z_][\w.-]*))\s*=\s*(.*?)\s*")
JOB = re.compile(r"\s*-?(@\w+|(?:[0-9A-Za-z*/,~-]+\s+){4}[0-9A-Za-z*/,~-]+)\s+(\S.*)")
# Looks like a line of a crontab, whatever else is in the file.
LOOKS = re.compile(
    r"(?m)^\s*-?(?:@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)\s+\S"
    r"|(?:[0-9*][0-9A-Za-z*/,~-]*\s+){2}[0-9*][0-9*/,~-]*\s+[0-9A-Za-z*/,~-]+\s+[0-9A-Za-z*/,~-]+\s+\S)"
)
SYSTEM_FILE = re.compile(r"(?:.*/)?(?:etc/crontab|cron\.d/[^/]+)")
SPOOL = re.compile(r"(?:.*/)?(?:crontabs|spool/cron|cron/tabs)/([A-Za-z_][\w.-]*)")
ACCOUNTS = frozenset(
    {
        "root",
        "www-data",
        "nobody",
        "apache",
        "nginx",
        "www",
        "httpd",
        "ubuntu",
        "debian",
        "centos",
        "ec2-user",
        "admin",
        "deploy",
    }
    | {
        "deployer",
        "app",
        "web",
        "postgres",
        "mysql",
        "redis",
        "git",
        "celery",
        "rails",
        "django",
        "laravel",
        "backup",
        "daemon",
    }
    | {
        "mail",
        "vagrant",
        "pi",
        "user",
        "worker",
        "node",
        "munin",
        "nagios",
        "zabbix",
        "jenkins",
        "forge",
        "wwwrun",
        "bin",
        "sys",
    }
)
# cron takes no longer line (MAX_COMMAND of Vixie cron is 1000), and people write fewer jobs.
LONGEST_LINE, MOST_JOBS = 8192, 300
SCHEDULERS = re.compile(r"\bartisan\s+schedule:run\b")


class Line(t.NamedTuple):
    """One job: its time, its user and its command."""

    time: str
    user: t.Optional[str]
    command: str
    place: str


def is_meant(text: str) -> bool:
    """Whether a line looks like a job, or all of them set variables."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    return bool(LOOKS.search(text)) or all(len(line) < LONGEST_LINE and VARIABLE.fullmatch(line) for line in lines)


class Given(t.NamedTuple):
    """A crontab. ``system`` is whether lines have a user; when it is not known, the lines tell."""

    source: Source
    system: t.Optional[bool] = None
    user: t.Optional[str] = None


def read_all(crontabs: t.Sequence[Given]) -> t.List[Found]:
    """All jobs of each crontab. Of jobs that lock the same file only one runs at a time, so they keep flock."""
    found = [_read(one, frozenset()) for one in crontabs]
    counts = collections.Counter(lock for one in found for draft in one.drafts for lock in draft.locks)
    shared = frozenset(lock for lock, count in counts.items() if count > 1)
    return [_read(one, shared) for one in crontabs] if shared else found


def _read(given: Given, shared: t.FrozenSet[str]) -> Found:
    source, system, user = given
    found = Found(notes=[f"{source.name}: {one}" for one in source.notes])
    spool = SPOOL.fullmatch(source.path)
    user = user or (spool[1] if spool else None)
    if system is None:
        system = bool(SYSTEM_FILE.fullmatch(source.path)) or (not spool and _has_users(source))
    variables: t.Dict[str, t.Tuple[str, str]] = {}
    used: t.Set[str] = set()
    for number, text in enumerate(source.lines, 1):
        place = source.place(number)
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        if len(found.drafts) >= MOST_JOBS:
            found.notes.append(f"{place}: not read from here on: there are {MOST_JOBS} jobs before it")
            break
        if len(text) > LONGEST_LINE:
            found.notes.append(f"{place}: not read: a line of {len(text)} characters")
            continue
        variable = VARIABLE.fullmatch(text)
        if variable:
            name = next(one for one in variable.groups()[:3] if one)
            if name in variables:
                found.notes.append(f"{variables[name][1]} {name}: for the jobs before {place}, where it is set again")
            variables[name] = (_unquoted(variable[4]), place)
            continue
        job = _job(text, place, found, system=system, user=user)
        if job:
            draft = _draft(job, variables, found, shared)
            used |= set(variables)
            if draft:
                draft.line = text
                found.drafts.append(draft)
    for name, (value, place) in variables.items():
        found.notes += _of_variable(name, value, place, used=name in used)
    return found


def _has_users(source: Source) -> bool:
    """Whether the sixth field names users that are usual, or stands before ``cd``, in most lines."""
    short = [line for line in source.lines if len(line) <= LONGEST_LINE]
    heads = [job[2].split() for job in map(JOB.fullmatch, short) if job]
    users = [one for one in heads if len(one) > 1 and (one[0] in ACCOUNTS or _is_user_before_cd(one))]
    return 2 * len(users) > len(heads)


def _is_user_before_cd(words: t.Sequence[str]) -> bool:
    """No program gets ``cd``, which a shell knows itself."""
    return words[1] == "cd" and ACCOUNT.fullmatch(words[0]) is not None and words[0] not in ("builtin", "command")


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _of_variable(name: str, value: str, place: str, *, used: bool) -> t.Iterator[str]:
    if name == "MAILTO":
        yield (
            f"{place} MAILTO={value}: systemd sends no mail: `journalctl -u NAME` has the output. OnFailure= in the "
            "unit of a job starts a service that sends one"
        )
    elif name == "SHELL":
        yield f"{place} SHELL={value}: it stays around the commands that need a shell"
    elif name in ("CRON_TZ", "TZ"):
        yield f"{place} {name}: it is the time zone of the timers"
    elif name in ("MAILFROM", "CONTENT_TYPE", "RANDOM_DELAY", "START_HOURS_RANGE", "LOGNAME", "USER"):
        yield f"{place} {name} is not carried: systemd has no such setting for a job"
    else:
        yield (
            f"{place} {name}: in the environment of each job behind it"
            if used
            else f"{place} {name} is not carried: no job follows it"
        )


def _job(text: str, place: str, found: Found, *, system: bool, user: t.Optional[str]) -> t.Optional[Line]:
    job = JOB.fullmatch(text)
    if job is None:
        found.notes.append(f"{place}: cron refuses this line, for it is neither a variable nor a job: {safe(text)}")
        return None
    time, command = job[1], job[2].rstrip()
    head = command.split()[0]
    if re.fullmatch(r"[?*0-9/,LW#-]+", head):
        found.notes.append(
            f"{place}: cron has five fields, and takes {head} for the command: it is not carried: {safe(text)}"
        )
        return None
    if not system and head in ACCOUNTS and " " in command:
        why = "is a user, which only lines of /etc/cron.d have: remove the word, and import it again"
        found.notes.append(
            f"{place}: cron runs {head} as a program, so it is not carried: {head} {why}: {safe(command)}"
        )
        return None
    if not system:
        return Line(time, user, command, place)
    words = command.split(None, 1)
    first, rest = words[0], words[1] if len(words) > 1 else ""
    if ACCOUNT.fullmatch(first) and rest:
        return Line(time, first, rest, place)
    if re.fullmatch(r"[<{#$\[].*", first) and rest:
        return Line(time, first, rest, place)
    found.notes.append(
        f"{place}: cron takes {safe(first)} for the user and does not run this line, so it is not carried: write "
        f"the user before the command: {safe(command)}"
    )
    return None


# Large: each part of a line of cron, once.
def _draft(
    job: Line, variables: t.Mapping[str, t.Tuple[str, str]], found: Found, shared: t.FrozenSet[str]
) -> t.Optional[Draft]:
    zone = next((variables[name][0] for name in ("CRON_TZ", "TZ") if name in variables), "")
    events: t.Tuple[str, ...] = ()
    if job.time.lower() != calendar.REBOOT:
        try:
            events = calendar.of_cron(job.time, zone)
        except calendar.NotCron as error:
            found.notes.append(
                f"{job.place}: cron refuses its time ({error}), so it is not carried: {safe(job.command)}"
            )
            return None
    command, given = _percent(job.command)
    shell_path = variables.get("SHELL", ("/bin/sh", ""))[0]
    if not command:
        what = "cron takes the text behind % for the input, and there is no command before it, so it is not carried"
        found.notes.append(f"{job.place}: {what}: {safe(job.command)}")
        return None
    shell_path = shell_path if shell_path.startswith("/") else "/bin/sh"
    done = work.of_script(command, shell_path)
    locks = _locks(done, job, variables)
    if shared & set(locks.values()):
        done = work.of_script(command, shell_path, {name for name, path in locks.items() if path in shared})
    draft = Draft(_name(done, command), f"{job.place}: {job.time}", done, "timer", events, fallback="~")
    draft.locks = frozenset(locks.values())
    draft.at["events"] = f"{job.place} {job.time}"
    draft.user = None if job.user is None else "" if job.user == "root" else job.user
    for name, (value, _place) in variables.items():
        if name not in (
            "SHELL",
            "MAILTO",
            "CRON_TZ",
            "MAILFROM",
            "CONTENT_TYPE",
            "LOGNAME",
            "USER",
            "RANDOM_DELAY",
            "START_HOURS_RANGE",
        ):
            draft.environment[name] = word(value)
    if "BASH_ENV" in variables and shell_path.endswith("bash") and done.words:
        draft.notes.append(
            f"bash read {variables['BASH_ENV'][0]} (BASH_ENV) before the job: write its variables into environment"
        )
    # cron starts each job in the home directory.
    kept = set(locks) - set(map(shown, done.locks))
    draft.needs_directory = work.names_files(done) or any(not name.startswith(("/", "$")) for name in kept)
    if given:
        draft.service["StandardInputText"] = given
        draft.notes.append("cron gave the text behind % to the command: StandardInputText=")
    if "%" in job.command and not given:
        draft.notes.append(r"\% of cron is %")
    if "&>" in command and not shell_path.endswith(("bash", "zsh")):
        draft.notes.append("&> is for bash: sh, which cron ran, starts the command in the background at this sign")
    _kind(draft, job)
    if done.slept and draft.kind == "timer":
        draft.service["ExecStartPre"] = f"/bin/sleep {done.slept}"
    return draft


def _locks(done: work.Work, job: Line, variables: t.Mapping[str, t.Tuple[str, str]]) -> t.Dict[str, str]:
    """The paths of the files that a job locks, by what is written for them."""
    home = programs.home_of(job.user or Defaults().user)
    known = {"HOME": home, **{name: value for name, (value, _place) in variables.items()}}
    paths = {shown(one): shown(filled(one, known)) for one in work.locks_of(done)}
    return {name: os.path.normpath(os.path.join(home, path)) for name, path in paths.items()}


def _percent(command: str) -> t.Tuple[str, str]:
    """The command, and what cron gives to it: behind the first ``%`` without a backslash, each is a new line."""
    parts = re.split(r"(?<!\\)%", command)
    texts = [one.replace(r"\%", "%") for one in parts]
    return texts[0].rstrip(), r"\n".join(map(_input, texts[1:]))


def _input(text: str) -> str:
    """A line as ``StandardInputText=`` has it, which drops blanks at its ends."""
    escaped = text.replace("\\", r"\\").replace("%", "%%")
    return re.sub(r"\A[ \t]|[ \t]\Z", lambda blank: rf"\x{ord(blank.group()):02x}", escaped)


def _kind(draft: Draft, job: Line) -> None:
    """What the line means: a job at certain times, a program that is there from boot on, or a worker."""
    done, variables = draft.work, {name: shown(value) for name, value in draft.environment.items()}
    software = programs.software_of([shown(one) for one in done.words], variables)
    at_boot = job.time.lower() == calendar.REBOOT
    means_worker = done.kept_alive or (bool(done.locks) and software.is_worker)
    means_worker = means_worker or (at_boot and (software.is_worker or done.background))
    ends = bool(software.tool and software.tool.comes_to_an_end(software.inner))
    if means_worker and not ends:
        draft.kind, draft.events = "pool", ()
        draft.at["command"] = draft.place
        why = "it kept a worker alive" if not at_boot else "it started a worker at boot"
        draft.notes.append(f"{why}, so it is a pool, which runs all the time")
    elif at_boot:
        draft.kind = "boot"
        draft.notes.append("it starts once, at boot, as under cron. When it is a worker that goes on, write a pool")
    elif done.background:
        draft.notes.append(
            "`&` is dropped, for systemd would kill the rest of a job that ends: the job is the process itself"
        )
    if SCHEDULERS.search(job.command):
        draft.notes.append("`artisan schedule:work` as a pool with one instance does the same without a timer")


def _name(done: work.Work, command: str) -> str:
    """A name from what is run: ``cron-report``, ``cron-schedule-run``."""
    words: t.Sequence[str] = [shown(one) for one in done.words]
    if not words:
        last = [one.raw for one in shell.parse(done.script or command) if one.raw]
        words = [one.strip("'\"") for one in (last or [["job"]])[-1] if one != "exec" and not ASSIGNMENT.fullmatch(one)]
        words = words or ["job"]
    inner = program_of(unwrap(words).words or words) or words
    program = re.sub(r"\.(?:sh|py|rb|php|pl|js)\Z", "", base_name(inner[0]))
    if program in ("artisan", "manage", "console", "rake", "bin"):
        operands = [one for one in inner[1:] if re.fullmatch(r"[A-Za-z][\w:.-]*", one)]
        program = operands[0] if operands else program
    else:
        operands = [one for one in inner[1:2] if re.fullmatch(r"[A-Za-z][\w-]{1,30}", one)]
        program = "-".join([program, *operands])
    return "cron-" + (re.sub(r"[^A-Za-z0-9_.-]+", "-", program, flags=re.ASCII).strip("-.") or "job")
