# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of modules as records. The answer of a process of a user must have the shape of such a record."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, fields, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits

# A row of a result, in the form that Ansible returns.
Row = t.Mapping[str, t.Any]
ResultT = t.TypeVar("ResultT", bound="Result")
# The shapes of the fields that may be missing in a result.
SOMETIMES: t.Dict[str, t.Any] = {"diff": [dict], "resumed": str}


@dataclass(frozen=True)
class Result:
    """The fields that the results of all modules that change units have. Without ``--diff``, ``diff`` is ``None``."""

    changed: bool = False
    msg: str = ""
    failures: t.Sequence[Row] = ()
    daemon_reloaded: bool = False
    diff: t.Optional[t.Sequence[Row]] = None

    SHAPE: t.ClassVar[t.Dict[str, t.Any]] = {"changed": bool, "msg": str, "failures": [dict], "daemon_reloaded": bool}

    def as_dict(self) -> t.Dict[str, t.Any]:
        """The result in the form that Ansible returns: without the fields that are ``None``."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def of_json(cls: t.Type[ResultT], answer: t.Any) -> ResultT:
        """The record from which ``as_dict`` made the answer. Raises ``ValueError`` for an answer of another shape."""
        there = {name: shape for name, shape in SOMETIMES.items() if isinstance(answer, dict) and name in answer}
        if not fits(answer, {**cls.SHAPE, **there}):
            raise ValueError("a result of another shape")
        return cls(**{one.name: answer[one.name] for one in fields(cls) if one.name in answer})

    def of_user(self: ResultT, user: str, *, changed: bool, error: str) -> ResultT:
        """The result of the manager of ``user``, as a part of the result of several managers.

        ``error`` is the error that ended the run in that manager, or empty.
        """
        failures = tuple({**failure, "user": user} for failure in self.failures)
        return replace(self, changed=changed, failures=failures, msg=f"the manager of {user}: {error or self.msg}")


@dataclass(frozen=True)
class PoolsResult(Result):
    """The result of ``pools`` and ``rollback``. ``resumed`` describes the work that a killed run had left."""

    pools: t.Mapping[str, Row] = field(default_factory=dict)
    host_plan: t.Sequence[Row] = ()
    resumed: t.Optional[str] = None

    SHAPE: t.ClassVar[t.Dict[str, t.Any]] = {**Result.SHAPE, "pools": {str: dict}, "host_plan": [dict]}

    def of_user(self, user: str, *, changed: bool, error: str) -> PoolsResult:
        """The pool ``NAME`` of a user is named ``USER/NAME``."""
        pools = {f"{user}/{name}": row for name, row in self.pools.items()}
        return replace(super().of_user(user, changed=changed, error=error), pools=pools)


@dataclass(frozen=True)
class InstancesResult(Result):
    """The result of ``instances``."""

    units: t.Sequence[str] = ()
    plan: t.Sequence[Row] = ()
    verdicts: t.Mapping[str, str] = field(default_factory=dict)
    spared: t.Sequence[str] = ()
    lowest_active: t.Mapping[str, int] = field(default_factory=dict)

    SHAPE: t.ClassVar[t.Dict[str, t.Any]] = {
        **Result.SHAPE,
        "units": [str],
        "plan": [dict],
        "verdicts": {str: str},
        "spared": [str],
        "lowest_active": {str: int},
    }


def merged(results: t.Sequence[PoolsResult], *, with_diff: bool) -> PoolsResult:
    """The results of several managers as one result."""
    resumed = [one.resumed for one in results if one.resumed is not None]
    return PoolsResult(
        changed=any(one.changed for one in results),
        msg="\n".join(one.msg for one in results),
        failures=[failure for one in results for failure in one.failures],
        daemon_reloaded=any(one.daemon_reloaded for one in results),
        diff=[entry for one in results for entry in one.diff or ()] if with_diff else None,
        pools={name: row for one in results for name, row in one.pools.items()},
        host_plan=[row for one in results for row in one.host_plan],
        resumed="\n".join(resumed) if resumed else None,
    )
