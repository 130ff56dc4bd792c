# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers in several languages. Each does what workers do, prints ``thing ok`` or why not, and stays."""

from __future__ import annotations

PYTHON = """\
import ctypes, multiprocessing, os, socket, ssl, subprocess, tempfile, threading, time

def does(thing, action):
    try:
        action()
        print(thing, "ok", flush=True)
    except Exception as error:
        print(thing, "refused", error, flush=True)

def writes(directory):
    with open(os.path.join(directory, "written"), "w") as file:
        file.write("x")

def threads():
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()

def talks_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations("/srv/hardening/cert.pem")
    with socket.create_connection(("127.0.0.1", 8443)) as plain:
        context.wrap_socket(plain, server_hostname="localhost").close()

def talks_redis(family, address):
    with socket.socket(family) as redis:
        redis.connect(address)
        redis.sendall(b"PING\\r\\n")
        assert redis.recv(7) == b"+PONG\\r\\n"

does("fork", lambda: os.waitpid(os.fork() or os._exit(0), 0))
does("processes", lambda: multiprocessing.get_context("fork").Pool(2).map(abs, [1]))
does("thread", threads)
does("child", lambda: subprocess.run(["/bin/ls", "/"], check=True, stdout=subprocess.DEVNULL))
does("tmp", lambda: tempfile.NamedTemporaryFile().write(b"x"))
does("c-callback", lambda: ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)())
does("dns", lambda: socket.getaddrinfo("broker.example", 80))
does("tls", talks_tls)
does("redis", lambda: talks_redis(socket.AF_INET, ("127.0.0.1", 6390)))
does("local-redis", lambda: talks_redis(socket.AF_UNIX, "/srv/hardening/redis.sock"))
does("interfaces", socket.if_nameindex)
does("nice", lambda: os.nice(1))
does("sudo", lambda: subprocess.run(["sudo", "-n", "true"], check=True, stderr=subprocess.DEVNULL))
does("shared-tmp", lambda: open("/tmp/hardening-of-the-host").close())
does("working-directory", lambda: writes("."))
does("state", lambda: writes(os.environ["STATE_DIRECTORY"]))
does("cache", lambda: writes(os.environ["CACHE_DIRECTORY"]))
does("logs", lambda: writes(os.environ["LOGS_DIRECTORY"]))
does("runtime", lambda: writes(os.environ["RUNTIME_DIRECTORY"]))
does("opened", lambda: writes("/srv/hardening/opened"))
does("etc", lambda: writes("/etc/hardening"))
print("done", flush=True)
time.sleep(1000)
"""
PHP = """\
<?php
$f = fn($i) => $i * 2;
for ($i = 0, $sum = 0; $i < 1000000; $i++) { $sum += $f($i); }
echo "jit ", opcache_get_status(false)["jit"]["on"] ?? false ? "ok" : "off", "\\n";
echo "child ", trim(shell_exec("echo ok")), "\\n";
echo "dns ", gethostbyname("broker.example") == "127.0.0.9" ? "ok" : "refused", "\\n";
echo "done\\n";
sleep(1000);
"""
NODE = """\
const does = (thing, action) => {
  try { action(); console.log(thing, 'ok') } catch (error) { console.log(thing, 'refused', error.message) }
};
does('child', () => require('child_process').execSync('true'));
does('interfaces', () => require('os').networkInterfaces());
new (require('worker_threads').Worker)('1', {eval: true}).on('exit', () => {
  require('dns').lookup('broker.example', (error) => {
    console.log('dns', error ? 'refused' : 'ok');
    console.log('done');
  });
});
setInterval(() => {}, 1000);
"""
RUBY = """\
$stdout.sync = true
def double(i) i * 2 end
1_000_000.times { |i| double(i) }
puts "jit #{defined?(RubyVM::YJIT) && RubyVM::YJIT.enabled? ? 'ok' : 'off'}"
Process.wait(fork {})
puts "fork ok"
puts "child #{`echo ok`}"
require 'socket'
puts "dns #{Addrinfo.tcp('broker.example', 80) && 'ok'}"
puts "done"
sleep 1000
"""
JAVA = """\
import java.net.InetAddress;
import java.nio.file.Files;

public class Worker {
    interface Action { Object run() throws Exception; }

    static void does(String thing, Action action) {
        try { action.run(); System.out.println(thing + " ok"); }
        catch (Exception error) { System.out.println(thing + " refused " + error); }
    }

    public static void main(String[] arguments) throws Exception {
        long sum = 0;
        for (int i = 0; i < 100_000_000; i++) sum += i % 7;
        System.out.println("jit " + (sum > 0 ? "ok" : "off"));
        does("child", () -> new ProcessBuilder("/bin/true").start().waitFor());
        does("thread", () -> { Thread thread = new Thread(() -> { }); thread.start(); thread.join(); return null; });
        does("dns", () -> InetAddress.getByName("broker.example"));
        does("tmp", () -> Files.createTempFile("worker", ""));
        System.out.println("done");
        Thread.sleep(1000000);
    }
}
"""
MEDIA = """\
import os, subprocess, time

def runs(thing, *argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    print(thing, "refused " + done.stderr[-300:] if done.returncode else "ok", flush=True)

os.chdir(os.environ["STATE_DIRECTORY"])
picture = ["-f", "lavfi", "-i", "testsrc=duration=1", "-f", "lavfi", "-i", "sine=duration=1"]
runs("ffmpeg", "ffmpeg", "-y", "-loglevel", "error", *picture, "-c:v", "libx264", "-c:a", "aac", "out.mp4")
runs("postgresql", "psql", "host=127.0.0.1 sslmode=require dbname=postgres", "-c", "select 1")
runs("local-postgresql", "psql", "host=/run/postgresql dbname=postgres", "-c", "select 1")
print("done", flush=True)
time.sleep(1000)
"""
POSTGRESQL = """\
sed -i 's/scram-sha-256\\|md5\\|peer/trust/' /etc/postgresql/*/main/pg_hba.conf
systemctl start "postgresql@$(ls /etc/postgresql)-main"
runuser -u postgres -- psql -c 'create role "www-data" login superuser' || :
"""
# Answers every question for an IPv4 address with 127.0.0.9, and nothing else.
NAME_SERVER = """\
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    asked, client = server.recvfrom(512)
    end = asked.index(0, 12) + 5
    wants_address = asked[end - 4:end - 2] == b"\\x00\\x01"
    record = b"\\xc0\\x0c\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x01\\x00\\x04\\x7f\\x00\\x00\\x09"
    answer = record if wants_address else b""
    counts = b"\\x00\\x01" + (b"\\x00\\x01" if answer else b"\\x00\\x00") + b"\\x00\\x00\\x00\\x00"
    server.sendto(asked[:2] + b"\\x81\\x80" + counts + asked[12:end] + answer, client)
"""
TLS_SERVER = """\
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/hardening/cert.pem", "/srv/hardening/key.pem")
server = socket.create_server(("127.0.0.1", 8443), backlog=50)
while True:
    client, _ = server.accept()
    try:
        context.wrap_socket(client, server_side=True).close()
    except OSError:
        pass
"""
# Enough of Redis to be pinged, where it is not installed too.
REDIS = """\
import os, socket, threading
def serve(server):
    while True:
        client, _ = server.accept()
        client.recv(100)
        client.sendall(b"+PONG\\r\\n")
        client.close()
local = socket.socket(socket.AF_UNIX)
local.bind("/srv/hardening/redis.sock")
os.chmod("/srv/hardening/redis.sock", 0o666)
local.listen(50)
threading.Thread(target=serve, args=[local]).start()
serve(socket.create_server(("127.0.0.1", 6390), backlog=50))
"""
