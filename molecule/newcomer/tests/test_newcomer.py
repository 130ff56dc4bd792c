# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A newcomer installs what is built, types the commands of a page as they stand there, and sees what it shows."""

from __future__ import annotations

import re
import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.walk import Newcomer, commands, files, on_host, part

ARTISAN = "<?php while (true) { sleep(1); }\n"


@pytest.fixture
def application(bare: LabHost) -> t.Iterator[LabHost]:
    """The application of the README, as a tool for releases leaves it."""
    bare.sh("mkdir -p /var/www/app; echo 1 > /var/www/app/REVISION")
    bare.write("/var/www/app/artisan", ARTISAN, "0644")
    yield bare
    bare.remove_pools()
    bare.sh("rm -r /var/www/app")


def test_the_first_screen_of_the_readme(newcomer: Newcomer, application: LabHost) -> None:
    page = part("README.md", "# workers.systemd", "## Requirements")
    newcomer.knows("web1.example.com", vault_app_key="a-key-of-somebody")
    assert set(files(page)) == {"inventory.ini", "workers.yml"}
    for name, text in files(page).items():
        newcomer.write(name, text)
    install, deploy, status = commands(page)
    newcomer.types(install)
    assert lines_about("app-queue", newcomer.types(deploy))[0] == lines_about("app-queue", page)[0]
    (head,) = re.findall(r"^POOL .*$", page, re.MULTILINE)
    said = newcomer.types(status)
    assert head.split() in [one.split() for one in said.splitlines()]
    assert "1 pool, 4 instances wanted: 4 running, 0 stale, 0 flapping, 0 dead" in said
    assert "a-key-of-somebody" not in said
    assert len(application.pids("app-queue")) == 4


def test_the_first_pool_from_the_first_deploy_to_its_removal(newcomer: Newcomer, bare: LabHost) -> None:
    page = part("docs/first-pool.md", "# The first pool", "## For a real worker")
    newcomer.knows("web1.example.com")
    given = files(page)
    for name, text in given.items():
        newcomer.write(name, text)
    install, check, deploy, status, journal, kill, look, remove = commands(page)
    newcomer.types(install)
    assert "would" in newcomer.types(check) or bare.pids("greeter") == {}
    said = newcomer.types(deploy)
    assert lines_about("greeter", said)[0] == lines_about("greeter", page)[0]
    assert "3/3" in newcomer.types(status)

    bare.until(lambda: on_host(bare, journal).count("hello from instance") == 3)
    killed = bare.pids("greeter")
    on_host(bare, kill)
    bare.until(lambda: not {*killed.values()} & {*bare.pids("greeter").values()})
    bare.until(lambda: on_host(bare, look).count("active (running)") == 3)

    before = bare.pids("greeter")
    assert "changed=0" in newcomer.types(deploy), "again"
    assert bare.pids("greeter") == before

    changed = given["workers.yml"].replace("GREETING: hello", "GREETING: good morning")
    newcomer.write("workers.yml", changed)
    assert "; 3/3 up" in newcomer.types(deploy)
    before = bare.pids("greeter")
    newcomer.write("workers.yml", changed.replace("[/usr/local/bin/greeter]", "[/usr/bin/false]"))
    assert "is put back" in newcomer.types(deploy, fails=True)
    assert bare.environments("greeter")["3"]["GREETING"] == "good morning"

    for count in (5, 1):
        newcomer.write("workers.yml", changed.replace("instances: 3", f"instances: {count}"))
        before = bare.pids("greeter")
        newcomer.types(deploy)
        kept = {name: pid for name, pid in bare.pids("greeter").items() if name in before}
        assert kept == {name: before[name] for name in kept}
        assert len(bare.pids("greeter")) == count

    newcomer.types(remove)
    assert "greeter" not in bare.sh("ls /etc/systemd/system")


def lines_about(pool: str, text: str) -> list[str]:
    """What a deploy says about a pool, in its output or on a page."""
    return re.findall(rf"^web1\.example\.com: {pool}: .*$", text, re.MULTILINE)
