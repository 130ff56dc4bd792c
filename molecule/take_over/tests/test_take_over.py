# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools take over what supervisord and cron run, and give it back. One of both always runs."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.lab_supervisord import SUPERVISORD
from tests.helpers.queue_load import APPS, FRAMEWORKS, Load
from tests.helpers.taking_over import run

APP = Path(__file__).parents[2] / "no_lost_jobs/apps"
RQ, CELERY = (one for one in FRAMEWORKS if one.preset in ("rq", "celery"))
MAIN, INI, CRON = "/etc/supervisord.conf", "/etc/lab.d/programs.ini", "/etc/cron.d/lab"
SPOOL = "/var/spool/cron/crontabs/root"
PROGRAMS = f"""
[program:rq] ; the consumers
command={RQ.worker.format(queue="rq")}
directory={APPS}
environment=QUEUE="rq"
user=www-data
numprocs=3
process_name=%(program_name)s_%(process_num)02d
autostart=true
stopwaitsecs=60
[program:beat]
command=/srv/lab/beat
[program:other]
command=/bin/sleep infinity
"""
# Two of them at the same time leave a trace.
BEAT = """\
#!/bin/bash
trap 'exit 0' TERM
exec 9> /srv/lab/lock
flock --nonblock 9 || echo both >> /srv/lab/both
while :; do sleep 0.1 9>&- & wait; done
"""
RUN = "/var/lib/workers.systemd/journal"
LINE = "* * * * * www-data /srv/lab/job --all"
CRONTAB = f"MAILTO=root\n{LINE}\n{LINE} --more\n"
# supervisord has its own mark for the number of a process.
OF_CELERY = f"""
[program:celery]
command={CELERY.worker.format(queue="celery").replace("%p-%i", "old-%(process_num)d")}
directory={APPS}
environment=QUEUE="celery",JOB_MILLISECONDS="60"
user=www-data
numprocs=2
process_name=%(process_num)d
stopwaitsecs=60
"""
CONSUMERS = {**RQ.pool(3), "name": "rq", "replaces": {"manager": "supervisord", "program": "rq"}}
ONCE: dict[str, t.Any] = {
    "name": "beat",
    "command": "/srv/lab/beat",
    "rollout": {"min_healthy_time": "300ms"},
    "replaces": {"manager": "supervisord", "program": "beat", "once": True},
}
SLOW: dict[str, t.Any] = {**ONCE, "rollout": {"min_healthy_time": "60s"}}
REFUSED = "supervisord did not start beat"
BROKEN = "/bin/sh -c 'sleep 0.2; exit 1'"


@pytest.fixture
def old(bare: LabHost) -> t.Iterator[LabHost]:
    """A host on which a supervisord of its own runs consumers, a scheduler and a program that nobody takes over."""
    clean(bare)
    bare.sh(f"mkdir -p /srv/lab /etc/lab.d {APPS}; systemctl start redis-server; redis-cli flushall")
    bare.copy(APP / "rq_app.py", f"{APPS}/rq_app.py")
    bare.write("/srv/lab/beat", BEAT)
    bare.write(MAIN, SUPERVISORD, "0644")
    bare.write(INI, PROGRAMS, "0640")
    bare.sh(f"systemd-run --quiet --unit=lab-supervisord /usr/bin/supervisord -n -c {MAIN}")
    bare.until(lambda: len(running(bare)) == 5)
    yield bare
    clean(bare)


def clean(lab: LabHost) -> None:
    lab.remove_pools()
    lab.sh(
        "rm -rf /etc/systemd/system/job.timer.d; crontab -r; systemctl stop cron lab-supervisord"
        " 'produce-*' redis-server 2>/dev/null; pkill -KILL -f '^/bin/bash /srv/lab';"
        f" rm -rf {MAIN} /etc/lab.d /srv/lab {APPS} {CRON} /var/lib/workers.systemd/replaced",
        check=False,
    )


def running(lab: LabHost) -> dict[str, str]:
    """The processes that supervisord runs, with their numbers."""
    said = lab.sh(f"supervisorctl -c {MAIN} status", check=False)
    rows = [line.split() for line in said.splitlines() if " RUNNING " in line]
    return {row[0]: row[3] for row in rows}


def beats(lab: LabHost) -> int:
    """How many run. A shell that starts a program is two processes of one name for a moment."""
    rows = [line.split(None, 2) for line in lab.sh("ps -e -o pid=,ppid=,args=").splitlines()]
    found = {pid: parent for pid, parent, words in rows if words.startswith("/bin/bash /srv/lab/beat")}
    return len([pid for pid, parent in found.items() if parent not in found])


def test_no_job_is_lost_on_the_way_there_and_back(old: LabHost) -> None:
    others = {name: pid for name, pid in running(old).items() if not name.startswith("rq:")}
    load = Load(old, {"rq": RQ.producer}, 500)
    load.start()
    taken = run(old, CONSUMERS)
    assert taken.status == 0, taken.said
    assert running(old) == others
    assert len(old.pids("rq")) == 3
    assert ";workers.systemd: autostart=true" in old.sh(f"cat {INI}")
    assert old.sh(f"stat -c %a {INI}").strip() == "640"
    assert "changed=0" in run(old, CONSUMERS).said
    # What is marked does not start with supervisord, and a deploy of another day leaves it so.
    old.sh("systemctl stop lab-supervisord; systemctl reset-failed lab-supervisord 2>/dev/null", check=False)
    old.sh(f"systemd-run --quiet --unit=lab-supervisord /usr/bin/supervisord -n -c {MAIN}")
    old.until(lambda: set(running(old)) == set(others))
    assert not old.deploy({**CONSUMERS, "environment": {"QUEUE": "rq", "RELEASE": "2"}}).failed
    assert set(running(old)) == set(others)

    back = run(old, CONSUMERS, undo=True)
    assert back.status == 0, back.said
    assert len([name for name in running(old) if name.startswith("rq:")]) == 3
    assert (old.pids("rq"), old.sh(f"cat {INI}")) == ({}, PROGRAMS)
    assert "changed=0" in run(old, CONSUMERS, undo=True).said
    (tally,) = load.tallies().values()
    assert (len(tally.sent), tally.lost, tally.twice) == (500, [], [])


def test_no_job_of_celery_is_lost_on_the_way_there_and_back(old: LabHost) -> None:
    """Celery takes jobs in advance: those of a worker that stops go back to the queue."""
    old.copy(APP / "celery_app.py", f"{APPS}/celery_app.py")
    old.write("/etc/lab.d/celery.ini", OF_CELERY, "0640")
    old.sh(f"supervisorctl -c {MAIN} update celery")
    load = Load(old, {"celery": CELERY.producer}, 500)
    load.start()
    consumers = {**CELERY.pool(2), "replaces": {"manager": "supervisord", "program": "celery"}}
    taken = run(old, consumers)
    assert taken.status == 0, taken.said
    assert (len(old.pids("celery")), [name for name in running(old) if name.startswith("celery:")]) == (2, [])
    back = run(old, consumers, undo=True)
    assert back.status == 0, back.said
    assert old.pids("celery") == {}
    assert len([name for name in running(old) if name.startswith("celery:")]) == 2
    (tally,) = load.tallies().values()
    # On a busy machine a job may take longer than the visibility timeout of this application, and comes twice then.
    assert (len(tally.sent), tally.lost) == (500, [])


def test_another_run_stops_what_still_runs(old: LabHost) -> None:
    """As after a run that was killed before the other manager had stopped all."""
    taken = run(old, CONSUMERS)
    assert taken.status == 0, taken.said
    workers = old.pids("rq")
    old.sh(f"supervisorctl -c {MAIN} start rq:rq_01")
    again = run(old, CONSUMERS)
    assert again.status == 0, again.said
    assert [name for name in running(old) if name.startswith("rq:")] == []
    assert old.pids("rq") == workers
    back = run(old, CONSUMERS, undo=True)
    assert back.status == 0, back.said
    assert len([name for name in running(old) if name.startswith("rq:")]) == 3
    assert old.sh(f"cat {INI}") == PROGRAMS


def test_a_pool_that_does_not_settle_leaves_the_consumers_as_they_are(old: LabHost) -> None:
    before = running(old)
    failed = run(old, {**CONSUMERS, "command": BROKEN, "preset": "generic"})
    assert failed.status == 2, failed.said
    assert (running(old), old.pids("rq"), old.sh(f"cat {INI}")) == (before, {}, PROGRAMS)


def test_what_may_run_only_once_never_runs_twice(old: LabHost) -> None:
    failed = run(old, {**ONCE, "command": BROKEN})
    assert failed.status == 2, failed.said
    assert "runs again" in failed.said
    assert ("beat" in running(old), beats(old), old.sh(f"cat {INI}")) == (True, 1, PROGRAMS)
    taken = run(old, ONCE)
    assert taken.status == 0, taken.said
    assert ("beat" in running(old), beats(old), len(old.pids("beat"))) == (False, 1, 1)
    back = run(old, ONCE, undo=True)
    assert back.status == 0, back.said
    assert ("beat" in running(old), beats(old), old.sh(f"cat {INI}")) == (True, 1, PROGRAMS)
    assert old.sh("cat /srv/lab/both", check=False) == ""


@pytest.mark.parametrize("moment", ["when the other manager has stopped it", "when the pool runs"])
def test_a_run_that_is_killed_leaves_one_of_both(old: LabHost, moment: str) -> None:
    with old.deploying(SLOW, workers_confirm="2s", workers_take_over="now") as deploy:
        if moment == "when the pool runs":
            old.until(lambda: bool(old.pids("beat")))
        else:
            old.until(lambda: "beat" not in running(old))
        old.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    old.until(lambda: "beat" in running(old) and not old.pids("beat"))
    assert (beats(old), old.sh(f"cat {INI}")) == (1, PROGRAMS)
    assert old.sh("cat /srv/lab/both", check=False) == ""
    old.until(lambda: old.sh("ls /var/lib/workers.systemd/replaced", check=False) == "")
    assert run(old, ONCE).status == 0


SERVICE = f"""
[Service]
ExecStart=/usr/bin/supervisord -n -c {MAIN}
[Install]
WantedBy=multi-user.target
"""


@pytest.mark.parametrize("moment", ["when the other manager has stopped it", "when the pool runs"])
def test_a_reboot_in_the_middle_leaves_one_of_both(old: LabHost, moment: str) -> None:
    """A power cut on a host that has no pool yet. supervisord starts at boot, as on a real host."""
    old.sh("systemctl stop lab-supervisord; systemctl reset-failed lab-supervisord 2>/dev/null", check=False)
    old.write("/etc/systemd/system/lab-supervisord.service", SERVICE, "0644")
    old.sh("systemctl daemon-reload; systemctl enable --quiet --now lab-supervisord")
    try:
        old.until(lambda: "beat" in running(old))
        with old.deploying(SLOW, workers_take_over="now") as deploy:
            if moment == "when the pool runs":
                old.until(lambda: bool(old.pids("beat")))
            else:
                old.until(lambda: "beat" not in running(old))
            # The play does not come back after the boot.
            deploy.kill_all()
            old.cut()
        old.until(lambda: "beat" in running(old) and not old.pids("beat"))
        assert (beats(old), old.sh(f"cat {INI}")) == (1, PROGRAMS)
        assert old.sh("cat /srv/lab/both", check=False) == ""
        old.until(lambda: old.sh("ls /var/lib/workers.systemd/replaced", check=False) == "")
    finally:
        old.sh("systemctl disable --quiet --now lab-supervisord; rm /etc/systemd/system/lab-supervisord.service")
        old.sh("systemctl daemon-reload")


def test_the_host_asks_again_when_the_other_manager_does_not_run_it_at_once(old: LabHost) -> None:
    begun = old.sh("date +%s").strip()
    with old.deploying(SLOW, workers_confirm="2s", workers_take_over="now") as deploy:
        old.until(lambda: bool(old.pids("beat")))
        old.sh("chmod -x /srv/lab/beat; pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    old.until(lambda: old.journal(f"-o cat -u workers-dead-man --since @{begun}").count(REFUSED) > 1)
    old.sh("chmod +x /srv/lab/beat")
    old.until(lambda: "beat" in running(old) and '"undone"' in old.sh(f"cat {RUN}"))
    assert (beats(old), old.pids("beat"), old.sh(f"cat {INI}")) == (1, {}, PROGRAMS)


def test_a_manager_that_never_runs_it_again_does_not_keep_the_recovery_open(old: LabHost) -> None:
    begun = old.sh("date +%s").strip()
    with old.deploying(SLOW, workers_confirm="2s", workers_take_over="now") as deploy:
        old.until(lambda: bool(old.pids("beat")))
        # The program ends at once, now and later, and the run seems to have begun long ago.
        old.sh("chmod -x /srv/lab/beat; pkill -STOP -f '[A]nsiballZ_'")
        since = json.loads(old.sh(f"cat {RUN}"))["since"]
        old.sh(f"cd /var/lib/workers.systemd; grep -l -r {since} . | xargs sed -i s/{since}/2026-01-01T00:00:00Z/")
        old.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    old.until(lambda: '"undone"' in old.sh(f"cat {RUN}"))
    said = old.journal(f"-o cat -u workers-dead-man --since @{begun}")
    assert said.count(REFUSED) == said.count(f"{REFUSED}. The host does not try again: start it by hand") == 1
    assert (old.pids("beat"), old.sh(f"cat {INI}")) == ({}, PROGRAMS)


def test_a_line_of_cron_is_commented_out_and_comes_back(old: LabHost) -> None:
    old.write(CRON, CRONTAB, "0600")
    pool = {
        "name": "job",
        "command": "/bin/sleep infinity",
        "replaces": {"manager": "cron", "file": CRON, "line": LINE},
    }
    pool["rollout"] = {"min_healthy_time": "300ms"}
    assert run(old, pool).status == 0
    assert old.sh(f"cat {CRON}; stat -c %a {CRON}") == f"MAILTO=root\n#workers.systemd: {LINE}\n{LINE} --more\n600\n"
    assert run(old, pool, undo=True).status == 0
    assert (old.sh(f"cat {CRON}"), old.pids("job")) == (CRONTAB, {})


JOB: dict[str, t.Any] = {
    "name": "job",
    "command": ["/srv/lab/job", "timer"],
    "schedule": "*:*:*",
    "replaces": {"manager": "cron", "file": SPOOL, "line": "* * * * * /srv/lab/job cron"},
}


def runs_of(lab: LabHost) -> list[str]:
    return lab.sh("cat /srv/lab/ran").split()


def test_a_job_of_cron_becomes_a_timer_and_never_runs_under_both(old: LabHost) -> None:
    """With the cron of Debian, which looks at crontabs at the begin of each minute."""
    old.write("/srv/lab/job", "#!/bin/sh\necho $1 >> /srv/lab/ran\n")
    line = JOB["replaces"]["line"]
    old.sh(f"touch /srv/lab/ran; echo '{line}' | crontab -; systemctl start cron")
    warned = old.deploy(timers=[{**JOB, "schedule": "2099-01-01"}])
    assert "cron runs it too" in str(warned.result["warnings"])
    old.until(lambda: runs_of(old) == ["cron"], 90)
    assert run(old, workers_timers=[JOB]).status == 0
    assert old.sh("crontab -l") == f"#workers.systemd: {line}\n"
    old.until(lambda: runs_of(old).count("timer") > 1)
    # The next two minutes begin without it.
    old.never(lambda: runs_of(old).count("cron") > 1, 62)
    assert run(old, workers_timers=[JOB], undo=True).status == 0
    assert old.sh("crontab -l; ls /etc/systemd/system/job.timer", check=False) == f"{line}\n"
    ran = runs_of(old).count("timer")
    old.until(lambda: runs_of(old).count("cron") > 1, 90)
    assert runs_of(old).count("timer") == ran


def test_a_timer_that_cannot_start_leaves_the_line_to_cron(old: LabHost) -> None:
    line = JOB["replaces"]["line"]
    old.write("/srv/lab/job", "#!/bin/sh\n")
    old.sh(f"echo '{line}' | crontab -; mkdir /etc/systemd/system/job.timer.d")
    old.write("/etc/systemd/system/job.timer.d/a.conf", "[Unit]\nAssertPathExists=/srv/lab/missing\n")
    failed = run(old, workers_timers=[JOB])
    assert (failed.status, "a line of /var/spool/cron/crontabs/root runs again" in failed.said) == (2, True), (
        failed.said
    )
    assert old.sh("crontab -l") == f"{line}\n"
    paused = run(old, workers_timers=[{**JOB, "state": "paused"}])
    assert "found a timer that is paused" in paused.said
    assert old.sh("crontab -l") == f"{line}\n"


def test_what_a_user_can_change_is_neither_written_nor_run(old: LabHost) -> None:
    old.sh(f"chown www-data {INI}")
    before = running(old)
    refused = run(old, CONSUMERS)
    assert refused.status == 2
    assert "can be changed by a user" in refused.said
    assert (running(old), old.pids("rq"), old.sh(f"cat {INI}")) == (before, {}, PROGRAMS)


def test_without_the_order_nothing_is_taken_over(old: LabHost) -> None:
    before = running(old)
    assert not old.deploy(CONSUMERS).failed
    assert (running(old), len(old.pids("rq")), old.sh(f"cat {INI}")) == (before, 3, PROGRAMS)
