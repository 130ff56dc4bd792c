# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a host has sent: users own some of them, and what runs counts."""

from __future__ import annotations

import json
import time
import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.plugin_utils.importer import playbook
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.host import File, OfHost


def imported(*files: File, **more: t.Any) -> playbook.Written:
    nothing: dict[str, t.Any] = {"packaged": [], "named": [], "running": {}, "instances": {}}
    return playbook.of_files(OfHost(files, **{**nothing, **more}), "/x/workers.yml", "/x/secrets.yml")


def crontab(text: str, user: str = "eve") -> File:
    return File("crontab", f"/var/spool/cron/crontabs/{user}", user, text.encode())


BECOMING = {
    "sudo": "sudo -u root /home/eve/x",
    "sudo in a script": "cd /tmp && sudo -u root /home/eve/x",
    "su": "su root -c /home/eve/x",
    "runuser": "runuser -u root -- /home/eve/x",
    "gosu": "gosu root /home/eve/x",
    "a worker that is kept alive": "pgrep x || sudo -u root /home/eve/x &",
    "a screen": "screen -dmS a sudo -u root /home/eve/x",
}


@pytest.mark.parametrize("command", BECOMING.values(), ids=BECOMING.keys())
def test_a_user_cannot_write_another_user_into_the_playbook(command: str) -> None:
    written = imported(crontab(f"* * * * * {command}\n"))
    assert [one.get("user") for one in (*written.pools, *written.timers)] == ["eve"]


def test_the_owner_of_a_dump_is_the_user_of_its_pools() -> None:
    """The pool of an app that runs says what it replaces, unless PM2 would read the name as another app."""
    dump = json.dumps(
        [{"name": "a", "pm_exec_path": "/x.js", "username": "root", "env": {}, "exec_interpreter": "node"}]
    )
    (pool,) = imported(File("pm2", "/home/eve/.pm2/dump.pm2", "eve", dump.encode())).pools
    assert (pool["user"], pool["replaces"]) == ("eve", {"manager": "pm2", "program": "a"})
    stopped = dump.replace('"name"', '"status": "stopped", "name"')
    for text in (stopped, dump.replace('"a"', '"all"'), dump.replace('"a"', '"7"')):
        (pool,) = imported(File("pm2", "/home/eve/.pm2/dump.pm2", "eve", text.encode())).pools
        assert "replaces" not in pool


def test_what_systemd_set_for_pm2_is_not_carried() -> None:
    """PM2 started by its service keeps the variables of that service in its dump."""
    inside = {"QUEUE": "mail", "JOURNAL_STREAM": "9:1", "SYSTEMD_EXEC_PID": "17", "WATCHDOG_USEC": "1"}
    dump = json.dumps([{"name": "a", "pm_exec_path": "/x.js", "env": inside, "exec_interpreter": "node"}])
    written = imported(File("pm2", "/home/eve/.pm2/dump.pm2", "eve", dump.encode()))
    assert written.pools[0]["environment"] == {"QUEUE": "mail"}
    assert "the variable JOURNAL_STREAM is not carried" in written.playbook
    assert [str(one) for one in written.problems] == []


def test_a_dump_that_is_a_program_is_not_run() -> None:
    written = imported(File("pm2", "/home/eve/.pm2/dump.pm2", "eve", b"module.exports = {apps: []}; while (true) {}"))
    assert (written.pools, "no JSON" in written.playbook) == ([], True)


def ecosystem(user: str, *apps: t.Any, missing: t.Sequence[str] = ()) -> File:
    """A file that node of the host has run."""
    answer = {"data": {"apps": [*apps]}, "missing": [*missing]}
    content = json.dumps({"plain": answer, "marked": answer}).encode()
    return File("ecosystem-run", "/srv/app/ecosystem.config.js", user, content)


def test_an_app_of_an_ecosystem_file_runs_where_the_file_is() -> None:
    """PM2 calls a directory that is not absolute from there, too."""
    beside, below = {"name": "a", "script": "./a.js"}, {"name": "b", "script": "./b.js", "cwd": "./b"}
    written = imported(ecosystem("eve", beside, below, missing=["dotenv"]))
    assert [one["working_directory"] for one in written.pools] == ["/srv/app", "/srv/app/b"]
    assert "ecosystem.config.js needs dotenv" in written.playbook


USERS = {
    "the owner of the file": ("eve", None, "eve"),
    "the owner of the file, whatever it says": ("eve", "root", "eve"),
    "root for a file of root": ("root", None, None),
    "another user, for a file of root": ("root", "app", "app"),
}


@pytest.mark.parametrize(("owner", "named", "result"), USERS.values(), ids=USERS.keys())
def test_the_user_of_an_app_is(owner: str, named: str | None, result: str | None) -> None:
    app = {"name": "a", "script": "/x.js", **({"user": named} if named else {})}
    written = imported(ecosystem(owner, app))
    assert [one.get("user") for one in written.pools] == [result]
    assert ("user=root is not carried" in written.playbook) == (named == "root")


@pytest.mark.parametrize(("status", "count"), [("online", 2), ("stopped", 0)])
def test_an_app_in_a_dump_and_in_an_ecosystem_file_is_imported_once(status: str, count: int) -> None:
    """The file has what people wrote, and the dump has what runs."""
    process = {"name": "a", "pm_exec_path": "/srv/app/a.js", "env": {"TERM_PROGRAM": "x"}, "status": status}
    dump = File("pm2", "/home/eve/.pm2/dump.pm2", "eve", json.dumps([process, process]).encode())
    written = imported(dump, ecosystem("eve", {"name": "a", "script": "./a.js", "env": {"QUEUE": "x"}, "instances": 4}))
    (pool,) = written.pools
    assert (pool["instances"], pool["environment"]) == (count, {"QUEUE": "x"})
    assert ("replaces" in pool, "write instances: 4" in written.playbook) == (count > 0, count == 0)
    assert "which was imported" in written.playbook


def test_an_app_of_the_same_name_of_another_user_is_another_one() -> None:
    dump = File("pm2", "/home/eve/.pm2/dump.pm2", "eve", json.dumps([{"name": "a", "pm_exec_path": "/x.js"}]).encode())
    written = imported(dump, ecosystem("app", {"name": "a", "script": "./a.js"}))
    assert sorted(one["user"] for one in written.pools) == ["app", "eve"]


def dumped(owner: str, name: str = "mail", **more: t.Any) -> File:
    process = {"name": name, "pm_exec_path": "/srv/app/a.js", "env": {}, "status": "online", **more}
    return File("pm2", f"/home/{owner}/.pm2/dump.pm2", owner, json.dumps([process]).encode())


OF_PM2: t.Any = {"manager": "pm2", "program": "mail"}
MAIL = {"name": "mail", "script": "./a.js"}
# Files, and for each pool its name, its user and what it replaces.
MERGED: dict[str, tuple[list[File], list[t.Any]]] = {
    "an app that root's PM2 runs as another user": (
        [ecosystem("root", {**MAIL, "user": "app"}), dumped("root")],
        [("mail", "app", {**OF_PM2, "user": "root"})],
    ),
    "an app that root has deployed for another user": (
        [ecosystem("root", MAIL), dumped("app")],
        [("mail", "app", OF_PM2)],
    ),
    "the same, and root's file names the user": (
        [ecosystem("root", {**MAIL, "user": "app"}), dumped("app")],
        [("mail", "app", OF_PM2)],
    ),
    "an app of root that root runs, too": (
        [ecosystem("root", MAIL), dumped("eve"), dumped("root")],
        [("mail", None, OF_PM2), ("mail-2", "eve", OF_PM2)],
    ),
    "an app of root that two others run": (
        [ecosystem("root", MAIL), dumped("app"), dumped("eve")],
        [("mail", None, None), ("mail-2", "app", OF_PM2), ("mail-3", "eve", OF_PM2)],
    ),
    "an app that root's file gives to another user": (
        [ecosystem("root", {**MAIL, "user": "app"}), dumped("eve")],
        [("mail", "app", None), ("mail-2", "eve", OF_PM2)],
    ),
    "an app of another user's file": (
        [ecosystem("app", MAIL), dumped("eve")],
        [("mail", "app", None), ("mail-2", "eve", OF_PM2)],
    ),
    "an app of another user's file, and the dump of root": (
        [ecosystem("eve", MAIL), dumped("root")],
        [("mail", "eve", None), ("mail-2", None, OF_PM2)],
    ),
    "two files of one user with the same name": (
        [ecosystem("app", MAIL), ecosystem("app", MAIL), dumped("app")],
        [("mail", "app", None), ("mail-2", "app", None)],
    ),
}


@pytest.mark.parametrize(("files", "pools"), MERGED.values(), ids=MERGED.keys())
def test_an_app_is_imported_once_for_the_user_who_runs_it(files: list[File], pools: list[t.Any]) -> None:
    written = imported(*files)
    assert [(one["name"], one.get("user"), one.get("replaces")) for one in written.pools] == pools


def test_an_app_of_a_dump_that_may_be_two_is_named() -> None:
    written = imported(ecosystem("app", MAIL), ecosystem("app", MAIL), dumped("app"))
    text = " ".join(line.strip().lstrip("# ") for line in written.playbook.split("\n"))
    assert text.count("keep the one that runs, and write its instances and replaces") == 3


def test_who_runs_an_app_of_root_is_said() -> None:
    assert "the PM2 of app runs it, so its user is app" in imported(ecosystem("root", MAIL), dumped("app")).playbook


@pytest.mark.parametrize("more", [{}, {"cron_restart": "0 3 * * *"}], ids=["a service at boot", "a timer"])
def test_what_ends_by_itself_has_no_instances(more: dict[str, t.Any]) -> None:
    once = {"autorestart": False, **more}
    written = imported(ecosystem("app", {**MAIL, **once}), dumped("app", status="stopped", **once))
    assert "instances" not in written.playbook
    assert (written.pools, len(written.timers)) == ([], len(more))


ENDLESS: t.Any = "deep"
for _ in range(900):
    ENDLESS = {"a": ENDLESS}
HOSTILE = {
    "values inside many others": [{"name": "a", "script": "/x.js", "env": ENDLESS}],
    "many apps": [{}] * 100_000,
    "no app": [None, 7, "x", []],
}


@pytest.mark.parametrize("apps", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_ecosystem_file_of_an_enemy_ends_nothing(apps: list[t.Any]) -> None:
    begun = time.process_time()
    written = imported(ecosystem("eve", *apps), File("crontab", "/var/spool/cron/crontabs/a", "a", b"* * * * * /x\n"))
    assert (len(written.timers), len(written.pools) <= 1) == (1, True)
    assert time.process_time() - begun < 30


def test_an_ecosystem_file_of_data_is_read_on_the_controller() -> None:
    text = json.dumps({"apps": [{"name": "a", "script": "./a.js"}]}).encode()
    (pool,) = imported(File("ecosystem", "/srv/app/ecosystem.json", "eve", text)).pools
    assert (pool["user"], pool["working_directory"]) == ("eve", "/srv/app")


def test_files_that_cannot_be_read_are_named_beside_the_others() -> None:
    written = imported(crontab("\0\0\0"), File("crontab", "/var/spool/cron/crontabs/app", "app", b"* * * * * /x\n"))
    assert len(written.timers) == 1
    assert "/var/spool/cron/crontabs/eve: found a binary file" in written.playbook


LONG = {
    "blanks": " " * 900_000,
    "brackets": "* * * * * " + "{ " * 400_000,
    "quotes": "* * * * * '" * 80_000,
    "an assignment": f"{'A' * 500_000}={'x ' * 200_000}",
    "jobs": "* * * * * pgrep x || (cd /y && ./z &)\n" * 25_000,
    "beginnings of tokens": "A=" + "eyJ" * 300_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_long_crontab_of_a_user_takes_no_long_time(text: str) -> None:
    begun = time.process_time()
    imported(crontab(text))
    assert time.process_time() - begun < 30


def test_long_values_of_a_dump_take_no_long_time() -> None:
    name, value = "PASSWORD" * 20_000, "eyJ" * 50_000
    app = {"name": name, "pm_exec_path": "bash", "args": ["-c", "{ " * 50_000], "env": {name: value, "B": value}}
    begun = time.process_time()
    imported(File("pm2", "/home/eve/.pm2/dump.pm2", "eve", json.dumps([app]).encode()))
    assert time.process_time() - begun < 30


SUPERVISORD = File("supervisord", "/etc/supervisord.conf", "", b"[include]\nfiles=conf.d/*.conf\n")
INCLUDED = File("supervisord-included", "/etc/conf.d/a.conf", "", b"[program:a]\ncommand=/x\nnumprocs=3\nuser=u\n")


def test_included_files_of_the_host_are_read_and_what_runs_counts() -> None:
    (pool,) = imported(SUPERVISORD, INCLUDED).pools
    assert pool["instances"] == 3
    written = imported(SUPERVISORD, INCLUDED, running={"a": 2})
    assert (written.pools[0]["instances"], "2 of its processes run" in written.playbook) == (3, True)
    assert imported(SUPERVISORD, INCLUDED, running={"a": 0}).pools[0]["instances"] == 0


def test_a_pool_knows_which_program_it_replaces() -> None:
    text = """
[program:mail]
command=/usr/bin/rq worker mail
user=app
[program:beat]
command=/usr/bin/celery -A app beat
user=app
[program:stopped]
command=/bin/stopped
user=app
"""
    main = File("supervisord", "/etc/supervisord.conf", "", text.encode())
    pools = imported(main, running={"mail": 1, "beat": 1, "stopped": 0}).pools
    assert [pool.get("replaces") for pool in pools] == [
        {"manager": "supervisord", "program": "mail"},
        {"manager": "supervisord", "program": "beat", "once": True},
        None,
    ]
    assert not any("replaces" in pool for pool in imported(main).pools)


def in_cron_d(*lines: str) -> playbook.Written:
    return imported(File("cron.d", "/etc/cron.d/app", "", "\n".join(lines).encode()))


def replaced(line: str) -> dict[str, str]:
    return {"manager": "cron", "file": "/etc/cron.d/app", "line": line}


def test_a_timer_and_a_worker_know_the_line_of_cron_that_they_replace() -> None:
    job, worker = "15 3 * * * app /usr/local/bin/report --all", "* * * * * app pgrep -f work || /srv/app/work"
    found = in_cron_d(job, worker)
    assert found.timers[0]["replaces"] == replaced(job)
    assert found.pools[0]["replaces"] == replaced(worker)


# a line of cron, words of the comment
BY_HAND = {
    "a secret is in it": ("5 4 * * * app /usr/bin/mysqldump --password=hunter2abc app", "comment the line in"),
    "it stands there twice": ("5 4 * * * app /srv/x\n5 4 * * * app /srv/x", "comment the line in"),
    "it runs at boot": ("@reboot app /srv/x", "comment the line in"),
    "a scheduler that may run only once": (
        "* * * * * app pgrep celery || /usr/bin/celery -A app beat",
        "only one of it",
    ),
}


@pytest.mark.parametrize(("line", "comment"), BY_HAND.values(), ids=BY_HAND)
def test_a_line_that_cannot_be_taken_over_is_said(line: str, comment: str) -> None:
    found = in_cron_d(*line.split("\n"))
    assert "replaces" not in str([found.timers, found.pools])
    assert "hunter2abc" not in found.playbook
    assert comment in found.playbook


def test_running_instances_of_a_template_are_those_of_the_pool() -> None:
    unit = File("unit", "/etc/systemd/system/a@.service", "", b"[Service]\nExecStart=/x %i\n")
    assert imported(unit, instances={"a@.service": ["2", "1"]}).pools[0]["instances"] == 2
    assert imported(unit, instances={"a@.service": ["red", "blue"]}).pools[0]["instances"] == ["red", "blue"]


def test_scripts_of_a_directory_are_timers_and_run_parts_is_not() -> None:
    system = File(
        "crontab-of-system", "/etc/crontab", "", b"17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"
    )
    script = File("script", "/etc/cron.daily/own", "root", b"@daily root /etc/cron.daily/own\n")
    written = imported(system, script, packaged=["/etc/cron.daily/dpkg"])
    assert [timer["command"] for timer in written.timers] == [["/etc/cron.daily/own"]]
    assert "/etc/cron.daily/dpkg belongs to a package" in written.playbook


def test_the_summary_counts_what_was_written() -> None:
    written = imported(SUPERVISORD, INCLUDED, crontab("A_TOKEN=abcdefgh\n* * * * * /x\n"))
    assert written.summary("w.yml", "s.yml") == "w.yml: 1 pool and 1 timer; s.yml: 1 secret"


def test_an_app_that_root_alone_may_be_able_to_read_is_not_given_to_a_user() -> None:
    """Whoever writes its name into a dump would get its secrets."""
    text = json.dumps({"apps": [{"name": "a", "script": "./a.js", "env": {"API_TOKEN": "hunter2-hunter2"}}]})
    dump = json.dumps([{"name": "a", "pm_exec_path": "/home/eve/a.js", "status": "online"}])
    files = [
        File("ecosystem", "/root/ecosystem.json", "root", text.encode()),
        File("pm2", "/home/eve/.pm2/dump.pm2", "eve", dump.encode()),
    ]
    written = imported(*files)
    assert [(one.get("user"), "secrets" in one) for one in written.pools] == [(None, True), ("eve", False)]
    assert "ecosystem.json apps[0] has this name too: is it the same app?" in written.playbook
