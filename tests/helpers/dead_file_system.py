# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file system whose server takes each request and answers none, like one on a network that has died.

A process that looks at it waits in the kernel, and SIGKILL does not end it. It ends with the server. This runs as root
on a lab host: `dead_file_system.py DIRECTORY [SECONDS]`. Until SECONDS are over, the server says that nothing is there.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
import time

# fuse_in_header and fuse_init_out of <linux/fuse.h>, in version 7.31.
HEADER = struct.Struct("=IIQQIIII")
REPLY = struct.Struct("=IiQ")
INIT = struct.pack("=IIIIHHIIHHI28x", 7, 31, 0, 0, 12, 9, 65536, 1, 0, 0, 0)
GETATTR, FUSE_INIT, OPENDIR, ACCESS = 3, 26, 27, 34
# fuse_attr_out of a directory of root, which is asked for again each time.
DIRECTORY = struct.pack("=QII QQQQQQIIIIIIIII", 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096)
LONGEST = 1 << 20


def main() -> None:
    where, seconds = sys.argv[1], float([*sys.argv, "0"][2])
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"dead", where.encode(), b"fuse", 0, options):
        raise OSError(ctypes.get_errno(), "mount")
    alive_until = time.monotonic() + seconds
    while True:
        request = os.read(device, LONGEST)
        _size, opcode, unique, *_ids = HEADER.unpack_from(request)
        if opcode == FUSE_INIT:
            reply(device, unique, INIT)
        elif time.monotonic() < alive_until and opcode == GETATTR:
            reply(device, unique, DIRECTORY)
        elif time.monotonic() < alive_until:
            reply(device, unique, error=0 if opcode in (OPENDIR, ACCESS) else errno.ENOENT)


def reply(device: int, unique: int, data: bytes = b"", error: int = 0) -> None:
    os.write(device, REPLY.pack(REPLY.size + len(data), -error, unique) + data)


if __name__ == "__main__":
    main()
