# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: one failed task that tells everything, and a host that is as it was."""

from __future__ import annotations

import copy
import re
import textwrap
import typing as t
from pathlib import Path

import pytest

from tests.helpers.examples import ROOT, examples
from tests.helpers.lab_host import LabHost
from tests.helpers.player import Player

GOOD: dict[str, t.Any] = {"name": "good", "command": ["/bin/sleep", "infinity"]}
BAD: list[dict[str, t.Any]] = [
    {**GOOD, "name": "a b"},
    {**GOOD, "name": "twice"},
    {**GOOD, "name": "twice"},
    {**GOOD, "name": "getty"},
    {
        "name": "many",
        "command": ["sleep", "1"],
        "comand": ["/bin/sleep"],
        "user": "nobody-here",
        "group": "no-group-here",
        "working_directory": "/nowhere",
        "instances": ["ok", "not ok", "ok"],
        "environment": {"1A": "x", "BOTH": "x"},
        "secrets": {"BOTH": "the-secret-value\0", "TOKEN": "another-secret-value\0"},
        "secret": {"TYPO": "a-misplaced-secret"},
        "environment_files": ["relative", "/not/there"],
        "watch": ["/not/there/either"],
        "limits": {"memory_max": "1G\nUser=root", "memroy": 1},
        "unit": {"Service": {"Nice": "5\nUser=root", "Nicee": 5, "MemoryMax": "2G"}, "Unti": {"After": "x"}},
        "rollout": {"min_healthy_time": "soon", "max_parallel": "0"},
    },
    {**GOOD, "name": "directory", "user": "www-data", "working_directory": "/root"},
    {**GOOD, "name": "binary", "command": ["/usr/bin/not-there"], "rollout": {"health_check": ["/not/there"]}},
    {**GOOD, "name": "plain-file", "command": ["/etc/passwd"]},
    {**GOOD, "name": "shell", "command": "/bin/sleep 1 && /bin/true"},
    {**GOOD, "name": "count", "instances": -1},
    {**GOOD, "name": "no-command", "command": None},
]
PLACES = {
    "pools[0].name",
    "pools[2] (twice).name",
    "pools[3] (getty).name",
    "pools[4].comand",
    "pools[4].secret",
    "pools[4].limits.memroy",
    "pools[4] (many).command[0]",
    "pools[4] (many).user",
    "pools[4] (many).group",
    "pools[4] (many).working_directory",
    "pools[4] (many).instances[1]",
    "pools[4] (many).instances[2]",
    "pools[4] (many).environment.1A",
    "pools[4] (many).secrets.BOTH",
    "pools[4] (many).secrets.TOKEN",
    "pools[4] (many).environment_files[0]",
    "pools[4] (many).environment_files[1]",
    "pools[4] (many).watch[0]",
    "pools[4] (many).limits.memory_max",
    "pools[4] (many).unit.Service.Nice",
    "pools[4] (many).unit.Service.Nicee",
    "pools[4] (many).unit.Service.MemoryMax",
    "pools[4] (many).unit.Unti",
    "pools[4] (many).rollout.min_healthy_time",
    "pools[4] (many).rollout.max_parallel",
    "pools[5] (directory).working_directory",
    "pools[6] (binary).command",
    "pools[6] (binary).rollout.health_check",
    "pools[7] (plain-file).command",
    "pools[8] (shell).command",
    "pools[9] (count).instances",
    "pools[10] (no-command).command",
}


def test_every_problem_at_once_and_nothing_changed(bare: LabHost) -> None:
    bare.deploy(GOOD)
    before, pids = bare.tree(), bare.pids("good")
    result = bare.deploy(*BAD)
    assert result.failed
    assert {problem["where"] for problem in result.result["problems"]} == PLACES
    assert (bare.tree(), bare.pids("good")) == (before, pids)


def test_no_secret_is_told(bare: LabHost) -> None:
    since = bare.sh("date +@%s").strip()
    result = str(bare.deploy(*BAD).result)
    for secret in ("the-secret-value", "another-secret-value", "a-misplaced-secret"):
        assert secret not in result
        assert bare.journal(f"-o cat --since={since} --grep {secret}") == ""


MISPLACED: list[dict[str, t.Any]] = [
    {"environment_files": {"TOKEN": "a-slipped-secret"}},
    {"environment_files": [{"TOKEN": "a-slipped-secret"}]},
    {"user": {"TOKEN": "a-slipped-secret"}},
    {"command": {"TOKEN": "a-slipped-secret"}},
    {"command": ["/bin/sleep", {"TOKEN": "a-slipped-secret"}]},
    {"instances": {"TOKEN": "a-slipped-secret"}},
    {"instances": ["a", {"TOKEN": "a-slipped-secret"}]},
    {"limits": {"memory_max": {"TOKEN": "a-slipped-secret"}}},
    {"rollout": {"health_check": {"TOKEN": "a-slipped-secret"}}},
    {"environment": ["TOKEN=a-slipped-secret"]},
    {"unit": {"Service": {"Environment": "TOKEN=a-slipped-secret"}}},
    {"unit": {"Service": {"Nice": {"TOKEN": "a-slipped-secret"}}}},
    {"unit": {"secrets": {"TOKEN": "a-slipped-secret"}}},
]


def test_a_secret_in_the_wrong_place_is_told_nowhere(bare: LabHost) -> None:
    """Also not in the arguments, which -vvv prints."""
    for slip in MISPLACED:
        result = bare.module("pools", pools=[{**GOOD, **slip}])
        assert result.failed
        assert "a-slipped-secret" not in str(result.result), slip
        assert next(iter(slip)) in result.msg


def test_what_is_of_another_kind_ends_no_deploy(bare: LabHost) -> None:
    """Files where systemd and we have directories, and directories where we have files."""
    assert not bare.deploy(GOOD).failed
    strange = [
        "/etc/systemd/system/file.target.wants",
        "/etc/systemd/system/file.service.requires",
        "/etc/systemd/system/good@.service.d",
        "/etc/systemd/system/good@x.service.d",
        "/etc/workers.systemd/file",
        "/var/lib/workers.systemd/generations/file",
    ]
    nested = [
        "/etc/systemd/system/directory.service",
        "/etc/systemd/system/directory@.service",
        "/etc/systemd/system/.good.0123456789abcdef.new",
        "/etc/workers.systemd/good/directory",
        "/usr/local/lib/systemd",
    ]
    bare.sh(f"touch {' '.join(strange)}; mkdir -p {' '.join(nested)}; touch /usr/local/lib/systemd/system")
    try:
        result = bare.deploy({**GOOD, "command": ["/bin/sleep", "1d"]}, purge=True)
        assert not result.failed, result.msg
        assert not bare.module("pools_info").failed
        assert not bare.module("instances", units=["good@1"], state="restarted").failed
        assert not bare.module("lint_info", fail_on="never").failed
    finally:
        bare.sh(f"rm -rf {' '.join(strange + nested)}")


IN_THE_WAY = ("/etc/systemd/system/good.target.wants", "/etc/workers.systemd/good")


def test_what_lies_where_our_own_go_is_told_beforehand(bare: LabHost) -> None:
    for path in IN_THE_WAY:
        bare.sh(f"rm -rf {path}; mkdir -p {path.rpartition('/')[0]}; touch {path}")
        result = bare.deploy(GOOD)
        bare.sh(f"rm -rf {path}")
        assert result.result["problems"][0]["found"] == f"{path}, which is not a directory"
    assert not bare.deploy(GOOD).failed


def test_one_bad_pool_keeps_the_others_from_changing(bare: LabHost) -> None:
    bare.deploy(GOOD)
    pids = bare.pids("good")
    result = bare.deploy({**GOOD, "command": ["/bin/sleep", "1d"]}, {**GOOD, "name": "bad", "user": "nobody-here"})
    assert result.failed
    assert bare.pids("good") == pids


def test_without_root_it_is_one_line(bare: LabHost) -> None:
    result = bare.as_user("www-data").deploy(GOOD)
    assert result.msg == "This module manages the units of the system and must run as root: set become: true."


def test_two_runs_at_once_the_second_is_told(bare: LabHost) -> None:
    with bare.locked():
        result = bare.deploy(GOOD)
    assert result.failed
    assert "one run at a time" in result.msg
    assert not bare.deploy(GOOD).failed


def test_a_masked_name_is_told(bare: LabHost) -> None:
    bare.sh("ln -s /dev/null /etc/systemd/system/masked@.service")
    result = bare.deploy({**GOOD, "name": "masked"})
    bare.sh("rm /etc/systemd/system/masked@.service")
    assert "unmask" in result.msg


# The first example of the README, and how it is misspelled there.
PLAY = next(one for one in examples() if one.page == "README.md").plays()[0]
MISSPELLED = {"comand": [], "user": "wwwdata", "unit": {"Service": {"Retsart": "always", "RestartSteps": 5}}}
APPLICATION = "mkdir -p /var/www/app; touch /var/www/app/artisan /var/www/app/REVISION"


def headline(variables: dict[str, t.Any], **pool: t.Any) -> dict[str, t.Any]:
    """The play with other options of its pool and other variables of the role."""
    play = copy.deepcopy(PLAY)
    (role,) = play["roles"]
    role["workers_pools"][0].update(pool)
    role.update(variables)
    play["vars"] = {"vault_app_key": "a-key-of-the-vault"}
    return play


def test_the_readme_shows_what_the_role_prints(bare: LabHost, tmp_path: Path) -> None:
    if bare.systemd != 252:
        pytest.skip("the README names systemd 252, which has no RestartSteps=")
    bare.sh(APPLICATION)
    before = bare.tree()
    result = Player(tmp_path)({bare.name: {}}, headline({}, **MISSPELLED))
    shown = re.search(r"```text\n( +\d+ problems, nothing.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    assert textwrap.dedent(shown[1]) in result.said
    assert bare.tree() == before
    assert len(result.said) < 5000, "Ansible prints the whole specification of a role whose arguments it refuses"


# What somebody makes of the variables of the role: variables, and what is said of them beside all else.
SLIPS: dict[str, tuple[dict[str, t.Any], str]] = {
    "a mapping in place of the list": ({"workers_pools": {"name": "mail", "command": "/bin/true"}}, "pools"),
    "a text in place of the list": ({"workers_pools": "mail"}, "pools"),
    "a pool that is a text": ({"workers_pools": ["mail"]}, "pools"),
    "a truth that is none": ({"workers_purge": "perhaps"}, "purge"),
    "a time that is none": ({"workers_confirm": "soon"}, "confirm"),
    "a trap that is none": ({"workers_skip_traps": ["no-such-trap"]}, "skip_traps"),
    "an option of another type": ({"workers_pools": [{**GOOD, "rollout": {"canary": "one"}}]}, "canary"),
    "secrets that are a text": ({"workers_pools": [{**GOOD, "secrets": "hunter22222"}]}, "secrets"),
    "no pools at all": ({"workers_pools": "{{ undefined_here }}"}, "undefined_here"),
}


@pytest.mark.parametrize(("variables", "said"), SLIPS.values(), ids=SLIPS.keys())
def test_the_role_tells_every_slip_in_words_of_its_own(
    bare: LabHost, tmp_path: Path, variables: dict[str, t.Any], said: str
) -> None:
    bare.sh(APPLICATION)
    before = bare.tree()
    result = Player(tmp_path)({bare.name: {}}, headline(variables))
    assert result.status == 2
    assert said in result.said
    assert "Validation of arguments failed" not in result.said
    assert "hunter22222" not in result.said
    assert len(result.said) < 5000
    assert bare.tree() == before


def test_a_role_without_pools_says_which_variable_it_misses(bare: LabHost, tmp_path: Path) -> None:
    play = {
        "hosts": "all",
        "gather_facts": False,
        "roles": ["workers.systemd.workers"],
        "vars": {"worker_pools": [GOOD]},
    }
    result = Player(tmp_path)({bare.name: {}}, play)
    assert "workers_pools is not defined. It is the list of the pools of the host." in result.said


def test_a_pool_without_a_user_is_told_that_it_is_root(bare: LabHost) -> None:
    pools = [GOOD, {**GOOD, "name": "said", "user": "root"}, {**GOOD, "name": "other", "user": "www-data"}]
    said = [one for one in bare.deploy(*pools, check=True).result["warnings"] if "[pool-runs-as-root]" in one]
    assert [one.partition(":")[0] for one in said] == ["pools[0] (good)"]
    assert "found no user, which is root" in said[0]
    silent = bare.deploy(GOOD, check=True, skip_traps=["pool-runs-as-root"]).result.get("warnings", [])
    assert "pool-runs-as-root" not in str(silent)
