# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What work in another process has returned or raised, as JSON carries it from there."""

from __future__ import annotations

import traceback
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError

Returned = t.Dict[str, t.Any]
PARTS = ("where", "found", "expected", "hint", "id", "url")
PROBLEMS = [dict.fromkeys(PARTS, str)]


def carried(work: t.Callable[[], Returned]) -> t.Dict[str, t.Any]:
    try:
        return {"returned": work()}
    except InputProblems as found:
        return {"input": [vars(problem) for problem in found.problems]}
    except Problems as found:
        return {"problems": [vars(problem) for problem in found.problems]}
    except ManagerError as error:
        return {"manager": str(error)}
    except MemoryError:
        return {"manager": "needs more memory than it may have: files of the user are too large"}
    except OSError as error:
        return {"os": [error.errno, error.strerror, error.filename]}
    except Exception:
        return {"unexpected": traceback.format_exc()}


def unpacked(end: t.Any) -> Returned:
    """Returns what the work returned, or raises what it raised; ``ValueError`` for what ``carried`` has not made."""
    if fits(end, {"returned": dict}):
        return t.cast("Returned", end["returned"])
    if fits(end, {"input": PROBLEMS}):
        raise InputProblems(map(_problem, end["input"]))
    if fits(end, {"problems": PROBLEMS}):
        raise Problems(map(_problem, end["problems"]))
    if fits(end, {"manager": str}):
        raise ManagerError(end["manager"])
    if fits(end, {"os": list}) and len(end["os"]) == 3:
        raise OSError(*end["os"])
    if fits(end, {"unexpected": str}):
        raise RuntimeError(end["unexpected"])
    raise ValueError("neither returned nor raised by work of ours")


def _problem(parts: t.Mapping[str, str]) -> Problem:
    return Problem(*(parts[part] for part in PARTS))
