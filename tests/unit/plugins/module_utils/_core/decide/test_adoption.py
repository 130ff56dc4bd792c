# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import PoolWork
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.adoption import is_same_process, old_version
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import change_of, noted
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import plan_pool, plan_revert
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    MANIFEST,
    Generation,
    State,
    as_generation,
    file_name,
    manifest_text,
    parse_generation,
    previous_good,
    prunable,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import LINK, Wanted, wanted_again
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import Markers
from tests.unit.plugins.module_utils._core.builders import in_place, mail, running, written

TIME, CHANGED = "2026-11-24T16:36:19Z", 1000.0
UNITS = SYSTEM.units
TEMPLATE, TARGET, DROP_IN = (f"{UNITS}/mail@.service", f"{UNITS}/mail.target", f"{UNITS}/mail@.service.d/override.conf")
OWN_FILE = f"{UNITS}/mail@2.service.d/override.conf"
ENABLED = f"{UNITS}/multi-user.target.wants/mail@1.service"
BY_HAND = "[Service]\nExecStart=/usr/bin/mail-worker\n[Install]\nWantedBy=multi-user.target\n"
FILES = {
    TEMPLATE: File(BY_HAND, 0o640, CHANGED),
    DROP_IN: File("[Service]\nNice=1\n", 0o644, CHANGED),
    OWN_FILE: File("[Service]\nNice=2\n", 0o644, CHANGED),
}
OLD_LINKS = {ENABLED: File(TEMPLATE, LINK, CHANGED)}
THEIRS = Process({}, "", 2000.0, None)
UP = Instance("loaded", "active", "running", process=THEIRS, links=frozenset())
LINKED = replace(UP, enabled=True, links=frozenset({"multi-user.target.wants/mail@1.service"}))
COMING = Instance("loaded", "activating", "auto-restart", links=frozenset())
DOWN = Instance("loaded", "inactive", "dead", links=frozenset())
HOST = ObservedPool(FILES, {"1": LINKED, "2": UP, "3": COMING, "4": DOWN}, old={**FILES, **OLD_LINKS})
NEW = written(mail(instances=2, environment={"QUEUE": "a"}))


def old(observed: ObservedPool = HOST, kept: t.Sequence[Generation] = ()) -> Generation:
    found = old_version("mail", observed, kept, TIME)
    assert found is not None
    return found


def adopted(state: State = State.GOOD) -> list[Generation]:
    """What is kept when a pool has taken over these units."""
    return [old(), replace(as_generation(NEW, 1, TIME), state=state)]


# ---- what is kept


def test_what_somebody_else_had_is_generation_0() -> None:
    found = old()
    assert (found.number, found.state, found.foreign, found.instances) == (0, State.GOOD, True, ("1", "2", "3"))
    assert {(one.path, one.text, one.mode) for one in found.files} == {
        (path, file.text, file.mode) for path, file in {**FILES, **OLD_LINKS}.items()
    }


def test_it_comes_back_from_its_copies() -> None:
    found = old()
    copies = {
        MANIFEST: manifest_text(found).encode(),
        **{file_name(one.path): one.text.encode() for one in found.files},
    }
    assert len(copies) == len(found.files) + 1
    assert parse_generation(copies, "there") == found


def test_a_private_file_keeps_its_name_whatever_its_pool_is_called() -> None:
    assert [file_name(f"/etc/workers.systemd/{pool}/secrets") for pool in ("a", "a.d", "a.wants")] == ["secrets"] * 3


def test_a_run_that_adopts_goes_back_to_it() -> None:
    change = change_of(NEW, HOST, [], TIME)
    assert change is not None
    assert (change.new.number, change.back, change.old, change.undoable) == (1, old(), old(), True)
    assert str(noted({"mail": change})["mail"]) == "0 to 1"


def test_a_template_of_a_package_has_no_files_and_is_gone_back_to() -> None:
    change = change_of(NEW, replace(HOST, files={}, old={}), [], TIME)
    assert change is not None
    assert change.back is not None
    assert (change.back.files, change.back.instances) == ((), ("1", "2", "3"))
    assert change.back.as_pool().account == "root"


def test_a_pool_that_takes_over_nothing_keeps_nothing() -> None:
    assert old_version("mail", in_place(NEW), [], TIME) is None


def test_what_is_kept_already_is_kept_once() -> None:
    again = [old(), replace(as_generation(NEW, 1, TIME), state=State.BAD)]
    assert old_version("mail", HOST, again, TIME) is None
    change = change_of(NEW, HOST, again, TIME)
    assert change is not None
    assert (change.new.number, change.back, change.old) == (1, old(), None)


def test_what_was_edited_since_is_another_version() -> None:
    edited = {**FILES, TEMPLATE: File(f"{BY_HAND}# edited\n", 0o640, CHANGED)}
    again = [old(), replace(as_generation(NEW, 1, TIME), state=State.BAD)]
    change = change_of(NEW, replace(HOST, files=edited, old=edited), again, TIME)
    assert change is not None
    assert change.old is not None
    assert (change.old.number, change.new.number, change.back) == (2, 3, change.old)


def test_a_run_that_goes_on_with_a_killed_one_keeps_no_half() -> None:
    half = replace(HOST, files={DROP_IN: FILES[DROP_IN]}, old={DROP_IN: FILES[DROP_IN]})
    change = change_of(NEW, half, adopted(State.APPLYING), TIME)
    assert change is not None
    assert (change.new.number, change.back, change.old) == (1, old(), None)


def test_a_rollback_goes_to_it_and_from_there_to_nothing() -> None:
    first, second = adopted()
    assert previous_good([first, second], second) == first
    back = replace(first, number=2, restores=0)
    assert previous_good([first, second, back], back) is None


def test_it_is_never_pruned() -> None:
    later = [replace(as_generation(written(mail(user=f"u{at}")), at, TIME), state=State.GOOD) for at in range(1, 12)]
    assert old() not in prunable([old(), *later])


# ---- the way back


def given_back(observed: ObservedPool, files: t.Sequence[t.Any] = old().files) -> tuple[Step, ...]:
    return plan_pool(back_to(files), observed)


def back_to(files: t.Sequence[t.Any] = old().files) -> Wanted:
    return wanted_again(SYSTEM, replace(old(), files=tuple(files)).as_pool(), files, Markers("", {}), {})


def taken() -> ObservedPool:
    """A host on which the pool has taken over the units, with an instance more than before."""
    there = in_place(written(mail(instances=["1", "2", "9"], environment={"QUEUE": "a"})))
    ours = {
        name: replace(one, links=frozenset({f"mail.target.wants/mail@{name}.service"}))
        for name, one in there.instances.items()
    }
    return replace(there, instances=ours)


def test_giving_back_leaves_nothing_of_the_pool() -> None:
    steps = [(step.verb, step.subject) for step in given_back(taken())]
    assert steps == [
        (Verb.WRITE, TEMPLATE),
        (Verb.WRITE, DROP_IN),
        (Verb.WRITE, OWN_FILE),
        (Verb.DISABLE, "mail.target"),
        (Verb.DISABLE, "mail@1.service"),
        (Verb.LINK, ENABLED),
        (Verb.DISABLE, "mail@2.service"),
        (Verb.DISABLE, "mail@9.service"),
        (Verb.RESTART, "mail@1.service"),
        (Verb.RESTART, "mail@2.service"),
        (Verb.START, "mail@3.service"),
        (Verb.STOP, "mail@9.service"),
        (Verb.FORGET, "mail@9.service"),
        (Verb.STOP, "mail.target"),
        *((Verb.REMOVE, path) for path in sorted(taken().files) if path != TEMPLATE),
    ]


def test_what_is_there_already_is_left_as_it_is() -> None:
    there = replace(HOST, instances={"1": LINKED, "2": UP, "3": UP})
    assert given_back(there) == ()


def test_a_link_that_is_gone_is_made_again() -> None:
    there = replace(HOST, instances={"1": replace(UP), "2": UP, "3": UP})
    assert [(step.verb, step.subject) for step in given_back(there)] == [(Verb.LINK, ENABLED)]


def test_a_target_of_somebody_else_is_not_stopped() -> None:
    files = (*old().files, replace(old().files[0], path=TARGET))
    assert (Verb.STOP, "mail.target") not in [(step.verb, step.subject) for step in given_back(taken(), files)]


def test_a_revert_restarts_what_the_run_touched_and_what_is_down() -> None:
    there = replace(HOST, instances={"1": LINKED, "2": UP, "3": DOWN})
    steps = plan_revert(back_to(), there, {"mail@2.service"})
    assert [(step.verb, step.subject) for step in steps] == [
        (Verb.RESTART, "mail@2.service"),
        (Verb.RESTART, "mail@3.service"),
    ]


def test_a_titled_process_of_somebody_else_is_not_stale_on_the_way_back() -> None:
    titled = replace(UP, process=Process(None, "", 2000.0))
    assert given_back(replace(HOST, instances={"1": LINKED, "2": titled, "3": UP})) == ()


def test_a_process_that_went_on_is_as_one_of_the_pool() -> None:
    markers = NEW.markers["1"]
    went_on = replace(running(NEW, "1"), process=Process(None, markers["WORKERS_UNIT"], 1.0, markers))
    host = replace(in_place(NEW), instances={**in_place(NEW).instances, "1": went_on})
    assert plan_pool(NEW, host) == ()
    other = written(mail(instances=2, environment={"QUEUE": "b"}))
    assert (Verb.RESTART, "mail@1.service") in [(step.verb, step.subject) for step in plan_pool(other, host)]


# ---- the same process


def unit(*lines: str) -> Unit:
    return Unit.of("mail@1.service", "\n".join(["[Service]", "ExecStart=/bin/worker a", *lines]))


OWN = "/etc/workers.systemd/mail/environment"
# The lines of the old unit, those of the unit of the pool, the environment file of the pool, and whether they are the
# same process.
PROCESSES: dict[str, tuple[list[str], list[str], str, bool]] = {
    "nothing differs": ([], [], "", True),
    "labels of the collection": (
        [],
        ["Environment=WORKERS_POOL=%p", "SyslogIdentifier=x", "LogExtraFields=a=b"],
        "",
        True,
    ),
    "a default that is written": (["Type=simple"], ["Type=exec"], "", True),
    "another type": (["Type=notify"], ["Type=exec"], "", False),
    "a policy": (["Restart=no", "TimeoutStopSec=1"], ["Restart=always"], "", True),
    "another user": (["User=a"], ["User=b"], "", False),
    "hardening": ([], ["NoNewPrivileges=yes"], "", False),
    "a directive that a later line resets": (["Nice=1", "Nice="], [], "", True),
    "a variable in a file of the pool": (['Environment="A=b c"'], [f"EnvironmentFile={OWN}"], 'A="b c"\n', True),
    "another value": (["Environment=A=b"], [f"EnvironmentFile={OWN}"], 'A="c"\n', False),
    "a percent sign": (["Environment=A=5%%"], [f"EnvironmentFile={OWN}"], 'A="5%"\n', True),
    "a specifier": (["Environment=A=%i"], [f"EnvironmentFile={OWN}"], 'A="%i"\n', False),
    "files of the operator": (["EnvironmentFile=/e"], ["EnvironmentFile=/e", f"EnvironmentFile={OWN}"], "", True),
    "files that would come in another order": (
        ["Environment=A=b", "EnvironmentFile=/e"],
        ["EnvironmentFile=/e", f"EnvironmentFile={OWN}"],
        'A="b"\n',
        False,
    ),
    "a value that systemd cannot read": (['Environment="A=b'], ['Environment="A=b'], "", False),
}


@pytest.mark.parametrize(("before", "after", "text", "same"), PROCESSES.values(), ids=PROCESSES.keys())
def test_a_process_is_the_same(before: list[str], after: list[str], text: str, same: bool) -> None:
    assert is_same_process(unit(*before), unit(*after), {OWN: text}) is same


def test_quotes_make_no_other_command() -> None:
    quoted = Unit.of("mail@1.service", '[Service]\nExecStart="/bin/worker" "a"\n')
    assert is_same_process(unit(), quoted, {})
    assert not is_same_process(unit(), Unit.of("mail@1.service", "[Service]\nExecStart=/bin/worker b\n"), {})


# ---- where it is kept, and what it is to the engine


def test_what_is_kept_of_other_managers_is_for_root_alone() -> None:
    assert SYSTEM.same_processes("mail") == f"{SYSTEM.generations('mail')}/same"
    assert SYSTEM.replaced("mail") == f"{SYSTEM.state}/replaced/mail"


def test_each_drop_in_of_a_pool_has_a_copy_of_its_own() -> None:
    assert file_name(SYSTEM.own_drop_in("mail@2.service")) == "mail@2.service.d"


def test_a_pool_without_files_and_instances_is_removed() -> None:
    assert PoolWork("mail", ()).removed
    assert not PoolWork("mail", (), wanted=["mail@1.service"]).removed
    assert not PoolWork("mail", (), NEW.files).removed


def test_units_of_the_host_stop_before_their_files_go() -> None:
    assert [PoolWork(name, (), NEW.files).stops_first for name in ("", "mail")] == [True, False]
    assert PoolWork("mail", ()).stops_first
