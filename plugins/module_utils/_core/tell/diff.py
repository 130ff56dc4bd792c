# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diff shows of a file. No value of a private file is in it."""

from __future__ import annotations

import typing as t


def file_diff(path: str, before: t.Optional[str], after: t.Optional[str]) -> t.Dict[str, str]:
    """One entry of Ansible's ``diff``."""
    return {"before_header": path, "after_header": path, "before": before or "", "after": after or ""}


def own_diff(path: str, before: t.Optional[str], after: t.Optional[str]) -> t.Dict[str, str]:
    """The same of a unit that holds nothing of a person's making, or goes: its text is shown when it changes."""
    if before is None or after is None:
        return {"header": path, "prepared": f"{path}: {'removed' if after is None else 'new'}\n"}
    return file_diff(path, before, after)


def private_diff(path: str, before: t.Mapping[str, str], after: t.Mapping[str, str]) -> t.Dict[str, str]:
    """The same of a secret file: only the names of what is in it, and the change of each."""
    happened = env_changes(before, after)
    prepared = "".join(f"{name}: {what}\n" for name, what in happened.items() if what != "unchanged")
    return {"header": path, "prepared": f"{path}\n{prepared}"}


def env_changes(before: t.Mapping[str, str], after: t.Mapping[str, str]) -> t.Dict[str, str]:
    """``{"QUEUE": "added", "TOKEN": "changed", "OLD": "removed", "SAME": "unchanged"}``."""
    happened = {name: "removed" for name in before if name not in after}
    for name, value in after.items():
        if name not in before:
            happened[name] = "added"
        else:
            happened[name] = "unchanged" if before[name] == value else "changed"
    return dict(sorted(happened.items()))
