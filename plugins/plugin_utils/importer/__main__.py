# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the playbook for what supervisord, cron, PM2, a Procfile, a compose file or units by hand run today.

python -m ansible_collections.workers.systemd.plugins.plugin_utils.importer FILE... [--to workers.yml]

FILE is `-` for standard input. An ecosystem file of PM2 is a program: node runs it, without a network where the kernel
allows it, so name only one that you trust. Exits 0 when the playbook is written, 1 when the deploy would refuse one of
its pools, 2 when an input cannot be read, or an output exists already (--force writes over it).
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer import kinds, output, playbook, reading
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.draft import Defaults

WRITTEN, REFUSED, UNUSABLE = 0, 1, 2


def arguments(argv: t.Sequence[str]) -> argparse.Namespace:
    first, _blank, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="importer", description=first, epilog=rest.partition("\n\n")[2])
    parser.add_argument("paths", nargs="+", metavar="FILE", help="a file, or - for standard input")
    parser.add_argument(
        "--format", choices=kinds.KINDS, default="", help="the kind of the files, else by their content"
    )
    parser.add_argument("--to", metavar="FILE", help="the playbook, else standard output")
    parser.add_argument("--secrets-to", metavar="FILE", help=f"the secrets, else {output.SECRETS} beside the playbook")
    parser.add_argument("--user", default="", help="the user where a file names none, else app")
    parser.add_argument(
        "--directory", default="", help="the directory of the application where a file names none, else /srv/app"
    )
    parser.add_argument("--force", action="store_true", help="write over files that exist")
    return parser.parse_args(argv)


def main(argv: t.Sequence[str]) -> int:
    args = arguments(argv)
    to = args.to or output.PLAYBOOK
    secrets_to = args.secrets_to or os.path.join(os.path.dirname(to), output.SECRETS)
    standard = Defaults()
    defaults = Defaults(args.user or standard.user, args.directory or standard.directory)
    problems: t.List[Problem] = []
    sources = []
    for path in args.paths:
        try:
            sources.append(reading.read(path))
        except Problems as wrong:
            problems += wrong.problems
    try:
        if problems:
            raise Problems(problems)
        found = kinds.found_in(sources, args.format, args.user, args.directory)
        done = playbook.written(found, defaults, os.path.basename(to), playbook.beside(to, secrets_to))
        shown_only = not (args.to or args.secrets_to)
        output.write(output.outputs(done, args.to or "", "" if shown_only else secrets_to), force=args.force)
    except Problems as wrong:
        for problem in wrong.problems:
            print(f"import: {problem}", file=sys.stderr)
        return UNUSABLE
    if not args.to:
        sys.stdout.write(done.playbook)
    if done.secrets and shown_only:
        print("import: secrets were found, and are not shown: --secrets-to FILE writes them", file=sys.stderr)
    for problem in done.problems:
        print(f"import: the deploy will refuse {problem}", file=sys.stderr)
    return REFUSED if done.problems else WRITTEN


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to end.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
