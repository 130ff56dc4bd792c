# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection on a host that has no Ansible, for what runs there and imports it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import ansible

PLUGINS = Path(__file__).parents[1] / "plugins"
MODULE_UTILS = Path(ansible.__file__).parent / "module_utils"


def put(host: str, folder: str) -> None:
    """Copies the collection, and Ansible's part for targets, to a folder of their own on a host, which Python finds
    them in when it is in PYTHONPATH.
    """
    script = f"rm -rf {folder} && mkdir -p {folder} && tar -C {folder} -x --no-same-owner"
    subprocess.run(["podman", "exec", "--interactive", host, "sh", "-c", script], input=_packed(), check=True)


def _packed() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        # Ansible itself: on a host a package without code.
        tar.addfile(tarfile.TarInfo("ansible/__init__.py"))
        tar.add(MODULE_UTILS, "ansible/module_utils", filter=_source)
        tar.add(PLUGINS, "ansible_collections/workers/systemd/plugins", filter=_source)
    return out.getvalue()


def _source(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in entry.name else entry
