# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m lab COMMAND: hosts that run systemd, in containers or virtual machines."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from lab import hosts, images, machine, ssh
from lab.shell import LabError
from lab.suites import DEFAULT, SUITES, Kind

INSTALL = Path(__file__).parents[1] / "tests" / "install.sh"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_kind = argparse.ArgumentParser(add_help=False)
    kinds = [kind.value for kind in Kind]
    of_kind.add_argument("--kind", default=Kind.CONTAINER.value, choices=kinds, help="%(default)s unless you say so")
    commands.add_parser("setup", parents=[of_kind], help="install what is missing on this machine")
    image = commands.add_parser("image", parents=[of_kind], help="build the image of a suite")
    image.add_argument("suite", nargs="?", default=DEFAULT, choices=SUITES)
    up = commands.add_parser("up", parents=[of_kind], help="boot a host, or leave one that runs")
    up.add_argument("name")
    up.add_argument("--suite", default=DEFAULT, choices=SUITES)
    inventory = commands.add_parser("inventory", help="print an Ansible inventory of hosts that are up")
    inventory.add_argument("names", nargs="+")
    commands.add_parser("reboot", help="reboot a host").add_argument("name")
    commands.add_parser("cut", help="cut the power of a virtual machine").add_argument("name")
    commands.add_parser("down", help="remove hosts").add_argument("names", nargs="+")
    commands.add_parser("prune", help="remove all hosts and images of the lab")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    if args.command == "setup":
        setup(Kind(args.kind))
    elif args.command == "image":
        print(images.image_of(args.suite, Kind(args.kind)))
    elif args.command == "up":
        hosts.up(args.name, args.suite, Kind(args.kind))
    elif args.command == "inventory":
        print(hosts.inventory(*args.names))
    elif args.command == "reboot":
        hosts.reboot(args.name)
    elif args.command == "cut":
        hosts.cut(args.name)
    elif args.command == "down":
        hosts.down(*args.names)
    else:
        hosts.prune()


def setup(kind: Kind) -> None:
    missing = machine.missing_packages(kind)
    if missing and subprocess.run(["sh", str(INSTALL), *missing], check=False).returncode:
        raise LabError("the lab cannot run without them")
    ssh.set_up()


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        sys.exit(f"lab: {error}")
