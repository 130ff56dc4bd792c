# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the modules, as the tests of Jinja find them in a playbook."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError

Row = t.Mapping[str, t.Any]


def instances_of(told: t.Any) -> t.Dict[str, Row]:
    """By unit, with its user where it has one, of the result of ``pools_info``, or of one of its pools.

    Raises ``AnsibleError`` for anything else.
    """
    pools = told.get("pools") if isinstance(told, t.Mapping) else None
    rows = list(pools.values()) if isinstance(pools, t.Mapping) else [told]
    if not all(isinstance(row, t.Mapping) and isinstance(row.get("instances"), list) for row in rows):
        raise AnsibleError(
            f"expected the result of workers.systemd.pools_info, or one of its pools; found {_kind(told)}"
        )
    return {f"{row.get('user', '')}/{one['unit']}".lstrip("/"): one for row in rows for one in row["instances"]}


def texts_in(told: t.Any) -> t.Iterator[str]:
    """Every text in a result, however deep, and every key."""
    if isinstance(told, t.Mapping):
        for key, value in told.items():
            yield str(key)
            yield from texts_in(value)
    elif isinstance(told, (list, tuple)):
        for value in told:
            yield from texts_in(value)
    else:
        yield str(told)


def _kind(told: t.Any) -> str:
    keys = f" with {', '.join(sorted(map(str, told)))}" if isinstance(told, t.Mapping) else ""
    return f"a {type(told).__name__}{keys}"
