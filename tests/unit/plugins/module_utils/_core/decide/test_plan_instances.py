# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_instances import (
    absence,
    instances_problems,
    left_down,
    left_out,
    plan_instances,
    unit_problems,
    unit_steps,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, Process
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import (
    Service,
    Source,
    install_links,
    install_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import Asked, choose

SYSTEMD = 252
ONE = "w@1.service"
PATH = "/usr/lib/systemd/system/w@.service"
INSTALL = "[Install]\nWantedBy=multi-user.target\n"
LINK = frozenset({"multi-user.target.wants/w@1.service"})
STARTED = 1000.0


def source(service: str = "", install: str = INSTALL, path: str = PATH) -> Source:
    return Source(path, unit=Unit.of("w@.service", f"[Service]\nExecStart=/bin/w\n{service}\n{install}", path=path))


def service(active: str, sub: str, *, load: str = "loaded", **changed: t.Any) -> Service:
    process = Process(None, "", STARTED) if active in ("active", "reloading", "activating") else None
    return replace(Service(Instance(load, active, sub, False, process), source=source()), **changed)


RUNS = service("active", "running")
STOPPED = service("inactive", "dead")
FAILED = service("failed", "failed")
WAITS = service("activating", "auto-restart")
STARTS = service("activating", "start")
RELOADABLE = replace(RUNS, source=source("ExecReload=/bin/true"))
UNITS = {"units": (ONE,)}

# what is asked, what is there, what is done
STEPS: dict[str, tuple[dict[str, t.Any], Service, list[Verb]]] = {
    "what runs is left": ({"state": "started"}, RUNS, []),
    "what does not run starts": ({"state": "started"}, STOPPED, [Verb.START]),
    "what failed starts": ({"state": "started"}, FAILED, [Verb.START]),
    "what waits for its restart does not wait": ({"state": "started"}, WAITS, [Verb.RESTART]),
    "what runs stops": ({"state": "stopped"}, RUNS, [Verb.STOP]),
    "what waits for its restart stops too": ({"state": "stopped"}, WAITS, [Verb.STOP]),
    "what is stopped is left": ({"state": "stopped"}, STOPPED, []),
    "what failed is stopped": ({"state": "stopped"}, FAILED, []),
    "and forgotten when that is asked": ({"state": "stopped", "reset_failed": True}, FAILED, [Verb.FORGET]),
    "as is a stop that may fail": ({"state": "stopped", "reset_failed": True}, RUNS, [Verb.STOP, Verb.FORGET]),
    "but nothing where there is nothing": ({"state": "stopped", "reset_failed": True}, STOPPED, []),
    "a restart restarts": ({"state": "restarted"}, RUNS, [Verb.RESTART]),
    "and starts": ({"state": "restarted"}, STOPPED, [Verb.START]),
    "trying to restart restarts": ({"state": "try_restarted"}, RUNS, [Verb.RESTART]),
    "also what waits for its restart": ({"state": "try_restarted"}, WAITS, [Verb.RESTART]),
    "and leaves what is stopped": ({"state": "try_restarted"}, STOPPED, []),
    "and what failed": ({"state": "try_restarted"}, FAILED, []),
    "a reload reloads and looks what becomes of it": (
        {"state": "reloaded"},
        RELOADABLE,
        [Verb.RELOAD_UNIT, Verb.JUDGE],
    ),
    "and starts what does not run": ({"state": "reloaded"}, STOPPED, [Verb.START]),
    "it reloads rather than restarts": (
        {"state": "reload_or_restarted"},
        RELOADABLE,
        [Verb.RELOAD_UNIT, Verb.JUDGE],
    ),
    "and restarts what cannot reload": ({"state": "reload_or_restarted"}, RUNS, [Verb.RESTART]),
    "what is older restarts": ({"started_after": STARTED + 1}, RUNS, [Verb.RESTART]),
    "what is not stays": ({"started_after": STARTED}, RUNS, []),
    "of unknown age restarts": (
        {"started_after": STARTED},
        replace(RUNS, seen=replace(RUNS.seen, process=None)),
        [Verb.RESTART],
    ),
    "an older one that is starting restarts": ({"started_after": STARTED + 1}, STARTS, [Verb.RESTART]),
    "what somebody stopped stays so": ({"started_after": STARTED + 1}, STOPPED, []),
    "unless it is to run": ({"started_after": STARTED + 1, "state": "started"}, STOPPED, [Verb.START]),
    "a restart after a moment happens once": ({"started_after": STARTED, "state": "restarted"}, RUNS, []),
    "a try too": ({"started_after": STARTED, "state": "try_restarted"}, RUNS, []),
    "links are made": ({"enabled": True}, RUNS, [Verb.ENABLE]),
    "and left": ({"enabled": True}, replace(RUNS, links=LINK), []),
    "and made anew when others are asked for now": (
        {"enabled": True},
        replace(RUNS, links=frozenset({"old.target.wants/w@1.service"})),
        [Verb.REENABLE],
    ),
    "also when there are more": (
        {"enabled": True},
        replace(RUNS, links=LINK | {"old.target.wants/w@1.service"}),
        [Verb.REENABLE],
    ),
    "but not when nobody can tell": (
        {"enabled": True},
        replace(RUNS, links=LINK, source=source(install="[Install]\nWantedBy=%H.target\n")),
        [],
    ),
    "nor when none is asked for": ({"enabled": True}, replace(RUNS, links=LINK, source=source(install="")), []),
    "nor without a file to look at": ({"enabled": True}, replace(RUNS, links=LINK, source=Source()), []),
    "and taken away": ({"enabled": False}, replace(RUNS, links=LINK), [Verb.DISABLE]),
    "where there are some": ({"enabled": False}, RUNS, []),
    "a failure is forgotten": ({"reset_failed": True}, FAILED, [Verb.FORGET]),
    "and nothing else is": ({"reset_failed": True}, RUNS, []),
    "a start forgets by itself": ({"reset_failed": True, "state": "started"}, FAILED, [Verb.START]),
    "links before processes": ({"enabled": True, "state": "started"}, STOPPED, [Verb.ENABLE, Verb.START]),
}


def asked(options: dict[str, t.Any]) -> Asked:
    return Asked(**{**UNITS, **options})


@pytest.mark.parametrize(("options", "there", "verbs"), STEPS.values(), ids=STEPS.keys())
def test_a_unit_gets_these_steps(options: dict[str, t.Any], there: Service, verbs: list[Verb]) -> None:
    assert [step.verb for step in unit_steps(ONE, there, asked(options), SYSTEMD)] == verbs


def test_each_step_has_its_reason() -> None:
    (old,) = unit_steps(ONE, RUNS, asked({"started_after": 1769860800.0}), SYSTEMD)
    assert old.because == "started at 1970-01-01T00:16:40Z, before 2026-01-31T12:00:00Z"
    other = replace(RUNS, links=frozenset({"old.target.wants/w@1.service"}))
    (links,) = unit_steps(ONE, other, asked({"enabled": True}), SYSTEMD)
    assert links.because == (
        "is enabled by old.target.wants/w@1.service, and [Install] now says multi-user.target.wants/w@1.service"
    )


def planned(
    options: Asked, there: dict[str, Service]
) -> tuple[dict[str, list[tuple[Verb, str]]], dict[str, list[str]]]:
    groups = plan_instances(options, choose(options, there), there, SYSTEMD)
    steps = {name: [(step.verb, step.subject) for step in group.steps] for name, group in groups.items()}
    return steps, {name: list(group.wanted) for name, group in groups.items()}


def test_surplus_instances_go_and_survivors_are_not_touched() -> None:
    there = {
        "w@1.service": RUNS,
        "w@2.service": replace(RUNS, links=frozenset({"a"}), seen=replace(RUNS.seen, enabled=True)),
    }
    steps, wanted = planned(Asked("w", ("1",), state="started"), there)
    gone = "w@2.service"
    assert steps == {"w@.service": [(Verb.DISABLE, gone), (Verb.STOP, gone), (Verb.FORGET, gone)]}
    assert wanted == {"w@.service": ["w@1.service"]}


def test_templates_and_plain_services_are_apart() -> None:
    there = {"w@1.service": STOPPED, "v@1.service": STOPPED, "a.service": STOPPED, "b.service": RUNS}
    steps, wanted = planned(Asked(units=("*.service",), state="started"), there)
    assert steps == {
        "services": [(Verb.START, "a.service")],
        "v@.service": [(Verb.START, "v@1.service")],
        "w@.service": [(Verb.START, "w@1.service")],
    }
    assert wanted["services"] == ["a.service", "b.service"]


# whether a stopped one counts as one that should be up, and whether it is told
DOWN: dict[str, tuple[dict[str, t.Any], list[str], list[str]]] = {
    "to be started": ({"state": "started"}, ["w@1.service", "w@2.service"], []),
    "to be stopped": ({"state": "stopped"}, [], []),
    "passed over by a restart": ({"started_after": 1.0}, ["w@1.service"], ["w@2.service"]),
    "passed over by a try": ({"state": "try_restarted"}, ["w@1.service"], ["w@2.service"]),
    "as it is": ({"enabled": True}, ["w@1.service"], []),
}


@pytest.mark.parametrize(("options", "wanted", "result"), DOWN.values(), ids=DOWN.keys())
def test_what_is_stopped(options: dict[str, t.Any], wanted: list[str], result: list[str]) -> None:
    there = {"w@1.service": RUNS, "w@2.service": STOPPED}
    everything = asked({"units": ("w@*.service",), **options})
    assert planned(everything, there)[1].get("w@.service", []) == wanted
    assert left_down(everything, choose(everything, there), there) == result


MASKED = Source("/etc/systemd/system/w@1.service", masked=True)
# what is asked, what is there, what is told: where and the beginning of what was found
WRONG: dict[str, tuple[dict[str, t.Any], Service, list[tuple[str, str]]]] = {
    "nothing": ({"state": "started", "enabled": True}, RUNS, []),
    "an instance that is masked": ({"state": "started"}, replace(STOPPED, source=MASKED), [(ONE, "masked by /etc")]),
    "its template that is masked": (
        {"enabled": True},
        replace(STOPPED, source=Source("/etc/systemd/system/w@.service", masked=True)),
        [("w@.service", "masked by /etc")],
    ),
    "a masked one that only goes": ({"state": "stopped", "enabled": False}, replace(RUNS, source=MASKED), []),
    "a masked one that is left alone": ({"started_after": 1.0}, replace(STOPPED, source=MASKED), []),
    "a process without a file": (
        {"state": "started"},
        replace(RUNS, source=Source()),
        [(ONE, "active (running) without a unit file")],
    ),
    "a link without a file": (
        {"state": "restarted"},
        replace(STOPPED, source=Source(), links=LINK),
        [(ONE, "enabled by multi-user.target.wants/w@1.service without")],
    ),
    "half a unit that only goes": ({"state": "stopped", "enabled": False}, replace(RUNS, source=Source()), []),
    "nothing at all, which is another question": ({"state": "started"}, Service(), []),
    "a unit that systemd refused": (
        {"state": "started"},
        service("inactive", "dead", load="bad-setting"),
        [(ONE, "a unit that systemd refused to load (bad-setting)")],
    ),
    "one that ends": (
        {"state": "started"},
        replace(STOPPED, source=source("Type=oneshot")),
        [("w@.service", "Type=oneshot")],
    ),
    "one that ends and is only enabled": ({"enabled": True}, replace(STOPPED, source=source("Type=oneshot")), []),
    "one that cannot reload": ({"state": "reloaded"}, RUNS, [("w@.service", "no ExecReload=")]),
    "one that need not": ({"state": "reload_or_restarted"}, RUNS, []),
    "one that only starts": ({"state": "reloaded"}, STOPPED, []),
    "no [Install]": ({"enabled": True}, replace(RUNS, source=source(install="")), [("w@.service", "no [Install]")]),
    "no [Install], and links that somebody made": (
        {"enabled": True},
        replace(RUNS, source=source(install=""), links=LINK),
        [],
    ),
    "a unit of a generator": (
        {"enabled": True},
        replace(RUNS, source=source(path="/run/systemd/generator/w@.service")),
        [("w@.service", "generated, in /run/systemd/generator/w@.service")],
    ),
    "a unit of a generator that only runs": (
        {"state": "started"},
        replace(RUNS, source=source(path="/run/systemd/generator/w@.service")),
        [],
    ),
    "another name": (
        {"state": "restarted"},
        replace(RUNS, source=replace(source(), alias_of="real.service")),
        [(ONE, "another name of real.service")],
    ),
    "a pool of ours that is enabled": (
        {"enabled": True},
        replace(RUNS, source=source(install="[X-Workers]\nPool=w\n")),
        [("w@.service", "a unit of the pool w")],
    ),
    "a pool of ours that is scaled": (
        {"template": "w", "units": (), "state": "started"},
        replace(RUNS, source=source(install="[X-Workers]\nPool=w\n")),
        [("w@.service", "a unit of the pool w")],
    ),
    "a pool of ours that is restarted": (
        {"started_after": STARTED + 1},
        replace(RUNS, source=source(install="[X-Workers]\nPool=w\n")),
        [],
    ),
}


@pytest.mark.parametrize(("options", "there", "result"), WRONG.values(), ids=WRONG.keys())
def test_this_is_in_the_way(options: dict[str, t.Any], there: Service, result: list[tuple[str, str]]) -> None:
    question = asked(options)
    restarts = any(step.verb is Verb.RESTART for step in unit_steps(ONE, there, question, SYSTEMD))
    problems = list(unit_problems(ONE, there, question, restarts=restarts))
    assert [problem.where for problem in problems] == [where for where, _found in result]
    assert all(problem.found.startswith(found) for problem, (_where, found) in zip(problems, result))


def test_a_plain_service_is_named_itself() -> None:
    plain = replace(RUNS, source=source(install=""))
    (problem,) = unit_problems("w.service", plain, asked({"enabled": True}), restarts=False)
    assert problem.where == "w.service"


ABSENT: dict[str, tuple[dict[str, t.Any], Service, bool]] = {
    "to be started": ({"state": "started"}, Service(), True),
    "to be enabled": ({"enabled": True}, Service(), True),
    "to be stopped": ({"state": "stopped"}, Service(), False),
    "to be restarted when it runs": ({"started_after": 1.0}, Service(), False),
    "masked, which is told as such": ({"state": "started"}, Service(source=MASKED), False),
    "half there, which is told as such": ({"state": "started"}, Service(links=LINK), False),
    "there": ({"state": "started"}, STOPPED, False),
}


@pytest.mark.parametrize(("options", "there", "missing"), ABSENT.values(), ids=ABSENT.keys())
def test_a_unit_of_which_nothing_is_there(options: dict[str, t.Any], there: Service, missing: bool) -> None:
    problems = list(absence(ONE, there, asked(options)))
    assert [problem.where for problem in problems] == (["w@.service"] if missing else [])


# ---- after a run, there is nothing left to do

states = st.sampled_from([RUNS, STOPPED, FAILED, WAITS, STARTS, RELOADABLE, Service(source=source())])
linked = st.sampled_from([frozenset(), LINK, frozenset({"old.target.wants/w@1.service"})])
questions = st.builds(
    lambda **options: Asked(units=(ONE,), **options),
    state=st.sampled_from(["", "started", "stopped"]),
    enabled=st.sampled_from([None, True, False]),
    reset_failed=st.booleans(),
    started_after=st.sampled_from([None, STARTED - 1, STARTED + 1]),
)


def carried_out(steps: t.Sequence[Step], there: Service) -> Service:
    """What systemd makes of the steps; a model that is true for units that are well."""
    seen, links = there.seen, there.links
    for step in steps:
        if step.verb in (Verb.ENABLE, Verb.REENABLE):
            assert there.source.unit is not None
            links = install_links(ONE, install_of(there.source.unit, SYSTEMD)) or frozenset()
        elif step.verb is Verb.DISABLE:
            links = frozenset()
        elif step.verb in (Verb.STOP, Verb.FORGET):
            seen = Instance("loaded", "inactive", "dead")
        elif step.verb in (Verb.START, Verb.RESTART):
            seen = Instance("loaded", "active", "running", False, Process(None, "", STARTED + 2))
    return Service(seen, links, there.source)


@given(questions, states, linked)
def test_a_second_run_has_nothing_to_do(question: Asked, there: Service, links: frozenset[str]) -> None:
    there = replace(there, links=links)
    after = carried_out(list(unit_steps(ONE, there, question, SYSTEMD)), there)
    assert list(unit_steps(ONE, after, question, SYSTEMD)) == []


def test_a_glob_is_proposed_without_what_ends() -> None:
    question = Asked(units=("app-*.service", "b.service"), state="restarted")
    stay, ends = ["app-web.service", "app-web2.service"], ["app-clean.service", "b.service"]
    hints = left_out(question, stay, ends)
    assert hints == {"app-clean.service": " Without: app-web*.service in place of app-*.service."}
    (problem,) = unit_problems(
        "app-clean.service",
        replace(STOPPED, source=source("Type=oneshot")),
        question,
        restarts=True,
        without=hints["app-clean.service"],
    )
    assert problem.hint.endswith("Without: app-web*.service in place of app-*.service.")
    assert left_out(question, [], ends) == {}


def test_what_is_wrong_with_units_and_what_is_missing_are_two_things() -> None:
    """``a`` ends by itself, ``b`` is not there, and ``c`` runs. Only what restarts has to be able to."""
    ends = Source("/usr/lib/systemd/system/a.service", unit=Unit.of("a.service", "[Service]\nType=oneshot\n"))
    there = {
        "a.service": replace(RUNS, source=ends),
        "b.service": Service(),
        "c.service": replace(RUNS, source=replace(source(), path="/usr/lib/systemd/system/c.service")),
    }
    asked = Asked(units=("a*", "b.service", "c.service"), state="restarted")
    chosen = choose(replace(asked, units=("a*.service", "b.service", "c.service")), there)
    asked = replace(asked, units=("a*.service", "b.service", "c.service"))
    restart = [Step(Verb.RESTART, "a.service", "is asked for")]
    found, missing = instances_problems(asked, chosen, there, restart)
    assert [(problem.where, problem.found) for problem in found] == [("a.service", "Type=oneshot")]
    assert [(problem.where, problem.found) for problem in missing] == [("b.service", "no unit file")]
