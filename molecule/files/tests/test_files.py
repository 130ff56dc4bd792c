# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""unit_file and env_file on a real host; systemd itself is asked what it reads."""

from __future__ import annotations

import json
import random
import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.env_lint import oddities
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env, render_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText, render
from tests.helpers.lab_host import LabHost

SHOW = """\
#!/usr/bin/python3
import json, os, sys
json.dump({"argv": sys.argv[1:], "environ": dict(os.environ)}, open("/run/shown.json", "w"))
"""
# Without an opening brace: two of them would be a template to Ansible.
ALPHABET = "ab \t\n\r\"'\\$`#;%=&|<>()*?!~}[]^:,.-_/@+0é漢😀\x01\x1b\x7f\u00a0\u2028"
VALUES = {
    "EMPTY": "",
    "BLANKS": "  leading and trailing  ",
    "QUOTES": "\"double\" and 'single'",
    "BACKSLASHES": "C:\\path\\n \\",
    "DOLLARS": "$HOME ${HOME} $$ $(id) `id`",
    "HASHES": "# not a comment ; nor this",
    "PERCENTS": "100% %i %%",
    "LINES": "-----BEGIN KEY-----\nabc\n\n-----END KEY-----\n",
    "UNICODE": "Grüße, 漢字, 😀",
    "CONTROL": "\x01\x1b[0m\x7f\t\r",
}


@pytest.fixture
def clean(lab: LabHost) -> t.Iterator[LabHost]:
    lab.write("/usr/local/bin/show", SHOW)
    yield lab
    lab.sh(
        "systemctl stop lab-show 2>/dev/null; rm -rf /etc/systemd/system/lab-* /etc/lab.env; systemctl daemon-reload"
    )


def values(seed: int) -> dict[str, str]:
    rng = random.Random(seed)
    return {f"V{number}": "".join(rng.choices(ALPHABET, k=rng.randint(0, 40))) for number in range(300)}


def service(command: str) -> dict[str, t.Any]:
    return {"Service": {"Type": "oneshot", "ExecStart": command, "EnvironmentFile": "-/etc/lab.env"}}


def shown(lab: LabHost) -> t.Any:
    lab.sh("rm -f /run/shown.json; systemctl start lab-show")
    return json.loads(lab.sh("cat /run/shown.json"))


@pytest.mark.parametrize("variables", [VALUES, values(1), values(2)], ids=["of every kind", "by chance", "by chance 2"])
def test_systemd_reads_back_every_value(clean: LabHost, variables: dict[str, str]) -> None:
    clean.module("unit_file", name="lab-show.service", sections=service("/usr/local/bin/show"))
    result = clean.module("env_file", path="/etc/lab.env", variables=variables)
    assert result.changed
    environ = shown(clean)["environ"]
    assert {name: environ.get(name) for name in variables} == variables
    assert parse_env(render_env(variables)) == variables
    assert not clean.module("env_file", path="/etc/lab.env", variables=variables).changed


def test_every_argument_reaches_the_program(clean: LabHost) -> None:
    argv = [*VALUES.values(), *values(3).values()]
    # A whole line of a unit file may have at most 1 MiB, a list this long has some 20 KiB.
    command = render_argv(["/usr/local/bin/show", *argv])
    assert not clean.module("unit_file", name="lab-show.service", sections=service(command)).failed
    assert shown(clean)["argv"] == argv


def test_an_env_file_tells_names_and_is_private(clean: LabHost, host: t.Any) -> None:
    clean.module("env_file", path="/etc/lab.env", variables={"STAYS": "the-same-value", "GOES": "the-old-value"})
    clean.sh("chmod 644 /etc/lab.env")
    result = clean.module(
        "env_file", path="/etc/lab.env", variables={"STAYS": "the-same-value", "COMES": "the-new-value"}
    )
    assert result.result["variables"] == {"COMES": "added", "GOES": "removed", "STAYS": "unchanged"}
    assert "-value" not in str(result.result)
    assert host.file("/etc/lab.env").mode == 0o600
    result = clean.module("env_file", path="/etc/lab.env", state="absent", check=True)
    assert result.changed
    assert host.file("/etc/lab.env").exists
    clean.module("env_file", path="/etc/lab.env", state="absent")
    assert not host.file("/etc/lab.env").exists


def test_an_env_file_that_systemd_could_not_read_is_refused(clean: LabHost) -> None:
    result = clean.module(
        "env_file", path="/nowhere/x", variables={"1A": "one", "B": "a-secret\0", "C": "\ufffe"}, owner="nn"
    )
    assert result.failed
    wheres = {problem["where"] for problem in result.result["problems"]}
    assert wheres == {"variables.1A", "variables.B", "variables.C", "owner", "path"}
    assert "a-secret" not in str(result.result)


def test_a_unit_is_installed_once_and_read_by_systemd(clean: LabHost) -> None:
    sections = {
        "Unit": {"Description": "Lab", "After": ["network.target", "time-sync.target"]},
        "Timer": {"OnCalendar": ["", "daily"], "Persistent": True},
    }
    said = clean.module("unit_file", name="lab-nightly.timer", sections=sections, check=True)
    assert (said.changed, said.result["daemon_reloaded"]) == (True, True)
    assert clean.sh("ls /etc/systemd/system/lab-nightly.timer", check=False) == ""
    result = clean.module("unit_file", name="lab-nightly.timer", sections=sections)
    assert result.result["diff"] == said.result["diff"]
    assert "Persistent=yes" in clean.sh("systemctl show lab-nightly.timer")
    again = clean.module("unit_file", name="lab-nightly.timer", sections=sections)
    assert not again.changed
    assert not again.result["daemon_reloaded"]


def test_a_drop_in_of_somebody_elses_unit(clean: LabHost) -> None:
    clean.module("unit_file", name="lab-show.service", sections=service("/bin/true"))
    options = {"name": "lab-show.service", "drop_in": "50-nice", "content": "[Service]\nNice=5\n"}
    assert clean.module("unit_file", **options).result["path"].endswith("lab-show.service.d/50-nice.conf")
    assert clean.sh("systemctl show -p Nice lab-show").strip() == "Nice=5"
    assert clean.module("unit_file", **options, state="absent").changed
    assert clean.sh("systemctl show -p Nice lab-show").strip() == "Nice=0"
    assert clean.sh("ls -d /etc/systemd/system/lab-show.service.d", check=False) == ""


def test_a_reload_that_an_interrupted_run_owes_is_made_up_for(clean: LabHost) -> None:
    sections = {"Service": {"ExecStart": "/bin/sleep infinity"}}
    clean.module("unit_file", name="lab-show.service", sections=sections)
    clean.sh("systemctl start lab-show; touch /etc/systemd/system/lab-show.service")
    clean.module("unit_file", name="lab-show.service", sections=sections, daemon_reload=False)
    result = clean.module("unit_file", name="lab-show.service", sections=sections)
    assert (result.changed, result.result["daemon_reloaded"]) == (True, True)
    assert not clean.module("unit_file", name="lab-show.service", sections=sections).changed


def test_bad_units_are_refused_with_everything_that_is_wrong(clean: LabHost) -> None:
    before = clean.tree()
    sections = {
        "Unit": {"Descripton": "x"},
        "Timer": {"OnCalendar": "daily\nUnit=x"},
        "Service": {"ExecStart": "/bin/true"},
    }
    result = clean.module("unit_file", name="lab bad.timer", drop_in="a/b", sections=sections, mode="rw")
    wheres = {problem["where"] for problem in result.result["problems"]}
    assert {"name", "drop_in", "mode", "sections.Timer.OnCalendar"} <= wheres
    del sections["Timer"]["OnCalendar"]
    result = clean.module("unit_file", name="lab-bad.timer", sections=sections)
    wheres = {problem["where"] for problem in result.result["problems"]}
    # A timer without a time is what systemd itself refuses.
    assert wheres == {"sections.Unit.Descripton", "sections.Service", "sections"}
    assert clean.tree() == before


def test_every_real_unit_comes_apart_and_together_again(clean: LabHost) -> None:
    """All units that Debian's packages bring: the same assignments after a render, and the same to systemd."""
    dump = clean.sh(
        # Debian 11 has not merged /lib into /usr.
        "cd /usr/lib/systemd/system 2>/dev/null || cd /lib/systemd/system;"
        " for f in $(find . -type f -name '*.*'); do echo \"=== $f\"; cat $f; done"
    )
    units = dict(part.split("\n", 1) for part in dump.split("=== ")[1:])
    assert len(units) > 100
    for name, text in units.items():
        parsed = UnitText.parse(text)
        assert parsed.text == text
        rendered = UnitText.parse(render(parsed.sections()))
        assert rendered.sections() == parsed.sections(), name


ODD = r"""QUEUE=high   # the-comment
QUOTED="a b" # the-comment
FOLDER=C:\temp
ESCAPED="a\nb"
JOINED=a\
NEXT=b
queue-name=the-value
not an assignment
KEY=-----BEGIN PRIVATE KEY-----
MIIEtheValue
-----END PRIVATE KEY-----
OPEN="the-value
LAST=x
"""
TOLD = {1, 2, 3, 4, 5, 7, 8, 9, 12}


def test_what_systemd_reads_otherwise_is_told_by_file_and_line(clean: LabHost) -> None:
    """And is what it reads: of the pool's own file of an instance, in lint, and of what env_file replaces."""
    assert {one.line for one in oddities(ODD)} == TOLD
    clean.remove_pools()
    clean.write("/etc/lab-1.env", ODD, "0600")
    clean.write("/etc/lab.env", ODD, "0600")
    paths = ["/etc/lab.env", "/etc/lab-%i.env"]
    pool = {"name": "odd", "command": ["/bin/sleep", "infinity"], "environment_files": paths}
    try:
        deployed = clean.deploy(pool)
        assert not deployed.failed, deployed.msg
        got = clean.environments("odd")["1"]
        assert {name: got.get(name) for name in parse_env(ODD)} == parse_env(ODD)
        assert "NEXT" not in got
        result = deployed.result["warnings"]
        for path in ("/etc/lab.env", "/etc/lab-1.env"):
            lines = {line.split(f"{path}:")[1].split(":")[0] for line in result if f"{path}:" in line}
            assert lines == {str(number) for number in TOLD}
        linted = clean.module("lint_info", units=["odd@.service"], fail_on="never").result["findings"]
        assert {one["line"] for one in linted if one["file"] == "/etc/lab.env"} == TOLD
        replaced = clean.module("env_file", path="/etc/lab.env", variables={"QUEUE": "high"})
        assert any(line.startswith("/etc/lab.env:1, as it was: ") for line in replaced.result["warnings"])
        everything = f"{deployed.result}{linted}{replaced.result}"
        assert all(secret not in everything for secret in ("the-value", "the-comment", "theValue", "C:"))

        clean.sh(r"printf 'A=caf\351\n' > /etc/lab-1.env")
        refused = clean.deploy(pool)
        (problem,) = refused.result["problems"]
        assert (problem["where"], problem["id"]) == ("pools[0] (odd): /etc/lab-1.env:1", "environment-file-ends-start")
    finally:
        clean.remove_pools()
        clean.sh("rm -f /etc/lab-1.env")
