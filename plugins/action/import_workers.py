# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the playbook from the files that the module of this name has read on the host."""

from __future__ import annotations

import base64
import os
import typing as t
import zlib

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import host, output, playbook

Result = t.Dict[str, t.Any]


class ActionModule(ActionBase):  # type: ignore[misc]
    _supports_async = False

    def run(self, tmp: t.Optional[str] = None, task_vars: t.Optional[Result] = None) -> Result:
        super().run(tmp, task_vars)
        result: Result = self._execute_module(task_vars=task_vars)
        found = result.pop("found", None)
        if result.get("failed") or found is None:
            return result
        to = str(self._task.args["to"])
        secrets_to = str(self._task.args.get("secrets_to") or os.path.join(os.path.dirname(to), output.SECRETS))
        force = boolean(self._task.args.get("force", False), strict=False)
        try:
            done = playbook.of_files(_decoded(found), to, secrets_to)
            if not self._task.check_mode:
                output.write(output.outputs(done, to, secrets_to), force=force)
        except Problems as wrong:
            return {"failed": True, "msg": str(wrong), "problems": [one.parts for one in wrong.problems]}
        refused = [str(one) for one in done.problems]
        return {
            "changed": True,
            "msg": done.summary(to, secrets_to),
            "named": [*found["named"], *done.unread],
            "refused": refused,
        }


def _decoded(found: Result) -> host.OfHost:
    files = [host.File(one["kind"], one["path"], one["user"], _content(one["content"])) for one in found["files"]]
    return host.OfHost(files, found["packaged"], found["named"], found["running"], found["instances"])


def _content(text: str) -> bytes:
    return zlib.decompressobj().decompress(base64.b64decode(text), host.LARGEST + 1)
