# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import as_generation
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import directives
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import literal_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.own_lists import is_list
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import (
    ALWAYS_OURS,
    DIRECTORIES,
    LIMITS,
    SAME_AS_OPTION,
    Pool,
    concrete,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from tests.unit.plugins.module_utils._core.builders import mail, written

# options, attribute of the pool, its value
UNDERSTOOD: dict[str, tuple[dict[str, t.Any], str, t.Any]] = {
    "words": ({"command": ["/bin/a", "b c", 8, True]}, "exec_start", '"/bin/a" "b c" "8" "true"'),
    "a line stays as it is": ({"command": " /bin/a 'b c' $X %i \n"}, "exec_start", "/bin/a 'b c' $X %i"),
    "the program of words": ({"command": ["/opt/my worker/run", "b"]}, "executable", "/opt/my worker/run"),
    "the program of a line": ({"command": '"/opt/my worker/run" b'}, "executable", "/opt/my worker/run"),
    "the program behind prefixes": ({"command": "-@:+/bin/a b"}, "executable", "/bin/a"),
    "a program of each instance": ({"command": "/opt/%i/run"}, "executable", "/opt/%i/run"),
    "a list in which it stands for itself": ({"command": ["/bin/a", "-n", "mail-%i", 1]}, "literal", (2,)),
    "a line in which it does not": ({"command": "/bin/a -n mail-%i"}, "literal", ()),
    "a file that may be missing": (
        {"environment_files": ["-/etc/%i.env", "/etc/a"], "watch": ["/b"]},
        "read_paths",
        ("/etc/%i.env", "/etc/a", "/b"),
    ),
    "and is written as it is": ({"environment_files": ["-/etc/%i.env"]}, "environment_files", ("-/etc/%i.env",)),
    "a program that only systemd can name": ({"command": "/opt/%p/run"}, "executable", ""),
    "without a count there is one instance": ({}, "instances", ("1",)),
    "a count": ({"instances": 3}, "instances", ("1", "2", "3")),
    "a count as Jinja hands it on": ({"instances": "2"}, "instances", ("1", "2")),
    "none at all": ({"instances": 0}, "instances", ()),
    "names, in the order given": ({"instances": ["mail", "a.b:c", 7]}, "instances", ("mail", "a.b:c", "7")),
    "an account by name": ({"user": "www-data", "group": "_x.y"}, "user", "www-data"),
    "an account by number": ({"user": "0"}, "user", "0"),
    "variables": ({"environment": {"A": 1, "B": True}}, "environment", {"A": "1", "B": "true"}),
    "secrets are variables": ({"secrets": {"A": 1}}, "secrets", {"A": "1"}),
    "or credentials": ({"secrets_as": "credentials", "secrets": {"db.a-b": "x\ny"}}, "credentials", {"db.a-b": "x\ny"}),
    "and then no variables": ({"secrets_as": "credentials", "secrets": {"A": 1}}, "secrets", {}),
    "a limit of the journal": (
        {"logs": {"burst": 1000, "per": "30s"}},
        "logs",
        {"LogRateLimitBurst": "1000", "LogRateLimitIntervalSec": "30s"},
    ),
    "no limit of the journal": ({"logs": {"burst": 0, "per": None}}, "logs", {"LogRateLimitBurst": "0"}),
    "a watchdog": ({"watchdog": "30s"}, "watchdog", "30s"),
    "a watchdog in seconds": ({"watchdog": 30}, "watchdog", "30"),
    "no watchdog": ({"watchdog": None}, "watchdog", ""),
    "a watchdog of a worker that reloads": (
        {"watchdog": "30s", "unit": {"Service": {"Type": "notify-reload"}}},
        "watchdog",
        "30s",
    ),
    "lines that are kept": ({"logs": {"keep": "7d"}}, "logs", {"LogNamespace": "workers-mail"}),
    "for some seconds": ({"logs": {"keep": "7d"}}, "keep", 604800.0),
    "or in the journal of the host": ({"logs": {"burst": 0}}, "keep", 0.0),
    "in so many bytes": ({"logs": {"keep": "7d", "at_most": "1G"}}, "keep_at_most", 2**30),
    "in the least space": ({"logs": {"keep": "7d", "at_most": "16M"}}, "keep_at_most", 2**24),
    "in a number of bytes": ({"logs": {"keep": "7d", "at_most": 20000000}}, "keep_at_most", 20000000),
    "in as much as journald takes": ({"logs": {"keep": "7d", "at_most": None}}, "keep_at_most", 0),
    "limits are directives": ({"limits": {"cpu_quota": "50%", "io_weight": None}}, "limits", {"CPUQuota": "50%"}),
    "a path of each instance": ({"environment_files": ["/etc/%i.env"]}, "environment_files", ("/etc/%i.env",)),
    "a preset": ({"preset": "celery"}, "preset", "celery"),
    "a drain": ({"drain_timeout": "10min"}, "drain_timeout", "10min"),
    "a drain in seconds": ({"drain_timeout": 90}, "drain_timeout", "90"),
    "a drain without end": (
        {"drain_timeout": "infinity"},
        "rollout",
        Policy(patience=float("inf")),
    ),
    "a busy check": (
        {"busy_check": ["/bin/busy", "%i", 1]},
        "rollout",
        Policy(busy_check=("/bin/busy", "%i", "1")),
    ),
    "who asks": ({"check_user": "root"}, "rollout", Policy(check_user="root")),
    "a directory": ({"working_directory": "/srv/a b"}, "working_directory", "/srv/a b"),
    "a profile": ({"hardening": "strict"}, "hardening", "strict"),
    "no profile": ({"hardening": "off", "needs": ["home"]}, "guards", {}),
    "a need": ({"hardening": "strict", "needs": ["jit"]}, "guards", directives("strict", ["jit"])),
    "a worker of its own user": ({"user": "mail"}, "guards", directives("standard", [])),
    "a worker that is root": ({}, "guards", directives("standard", ["root"])),
    "a worker that is root by number": ({"user": "0"}, "guards", directives("standard", ["root"])),
    "a user that the unit has": ({"unit": {"Service": {"User": "a"}}}, "guards", directives("standard", [])),
    "a user that systemd makes": ({"unit": {"Service": {"DynamicUser": True}}}, "guards", directives("standard", [])),
    "a user that systemd does not make": (
        {"unit": {"Service": {"DynamicUser": "No"}}},
        "guards",
        directives("standard", ["root"]),
    ),
    "capabilities of the operator": (
        {"user": "mail", "unit": {"Service": {"AmbientCapabilities": "CAP_NET_ADMIN"}}},
        "guards",
        directives("standard", [], privileged=True),
    ),
    "a command that is root inside of the sandbox": (
        {"user": "mail", "command": "!/usr/bin/mail"},
        "guards",
        directives("standard", [], privileged=True),
    ),
    "capabilities of one instance": (
        {"user": "mail", "per_instance": {"1": {"unit": {"Service": {"CapabilityBoundingSet": "CAP_KILL"}}}}},
        "guards",
        directives("standard", [], privileged=True),
    ),
    "an instance with a limit of its own": (
        {"user": "mail", "per_instance": {"1": {"unit": {"Service": {"MemoryMax": "1G"}}}}},
        "guards",
        directives("standard", []),
    ),
    "root in strict has to ask": ({"hardening": "strict"}, "guards", directives("strict", [])),
    "a path to write to": ({"writable_paths": ["/srv/%i/log"]}, "writable_paths", ("/srv/%i/log",)),
    "directories": (
        {"state_directory": "app/%i", "logs_directory": "app"},
        "directories",
        {"StateDirectory": "app/%i", "LogsDirectory": "app"},
    ),
    "directives": ({"unit": {"Service": {"Nice": 5}}}, "unit", {"Service": {"Nice": 5}}),
    "a rollout": (
        {"rollout": {"min_healthy_time": "1min", "max_parallel": 2}},
        "rollout",
        Policy(min_healthy_time=60.0, max_parallel="2"),
    ),
    "half a rollout": ({"rollout": {"max_parallel": "100%"}}, "rollout", Policy(max_parallel="100%")),
}
# options, where the one problem is
REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "no command": ({"command": None}, "command"),
    "an empty command": ({"command": []}, "command"),
    "a blank command": ({"command": " "}, "command"),
    "a command that is a mapping": ({"command": {"a": "b"}}, "command"),
    "a word that is nothing": ({"command": ["/bin/a", None]}, "command[1]"),
    "a word that is a list": ({"command": ["/bin/a", ["b"]]}, "command[1]"),
    "a word with a NUL": ({"command": ["/bin/a", "\0"]}, "command[1]"),
    "a program without its path": ({"command": ["php", "x"]}, "command[0]"),
    "a program without its path in a line": ({"command": "php x"}, "command"),
    "a line that only a shell reads": ({"command": "/bin/a > /tmp/x"}, "command"),
    "a line that is two": ({"command": "/bin/a\nUser=root"}, "command"),
    "a quote that is not closed": ({"command": "/bin/a 'b"}, "command"),
    "a byte that is not UTF-8 in a line": ({"command": "/bin/a \\xff"}, "command"),
    "words that make a line too long": ({"command": ["/bin/a", *["\x01" * 100000] * 3]}, "command"),
    "an instance that is another directory": ({"instances": ["a", ".."]}, "instances[1]"),
    "or the same": ({"instances": ["."]}, "instances[0]"),
    "two dashes": ({"environment_files": ["--/etc/a"]}, "environment_files[0]"),
    "a dash alone": ({"environment_files": ["-"]}, "environment_files[0]"),
    "a user of each instance": ({"user": "%i"}, "user"),
    "an account with a blank": ({"user": "www data"}, "user"),
    "an account with a newline": ({"group": "www\n"}, "group"),
    "a directory that is relative": ({"working_directory": "srv"}, "working_directory"),
    "a directory with a newline": ({"working_directory": "/srv\n"}, "working_directory"),
    "an environment file that is relative": ({"environment_files": ["/a", "b"]}, "environment_files[1]"),
    "another specifier": ({"environment_files": ["/etc/%p.env"]}, "environment_files[0]"),
    "a watched path that is relative": ({"watch": ["current"]}, "watch[0]"),
    "a count below zero": ({"instances": -1}, "instances"),
    "a count that is a boolean": ({"instances": True}, "instances"),
    "a count with a newline": ({"instances": "2\n"}, "instances"),
    "a million instances": ({"instances": 1000000}, "instances"),
    "an instance with a slash": ({"instances": ["a", "b/c"]}, "instances[1]"),
    "an instance with an at sign": ({"instances": ["a@b"]}, "instances[0]"),
    "an instance without a name": ({"instances": [""]}, "instances[0]"),
    "an instance that is nothing": ({"instances": ["a", None]}, "instances[1]"),
    "an instance twice": ({"instances": ["1", 1]}, "instances[1]"),
    "a variable with a bad name": ({"environment": {"A-B": "1"}}, "environment.A-B"),
    "a variable that systemd sets": ({"environment": {"INVOCATION_ID": "1"}}, "environment.INVOCATION_ID"),
    "a variable of this collection": ({"secrets": {"WORKERS_UNIT": "1"}}, "secrets.WORKERS_UNIT"),
    "a variable given twice": ({"environment": {"A": "1"}, "secrets": {"A": "2"}}, "secrets.A"),
    "a credential with a colon": ({"secrets_as": "credentials", "secrets": {"a:b": "1"}}, "secrets.a:b"),
    "a credential of this collection": (
        {"secrets_as": "credentials", "secrets": {"WORKERS_SECRETS": "1"}},
        "secrets.WORKERS_SECRETS",
    ),
    "a credential given both ways": (
        {
            "secrets_as": "credentials",
            "secrets": {"A": "1"},
            "unit": {"Service": {"LoadCredential": ["B:/b", "A:/a"]}},
        },
        "unit.Service.LoadCredential",
    ),
    "a limit of two lines": ({"limits": {"memory_max": "1G\nUser=root"}}, "limits.memory_max"),
    "no number of lines": ({"logs": {"burst": -1}}, "logs.burst"),
    "a limit that is not in force": ({"logs": {"burst": 10**9}}, "logs.burst"),
    "no time for lines": ({"logs": {"burst": 1, "per": "soon"}}, "logs.per"),
    "a time of two lines": ({"logs": {"per": "1s\nUser=root"}}, "logs.per"),
    "no time of a watchdog": ({"watchdog": "often"}, "watchdog"),
    "a watchdog that never barks": ({"watchdog": "infinity"}, "watchdog"),
    "a watchdog of a worker that is silent": ({"watchdog": "30s", "unit": {"Service": {"Type": "exec"}}}, "watchdog"),
    "no time to keep lines": ({"logs": {"keep": "7 days or so"}}, "logs.keep"),
    "a time that no journald can keep": ({"logs": {"keep": "1s"}}, "logs.keep"),
    "lines for ever": ({"logs": {"keep": "infinity"}}, "logs.keep"),
    "no time at all": ({"logs": {"keep": 0}}, "logs.keep"),
    "a size without a journal": ({"logs": {"at_most": "1G"}}, "logs.at_most"),
    "no size": ({"logs": {"keep": "7d", "at_most": "a lot"}}, "logs.at_most"),
    "a size that no journal fits into": ({"logs": {"keep": "7d", "at_most": "15M"}}, "logs.at_most"),
    "a size that no disk has": ({"logs": {"keep": "7d", "at_most": "2E"}}, "logs.at_most"),
    "a part of the disk": ({"logs": {"keep": "7d", "at_most": "10%"}}, "logs.at_most"),
    "two namespaces of the journal": (
        {"logs": {"keep": "7d"}, "unit": {"Service": {"LogNamespace": "mine"}}},
        "unit.Service.LogNamespace",
    ),
    "a limit of the journal given both ways": (
        {"logs": {"per": "1s"}, "unit": {"Service": {"LogRateLimitIntervalSec": "2s"}}},
        "unit.Service.LogRateLimitIntervalSec",
    ),
    "a directive of two lines": ({"unit": {"Service": {"Nice": "5\nUser=root"}}}, "unit.Service.Nice"),
    "the mark of what is ours": ({"unit": {"X-Workers": {"Pool": "other"}}}, "unit.X-Workers"),
    "a pattern of environment files": ({"environment_files": ["/etc/app/*"]}, "environment_files[0]"),
    "a section without directives": ({"unit": {"Service": 5}}, "unit.Service"),
    "a directive given both ways": ({"user": "a", "unit": {"Service": {"User": "b"}}}, "unit.Service.User"),
    "a limit given both ways": (
        {"limits": {"memory_max": "1G"}, "unit": {"Service": {"MemoryMax": "2G"}}},
        "unit.Service.MemoryMax",
    ),
    "a preset that is none": ({"preset": "resque"}, "preset"),
    "a profile that is none": ({"hardening": "paranoid"}, "hardening"),
    "a need that is none": ({"needs": ["jit", "network"]}, "needs[1]"),
    "a path to write to that is relative": ({"writable_paths": ["/a", "b"]}, "writable_paths[1]"),
    "a path to write to with a blank": ({"writable_paths": ["/a b"]}, "writable_paths[0]"),
    "a path to write to with another specifier": ({"writable_paths": ["/a/%p"]}, "writable_paths[0]"),
    "a directory of its own that is absolute": ({"state_directory": "/var/lib/a"}, "state_directory"),
    "a directory of its own that is elsewhere": ({"cache_directory": "a/../../b"}, "cache_directory"),
    "two directories of its own": ({"logs_directory": "a b"}, "logs_directory"),
    "a directory of its own with a newline": ({"runtime_directory": "a\n"}, "runtime_directory"),
    "a drain that is no time": ({"drain_timeout": "soon"}, "drain_timeout"),
    "a drain of 0, which is without end to systemd": ({"drain_timeout": 0}, "drain_timeout"),
    "a drain of two lines": ({"drain_timeout": "1min\n30s"}, "drain_timeout"),
    "somebody who asks and can be nobody": ({"check_user": "a b"}, "check_user"),
    "a busy check from a PATH": ({"busy_check": ["busy", "x"]}, "busy_check[0]"),
    "a time that is none": ({"rollout": {"min_healthy_time": "soon"}}, "rollout.min_healthy_time"),
    "a rollout of nothing": ({"rollout": {"max_parallel": "0"}}, "rollout.max_parallel"),
    "a rollout of nothing in percent": ({"rollout": {"max_parallel": "0%"}}, "rollout.max_parallel"),
    "a rollout of more than all": ({"rollout": {"max_parallel": "101%"}}, "rollout.max_parallel"),
}
NAMES = {
    "none": None,
    "an empty one": "",
    "one with an at sign": "mail@",
    "one with a slash": "../mail",
    "one with a newline": "mail\n",
    "one with a dash first": "-mail",
    "one of 101 letters": "a" * 101,
}
# A value of each option that is a directive.
ONE_OF: dict[str, t.Any] = {
    "command": ["/bin/a"],
    "user": "a",
    "group": "a",
    "working_directory": "/a",
    "environment": {},
    "environment_files": [],
    "drain_timeout": "90s",
    "watchdog": "30s",
    "writable_paths": ["/a"],
    **dict.fromkeys(DIRECTORIES, "a"),
}


def problems_of(**options: t.Any) -> list[Problem]:
    return understand([{"name": "mail", "command": ["/bin/a"], **options}])[1]


@pytest.mark.parametrize(("options", "attribute", "value"), UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
def test_an_option_is_understood(options: dict[str, t.Any], attribute: str, value: t.Any) -> None:
    assert getattr(mail(**options), attribute) == value


@pytest.mark.parametrize(("options", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_told_with_its_place(options: dict[str, t.Any], where: str) -> None:
    assert {problem.where for problem in problems_of(**options)} == {f"pools[0] (mail).{where}"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_that_cannot_be_a_units_is_refused(name: t.Optional[str]) -> None:
    _pools, (problem,) = understand([{"name": name, "command": ["/bin/a"]}])
    assert problem.where == "pools[0].name"


OWN_NAME = re.compile(r"""["'](workers-[a-z-]+)[@{."']""")
CODE = Path(__file__).parents[6] / "plugins" / "module_utils"


@pytest.mark.parametrize(
    "name", sorted({name for file in CODE.rglob("*.py") for name in OWN_NAME.findall(file.read_text())})
)
def test_a_name_of_the_collections_own_units_is_refused(name: str) -> None:
    """Whatever unit is made anywhere in the code."""
    name += "x" if name.endswith("-") else ""
    assert [problem.where for problem in problems_of(name=name)] == [f"pools[0] ({name}).name"]


def test_the_units_of_the_collection_are_known() -> None:
    assert {"workers-revival", "workers-calm", "workers-recovery", "workers-dead-man"} <= {
        name for file in CODE.rglob("*.py") for name in OWN_NAME.findall(file.read_text())
    }
    assert problems_of(name="workers-mail") == []


def test_a_name_is_used_once() -> None:
    pools, (problem,) = understand([{"name": name, "command": ["/bin/a"]} for name in ("a", "b", "a")])
    assert problem.where == "pools[2] (a).name"
    assert "pools[0] (a)" in problem.hint
    assert [pool.name for pool in pools] == ["a", "b", "a"]


def test_the_name_of_an_instance_and_its_pool_fit_into_a_units() -> None:
    longest = 100
    pool, name = "p" * longest, "i" * longest
    assert problems_of(name=pool, instances=[name]) == []
    assert len(unit_name.instance(pool, name)) <= unit_name.LONGEST_UNIT_NAME


def test_an_absent_pool_needs_its_name_alone() -> None:
    pools, problems = understand([{"name": "mail", "state": "absent", "command": None, "instances": None}])
    assert (pools, problems) == ((Pool("mail", "pools[0] (mail)", present=False),), [])


def test_a_paused_pool_is_read_like_a_present_one() -> None:
    options = {"name": "mail", "command": ["/usr/bin/mail-worker"], "instances": 2}
    (present, paused), problems = understand([options, {**options, "name": "sms", "state": "paused"}])
    assert (problems, present.paused, paused.paused, paused.present) == ([], False, True, True)
    assert paused == replace(present, name="sms", where="pools[1] (sms)", paused=True)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    bad: list[dict[str, t.Any]] = [
        {
            "name": "mail",
            "command": "php artisan | tee /tmp/log",
            "user": "no one",
            "working_directory": "app",
            "instances": ["a", "a", "b/c"],
            "environment": {"A": "1", "B-C": "2", "D": None},
            "secrets": {"A": "s3cret", "TOKEN": "s3cret\0", "WORKERS_UNIT": "s3cret"},
            "environment_files": ["/etc/%H", "x"],
            "watch": ["/a\n"],
            "limits": {"memory_max": "1G\n", "tasks_max": " 5"},
            "rollout": {"min_healthy_time": "-1s", "max_parallel": "half"},
            "unit": {"Service": {"User": "root", "ExecStart": "/bin/b", "LogExtraFields": "", "Nice": None}},
        },
        {"name": "-", "command": []},
        {"name": "mail", "state": "absent"},
    ]
    places = {
        "command",
        "user",
        "working_directory",
        "instances[1]",
        "instances[2]",
        "environment.B-C",
        "environment.D",
        "secrets.A",
        "secrets.TOKEN",
        "secrets.WORKERS_UNIT",
        "environment_files[0]",
        "environment_files[1]",
        "watch[0]",
        "limits.memory_max",
        "limits.tasks_max",
        "rollout.min_healthy_time",
        "rollout.max_parallel",
        "unit.Service.User",
        "unit.Service.ExecStart",
        "unit.Service.LogExtraFields",
        "unit.Service.Nice",
    }
    pools, problems = understand(bad)
    assert {problem.where for problem in problems} == {
        *(f"pools[0] (mail).{place}" for place in places),
        "pools[1].name",
        "pools[1].command",
        "pools[2] (mail).name",
    }
    assert (pools[0].executable, pools[0].working_directory, pools[1].exec_start) == ("", None, "")


@given(
    st.dictionaries(
        st.sampled_from(["TOKEN", "BAD-NAME", "INVOCATION_ID", "APP_ENV", "1"]),
        st.one_of(
            st.text().map(lambda text: f"s3cret{text}"),
            st.lists(st.just("s3cret")),
            st.sampled_from(["s3cret\0", "s3cret\ufffe", "s3cret\ud800", "s3cret" * 30000]),
            st.none(),
        ),
    ),
    st.sampled_from(["environment", "credentials"]),
)
def test_no_secret_is_in_a_problem_or_in_the_pools_own_words(secrets: dict[str, t.Any], how: str) -> None:
    given = {"name": "mail", "environment": {"APP_ENV": "x"}, "secrets": secrets, "secrets_as": how}
    pools, problems = understand([given])
    assert "s3cret" not in "".join(map(str, problems))
    assert "s3cret" not in repr(pools)


@pytest.mark.parametrize("directive", sorted(SAME_AS_OPTION))
def test_a_directive_with_an_option_may_be_given_one_way(directive: str) -> None:
    option, limit = SAME_AS_OPTION[directive].partition(".")[::2]
    unit = {"Service": {directive: "x"}}
    alone, both = (
        problems_of(unit=unit),
        problems_of(**{option: {limit: "100"} if limit else ONE_OF[option]}, unit=unit),
    )
    assert bool(alone) is (directive in ALWAYS_OURS)
    if is_list("Service", directive) and directive not in ALWAYS_OURS:
        assert both == [], "one adds to the other"
        return
    assert [problem.where for problem in both] == [f"pools[0] (mail).unit.Service.{directive}"]
    assert SAME_AS_OPTION[directive] in both[0].expected


def test_every_limit_has_a_directive_of_its_own() -> None:
    assert mail(limits=dict.fromkeys(LIMITS, "1")).limits == dict.fromkeys(LIMITS.values(), "1")


def test_a_user_of_each_instance_is_told_what_to_do_instead() -> None:
    (problem,) = problems_of(user="%i")
    assert problem.hint == "All instances of a pool have one: write a pool for each user."


def test_a_list_that_seems_to_name_the_instance_is_warned_of() -> None:
    (warning,) = map(str, literal_problems(mail(command=["/bin/a", "s3cret-%i"])))
    assert warning.startswith("pools[0] (mail).command[1]: found %i, which the program gets unchanged")
    assert "s3cret" not in warning


def test_a_path_of_the_instances_is_there_once() -> None:
    pool = mail(instances=["b", "a"])
    assert pool.of_instances("/srv/%i") == ["/srv/a", "/srv/b"]
    assert pool.of_instances("/srv") == ["/srv"]
    assert pool.of_instances("") == mail(instances=0).of_instances("/srv/%i") == []


def test_a_path_with_i_is_another_for_each_instance() -> None:
    assert concrete("/etc/%i/%i.env", "a") == "/etc/a/a.env"
    assert concrete("/etc/all.env", "a") == "/etc/all.env"


def test_what_the_host_does_not_have_is_left_out_and_said() -> None:
    known = dict.fromkeys(mail().guards, "BOOLEAN")
    assert mail().fitted({"Service": known}) == mail()
    fitted = mail().fitted({"Service": {**known, "SystemCallFilter": "NOTSUPPORTED"}})
    assert fitted.left_out == ("SystemCallFilter",)
    assert {*fitted.guards, "SystemCallFilter"} == set(mail().guards)


# options, and whom systemd runs the worker as
ACCOUNTS: dict[str, tuple[dict[str, t.Any], str | None]] = {
    "nobody said": ({}, "root"),
    "the option": ({"user": "app"}, "app"),
    "the directive": ({"unit": {"Service": {"User": "app"}}}, "app"),
    "the last directive": ({"unit": {"Service": {"User": ["other", "app"]}}}, "app"),
    "a directive that removes the change": ({"unit": {"Service": {"User": ""}}}, "root"),
    "a user that is made up": ({"unit": {"Service": {"DynamicUser": True}}}, None),
    "no user that is made up": ({"unit": {"Service": {"DynamicUser": "no"}}}, "root"),
    "a user for each instance": ({"unit": {"Service": {"User": "app-%i"}}}, None),
}


@pytest.mark.parametrize(("options", "account"), ACCOUNTS.values(), ids=ACCOUNTS.keys())
def test_whom_it_runs_as_and_a_generation_of_it_too(options: dict[str, t.Any], account: str | None) -> None:
    pool = mail(**options)
    assert pool.account == account
    assert as_generation(written(pool), 1, "").as_pool().account == account


# options, and whether anything of the unit runs as root
ROOTS: dict[str, tuple[dict[str, t.Any], bool]] = {
    "nobody said": ({}, True),
    "a user": ({"user": "app"}, False),
    "a user that is made up": ({"unit": {"Service": {"DynamicUser": True}}}, False),
    "a command as root": ({"user": "app", "command": "-+/bin/worker"}, True),
    "a preparation as root": ({"user": "app", "unit": {"Service": {"ExecStartPre": ["/bin/a", "!/bin/b"]}}}, True),
    "no preparation as root": ({"user": "app", "unit": {"Service": {"ExecStartPre": "-/bin/a +x", "Nice": 5}}}, False),
    "a busy check as root": ({"user": "app", "busy_check": ["/bin/a"], "check_user": "root"}, True),
    "a busy check": ({"user": "app", "busy_check": ["/bin/a"]}, False),
}


@pytest.mark.parametrize(("options", "has_root"), ROOTS.values(), ids=ROOTS.keys())
def test_whether_anything_of_it_runs_as_root(options: dict[str, t.Any], has_root: bool) -> None:
    assert mail(**options).has_root_in_it is has_root


OTHER = {"1": {"limits": {"memory_max": "2G"}}}
BY_UNIT = {"Service": {"MemoryMax": "1G"}}
MEMORY: dict[str, tuple[dict[str, t.Any], t.Optional[int]]] = {
    "none": ({}, None),
    "an amount": ({"limits": {"memory_max": "512M"}}, 2**29),
    "bytes": ({"limits": {"memory_max": 1024}}, 1024),
    "no limit": ({"limits": {"memory_max": "infinity"}}, None),
    "a part of a host": ({"limits": {"memory_max": "50%"}}, None),
    "nothing at all": ({"limits": {"memory_max": 0}}, None),
    "the largest of the instances": ({"limits": {"memory_max": "512M"}, "per_instance": OTHER}, 2**31),
    "one instance without": (
        {"limits": {"memory_max": "1G"}, "per_instance": {"2": {"limits": {"memory_max": "infinity"}}}},
        None,
    ),
    "another limit of an instance": (
        {"limits": {"memory_max": "1G"}, "per_instance": {"1": {"environment": {"A": 1}}}},
        2**30,
    ),
    "an instance that is not there": (
        {"limits": {"memory_max": "1G"}, "per_instance": OTHER, "instances": ["a"]},
        2**30,
    ),
    "as a directive": ({"unit": BY_UNIT}, 2**30),
    "as a directive of an instance": (
        {"limits": {"memory_max": "512M"}, "per_instance": {"1": {"unit": BY_UNIT}}},
        2**30,
    ),
}


@pytest.mark.parametrize(("options", "size"), MEMORY.values(), ids=MEMORY.keys())
def test_the_most_memory_of_an_instance(options: dict[str, t.Any], size: t.Optional[int]) -> None:
    shared = Capacity(0, 2**33)
    (pool,), problems = understand([{"name": "mail", "command": "/bin/true", "instances": 2, **options}])
    assert (pool.memory_max, [one for one in problems if "per_instance" not in one.where]) == (size, [])
    _pools, problems = understand(
        [{"name": "mail", "command": "/bin/true", "instances": 2, **options, "capacity": shared}]
    )
    places = {one.where for one in problems if one.expected == "an amount of memory, such as 512M"}
    assert bool(places) == (not size)
    assert all(one.endswith("limits.memory_max") for one in places)


def test_a_pool_that_shares_memory_says_how_much_an_instance_may_have() -> None:
    found = []
    for limits in ({}, {"memory_max": "50%"}):
        _pools, problems = understand(
            [{"name": "mail", "command": "/bin/true", "limits": limits, "capacity": Capacity(0, 2**33)}]
        )
        found += [str(one) for one in problems]
    expected = "expected an amount of memory, such as 512M (capacity.memory counts each instance with it.)"
    assert found == [f"pools[0] (mail).limits.memory_max: found {one}, {expected}" for one in ("nothing", "'50%'")]
    own = {"limits": {"memory_max": "512M"}, "per_instance": {"1": {"limits": {"memory_max": "infinity"}}}}
    _pools, (problem,) = understand([{"name": "mail", "command": "/bin/true", **own, "capacity": Capacity(0, 2**33)}])
    assert str(problem) == f"pools[0] (mail).per_instance.1.limits.memory_max: found 'infinity', {expected}"
    assert understand([{"name": "mail", "command": "/bin/true", "capacity": Capacity(40)}])[1] == []
