# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What work in another process has returned or raised, as JSON carries it from there."""

from __future__ import annotations

import traceback
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import ManagerError

Returned = t.Dict[str, t.Any]


def carried(work: t.Callable[[], Returned]) -> t.Dict[str, t.Any]:
    try:
        return {"returned": work()}
    except Problems as found:
        return {"problems": [vars(problem) for problem in found.problems]}
    except ManagerError as error:
        return {"manager": str(error)}
    except OSError as error:
        return {"os": [error.errno, error.strerror, error.filename]}
    except Exception:
        return {"unexpected": traceback.format_exc()}


def unpacked(end: t.Mapping[str, t.Any]) -> Returned:
    """Returns what the work returned, or raises what it raised."""
    if "problems" in end:
        raise Problems([Problem(**problem) for problem in end["problems"]])
    if "manager" in end:
        raise ManagerError(end["manager"])
    if "os" in end:
        raise OSError(*end["os"])
    if "unexpected" in end:
        raise RuntimeError(end["unexpected"])
    return t.cast("Returned", end["returned"])
