# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code that runs now as a program of its own, for a process that has to outlive this one, or to be another user."""

from __future__ import annotations

import contextlib
import io
import sys
import typing as t
import zipfile

from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically

# In the time after which such a process, or the run that it is for, is taken for dead.
SIGNS_OF_LIFE = 4
# Of zlib: a third of the size, within a hundredth of a second.
FASTEST = 1
MAIN = "import sys\n\nfrom {} import main\n\nsys.exit(main())\n"


class Program:
    """The very code that runs now, as a program that needs only its Python. It runs ``main`` of a module of it."""

    def __init__(self, main: str) -> None:
        self._main = MAIN.format(main)
        self._made: t.Optional[bytes] = None

    def made(self) -> bytes:
        """Only who may read that code can make it, which for what Ansible has put here is the user it came as."""
        if self._made is None:
            program = io.BytesIO()
            with zipfile.ZipFile(program, "w") as archive:
                for path, text in sorted({"__main__.py": self._main, **_sources()}.items()):
                    # Of a fixed date, so that equal code is an equal file.
                    archive.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED, FASTEST)
            self._made = program.getvalue()
        return self._made

    def keep(self, path: str) -> None:
        # Whatever else is there is replaced.
        with contextlib.suppress(OSError):
            if foreign_files.read(path, len(self.made())) == self.made():
                return
        write_atomically(path, self.made(), mode=0o600)


def _sources() -> t.Dict[str, str]:
    """By path in the program. Wherever Ansible has put the code, its loader gives its text."""
    root = __name__.rpartition("._host")[0]
    ours = {name: module.__spec__ for name, module in list(sys.modules.items()) if name.startswith(f"{root}._")}
    sources: t.Dict[str, str] = {}
    for name, spec in ours.items():
        path = name.replace(".", "/")
        # A package without a file of its own has no text either; all get the same empty one.
        for folder in _folders(path):
            sources[f"{folder}/__init__.py"] = ""
        if spec is not None and spec.submodule_search_locations is None:
            sources[f"{path}.py"] = t.cast("t.Any", spec.loader).get_source(name)
    return sources


def _folders(path: str) -> t.List[str]:
    """``"a/b/c"`` -> ``["a", "a/b"]``"""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
