"""Jobs in a container: how soon the first line is at a viewer, against what the engine itself needs."""
import http.client
import json
import os
import socket
import time
import urllib.parse

import support
from jobs import push_and_watch
from support import REPOSITORY, Row, median, ratio_text

IMAGE = "triphammer/busybox"
FIRST_LINE = json.dumps({"on": "push", "jobs": {"say": {
    "runs-on": "ubuntu-latest", "container": IMAGE, "steps": [{"run": "echo first"}]}}})


class Engine:
    """One connection for each call, as any client has."""

    def __init__(self, host):
        self.path = host.removeprefix("unix://")

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("engine", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        content = body if isinstance(body, bytes) else body and json.dumps(body)
        connection.request(method, "/v1.41" + path, content, {"Content-Type": "application/json", **(headers or {})})
        return connection, connection.getresponse()

    def send(self, method, path, body=None, headers=None):
        """The whole answer, of a stream when it has ended."""
        connection, answer = self.call(method, path, body, headers)
        text = answer.read()
        connection.close()
        if answer.status >= 400 or b'"errorDetail"' in text:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[-200:]}")
        return text

    def ask(self, method, path, body=None):
        text = self.send(method, path, body)
        return json.loads(text) if text else None

    def wait_for_rest(self):
        """Until the server has made what it makes between jobs, so that neither side pays for it."""
        ready = urllib.parse.quote(json.dumps({"label": ["triphammer.role=ready"]}))
        for _ in range(100):
            found = self.ask("GET", f"/containers/json?filters={ready}")
            if sum("-ready-" in one["Names"][0] for one in found) == 2:
                break
            time.sleep(0.1)
        time.sleep(0.3)

    def first_line(self):
        """Milliseconds of create, attach and start until the first byte is here."""
        started = time.perf_counter()
        made = self.ask("POST", "/containers/create", {"Image": IMAGE, "Cmd": ["echo", "first"]})["Id"]
        connection, answer = self.call("POST", f"/containers/{made}/attach?stream=1&stdout=1", headers={
            "Connection": "Upgrade", "Upgrade": "tcp"})
        self.ask("POST", f"/containers/{made}/start")
        connection.sock.recv(1) if connection.sock else answer.read(1)
        taken = (time.perf_counter() - started) * 1000
        connection.close()
        self.ask("DELETE", f"/containers/{made}?force=1")
        return taken


def first_line_in_a_container(bench):
    if "DOCKER_HOST" not in os.environ:
        raise RuntimeError("no engine: tests/support/engine.sh start DIR, its lines exported")
    engine, pushes = Engine(os.environ["DOCKER_HOST"]), 5 if bench.quick else 10
    product, probe = [], []
    with bench.git() as git, bench.daemon(docker={"host": os.environ["DOCKER_HOST"]}) as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        ids = support.commits(repository, pushes * bench.rounds + 1, {".triphammer/say.yml": FIRST_LINE})
        daemon.run_of_push(repository, ids[-1])  # brings every commit into the mirror
        for turn in range(bench.rounds):
            for sha in ids[turn * pushes:(turn + 1) * pushes]:
                engine.wait_for_rest()
                probe.append(engine.first_line())
                product.append(push_and_watch(daemon, repository, sha))
    ratio = median(product) / median(probe)
    yield Row("push → first log line, in a container, p50", f"{median(product):.0f} ms",
              f"bare create + attach + start {median(probe):.0f} ms", ratio_text(ratio), "≤ 1.3", ratio <= 1.3)
