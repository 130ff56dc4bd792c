# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real child processes. A look that sleeps stands for one without an answer; Molecule has a real dead server."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host import looks


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "SILENCE", 1.0)
    monkeypatch.setattr(looks, "BRIEF", 0.5)


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing below a directory of this name is answered about."""
    look = looks._look

    def looked(path: str) -> bool:
        if "/dead" in path:
            time.sleep(60)
        return look(path)

    monkeypatch.setattr(looks, "_look", looked)


def test_what_is_there_and_what_is_not_is_answered(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    paths = [str(tmp_path), f"{tmp_path}/gone", f"{tmp_path}/loop", f"{tmp_path}/fifo", "/\0", "/\udcff", "x" * 5000]
    assert looks.unanswered(paths) == frozenset()
    assert looks.unanswered([]) == frozenset()


@pytest.mark.usefixtures("dead")
def test_each_path_without_an_answer_is_named_and_no_other(tmp_path: Path) -> None:
    paths = [f"{tmp_path}/{name}" for name in ("a", "dead/1", "dead/2", "link-to/dead", "z")]
    assert looks.unanswered(paths) == {path for path in paths if "dead" in path}


@pytest.mark.usefixtures("dead")
def test_all_looks_together_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "LONGEST", 2.0)
    began = time.monotonic()
    assert len(looks.unanswered(f"/tmp/{number}/dead" for number in range(1000))) == 1000
    assert time.monotonic() - began < 30


def test_paths_on_one_dead_mount_cost_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """/proc is a mount on every host."""
    monkeypatch.setattr(looks, "_look", lambda path: time.sleep(60 if path.startswith("/proc") else 0) or True)
    began = time.monotonic()
    paths = {f"/proc/{number}" for number in range(200)}
    assert looks.unanswered({*paths, "/srv"}) == paths
    assert time.monotonic() - began < 30


def test_questions_are_answered_in_their_order() -> None:
    assert looks.patiently([("a", lambda: {1, 2}), ("b", lambda: Problem("x", "y", "z"))]) == [
        {1, 2},
        Problem("x", "y", "z"),
    ]


def test_what_a_question_raises_is_raised() -> None:
    def refuse() -> None:
        raise Problems([Problem("units[0]", "nothing", "something")])

    with pytest.raises(Problems, match="found nothing"):
        looks.patiently([("a", refuse)])


@pytest.mark.parametrize("fate", [lambda: time.sleep(60), lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_a_server_that_falls_silent_ends_the_question_and_names_it(fate: object) -> None:
    with pytest.raises(Problems, match=r"^pools\[1\]: found a path in it, which does not answer"):
        looks.patiently([("pools[0]", lambda: 1), ("pools[1]", fate), ("pools[2]", lambda: 3)])  # type: ignore[list-item]
