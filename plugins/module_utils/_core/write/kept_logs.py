# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal namespace of a pool that keeps its logs for a time of its own: the configuration of its journald.

The lines of the workers go to that journald alone. What systemd says about the units stays in the journal of the host.
Measured on 247, 252 and 262.
"""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import render
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

# journald deletes whole files, each when its first line is too old. So the lines of one file are this part of the time.
FILES = 10
HEADER = "Journal of the {} {}, managed by workers.systemd: the next deploy replaces what is changed here."


def file_name(pool: str) -> str:
    return f"journald@{unit_name.log_namespace(pool)}.conf"


def path(places: Places, pool: str) -> str:
    return places.journal_setting(file_name(pool))


def configuration(pool: Pool) -> str:
    """The text of journald.conf(5) for the namespace. It has nothing of the configuration of the host's journald."""
    in_a_file = max(1, round(pool.keep / FILES))
    lines = {"MaxRetentionSec": f"{round(pool.keep) + in_a_file}s", "MaxFileSec": f"{in_a_file}s"}
    if pool.keep_at_most:
        lines["SystemMaxUse"] = str(pool.keep_at_most)
    # journald passes over this section too, without a warning.
    sections = {"Journal": lines, marks.OWNER_SECTION: {"Pool": pool.name}}
    return render(sections, [HEADER.format(pool.kind, pool.name)])
