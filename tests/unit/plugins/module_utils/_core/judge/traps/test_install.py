# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import Rows, both_ways, caught, worker

OFFLINE = ["Wants", "After"]
CAUGHT: Rows = {
    "a network that is being set up": ("network-is-not-online", worker(unit=["After=network.target"], without=OFFLINE)),
    "a network that nobody wants": (
        "network-online-is-not-wanted",
        worker(unit=["After=network-online.target"], without=OFFLINE),
    ),
    "a broker that is not awaited": ("needed-unit-is-not-awaited", worker(unit=["Wants=redis.service"])),
    "a network that is not awaited": (
        "needed-unit-is-not-awaited",
        worker(unit=["Wants=network-online.target"], without=OFFLINE),
    ),
    "nothing at boot": ("not-started-at-boot", worker(without=["WantedBy"])),
    "a target without its type": ("wanted-by-nobody", worker(install=["WantedBy=multi-user"], without=["WantedBy"])),
    "a target that is almost one": (
        "wanted-by-nobody",
        worker(install=["WantedBy=multiuser.target"], without=["WantedBy"]),
    ),
}
SERVER = "/srv/app/venv/bin/gunicorn -k uvicorn.workers.UvicornWorker app.wsgi"
MISSED: Rows = {
    "a server of an application": (
        "network-is-not-online",
        worker(start=SERVER, unit=["After=network.target"], without=OFFLINE),
    ),
    "a server that an interpreter runs": (
        "network-is-not-online",
        worker(start="/srv/app/venv/bin/python -m uvicorn app:app", unit=["After=network.target"], without=OFFLINE),
    ),
    "a server with the version in its name": (
        "network-is-not-online",
        worker(start="/usr/sbin/php-fpm8.2 -y /srv/app/queue.conf", unit=["After=network.target"], without=OFFLINE),
    ),
    "a variant of a server": (
        "network-is-not-online",
        worker(start="/usr/bin/uwsgi-core --ini worker.ini", unit=["After=network.target"], without=OFFLINE),
    ),
    "a server beside the programs of packages": (
        "network-is-not-online",
        worker(start="/usr/local/bin/caddy -agree", unit=["After=network.target"], without=OFFLINE),
    ),
    "both networks": (
        "network-is-not-online",
        worker(unit=["Wants=network-online.target", "After=network.target network-online.target"]),
    ),
    "a broker on this host": (
        "network-is-not-online",
        worker(unit=["After=network.target redis-server.service"], without=OFFLINE),
    ),
    "the address of a broker on this host": (
        "network-is-not-online",
        worker("Environment=REDIS_URL=redis://:x@localhost:6379/0", unit=["After=network.target"], without=OFFLINE),
    ),
    "no network": ("network-is-not-online", worker(without=OFFLINE)),
    "wanted": ("network-online-is-not-wanted", worker()),
    "required": (
        "network-online-is-not-wanted",
        worker(unit=["Requires=network-online.target", "After=network-online.target"], without=OFFLINE),
    ),
    "awaited": ("needed-unit-is-not-awaited", worker(unit=["Wants=redis.service", "After=redis.service"])),
    "meant to follow": ("needed-unit-is-not-awaited", worker(unit=["Wants=a.service", "Before=a.service"])),
    "a target groups, and needs no order": ("needed-unit-is-not-awaited", worker(unit=["Wants=mail.target"])),
    "installed": ("not-started-at-boot", worker()),
    "installed by its name": ("not-started-at-boot", worker(install=["Alias=a.service"], without=["WantedBy"])),
    "part of something that is": ("not-started-at-boot", worker(unit=["PartOf=mail.target"], without=["WantedBy"])),
    "a helper that others start": ("not-started-at-boot", worker("Restart=on-failure", without=["WantedBy"])),
    "a standard target": ("wanted-by-nobody", worker()),
    "a target that only sounds alike": ("wanted-by-nobody", worker(install=["WantedBy=mytimers.target"])),
    "a target of its own": ("wanted-by-nobody", worker(install=["WantedBy=mail.target"])),
    "one by its prefix": ("wanted-by-nobody", worker(install=["WantedBy=%p.target"])),
}
POOL = "[Service]\nTimeoutStopSec=90\nEnvironment=A=1\n[X-Workers]\nPool=mail\n"
FOREIGN = "/etc/systemd/system/mail@.service.d/override.conf"
CONTROL = "/etc/systemd/system.control/mail@.service.d/50-MemoryMax.conf"


test_is_told, test_is_not_told = both_ways(CAUGHT, MISSED)


def test_a_broker_elsewhere_beside_one_here_is_one() -> None:
    both = worker(
        "Environment=A=redis://127.0.0.1 B=amqp://mq.example.com", unit=["After=network.target"], without=OFFLINE
    )
    assert caught(both) == {"network-is-not-online"}


USER = "/home/app/.config/systemd/user/mail.service"
BY_USER = ["WantedBy=default.target"]
OF_A_USER = {
    "the network": (worker(unit=["After=network.target"], install=BY_USER, without=[*OFFLINE, "WantedBy"]), {}),
    "a network that nobody wants": (
        worker(unit=["After=network-online.target"], install=BY_USER, without=[*OFFLINE, "WantedBy"]),
        {},
    ),
    "a target that a user does not have": (worker(), {"wanted-by-nobody": "Write WantedBy=default.target."}),
    "the right one": (worker(install=BY_USER, without=["WantedBy"]), {}),
    "nothing at boot": (
        worker(without=["WantedBy"]),
        {"not-started-at-boot": "Write WantedBy=default.target in [Install], and enable the unit."},
    ),
}


@pytest.mark.parametrize(("text", "result"), OF_A_USER.values(), ids=OF_A_USER.keys())
def test_a_unit_of_a_user(text: str, result: dict[str, str]) -> None:
    by_path = traps.findings(Unit.of("mail.service", text, path=USER), None, 257)
    by_host = traps.findings(Unit.of("mail.service", text), HostFacts(user_manager=True), 257)
    assert {one.id: one.hint for one in by_path} == {one.id: one.hint for one in by_host} == result


def test_a_path_or_a_port_is_meant() -> None:
    for line in ("Environment=PORT=%I", "WorkingDirectory=/srv/%I", "Environment=URL=http://localhost:%I"):
        assert caught(worker(line), name="mail@.service") == set()
    assert caught(worker(start="/srv/app/worker --port %I -p %I"), name="mail@.service") == set()


def test_the_hint_is_the_target_that_was_meant() -> None:
    unit = Unit.of("a.service", worker(install=["WantedBy=multiuser.target"]))
    (finding,) = traps.findings(unit, None, 257)
    assert finding.hint == "Write WantedBy=multi-user.target."


def test_an_unescaped_instance_name_is_a_path() -> None:
    text = worker("Environment=REGION=%I", unit=["Description=Worker of %I"])
    assert caught(text, name="mail@eu-west.service") == {"instance-becomes-path"}
    assert caught(text, name="mail@.service") == {"instance-becomes-path"}
    assert caught(text, name="mail@1.service") == set()
    assert caught(text, name="mail.service") == set()
    assert caught(worker("Environment=REGION=%i"), name="mail@eu-west.service") == set()
    assert caught(worker("Environment=A=%%I"), name="mail@eu-west.service") == set()


def test_an_escaped_instance_name_reaches_the_process() -> None:
    text = worker("Environment=REGION=%i", unit=["Description=Worker of %i"])
    assert caught(text, name="mail@eu\\x2dwest.service") == {"instance-is-escaped"}
    assert caught(text, name="mail@eu-west.service") == set()
    assert caught(worker(unit=["Description=%i"]), name="mail@eu\\x2dwest.service") == set()


DROP_INS = {
    "over a pool": (POOL, FOREIGN, "[Service]\nTimeoutStopSec=5\n", {"drop-in-wins"}),
    "with the same value": (POOL, FOREIGN, "[Service]\nTimeoutStopSec=90\n", set()),
    "with more variables": (POOL, FOREIGN, "[Service]\nEnvironment=B=2\n", set()),
    "that takes a value away": (POOL, FOREIGN, "[Service]\nTimeoutStopSec=\n", set()),
    "with something else": (POOL, FOREIGN, "[Service]\nNice=5\n", set()),
    "over anybody's unit, as meant": ("[Service]\nNice=1\n", FOREIGN, "[Service]\nNice=5\n", set()),
    "of set-property": ("[Service]\nMemoryMax=1G\n", CONTROL, "[Service]\nMemoryMax=2G\n", {"drop-in-wins"}),
}


@pytest.mark.parametrize(("text", "path", "drop_in", "ids"), DROP_INS.values(), ids=DROP_INS.keys())
def test_a_drop_in(text: str, path: str, drop_in: str, ids: set[str]) -> None:
    unit = Unit.of("mail@.service", text, [(path, drop_in)])
    assert {finding.id for finding in traps.findings(unit, None, 257)} == ids
