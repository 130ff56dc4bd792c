# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pools of hosts are doing, for a terminal: one line a pool, and one for each instance in trouble."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent import decisions
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import REASONS
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import counted, one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import LARGEST, Most
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import condition
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.columns import aligned
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition, Row
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import A_JOB, CLEAN_END
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pause

POOL_HEADS = ("POOL", "UP", "STATE", "RESTARTS", "MEMORY", "GENERATION")
HEADS = ("INSTANCE", "STATE", "SINCE", "PID", "RESTARTS", "MEMORY", "GENERATION", "LAST EXIT")
# Instances of one pool in trouble, in a table of all pools. One line says how many more there are.
MOST = 5
# The lists of a pool that name who does not do what is wanted.
BAD = ("flapping", "dead")
Cells = t.Tuple[str, ...]
# What the tables and the page read of a pause, of the agent and of a range, in the form of shape.py.
NONE = type(None)
# Characters: a path has 4096 at most, and the pages and tables have one line for each text.
TEXT = Most(2**13, str)
PAUSE = (dict.fromkeys(("by", "since", "reason"), TEXT), NONE)
AGENT = {
    "runs": (bool, NONE),
    "alerts": Most(len(REASONS), [dict.fromkeys(("reason", "trouble"), TEXT)]),
}
RANGE = {
    **dict.fromkeys(("min", "max", "wanted"), range(LARGEST)),
    **dict.fromkeys(("said", "trouble"), TEXT),
    "decisions": Most(decisions.MOST, [dict.fromkeys(("time", "text"), TEXT)]),
}


class Placed(t.NamedTuple):
    """The row of a pool or of a timer. ``host`` is empty when the table is about one host."""

    host: str
    name: str
    row: Row


class Line(t.NamedTuple):
    """``condition`` gives it a colour; a head has none."""

    text: str
    condition: t.Optional[Condition] = None


def pool_table(pools: t.Sequence[Placed], *, every_instance: bool = False) -> t.List[Line]:
    """One line a pool, then the instances in trouble or all, the total, and what is to be done."""
    if not pools:
        return [Line("no pools on this host")]
    lines = _table(POOL_HEADS, [(one, _pool_cells(one.row, one.name), condition.of_pool(one.row)) for one in pools])
    shown = [(one, row) for one in pools for row in _shown_instances(one.row, every_instance)]
    if shown:
        rows = [(one, _instance_cells(one.row, row), condition.of_instance(one.row, row)) for one, row in shown]
        lines += [Line(""), *_table(HEADS, rows)]
        lines += [] if every_instance else [line for one in pools for line in _left_out(one)]
        lines.append(Line(""))
    return [*lines, Line(_total(pools)), *(Line(one_line(text)) for text in _notes(pools))]


def with_hosts(heads: Cells, rows: t.Sequence[t.Tuple[str, Cells]]) -> t.List[str]:
    """Aligned lines, the heads first, with a column for the hosts when there are any."""
    hosts = any(host for host, _cells in rows)
    table = [("HOST", *heads), *((host, *cells) for host, cells in rows)] if hosts else [heads, *(r[1] for r in rows)]
    # A user may have written some of these texts.
    return [one_line(line) for line in aligned(table)]


def _table(heads: Cells, rows: t.Sequence[t.Tuple[Placed, Cells, Condition]]) -> t.List[Line]:
    head, *lines = with_hosts(heads, [(one.host, cells) for one, cells, _condition in rows])
    return [Line(head), *(Line(line, row[2]) for line, row in zip(lines, rows))]


def _pool_cells(pool: Row, name: str) -> Cells:
    summary = pool["summary"]
    return (name, up_of(pool), _state(pool), str(summary["restarts"]), _memory_of(pool), pool["generation"])


def up_of(pool: Row) -> str:
    """``3/4``, or ``7 of 2 to 12`` for a pool with a range."""
    running, scaling = pool["summary"]["running"], pool.get("scaling")
    return f"{running} of {scaling['min']} to {scaling['max']}" if scaling else f"{running}/{pool['wanted']}"


def of_range(pool: Row) -> str:
    """How many instances the work asks for, and why; empty for a pool without a range, or that was not asked yet."""
    scaling = pool.get("scaling")
    if not scaling or not scaling["said"]:
        return ""
    return str(scaling["trouble"] or f"{counted(scaling['wanted'], 'instance')} wanted: {scaling['said']}")


def _state(pool: Row) -> str:
    """``2 dead, 1 stale``, or one word when there is nothing to count."""
    counts = {
        **{Condition(what): len(pool[what]) for what in reversed(BAD)},
        Condition.STALE: pool["summary"]["stale"],
        Condition.PAUSED: sum(map(condition.is_paused, pool["instances"])),
        Condition.WAITING: sum(map(condition.is_waiting, pool["instances"])),
    }
    words = [f"{count} {which.value}" for which, count in counts.items() if count]
    if condition.is_put_back(pool):
        words.append(Condition.PUT_BACK.value)
    return ", ".join(words) or condition.of_pool(pool).value


def _shown_instances(pool: Row, every_instance: bool) -> t.List[Row]:
    return pool["instances"] if every_instance else _in_trouble(pool)[:MOST]


def _in_trouble(pool: Row) -> t.List[Row]:
    return [row for row in pool["instances"] if condition.of_instance(pool, row).is_a_problem]


def _left_out(one: Placed) -> t.Iterator[Line]:
    more = len(_in_trouble(one.row)) - MOST
    if more > 0:
        yield Line(f"{_placed(one)}: {more} more, shown by -e pool={one.name}")


def _instance_cells(pool: Row, row: Row) -> Cells:
    stale = f" (stale, wanted {pool['generation']})" if row["stale"] else ""
    return (
        of_user(pool, row["unit"]),
        ", ".join(filter(None, (f"{row['state']} ({row['sub_state']})", condition.at_rest(row)))),
        row["since"] or "-",
        str(row["main_pid"] or "-"),
        str(row["restarts"]),
        "-" if row["memory"] is None else _memory(row["memory"]),
        f"{row['generation'] or '-'}{stale}",
        row["last_exit"] or "-",
    )


def _memory_of(pool: Row) -> str:
    """No amount when systemd counts it for no instance, such as in the manager of a user on cgroup v1."""
    counts = any(row["memory"] is not None for row in pool["instances"])
    return _memory(pool["summary"]["memory"]) if counts else "-"


def _memory(size: int) -> str:
    return f"{size / 2**20:.1f}M"


def _total(pools: t.Sequence[Placed]) -> str:
    """``2 pools, 6 instances wanted: 5 running, 1 stale, 1 flapping, 0 dead``"""
    rows = [one.row for one in pools]
    counts = {
        "running": sum(row["summary"]["running"] for row in rows),
        "stale": sum(row["summary"]["stale"] for row in rows),
        **{what: sum(len(row[what]) for row in rows) for what in BAD},
    }
    resting = [condition.at_rest(one) for row in rows for one in row["instances"]]
    counts.update({word: resting.count(word) for word in ("paused", "waiting") if word in resting})
    texts = ", ".join(f"{count} {what}" for what, count in counts.items())
    hosts = {one.host for one in pools if one.host}
    of_hosts = f"{counted(len(hosts), 'host')}, " if hosts else ""
    wanted = counted(sum(row["wanted"] for row in rows), "instance")
    return f"{of_hosts}{counted(len(pools), 'pool')}, {wanted} wanted: {texts}"


def _notes(pools: t.Sequence[Placed]) -> t.Iterator[str]:
    for one in pools:
        yield from (f"{at(one)}{pause}" for pause in _pauses(one.row))
        if one.row.get("release"):
            yield f"{_placed(one)}: runs {one.row['release']['directory']}"
        yield from agent_notes(one)
        if of_range(one.row):
            yield f"{_placed(one)}: {of_range(one.row)}"
        own = [row["unit"] for row in one.row["instances"] if row["own_files"]]
        if own:
            yield f"{at(one)}with settings of their own: {_folded(one.row, own)}"
        ends = {*one.row["flapping"], *one.row["dead"]}
        clean = [row["unit"] for row in one.row["instances"] if row["unit"] in ends and row["last_exit"] == CLEAN_END]
        if clean:
            yield f"{at(one)}{_folded(one.row, clean)}: {A_JOB}"


def agent_notes(one: Placed) -> t.Iterator[str]:
    """What keeps the agent from its work for a pool or a timer."""
    agent = one.row.get("agent") or {"runs": True}
    if agent["runs"] is False:
        yield f"{_placed(one)}: {no_agent(one)}"
    for alert in agent.get("alerts", ()):
        if alert["trouble"]:
            yield f"{_placed(one)}: the alert {alert['reason']} is not delivered: {alert['trouble']}"


def _pauses(pool: Row) -> t.Iterator[str]:
    """``mail@2..3.service: paused by hand since 2026-11-29T07:30:00Z: the broker moves``"""
    alike: t.Dict[str, t.List[str]] = {}
    for row in (row for row in pool["instances"] if row["paused"]):
        alike.setdefault(str(Pause(**row["paused"])), []).append(row["unit"])
    yield from (f"{_folded(pool, units)}: {pause}" for pause, units in alike.items())


def _folded(pool: Row, units: t.Sequence[str]) -> str:
    return ", ".join(of_user(pool, name) for name in unit_name.folded(units))


def no_agent(one: Placed) -> str:
    """For a pool or a timer whose agent does not run. Root can copy the command: on 247, ``systemctl`` has no other way
    into the manager of a user. The name of the user is root's, and not what a process of that user has said (``row``).
    """
    user, of_a_user, _name = one.name.partition("/")
    enter = f"runuser -u {user} -- env XDG_RUNTIME_DIR=/run/user/$(id -u {user}) systemctl --user"
    systemctl = enter if of_a_user else "systemctl"
    return f"the host does not look after it now: see `{systemctl} status workers-agent`"


def of_user(row: Row, unit: str) -> str:
    """A unit with the user whose manager has it: ``app/mail@1.service``."""
    return f"{row['user']}/{unit}".lstrip("/")


def at(one: Placed) -> str:
    """What a line begins with, when the table is about several hosts."""
    return f"{one.host}: " if one.host else ""


def _placed(one: Placed) -> str:
    return f"{at(one)}{one.name}"
