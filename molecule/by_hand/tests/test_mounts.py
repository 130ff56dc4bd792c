# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted where the collection writes, or cannot be written, costs no worker and leaves nothing half done."""

from __future__ import annotations

import contextlib
import typing as t
from functools import partial

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper

CONFIGURATION, STATE = "/etc/workers.systemd", "/var/lib/workers.systemd"
private = partial(sleeper, secrets={"A": "1"})
NEW = private(secrets={"A": "2"})


@contextlib.contextmanager
def mounted(lab: LabHost, mount: str, *paths: str) -> t.Iterator[None]:
    lab.sh(mount)
    try:
        yield
    finally:
        lab.sh("; ".join(f"umount {path}" for path in paths))


def test_below_a_read_only_etc_a_change_fails_and_is_put_back(bare: LabHost) -> None:
    bare.deploy(private())
    before, pids = bare.tree(), bare.pids("sleeper")
    with mounted(bare, "mount --bind /etc /etc; mount -o remount,ro,bind /etc", "/etc"):
        result = bare.deploy(NEW)
        assert result.failed
        assert "Read-only file system" in result.msg
        assert "is put back" in result.msg
        assert not bare.deploy(private()).changed
    assert bare.pids("sleeper") == pids
    assert [line for line in bare.tree().splitlines() if " /etc/" in line] == [
        line for line in before.splitlines() if " /etc/" in line
    ]
    assert not bare.deploy(NEW).failed


def test_without_inodes_nothing_is_changed(bare: LabHost) -> None:
    bare.deploy(private())
    pids = bare.pids("sleeper")
    full = f"""
    cp -a {STATE} /run/kept
    mount -t tmpfs -o nr_inodes=600,mode=0700 none {STATE}
    cp -a /run/kept/. {STATE}; rm -r /run/kept
    i=0; while touch {STATE}/.full$i 2> /dev/null; do i=$((i + 1)); done
    """
    with mounted(bare, full, STATE):
        for result in (bare.deploy(NEW), bare.deploy(private(state="absent"))):
            assert result.failed
            assert "No space left on device" in result.msg
        assert not bare.deploy(private()).changed
        bare.sh(f"rm {STATE}/.full*")
        assert not bare.deploy(NEW).failed
        assert bare.pids("sleeper") != pids
        assert not bare.deploy(private()).failed


def test_what_came_with_an_image_below_an_overlay_can_be_changed_and_removed(bare: LabHost) -> None:
    """rename(2) of a directory of the lower layer is EXDEV."""
    bare.deploy(private())
    lower = {path: f"/run/overlay{path}" for path in ("/etc", STATE)}
    overlay = "; ".join(
        f"mkdir -p {upper}/upper {upper}/work; "
        f"mount -t overlay none -o lowerdir={path},upperdir={upper}/upper,workdir={upper}/work {path}"
        for path, upper in lower.items()
    )
    with mounted(bare, overlay, *lower):
        assert not bare.deploy(NEW).failed
        result = bare.deploy(private(state="absent"))
        assert not result.failed, result.msg
        assert bare.pids("sleeper") == {}
        assert bare.sh(f"ls -A {STATE}/generations; ls -d /etc/systemd/system/sleeper*", check=False) == ""
    bare.sh("rm -rf /run/overlay")


def test_mounts_on_directories_of_a_pool_stay_when_it_goes(bare: LabHost) -> None:
    bare.deploy(private())
    own = [f"{CONFIGURATION}/sleeper", f"{STATE}/generations/sleeper"]
    with mounted(bare, "; ".join(f"mount --bind {path} {path}" for path in own), *own):
        assert not bare.deploy(NEW).failed
        result = bare.deploy(private(state="absent"))
        assert not result.failed, result.msg
        assert bare.pids("sleeper") == {}
        assert bare.sh(f"find {' '.join(own)} -mindepth 1; find /etc/systemd/system -name 'sleeper*'") == ""
        assert not bare.deploy(private(state="absent")).changed
    assert not bare.deploy(private()).failed
