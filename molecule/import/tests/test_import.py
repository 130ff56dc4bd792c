# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another manager runs on a host becomes a playbook, and the playbook runs the same processes."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.helpers.lab_host import CONNECTION, LabHost
from tests.helpers.lab_supervisord import SUPERVISORD
from tests.helpers.plays import Played, play

IMPORT = Path(__file__).parents[3] / "playbooks" / "import.yml"
EXAMPLE = Path(__file__).parents[3] / "examples" / "crontab" / "workers.yml"
SECRET = "hunter2-hunter2-hunter2"
# What supervisord runs: numbers from 0 on, a shell that only prepares, an included file, and one that is stopped.
MAIL = f"""
[program:mail]
command=bash -c "cd /srv/lab && exec ./worker --number %(process_num)02d 'a b' 50%%"
numprocs=3
process_name=%(program_name)s_%(process_num)02d
user=nobody
autorestart=true
environment=COLOUR="dark red",API_TOKEN="{SECRET}"
[program:beat]
command=/srv/lab/worker --beat ; only by hand
user=nobody
autostart=false
[program:stopped]
command=/srv/lab/worker --stopped
user=nobody
"""
WORKER = "#!/bin/bash\nwhile :; do sleep 1; done\n"
ASKED = """
for pid in $(pgrep -f '^/bin/bash .*worker --number'); do
    tr '\\0' '|' < /proc/$pid/cmdline; printf '\\t'; readlink /proc/$pid/cwd | tr -d '\\n'
    printf '\\t'; stat -c %U /proc/$pid | tr -d '\\n'
    printf '\\t'; tr '\\0' '\\n' < /proc/$pid/environ | grep -E '^(COLOUR|API_TOKEN)=' | sort | tr '\\n' ','; echo
done | sort -u
"""


def clean(lab: LabHost) -> None:
    lab.remove_pools()
    lab.sh(
        "systemctl stop lab-supervisord 2>/dev/null; rm -rf /etc/supervisor/lab.d /etc/supervisord.conf /srv/lab"
        " /var/spool/cron/crontabs/eve /etc/cron.d/lab-own /etc/systemd/system/lab-hand*; systemctl stop 'lab-hand@*'"
        " lab-screen 2>/dev/null; pkill -KILL -u eve; userdel -r eve 2>/dev/null; systemctl daemon-reload",
        check=False,
    )


@pytest.fixture
def old_host(bare: LabHost) -> t.Iterator[LabHost]:
    """A host on which a supervisord of its own runs workers."""
    clean(bare)
    bare.sh("mkdir -p /srv/lab /etc/lab.d")
    bare.write("/srv/lab/worker", WORKER)
    bare.write("/etc/supervisord.conf", SUPERVISORD, "0644")
    bare.write("/etc/lab.d/mail.ini", MAIL, "0600")
    bare.sh("systemd-run --quiet --unit=lab-supervisord /usr/bin/supervisord -n -c /etc/supervisord.conf")
    control = "supervisorctl -c /etc/supervisord.conf"
    bare.until(lambda: bare.sh(f"{control} status", check=False).count("RUNNING") == 4)
    bare.sh(f"{control} stop stopped")
    yield bare
    clean(bare)
    bare.sh("rm -rf /etc/lab.d")


def run(lab: LabHost, playbook: Path, **variables: t.Any) -> Played:
    extra = json.dumps({**CONNECTION, **variables, "target": "all"})
    return play(
        ["-i", f"{lab.name},", "-e", extra, str(playbook)], {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}
    )


def test_what_supervisord_runs_runs_the_same_under_systemd(old_host: LabHost, tmp_path: Path) -> None:
    before, host_before = old_host.sh(ASKED), old_host.tree()
    assert before.count("\n") == 3
    imported = run(old_host, IMPORT, to=str(tmp_path / "workers.yml"))
    assert imported.status == 0, imported.said
    assert old_host.tree() == host_before
    assert SECRET not in imported.said + (tmp_path / "workers.yml").read_text()
    secrets = tmp_path / "secrets.yml"
    assert (stat.S_IMODE(secrets.stat().st_mode), SECRET in secrets.read_text()) == (0o600, True)
    (play_written,) = yaml.safe_load((tmp_path / "workers.yml").read_text())
    pools = {pool["name"]: pool for pool in play_written["roles"][0]["workers_pools"]}
    assert (pools["mail"]["instances"], pools["beat"]["instances"], pools["stopped"]["instances"]) == (
        ["00", "01", "02"],
        0,
        0,
    )
    old_host.sh("supervisorctl -c /etc/supervisord.conf stop all")
    deployed = run(old_host, tmp_path / "workers.yml")
    assert deployed.status == 0, deployed.said
    assert old_host.sh(ASKED) == before
    assert set(old_host.pids("mail")) == {"00", "01", "02"}
    assert (old_host.pids("beat"), old_host.pids("stopped")) == ({}, {})


def test_a_second_import_writes_over_nothing(old_host: LabHost, tmp_path: Path) -> None:
    to = tmp_path / "workers.yml"
    to.write_text("mine")
    refused = run(old_host, IMPORT, to=str(to))
    assert (refused.status, to.read_text()) == (2, "mine")
    assert "writes over nothing" in refused.said
    assert not (tmp_path / "secrets.yml").exists()
    assert run(old_host, IMPORT, to=str(to), force=True).status == 0


def test_jobs_of_cron_and_hand_made_units_are_found_and_timers_run(bare: LabHost, tmp_path: Path) -> None:
    clean(bare)
    try:
        bare.sh("mkdir -p /srv/lab /var/spool/cron/crontabs; useradd -m eve")
        bare.write("/srv/lab/job", "#!/bin/sh\nid -un >> /srv/lab/ran\n")
        bare.write("/var/spool/cron/crontabs/eve", "* * * * * /srv/lab/job >/dev/null 2>&1\n", "0600")
        bare.sh("touch /srv/lab/ran; chmod 666 /srv/lab/ran")
        bare.write("/etc/systemd/system/lab-hand@.service", "[Service]\nExecStart=/bin/sleep 987654\n", "0644")
        bare.sh("systemctl daemon-reload; systemctl start lab-hand@red lab-hand@blue")
        to = tmp_path / "workers.yml"
        imported = run(bare, IMPORT, to=str(to), import_units=["lab-*"])
        assert imported.status == 0, imported.said
        (written,) = yaml.safe_load(to.read_text())
        (hand,) = [pool for pool in written["roles"][0]["workers_pools"] if pool["name"] == "lab-hand"]
        assert sorted(hand["instances"]) == ["blue", "red"]
        bare.sh("systemctl stop 'lab-hand@*'; rm /etc/systemd/system/lab-hand@.service; systemctl daemon-reload")
        deployed = run(bare, to)
        assert deployed.status == 0, deployed.said
        assert set(bare.pids("lab-hand")) == {"red", "blue"}
        assert bare.sh("systemctl is-active cron-job.timer").strip() == "active"
        bare.sh("systemctl start cron-job.service")
        assert bare.sh("tail -1 /srv/lab/ran").strip() == "eve"
    finally:
        clean(bare)


def test_the_playbook_of_the_example_replaces_the_crontab(bare: LabHost) -> None:
    programs = ["report", "backup", "fetch-orders", "archive", "sync", "clean-up", "warm-cache"]
    paths = [f"/usr/local/bin/{name}" for name in programs]
    clean(bare)
    try:
        bare.sh("useradd -m app; mkdir -p /srv/app; [ -e /usr/bin/mail ] || ln -s /bin/cat /usr/bin/mail")
        bare.sh(f"for path in {' '.join(paths)}; do printf '#!/bin/sh\\nid -un\\n' > $path; chmod 755 $path; done")
        bare.write("/srv/app/artisan", "<?php while (true) { sleep(1); }\n", "0644")
        deployed = run(bare, EXAMPLE)
        assert deployed.status == 0, deployed.said
        rows = bare.module("pools_info").result
        assert (len(rows["timers"]), [*rows["pools"]]) == (8, ["cron-queue-work"])
        assert {row["state"] for row in rows["timers"].values()} <= {"waiting", "running"}
        bare.sh("systemctl start cron-report")
        assert "app" in bare.sh("journalctl -u cron-report -o cat").split()
    finally:
        bare.sh(
            "systemctl disable --now cron-warm-cache; rm -f /etc/systemd/system/cron-warm-cache.service", check=False
        )
        bare.sh(f"rm -rf /srv/app {' '.join(paths)}; find /usr/bin/mail -type l -delete", check=False)
        clean(bare)
        bare.sh("userdel -r app", check=False)


def test_what_a_user_puts_in_the_way_stops_nothing(old_host: LabHost, tmp_path: Path) -> None:
    """A FIFO, a link to a secret of root, and processes that call themselves supervisord."""
    old_host.sh("useradd -m eve; su eve -c 'mkdir ~/.pm2; mkfifo ~/.pm2/dump.pm2'")
    old_host.write("/home/eve/supervisord", "#!/bin/sh\nsleep 300; :\n")
    old_host.sh("su eve -c '~/supervisord -c /etc/shadow' > /dev/null 2>&1 < /dev/null &")
    old_host.until(lambda: bool(old_host.sh("pgrep -u eve -f 'supervisord -c /etc/shadow'", check=False)))
    first = run(old_host, IMPORT, to=str(tmp_path / "first.yml"), secrets_to=str(tmp_path / "1.yml"))
    assert first.status == 0, first.said
    assert "/home/eve/.pm2/dump.pm2: not read: is not a regular file" in first.said
    old_host.sh("su eve -c 'rm ~/.pm2/dump.pm2; ln -s /etc/shadow ~/.pm2/dump.pm2'")
    second = run(old_host, IMPORT, to=str(tmp_path / "second.yml"), secrets_to=str(tmp_path / "2.yml"))
    assert second.status == 0, second.said
    assert "is a link" in second.said
    old_host.sh("su eve -c 'rm ~/.pm2/dump.pm2; echo {broken > ~/.pm2/dump.pm2'")
    third = run(old_host, IMPORT, to=str(tmp_path / "third.yml"), secrets_to=str(tmp_path / "3.yml"))
    assert third.status == 0, third.said
    assert "dump.pm2: found" in third.said
    texts = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "root:" not in texts
    assert "program:mail" in texts


# What the file says about its own process stands in a variable: who it is, and what it may not do.
ECOSYSTEM = """
const fs = require("fs");
const tried = (act) => { try { act(); return "done"; } catch (error) { return error.code; } };
console.log("not the answer");
module.exports = { apps: [{
  name: "mail",
  script: "./worker.js",
  args: ["--number", 1],
  env: {
    UID_THEN: String(process.getuid()),
    WROTE: tried(() => fs.writeFileSync("/home/eve/written", "x")),
    CONNECTED: tried(() => require("child_process").execFileSync("/bin/bash", ["-c", ": < /dev/tcp/127.0.0.1/22"],
      { stdio: "ignore" })) === "done" ? "yes" : "no",
    QUEUE: process.env.QUEUE || "high",
    TOKEN: "hunter2-hunter2-hunter2",
  },
}] };
"""


@pytest.fixture
def home_of_eve(bare: LabHost) -> t.Iterator[LabHost]:
    clean(bare)
    bare.sh("useradd -m eve; mkdir /srv/lab")
    yield bare
    clean(bare)


def test_an_ecosystem_file_is_run_by_node_of_the_host_as_its_owner(home_of_eve: LabHost, tmp_path: Path) -> None:
    lab, path = home_of_eve, "/home/eve/app $x/ecosystem.config.js"
    lab.sh("su eve -c 'mkdir ~/\"app \\$x\"'")
    lab.write("/srv/lab/ecosystem", ECOSYSTEM, "0644")
    lab.sh(f"cp /srv/lab/ecosystem '{path}'; chown eve '{path}'")
    before = lab.tree()
    imported = run(lab, IMPORT, to=str(tmp_path / "workers.yml"), import_ecosystems=[path])
    assert imported.status == 0, imported.said
    assert (lab.tree(), lab.sh("ls /home/eve/written", check=False)) == (before, "")
    (written,) = yaml.safe_load((tmp_path / "workers.yml").read_text())
    (pool,) = [one for one in written["roles"][0]["workers_pools"] if one["name"] == "mail"]
    uid = lab.sh("id -u eve").strip()
    assert pool["environment"] == {"UID_THEN": uid, "WROTE": "EROFS", "CONNECTED": "no", "QUEUE": "high"}
    assert (pool["user"], pool["working_directory"]) == ("eve", "/home/eve/app $x")
    assert pool["command"][-2:] == ["--number", "1"] or pool["command"].endswith("--number 1")
    assert "TOKEN" in pool["secrets"]
    assert SECRET not in imported.said + (tmp_path / "workers.yml").read_text()


def test_an_ecosystem_file_of_root_is_run_as_a_user_that_owns_nothing(home_of_eve: LabHost, tmp_path: Path) -> None:
    lab = home_of_eve
    lab.write("/srv/lab/ecosystem.config.js", ECOSYSTEM, "0644")
    to = tmp_path / "workers.yml"
    imported = run(lab, IMPORT, to=str(to), import_ecosystems=["/srv/lab/ecosystem.config.js"])
    assert imported.status == 0, imported.said
    (pool,) = [one for one in yaml.safe_load(to.read_text())[0]["roles"][0]["workers_pools"] if one["name"] == "mail"]
    assert int(pool["environment"]["UID_THEN"]) >= 60_000, "that of a dynamic user (systemd.exec(5))"
    assert pool["environment"]["WROTE"] in ("EROFS", "EACCES")


def test_an_ecosystem_file_that_cannot_be_read_is_one_clear_problem(home_of_eve: LabHost, tmp_path: Path) -> None:
    """All at once, with nothing written. A file in a directory of eve is not run as root, whoever owns the file."""
    lab = home_of_eve
    files = {"waits.js": "while (true) {}", "broken.js": "module.exports = {", "printed.js": "x" * 2**21}
    for name, text in files.items():
        lab.write(f"/home/eve/{name}", text, "0644")
    lab.sh("chown eve /home/eve/*.js; mkfifo /home/eve/pipe.js; ln -s /etc/shadow /home/eve/link.js")
    lab.write("/home/eve/root.js", "require('fs').writeFileSync('/srv/lab/root', 'x'); module.exports = []", "0644")
    lab.sh("echo 'module.exports = []' > /home/eve/other.js; chown nobody /home/eve/other.js")
    names = ["waits", "broken", "printed", "pipe", "link", "root", "other", "nosuch"]
    paths = [f"/home/eve/{name}.js" for name in names]
    to = tmp_path / "workers.yml"
    imported = run(lab, IMPORT, to=str(to), import_ecosystems=[*paths, "ecosystem.config.js"])
    assert (imported.status, to.exists()) == (2, False)
    expected = [
        "which node cannot run, or which runs longer than 20 s",
        "which node cannot run (",
        "more than 1048576 bytes",
        "is not a regular file",
        "is a link, and",
        "a file of root that others can replace (/home/eve belongs to eve)",
        "a file of nobody that others can replace (/home/eve belongs to eve)",
        "No such file or directory",
    ]
    for index, (path, found) in enumerate(zip(paths, expected)):
        assert f"ecosystems[{index}]: found {path}" in imported.said, path
        assert found in imported.said, path
    assert "ecosystems[8]: found ecosystem.config.js: no absolute path" in imported.said
    assert lab.sh("ls /srv/lab").strip() == ""
    assert lab.sh("systemctl list-units --no-legend 'run-*.service'").strip() == ""
