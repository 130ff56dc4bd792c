# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is watched belongs to others: whatever they make of it, looking at it ends, and soon."""

from __future__ import annotations

import hashlib
import os
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._host.look import watched_files


def look(*paths: Path) -> list[str]:
    begun = time.monotonic()
    found = watched_files.digests([Pool("mail", watch=tuple(map(str, paths)))])
    assert time.monotonic() - begun < 20.0
    return [found[str(path)] for path in paths]


def test_the_digests_of_ordinary_paths_are_those_of_earlier_versions(tmp_path: Path) -> None:
    """Another one would make every instance stale at once."""
    file, directory = tmp_path / "file", tmp_path / "directory"
    file.write_bytes(b"content" * 1_000_000)
    directory.mkdir()
    link, broken = tmp_path / "link", tmp_path / "broken"
    link.symlink_to("file")
    broken.symlink_to("nowhere")
    content, status = f"file {hashlib.sha256(file.read_bytes()).hexdigest()}", directory.stat()
    assert look(file, directory, link, broken, tmp_path / "none") == [
        content,
        f"directory {status.st_dev} {status.st_ino} {status.st_mtime_ns}",
        f"link file; {content}",
        "link nowhere to nothing",
        "nothing",
    ]


def test_a_large_file_is_not_read_and_a_change_of_it_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    os.truncate(file, 15 << 40)
    (first,) = look(file)
    os.utime(file, ns=(1, 1))
    (other,) = look(file)
    os.truncate(file, 14 << 40)
    assert len({first, other, *look(file)}) == 3


@pytest.mark.parametrize("through_a_link", [False, True])
def test_nothing_but_a_file_or_a_directory_is_opened(tmp_path: Path, through_a_link: bool) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    if through_a_link:
        (tmp_path / "link").symlink_to(fifo)
        assert look(tmp_path / "link") == [f"link {fifo}"]
    else:
        assert look(fifo) == [""]


@pytest.mark.parametrize("path", ["/proc/kmsg", "/dev/zero", "/dev/kmsg", "/sys/kernel/debug/tracing/trace_pipe"])
def test_what_the_kernel_makes_has_an_end(path: str) -> None:
    assert len(look(Path(path))) == 1


def test_a_file_that_grows_is_read_to_where_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100)
    with open(file, "rb") as opened:
        file.write_bytes(b"x" * 200)
        assert (
            watched_files._content(opened.fileno(), str(file), 100) == f"file {hashlib.sha256(b'x' * 100).hexdigest()}"
        )


def test_a_path_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = watched_files.digest

    def hangs(path: str) -> str:
        if path.endswith("slow"):
            time.sleep(60)
        return real(path)

    monkeypatch.setattr(watched_files, "LONGEST", 0.5)
    monkeypatch.setattr(watched_files, "digest", hangs)
    pool: t.Any = Pool("mail", where="pools[1] (mail)", watch=(f"{tmp_path}/fast", f"{tmp_path}/slow"))
    with pytest.raises(Problems) as caught:
        watched_files.digests([pool])
    (problem,) = caught.value.problems
    assert (problem.where, problem.found) == ("pools[1] (mail).watch", f"{tmp_path}/slow")


def test_nothing_is_asked_about_a_pool_that_watches_nothing() -> None:
    assert watched_files.digests([Pool("mail", instances=("1", "2"))]) == {}
