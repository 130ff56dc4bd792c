# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the import: what it reads, what it writes, and what it refuses with one message."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.workers.systemd.plugins.plugin_utils.importer.__main__ import REFUSED, UNUSABLE, WRITTEN, main

COLLECTIONS = Path(__file__).parents[5] / ".cache" / "collections"
PROGRAM = '[program:mail]\ncommand=/srv/venv/bin/rq worker mail\nuser=app\nenvironment=DB_PASSWORD="hunter2!"\n'
WITHOUT_SECRET = "[program:mail]\ncommand=/x\nuser=app\n"


def pools(path: Path) -> list[dict[str, t.Any]]:
    (play,) = yaml.safe_load(path.read_text())
    return t.cast("list[dict[str, t.Any]]", play["roles"][0]["workers_pools"])


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "supervisord.conf"
    path.write_text(PROGRAM)
    return path


def test_secrets_are_in_a_file_of_their_own_that_only_its_owner_reads(program: Path, tmp_path: Path) -> None:
    to = tmp_path / "workers.yml"
    assert main([str(program), "--to", str(to)]) == WRITTEN
    secrets = tmp_path / "secrets.yml"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert yaml.safe_load(secrets.read_text()) == {"vault_db_password": "hunter2!"}
    assert pools(to)[0]["secrets"] == {"DB_PASSWORD": "{{ vault_db_password }}"}
    (play,) = yaml.safe_load(to.read_text())
    assert play["vars_files"] == ["secrets.yml"]


def test_a_playbook_on_the_terminal_has_no_secrets(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(program)]) == WRITTEN
    result = capsys.readouterr()
    assert "hunter2!" not in result.out + result.err
    assert "--secrets-to" in result.err


def test_files_that_exist_are_not_written_over(
    program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secrets.yml").write_text("mine")
    to = str(tmp_path / "workers.yml")
    assert main([str(program), "--to", to]) == UNUSABLE
    assert (tmp_path / "secrets.yml").read_text() == "mine"
    assert not os.path.lexists(to)
    assert "--force" in capsys.readouterr().err
    assert main([str(program), "--to", to, "--force"]) == WRITTEN
    assert "hunter2!" in (tmp_path / "secrets.yml").read_text()


def test_standard_input_is_a_file(program: Path) -> None:
    argv = [sys.executable, "-m", "ansible_collections.workers.systemd.plugins.plugin_utils.importer", "-"]
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS), "LC_ALL": "C"}
    done = subprocess.run(
        argv, env=environment, input=PROGRAM + "; é", capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == WRITTEN
    assert "stdin:2 command" in done.stdout


def test_placeholders_are_written_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "worker.service"
    path.write_text("[Service]\nExecStart=/x\nUser=<user>\n")
    assert main([str(path), "--to", str(tmp_path / "workers.yml")]) == REFUSED
    assert pools(tmp_path / "workers.yml")[0]["user"] == "<user>"
    assert "found '<user>', expected the name or number of a user" in capsys.readouterr().err


def test_includes_are_read_relative_to_their_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "a.conf").write_text("[program:a]\ncommand=/a\nuser=u\n")
    (tmp_path / "b.ini").write_text("[program:b]\ncommand=/b\nuser=u\n[include]\nfiles=c.ini\n")
    (tmp_path / "supervisord.conf").write_text("[include]\nfiles = conf.d/*.conf %(here)s/b.ini /nowhere/*.conf\n")
    assert main([str(tmp_path / "supervisord.conf")]) == WRITTEN
    result = capsys.readouterr().out
    (play,) = yaml.safe_load(result)
    assert [pool["name"] for pool in play["roles"][0]["workers_pools"]] == ["a", "b"]
    assert "a.conf:2 command" in result
    assert "/nowhere/*.conf: not read" in result
    assert "follows no include of an included file" in result


BAD: dict[str, tuple[bytes, str]] = {
    "a binary file": (bytes(range(256)) * 8, "a binary file"),
    "10 MB": (b"[program:a]\ncommand=/x\n" * 500_000, "more than"),
    "something else": (b"Dear all,\n\nplease find attached.\n", "nothing that looks like one"),
    "an image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), "a binary file"),
}


@pytest.mark.parametrize(("content", "found"), BAD.values(), ids=BAD.keys())
def test_what_is_no_such_file_is_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, found: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert main([str(path), "--to", str(tmp_path / "workers.yml")]) == UNUSABLE
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"import: {path}: found {found}")
    assert "expected" in line
    assert not (tmp_path / "workers.yml").exists()


def test_what_is_no_file_is_one_clear_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    paths = [str(tmp_path), str(tmp_path / "fifo"), str(tmp_path / "nothing"), str(tmp_path / "loop"), "/dev/zero"]
    for path in paths:
        assert main([path]) == UNUSABLE
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"import: {path}: found ")


def test_includes_in_a_circle_are_one_clear_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conf").write_text("[supervisord]\n[include]\nfiles=b.conf\n")
    (tmp_path / "b.conf").write_text("[include]\nfiles=a.conf\n")
    assert main([str(tmp_path / "a.conf")]) == UNUSABLE
    (line,) = capsys.readouterr().err.splitlines()
    assert "b.conf:2: found an include of" in line
    assert "expected no cycle" in line


def test_a_place_that_cannot_be_written_is_one_clear_message(
    program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(program), "--to", str(tmp_path / "no" / "workers.yml")]) == UNUSABLE
    assert "cannot be written" in capsys.readouterr().err


def test_latin_1_and_a_byte_order_mark_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conf").write_bytes("[program:a]\ncommand=/x é\nuser=u\n".encode("latin-1"))
    (tmp_path / "b.conf").write_bytes("\ufeff[program:b]\ncommand=/y\nuser=u\n".encode())
    (tmp_path / "c.conf").write_bytes("[program:c]\ncommand=/z\nuser=u\n".encode("utf-16"))
    assert main([str(tmp_path / name) for name in ("a.conf", "b.conf", "c.conf")]) == WRITTEN
    result = capsys.readouterr().out
    (play,) = yaml.safe_load(result)
    assert [pool["command"] for pool in play["roles"][0]["workers_pools"]] == [["/x", "é"], ["/y"], ["/z"]]
    assert "Latin-1" in result


def test_only_comments_are_an_empty_playbook(tmp_path: Path) -> None:
    (tmp_path / "crontab").write_text("# nothing here\n\n")
    assert main([str(tmp_path / "crontab"), "--to", str(tmp_path / "workers.yml")]) == WRITTEN
    assert pools(tmp_path / "workers.yml") == []


ECOSYSTEM = """
const path = require('path');
require('dotenv').config({ path: path.join(__dirname, '.env') });
const shared = { API_SECRET: process.env.API_SECRET, URL: process.env.URL, PORT: process.env.PORT || 3000 };
module.exports = { apps: [{ name: 'w', cwd: '/srv', script: 'w.js', env: { ...shared, A: 'b' } }], deploy: {} };
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads ecosystem files")
def test_an_ecosystem_file_is_run_without_its_modules_and_variables(tmp_path: Path) -> None:
    (tmp_path / "ecosystem.config.js").write_text(ECOSYSTEM)
    assert main([str(tmp_path / "ecosystem.config.js"), "--to", str(tmp_path / "workers.yml")]) == WRITTEN
    (pool,) = pools(tmp_path / "workers.yml")
    assert pool["environment"] == {"URL": "{{ worker_url }}", "PORT": "3000", "A": "b"}
    assert pool["secrets"] == {"API_SECRET": "{{ vault_api_secret }}"}
    assert "dotenv" in (tmp_path / "workers.yml").read_text()


OWN_PLACE = """
const os = require('os'), path = require('path'), pkg = require('./package.json');
module.exports = [{ name: pkg.name, script: path.join(__dirname, 'w.js'), cwd: process.env.HOME + '/x',
  args: `--home ${os.homedir()}/y`, env: { DATABASE_URL: process.env.DATABASE_URL } }];
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads ecosystem files")
def test_paths_of_this_machine_become_paths_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "ecosystem.config.js").write_text(OWN_PLACE)
    to = tmp_path / "workers.yml"
    assert (
        main([str(tmp_path / "ecosystem.config.js"), "--directory", "/srv/me", "--user", "joe", "--to", str(to)])
        == WRITTEN
    )
    (pool,) = pools(to)
    assert pool["command"] == ["/usr/bin/node", "/srv/me/w.js", "--home", "/home/joe/y"]
    assert (pool["name"], pool["working_directory"]) == ("w", "/home/joe/x")
    assert pool["secrets"] == {"DATABASE_URL": "{{ vault_database_url }}"}


ABOVE = """
const root = require('path').resolve(__dirname, '..');
module.exports = [{ name: 'w', script: `${root}/w.js`, cwd: `${root}/backend`, args: `${__dirname}/x /tmp/y` }];
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads ecosystem files")
def test_the_application_may_be_above_the_file(tmp_path: Path) -> None:
    deploy = tmp_path / "app" / "deploy"
    deploy.mkdir(parents=True)
    (deploy / "ecosystem.config.js").write_text(ABOVE)
    to = tmp_path / "workers.yml"
    assert main([str(deploy / "ecosystem.config.js"), "--to", str(to)]) == WRITTEN
    (pool,) = pools(to)
    assert pool["command"] == ["/usr/bin/node", "/srv/app/w.js", "/srv/app/deploy/x", "/tmp/y"]
    assert pool["working_directory"] == "/srv/app/backend"


FOLDERS = {
    "crontab/01": ("{{ min }} 2 * * * /x\n", []),
    "procfile/02": ("worker: sidekiq\n", ["worker"]),
    "supervisord/03": ("command=/x\nautostart=true\n", []),
    "made/04": ("PATH=/usr/bin\nMAILTO=x\n", []),
}


@pytest.mark.parametrize(("name", "text", "names"), [(name, *one) for name, one in FOLDERS.items()], ids=FOLDERS.keys())
def test_a_file_without_a_telling_name_is_recognised(tmp_path: Path, name: str, text: str, names: list[str]) -> None:
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(text)
    assert main([str(tmp_path / name), "--to", str(tmp_path / "workers.yml")]) == WRITTEN
    assert [pool["name"] for pool in pools(tmp_path / "workers.yml")] == names


PROGRAMS = {
    "a syntax error": ("module.exports = {", "a file that node cannot run"),
    "values inside many others": (
        "let deep = 'x';\nfor (let i = 0; i < 990; i++) deep = {a: deep};\n"
        "module.exports = {apps: [{name: 'a', script: 'x.js', env: deep, args: deep}]};",
        "values inside too many others",
    ),
    "an error": ("throw new Error('no');\nmodule.exports = {};", "a file that node cannot run (no)"),
    "no apps": ("module.exports = { a: 1 };", "no apps"),
    "no end": ("module.exports = {}; while (true) {}", "a file that runs longer than"),
}


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads ecosystem files")
@pytest.mark.parametrize(("text", "found"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_an_ecosystem_file_that_does_not_run_is_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str, found: str
) -> None:
    monkeypatch.setattr("ansible_collections.workers.systemd.plugins.plugin_utils.importer.pm2.ecosystem.LONGEST", 2)
    path = tmp_path / "ecosystem.config.js"
    path.write_text(text)
    assert main([str(path)]) == UNUSABLE
    (line,) = capsys.readouterr().err.splitlines()
    assert f"found {found}" in line


def test_without_node_the_message_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "ecosystem.config.js"
    path.write_text("module.exports = { apps: [] };")
    assert main([str(path)]) == UNUSABLE
    assert "Install Node.js" in capsys.readouterr().err
