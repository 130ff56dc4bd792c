# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls modules on this host as Ansible would, many in a second: each in a child of one process that has them loaded.

Reads [[MODULE, OPTIONS], ...] from stdin, and writes what each returned.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import typing as t

from ansible.module_utils import basic

PACKAGE = "ansible_collections.workers.systemd.plugins.modules"


def returned(module: str, options: t.Any) -> t.Any:
    """The result, or what a module that does not end properly wrote."""
    main = importlib.import_module(f"{PACKAGE}.{module}").main
    with tempfile.TemporaryFile("w+") as output:
        if not os.fork():
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
            basic._ANSIBLE_PROFILE = "legacy"
            main()
        os.wait()
        output.seek(0)
        said = output.read()
    try:
        return json.loads(said)
    except ValueError:
        return {"changed": False, "msg": said}


json.dump([returned(*call) for call in json.load(sys.stdin)], sys.stdout)
