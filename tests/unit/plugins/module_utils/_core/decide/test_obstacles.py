# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.decide import obstacles
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Step, Verb
from tests.unit.plugins.module_utils._core.builders import mail, written

WANTED = {"mail": written(mail(instances=2))}
ONE, TWO = "mail@1.service", "mail@2.service"


def test_an_instance_with_a_unit_of_its_own_is_refused() -> None:
    (problem,) = obstacles.hidden(WANTED, {ONE: "/run/systemd/system/mail@1.service"})
    assert problem.where == "pools[0] (mail).instances"
    assert problem.found == "/run/systemd/system/mail@1.service, a unit of its own"


def test_a_mask_is_refused_where_a_step_needs_the_unit() -> None:
    masks = {TWO: "/etc/systemd/system/mail@2.service", ONE: "/run/systemd/system/mail@1.service"}
    start, stop = Step(Verb.START, TWO, "is inactive (dead)"), Step(Verb.STOP, ONE, "not wanted any more")
    (problem,) = obstacles.masked(WANTED, [start, stop], masks)
    assert problem.found == "mail@2.service, masked by /etc/systemd/system/mail@2.service"
    assert "`systemctl unmask mail@2.service`" in problem.hint
    assert obstacles.masked(WANTED, [stop], masks) == []
