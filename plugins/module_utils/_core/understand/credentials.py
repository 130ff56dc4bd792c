# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that systemd hands to a worker as files: one credential each (systemd.exec(5), "Credentials")."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import KeyedDigest
from ansible_collections.workers.systemd.plugins.module_utils._core.places import of_own_name
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import read_texts, unfit_value
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv

# LoadCredentialEncrypted= and systemd-creds(1). Before, PID 1 gives credentials to the main process alone, and what
# runs after its start may look at them.
ENCRYPTED_SINCE = 250
# How the names of their files end.
PLAIN, ENCRYPTED = ".credential", ".encrypted-credential"
# The directives that load one from a file.
LOADS = ("LoadCredential", "LoadCredentialEncrypted")
# systemd itself takes more characters. These need no quotes in a shell, a unit or a path.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}")
# Measured: 252 loads an encrypted one of 873,000 bytes and none of 880,000.
LARGEST = 786432
# Measured: all credentials of a unit have 1 MiB, from which 257 takes a page for each begun page of each of them.
PAGE, PAGES = 4096, 255
# Beside the marker of the secrets, for the next run; see listing().
LISTING = "WORKERS_CREDENTIALS"
# systemd starts a worker without credentials, and says nothing, where mounts do not propagate: in a container whose
# root is private (mount_namespaces(7)). One that is there speaks for all.
GUARD = (
    'test -r "$CREDENTIALS_DIRECTORY/$0" || '
    '{ echo "systemd has not handed out the credential $0: do mounts propagate (findmnt -o PROPAGATION /)?"; exit 1; }'
)


def read_credentials(given: t.Mapping[t.Any, t.Any], where: str) -> t.Tuple[t.Dict[str, str], t.List[Problem]]:
    """Names and values as an operator writes them. Problems name the credential, never its value."""
    credentials, problems = read_texts(given, where)
    for name, value in credentials.items():
        place, unfit = f"{where}.{name}", unfit_value(value)
        if not NAME.fullmatch(name):
            expected = "letters, digits, '_', '.', '@', '+', '-', not a sign first but '_', at most 100"
            problems.append(Problem(place, "this name", expected, "It becomes the name of a credential."))
        if unfit:
            problems.append(Problem(place, f"a value with {unfit}", "text"))
        elif _size(value) > LARGEST:
            problems.append(Problem(place, "a value that is too long", f"at most {LARGEST} bytes"))
    pages = sum(max(1, math.ceil(_size(value) / PAGE)) for value in credentials.values())
    if pages > PAGES:
        problems.append(Problem(where, f"values of {pages} pages of {PAGE} bytes", f"at most {PAGES} together"))
    return credentials, problems


def _size(value: str) -> int:
    return len(value.encode("utf-8", "surrogatepass"))


def file_of(name: str, systemd: int) -> str:
    """The name of the file of a credential."""
    return name + (ENCRYPTED if systemd >= ENCRYPTED_SINCE else PLAIN)


def name_of(path: str) -> str:
    """The name of the credential whose file this is; empty for any other file."""
    name, _instance = of_own_name(path.rpartition("/")[2])
    endings = [ending for ending in (PLAIN, ENCRYPTED) if name.endswith(ending)]
    return name[: -len(endings[0])] if endings else ""


def directives(files: t.Sequence[t.Tuple[str, str]], systemd: int) -> t.Dict[str, t.List[str]]:
    """The lines of [Service] that hand credentials to a worker, and that refuse a start without.

    ``files`` are their names and the paths of their files.
    """
    if not files:
        return {}
    loads = [f"{name}:{path}" for name, path in files]
    guard = [render_argv(["/bin/sh", "-c", GUARD, files[0][0]])]
    if systemd >= ENCRYPTED_SINCE:
        return {"LoadCredentialEncrypted": loads, "ExecStartPre": guard}
    return {"LoadCredential": loads, "ExecStartPost": guard}


def listing(values: t.Mapping[str, str], texts: t.Mapping[str, str], keyed_digest: KeyedDigest) -> str:
    """A digest for each credential, in one line. ``texts`` are those of the files, which hold the values."""
    return ",".join(f"{name}={_digest(name, value, texts[name], keyed_digest)}" for name, value in values.items())


def kept(
    values: t.Mapping[str, str], listed: str, texts: t.Mapping[str, str], keyed_digest: KeyedDigest
) -> t.Dict[str, str]:
    """Of the texts of files, those that hold these values still, as ``listing`` once noted.

    Nothing else can tell without decrypting: encrypting the same value again gives another text.
    """
    digests = dict(pair.partition("=")[::2] for pair in listed.split(","))
    return {
        name: texts[name]
        for name, value in values.items()
        if name in texts and digests.get(name) == _digest(name, value, texts[name], keyed_digest)
    }


def _digest(name: str, value: str, text: str, keyed_digest: KeyedDigest) -> str:
    return keyed_digest(repr((name, value, text)))
