# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import Release
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import unit_marker
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import drop_in_text, template_text
from ansible_collections.workers.systemd.plugins.module_utils._core.write.release import pinned, release_in
from tests.unit.plugins.module_utils._core.builders import mail

LINK, OLD, NEW = "/srv/current", "/srv/releases/1", "/srv/releases/2"
POOL = mail(
    release={"link": LINK},
    command=[f"{LINK}/bin/work", "%i"],
    environment={"ROOT": f"{LINK}/public", "OTHER": "x"},
    secrets={"KEY": LINK},
    watch=[LINK],
    writable_paths=[f"{LINK}/var", "/srv/shared"],
    unit={"Service": {"ExecStartPre": [f"{LINK}/bin/warm", "/bin/true"], "Nice": 5, "OOMScoreAdjust": [5]}},
    instances=["a", "b"],
    per_instance={"a": {"environment": {"LIB": f"{LINK}/lib"}, "unit": {"Service": {"ReadOnlyPaths": f"{LINK}/etc"}}}},
)


def test_the_release_takes_the_place_of_its_link() -> None:
    pool = pinned(POOL, Release(LINK, NEW))
    assert (pool.executable, pool.working_directory) == (f"{NEW}/bin/work", NEW)
    assert pool.environment == {"ROOT": f"{NEW}/public", "OTHER": "x"}
    assert pool.writable_paths == (f"{NEW}/var", "/srv/shared")
    assert pool.per_instance["a"].environment == {"LIB": f"{NEW}/lib"}
    assert (pool.secrets, pool.watch) == ({"KEY": LINK}, (LINK,))
    template = template_text(pool, 252, [])
    assert LINK not in template.replace(f"ReleaseLink={LINK}", "")
    written = UnitText.parse(template)
    assert f"WORKERS_RELEASE={NEW}" in written.values("Service", "Environment")
    assert written.values("Service", "ExecStartPre") == [f"{NEW}/bin/warm", "/bin/true"]
    assert LINK not in drop_in_text(pool, "a", 252, ([], []), ([], [])).replace(f"ReleaseLink={LINK}", "")
    assert release_in(template) == Release(LINK, NEW)


def test_another_release_is_another_process() -> None:
    texts = [template_text(pinned(POOL, Release(LINK, directory)), 252, []) for directory in (OLD, NEW)]
    assert unit_marker(texts[0]) != unit_marker(texts[1])
    # Also when the pool names no path in it.
    bare = mail(release={"link": LINK}, working_directory="/srv")
    texts = [template_text(pinned(bare, Release(LINK, directory)), 252, []) for directory in (OLD, NEW)]
    assert unit_marker(texts[0]) != unit_marker(texts[1])


def test_without_a_look_at_the_host_the_link_stays() -> None:
    """As on the controller."""
    text = template_text(POOL, 252, [])
    assert f"WorkingDirectory={LINK}" in text
    assert release_in(text) is None
    assert "WORKERS_RELEASE" not in text
    assert release_in("") is None
