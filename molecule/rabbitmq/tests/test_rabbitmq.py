# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool has as many workers as messages wait in a real RabbitMQ, counted by the recipe of the page."""

from __future__ import annotations

import os
import typing as t

import pytest

from lab import hosts
from tests.helpers import recipes
from tests.helpers.lab_host import LabHost
from tests.helpers.scaled import said, status, turns

URL = "amqp://mail:s3cret-of-mail@localhost/%2F"
# Takes one message after the other, and acknowledges each when it is done: the time is in the message.
WORKER = """\
#!/usr/bin/python3
import os, time, pika
channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()
channel.basic_qos(prefetch_count=1)
for got, _properties, body in channel.consume("mail"):
    time.sleep(float(body))
    channel.basic_ack(got.delivery_tag)
"""
SEND = """\
import sys, pika
channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
channel.queue_declare("mail", durable=True)
for _number in range(int(sys.argv[2])):
    channel.basic_publish("", "mail", sys.argv[3], pika.BasicProperties(delivery_mode=2))
"""
# The limits of a lab may be lower than what Debian's unit asks for.
FEWER_FILES = "[Service]\nLimitNOFILE=4096\n"
DROP_IN = "/etc/systemd/system/rabbitmq-server.service.d"
POOL = {
    "name": "mail",
    "command": ["/usr/local/bin/mail-worker"],
    "user": "daemon",
    "secrets": {"AMQP_URL": URL},
    "rollout": {"min_healthy_time": "300ms"},
}


@pytest.fixture(scope="module")
def broker() -> t.Iterator[LabHost]:
    name = f"{os.environ['MOLECULE_LAB_HOST'].split()[0]}-rabbitmq"
    hosts.up(name, "rabbitmq")
    lab = LabHost(name)
    lab.sh(f"mkdir -p {DROP_IN}")
    lab.write(f"{DROP_IN}/files.conf", FEWER_FILES, "0644")
    lab.sh("systemctl daemon-reload; systemctl restart rabbitmq-server")
    lab.sh("rabbitmqctl -q add_user mail s3cret-of-mail; rabbitmqctl -q set_permissions mail '.*' '.*' '.*'")
    for path, text in recipes.scripts().items():
        lab.write(path, text)
    lab.write("/usr/local/bin/mail-worker", WORKER)
    lab.write("/run/send.py", SEND, "0644")
    yield lab
    hosts.down(name)


def send(broker: LabHost, count: int, seconds: float) -> None:
    broker.sh(f"python3 /run/send.py '{URL}' {count} {seconds}")


def waiting(broker: LabHost, queue: str = "mail") -> int:
    found = broker.sh("rabbitmqctl -q --no-table-headers list_queues name messages_ready").splitlines()
    return int(dict(line.split("\t") for line in found)[queue])


def test_the_recipe_counts_messages_that_wait_and_the_pool_follows(broker: LabHost) -> None:
    (program, queue) = recipes.commands()["RabbitMQ"]
    send(broker, 30, 3)
    assert broker.sh(f"AMQP_URL='{URL}' {program} {queue}").strip() == str(waiting(broker)) == "30"
    instances = {"min": 1, "max": 5, "backlog": [program, queue], "each": 5, "fall_after": "5s"}
    result = broker.deploy({**POOL, "instances": instances})
    assert not result.failed, result.msg
    broker.until(lambda: len(broker.pids("mail")) == 5)
    # A broker that is away keeps the number, and the workers come back by themselves.
    broker.sh("systemctl stop rabbitmq-server")
    broker.until(lambda: status(broker, "mail")["scaling"]["trouble"] != "")
    assert status(broker, "mail")["scaling"]["trouble"].startswith("the work of the pool is not known")
    assert status(broker, "mail")["wanted"] == 5
    broker.sh("systemctl start rabbitmq-server")
    broker.until(lambda: waiting(broker) == 0, 180)
    broker.until(lambda: list(broker.pids("mail")) == ["1"], 180)
    assert turns(said(broker), "mail") == ["up", "down"]
    assert "s3cret-of-mail" not in "".join(said(broker))
