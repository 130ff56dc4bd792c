# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that start another program: which one, and whether they become it.

Each was measured on Debian 12 as the first process of a session, as systemd starts it: is the worker the same process,
and if not, does it get a SIGTERM that the wrapper gets, and does the wrapper wait for it.
"""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import (
    ASSIGNMENT,
    SHELLS,
    Script,
    base_name,
)

# More of them around each other do not occur.
DEEPEST = 8
SHELL_SCRIPT = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*")


class Stays(enum.Enum):
    """What is left between systemd and the worker."""

    NOT = "becomes the worker"
    RELAYS = "hands the stop signal on and waits"
    HURRIES = "hands the stop signal on and kills the worker two seconds later"
    IN_THE_WAY = "keeps the stop signal to itself"
    LEAVES = "starts the worker and ends"


@dataclass(frozen=True)
class Wrapper:
    """How a command line is read. ``valued`` options have a value, ``operands`` words come before the command.

    ``verbs``: the first operand has to be one of these. ``switches`` are options that change what becomes of it.
    ``scripts``: it has the option -c, whose value is a script for a shell. ``named``: it is given the name of something
    that is defined elsewhere, so that the worker is not seen. ``behind`` is the word before the command.
    ``reader`` reads the script; that of a user is bash or its like.
    """

    stays: Stays
    valued: str = ""
    operands: int = 0
    verbs: t.Tuple[str, ...] = ()
    switches: t.Tuple[t.Tuple[str, Stays], ...] = ()
    scripts: bool = False
    named: bool = False
    behind: str = ""
    reader: str = "/bin/sh"


class Layer(t.NamedTuple):
    """One wrapper of a command line."""

    program: str
    stays: Stays


class Unwrapped(t.NamedTuple):
    """``words`` are those of the program that does the work; empty when it is not seen."""

    layers: t.Tuple[Layer, ...]
    words: t.Tuple[str, ...]


_Found = t.Optional[t.Tuple[Layer, t.Tuple[str, ...]]]
_BECOMES = Stays.NOT
_NPM = Wrapper(Stays.IN_THE_WAY, "--prefix -w --workspace", verbs=("start", "run", "run-script", "exec"), named=True)
_MANAGED = Wrapper(_BECOMES, verbs=("run",))

WRAPPERS: t.Mapping[str, t.Tuple[Wrapper, ...]] = {
    # coreutils 9.1, util-linux 2.38.1
    "env": (Wrapper(_BECOMES, "-u --unset -C --chdir"),),
    "nice": (Wrapper(_BECOMES, "-n --adjustment"),),
    "nohup": (Wrapper(_BECOMES),),
    "stdbuf": (Wrapper(_BECOMES, "-i -o -e --input --output --error"),),
    "chroot": (Wrapper(_BECOMES, operands=1),),
    "timeout": (Wrapper(Stays.RELAYS, "-k -s --kill-after --signal", operands=1),),
    "ionice": (Wrapper(_BECOMES, "-c -n --class --classdata"),),
    "taskset": (Wrapper(_BECOMES, operands=1),),
    "chrt": (Wrapper(_BECOMES, "-T -P -D", operands=1),),
    "prlimit": (Wrapper(_BECOMES),),
    "setpriv": (Wrapper(_BECOMES),),
    "unshare": (Wrapper(_BECOMES, switches=(("-f", Stays.IN_THE_WAY), ("--fork", Stays.IN_THE_WAY))),),
    # systemd starts a service as the leader of a process group, and as such setsid(1) has to fork.
    "setsid": (Wrapper(Stays.LEAVES, switches=(("-w", Stays.IN_THE_WAY), ("--wait", Stays.IN_THE_WAY))),),
    "flock": (
        Wrapper(
            Stays.IN_THE_WAY,
            "-w --timeout --wait -E --conflict-exit-code",
            operands=1,
            switches=(("-F", _BECOMES), ("--no-fork", _BECOMES)),
            scripts=True,
        ),
    ),
    "su": (Wrapper(Stays.HURRIES, "-s --shell -g --group -G -w", operands=1, scripts=True, reader="/bin/bash"),),
    "runuser": (Wrapper(Stays.HURRIES, "-s --shell -g --group -G -w", operands=1, scripts=True, reader="/bin/bash"),),
    "script": (Wrapper(Stays.IN_THE_WAY, "-I -O -B -T -m -o -E", scripts=True, named=True),),
    "xargs": (Wrapper(Stays.IN_THE_WAY, "-a -n -P -I -d -L -s -E"),),
    "time": (Wrapper(Stays.IN_THE_WAY, "-f -o --format --output"),),
    # sudo 1.9.13, opendoas 6.8 with PAM, gosu 1.14, runit 2.1, daemontools 0.76
    "sudo": (Wrapper(Stays.RELAYS, "-u --user -g --group -D --chdir -p -C -h -r -t -T -U"),),
    "doas": (Wrapper(Stays.HURRIES, "-u -C"),),
    "gosu": (Wrapper(_BECOMES, operands=1),),
    "chpst": (Wrapper(_BECOMES, "-u -U -b -e -/ -C -n -l -L -m -d -o -p -f -c -r -t"),),
    "setuidgid": (Wrapper(_BECOMES, operands=1),),
    "envdir": (Wrapper(_BECOMES, operands=1),),
    "softlimit": (Wrapper(_BECOMES, "-m -d -s -l -a -o -p -f -c -r -t"),),
    "numactl": (Wrapper(_BECOMES, "-i -m -N -C -p -l --interleave --membind --cpunodebind --physcpubind"),),
    "authbind": (Wrapper(_BECOMES),),
    "dumb-init": (Wrapper(Stays.RELAYS, "-r --rewrite"),),
    "tini": (Wrapper(Stays.RELAYS, "-p -e"),),
    "strace": (Wrapper(Stays.IN_THE_WAY, "-o -e -p -s -u"),),
    "faketime": (Wrapper(Stays.IN_THE_WAY, operands=1),),
    "unbuffer": (Wrapper(Stays.IN_THE_WAY),),
    "chronic": (Wrapper(Stays.IN_THE_WAY),),
    "dbus-run-session": (Wrapper(Stays.IN_THE_WAY, "--config-file --dbus-daemon"),),
    # make 4.3, foreman 0.87, screen 4.9, xvfb-run of Debian 12, proxychains 4.16
    "make": (Wrapper(Stays.RELAYS, "-C -f -j", named=True),),
    "foreman": (Wrapper(Stays.RELAYS, "-f -e -m -d", verbs=("start",), named=True),),
    "screen": (Wrapper(Stays.IN_THE_WAY, "-S -DmS -dmS -c -e -h -p -s -t -T"),),
    "xvfb-run": (Wrapper(Stays.IN_THE_WAY, "-e -f -n -p -s -w"),),
    "proxychains4": (Wrapper(_BECOMES, "-f"),),
    # npm 9.2, yarn 1.22, pnpm 12.21, cross-env 10, dotenv-cli 11. npm tells the shell between it and the worker alone.
    "npm": (_NPM,),
    "npx": (Wrapper(Stays.IN_THE_WAY, "-p --package", scripts=True),),
    "yarn": (Wrapper(Stays.IN_THE_WAY, named=True),),
    "yarnpkg": (Wrapper(Stays.IN_THE_WAY, named=True),),
    "pnpm": (Wrapper(Stays.RELAYS, "-C --dir --filter", named=True),),
    "cross-env": (Wrapper(Stays.RELAYS),),
    # bundler 2.3, pipenv 2022.12, poetry 2.5, uv 0.13, pdm 2.29, hatch 1.18, honcho 2.0, python-dotenv 1
    "bundle": (Wrapper(_BECOMES, verbs=("exec",)),),
    "pipenv": (_MANAGED,),
    "poetry": (_MANAGED,),
    "uv": (
        Wrapper(Stays.RELAYS, "--with --extra --group --env-file --project --directory -p --python", verbs=("run",)),
    ),
    "pdm": (Wrapper(Stays.RELAYS, "-p --project", verbs=("run",)),),
    "hatch": (Wrapper(Stays.IN_THE_WAY, "-e --env", verbs=("run",)),),
    "honcho": (Wrapper(Stays.IN_THE_WAY, "-e -f", verbs=("run",)),),
    # pyenv 2; rbenv is the same shell script. Of rvm only where the command is, is known.
    "pyenv": (Wrapper(_BECOMES, verbs=("exec",)),),
    "rbenv": (Wrapper(_BECOMES, verbs=("exec",)),),
    "rvm": (Wrapper(_BECOMES, behind="do"),),
    "dotenv": (Wrapper(_BECOMES, "-f --file", verbs=("run",)), Wrapper(Stays.RELAYS, "-e -c -v")),
}


def unwrap(words: t.Sequence[str], shell_of: t.Callable[[str], str] = base_name) -> Unwrapped:
    """A command without its wrappers. ``shell_of`` tells the program at the path of a shell, for sh is not one."""
    layers: t.List[Layer] = []
    inner = tuple(words)
    while inner and len(layers) < DEEPEST:
        found = _out_of_shell(inner, shell_of) or _out_of_wrapper(inner)
        if found is None:
            break
        layer, inner = found
        layers.append(layer)
    return Unwrapped(tuple(layers), inner)


def shell_options(words: t.Sequence[str]) -> t.List[str]:
    """What stands before the script, or the script file, of a shell."""
    options: t.List[str] = []
    for word in words[1:] if words and base_name(words[0]) in SHELLS else ():
        if not word.startswith("-"):
            break
        options.append(word)
    return options


def shell_script(words: t.Sequence[str]) -> str:
    """The script that ``-c`` gives to a shell; empty for anything else."""
    options = shell_options(words)
    has_script = any(SHELL_SCRIPT.fullmatch(option) for option in options)
    return words[len(options) + 1] if has_script and len(words) > len(options) + 1 else ""


def _out_of_shell(words: t.Tuple[str, ...], shell_of: t.Callable[[str], str]) -> _Found:
    text = shell_script(words)
    if not text:
        return None
    script = Script.of(text)
    becomes = script.is_become_by(shell_of(words[0]))
    return Layer(base_name(words[0]), Stays.NOT if becomes else Stays.IN_THE_WAY), script.worker


def _out_of_wrapper(words: t.Tuple[str, ...]) -> _Found:
    program = base_name(words[0])
    read = (_read(wrapper, words[1:]) for wrapper in WRAPPERS.get(program, ()))
    found = next((one for one in read if one), None)
    return (Layer(program, found[0]), found[1]) if found else None


def _read(wrapper: Wrapper, words: t.Tuple[str, ...]) -> t.Optional[t.Tuple[Stays, t.Tuple[str, ...]]]:
    """What becomes of the wrapper, and the command; nothing when it starts none."""
    stays, operands, verbs, shell = wrapper.stays, wrapper.operands, wrapper.verbs, wrapper.reader
    position = words.index(wrapper.behind) + 1 if wrapper.behind in words else 0
    while position < len(words):
        word = words[position]
        following = words[position + 1 : position + 2]
        position += 1
        if wrapper.scripts and (word == "--command" or SHELL_SCRIPT.fullmatch(word)):
            return stays, (shell, "-c", *following)
        if word == "--":
            continue
        if word.startswith("-"):
            stays = next((other for option, other in wrapper.switches if _has(word, option)), stays)
            if word in wrapper.valued.split():
                shell = following[0] if following and word in ("-s", "--shell") else shell
                position += 1
        elif verbs:
            if word not in verbs:
                return None
            verbs = ()
        elif operands:
            operands -= 1
        elif not ASSIGNMENT.fullmatch(word):
            return stays, () if wrapper.named else words[position - 1 :]
    return (stays, ()) if wrapper.named and not verbs else None


def _has(word: str, option: str) -> bool:
    """Whether an option is this one, or among letters that stand together."""
    return word == option or (len(option) == 2 and bool(re.fullmatch(f"-[a-zA-Z]*{option[1]}[a-zA-Z]*", word)))
