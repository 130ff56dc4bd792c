# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host as the oracle tests see it: files go in by the hundred, and systemd is asked."""

from __future__ import annotations

import io
import subprocess
import tarfile
import typing as t
from dataclasses import dataclass

from lab.suites import SUITES

# What a file says; None is a link to /dev/null.
Content = t.Union[str, bytes, None]


@dataclass(frozen=True)
class OracleHost:
    """``name`` is that of its container."""

    name: str
    suite: str

    @property
    def systemd(self) -> int:
        return SUITES[self.suite].systemd

    def sh(self, script: str, check: bool = True) -> str:
        """Output of a shell script on the host. Bytes that are no UTF-8 are in it as surrogates."""
        return self.run("sh", "-c", script, check=check).decode("utf-8", "surrogateescape")

    def write(self, path: str, content: Content, mode: int = 0o644) -> None:
        """A file on the host."""
        self.write_all({path: content}, mode)

    def write_all(self, files: t.Mapping[str, Content], mode: int = 0o644) -> None:
        """Many files in one call."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path, content in files.items():
                data = content.encode() if isinstance(content, str) else content or b""
                entry = tarfile.TarInfo(path.lstrip("/"))
                entry.size, entry.mode = len(data), mode
                if content is None:
                    entry.type, entry.linkname = tarfile.SYMTYPE, "/dev/null"
                tar.addfile(entry, io.BytesIO(data))
        self.run("tar", "-C", "/", "-x", "--no-same-owner", "--touch", data=packed.getvalue())

    def read_all(self, folder: str) -> dict[str, bytes]:
        """Every file right in a folder, by its name, in one call."""
        packed = io.BytesIO(self.run("tar", "-C", folder, "-c", "."))
        with tarfile.open(fileobj=packed) as tar:
            found = {entry.name.removeprefix("./"): tar.extractfile(entry) for entry in tar if entry.isfile()}
            return {name: file.read() for name, file in found.items() if file}

    def show(self, properties: t.Sequence[str], units: t.Sequence[str]) -> list[dict[str, list[str]]]:
        """Each unit's properties as systemd shows them, in one call; several lines where it shows several."""
        shown = self.run("systemctl", "show", "--property", ",".join(properties), "--", *units)
        blocks = shown.decode("utf-8", "surrogateescape")[:-1].split("\n\n")
        assert len(blocks) == len(units)
        found: list[dict[str, list[str]]] = [{name: [] for name in properties} for _ in units]
        for values, block in zip(found, blocks):
            for line in block.split("\n"):
                name, _, value = line.partition("=")
                values[name].append(value)
        return found

    def run(self, *argv: str, data: bytes = b"", check: bool = True) -> bytes:
        """Output of a command on the host."""
        done = subprocess.run(["podman", "exec", "-i", self.name, *argv], input=data, capture_output=True, check=False)
        if check and done.returncode:
            raise AssertionError(f"exit {done.returncode}: {' '.join(argv)[:500]}\n{done.stdout!r}\n{done.stderr!r}")
        return done.stdout
