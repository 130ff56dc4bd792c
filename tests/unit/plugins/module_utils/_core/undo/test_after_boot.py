# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Noted, Phase, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import (
    AGAIN,
    AfterBoot,
    after_boot,
    lost_run,
)

NOW, EARLIER = "this boot", "an earlier boot"
POOLS = {"mail": Noted(1, 2, True), "first": Noted(None, 1, True), "kept": Noted(3, 4, False)}
UNDONE = RunJournal("2026-11-24T16:36:19Z", 42, POOLS, ("gone",), Phase.UNDONE, NOW)
DONE = ("put mail back to generation 1", "removed first, whose first version it was", "left kept on generation 4")

JOURNALS: dict[str, tuple[t.Optional[RunJournal], AfterBoot]] = {
    "nothing was half changed": (None, AfterBoot()),
    "all is undone": (UNDONE, AfterBoot(done=(*DONE, "removed gone"))),
    "it was undone after an earlier boot": (replace(UNDONE, boot=EARLIER), AfterBoot()),
    **{
        f"the host is not done: {phase.value}": (
            replace(UNDONE, phase=phase),
            AfterBoot(waiting=("mail", "first", "kept", "gone")),
        )
        for phase in (Phase.APPLYING, Phase.REVERTING)
    },
}


@pytest.mark.parametrize(("left", "found"), JOURNALS.values(), ids=JOURNALS.keys())
def test_a_journal_shows_what_the_host_has_done(left: t.Optional[RunJournal], found: AfterBoot) -> None:
    assert after_boot(left, NOW) == found


def test_a_pool_of_a_user_is_named_with_the_user() -> None:
    assert after_boot(replace(UNDONE, pools={"mail": Noted(1, 2, True)}), NOW, "app") == AfterBoot(
        done=("put app/mail back to generation 1", "removed app/gone")
    )
    assert after_boot(replace(UNDONE, phase=Phase.APPLYING), NOW, "app").waiting[0] == "app/mail"


REBOOTED = "the host rebooted during the rollout"
MESSAGES: dict[str, tuple[bool, list[AfterBoot], list[str]]] = {
    "one pool": (True, [AfterBoot(done=DONE[:1])], [f"{REBOOTED} and has put mail back to generation 1"]),
    "several pools, of several managers": (
        True,
        [AfterBoot(done=DONE[:2]), AfterBoot(done=("put app/a back to generation 7",))],
        [f"{REBOOTED} and has {DONE[0]}, {DONE[1]} and put app/a back to generation 7"],
    ),
    "nothing to put back": (
        True,
        [AfterBoot()],
        [REBOOTED, "no version of a pool was half deployed, so nothing was put back"],
    ),
    "one manager is done, the other is not": (
        True,
        [AfterBoot(done=DONE[:1]), AfterBoot(waiting=("app/a", "app/b"))],
        [
            f"{REBOOTED} and has put mail back to generation 1",
            "not put back yet: app/a, app/b. The host tries again: journalctl -u 'workers-recovery*'",
        ],
    ),
    "one manager cannot be looked at": (True, [AfterBoot(trouble="no home")], [REBOOTED, "no home"]),
    "the files of the run are gone without a boot": (
        False,
        [AfterBoot(done=DONE)],
        ["the result of this run is not on the host any more"],
    ),
}


@pytest.mark.parametrize(("rebooted", "found", "lines"), MESSAGES.values(), ids=MESSAGES.keys())
def test_the_message_of_a_run_whose_result_is_lost(rebooted: bool, found: list[AfterBoot], lines: list[str]) -> None:
    assert lost_run(rebooted=rebooted, found=found).split("\n") == [*lines, AGAIN]
