# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs as another user. So root never writes to a place where that user may have put a link.

The process is a new interpreter with the same code, in a clean environment. The process becomes the user before it
receives its work. It never had the data in the memory of root, such as the secrets of other users. The process and root
exchange lines of JSON. The process sends its progress and its results, and asks root for the journal. It needs root for
nothing else.

The user may stop or kill the process, or may create files that make the process wait. So root checks each message
before it uses the message. Root waits only for a limited time, and then kills the process with all its child processes.
"""

from __future__ import annotations

import base64
import contextlib
import json
import math
import os
import pickle
import pwd
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import Entry, JournalQuery
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.carried import Returned, carried, unpacked
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import UMASK
from ansible_collections.workers.systemd.plugins.module_utils._host.program import MAIN, SIGNS_OF_LIFE, Program
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands, journalctl
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

Message = t.Dict[str, t.Any]

# A sign of life.
ALIVE: Message = {"alive": True}
# The limit of one message, in bytes. A plan of 10,000 instances takes 2 MB.
LONGEST_LINE = 2**26
# The limit of all messages before one result, in bytes.
MOST_SAID = 2**28
# Seconds until the first sign of life.
STARTS = 30.0
# Bytes of memory that the process may have while it reads files of the user.
MEMORY = 2**31
# Seconds that a process has to end after root has closed its side.
PARTING = 1.0


class Lines:
    """One end of the connection. ``seconds`` is the time that the other end has to take a message."""

    def __init__(self, connection: socket.socket, seconds: float = math.inf) -> None:
        self._connection = connection
        self._seconds = seconds
        self._read = bytearray()
        self._speaking = threading.Lock()

    def say(self, **message: t.Any) -> None:
        """Sends a message. Raises ``OSError``, for example when the other end has not taken the message in time."""
        with self._speaking:
            self._connection.settimeout(None if self._seconds == math.inf else self._seconds)
            self._connection.sendall(json.dumps(message).encode() + b"\n")

    def hear(self, until: float = math.inf) -> t.Tuple[Message, int]:
        """Returns a message and its length. Raises ``EOFError`` when the other end is gone, and ``ValueError`` when the
        message is not valid. Raises ``socket.timeout`` when no message comes ``until`` a time of the monotonic clock.
        """
        searched = 0
        while True:
            end = self._read.find(b"\n", searched)
            if end >= 0:
                line = bytes(self._read[:end])
                del self._read[: end + 1]
                return _message(line), end
            searched = len(self._read)
            if searched > LONGEST_LINE:
                raise ValueError("a line without an end")
            self._read += self._received(until)

    def hang_up(self) -> None:
        """Shows the other end that no more messages come."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._connection.close()

    def _received(self, until: float) -> bytes:
        left = until - time.monotonic()
        if left <= 0:
            raise socket.timeout
        self._connection.settimeout(None if left == math.inf else left)
        read = b""
        with contextlib.suppress(ConnectionError):
            read = self._connection.recv(2**16)
        if not read:
            raise EOFError
        return read


def _message(line: bytes) -> Message:
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError("brackets in brackets") from None
    if not isinstance(message, dict):
        raise ValueError("no message")
    return message


class Principal:
    """The process that has started this process."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def tell(self, line: str) -> None:
        """Reports a line of progress."""
        self._lines.say(progress=line)

    def journal(self, query: JournalQuery) -> t.List[Entry]:
        self._lines.say(asked=query.as_json())
        return t.cast("t.List[Entry]", self._lines.hear()[0]["entries"])

    def give(self, work: t.Callable[[], Returned]) -> None:
        """Sends the value that ``work`` returns, or the exception that it raises."""
        self._lines.say(result=carried(work))

    def await_go(self) -> bool:
        """Waits until the work may go on. Returns whether it may remove anything. Raises ``EOFError`` when the other
        end is gone.
        """
        return bool(self._lines.hear()[0]["removes"])


@contextlib.contextmanager
def little_memory() -> t.Iterator[None]:
    """Limits the memory of this process, so that files of the user do not fill that of the host.

    Root has started the process, so the limits of the user's slice do not hold for it. What it starts later, such as
    a check, has no such limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    least = min(one for one in (MEMORY, soft, hard) if one != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_DATA, (least, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


# The work of a process: a function of a module, or an object of a class in a module. Only the fields of the object are
# sent. The work gives results. Between two results, it may wait until it may go on.
Work = t.Callable[[Principal], None]
PROGRAM = Program(__name__)
START = f"import sys; sys.path.insert(0, sys.argv[1])\n{MAIN.format(__name__)}"


class AsUser:
    """A process of ``user`` does ``work``. It counts as dead after ``silence`` seconds without a sign of life."""

    def __init__(self, user: pwd.struct_passwd, work: Work, silence: float) -> None:
        self.user = user
        self._silence = silence
        # The interpreter may be slow to start.
        self._quiet = max(STARTS, silence)
        self._scope = ""
        ours, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as program:
            program.write(PROGRAM.made())
            program.flush()
            # The process still reads the program when it has become the user. The file has no name.
            os.fchmod(program.fileno(), 0o444)
            given = (program.fileno(), theirs.fileno())
            # run_command() of Ansible waits until the program ends.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with
                [sys.executable, "-I", "-c", START, f"/proc/self/fd/{given[0]}", str(given[1]), user.pw_name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=commands.clean_environment(user.pw_uid),
                pass_fds=given,
                start_new_session=True,
            )
        self._process = process
        self.pid = process.pid
        self._lines = Lines(ours, silence)
        # Root sends a pickle to the user and never takes a pickle from the user. Unpickling runs any code that the
        # pickle names (pickle in Python's library).
        self._say(work=base64.b64encode(pickle.dumps(work)).decode(), every=silence / SIGNS_OF_LIFE)

    def live_apart(self, system: Manager) -> None:
        """Moves the process to its own scope. So it outlives the session, and its child processes end with it."""
        scope = f"{marks.OF_A_RUN}{self.pid}.scope"
        system.own_scope(scope, self.pid)
        self._scope = scope

    def go(self, *, removes: bool) -> None:
        self._say(removes=removes)

    def result(self, tell: t.Callable[[str], None], patience: float) -> Returned:
        """Returns the next result, or raises the exception of the work. Raises ``ManagerError`` when the process is
        dead, when it has reported no progress for ``patience`` seconds, or when a message is not valid.
        """
        until, said = time.monotonic() + patience, 0
        try:
            while said < MOST_SAID:
                message, length = self._lines.hear(min(until, time.monotonic() + self._quiet))
                said, self._quiet = said + length, self._silence
                if "result" in message:
                    return unpacked(message["result"])
                if fits(message, {"progress": str}):
                    until = time.monotonic() + patience
                    tell(message["progress"])
                elif "asked" in message:
                    query = JournalQuery.of_json(message["asked"])
                    self._say(entries=journalctl.entries(query, self.user.pw_uid))
                elif message != ALIVE:
                    break
        except EOFError:
            raise self._ended("was killed") from None
        except socket.timeout:
            late = time.monotonic() >= until
            why = f"did not get on for {patience:g} s" if late else f"gave no sign of life for {self._quiet:g} s"
            raise self._ended(f"{why}, and was killed") from None
        except ValueError:
            pass
        raise self._ended("said what no process of ours would, and was killed")

    def close(self) -> None:
        """Lets the process end at its next wait, or kills it."""
        self._lines.hang_up()
        until = time.monotonic() + PARTING
        try:
            while True:
                self._lines.hear(until)
        except EOFError:
            pass
        except (OSError, ValueError):
            self._kill()
        self._lines.close()

    def _say(self, **message: t.Any) -> None:
        # A process that is gone or does not read does not answer either. ``result`` raises an error for such a process.
        with contextlib.suppress(OSError):
            self._lines.say(**message)

    def _ended(self, how: str) -> ManagerError:
        self._kill()
        return ManagerError(f"the process that was working as {self.user.pw_name} {how}")

    def _kill(self) -> None:
        """Kills the process with its child processes. A process that waits for a dead file server ends when the server
        answers.
        """
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._scope:
            commands.run(["systemctl", "kill", "--signal=KILL", self._scope])


def main() -> int:
    """Runs in that process. The process is root until it has become the user."""
    connection, name = sys.argv[2:]
    os.umask(UMASK)
    accounts.become(accounts.account_of(pwd.getpwnam(name)))
    lines = Lines(socket.socket(fileno=int(connection)))
    try:
        order, _length = lines.hear()
        threading.Thread(target=_give_signs, args=(lines, order["every"]), daemon=True).start()
        # Root has written this pickle.
        work = pickle.loads(base64.b64decode(order["work"]))  # noqa: S301
        work(Principal(lines))
    except (EOFError, ConnectionError):
        # The other end is gone.
        pass
    except Exception:
        lines.say(result={"unexpected": traceback.format_exc()})
    return 0


def _give_signs(lines: Lines, every: float) -> None:
    """Sends signs of life as long as this process is not stopped and not dead."""
    with contextlib.suppress(OSError):
        while True:
            lines.say(**ALIVE)
            time.sleep(every)
