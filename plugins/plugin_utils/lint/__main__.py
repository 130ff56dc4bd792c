# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges unit files without any systemd: for a CI job, an editor or a commit hook.

python -m ansible_collections.workers.systemd.plugins.plugin_utils.lint [--systemd 252] PATH...

Exits 0 without errors, 1 with some (--fail-on moves the border), 2 when there is nothing that can be judged.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.judge import lint
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.lint import read_all

CATALOGUES = Path(__file__).parents[1] / "catalogues"
VERSIONS = sorted(int(path.stem.rpartition("-")[2]) for path in CATALOGUES.glob("items-*.txt"))
CLEAN, FOUND, UNUSABLE = 0, 1, 2


def arguments(argv: t.Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lint", description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a unit file, a drop-in, or a directory of them")
    newest = VERSIONS[-1]
    parser.add_argument("--systemd", type=int, choices=VERSIONS, default=newest, help=f"its version, else {newest}")
    parser.add_argument("--skip", action="append", default=[], metavar="ID", help="a kind of finding to leave out")
    parser.add_argument("--fail-on", choices=lint.FAILING, default="error", help="what makes it exit 1, else error")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    return parser.parse_args(argv)


def files_of(paths: t.Sequence[str]) -> t.Iterator[str]:
    """The files that are meant; of a directory those that are units by their names, or by a slip in them."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for directory, subdirectories, names in os.walk(path):
            subdirectories.sort()
            yield from filter(lint.is_meant_as_unit, (os.path.join(directory, name) for name in sorted(names)))


def lint_paths(paths: t.Sequence[str], systemd: int, off: t.Collection[str]) -> t.List[lint.Row]:
    files, rows = read_all(dict.fromkeys(map(os.path.normpath, files_of(paths))))
    catalogue = parse_catalogue((CATALOGUES / f"items-{systemd}.txt").read_text())
    for one in lint.subjects(files, installed=lambda name: None):
        rows += one.rows(judged(one.unit, catalogue, systemd, off=off))
    return [row for row in rows if row["id"] not in off]


def main(argv: t.Sequence[str]) -> int:
    args = arguments(argv)
    missing = [f"found no {path}, expected a file or a directory" for path in args.paths if not os.path.lexists(path)]
    missing += map(str, lint.unknown_ids(args.skip))
    for problem in missing:
        print(f"lint: {problem}", file=sys.stderr)
    rows = [] if missing else lint_paths(args.paths, args.systemd, args.skip)
    if args.format == "json":
        print(json.dumps(rows, indent=1))
    else:
        sys.stdout.writelines(f"{lint.line(row)}\n" for row in rows)
    if missing or any(row["id"] == "unreadable" for row in rows):
        return UNUSABLE
    return FOUND if lint.fails(rows, args.fail_on) else CLEAN


if __name__ == "__main__":
    # A terminal that cannot show a character is no reason to end.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
