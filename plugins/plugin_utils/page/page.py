# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a fleet: one file of HTML that loads nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import counted
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition, Row, at_rest
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import of_range, up_of
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import (
    condition_of_timer,
    missed_times,
)
from ansible_collections.workers.systemd.plugins.plugin_utils.page.assets import SCRIPT, STYLE
from ansible_collections.workers.systemd.plugins.plugin_utils.page.fleet import SYMBOLS, Fleet, Pool, css
from ansible_collections.workers.systemd.plugins.plugin_utils.page.html import Content, Html, element

TIMER_HEADS = ("Timer", "State", "Last run", "Took", "Result", "Next run")
HEADS = ("Instance", "State", "Since", "Restarts", "Memory", "Version", "Last exit")
MEBIBYTE = 2**20
# Of the memory limit: from here on a worker is about to meet its limit.
HIGH = 0.9


def page(fleet: Fleet, written: str) -> str:
    """``written`` is the time of the look, as a person reads it."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # A text from a host that became markup by a fault of ours would still run nothing and load nothing.
        element("meta", http_equiv="Content-Security-Policy", content=_policy()),
        element("title", "Workers"),
        Html(f"<style>{STYLE}</style>"),
    )
    body = element(
        "body",
        element("header", element("h1", "Workers"), element("p", _summary(fleet, written), class_="soft")),
        element("main", _counts(fleet), _filters(), _grid(fleet), *(_host(fleet, host) for host in fleet.hosts)),
        Html(f"<script>{SCRIPT}</script>"),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en').markup}\n"


def _policy() -> str:
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in (STYLE, SCRIPT)
    )
    return f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; form-action 'none'"


def _summary(fleet: Fleet, written: str) -> str:
    running, wanted = sum(pool.running for pool in fleet.pools), sum(pool.wanted for pool in fleet.pools)
    hosts, pools = counted(len(fleet.hosts), "host"), counted(len(fleet.pools), "pool")
    return f"{hosts}, {pools}, {running} of {counted(wanted, 'instance')} running. {written}"


def _counts(fleet: Fleet) -> Html:
    counts = [(condition, fleet.count(condition)) for condition in Condition]
    items = [
        element("li", element("b", number), f"{SYMBOLS[condition]} {condition.value}", class_=css(condition))
        for condition, number in counts
        if number
    ]
    if fleet.troubles:
        items.insert(0, element("li", element("b", len(fleet.troubles)), "without an answer", class_="dead"))
    return element("ul", *items, class_="counts", aria_label="Pools by condition")


def _filters() -> Html:
    """Hidden until the script shows it: without a script it would do nothing."""
    return element(
        "form",
        element("label", "Filter ", element("input", type="search", id="text", placeholder="pool, host or state")),
        element("label", element("input", type="checkbox", id="problems"), " Problems only"),
        element("output", id="shown", aria_live="polite", class_="soft"),
        hidden=True,
    )


def _grid(fleet: Fleet) -> Html:
    by_place = {(pool.host, pool.name): pool for pool in fleet.pools}
    rows = [
        element(
            "tr",
            element("th", name, scope="row"),
            *(element("td", _cell(by_place.get((host, name)))) for host in fleet.hosts),
        )
        for name in fleet.names
    ]
    table = _table(("Pool", *fleet.hosts), rows, class_="grid")
    around = element("div", table, class_="scroll", tabindex=0, role="region", aria_label="Pools by host")
    return element("section", element("h2", "All pools"), around)


def _cell(pool: t.Optional[Pool]) -> Html:
    if pool is None:
        return element("span", "·", class_="none", aria_label="not on this host")
    return element(
        "a",
        f"{SYMBOLS[pool.condition]} {up_of(pool.row)}",
        href=f"#{_anchor(pool)}",
        class_=f"cell {css(pool.condition)}",
        title=f"{pool.name} on {pool.host}: {pool.condition.value}",
        **_filtered(pool),
    )


def _anchor(pool: Pool) -> str:
    """Of a number: a name may have characters that an address would change."""
    return f"pool-{pool.number}"


def _filtered(pool: Pool) -> t.Dict[str, str]:
    """What the script reads."""
    words = f"{pool.host} {pool.name} {pool.condition.value}".lower()
    return {"data_words": words, "data_problem": "yes" if pool.condition.is_a_problem else "no"}


def _host(fleet: Fleet, host: str) -> Html:
    trouble = [element("p", f"✖ {fleet.troubles[host]}", class_="trouble dead")] if host in fleet.troubles else []
    pools = [_pool(pool) for pool in fleet.of_host(host)]
    pools += _timers(host, fleet.timers[host])
    nothing = [] if trouble or pools else [element("p", "No pools on this host.", class_="soft trouble")]
    return element("section", element("h2", host), *trouble, *nothing, *pools, class_="host")


def _timers(host: str, timers: t.Mapping[str, Row]) -> t.List[Html]:
    """All timers of a host, in one table."""
    if not timers:
        return []
    bad = [name for name, row in timers.items() if row["failed"] or row["dead"]]
    count = f" {len(bad)} of {counted(len(timers), 'timer')} failed or stopped" if bad else f" {len(timers)} well"
    symbol = Condition.DEAD if bad else Condition.UP
    words = " ".join((host, "timers", *timers, "failed" if bad else "")).lower()
    return [
        element(
            "details",
            element("summary", element("b", "Timers"), element("span", SYMBOLS[symbol], class_=css(symbol)), count),
            _table(TIMER_HEADS, map(_timer, timers.values()), f"Timers on {host}", class_="instances"),
            open=bool(bad),
            data_words=words,
            data_problem="yes" if bad else "no",
        )
    ]


def _timer(row: Row) -> Html:
    condition = condition_of_timer(row)
    cells: t.Tuple[Content, ...] = (
        row["unit"],
        element("span", f"{SYMBOLS[condition]} {row['state']}", class_=css(condition)),
        f"{row['last_run'] or '-'}{', ' + missed_times(row['missed']) if row['missed'] else ''}",
        "-" if row["seconds"] is None else f"{row['seconds']:g} s",
        row["result"] or "-",
        row["next_run"] or "-",
    )
    return _row(TIMER_HEADS, cells)


def _pool(pool: Pool) -> Html:
    condition = pool.condition
    return element(
        "details",
        element(
            "summary",
            element("b", pool.name),
            element("span", f"{SYMBOLS[condition]} {condition.value}", class_=css(condition)),
            f" {_running(pool)} running, version {pool.row['generation']}",
        ),
        *_pauses(pool.row["paused"]),
        *_scaling(pool.row),
        _instances(pool),
        _generations(pool.row["generations"]),
        id=_anchor(pool),
        open=condition.is_a_problem,
        **_filtered(pool),
    )


def _running(pool: Pool) -> str:
    return up_of(pool.row) if pool.row.get("scaling") else f"{pool.running} of {pool.wanted}"


def _scaling(row: Row) -> t.List[Html]:
    """Of a pool with a range, how many instances are wanted, and the last decisions."""
    if not row.get("scaling"):
        return []
    wanted = [element("p", of_range(row))] if of_range(row) else []
    decisions = [
        element("tr", *(element("td", one[key]) for key in ("time", "text")))
        for one in reversed(row["scaling"]["decisions"])
    ]
    return [*wanted, *([element("h3", "Decisions"), _table(("Time", "Instances"), decisions)] if decisions else [])]


def _pauses(pause: t.Optional[Row]) -> t.List[Html]:
    if not pause:
        return []
    reason = f": {pause['reason']}" if pause["reason"] else ""
    return [element("p", f"Paused by {pause['by']} since {pause['since'] or 'an unknown time'}{reason}")]


def _instances(pool: Pool) -> Html:
    rows = [_instance(pool, row) for row in pool.row["instances"]]
    return _table(HEADS, rows, f"Instances of {pool.name} on {pool.host}", class_="instances")


def _instance(pool: Pool, row: Row) -> Html:
    condition = pool.condition_of(row)
    rests = f", {at_rest(row)}" if at_rest(row) else ""
    state = f"{SYMBOLS[condition]} {row['state']} ({row['sub_state']}){rests}"
    stale = f", stale: {row['stale']}" if row["stale"] else ""
    cells: t.Tuple[Content, ...] = (
        row["unit"],
        element("span", state, class_=css(condition)),
        row["since"] or "-",
        row["restarts"],
        _memory(row["memory"], row["memory_max"]),
        f"{row['generation'] or '-'}{stale}",
        row["last_exit"] or "-",
    )
    return _row(HEADS, cells)


def _memory(used: t.Optional[int], limit: t.Optional[int]) -> t.Union[str, Html]:
    if used is None:
        return "-"
    if not limit:
        return _mebibytes(used)
    words = f"{_mebibytes(used)} of {_mebibytes(limit)}"
    meter = element("meter", words, min=0, max=limit, high=int(limit * HIGH), value=used, title=words)
    return element("span", f"{words} ", meter)


def _mebibytes(size: int) -> str:
    return f"{size // MEBIBYTE} M" if size >= 10 * MEBIBYTE else f"{size / MEBIBYTE:.1f} M"


def _generations(generations: t.Sequence[Row]) -> Html:
    heads = ("Version", "Name", "State", "Deployed")
    rows = [
        element("tr", *(element("td", one[key]) for key in ("number", "id", "state", "time")))
        for one in reversed(generations)
    ]
    return element("h3", "Versions") + _table(heads, rows)


def _table(heads: t.Iterable[str], rows: t.Iterable[Html], caption: str = "", **attributes: str) -> Html:
    """A ``caption`` is for who does not see the table."""
    named = [element("caption", caption, class_="unseen")] if caption else []
    head = element("thead", element("tr", *(element("th", one, scope="col") for one in heads)))
    return element("table", *named, head, element("tbody", *rows), **attributes)


def _row(heads: t.Sequence[str], cells: t.Sequence[Content]) -> Html:
    """On a narrow screen each cell stands below the other, behind its head."""
    return element("tr", *(element("td", cell, data_head=head) for head, cell in zip(heads, cells)))
