# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users rely on: options, defaults and return values. ``python -m tests.helpers.public_api`` records them anew.

The record in tests/public_api.json is what users have. It takes additions; what would break a user it takes only when
a changelog fragment names it, under ``breaking_changes`` or ``removed_features``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "tests" / "public_api.json"
FRAGMENTS = ROOT / "changelogs" / "fragments"
OUR = "workers.systemd"
OWN_UP = ("breaking_changes", "removed_features")

Item = t.Dict[str, t.Any]
# Such as "pools option pools[].rollout.canary" or "pools returns pools.plan".
Api = t.Dict[str, Item]


def current() -> Api:
    """As ansible-doc tells it, from modules, doc fragments and argument specs together; sanity holds it to the code."""
    modules = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
    api: Api = {}
    for name, result in _documented("module", modules).items():
        api[name] = {}
        api.update(options(f"{name} option ", result["doc"]["options"]))
        api.update(returned(f"{name} returns ", result["return"]))
    for name, result in _documented("role", ["workers"]).items():
        api[f"role {name}"] = {}
        api.update(options(f"role {name} option ", result["entry_points"]["main"]["options"]))
    return api


def _documented(kind: str, names: t.Sequence[str]) -> t.Dict[str, t.Any]:
    command = [sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, *(f"{OUR}.{name}" for name in names)]
    environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections")}
    out = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name[len(OUR) + 1 :]: result for name, result in json.loads(out).items()}


def options(prefix: str, documented: t.Mapping[str, t.Any]) -> Api:
    """Those at any depth. An alias is an option."""
    api: Api = {}
    for first, option in documented.items():
        inner = option.get("suboptions") or option.get("options") or {}
        for name in (first, *option.get("aliases", ())):
            api[f"{prefix}{name}"] = _kept(option, ("type", "elements", "required", "default", "choices"))
            api.update(options(f"{prefix}{name}{_each(option)}.", inner))
    return api


def returned(prefix: str, documented: t.Mapping[str, t.Any]) -> Api:
    api: Api = {}
    for name, value in documented.items():
        api[f"{prefix}{name}"] = _kept(value, ("type", "elements"))
        api.update(returned(f"{prefix}{name}{_each(value)}.", value.get("contains") or {}))
    return api


def _kept(documented: t.Mapping[str, t.Any], fields: t.Iterable[str]) -> Item:
    return {field: documented[field] for field in fields if documented.get(field) is not None}


def _each(documented: t.Mapping[str, t.Any]) -> str:
    """What a raw one has in it is that of its elements."""
    return "[]" if documented["type"] in ("list", "raw") else ""


def breaks(before: Api, now: Api) -> t.Dict[str, str]:
    """What users of ``before`` would stumble over, by name."""
    gone = {name: "is gone" for name in before if name not in now and not _goes_with(_owner(name), before, now)}
    return {**gone, **{name: what for name in now for what in [_break(name, before, now[name])] if what}}


def _goes_with(owner: str, before: Api, now: Api) -> bool:
    """What is in an option that is gone, and what a raw option still takes."""
    return owner in before.keys() - now or (" option " in owner and now.get(owner, {}).get("type") == "raw")


def _break(name: str, before: Api, item: Item) -> str:
    was = before.get(name)
    if was is None:
        return "is new and required" if item.get("required") and _owner(name) in before else ""
    # An option that is raw takes what it took with any type, and more.
    result = ("default",) if " option " in name and item["type"] == "raw" else ("type", "elements", "default")
    changed = [field for field in result if item.get(field) != was.get(field)]
    if changed:
        return f"has another {' and another '.join(changed)}"
    if item.get("required") and not was.get("required"):
        return "is required now"
    if "choices" in item and ("choices" not in was or set(was["choices"]) - set(item["choices"])):
        return "takes less than before"
    return ""


def _owner(name: str) -> str:
    """``pools option pools`` has ``pools option pools[].name``, and ``pools`` has that."""
    option, dot, _last = name.rpartition(".")
    if dot:
        return option[: -len("[]")] if option.endswith("[]") else option
    return " ".join(name.split(" ")[:-2])


def announcements() -> t.List[str]:
    fragments = [yaml.safe_load(path.read_text()) for path in sorted(FRAGMENTS.glob("*.yml"))]
    return [line for fragment in fragments for section in OWN_UP for line in fragment.get(section, [])]


def unannounced(before: Api, now: Api, announced: t.Sequence[str]) -> t.List[str]:
    """Breaks that no fragment names, as in "pools - pools[].rollout.canary is gone."."""
    return [
        f"{name} {what}"
        for name, what in breaks(before, now).items()
        if not any(_names(line, name) for line in announced)
    ]


def _names(line: str, name: str) -> bool:
    plugins, _dash, text = line.partition(" - ")
    words = name.removeprefix("role ").split(" ")
    return words[0] in plugins and re.search(rf"(?<![\w.]){re.escape(words[-1])}(?![\w.\[])", text) is not None


def recorded() -> Api:
    return t.cast("Api", json.loads(RECORD.read_text()))


def record(api: Api) -> str:
    """One line an item, so that a change is a line of the difference."""
    rows = [f"{json.dumps(name)}: {json.dumps(item)}" for name, item in sorted(api.items())]
    return "{{\n{}\n}}\n".format(",\n".join(rows))


if __name__ == "__main__":
    now = current()
    hidden = unannounced(recorded(), now, announcements())
    if hidden:
        hint = f"A fragment must say so under {' or '.join(OWN_UP)}, with the plugin and the name."
        sys.exit("\n".join([*hidden, hint]))
    RECORD.write_text(record(now))
