# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    file_steps,
    owed_verdicts,
    passing_over,
    plan_pool,
    plan_reload,
    plan_removal,
    plan_revert,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from tests.unit.plugins.module_utils._core.builders import (
    STARTED,
    files_of,
    in_place,
    mail,
    running,
    titled,
    written,
)

FULL: dict[str, t.Any] = {
    "instances": 3,
    "environment": {"APP_ENV": "production"},
    "secrets": {"APP_KEY": "s3cret"},
    "environment_files": ["/etc/mail/%i.env"],
    "watch": ["/srv/current"],
}
WANTED = written(mail(**FULL))
TEMPLATE, TARGET = SYSTEM.unit("mail@.service"), SYSTEM.unit("mail.target")
SECRETS = SYSTEM.config("mail", "secrets")
ALL = {f"mail@{number}.service" for number in (1, 2, 3)}

# An instance as the host shows it, and what a plan does with it.
SEEN: dict[str, tuple[Instance, list[Verb]]] = {
    "is in place": (in_place(WANTED).instances["2"], []),
    "is not there": (Instance(), [Verb.ENABLE, Verb.START]),
    "is enabled only": (Instance(enabled=True), [Verb.START]),
    "was stopped by hand": (Instance("loaded", "inactive", "dead", True), [Verb.START]),
    "has failed": (Instance("loaded", "failed", "failed", True), [Verb.START]),
    "waits for its restart": (Instance("loaded", "activating", "auto-restart", True), [Verb.RESTART]),
    "was started by hand": (replace(in_place(WANTED).instances["2"], enabled=False), [Verb.ENABLE]),
    "has the link that its pool makes": (
        replace(in_place(WANTED).instances["2"], links=frozenset({"mail.target.wants/mail@2.service"})),
        [],
    ),
    "has the link that a unit of its name had": (
        replace(in_place(WANTED).instances["2"], links=frozenset({"multi-user.target.wants/mail@2.service"})),
        [Verb.REENABLE],
    ),
    "has a link more, which somebody gave it": (
        replace(
            in_place(WANTED).instances["2"],
            links=frozenset({"mail.target.wants/mail@2.service", "app.target.wants/mail@2.service"}),
        ),
        [],
    ),
    "runs without a process to look at": (Instance("loaded", "active", "running", True), []),
}
SURPLUS: dict[str, tuple[Instance, list[Verb]]] = {
    "runs": (Instance("loaded", "active", "running", True), [Verb.DISABLE, Verb.STOP, Verb.FORGET]),
    "runs and is not enabled": (Instance("loaded", "active", "running"), [Verb.STOP, Verb.FORGET]),
    "waits for its restart": (Instance("loaded", "activating", "auto-restart"), [Verb.STOP, Verb.FORGET]),
    "has failed": (Instance("loaded", "failed", "failed", True), [Verb.DISABLE, Verb.FORGET]),
    "is enabled only": (Instance(enabled=True), [Verb.DISABLE]),
    "is nothing but known": (Instance("loaded"), []),
}


def test_what_is_masked_is_passed_over_and_nothing_else_is() -> None:
    steps = plan_pool(WANTED, ObservedPool(instances={"7": Instance("masked", "active", "running", True)}))
    left = passing_over({"mail@2.service", "mail@7.service"}, steps)
    gone = [(step.verb, step.subject) for step in steps if step not in left]
    assert gone == [(Verb.ENABLE, "mail@2.service"), (Verb.START, "mail@2.service")]
    assert verbs_of(left, "mail@7.service") == [Verb.DISABLE, Verb.STOP, Verb.FORGET]


def subjects(steps: t.Iterable[Step], *verbs: Verb) -> set[str]:
    return {step.subject for step in steps if step.verb in verbs}


def processes_of(wanted: Wanted) -> list[t.Optional[Process]]:
    """As they show themselves, with and without a title over their environment; and one that nobody can look at."""
    seen = [one for name in wanted.pool.instances for one in (running(wanted, name), titled(running(wanted, name)))]
    return [None, *(one.process for one in seen)]


def verbs_of(steps: t.Iterable[Step], subject: str) -> list[Verb]:
    return [step.verb for step in steps if step.subject == subject]


def carried_out(steps: t.Iterable[Step], wanted: Wanted, host: ObservedPool) -> ObservedPool:
    """The host after the steps, in their order, as far as a plan sees it."""
    files, instances = dict(host.files), dict(host.instances)
    links = {"mail.target"} if host.target_enabled else set()
    target_active = host.target_active
    for verb, subject in ((step.verb, step.subject) for step in steps):
        name = UnitName.parse(subject).instance or ""
        seen = instances.get(name, Instance())
        if verb is Verb.WRITE:
            files[subject] = files_of(wanted)[subject]
        elif verb is Verb.REMOVE:
            del files[subject]
        elif subject == "mail.target":
            links = {Verb.ENABLE: {subject}, Verb.DISABLE: set()}.get(verb, links)
            target_active = {Verb.START: True, Verb.STOP: False}.get(verb, target_active)
        elif verb in (Verb.ENABLE, Verb.DISABLE):
            instances[name] = replace(seen, enabled=verb is Verb.ENABLE)
        elif verb in (Verb.START, Verb.RESTART):
            instances[name] = replace(running(wanted, name), enabled=seen.enabled)
        elif verb is Verb.STOP or seen.active == "failed":
            instances[name] = replace(seen, active="inactive", sub="dead", process=None)
    return ObservedPool(files, instances, target_active, bool(links))


OLDER = written(mail(**{**FULL, "user": "www-data", "secrets": {"APP_KEY": "older", "TOKEN": "1"}, "instances": ["1"]}))
KNOWN_FILES = {
    **{path: [file, replace(file, text="", mode=0o644)] for path, file in files_of(WANTED).items()},
    SYSTEM.config("mail", "left-over"): [File("", 0o600, 0.0)],
}
instances_seen = st.builds(
    Instance,
    st.just("loaded"),
    st.sampled_from(["active", "reloading", "activating", "deactivating", "failed", "inactive"]),
    enabled=st.booleans(),
    process=st.sampled_from([one for host in (WANTED, OLDER) for one in processes_of(host)]),
)
hosts = st.builds(
    ObservedPool,
    st.fixed_dictionaries({}, optional={path: st.sampled_from(files) for path, files in KNOWN_FILES.items()}),
    st.dictionaries(st.sampled_from(["1", "2", "3", "4", "b"]), instances_seen),
    st.booleans(),
    st.booleans(),
)


def test_where_all_is_in_place_there_is_nothing_to_do() -> None:
    assert plan_pool(WANTED, in_place(WANTED)) == ()


def test_nor_where_programs_overwrote_their_environment() -> None:
    host = in_place(WANTED)
    titles = {name: titled(seen) for name, seen in host.instances.items()}
    assert plan_pool(WANTED, replace(host, instances=titles)) == ()


def test_a_bare_host_gets_all_of_it() -> None:
    steps = plan_pool(WANTED, ObservedPool())
    assert subjects(steps, Verb.WRITE) == {file.path for file in WANTED.files}
    assert subjects(steps, Verb.ENABLE) == subjects(steps, Verb.START) == {"mail.target", *ALL}
    assert {step.verb for step in steps} == {Verb.WRITE, Verb.ENABLE, Verb.START}


@given(hosts)
def test_after_a_run_there_is_nothing_to_do(host: ObservedPool) -> None:
    after = carried_out(plan_pool(WANTED, host), WANTED, host)
    assert plan_pool(WANTED, after) == ()


@given(hosts)
def test_after_a_removal_there_is_nothing_left(host: ObservedPool) -> None:
    after = carried_out(plan_removal("mail", host, "absent"), WANTED, host)
    assert plan_removal("mail", after, "absent") == ()
    assert (after.files, after.target_active, after.target_enabled) == ({}, False, False)
    assert not any(seen.enabled or seen.active != "inactive" for seen in after.instances.values())


@given(hosts)
def test_a_plan_names_each_thing_once_for_each_reason(host: ObservedPool) -> None:
    steps = plan_pool(WANTED, host)
    done = [(step.verb, step.subject) for step in steps]
    assert len(set(done)) == len(done)
    assert all(step.because for step in steps)
    assert not subjects(steps, Verb.START) & subjects(steps, Verb.RESTART, Verb.STOP)


@given(hosts)
def test_a_plan_never_stops_or_disables_what_is_wanted(host: ObservedPool) -> None:
    steps = plan_pool(WANTED, host)
    assert not subjects(steps, Verb.STOP, Verb.DISABLE, Verb.FORGET) & {"mail.target", *ALL}
    assert not subjects(steps, Verb.REMOVE) & {file.path for file in WANTED.files}


@pytest.mark.parametrize(("seen", "verbs"), SEEN.values(), ids=SEEN.keys())
def test_a_wanted_instance_gets_what_it_lacks(seen: Instance, verbs: list[Verb]) -> None:
    host = in_place(WANTED)
    steps = plan_pool(WANTED, replace(host, instances={**host.instances, "2": seen}))
    assert verbs_of(steps, "mail@2.service") == verbs
    assert len(steps) == len(verbs)


@pytest.mark.parametrize(("seen", "verbs"), SURPLUS.values(), ids=SURPLUS.keys())
def test_a_surplus_instance_goes(seen: Instance, verbs: list[Verb]) -> None:
    host = in_place(WANTED)
    steps = plan_pool(WANTED, replace(host, instances={**host.instances, "4": seen}))
    assert verbs_of(steps, "mail@4.service") == verbs
    assert len(steps) == len(verbs)


@pytest.mark.parametrize("options", [FULL, {**FULL, "environment_files": []}], ids=["files of their own", "none"])
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_scaling_leaves_survivors_alone(options: dict[str, t.Any], count: int) -> None:
    steps = plan_pool(written(mail(**{**options, "instances": count})), in_place(written(mail(**options))))
    survivors = {f"mail@{number}.service" for number in range(1, min(count, 3) + 1)}
    gone = {f"mail@{number}.service" for number in range(count + 1, 4)}
    assert not survivors & {step.subject for step in steps}
    assert subjects(steps, Verb.STOP) == subjects(steps, Verb.DISABLE) == gone
    assert subjects(steps, Verb.START) == {f"mail@{number}.service" for number in range(4, count + 1)}
    assert subjects(steps, Verb.RESTART) == set()


@pytest.mark.parametrize("options", [{"environment": {"APP_ENV": "test"}}, {"secrets": {"APP_KEY": "other"}}])
def test_another_environment_restarts_every_instance_and_touches_no_unit(options: dict[str, t.Any]) -> None:
    steps = plan_pool(written(mail(**{**FULL, **options})), in_place(WANTED))
    (option,) = options
    assert subjects(steps, Verb.WRITE) == {SYSTEM.config("mail", option)}
    assert subjects(steps, Verb.RESTART) == ALL
    assert {step.verb for step in steps} == {Verb.WRITE, Verb.RESTART}
    assert {step.because for step in steps if step.verb is Verb.RESTART} == {f"started with another {option}"}


def test_and_those_that_overwrote_theirs() -> None:
    wanted, host = written(mail(**{**FULL, "environment": {"APP_ENV": "test"}})), in_place(WANTED)
    host = replace(host, instances={name: titled(seen) for name, seen in host.instances.items()})
    assert subjects(plan_pool(wanted, host), Verb.RESTART) == ALL
    # The run that wrote the file died before it restarted them.
    written_since = {path: replace(file, changed=STARTED + 1) for path, file in files_of(wanted).items()}
    steps = plan_pool(wanted, replace(host, files=written_since))
    assert (subjects(steps, Verb.RESTART), len(steps)) == (ALL, 3)


def test_only_stale_instances_restart() -> None:
    after, host = written(mail(**{**FULL, "user": "www-data"})), in_place(WANTED)
    halfway = replace(host, files=files_of(after), instances={**host.instances, "2": in_place(after).instances["2"]})
    steps = plan_pool(after, halfway)
    assert subjects(steps, Verb.RESTART) == ALL - {"mail@2.service"}
    assert len(steps) == 2


def test_a_watched_path_of_one_instance_restarts_that_one() -> None:
    steps = plan_pool(written(mail(**FULL), **{"2.env": "new"}), in_place(WANTED))
    assert subjects(steps, Verb.RESTART) == {"mail@2.service"}
    assert subjects(steps, Verb.WRITE) == {SYSTEM.config("mail", "watch")}


def test_a_limit_restarts_nobody() -> None:
    steps = plan_pool(written(mail(**{**FULL, "limits": {"memory_max": "1G"}})), in_place(WANTED))
    assert steps == (Step(Verb.WRITE, TEMPLATE, "has other content"),)
    assert [step.verb for step in plan_reload(SYSTEM, steps, "")] == [Verb.RELOAD]


def test_a_file_that_nobody_uses_any_more_goes_last() -> None:
    steps = plan_pool(written(mail(**{**FULL, "secrets": {}})), in_place(WANTED))
    assert steps[-1] == Step(Verb.REMOVE, SECRETS, "no longer used by the pool")
    assert subjects(steps, Verb.RESTART) == ALL


def test_the_target_is_brought_back() -> None:
    steps = plan_pool(WANTED, replace(in_place(WANTED), target_active=False, target_enabled=False))
    assert [(step.verb, step.subject) for step in steps] == [(Verb.ENABLE, "mail.target"), (Verb.START, "mail.target")]


def test_a_pool_of_no_instances_needs_no_active_target() -> None:
    empty = written(mail(instances=0))
    assert plan_pool(empty, replace(in_place(empty), target_active=False)) == ()


def test_a_removal_leaves_nothing_and_takes_the_template_last() -> None:
    steps = plan_removal("mail", in_place(WANTED), "the pool is absent")
    assert subjects(steps, Verb.STOP) == subjects(steps, Verb.DISABLE) == {"mail.target", *ALL}
    assert subjects(steps, Verb.REMOVE) == {file.path for file in WANTED.files}
    assert steps[-1] == Step(Verb.REMOVE, TEMPLATE, "the pool is absent")
    assert {step.because for step in steps} == {"the pool is absent"}


def test_nothing_is_removed_from_a_bare_host() -> None:
    assert plan_removal("mail", ObservedPool(), "the pool is absent") == ()


def test_instances_are_taken_in_the_order_people_count() -> None:
    host = ObservedPool(instances=dict.fromkeys(["10", "b", "2"], Instance(enabled=True)))
    removed = [step.subject for step in plan_removal("mail", host, "absent")]
    assert removed == [unit_name.instance("mail", name) for name in ("2", "10", "b")]


# steps, what is pending, why there is a reload
RELOADS: dict[str, tuple[list[tuple[Verb, str]], str, t.Optional[str]]] = {
    "nothing to do": ([], "", None),
    "a unit that reads its configuration": ([(Verb.RELOAD_UNIT, "mail@1.service")], "", None),
    "restarts alone": ([(Verb.RESTART, "mail@1.service"), (Verb.START, "mail@2.service")], "", None),
    "an environment file": ([(Verb.WRITE, SECRETS), (Verb.REMOVE, SECRETS)], "", None),
    "a unit": ([(Verb.WRITE, SECRETS), (Verb.WRITE, TEMPLATE)], "", "unit files or links change"),
    "a unit that goes": ([(Verb.REMOVE, TARGET)], "", "unit files or links change"),
    "a link": ([(Verb.ENABLE, "mail@1.service")], "", "unit files or links change"),
    "a link that is made anew": ([(Verb.REENABLE, "mail@1.service")], "", "unit files or links change"),
    "a link that goes": ([(Verb.DISABLE, "mail@1.service")], "", "unit files or links change"),
    "an earlier run that owes it": ([(Verb.RESTART, "mail@1.service")], "was interrupted", "was interrupted"),
    "both": ([(Verb.WRITE, TEMPLATE)], "was interrupted", "unit files or links change"),
}


@pytest.mark.parametrize(("planned", "pending", "because"), RELOADS.values(), ids=RELOADS.keys())
def test_a_run_reloads_at_most_once(planned: list[tuple[Verb, str]], pending: str, because: t.Optional[str]) -> None:
    steps = [Step(verb, subject, "") for verb, subject in planned]
    reloads = plan_reload(SYSTEM, steps, pending)
    assert [(step.verb, step.because) for step in reloads] == ([(Verb.RELOAD, because)] if because else [])


def test_a_file_is_written_for_its_text_or_its_mode() -> None:
    file = next(file for file in WANTED.files if file.path == SECRETS)
    there = files_of(WANTED)[SECRETS]
    assert file_steps(file, there) == []
    assert [step.because for step in file_steps(file, None)] == ["is not there"]
    assert [step.because for step in file_steps(file, replace(there, text=""))] == ["has other content"]
    assert [step.because for step in file_steps(file, replace(there, mode=0o644))] == ["has mode 0644, wanted 0600"]


# how instance 2 is found, whether the failed run touched it, whether it restarts
REVERTED = {
    "of those that run the untouched stay": (in_place(WANTED).instances["2"], False, False),
    "also without a look at the process": (titled(in_place(WANTED).instances["2"]), False, False),
    "and the touched restart, whatever they look like": (in_place(WANTED).instances["2"], True, True),
    "what waits for its restart does not wait": (Instance("loaded", "activating", "auto-restart", True), False, True),
    "what has failed comes back": (Instance("loaded", "failed", "failed", True), True, True),
    "what was stopped comes back": (Instance(), False, True),
}


@pytest.mark.parametrize(("seen", "touched", "restarts"), REVERTED.values(), ids=REVERTED.keys())
def test_on_the_way_back(seen: Instance, touched: bool, restarts: bool) -> None:
    host = replace(in_place(WANTED), instances={**in_place(WANTED).instances, "2": seen})
    steps = plan_revert(WANTED, host, {"mail@2.service"} if touched else set())
    assert subjects(steps, Verb.RESTART) == ({"mail@2.service"} if restarts else set())
    assert subjects(steps, Verb.START) == set()


def test_files_and_instances_and_the_target_go_back_too() -> None:
    bad = in_place(written(mail(**{**FULL, "user": "www-data", "instances": ["1", "x"]})))
    steps = plan_revert(WANTED, replace(bad, target_active=False), {"mail@x.service"})
    assert subjects(steps, Verb.WRITE) >= {TEMPLATE}
    assert subjects(steps, Verb.STOP) == subjects(steps, Verb.DISABLE) == {"mail@x.service"}
    assert subjects(steps, Verb.ENABLE) == subjects(steps, Verb.RESTART) == {"mail@2.service", "mail@3.service"}
    assert subjects(steps, Verb.START) == {"mail.target"}


@given(hosts, st.sets(st.sampled_from(sorted(ALL))))
def test_after_the_way_back_files_and_links_are_as_wanted(host: ObservedPool, touched: set[str]) -> None:
    after = carried_out(plan_revert(WANTED, host, touched), WANTED, host)
    assert {step.verb for step in plan_pool(WANTED, after)} <= {Verb.RESTART}


def test_a_killed_run_owes_the_verdicts_of_all_that_this_one_does_not_start() -> None:
    planned = [Step(Verb.RESTART, "mail@2.service", ""), Step(Verb.ENABLE, "mail@3.service", "")]
    assert subjects(owed_verdicts(WANTED, planned, "killed"), Verb.JUDGE) == {"mail@1.service", "mail@3.service"}


NAMED: dict[str, t.Any] = {**FULL, "instances": ["a", "b", "c"], "environment_files": []}
OWN_DROP_IN = SYSTEM.own_drop_in("mail@b.service")


def of_b(own: dict[str, t.Any]) -> Wanted:
    return written(mail(**NAMED, per_instance={"b": own} if own else {}))


# What the instance `b` has, and then has; the files that are written and removed, and whether it restarts.
OWN: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], set[str], set[str], bool]] = {
    "its first variable": ({}, {"environment": {"A": "1"}}, {"environment:b.env", OWN_DROP_IN}, set(), True),
    "another value": (
        {"environment": {"A": "1"}},
        {"environment": {"A": "2"}},
        {"environment:b.env"},
        set(),
        True,
    ),
    "another secret": ({"secrets": {"A": "1"}}, {"secrets": {"A": "2"}}, {"secrets:b.env"}, set(), True),
    "no variable any more": ({"environment": {"A": "1"}}, {}, set(), {"environment:b.env", OWN_DROP_IN}, True),
    "a directive": ({}, {"unit": {"Service": {"Nice": 5}}}, {OWN_DROP_IN}, set(), True),
    "no directive any more": ({"unit": {"Service": {"Nice": 5}}}, {}, set(), {OWN_DROP_IN}, True),
    "a limit": ({}, {"limits": {"memory_max": "1G"}}, {OWN_DROP_IN}, set(), False),
    "no limit any more": ({"limits": {"memory_max": "1G"}}, {}, set(), {OWN_DROP_IN}, False),
}


def as_paths(names: set[str]) -> set[str]:
    return {name if name.startswith("/") else SYSTEM.config("mail", name) for name in names}


@pytest.mark.parametrize("title", [False, True], ids=["as it is", "with a title over its environment"])
@pytest.mark.parametrize(("before", "after", "writes", "removes", "restarts"), OWN.values(), ids=OWN.keys())
def test_a_change_of_one_instance_is_about_that_one_alone(
    before: dict[str, t.Any], after: dict[str, t.Any], writes: set[str], removes: set[str], restarts: bool, title: bool
) -> None:
    host = in_place(of_b(before))
    if title:
        host = replace(host, instances={name: titled(seen) for name, seen in host.instances.items()})
    steps = plan_pool(of_b(after), host)
    assert subjects(steps, Verb.WRITE) == as_paths(writes)
    assert subjects(steps, Verb.REMOVE) == as_paths(removes)
    assert subjects(steps, Verb.RESTART) == ({"mail@b.service"} if restarts else set())
    assert {step.verb for step in steps} <= {Verb.WRITE, Verb.REMOVE, Verb.RESTART}
    assert plan_pool(of_b(after), in_place(of_b(after))) == ()


def test_files_of_one_instance_go_with_it() -> None:
    own = {"environment": {"A": "1"}, "unit": {"Service": {"Nice": 5}}}
    steps = plan_pool(written(mail(**{**NAMED, "instances": ["a", "c"]})), in_place(of_b(own)))
    assert subjects(steps, Verb.REMOVE) == as_paths({"environment:b.env", OWN_DROP_IN})
    assert subjects(steps, Verb.STOP) == {"mail@b.service"}
    assert subjects(steps, Verb.RESTART) == set()


def test_an_instance_is_enabled_where_its_own_install_says() -> None:
    wanted = of_b({"unit": {"Install": {"WantedBy": "app.target"}}})
    linked = {f"mail.target.wants/mail@{name}.service" for name in "abc"}
    host = in_place(wanted)
    instances = {
        name: replace(seen, links=frozenset(one for one in linked if f"@{name}." in one))
        for name, seen in host.instances.items()
    }
    steps = plan_pool(wanted, replace(host, instances=instances))
    assert [(step.verb, step.subject) for step in steps] == [(Verb.REENABLE, "mail@b.service")]
    assert "not by app.target.wants/mail@b.service" in steps[0].because


JOURNALD, SETTINGS = "systemd-journald@workers-mail.service", SYSTEM.journal_setting("journald@workers-mail.conf")
# What is kept before and after, the steps about journald, and whether instances restart.
KEPT: dict[str, tuple[t.Optional[str], t.Optional[str], list[tuple[Verb, str]], bool]] = {
    "lines are kept from now on": (None, "7d", [(Verb.WRITE, SETTINGS), (Verb.TRY_RESTART, JOURNALD)], True),
    "for another time": ("7d", "3d", [(Verb.WRITE, SETTINGS), (Verb.TRY_RESTART, JOURNALD)], False),
    "no longer": ("7d", None, [(Verb.REMOVE, SETTINGS)], True),
    "as before": ("7d", "7d", [], False),
}


@pytest.mark.parametrize(("before", "after", "about_journald", "restarts"), KEPT.values(), ids=KEPT.keys())
def test_keeps_logs(
    before: t.Optional[str], after: t.Optional[str], about_journald: list[tuple[Verb, str]], restarts: bool
) -> None:
    was, now = (written(mail(instances=2, logs={"keep": keep})) for keep in (before, after))
    steps = plan_pool(now, in_place(was))
    assert [(step.verb, step.subject) for step in steps if step.subject in (JOURNALD, SETTINGS)] == about_journald
    assert bool(subjects(steps, Verb.RESTART)) is restarts


def test_a_pool_that_goes_takes_its_settings_along() -> None:
    was = written(mail(logs={"keep": "7d"}))
    assert SETTINGS in subjects(plan_removal("mail", in_place(was), "is absent"), Verb.REMOVE)
