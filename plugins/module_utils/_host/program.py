# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code that runs now as a program of its own, for a process that has to outlive this one, or to be another user."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import sys
import typing as t
import zipfile

from ansible_collections.workers.systemd.plugins.module_utils._host import compiled, foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically

# In the time after which such a process, or the run that it is for, is taken for dead.
SIGNS_OF_LIFE = 4
# Of zlib: a third of the size, within a hundredth of a second.
FASTEST = 1
MAIN = f"""\
import sys

from {compiled.__name__} import use

use(sys.path[0])

from {{}} import main

sys.exit(main())
"""
# The comment of a zip stands at its end. That of the kept program names the digest of its sources, and the Python that
# compiled them.
MARK = re.compile(rb"workers\.systemd [0-9a-f]{64} [0-9a-f]{8}")
LENGTH_OF_MARK = 89


class Program:
    """The very code that runs now, as a program that needs only its Python. It runs ``main`` of a module of it."""

    def __init__(self, main: str) -> None:
        self._main = main

    def made(self) -> bytes:
        """Only who may read that code can make it, which for what Ansible has put here is the user it came as."""
        return self.kept or self._sent

    @functools.cached_property
    def kept(self) -> bytes:
        """The whole program of which the module is a part (kept_program.py); empty when Ansible has sent its file."""
        if not self._archive:
            return b""
        with open(self._archive, "rb") as file:
            data = file.read()
        return data if MARK.fullmatch(data[-LENGTH_OF_MARK:]) else b""

    @functools.cached_property
    def _sent(self) -> bytes:
        return archive({"__main__.py": MAIN.format(self._main), **_sources()}, b"")

    @property
    def _archive(self) -> str:
        """The zip that the code comes from, if any."""
        return str(getattr(getattr(sys.modules[self._main], "__loader__", None), "archive", ""))

    def runs_from(self, path: str) -> bool:
        """Whether the code comes from this very file."""
        return bool(self._archive) and os.path.exists(path) and os.path.samefile(self._archive, path)

    def keep(self, path: str) -> None:
        # Whatever else is there is replaced.
        with contextlib.suppress(OSError):
            if foreign_files.read(path, len(self.made())) == self.made():
                return
        write_atomically(path, self.made(), mode=0o600)


def archive(sources: t.Mapping[str, str], comment: bytes, code: bytes = b"") -> bytes:
    """A zip that Python runs, of the sources by path and of their compiled code."""
    program = io.BytesIO()
    # A package without a file of its own gets an empty one.
    files = {f"{folder}/__init__.py": "" for path in sources for folder in _folders(path)}
    files.update(sources)
    with zipfile.ZipFile(program, "w") as written:
        # Of a fixed date, so that equal code is an equal file.
        for path, text in sorted(files.items()):
            written.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED, FASTEST)
        # What Python reads in each run is not compressed: to import all code took 0.12 s instead of 0.15 s.
        if code:
            written.writestr(zipfile.ZipInfo(compiled.MEMBER), code)
        written.comment = comment
    return program.getvalue()


def _sources() -> t.Dict[str, str]:
    """By path in the program. Wherever Ansible has put the code, its loader gives its text."""
    root = __name__.rpartition("._host")[0]
    ours = {name: module.__spec__ for name, module in list(sys.modules.items()) if name.startswith(f"{root}._")}
    return {
        f"{name.replace('.', '/')}.py": t.cast("t.Any", spec.loader).get_source(name)
        for name, spec in ours.items()
        # A package has no text.
        if spec is not None and spec.submodule_search_locations is None
    }


def _folders(path: str) -> t.List[str]:
    """``"a/b/c"`` -> ``["a", "a/b"]``"""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
