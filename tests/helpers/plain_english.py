# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain English: ``python -m tests.helpers.plain_english`` names what a reader may not understand, and a better word.

The rules are those of CONTRIBUTING.md. No linter on PyPI takes a style of our own and runs without a download: vale
fetches its program at run time, proselint has its own rules, and codespell knows words but no sentences.
"""

from __future__ import annotations

import re
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import prose
from tests.helpers.prose import Passage

ROOT = Path(__file__).parents[2]
LONGEST_SENTENCE = 30
MOST_BREAKS = 2

# What nobody searches for, and what to say instead. These hold in documentation and in code.
WORDS = {
    r"told": "say who reports what: the result shows, the deploy warns, systemd reports",
    r"nobody|no one": "name who does not, or say what is not done: 'no instance restarts', 'only root reads'",
    r"(?<!there )(?:is|are|was|were) none|none (?:is|are|of ours|but)": "say 'no ...', or 'is not a ...'",
    r"(?<!workers-)calm": "stable; for the timer: 'the restart counter is reset'",
    r"(?<!workers-)revivals?": "start-limit recovery",
    r"(?<!workers-)seal(?:s|ed|ing)?": "keyed digest",
    r"young(?:er|est)?": "started after, newer",
    r"(?:edit|takes?|do|does) neither": "do not edit the one or the other",
    r"puts? (?:it|them|that) right": "overwrites, corrects",
    r"br(?:eaks?|oke|oken) (?:\w+ \w+ )?off": "stops, ends early",
    r"(?:than|out of|below|behind) which": "make two sentences",
    r"who(?:so|m)?ever|whom": "name who: the user, the operator, another process",
    r"anew": "again",
    r"lest|hence|whence|thereof|wherein|hitherto|albeit|amid|upon|ere|aught|na?ought": "use an everyday word",
}
# Documentation is read from beginning to end, so that its sentences count, too.
DOCS = {
    **WORDS,
    r"tells?(?= of\b| it\b| so\b| the rest\b)": "reports, shows",
    r"in hand": "the current job",
    r"at once": "immediately, or at the same time",
    r"but for|nothing but|save for|all but|none but": "except, only",
    r"beside": "next to, in addition to",
    r"the likes?|its likes?": "name them, or 'similar ...'",
    r"former": "previous, old",
    r"mend(?:s|ed|ing)?": "fix, correct",
    r"for ever": "without a limit, never ends",
    r"by halves|half old, half new": "say what is done and what is not",
    r"ours|theirs": "of this collection, of the user",
    r"dear(?:er|est)?": "expensive",
    r"meanwhile": "during that time, say when",
    r"as ever": "as before",
    r"(?<=[,;:(]\s)who|(?<=\b(?:with|from|that|says|show)\s)who|(?<=\b(?:for|and)\s)who(?= has| is| may| can)": (
        "name who: a user who ..., the process that ..."
    ),
    r"(?:his|him|he)(?! \w+ or)": "repeat the noun, or 'their'",
}
# Beginnings that hide the subject. They are looked for at the beginning of a sentence only.
BEGINNINGS = {
    r"Of (?!course)": "begin with the subject: 'A link has ...', not 'Of a link ...'",
    r"(?:What|Who|Whose|Whatever)\b(?![^?]*\?)": "begin with a noun: 'A file that ...', not 'What ...'",
    r"(?:Nor|Neither|Never|None of)\b|Not (?:the|an?|even|only)\b|Nothing (?:but|of|that)\b": "begin with the subject",
    r"There, |There it": "begin with the subject",
}


@dataclass(frozen=True)
class Style:
    """The rules for one kind of text."""

    words: t.Mapping[str, str]
    beginnings: t.Mapping[str, str]
    sentences: bool


OF_DOCS = Style(DOCS, BEGINNINGS, sentences=True)
OF_CODE = Style(WORDS, {}, sentences=False)


class Finding(t.NamedTuple):
    line: int
    word: str
    instead: str


def findings(passage: Passage, style: Style) -> t.Iterator[Finding]:
    for pattern, instead in style.words.items():
        for found in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", passage.text, re.IGNORECASE):
            yield Finding(passage.line_of(found.start()), found.group(), instead)
    for offset, sentence in sentences(passage.text):
        line = passage.line_of(offset)
        for pattern, instead in style.beginnings.items():
            if not passage.title and re.match(pattern, sentence):
                yield Finding(line, " ".join(sentence.split()[:3]), instead)
        if style.sentences:
            yield from _length(line, sentence)


def _length(line: int, sentence: str) -> t.Iterator[Finding]:
    words = re.findall(r"[\w'`/=.%-]*\w[\w'`/=.%-]*", sentence)
    first = " ".join(sentence.split()[:5])
    if len(words) > LONGEST_SENTENCE:
        yield Finding(line, f"{first} ...", f"{len(words)} words; make it two sentences of at most {LONGEST_SENTENCE}")
    elif len(re.findall(r"[a-z)][;:](?=\s)", sentence)) > MOST_BREAKS:
        yield Finding(line, f"{first} ...", "one colon or semicolon is enough; make sentences or a list")


def sentences(text: str) -> t.Iterator[t.Tuple[int, str]]:
    """Each sentence with its offset."""
    begin = 0
    for found in re.finditer(r"(?<!\.)[.!?]['\")]?(?=\s)|\Z|\n\s*\n", text):
        sentence = text[begin : found.end()]
        if sentence.strip():
            yield begin + len(sentence) - len(sentence.lstrip()), sentence.strip()
        begin = found.end()


Reader = t.Callable[[str], t.Iterable[Passage]]


class Kind(t.NamedTuple):
    """Files that are read in one way and held to one style."""

    patterns: t.Tuple[str, ...]
    read: Reader
    style: Style


KINDS = (
    Kind(("*.md", "docs/**/*.md", "roles/*/README.md"), prose.of_markdown, OF_DOCS),
    Kind(("changelogs/fragments/*.yml",), prose.of_changelog, OF_DOCS),
    Kind(("plugins/modules/*.py", "plugins/doc_fragments/*.py"), prose.documentation, OF_DOCS),
    Kind(("roles/**/*.yml", "playbooks/*.yml", "plugins/test/*.yml"), prose.of_yaml, OF_DOCS),
    Kind(("plugins/**/*.py", "lab/**/*.py"), prose.of_python, OF_CODE),
)


def check(kinds: t.Iterable[Kind] = KINDS, root: Path = ROOT) -> t.Iterator[str]:
    """A line for each finding."""
    for kind in kinds:
        # The release makes the changelog of the fragments, which are checked.
        found = {path for pattern in kind.patterns for path in root.glob(pattern)} - {root / "CHANGELOG.md"}
        for path in sorted(found):
            for passage in kind.read(path.read_text()):
                for line, word, instead in findings(passage, kind.style):
                    yield f"{path.relative_to(root)}:{line}: {' '.join(word.split())!r}: {instead}"


if __name__ == "__main__":
    bad = list(check())
    print(*bad, sep="\n", end="\n" if bad else "")
    sys.exit(bool(bad))
