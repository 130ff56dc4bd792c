# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line that judges unit files without any systemd."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.plugin_utils.lint.__main__ import CLEAN, FOUND, UNUSABLE, main

GOOD = "[Unit]\nDescription=Mail\n\n[Service]\nExecStart=/bin/sleep infinity\n"
BAD = GOOD + "Retsart=always\n"
COLLECTIONS = Path(__file__).parents[4] / ".cache" / "collections"


@pytest.fixture
def units(tmp_path: Path) -> t.Callable[..., Path]:
    """Writes files into a directory, by name, and returns it."""

    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def test_good_units_are_clean(units: t.Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    directory = units(mail_service=GOOD, mail_service_d__x_conf="[Service]\nNice=5\n", README_md="x")
    assert main([str(directory)]) == CLEAN
    assert capsys.readouterr().out == ""


def test_a_finding_is_a_line_that_editors_understand(
    units: t.Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    directory = units(mail_service=BAD)
    assert main([str(directory)]) == FOUND
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{directory}/mail.service:6: error: found ")
    assert "Did you mean Restart?" in line
    assert line.endswith(" [unknown-directive]")


def test_drop_ins_are_judged_with_and_without_their_unit(
    units: t.Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    directory = units(
        mail_service=GOOD,
        mail_service_d__x_conf="[Service]\nNicee=5\n",
        web_socket_d__x_conf="[Socket]\nListenStrem=1\n",
    )
    assert main(["--format", "json", str(directory)]) == FOUND
    result = json.loads(capsys.readouterr().out)
    assert {(one["unit"], one["directive"], one["line"]) for one in result} == {
        ("mail.service", "Nicee", 2),
        ("web.socket", "ListenStrem", 2),
    }


def test_the_version_decides_what_is_known(units: t.Callable[..., Path]) -> None:
    path = str(units(mail_service=GOOD + "RestartMode=direct\n") / "mail.service")
    assert main(["--systemd", "252", path]) == FOUND
    assert main(["--systemd", "257", path]) == main([path]) == CLEAN


def test_a_kind_of_finding_can_be_left_out(units: t.Callable[..., Path]) -> None:
    assert main(["--skip", "unknown-directive", str(units(mail_service=BAD))]) == CLEAN


BROKEN: dict[str, tuple[str, bytes, str, int]] = {
    "a name with a slip": ("mail_servce", GOOD.encode(), "unit-name", FOUND),
    "a file that is too large": ("mail_service", b"x" * 10_000_000, "unreadable", UNUSABLE),
    "binary junk": ("mail_service", bytes(range(256)) * 4 + b"\n=\n\xff=\0", "", FOUND),
}


@pytest.mark.parametrize(("name", "content", "finding", "status"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_unit_is_a_finding(
    units: t.Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes,
    finding: str,
    status: int,
) -> None:
    assert main([str(units(**{name: content}))]) == status
    assert finding in capsys.readouterr().out


def test_a_masked_unit_and_a_device_are_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mail.service").symlink_to(os.devnull)
    os.mkfifo(tmp_path / "pipe.service")
    assert main([str(tmp_path)]) == UNUSABLE
    result = capsys.readouterr().out
    assert "[masked]" in result
    assert "[unreadable]" in result


def test_a_path_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing.service")]) == UNUSABLE
    assert "expected a file or a directory" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--systemd", "1", "x"], ["--frmat", "json", "x"]])
def test_a_call_that_nobody_understands_ends_with_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == UNUSABLE


def test_it_runs_as_a_module(units: t.Callable[..., Path]) -> None:
    argv = [sys.executable, "-m", "ansible_collections.workers.systemd.plugins.plugin_utils.lint"]
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS), "LC_ALL": "C"}
    directory = units(mail_service=BAD.encode() + b"\xff\xfe=1\n")
    done = subprocess.run([*argv, str(directory)], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (FOUND, "")
    assert "mail.service:6" in done.stdout
