# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps in command lines: shell syntax without a shell, and a shell between systemd and the worker."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import is_secret
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen, is_of_one_instance
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import ERROR, WARNING, Caught, trap
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.command import Command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import NO_LOGIN_PATH
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.queue_tools import Tool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import SHELLS
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import Stays, unwrap
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT

EXEC_KEYS = ("ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost")
SHELL_WORD = re.compile(r"\||\|\||&&?|[0-9]?>{1,2}(?:&[0-9])?|<|[0-9]?>&[0-9]|[0-9]?>{1,2}/\S*")
# A dollar that is not doubled, and stands for itself or for a variable.
DOLLAR = r"(?<!\$)(?:\$\$)*\$"
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
VARIABLE = re.compile(rf"{DOLLAR}(?:\{{{NAME}\}}|{NAME})")
BRACED = re.compile(rf"{DOLLAR}\{{({NAME})\}}")
WHOLE_WORD = re.compile(rf"\$({NAME})")
SUBSTITUTION = re.compile(rf"{DOLLAR}\(")
# cunescape_one() of systemd; those that no text has, and where the others are part of a name, as of a class of PHP.
ESCAPES = {
    "a": "a bell",
    "b": "a backspace",
    "f": "a form feed",
    "n": "a newline",
    "r": "a carriage return",
    "s": "a blank",
    "t": "a tab",
    "v": "a vertical tab",
}
NEVER_MEANT = frozenset("abfv")
NAME_WITH_BACKSLASHES = re.compile(r"\\?[A-Za-z_]\w*(?:\\\w{2,})+(?:::\w+)?;?")
# They take escapes themselves, and print the same for both.
PRINTS = re.compile(r"\b(?:echo|printf)\b")
# What systemd itself gives to processes (systemd.exec(5), "Environment Variables Set or Propagated by the Service
# Manager").
SET_BY_SYSTEMD = re.compile(
    r"PATH|LANG|USER|LOGNAME|HOME|SHELL|TERM|PIDFILE|INVOCATION_ID|XDG_RUNTIME_DIR|MAINPID|MANAGERPID|SYSTEMD_EXEC_PID"
    r"|(?:RUNTIME|STATE|CACHE|LOGS|CONFIGURATION|CREDENTIALS)_DIRECTORY|LISTEN_(?:FDS|PID|FDNAMES)|NOTIFY_SOCKET"
    r"|WATCHDOG_(?:PID|USEC)|JOURNAL_STREAM|(?:MONITOR_)?(?:SERVICE_RESULT|EXIT_CODE|EXIT_STATUS|INVOCATION_ID|UNIT)"
    r"|REMOTE_(?:ADDR|PORT)|TRIGGER_[A-Z_]+"
)
OTHER_SOURCES = ("EnvironmentFile", "PassEnvironment", "PAMName", "SetLoginEnvironment")
LOGIN_OPTION = re.compile(r"--login|-[a-z]*[li][a-z]*")
BECOMES_USER = frozenset({"sudo", "su", "runuser", "doas"})
KEEPS_SIGNALS = frozenset({Stays.IN_THE_WAY, Stays.HURRIES})
# What to write instead of some wrappers.
OF_PACKAGE_JSON = "Write what the script of package.json runs, such as /usr/bin/node worker.js."
INSTEAD_OF = {
    "flock": "Write flock --no-fork: it becomes the worker, and the lock stays.",
    "npm": OF_PACKAGE_JSON,
    "npx": OF_PACKAGE_JSON,
    "yarn": OF_PACKAGE_JSON,
    "yarnpkg": OF_PACKAGE_JSON,
}
# Functions that an interactive shell gets from ~/.bashrc.
SHELL_FUNCTIONS = frozenset({"nvm", "rvm", "conda", "workon", "sdk", "pyenv", "rbenv"})
BASHRC = re.compile(r"(?:source|\.)\s+\S*\.(?:bashrc|zshrc)\b")
URL_ENCODED = re.compile(r"(?<!%)(?:%%)*%[A-Fa-f][0-9A-Fa-f]")
# A file that each instance writes. It tells nothing of the broker.
OWN_FILE = re.compile(r"\.(?:pid|log|out|err|db)\b")
# Directives that may give an instance an application, or a broker, of its own.
OWN_BROKER = ("EnvironmentFile", "WorkingDirectory")
# What to write instead of a value that all instances have.
OWN_VALUE = {
    "rq": "Leave {option} out: rq makes a name itself. Or write NAME-%i-${{INVOCATION_ID}}, new with each start.",
    "celery": "Write {option} NAME-%i@%%h.",
}
NO_PID_FILE = "Remove {option}: systemd knows the main process."
HOST_NAME_MEANT = re.compile(r"(?<!%)(?:%%)*%[hn]")


def _programs(seen: Seen) -> t.Iterator[Command]:
    """Commands that no shell reads."""
    return (one for one in seen.commands(*EXEC_KEYS) if one.words and one.program not in SHELLS)


def _is_in_background(one: Command) -> bool:
    return one.script.rstrip().endswith("&")


def _expanded(word: str) -> t.List[str]:
    """Names of the variables that systemd expands in a word: in braces anywhere, without them a whole word."""
    whole = WHOLE_WORD.fullmatch(word)
    return [whole.group(1)] if whole else BRACED.findall(word)


def _escapes(text: str) -> t.Iterator[str]:
    """Letters behind a backslash that make another character of it, where that is hardly meant."""
    if PRINTS.search(text):
        return
    for piece in re.split(r"[\s\"'=,]+", text):
        is_name = bool(NAME_WITH_BACKSLASHES.fullmatch(piece))
        for letter in re.findall(r"\\(.)", piece):
            if letter in ESCAPES and (is_name or letter in NEVER_MEANT):
                yield letter


def _may_have_own_broker(seen: Seen, tool: Tool) -> bool:
    """Whether each instance of a template may work for an application, or for a broker, of its own."""
    values = [word for one in seen.starts for word in one.words if "/" in word and not OWN_FILE.search(word)]
    values += [one.option(option) or "" for one in seen.starts for option in tool.valued]
    # A pool gives the name of the instance to each worker.
    values += [one.value for one in seen.environment if one.name != "WORKERS_INSTANCE"]
    return any(map(is_of_one_instance, [*values, *(at.value for key in OWN_BROKER for at in seen.all(key))]))


def _is_one_of_several(seen: Seen) -> bool:
    """A template is for several instances, unless its pool has one. The deploy of a pool knows that."""
    is_pool = bool(seen.unit.value(marks.OWNER_SECTION, "Pool"))
    alike = seen.host.alike if seen.host.alike is not None else 1 if is_pool else 2
    return seen.unit.name.instance is not None and alike > 1


def _is_set(seen: Seen, name: str) -> bool:
    return bool(SET_BY_SYSTEMD.fullmatch(name)) or name in seen.names_of_variables


@trap(
    "shell-wrapper-without-exec",
    WARNING,
    title="A shell is between systemd and the worker",
    expected="the worker as main process",
    instead="Write the worker's own command in ExecStart=, or `exec` before it in the script.",
    why=(
        "The stop signal goes to the shell, which dies of it and does not wait for the worker. With KillMode=mixed "
        "the worker is then killed with its job. With `bash -lc 'worker; true'`, 80 of 80 stops lost the job, with "
        "either KillMode. bash replaces itself with the last command of a list, so it is reported only when that is "
        "not the worker. dash, the sh of Debian and Ubuntu, does not replace itself, even with a single command. "
        "Source: systemd.kill(5), and our measurement with bash 5.1 and 5.2 and dash 0.5.11 and 0.5.12."
    ),
)
def shell_wrapper_without_exec(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        # One that goes into the background has its own trap.
        layers = () if _is_in_background(one) else unwrap(one.words, seen.program_at).layers
        for layer in layers:
            if seen.is_worker_in_foreground and layer.program in SHELLS and layer.stays is Stays.IN_THE_WAY:
                yield Caught(one.at, f"{layer.program} -c without exec")


@trap(
    "wrapper-keeps-stop-signal",
    WARNING,
    title="A program between systemd and the worker does not pass the stop signal on",
    expected="the worker as main process, or a wrapper that becomes it",
    instead="Write the worker's own command in ExecStart=.",
    why=(
        "The wrapper stays the main process and gets the stop signal. Some wrappers die of it or ignore it, and the "
        "worker gets no signal. The worker is then killed with its job. These are flock without --no-fork, npm, npx "
        "and yarn, script, screen, time, xargs, strace, xvfb-run, unshare --fork, setsid --wait, hatch run and "
        "honcho run. Other wrappers are not reported. Some become the worker (env, nice, bundle exec, pipenv run, "
        "poetry run), and some pass the signal on and wait (timeout, tini, uv run, pdm run, pnpm, make). Source: "
        "systemd.kill(5), and our measurement of each on Debian 12."
    ),
)
def wrapper_keeps_stop_signal(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        for layer in one.layers:
            stands = layer.stays in KEEPS_SIGNALS and layer.program not in SHELLS | BECOMES_USER
            if seen.is_worker_in_foreground and stands:
                yield Caught(one.at, layer.program, INSTEAD_OF.get(layer.program, ""))


@trap(
    "login-shell",
    WARNING,
    title="The worker starts from a login shell",
    expected="the same environment at every start",
    instead="Write the command without -l and -i, and what it needs as Environment= or EnvironmentFile=.",
    why=(
        "A login shell first runs /etc/profile and the profile of the user. These files are for people. A change in "
        "them can change or break the worker at its next start, and running them can take seconds. Source: bash(1), "
        '"INVOCATION", and our measurement.'
    ),
)
def login_shell(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        if seen.is_own_service and any(LOGIN_OPTION.fullmatch(option) for option in one.shell_options):
            yield Caught(one.at, f"{one.program} {' '.join(one.shell_options)}")


@trap(
    "bashrc-is-not-read",
    WARNING,
    title="The script needs settings that only an interactive shell has",
    expected="programs by their absolute paths",
    instead="Write the absolute path of the program itself, such as that of its virtual environment or of node.",
    why=(
        "nvm, rvm, conda and similar tools are functions that ~/.bashrc defines. A script does not read this file. "
        "When a script sources the .bashrc of Debian or Ubuntu, the file returns immediately, because the shell is "
        'not interactive. Source: bash(1), "INVOCATION"; the first lines of /etc/skel/.bashrc; our measurement.'
    ),
)
def bashrc_is_not_read(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.commands("ExecStart", "ExecStartPre"):
        own = {command[0] for command in one.script_commands}
        # Where one of their own files is sourced, the function is there.
        sourced = {"source", "."} & own and not BASHRC.search(one.script)
        if BASHRC.search(one.script) or (own & SHELL_FUNCTIONS and not sourced):
            yield Caught(one.at, ", ".join(sorted(own & SHELL_FUNCTIONS)) or "a sourced .bashrc")


@trap(
    "shell-syntax-without-shell",
    ERROR,
    title="The program gets pipes and redirections as arguments",
    expected="one program and its arguments",
    instead=(
        "Write StandardOutput=append:/path for a redirection (not below what LogsDirectory= makes), ExecStartPre= for "
        "a command before, or a script of your own."
    ),
    why=(
        "systemd starts the program itself, without a shell. So `|`, `>`, `&&` and `2>&1` are plain arguments. The "
        'program fails on them, or uses them as file names. Source: systemd.service(5), "COMMAND LINES", our '
        "measurement."
    ),
)
def shell_syntax_without_shell(seen: Seen) -> t.Iterator[Caught]:
    for one in _programs(seen):
        for word in one.written[1:]:
            if SHELL_WORD.fullmatch(word):
                yield Caught(one.at, f"`{word}` as an argument of {one.program}")
                break


@trap(
    "command-substitution-without-shell",
    ERROR,
    title="The program gets `$(...)` unchanged, or no argument",
    expected="arguments that are known when the unit is written",
    instead="Write the value itself, or a script of your own that ends in exec.",
    why=(
        "Only a shell runs `$(...)`. Inside of a word systemd passes the characters on. At the beginning of a word "
        "systemd takes it for a variable that is not set, and drops the argument. Source: systemd.service(5), "
        '"COMMAND LINES", and our measurement.'
    ),
)
def command_substitution_without_shell(seen: Seen) -> t.Iterator[Caught]:
    for one in _programs(seen):
        if any(SUBSTITUTION.search(word) for word in one.arguments):
            yield Caught(one.at, f"`$(` among the arguments of {one.program}")


@trap(
    "glob-without-shell",
    WARNING,
    title="The program gets `*` unchanged",
    expected="file names",
    instead="Write the names, or give the directory.",
    why='Only a shell expands file name patterns. Source: systemd.service(5), "COMMAND LINES", and our measurement.',
)
def glob_without_shell(seen: Seen) -> t.Iterator[Caught]:
    for one in _programs(seen):
        for word in one.written[1:]:
            if re.fullmatch(r"/[^\s\"'*?]*\*[^\s\"']*", word):
                yield Caught(one.at, f"`{word}` as an argument of {one.program}")


@trap(
    "tilde-without-shell",
    WARNING,
    title="The program gets `~` unchanged",
    expected="an absolute path",
    instead="Write the absolute path.",
    why=(
        'Only a shell knows `~` as the home directory. Source: systemd.service(5), "COMMAND LINES", and our '
        "measurement."
    ),
)
def tilde_without_shell(seen: Seen) -> t.Iterator[Caught]:
    for one in _programs(seen):
        for word in one.written[1:]:
            if re.fullmatch(r"(?:--?[A-Za-z0-9_-]+=)?~[A-Za-z0-9_-]*/.*", word):
                yield Caught(one.at, f"`{word}` as an argument of {one.program}")


@trap(
    "tilde-in-environment",
    WARNING,
    title="The variable has a `~` that is never expanded",
    expected="an absolute path",
    instead="Write the absolute path.",
    why=(
        "A shell expands `~` when it assigns a variable. systemd does not, and most programs do not either, so they "
        "look for a directory with the name `~`. Source: systemd.exec(5) on Environment=, and our measurement."
    ),
)
def tilde_in_environment(seen: Seen) -> t.Iterator[Caught]:
    for variable in seen.environment:
        if re.match("~[A-Za-z0-9_-]*/", variable.value):
            yield Caught(variable.at, f"{variable.name}=~...")


@trap(
    "variable-in-environment",
    WARNING,
    title="The variable has a `$NAME` that is never expanded",
    expected="the value itself",
    instead=(
        "Write the whole value; for PATH that is every directory, such as "
        "PATH=/srv/app/bin:/usr/local/bin:/usr/bin:/bin."
    ),
    why=(
        "In Environment= a dollar has no special meaning. PATH=/srv/app/bin:$PATH makes a PATH with a directory "
        "named `$PATH` and without /usr/bin. Source: systemd.exec(5) on Environment=, and our measurement."
    ),
)
def variable_in_environment(seen: Seen) -> t.Iterator[Caught]:
    for variable in seen.environment:
        if any(_is_set(seen, name) for name in re.findall(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)", variable.value)):
            yield Caught(variable.at, f"a reference to another variable in {variable.name}")


@trap(
    "backslash-is-an-escape",
    WARNING,
    title="systemd reads a backslash and the next letter as one character",
    expected="two backslashes for one that the program gets",
    instead="Double every backslash: App\\\\notify\\\\beta.",
    why=(
        "In a command and in Environment= a backslash begins an escape, within quotes too. From 'App\\notify\\beta' "
        "the program gets App, a newline, otify, a backspace and eta. Where systemd knows no escape, as in "
        "'OC\\Task', the backslash stays. This trap is only for names and for escapes that are surely not intended. "
        'Source: systemd.syntax(7), "QUOTING", and our measurement.'
    ),
)
def backslash_is_an_escape(seen: Seen) -> t.Iterator[Caught]:
    for key in (*EXEC_KEYS, "Environment"):
        for at in seen.all(key):
            letters = list(dict.fromkeys(_escapes(at.value)))
            if letters:
                got = ", ".join(f"{ESCAPES[letter]} of `\\{letter}`" for letter in letters)
                yield Caught(at, f"{key}= in which the program gets {got}")


@trap(
    "variable-as-program",
    ERROR,
    title="The path of the program holds a variable",
    expected="an absolute path",
    instead="Write the absolute path itself.",
    why=(
        "systemd does not expand variables in the first word. It looks for a file with the dollar in its name, and "
        'the start fails with 203/EXEC. Source: systemd.service(5) ("the first argument may not be a variable"), '
        "our measurement."
    ),
)
def variable_as_program(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.commands(*EXEC_KEYS):
        if VARIABLE.search(one.path) and not (one.path in seen.host.paths and seen.host.paths[one.path].exists):
            yield Caught(one.at, one.path)


@trap(
    "variable-is-never-set",
    WARNING,
    title="systemd expands a variable that the unit does not set",
    expected="a variable that Environment= or EnvironmentFile= sets",
    instead="Set it with Environment=, or double the dollar when the program must get it.",
    why=(
        "systemd expands `${NAME}`, and `$NAME` as a word of its own, only from the environment of the unit. A "
        "variable that is not set becomes an empty text, or no argument at all. Source: systemd.service(5), "
        '"COMMAND LINES", and our measurement.'
    ),
)
def variable_is_never_set(seen: Seen) -> t.Iterator[Caught]:
    if not seen.is_own_service or any(seen.all(key) for key in OTHER_SOURCES):
        return
    for one in _programs(seen):
        names = [name for word in one.arguments for name in _expanded(word) if not _is_set(seen, name)]
        if names and ":" not in one.prefix:
            secret = is_secret(names[0])
            yield Caught(
                one.at, f"${names[0]}", "Let the worker read it from EnvironmentFile= itself." if secret else ""
            )


@trap(
    "script-variable-is-gone",
    ERROR,
    title="systemd expands the script's own variable before the shell sees it",
    expected="`$$` for a dollar that the shell must get",
    instead="Double the dollar of the script's own variables: $${NAME}.",
    why=(
        "systemd expands `${NAME}` in ExecStart= before it starts the shell. A variable that the script itself "
        "assigns is an empty text then. Without braces systemd leaves it to the shell. Source: systemd.service(5), "
        '"COMMAND LINES", and our measurement.'
    ),
)
def script_variable_is_gone(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.commands(*EXEC_KEYS):
        assigned = set(re.findall(rf"(?:^|[\s;&|])(?:for\s+|read\s+)?({NAME})(?:=|\s+in\s)", one.script))
        gone = [name for name in _expanded(one.script) if name in assigned and not _is_set(seen, name)]
        if gone and ":" not in one.prefix and not seen.all("EnvironmentFile"):
            yield Caught(one.at, f"${{{gone[0]}}} in the script of {one.program}")


@trap(
    "per-cent-is-expanded",
    WARNING,
    title="systemd takes a per cent sign for a specifier",
    expected="`%%` for a per cent sign that the program must get",
    instead="Double the per cent sign.",
    why=(
        "In a unit `%h` is the home directory and `%n` the name of the unit, but in celery both are names of the "
        "host. The letters of a percent-encoded URL are specifiers too: `%C3` is the cache directory and a 3. "
        'systemd replaces them without a message. Source: systemd.unit(5), "SPECIFIERS", and our measurement.'
    ),
)
def per_cent_is_expanded(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        names = [one.option("-n", "--hostname") or ""] if seen.tool and seen.tool.name == "celery" else []
        encoded = [word for word in one.words if "://" in word and URL_ENCODED.search(word)]
        if encoded or any("@" in name and HOST_NAME_MEANT.search(name) for name in names):
            yield Caught(one.at, "a URL with percent-encoded letters" if encoded else f"the node name {names[0]}")
    for variable in seen.environment:
        if "://" in variable.value and URL_ENCODED.search(variable.value):
            yield Caught(variable.at, f"a URL with percent-encoded letters in {variable.name}")


@trap(
    "path-is-not-searched",
    WARNING,
    title="The program is not looked for in the unit's PATH",
    expected="an absolute path",
    instead="Write the absolute path. " + NO_LOGIN_PATH,
    why=(
        "systemd looks for a program without a slash in the directories that it was built with, not in the PATH of "
        "the unit. So another version of the program may start, or the start fails. Source: systemd.service(5), "
        '"COMMAND LINES", our measurement.'
    ),
)
def path_is_not_searched(seen: Seen) -> t.Iterator[Caught]:
    sets_path = any(variable.name == "PATH" for variable in seen.environment)
    for one in seen.commands(*EXEC_KEYS):
        if sets_path and one.path and "/" not in one.path and not seen.all("ExecSearchPath"):
            yield Caught(one.at, one.path)


@trap(
    "becomes-user-by-command",
    WARNING,
    title="sudo or su is between systemd and the worker",
    expected="User=",
    instead="Write User= and the worker's own command.",
    why=(
        "The main process is then sudo, su or runuser. su, runuser and doas kill the worker two seconds after the "
        "stop signal, whatever TimeoutStopSec= says. With a login session they move the worker into a scope of its "
        "own. There KillMode= and the limits of the unit have no effect. Source: systemd.exec(5) on User=, "
        "pam_systemd(8), runuser(1), and our measurement."
    ),
)
def becomes_user_by_command(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        for layer in one.layers:
            if seen.is_own_service and layer.program in BECOMES_USER:
                yield Caught(one.at, layer.program)


@trap(
    "plus-ignores-user",
    WARNING,
    title="The worker runs as root in spite of User=",
    expected="ExecStart= without `+` and `!`",
    instead="Remove the prefix.",
    why=(
        "With the prefix `+` the command runs with full privileges. User=, Group= and the sandbox of the unit do "
        'not apply to it. Source: systemd.service(5), "COMMAND LINES", and our measurement.'
    ),
)
def plus_ignores_user(seen: Seen) -> t.Iterator[Caught]:
    user = seen.value("User", "root")
    for one in seen.starts:
        # `!!` does nothing where the kernel has ambient capabilities.
        ignores = "+" in one.prefix or one.prefix.count("!") == 1
        if seen.is_worker and user not in ROOT and ignores:
            yield Caught(one.at, f"`{one.prefix}` before {one.path}, and User={user}")


@trap(
    "worker-detaches",
    ERROR,
    title="The worker goes into the background, and its unit ends",
    expected="a worker in the foreground",
    instead="Remove it, or write the command for the foreground: systemd itself keeps it in the background.",
    why=(
        "When the main process of such a service ends, systemd stops the unit and kills the remaining processes, "
        "and so the detached worker. setsid is such a command: systemd starts it as the leader of a process group, "
        "so it must fork. Source: systemd.service(5) on Type=, setsid(1), and our measurement."
    ),
)
def worker_detaches(seen: Seen) -> t.Iterator[Caught]:
    for one in seen.starts:
        by_option = seen.tool is not None and seen.tool.goes_away(one.inner)
        by_shell = _is_in_background(one)
        by_wrapper = any(layer.stays is Stays.LEAVES for layer in one.layers)
        if seen.is_own_service and seen.type in ("simple", "exec") and (by_option or by_shell or by_wrapper):
            yield Caught(one.at, "`&` at the end" if by_shell else "setsid" if by_wrapper else "a word that detaches")


@trap(
    "instances-share-a-name",
    WARNING,
    title="All instances give the queue software the same name or PID file",
    expected="another value for each instance",
    instead="Write %i in the value, or leave the option out.",
    why=(
        "rq refuses a second worker with a name that Redis knows (`There exists an active worker named 'mail' "
        "already`): it exits with status 1, again and again. celery and dramatiq do not start with a PID file of "
        "another process: celery 5.2 exits with status 0, dramatiq 2.2 with 4. celery runs with the same node name, "
        "and `inspect ping` for this name gets the answer of any of them. So a check finds no worker that hangs. "
        'Source: python-rq.org, "Workers"; docs.celeryq.dev, "Starting the worker"; our measurement.'
    ),
)
def instances_share_a_name(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    if tool is None:
        return
    for at, option, value in _given(seen, tool.sole):
        if _is_shared(seen, tool, value):
            hint = NO_PID_FILE if "pid" in option else OWN_VALUE[tool.name]
            yield Caught(at, f"{option} {value} of every instance", hint.format(option=option))


def _given(seen: Seen, options: t.Sequence[str]) -> t.Iterator[t.Tuple[Placed, str, str]]:
    """Place, name and value of each of these options."""
    for one in seen.starts:
        for option in options:
            value = one.option(option)
            if value:
                yield one.at, option, value


def _is_shared(seen: Seen, tool: Tool, value: str) -> bool:
    """Whether several instances give the value of an option to the same broker."""
    differs = "$" in value or is_of_one_instance(value)
    return not differs and _is_one_of_several(seen) and not _may_have_own_broker(seen, tool)


@trap(
    "name-outlives-a-crash",
    WARNING,
    title="After a crash, the queue software refuses the name of the worker for minutes",
    expected="a name that is new with each start",
    instead="Leave the option out: rq makes a name itself. Or write NAME-%i-${INVOCATION_ID}.",
    why=(
        "Redis keeps the name of a worker that was killed, for example for lack of memory: for --worker-ttl and one "
        "minute more, which are eight minutes by default. Until then, each new worker with this name exits with "
        "status 1 (`There exists an active worker named 'mail' already`), and the pool has one worker less. Source: "
        'python-rq.org, "Workers", and our measurement.'
    ),
)
def name_outlives_a_crash(seen: Seen) -> t.Iterator[Caught]:
    tool = seen.tool
    if tool is None or not seen.is_worker:
        return
    for at, option, value in _given(seen, tool.remembered):
        # Of a name that instances share, the other trap tells.
        if "$" not in value and not _is_shared(seen, tool, value):
            yield Caught(at, f"{option} {value}")
