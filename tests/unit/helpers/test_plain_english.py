# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of our prose finds what a learner of English does not understand, and leaves code alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import plain_english, prose
from tests.helpers.plain_english import KINDS, OF_CODE, OF_DOCS, check
from tests.helpers.prose import Passage

# From this repository, as they were once.
HARD_TO_READ = (
    "Of a text that is none Ansible makes a traceback there",
    "another name of a unit is none",
    "a way than which none is better",
    "no one is when an error broke the run off",
    "With playbooks/restart.yml before it they are young",
    "Edit neither: the next deploy puts them right",
    "An error refuses a deploy, a warning is told.",
    "The timer forgets the restarts of instances that have been calm for five minutes.",
    "What is missing is started first.",
    "The second of two runs at once is refused with who holds the lock.",
    "An environment is for who has an account.",
    "SIGTERM gives time to finish the job in hand.",
    "It costs " + "very " * 30 + "little.",
    "It says one thing: then two; then three; then four.",
)
PLAIN = (
    "The deploy restarts each stale instance.",
    "The unit `told-by-nobody.service` starts `young` instances.",
    "The timer `workers-calm.timer` and the unit workers-revival@1.service serve all pools.",
    "Is it stopped? What is to be done?",
    "A user who owns the file may read it.",
    "Of course a reboot starts the pool.",
    "It costs " + "very " * 20 + "little. It costs " + "very " * 20 + "much.",
)


def found(text: str) -> list[str]:
    return [one.word for passage in prose.of_markdown(text) for one in plain_english.findings(passage, OF_DOCS)]


@pytest.mark.parametrize("text", HARD_TO_READ)
def test_is_found(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", PLAIN)
def test_is_left_alone(text: str) -> None:
    assert not found(text)


def test_no_better_word_is_a_bad_one() -> None:
    for style in (OF_DOCS, OF_CODE):
        for instead in style.words.values():
            assert not [one.word for one in plain_english.findings(Passage(1, instead), OF_CODE)]


MARKDOWN = """\
<!-- nobody -->
# Young titles

One line,
told `nobody` on the second, and [calm](nobody.md).

```text
nobody
```

| a | b |
|---|---|
| x | y |
| x | anew |

- seals
"""


def test_markdown_is_read_by_line_without_its_code() -> None:
    at = [
        (one.line, one.word)
        for passage in prose.of_markdown(MARKDOWN)
        for one in plain_english.findings(passage, OF_CODE)
    ]
    assert at == [(2, "Young"), (5, "told"), (5, "calm"), (14, "anew"), (16, "seals")]


PYTHON = '''\
# SPDX-FileCopyrightText: 2026 nobody
"""Says nobody.

And ``nobody``.
"""
told = "nobody"  # noqa: nobody
# A comment that is
# told twice.


def deploy(name: str) -> str:
    """Is calm."""
    if name == "nobody":
        raise ValueError(f"{name!r} was told so by {name}")
    return "a calm worker is here"
'''


def test_python_is_read_without_its_names() -> None:
    at = [
        (one.line, one.word) for passage in prose.of_python(PYTHON) for one in plain_english.findings(passage, OF_CODE)
    ]
    assert sorted(at) == [(2, "nobody"), (8, "told"), (12, "calm"), (14, "told"), (15, "calm")]


MODULE = '''\
# nobody
DOCUMENTATION = r"""
module: nobody
options:
  name:
    description:
      - Fine.
      - Nobody knows C(nobody) or O(nobody.told=now) or L(nobody, https://nobody.example).
    type: str
"""
'''


def test_documentation_of_a_module_is_read_without_its_markup() -> None:
    words = [
        (one.line, one.word)
        for passage in prose.documentation(MODULE)
        for one in plain_english.findings(passage, OF_CODE)
    ]
    assert words == [(8, "Nobody"), (8, "nobody")]


def test_changelog_and_comments_of_yaml() -> None:
    fragment = "bugfixes:\n  - A ``nobody`` is well.\n  - nobody is.\n"
    assert [
        one.line for passage in prose.of_changelog(fragment) for one in plain_english.findings(passage, OF_CODE)
    ] == [3]
    comments = "# SPDX-nobody\na: nobody\n  # told to\n  # nobody\nb: 1 # nobody\n"
    assert [
        (one.line, one.word)
        for passage in prose.of_comments(comments)
        for one in plain_english.findings(passage, OF_CODE)
    ] == [(3, "told"), (4, "nobody")]


def test_a_finding_names_file_line_word_and_what_to_say(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Title\n\nIt is fine.\nIt is\ntold.\n")
    assert list(check(KINDS, tmp_path)) == [
        "README.md:5: 'told': say who reports what: the result shows, the deploy warns, systemd reports"
    ]


def test_every_kind_of_file_is_there() -> None:
    """A release takes all fragments away."""
    patterns = {pattern for kind in KINDS for pattern in kind.patterns} - {"changelogs/fragments/*.yml"}
    assert [pattern for pattern in patterns if not list(plain_english.ROOT.glob(pattern))] == []


def test_comments_of_all_code_are_checked(tmp_path: Path) -> None:
    names = ["lab/b.py", "plugins/module_utils/a.py"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("# Nobody knows.\n")
    assert [line.split(":")[0] for line in check(KINDS, tmp_path)] == names
