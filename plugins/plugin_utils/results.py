# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the modules, as the Jinja tests find them in a playbook."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError

Row = t.Mapping[str, t.Any]


def instances_of(result: t.Any) -> t.Dict[str, Row]:
    """By unit, with its user where it has one, of the result of ``pools_info``, or of one of its pools.

    Raises ``AnsibleError`` for anything else.
    """
    pools = result.get("pools") if isinstance(result, t.Mapping) else None
    rows = list(pools.values()) if isinstance(pools, t.Mapping) else [result]
    if not all(isinstance(row, t.Mapping) and isinstance(row.get("instances"), list) for row in rows):
        raise AnsibleError(
            f"expected the result of workers.systemd.pools_info, or one of its pools; found {_kind(result)}"
        )
    return {f"{row.get('user', '')}/{one['unit']}".lstrip("/"): one for row in rows for one in row["instances"]}


def texts_in(result: t.Any) -> t.Iterator[str]:
    """Every text in a result, however deep, and every key."""
    if isinstance(result, t.Mapping):
        for key, value in result.items():
            yield str(key)
            yield from texts_in(value)
    elif isinstance(result, (list, tuple)):
        for value in result:
            yield from texts_in(value)
    else:
        yield str(result)


def _kind(result: t.Any) -> str:
    keys = f" with {', '.join(sorted(map(str, result)))}" if isinstance(result, t.Mapping) else ""
    return f"a {type(result).__name__}{keys}"
