# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judges on units that a host has already. Reads, and changes nothing."""

from __future__ import annotations

import fnmatch
import glob
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge import lint
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.lint import Row, Subject
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import (
    LINKED_BY,
    UnitName,
    is_unit_name,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.specifiers import ANY
from ansible_collections.workers.systemd.plugins.module_utils._host import looks
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import host_judge
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.candidates import instance_of, some_instance
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import Candidate
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue, unit_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager, Run


class Chosen(t.NamedTuple):
    """What is to be judged: paths of files, and names of instances, which have the file of their template."""

    paths: t.Sequence[str]
    instances: t.Sequence[str] = ()


def chosen(given: t.Optional[t.Sequence[str]]) -> Chosen:
    """What the option ``units`` means. Raises ``Problems``."""
    if given is None:
        return Chosen([path for path in _below(SYSTEM.units) if lint.unit_name_of(path) and _is_file(path)])
    found: t.Dict[str, None] = {}
    instances: t.Dict[str, None] = {}
    silent = looks.unanswered(map(_directory, given))
    problems = [looks.problem(f"units[{at}]", one) for at, one in enumerate(given) if _directory(one) in silent]
    for index, one in enumerate(given if not silent else ()):
        paths = _matching(one)
        found.update(dict.fromkeys(paths))
        if not paths and _is_instance(one):
            instances[one] = None
        elif not paths:
            problems.append(
                Problem(f"units[{index}]", f"{one!r}, which matches nothing", "a unit, a path or a pattern")
            )
    if problems:
        raise Problems(problems)
    return Chosen(list(found), list(instances))


def lint_files(asked: Chosen, run: Run, off: t.Collection[str]) -> t.List[Row]:
    """What all judges say about the units of these files."""
    files, rows = read_all(asked.paths)
    of_files = lint.subjects(files, lambda name: unit_files.find(SYSTEM, name))
    of_instances = [_instance(name) for name in asked.instances]
    files.update((one.unit.path, "") for one in of_instances)
    subjects = [_with_drop_ins(one) for one in (*of_files, *of_instances)]
    manager = Manager(run, SYSTEM)
    known = catalogue.of_host(manager).known
    for one, (host, said) in zip(subjects, host_judge.ask(manager, list(map(_candidate, subjects)))):
        found = judged(one.unit, known, manager.version(), said, off, host, ANY)
        # Of a unit that only a drop-in was asked about, the drop-in.
        rows += [row for row in one.rows(found) if one.unit.files[0][0] in files or row["file"] in files]
    return [row for row in rows if row["id"] not in off]


def read_all(paths: t.Iterable[str]) -> t.Tuple[t.Dict[str, str], t.List[Row]]:
    """Texts by path, and what keeps files from being read as units."""
    files, findings = {}, []
    for path in paths:
        if not lint.unit_name_of(path):
            findings.append((path, [lint.named_badly(path)]))
        elif os.path.realpath(path) == os.devnull:
            findings.append((path, [lint.masked(path)]))
        else:
            try:
                files[path] = unit_files.read(path)
            except Problems as found:
                findings.append((path, lint.unreadable(path, found.problems)))
    return files, [lint.row(one, lint.unit_name_of(path), path) for path, own in findings for one in own]


def _with_drop_ins(subject: Subject) -> Subject:
    """With all drop-ins that the host has for the unit."""
    (path, text), *given = subject.unit.files
    if not subject.whole:
        return subject
    name = str(subject.unit.name)
    drop_ins = {one: text.text for one, text in given}
    drop_ins.update(unit_files.drop_ins(SYSTEM, name))
    return Subject(Unit.of(name, text.text, list(drop_ins.items()), path), whole=True)


def _is_instance(name: str) -> bool:
    """Whether it is an instance of a template that is there."""
    return is_unit_name(name) and bool(UnitName.parse(name).instance) and unit_files.find(SYSTEM, name) is not None


def _instance(name: str) -> Subject:
    path, text = unit_files.find(SYSTEM, name) or ("", "")
    return Subject(Unit.of(name, text, (), path), whole=True)


def _candidate(subject: Subject) -> Candidate:
    """Only a whole unit is verified."""
    unit, name = subject.unit, subject.unit.name
    verified = instance_of(name, some_instance(unit)) if name.instance == "" else str(name)
    return Candidate(unit, (verified,) if subject.whole else ())


def _directory(given: str) -> str:
    """The directory in which a pattern looks; that of the load path, which is ours, for a name."""
    fixed = given if os.path.isabs(given) else "/"
    while glob.has_magic(fixed):
        fixed = os.path.dirname(fixed)
    return fixed


def _matching(given: str) -> t.List[str]:
    if "/" in given:
        there = sorted(glob.glob(given)) if os.path.isabs(given) else []
        paths = [one for one in there if not _holds_links(one)]
        return [one for path in paths for one in (_below(path, deep=False) if _holds_drop_ins(path) else [path])]
    found: t.Dict[str, str] = {}
    for directory in SYSTEM.load_path:
        for path in _below(directory, deep=False):
            name = os.path.basename(path)
            if fnmatch.fnmatchcase(name, given) and lint.unit_name_of(path):
                found.setdefault(name, path)
    return list(found.values())


def _below(directory: str, *, deep: bool = True) -> t.Iterator[str]:
    """Paths in a directory, and in its directories of drop-ins."""
    for path in sorted(glob.glob(f"{directory}/*")):
        if deep and _holds_drop_ins(path):
            yield from _below(path, deep=False)
        elif not os.path.isdir(path):
            yield path


def _holds_drop_ins(path: str) -> bool:
    return path.endswith(".d") and os.path.isdir(path)


def _holds_links(path: str) -> bool:
    return path.rpartition(".")[2] in LINKED_BY.values() and os.path.isdir(path)


def _is_file(path: str) -> bool:
    return os.path.isfile(path) and not os.path.islink(path)
