"""Networks that are made before there is a job in a container: who gets them, and that none is left behind."""
import os
import re
import signal
import socket
import threading

import pytest

from engine_death_test import private_engine  # noqa: F401
from harness import engine

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    container: triphammer/busybox
    services:
      web:
        image: triphammer/busybox
        command: sh -c 'mkdir /www && echo served >/www/index.html && exec httpd -f -h /www'
        ready: { tcp: 80 }
    steps:
      - run: |
          echo "network ${{ job.container.network }}"
          wget -q -O - http://web/
          MORE
"""


class Server:
    """A daemon with a repository whose job tells its network."""

    def __init__(self, make_daemon, git, host=None, more=":"):
        self.daemon = make_daemon(docker={"host": host or os.environ["DOCKER_HOST"]})
        self.repository = git.repository("acme/app")
        self.repository.commit({".triphammer/ci.yml": WORKFLOW.replace("MORE", more)})
        self.daemon.add_repository(self.repository)
        self.count = 0

    def push(self):
        self.count += 1
        sha = self.repository.commit({"count": str(self.count)})
        [run] = self.daemon.delivery(self.daemon.push(self.repository, sha))["runs"]
        return run

    def log(self, run):
        [job] = self.daemon.get(f"/runs/{run}")["jobs"]
        return self.daemon.log_text(run, job["id"]) if job["steps"] else ""

    def run_job(self):
        """The name of its network."""
        run = self.push()
        found = self.daemon.finished_run(run, seconds=90)
        log = self.log(run)
        assert found["state"] == "succeeded", log
        assert "\nserved\n" in log
        return re.search(r"^network (\S+)$", log, re.M)[1]

    def keepers(self):
        """Names of the containers that keep a network which was made ahead, and their states."""
        found = engine.containers(f"triphammer.server={self.daemon.server_id}")
        return {one["Names"][0].strip("/"): one["State"] for one in found if one["Labels"]["triphammer.role"] == "ready"}

    def is_ready(self):
        return sorted(name.split("-", 2)[2] for name, state in self.keepers().items() if state == "running") == ["ready-1", "ready-2"]

    def wait_ready(self):
        self.daemon.wait_for(self.is_ready, 40, "no networks are made ready")

    def objects(self):
        label = f"triphammer.server={self.daemon.server_id}"
        networks = engine.call("GET", "/v1.41/networks")[1]
        return [one["Names"][0] for one in engine.containers(label)] + [
            one["Name"] for one in networks if (one["Labels"] or {}).get("triphammer.server") == self.daemon.server_id]

    def launchers(self):
        """{number: is a launcher, else a runner or its helper}"""
        return {pid: b"\0launcher\0" in open(f"/proc/{pid}/cmdline", "rb").read() for pid in self.daemon.launcher_pids()}

    def stop(self):
        self.daemon.stop()
        self.daemon.stop_launchers()


def test_each_job_gets_a_network_that_nobody_had_and_the_launcher_takes_the_rest_away(make_daemon, git):
    server = Server(make_daemon, git)
    networks = [server.run_job()]
    assert re.fullmatch(r"th-\w{8}-\d+-1", networks[0])
    for _ in range(3):
        server.wait_ready()
        networks.append(server.run_job())
    assert len(set(networks)) == 4
    assert all("-made-" in name for name in networks[1:]), networks
    server.wait_ready()
    assert len(server.objects()) == 4
    server.stop()
    assert server.objects() == []


def test_an_attempt_whose_daemon_launcher_and_runner_are_killed_leaves_no_network(make_daemon, git):
    server = Server(make_daemon, git, more="sleep 1000")
    first = server.push()
    server.daemon.wait_for(lambda: "served" in server.log(first), 60, "the step did not begin")
    server.daemon.api(f"/runs/{first}/cancel", "POST").raise_for_status()
    server.daemon.finished_run(first, seconds=60)
    server.wait_ready()

    second = server.push()
    server.daemon.wait_for(lambda: "served" in server.log(second), 60, "the step did not begin")
    taken = [name for name in server.keepers() if name.endswith(".network")]
    assert len(taken) == 1, server.keepers()
    server.daemon.kill()
    for pid in server.launchers():
        os.kill(pid, signal.SIGKILL)
    server.daemon.start()
    server.daemon.finished_run(second, seconds=90)

    server.wait_ready()
    server.daemon.wait_for(lambda: len(server.objects()) == 4, 60, "something of a dead attempt stays")
    assert not set(taken) & set(server.keepers())


def test_an_engine_that_was_restarted_has_networks_for_the_next_job_all_the_same(private_engine, make_daemon, git):  # noqa: F811
    server = Server(make_daemon, git)
    server.run_job()
    server.wait_ready()
    private_engine.kill()
    private_engine.start()
    assert set(server.keepers().values()) == {"exited"}

    assert re.fullmatch(r"th-\w{8}-\d+-1", server.run_job())
    server.wait_ready()
    assert "-made-" in server.run_job()
    private_engine.kill()
    server.stop()
    private_engine.start()
    assert server.objects() != []
    server.daemon.start()
    server.wait_ready()


def test_an_engine_behind_tcp_has_them_too(make_daemon, git):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=forward, args=(listener,), daemon=True).start()
        server = Server(make_daemon, git, host=f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        server.run_job()
        server.wait_ready()
        assert "-made-" in server.run_job()
        server.stop()
        assert server.objects() == []


def forward(listener):
    """Each connection to the engine's socket."""
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        engine_end = socket.socket(socket.AF_UNIX)
        engine_end.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
        for source, target in ((client, engine_end), (engine_end, client)):
            threading.Thread(target=copy, args=(source, target), daemon=True).start()


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()
