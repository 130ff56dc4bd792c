# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.elsewhere import elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

MAIL, GONE = Pool("mail", "pools[0] (mail)"), Pool("mail", "pools[1] (mail)", present=False)
REFUSED = {
    "from the system to a user": ({"app": [MAIL]}, {"": ["mail"]}, "that of the system, which keeps running"),
    "from a user to the system": (
        {"": [MAIL]},
        {"app": ["mail"], "": []},
        "that of the manager of app, which keeps running",
    ),
}
LET_GO = {
    "where it was": ({"": [MAIL]}, {"": ["mail"]}),
    "both that were there": ({"app": [MAIL]}, {"": ["mail"], "app": ["mail"]}),
    "both that are listed": ({"app": [MAIL], "": [MAIL]}, {"": ["mail"]}),
    "the former one goes": ({"app": [MAIL], "": [GONE]}, {"": ["mail"]}),
    "it goes itself": ({"app": [GONE]}, {"": ["mail"]}),
    "another name": ({"app": [MAIL]}, {"": ["post"]}),
    "another user, who has pools of his own": ({"app": [MAIL]}, {"other": ["mail"]}),
}


@pytest.mark.parametrize(("listed", "there", "found"), REFUSED.values(), ids=REFUSED.keys())
def test_a_pool_that_would_run_in_both_scopes_is_refused(
    listed: dict[str, list[Pool]], there: dict[str, list[str]], found: str
) -> None:
    (problem,) = elsewhere(listed, there)
    assert (problem.where, problem.found) == ("pools[0] (mail).scope", found)


@pytest.mark.parametrize(("listed", "there"), LET_GO.values(), ids=LET_GO.keys())
def test_what_the_input_speaks_of_is_meant(listed: dict[str, list[Pool]], there: dict[str, list[str]]) -> None:
    assert not list(elsewhere(listed, there))
