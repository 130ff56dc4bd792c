# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import (
    EnvFileFacts,
    HostFacts,
    PathFacts,
    is_secret,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.paths import NeededPaths
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import worker

GONE = PathFacts(exists=False, usable=False)
PROGRAM = PathFacts()
DIRECTORY = PathFacts(directory=True)
OTHERS = PathFacts(replaced_by="/srv belongs to app", changed_by="/srv belongs to app")
SECRET = EnvFileFacts(secrets=("APP_KEY",))


def at(path: str, facts: PathFacts) -> HostFacts:
    return HostFacts(paths={path: facts})


# id of the trap, the unit, the host
Rows = dict[str, tuple[str, str, HostFacts]]
VENDOR = "/usr/lib/systemd/system/mail.service"
OF_POOL = "[X-Workers]\nPool=mail\n"
CAUGHT: Rows = {
    "a path on a dead server": (
        "path-does-not-answer",
        worker("EnvironmentFile=/mnt/dead/env"),
        HostFacts(unanswered=("/mnt/dead/env",)),
    ),
    "a path on a dead server, named by an instance": (
        "path-does-not-answer",
        worker(),
        HostFacts(unanswered=("/mnt/a",)),
    ),
    "no such user": ("user-is-not-there", worker("User=app"), HostFacts(user_known=False)),
    "no such group": ("user-is-not-there", worker("Group=app"), HostFacts(group_known=False)),
    "no program": ("program-is-not-there", worker(), at("/srv/app/worker", GONE)),
    "a directory for a program": ("program-is-not-there", worker(), at("/srv/app/worker", DIRECTORY)),
    "a closed program": ("program-is-not-executable", worker(), at("/srv/app/worker", PathFacts(usable=False))),
    "a program for all": ("program-is-writable-by-all", worker(), at("/srv/app/worker", PathFacts(mode=0o777))),
    "a pool without a user": ("pool-runs-as-root", worker() + OF_POOL, HostFacts()),
    "a program of somebody": ("root-runs-program-of-user", worker(), at("/srv/app/worker", PathFacts(owner=1000))),
    "a program in a directory of somebody": ("root-runs-program-of-user", worker(), at("/srv/app/worker", OTHERS)),
    "a script of somebody": (
        "root-runs-program-of-user",
        worker("ExecStartPre=/bin/sh -c '/srv/prepare; true'"),
        at("/srv/prepare", PathFacts(owner=1000)),
    ),
    "a preparation by root": (
        "root-runs-program-of-user",
        worker("User=app", "ExecStartPre=-+/srv/prepare"),
        at("/srv/prepare", OTHERS),
    ),
    "a stop by root": (
        "root-runs-program-of-user",
        worker("User=app", "PermissionsStartOnly=yes", "ExecStop=/srv/stop"),
        at("/srv/stop", OTHERS),
    ),
    "variables of somebody": (
        "root-opens-file-of-user",
        worker("User=app", "EnvironmentFile=-/srv/env"),
        at("/srv/env", OTHERS),
    ),
    "a credential of somebody": (
        "root-opens-file-of-user",
        worker("User=app", "LoadCredential=key:/srv/key"),
        at("/srv/key", OTHERS),
    ),
    "a log of somebody": (
        "root-opens-file-of-user",
        worker("User=app", "StandardOutput=append:/srv/log"),
        at("/srv/log", OTHERS),
    ),
    "no directory": ("directory-is-not-there", worker("WorkingDirectory=/srv"), at("/srv", GONE)),
    "a file for a directory": ("directory-is-not-there", worker("WorkingDirectory=/srv"), at("/srv", PROGRAM)),
    "a closed directory": (
        "directory-is-closed-to-user",
        worker("WorkingDirectory=/srv"),
        at("/srv", PathFacts(directory=True, usable=False)),
    ),
    "no environment file": ("environment-file-is-not-there", worker("EnvironmentFile=/etc/w"), at("/etc/w", GONE)),
    "secrets for all": (
        "environment-file-shows-secrets",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o644, env=SECRET)),
    ),
    "variables from all": (
        "environment-file-is-writable-by-all",
        worker("EnvironmentFile=-/etc/w"),
        at("/etc/w", PathFacts(mode=0o666)),
    ),
    "another encoding": (
        "environment-file-ends-start",
        worker("EnvironmentFile=-/etc/w"),
        at("/etc/w", PathFacts(mode=0o600, env=EnvFileFacts.of("A=\udce9\n"))),
    ),
    "no name": (
        "environment-file-line-is-ignored",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o600, env=EnvFileFacts.of("A-B=1\n"))),
    ),
    "a comment behind a value": (
        "environment-file-reads-otherwise",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o600, env=EnvFileFacts.of("A=1 # c\n"))),
    ),
    "a script": (
        "environment-file-is-a-script",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o600, env=EnvFileFacts(exports=("A",)))),
    ),
    "references": (
        "environment-file-refers",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o600, env=EnvFileFacts(references=("A",)))),
    ),
    "nowhere to write": ("writable-path-is-not-there", worker("ReadWritePaths=/srv/a /srv/b"), at("/srv/b", GONE)),
    "swap": ("memory-goes-to-swap", worker("MemoryMax=1G"), HostFacts(swap=True)),
    "masked": ("unit-is-masked", worker(), HostFacts(masked_by="/etc/systemd/system/mail.service")),
    "a copy": ("unit-shadows-package", worker(), HostFacts(vendor_copy="/usr/lib/systemd/system/mail.service")),
    "a lost drop-in": (
        "drop-in-is-not-read",
        worker(),
        HostFacts(unread_drop_ins=("/etc/mail.d/a.conf",)),
    ),
}
MISSED: Rows = {
    "a path on a server that answers": ("path-does-not-answer", worker(), at("/srv/app/worker", PROGRAM)),
    "a user that systemd makes": (
        "user-is-not-there",
        worker("User=app", "DynamicUser=yes"),
        HostFacts(user_known=False),
    ),
    "a user": ("user-is-not-there", worker("User=app"), HostFacts()),
    "a pool with a user": ("pool-runs-as-root", worker("User=app") + OF_POOL, HostFacts()),
    "a pool that is root on purpose": ("pool-runs-as-root", worker("User=root") + OF_POOL, HostFacts()),
    "a pool with a user of its own making": ("pool-runs-as-root", worker("DynamicUser=yes") + OF_POOL, HostFacts()),
    "a pool of a user": ("pool-runs-as-root", worker() + OF_POOL, HostFacts(user_manager=True)),
    "the target of a pool": ("pool-runs-as-root", "[Unit]\nDescription=x\n" + OF_POOL, HostFacts()),
    "a service of somebody else": ("pool-runs-as-root", worker(), HostFacts()),
    "a program": ("program-is-not-there", worker(), at("/srv/app/worker", PROGRAM)),
    "an open program": ("program-is-not-executable", worker(), at("/srv/app/worker", PROGRAM)),
    "a program that is gone": ("program-is-not-executable", worker(), at("/srv/app/worker", GONE)),
    "a program of its owner": ("program-is-writable-by-all", worker(), at("/srv/app/worker", PROGRAM)),
    "a program of root": ("root-runs-program-of-user", worker(), at("/srv/app/worker", PROGRAM)),
    "a program of its user": (
        "root-runs-program-of-user",
        worker("User=app"),
        at("/srv/app/worker", PathFacts(owner=1000)),
    ),
    "a program in a directory of its user": (
        "root-runs-program-of-user",
        worker("User=app", "ExecStop=!!/srv/app/stop"),
        HostFacts(paths={"/srv/app/worker": OTHERS, "/srv/app/stop": OTHERS}),
    ),
    "a program of a user that is made up": (
        "root-runs-program-of-user",
        worker("DynamicUser=yes"),
        at("/srv/app/worker", OTHERS),
    ),
    "a directory that a script of root is told of": (
        "root-runs-program-of-user",
        worker("ExecStartPre=/bin/sh -c 'cd /srv/x'"),
        at("/srv/x", PathFacts(directory=True, owner=1000, changed_by="x")),
    ),
    "variables in a directory of root": (
        "root-opens-file-of-user",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(owner=1000, changed_by="x")),
    ),
    "output to the journal": (
        "root-opens-file-of-user",
        worker("StandardOutput=journal", "StandardInput=null"),
        at("/srv/log", OTHERS),
    ),
    "a log that is not the last": (
        "root-opens-file-of-user",
        worker("StandardOutput=append:/srv/log", "StandardOutput=journal"),
        at("/srv/log", OTHERS),
    ),
    "a directory that may be missing": ("directory-is-not-there", worker("WorkingDirectory=-/srv"), at("/srv", GONE)),
    "a directory": ("directory-is-not-there", worker("WorkingDirectory=/srv"), at("/srv", DIRECTORY)),
    "an open directory": ("directory-is-closed-to-user", worker("WorkingDirectory=/srv"), at("/srv", DIRECTORY)),
    "a file that may be missing": (
        "environment-file-is-not-there",
        worker("EnvironmentFile=-/etc/w"),
        at("/etc/w", GONE),
    ),
    "a file": ("environment-file-is-not-there", worker("EnvironmentFile=/etc/w"), at("/etc/w", PROGRAM)),
    "secrets for root": (
        "environment-file-shows-secrets",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o600, env=SECRET)),
    ),
    "no secrets for all": (
        "environment-file-shows-secrets",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o644)),
    ),
    "variables from root": (
        "environment-file-is-writable-by-all",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PathFacts(mode=0o644)),
    ),
    "plain lines, for a start": (
        "environment-file-ends-start",
        worker("EnvironmentFile=/etc/w"),
        at("/etc/w", PROGRAM),
    ),
    "plain lines": ("environment-file-line-is-ignored", worker("EnvironmentFile=/etc/w"), at("/etc/w", PROGRAM)),
    "plain values": ("environment-file-reads-otherwise", worker("EnvironmentFile=/etc/w"), at("/etc/w", PROGRAM)),
    "variables": ("environment-file-is-a-script", worker("EnvironmentFile=/etc/w"), at("/etc/w", PROGRAM)),
    "values": ("environment-file-refers", worker("EnvironmentFile=/etc/w"), at("/etc/w", PROGRAM)),
    "a path that may be missing": ("writable-path-is-not-there", worker("ReadWritePaths=-/srv/a"), at("/srv/a", GONE)),
    "a path": ("writable-path-is-not-there", worker("ReadWritePaths=/srv/a"), at("/srv/a", DIRECTORY)),
    "no swap": ("memory-goes-to-swap", worker("MemoryMax=1G"), HostFacts()),
    "a limit of swap": ("memory-goes-to-swap", worker("MemoryMax=1G", "MemorySwapMax=0"), HostFacts(swap=True)),
    "no limit": ("memory-goes-to-swap", worker("MemoryMax=infinity"), HostFacts(swap=True)),
    "not masked": ("unit-is-masked", worker(), HostFacts()),
    "a unit of a package": ("unit-in-vendor-directory", worker(), HostFacts(packaged=True)),
    "a unit elsewhere": ("unit-in-vendor-directory", worker(), HostFacts(packaged=False)),
    "no copy": ("unit-shadows-package", worker(), HostFacts()),
    "drop-ins that are read": ("drop-in-is-not-read", worker(), HostFacts()),
}


def result(text: str, host: HostFacts, path: str = "") -> set[str]:
    return {finding.id for finding in traps.findings(Unit.of("mail.service", text, path=path), host, 257)}


@pytest.mark.parametrize(("trap", "text", "host"), CAUGHT.values(), ids=CAUGHT.keys())
def test_is_told(trap: str, text: str, host: HostFacts) -> None:
    assert result(text, host) == {trap}


@pytest.mark.parametrize(("trap", "text", "host"), MISSED.values(), ids=MISSED.keys())
def test_is_not_told(trap: str, text: str, host: HostFacts) -> None:
    assert trap not in result(text, host)


def test_a_unit_in_the_directory_of_packages() -> None:
    assert result(worker(), HostFacts(packaged=False), VENDOR) == {"unit-in-vendor-directory"}
    assert result(worker(), HostFacts(packaged=True), VENDOR) == set()
    assert result(worker(), HostFacts(vendor_copy=VENDOR), VENDOR) == set()


def test_all_paths_of_a_unit_are_asked_for() -> None:
    text = "[Service]\nExecStart=/a\nWorkingDirectory=/b\nEnvironmentFile=/c\nReadWritePaths=/d\n"
    assert NeededPaths.of(Unit.of("mail.service", text)).all == {"/a", "/b", "/c", "/d"}


def test_the_paths_of_a_unit_are_those_of_its_instance() -> None:
    text = (
        "[Service]\nExecStart=-/srv/%i/worker --a=/etc/conf\nWorkingDirectory=-/srv/a%%b\nEnvironmentFile=-/etc/w\n"
        "EnvironmentFile=/etc/%i.env\nReadWritePaths=/srv/x -/srv/y +/srv/z\n"
    )
    assert NeededPaths.of(Unit.of("mail@3.service", text)) == NeededPaths(
        frozenset({"/srv/3/worker"}),
        frozenset({"/srv/a%b"}),
        frozenset({"/etc/w", "/etc/3.env"}),
        frozenset({"/srv/x", "/srv/3/worker", "/etc/conf", "/etc/w", "/etc/3.env"}),
    )


UNKNOWN_PATHS = {
    "an instance of a template": "/srv/%i",
    "what only systemd knows": "%h/worker",
    "in the middle": "/srv/%u/worker",
    "a relative path": "worker",
    "a pattern": "/etc/*.env",
}


@pytest.mark.parametrize("path", UNKNOWN_PATHS.values(), ids=UNKNOWN_PATHS.keys())
def test_no_path_that_we_do_not_know(path: str) -> None:
    needed = NeededPaths.of(Unit.of("mail@.service", f"[Service]\nEnvironmentFile={path}\n"))
    assert needed.env_files == frozenset()


def test_of_an_environment_file_only_names_are_kept() -> None:
    text = 'export A=1\nNAME=shop\nTITLE="${NAME} mail"\nOTHER=${ELSE}\nDB_PASSWORD=hunter2\nAPI_KEY=\n'
    facts = EnvFileFacts.of(text)
    assert facts == EnvFileFacts(secrets=("DB_PASSWORD",), references=("TITLE",), exports=("A",))
    assert "hunter2" not in repr(facts)


SECRETS = {"DB_PASSWORD", "password", "APP_KEY", "STRIPE_API_KEY", "APIKEY", "JWT_SECRET", "github_token", "DB_PWD"}
NO_SECRETS = {"PWD", "PASSWORD_FILE", "TOKEN_TTL", "SECRETARY", "KEY", "MONKEY", "PASSENGER", "SSH_KEY_PATH"}


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_is_the_name_of_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", sorted(NO_SECRETS))
def test_is_no_name_of_a_secret(name: str) -> None:
    assert not is_secret(name)


def test_an_odd_line_is_told_at_its_place_in_its_file() -> None:
    host = at("/etc/w", PathFacts(mode=0o600, env=EnvFileFacts.of("A=1\nB=1 # c\n")))
    unit = Unit.of("mail@.service", "[Service]\nEnvironmentFile=/etc/w\nEnvironmentFile=/etc/w\n")
    (found,) = traps.environment_file_findings(unit, host, 252)
    assert found.at is not None
    assert (found.at.path, found.at.line) == ("/etc/w", 2)
    assert list(traps.environment_file_findings(unit, host, 252, {found.id})) == []
