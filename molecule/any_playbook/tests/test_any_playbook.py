# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role does its work in whatever playbook somebody has already: each way to call it, each way to run a play."""

from __future__ import annotations

import importlib.util
import typing as t
from pathlib import Path

import pytest

from lab import hosts
from tests.helpers.lab_host import LabHost
from tests.helpers.player import Play, Player

Task = t.Dict[str, t.Any]

ROLE = "workers.systemd.workers"
QUICK = {"min_healthy_time": "100ms"}
MAIL: dict[str, t.Any] = {"name": "mail", "command": "/bin/sleep infinity", "rollout": QUICK}
NEWS = {**MAIL, "name": "news"}
POOLS = {"workers_pools": [MAIL]}
IMPORTED: Task = {"ansible.builtin.import_role": {"name": ROLE}}
INCLUDED: Task = {"ansible.builtin.include_role": {"name": ROLE}}
# Somebody who may use sudo and is not root.
DEPLOYER = "deployer"


def play(*tasks: Task, **keywords: t.Any) -> Play:
    return {"hosts": "all", "gather_facts": False, "vars": POOLS, "tasks": list(tasks), **keywords}


@pytest.fixture(scope="module")
def fleet(lab: LabHost) -> t.Iterator[list[LabHost]]:
    """The host, and one more."""
    second = LabHost(f"{lab.name}-second")
    hosts.up(second.name)
    yield [lab, second]
    hosts.down(second.name)


@pytest.fixture
def bare_fleet(fleet: list[LabHost]) -> list[LabHost]:
    for host in fleet:
        host.remove_pools()
    return fleet


@pytest.fixture
def run(tmp_path: Path) -> Player:
    return Player(tmp_path)


def only(*hosts: LabHost) -> dict[str, dict[str, t.Any]]:
    """Of an inventory: these, without variables of their own."""
    return {host.name: {} for host in hosts}


def by_deployer(*tasks: Task) -> Play:
    return play(*tasks, vars={**POOLS, "ansible_user": DEPLOYER, "ansible_remote_tmp": "/tmp/.ansible-deployer"})


WAYS: dict[str, Play] = {
    "in the list of roles": play(roles=[ROLE]),
    "imported": play(IMPORTED),
    "included": play(INCLUDED),
    "with variables of the task": play({**IMPORTED, "vars": {"workers_pools": [{**MAIL, "instances": 1}]}}),
    "in a block": play({"block": [IMPORTED], "rescue": [{"ansible.builtin.fail": {"msg": "rescued"}}]}),
    "with become for the task": by_deployer({**IMPORTED, "become": True}),
    "with become for what is included": by_deployer(
        {"ansible.builtin.include_role": {"name": ROLE, "apply": {"become": True}}}
    ),
    "with strategy free": play(IMPORTED, strategy="free"),
    "with facts gathered first": play(IMPORTED, gather_facts=True),
    "by the module alone": play({"workers.systemd.pools": {"pools": [MAIL]}}),
    "by the module with what its group has by default": play(
        {"workers.systemd.pools": {"pools": [MAIL]}},
        module_defaults={"group/workers.systemd.workers": {"purge": False}},
    ),
    "by the module and asynchronously": play({"workers.systemd.pools": {"pools": [MAIL]}, "async": 60, "poll": 1}),
}


@pytest.fixture(scope="module", autouse=True)
def deployer(lab: LabHost) -> t.Iterator[None]:
    # "*" is a password that nobody has. Without one the account is locked, and sshd lets nobody in, with a key neither.
    lab.sh(f"id {DEPLOYER} 2> /dev/null || useradd --uid 2000 --password '*' {DEPLOYER}")
    lab.write(f"/etc/sudoers.d/{DEPLOYER}", f"{DEPLOYER} ALL=(ALL) NOPASSWD: ALL\n", "0440")
    yield
    lab.sh(f"userdel --force {DEPLOYER}; rm /etc/sudoers.d/{DEPLOYER}")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_it_is_deployed_once(bare: LabHost, run: Player, way: Play) -> None:
    result = run(only(bare), way, way)
    assert result.status == 0, result.said
    assert len(bare.pids("mail")) == 1
    assert "changed=1 " in result.said


def test_a_loop_over_lists_of_pools_keeps_them_all(bare: LabHost, run: Player) -> None:
    loop = {**INCLUDED, "loop": [MAIL, NEWS], "vars": {"workers_pools": ["{{ item }}"]}}
    result = run(only(bare), play(loop))
    assert result.status == 0, result.said
    assert [len(bare.pids(name)) for name in ("mail", "news")] == [1, 1]


def test_without_become_it_is_refused(bare: LabHost, run: Player) -> None:
    before = bare.tree()
    result = run(only(bare), by_deployer(IMPORTED))
    assert result.status == 2
    assert "must run as root: set become: true" in result.said
    assert bare.tree() == before


TAGS = {
    "the task's own, asked for": (play({**IMPORTED, "tags": ["deploy"]}), ["--tags", "deploy"], True),
    "the task's own, skipped": (play({**IMPORTED, "tags": ["deploy"]}), ["--skip-tags", "deploy"], False),
    "others asked for": (play({**IMPORTED, "tags": ["deploy"]}), ["--tags", "packages"], False),
    "of what is included": (
        play({"ansible.builtin.include_role": {"name": ROLE, "apply": {"tags": ["deploy"]}}, "tags": ["deploy"]}),
        ["--tags", "deploy"],
        True,
    ),
}


@pytest.mark.parametrize(("tagged", "options", "deployed"), TAGS.values(), ids=TAGS.keys())
def test_tags(bare: LabHost, run: Player, tagged: Play, options: list[str], deployed: bool) -> None:
    result = run(only(bare), tagged, options=options)
    assert result.status == 0, result.said
    assert bool(bare.pids("mail")) is deployed


def deployed_to(fleet: t.Sequence[LabHost]) -> list[bool]:
    return [bool(host.pids("mail")) for host in fleet]


def test_a_task_that_is_delegated_works_where_it_is_delegated_to(bare_fleet: list[LabHost], run: Player) -> None:
    first, second = bare_fleet
    result = run(only(*bare_fleet), play({**IMPORTED, "delegate_to": second.name, "run_once": True}, hosts=first.name))
    assert result.status == 0, result.said
    assert deployed_to(bare_fleet) == [False, True]


def test_a_limit_leaves_the_other_host_alone(bare_fleet: list[LabHost], run: Player) -> None:
    result = run(only(*bare_fleet), play(IMPORTED), options=["--limit", bare_fleet[1].name])
    assert result.status == 0, result.said
    assert deployed_to(bare_fleet) == [False, True]


@pytest.mark.parametrize("keywords", [{"strategy": "free"}, {"serial": 1}, {}], ids=["free", "serial", "linear"])
def test_a_fleet(bare_fleet: list[LabHost], run: Player, keywords: dict[str, t.Any]) -> None:
    result = run(only(*bare_fleet), play(IMPORTED, **keywords))
    assert result.status == 0, result.said
    assert deployed_to(bare_fleet) == [True, True]


@pytest.mark.parametrize(("all_fatal", "goes_on"), [(True, False), (False, True)], ids=["all fatal", "each its own"])
def test_an_error_of_one_host(bare_fleet: list[LabHost], run: Player, all_fatal: bool, goes_on: bool) -> None:
    first, second = bare_fleet
    bad = {**MAIL, "user": f"{{{{ 'nobody-here' if inventory_hostname == '{first.name}' else 'root' }}}}"}
    later = {"workers.systemd.pools": {"pools": [NEWS]}}
    result = run(only(*bare_fleet), play(IMPORTED, later, vars={"workers_pools": [bad]}, any_errors_fatal=all_fatal))
    assert result.status == 2
    assert "no user 'nobody-here' on the host" in result.said
    assert deployed_to(bare_fleet) == [False, True]
    assert bool(second.pids("news")) is goes_on
    assert not first.pids("news")


def test_what_was_done_is_said_in_a_line(bare: LabHost, run: Player) -> None:
    three = play(IMPORTED, vars={"workers_pools": [{**MAIL, "instances": 3}, NEWS]})
    result = run(only(bare), three, three)
    done = "write 2 files, enable 3 instances and 1 target, start 3 instances and 1 target; 3/3 up"
    assert result.said.count(f"{bare.name}: mail: {done}\n") == 1
    assert "nothing to do" not in result.said


def test_a_check_tells_each_step_once(bare: LabHost, run: Player) -> None:
    bare.deploy({**MAIL, "instances": 12})
    changed = play(IMPORTED, vars={"workers_pools": [{**MAIL, "instances": 12, "environment": {"A": "b"}}]})
    steps = "restart mail@1..12 (started with another unit and another environment)"
    for options in (["--check"], ["--check", "--diff"]):
        said = run(only(bare), changed, options=options).said
        assert said.count("restart") == said.count(steps) == 1, said
    assert "A: added" in said


def test_a_failure_names_the_host_that_it_is_of(bare_fleet: list[LabHost], run: Player) -> None:
    """Ansible shows a message once, whoever said it."""
    bad = play(roles=[ROLE], vars={"workers_pools": [{**MAIL, "user": "nobody-here"}]})
    said = run(only(*bare_fleet), bad).said
    for host in bare_fleet:
        # Once to be read, and once in the result that Ansible prints behind it.
        assert said.count(f"{host.name}: 1 problem, nothing was changed:") == 2


def test_progress_has_colours_where_ansible_has_them(bare: LabHost, run: Player) -> None:
    slow = play(IMPORTED, vars={"workers_pools": [{**MAIL, "rollout": {"min_healthy_time": "6s"}}]})
    said = run(only(bare), slow, ANSIBLE_FORCE_COLOR="1", ANSIBLE_NOCOLOR="").said
    assert f"\x1b[0;33m{bare.name}: mail: write 2 files" in said
    assert f"\x1b[0;32m[{bare.name}] mail: 1/1 after" in said


STATUS: Play = {"ansible.builtin.import_playbook": "workers.systemd.status"}


def test_the_status_is_a_table_with_its_total(bare: LabHost, run: Player) -> None:
    bare.deploy({**MAIL, "instances": 2}, {**NEWS, "instances": 0})
    result = run(only(bare), {**STATUS, "vars": {"fail": True}})
    assert result.status == 0, result.said
    rows = result.said[result.said.index("\nPOOL ") :].splitlines()[1:5]
    assert [row.split()[:3] for row in rows[:3]] == [
        ["POOL", "UP", "STATE"],
        ["mail", "2/2", "up"],
        ["news", "0/0", "up"],
    ]
    assert rows[3] == "2 pools, 2 instances wanted: 2 running, 0 stale, 0 flapping, 0 dead"
    assert "mail@1.service" not in result.said


def test_the_status_ends_with_an_error_where_it_is_asked_to(bare: LabHost, run: Player) -> None:
    bare.deploy({**MAIL, "instances": 2})
    # Of a unit that is neither enabled nor loaded the host alone knows nothing.
    bare.sh("systemctl disable --now mail@2")
    for fails in (False, True):
        result = run(only(bare), {**STATUS, "vars": {"fail": fails}})
        assert result.status == (2 if fails else 0)
        assert "1 pool, 2 instances wanted: 1 running, 0 stale, 0 flapping, 1 dead\n" in result.said
        assert "\nmail@2.service  inactive (dead)" in result.said
    assert f"{bare.name}, dead or flapping: mail@2.service" in result.said


def test_the_status_shows_every_instance_of_one_pool(bare: LabHost, run: Player) -> None:
    bare.deploy(MAIL, NEWS)
    result = run(only(bare), {**STATUS, "vars": {"pool": "mail"}})
    assert result.status == 0, result.said
    assert "\nmail@1.service  active (running)" in result.said
    assert "news" not in result.said
    wrong = run(only(bare), {**STATUS, "vars": {"pool": "mial"}})
    assert wrong.status == 2
    assert "names: found 'mial', expected one of mail, news (" in wrong.said
    # As the other playbooks take it.
    of_a_user = run(only(bare), {**STATUS, "vars": {"pool": "mail", "scope": "user", "user": "app"}})
    assert "names: found 'app/mail', expected one of mail, news (" in of_a_user.said


def test_the_status_of_several_hosts_is_one_table_with_colours(bare_fleet: list[LabHost], run: Player) -> None:
    first, *others = bare_fleet
    first.deploy(MAIL)
    gone = {"gone": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}}
    result = run({**only(*bare_fleet), **gone}, STATUS, ANSIBLE_FORCE_COLOR="1", ANSIBLE_NOCOLOR="")
    # Of a host that is not reached.
    assert result.status == 4
    assert f"\x1b[0;32m{first.name}  mail  1/1  up " in result.said
    for other in others:
        assert f"\n{other.name}: no pools on this host\n" in result.said
    assert "\x1b[0;31mgone: " in result.said


def test_the_page_shows_each_host_also_one_that_does_not_answer(bare: LabHost, run: Player, tmp_path: Path) -> None:
    bare.deploy({**MAIL, "instances": 2})
    page = tmp_path / "workers.html"
    gone = {"gone": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}}
    result = run({**gone, **only(bare)}, {**STATUS, "vars": {"page": str(page)}})
    # Of a host that is not reached.
    assert result.status == 4
    text = page.read_text()
    assert f"<h2>{bare.name}</h2>" in text
    assert "✔ 2/2" in text
    assert '<h2>gone</h2><p class="trouble dead">' in text
    # The browser that is open on it may belong to another user.
    assert page.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.glob(".workers*")) == []


def test_the_page_wants_a_directory(bare: LabHost, run: Player, tmp_path: Path) -> None:
    result = run(only(bare), {**STATUS, "vars": {"page": f"{tmp_path}/none/workers.html"}})
    assert result.status == 2
    assert f"dest: found no directory {tmp_path}/none, expected an existing one" in result.said


def test_a_worker_that_ends_by_itself_is_told_what_it_is(bare: LabHost, run: Player) -> None:
    once = {"name": "once", "command": "/bin/sleep 0.2", "rollout": {"on_failure": "stop"}}
    result = bare.deploy(once)
    assert "(a clean end, such as exit status 0, NRestarts " in result.msg
    assert "is for a timer, with Type=oneshot" in result.msg
    assert result.result["failures"][0]["exit"] == "a clean end, such as exit status 0"
    said = run(only(bare), {**STATUS, "vars": {"fail": True}}).said
    assert "dead or flapping: once@1.service" in said
    assert "once@1.service: It ends by itself, without an error." in said


LINT: Play = {"ansible.builtin.import_playbook": "workers.systemd.lint"}


def test_findings_are_lines(bare: LabHost, run: Player) -> None:
    path = "/etc/systemd/system/lab-bad.service"
    bare.write(path, "[Service]\nExecStart=/bin/true\nNice=99\n", "0644")
    result = run(only(bare), {**LINT, "vars": {"lint_units": [path]}})
    bare.sh(f"rm {path}")
    assert result.status == 2
    assert f"\n{bare.name}:\n{path}:3: error: found 99, expected" in result.said


REMOVE: Play = {"ansible.builtin.import_playbook": "workers.systemd.remove"}


def test_to_remove_what_no_host_has_is_an_error(bare_fleet: list[LabHost], run: Player) -> None:
    first, second = bare_fleet
    first.deploy(MAIL, NEWS)
    second.deploy(NEWS)
    result = run(only(*bare_fleet), {**REMOVE, "vars": {"pools": "news,nosuch,mial"}})
    assert result.status == 2
    assert "names: found 'nosuch', expected one of mail, news\n" in result.said
    assert "names: found 'mial', expected one of mail, news (Did you mean mail?)" in result.said
    assert [len(host.pids("news")) for host in bare_fleet] == [1, 1]
    result = run(only(*bare_fleet), {**REMOVE, "vars": {"pools": "mail, news"}})
    assert result.status == 0, result.said
    assert [host.pids(name) for host in bare_fleet for name in ("mail", "news")] == [{}] * 4


def test_a_host_that_cannot_be_reached_is_said_soon(bare: LabHost, run: Player) -> None:
    closed = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    result = run(only(bare), play(IMPORTED, vars={**POOLS, **closed}))
    assert result.status == 4
    assert result.said.count("no connection, trying again") == 1


def test_mitogen(bare: LabHost, run: Player) -> None:
    found = importlib.util.find_spec("ansible_mitogen")
    assert found is not None, "it is one of the development dependencies"
    assert found.submodule_search_locations
    strategies = f"{found.submodule_search_locations[0]}/plugins/strategy"
    # Its own connection, by the name that Ansible had for it before collections.
    mitogen = play(IMPORTED, vars={**POOLS, "ansible_connection": "podman"})
    settings = {"ANSIBLE_STRATEGY_PLUGINS": strategies, "ANSIBLE_STRATEGY": "mitogen_linear"}
    result = run(only(bare), mitogen, mitogen, **settings)
    assert result.status == 0, result.said
    assert len(bare.pids("mail")) == 1
    assert "changed=1 " in result.said
