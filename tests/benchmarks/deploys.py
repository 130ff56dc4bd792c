# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pool of many instances: our call, the loop of built-in modules that people write, one raw task as the floor."""

from __future__ import annotations

import itertools
import typing as t

from tests.benchmarks.turns import Clock, Contender, Task, Tasks, on_host

COMMAND = ["/bin/sleep", "infinity"]
# Removes whatever any of the three left.
BARE = """
for name in ours loop raw; do
    # Of a target that is active: stopped without it, 200 instances took 80 s on systemd 252.
    systemctl start "$name.target" 2>/dev/null
    systemctl stop "$name.target" 2>/dev/null
    systemctl reset-failed "$name@*" 2>/dev/null
    rm -rf /etc/systemd/system/$name.target.wants /etc/systemd/system/$name@.service /etc/systemd/system/$name.target
    rm -rf /etc/systemd/system/multi-user.target.wants/$name* /etc/workers.systemd/$name /etc/default/$name
done
systemctl daemon-reload
"""
changing = itertools.count()


def pool(name: str, instances: int, **more: t.Any) -> dict[str, t.Any]:
    """With no window to wait, and without hardening: it costs a start the same whoever asks for it (starts.py)."""
    return {
        "name": name,
        "command": COMMAND,
        "user": "www-data",
        "instances": instances,
        "environment": {"QUEUE": "orders"},
        "hardening": "off",
        "rollout": {"min_healthy_time": "0", "max_parallel": "100%"},
        **more,
    }


def role(*pools: dict[str, t.Any]) -> list[Task]:
    """The role, called as a user calls it."""
    call = {"name": "workers.systemd.workers"}
    return [{"ansible.builtin.import_role": call, "vars": {"workers_pools": list(pools)}}]


def three_ways(clock: Clock, host: str, count: int, rounds: int) -> list[tuple[str, dict[str, float]]]:
    """First deploy, nothing to do, restart of all: median seconds by contender."""
    unit = _our_unit(clock, host)
    # The floor does not write files: they are there already.
    bare_but_files = BARE + _files_for_raw(unit)
    rows = []

    def row(what: str, ours: Tasks, loop: Tasks, raw: Tasks, *, first: bool) -> None:
        bare, files = (BARE, bare_but_files) if first else ("true", "true")
        took = clock.in_turn(rounds, Contender("ours", host, ours, bare), Contender("raw", host, raw, files))
        # The loop takes minutes, and minutes do not vary by much.
        rows.append((f"{what}, {count} instances", {**took, **clock.in_turn(1, Contender("loop", host, loop, bare))}))

    def ours() -> list[Task]:
        return role(pool("ours", count))

    def ours_changed() -> list[Task]:
        return role(pool("ours", count, environment={"QUEUE": f"orders-{next(changing)}"}))

    row("first deploy", ours, lambda: _loop(unit, count), lambda: _raw(count), first=True)
    on_host(host, _files_for_raw(unit))
    clock.once(host, [*ours(), *_raw(count)])
    row("no change", ours, lambda: _loop(unit, count), lambda: [_shell("true")], first=False)
    restart_raw = [_shell(f"systemctl restart {_all('raw', count)}")]
    row(
        "restart all", ours_changed, lambda: [_each("loop", count, state="restarted")], lambda: restart_raw, first=False
    )
    on_host(host, BARE)
    return rows


def against_ping(clock: Clock, host: str, count: int, rounds: int) -> dict[str, float]:
    """Nothing to do, beside the least that a module of Ansible does: median seconds by contender."""
    clock.once(host, role(pool("ours", count)))
    took = clock.in_turn(
        rounds,
        Contender("ours", host, lambda: role(pool("ours", count))),
        Contender("ping", host, lambda: [{"ansible.builtin.ping": {}}]),
    )
    on_host(host, BARE)
    return took


def _our_unit(clock: Clock, host: str) -> str:
    """The text of our template unit: all three run the same unit, and differ in how it gets there."""
    on_host(host, BARE)
    clock.once(host, role(pool("ours", 1)))
    return on_host(host, "cat /etc/systemd/system/ours@.service")


def _named(unit: str, name: str) -> str:
    own = unit.replace("/etc/workers.systemd/ours/environment", f"/etc/default/{name}").replace("ours", name)
    # Without the mark of a pool, so that it is nobody's to us.
    return own.partition("[X-Workers]")[0]


def _files_for_raw(unit: str) -> str:
    return f"""
cat > /etc/systemd/system/raw@.service <<'UNIT'
{_named(unit, "raw")}UNIT
printf '[Unit]\\nDescription=raw\\n' > /etc/systemd/system/raw.target
echo QUEUE=orders > /etc/default/raw
"""


def _raw(count: int) -> list[Task]:
    units = _all("raw", count)
    return [
        _shell(f"systemctl --no-reload enable {units} 2>/dev/null; systemctl daemon-reload; systemctl start {units}")
    ]


def _loop(unit: str, count: int) -> list[Task]:
    copy = "ansible.builtin.copy"
    return [
        {copy: {"dest": "/etc/systemd/system/loop@.service", "content": _named(unit, "loop"), "mode": "0644"}},
        {copy: {"dest": "/etc/default/loop", "content": "QUEUE=orders\n", "mode": "0600"}},
        {
            copy: {
                "dest": "/etc/systemd/system/loop.target",
                "content": "[Unit]\nDescription=loop\n",
                "mode": "0644",
            }
        },
        {"ansible.builtin.systemd_service": {"daemon_reload": True}},
        _each("loop", count, state="started", enabled=True),
    ]


def _each(name: str, count: int, **options: t.Any) -> Task:
    service = {"name": f"{name}@{{{{ item }}}}", **options}
    return {"ansible.builtin.systemd_service": service, "loop": [str(number) for number in range(1, count + 1)]}


def _all(name: str, count: int) -> str:
    return f"$(seq -f '{name}@%g' 1 {count})"


def _shell(script: str) -> Task:
    return {"ansible.builtin.raw": script}
