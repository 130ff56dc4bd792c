# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each worker runs the release of its version: through a moved link, a crash, a rollback, and a hostile owner."""

from __future__ import annotations

import os
import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.user_host import USER

APP, LINK = "/srv/shop", "/srv/shop/current"
OF_A_USER = os.environ.get("WORKERS_SCOPE") == "user"
OWNER = USER if OF_A_USER else "shop"
only_root = pytest.mark.skipif(OF_A_USER, reason="only root may do more than the user")
# Each release has its own program, which it runs by the path of the link.
WORKER = """#!/bin/sh
echo "$0"
exec sleep infinity
"""


def shop(**more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "shop",
        "command": [f"{LINK}/bin/worker", "--root", f"{LINK}/var"],
        "user": OWNER,
        "instances": 2,
        "release": {"link": LINK},
        "environment": {"ROOT": f"{LINK}/public"},
        **more,
    }


def release(lab: LabHost, number: int) -> str:
    path = f"{APP}/releases/{number}"
    lab.sh(f"mkdir -p {path}/bin; chown {OWNER} {path}")
    lab.write(f"{path}/bin/worker", WORKER)
    return path


def move(lab: LabHost, target: str) -> None:
    """As its owner does it."""
    lab.sh(f"runuser -u {OWNER} -- sh -c 'rm -rf {LINK}; ln -s {target} {LINK}'")


@pytest.fixture
def app(bare: LabHost) -> t.Iterator[LabHost]:
    if not OF_A_USER:
        bare.sh(f"id -u {OWNER} >/dev/null 2>&1 || useradd {OWNER}")
    bare.sh(f"rm -rf {APP}; mkdir -p {APP}; chown {OWNER} {APP}")
    move(bare, release(bare, 1))
    release(bare, 2)
    yield bare
    bare.remove_pools()
    bare.sh(f"rm -rf {APP}")
    if not OF_A_USER:
        bare.sh(f"userdel {OWNER}")


def where(lab: LabHost) -> list[str]:
    """The releases that workers run, by directory, program and variables. A worker that is just starting is awaited."""
    pids = lab.pids("shop")
    lab.until(lambda: lab.sh(f"cat {' '.join(f'/proc/{one}/comm' for one in pids.values())}").split() == ["sleep"] * 2)
    found = []
    for name, environ in lab.environments("shop").items():
        found += [lab.sh(f"readlink /proc/{pids[name]}/cwd").strip(), environ["ROOT"].removesuffix("/public")]
        found.append(environ["WORKERS_RELEASE"])
    return sorted(set(found))


def test_a_moved_link_moves_nobody_before_the_next_deploy(app: LabHost) -> None:
    one, two = (f"{APP}/releases/{number}" for number in (1, 2))
    result = app.deploy(shop())
    assert not result.failed, result.msg
    assert where(app) == [one]
    assert f"{one}/bin/worker --root {one}/var" in app.sh("systemctl show -P ExecStart shop@1.service")
    assert not app.deploy(shop()).changed
    move(app, "releases/2")
    pids = app.pids("shop")
    # A crash stays in its release.
    app.sh("systemctl kill --signal=KILL shop@1.service")
    app.until(lambda: len(app.pids("shop")) == 2 and app.pids("shop")["1"] != pids["1"])
    assert where(app) == [one]
    checked = app.deploy(shop(), check=True)
    assert f"+Release={two}" in str(checked.result["diff"]) or two in str(checked.result["diff"])
    result = app.deploy(shop())
    assert checked.plan("shop") == result.plan("shop")
    assert (result.failed, where(app)) == (False, [two]), result.msg
    info = app.module("pools_info").result
    assert [one["release"] for one in info["pools"].values()] == [{"link": LINK, "directory": two}]
    assert [line for line in info["table"] if line.endswith(f"shop: runs {two}")], info["table"]
    # A rollback runs the former release, although the link stays.
    result = app.module("rollback", pool="shop")
    assert (result.failed, where(app)) == (False, [one]), result.msg
    assert f"shop runs {one}. The next deploy follows {LINK} again" in str(result.result["warnings"])
    assert not app.deploy(shop()).failed
    assert where(app) == [two]


def test_a_bad_release_is_put_back_to_the_former_one(app: LabHost) -> None:
    one = f"{APP}/releases/1"
    assert not app.deploy(shop()).failed
    app.write(f"{APP}/releases/2/bin/worker", "#!/bin/sh\nexit 3\n")
    move(app, "releases/2")
    result = app.deploy(shop())
    assert result.failed
    assert "generation 1" in result.msg
    assert where(app) == [one]


def test_a_release_that_is_gone_is_said(app: LabHost) -> None:
    one, two = (f"{APP}/releases/{number}" for number in (1, 2))
    assert not app.deploy(shop()).failed
    move(app, "releases/2")
    assert not app.deploy(shop()).failed
    app.sh(f"rm -r {one}")
    pids, before = app.pids("shop"), app.tree()
    result = app.module("rollback", pool="shop")
    assert result.failed
    assert f"which runs {one}, which is not there any more" in result.msg
    assert (app.pids("shop"), app.tree()) == (pids, before)
    # The host cannot go back to it, either, and says so.
    move(app, release(app, 3))
    app.write(f"{APP}/releases/3/bin/worker", f"#!/bin/sh\nrm -rf {two}\nexit 3\n")
    app.sh(f"chown -R {OWNER} {APP}")
    result = app.deploy(shop())
    assert result.failed
    assert f"its release {two} is not there any more" in f"{result.msg} {result.result}"


# What the owner of an application puts in the place of its link, in its directory, and what the deploy says.
HOSTILE = {
    "nothing": ("true", "which is not there or leads to nothing"),
    "dangling": ("ln -s /nowhere current", "which is not there or leads to nothing"),
    "loop": ("ln -s current current", "Too many levels of symbolic links"),
    "fifo": ("mkfifo current", "Invalid argument"),
    "link-to-fifo": ("mkfifo pipe; ln -s pipe current", "Not a directory"),
    "directory": ("mkdir current", "Invalid argument"),
    "of-root": ("ln -s /root current", "Permission denied"),
    "line-break": (
        "mkdir \"$(printf 'a\\nUser=root')\"; ln -s \"$(printf 'a\\nUser=root')\" current",
        "/a\\nUser=root', expected a directory of letters",
    ),
    "specifier": ("mkdir %h; ln -s %h current", "/%h', expected a directory of letters"),
    "blank": ("mkdir 'a b'; ln -s 'a b' current", "/a b', expected a directory of letters"),
}


def test_what_its_owner_may_put_there_is_refused(app: LabHost) -> None:
    for name, (deed, _said) in HOSTILE.items():
        app.sh(f"mkdir {APP}/{name}; chown {OWNER} {APP}/{name}")
        app.write(f"{APP}/deed", f"cd {APP}/{name}; {deed}\n")
        app.sh(f"runuser -u {OWNER} -- sh -e {APP}/deed")
    before = app.tree()
    plain = {"command": "/bin/sleep infinity", "user": OWNER}
    result = app.deploy(*({**plain, "name": one, "release": {"link": f"{APP}/{one}/current"}} for one in HOSTILE))
    assert result.failed
    for index, (name, (_deed, said)) in enumerate(HOSTILE.items()):
        (line,) = [one for one in result.msg.splitlines() if f"pools[{index}] ({name}).release.link" in one]
        assert f"{APP}/{name}/current" in line
        assert said in line
    assert app.tree() == before


@only_root
def test_root_follows_no_link_of_somebody_else(app: LabHost) -> None:
    result = app.deploy(shop(user="root"))
    assert result.failed
    assert f"{LINK}: {APP} belongs to {OWNER}, expected a link that only root can move" in result.msg


@only_root
def test_root_reads_no_file_behind_the_link(app: LabHost) -> None:
    """Its owner would point it at a secret of somebody else."""
    app.sh("mkdir -p /etc/other; echo s3cret > /etc/other/key; chmod 600 /etc/other/key")
    move(app, "/etc/other")
    result = app.deploy(shop(command="/bin/sleep infinity", unit={"Service": {"LoadCredential": f"key:{LINK}/key"}}))
    app.sh("rm -r /etc/other")
    assert result.failed
    assert "no such file behind the link of the release" in result.msg


def test_a_check_before_the_first_release_warns(app: LabHost) -> None:
    app.sh(f"rm {LINK}")
    result = app.deploy(shop(working_directory="/"), check=True)
    assert not result.failed, result.msg
    assert "a run would refuse this" in str(result.result["warnings"])
