# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's own check of arguments tells without its place in a list, or with its value, or not at all."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean

# An argument spec in Ansible's form: options by name, those of a mapping under "options".
Spec = t.Mapping[str, t.Mapping[str, t.Any]]


def misshapen(given: t.Mapping[str, t.Any], spec: Spec, where: str = "") -> t.Iterator[Problem]:
    """Values without options where there have to be some.

    Ansible tells such a value, whatever secret is in it, or ends with a traceback. A text it may take apart.
    """
    for name in [name for name in spec if "options" in spec[name] and given.get(name) is not None]:
        place, value, kind = f"{where}{name}", given[name], spec[name]["type"]
        if not isinstance(value, (str, list if kind == "list" else dict)):
            yield Problem(place, type(value).__name__, "a list of mappings" if kind == "list" else "a mapping")
            continue
        for index, one in enumerate(value if kind == "list" else ()):
            if not isinstance(one, (str, dict)):
                yield Problem(f"{place}[{index}]", type(one).__name__, "a mapping")
        for inner_place, inner in _mappings(place, value):
            yield from misshapen(inner, spec[name]["options"], f"{inner_place}.")


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
    """The arguments without unknown options: what is in a misspelled ``secrets`` nobody may show."""
    if isinstance(given, list):
        return [known_only(one, spec) for one in given]
    if not isinstance(given, dict):
        return given
    return {
        name: known_only(value, spec[name]["options"]) if "options" in spec[name] else value
        for name, value in given.items()
        if name in spec
    }


def _mappings(where: str, value: t.Any) -> t.Iterator[t.Tuple[str, t.Mapping[str, t.Any]]]:
    if isinstance(value, dict):
        yield where, value
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, dict):
                yield f"{where}[{index}]", one
