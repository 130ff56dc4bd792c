# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values for every directive: right ones and near misses, from the grammars of systemd's parsers; no verdicts.

Real systemd has those: tests/oracle asks it about each. The unit tests want that none of them makes us fall over.
"""

from __future__ import annotations

import functools
import re

# fmt: off
# For any directive.
ANY: list[str] = [
    "", "0", "1", "-1", "+1", "01", "08", "0x10", "0b1", "0b2", "0o7", "0o8", "1.5", "1e3", "yes", "no", "YES",
    "maybe", "a", "A", "/", "//", "/x", "/x/", "/x/.", "x/y", "./x", "/a/../b", "/../x", "../a", ".", "..", "/.",
    "/..", "%i", "%i/x", "/%i", "%I", "%I/x", "%h", "%h/x", "%t/x", "%t", "%Q", "%%", "%", "50%", "50%x", "%n",
    "%N.service", "%j", "%J", "%f", "%y", "%Y/x", "%d/x", "%D/x", "%H", "%m", "%u", "%U", "%q", "%A", "%W", "%s",
    "%S/x", "%T/x", "%c", "%p.socket", "%C", "%E/a", "%L", "%P/x", "a b", "a:b", "/a:/b", "/a /b", "\"a", "'a",
    "\"a b\"", "\"\"", "''", "a\\x41", "a\\-b", "\\x2f", "~", "~a", "~/x", "!a", "!!a", "||a", "-", "-/x", "+/x",
    "|/x", "@/x", "infinity", "none", "all", "any", "auto", "default", "numa", "255", "256", "65535", "65536",
    "2147483647", "2147483648", "4294967295", "4294967296", "18446744073709551614", "18446744073709551615",
    "18446744073709551616", "999999999999999999999999999999", "9" * 5000, "a.service", "a@.service", "a@b.service",
    "@b.service", "a.slice", "x-y.slice", "-.slice", "x--y.slice", "a@b.slice", "a.socket", "a@.socket", "b.target",
    "a.timer", "a.foo", ".service", "$HOME", "a,b", "0-3", "3-0", "1,2", "8191", "8192", "5-", "-5", "1 2", "5s",
    "5 s", "5x", "1.5s", "5min 3s", "1K", "1G", "1.5G", "1k", "1B", "0.1", "1024E", "16E", "15E", "10%", "100%",
    "100.5%", "100.55%", "101%", "0%", "3.22‰", "1‰", "1.5‰", "1‱", "1.5‱", "é", 'a\tb', "/dev/null", "/dev",
    "/dev/x", "/proc/x", "/sys/x", "/var/run/x", "/run/x", "x" * 300, "/" + "x" * 300, "/x" * 2100, "a=b", "A=b",
    "1A=b", "A-B", "journal", "null", "root", "nobody", "www-data", "#5", ";", "a;b", "on", "off", "t", "T", "kill",
    "EPERM", "cpu", "cpu memory", "SIGTERM", "15", "64", "65",
]
# For those whose name is so.
BY_NAME: list[tuple[str, list[str]]] = [
    (
        "Exec(Start|Stop|Reload|Condition).*",
        [
            "/bin/true", "-/bin/true", "--/bin/true", "@/bin/true", "@/bin/true a", "@@/bin/true a", "|/bin/true",
            "+/bin/true", "++/bin/true", "!/bin/true", "!!/bin/true", "!!!/bin/true", "+!/bin/true", "!+/bin/true",
            ":/bin/true", "::/bin/true", "-+:/bin/true", "|-/bin/true", "-|/bin/true", "||/bin/true", "+|/bin/true",
            "|+/bin/true", "/bin/true ; /bin/true", "/bin/true ;", ";", "; /bin/true", "; ; /bin/true",
            "/bin/true \\; x", "/bin/true \\;x", "/bin/true \"%i", "/bin/echo \"%i\"", "/bin/sh -c 'a",
            "/bin/sh -c 'sed \"s/\\-x//\"'", "/bin/echo \\q", "/bin/echo 'OC\\Task'", "/bin/echo 'a\\'",
            "/bin/echo \\x4", "/bin/echo \\x00", "/bin/echo \\400", "/bin/echo \\u12", "/bin/", "bin/true", "true",
            "X :0", "x", "X", "-x", "@x", "@x y", "./true", "../true", "/bin/../bin/true", "/../bin/true",
            "/bin/./true", "//bin//true", "/bin/true/.", "/bin/true/..", "/bin/tr*e", "/bin/tr?e", "[x]",
            "/bin/tr[u]e", "'/bin/tr ue'", "\"/bin/true\" a", "\"\"", "'' x", "%i", "%i/x", "/%i/x", "%h/x", "%Q",
            "/bin/true %Q", "-/bin/true %Q", "-%Q", "-/bin/", "-\"/bin/true", "-/bin/echo 'x", "-/bin/echo \\q",
            "/bin/echo $A ${B} $$", "${X}", "$X", "/bin/$X", "-", "@", "@-", "-@", "+", "!", "|", ":", "/bin/true %",
            "\\x2fbin/true", "/bin\\x2ftrue", "/bin/\\ttrue", "/bin/a\\\"b", "é", "/bin/é", "x" * 255, "x" * 256,
            "/" + "x" * 256, "/x" * 2047, "/x" * 2048, "-" + "x" * 256, "%%x", "/bin/true \"a\"b'c'",
            '/bin/true \x01', "/bin/tr\\x01ue", "/bin/true 'a;b' ; /bin/false", "/bin/true ;; /bin/false",
            "true;false", "/bin/true ; -", "/bin/true ; -/x", "/bin/true ; @/x", "/bin/true ; x/y",
            "/bin/true ; -x/y y ; /bin/true", "-x/y ; a/b",
        ],
    ),
    (
        ".*(Sec|USec|NSec)$",
        [
            "5", "0", "+5", "-5", "- 5", "5.", "5.s", ".5", ".5s", "..5", "1.2.3", "1,5s", "5s5", "5s 5", "5 5",
            "5 5 5", "5sec", "5seconds", "5secs", "5second", "5minutes", "5mins", "5min", "5m", "5M", "5mo", "5month",
            "5months", "5h", "5hr", "5hrs", "5hour", "5hours", "5d", "5day", "5days", "5D", "5w", "5week", "5weeks",
            "5W", "5y", "5year", "5years", "5Y", "5us", "5usec", "5µs", "5μs", "5ms", "5msec", "5msecs", "5ns",
            "5nsec", "5n", "5 ns 3", "1111111111111y", "584542y", "584543y", "584542y 1y", "18446744073709s",
            "18446744073710s", "9223372036854775807us", "9223372036854775808us", "infinity", "infinity 5",
            "5 infinity", "Infinity", "inf", "infinitys", "1e3", "0x10", "5S", "5 parsecs", "1min30s", "1min 30",
            "30 1min", "99999999999999999999", "1.999999999999s", "18446744073709551us", "1s;", "5s#", "+.5", "+ 5",
            '5\t6', "1d1h1min1s1ms1us", "yes", "1h 2x", "h", "s", "5ss", "5 s s", "off", "default", "0s", "1us",
            "999ms", "1s",
        ],
    ),
    (
        "LimitCPU|LimitRTTIME",
        [
            "5", "0", "+5", "-5", "- 5", "5.", "5.s", ".5", ".5s", "..5", "1.2.3", "1,5s", "5s5", "5s 5", "5 5",
            "5 5 5", "5sec", "5seconds", "5secs", "5second", "5minutes", "5mins", "5min", "5m", "5M", "5mo", "5month",
            "5months", "5h", "5hr", "5hrs", "5hour", "5hours", "5d", "5day", "5days", "5D", "5w", "5week", "5weeks",
            "5W", "5y", "5year", "5years", "5Y", "5us", "5usec", "5µs", "5μs", "5ms", "5msec", "5msecs", "5ns",
            "5nsec", "5n", "5 ns 3", "1111111111111y", "584542y", "584543y", "584542y 1y", "18446744073709s",
            "18446744073710s", "9223372036854775807us", "9223372036854775808us", "infinity", "infinity 5",
            "5 infinity", "Infinity", "inf", "infinitys", "1e3", "0x10", "5S", "5 parsecs", "1min30s", "1min 30",
            "30 1min", "99999999999999999999", "1.999999999999s", "18446744073709551us", "1s;", "5s#", "+.5", "+ 5",
            '5\t6', "1d1h1min1s1ms1us", "yes", "1h 2x", "h", "s", "5ss", "5 s s", "off", "default", "0s", "1us",
            "999ms", "1s", "5:10", "10:5", "infinity:5", "5:infinity", "5s:1min", "1min:5s", "5:", "5::", ":5", ":",
            "1:2:3",
        ],
    ),
    (
        "(Default|Startup)?Memory.*|Limit.*|.*Buffer|PipeSize|Tasks.*|CPUQuota|ManagedOOMMem.*|.*Bytes.*|.*Size",
        [
            "0", "1", "1K", "1k", "1M", "1G", "1T", "1P", "1E", "15E", "16E", "17E", "1024E", "1Z", "1KB", "1KiB",
            "1Ki", "1B", "1B1", "1K1", "1K 1B", "1B 1K", "1K1K", "1M1K", "1G 5M", "5M 1G", "1.5G", "1.G", "1.", "0.1",
            "0.1K", "0.0001K", ".5G", "+1", "-1", "1 K", "1  K", "1G5", "1G 5", "5 5", "18446744073709551615",
            "18446744073709551616", "0x10", "1e3", "infinity", "Infinity", "50%", "12.5%", "12.55%", "12.555%",
            "100%", "101%", "100.01%", "0%", "0.00%", "0.01%", "1‰", "1000‰", "1001‰", "1.5‰", "3.22‰", "1‱",
            "10001‱", "1.5‱", "-1%", "+1%", "0x10%", "1 %", "%", "‰", "lots", "unlimited", "max", "1,5G", "1_000",
            "1:2", "1K:1M", "1M:1K", "infinity:infinity", "infinity:1", "1:infinity", "1:", "::", "1:2:3", "1: 2",
            "1G\\x20", "99999999999999999999%", "2147483647%", "21474836%", "21474837%", "20", "64", "+20", "-20",
            "40", "41", "+19", "-21", "-+5", "+-5", "20:10", "-5:+5", "5:4", "4:5",
        ],
    ),
    (
        ".*(IO|Bandwidth|BlockIO).*",
        [
            "/dev/sda 1", "/dev/sda 1K", "/dev/sda", "/dev/sda 0", "/dev/sda 10001", "/dev/sda 10", "/dev/sda 100",
            "/dev/sda 1000", "/dev/sda 1001", "/dev/sda infinity", "/dev/sda 1.5M", "dev/sda 5", "/ 5", "sda 5",
            "/a/../b 5", "\"/dev/sda\" 5", "\"/dev/sda 5", "/dev/sda 5 6", "/dev/sda  5", "/dev/sda 5s",
            "/dev/sda 0x10", "/dev/sda -5", "/dev/sda x", "/dev/sda 50%", "%i 5", "%t/x 5", "/dev/%Q 5",
            "/dev/s\\da 5", "8:0 5", "/dev/sda idle", "/dev/sda 9999999999999E",
        ],
    ),
    (
        ".*Weight.*|.*Shares",
        [
            "1", "2", "10", "9", "100", "1000", "1001", "10000", "10001", "0", "idle", "Idle", "262144", "262145",
            "0x64", "+5", "-5", "5.5", "100 100",
        ],
    ),
    (
        ".*(Nice|Priority|OOMScoreAdjust|Backlog|Burst|Max.*|Probes|TTL|Mark|Steps|TTY.*|Retries).*",
        [
            "-20", "-21", "19", "20", "-1000", "-1001", "1000", "1001", "7", "8", "99", "100", "32767", "32768",
            "-32768", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-2147483648",
            "-2147483649", "0x", "0o", "0b", "0o17", "0b101", "+0b1", "-0b1", "0b-1", "0b+1", "-0x1", "+0x1", "00",
            "-0", "--1", "1 1", "1_0", "0O7", "0B1", "0X1F",
        ],
    ),
    (
        ".*(IOSchedulingClass|CPUSchedulingPolicy)",
        [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "none", "realtime", "best-effort", "idle", "other",
            "batch", "fifo", "rr", "ext", "deadline", "RR", "-1", "0x2",
        ],
    ),
    (
        ".*(Facility|LogLevelMax|SyslogLevel)",
        [
            "kern", "daemon", "local0", "local7", "local8", "authpriv", "ftp", "cron", "127", "128", "126", "999",
            "1023", "1024", "0", "7", "8", "emerg", "error", "err", "debug", "panic", "warn", "warning", "DEBUG",
            "0x7", "-1",
        ],
    ),
    (
        ".*(Affinity|AllowedCPUs|AllowedMemoryNodes|NUMAMask).*",
        [
            "0", "0-1", "1-0", "3-0", "0,1", "0, 1", ", 0,", ",", "0 1", "0-", "-1", "0-1-2", "0..3", "0;1", "a",
            "numa", "all", "0x1", "0b1", "+1", "0-0x3", "8191", "8192", "65536", "\"0\"", "\"0", "0-1,3", "0 - 1",
            "4294967295", "4294967296", "%i", "%Q", "'0-1' 3", "0-8191", "0-8192", "0\\x31", "\\0", "1\\-2",
        ],
    ),
    (
        "NUMAPolicy|Personality|.*Protocol|IPTOS|SecureBits|CoredumpFilter|KeyringMode|.*Mode|Mount.*|.*"
        "Policy|Timestamping",
        [
            "default", "preferred", "bind", "interleave", "local", "preferred-many", "weighted-interleave", "Default",
            "0", "1", "5", "x86", "x86-64", "amd64", "x32", "s390", "arm64", "udplite", "sctp", "ScTp", "SCTP",
            "UDPLITE", "mptcp", "tcp", "udp", "132", "136", "262", "low-delay", "throughput", "reliability",
            "low-cost", "16", "255", "256", "0x10", "keep-caps", "keep-caps noroot", "keep-caps foo", "\"keep-caps\"",
            "\"keep-caps", "noroot-locked", "all", "default all", "private-anonymous elf-headers", "0x3f", "3f", "3g",
            "private-anonymous,elf-headers", "ffffffffffffffff", "10000000000000000", "private-anonymous \"all\"",
            "0777", "0o22", "22", "9", "77777", "7777", "+7", "-7", "0007777", "u=rwx", "0x7", "shared", "slave",
            "private", "rshared", "off", "us", "usec", "ns", "nsec", "µs", "μs", "both", "ipv6-only", "ipv6only",
            "mixed", "process", "control-group", "none",
        ],
    ),
    (
        "IPAddress.*",
        [
            "10.0.0.0/8", "10.0.0.0/33", "10.0.0.0/32", "10.0.0.0/0", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8",
            "10.0.0.0/0x8", "10.0.0.0/08", "192.168.10.", "192.168.10", "192.168.10.256", "192.168.010.1", "01.2.3.4",
            "1.2.3.4.5", "fd00:", "fd00::", "fd00::/8", "fd00::/129", "fd00::/128", "::", "::1", ":::", "::1::",
            "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3.4", "::ffff:1.2.3.4/96", "::1.2.3",
            "::g", "fe80::1%lo", "[::1]", "12345::", "any", "ANY", "localhost", "LOCALHOST", "localhost.",
            "localhost.localdomain", "x.localhost", "link-local", "multicast", "lan", "any localhost",
            "any,localhost", "10.0.0.0/255.0.0.0", "1.2.3.4 \"::1\"", "a\\ny", "any foo", "0.0.0.0/0 ::/0", "0.0.0.0",
            "1::2::3", "::/0", "10.0.0.0/8/8",
        ],
    ),
    (
        "OnCalendar",
        [
            "daily", "Weekly", "minutely", "hourly", "monthly", "yearly", "annually", "anually", "quarterly",
            "semiannually", "semi-annually", "biannually", "bi-annually", "dailyy", "daily UTC", "daily  UTC",
            "daily utc", "daily Europe/Berlin", "daily Europe/Nowhere", "daily Foo", "daily Foo/Bar", "UTC",
            "*-*-* 00:00:00", "*-*-*", "*-*-* 00:00", "*-*-*  00:00:00", "Mon", "Mon 10:00", "mon..fri",
            "Mon-Fri 9:00", "Mon,Fri", "Mon, Fri", "Mon,", "Mon, 10:00", "Mon..", "Mon.. 10:00", "Fri..Mon 1:00",
            "Mon..Tue..Wed", "Mon,Tue..Thu,Sun 1:00", "Monday", "Mond", "Mon.Fri", "Mon-", "Mon,Mon", "Sat..Sun",
            "Sun..Sat", "Mon10:00", "12", "12:00", "12:00:00", "12:00:00:00", "24:00", "23:59", "23:60", "23:59:59",
            "23:59:60", "23:59:59.999999", "23:59:59.9999999", "23:59:59.9999994", "23:59:59.99999949999",
            "23:59:60.5", "1:2:3.1234567", "*:0/15", "*:*", "*:*:*", "*:*:0/10", "*:*:0/60", "00:00/60", "00:00/59",
            "00:00/58", "20/4:00", "20/3:00", "0/24:00", "0/23:00", "22/1:00", "23/1:00", "0..22/11:00",
            "0..22/12:00", "0..22/23:00", "*:0/0", "*:0..", "*:0..5", "*:5..0", "*:5..5", "*:0..5/10", "*:0..59/5",
            "*:0,15,30", "*:0,,15", "*:0,", "*:,0", "*:0/15,7", "*:0/", "*:/5", "*-*-1,15 3:00", "2026-02~03",
            "*-*~1", "*-*~28", "*-*~29", "*~29", "*~28", "*~01", "02~1", "*-02~1", "*-*~0", "*-*~31", "*-2~1..3",
            "*-*~5/2", "*-*~3/5", "*-*~5/4", "*-*-0", "*-*-31", "*-*-32", "*-0-1", "*-12-1", "*-13-1", "1969-1-1",
            "1970-1-1", "2199-1-1", "2200-1-1", "69-1-1", "70-1-1", "99-1-1", "100-1-1", "0-1-1", "2026-1-1..5",
            "2026-1-5..1", "2026-1..3-1", "2026/1-1-1", "2026/200-1-1", "2026/100-1-1", "2026..2030-1-1",
            "2026,2027-1-1", "2026-01", "01-01", "1-1 1:1", "*-12-24..31", "*-*-1/5", "*-*-1/30", "*-*-1/31",
            "*-*-1/29", "Thu,Fri *-1,3-* 11:12:13", "Mon 2026-1-1", "@1500000000", "@0", "@", "@-1", "@1.5", "@1 UTC",
            "@99999999999", "@7258118399", "@7258118400", "@99999999999999999999", "@5 12:00", "Mon @5", "12:00 UTC",
            "12:00 CET", "UTC 12:00", "tomorrow", "noon", "5min", "every day", "* *", "*", "*-*", "* 12:00",
            "*-* 12:00", "12:00 *-*-*", "*-*-*T12:00", "2026-01-01T12:00:00", "*:0:0/0.5", "*:0:0/.5", "*:0:0.5..1.5",
            "*:0:0..0", "*:0:0..1", "*:0:0..2", "*:0:1..0", "*:0:0..0.5/0.1", "*:0:0..59", "*:0:0..60", "*:0:0.5",
            "*:0:.5", "*:0:5.", "*:0:00.0", "*:0:2147", "*:0:2148", "*:2147483647", "*:2147483648",
            "*:99999999999999999999", "1,2,3..5:0", "%i", "%i:00", "1..3/1:0", "5..5/1:0", "*-*-* *:*:*", "1 :00",
            "1: 00", "-1:00", "+1:00", "Mon,Tue; 1:00", "a:b", "1:2 3", "*-*-1-1", "~1", "*~", "*-~1", "*~1 5:00",
            "*~1-1",
        ],
    ),
    (
        "Listen.*",
        [
            "80", "0", "65535", "65536", "99999999999", "+80", "-80", "080", "0x50", "/", "/run/x", "/x/", "//x",
            "/x/../y", "/../x", "@", "@x", "@ x", "x.sock", "a:b", "a:80", "localhost:80", "1.2.3.4", "1.2.3.4:80",
            "1.2.3.4:0", "1.2.3.4:", "1.2.3:80", "1.2.3.4:99999", "[::1]:80", "[::1]:0", "[::1]", "::1", "::1:80",
            "[::1:80", "::1]:80", "[::]:80", "[1.2.3.4]:80", "[fe80::1%lo]:80", "[::1]:80%lo", "[::1]:80%1",
            "[::1]:80%nosuch", "1.2.3.4:80%lo", "[::1]:80%", "1.2.3.4:80#x", "*:80", "vsock::80", "vsock:2:80",
            "vsock:x:80", "vsock:2", "vsock:2:", "vsock::-1", "vsock::0", "vsock:host:80", "vsock:hypervisor:5",
            "vsock:local:5", "vsock-stream::80", "vsock-dgram::80", "vsock-seqpacket::5", "vsock:4294967295:80",
            "vsock:2:4294967295", "unix:/x", "/run/%i", "%t/x", "%i", "@%i", "%Q", "/run/%Q", "/" + "x" * 107,
            "/" + "x" * 106, "/" + "x" * 108, "@" + "x" * 107, "@" + "x" * 106, "@" + "x" * 108, "/var/run/x",
            "/dev/log", "/dev/x", "/proc/x", "route", "route 5", "route x", "route  5", "kobject-uevent 1", "generic",
            "Route", "22", "audit 4294967296", "route 5 6", "5 5", "\"route\"", "/q", "q", "/dev/mqueue/x", "-/x",
            "[::1]:+80", "[::1]: 80", "1.2.3.4: 80", "1.2.3.4:0x50", "[::1]x:80", "[]:80", ":80", "1.2.3.4:80:80",
        ],
    ),
    (
        "(Service|Slice|Sockets|Unit|Wants|After|Before|Requires|BindsTo|PartOf|OnFailure|OnSuccess|Conf"
        "licts|JoinsNamespaceOf|Upholds|Propagates.*|StopPropagatedFrom|Requisite|Triggers|RequiresOverr"
        "idable|BindTo|.*ReloadTo|.*ReloadFrom)$",
        [
            "foo.service", "foo@.service", "foo@x.service", "foo@x@y.service", "foo@%i.service", "%n", "%N",
            "%p@x.service", "%p.target", "foo", "foo.", "foo.xyz", ".service", "a b.service", "a.service b.socket",
            "a.service,b.service", "\"a.service\"", "'a.service", "a\\x2db.service", "a\\b.service", "a\\.service",
            "foo.slice", "-.slice", "a-b.slice", "-a.slice", "a-.slice", "a--b.slice", "a@b.slice", "system.slice",
            "%i.slice", "foo.socket", "foo@.socket", "foo.target", "foo.mount", "foo.device", "foo.scope",
            "dev-sda.device", "a:b.service", "é.service", "a*.service", "a/b.service", "/a/b.service",
            "x" * 240 + ".service", "x" * 247 + ".service", "x" * 248 + ".service", "%Q.service", "%h.service", "%h",
            "%t", "@x.service", "a@b@.service", "-.mount", "%i", "%I.service", "self.service", ".a.service",
            "a..service", "_.service", "a%%b.service", "a+b.service", "a=b.service", "a~b.service", "foo.snapshot",
            "foo.busname",
        ],
    ),
    (
        ".*Directory|.*Directories",
        [
            "app", "app/one", "app app/one", "/app", "../app", "a/../b", "a/..", "..", ".", "./a", "a/.", "a//b",
            "a/", "private", "private/x", "privatex", "a:b", "a:b:ro", "a::ro", "a:b:rw", "a::", "a:", "::", ":b",
            "a:/b", "a:../b", "a:b:c:d", "a:b c", "\"a b\"", "\"a", "a\\:b", "a\\x20b", "a\\qb", "%p", "%i", "%i/x",
            "x/%i", "%h", "%t/x", "%Q", "a:%i", "a:%Q", "é", "a,b", "~", "-a", "+a", "x" * 256, "a/" + "x" * 256,
        ],
    ),
    (
        ".*(User|Group|Groups)$",
        [
            "root", "0", "00", "01", "1000", "65535", "4294967295", "4294967296", "65534", "-1", "-5", "+5", "a:b",
            "a/b", "a b", "a.b", ".", "..", "...", "-", "-a", "_a", "a$", "A", "9a", "1a", "é", "a\\x20b", "\"root\"",
            "a\"b", "'a", "a%i", "%i", "%h", "%u", "%U", "%Q", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "x" * 300,
            "nobody", "nogroup", "a,b", "#5", "@a", "a b c", "a  b", "0x0", "0b1",
        ],
    ),
    (
        ".*(Paths|Image|Images|Verity|File|Path|Where|Descriptors|Strings|MountsFor|Symlinks|Exists.*|Ch"
        "anged|Modified|NotEmpty|Condition.*|Assert.*)$",
        [
            "/x", "-/x", "+/x", "-+/x", "+-/x", "--/x", "!/x", "|/x", "|!/x", "!|/x", "!!/x", "||/x", "! /x", "| /x",
            "|! /x", "x", "./x", "~/x", "/", "//", "/a//b", "/a/./b", "/a/../b", "/../a", "/a/..", "/a/.", "/a/",
            "/a /b", "/a b", "\"/a b\"", "\"/a", "'/a'", "/a\\x20b", "/a\\ b", "/a\\qb", "\\/a", "/a:/b",
            "/a:/b:rbind", "/a:/b:norbind", "/a:/b:x", "/a:/b:", "/a:/b:rbind /c", "/a:", "/a::", "/a:b", ":/b",
            "a:/b", "-/a:/b", "-/a:-/b", "/a\\:b:/c", "/a:/b:root:rw", "/a:/b:foo:rw", "/a:/b:rw", "/a:/b:rw:root",
            "/a:ro", "/tmp:ro,size=1M", "/tmp: x", "tmp:ro", "/a:/b /c:d", "%i", "%i/x", "/%i", "%I/x", "%h", "%h/.x",
            "%t/x", "%d/x", "%Q", "/%Q", "-%i", "-%h/x", "+%t/x", "%i:/b", "/a:%i", "/dev", "/dev/x", "/dev/../x",
            "/proc", "/proc/x", "/sys/y", "/devx", "/var/run/x", "x.pid", "a/b.pid", "../x.pid", "/run/x.pid", "-",
            "+", "!", "|", "", "/" + "x" * 255, "/" + "x" * 256, "/x" * 2047, "/x" * 2048, "/é", "*", "/a*", "/a?",
            "file:/x",
        ],
    ),
    (
        "(Condition|Assert).*",
        [
            "!x", "|x", "|!x", "!!x", "a b", "\"a", "50%", "%Q", "!%H", "%H", "1", "yes", "!yes", "maybe", "x86-64",
            "!x86-64", "foo", "kvm", "container", "vm", "docker", "> 5", "systemd > 250", ">=4.0", "=5", "<>5",
            "foo bar", ">5.x", "memory", "cpuset", "CAP_SYS_ADMIN", "foo=bar", "root", "0", "@system", "/etc", "var",
            "etc", "true", "false", "10%", "1G", ">=1G", ">=10", "<2", "x", "-1", "5min", "10%/5min", "/x",
            "a.service", "|", "!", "| !", "||a", "selinux", "apparmor", "always", "LSB:foo", "glibc > 2",
            "kernel >= 5",
        ],
    ),
    (
        "Environment",
        [
            "A=b", "\"A=b c\" D=e", "A=%i", "_a1=", "1A=b", "A", "A B=c", "\"A=b", "A-B=c", "=x", "A=b\\q", "A=\\x41",
            "A=\\x4", "A='b", "A=b'c'd", "'A=b'", "A=%Q", "A=50%", "A=%%Q", "%i=b", "A%i=b", "Aé=b", "A=é",
            "A=b B=c D", "A.B=c", "A =b", "A= b", "A=$B", "A=b\\;c", "\"A\"=b", "A=b\"c", "A=\\u00e9", "A=\\377",
            "A=\\x01", "a=1 b=2 c=3", "A=" + "x" * 5000, "A=b#c", "# A=b", "A=\\n", "A=\\000", "\\x41=b",
        ],
    ),
    (
        "(Pass|Unset)Environment",
        [
            "A", "A B", "A=b", "1A", "A-B", "\"A\"", "\"A", "A\\x41", "A\\q", "%i", "A%i", "%Q", "A,B", "A=b=c", "=b",
            "$A", "_", "é", "A B=c 1", "A%%",
        ],
    ),
    (
        "LogExtraFields",
        [
            "A=b", "A_B=c D=e", "a=b", "A", "1A=b", "_A=b", "__A=b", "A-B=c", "A=", "=b", "A=%i", "%i=b", "A=%Q",
            "\"A=b c\"", "\"A=b", "A=\\x41", "A=\\q",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=x",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=x", "A1=b", "é=b", "A=b c=d",
        ],
    ),
    (
        ".*Signal$",
        [
            "SIGTERM", "TERM", "SIGSIGTERM", "sigterm", "Term", "15", "0", "64", "65", "-1", "+15", "0xf", "0b1",
            "RTMIN", "RTMAX", "SIGRTMIN", "SIGRTMIN+3", "RTMIN+0", "RTMIN+30", "RTMIN+31", "RTMIN-1", "RTMIN+",
            "RTMIN++1", "RTMAX-1", "RTMAX-30", "RTMAX-31", "RTMAX+1", "RTMAX-0", "RTMIN+0x3", "RTMIN3", "POLL", "IO",
            "SIGPOLL", "SIGIO", "IOT", "CLD", "STKFLT", "UNUSED", "SYS", "PWR", "EMT", "KILL", "STOP", "SIGNAL", "32",
            "33", "34", "RTMIN + 3", "SIG", "SIG15",
        ],
    ),
    (
        ".*ExitStatus$",
        [
            "0", "1", "143", "255", "256", "-1", "+1", "0x1", "TEMPFAIL", "EX_TEMPFAIL", "tempfail", "SIGTERM",
            "TERM", "SIGKILL 1", "1,2", "1 2 OKAY", "OKAY", "SUCCESS", "RTMIN+3", "PERSONALITY", "BPF", "KSM",
            "MEMORY_THP", "EXCEPTION", "CREDENTIALS", "\"1\"", "\\1", "300", "DATAERR", "NOTRUNNING", "1 SIGFOO",
            "01", "08", "%i",
        ],
    ),
    (
        "SystemCall.*",
        [
            "@system-service", "@foo", "~@mount", "~", "~ @mount", "~~@mount", "@mount ~@clock", "read write", "hoge",
            "read,write", "Read", "read:EPERM", "~read:EPERM", "~@mount:EPERM", "~read:kill", "~read:log", "~read:0",
            "~read:4095", "~read:4096", "~read:foo", "~read:", "~:EPERM", "~read:EPERM:EIO", "\"read\"", "\"read",
            "%i", "execve", "clone3", "openat2", "io_uring_setup", "landlock_create_ruleset", "futex_waitv",
            "cachestat", "statmount", "mseal", "map_shadow_stack", "socketcall", "ipc", "stat64", "_llseek", "x32",
            "native", "x86-64 x86", "amd64", "arm", "arm64", "mips", "riscv64", "s390x", "loongarch64", "x86-64,x86",
            "64bit", "EPERM", "EPERMM", "EINVAL12", "eperm", "kill", "Kill", "log", "trap", "1", "0", "4095", "4096",
            "-1", "EWOULDBLOCK", "EDEADLOCK", "ENOTSUP", "EOPNOTSUPP", "ERESTART", "E2BIG", "ENOANO", "EHWPOISON",
            "0x1", "01", "@known", "@sandbox", "@default", "@pkey", "@", "@mount@clock", "arch_prctl", "uname",
            "fadvise64_64", "-5", "getpid gettid hoge2", "swapcontext", "s390_pci_mmio_read", "cacheflush",
            "sync_file_range2", "kexec_load", "bdflush", "_sysctl", "uselib", "vserver", "tuxcall", "nfsservctl",
            "rt_sigreturn", "sigreturn", "waitpid", "umount", "umount2", "oldumount", "time", "stime", "setxattrat",
            "uretprobe", "file_getattr", "open_tree_attr", "listns", "removexattrat",
        ],
    ),
    (
        "RestrictAddressFamilies",
        [
            "AF_INET", "AF_INET AF_INET6", "~AF_PACKET", "none", "~none", "none AF_INET", "AF_FOO", "INET", "af_inet",
            "AF_INET,AF_UNIX", "\"AF_INET\"", "\"AF_INET", "AF_UNIX", "AF_LOCAL", "AF_FILE", "AF_MCTP", "AF_XDP",
            "AF_SMC", "AF_VSOCK", "AF_KCM", "AF_QIPCRTR", "AF_UNSPEC", "AF_MAX", "2", "~", "~ AF_INET", "AF_IB",
            "AF_MPLS", "AF_WANPIPE", "AF_ROUTE", "AF_DECnet", "AF_DECNET", "AF_ISDN", "AF_ALG", "AF_NETLINK",
            "AF_CAN", "AF_BLUETOOTH", "AF_TIPC",
        ],
    ),
    (
        "RestrictNamespaces|DelegateNamespaces",
        [
            "yes", "no", "user", "user pid", "~mnt", "~ mnt", "~", "users", "all",
            "mnt user cgroup ipc net pid uts time", "net,ipc", "\"net\"", "\"net", "net foo", "~yes", "NET", "time",
            "mount", "none",
        ],
    ),
    (
        "(CapabilityBoundingSet|AmbientCapabilities)",
        [
            "CAP_NET_RAW", "~CAP_SYS_ADMIN", "cap_kill", "NET_RAW", "CAP_FOO", "0", "62", "63", "64", "\"CAP_KILL",
            "CAP_KILL,CAP_CHOWN", "~", "~~", "CAP_BPF CAP_PERFMON",
        ],
    ),
    (
        "DeviceAllow",
        [
            "/dev/null rw", "/dev/null", "/dev/null rx", "/dev/null rwmr", "/dev/null r w", "/dev/null  rw", "null",
            "/tmp/x", "/dev", "/dev/", "/dev/x/", "/dev//null", "/dev/../x", "char-pts", "block-", "char-",
            "block-loop rwm", "char-*", "char-pts rwx", "\"/dev/null\" rw", "\"/dev/null rw", "/dev/%i rw", "/dev/%Q",
            "%i", "/run/systemd/inaccessible/chr rw", "/run/systemd/inaccessible/", "/dev/null RW", "/dev/./null",
            "/dev/null -", "xblock-loop", "/dev/n\\ull rw", "char-%i r", "dev/null",
        ],
    ),
    (
        "Delegate|DisableControllers|DelegateControllers|DelegateSubgroup",
        [
            "yes", "cpu memory", "cpus", "cpu cpus", "memory", "ram", "cpu,memory", "\"cpu\"", "\"cpu",
            "bpf-firewall", "bpf-devices", "bpf-foreign", "bpf-socket-bind", "bpf-restrict-network-interfaces",
            "bpf-bind-network-interface", "cpuset", "blkio", "cpuacct", "devices", "foo bar", "x", "a/b", ".", "..",
            "_x", "cgroup.x", "notify_on_release", "release_agent", "tasks", "memory.x", "cpu.x", ".a", "a b", "é",
            "hugetlb.x", "pids.max", "%i", "systemd.x", "name=systemd",
        ],
    ),
    (
        "Documentation",
        [
            "https://a", "http://", "http://a", "https://", "man:b(5)", "man:", "file:/c", "file:c", "file:///c",
            "info:x", "info:", "www.example.org", "b(5)", "https://a man:b(5) file:/c", "https://a foo",
            "\"https://a b\"", "\"https://a", "https://é", "https://%Q", "https://%i", "HTTPS://a", "ftp://a",
            "man:é", "https://a,https://b", "gopher://x", "https:/a", "httpss://x",
        ],
    ),
    (
        "BusName",
        [
            "org.example.App", "app", "org..x", "org.1x", "org.example.", "a.b", ".a.b", "a-b.c", "_a.b", "a.b-c",
            "a." + "b" * 253, "a." + "b" * 254, ":1.5", "org.%i", "%i", "%Q", "é.b", "a b.c", "org.example.App1",
        ],
    ),
    (
        "PAMName|TCPCongestion|SmackLabel.*|SyslogIdentifier|UtmpIdentifier|.*RebootArgument|LogNamespac"
        "e|FileDescriptorName|Description|What|Options|Type|ExtraOptions|SELinux.*|AppArmor.*|Smack.*|Bi"
        "ndToDevice",
        [
            "a b", "%i", "%Q", "-%Q", "-a", "50%", "é", "a:b", "a/b", "a.b", ".", "..", "*", "a*", "a\\b", "a\"b",
            "\"a\"", "'a", "$a", "a@b", "xxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxx",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "x" * 200, "x" * 243, "x" * 244,
            "x" * 255, "x" * 256, "eth0", "lo", "eth0:1", "eth/0", "all", "default", "5", "eth%", "LABEL=x", "UUID=x",
            "tmpfs", "/dev/x", "//x/y", "a,b=c", "fd=5,x", "direct", '\x07',
        ],
    ),
    (
        "(Set|Load|Import)Credential.*",
        [
            "a:b", "a", "a:", ":b", "a:b:c", "a:/x", "a:x", "a:../x", "a:/a/../b", "a:./x", "a/b:c", "a:x/y", ".:b",
            "..:b", "é:b", "a\\:b:c", "a b:c", "a:b c", "a:%i", "a:%Q", "%i:b", "%Q:b", "a:\\x41", "a:\\q", "a:\\x00",
            "a:YQ==", "a:Y Q = =", "a:YQ", "a:YQ=", "a:*", "a*", "a*b", "*", "a?", "a[b]", "**", "a*:b", "a*:b*",
            "a.*", "\"a\":b", "\"a:b\"", "\"a b\":c", "x" * 255 + ":b", "x" * 256 + ":b", "a:" + "x" * 300, "a::b",
            "/x", "a:/%Q",
        ],
    ),
    (
        "StandardInputText|StandardInputData",
        [
            "a", "\\x41", "\\q", "\\x00", "\\n", "%i", "%Q", "\"a", "YQ==", "YQ=", "YQ", "Y Q = =", "Y\\nQ==", "====",
            "Y===", "YWI=", "YWJj", "!", "YQ==YQ==", "\\x25Q",
        ],
    ),
    (
        "Standard(Input|Output|Error)",
        [
            "inherit", "null", "tty", "tty-force", "tty-fail", "socket", "fd", "fd:", "fd:x", "fd:a b", "fd:a:b",
            "fd:é", "fd:%i", "fd:%Q", "fd:" + "x" * 255, "fd:" + "x" * 256, "data", "file", "file:", "file:/x",
            "file:x", "file:/a/../b", "file:%i", "file:%h/x", "file:/%Q", "append:/x", "append:x", "append:",
            "truncate:/x", "truncate:x", "journal", "journal+console", "kmsg", "kmsg+console", "syslog",
            "syslog+console", "log", "Journal", "console", "tty+console", "null:", "file: /x", "append:/tmp/%p",
            "socket:", "FILE:/x", "named-fd",
        ],
    ),
    (
        "OpenFile",
        [
            "/x", "/x:n", "/x:n:read-only", "/x::read-only", "/x:n:append", "/x:n:append,graceful",
            "/x:n:append,truncate", "/x:n:foo", "/x:n:read-only,read-only", "/x:n:", "/x:", "x", "x:n",
            "/x:n:read-only:x", "/x:a b", "/x\\:y:n", "/x\\q", "/a/../b", "/", "/:n", "%i", "/%Q", "/x:é",
            "/x:n:graceful,truncate", "/x::", "/a b:n",
        ],
    ),
    (
        "SocketBind.*",
        [
            "any", "tcp", "udp", "ipv4", "ipv6", "ipv4:tcp", "ipv4:tcp:80", "tcp:80", "80", "0", "65535", "65536",
            "80-90", "90-80", "80-", "ipv4:80", "ipv4:udp:80-90", "tcp:ipv4", "ipv4:any", "ipv4:tcp:any",
            "ipv4:tcp:80:x", "ipv4:", "tcp:", "foo", "foo:80", "ipv4:foo:80", "IPV4", "icmp", "sctp:80", "any:80",
            "0x50", "ipv4:tcp:0", "+80", "%i", "a b", "0-65535",
        ],
    ),
    (
        "RestrictNetworkInterfaces",
        [
            "eth0", "eth0 lo", "~eth0", "~", "eth/0", "eth:0", "5", "all", "default", ".", "..", "x" * 127, "x" * 128,
            "xxxxxxxxxxxxxxxx", "\"eth0\"", "\"eth0", "é", "eth%", "~ lo", "lo 5", "0x5", "eth0,lo", "123a",
        ],
    ),
    (
        "BPFProgram",
        [
            "ingress:/x", "egress:/a", "bind6:/sys/fs/bpf/x", "sock_create:/x", "foo:/x", "ingress:x", "ingress",
            "ingress:", "ingress:/a/../b", "ingress:%i", "ingress:/%Q", "Ingress:/x", ":/x", "ingress :/x",
            "ingress:/x y", "device:/x", "sysctl:/x", "getsockopt:/x", "post_bind4:/x", "recvmsg6:/x", "in\\gress:/x",
            "connect_unix:/x",
        ],
    ),
    (
        "RootHash",
        [
            "/x", "/a/../b", "x", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcde",
            "0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdefg123456789abcdef", "%i", "/%Q",
            "ab cdab cdab cdab cdab cdab cdab cdab cdab cdab cd", "00000000000000000000000000000000",
            "000000000000000000000000000000", "0" * 128,
        ],
    ),
    (
        "RootHashSignature",
        [
            "/x", "base64:YQ==", "base64:Y", "base64:", "base64:YQ", "x", "/a/../b", "base64:!", "YQ==",
            "BASE64:YQ==", "base64:Y Q = =",
        ],
    ),
    (
        "RootImageOptions",
        [
            "ro", "root:ro", "foo:ro", "root:ro home:rw", "root:%i", "root:%Q", "%Q", "root:ro,nodev usr:x",
            "\"root:ro", "root:", "a:b:c", "esp:x xbootldr:y", "tmp:x var:y verity:z", "root-verity:x", "swap:x",
            "srv:x", ":ro", "root-verity-sig:x", "ro foo:x",
        ],
    ),
    (
        ".*ImagePolicy",
        [
            "*", "-", "~", "root=verity", "root=verity:home=signed+encrypted", "foo=verity", "root", "root=", "=open",
            "root=foo", "root=verity:root=signed", "=open:=absent", "root=verity+signed+encrypted+unprotected",
            "root = verity", "a b", "root=verity:*", "root=open:=ignore", "usr=read-only-on+growfs-off", "esp=unused",
            "", "**", "root=verity+", "root=-", "root=verity::home=open", "root=open:", "ESP=open",
        ],
    ),
    (
        "NFTSet",
        [
            "cgroup:inet:filter:my", "cgroup:inet:filter", "user:ip:f:s", "group:ip6:f:s", "prefix:inet:f:s",
            "address:inet:f:s", "cgroup:foo:f:s", "cgroup:inet:1f:s", "cgroup:inet:f:s:x",
            "cgroup:inet:f:s user:inet:f:s", "cgroup:inet:f:s foo", "cgroup:arp:a:b", "cgroup:bridge:a:b",
            "cgroup:netdev:a:b", "\"cgroup:inet:f:s", "cgroup:inet:f-x:s",
            "cgroup:inet:fffffffffffffffffffffffffffffff:s", "cgroup:inet:ffffffffffffffffffffffffffffffff:s",
            "ifindex:inet:f:s", "cgroup::f:s",
        ],
    ),
    (
        "RestrictFileSystems",
        [
            "ext4", "@basic-api", "@foo", "~ext4", "ext4 tmpfs", "nosuchfs", "\"ext4\"", "\"ext4", "~", "@known",
            "ext4,tmpfs", "@network", "@temporary", "@security", "@common-block", "@auxiliary-api", "@privileged-api",
            "@historical-block", "@application",
        ],
    ),
    (
        "ExecSearchPath",
        [
            "/bin", "/bin:/usr/bin", "bin", "/bin:bin", "/bin:", "/bin::/x", ":/bin", "\"/bin\"", "/a\\:b", "%i",
            "%h/bin", "/bin:%Q", "/a/../b", "/bin /x", "~/bin",
        ],
    ),
    (
        "LogFilterPatterns",
        [
            "a", "~a", "~", "[", "(", "a{2", "a{2}", "*", "~*", "(?i)a", "a|b", ".*", "[[:alpha:]]", "(?<n>a)", "a++",
            "(?P<n>x)", "\\d+", "[z-a]", "%i", "a b",
        ],
    ),
    (
        "AppArmorProfile|SELinuxContext|SmackProcessLabel",
        [
            "-%Q", "%Q", "-a", "a", "%i",
        ],
    ),
    (
        ".*(Action)$",
        [
            "none", "reboot", "reboot-force", "reboot-immediate", "poweroff", "exit", "exit-force", "soft-reboot",
            "soft-reboot-force", "kexec", "kexec-force", "halt", "halt-force", "halt-immediate", "Reboot", "restart",
            "email", "poweroff-immediate",
        ],
    ),
]
# fmt: on


@functools.lru_cache(maxsize=None)
def literals(directive: str) -> tuple[str, ...]:
    """All for one directive."""
    named = [value for pattern, values in BY_NAME if re.fullmatch(pattern, directive) for value in values]
    return tuple(dict.fromkeys([*named, *ANY]))
