# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users rely on changes only when the changelog says so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t

import pytest
import yaml

from tests.helpers import public_api
from tests.helpers.public_api import Api

BEFORE: Api = {
    "lint": {},
    "lint option units": {"type": "list", "elements": "str"},
    "lint option fail_on": {"type": "str", "default": "error", "choices": ["error", "never"]},
    "lint option places": {"type": "list", "elements": "dict"},
    "lint option places[].path": {"type": "str"},
    "lint returns msg": {"type": "str"},
}
# what becomes of BEFORE, what users stumble over
CHANGES: dict[str, tuple[dict[str, t.Any], dict[str, str]]] = {
    "nothing changed": ({}, {}),
    "a new option": ({"lint option skip": {"type": "list"}}, {}),
    "a new required option": (
        {"lint option skip": {"type": "list", "required": True}},
        {"lint option skip": "is new and required"},
    ),
    "a required option of a new module": ({"fix": {}, "fix option unit": {"type": "str", "required": True}}, {}),
    "a required option in a mapping": (
        {"lint option places[].kind": {"type": "str", "required": True}},
        {"lint option places[].kind": "is new and required"},
    ),
    "an option that is gone": ({"lint option units": None}, {"lint option units": "is gone"}),
    "what goes with its owner is named once": (
        {"lint option places": None, "lint option places[].path": None},
        {"lint option places": "is gone"},
    ),
    "a module that is gone": (dict.fromkeys(BEFORE), {"lint": "is gone"}),
    "a value that is gone": ({"lint returns msg": None}, {"lint returns msg": "is gone"}),
    "another type": (
        {"lint returns msg": {"type": "list"}},
        {"lint returns msg": "has another type"},
    ),
    "any type of an option": ({"lint option units": {"type": "raw"}}, {}),
    "any type of an option, and no word about what is in it": (
        {"lint option places": {"type": "raw"}, "lint option places[].path": None},
        {},
    ),
    "any type of what is returned": ({"lint returns msg": {"type": "raw"}}, {"lint returns msg": "has another type"}),
    "another default": (
        {"lint option fail_on": {"type": "str", "default": "never", "choices": ["error", "never"]}},
        {"lint option fail_on": "has another default"},
    ),
    "a first default": (
        {"lint option units": {"type": "list", "elements": "str", "default": []}},
        {"lint option units": "has another default"},
    ),
    "a choice more": (
        {"lint option fail_on": {"type": "str", "default": "error", "choices": ["error", "never", "warning"]}},
        {},
    ),
    "a choice less": (
        {"lint option fail_on": {"type": "str", "default": "error", "choices": ["error"]}},
        {"lint option fail_on": "takes less than before"},
    ),
    "any value instead of choices": ({"lint option fail_on": {"type": "str", "default": "error"}}, {}),
    "choices instead of any value": (
        {"lint option places[].path": {"type": "str", "choices": ["/"]}},
        {"lint option places[].path": "takes less than before"},
    ),
    "required now": (
        {"lint option places[].path": {"type": "str", "required": True}},
        {"lint option places[].path": "is required now"},
    ),
}
# a line of a fragment, whether it names the option places[].path of lint
LINES = {
    "lint - ``places[].path`` is gone.": True,
    "pools, lint - The option places[].path is gone.": True,
    "lint - ``places[].paths`` is gone.": False,
    "lint - ``more.places[].path`` is gone.": False,
    "lint - ``places`` is gone.": False,
    "pools - ``places[].path`` is gone.": False,
}


@pytest.mark.parametrize(("changes", "stumbles"), CHANGES.values(), ids=CHANGES.keys())
def test_what_breaks_a_user_is_known(changes: dict[str, t.Any], stumbles: dict[str, str]) -> None:
    now = {name: item for name, item in {**BEFORE, **changes}.items() if item is not None}
    assert public_api.breaks(BEFORE, now) == stumbles


@pytest.mark.parametrize(("line", "named"), LINES.items(), ids=LINES.keys())
def test_the_changelog_announces_a_break_by_name(line: str, named: bool) -> None:
    now = {name: item for name, item in BEFORE.items() if name != "lint option places[].path"}
    assert public_api.unannounced(BEFORE, now, [line]) == ([] if named else ["lint option places[].path is gone"])


def test_documentation_is_read_at_any_depth() -> None:
    documented = {
        "places": {
            "type": "list",
            "elements": "dict",
            "aliases": ["paths"],
            "suboptions": {"path": {"type": "str", "description": "Where."}},
        },
    }
    assert public_api.options("lint option ", documented) == {
        "lint option places": {"type": "list", "elements": "dict"},
        "lint option places[].path": {"type": "str"},
        "lint option paths": {"type": "list", "elements": "dict"},
        "lint option paths[].path": {"type": "str"},
    }


@pytest.fixture(scope="module")
def now() -> Api:
    return public_api.current()


def test_what_users_rely_on_is_what_is_recorded(now: Api) -> None:
    before = public_api.recorded()
    assert public_api.unannounced(before, now, public_api.announcements()) == []
    assert now == before, "run: make api"


def test_what_is_private_is_not_documented_as_public(now: Api) -> None:
    """Such as the token with which an action plugin comes back. Ansible lists all modules, so a private one says so."""
    assert [name for name in now if name.startswith("_") or re.search(r"[ .]_", name)] == []
    listed = subprocess.run(
        [sys.executable, "-m", "ansible", "doc", "--list", "--json", public_api.OUR],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(public_api.ROOT / ".cache" / "collections")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    modules = {name[len(public_api.OUR) + 1 :]: text for name, text in json.loads(listed).items()}
    assert {name for name in modules if not name.startswith("_")} == {name for name in now if " " not in name}
    assert all(text.startswith("Internal, ") for name, text in modules.items() if name.startswith("_"))


def _default(item: public_api.Item) -> public_api.Item:
    return {field: value for field, value in item.items() if field == "default"}


def test_the_role_takes_what_the_module_takes(now: Api) -> None:
    of_module, of_role = (
        {name[len(prefix) :]: item for name, item in now.items() if name.startswith(prefix)}
        for prefix in ("pools option ", "role workers option workers_")
    )
    # The module checks them, and documents what is in them: see roles/workers/meta/argument_specs.yml.
    assert of_role == {
        name: {**_default(item), "type": "raw"} for name, item in of_module.items() if not set("[.") & {*name}
    }


def test_the_role_has_the_defaults_that_it_documents(now: Api) -> None:
    prefix = "role workers option "
    documented = {
        name[len(prefix) :]: item["default"]
        for name, item in now.items()
        if name.startswith(f"{prefix}workers_") and "default" in item and "[]" not in name
    }
    defaults = public_api.ROOT / "roles" / "workers" / "defaults" / "main.yml"
    assert documented == yaml.safe_load(defaults.read_text())


def test_the_page_of_the_role_has_each_of_its_variables(now: Api) -> None:
    prefix = "role workers option "
    options = {name[len(prefix) :] for name in now if name.startswith(prefix) and not set("[.") & {*name}}
    page = (public_api.ROOT / "roles" / "workers" / "README.md").read_text()
    assert set(re.findall(r"^\| `(workers_\w+)`", page, re.MULTILINE)) == options
