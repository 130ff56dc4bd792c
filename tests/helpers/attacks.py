# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that attacks its host. It prints ``attack open`` or ``attack refused``, and why. No attack harms a host.

A call that needs a right is made with arguments that change nothing, or that the kernel refuses after the right.
"""

from __future__ import annotations

# By the name that the worker prints, what it tries.
ATTACKS = {
    "write-sysctl": "changes a tunable of the kernel in /proc",
    "write-sys": "writes a file of /sys",
    "write-cgroups": "writes to the tree of control groups",
    "kernel-addresses": "reads an address of the kernel",
    "kernel-memory": "reads the memory of the kernel",
    "module": "loads a module into the kernel",
    "bpf": "loads a program into the kernel",
    "perf": "watches the kernel",
    "kexec": "loads another kernel",
    "reboot": "reboots",
    "swap": "changes the swap",
    "log-call": "reads the log of the kernel by a system call",
    "log-device": "reads the log of the kernel from /dev/kmsg or /proc/kmsg",
    "clock": "sets the clock",
    "hostname": "sets the name of the host",
    "devices": "opens a device of the host",
    "device-node": "makes a device node",
    "others": "sees the processes of other users",
    "debug": "debugs a process",
    "mount": "mounts a file system",
    "chroot": "takes another root directory",
    "namespace-user": "makes a user namespace",
    "namespace-mount": "makes a mount namespace",
    "namespace-network": "makes a network namespace",
    "realtime": "asks for real-time scheduling",
    "personality": "changes the execution domain",
    "set-id-bit": "sets the set-user-id bit of a file",
    "become-root": "becomes root by a program with the set-user-id bit",
    "write-etc": "writes to a directory of its user in /etc",
    "write-usr": "writes to a directory of its user in /usr",
    "home": "reads a file of /home that every user may read",
    "root-home": "lists /root",
    "packets": "makes a socket for raw packets",
    "families": "makes a socket of an unusual address family",
    "by-handle": "opens a file by its handle",
}
PLACE = "/srv/attacks"
# What lies on the host for it: files that only hardening keeps from the worker.
PREPARED = f"""
mkdir -p {PLACE} /etc/attacks /usr/local/attacks /home/attacks
chown www-data {PLACE} /etc/attacks /usr/local/attacks
echo secret > /home/attacks/file; chmod 755 /home/attacks; chmod 644 /home/attacks/file
cp /usr/bin/id {PLACE}/id; chmod 4755 {PLACE}/id
"""
REMOVED = f"rm -rf {PLACE} /etc/attacks /usr/local/attacks /home/attacks"
PROGRAM = """\
#!/usr/bin/python3
import ctypes, errno, os, platform, re, socket, stat, subprocess, time

libc = ctypes.CDLL(None, use_errno=True)
ARM = platform.machine() == "aarch64"

class Refused(Exception):
    pass

def attacks(name, action):
    try:
        print(name, "open", action() or "", flush=True)
    except (OSError, Refused, subprocess.CalledProcessError) as error:
        print(name, "refused", error, flush=True)

def call(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def number(on_amd, on_arm, *arguments, after=()):
    # An error of ``after`` comes from the kernel when the right is there.
    ctypes.set_errno(0)
    if libc.syscall(ctypes.c_long(on_arm if ARM else on_amd), *arguments) < 0 and ctypes.get_errno() not in after:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def any_of(paths, mode):
    for path in paths:
        if os.access(path, mode):
            return path
    raise Refused("none")

def files(top, without=()):
    for directory, below, names in os.walk(top):
        below[:] = [one for one in below if os.path.join(directory, one) not in without]
        for name in names:
            path = os.path.join(directory, name)
            if not os.path.islink(path):
                yield path

def tunables():
    yield from ("/proc/sysrq-trigger", "/proc/irq/default_smp_affinity")
    yield from files("/proc/sys")

def writes_back(paths):
    # The mode of a file is not the whole answer: every user may open ns_last_pid.
    for path in paths:
        if os.access(path, os.W_OK) and os.access(path, os.R_OK):
            try:
                with open(path) as file, open(path, "w") as same:
                    same.write(file.read())
                return path
            except OSError:
                pass
    raise Refused("none")

def directories(top):
    for directory, _below, _names in os.walk(top):
        yield directory

def addresses():
    with open("/proc/kallsyms") as lines:
        for _number, line in zip(range(1000), lines):
            if int(line.split()[0], 16):
                return
    raise Refused("only zeros")

def devices():
    usual = r"/dev/(null|zero|full|u?random|tty|ptmx|pts/.*|console)"
    for path in files("/dev"):
        there = os.lstat(path)
        if stat.S_ISBLK(there.st_mode) or stat.S_ISCHR(there.st_mode):
            if not re.fullmatch(usual, path):
                yield path

def other_users():
    for name in os.listdir("/proc"):
        if name.isdigit() and os.stat("/proc/" + name).st_uid != os.getuid():
            return
    raise Refused("none")

def in_child(action):
    # The worker itself stays as it is.
    child = os.fork()
    if not child:
        try:
            action()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
    status = os.waitpid(child, 0)[1]
    if status:
        raise OSError(status >> 8, os.strerror(status >> 8))

def mounts():
    call(libc.mount(b"/srv/attacks", b"/srv/attacks", None, 4096, None)) # MS_BIND
    call(libc.umount2(b"/srv/attacks", 2)) # MNT_DETACH

def sets_the_bit():
    path = f"/srv/attacks/bit-{os.getpid()}"
    open(path, "w").close()
    os.chmod(path, 0o4755)

def becomes_root():
    if os.getuid() == 0 or subprocess.run(["/srv/attacks/id", "-u"], stdout=-1, check=True).stdout != b"0\\n":
        raise Refused("the same user")

def writes(directory):
    with open(f"{directory}/file-{os.getpid()}", "w"):
        pass

def reads(path):
    with open(path, "rb") as file:
        file.read(1)

def reads_one_of(*paths):
    last = None
    for path in paths:
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", 0) as file:
                if file.read(4096):
                    return path
                last = Refused("empty")
        except OSError as error:
            last = error
    raise last

def makes(*families):
    for family in families:
        try:
            socket.socket(family, socket.SOCK_RAW if family == socket.AF_PACKET else socket.SOCK_SEQPACKET).close()
            return
        except OSError as error:
            # A family that the kernel has, and a type that the family does not have.
            if error.errno == errno.ESOCKTNOSUPPORT:
                return
            last = error
    raise last

timex = ctypes.create_string_buffer(256)
timex[0:4] = (0x0100).to_bytes(4, "little") # ADJ_SETOFFSET, of 0 seconds
name = socket.gethostname().encode()
NEWUSER, NEWNS, NEWNET = 0x10000000, 0x00020000, 0x40000000

attacks("write-sysctl", lambda: writes_back(tunables()))
attacks("write-sys", lambda: any_of(files("/sys", ("/sys/fs/cgroup",)), os.W_OK))
attacks("write-cgroups", lambda: any_of(directories("/sys/fs/cgroup"), os.W_OK))
attacks("kernel-addresses", addresses)
attacks("kernel-memory", lambda: reads("/proc/kcore"))
attacks("module", lambda: number(175, 105, None, 0, b"", after=(errno.EFAULT, errno.ENOEXEC)))
attacks("bpf", lambda: number(321, 280, 0, None, 0, after=(errno.EFAULT, errno.EINVAL)))
attacks("perf", lambda: number(298, 241, None, 0, 0, -1, 0, after=(errno.EFAULT, errno.EINVAL)))
attacks("kexec", lambda: number(246, 104, 0, 0, None, 0))
attacks("reboot", lambda: number(169, 142, 0, 0, 0, None, after=(errno.EINVAL,)))
attacks("swap", lambda: number(167, 224, b"/srv/attacks/nothing", 0, after=(errno.ENOENT,)))
attacks("log-call", lambda: call(libc.klogctl(3, ctypes.create_string_buffer(100), 100)))
attacks("log-device", lambda: reads_one_of("/dev/kmsg", "/proc/kmsg"))
attacks("clock", lambda: call(libc.clock_adjtime(0, timex)))
attacks("hostname", lambda: call(libc.sethostname(name, len(name))))
attacks("devices", lambda: any_of(devices(), os.R_OK))
attacks("device-node", lambda: os.mknod(f"/srv/attacks/disk-{os.getpid()}", 0o600 | stat.S_IFBLK, os.makedev(254, 0)))
attacks("others", other_users)
attacks("debug", lambda: in_child(lambda: call(libc.ptrace(0, 0, None, None))))
attacks("mount", lambda: in_child(mounts))
attacks("chroot", lambda: in_child(lambda: os.chroot("/srv")))
attacks("namespace-user", lambda: in_child(lambda: call(libc.unshare(NEWUSER))))
attacks("namespace-mount", lambda: in_child(lambda: call(libc.unshare(NEWNS))))
attacks("namespace-network", lambda: in_child(lambda: call(libc.unshare(NEWNET))))
attacks("realtime", lambda: in_child(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))))
attacks("personality", lambda: in_child(lambda: call(libc.personality(8))))
attacks("set-id-bit", sets_the_bit)
attacks("become-root", becomes_root)
attacks("write-etc", lambda: writes("/etc/attacks"))
attacks("write-usr", lambda: writes("/usr/local/attacks"))
attacks("home", lambda: reads("/home/attacks/file"))
attacks("root-home", lambda: any_of(("/root/" + name for name in os.listdir("/root")), os.F_OK))
attacks("packets", lambda: makes(socket.AF_PACKET))
attacks("families", lambda: makes(socket.AF_VSOCK, socket.AF_ALG, socket.AF_CAN, socket.AF_TIPC))
handle = ctypes.create_string_buffer(16)
attacks("by-handle", lambda: number(304, 265, -1, handle, 0, after=(errno.EBADF, errno.EINVAL)))
print("done", flush=True)
"""
WORKER = PROGRAM + "time.sleep(100000)\n"
