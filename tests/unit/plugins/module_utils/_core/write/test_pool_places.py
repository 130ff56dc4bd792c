# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_places import option_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import template_text
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import environment_paths, pool_units
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, mail

POOL = mail(
    user="www-data",
    group="mail",
    working_directory="/srv",
    environment={"A": "b"},
    environment_files=["/etc/default/mail"],
    limits={"memory_max": "1G", "cpu_quota": "50%"},
    unit={"Service": {"Nice": 5, "KillMode": "process"}, "Unti": {"After": "x"}, "Unit": {"PartOf": "app.target"}},
)
PATH = "/etc/systemd/system/mail@.service"
TEMPLATE = Unit.of("mail@.service", template_text(POOL, SYSTEMD, environment_paths(SYSTEM, POOL)), path=PATH)
OPTIONS = {
    "ExecStart": "command",
    "User": "user",
    "Group": "group",
    "WorkingDirectory": "working_directory",
    "Environment": "environment",
    "EnvironmentFile": "environment_files",
    "MemoryMax": "limits.memory_max",
    "CPUQuota": "limits.cpu_quota",
    "Nice": "unit.Service.Nice",
    "KillMode": "unit.Service.KillMode",
    "After": "unit.Unti.After",
    "PartOf": "unit.Unit.PartOf",
}


@pytest.mark.parametrize(("key", "option"), OPTIONS.items())
def test_a_directive_leads_to_its_option(key: str, option: str) -> None:
    at = [one for one in TEMPLATE.assignments() if one.key == key][-1]
    assert option_of(SYSTEM, POOL, at) == f"pools[0] (mail).{option}"


def test_a_section_leads_to_its_option() -> None:
    assert option_of(SYSTEM, POOL, Placed(PATH, "Unti", "", "", 9)) == "pools[0] (mail).unit.Unti"


@pytest.mark.parametrize(
    "at",
    [
        None,
        Placed(PATH, "Service", "Restart", "always", 9),
        Placed(PATH, "Unit", "PartOf", "mail.target", 9),
        Placed(PATH, "Install", "ExecStart", "", 9),
        Placed("/etc/systemd/system/mail.target", "Unit", "Description", "", 2),
    ],
    ids=[
        "the unit as a whole",
        "what the collection sets",
        "its part of a list",
        "not where the option goes",
        "the target",
    ],
)
def test_what_no_option_asked_for_is_the_pool_itself(at: Placed | None) -> None:
    assert option_of(SYSTEM, POOL, at) == "pools[0] (mail)"


def test_a_foreign_drop_in_is_named_by_its_line() -> None:
    at = Placed("/etc/systemd/system/mail@.service.d/x.conf", "Service", "Nice", "99", 2)
    assert option_of(SYSTEM, POOL, at) == "pools[0] (mail): /etc/systemd/system/mail@.service.d/x.conf:2"


OWN = mail(
    instances=["pdf"],
    per_instance={
        "pdf": {
            "environment": {"A": "b"},
            "limits": {"memory_max": "1G"},
            "unit": {"Service": {"Nice": 5}, "Unti": {"After": "x"}},
        }
    },
)
DROP_IN = pool_units(SYSTEM, OWN, SYSTEMD).drop_ins["pdf"]
OWN_OPTIONS = {
    "EnvironmentFile": "environment_files",
    "MemoryMax": "limits.memory_max",
    "Nice": "unit.Service.Nice",
    "After": "unit.Unti.After",
}


@pytest.mark.parametrize(("key", "option"), OWN_OPTIONS.items())
def test_a_directive_of_one_instance_leads_to_its_option(key: str, option: str) -> None:
    unit = Unit.of("mail@.service", DROP_IN.text, path=DROP_IN.path)
    at = [one for one in unit.assignments() if one.key == key][-1]
    assert option_of(SYSTEM, OWN, at) == f"pools[0] (mail).per_instance.pdf.{option}"
