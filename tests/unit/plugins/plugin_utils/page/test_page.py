# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.plugin_utils.page.fleet import fleet
from ansible_collections.workers.systemd.plugins.plugin_utils.page.html import VOID
from ansible_collections.workers.systemd.plugins.plugin_utils.page.page import page
from tests.helpers.status_rows import a_pool, a_range, a_timer, an_instance, of_each_condition

TIME = "2026-11-29 10:55 UTC"


class Seen(HTMLParser):
    """The tags of a page, and its text. Each end tag closes the tag that was opened last."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, attribute: str) -> list[str]:
        return [given[attribute] or "" for _tag, given in self.tags if attribute in given]


def written(**pools: t.Any) -> str:
    return page(fleet({"web1": {"pools": pools}}), TIME)


def test_each_pool_is_in_the_grid_and_has_its_details() -> None:
    seen = Seen(page(fleet({"web1": {"pools": of_each_condition()}, "web2": {"msg": "timed out"}}), TIME))
    links = [link for link in seen.values("href") if link]
    assert len(links) == len(of_each_condition())
    assert {link[1:] for link in links} <= set(seen.values("id"))
    assert "2 hosts, 7 pools, 6 of 10 instances running. 2026-11-29 10:55 UTC" in seen.words
    assert "✖ timed out" in seen.words


def test_a_problem_is_open_and_all_else_is_closed() -> None:
    seen = Seen(page(fleet({"web1": {"pools": of_each_condition()}}), TIME))
    details = [given for tag, given in seen.tags if tag == "details"]
    assert ["open" in given for given in details] == [True, True, True, True, False, False, False]


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = page(fleet({"web1": {"pools": of_each_condition()}}), TIME)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|src=", text)
    assert any(policy.startswith("default-src 'none'; ") for policy in Seen(text).values("content"))


def test_memory_is_shown_against_its_limit() -> None:
    with_limit, without, unknown = (
        an_instance("a@1.service"),
        an_instance("a@2.service", memory_max=None, memory=5 * 2**19),
        an_instance("a@3.service", memory=None),
    )
    seen = Seen(written(a=a_pool("a", with_limit, without, unknown)))
    (meter,) = (given for tag, given in seen.tags if tag == "meter")
    assert (meter["value"], meter["max"]) == (str(48 * 2**20), str(512 * 2**20))
    assert "48 M of 512 M " in seen.words
    assert "2.5 M" in seen.words


def test_the_newest_version_comes_first() -> None:
    versions = [{"number": one, "id": f"id-{one}", "state": "good", "time": "-"} for one in (1, 2, 3)]
    words = Seen(written(a=a_pool("a", generations=versions))).words
    assert words.index("id-3") < words.index("id-2") < words.index("id-1")


def test_a_pause_has_its_reason() -> None:
    pause = {"since": "", "reason": "the broker moves", "by": "hand"}
    words = Seen(written(a=a_pool("a", paused=pause))).words
    assert "Paused by hand since an unknown time: the broker moves" in words


def test_timers_have_a_table_that_is_open_when_one_is_bad() -> None:
    def seen(**other: t.Any) -> Seen:
        timers = {"report": a_timer("report", seconds=None, **other), "clean": a_timer("clean")}
        return Seen(page(fleet({"web1": {"pools": {}, "timers": timers}}), TIME))

    well, failed, stopped = seen(), seen(failed=True, result="exit status 3"), seen(dead=True)
    assert [" 2 well" in well.words, "1.5 s" in well.words, "report.timer" in well.words] == [True] * 3
    assert "exit status 3" in failed.words
    for bad in (failed, stopped):
        assert " 1 of 2 timers failed or stopped" in bad.words
    paused = seen(paused={"since": "", "reason": "", "by": "hand"}, state="paused")
    assert "‖ paused" in paused.words
    opened = ["open" in given for one in (well, failed, stopped, paused) for tag, given in one.tags if tag == "details"]
    assert opened == [False, True, True, False]


def test_a_host_without_pools_says_so() -> None:
    assert "No pools on this host." in Seen(written()).words


MARKUP = ("</script><script>x", '"><img src=x onerror=y>', "\u202e", "'", "&lt;")
HOSTILE = st.text(min_size=1) | st.sampled_from(MARKUP)


@given(HOSTILE)
def test_no_text_of_a_host_becomes_markup(text: str) -> None:
    """What a worker, a user or the name of a pool may carry: the tags of the page are those of a harmless page."""

    def with_texts(text: str) -> str:
        row = an_instance(text, last_exit=text, stale=text, since=text, generation=text)
        pause = {"since": text, "reason": text, "by": text}
        pools = {text: a_pool(text, row, paused=pause, generation=text), "b": a_pool("b", dead=[text])}
        timers = {text: a_timer(text, result=text, state=text, last_run=text, next_run=text)}
        return page(fleet({text: {"pools": pools, "timers": timers}, "other": {"msg": text}}), TIME)

    def shape(seen: Seen) -> list[tuple[str, frozenset[str]]]:
        return [(tag, frozenset(given)) for tag, given in seen.tags]

    assert shape(Seen(with_texts(text))) == shape(Seen(with_texts("harmless")))


def test_a_pool_with_a_range_shows_its_decisions() -> None:
    page = written(mail=a_pool("mail", scaling=a_range()))
    for text in ("2 of 2 to 12 running", "7 instances wanted: 312 jobs wait", "2 -&gt; 7: 312 jobs wait"):
        assert text in page
    asked = written(mail=a_pool("mail", scaling=a_range(said="", decisions=[])))
    assert "2 of 2 to 12 running" in asked
    assert "Decisions" not in asked
