# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What we write reaches the process byte for byte: workers dump their argv and environ as they got them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import (
    env_problems,
    render_env,
    render_environment,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import (
    LONGEST,
    LONGEST_PATH,
    argv_problems,
    render_argv,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    LONGEST_LINE,
    Sections,
    render,
    value_problems,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import template_text
from tests.helpers.oracle_host import Content, OracleHost
from tests.oracle.hostile import LONG, carried, hostile

UNITS, FILES, OUT = "/run/systemd/system", "/oracle", "/oracle/out"
DUMP = f"{FILES}/dump"
# Its first argument names its dump. The kernel's own copies: no runtime has touched them.
PROGRAM = f"""\
#!/usr/bin/python3 -I
import os, sys
for what in "cmdline", "environ":
    with open("/proc/self/" + what, "rb") as ours, open("{OUT}/" + sys.argv[1] + "." + what, "wb") as file:
        file.write(ours.read())
with open("{OUT}/" + sys.argv[1] + ".cwd", "wb") as file:
    file.write(os.getcwdb())
"""
# What stands before the words of a script in its argv, and its path.
INTERPRETER = 2
# The kernel takes no more than 2 MiB in all.
BATCH = 250


@pytest.fixture
def bench(host: OracleHost) -> t.Iterator[OracleHost]:
    """A host with the worker that dumps."""
    host.sh(f"rm -rf {FILES} {UNITS}/oracle-*; mkdir -p {OUT}")
    host.write(DUMP, PROGRAM, 0o755)
    yield host
    host.sh(
        f"systemctl stop 'oracle-*'; systemctl reset-failed; rm -rf {FILES} {UNITS}/oracle-*; systemctl daemon-reload"
    )


def oneshot(argv: t.Sequence[str], **service: t.Any) -> str:
    sections: Sections = {"Service": {"Type": "oneshot", "ExecStart": render_argv(argv), **service}}
    return render(sections)


def run(host: OracleHost, units: t.Mapping[str, Content], check: bool = True) -> dict[str, bytes]:
    """Starts units, by name and text, and gives what they dumped; all must start unless not to be checked."""
    host.write_all({f"{UNITS}/oracle-{name}.service": text for name, text in units.items()})
    host.sh("systemctl daemon-reload; systemctl start " + " ".join(f"oracle-{name}" for name in units), check)
    return host.read_all(OUT)


def argv_of(dumps: t.Mapping[str, bytes], name: str) -> list[bytes]:
    return dumps[f"{name}.cmdline"].split(b"\0")[INTERPRETER:-1]


def environ_of(dumps: t.Mapping[str, bytes], name: str) -> dict[bytes, bytes]:
    return dict(entry.partition(b"=")[::2] for entry in dumps[f"{name}.environ"].split(b"\0"))  # type: ignore[misc]


def batches(texts: t.Sequence[str], size: int = BATCH) -> dict[str, list[str]]:
    """By the name of a unit; what is as long as the kernel takes goes alone."""
    parts = [list(texts[start : start + size]) for start in range(0, len(texts), size)]
    return {str(number): part for number, part in enumerate([*parts, *([text] for text in LONG)])}


def named(texts: t.Sequence[str]) -> dict[str, str]:
    """Each as the value of a variable; the long ones lose what its name takes."""
    return {f"V{number}": text[: -len("V0=")] if text in LONG else text for number, text in enumerate(texts)}


def differing(expected: t.Iterable[bytes], got: t.Iterable[bytes]) -> list[tuple[bytes, bytes]]:
    """Pairs that differ, short enough to be read."""
    return [(ours[:100], theirs[:100]) for ours, theirs in zip(expected, got) if ours != theirs]


def test_every_argument_arrives(bench: OracleHost) -> None:
    parts = batches(carried(hostile(6000)))
    dumps = run(bench, {name: oneshot([DUMP, name, *part]) for name, part in parts.items()})
    for name, part in parts.items():
        expected, got = [DUMP, name, *part], argv_of(dumps, name)
        assert differing([word.encode() for word in expected], got) == []
        assert len(expected) == len(got)
    # What the manager tells about such a unit must not fail either.
    assert bench.sh("systemctl show -p ExecStart --value oracle-0").startswith("{ path=")


def test_every_value_of_an_environment_file_arrives(bench: OracleHost) -> None:
    texts = carried(hostile(6000))
    assert len(texts) >= 5000
    parts = {name: named(part) for name, part in batches(texts).items()}
    bench.write_all({f"{FILES}/{name}.env": render_env(part) for name, part in parts.items()})
    dumps = run(bench, {name: oneshot([DUMP, name], EnvironmentFile=f"{FILES}/{name}.env") for name in parts})
    for name, part in parts.items():
        environ = environ_of(dumps, name)
        assert {key: value for key, value in part.items() if environ.get(key.encode()) != value.encode()} == {}


def test_every_item_of_environment_arrives(bench: OracleHost) -> None:
    parts = {name: named(part) for name, part in batches(carried(hostile(6000))[:2500]).items()}
    units = {
        name: oneshot([DUMP, name], Environment=[render_environment(*item) for item in part.items()])
        for name, part in parts.items()
    }
    dumps = run(bench, units)
    for name, part in parts.items():
        environ = environ_of(dumps, name)
        assert {key: value for key, value in part.items() if environ.get(key.encode()) != value.encode()} == {}


# Words that stand in a path: a program, and the folder it runs in.
NAMES = (
    *(
        "$HOME ${X} $$",
        "100%",
        "%i %n %%",
        "a b",
        " a",
        ";",
        "#",
        "# x",
        "~",
        "{a,b}",
        "é",
        "日本語",
        "🦀",
        "e\u0301",
        "a]",
    ),
    *("!|@-:+=,<>()&^`", "\u0085x", "\u2028x", "\ufeffx", "\u00a0x", "-x", "@x", ".x", "..x"),
)
# As long as the kernel takes. 247 cannot load a unit that runs in such a folder: it makes the path the name of a mount
# unit, which is too long then.
LONG_NAMES = ("x" * 255, "é" * 127)
# Only a folder may be named so: its path stands unquoted.
FOLDER_NAMES = ("it's", '"a" b', "a\\b", "\\n", "\\x41", "a\x01b", "a\x7fb", "a\tb", "*", "?", "[a]", "a\\ b")


def test_a_pool_of_hostile_words_starts_as_it_stands(bench: OracleHost) -> None:
    texts = carried(hostile(6000))
    names = [*NAMES, *FOLDER_NAMES, *(LONG_NAMES if bench.systemd > 247 else ())]
    pools = {f"oracle-{number}": hostile_pool(number, name, texts) for number, name in enumerate(names)}
    bench.write_all({pool.executable: PROGRAM for pool in pools.values()}, 0o755)
    # In a path %i is the name of the instance.
    folders = {name: concrete(pool.working_directory or "", "1") for name, pool in pools.items()}
    bench.write_all({f"{folder}/.here": "" for folder in folders.values()})
    bench.write_all({f"{FILES}/{name}.env": render_env(pool.environment) for name, pool in pools.items()})
    texts_of = {name: template_text(pool, bench.systemd, [f"{FILES}/{name}.env"]) for name, pool in pools.items()}
    bench.write_all({f"{UNITS}/{name}@.service": text for name, text in texts_of.items()})
    bench.sh("systemctl daemon-reload; systemctl start " + " ".join(f"{name}@1" for name in pools))
    bench.sh(f"until [ $(ls {OUT}/*.cwd | wc -l) = {len(pools)} ]; do sleep 0.1; done")
    dumps = bench.read_all(OUT)
    for number, (name, pool) in enumerate(pools.items()):
        words = [pool.executable, name, *some_of(number, texts)]
        assert differing([word.encode() for word in words], argv_of(dumps, name)) == []
        assert len(words) == len(argv_of(dumps, name))
        environ = environ_of(dumps, name)
        assert environ[b"WORKERS_POOL"] == name.encode()
        assert {key: value for key, value in pool.environment.items() if environ[key.encode()] != value.encode()} == {}
        assert dumps[f"{name}.cwd"] == folders[name].encode()


def some_of(number: int, texts: t.Sequence[str]) -> t.Sequence[str]:
    return texts[number::100][:40]


def hostile_pool(number: int, folder: str, texts: t.Sequence[str]) -> Pool:
    """A pool whose program, arguments, environment and folder are a trial for whoever writes them down."""
    programs = (*NAMES, *LONG_NAMES)
    program = f"{FILES}/bin/{programs[number % len(programs)]}"
    given = {
        "name": f"oracle-{number}",
        "command": [program, f"oracle-{number}", *some_of(number, texts)],
        "working_directory": f"{FILES}/{folder}",
        "environment": named(some_of(number, texts)),
        # The program ends at once, and starting it again and again would only heat the room.
        "unit": {"Service": {"Restart": "no"}},
    }
    (pool,), problems = understand([given])
    assert problems == []
    return pool


# A command that is refused, and the systemd that is the first to be unable to start it or to be asked about it.
REFUSED_COMMANDS = {
    "a quote in the path": ([f"{FILES}/it's"], 247),
    "a double quote in the path": ([f'{FILES}/a"b'], 247),
    "a backslash in the path": ([f"{FILES}/a\\b"], 247),
    "a newline in the path": ([f"{FILES}/a\nb"], 247),
    "a control character in the path": ([f"{FILES}/a\x01b"], 247),
    "DEL in the path": ([f"{FILES}/a\x7fb"], 247),
    "a star in the path": ([f"{FILES}/a*"], 262),
    "a question mark in the path": ([f"{FILES}/a?"], 262),
    "a bracket in the path": ([f"{FILES}/[a"], 262),
    "a blank at the end of the path": ([f"{FILES}/a "], 257),
    "a path of a folder": ([f"{FILES}/"], 247),
    "a path that is too long": ([f"{'/..' * 1400}{DUMP}"], 247),
    "an argument that is too long": ([DUMP, "x", "x" * (LONGEST + 1)], 247),
    "a noncharacter": ([DUMP, "x", "\ufffe"], 247),
    "a noncharacter of another plane": ([DUMP, "x", "a\U0001ffff"], 247),
    "a surrogate": ([DUMP, "x", "\ud800"], 247),
    "a byte that is not UTF-8": ([DUMP, "x", "\udcff"], 247),
}


def encoded(texts: t.Sequence[str]) -> list[bytes]:
    """Their bytes, also of what is no text."""
    return [text.encode("utf-8", "surrogateescape" if "\udcff" in text else "surrogatepass") for text in texts]


def written_anyway(argv: t.Sequence[str]) -> bytes:
    """As `render_argv` would write it, had it no scruples: what is no text as escaped bytes."""
    quoted = (b"".join(b"\\x%02x" % byte for byte in word) if len(word) < LONGEST else word for word in encoded(argv))
    return b'[Service]\nType=oneshot\nExecStart="' + b'" "'.join(quoted) + b'"\n'


def test_every_refused_command_is_refused_for_a_reason(bench: OracleHost) -> None:
    commands = {
        f"c{number}": [argv[0], f"c{number}", *argv[2:]] for number, (argv, _) in enumerate(REFUSED_COMMANDS.values())
    }
    paths = [argv[0] for argv in commands.values() if len(argv[0]) < LONGEST_PATH and not argv[0].endswith("/")]
    bench.write_all(dict.fromkeys(paths, PROGRAM), 0o755)
    dumps = run(bench, {name: written_anyway(argv) for name, argv in commands.items()}, check=False)
    # One call for each: what is asked after one that fails fails too.
    result = bench.sh(f"for name in {' '.join(commands)}; do systemctl show -p Id oracle-$name; done", check=False)
    arrives = {
        sentence: dumps.get(f"{name}.cmdline", b"").endswith(b"\0".join(encoded(argv)) + b"\0")
        and f"Id=oracle-{name}.service\n" in result
        for sentence, (name, argv) in zip(REFUSED_COMMANDS, commands.items())
    }
    assert arrives == {sentence: bench.systemd < since for sentence, (_, since) in REFUSED_COMMANDS.items()}
    assert [sentence for sentence, (argv, _) in REFUSED_COMMANDS.items() if not argv_problems(argv, "command")] == []


# A variable that is refused; the name of the one that must not arrive.
REFUSED_VARIABLES = {
    "a dash in the name": ("A-B", "x"),
    "a dot in the name": ("A.B", "x"),
    "a digit first": ("1A", "x"),
    "another letter": ("Ä", "x"),
    "no name": ("", "x"),
    "a NUL": ("A", "x\0y"),
    "a noncharacter": ("A", "x\ufffe"),
    "a surrogate": ("A", "x\ud800"),
    "a byte that is not UTF-8": ("A", "x\udcff"),
    "a byte too many": ("A", "x" * (LONGEST - 1)),
}


def test_every_refused_variable_is_refused_for_a_reason(bench: OracleHost) -> None:
    units, files = {}, {}
    for number, (name, value) in enumerate(REFUSED_VARIABLES.values()):
        quoted = name.encode() + b'="' + encoded([value])[0] + b'"\n'
        files[f"{FILES}/{number}.env"] = quoted
        units[f"file{number}"] = oneshot([DUMP, f"file{number}"], EnvironmentFile=f"{FILES}/{number}.env")
        item = b'Environment="' + quoted.replace(b'="', b"=", 1)
        units[f"item{number}"] = oneshot([DUMP, f"item{number}"]).encode() + item
    bench.write_all(files)
    dumps = run(bench, units, check=False)
    arrived = {
        (sentence, way)
        for number, (sentence, (name, value)) in enumerate(REFUSED_VARIABLES.items())
        for way in ("file", "item")
        if f"{way}{number}.environ" in dumps
        and environ_of(dumps, f"{way}{number}").get(name.encode()) == encoded([value])[0]
    }
    assert arrived == set()
    given = REFUSED_VARIABLES.items()
    assert [sentence for sentence, (name, value) in given if not env_problems({name: value}, "environment")] == []


def test_a_line_may_be_so_long_and_no_longer(bench: OracleHost) -> None:
    directive = "Description"
    longest = "x" * (LONGEST_LINE - len(f"{directive}="))
    assert list(value_problems(longest, "here", directive)) == []
    assert list(value_problems(f"{longest}x", "here", directive))
    for name, value in {"fits": longest, "does-not": f"{longest}x"}.items():
        sections: Sections = {"Unit": {directive: value}, "Service": {"ExecStart": "/bin/true"}}
        bench.write(f"{UNITS}/oracle-{name}.service", render(sections))
    bench.sh("systemctl daemon-reload")
    shown = bench.sh("systemctl show -p LoadState --value oracle-fits oracle-does-not")
    assert shown.split() == ["loaded", "error"]
