"""An engine of its own that dies in the middle of a job: the job says so, and nothing of it stays."""
import os
import pathlib
import signal
import subprocess

import pytest

from harness import engine

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="only where engines may be started: ./dev test")

WORKFLOW = """\
on: push
jobs:
  test:
    runs-on: host
    container: { image: triphammer/busybox, volumes: [ "kept:/kept" ] }
    services:
      idle: { image: triphammer/busybox, command: sleep 1000 }
    steps:
      - run: echo begun; sleep 1000
      - run: echo never
"""


@pytest.fixture
def own_engine(tmp_path, monkeypatch):
    """(restart, pid file) of an engine that nobody else uses; DOCKER_HOST names it."""
    folder = tmp_path / "e"
    environment = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}

    def start():
        said = subprocess.run([ROOT / "tests/support/engine.sh", "start", folder], env=environment, check=True,
                              capture_output=True, text=True).stdout
        return dict(line.split("=", 1) for line in said.split())

    monkeypatch.setenv("DOCKER_HOST", start()["DOCKER_HOST"])
    subprocess.run([ROOT / "tests/support/engine.sh", "busybox", folder], check=True)
    yield start, folder / "docker.pid"
    subprocess.run([ROOT / "tests/support/engine.sh", "stop", folder], env=environment, check=True)


def objects(server):
    label = f"label=triphammer.server={server}"
    return [line for kind in ("ps -aq", "network ls -q", "volume ls -q")
            for line in engine.docker(*kind.split(), "--filter", label).split()]


def test_an_engine_that_dies_is_the_cause_and_its_successor_is_cleaned(own_engine, make_daemon, git):
    start, pid_file = own_engine
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
    repository = git.repository("acme/shop")
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW})
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    job = daemon.get(f"/runs/{run}")["jobs"][0]["id"]
    daemon.wait_for(lambda: "begun" in daemon.log_text(run, job), 60, "the step did not begin")
    assert len(objects(daemon.server_id)) == 4  # two containers, a network, a volume

    os.kill(int(pid_file.read_text()), signal.SIGKILL)

    found = daemon.finished_run(run)
    assert (found["jobs"][0]["state"], found["jobs"][0]["cause"]) == ("failed", "infrastructure")
    start()
    daemon.wait_for(lambda: objects(daemon.server_id) == [], 60, "the new engine still has the old job")
