# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ecosystem files and ``dump.pm2`` of PM2 (lib/API/schema.json of pm2).

An ecosystem file is a program, so it has to be run: by node, without a network where the kernel allows it, with an
empty environment and a limit of time. Only a file that the caller names is run. The import of a host has run it there.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

import yaml

from ansible_collections.workers.systemd.plugins.module_utils._core.look import ecosystem
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import calendar
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import programs, work
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Draft, Found, Key, Keys
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.pool import min_healthy_time
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.reading import Source
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import (
    Piece,
    Variable,
    Word,
    joined,
    shown,
    word,
)

LOOKS = re.compile(r"module\.exports\s*=|export\s+default")
FROM_ENVIRONMENT = re.compile("\x01ENV:([^\x01]*)\x01")
# A user may write more into a file, and each takes its time.
MOST_APPS = 300
TOO_DEEP = "values inside too many others"
INTERPRETERS = {
    **dict.fromkeys((".js", ".cjs", ".mjs"), "node"),
    ".py": "python3",
    ".php": "php",
    ".rb": "ruby",
    ".pl": "perl",
    ".sh": "bash",
    ".ts": "bun",
}
# Names that the schema of PM2 has for the same option.
ALIASES = {
    "exec": "script",
    "cwd": "cwd",
    "node_args": "interpreter_args",
    "interpreterArgs": "interpreter_args",
    "exec_interpreter": "interpreter",
    "out": "out_file",
    "output": "out_file",
    "error": "error_file",
    "err": "error_file",
    "log": "log_file",
    "uid": "user",
    "max_memory": "max_memory_restart",
    "cron": "cron_restart",
}
JOURNAL = "the output is in the journal"
CRASHES = "a crash loop slows down by itself, and systemd never gives up"
REASONS = {
    **dict.fromkeys(
        (
            "error_file",
            "out_file",
            "log_file",
            "log_date_format",
            "merge_logs",
            "combine_logs",
            "time",
            "log_type",
            "disable_logs",
            "pid_file",
            "append_env_to_name",
        ),
        JOURNAL,
    ),
    **dict.fromkeys(("max_restarts", "restart_delay", "exp_backoff_restart_delay", "stop_exit_codes"), CRASHES),
    **dict.fromkeys(
        ("pmx", "trace", "vizion", "automation", "instance_var", "increment_var", "treekill", "windowsHide"),
        "it is for PM2 itself",
    ),
    **dict.fromkeys(
        ("version", "namespace", "autostart", "force", "shutdown_with_message", "post_update"), "it is for PM2 itself"
    ),
    "ignore_watch": "workers are restarted by deploys, and not by every change of a file",
    "watch_options": "workers are restarted by deploys, and not by every change of a file",
    "watch_delay": "workers are restarted by deploys, and not by every change of a file",
    "wait_ready": "process.send('ready') is for PM2: Type=notify in unit needs sd_notify: the npm module sd-notify",
    "listen_timeout": "rollout.healthy_deadline limits a start, and is 5 minutes",
    "cron_restart": "write a timer that runs `systemctl restart 'NAME@*'`, or the playbook restart",
    "exec_mode": "each instance is a process of its own: a port that a cluster shared needs a web server before it",
    "source_map_support": "write --enable-source-maps into the command",
    "env_file": "PM2 does not read it either",
}


def is_meant(text: str) -> bool:
    if LOOKS.search(text):
        return True
    return text.lstrip()[:1] in ("[", "{") and any(name in text for name in ('"apps"', '"pm_exec_path"', '"script"'))


def read(source: Source, *, run: bool = True, directory: str = "/srv/app") -> Found:
    """The apps of a file. Raises ``Problems``. Without ``run`` the file is data, and is not run.

    ``directory`` is where the application is on the host: paths of this machine become paths in it.
    """
    found = Found(notes=[f"{source.name}: {one}" for one in source.notes])
    try:
        return _of_data(_data(source, found, directory, run=run), source, found)
    except RecursionError:
        raise _bad(source, TOO_DEEP) from None


def read_answers(source: Source) -> Found:
    """The apps of a file that node of a host has run. The text is JSON: the answers ``plain`` and ``marked``.

    Raises ``Problems``.
    """
    found = Found()
    try:
        answers = json.loads(source.text)
        return _of_data(_of_answers(answers["plain"], answers["marked"], source, found), source, found)
    except RecursionError:
        raise _bad(source, TOO_DEEP) from None


def _of_data(data: t.Any, source: Source, found: Found) -> Found:
    apps, where = _apps(data, source)
    if not _is_dump(apps) and len(apps) > MOST_APPS:
        raise _bad(source, f"{len(apps)} apps")
    if isinstance(data, dict) and "apps" in data:
        others = [str(key) for key in data if key != "apps"]
        found.notes += [f"{source.name} {key} is not carried: {_of_file(key)}" for key in others]
    if _is_dump(apps):
        found.drafts = _of_dump(apps, source)
        return found
    for index, app in enumerate(apps):
        if not isinstance(app, dict):
            found.notes.append(f"{source.name} {where}[{index}] is not carried: it is no app")
            continue
        found.drafts.append(_draft(app, f"{source.name} {where}[{index}]"))
        if "cpus()" in source.text and "instances" in found.drafts[-1].options:
            found.drafts[-1].notes.append(
                "instances counts the processors of this machine: write the number of the host"
            )
    return found


def _merged(plain: t.Any, marked: t.Any) -> t.Any:
    """Values that a variable of the environment is in, with its mark, unless they have a default."""
    if isinstance(plain, dict) and isinstance(marked, dict):
        return {key: _merged(value, marked.get(key)) for key, value in plain.items()}
    if isinstance(plain, list) and isinstance(marked, list) and len(plain) == len(marked):
        return [_merged(one, other) for one, other in zip(plain, marked)]
    if isinstance(marked, str) and FROM_ENVIRONMENT.search(marked):
        return marked if plain is None or (isinstance(plain, str) and "undefined" in plain) else plain
    return plain


def _on_host(value: t.Any, here: str, directory: str, found: Found) -> t.Any:
    """The same with paths of the host for those that the file has made from its own place."""
    if isinstance(value, dict):
        return {key: _on_host(one, here, directory, found) for key, one in value.items()}
    if isinstance(value, list):
        return [_on_host(one, here, directory, found) for one in value]
    if isinstance(value, str) and here not in ("", "/") and (value == here or f"{here}/" in value):
        note = f"paths below {here} became paths below {directory}: check them, and --directory names another"
        found.notes += [note] if note not in found.notes else []
        return value.replace(here, directory)
    return value


def _of_file(key: str) -> str:
    return "deploy the application with a playbook" if key == "deploy" else "only apps are programs"


def _data(source: Source, found: Found, directory: str, *, run: bool) -> t.Any:
    """What is in a file: JSON, YAML, or a program, in whose values marks stand for variables of the environment."""
    try:
        return json.loads(source.text)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_strict(source.text))
    except (ValueError, RecursionError):
        pass
    if source.path.endswith((".yml", ".yaml")):
        try:
            return yaml.safe_load(source.text)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise _bad(source, f"YAML that does not parse ({_first_line(error)})") from None
    if not run:
        raise _bad(source, "no JSON")
    data = _of_answers(_evaluated(source, marked=False), _evaluated(source, marked=True), source, found)
    here = os.path.dirname(os.path.abspath(source.path)) if source.path else ""
    return _on_host(data, _top(data, here), directory, found)


def _top(data: t.Any, here: str) -> str:
    """The directory of the application: that of the file, or one above it that the file has made paths from."""
    above = [here, os.path.dirname(here), os.path.dirname(os.path.dirname(here))]
    # A home directory is no application.
    above = [one for one in above if one.count("/") > 2]
    texts = [text for text in _texts(data) if text.startswith("/")]
    used = [one for one in above if any(os.path.commonpath([text, here]) == one for text in texts)]
    return (used or [here])[-1]


def _texts(data: t.Any) -> t.Iterator[str]:
    if isinstance(data, str):
        yield data
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else []:
        yield from _texts(one)


# PM2 reads JSON as JavaScript (parseConfig() in lib/Common.js): with comments, and names and last commas as there.
JSON_TOKEN = re.compile(
    r"(?P<blank>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>\"(?:[^\"\\\n]|\\.)*\")|(?P<single>'(?:[^'\\\n]|\\.)*')"
    r"|(?P<name>[A-Za-z_$][\w$]*)|(?P<other>-?[0-9][-+.\w]*|[{}\[\]:,])",
    re.DOTALL,
)
LONGEST_BLANK = 80
OF_SINGLE = {"\\'": "'", '"': '\\"'}


def _strict(text: str) -> str:
    """JSON of what JavaScript takes for it. Raises ``ValueError``."""
    found: t.List[str] = []
    position = 0
    while position < len(text):
        token = JSON_TOKEN.match(text, position)
        if token is None:
            raise ValueError(position)
        position = token.end()
        one = token.group()
        if token["single"]:
            one = '"' + re.sub(r"\\.|\"", lambda sign: OF_SINGLE.get(sign.group(), sign.group()), one[1:-1]) + '"'
        elif token["name"] and one not in ("true", "false", "null"):
            # A name without a colon is a value, and json.loads() refuses it.
            one = f'"{one}"' if re.match(r"\s*:", text[position : position + LONGEST_BLANK]) else one
        elif one in ("}", "]") and found[-1:] == [","]:
            found.pop()
        found += [] if token["blank"] else [one]
    return " ".join(found)


def _of_answers(plain: t.Any, marked: t.Any, source: Source, found: Found) -> t.Any:
    found.notes.append(f"{source.name} is a program: node has run it to read it")
    if plain["missing"]:
        modules = ", ".join(plain["missing"])
        found.notes.append(f"{source.name} needs {modules}, which is not installed there: check what comes from it")
    return _merged(plain["data"], marked["data"])


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _bad(source: Source, what: str) -> Problems:
    return Problems([Problem(source.path or source.name, what, "an ecosystem file or dump.pm2 of PM2")])


def _evaluated(source: Source, *, marked: bool) -> t.Dict[str, t.Any]:
    """The answer of node of this machine."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        hint = "Install Node.js, or write `pm2 save` on the host and import ~/.pm2/dump.pm2."
        raise Problems([Problem(source.path or source.name, "JavaScript, and no node", "node, which reads it", hint)])
    with tempfile.TemporaryDirectory() as directory:
        path = source.path
        if not path or not path.endswith((".js", ".cjs", ".mjs")):
            ending = ".mjs" if re.search(r"(?m)^\s*export\s+default", source.text) else ".cjs"
            path = os.path.join(directory, f"ecosystem{ending}")
            Path(path).write_text(source.text, encoding="utf-8")
        answer = Path(directory, "answer")
        argv = ecosystem.command(node, os.path.abspath(path), str(answer), marked=marked)
        return _answer(source, argv, answer)


def _answer(source: Source, argv: t.List[str], answer: Path) -> t.Dict[str, t.Any]:
    """What node has written. The output of the file itself is not read."""
    unshare = shutil.which("unshare")
    offline = [unshare, "--map-root-user", "--net", "--"] if unshare and _may_unshare(unshare) else []
    try:
        subprocess.run(
            [*offline, *argv],
            env={"PATH": os.defpath, "HOME": str(answer.parent)},
            cwd=answer.parent,
            input=ecosystem.PROGRAM.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ecosystem.LONGEST,
            check=False,
        )
        said = json.loads(answer.read_text(encoding="utf-8", errors="replace"))
    except subprocess.TimeoutExpired:
        raise _bad(source, f"a file that runs longer than {ecosystem.LONGEST} s") from None
    except RecursionError:
        raise _bad(source, TOO_DEEP) from None
    except (OSError, ValueError):
        raise _bad(source, "a file that node cannot run") from None
    if "error" in said:
        raise _bad(source, f"a file that node cannot run ({said['error']})")
    return t.cast("t.Dict[str, t.Any]", said)


def _may_unshare(unshare: str) -> bool:
    done = subprocess.run([unshare, "--map-root-user", "--net", "--", "true"], capture_output=True, check=False)
    return done.returncode == 0


def _apps(data: t.Any, source: Source) -> t.Tuple[t.List[t.Any], str]:
    if isinstance(data, dict) and "apps" in data:
        apps = data["apps"]
        return (apps if isinstance(apps, list) else [apps]), "apps"
    if isinstance(data, list):
        return data, "app"
    if isinstance(data, dict) and ("script" in data or "name" in data):
        return [data], "app"
    raise _bad(source, "no apps")


def _is_dump(apps: t.List[t.Any]) -> bool:
    return bool(apps) and all(isinstance(one, dict) and "pm_exec_path" in one for one in apps)


def _of_dump(apps: t.List[t.Dict[str, t.Any]], source: Source) -> t.List[Draft]:
    """One draft for each name: the dump has every process."""
    by_name: t.Dict[str, t.List[t.Tuple[int, t.Dict[str, t.Any]]]] = {}
    for index, app in enumerate(apps):
        by_name.setdefault(str(app.get("name", "app")), []).append((index, app))
    drafts = []
    if len(by_name) > MOST_APPS:
        raise _bad(source, f"{len(by_name)} apps")
    for name, processes in by_name.items():
        index, first = processes[0]
        inside = first.get("env")
        environment: t.Dict[t.Any, t.Any] = inside if isinstance(inside, dict) else {}
        # The dump has the environment of the shell that has called pm2, so only what is not the shell's is carried.
        app = {
            "name": name,
            "script": first["pm_exec_path"],
            "cwd": first.get("pm_cwd"),
            "args": first.get("args"),
            "interpreter": first.get("exec_interpreter"),
            "interpreter_args": first.get("node_args"),
            "instances": len(processes),
            "user": first.get("username") or environment.get("USER"),
            "env": {
                key: value
                for key, value in environment.items()
                if key not in OF_SHELLS and not isinstance(value, (dict, list))
            },
        }
        app.update({key: value for key, value in first.items() if key in CARRIED_OF_DUMP})
        draft = _draft({key: value for key, value in app.items() if value is not None}, f"{source.name} [{index}]")
        running = [one for _index, one in processes if one.get("status", "online") == "online"]
        draft.options["instances"] = len(running)
        others = sorted(set(first) - set(CARRIED_OF_DUMP) - DUMP_IN_USE)
        draft.notes.append(f"not carried: {', '.join(others)}: PM2 keeps them for itself")
        drafts.append(draft)
    return drafts


OF_SHELLS = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "PWD",
        "OLDPWD",
        "TERM",
        "SHLVL",
        "_",
        "LANG",
        "LS_COLORS",
        "MAIL",
        "PM2_HOME",
    }
    | {
        "PM2_USAGE",
        "PM2_JSON_PROCESSING",
        "SSH_CLIENT",
        "SSH_CONNECTION",
        "SSH_TTY",
        "XDG_SESSION_ID",
        "XDG_RUNTIME_DIR",
    }
    | {"DBUS_SESSION_BUS_ADDRESS", "LESSOPEN", "LESSCLOSE", "unique_id", "NODE_APP_INSTANCE", "name", "pm_id", "status"}
    | {
        "XDG_SESSION_TYPE",
        "XDG_SESSION_CLASS",
        "XDG_DATA_DIRS",
        "SUDO_USER",
        "SUDO_UID",
        "SUDO_GID",
        "SUDO_COMMAND",
        "INVOCATION_ID",
    }
)
CARRIED_OF_DUMP = (
    "kill_timeout",
    "max_memory_restart",
    "min_uptime",
    "autorestart",
    "cron_restart",
    "wait_ready",
    "exec_mode",
)
DUMP_IN_USE = frozenset(
    {
        "name",
        "pm_exec_path",
        "pm_cwd",
        "args",
        "exec_interpreter",
        "node_args",
        "username",
        "env",
        "instances",
        "status",
    }
)


def _draft(app: t.Mapping[str, t.Any], place: str) -> Draft:
    keys = Keys([Key(ALIASES.get(str(name), str(name)), value, place) for name, value in app.items()])
    draft = Draft(
        str(app.get("name") or _stem(str(app.get("script", "app")))),
        place,
        work.Work(),
        user=None,
        needs_directory=True,
    )
    draft.outside = "the environment that PM2 was started in"
    draft.keys = [Key(str(name), value, place) for name, value in app.items() if name != "name"]
    keys.take("name")
    cwd = keys.take("cwd")
    if cwd and isinstance(cwd.value, str):
        directory = shown(_text(cwd.value))
        # The home directory is that of the user, who is known later.
        draft.directory = re.sub(r"\A\$\{HOME\}", "~", directory)
        draft.at["working_directory"] = cwd.beside
    user = keys.take("user")
    if user:
        draft.user, draft.at["user"] = str(user.value), user.beside
    draft.work = _work(keys, draft)
    if programs.software_of([shown(one) for one in draft.work.words], {}).tool is None:
        draft.stop_signal, draft.at["stop_signal"], draft.at["unit"] = (
            "INT",
            f"{place} kill_signal",
            "PM2 stops with SIGINT",
        )
    _variables(draft, keys)
    _instances(draft, keys)
    _limits(draft, keys)
    _ends(draft, keys)
    _rest(draft, keys)
    draft.notes = list(dict.fromkeys(draft.notes))
    return draft


def _ends(draft: Draft, keys: Keys) -> None:
    """An app that PM2 does not restart runs once: at the times of ``cron_restart``, or when PM2 starts."""
    software = programs.software_of([shown(one) for one in draft.work.words], {})
    if draft.restart != "no" or software.is_worker or "instances" in draft.options:
        return
    draft.kind = "boot"
    cron = [key for key in keys.left if key.name == "cron_restart" and isinstance(key.value, str)]
    if cron and calendar.is_cron_time(cron[-1].value):
        keys.left.remove(cron[-1])
        draft.kind, draft.events = "timer", calendar.of_cron(cron[-1].value)
        draft.at["events"] = cron[-1].beside
        draft.notes.append(f"{draft.at['restart']}: it ends, and starts at the times of cron_restart: a timer")
    else:
        draft.notes.append(f"{draft.at['restart']}: what runs once and ends is no pool: use a timer, or a unit")


def _stem(path: str) -> str:
    return re.sub(r"\.\w+\Z", "", path.rpartition("/")[2]) or "app"


def _work(keys: Keys, draft: Draft) -> work.Work:
    """A script with a blank is one of a shell: PM2 runs it with ``bash -c`` (verifyConfs() in lib/Common.js)."""
    given = {key.name: key for key in keys.left}
    script, interpreter = given.get("script"), given.get("interpreter")
    if script is None or " " not in str(script.value).strip() or (interpreter and interpreter.value):
        return work.of_words(_command(keys, draft))
    keys.take("script")
    draft.at["command"] = f"{draft.place} script"
    for one in keys.take_all("args"):
        draft.note(one, "PM2 drops it when the script has a blank", value=False)
    return work.of_script(FROM_ENVIRONMENT.sub(r"${\1}", str(script.value)), "/bin/bash")


# PM2 looks into the file: a binary runs by itself, and any other file without an ending with node.
BINARY = re.compile(r"(?:.*/)?target/(?:release|debug)/[^/]+|/(?:usr/(?:local/)?)?s?bin/[^/]+")


def _command(keys: Keys, draft: Draft) -> t.List[Word]:
    script, arguments = keys.take("script"), keys.take("args")
    interpreter, options = keys.take("interpreter"), keys.take("interpreter_args")
    if script is None or not str(script.value or "").strip():
        draft.notes.append("it has no script, which PM2 refuses: write the command")
        return []
    draft.at["command"] = ", ".join(one.name for one in (script, arguments, interpreter, options) if one)
    draft.at["command"] = f"{draft.place} {draft.at['command']}"
    path = str(script.value)
    words = shlex.split(path) if " " in path and _splits(path) else [path]
    by_ending = INTERPRETERS.get(os.path.splitext(words[0])[1], "" if "/" not in words[0] else "node")
    if not os.path.splitext(words[0])[1] and by_ending and not (interpreter and interpreter.value):
        by_ending = "" if BINARY.fullmatch(words[0]) else by_ending
        draft.notes.append(
            f"PM2 runs {words[0]} by itself when it is a binary, and with node when it is not: check which one it is"
        )
    name = str(interpreter.value) if interpreter and interpreter.value else by_ending
    if name == "none" or not name:
        return [_text(one) for one in [*words, *_arguments(arguments)]]
    if interpreter is None and os.path.splitext(words[0])[1] == ".ts":
        draft.notes.append("PM2 runs a .ts file with bun: check the interpreter")
    return [_text(one) for one in [name, *_arguments(options), *words, *_arguments(arguments)]]


def _splits(text: str) -> bool:
    try:
        return bool(shlex.split(text))
    except ValueError:
        return False


def _arguments(key: t.Optional[Key]) -> t.List[str]:
    if key is None or key.value is None:
        return []
    if isinstance(key.value, list):
        return [str(one) for one in key.value]
    return shlex.split(str(key.value)) if _splits(str(key.value)) else str(key.value).split()


def _text(value: t.Any) -> Word:
    """A value, in which marks stand for variables of the environment."""
    text = re.sub(r"\A~(?=/|\Z)", "\x01ENV:HOME\x01", str(value))
    pieces: t.List[Piece] = []
    for index, part in enumerate(FROM_ENVIRONMENT.split(text)):
        pieces.append(Variable(part) if index % 2 else part)
    return joined(pieces)


def _variables(draft: Draft, keys: Keys) -> None:
    key = keys.take("env")
    if key and isinstance(key.value, dict):
        draft.at["environment"] = draft.at["secrets"] = key.beside
        for name, value in key.value.items():
            if isinstance(value, str) and FROM_ENVIRONMENT.search(value):
                draft.environment[str(name)] = _text(value)
            elif isinstance(value, (dict, list)) or value is None:
                draft.notes.append(f"{draft.place} env.{name} is not carried: it is no text")
            else:
                draft.environment[str(name)] = word(str(value).lower() if isinstance(value, bool) else str(value))
    elif key:
        draft.note(key, "it is no mapping", value=False)
    named = [key.name for key in keys.left if key.name.startswith("env_") and key.name != "env_file"]
    for one in keys.take_all(*named):
        inner = ", ".join(map(str, one.value)) if isinstance(one.value, dict) else ""
        draft.notes.append(
            f"{one.place} {one.name} ({inner}) is not carried: PM2 takes it only with --env {one.name[4:]}"
        )


def _instances(draft: Draft, keys: Keys) -> None:
    key = keys.take("instances")
    if key is None:
        return
    text = str(key.value)
    if re.fullmatch("[1-9][0-9]{0,4}", text):
        if text == "1":
            draft.same(key)
        else:
            draft.put("instances", key, int(text))
    else:
        draft.notes.append(f"{key.place} instances={text}: PM2 counts the processors: write the number")


def _limits(draft: Draft, keys: Keys) -> None:
    memory, kill, uptime = keys.take("max_memory_restart"), keys.take("kill_timeout"), keys.take("min_uptime")
    restart, watch, signal = keys.take("autorestart"), keys.take("watch"), keys.take("kill_signal", "stop_signal")
    if memory is not None:
        size = str(memory.value).strip().upper().replace("B", "")
        if re.fullmatch("[0-9]+[KMG]?", size):
            draft.put("limits", memory, {"memory_max": size})
            draft.notes.append(f"{memory.place} max_memory_restart: PM2 restarts above it, systemd kills: leave room")
        else:
            draft.note(memory, "no size")
    seconds = _milliseconds(kill)
    if kill is not None and seconds:
        draft.stop, draft.at["stop"] = seconds, kill.beside
    elif kill is not None:
        draft.note(kill, "no time: a stop waits as long as the preset says")
    seconds = _milliseconds(uptime)
    if uptime is not None and seconds > 3:
        min_healthy_time(draft, seconds)
        draft.at["rollout"] = uptime.beside
    elif uptime is not None:
        draft.note(uptime, "an instance counts as started after 3 s")
    if restart is not None and restart.value in (False, "false"):
        draft.restart, draft.at["restart"], draft.at["unit"] = "no", restart.beside, restart.beside
    elif restart is not None:
        draft.same(restart)
    if watch is not None and watch.value:
        draft.note(watch, "workers are restarted by deploys, and not by every change of a file", value=False)
    elif watch is not None:
        draft.same(watch)
    if signal is not None:
        draft.stop_signal, draft.at["stop_signal"] = str(signal.value), signal.beside


def _milliseconds(key: t.Optional[Key]) -> float:
    """A number of milliseconds, or a text such as ``10s``; 0 for anything else."""
    text = str(key.value) if key else ""
    found = re.fullmatch(r"([0-9]{1,9})(ms|s|m|h)?", text.strip())
    if found is None:
        return 0.0
    return int(found[1]) * {"ms": 0.001, None: 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}[found[2]]


def _rest(draft: Draft, keys: Keys) -> None:
    mode = keys.take("exec_mode")
    if mode and str(mode.value).startswith("fork"):
        draft.same(mode)
    elif mode:
        draft.note(mode, REASONS["exec_mode"])
    reasons: t.Dict[str, t.List[str]] = {}
    for key in keys.left:
        plain = isinstance(key.value, (bool, int, float))
        reasons.setdefault(REASONS.get(key.name, "PM2 does not know this key"), []).append(
            f"{key.name}={str(key.value).lower()}" if plain else key.name
        )
    draft.notes += [f"not carried: {', '.join(names)}: {why}" for why, names in reasons.items()]
