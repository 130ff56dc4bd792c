# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a program is that a command names without its path, and what is known of the software that it starts."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import WORKER_WORD
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import SERVICE_PATH
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.queue_tools import (
    Tool,
    program_of,
    tool_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import base_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import unwrap

SYSTEM_PATH = frozenset({*SERVICE_PATH.split(":"), "/usr/games", "/usr/local/games", "/snap/bin"})
# What packages of distributions install to /usr/bin and /usr/sbin. Everything else that people install is elsewhere.
IN_BIN = re.compile(
    r"(?:php|python|ruby|perl|lua|java|node|nodejs|npm|npx|yarn|yarnpkg|bundle|rake|ssh|rsync|tar|curl|wget|git|find|test|echo"
    r"|env|nice|sleep|cat|cp|mv|rm|touch|date|mysqldump|mysql|psql|pg_dump|redis-server|redis-cli|sh|bash|dash|zsh|make"
    r"|mongodump|docker|docker-compose|podman|systemctl|journalctl|supervisorctl|supervisord|logger|certbot|aws|finger|mail"
    r"|true|false|gzip|bzip2|zip|flock|timeout|stdbuf|xvfb-run|tini|dumb-init|memcached|varnishd|beanstalkd|screen|tmux"
    r"|sudo|su|doas|setpriv|ionice|taskset|setsid|nohup|chown|chmod|ln|ls|df|du|sed|awk|grep|xargs|tee|openssl|gpg|pgrep"
    r"|pkill|kill|killall|hostname|uname|ping|dig|host|nc|jq|unzip|zcat|split|sort|head|tail|cut|wc|stat|scp|sftp|lftp|ftp"
    r"|pg_dumpall|pg_restore|vacuumdb|mysqladmin|mysqlcheck|mariadb|mariadb-dump|sqlite3|mongorestore|mongo|mongosh|rclone"
    r"|restic|borg|rdiff-backup|duplicity|ffmpeg|convert|svn|hg|apt-get|aptitude|dpkg|snap|nmcli|fail2ban-client|unattended-upgrade)[0-9.]*"
)
IN_SBIN = re.compile(
    r"(?:nginx|apache2|apache2ctl|httpd|sshd|cron|crond|rsyslogd|php-fpm|logrotate|sendmail|ntpdate|runuser|service|shutdown"
    r"|reboot|ip|iptables|ufw|fstrim|tcpdump|hwclock|a2ensite|postfix|exim4|uwsgi-core|useradd|usermod|sysctl)[0-9.]*"
)
SHELL_BINARIES = frozenset({"sh", "bash", "dash"})
# Installed with a language, and so into the virtual environment when there is one.
OF_SYSTEM = re.compile(r"(?:php|java|node|nodejs|npm|npx|sh|bash|dash|perl|docker|env|nice|flock|timeout)[0-9.]*")
PRESETS = {
    "celery": "celery",
    "rq": "rq",
    "laravel queue:work": "laravel",
    "laravel queue:listen": "laravel",
    "laravel horizon": "laravel",
    "sidekiq": "sidekiq",
    "symfony messenger": "php",
    "yii queue": "php",
    "magento queue": "php",
}
BY_INTERPRETER = ((re.compile(r"php[0-9.]*"), "php"), (re.compile(r"node|nodejs"), "node"))
HOMES = {"root": "/root", "www-data": "/var/www", "postgres": "/var/lib/postgresql", "nobody": "/nonexistent"}
# Software that does its work at certain times, and that must run once.
SINGLETON = re.compile(
    r"\bcelery\b.*\bbeat\b|\brqscheduler\b|\brq-scheduler\b|\bschedule:(?:work|run)\b|\bclockwork\b|\bschedule(?:r|\.rb)\b|\bredbeat\b"
    r"|\bcelerybeat\b|\s-[A-Za-z]*B\b"
)
# The names that people give to it. A platform calls it the clock (devcenter.heroku.com, "Custom Clock Processes").
SINGLETON_NAME = re.compile(r"(?:.*[-_.])?(?:clock|scheduler|celery-?beat|beat)", re.IGNORECASE)


def home_of(user: str) -> str:
    return HOMES.get(user, f"/home/{user}")


def path_of(program: str, search: t.Sequence[str], directory: str) -> t.Tuple[str, str]:
    """The absolute path of a program, and why it has to be checked; empty when it is certain."""
    if program.startswith("/"):
        return program, ""
    if "/" in program:
        base = directory.rstrip("/")
        return _normal(f"{base}/{program}"), "" if base else "no directory is known"
    own = [one for one in search if one.startswith("/") and one.rstrip("/") not in SYSTEM_PATH]
    if own and (len(own) == len(search) or not OF_SYSTEM.fullmatch(program)):
        others = f"; it may be in {', '.join(own[1:])} too" if own[1:] else ""
        return f"{own[0].rstrip('/')}/{program}", f"{program} is looked for in PATH{others}" if search else ""
    if program in SHELL_BINARIES:
        return f"/bin/{program}", ""
    return f"{_place(program)}/{program}", f"on the host `command -v {program}` shows its path"


def _place(program: str) -> str:
    if IN_SBIN.fullmatch(program):
        return "/usr/sbin"
    return "/usr/bin" if IN_BIN.fullmatch(program) else "/usr/local/bin"


def _normal(path: str) -> str:
    found: t.List[str] = []
    for part in path.split("/"):
        if part == ".." and found:
            found.pop()
        elif part not in ("", ".", ".."):
            found.append(part)
    return "/" + "/".join(found)


class Software(t.NamedTuple):
    """What a command starts. ``inner`` is the command without wrappers and interpreters."""

    tool: t.Optional[Tool]
    preset: str
    inner: t.Tuple[str, ...]

    @property
    def is_worker(self) -> bool:
        """Whether it is meant to go on: known queue software, or something that calls itself a worker."""
        if self.tool:
            return not self.tool.comes_to_an_end(self.inner)
        subjects = [word for word in self.inner[:3] if not word.startswith("-") and "://" not in word]
        return any(map(WORKER_WORD.fullmatch, (base_name(one) for one in subjects)))


def software_of(words: t.Sequence[str], variables: t.Mapping[str, str]) -> Software:
    unwrapped = unwrap(words).words
    tool = tool_of(unwrapped, variables)
    inner = tuple(program_of(unwrapped))
    if tool:
        return Software(tool, PRESETS.get(tool.name, "generic"), inner)
    interpreter = base_name(unwrapped[0]) if unwrapped else ""
    by_interpreter = [preset for pattern, preset in BY_INTERPRETER if pattern.fullmatch(interpreter)]
    return Software(None, (by_interpreter or ["generic"])[0], inner)
