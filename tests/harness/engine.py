"""The Docker engine from a test's side: a few calls of its API over the Unix socket; its client only
where the client itself is what users type."""
import http.client
import json
import os
import socket
import subprocess
import threading
import time
import urllib.parse


class _Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def call(method, path, body=None):
    """(status, decoded JSON or text) of one call to the engine at DOCKER_HOST."""
    connection = _Connection(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    finally:
        connection.close()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, text


def containers(label=None):
    filters = json.dumps({"label": [label]} if label else {})
    return call("GET", f"/v1.41/containers/json?all=1&filters={urllib.parse.quote(filters)}")[1]


def remove_objects(daemon):
    """Removes every container, network and volume that carries this server's label."""
    remove_objects_of(daemon.server_id)


def remove_objects_of(server_id):
    label = f"triphammer.server={server_id}"
    for container in containers(label):
        call("DELETE", f"/v1.41/containers/{container['Id']}?force=1&v=1")
    filters = urllib.parse.quote(json.dumps({"label": [label]}))
    for network in call("GET", f"/v1.41/networks?filters={filters}")[1] or []:
        call("DELETE", f"/v1.41/networks/{network['Id']}")
    for volume in (call("GET", f"/v1.41/volumes?filters={filters}")[1] or {}).get("Volumes") or []:
        call("DELETE", f"/v1.41/volumes/{volume['Name']}?force=1")


class EventLog:
    """Every event of the engine for objects with a label, as long as it is entered. It listens all the time,
    because an engine that is asked later knows its last 256 events only."""

    def __init__(self, label):
        self.events = []
        self.filters = urllib.parse.quote(json.dumps({"label": [label]}))

    def __enter__(self):
        self.began = int(time.time())
        self.connection = _Connection(os.environ["DOCKER_HOST"].removeprefix("unix://"))
        self.connection.request("GET", f"/v1.41/events?filters={self.filters}")
        self.socket = self.connection.sock
        self.socket.settimeout(None)
        answer = self.connection.getresponse()
        self.thread = threading.Thread(target=self._listen, args=[answer], daemon=True)
        self.thread.start()
        return self

    def _listen(self, answer):
        for line in answer:
            self.events.append(json.loads(line))

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.connection.close()

    def until_now(self, seconds=10):
        """All events that the engine has told of by now."""
        text = call("GET", f"/v1.41/events?since={self.began}&until={int(time.time()) + 1}&filters={self.filters}")[1]
        known = [text] if isinstance(text, dict) else [json.loads(line) for line in text.splitlines() if line]
        limit = time.monotonic() + seconds
        while known and known[-1] not in self.events:
            if time.monotonic() > limit:
                raise TimeoutError("the engine's events stopped coming")
            time.sleep(0.02)
        return list(self.events)


def docker(*words, program="docker", **environment):
    """What a client's command printed. The older builder: Debian's client has no other."""
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=600,
                          env={**os.environ, "DOCKER_BUILDKIT": "0", **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{program} {' '.join(map(str, words))}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout.strip()
