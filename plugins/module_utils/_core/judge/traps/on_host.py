# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps that only the host shows: files, users, links. Without its facts they are silent."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.env_lint import Effect
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import PathFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.paths import (
    concrete,
    opened_by_root,
    run_as_root,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import VENDOR, Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import (
    ERROR,
    WARNING,
    Caught,
    trap,
    written,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed

WRITABLE_BY_ALL, READABLE_BY_ALL = 0o002, 0o004


class Known(t.NamedTuple):
    """A path of the unit, with facts from the host."""

    at: Placed
    path: str
    facts: PathFacts


def _known(seen: Seen, at: t.Optional[Placed], text: str) -> t.Iterator[Known]:
    path = concrete(seen.unit, text)
    if at and path in seen.host.paths:
        yield Known(at, path, seen.host.paths[path])


def _programs(seen: Seen) -> t.Iterator[Known]:
    for one in seen.starts:
        yield from _known(seen, one.at, one.path)


def _env_files(seen: Seen) -> t.Iterator[Known]:
    for at in seen.all("EnvironmentFile"):
        yield from _known(seen, at, at.value.lstrip("-"))


def _directory(seen: Seen) -> t.Iterator[Known]:
    at = seen.last("WorkingDirectory")
    if at and not at.value.startswith("-"):
        yield from _known(seen, at, at.value)


@trap(
    "user-is-not-there",
    ERROR,
    title="The user or the group does not exist",
    expected="an existing user and group",
    instead="Make it first, or write DynamicUser=yes.",
    why=(
        "The start fails with 217/USER or 216/GROUP. With Type=simple `systemctl start` exits 0 even so. "
        "`systemd-analyze verify` does not check it. Source: our measurement on 247, 252 and 257."
    ),
)
def user_is_not_there(seen: Seen) -> t.Iterator[Caught]:
    for key, known in (("User", seen.host.user_known), ("Group", seen.host.group_known)):
        at = seen.last(key)
        if at and not known and not seen.says_yes("DynamicUser"):
            yield Caught(at, f"{written(at)}, which the host does not have")


@trap(
    "path-does-not-answer",
    ERROR,
    title="The file system of a path does not answer",
    expected="a path on a server that answers",
    instead="`findmnt` shows what is mounted where. Repair the server, or unmount it with `umount --lazy`.",
    why=(
        "A look at the path waits in the kernel until the server answers, and SIGKILL does not end it. systemd itself "
        "reads EnvironmentFile=: with such a file on a dead server, `systemctl` hangs for all units of the host. "
        "`systemd-analyze verify` would wait too, and does not get such a unit. Source: our measurement with a FUSE "
        "server that takes requests and answers none, on 252 and 262."
    ),
)
def path_does_not_answer(seen: Seen) -> t.Iterator[Caught]:
    for path in seen.host.unanswered:
        yield Caught(next((one for one in seen.unit.assignments() if path in one.value), None), path)


@trap(
    "program-is-not-there",
    ERROR,
    title="The program does not exist",
    expected="an executable file",
    instead="Correct the path in ExecStart=, or install the program first.",
    why=(
        "The start fails with 203/EXEC. With Type=simple `systemctl start` exits 0 even so. Source: our measurement "
        "on 247, 252 and 257."
    ),
)
def program_is_not_there(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _programs(seen):
        if not facts.exists or facts.directory:
            yield Caught(at, f"{path}, which is {'a directory' if facts.directory else 'not there'}")


@trap(
    "program-is-not-executable",
    ERROR,
    title="The user may not execute the program",
    expected="a program that the user of the unit may execute",
    instead="Set the mode of the file and of the directories above it, such as 0755.",
    why=(
        "The start fails with 203/EXEC. `systemd-analyze verify` checks the program as root, but the start runs it "
        "as the user of the unit. Source: our measurement."
    ),
)
def program_is_not_executable(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _programs(seen):
        if facts.exists and not facts.directory and not facts.usable:
            yield Caught(at, f"{path}, which {seen.value('User', 'root')} may not execute")


@trap(
    "program-is-writable-by-all",
    ERROR,
    title="Every user may change the program",
    expected="a program that only its owner writes",
    instead="Take the right to write away: chmod o-w.",
    why=("A user who changes the file becomes the user of the unit at its next start. Source: our measurement."),
)
def program_is_writable_by_all(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _programs(seen):
        if facts.exists and facts.mode & WRITABLE_BY_ALL:
            yield Caught(at, f"{path} of mode {facts.mode:04o}")


@trap(
    "root-runs-program-of-user",
    WARNING,
    title="root runs a program that another user can change",
    expected="a program of root, or a unit of that user",
    instead="Write User= for the owner of the program, or give the file and all directories above it to root.",
    why=(
        "A user may own the program, the script of an interpreter, or a directory above either. At the next start "
        "root runs what this user wrote there. A command with `+` or `!` before it has the same problem. Source: "
        'systemd.exec(5) on User= (the default is root), systemd.service(5), "COMMAND LINES", and our measurement.'
    ),
)
def root_runs_program_of_user(seen: Seen) -> t.Iterator[Caught]:
    for at, path in run_as_root(seen.unit) if not seen.host.user_manager else ():
        for _at, known, facts in _known(seen, at, path):
            if facts.exists and not facts.directory and facts.owner != 0:
                yield Caught(at, f"{known} of user {facts.owner}")
            elif facts.exists and not facts.directory and facts.changed_by:
                yield Caught(at, f"{known}, and {facts.changed_by}")


@trap(
    "root-opens-file-of-user",
    WARNING,
    title="Another user can make root open another file",
    expected="a file that only root can replace or link elsewhere",
    instead="Put the file into a directory that only root can write, and leave output to the journal.",
    why=(
        "systemd opens the files of EnvironmentFile=, LoadCredential=, StandardInput=file: and "
        "StandardOutput=append: as root, and follows links. A user who can put a link in the place of such a file "
        "can read the secrets of others, or write into files of root. Source: systemd.exec(5), and our measurement "
        "on 252."
    ),
)
def root_opens_file_of_user(seen: Seen) -> t.Iterator[Caught]:
    for at, path in opened_by_root(seen.unit) if not seen.host.user_manager else ():
        for _at, known, facts in _known(seen, at, path):
            if facts.replaced_by:
                yield Caught(at, f"{known}, and {facts.replaced_by}")


@trap(
    "pool-runs-as-root",
    WARNING,
    title="A pool runs as root because it has no user",
    expected="the user that owns the application",
    instead="Write the option user of the pool (User=). For a worker that must be root, write user: root.",
    why=(
        "A worker gets its input from others, and an error in its code then runs as root. This trap is only for "
        "pools, because services of a distribution run as root on purpose. Source: systemd.exec(5) on User=, whose "
        "default is root."
    ),
)
def pool_runs_as_root(seen: Seen) -> t.Iterator[Caught]:
    is_pool = bool(seen.starts) and bool(seen.unit.value(marks.OWNER_SECTION, "Pool"))
    if is_pool and not seen.last("User") and not seen.says_yes("DynamicUser") and not seen.host.user_manager:
        yield Caught(None, "no user, which is root")


@trap(
    "directory-is-not-there",
    ERROR,
    title="The working directory does not exist",
    expected="an existing directory",
    instead="Make it first, or write StateDirectory=, which makes one.",
    why=(
        "The start fails with 200/CHDIR. With Type=simple `systemctl start` exits 0 even so. `systemd-analyze "
        "verify` does not check it. Source: our measurement on 247, 252 and 257."
    ),
)
def directory_is_not_there(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _directory(seen):
        if not facts.exists or not facts.directory:
            yield Caught(at, f"{path}, which is {'no directory' if facts.exists else 'not there'}")


@trap(
    "directory-is-closed-to-user",
    ERROR,
    title="The user may not enter the working directory",
    expected="a directory that the user of the unit may enter",
    instead="Set the mode and the owner of the directory and of those above it.",
    why=(
        "The start fails with 200/CHDIR, because it enters the directory as the user of the unit. Source: our "
        "measurement."
    ),
)
def directory_is_closed_to_user(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _directory(seen):
        if facts.exists and facts.directory and not facts.usable:
            yield Caught(at, f"{path}, which {seen.value('User', 'root')} may not enter")


@trap(
    "environment-file-is-not-there",
    ERROR,
    title="The environment file does not exist",
    expected="an existing file",
    instead="Write the file first; a dash before the path is for files that hold nothing needed.",
    why=(
        "The start fails with the result `resources`, without an exit status. With Restart=always it fails again "
        "and again. `systemd-analyze verify` does not check it. Source: our measurement on 247, 252 and 257."
    ),
)
def environment_file_is_not_there(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _env_files(seen):
        if not facts.exists and not at.value.startswith("-"):
            yield Caught(at, f"{path}, which is not there")


@trap(
    "environment-file-shows-secrets",
    ERROR,
    title="Every user may read the secrets in the environment file",
    expected="mode 0600, owner root: systemd reads the file as root",
    instead="chmod 0600 the file.",
    why=(
        "systemd reads environment files as root before it becomes the user, so no other user needs to read them. "
        "This trap is for files with a name of a secret in them. Source: systemd.exec(5) on EnvironmentFile=, and "
        "our measurement."
    ),
)
def environment_file_shows_secrets(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _env_files(seen):
        if facts.exists and facts.mode & READABLE_BY_ALL and facts.env.secrets:
            yield Caught(at, f"{path} of mode {facts.mode:04o} with {facts.env.secrets[0]}")


@trap(
    "environment-file-is-writable-by-all",
    ERROR,
    title="Every user may set variables of the worker",
    expected="mode 0600, owner root",
    instead="chmod 0600 the file.",
    why=(
        "With LD_PRELOAD, PATH or PYTHONPATH in the file a user can make the worker run any code at its next start. "
        "Source: ld.so(8), and our measurement."
    ),
)
def environment_file_is_writable_by_all(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _env_files(seen):
        if facts.exists and facts.mode & WRITABLE_BY_ALL:
            yield Caught(at, f"{path} of mode {facts.mode:04o}")


@trap(
    "environment-file-is-a-script",
    ERROR,
    title="systemd ignores `export`, and prints the line into the journal",
    expected="NAME=value lines",
    instead="Remove the word export.",
    why=(
        "The file is not a shell script. A line `export A=1` sets no variable, and the journal shows the whole "
        "line, also the value of a secret. Source: systemd.exec(5) on EnvironmentFile=, and our measurement on 247, "
        "252 and 257."
    ),
)
def environment_file_is_a_script(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _env_files(seen):
        if facts.exists and facts.env.exports:
            yield Caught(at, f"`export {facts.env.exports[0]}` in {path}")


@trap(
    "environment-file-refers",
    WARNING,
    title="A variable in the environment file refers to another one",
    expected="values without references",
    instead="Write the whole value.",
    why=(
        "A dotenv library replaces `${NAME}`, but systemd leaves it unchanged. The variable is then set, so the "
        "library does not replace it any more. Source: systemd.exec(5) on EnvironmentFile=, our measurement."
    ),
)
def environment_file_refers(seen: Seen) -> t.Iterator[Caught]:
    for at, path, facts in _env_files(seen):
        if facts.exists and facts.env.references:
            yield Caught(at, f"a reference in {facts.env.references[0]} of {path}")


def _odd_lines(seen: Seen, effect: Effect) -> t.Iterator[Caught]:
    """Reported at the line of the file itself."""
    for path, facts in dict.fromkeys((path, facts) for _at, path, facts in _env_files(seen)):
        for one in facts.env.oddities:
            if one.effect is effect:
                yield Caught(Placed(path, "", "", "", one.line), one.found, one.hint)


@trap(
    "environment-file-ends-start",
    ERROR,
    title="systemd cannot read the environment file",
    expected="UTF-8",
    instead="Write the file as UTF-8.",
    why=(
        "The start fails with the result `resources` when one byte in a name or a value is not UTF-8, or when the "
        "file has a NUL. With a dash before the path systemd skips the whole file without a message. Source: our "
        "measurement on 247, 252 and 257."
    ),
)
def environment_file_ends_start(seen: Seen) -> t.Iterator[Caught]:
    yield from _odd_lines(seen, Effect.NO_START)


@trap(
    "environment-file-line-is-ignored",
    WARNING,
    title="systemd ignores a line of the environment file",
    expected="NAME=value lines, with quotes around a value of several lines",
    instead="Write NAME=value, with a name of letters, digits and _.",
    why=(
        "The worker starts without the variable, or with the first line of a key. An invalid name, such as "
        "`queue-name`, appears in the journal with its value. Source: systemd.exec(5) on EnvironmentFile=, and our "
        "measurement on 247, 252 and 257."
    ),
)
def environment_file_line_is_ignored(seen: Seen) -> t.Iterator[Caught]:
    yield from _odd_lines(seen, Effect.NOT_SET)


@trap(
    "environment-file-reads-otherwise",
    WARNING,
    title="systemd reads a value in the environment file differently",
    expected="a value that a shell, a dotenv library and systemd read in the same way",
    instead="Quote the value.",
    why=(
        "The file is neither a shell script nor a dotenv file. A comment after a value is a part of the value. A "
        "backslash without quotes disappears. An escape in quotes stays unchanged. Source: systemd.exec(5) on "
        "EnvironmentFile=, and our measurement on 247, 252 and 257."
    ),
)
def environment_file_reads_otherwise(seen: Seen) -> t.Iterator[Caught]:
    yield from _odd_lines(seen, Effect.OTHER_VALUE)


@trap(
    "writable-path-is-not-there",
    ERROR,
    title="A path of ReadWritePaths= does not exist",
    expected="an existing path",
    instead="Make it first, or write a dash before the path.",
    why=(
        "The start fails with 226/NAMESPACE. With Type=simple `systemctl start` exits 0 even so. `systemd-analyze "
        "verify` does not check it. Source: our measurement on 247, 252 and 257."
    ),
)
def writable_path_is_not_there(seen: Seen) -> t.Iterator[Caught]:
    for word in seen.words("ReadWritePaths"):
        for at, path, facts in _known(seen, word.at, word.text):
            if not facts.exists:
                yield Caught(at, f"{path}, which is not there")


@trap(
    "memory-goes-to-swap",
    WARNING,
    title="Above MemoryMax= the worker swaps instead of ending",
    expected="a limit of the swap in addition to MemoryMax=",
    instead="Write MemorySwapMax=0.",
    why=(
        "MemoryMax= limits memory, but not swap. A worker that leaks memory fills the swap of the host first, and "
        "the whole host gets slow. This trap is for hosts with swap. Source: systemd.resource-control(5) on "
        "MemorySwapMax=."
    ),
)
def memory_goes_to_swap(seen: Seen) -> t.Iterator[Caught]:
    at = seen.last("MemoryMax")
    if at and at.value != "infinity" and seen.host.swap and not seen.last("MemorySwapMax"):
        yield Caught(at, f"{written(at)} without MemorySwapMax=")


@trap(
    "unit-is-masked",
    ERROR,
    title="The unit is masked",
    expected="a unit that can be started",
    instead="`systemctl unmask` it.",
    why=(
        "A link from its name to /dev/null comes first in the load path. The unit cannot start, and its file has no "
        "effect. Source: systemctl(1) on mask, and our measurement."
    ),
)
def unit_is_masked(seen: Seen) -> t.Iterator[Caught]:
    if seen.host.masked_by:
        yield Caught(None, f"{seen.host.masked_by}, a link to /dev/null")


@trap(
    "unit-in-vendor-directory",
    WARNING,
    title="The unit is in a directory that only packages should write to",
    expected="/etc/systemd/system",
    instead="Move the file to /etc/systemd/system.",
    why=(
        "Files below /usr/lib/systemd belong to packages. An installation may overwrite this file, and a backup of "
        '/etc does not have it. This trap is for files that no package owns. Source: systemd.unit(5), "Unit File '
        'Load Path".'
    ),
)
def unit_in_vendor_directory(seen: Seen) -> t.Iterator[Caught]:
    if seen.unit.path.startswith(VENDOR) and not seen.host.packaged:
        yield Caught(None, seen.unit.path)


@trap(
    "unit-shadows-package",
    WARNING,
    title="A copy overrides the unit of the package",
    expected="a drop-in with the differences",
    instead="Write the differences into NAME.d/override.conf (`systemctl edit`), and remove the copy.",
    why=(
        "A whole unit file in /etc overrides the file of the package. So corrections in later versions of the "
        'package have no effect. Source: systemd.unit(5), "Overriding vendor settings".'
    ),
)
def unit_shadows_package(seen: Seen) -> t.Iterator[Caught]:
    if seen.host.vendor_copy and not seen.unit.path.startswith(VENDOR):
        yield Caught(None, f"{seen.unit.path} over {seen.host.vendor_copy}")


@trap(
    "drop-in-is-not-read",
    WARNING,
    title="systemd does not read this drop-in",
    expected="UNIT.TYPE.d/NAME.conf",
    instead="Name the directory with the type, such as mail@.service.d, and the file with .conf.",
    why=(
        "systemd skips a directory without the type of the unit in its name, and a file without .conf. It prints no "
        "message, and the settings have no effect. We saw it in published Ansible roles. Source: systemd.unit(5), "
        "and our measurement."
    ),
)
def drop_in_is_not_read(seen: Seen) -> t.Iterator[Caught]:
    for path in seen.host.unread_drop_ins:
        yield Caught(None, path)
