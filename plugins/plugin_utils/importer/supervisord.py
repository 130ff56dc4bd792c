# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""supervisord.conf and what it includes, read as supervisor 4 reads it (supervisor/options.py, datatypes.py)."""

from __future__ import annotations

import configparser
import glob
import os
import re
import shlex
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import programs, reading, work
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Draft, Found, Key, Keys
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.pool import min_healthy_time
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.secrets import safe
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    INSTANCE,
    Piece,
    Variable,
    Word,
    joined,
    shown,
)

SECTION = re.compile(
    r"(?im)^\s*\[(?:program:|supervisord\]|supervisorctl\]|include\]|group:|eventlistener:|fcgi-program:|unix_http_server\]|inet_http_server\]|rpcinterface:)"
)
# Keys that no other format has, in a file whose sections are lost.
KEY = re.compile(r"(?im)^\s*(?:autostart|autorestart|numprocs|stopwaitsecs|stdout_logfile|redirect_stderr)\s*[=:]")
EXPANSION = re.compile(r"%\((\w+)\)(0?[0-9]*[dsi])|%%|%")
NUMBER = re.compile(r"%\(process_num\)(0?[0-9]*[dsi])")
QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b", "\"\"\"\"''''")
# Where files lie on the host that they are for, and not in a checkout.
OF_A_HOST = re.compile(r"/(?:etc|usr|opt|srv|var)/")
TRUE = frozenset({"true", "yes", "on", "t", "y", "1"})
FALSE = frozenset({"false", "no", "off", "f", "n", "0", "none", ""})
LONGEST_LIST = 10_000
JOURNAL = "the output is in the journal: journalctl WORKERS_POOL={name}"
# Why a key of a program is not carried.
REASONS = {
    **dict.fromkeys(
        (
            "stdout_logfile",
            "stderr_logfile",
            "redirect_stderr",
            "stdout_logfile_maxbytes",
            "stdout_logfile_backups",
            "stderr_logfile_maxbytes",
            "stderr_logfile_backups",
            "stdout_syslog",
            "stderr_syslog",
            "logfile",
        ),
        JOURNAL,
    ),
    **dict.fromkeys(
        ("stdout_capture_maxbytes", "stderr_capture_maxbytes"), "systemd does not read events in the output"
    ),
    **dict.fromkeys(("stdout_events_enabled", "stderr_events_enabled"), "systemd sends no events for output"),
    "startretries": "a crash loop slows down, and systemd never gives up",
    "serverurl": "there is no supervisord to call",
    "priority": "pools start at the same time; the option after orders them",
    "exitcodes": "a pool restarts a worker whatever its exit status",
    "process_name": "the instances are {name}@1 and so on",
    "stopasgroup": "a stop signals the main process alone, so that its children finish their jobs",
}
# Why a section is not carried, and what to do.
SECTIONS = {
    "eventlistener": "systemd has no event listeners: OnFailure= in unit starts a service when a worker fails",
    "fcgi-program": "a pool shares no socket: write a .socket unit with unit_file, or let PHP-FPM manage its processes",
    "group": "each pool has a target, and the playbooks take several: -e pools=a,b",
    "rpcinterface": "systemctl and the playbooks do what supervisorctl did",
    "unix_http_server": "systemctl and the playbooks do what supervisorctl did",
    "inet_http_server": "systemctl and the playbooks do what supervisorctl did",
    "supervisorctl": "systemctl and the playbooks do what supervisorctl did",
    "supervisord": "systemd takes the place of the daemon",
    "include": "the files are read too",
}


def is_meant(text: str) -> bool:
    return bool(SECTION.search(text) or KEY.search(text))


class _Parser(configparser.RawConfigParser):
    """As supervisor's own; each key has the number of its line in its name, so that none hides another."""

    def __init__(self) -> None:
        super().__init__(inline_comment_prefixes=(";", "#"), strict=False, default_section="\0")
        self.line = 0

    def optionxform(self, optionstr: str) -> str:
        return f"{optionstr.lower()}\0{self.line}"

    def read_lines(self, lines: t.Sequence[str], name: str) -> None:
        self.read_file(self._counted(lines), name)

    def _counted(self, lines: t.Sequence[str]) -> t.Iterator[str]:
        for number, line in enumerate(lines, 1):
            self.line = number
            yield f"{line}\n"


class Section(t.NamedTuple):
    """``[kind:name]``, where it begins, and its keys."""

    kind: str
    name: str
    place: str
    keys: Keys


def read(source: Source, included: t.Optional[t.Sequence[Source]] = None, directory: str = "/srv/app") -> Found:
    """All programs of a file and of what it includes. Raises ``Problems``.

    ``included`` are the files that it includes, when they come from a host. ``directory`` is where the application is
    on the host: a file in a checkout becomes one in it.
    """
    sections, notes = _sections(source)
    found = Found(notes=[*(f"{source.name}: {one}" for one in source.notes), *notes])
    here = os.path.dirname(source.path)
    for file in included or []:
        more, more_notes = _sections(file)
        sections += more
        found.notes += more_notes
    for section in [one for one in sections if one.kind == "include"]:
        for one in section.keys.take_all("files") if included is None else section.keys.take_all("files")[:0]:
            more, more_notes = _included(one, source, here)
            sections += more
            found.notes += more_notes
    daemon = Keys([key for section in sections if section.kind == "supervisord" for key in section.keys.left])
    common = _common(daemon, here or ".")
    of_host = included is not None or OF_A_HOST.match(f"{os.path.abspath(here)}/") is not None
    there = here if of_host else directory
    if there != here and any("%(here)s" in (key.value or "") for section in sections for key in section.keys.left):
        found.notes.append(
            f"%(here)s, the directory of {source.name}, became {directory}: check it, and --directory names another"
        )
    for section in sections:
        if section.kind == "program":
            found.drafts += _programs(section, common, there or ".")
        elif section.kind == "supervisord":
            section.keys.left = [key for key in section.keys.left if key in daemon.left]
    for draft in found.drafts if included is None else []:
        # The directory of the daemon, such as that of an image, is not known here.
        draft.needs_directory = work.names_files(draft.work)
    others = [one for one in sections if one.kind != "program" and (one.kind != "include" or one.keys.left)]
    found.notes += [note for section in others for note in _section_notes(section)]
    return found


def _sections(source: Source) -> t.Tuple[t.List[Section], t.List[str]]:
    parser, lines, notes = _Parser(), list(source.lines), []
    while True:
        try:
            parser.read_lines(lines, source.name)
            break
        except configparser.MissingSectionHeaderError as error:
            # What stands before the first section is nothing to supervisord, which refuses the file.
            text = safe(lines[error.lineno - 1])
            notes.append(f"{source.place(error.lineno)}: before the first section, which supervisord refuses: {text}")
            lines[error.lineno - 1] = "#"
        except configparser.ParsingError as error:
            for number, _text in error.errors:
                notes.append(
                    f"{source.place(number)}: no key with a value, which supervisord refuses: {safe(lines[number - 1])}"
                )
                lines[number - 1] = "#"
        if len(notes) > LONGEST_LIST:
            raise Problems([Problem(source.path or source.name, "text", "a file of supervisord")])
        parser = _Parser()
    starts: t.Dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        header = re.match(r"\[(.+)\]", line)
        if header:
            starts.setdefault(header[1], number)
    return [_section(name, starts.get(name, 1), parser, source) for name in parser.sections()], notes


def _section(name: str, line: int, parser: _Parser, source: Source) -> Section:
    kind, _colon, rest = name.partition(":")
    keys = []
    for option, value in parser.items(name):
        plain, _nul, number = option.partition("\0")
        keys.append(Key(plain, value, source.place(int(number))))
    return Section(kind.strip(), rest.strip(), source.place(line), Keys(keys))


def _included(key: Key, source: Source, here: str) -> t.Tuple[t.List[Section], t.List[str]]:
    """Files that ``[include]`` names. Those that included files name are not read by supervisord."""
    sections: t.List[Section] = []
    notes = [*_follow(key, source, here)]
    for pattern in _patterns(key, here):
        paths = sorted(glob.glob(pattern)) if _is_ours(pattern, here) and source.path else []
        if not paths:
            notes.append(
                f"{key.place} {key.name}={pattern}: not read, for no such file is here: import the files that it means"
            )
        for path in paths:
            if os.path.realpath(path) == os.path.realpath(source.path):
                continue
            more, more_notes = _sections(reading.read(path))
            for one in more:
                if one.kind == "include":
                    notes += [
                        f"{inner.place} {inner.name}: supervisord follows no include of an included file"
                        for inner in one.keys.take_all("files")
                    ]
            sections += more
            notes += more_notes
    return sections, notes


def _patterns(key: Key, here: str) -> t.List[str]:
    expanded = (key.value or "").replace("%(here)s", here)
    return [os.path.join(here, one) for one in expanded.split()]


def _is_ours(pattern: str, here: str) -> bool:
    """Whether a pattern lies below the directory of the file; elsewhere it is a path of another host."""
    top = os.path.abspath(here).rstrip("/")
    return os.path.normpath(pattern).startswith(f"{top}/") or os.path.normpath(os.path.abspath(pattern)).startswith(
        f"{top}/"
    )


def _follow(key: Key, source: Source, here: str) -> t.Iterator[str]:
    """Raises ``Problems`` when a file includes itself, over others or by its name."""
    trail = {os.path.realpath(source.path): source.path} if source.path else {}
    waiting = [(pattern, key, here, dict(trail)) for pattern in _patterns(key, here)]
    seen = 0
    while waiting:
        pattern, at, _directory, above = waiting.pop()
        for path in glob.glob(pattern) if _is_ours(pattern, here) else []:
            real = os.path.realpath(path)
            if real in above and not re.search(r"[*?\[]", pattern):
                hint = "supervisord reads included files once, and follows no include in them."
                raise Problems(
                    [Problem(at.place, f"an include of {path}, which leads back to itself", "no cycle", hint)]
                )
            seen += 1
            if real in above or seen > LONGEST_LIST:
                continue
            inner, _notes = _sections(reading.read(path))
            own = os.path.dirname(path)
            for section in [one for one in inner if one.kind == "include"]:
                for one in [one for one in section.keys.left if one.name == "files"]:
                    waiting += [(each, one, own, {**above, real: path}) for each in _patterns(one, own)]
    return iter(())


class Common(t.NamedTuple):
    """What [supervisord] says for all programs."""

    user: t.Optional[Key]
    umask: t.Optional[Key]
    directory: t.Optional[Key]
    environment: t.List[Key]


def _common(daemon: Keys, here: str) -> Common:
    return Common(daemon.take("user"), daemon.take("umask"), daemon.take("directory"), daemon.take_all("environment"))


def _section_notes(section: Section) -> t.Iterator[str]:
    name = f"[{section.kind}:{section.name}]" if section.name else f"[{section.kind}]"
    why = SECTIONS.get(section.kind, "supervisord does not know this section")
    keys = ", ".join(f"{key.name} (line {key.place.rpartition(':')[2]})" for key in section.keys.left)
    yield f"{section.place} {name} is not carried: {why}" + (f"; its keys: {keys}" if keys else "")


def _programs(section: Section, common: Common, here: str) -> t.List[Draft]:
    """The draft of a program; several when one name of an instance cannot stand for the numbers of its processes."""
    texts = [key.value or "" for key in section.keys.left if key.name in ("command", "environment", "directory")]
    found = [one.replace("i", "d").replace("s", "d") for text in texts for one in NUMBER.findall(text)]
    shapes = sorted(set(found)) or ["d"]
    count = min(_count(section.keys, "numprocs", 1), LONGEST_LIST)
    first = _count(section.keys, "numprocs_start", 0)
    numbers = range(first, first + count)
    if count > 1 and len(shapes) > 1:
        each = [_Numbers(here, section.name, (number,), suffix=f"-{number}") for number in numbers]
    else:
        each = [_Numbers(here, section.name, tuple(numbers) if found else (), shapes[0], count)]
    return [_program(section, Keys(list(section.keys.left)), common, one) for one in each]


def _count(keys: Keys, name: str, default: int) -> int:
    found = [key.value for key in keys.left if key.name == name]
    text = (found or [str(default)])[-1] or ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text.strip()) else default


class _Numbers(t.NamedTuple):
    """The processes of a program. ``numbers`` are those that the command names, in the ``shape`` of a format."""

    here: str
    program: str
    numbers: t.Tuple[int, ...]
    shape: str = "d"
    many: int = 1
    suffix: str = ""


# Large: one line for each key of a program.
def _program(section: Section, keys: Keys, common: Common, numbers: _Numbers) -> Draft:
    draft = Draft(
        section.name + numbers.suffix,
        f"{section.place} [program:{section.name}]",
        work.Work(),
        outside="the environment of supervisord",
    )
    draft.keys = [*keys.left]
    _command(draft, keys, numbers)
    _environment(draft, keys, common, numbers)
    directory = keys.take("directory") or common.directory
    if directory and directory.value:
        draft.directory = shown(_expanded(directory.value, numbers))
        draft.at["working_directory"] = directory.beside
    user = keys.take("user") or common.user
    if user and user.value:
        draft.user, draft.at["user"] = user.value.strip(), user.beside
        if draft.user in ("0", "root"):
            draft.user = ""
            draft.same(user)
    _umask(draft, keys.take("umask") or common.umask)
    _instances(draft, keys, numbers)
    _stop(draft, keys)
    _restart(draft, keys)
    startsecs = keys.take("startsecs")
    if startsecs:
        _startsecs(draft, startsecs)
    for group in keys.take_all("killasgroup", "stopasgroup"):
        if group.name == "killasgroup" or (group.value or "").strip().lower() in FALSE:
            draft.same(group)
        else:
            draft.note(group, REASONS["stopasgroup"])
    _rest(draft, keys)
    software = programs.software_of([shown(one) for one in draft.work.words], {})
    if draft.restart == "no" and not software.is_worker and "instances" not in draft.options:
        draft.kind = "boot"
    return draft


def _command(draft: Draft, keys: Keys, numbers: _Numbers) -> None:
    key = keys.take("command")
    if key is None or not (key.value or "").strip():
        draft.notes.append("it has no command, which supervisord refuses: write one")
        return
    draft.at["command"] = key.beside
    text = re.sub(r"\s*\n\s*", " ", key.value)
    try:
        words = shlex.split(text)
    except ValueError as error:
        draft.notes.append(f"{key.place} command: supervisord cannot take it apart ({error}): check its quotes")
        words = text.split()
    draft.work = work.of_words([_expanded(one, numbers) for one in words])


def _expanded(text: str, numbers: _Numbers) -> Word:
    """A text with what supervisord fills in. ``%(ENV_x)s`` becomes a variable."""
    pieces: t.List[Piece] = []
    position = 0
    for found in EXPANSION.finditer(text):
        pieces.append(text[position : found.start()])
        position = found.end()
        pieces.append(_value(found, numbers))
    return joined([*pieces, text[position:]])


def _value(found: t.Match[str], numbers: _Numbers) -> Piece:
    name, shape = found[1], found[2]
    if name is None:
        return "%"
    if name == "process_num":
        return INSTANCE if len(numbers.numbers) > 1 else f"%{shape}" % (numbers.numbers or (0,))[0]
    if name.startswith("ENV_"):
        return SERVICE_PATH if name == "ENV_PATH" else Variable(name[len("ENV_") :])
    known = {"program_name": numbers.program, "group_name": numbers.program, "here": os.path.abspath(numbers.here)}
    return known.get(name) or (Variable("HOSTNAME") if name == "host_node_name" else found[0])


def _environment(draft: Draft, keys: Keys, common: Common, numbers: _Numbers) -> None:
    for key in [*common.environment, *keys.take_all("environment")]:
        draft.at["environment"] = draft.at["secrets"] = key.beside
        for name, value in _pairs(draft, key):
            draft.environment[name] = _expanded(value, numbers)


def _pairs(draft: Draft, key: Key) -> t.Iterator[t.Tuple[str, str]]:
    """``A="x",B=y``, as dict_of_key_value_pairs() of supervisor reads it."""
    text = (key.value or "").translate(QUOTES)
    if text != key.value:
        draft.notes.append(
            f"{key.place} environment: its typographic quotes were read as quotes, which supervisord does not"
        )
    lexer = shlex.shlex(text)
    lexer.wordchars += "/.+-():"
    try:
        tokens = list(lexer)
    except ValueError as error:
        draft.note(key, f"supervisord cannot take it apart ({error}): write the variables yourself", value=False)
        return
    for index in range(0, len(tokens), 4):
        group = tokens[index : index + 3]
        if len(group) != 3 or group[1] != "=":
            draft.note(
                key, "supervisord refuses the rest of it: quote values with other signs than letters", value=False
            )
            yield from re.findall(r"([A-Za-z_]\w*)=\"?([^\",\s]+)", text.partition(group[0])[2])
            return
        yield group[0], group[2].strip("'\"")


def _umask(draft: Draft, key: t.Optional[Key]) -> None:
    if key is None:
        return
    if not re.fullmatch("[0-7]{1,4}", key.value or ""):
        draft.note(key, "no mask: three octal digits")
    elif key.value.rjust(4, "0") == "0022":
        draft.same(key)
    else:
        draft.service["UMask"] = key.value.rjust(4, "0")
        draft.at["unit"] = key.beside


def _instances(draft: Draft, keys: Keys, numbers: _Numbers) -> None:
    count, first, name = keys.take("numprocs"), keys.take("numprocs_start"), keys.take("process_name")
    autostart = keys.take("autostart")
    many = numbers.many
    at = first if first and numbers.numbers else count
    if len(numbers.numbers) > 1:
        names = [f"%{numbers.shape}" % number for number in numbers.numbers]
        draft.options["instances"] = many if names == [str(number) for number in range(1, many + 1)] else names
    elif many > 1:
        draft.options["instances"] = many
    if "instances" in draft.options and at:
        draft.at["instances"] = at.beside
    for key in (count, first):
        if key and (key is not at or "instances" not in draft.options):
            if re.fullmatch("[0-9]{1,9}", (key.value or "").strip()):
                draft.same(key)
            else:
                draft.note(key, "no number: one instance")
    if name:
        draft.note(name, REASONS["process_name"].format(name=draft.name))
    if autostart and (autostart.value or "").strip().lower() in FALSE:
        draft.put("instances", autostart, 0)
        draft.notes.append(
            f"{autostart.place} autostart={autostart.value}: no instance runs; it had {many}: write this number"
        )
    elif autostart:
        draft.same(autostart)


def _stop(draft: Draft, keys: Keys) -> None:
    wait, signal = keys.take("stopwaitsecs"), keys.take("stopsignal")
    if wait and re.fullmatch(r"[0-9]{1,9}", (wait.value or "").strip()):
        draft.stop, draft.at["stop"] = float(wait.value), wait.beside
    elif wait:
        draft.note(wait, "no number of seconds: a stop waits as long as the preset says")
    if signal:
        draft.stop_signal, draft.at["stop_signal"] = (signal.value or "").strip(), signal.beside


def _restart(draft: Draft, keys: Keys) -> None:
    key, codes = keys.take("autorestart"), keys.take("exitcodes")
    says = (key.value or "").strip().lower() if key else ""
    if key is None:
        draft.notes.append(
            "autorestart is not set, so supervisord left it down after an exit with 0: a pool restarts it"
        )
    elif says in TRUE:
        draft.same(key)
    elif says == "unexpected" or says in FALSE:
        draft.restart = "on-failure" if says == "unexpected" else "no"
        draft.at["restart"] = f"{key.beside}={key.value}"
        draft.at["unit"] = key.beside
        if says in FALSE:
            draft.notes.append(
                f"{key.place} autorestart={key.value}: what runs once and ends is no pool: use a timer, or a unit"
            )
    else:
        draft.note(key, "not true, false or unexpected: a pool restarts it")
    if codes and draft.restart == "on-failure":
        others = [one for one in re.findall(r"[0-9]{1,3}", codes.value or "") if one != "0"]
        draft.service.update({"SuccessExitStatus": " ".join(others)} if others else {})
        draft.notes.append(f"{codes.place} exitcodes={codes.value}: SuccessExitStatus=, and 0 always counts")
    elif codes:
        draft.note(codes, REASONS["exitcodes"])


def _startsecs(draft: Draft, key: Key) -> None:
    text = (key.value or "").strip()
    seconds = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
    if seconds > 3:
        min_healthy_time(draft, seconds)
        draft.at["rollout"] = key.beside
    elif seconds < 0:
        draft.note(key, "no number of seconds: an instance counts as started after 3 s")
    else:
        draft.note(key, "an instance counts as started after 3 s")


def _rest(draft: Draft, keys: Keys) -> None:
    """Everything that was not carried, by its reason, so that each reason stands once."""
    reasons: t.Dict[str, t.List[str]] = {}
    taken = {one.rpartition(" ")[2] for one in draft.at.values()}
    for key in keys.left:
        hint = did_you_mean(key.name, KNOWN)
        why = REASONS.get(key.name, f"supervisord does not know this key. {hint}".strip()).format(name=draft.name)
        if key.name in taken or (key.name in KNOWN and key.name not in REASONS):
            why = "given twice: the last one counts"
        shows = key.name in REASONS and key.name not in ("stdout_logfile", "stderr_logfile", "serverurl")
        value = f"={key.value}" if shows else ""
        reasons.setdefault(why, []).append(f"{key.name}{value} (line {key.place.rpartition(':')[2]})")
    draft.notes += [f"not carried: {', '.join(keys)}: {why}" for why, keys in reasons.items()]


KNOWN = frozenset(
    {"command", "numprocs", "numprocs_start", "process_name", "directory", "umask", "user", "environment", "autostart"}
    | {"autorestart", "startsecs", "stopwaitsecs", "stopsignal", "exitcodes"}
)
