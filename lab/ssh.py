# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into a host: ssh, as Ansible's users come, and one connection for everything that is asked of a host.

`podman exec` costs 0.2 s of a processor each time, and a task of Ansible takes several. Each host runs sshd for a
connection alone, over `podman exec`, so it needs no network and no service; `ssh -F .cache/lab/ssh/config NAME` is a
shell on a host.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from lab.shell import run

HERE = Path(__file__).parents[1] / ".cache" / "lab" / "ssh"
CONFIG = HERE / "config"
KEY = HERE / "id_ed25519"
# Without PAM, which would register a session and start a user's manager that no test expects.
OPTIONS = "-o UsePAM=no -o LogLevel=QUIET -o AuthorizedKeysFile=/etc/lab_key"
SERVER = f"mkdir -p /run/sshd && exec /usr/sbin/sshd -i {OPTIONS}"
# The socket of the shared connection is no part of the checkout, whose path may be too long for one.
TEXT = """\
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


def set_up() -> None:
    """Makes what this side needs, before hosts come up side by side."""
    HERE.mkdir(parents=True, exist_ok=True)
    if not KEY.exists():
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(KEY))
    CONFIG.write_text(TEXT.format(key=KEY, server=SERVER))


def let_in(name: str) -> None:
    """Lets who runs this into a host."""
    if not CONFIG.exists():
        set_up()
    (Path.home() / ".ssh").mkdir(mode=0o700, exist_ok=True)
    public = KEY.with_suffix(".pub").read_text()
    run("podman", "exec", "--interactive", name, "sh", "-c", "cat > /etc/lab_key", stdin=public)


def command(name: str, script: str) -> list[str]:
    """The words that run a script of sh on a host."""
    return ["ssh", "-F", str(CONFIG), name, f"exec sh -c {shlex.quote(script)}"]


def variables() -> dict[str, str]:
    """Those by which Ansible comes in."""
    return {"ansible_connection": "ssh", "ansible_ssh_args": f"-F {shlex.quote(str(CONFIG))}"}
