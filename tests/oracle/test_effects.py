# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the effects table on real systemd: a running instance, another unit text, a daemon-reload, and a look.

All rows share their units' start, their reload and their waits, so that the whole takes seconds. test_effect_docs.py
holds the rows, the table of effects.py and docs/effects.md together.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import LIMITS_ARE_LIVE_UP_TO
from tests.helpers.oracle_host import Content, OracleHost
from tests.oracle import changes
from tests.oracle.changes import Change

UNITS = "/etc/systemd/system"
DIR = "/run/effects"
WORDS = Path(__file__).parent / "programs" / "effects.sh"
HELPERS: dict[str, Content] = {
    f"{UNITS}/effects-note@.service": f"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo noted > {DIR}/%i.wrote'\n",
    f"{UNITS}/effects-other@.service": f"[Service]\nExecStart={changes.SLEEP}\n",
    f"{UNITS}/effects-wanted@.service": f"[Service]\nExecStart={changes.SLEEP}\n",
    f"{UNITS}/effects-deaf@.service": f"[Service]\nType=exec\nExecStart={changes.DEAF}\n",
    f"{UNITS}/effects-whole.target": "[Unit]\n",
    f"{DIR}/effects.sh": WORDS.read_text(),
    f"{DIR}/old.env": "A=old\n",
    f"{DIR}/new.env": "A=new\n",
}
# The other unit that a directive is about.
ORDERED = {"After": ["other"], "Before": ["deaf"]}
CLEAN = f"""
systemctl kill -s KILL 'kept-*' 'changed-*' 'effects-*' 2> /dev/null
rm -rf {DIR} {UNITS}/kept-* {UNITS}/changed-* {UNITS}/effects-*
systemctl daemon-reload; systemctl stop 'kept-*' 'changed-*' 'effects-*'; systemctl reset-failed
"""
# The longest that a script's words may take to become true on a busy host.
SECONDS = 3
PATIENCE = 30
DIES = "dies_often"


@dataclass(frozen=True)
class Seen:
    """What the scripts said, by the first part of a unit's name; and the main processes around the reload."""

    reloaded: t.Mapping[str, str]
    touched: t.Mapping[str, str]
    restarted: t.Mapping[str, str]
    before: t.Mapping[str, str]
    after: t.Mapping[str, str]


def kept(change: Change) -> str:
    """The unit that nobody changes: what the old value looks like."""
    return f"kept-{change.section}-{change.directive}"


def changed(change: Change) -> str:
    return f"changed-{change.section}-{change.directive}"


@pytest.fixture(scope="module")
def seen(host: OracleHost) -> t.Iterator[Seen]:
    reloads = [one for one in (*changes.AFTER_RELOAD, *changes.LIMITS) if one.since <= host.systemd]
    everything = [*reloads, *changes.AFTER_RESTART]
    names = {**{kept(one): one for one in reloads}, **{changed(one): one for one in everything}}
    host.write_all({**HELPERS, **{file(name): one.text(one.old) for name, one in names.items()}})
    others = [f"effects-{kind}@{name}" for name in names for kind in ORDERED.get(name.rpartition("-")[2], ())]
    started = " ".join([*map(unit, names), *others, "effects-whole.target"])
    host.sh(f"systemctl daemon-reload; systemctl start {started}")
    before = main_processes(host, names)
    host.write_all({file(changed(one)): one.text(one.new) for one in everything})
    host.sh("systemctl daemon-reload")
    after = main_processes(host, names)
    in_force = {changed(one) for one in changes.AFTER_RELOAD}
    limits = {changed(one): one for one in changes.LIMITS}
    if host.systemd <= LIMITS_ARE_LIVE_UP_TO:
        in_force.update(limits)
    reloaded = look(host, names, in_force)
    touched = {}
    if host.systemd > LIMITS_ARE_LIVE_UP_TO:
        host.sh("; ".join(f"systemctl set-property --runtime {unit(name)} Markers=" for name in limits))
        touched = look(host, limits, limits)
    again = {**limits, **{changed(one): one for one in changes.AFTER_RESTART}}
    host.sh(f"systemctl restart {' '.join(map(unit, again))}")
    yield Seen(reloaded, touched, look(host, again, again), before, after)
    host.sh(CLEAN)


def unit(name: str) -> str:
    return f"{name}@1.service"


def file(name: str) -> str:
    return f"{UNITS}/{name}@.service"


def main_processes(host: OracleHost, names: t.Iterable[str]) -> dict[str, str]:
    shown = host.show(["MainPID"], [unit(name) for name in names])
    return {name: one["MainPID"][0] for name, one in zip(names, shown)}


def look(host: OracleHost, names: t.Mapping[str, Change], in_force: t.Container[str]) -> dict[str, str]:
    """What they say when their acts had their time. A busy host may need more of it, so those that do not say yet what
    is expected are looked at again. The new value is expected of those ``in_force``.
    """
    acts = "".join(f"(unit {unit(name)}; {one.act}) &\n" for name, one in names.items() if one.act)
    expected = {name: one.says_new if name in in_force else one.says_old for name, one in names.items()}
    seen, late, before = dict.fromkeys(names, ""), list(names), f"{acts}wait\n"
    until = time.monotonic() + PATIENCE
    while late:
        sees = "".join(f"echo {name} $(unit {unit(name)}; {names[name].see})\n" for name in late)
        said = host.sh(f". {DIR}/effects.sh\n{before}sleep {SECONDS}\n{sees}", check=False)
        seen.update(line.partition(" ")[::2] for line in said.splitlines())
        late = [name for name in late if (name in in_force or names[name].act) and seen[name] != expected[name]]
        late = late if time.monotonic() < until else []
        # Restarts that take longer than the pause between two deaths make fewer deaths, and more are harmless.
        more = "".join(f"(unit {unit(name)}; {DIES}) &\n" for name in late if names[name].act == DIES)
        before = f"{more}wait\n"
    return seen


def skip_if_unknown(change: Change, host: OracleHost) -> None:
    if change.since > host.systemd:
        pytest.skip(f"since systemd {change.since}")


@pytest.mark.parametrize("change", changes.AFTER_RELOAD, ids=lambda one: one.id)
def test_a_reload_is_enough(change: Change, host: OracleHost, seen: Seen) -> None:
    skip_if_unknown(change, host)
    assert (seen.reloaded[kept(change)], seen.reloaded[changed(change)]) == (change.says_old, change.says_new)


@pytest.mark.parametrize("change", changes.AFTER_RESTART, ids=lambda one: one.id)
def test_only_a_restart_is_enough(change: Change, seen: Seen) -> None:
    assert (seen.reloaded[changed(change)], seen.restarted[changed(change)]) == (change.says_old, change.says_new)


@pytest.mark.parametrize("change", changes.LIMITS, ids=lambda one: one.id)
def test_a_limit(change: Change, host: OracleHost, seen: Seen) -> None:
    assert seen.reloaded[kept(change)] == change.says_old
    in_force = seen.reloaded if host.systemd <= LIMITS_ARE_LIVE_UP_TO else seen.touched
    assert in_force[changed(change)] == change.says_new
    assert seen.restarted[changed(change)] == change.says_new


def test_why_limits_need_an_act_on_newer_systemd(host: OracleHost, seen: Seen) -> None:
    tasks = next(one for one in changes.LIMITS if one.directive == "TasksMax")
    if host.systemd != 257 or "none" in host.sh("ls -d /sys/fs/cgroup/pids/*/ 2> /dev/null || echo none"):
        pytest.skip("seen on 257 where the controller is in force")
    assert seen.reloaded[changed(tasks)] == tasks.says_old


def test_a_reload_leaves_every_process_alone(seen: Seen) -> None:
    # Older than the new RuntimeMaxSec=, so the reload itself may end it.
    short_lived = {("changed-Service-RuntimeMaxSec", seen.before["changed-Service-RuntimeMaxSec"])}
    assert set(seen.before.items()) - set(seen.after.items()) <= short_lived
    assert "0" not in seen.before.values()
