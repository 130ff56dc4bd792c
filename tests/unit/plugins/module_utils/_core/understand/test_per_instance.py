# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand import per_instance
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import OwnSettings, Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from tests.unit.plugins.module_utils._core.builders import mail

NAMES = ["mail", "pdf", "video"]
SECRET = "not-for-anybody"


def problems_of(given: t.Any, **options: t.Any) -> dict[str, str]:
    """What is found, by its place below the option; the place of another option is whole."""
    pool = {"name": "mail", "command": ["/bin/a"], "instances": NAMES, "per_instance": given, **options}
    _pools, problems = understand([pool])
    assert SECRET not in "".join(map(str, problems))
    return {one.where.replace("pools[0] (mail).per_instance.", ""): str(one) for one in problems}


# What an instance has, and the settings that are understood.
UNDERSTOOD: dict[str, tuple[dict[str, t.Any], OwnSettings]] = {
    "variables as text": ({"environment": {"A": 1, "B": True}}, OwnSettings({"A": "1", "B": "true"})),
    "secrets": ({"secrets": {"A": 1}}, OwnSettings(secrets={"A": "1"})),
    "limits are directives": ({"limits": {"memory_max": "2G"}}, OwnSettings(limits={"MemoryMax": "2G"})),
    "a limit that is a number": ({"limits": {"tasks_max": 9}}, OwnSettings(limits={"TasksMax": "9"})),
    "directives": ({"unit": {"Service": {"Nice": 5}}}, OwnSettings(unit={"Service": {"Nice": 5}})),
    "what is left out": ({"limits": {"memory_max": None}, "unit": None}, OwnSettings()),
}


@pytest.mark.parametrize(("own", "settings"), UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
def test_an_instance_has(own: dict[str, t.Any], settings: OwnSettings) -> None:
    pool = mail(instances=NAMES, per_instance={"pdf": own})
    assert pool.per_instance == {"pdf": settings}
    assert pool.own == ({"pdf": settings} if settings.any else {})


def test_secrets_become_what_those_of_the_pool_become() -> None:
    pool = mail(instances=NAMES, secrets_as="credentials", per_instance={"pdf": {"secrets": {"a.b": "x\ny"}}})
    assert pool.own["pdf"] == OwnSettings(credentials={"a.b": "x\ny"})


def test_a_count_has_numbers_and_one_that_is_not_in_use_waits() -> None:
    own = {"environment": {"A": "1"}, "secrets": {"B": SECRET}}
    pool = mail(instances=2, per_instance={1: own, "3": own})
    assert list(pool.own) == ["1"]
    assert list(per_instance.waiting(pool)) == [
        "pools[0] (mail).per_instance.3: is not in use, for the pool has 2 instances now"
    ]
    assert pool.secret_values == {SECRET}
    assert list(per_instance.waiting(mail(instances=3, per_instance={"3": own}))) == []


# What is given, and the place and the beginning of each problem.
WRONG: dict[str, tuple[t.Any, dict[str, t.Any], dict[str, str]]] = {
    "a name that no instance has": (
        {"pfd": {}},
        {},
        {"pfd": "no instance of this name, expected one of mail, pdf, video (Did you mean pdf?)"},
    ),
    "a name in a pool without any": (
        {"pdf": {}},
        {"instances": []},
        {"pdf": "no instance of this name, expected no name"},
    ),
    "a number for names": ({"1": {}}, {}, {"1": "no instance of this name"}),
    "a name for a count": (
        {"pdf": {}},
        {"instances": 2},
        {"pdf": "no number of an instance, expected a number from 1"},
    ),
    "no number of an instance": (
        {"0": {}, "01": {}, "-1": {}, "100000": {}},
        {"instances": 2},
        dict.fromkeys(("0", "01", "-1", "100000"), "no number of an instance"),
    ),
    "nothing, a text and a list": (
        {"mail": None, "pdf": SECRET, "video": [SECRET]},
        {},
        {"mail": "nothing, expected a mapping", "pdf": "str, expected a mapping", "video": "list, expected a mapping"},
    ),
    "an option that does not exist": (
        {"pdf": {"secretz": {"A": SECRET}, "command": "/bin/b"}},
        {},
        {"pdf.secretz": "an unknown option, expected", "pdf.command": "an unknown option, expected"},
    ),
    "an unknown limit": (
        {"pdf": {"limits": {"memory_mx": "1G"}}},
        {},
        {"pdf.limits.memory_mx": "an unknown option, expected an option that exists (Did you mean memory_"},
    ),
    "a text or a list in place of a mapping": (
        {"pdf": {"environment": f"A={SECRET}", "secrets": [SECRET], "limits": "2G", "unit": []}},
        {},
        {
            "pdf.environment": "str, expected a mapping",
            "pdf.secrets": "list, expected a mapping",
            "pdf.limits": "str, expected a mapping",
            "pdf.unit": "list, expected a mapping",
        },
    ),
    "a list for a limit": (
        {"pdf": {"limits": {"memory_max": ["2G"]}}},
        {},
        {"pdf.limits.memory_max": "list, expected text"},
    ),
    "a limit in two lines": (
        {"pdf": {"limits": {"memory_max": "2\nG"}}},
        {},
        {"pdf.limits.memory_max": "a newline"},
    ),
    "no value": ({"pdf": {"environment": {"A": None}}}, {}, {"pdf.environment.A": "nothing, expected text"}),
    "no name of a variable": ({"pdf": {"secrets": {"a-b": SECRET}}}, {}, {"pdf.secrets.a-b": "this name, expected"}),
    "a reserved name": (
        {"pdf": {"environment": {"WORKERS_UNIT": "x"}}},
        {},
        {"pdf.environment.WORKERS_UNIT": "a reserved"},
    ),
    "a variable in both": (
        {"pdf": {"environment": {"A": "1"}, "secrets": {"A": SECRET}}},
        {},
        {"pdf.secrets.A": "also in environment"},
    ),
    "a directive that is ours": (
        {"pdf": {"unit": {"Service": {"ExecStart": "/bin/b", "EnvironmentFile": "/x"}}}},
        {},
        {"pdf.unit.Service.ExecStart": "given both ways", "pdf.unit.Service.EnvironmentFile": "given both ways"},
    ),
    "a limit given both ways": (
        {"pdf": {"limits": {"memory_max": "1G"}, "unit": {"Service": {"MemoryMax": "2G"}}}},
        {},
        {"pdf.unit.Service.MemoryMax": "given both ways, expected the option `limits.memory_max` alone"},
    ),
    "another user": (
        {"pdf": {"unit": {"Service": {"User": "a", "Group": "b", "DynamicUser": True, "SupplementaryGroups": "c"}}}},
        {},
        dict.fromkeys(
            (f"pdf.unit.Service.{key}" for key in ("User", "Group", "DynamicUser", "SupplementaryGroups")), ""
        ),
    ),
    "a reset of dependencies": (
        {"pdf": {"unit": {"Unit": {"After": ["", "a.service"], "Wants": "b.service", "Requires": ""}}}},
        {},
        {"pdf.unit.Unit.After": "an empty text", "pdf.unit.Unit.Requires": "an empty text"},
    ),
    "a field of ours": (
        {"pdf": {"unit": {"Service": {"LogExtraFields": "WORKERS_POOL=x"}}}},
        {},
        {"pdf.unit.Service.LogExtraFields": "the field WORKERS_POOL"},
    ),
    "the mark of our units": ({"pdf": {"unit": {"X-Workers": {"Pool": "x"}}}}, {}, {"pdf.unit.X-Workers": "given"}),
    "a credential that is in secrets": (
        {"pdf": {"secrets": {"a": SECRET}, "unit": {"Service": {"LoadCredential": "a:/x"}}}},
        {"secrets_as": "credentials"},
        {"pdf.unit.Service.LoadCredential": "the credential a"},
    ),
    "what the manager of a user cannot do": (
        {"pdf": {"unit": {"Service": {"AmbientCapabilities": "CAP_CHOWN", "CapabilityBoundingSet": "CAP_CHOWN"}}}},
        {"scope": "user", "user": "app"},
        {"pdf.unit.Service.CapabilityBoundingSet": "CapabilityBoundingSet, expected what the manager of a user"},
    ),
}


@pytest.mark.parametrize(("given", "options", "problems"), WRONG.values(), ids=WRONG.keys())
def test_it_is_wrong(given: t.Any, options: dict[str, t.Any], problems: dict[str, str]) -> None:
    found = problems_of(given, **options)
    assert set(found) == set(problems)
    for place, begins in problems.items():
        assert f": found {begins}" in found[place]


def test_names_are_not_judged_when_the_instances_are_wrong() -> None:
    assert set(problems_of({"pdf": {}}, instances=["a/b"])) == {"pools[0] (mail).instances[0]"}


def test_a_command_of_root_in_one_instance_is_one_in_the_pool() -> None:
    plain: dict[str, t.Any] = {"user": "app", "instances": NAMES}
    assert not mail(**plain, per_instance={"pdf": {"unit": {"Service": {"ExecStartPre": "/bin/a"}}}}).has_root_in_it
    assert mail(**plain, per_instance={"pdf": {"unit": {"Service": {"ExecStartPre": "+/bin/a"}}}}).has_root_in_it


def hidden(value: t.Any) -> t.Any:
    return dict.fromkeys(value, "hidden") if isinstance(value, dict) else value and "hidden"


# As Ansible hands it on, before anything was understood.
GIVEN: dict[str, tuple[t.Any, t.Any, set[t.Any]]] = {
    "nothing": (None, None, set()),
    "a text": (SECRET, "hidden", set()),
    "a text for an instance": ({"pdf": SECRET}, {"pdf": "hidden"}, set()),
    "secrets": ({"pdf": {"secrets": {"A": SECRET}}}, {"pdf": {"secrets": {"A": "hidden"}}}, {SECRET}),
    "secrets of another shape": ({"pdf": {"secrets": SECRET}}, {"pdf": {"secrets": "hidden"}}, set()),
    "another option of another shape": ({"pdf": {"environment": SECRET}}, {"pdf": {"environment": "hidden"}}, set()),
    "an unknown option": ({"pdf": {"secretz": {"A": SECRET}}}, {"pdf": {}}, set()),
    "the others": (
        {"pdf": {"environment": {"A": "1"}, "limits": {"memory_max": "1G"}}},
        {"pdf": {"environment": {"A": "1"}, "limits": {"memory_max": "1G"}}},
        set(),
    ),
}


@pytest.mark.parametrize(("given", "shown", "secrets"), GIVEN.values(), ids=GIVEN.keys())
def test_what_is_shown_has_no_secret(given: t.Any, shown: t.Any, secrets: set[t.Any]) -> None:
    assert per_instance.shown(given, hidden) == shown
    assert set(per_instance.secrets_in(given)) == secrets


def test_a_pool_that_is_gone_has_none() -> None:
    assert Pool("mail", present=False).own == {}
