"""What strangers could measure or slow down: the figures of docs/security-checks.md."""
import concurrent.futures
import contextlib
import hashlib
import hmac
import itertools
import math
import random
import resource
import socket
import sqlite3
import statistics
import threading
import time
import uuid

import requests
import support
from intake import SECRET, MARK, add_repository, deleting_push
from support import Connection, Row, median, payloads

CLONE_URL = "http://127.0.0.1:9/acme/bench.git"   # nobody listens: nothing may ask git
PASSWORD = "correct horse battery"
LARGE = 25 << 20
RATE = 500             # deliveries a second
STEADY_BYTES = 20_000
SLOW_CLIENTS = 2_000


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def sync_limit(bench, seconds):
    """A limit of time, wider where the disk is slow: twenty of its syncs."""
    slowest = support.number_in(bench.run_probe("fsync_lat", "DIR", STEADY_BYTES, 1), r"p99us=(\d+)") / 1e6
    return max(seconds, 20 * slowest)


def post(connection, hook, body, signature=None, guid=None):
    """(status, seconds)"""
    headers, body = payloads.signed("push", body, SECRET, guid)
    if signature:
        headers["X-Hub-Signature-256"] = signature
    status, _, seconds = connection.ask(support.post_request(hook, headers, body))
    return status, seconds


class Sender:
    """One push after the other at a steady rate, whatever the answers take."""

    def __init__(self, daemon, hook, body, rate):
        self.daemon, self.hook, self.body, self.rate = daemon, hook, body, rate
        self.seconds, self.statuses = [], []
        self.numbers = itertools.count()

    def run(self, seconds, threads=8):
        began = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(self._work, began, seconds) for _ in range(threads)]:
                done.result()

    def _work(self, began, seconds):
        with Connection(self.daemon.port) as connection:
            while (due := next(self.numbers) / self.rate) < seconds:
                time.sleep(max(0.0, began + due - time.perf_counter()))
                commit = hashlib.sha1(uuid.uuid4().bytes).hexdigest().encode()
                status, taken = post(connection, self.hook, self.body.replace(MARK.encode(), commit))
                self.seconds.append(taken)
                self.statuses.append(status)


def padded(body, size):
    return body[:-1] + b', "padding": "' + b"x" * (size - len(body) - 15) + b'"}'


def steady_rate(bench):
    """W09"""
    limit = sync_limit(bench, 0.05)
    with bench.daemon() as daemon:
        hook = add_repository(daemon, CLONE_URL)
        sender = Sender(daemon, hook, padded(deleting_push(CLONE_URL), STEADY_BYTES), RATE)
        sender.run(5 if bench.quick else 60)
        with contextlib.closing(sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
            [(kept,)] = database.execute("SELECT count(*) FROM deliveries WHERE outcome <> 'refused'").fetchall()
    p99, slowest = percentile(sender.seconds, 0.99), max(sender.seconds)
    wrong = sum(status != 202 for status in sender.statuses)
    yield Row(f"W09: {RATE} webhooks of 20 kB a second, p99", f"{p99 * 1000:.1f} ms", "", "", f"≤ {limit * 1000:.0f} ms", p99 <= limit)
    yield Row("  … the slowest", f"{slowest * 1000:.0f} ms", "", "", "≤ 2 s", slowest <= 2)
    yield Row("  … not 202, or not kept", f"{wrong}, {len(sender.statuses) - kept}", "", "", "0, 0", wrong == 0 and kept == len(sender.statuses))


def comparison(bench):
    """W12: Welch's t of how long signatures take whose first and whose last digit is wrong."""
    count = 1_000 if bench.quick else 20_000
    body = deleting_push(CLONE_URL)
    right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    places = {"first": 7, "last": 70}
    wrong = {name: right[:at] + ("0" if right[at] != "0" else "1") + right[at + 1:] for name, at in places.items()}
    taken = {name: [] for name in places}
    with bench.daemon() as daemon, Connection(daemon.port) as connection:
        hook = add_repository(daemon, CLONE_URL)
        for name in random.sample(list(places) * count, 2 * count):
            status, seconds = post(connection, hook, body, wrong[name])
            if status != 401:
                raise RuntimeError(f"{status} for a wrong signature")
            taken[name].append(seconds)
    first, last = taken.values()
    spread = math.sqrt(statistics.variance(first) / count + statistics.variance(last) / count)
    t = (statistics.mean(first) - statistics.mean(last)) / spread
    yield Row(f"W12: first against last digit wrong, {count} each, Welch's t", f"{t:.2f}", "", "", "|t| < 4.5", abs(t) < 4.5)


def accounts(bench):
    """A02: through a declared proxy each guess comes from an address of its own, so none waits."""
    count = 6 if bench.quick else 30
    taken, texts = {"ada": [], "nobody": []}, set()
    with bench.daemon(trusted_proxies=["127.0.0.1"]) as daemon:
        link = daemon.admin("user", "add", "ada", "--role", "viewer").stdout.strip().rsplit("token=", 1)[1]
        requests.post(f"{daemon.url}/api/v1/setup", json={"token": link, "password": PASSWORD}, headers={"Origin": daemon.url},
                      timeout=60).raise_for_status()
        for number in range(2 * count):
            name = list(taken)[number % 2]
            headers = {"Origin": daemon.url, "X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
            began = time.perf_counter()
            answer = requests.post(f"{daemon.url}/api/v1/session", json={"name": name, "password": "a wrong one"}, headers=headers, timeout=60)
            taken[name].append(time.perf_counter() - began)
            texts.add((answer.status_code, answer.text))
    existing, missing = (median(seconds) for seconds in taken.values())
    ratio = missing / existing
    yield Row("A02: sign-in with a missing name, median", f"{missing * 1000:.0f} ms", f"an existing one {existing * 1000:.0f} ms",
              support.ratio_text(ratio), "0.90 to 1.10", 0.9 <= ratio <= 1.1)
    yield Row("  … different answers", str(len(texts)), "", "", "1", len(texts) == 1)


def refusals(bench):
    """W02"""
    limit = sync_limit(bench, 0.1)
    forms = ["", "sha1=" + "0" * 40, "0" * 64, "sha256=" + "0" * 63, "sha256=" + "0" * 65, "sha256=" + "z" * 64, "sha256=" + "0" * 64]
    with bench.daemon() as daemon, Connection(daemon.port) as connection:
        hook = add_repository(daemon, CLONE_URL)
        asked = [post(connection, hook, b"{}", forms[number % len(forms)] or " ") for number in range(1_000)]
    slowest = max(seconds for _, seconds in asked)
    yield Row("W02: a thousand malformed signatures, the slowest 401", f"{slowest * 1000:.1f} ms", "", "", f"≤ {limit * 1000:.0f} ms",
              slowest <= limit and {status for status, _ in asked} == {401})


def large_body(bench):
    """W05"""
    body = padded(deleting_push(CLONE_URL), LARGE)
    with bench.daemon() as daemon, Connection(daemon.port) as connection:
        hook = add_repository(daemon, CLONE_URL)
        before = support.memory_kb(daemon.process.pid)
        support.reset_peak(daemon.process.pid)
        status, seconds = post(connection, hook, body, guid="large")
        daemon.delivery("large")
        rise = (support.memory_kb(daemon.process.pid, "VmHWM") - before) / 1024
    yield Row("W05: a signed push of 25 MiB", f"{seconds:.2f} s", "", "", "≤ 2 s", status == 202 and seconds <= 2)
    yield Row("  … memory until it is planned", f"{rise:.0f} MiB", "", "", "≤ 64 MiB", rise <= 64)


class SlowClients:
    """Connections that send a head at a byte a second; whoever is cut comes again."""

    def __init__(self, port, count):
        self.port, self.count, self.cut = port, count, 0
        self.done = threading.Event()
        self.open = []
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.open = [self._connect() for _ in range(self.count)]
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        for connection in self.open:
            connection.close()

    def _connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(b"POST /webhooks/github HTTP/1.1\r\nX: ")
        connection.setblocking(False)
        return connection

    def _run(self):
        while not self.done.wait(1):
            for at, connection in enumerate(self.open):
                try:
                    connection.send(b"x")
                    if connection.recv(1 << 12) == b"":
                        raise ConnectionError
                except BlockingIOError:
                    continue
                except OSError:
                    connection.close()
                    self.cut += 1
                    self.open[at] = self._connect()


def slow_clients(bench):
    """H02"""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    limit = sync_limit(bench, 0.05)
    count = 500 if bench.quick else SLOW_CLIENTS
    with bench.daemon() as daemon:
        hook = add_repository(daemon, CLONE_URL)
        sender = Sender(daemon, hook, deleting_push(CLONE_URL), 50)
        with SlowClients(daemon.port, count) as clients:
            sender.run(14 if bench.quick else 30, threads=4)
    p99 = percentile(sender.seconds, 0.99)
    yield Row(f"H02: webhooks beside {count} slow clients, p99", f"{p99 * 1000:.1f} ms", "", "", f"≤ {limit * 1000:.0f} ms",
              p99 <= limit and set(sender.statuses) == {202})
    yield Row("  … of those were cut", str(clients.cut), "", "", f"≥ {count}", clients.cut >= count)
