# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's own check of arguments tells without its place in a list, or with its value, or not at all."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean

# An argument spec in Ansible's form: options by name, those of a mapping under "options".
Spec = t.Mapping[str, t.Mapping[str, t.Any]]
# So begins a text that decimal.Decimal takes and int() does not. Ansible ends with a traceback.
ENDLESS = ("inf", "nan", "snan")


def misshapen(given: t.Mapping[str, t.Any], spec: Spec, where: str = "") -> t.Iterator[Problem]:
    """Lists and mappings where there is to be something else, such as secrets that are indented too far.

    Ansible tells such a value, whatever secret is in it, makes a text of it, or ends with a traceback. A text it may
    take apart.
    """
    for name in [name for name in spec if given.get(name) is not None]:
        place, value, option = f"{where}{name}", given[name], spec[name]
        wrong = list(_wrong_kind(place, value, option))
        yield from wrong
        for inner_place, inner in _mappings(place, value) if "options" in option and not wrong else ():
            yield from misshapen(inner, option["options"], f"{inner_place}.")


def _wrong_kind(place: str, value: t.Any, option: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    kind = option["type"]
    if isinstance(value, list) and kind == "list":
        for index, one in enumerate(value):
            yield from _wrong_kind(f"{place}[{index}]", one, {"type": option.get("elements", "raw")})
    elif kind == "list" and (isinstance(value, dict) or ("options" in option and not isinstance(value, str))):
        yield Problem(place, type(value).__name__, "a list of mappings" if "options" in option else "a list")
    elif kind == "dict" and not isinstance(value, (str, dict)):
        yield Problem(place, type(value).__name__, "a mapping")
    elif kind not in ("dict", "list", "raw") and isinstance(value, (list, dict)):
        yield Problem(place, type(value).__name__, "text, a number or a boolean")
    elif kind == "int" and str(value).strip().lstrip("+-").lower().startswith(ENDLESS):
        yield Problem(place, "a number without an end", "a whole number")


def unknown_options(given: t.Mapping[str, t.Any], spec: Spec, where: str = "") -> t.Iterator[Problem]:
    """Options at any depth that are not in the spec. Names them, never their values."""
    for name, value in given.items():
        if name not in spec:
            hint = did_you_mean(str(name), spec) or f"There are {', '.join(spec)}."
            yield Problem(f"{where}{name}", "an unknown option", "an option that exists", hint)
        elif "options" in spec[name]:
            for place, inner in _mappings(f"{where}{name}", value):
                yield from unknown_options(inner, spec[name]["options"], f"{place}.")


def known_only(given: t.Any, spec: Spec) -> t.Any:
    """The arguments without unknown options: the content of a misspelled ``secrets`` must not be shown."""
    if isinstance(given, list):
        return [known_only(one, spec) for one in given]
    if not isinstance(given, dict):
        return given
    return {
        name: known_only(value, spec[name]["options"]) if "options" in spec[name] else value
        for name, value in given.items()
        if name in spec
    }


def names_only(given: t.Any, hidden: str) -> t.Any:
    """The arguments with ``hidden`` for every value: in those that are refused a secret may stand anywhere."""
    if isinstance(given, dict):
        return {name: names_only(value, hidden) for name, value in given.items()}
    if isinstance(given, list):
        return [names_only(value, hidden) for value in given]
    return None if given is None else hidden


def _mappings(where: str, value: t.Any) -> t.Iterator[t.Tuple[str, t.Mapping[str, t.Any]]]:
    if isinstance(value, dict):
        yield where, value
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, dict):
                yield f"{where}[{index}]", one
