# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd takes and refuses, by directive; tests/oracle asks real systemd whether this is so."""

from __future__ import annotations

import typing as t


class Values(t.NamedTuple):
    """``silent``: why systemd says nothing about the refused ones; empty when it does."""

    accepted: list[str]
    refused: list[str]
    silent: str = ""


INSTALL = "verify does not read [Install]; `systemctl enable` refuses them"
VALUES: dict[str, Values] = {
    # numbers
    "Service.Nice": Values(["-20", "0", "19", "+5", "0x10"], ["20", "-21", "low", "1.5", "08"]),
    "Service.OOMScoreAdjust": Values(["-1000", "1000"], ["1001", "-1001", "never"]),
    "Service.LogRateLimitBurst": Values(["0", "4294967295"], ["-1", "many", "4294967296", ""]),
    "Service.CPUSchedulingPriority": Values(["0"], ["100", "-1", "high"]),
    "Service.IOSchedulingPriority": Values(["0", "7"], ["8", "high"]),
    "Socket.Backlog": Values(["128"], ["-1", "lots"]),
    "Socket.Priority": Values(["-5", "6"], ["low", ""]),
    "Socket.MessageQueueMaxMessages": Values(["10"], ["ten"]),
    "Unit.FailureActionExitStatus": Values(["0", "255"], ["256", "SUCCESS"]),
    # booleans
    "Service.RemainAfterExit": Values(["yes", "No", "TRUE", "t", "1", "off"], ["yep", "2", "", "yes # comment"]),
    "Unit.DefaultDependencies": Values(["no"], ["none", "never"]),
    "Timer.Persistent": Values(["true"], ["daily"]),
    "Path.MakeDirectory": Values(["yes"], ["/run/x"]),
    "Service.PrivateMounts": Values(["yes"], ["private"]),
    # times
    "Service.RestartSec": Values(
        ["5", "0", "100ms", "1min 30s", "1h5m", "infinity", "1.5s", ".5", "1y 2w 3d", "1M", "5 5"],
        ["5 parsecs", "soon", "-1s", "5.", "1,5s", "5s # five", "infinity 5", "1e3", ""],
    ),
    "Service.TimeoutStopSec": Values(["90", "2min", "infinity"], ["ninety", "5mo"]),
    "Service.TimeoutStartSec": Values(["90s"], ["90x"]),
    "Unit.StartLimitIntervalSec": Values(["0", "10min"], ["10 mins of fame"]),
    "Service.TimerSlackNSec": Values(["50ns", "1us", "5nsec 1ms"], ["50 nano"]),
    "Timer.OnBootSec": Values(["5min", "", "infinity"], ["after boot"]),
    "Timer.AccuracySec": Values(["1us"], ["exact"]),
    "Unit.JobTimeoutSec": Values(["5"], ["five"]),
    "Timer.OnCalendar": Values(
        [
            *("daily", "Weekly", "*-*-* 00:00:00", "Mon 10:00", "Mon..Fri 2026-01-01", "Sat,Sun 12:00", "12:00"),
            *(
                "*:0/15",
                "*-*-1,15 3:00",
                "2026-02~03",
                "*-*~1",
                "@1500000000",
                "Mon",
                "5:30:15.5",
                "Mon *-*-* 1:00 UTC",
            ),
            *(
                "daily UTC",
                "*-12-24..31",
                "Thu,Fri *-1,3-* 11:12:13",
                "Mon-Fri 9:00",
                "10:00 Europe/Berlin",
                "*:*:0/10",
                *("*-*~28", "20/3:00", "23:59:59.9999994", "*:0:0/0.5", "2199-1-1", "Sat..Sun"),
            ),
        ],
        [
            *("every day", "25:00", "*-13-01", "Moon 10:00", "12:60", "Fri..Mon 1:00", "*-*-* 1:2:3:4", "2026-01"),
            *("*:0/0", "tomorrow", "12", "*-*-32", "@", "Mon,Tue; 1:00", "noon", "5min"),
            *("*-*~29", "20/4:00", "00:00/60", "*:5..0", "Sun..Sat", "2200-1-1", "*:0:0..0.5", "12:00:00:00"),
            *("*:2147483648", "Mon..", "Mon..Tue..Wed", "Mond", "1 2:3", "*~1-1", "2026-1~1~1", "5:", "5 :0"),
        ],
    ),
    # sizes, percentages, limits
    "Service.MemoryMax": Values(
        ["512M", "1G 5M", "50%", "12.5%", "infinity", "1.5G", "1048576", "100B", ""],
        ["12X", "512MB", "150%", "0", "lots", "5M 1G", "-1", "unlimited", "512Mi"],
    ),
    "Service.MemorySwapMax": Values(["0", "1G"], ["none"]),
    "Service.TasksMax": Values(["64", "50%", "infinity"], ["many", "0", "150%", "-1"]),
    "Service.CPUQuota": Values(["50%", "200%", "1%"], ["20", "0%", "half", "infinity"]),
    "Service.CPUWeight": Values(["1", "10000"], ["0", "10001", "heavy"]),
    "Service.IOWeight": Values(["100"], ["0", "20000", "idle"]),
    "Service.ManagedOOMMemoryPressureLimit": Values(["60%"], ["160%", "much"]),
    "Socket.ReceiveBuffer": Values(["64K"], ["64Q"]),
    "Service.LimitNOFILE": Values(["65535", "1024:4096", "infinity"], ["many", "64K", "1:2:3", "-1", "unlimited", ""]),
    "Service.LimitCORE": Values(["0", "1G", "1M:infinity"], ["big"]),
    "Service.LimitCPU": Values(["10min", "5:10s"], ["5 parsecs"]),
    "Service.LimitNICE": Values(["+5", "-10", "0", "40"], ["50", "nice"]),
    "Service.AllowedCPUs": Values(["0-3", "0 1,2", ", 0,", ",", ""], ["all", "0..3", "-1"]),
    "Service.CPUAffinity": Values(["0-1"], ["0..3", "0;1"]),
    # signals and statuses
    "Service.KillSignal": Values(
        ["SIGTERM", "TERM", "15", "SIGRTMIN+3", "RTMAX-1"], ["SIGFOO", "0", "65", "sigterm", ""]
    ),
    "Service.FinalKillSignal": Values(["SIGKILL"], ["NINE", "RTMIN+40", "RTMIN-1"]),
    "Service.SuccessExitStatus": Values(["143", "TEMPFAIL SIGTERM 5", "0", ""], ["256", "OKAY", "1,2", "-1"]),
    "Service.RestartPreventExitStatus": Values(["SIGKILL 1"], ["SIGNALLED"]),
    "Service.SystemCallErrorNumber": Values(["EPERM", "1"], ["no", "0", "-5"]),
    # words
    "Service.Type": Values(["simple", "exec", "notify", "oneshot", "idle"], ["daemon", "Simple", ""]),
    "Service.Restart": Values(["always", "no", "on-failure"], ["yes", "alway", "on-fail"]),
    "Service.KillMode": Values(["mixed", "process", "control-group", ""], ["all", "cgroup"]),
    "Service.NotifyAccess": Values(["main", "all"], ["any"]),
    "Service.OOMPolicy": Values(["stop", "kill"], ["restart"]),
    "Service.ProtectSystem": Values(["full", "strict", "yes"], ["maybe", "Full"]),
    "Service.ProtectHome": Values(["read-only", "tmpfs", "no"], ["ro"]),
    "Service.ProtectProc": Values(["invisible"], ["hidden", "yes"]),
    "Service.ProcSubset": Values(["pid"], ["self"]),
    "Service.PrivateTmp": Values(["yes", "off"], ["maybe", "shared"]),
    "Service.DevicePolicy": Values(["closed"], ["open"]),
    "Service.KeyringMode": Values(["private"], ["none"]),
    "Service.UtmpMode": Values(["login"], ["root"]),
    "Service.RuntimeDirectoryPreserve": Values(["restart", "yes"], ["always"]),
    "Service.ManagedOOMSwap": Values(["auto", "kill"], ["yes"]),
    "Service.TimeoutStopFailureMode": Values(["abort"], ["ignore"]),
    "Service.IOSchedulingClass": Values(["idle", "best-effort", "2"], ["fast"]),
    "Service.CPUSchedulingPolicy": Values(["batch", "fifo"], ["fair"]),
    "Service.MountFlags": Values(["slave", "private"], ["rw"]),
    "Service.SyslogFacility": Values(["daemon", "local7"], ["local8", "log"]),
    "Service.SyslogLevel": Values(["err", "debug", "7"], ["error", "8"]),
    "Unit.CollectMode": Values(["inactive-or-failed"], ["failed"]),
    "Unit.OnFailureJobMode": Values(["replace", "isolate"], ["stop"]),
    "Unit.StartLimitAction": Values(["reboot", "none"], ["restart", "Reboot"]),
    "Unit.FailureAction": Values(["poweroff-force"], ["email"]),
    "Socket.BindIPv6Only": Values(["both", "ipv6-only"], ["ipv4"]),
    "Socket.SocketProtocol": Values(["udplite", "sctp", "ScTp", "136"], ["tcp", "17", ""]),
    "Service.StandardOutput": Values(
        ["journal", "null", "file:/tmp/x", "append:/tmp/%p", "fd:stdout", "journal+console"],
        ["log", "file:x", "/tmp/x", "journald", "append:"],
    ),
    "Service.StandardInput": Values(["null", "tty", "file:/tmp/x"], ["stdin", "file:x"]),
    "Service.Delegate": Values(["yes", "cpu memory", ""], ["cpus"]),
    "Service.DisableControllers": Values(["memory"], ["ram"]),
    "Mount.Type": Values(["tmpfs", "debugfs"], []),
    # modes and paths
    "Service.UMask": Values(["0027", "77", "7777"], ["9", "u=rwx", "-1", "77777"]),
    "Service.RuntimeDirectoryMode": Values(["0750"], ["rwxr-x---"]),
    "Socket.SocketMode": Values(["0660"], ["a+rw"]),
    "Service.WorkingDirectory": Values(["/", "~", "-/nope", "%t/x", ""], ["here", "./x", "/a/../b", "-x", "$HOME"]),
    "Service.RootDirectory": Values(["/srv"], ["srv"]),
    "Service.EnvironmentFile": Values(["/etc/x", "-/etc/x", "/etc/%i"], ["etc/x", "~/x", "-x"]),
    "Service.ReadWritePaths": Values(["/a -/b +/c -+/d", "/%i"], ["a", "/a b", "/a/../b", "/a,/b /c,d ..", "~"]),
    "Service.InaccessiblePaths": Values(["/a"], ["."]),
    "Service.TemporaryFileSystem": Values(["/tmp:ro /x"], ["tmp"]),
    "Service.BindPaths": Values(["/a /b:/c /d:/e:rbind -/f"], ["a", "/a:b", "a:/b"]),
    "Service.RuntimeDirectory": Values(["app app/one", "%p"], ["/run/app", "../app", "a/../../b"]),
    "Service.StateDirectory": Values(["app"], ["/var/lib/app"]),
    "Service.TTYPath": Values(["/dev/tty1"], ["tty1"]),
    "Unit.ConditionPathExists": Values(["/x", "!/x", "|!/x", "%t/x"], ["x", "!x", "~/x"]),
    "Unit.AssertFileNotEmpty": Values(["/x"], ["etc/x"]),
    "Unit.RequiresMountsFor": Values(["/a /b"], ["a", "-/a"]),
    "Path.PathExists": Values(["/x"], ["x"]),
    "Path.PathChanged": Values(["/x"], ["./x"]),
    "Socket.ListenStream": Values(
        ["80", "/run/x", "@x", "[::1]:80", "1.2.3.4:80", "[::1]:0x50", "vsock::80"],
        ["70000", "0", "x.sock", "a:b", "/", "1.2.3.4:0", "[1.2.3.4]:80", "vsock:x:80", "/" + "x" * 107],
    ),
    "Socket.ListenDatagram": Values(["514"], ["syslog"]),
    "Socket.ListenFIFO": Values(["/run/fifo"], ["fifo"]),
    # units
    "Unit.After": Values(
        ["a.service b@1.target %n", "x-%i.mount", "dev-sda.device", ""], ["foo", "bar!.service", ".service", "a.b"]
    ),
    "Unit.Wants": Values(["a@%i.service"], ["worker@", "a.service,b.service", "@x.service"]),
    "Unit.OnFailure": Values(["mail@%n.service"], ["mail"]),
    "Unit.PartOf": Values(["a.target"], ["a.targe"]),
    "Timer.Unit": Values(["b.service"], ["b", ""]),
    "Service.Slice": Values(["system.slice"], ["system", "a.service", ""]),
    "Service.Sockets": Values(["b.socket"], ["b.service", "b"]),
    "Install.WantedBy": Values(["multi-user.target", "a@%i.target"], ["multi-user", "a b"], INSTALL),
    "Install.Also": Values(["b.socket"], ["b"], INSTALL),
    # commands and environment
    "Service.ExecStartPre": Values(
        [
            "/bin/true",
            "-/bin/true",
            "@/bin/true a b",
            "+/bin/true",
            "!/bin/true",
            ":/bin/echo 'a b'",
            "",
            "/bin/true ; /bin/true",
            "; /bin/true",
        ],
        ["./x", "bin/x", "/bin/", '/bin/sh -c "foo', "/bin/sh -c 'x", "-", "/bin/true %Q"],
    ),
    "Service.Environment": Values(
        ["A=b", '"A=b c" D=e', "A=%i", "_a1=", ""], ["1A=b", "A", "A B=c", '"A=b', "A-B=c", "=x"]
    ),
    "Service.PassEnvironment": Values(["A B", "_b"], ["1A", "A-B", "A=b", '"A']),
    "Service.UnsetEnvironment": Values(["A", "A=b"], ["A-B"]),
    "Service.LogExtraFields": Values(["A=b", "A_B=c D=e"], ["a=b", "A", "1A=b"]),
    "Service.User": Values(["root", "1000", "www-data", ""], ["a:b", "a/b", "65535"]),
    "Service.SupplementaryGroups": Values(["a b"], ["a:b"]),
    # security
    "Service.CapabilityBoundingSet": Values(
        ["CAP_NET_RAW", "~CAP_SYS_ADMIN cap_kill", ""],
        ["NET_RAW", "CAP_FOO"],
        "it logs unknown names for debuggers only",
    ),
    "Service.SystemCallFilter": Values(
        ["@system-service", "~@mount @clock", "read write", ""],
        ["@systemservice", "read,write", "~@foo", "Read"],
    ),
    "Service.SystemCallArchitectures": Values(["native", "x86-64 x86"], ["amd64", "64bit"]),
    "Service.RestrictAddressFamilies": Values(
        ["AF_INET AF_INET6", "~AF_PACKET", ""], ["INET", "AF_FOO", "AF_INET,AF_UNIX"]
    ),
    "Service.RestrictNamespaces": Values(["yes", "user pid", "~mnt"], ["users", "all"]),
    "Service.DeviceAllow": Values(
        ["/dev/null rw", "char-pts", "block-loop rwm", "/dev/null"], ["null", "/dev/null rx", "/tmp/x"]
    ),
    "Service.IPAddressAllow": Values(["localhost", "10.0.0.0/8 ::1", "any"], ["lan", "10.0.0.0/255.0.0.0"]),
    "Service.BusName": Values(["org.example.App"], ["app", "org..x", "org.1x"]),
    # taken by none of the versions, and by lenient readers: found from outside, with their siblings
    "Service.ExecStop": Values(
        ["/bin/true", "@/bin/true a", "!!/bin/true", "-+:/bin/true", "X :0", "/bin/true ; -/bin/true", "/bin/a \\; b"],
        [
            "--/bin/true",
            "@/bin/true",
            "+!/bin/true",
            '/bin/echo "%i',
            "/bin/echo 'a\\'",
            "a\\tb",
            "/bin/true ; x/y",
        ],
    ),
    "Service.ReadOnlyPaths": Values(["%t/x", "-+%h /b", "/a\\ b", '"/a b"'], ["%N/x", "%N", '"/a', "/a %u"]),
    "Service.Group": Values(["0", "%u", "..."], ["01", "%h", "-5", "a:%u"]),
    "Service.TimeoutAbortSec": Values(
        ["5.5min 1h", "+5", "584541y", ""], ["1.2.3", "1111111111111y", "584542y 1y", "5 parsecs", "5."]
    ),
    "Service.StateDirectoryMode": Values(["0755", "7777"], ["0o22", "0x7", "+7", "10000", ""]),
    "Service.StartupIOWeight": Values(["1", "0x64"], ["1_0", "100 100", "9" * 5000]),
    "Service.LogLevelMax": Values(["0x7", "emerg"], ["error", "-1", "9" * 5000]),
    "Service.LimitNPROC": Values(["\\11", "4:5", "5:infinity"], ["5:4", "infinity:5", "5:", "1:2:3", "9" * 5000]),
    "Service.MemoryHigh": Values(["1.5G", "1%", "0x10%"], ["0.1", "1024E", "16E", "0%"]),
    "Service.StartupCPUWeight": Values(["10000"], ["10001", "9" * 5000]),
    "Service.IPAddressDeny": Values(
        ["10.0.0.0/0x8", "LOCALHOST", "x.localhost", "fd00::/8", "::1.2.3.4"],
        ["10.0.0.0/33", "192.168.10.", "fd00:", "01.2.3.4", "fe80::1%lo", "::/129", "1::2::3"],
    ),
    "Service.StartupAllowedCPUs": Values(["0b1", "\\0", '"0-1" 3', "8191"], ["3-0", "65536", "8192", "0-1-2", '"0']),
    "Socket.Service": Values(["a@b.service", "a@b@.service"], ["a@.service", "a.socket", ""]),
    "Socket.ListenNetlink": Values(["route 5", "0"], ["Route", "route x", "route 5 6"]),
    "Service.CacheDirectory": Values(["a/./b", "privatex"], [".", "..", "private/x", "%h", "a/../b"]),
    "Mount.Slice": Values(["a-b.slice"], ["a@b.slice", "a.service"]),
    "Service.SystemCallLog": Values(["read @mount"], ["hoge", "@hoge"]),
    "Unit.ConditionPathIsDirectory": Values(["|!/x", "%t"], ["!!/x", "!|/x", "%i"]),
    "Service.NUMAPolicy": Values(["bind", ""], ["Bind", "0"]),
    "Service.NUMAMask": Values(["all", "0-3", ""], ["some", "3-0"]),
    "Service.Personality": Values(["x86-64", "x86", ""], ["amd64"]),
    "Service.MountImages": Values(["/a:/b", "/a:/b:root:ro /c:/d"], ["/a", "a:/b", "/a:/b:foo:ro"]),
    "Service.SetCredential": Values(["a:b", "a:\\x41", "a:%Q"], ["a", "a/b:c", "a:\\q", ".:b"]),
    "Service.LoadCredential": Values(["a:/x"], ["a/b:/x", "..:/x", "%Q:/x"]),
    "Service.StandardInputText": Values(["a\\nb", "\\x41"], ["\\q", "%Q"]),
    "Service.StandardInputData": Values(["YQ==", "YWJj"], ["YQ", "!"]),
    "Service.LogNamespace": Values(["a", "a@b"], ["a/b", "..", "a b"]),
    "Service.RootHash": Values(["/x", "00" * 16], ["00" * 15, "x"]),
    "Service.RootHashSignature": Values(["/x", "base64:YQ=="], ["YQ==", "base64:Y"]),
    "Service.RootImageOptions": Values(["ro", "root:ro home:rw"], ["foo:ro"]),
    "Service.IOReadBandwidthMax": Values(
        ["/dev/sda 5M", "/dev/sda infinity"], ["/dev/sda", "/dev/sda 0", "/dev/sda 5s"]
    ),
    "Service.IODeviceWeight": Values(["/dev/sda 10"], ["/dev/sda 0", '"/dev/sda 5', "/dev/sda"]),
    "Service.IODeviceLatencyTargetSec": Values(["/dev/sda 5ms"], ["/dev/sda x", "/a/../b 5"]),
    "Service.CoredumpFilter": Values(["default 0x3f", "all"], ["some", "3g"]),
    "Service.IPIngressFilterPath": Values(["/sys/fs/bpf/x"], ["x", "/a/../b"]),
    "Socket.Symlinks": Values(["/a /b"], ["a", '"/a']),
    "Socket.FileDescriptorName": Values(["a b"], ["a:b", "\u00e9"]),
    "Socket.IPTOS": Values(["low-delay", "255"], ["256", "low"]),
    # specifiers
    "Unit.Description": Values(["100% sure", "%i on %H", "%%Q", "ends in %"], ["%Q", "50%x"]),
    "Unit.Documentation": Values(["https://a man:b(5) file:/c", ""], ["www.example.org", "b(5)"]),
    "Unit.ConditionHost": Values(["a", "!%H"], ["%Q"]),
    "Service.SyslogIdentifier": Values(["app-%i"], ["app-%Q"]),
}
