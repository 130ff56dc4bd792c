# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, LiveProcess
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import worker

RUN = {
    "/srv/venv/bin/celery -A proj worker -l info": "celery",
    "/srv/venv/bin/celery --app=proj worker": "celery",
    "/srv/venv/bin/celery worker -A proj": "celery",
    "/srv/venv/bin/python -m celery -A proj worker": "celery",
    "/usr/bin/python3 -u manage.py celery worker": "celery",
    "/srv/venv/bin/celery multi start w1 w2 -A proj": "celery",
    "/usr/bin/pipenv run celery -A proj worker": "celery",
    "/bin/bash -c 'source env/bin/activate && celery -A proj worker'": "celery",
    "/bin/sh -c '${CELERY_BIN} multi start $NODES'": "celery",
    "/srv/venv/bin/rq worker high": "rq",
    "/srv/venv/bin/rq worker-pool -n 4": "rq",
    "/usr/bin/python3 -m rq.cli worker": "rq",
    "/srv/venv/bin/python manage.py rqworker default": "rq",
    "/srv/app/manage.py rqworker": "rq",
    "/srv/venv/bin/rqworker": "rq",
    "/srv/venv/bin/dramatiq app.tasks -p 4": "dramatiq",
    "/usr/bin/poetry run python manage.py rundramatiq": "dramatiq",
    "/srv/venv/bin/huey_consumer.py app.huey": "huey",
    "/usr/bin/python3 -m huey.bin.huey_consumer app.huey": "huey",
    "/usr/bin/python3 manage.py run_huey": "huey",
    "/usr/bin/python3 manage.py qcluster": "django-q",
    "/usr/bin/uv run taskiq worker app:broker": "taskiq",
    "/srv/venv/bin/arq app.WorkerSettings": "arq",
    "/usr/bin/php /srv/app/artisan queue:work --queue=a": "laravel queue:work",
    "/usr/bin/php8.2 -d memory_limit=1G artisan queue:work": "laravel queue:work",
    "/usr/bin/php artisan --env=prod queue:listen": "laravel queue:listen",
    "/usr/bin/php artisan horizon": "laravel horizon",
    "/usr/bin/php /srv/app/bin/console messenger:consume async": "symfony messenger",
    "/usr/bin/php bin/console -e prod messenger:consume async": "symfony messenger",
    "/usr/bin/php yii queue/listen": "yii queue",
    "/usr/bin/bundle exec sidekiq -e production": "sidekiq",
    "/bin/bash -lc 'cd /srv && rvm use 3.2 && bundle exec sidekiq'": "sidekiq",
    "/home/a/.rvm/bin/rvm in /srv do bundle exec sidekiq": "sidekiq",
    "/usr/bin/env QUEUE=* rake environment resque:work": "resque",
    "/usr/bin/bundle exec rake QUEUE=* resque:work": "resque",
    "/usr/bin/bundle exec resque-pool": "resque-pool",
    "/srv/app/bin/jobs": "solid_queue",
    "/srv/app/bin/jobs start": "solid_queue",
    "/usr/bin/bundle exec good_job start": "good_job",
    "/srv/app/bin/delayed_job run": "delayed_job",
    "/usr/bin/bundle exec rake jobs:work": "delayed_job",
}
OTHERS = [
    "/srv/venv/bin/celery -A worker beat",
    "/srv/venv/bin/celery --app worker flower",
    "/srv/venv/bin/celery -A proj inspect active --destination worker",
    "/srv/venv/bin/celery -A proj control shutdown",
    "/srv/venv/bin/rq info worker",
    "/usr/bin/python3 /srv/app/sidekiq_web.py",
    "/usr/bin/bundle exec rake resque:scheduler",
    "/usr/bin/tail -f /var/log/celery/worker",
    "/usr/bin/python3 /srv/rq/worker.py",
    "/usr/bin/php artisan schedule:work",
    "/usr/bin/php artisan horizon:terminate",
    "/usr/bin/php artisan serve --host queue:work",
    "/srv/app/bin/jobs check",
    "/usr/bin/taskiq scheduler app:scheduler",
    "/usr/bin/python3",
    "/usr/bin/python3 -m",
    "/bin/sh -c 'echo",
]


def tool(start: str, *service: str) -> str:
    seen = Seen.of(Unit.of("a.service", worker(*service, start=start)), 252, HostFacts(), LiveProcess())
    return seen.tool.name if seen.tool else ""


@pytest.mark.parametrize(("start", "name"), RUN.items(), ids=RUN.keys())
def test_queue_software_is_known_by_its_program(start: str, name: str) -> None:
    assert tool(start) == name


@pytest.mark.parametrize("start", OTHERS)
def test_a_word_alone_is_none(start: str) -> None:
    assert tool(start) == ""


def test_a_program_in_a_variable_of_the_unit() -> None:
    assert tool("/bin/sh -c '${BIN} -A a worker'", "Environment=BIN=/srv/bin/celery") == "celery"
    assert tool("/bin/sh -c '${CELERY_BIN} worker'", "Environment=CELERY_BIN=/srv/bin/flask") == ""
