"""What every figure needs: the probes built once, a daemon in a folder of its own, plain sockets."""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness import payloads  # noqa: E402
from harness.daemon import Daemon  # noqa: E402
from harness.git_http import GitServer  # noqa: E402

LIMITS = ROOT / "tests" / "bench" / "limits"
LIBRARIES = ["-lsqlite3", "-lcrypto", "-lpthread", "-lyaml-cpp"]
REPOSITORY = "acme/bench"
median = statistics.median


@dataclasses.dataclass
class Row:
    """One line of the table. `ok` None: a figure that is only told."""
    what: str
    measured: str
    probe: str = ""
    ratio: str = ""
    wanted: str = ""
    ok: bool = None


@dataclasses.dataclass
class Bench:
    binary: str
    rounds: int
    quick: bool
    folder: pathlib.Path

    def probe(self, name):
        """The path of a built probe."""
        built = self.folder / name
        if not built.exists():
            source = LIMITS / f"{name}.cpp"
            subprocess.run(["g++", "-std=c++20", "-O2", "-o", str(built), str(source), *LIBRARIES], check=True)
        return str(built)

    def run_probe(self, name, *arguments):
        """What a probe printed; it works in a folder of its own on the same disk as the product."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            words = [folder if word == "DIR" else str(word) for word in arguments]
            done = subprocess.run([self.probe(name), *words], capture_output=True, text=True, check=True, timeout=300)
            return done.stdout

    @contextlib.contextmanager
    def daemon(self, **config):
        """A running daemon on a fresh data directory; everything is gone afterwards."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder, prefix="daemon-"))
        open_to_pass(self.folder, folder)
        daemon = Daemon(self.binary, folder, {"workers": 2, "git": {"insecure_hosts": ["127.0.0.1"]}, **config})
        try:
            yield daemon.start()
        finally:
            daemon.close()
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def git(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder, prefix="git-"))
        try:
            with GitServer(folder) as server:
                yield server
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def open_to_pass(*folders):
    """As the folders above a server's are: runners have none to cover then, and jobs' users come to their files."""
    for folder in folders:
        folder.chmod(0o711)


def number_in(text, pattern):
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError(f"no {pattern} in: {text}")
    return float(found[1])


def ratio_text(ratio):
    return f"{ratio:.2f}"


class Connection:
    """One kept connection that sends ready bytes and reads whole answers: the least a client costs."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, request):
        """(status, body, seconds)"""
        started = time.perf_counter()
        self.socket.sendall(request)
        head, body = self._read_answer()
        return int(head.split(b" ", 2)[1]), body, time.perf_counter() - started

    def _read_answer(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        while found and len(body) < int(found[1]):
            body += self._receive()
        return head, body

    def _receive(self):
        got = self.socket.recv(1 << 20)
        if not got:
            raise ConnectionError("the server closed the connection")
        return got


def get_request(path, token=None):
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post_request(path, headers, body):
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def memory_kb(pid, field="VmRSS"):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(number_in(text, rf"{field}:\s+(\d+) kB"))


def reset_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def milliseconds_between(first, last):
    """Of two RFC 3339 times in UTC."""
    def read(text):
        whole, _, part = text.rstrip("Z").partition(".")
        return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1000 + float(f"0.{part or 0}") * 1000
    return read(last) - read(first)


def commits(repository, count, files):
    """Commits that differ in nothing but their message, pushed at once; their ids, oldest first."""
    ids = [repository.commit(files)]
    environment = {
        "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
    }

    def git(*arguments):
        return subprocess.run(["git", "-C", str(repository.tree), *arguments], env=environment, check=True,
                              capture_output=True, text=True).stdout.strip()

    for number in range(1, count):
        git("commit", "-q", "--allow-empty", "-m", f"change {number}")
        ids.append(git("rev-parse", "HEAD"))
    git("push", "-q", "origin", "HEAD:refs/heads/main")
    return ids


def push_body(name, clone_url, sha, before):
    return json.dumps(payloads.push(name, clone_url, sha, before=before)).encode()
