# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values are secrets, by their names and by their shapes; and where they go."""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import is_secret
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.leaks import URL_WITH_PASSWORD
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import base_name

# Beginnings that services give to their keys, and texts that only keys look like.
SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}"
    r"|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}|\b[sr]k_(?:live|test)_\w{10,}|\bsk-[\w-]{20,}|\bSG\.[\w-]{16,}"
    r"|\bAIza[\w-]{30,}|\bbase64:[A-Za-z0-9+/]{40,}=*|\beyJ[\w-]{10,}\.[\w-]{10,}|\bwhsec_\w{16,}|\bnpm_\w{30,}"
    r"|\bAuthorization:\s*\S+\s+\S{8,}|\bBearer\s+[\w.-]{16,}|://[0-9a-f]{16,}@|\bhooks\.slack\.com/services/\S{20,}"
    r"|\bdiscord(?:app)?\.com/api/webhooks/\S{20,}"
)
# Programs that take a password without a name for it: in the same word, or behind an option.
ATTACHED = re.compile(r"(?:mysql|mariadb)(?:dump|admin|check|import|show|-dump|-admin)?|sshpass")
BEHIND = {"redis-cli": "-a", "sshpass": "-p", "curl": "-u", "wget": "--password", "ldapsearch": "-w"}
# A long text of letters and digits mixed is no word, path or version.
RANDOM = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
# Names that end in these hold a secret as well, in files that people write by hand.
MORE_NAMES = re.compile(
    r"(?:.*[_-])?(?:PASSWORD|PASSWD|PASS|PASSPHRASE|SECRETS?|TOKENS?|CREDENTIALS?|API_?KEYS?|AUTH|PRIVATE_?KEY|SALT|DSN"
    r"|SECRET_?KEY\w*|ACCESS_?KEY(?:_ID)?|WEBHOOK(?:_URL)?|\w*PASSWORD\w*|\w*SECRET\w*|\w*TOKEN)",
    re.IGNORECASE,
)
LONGEST_SHOWN = 300
# A user may write a text of any length, and the patterns take time with the square of it.
LONGEST_SEARCHED = 4096
NO_SECRET = re.compile(r"(?:true|false|yes|no|on|off|null|none|[0-9]{1,5}|/.*|file:.*|)", re.IGNORECASE)
# In these a name tells where it lies, or how it is handled.
HANDLES = re.compile(
    r".*(?:_FILE|_PATH|_DIR|_TTL|_LENGTH|_LIFETIME|_EXPIR\w*|_URL|_NAME|_HEADER|_TYPE|_ALGORITHM)", re.IGNORECASE
)


def is_secret_value(value: str) -> bool:
    value = value[:LONGEST_SEARCHED]
    if URL_WITH_PASSWORD.search(value) or SHAPES.search(value):
        return True
    if not RANDOM.fullmatch(value):
        return False
    kinds = sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return kinds == 3 or (kinds == 2 and bool(re.fullmatch("[0-9a-f]{32,}|[0-9A-F]{32,}", value)))


def of_program(program: str, before: str, text: str) -> str:
    """The secret in a word that has none by its name: ``-pSECRET`` of mysql, the word behind ``-a`` of redis-cli."""
    name = base_name(program)
    if ATTACHED.fullmatch(name) and re.match(r"-p[^\s$]", text) and not text.startswith("-p="):
        return text[len("-p") :]
    if BEHIND.get(name, "") == before and before and not text.startswith(("-", "$")):
        return text if name != "curl" or ":" in text else ""
    return ""


def is_secret_variable(name: str, value: str) -> bool:
    """By its name, when the value can be one; or by the shape of the value."""
    name = name[-LONGEST_SHOWN:]
    by_name = is_secret(name) or (MORE_NAMES.fullmatch(name) is not None and not HANDLES.fullmatch(name))
    return (by_name and not NO_SECRET.fullmatch(value)) or is_secret_value(value)


def of_programs(words: t.Sequence[str]) -> t.Iterator[str]:
    """For each word behind the first one, its secret, or an empty text. The program may stand behind others."""
    program = ""
    for before, one in zip(words, words[1:]):
        program = before if ATTACHED.fullmatch(base_name(before)) or base_name(before) in BEHIND else program
        yield of_program(program, before, one)


def safe(text: str) -> str:
    """A line for a comment. One with a secret is only named."""
    words = text[:LONGEST_SEARCHED].split()
    pairs = [one.partition("=")[::2] for one in words]
    named = zip(words, words[1:])
    secret = (
        any(map(is_secret_value, [*words, text]))
        or any(value and is_secret_variable(name.lstrip("-").replace("-", "_"), value) for name, value in pairs)
        or any(
            before.startswith("--") and is_secret_variable(before[2:].replace("-", "_"), one) for before, one in named
        )
        or any(of_programs(words))
    )
    return "(a secret is in it)" if secret else text.strip()[:LONGEST_SHOWN]


@dataclass
class Vault:
    """Secrets by the names of Ansible's variables, with where each was found."""

    values: t.Dict[str, str] = field(default_factory=dict)
    places: t.Dict[str, str] = field(default_factory=dict)

    def put(self, pool: str, name: str, value: str, place: str) -> str:
        """The template that stands for a secret. Equal secrets of one name share a variable."""
        short = re.sub(r"\W", "_", f"vault_{name}".lower(), flags=re.ASCII)
        long = re.sub(r"\W", "_", f"vault_{pool}_{name}".lower(), flags=re.ASCII)
        candidates = itertools.chain([short, long], (f"{long}_{number}" for number in itertools.count(2)))
        key = next(one for one in candidates if self.values.get(one, value) == value)
        self.values[key] = value
        self.places.setdefault(key, place)
        return f"{{{{ {key} }}}}"
