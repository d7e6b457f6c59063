"""An engine that is killed in the middle of a job, and is there again later: a private one, with its own containerd."""
import os
import pathlib
import signal
import subprocess
import tempfile

import pytest

from harness import engine

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")
ENGINE = pathlib.Path(__file__).resolve().parents[1] / "support" / "engine.sh"

WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    container: triphammer/busybox
    services:
      web:
        image: triphammer/busybox
        command: sleep 1000
    retry: { max: 1, on: [infrastructure], backoff: BACKOFF }
    steps:
      - run: echo begun; sleep 5; echo ended
      - if: always()
        run: echo tidied
"""


class PrivateEngine:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}

    def run(self, word):
        done = subprocess.run([ENGINE, word, self.folder], env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        lines = dict(line.split("=", 1) for line in self.run("start").splitlines())
        os.environ["DOCKER_HOST"] = lines["DOCKER_HOST"]
        return lines["DOCKER_HOST"]

    def kill(self):
        os.kill(int((self.folder / "docker.pid").read_text()), signal.SIGKILL)


@pytest.fixture
def private_engine(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", os.environ["DOCKER_HOST"])  # as it was, afterwards
    # Not pytest's folder: containerd's sockets stand below it, and their paths must be short.
    one = PrivateEngine(pathlib.Path(tempfile.mkdtemp(prefix="th-engine-")))
    try:
        one.start()
        one.run("busybox")
        yield one
    finally:
        one.run("stop")


def start_job(make_daemon, git, backoff):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW.replace("BACKOFF", backoff)})
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]

    def said():
        [job] = daemon.get(f"/runs/{run}")["jobs"]
        return job["steps"] and daemon.log_text(run, job["id"])
    daemon.wait_for(lambda: "begun\n" in (said() or ""), 30, "the step did not begin")
    return daemon, run


def objects(daemon):
    """What the server's attempts still have on the engine."""
    label = f"triphammer.server={daemon.server_id}"
    networks = engine.call("GET", "/v1.41/networks")[1]
    found = engine.containers(label) + [
        one for one in networks if (one["Labels"] or {}).get("triphammer.server") == daemon.server_id]
    return [one["Id"] for one in found if one["Labels"]["triphammer.role"] != "ready"]


def test_a_job_whose_engine_is_killed_fails_as_infrastructure_and_is_tried_again(private_engine, make_daemon, git):
    daemon, run = start_job(make_daemon, git, "20s")

    private_engine.kill()

    def ended_job():
        [job] = daemon.get(f"/runs/{run}")["jobs"]
        return job if job["attempts"][0]["ended_at"] else None
    job = daemon.wait_for(ended_job, 30, "the job did not end by itself")
    assert job["attempts"][0]["cause"] == "infrastructure", job
    assert "##[error]the engine that runs the job's container went away" in daemon.log_text(run, job["id"]), job
    private_engine.start()

    found = daemon.finished_run(run, seconds=90)
    assert found["state"] == "succeeded", found
    [job] = found["jobs"]
    assert [one["result"] for one in job["attempts"]] == ["failed", "succeeded"]
    assert "ended\n" in daemon.log_text(run, job["id"])
    daemon.wait_for(lambda: objects(daemon) == [], 60, "the engine still has objects of an attempt")
