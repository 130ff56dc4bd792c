# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System calls of ``SystemCallFilter=`` (seccomp-util.c), which libseccomp of the target must know."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import PLAIN
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kind import after, each, one_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.listed import is_errno
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import NEWEST_KNOWN, names

# A name that only a newer systemd can know.
LOOKS_LIKE_ONE = re.compile("@?[a-z0-9_-]+")
GROUPS = names(
    "default aio basic-io chown clock cpu-emulation debug file-system io-event ipc keyring memlock module mount"
    " network-io obsolete pkey privileged process raw-io reboot resources setuid signal swap sync"
    " system-service timer known"
)
# libseccomp knows those of all architectures: 2.5.1 of Debian 11, and what came with the versions beside 252 and later.
CALLS = names(
    "_llseek _newselect _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl"
    " arm_fadvise64_64 arm_sync_file_range bdflush bind bpf break breakpoint brk cachectl cacheflush capget capset"
    " chdir chmod chown chown32 chroot clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime"
    " clock_gettime64 clock_nanosleep clock_nanosleep_time64 clock_settime clock_settime64 clone clone3 close"
    " close_range connect copy_file_range creat create_module delete_module dup dup2 dup3 epoll_create epoll_create1"
    " epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat"
    " exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_init fanotify_mark fchdir"
    " fchmod fchmodat fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr finit_module flistxattr flock fork"
    " fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftime"
    " ftruncate ftruncate64 futex futex_time64 futimesat get_kernel_syms get_mempolicy get_robust_list"
    " get_thread_area get_tls getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32"
    " getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getpmsg getppid getpriority getrandom"
    " getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt gettid"
    " gettimeofday getuid getuid32 getxattr gtty idle init_module inotify_add_watch inotify_init inotify_init1"
    " inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit"
    " io_uring_enter io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set ipc kcmp"
    " kexec_file_load kexec_load keyctl kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown"
    " lchown32 lgetxattr link linkat listen listxattr llistxattr lock lookup_dcookie lremovexattr lseek lsetxattr"
    " lstat lstat64 madvise mbind membarrier memfd_create memfd_secret migrate_pages mincore mkdir mkdirat mknod"
    " mknodat mlock mlock2 mlockall mmap mmap2 modify_ldt mount mount_setattr move_mount move_pages mprotect mpx"
    " mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64"
    " mq_unlink mremap msgctl msgget msgrcv msgsnd msync multiplexer munlock munlockall munmap name_to_handle_at"
    " nanosleep newfstatat nfsservctl nice oldfstat oldlstat oldolduname oldstat olduname open open_by_handle_at"
    " open_tree openat openat2 pause pciconfig_iobase pciconfig_read pciconfig_write perf_event_open personality"
    " pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root pkey_alloc pkey_free pkey_mprotect poll ppoll"
    " ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_madvise process_mrelease process_vm_readv"
    " process_vm_writev prof profil pselect6 pselect6_time64 ptrace putpmsg pwrite64 pwritev pwritev2 query_module"
    " quotactl quotactl_fd read readahead readdir readlink readlinkat readv reboot recv recvfrom recvmmsg"
    " recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat renameat2 request_key restart_syscall"
    " riscv_flush_icache rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn"
    " rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo rtas s390_guarded_storage"
    " s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi sched_get_priority_max"
    " sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval"
    " sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield"
    " seccomp security select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg"
    " sendmsg sendto set_mempolicy set_robust_list set_thread_area set_tid_address set_tls setdomainname setfsgid"
    " setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 sethostname setitimer setns setpgid"
    " setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit"
    " setsid setsockopt settimeofday setuid setuid32 setxattr sgetmask shmat shmctl shmdt shmget shutdown sigaction"
    " sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend socket socketcall socketpair"
    " splice spu_create spu_run ssetmask stat stat64 statfs statfs64 statx stime stty subpage_prot swapcontext"
    " swapoff swapon switch_endian symlink symlinkat sync sync_file_range sync_file_range2 syncfs"
    " sys_debug_setcontext syscall sysfs sysinfo syslog sysmips tee tgkill time timer_create timer_delete"
    " timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd timerfd_create"
    " timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate truncate64 tuxcall"
    " ugetrlimit ulimit umask umount umount2 uname unlink unlinkat unshare uselib userfaultfd usr26 usr32 ustat"
    " utime utimensat utimensat_time64 utimes vfork vhangup vm86 vm86old vmsplice vserver wait4 waitid waitpid write"
    " writev"
)
CALLS_SINCE = {
    252: names(
        "cachestat fchmodat2 futex_requeue futex_wait futex_waitv futex_wake map_shadow_stack set_mempolicy_home_node"
    ),
    257: names(
        "atomic_barrier atomic_cmpxchg_32 getpagesize getxattrat listmount listxattrat lsm_get_self_attr"
        " lsm_list_modules lsm_set_self_attr mseal removexattrat riscv_hwprobe setxattrat statmount uretprobe"
    ),
    262: names("file_getattr file_setattr listns open_tree_attr rseq_slice_yield uprobe"),
}
GROUPS_SINCE = {257: names("sandbox")}


@functools.lru_cache(maxsize=8)
def _known(systemd: int) -> t.FrozenSet[str]:
    """Calls, and groups with their sign."""
    calls = [CALLS, *(some for since, some in CALLS_SINCE.items() if since <= systemd)]
    groups = [GROUPS, *(some for since, some in GROUPS_SINCE.items() if since <= systemd)]
    return frozenset().union(*calls, *({f"@{one}" for one in some} for some in groups))


def is_system_call(name: str, systemd: int) -> bool:
    """After the newest systemd that we know there may be more."""
    return name in _known(systemd) or (systemd > NEWEST_KNOWN and bool(LOOKS_LIKE_ONE.fullmatch(name)))


def is_filtered(value: str, systemd: int) -> bool:
    """Each may have an error number, but not on a list of what is allowed."""

    def is_one(word: str) -> bool:
        name, colon, error = word.partition(":")
        return is_system_call(name, systemd) and (
            not colon or (value.startswith("~") and one_of("kill", "0", is_errno)(error))
        )

    return after("~", each(is_one, PLAIN))(value)


def is_logged(value: str, systemd: int) -> bool:
    return after("~", each(lambda name: is_system_call(name, systemd), PLAIN))(value)
