# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command line means: the one program that does the work, and what shells and wrappers do before it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import (
    ASSIGNMENT,
    SHELLS,
    base_name,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import SHELL_SCRIPT
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import shell
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    Piece,
    Variable,
    Word,
    joined,
    shown,
    starts,
)

# More wrappers around each other do not occur.
DEEPEST = 8
# In characters. A user may write a longer one, and taking it apart takes time with the square of its length.
LONGEST_SCRIPT = 8192
# Files whose lines systemd can read too, by their names.
ENVIRONMENT_FILE = re.compile(
    r"(?:.*/)?(?:[\w.-]*\.env(?:\.[\w-]+)?|env|environment|[\w.-]+\.conf)|/etc/(?:default|sysconfig)/.*"
)
LOGIN_FILE = re.compile(
    r"(?:.*/)?(?:\.?(?:bash_profile|bashrc|profile|bash_login|zshrc|zprofile)|bash\.bashrc)|/etc/profile.*"
)
FULL_VERSION = re.compile(r"v?([0-9]+\.[0-9]+\.[0-9]+)")
# Version managers of a home directory, with what a shell runs to get them, and the directory of their programs.
MANAGERS = (
    (re.compile(r"eval\s+\"?(?:\$\(|`)\s*(?:\S*/)?rbenv\s+init.*", re.DOTALL), "/.rbenv/shims"),
    (re.compile(r"eval\s+\"?(?:\$\(|`)\s*(?:\S*/)?pyenv\s+init.*", re.DOTALL), "/.pyenv/shims"),
    (re.compile(r"(?:source|\.)\s+\S*/\.?asdf/?\S*asdf\.sh"), "/.asdf/shims"),
)
# Files of programs, which are there from the working directory on, and those that frameworks have there.
ENDINGS = (".sh", ".py", ".php", ".rb", ".pl", ".js", ".jar", ".mjs", ".ts", ".sql")
IN_DIRECTORY = frozenset({"artisan", "spark", "yii"})
# These begin what has slashes and is no path: the substitutions of sed and perl, and media types behind an option.
SUBSTITUTIONS = frozenset({"s", "y", "tr"})
MEDIA_TYPES = frozenset({"application", "audio", "font", "image", "multipart", "text", "video"})
# Options of flock with a value.
OF_FLOCK = "-w --timeout --wait -E --conflict-exit-code"
# They read the output of what stands before the pipe.
READERS = frozenset({"logger", "tee", "ts", "cronolog", "rotatelogs", "multilog", "svlogd", "systemd-cat"})


@dataclass
class Work:
    """``words`` are the command; when a shell has to stay, ``script`` is what it reads and ``reason`` tells why.

    ``variables``, ``files``, ``directory`` and ``user`` are what was set before the command. ``search`` are directories
    in which the program is looked for first. ``service`` are directives. ``kept_alive``: something else, such as cron,
    starts it again and again and means a worker. ``locks`` are the files that flock locked. Around one that ``shared``
    has, flock stays, and it is not in ``locks``.
    """

    words: t.List[Word] = field(default_factory=list)
    shell: str = "/bin/sh"
    script: str = ""
    reason: str = ""
    directory: Word = ()
    variables: t.Dict[str, Word] = field(default_factory=dict)
    files: t.List[Word] = field(default_factory=list)
    search: t.List[Word] = field(default_factory=list)
    user: str = ""
    service: t.Dict[str, str] = field(default_factory=dict)
    notes: t.List[str] = field(default_factory=list)
    login: bool = False
    locks: t.List[Word] = field(default_factory=list)
    shared: t.Collection[str] = ()
    kept_alive: bool = False
    background: bool = False
    ignores_failure: bool = False
    timeout: str = ""
    slept: str = ""
    depth: int = 0


def of_script(text: str, program: str = "/bin/sh", shared: t.Collection[str] = ()) -> Work:
    """The work of a script that a shell reads. ``shared`` are files that other jobs lock too."""
    work = Work(shell=program, shared=shared)
    _read_script(work, text)
    return work


def of_words(words: t.Sequence[Word]) -> Work:
    """The work of a command line that no shell reads."""
    work = Work()
    _read_words(work, list(words))
    return work


def names_files(work: Work) -> bool:
    """Whether an argument is a relative path, so that the directory matters."""
    if work.words:
        words = list(map(shown, work.words))
        return any(map(_is_relative, words[1:], words))
    return any(map(_is_relative_in, shell.parse(work.script)))


def _is_relative_in(one: shell.Simple) -> bool:
    words = [raw if shell.word_of(raw) is None else shell.text_of(raw) or "" for raw in one.raw]
    targets = [target for operator, target in one.redirections if not operator.startswith("<<")]
    return any(map(_is_relative, words, ["", *words])) or any(_is_relative(target, "") for target in targets)


def _is_relative(word: str, before: str) -> bool:
    """Whether a word is a path from the working directory on. Users write words of any length, so no pattern is used.

    ``before`` is the word before it.
    """
    if word.startswith(("/", "-", "~", "$", "%")) or "://" in word or any(one in word for one in "<>:= \t\n"):
        return False
    first, slash, rest = word.partition("/")
    if word in IN_DIRECTORY or (word.endswith(ENDINGS) and "*" not in word and word not in ENDINGS):
        return True
    if not slash or "*" in first:
        return False
    is_host = "." in first.strip(".") and not first.startswith(".")
    is_substitution = first in SUBSTITUTIONS and rest.count("/") == 2
    is_media_type = first in MEDIA_TYPES and "/" not in rest and before.startswith("-")
    return not (is_host or is_substitution or is_media_type)


def locks_of(work: Work) -> t.List[Word]:
    """The files that flock locks, by their names or as descriptors, also in a script that stays."""
    commands = [] if work.words else shell.parse(work.script)
    named = []
    for one in commands:
        words = [shell.word_of(raw) or (raw,) for raw in one.raw]
        heads = [index for index, word in enumerate(words) if base_name(shown(word)) == "flock"]
        named += _options(words[heads[0] + 1 :], OF_FLOCK)[1][:1] if heads else []
    numbers = {shown(one) for one in named if shown(one).isdecimal()}
    opened = [
        shell.word_of(target) or (target,)
        for one in commands
        for operator, target in one.redirections
        if operator.rstrip("<>|") in numbers
    ]
    found = [one for one in [*named, *opened] if shown(one) not in numbers]
    return [*work.locks, *(below(work.directory, one) for one in found)]


def _read_script(work: Work, text: str) -> None:
    work.depth += 1
    if len(text) > LONGEST_SCRIPT or work.depth > DEEPEST:
        work.script, work.reason, work.words = text, "it is too long to be taken apart", []
        return
    text, guarded = shell.without_guard(shell.without_brackets(text.strip()))
    if guarded:
        work.kept_alive = True
        work.notes.append("the question whether it runs already is not needed: systemd runs each instance once")
    text = shell.without_brackets(text)
    commands = shell.parse(text)
    rest = _after_preparations(work, commands, text)
    behind = text[rest[0].opened :] if rest else ""
    if shell.without_brackets(behind) not in ("", behind.strip()):
        _read_script(work, behind)
        return
    rest = _without_ends(work, rest)
    if not rest:
        _keep(work, text, "a shell has to read it")
    elif len(rest) > 1:
        reason = "it starts several programs at the same time: write one pool for each" if _is_parallel(rest) else ""
        _keep(work, text[rest[0].opened :], reason or "it is more than one command")
    else:
        _read_simple(work, rest[0], text)


def _is_parallel(commands: t.Sequence[shell.Simple]) -> bool:
    return sum(one.after == "&" for one in commands) > 1


def _keep(work: Work, text: str, reason: str) -> None:
    """The shell stays, and ends by becoming the last command where that is possible."""
    work.script, work.reason, work.words = shell.with_exec(text.strip()), reason, []


def _read_simple(work: Work, one: shell.Simple, text: str) -> None:
    work.background = work.background or one.after == "&"
    reads = [target for operator, target in one.redirections if "<" in operator and target != "/dev/null"]
    words = one.words
    inner = text[one.start : one.end].strip()
    if reads or words is None or one.is_compound or not one.head:
        _keep(work, inner, "it reads from a file or a text" if reads else "only a shell can expand it")
        return
    _note_redirections(work, one)
    while words and ASSIGNMENT.fullmatch(one.raw[len(one.raw) - len(words)]):
        _assign(work, words.pop(0))
    _read_words(work, words, inner)


def _note_redirections(work: Work, one: shell.Simple) -> None:
    for operator, target in one.redirections:
        if not re.fullmatch(r"[0-9-]|/dev/null|/proc/1/fd/[12]|/dev/std(?:out|err)", target):
            work.notes.append(f"{operator} {target} is not carried: the output is in the journal")
        elif target == "/dev/null" and "<" not in operator:
            work.notes.append("the output is in the journal, and not in /dev/null")


def _without_ends(work: Work, commands: t.List[shell.Simple]) -> t.List[shell.Simple]:
    """Without what only handles the output or the exit status of the last command."""
    rest = list(commands)
    while len(rest) > 1:
        last, before = rest[-1], rest[-2]
        if last.before == "||" and last.head in ("true", ":"):
            work.ignores_failure = True
        elif last.before == "|" and base_name(last.head) in READERS:
            work.notes.append(f"| {base_name(last.head)} is not carried: the output is in the journal")
        elif last.head == "wait" and before.after == "&":
            before.after = ""
        elif last.head == "disown":
            work.background = True
        else:
            break
        rest.pop()
    return rest


def _after_preparations(work: Work, commands: t.List[shell.Simple], text: str) -> t.List[shell.Simple]:
    """The commands behind those that only prepare the work."""
    index = 0
    while index < len(commands):
        one = commands[index]
        following = commands[index + 1] if index + 1 < len(commands) else None
        quits = one.after == "||" and following is not None and following.head in ("exit", "return")
        if one.before not in shell.ENDS_OF_LISTS or one.is_compound or following is None:
            break
        # What a subshell prepares is for the commands inside of the brackets.
        if one.opened != one.start:
            break
        if one.after not in shell.ENDS_OF_LISTS and not quits:
            break
        if not _prepares(work, one, text[one.start : one.end].strip(), commands[index + 1 :]):
            break
        index += 2 if quits else 1
        if quits and index < len(commands):
            commands[index].before = ";"
    return commands[index:]


def _prepares(work: Work, one: shell.Simple, text: str, following: t.Sequence[shell.Simple]) -> bool:
    """Whether a command only prepares the work; then it is noted."""
    manager = next((place for pattern, place in MANAGERS if pattern.fullmatch(text)), "")
    if manager:
        work.search.insert(0, joined([Variable("HOME"), manager]))
        return True
    words = one.words
    if words is None or any(target != "/dev/null" and target not in "12" for _operator, target in one.redirections):
        return False
    if not one.head:
        for given in words:
            _assign(work, given)
        return True
    handler = PREPARATIONS.get(one.head)
    return bool(handler and handler(work, words[1:], following))


def _assign(work: Work, given: Word) -> None:
    name, _equals, value = starts(given).partition("=")
    work.variables[name] = joined([value, *given[1:]])


def _cd(work: Work, words: t.List[Word], _following: t.Sequence[shell.Simple]) -> bool:
    words = [one for one in words if shown(one) not in ("--", "-P", "-L")]
    if len(words) != 1 or shown(words[0]) == "-":
        return False
    work.directory = below(work.directory, words[0])
    return True


def below(directory: Word, path: Word) -> Word:
    """A path as it is from within a directory."""
    first = path[0] if path else ""
    if not directory or isinstance(first, Variable) or str(first).startswith("/"):
        return path
    return joined([*directory, "/", *path]) if shown(path) not in (".", "./", "") else directory


def _export(work: Work, words: t.List[Word], _following: t.Sequence[shell.Simple]) -> bool:
    if any(starts(one).startswith("-") for one in words):
        return False
    for given in words:
        if "=" in starts(given):
            _assign(work, given)
    return True


def _source(work: Work, words: t.List[Word], following: t.Sequence[shell.Simple]) -> bool:
    if len(words) != 1:
        return False
    path = below(work.directory, words[0])
    text = shown(path)
    if text.endswith("/bin/activate"):
        work.search.insert(0, joined([*path[:-1], str(path[-1])[: -len("/activate")]]))
    elif text.endswith(("/.nvm/nvm.sh", "/nvm/nvm.sh")):
        uses = [one.raw[2] for one in following if one.raw[:2] == ["nvm", "use"] and len(one.raw) > 2]
        return any(FULL_VERSION.fullmatch(one) for one in uses)
    elif text.endswith("/scripts/rvm"):
        return any(one.raw[:2] == ["rvm", "use"] for one in following)
    elif LOGIN_FILE.fullmatch(text):
        work.notes.append(f"{text} is not read: write what the worker needs of it into environment")
    elif ENVIRONMENT_FILE.fullmatch(text):
        work.files.append(path)
    else:
        return False
    return True


def _use(work: Work, words: t.List[Word], manager: str) -> bool:
    version = shown(words[1]) if len(words) > 1 and shown(words[0]) == "use" else ""
    full = FULL_VERSION.fullmatch(version.replace("ruby-", "", 1))
    if manager == "nvm" and full:
        work.search.insert(0, joined([Variable("HOME"), f"/.nvm/versions/node/v{full[1]}/bin"]))
        return True
    if manager == "rvm" and version and not version.startswith("$"):
        ruby = version if not full else f"ruby-{full[1]}"
        work.search.insert(0, joined([Variable("HOME"), f"/.rvm/wrappers/{ruby}"]))
        return True
    return False


def _umask(work: Work, words: t.List[Word], _following: t.Sequence[shell.Simple]) -> bool:
    mask = shown(words[0]) if len(words) == 1 else ""
    if not re.fullmatch("[0-7]{1,4}", mask):
        return False
    work.service["UMask"] = mask.rjust(4, "0")
    return True


def _ulimit(work: Work, words: t.List[Word], _following: t.Sequence[shell.Simple]) -> bool:
    texts = [shown(one) for one in words]
    limits = {"-n": "LimitNOFILE", "-u": "LimitNPROC", "-c": "LimitCORE"}
    value = texts[1].replace("unlimited", "infinity") if len(texts) == 2 and texts[0] in limits else ""
    if not re.fullmatch("[0-9]+|infinity", value):
        return False
    work.service[limits[texts[0]]] = value
    return True


def _sleep(work: Work, words: t.List[Word], _following: t.Sequence[shell.Simple]) -> bool:
    work.slept = " ".join(map(shown, words))
    return bool(re.fullmatch(r"[0-9]{1,5}[smh]?", work.slept))


def _nothing(_work: Work, _words: t.List[Word], _following: t.Sequence[shell.Simple]) -> bool:
    return True


Preparation = t.Callable[[Work, t.List[Word], t.Sequence[shell.Simple]], bool]
PREPARATIONS: t.Mapping[str, Preparation] = {
    "cd": _cd,
    "pushd": _cd,
    "export": _export,
    "source": _source,
    ".": _source,
    "umask": _umask,
    "ulimit": _ulimit,
    "sleep": _sleep,
    "set": _nothing,
    "true": _nothing,
    ":": _nothing,
    "shopt": _nothing,
    "rvm": lambda work, words, _following: _use(work, words, "rvm"),
    "nvm": lambda work, words, _following: _use(work, words, "nvm"),
}


def _read_words(work: Work, words: t.List[Word], inner: str = "") -> None:
    """Takes off wrappers until the program is there that does the work. ``inner`` is what a shell would read."""
    while words and work.depth < DEEPEST:
        work.depth += 1
        first = shown(words[0])
        # bin/env of an application is a program of its own.
        program = base_name(first) if first.startswith("/") or "/" not in first else ""
        script = _script_of(words) if program in SHELLS else None
        if script is not None:
            options = [shown(one) for one in words[1:] if shown(one).startswith("-")]
            work.login = work.login or any(set(one) & set("li") for one in options if not one.startswith("--"))
            work.shell = first if first.startswith("/") else f"/bin/{program}"
            _read_script(work, script)
            return
        handler = WRAPPERS.get(program)
        taken = handler(work, words[1:]) if handler else None
        if isinstance(taken, str):
            work.shell = "/bin/sh"
            _read_script(work, taken)
            return
        if not taken:
            break
        words, inner = taken, ""
    work.words = words
    work.script = inner if work.login else ""


def _script_of(words: t.Sequence[Word]) -> t.Optional[str]:
    """The script that ``-c`` gives to a shell, with its variables as they were written."""
    for index, one in enumerate(words[1:-1], 1):
        if SHELL_SCRIPT.fullmatch(shown(one)):
            return "".join(map(_for_shell, words[index + 1]))
        if not shown(one).startswith("-"):
            break
    return None


def _for_shell(piece: Piece) -> str:
    """A part of a script, with the default of a variable that something else would have filled in."""
    if isinstance(piece, Variable) and piece.default is not None:
        return f"${{{piece.name}:-{piece.default}}}"
    return shown((piece,))


Taken = t.Union[t.List[Word], str, None]


def _options(words: t.List[Word], valued: str) -> t.Tuple[t.Dict[str, str], t.List[Word]]:
    """Options before the first operand, with their values, and what follows them."""
    found: t.Dict[str, str] = {}
    index = 0
    while index < len(words) and shown(words[index]).startswith("-"):
        text = shown(words[index])
        index += 1
        if text == "--":
            break
        name, equals, value = text.partition("=")
        if not equals and name in valued.split() and index < len(words):
            value = shown(words[index])
            index += 1
        found[name] = value
    return found, words[index:]


def _drop(work: Work, words: t.List[Word]) -> Taken:
    return _options(words, "")[1]


def _exec(work: Work, words: t.List[Word]) -> Taken:
    """``exec -a NAME program``: the name is only what ``ps`` shows."""
    options, rest = _options(words, "-a")
    if "-a" in options:
        work.notes.append(f"exec -a {options['-a']} is not carried: it is only the name that ps shows")
    return rest


def _nohup(work: Work, words: t.List[Word]) -> Taken:
    work.notes.append("nohup and setsid are not needed: no terminal ends the worker")
    return _options(words, "")[1]


def _nice(work: Work, words: t.List[Word]) -> Taken:
    options, rest = _options(words, "-n --adjustment")
    short = [one[1:] for one in options if re.fullmatch(r"-[0-9]+", one)]
    work.service["Nice"] = options.get("-n") or options.get("--adjustment") or (short or ["10"])[0]
    return rest


def _ionice(work: Work, words: t.List[Word]) -> Taken:
    options, rest = _options(words, "-c -n --class --classdata")
    classes = {"1": "realtime", "2": "best-effort", "3": "idle"}
    for name, value in options.items():
        if name.startswith(("-c", "--class")) and not name.startswith("--classdata"):
            work.service["IOSchedulingClass"] = classes.get(value or name[2:], value or name[2:])
        elif name.startswith(("-n", "--classdata")):
            work.service["IOSchedulingPriority"] = value or name[2:]
    return rest


def _sudo(work: Work, words: t.List[Word]) -> Taken:
    options, rest = _options(words, "-u --user -g --group -D --chdir -p -C -h -r -t -T -U")
    user = options.get("-u") or options.get("--user")
    if not user:
        return None
    work.user = user
    while rest and ASSIGNMENT.fullmatch(shown(rest[0])):
        _assign(work, rest.pop(0))
    return rest


def _su(work: Work, words: t.List[Word]) -> Taken:
    """``su - app -c 'script'``, ``su -c script app``, ``runuser -u app -- program``."""
    texts = [shown(one) for one in words]
    if "-u" in texts[:-1]:
        work.user = texts[texts.index("-u") + 1]
        rest = words[texts.index("-u") + 2 :]
        return rest[1:] if rest and shown(rest[0]) == "--" else rest
    scripts = [index + 1 for index, one in enumerate(texts[:-1]) if one in ("-c", "--command")]
    if not scripts:
        return None
    skipped = {scripts[0], *(index + 1 for index, one in enumerate(texts) if one in ("-s", "--shell", "-g", "-G"))}
    users = [one for index, one in enumerate(texts) if index not in skipped and not one.startswith("-")]
    work.login = work.login or bool({"-", "-l", "--login"} & set(texts))
    work.user = users[0] if users else "root"
    return texts[scripts[0]]


def _as_user(work: Work, words: t.List[Word]) -> Taken:
    if len(words) < 2:
        return None
    work.user = shown(words[0]).partition(":")[0]
    return words[1:]


def _env(work: Work, words: t.List[Word]) -> Taken:
    options, rest = _options(words, "-u --unset")
    if set(options) - {"-i", "-", "--ignore-environment"}:
        return None
    while rest and ASSIGNMENT.fullmatch(shown(rest[0])):
        _assign(work, rest.pop(0))
    return rest


def _flock(work: Work, words: t.List[Word]) -> Taken:
    options, rest = _options(words, OF_FLOCK)
    if not rest or "-u" in options:
        return None
    path, rest = below(work.directory, rest[0]), rest[1:]
    lock = shown(path)
    if lock in work.shared:
        work.notes.append(f"flock of {lock} stays: other jobs lock the same file, so that only one of them runs")
        return None
    work.locks.append(path)
    work.notes.append(f"flock of {lock} is not needed: systemd runs each instance once")
    if len(rest) > 1 and shown(rest[0]) in ("-c", "--command"):
        return shown(rest[1])
    return rest


def _timeout(work: Work, words: t.List[Word]) -> Taken:
    _options_given, rest = _options(words, "-k -s --kill-after --signal")
    if len(rest) < 2:
        return None
    work.timeout = shown(rest[0])
    return rest[1:]


def _screen(work: Work, words: t.List[Word]) -> Taken:
    options, rest = _options(words, "-S -dmS -DmS -c -e -h -p -s -t -T")
    if not any("m" in one for one in options if one.startswith(("-d", "-D", "-m"))) or not rest:
        return None
    work.kept_alive = True
    work.notes.append("screen is not needed: `journalctl` shows the output")
    return rest


def _tmux(work: Work, words: t.List[Word]) -> Taken:
    if not words or shown(words[0]) not in ("new", "new-session"):
        return None
    _given, rest = _options(words[1:], "-s -n -c -x -y -t -F -e")
    if not rest:
        return None
    work.kept_alive = True
    work.notes.append("tmux is not needed: `journalctl` shows the output")
    return shown(rest[0]) if len(rest) == 1 else rest


WRAPPERS: t.Mapping[str, t.Callable[[Work, t.List[Word]], Taken]] = {
    "exec": _exec,
    "command": _drop,
    "time": _drop,
    "chronic": _drop,
    "cronic": _drop,
    "nohup": _nohup,
    "setsid": _nohup,
    "nice": _nice,
    "ionice": _ionice,
    "sudo": _sudo,
    "su": _su,
    "runuser": _su,
    "gosu": _as_user,
    "su-exec": _as_user,
    "setuidgid": _as_user,
    "env": _env,
    "flock": _flock,
    "timeout": _timeout,
    "screen": _screen,
    "tmux": _tmux,
}
