# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of a draft as systemd can start it: absolute paths, variables, and secrets taken out."""

from __future__ import annotations

import os
import re
import shlex
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.leaks import URL_WITH_PASSWORD
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import NAME
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import RESERVED_VARIABLES
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import programs, shell
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults, Draft
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import (
    is_secret_value,
    is_secret_variable,
    of_programs,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    MARKS,
    TEMPLATE,
    Specifier,
    Variable,
    Word,
    as_text,
    filled,
    joined,
    literal,
    names,
    shown,
    word,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.work import below
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.yaml_text import Template

# Options whose value is a URL, and the variables that say it in a word.
URL_OPTIONS = {"-b": "BROKER_URL", "--broker": "BROKER_URL", "-u": "REDIS_URL", "--url": "REDIS_URL"}
LONGEST_NAME = 200
# URLs of services that ask for a password, which is in the URL then.
WITH_PASSWORD = re.compile(
    r"(?:.*_)?(?:DATABASE|DB|REDIS|BROKER|AMQP|RABBITMQ|CLOUDAMQP|MONGO(?:DB)?|POSTGRES|MYSQL|SENTRY)_?(?:URL|URI|DSN)",
    re.IGNORECASE,
)
# Options that are for a process in the background.
DETACHED = re.compile(r"--(?:pidfile|logfile)(?:=|$)")
# The output of a script in the place of a word.
SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
SET_BY_SYSTEMD = frozenset({"HOME", "USER", "LOGNAME", "SHELL", "PATH", "MAINPID", "PWD", "WORKERS_INSTANCE"})


@dataclass
class Resolved:
    """``environment`` are variables with their values, ``secrets`` those that are not to be shown.

    ``templates`` are those that something outside of the input sets, ``templates_of_secrets`` the secret ones.
    ``used`` are variables that a shell fills into the command.
    """

    words: t.List[Word]
    user: str
    software: programs.Software
    directory: str = ""
    environment: t.Dict[str, str] = field(default_factory=dict)
    secrets: t.Dict[str, str] = field(default_factory=dict)
    files: t.List[str] = field(default_factory=list)
    templates: t.Dict[str, Template] = field(default_factory=dict)
    templates_of_secrets: t.Dict[str, Template] = field(default_factory=dict)
    used: t.List[str] = field(default_factory=list)
    notes: t.List[str] = field(default_factory=list)

    @property
    def paths(self) -> t.List[str]:
        """Absolute paths that the command needs."""
        found = [re.sub(r"^-[^=]*=", "", as_text(one)) for one in self.words]
        return [one for one in [*found, self.directory] if one.startswith("/")]


def resolved(draft: Draft, defaults: Defaults) -> Resolved:
    """The command of a draft, with everything that it needs."""
    work = draft.work
    user = draft.user or work.user or (defaults.user if draft.user is None else "")
    found = Resolved([], user, programs.software_of([], {}))
    if draft.user and work.user not in ("", draft.user):
        # Only root may become another user: a user could name root in a crontab of their own.
        found.notes.append(
            f"it became {work.user} by itself, which is not carried: check whether {draft.user} may do that"
        )
    if draft.user is None and not work.user:
        found.notes.append(f"no user is named: {user} is a guess, and --user names another")
    known = {"HOME": programs.home_of(user or "root"), "USER": user or "root", "LOGNAME": user or "root"}
    prefix = _environment(draft, known, found)
    _directory(draft, defaults, known, found)
    search = _search(draft, known)
    found.words = [*prefix, *_words(draft, known, search, found)]
    _without_secrets(found)
    found.files = [as_text(filled(one, known)) for one in work.files] + [
        as_text(word(one)) for one in draft.environment_files
    ]
    found.files = _usable_files(found)
    _missing(draft, known, found)
    found.software = programs.software_of([as_text(one) for one in found.words], found.environment)
    return found


def _environment(draft: Draft, known: t.Dict[str, str], found: Resolved) -> t.List[Word]:
    """Sorts variables. Those with the name of the instance go before the command, where systemd fills it in."""
    prefix: t.List[Word] = []
    known.setdefault("PATH", SERVICE_PATH)
    for name, value in {**draft.environment, **draft.work.variables}.items():
        text = filled(value, known)
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            found.notes.append(
                f"the variable {name[:LONGEST_NAME]!r} is not carried: a name has letters, digits and '_'"
            )
        elif RESERVED_VARIABLES.fullmatch(name):
            # Such as those that systemd set for the service of the old manager.
            found.notes.append(f"the variable {name} is not carried: systemd or this collection sets it")
        elif any(MARKS.search(piece) for piece in text if isinstance(piece, str)):
            prefix.append(joined([f"{name}=", *text]))
        elif literal(text) is None:
            _from_outside(draft, name, text, found)
        else:
            plain = literal(text) or ""
            known[name] = plain
            (found.secrets if is_secret_variable(name, plain) else found.environment)[name] = plain
    return [word("/usr/bin/env"), *prefix] if prefix else []


def _from_outside(draft: Draft, name: str, text: Word, found: Resolved) -> None:
    """A variable whose value something outside of the input knows, such as the shell that started the old manager."""
    if any(len(one) > LONGEST_NAME for one in (name, *names([text]))):
        found.notes.append(f"the variable {name[:LONGEST_NAME]!r} is not carried: its name is too long")
        return
    plain = "".join(piece for piece in text if isinstance(piece, str))
    if not draft.outside or TEMPLATE.search(plain):
        found.environment[name] = shown(text)
        found.notes.append(f"the value of {name} has a variable, which systemd does not fill in: write the text")
        return
    used = [name, *names([text])]
    is_secret_one = any(is_secret_variable(one, "unknown") or WITH_PASSWORD.fullmatch(one) for one in used)
    pieces = [piece if isinstance(piece, str) else _of_ansible(piece, is_secret_one) for piece in text]
    found.notes += [
        f"{piece.name} comes from {draft.outside}: give {_of_ansible(piece, is_secret_one)[3:-3]} its value"
        for piece in text
        if isinstance(piece, Variable)
    ]
    (found.templates_of_secrets if is_secret_one else found.templates)[name] = Template("".join(pieces))


def _of_ansible(piece: t.Union[Variable, Specifier], secret: bool) -> str:
    name = piece.name if isinstance(piece, Variable) else piece.letter
    return f"{{{{ {'vault' if secret else 'worker'}_{name.lower()} }}}}"


def _directory(draft: Draft, defaults: Defaults, known: t.Mapping[str, str], found: Resolved) -> None:
    base = word(draft.directory)
    if draft.directory.startswith("~"):
        base = joined([Variable("HOME"), draft.directory[1:]])
    path = filled(below(base, draft.work.directory), known)
    text = as_text(path)
    if not text and _is_relative(draft):
        text = draft.fallback or defaults.directory
        if text == "~":
            text = known["HOME"]
        found.notes.append(
            f"no directory is named: {text} is a guess" + ("" if draft.fallback else ", and --directory names another")
        )
    if text and not text.startswith(("/", "$")):
        start = draft.fallback or defaults.directory
        start = known["HOME"] if start == "~" else start
        found.notes.append(f"the directory {text} is relative: {start} before it is a guess")
        text = f"{start.rstrip('/')}/{text}"
    if "$" in text:
        found.notes.append(f"the directory {text} has a variable, which systemd does not fill in: write the path")
        text = text if text.startswith("/") else f"/{text}"
    found.directory = os.path.normpath(text).replace("//", "/") if text else ""
    if ".." in text.split("/"):
        found.notes.append(
            f"the directory {text} became {found.directory}, because systemd refuses `..`: when what stands before it "
            "is a link, such as current of Capistrano, write the path that it leads to"
        )


def _is_relative(draft: Draft) -> bool:
    """Whether the command can only be found from a directory."""
    first = shown(draft.work.words[0]) if draft.work.words else ""
    return draft.needs_directory or ("/" in first and not first.startswith(("/", "$")))


def _search(draft: Draft, known: t.Mapping[str, str]) -> t.List[str]:
    first = [as_text(filled(one, known)) for one in draft.work.search]
    path = known["PATH"] if known["PATH"] != SERVICE_PATH else ""
    return [*first, *filter(None, path.split(":"))] if path or first else []


def _words(draft: Draft, known: t.Mapping[str, str], search: t.Sequence[str], found: Resolved) -> t.List[Word]:
    work = draft.work
    if work.script and not work.words:
        found.notes.append(f"{work.shell} stays around the command: {work.reason}")
        found.used = shell.reads(work.script)
        return [word(work.shell), word("-lc" if work.login else "-c"), word(work.script)]
    if not work.words:
        return []
    only_home = {name: known[name] for name in ("HOME", "USER", "LOGNAME")}
    program = filled(work.words[0], known)
    words = _in_foreground([filled(one, only_home) for one in work.words], found)
    name = literal(program)
    if name is None:
        found.used = names(words)
        found.notes.append(
            "/bin/sh stays around the command: systemd does not fill variables into the path of a program"
        )
        return [word("/bin/sh"), word("-c"), word("exec " + " ".join(map(_for_shell, words)))]
    if work.login and "/" not in name and not draft.work.search:
        found.notes.append(
            f"{work.shell} -l stays around the command: only the host knows where {name} is. When "
            f"`command -v {name}` of {found.user or 'root'} has shown its path, write this path and drop the shell"
        )
        script = work.script or " ".join(map(_for_shell, work.words))
        found.used = shell.reads(script)
        return [word(work.shell), word("-lc"), word(shell.with_exec(script))]
    path, check = programs.path_of(name, search, found.directory)
    if check:
        found.notes.append(f"check {path}: {check}")
    return [word(path), *words[1:]]


def _for_shell(one: Word) -> str:
    """A word for a shell, which fills in the variables."""
    if len(one) == 1 and isinstance(one[0], Variable) and one[0].split:
        return f"${one[0].name}"
    return "".join(
        f'"${{{piece.name}}}"' if isinstance(piece, Variable) else shlex.quote(shown((piece,))) for piece in one
    )


def _in_foreground(words: t.List[Word], found: Resolved) -> t.List[Word]:
    """``celery multi start`` goes into the background, where systemd does not see it: ``celery worker`` does not."""
    texts = [shown(one) for one in words]
    if "multi" not in texts[1:] or "celery" not in texts[0].lower():
        return words
    index = texts.index("multi")
    if texts[index + 1 : index + 2] not in (["start"], ["restart"]):
        return words
    nodes = [] if texts[index + 2 : index + 3] == [] or texts[index + 2].startswith("-") else [words[index + 2]]
    rest = [*words[1:index], *words[index + 2 + len(nodes) :]]
    dropped = [one for one in rest if DETACHED.match(shown(one))]
    rest = [one for one in rest if one not in dropped]
    app = _app_of_celery(rest)
    rest = [one for one in rest if one not in app]
    for variable in [variable for variable in names(dropped) if variable not in names(rest)]:
        found.environment.pop(variable, None)
    found.notes.append("celery multi goes into the background: `celery worker` does the same work under systemd")
    found.notes += [
        f"{shown(one)} is not carried: systemd knows the process, and the journal has the output" for one in dropped
    ]
    return [words[0], *app, word("worker"), *map(_node, nodes), *rest]


def _app_of_celery(words: t.Sequence[Word]) -> t.List[Word]:
    """The words that name the application, which stand before the command from Celery 5 on."""
    for position, one in enumerate(words):
        if shown(one) in ("-A", "--app"):
            return list(words[position : position + 2])
        if shown(one).startswith("--app="):
            return [one]
    return []


def _node(one: Word) -> Word:
    pieces = (piece._replace(split=False) if isinstance(piece, Variable) else piece for piece in one)
    return joined(["--hostname=", *pieces, "@%h"])


def _without_secrets(found: Resolved) -> None:
    """Secrets of the command line become variables: the unit is readable by every user."""
    of_their_own = ["", *of_programs([as_text(one) for one in found.words])]
    for index, one in enumerate(found.words):
        before = shown(found.words[index - 1]) if index else ""
        text = literal(one)
        if text is None:
            continue
        if index > 1 and shown(found.words[index - 1]) in ("-c", "-lc") and " " in text:
            found.words[index] = word(_script_without_secrets(text, found))
            continue
        of_its_own = of_their_own[index]
        if of_its_own:
            name = _take(found, "--password", of_its_own)
            found.words[index] = joined([text[: len(text) - len(of_its_own)], Variable(name)])
            found.notes.append(f"`ps` shows {before or name} to every user: use a file of the program for the password")
            continue
        option, equals, value = text.partition("=")
        if not equals or not re.match(r"-|[A-Za-z_]\w*\Z", option):
            option, value = before, text
        if not option.startswith("-") and is_secret_value(value) and not equals:
            # The word before it, such as a program, does not name it.
            option = ""
        if index and _is_secret_argument(option, value):
            name = _take(found, option, value)
            found.words[index] = joined([text[: len(text) - len(value)], Variable(name)])
            found.notes.append(
                f"`ps` shows {option or name} to every user: let the worker read {name} from its environment"
            )


def _is_secret_argument(option: str, value: str) -> bool:
    name = option.lstrip("-").replace("-", "_")
    # One letter behind one dash means something else in each program.
    by_name = not re.fullmatch("-.?", option)
    return bool(value) and (
        (by_name and is_secret_variable(name, value) and not value.startswith("-")) or is_secret_value(value)
    )


def _take(found: Resolved, option: str, value: str) -> str:
    name = URL_OPTIONS.get(option) or re.sub(r"\W", "_", option.lstrip("-"), flags=re.ASCII).upper()
    if not NAME.fullmatch(name) or len(name) == 1 or len(name) > LONGEST_NAME:
        name = "URL" if URL_WITH_PASSWORD.search(value) else "SECRET"
    while found.secrets.get(name, value) != value or name in found.environment:
        name += "_"
    found.secrets[name] = value
    return name


def _script_without_secrets(text: str, found: Resolved) -> str:
    """The script with variables, which the shell fills in, for its secrets."""
    instead: t.List[t.Tuple[int, str, str]] = []
    for one in shell.parse(text):
        plain = [shell.text_of(raw) or "" for raw in one.raw]
        of_their_own = ["", *of_programs(plain)]
        for place, raw, before, word_, own in zip(one.places, one.raw, ["", *plain], plain, of_their_own):
            new = _word_without_secret(before, word_, own, found)
            if not new and shell.word_of(raw) is None:
                new = SUBSTITUTION.sub(lambda inner: f"$({_script_without_secrets(inner[1], found)})", raw)
            instead += [(place, raw, new)] if new else []
    for place, raw, new in reversed(instead):
        text = f"{text[:place]}{new}{text[place + len(raw) :]}"
    return text


def _word_without_secret(before: str, text: str, of_its_own: str, found: Resolved) -> str:
    """A word of a script; empty when no secret is in it. ``before`` is the word before it."""
    if of_its_own:
        kept, value, option = text[: len(text) - len(of_its_own)], of_its_own, "--password"
    elif before in ("-c", "-lc") and " " in text:
        inner = _script_without_secrets(text, found)
        return shlex.quote(inner) if inner != text else ""
    else:
        option, equals, value = text.partition("=")
        kept = f"{option}{equals}"
        if not equals:
            option, value, kept = before if before.startswith("-") else "", text, ""
        if not _is_secret_argument(option, value):
            return ""
    return f'{kept}"${{{_take(found, option, value)}}}"'


def _usable_files(found: Resolved) -> t.List[str]:
    kept = []
    for one in dict.fromkeys(found.files):
        plain = one[1:] if one.startswith("-") else one
        if plain.startswith("/") and "$" not in plain:
            kept.append(one)
            found.notes.append(
                f"systemd reads {plain} as root, as NAME=value lines: the deploy refuses it when a user can replace it"
            )
        elif plain and found.directory.startswith("/") and "$" not in plain:
            kept.append(f"{found.directory.rstrip('/')}/{plain}")
            found.notes.append(f"the environment file {plain} is relative: {found.directory} before it is a guess")
        else:
            found.notes.append(f"the environment file {plain} is not carried: write its path, or its variables")
    return kept


def _missing(draft: Draft, known: t.Mapping[str, str], found: Resolved) -> None:
    """Variables of the command that nothing in the input sets."""
    used = [name for name in [*names(found.words), *found.used] if name not in SET_BY_SYSTEMD and name not in known]
    there = {**found.secrets, **found.templates, **found.templates_of_secrets}
    missing = [name for name in used if name not in there]
    for name in dict.fromkeys(missing) if draft.outside and not found.files else []:
        _from_outside(draft, name, (Variable(name),), found)
    if missing and found.files:
        found.notes.append(f"{', '.join(missing)} must be in {', '.join(found.files)}")
    elif missing and not draft.outside:
        found.notes.append(f"{', '.join(missing)} is not set in the input: the command gets an empty text")
