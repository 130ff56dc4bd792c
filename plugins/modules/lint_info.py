#!/usr/bin/python
# Copyright (c) 2026, workers.systemd contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lint_info
short_description: Check the unit files of a host
version_added: 1.0.0
author:
  - workers.systemd contributors (@workers-systemd)
description:
  - Reads unit files and drop-ins, not only those of this collection. It reports settings that systemd ignores or
    refuses, and settings that systemd accepts and users regret (traps). It uses the list of directives of the host's
    own systemd, and its C(systemd-analyze verify).
  - Each unit is checked with all of its drop-ins on the host. A template is checked with one instance.
  - Changes nothing.
extends_documentation_fragment:
  - workers.systemd.attributes
  - workers.systemd.attributes.actiongroup_workers
  - workers.systemd.attributes.info_module
options:
  units:
    description:
      - Names of units, such as V(mail@.service), absolute paths of unit files and drop-ins, or patterns of either. An
        instance, such as V(mail@1.service), is checked with the file of its template and its own drop-ins.
      - The default is all files of units and drop-ins in C(/etc/systemd/system). Links there are skipped, because they
        lead to units of packages, or mask them.
    type: list
    elements: str
  skip:
    description: Kinds of findings to leave out, by their RV(findings[].id).
    type: list
    elements: str
    default: []
  show:
    description: Whether to print RV(lines) at the terminal too, as the playbook C(lint) does.
    type: bool
    default: false
  fail_on:
    description: The lowest severity that fails the task. With V(never) findings never fail the task.
    type: str
    choices: [error, warning, never]
    default: error
seealso:
  - module: workers.systemd.pools
  - module: workers.systemd.unit_file
"""

EXAMPLES = r"""
- name: Check all units of the administrator
  workers.systemd.lint_info:

- name: Check some units, and never fail
  workers.systemd.lint_info:
    units: [nginx.service, "celery@*.service", /srv/app/units/*.timer]
    skip: [obsolete]
    fail_on: never
  register: units
"""

RETURN = r"""
findings:
  description: One entry for each finding.
  returned: success, or when findings fail the task
  type: list
  elements: dict
  contains:
    file:
      description: The file of the finding.
      type: str
      returned: always
    line:
      description: The line where the directive begins; 0 for the file as a whole.
      type: int
      returned: always
    unit:
      description: The unit that was checked.
      type: str
      returned: always
    section:
      description: Section of the directive, if it is about one.
      type: str
      returned: always
    directive:
      description: The directive, if it is about one.
      type: str
      returned: always
    id:
      description: The kind of finding, for O(skip). V(systemd) is a message of C(systemd-analyze verify).
      type: str
      returned: always
      sample: unknown-directive
    severity:
      description: V(error) or V(warning).
      type: str
      returned: always
    found:
      description: The value in the file.
      type: str
      returned: always
    expected:
      description: The value that should be in the file.
      type: str
      returned: always
    hint:
      description: The recommended change, if any.
      type: str
      returned: always
    url:
      description: Where to read more, for a trap.
      type: str
      returned: always
lines:
  description: The same as lines for a terminal, C(FILE:LINE) first.
  returned: success, or when findings fail the task
  type: list
  elements: str
  sample:
    - "/etc/systemd/system/a.service:6: error: found Nice=99, expected what systemd accepts (...) [systemd]"
msg:
  description: The number of files and findings; when the task fails, the lines too.
  returned: always
  type: str
problems:
  description: All problems of the input, each with where, found, expected, hint and, for a trap, url.
  returned: when the input is refused
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge import lint
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.lint import Chosen, chosen, lint_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "units": {"type": "list", "elements": "str"},
    "skip": {"type": "list", "elements": "str", "default": []},
    "show": {"type": "bool", "default": False},
    "fail_on": {"type": "str", "choices": list(lint.FAILING), "default": "error"},
}


def understood(module: Module) -> Chosen:
    """The files and instances that the options mean. Raises ``Problems``."""
    problems = [*module.unknown(), *lint.unknown_ids(module.params["skip"])]
    if problems:
        raise Problems(problems)
    return chosen(module.params["units"])


def main() -> None:
    module = Module(OPTIONS, hide=dict)
    with module.telling_problems():
        asked = understood(module)
        findings = lint_files(asked, commands.run, module.params["skip"])
    lines = [lint.line(one) for one in findings]
    summary = lint.summary(len(asked.paths) + len(asked.instances), findings)
    if lint.fails(findings, module.params["fail_on"]):
        module.fail("\n".join([summary, *lines]), findings=findings, lines=lines)
    module.finish(changed=False, findings=findings, lines=lines, msg=summary)


if __name__ == "__main__":
    main()
