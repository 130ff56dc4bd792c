# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, State
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.metrics import (
    FAMILIES,
    NAMES,
    POOL,
    TIMER,
    Deployed,
    PoolFigures,
    TimerFigures,
    deployed,
    text,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

ROOT = Path(__file__).parents[6]
EXAMPLES = ROOT / "examples" / "metrics"
# The one that node exporter writes about the file.
OF_NODE_EXPORTER = {"node_textfile_mtime_seconds"}
MAIL = PoolFigures(3, 2, 1, 0, 7, True, 1024, Deployed(4, 1769860000.0, False), 130)
REPORT = TimerFigures(False, 1769860800.5, True, Deployed(1, None, None))
# The text format of Prometheus, 0.0.4, as its documentation has it.
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{{LABEL}\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)")
HEAD = re.compile(rf"# (?:HELP|TYPE) ({NAME}) [^\n]+")


def parsed(given: str) -> dict[tuple[str, str], float]:
    """By name and label. Each family has its own lines together, with its head first."""
    found: dict[tuple[str, str], float] = {}
    heads: list[str] = []
    assert given.endswith("\n")
    for line in given[:-1].split("\n"):
        head = HEAD.fullmatch(line)
        if head:
            heads += [head.group(1)] if line.startswith("# HELP") else []
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample.group(1) == heads[-1]
        label = re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one.group(1), one.group(1)), sample.group(2) or "")
        assert (sample.group(1), label) not in found
        found[sample.group(1), label] = float(sample.group(3))
    assert len(heads) == len(set(heads))
    return found


def test_the_figures_of_a_pool_and_of_a_timer() -> None:
    assert parsed(text(1769860900.25, {"mail": MAIL}, {"report": REPORT})) == {
        ("workers_metrics_timestamp_seconds", ""): 1769860900.25,
        ("workers_pool_instances_wanted", "mail"): 3,
        ("workers_pool_instances_up", "mail"): 2,
        ("workers_pool_instances_stale", "mail"): 1,
        ("workers_pool_instances_paused", "mail"): 0,
        ("workers_pool_restarts_total", "mail"): 7,
        ("workers_pool_crash_loop", "mail"): 1,
        ("workers_pool_memory_bytes", "mail"): 1024,
        ("workers_pool_backlog", "mail"): 130,
        ("workers_pool_generation", "mail"): 4,
        ("workers_pool_last_deploy_timestamp_seconds", "mail"): 1769860000,
        ("workers_pool_last_deploy_successful", "mail"): 0,
        ("workers_timer_paused", "report"): 0,
        ("workers_timer_last_success_timestamp_seconds", "report"): 1769860800.5,
        ("workers_timer_last_run_successful", "report"): 1,
        ("workers_timer_generation", "report"): 1,
    }


def test_what_is_not_known_is_left_out() -> None:
    unknown = replace(MAIL, memory=None, deployed=Deployed())
    written = parsed(text(1.0, {"mail": MAIL, "pdf": unknown}, {}))
    assert {name for name, label in written if label == "mail"} - {
        name for name, label in written if label == "pdf"
    } == {
        "workers_pool_memory_bytes",
        "workers_pool_generation",
        "workers_pool_last_deploy_timestamp_seconds",
        "workers_pool_last_deploy_successful",
    }


def test_without_pools_there_is_the_time() -> None:
    assert list(parsed(text(5.0, {}, {}))) == [("workers_metrics_timestamp_seconds", "")]


def test_the_order_is_that_of_the_names() -> None:
    assert text(1.0, {"b": MAIL, "a": MAIL}, {}) == text(1.0, {"a": MAIL, "b": MAIL}, {})


@pytest.mark.parametrize("family", [one for of_kind in FAMILIES.values() for one in of_kind], ids=lambda one: one.name)
def test_names_follow_the_conventions(family: t.Any) -> None:
    """https://prometheus.io/docs/practices/naming/"""
    assert re.fullmatch(r"workers_(pool|timer)_[a-z_]+", family.name)
    assert family.name.endswith("_total") == (family.kind == "counter")
    assert family.about.endswith(".")


numbers = st.integers(0, 2**63)
perhaps = st.none() | st.floats(0, 2e9)
deploys = st.builds(Deployed, st.none() | numbers, perhaps, st.none() | st.booleans())
pools = st.dictionaries(
    st.text(),
    st.builds(
        PoolFigures,
        *(numbers, numbers, numbers, numbers, numbers, st.booleans(), st.none() | numbers),
        deployed=deploys,
        waiting=st.none() | numbers,
    ),
    max_size=4,
)
timers = st.dictionaries(
    st.text(), st.builds(TimerFigures, st.booleans(), perhaps, st.none() | st.booleans(), deploys), max_size=4
)


@given(st.floats(0, 2e9), pools, timers)
def test_whatever_the_names_are_each_figure_comes_back(
    now: float, some: dict[str, PoolFigures], others: dict[str, TimerFigures]
) -> None:
    found = parsed(text(now, some, others))
    expected = {("workers_metrics_timestamp_seconds", ""): now}
    for kind, figures in ((POOL, some), (TIMER, others)):
        for family in FAMILIES[kind]:
            values = {(family.name, name): family.value(one) for name, one in figures.items()}  # type: ignore[attr-defined]
            expected.update({key: float(value) for key, value in values.items() if value is not None})
    assert found == expected


def version(number: int, state: State, name: str = "", *, foreign: bool = False) -> Generation:
    time = f"2026-01-31T12:00:0{number}Z"
    identity = name or f"id{number}"
    return Generation("mail", number, identity, state, time, (), (), (), Policy(), foreign=foreign)


DEPLOYS = {
    "none": ([], "", Deployed()),
    "a good one": ([version(1, State.GOOD)], "id1", Deployed(1, 1769860801.0, True)),
    "a bad one was put back": (
        [version(1, State.GOOD), version(2, State.BAD)],
        "id1",
        Deployed(1, 1769860802.0, False),
    ),
    "one is on its way": (
        [version(1, State.GOOD), version(2, State.APPLYING)],
        "id2",
        Deployed(2, 1769860801.0, True),
    ),
    "none has proved it": ([version(1, State.UNPROVEN)], "id1", Deployed(1, 1769860801.0, None)),
    "the same version came again": (
        [version(1, State.GOOD, "x"), version(2, State.GOOD), version(3, State.GOOD, "x")],
        "x",
        Deployed(3, 1769860803.0, True),
    ),
    "the files of somebody else are no deploy": ([version(0, State.GOOD, foreign=True)], "?", Deployed()),
}


@pytest.mark.parametrize(("kept", "installed", "expected"), DEPLOYS.values(), ids=DEPLOYS.keys())
def test_the_last_deploy(kept: list[Generation], installed: str, expected: Deployed) -> None:
    assert deployed(kept, installed) == expected


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:workers|node)_[a-z_]+\b", expression))


def test_the_rules_ask_for_figures_that_are_written() -> None:
    (group,) = yaml.safe_load((EXAMPLES / "workers.rules.yml").read_text())["groups"]
    assert set().union(*(asked(rule["expr"]) for rule in group["rules"])) <= {*NAMES, *OF_NODE_EXPORTER}
    tested = (ROOT / "molecule" / "prometheus" / "tests" / "rules_test.yml").read_text()
    assert {rule["alert"] for rule in group["rules"]} == set(re.findall(r"alertname: (\w+)", tested))


def expressions(panel: t.Any) -> t.Iterator[str]:
    """All of a dashboard, at any depth."""
    if isinstance(panel, dict):
        yield from (panel[key] for key in ("expr", "definition") if key in panel)
    for one in panel.values() if isinstance(panel, dict) else panel if isinstance(panel, list) else ():
        yield from expressions(one)


def test_the_dashboard_asks_for_figures_that_are_written_and_shows_each() -> None:
    dashboard = json.loads((EXAMPLES / "workers-dashboard.json").read_text())
    found = list(expressions(dashboard))
    assert set().union(*map(asked, found)) == set(NAMES)
    assert all(expression.count("(") == expression.count(")") for expression in found)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_page_names_each_figure_and_each_rule() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    assert set(NAMES) == set(re.findall(r"\bworkers_(?:pool|timer|metrics)_[a-z_]+\b", page))
    rules = re.findall(r"alert: (\w+)", (EXAMPLES / "workers.rules.yml").read_text())
    assert [rule for rule in rules if f"`{rule}`" not in page] == []
