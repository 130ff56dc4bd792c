# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into a host: ssh, as Ansible's users come, and one connection for everything that is asked of a host.

`podman exec` costs 0.2 s of a processor each time, and a task of Ansible takes several. Each host runs sshd for a
connection alone, over `podman exec`, so it needs no network and no service; `ssh -F .cache/lab/ssh/config NAME` is a
shell on a host. A virtual machine runs sshd as a service, and has a port of this machine.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from lab.shell import run, succeeds

HERE = Path(__file__).parents[1] / ".cache" / "lab" / "ssh"
CONFIG = HERE / "config"
# A file for each virtual machine; the first value of an option is the one that ssh takes.
MACHINES = HERE / "machines"
KEY = HERE / "id_ed25519"
# Without PAM, which would register a session and start a user's manager that no test expects.
OPTIONS = "-o UsePAM=no -o LogLevel=QUIET -o AuthorizedKeysFile=/etc/lab_key"
# As on a real host, a connection begins after early boot. Until then systemd-tmpfiles empties /tmp, where Ansible
# has the files of a module. This unit comes after it.
BOOTED = "/run/systemd/units/invocation:systemd-user-sessions.service"
WAIT = f"n=0; while [ ! -L {BOOTED} ] && [ $n -lt 300 ]; do n=$((n + 1)); sleep 0.1; done"
SERVER = f"{WAIT}; mkdir -p /run/sshd && exec /usr/sbin/sshd -i {OPTIONS}"
# The socket of the shared connection is no part of the checkout, whose path may be too long for one.
TEXT = """\
Include "{machines}/*"
Host *
  User root
  IdentityFile "{key}"
  ProxyCommand podman exec --interactive %h sh -c '{server}'
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
  ControlMaster auto
  ControlPath ~/.ssh/lab-%C
  ControlPersist 60
"""
# A guest without KVM takes seconds for a key exchange, and some more under load.
MACHINE = """\
Host {name}
  HostName 127.0.0.1
  Port {port}
  ProxyCommand none
  KexAlgorithms curve25519-sha256
  ConnectTimeout 60
  ServerAliveInterval 15
  ServerAliveCountMax 8
Match all
"""


def set_up() -> None:
    """Makes what this side needs, before hosts come up side by side."""
    MACHINES.mkdir(parents=True, exist_ok=True)
    # Where the sockets of connections are.
    (Path.home() / ".ssh").mkdir(mode=0o700, exist_ok=True)
    if not KEY.exists():
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(KEY))
    CONFIG.write_text(TEXT.format(key=KEY, server=SERVER, machines=MACHINES))


def let_in(name: str) -> None:
    """Lets who runs this into a container."""
    if not CONFIG.exists():
        set_up()
    public = KEY.with_suffix(".pub").read_text()
    run("podman", "exec", "--interactive", name, "sh", "-c", "cat > /etc/lab_key", stdin=public)


def reach(name: str, port: int) -> None:
    """Has ssh find a virtual machine."""
    (MACHINES / name).write_text(MACHINE.format(name=name, port=port))


def hang_up(name: str) -> None:
    """Ends the shared connection, which would wait for a host that is gone."""
    succeeds("ssh", "-F", str(CONFIG), "-O", "exit", name)


def forget(name: str) -> None:
    (MACHINES / name).unlink(missing_ok=True)


def command(name: str, script: str) -> list[str]:
    """The words that run a script of sh on a host."""
    return ["ssh", "-F", str(CONFIG), name, f"exec sh -c {shlex.quote(script)}"]


def variables() -> dict[str, str]:
    """Those by which Ansible comes in."""
    return {"ansible_connection": "ssh", "ansible_ssh_args": f"-F {shlex.quote(str(CONFIG))}"}
