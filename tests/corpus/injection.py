# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools in which one value or more was written by somebody who wants another file, directive, user or command."""

from __future__ import annotations

import copy
import json
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.options import Spec, misshapen
from ansible_collections.workers.systemd.plugins.modules.pools import POOL, TIMER
from tests.oracle.hostile import PIECES, words

Params = dict[str, t.Any]

# What a canary file or directive would come from.
EVIL = "ExecStartPre=/bin/touch /run/canary"
LINE_ENDS = ("\n", "\r", "\r\n", "\n\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\\\n", "\n ")
TEXTS = (
    *(f"1{end}{EVIL}" for end in LINE_ENDS),
    *(f"1{end}[Service]{end}{EVIL}{end}#" for end in LINE_ENDS[:4]),
    *("1\\", "1\\\\\\", "1 \\", "[Service]", "# 1", ";1", "=1", "1=2"),
    *(
        "$(touch /run/canary)",
        "`touch /run/canary`",
        "; touch /run/canary",
        "| touch /run/canary",
        "&& touch /run/canary",
    ),
    *(
        "1\ntouch /run/canary\n",
        "${IFS}touch",
        "$HOME",
        "${HOME}",
        "~",
        "~root",
        "%",
        "%%",
        "%i",
        "%n",
        "%t/canary",
        "%h",
        "%d",
    ),
    *(
        "--help",
        "-x",
        "-",
        "--",
        "-rf",
        "--property=User=root",
        "@x",
        "+/bin/sh",
        "!/bin/sh",
        "-/etc/passwd",
        "|/bin/sh",
    ),
    *("..", ".", "../x", "../../../../etc/cron.d/x", "/etc/cron.d/x", "a/../../x", "/..", "//", "/", "", " ", "\t"),
    *(".x", "x.", "x.service", "x@y", "x@y.service", "x.d", "a b", "a,b", "a=b", "a:b", '"a', "'a", "a\\x2db"),
    *(
        "root",
        "0",
        "65535",
        "4294967295",
        "4294967296",
        "-1",
        "²",
        "\uff11",
        "٣",
        "ro\u043et",
        "r\u200boot",
        "\uff52oot",
        "\u212bx",
    ),
    *(
        "A\u030a",
        "\u00c5",
        "\ufeffx",
        "\u202ex",
        "\u2066x\u2069",
        "\u061cx",
        "\xad",
        "\u00a0x",
        "\U000e0041",
        "é",
        "🦀",
    ),
    *("\x1b[2J", "\x1b]0;x\x07", "\x9b31m", "\x08\x08", "\x7f", "{{ 1 + 1 }}", "{% raw %}", "{#", "!unsafe x"),
    *("\ud800", "\udc80", "\udcff", "\ufffe", "\U0010ffff"),
    *("*", "?", "[a]", "/etc/*", "/tmp/a*b", "{a,b}", "yes", "no", "true", "infinity", "1h", "1e3", "0x10", "010"),
)
# As Ansible hands it on, everything has been JSON.
OTHERS: tuple[t.Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    [],
    {},
    [[]],
    [None],
    {"a": "b"},
    {"a": {"b": "c"}},
    [{"a": 1}],
)
VALUES = (*TEXTS, *OTHERS)
# Longer than a word, a variable, a path, a line.
LONG = tuple(one * (1 << 20) for one in ("x", "%", "\n", "é"))
hostile = st.one_of(st.sampled_from(VALUES), st.sampled_from(PIECES), words, st.text(max_size=8))

SECRET = "s3cret"
HARMLESS: Params = {
    "name": "mail",
    "command": ["/bin/worker", "--queue", "mail"],
    "user": "www-data",
    "group": "www-data",
    "working_directory": "/srv/app",
    "instances": ["a", "b"],
    "environment": {"APP": "x", "MODE": "y"},
    "secrets": {"TOKEN": SECRET},
    "environment_files": ["/etc/default/app", "/etc/default/app-%i"],
    "watch": ["/srv/app/current"],
    "preset": "generic",
    "drain_timeout": "90s",
    "busy_check": ["/bin/busy", "%i"],
    "check_user": "root",
    "limits": {"memory_max": "512M", "tasks_max": "64"},
    "hardening": "strict",
    "needs": ["jit"],
    "writable_paths": ["/srv/app/log", "/srv/app/%i"],
    "state_directory": "app",
    "cache_directory": "app",
    "logs_directory": "app",
    "runtime_directory": "app/%i",
    "rollout": {"min_healthy_time": "1s", "max_parallel": "25%", "health_check": ["/bin/up", "%i"]},
    "unit": {"Service": {"Nice": "5", "UMask": "0022"}, "Unit": {"Documentation": ["man:a", "man:b"]}},
}
# Every place in a pool whose value somebody chooses, and of the mappings whose keys are free those.
PLACES: tuple[tuple[t.Any, ...], ...] = (
    *(((one,)) for one in HARMLESS),
    *(("command", index) for index in range(3)),
    *(("instances", index) for index in range(2)),
    *(("environment_files", index) for index in range(2)),
    *(("writable_paths", index) for index in range(2)),
    ("needs", 0),
    *(("busy_check", index) for index in range(2)),
    *(("limits", one) for one in HARMLESS["limits"]),
    *(("rollout", one) for one in HARMLESS["rollout"]),
    *(("rollout", "health_check", index) for index in range(2)),
    ("environment", "APP"),
    ("secrets", "TOKEN"),
    ("watch", 0),
    ("unit", "Service"),
    ("unit", "Service", "Nice"),
    ("unit", "Unit", "Documentation", 0),
)
HARMLESS_TIMER: Params = {
    "name": "report",
    "command": ["/bin/report", "--all"],
    "user": "www-data",
    "schedule": ["Mon 03:15", "daily"],
    "timezone": "Europe/Berlin",
    "jitter": "5min",
    "missed": "run",
    "timeout": "1h",
    "retry": {"times": 3, "delay": "1min"},
    "lock": ["/bin/lock", "report"],
    "secrets": {"TOKEN": SECRET},
    "alert": {"command": ["/bin/tell"]},
}
# What a timer has that a pool does not have, and what it does otherwise with the same value.
PLACES_OF_TIMER: tuple[tuple[t.Any, ...], ...] = (
    *(((one,)) for one in (*HARMLESS_TIMER, "every", "expected", "on_one_of")),
    *((one, index) for one in ("command", "schedule", "lock") for index in range(2)),
    *(("retry", one) for one in ("times", "delay")),
    ("secrets", "TOKEN"),
)
# What contradicts them.
NOT_BESIDE = {"every": ("schedule", "timezone", "missed"), "expected": ("lock",)}
KEYS = (("environment", "APP"), ("secrets", "TOKEN"), ("unit", "Unit"), ("unit", "Service", "Nice"))


def with_value(place: t.Sequence[t.Any], value: t.Any) -> Params:
    """The harmless pool with one value put in its place."""
    return _changed(HARMLESS, place, value)


def timer_with(place: t.Sequence[t.Any], value: t.Any) -> Params:
    """The harmless timer with one value put in its place."""
    return _changed(harmless_timer_beside(place[0]), place, value)


def harmless_timer_beside(option: str) -> Params:
    """Without what contradicts an option."""
    return {key: value for key, value in HARMLESS_TIMER.items() if key not in NOT_BESIDE.get(option, ())}


def with_key(place: t.Sequence[t.Any], key: t.Any) -> Params:
    """The harmless pool with one key renamed."""
    pool = copy.deepcopy(HARMLESS)
    inner: t.Any = pool
    for one in place[:-1]:
        inner = inner[one]
    inner[key] = inner.pop(place[-1])
    return pool


def _changed(pool: Params, place: t.Sequence[t.Any], value: t.Any) -> Params:
    changed = copy.deepcopy(pool)
    inner: t.Any = changed
    for one in place[:-1]:
        inner = inner[one]
    inner[place[-1]] = f"{SECRET}{value}" if place == ("secrets", "TOKEN") and isinstance(value, str) else value
    return changed


def _several(changes: t.Sequence[tuple[tuple[t.Any, ...], t.Any]]) -> Params:
    pool = copy.deepcopy(HARMLESS)
    # The deepest first, so that every place is still there.
    for place, value in sorted(changes, key=lambda one: -len(one[0])):
        pool = _changed(pool, place, value)
    return pool


one_value = st.builds(with_value, st.sampled_from(PLACES), hostile)
one_key = st.builds(with_key, st.sampled_from(KEYS), st.one_of(st.sampled_from(TEXTS), words))
several = st.builds(_several, st.lists(st.tuples(st.sampled_from(PLACES), hostile), min_size=2, max_size=4))
pools = st.one_of(one_value, one_key, several)


def as_ansible_hands_it_on(one: Params, what: str = "pools") -> tuple[t.Optional[Params], list[str]]:
    """A pool, or one of ``timers``, as the module gets it, or ``None`` and what Ansible has against it."""
    given = json.loads(json.dumps({what: [one]}))
    options = {"pools": POOL, "timers": TIMER}[what]
    spec: Spec = {what: {"type": "list", "elements": "dict", "required": True, "options": options}}
    problems = list(misshapen(given, spec))
    if problems:
        return None, [str(problem) for problem in problems]
    try:
        result = ArgumentSpecValidator(spec).validate(given)
    except ValueError as error:
        # ansible-core 2.17 does not get over a text of "key=value" in which a word has no "=".
        return None, [str(error)]
    if result.error_messages:
        return None, list(result.error_messages)
    return result.validated_parameters[what][0], []
