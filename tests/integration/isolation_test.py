"""What the steps of a job on this machine cannot reach, and what they can: tried from inside, with real sockets."""
import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading

import pytest

REACH = r"""
import socket, sys
def reach(family, kind, address):
    with socket.socket(family, kind) as one:
        one.settimeout(5)
        try:
            one.connect(address)
            one.send(b"GET / HTTP/1.0\r\n\r\n")
            said = one.recv(100)
            print("REACHED", address, said, flush=True)
        except OSError:
            pass
TCP, UDP, V4, V6, UNIX = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.AF_INET, socket.AF_INET6, socket.AF_UNIX
"""


def python(script):
    return {"shell": "python3 {0}", "run": REACH + script + "\nprint('tried all')"}


@contextlib.contextmanager
def addresses(*wanted):
    """On this machine's loopback for a while."""
    for address in wanted:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
    try:
        yield
    finally:
        for address in wanted:
            subprocess.run(["ip", "address", "del", address, "dev", "lo"], check=True)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"rights of the machine")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web(host, family=socket.AF_INET):
    class Server(http.server.ThreadingHTTPServer):
        address_family = family
    with Server((host, 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextlib.contextmanager
def another_machine():
    """(address, port) of a web server that is on no address of this machine, and of an echo of datagrams there."""
    name = f"th{os.getpid() % 10000}"
    def ip(*words):
        subprocess.run(["ip", *words], check=True)
    ip("netns", "add", name)
    try:
        ip("link", "add", name, "type", "veth", "peer", "name", f"{name}p", "netns", name)
        ip("address", "add", "203.0.113.1/30", "dev", name)
        ip("link", "set", name, "up")
        ip("-n", name, "address", "add", "203.0.113.2/30", "dev", f"{name}p")
        ip("-n", name, "link", "set", f"{name}p", "up")
        with subprocess.Popen(["ip", "netns", "exec", name, "python3", "-c", ELSEWHERE], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout.readline() == "ready\n"
            yield "203.0.113.2"
            server.kill()
    finally:
        subprocess.run(["ip", "link", "del", name], check=False)
        ip("netns", "del", name)


ELSEWHERE = r"""
import http.server, socket, threading
def echo():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("", 5353))
        while True:
            data, sender = one.recvfrom(65536)
            one.sendto(data[::-1], sender)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"x" * 5_000_000 + b"end")
    def do_POST(self):
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200); self.end_headers(); self.wfile.write(str(size).encode())
    def log_message(self, *_): pass
threading.Thread(target=echo, daemon=True).start()
server = http.server.ThreadingHTTPServer(("", 80), Answer)
print("ready", flush=True)
server.serve_forever()
"""


@pytest.fixture
def push(daemon, git):
    """Pushes jobs by name; their logs by name, once the run has ended."""
    repository = git.repository("acme/alone")
    daemon.add_repository(repository)

    def run(jobs):
        text = {"on": "push", "jobs": {name: {"runs-on": "host", **job} for name, job in jobs.items()}}
        sha = repository.commit({".triphammer/t.yml": json.dumps(text)})
        done = daemon.run_of_push(repository, sha)
        logs = {job["key"]: daemon.log_text(done["id"], job["id"]) for job in done["jobs"]}
        assert done["state"] == "succeeded", logs
        return logs
    return run


def test_steps_reach_neither_the_daemon_nor_anything_else_of_the_machine(daemon, push):
    own = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    with web("0.0.0.0") as port, web("::", socket.AF_INET6) as port6:
        hosts = ["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "localhost", *own]
        ports = [daemon.port, port, port6]
        [log] = push({"a": {"steps": [python(f"""
for host in {hosts}:
    for port in {ports}:
        for family in (V4, V6):
            reach(family, TCP, (host, port))
""")]}}).values()
    assert "tried all" in log and "REACHED" not in log, log


def test_steps_reach_no_unix_socket_of_the_machine(daemon, push):
    name = f"\0triphammer-test-{os.getpid()}"
    paths = [str(daemon.data / "admin.sock"), str(daemon.data.with_name("data-run") / "daemon.sock"),
             str(daemon.data.with_name("data-run") / "launcher.sock"), "/var/run/docker.sock"]
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(name)
        abstract.listen()
        [log] = push({"a": {"steps": [python(f"""
for name in {[name, *paths]!r}:
    for kind in (TCP, UDP, socket.SOCK_SEQPACKET):
        reach(UNIX, kind, name)
""")]}}).values()
        abstract.setblocking(False)
        with pytest.raises(BlockingIOError):
            abstract.accept()
    assert "tried all" in log and "REACHED" not in log, log


def test_steps_reach_no_instance_metadata(push):
    metadata = ["169.254.169.254", "169.254.170.2", "fd00:ec2::254"]
    with addresses(*(f"{host}/{128 if ':' in host else 32}" for host in metadata)):
        with web("0.0.0.0") as port, web("::", socket.AF_INET6) as port6:
            with socket.create_connection(("169.254.169.254", port), timeout=5):
                pass  # it is there
            [log] = push({"a": {"steps": [python(f"""
for host in {metadata + ["::ffff:169.254.169.254"]}:
    for port in {[port, port6]}:
        for family in (V4, V6):
            for kind in (TCP, UDP):
                reach(family, kind, (host, port))
""")]}}).values()
    assert "tried all" in log and "REACHED" not in log, log


def test_a_job_does_not_hear_its_neighbour_and_has_ports_of_its_own(push):
    listen = {"steps": [python(r"""
import os, time
one = socket.create_server(("127.0.0.1", 8080))
abstract = socket.socket(UNIX); abstract.bind("\0both"); abstract.listen()
with socket.create_connection(("127.0.0.1", 8080)) as own:
    print("my own", one.accept()[0].getsockname(), flush=True)
one.settimeout(3)
try: print("REACHED by", one.accept())
except TimeoutError: pass
""")]}
    logs = push({"a": listen, "b": listen})
    for log in logs.values():
        assert "my own ('127.0.0.1', 8080)" in log and "REACHED" not in log, log


def test_each_job_has_a_user_of_its_own(push):
    ask = {"steps": [{"run": "id -u; id -un; test ! -r /etc/shadow; umask; touch here; stat -c %u here"}]}
    logs = push({"a": ask, "b": ask})
    users = []
    for log in logs.values():
        lines = [line.split(" ")[-1] for line in log.splitlines()]
        at = lines.index("runner")
        users.append(lines[at - 1])
        assert int(users[-1]) >= 0x70000000 and lines[at + 1] == "0022" and lines[at + 2] == users[-1]
    assert len(set(users)) == 2
    assert "as a user of its own, with a network of its own" in logs["a"]


WITHOUT_RIGHTS = r"""
import ctypes, os, sys
runner, user = int(sys.argv[1]), int(sys.argv[2])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
def tried(name, what):
    try:
        what()
        print("COULD", name)
    except OSError:
        print("could not", name)
libc = ctypes.CDLL(None, use_errno=True)
def trace():
    if libc.ptrace(16, runner, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
tried("signal", lambda: os.kill(runner, 0))
tried("trace", trace)
for name in ["environ", "mem", "maps", "auxv"]:
    tried(name, lambda: open(f"/proc/{runner}/{name}", "rb").read(1))
tried("descriptors", lambda: os.listdir(f"/proc/{runner}/fd"))
tried("folder", lambda: os.listdir(f"/proc/{runner}/cwd/"))
"""

WITH_ITS_RIGHTS = r"""
import ctypes, os, sys
runner, roots, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
uid, libc = os.stat(f"/proc/{runner}").st_uid, ctypes.CDLL(None, use_errno=True)
os.setgroups([])
space = os.open(f"/proc/{runner}/ns/user", os.O_RDONLY)
if libc.setns(space, 0x10000000) != 0:
    raise OSError(ctypes.get_errno(), "setns")
os.setresgid(0, 0, 0)
os.setresuid(0, 0, 0)
def tried(name, what):
    try:
        if what() == -1:
            raise OSError(ctypes.get_errno())
        print("COULD", name)
    except OSError:
        print("could not", name)
tried("read", lambda: open("/etc/shadow"))
tried("write", lambda: open(folder + "/new", "w"))
tried("kill", lambda: os.kill(roots, 0))
tried("mount", lambda: libc.mount(b"tmpfs", b"/mnt", b"tmpfs", 0, None))
tried("unmount", lambda: libc.umount2(b"/proc", 2))
tried("host name", lambda: libc.sethostname(b"mine", 4))
tried("machine's network", lambda: libc.setns(os.open("/proc/self/ns/net", os.O_RDONLY), 0x40000000))
tried("settings", lambda: open("/proc/sys/kernel/panic", "w"))
print("all of", uid)
"""


def ask_root(script, *words):
    return subprocess.run([sys.executable, "-c", script, *map(str, words)], capture_output=True, text=True,
                          timeout=30, check=True).stdout


def status_of(pid):
    fields = (line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    return {name: value.split() for name, value in fields}


def test_a_runner_is_a_user_of_its_own_without_any_right_over_the_machine(daemon, git, tmp_path):
    repository = git.repository("acme/alone")
    daemon.add_repository(repository)
    steps = [{"run": "echo ready > here; while [ ! -e go ]; do sleep 0.05; done"}]
    sha = repository.commit({".triphammer/t.yml": json.dumps(
        {"on": "push", "jobs": {"a": {"runs-on": "host", "steps": steps}}})})
    guid = daemon.push(repository, sha)
    place = daemon.data.with_name("data-run")
    folder = daemon.wait_for(lambda: next(place.glob("*/work/here"), None)).parent
    runner = int((folder.parent / "lock").read_text())
    step = folder.stat().st_uid
    try:
        status = status_of(runner)
        [user] = set(status["Uid"])
        assert int(user) >= 0x78000000 and int(user) != step and int(user) != os.geteuid()
        assert set(status["Gid"]) == {user} and status["NoNewPrivs"] == ["1"]
        assert os.stat(f"/proc/{runner}/ns/user").st_ino != os.stat("/proc/self/ns/user").st_ino
        root_only = tmp_path / "root-only"
        root_only.mkdir(mode=0o700)
        said = ask_root(WITH_ITS_RIGHTS, runner, os.getpid(), root_only)
        assert "COULD" not in said and f"all of {user}" in said, said
        said = ask_root(WITHOUT_RIGHTS, runner, step)
        assert "COULD" not in said and said.count("could not") == 8, said
    finally:
        (folder / "go").touch()
    [run] = daemon.delivery(guid)["runs"]
    assert daemon.finished_run(run)["state"] == "succeeded"


KNOCK = r"""
import socket
with socket.socket(socket.AF_UNIX) as one:
    one.connect("daemon.sock")
    one.sendall(b"GET /runner/v1 HTTP/1.1\r\nHost: x\r\n\r\n")
    print(one.recv(4096).split()[1].decode())
"""


def test_only_runners_are_heard_at_the_daemons_socket(daemon):
    def knock(user):
        return subprocess.run(["/usr/bin/python3", "-c", KNOCK], cwd=daemon.data.with_name("data-run"), user=user, group=user,
                              capture_output=True, text=True, timeout=30, check=True).stdout.strip()
    assert knock(12345) == "403" and knock(0x70000001) == "403"
    assert knock(0x78000001) != "403"


def test_jobs_run_beside_an_engine_that_only_roots_group_may_use(make_daemon, git, tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "engine.sock"))
        os.chown(tmp_path / "engine.sock", 0, 0)
        os.chmod(tmp_path / "engine.sock", 0o660)
        daemon = make_daemon(docker={"host": f"unix://{tmp_path}/engine.sock"})
        repository = git.repository("acme/app")
        job = {"runs-on": "host", "steps": [{"run": "echo well"}]}
        sha = repository.commit({".triphammer/a.yml": json.dumps({"on": "push", "jobs": {"a": job}})})
        daemon.add_repository(repository)
        assert daemon.run_of_push(repository, sha)["state"] == "succeeded"


def test_what_leads_out_is_carried_both_ways(push):
    with another_machine() as host:
        [log] = push({"a": {"steps": [python(f"""
import urllib.request
got = urllib.request.urlopen("http://{host}/").read()
print("got", len(got), got[-3:])
print("sent", urllib.request.urlopen("http://{host}/", data=b"y" * 3_000_000).read())
with socket.socket(V4, UDP) as one:
    one.settimeout(10); one.connect(("{host}", 5353))
    for word in (b"abc", b"def"):
        one.send(word); print("echo", one.recv(10))
with socket.create_connection(("{host}", 81)) as closed:
    try: print("read", closed.recv(1))
    except ConnectionResetError: print("cut off")
reach(V4, TCP, ("203.0.113.1", 80))
""")]}}).values()
    assert "got 5000003 b'end'" in log and "sent b'3000000'" in log, log
    assert "echo b'cba'" in log and "echo b'fed'" in log and "cut off" in log and "REACHED" not in log, log


def test_a_job_without_network_reaches_only_itself(push):
    with another_machine() as host:
        [log] = push({"a": {"resources": {"network": "none"}, "steps": [python(f"""
reach(V4, TCP, ("{host}", 80)); reach(V4, UDP, ("{host}", 5353))
one = socket.create_server(("127.0.0.1", 8080))
socket.create_connection(("127.0.0.1", 8080)); print("itself", one.accept()[0].getsockname())
""")]}}).values()
    assert "itself ('127.0.0.1', 8080)" in log and "REACHED" not in log, log
    assert "without a network" in log
