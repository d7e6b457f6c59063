"""A Python repository with pytest and a PostgreSQL service, by a workflow file as GitHub's own pages show it:
on the machine and in a container, with a real server."""
import os
import signal
import socket

import pytest

from harness.engine import docker

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

# Nothing in it is ours. The images are those of the tests under the names that the file gives them.
WORKFLOW = """\
name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
{container}    services:
      postgres:
        image: postgres:16
        env:
          POSTGRES_USER: app
          POSTGRES_DB: app_test
          POSTGRES_HOST_AUTH_METHOD: trust
        ports:
          - {port}
        # Set health checks to wait until postgres has started
        options: >-
          --health-cmd pg_isready
          --health-interval 10s
          --health-timeout 5s
          --health-retries 5
    steps:
      - uses: actions/checkout@v4
      - name: Test
        run: python3 -m pytest -q -p no:cacheprovider
        env:
          DB_HOST: {host}
          DB_PORT: {asked}
"""

# PostgreSQL's protocol 3.0, as much as one query takes: there is no driver here.
DATABASE = '''\
import os
import socket
import struct


def read(stream):
    kind, length = struct.unpack("!cI", stream.read(5))
    return kind, stream.read(length - 4)


def query(text):
    """The first column of every row."""
    with socket.create_connection((os.environ["DB_HOST"], int(os.environ["DB_PORT"])), timeout=10) as server:
        stream = server.makefile("rwb")
        words = b"user\\0app\\0database\\0app_test\\0\\0"
        stream.write(struct.pack("!II", len(words) + 8, 196608) + words)
        stream.write(b"Q" + struct.pack("!I", len(text) + 5) + text.encode() + b"\\0")
        stream.flush()
        rows, ready = [], 0
        while ready < 2:
            kind, body = read(stream)
            assert kind != b"E", body
            ready += kind == b"Z"
            if kind == b"D":
                [size] = struct.unpack("!i", body[2:6])
                rows.append(body[6:6 + size].decode())
        return rows
'''

TESTS = '''\
from database import query


def test_it_is_a_real_server():
    assert query("SELECT version()")[0].startswith("PostgreSQL 15")


def test_it_keeps_rows():
    query("CREATE TABLE greetings (word text); INSERT INTO greetings VALUES ('hello'), ('world')")
    assert query("SELECT word FROM greetings ORDER BY word") == ["hello", "world"]
'''


@pytest.fixture(scope="module", autouse=True)
def usual_names():
    docker("tag", "triphammer/postgres", "postgres:16")
    docker("tag", "triphammer/python3", "python:3.12")
    yield
    docker("rmi", "postgres:16", "python:3.12")


def objects(daemon):
    """What its jobs have on the engine now."""
    labels = ("--filter", "label=triphammer.role=job", "--filter", f"label=triphammer.server={daemon.server_id}")
    return [line for kind in ("ps -aq", "network ls -q", "volume ls -q") for line in docker(*kind.split(), *labels).split()]


@pytest.fixture
def push(make_daemon, git):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})

    def push_and_wait(workflow):
        repository = git.repository("acme/shop")
        sha = repository.commit({".triphammer/ci.yml": workflow, "database.py": DATABASE, "test_shop.py": TESTS})
        daemon.add_repository(repository)
        run = daemon.run_of_push(repository, sha, 120)
        [job] = run["jobs"]
        return job, daemon.log_text(run["id"], job["id"])

    push_and_wait.daemon = daemon
    yield push_and_wait


def test_a_job_on_the_machine_finds_its_database_on_localhost(push):
    job, log = push(WORKFLOW.format(container="", port="5432", host="localhost",
                                    asked="${{ job.services.postgres.ports['5432'] }}"))

    assert job["state"] == "succeeded", log
    assert "2 passed" in log and "database system is ready to accept connections" in log
    assert "service postgres is ready after" in log
    assert objects(push.daemon) == []


def test_a_job_in_a_container_finds_its_database_by_name(push):
    job, log = push(WORKFLOW.format(container="    container: python:3.12\n", port="5432:5432", host="postgres",
                                    asked="5432"))

    assert job["state"] == "succeeded", log
    assert "2 passed" in log
    assert objects(push.daemon) == []


def test_a_job_whose_label_is_an_image_finds_its_database_on_localhost(make_daemon, git):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]}, runs_on={"ubuntu-latest": "docker:python:3.12"})
    repository = git.repository("acme/shop")
    sha = repository.commit({
        ".triphammer/ci.yml": WORKFLOW.format(container="", port="5433:5432", host="localhost", asked="5433"),
        "database.py": DATABASE, "test_shop.py": TESTS})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha, 120)

    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert run["state"] == "succeeded", log
    assert "2 passed" in log
    assert objects(daemon) == []


SAME_PORT = """\
on: push
jobs:
  ask:
    runs-on: ubuntu-latest
    strategy: { matrix: { word: [one, other] } }
    services:
      web:
        image: triphammer/busybox
        command: sh -c 'mkdir /www && echo ${{ matrix.word }} >/www/index.html && exec httpd -f -h /www'
        ports: ["PORT:80", "PORT:80/udp", 81]
        ready: { tcp: 80 }
    steps:
      - run: |
          set -x
          test "${{ job.services.web.ports[80] }}/${{ job.services.web.ports['81'] }}" = PORT/81
          said=$(python3 -c 'import urllib.request; print(urllib.request.urlopen("http://localhost:PORT/").read().decode())')
          test "$said" = ${{ matrix.word }}
"""


def test_other_jobs_and_the_machine_may_use_the_port_that_a_file_names(make_daemon, git):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]}, workers=2)
        repository = git.repository("acme/shop")
        workflow = SAME_PORT.replace("PORT", str(taken.getsockname()[1]))
        sha = repository.commit({".triphammer/ci.yml": workflow})
        daemon.add_repository(repository)
        run = daemon.run_of_push(repository, sha, 120)
    logs = "".join(daemon.log_text(run["id"], job["id"]) for job in run["jobs"])
    assert run["state"] == "succeeded", logs
    assert "waiting for it" not in logs
    assert objects(daemon) == []


def test_a_service_that_dies_fails_the_job_with_its_own_words(push):
    job, log = push(WORKFLOW.format(container="", port="5432", host="localhost", asked="5432")
                    .replace("POSTGRES_HOST_AUTH_METHOD: trust", "POSTGRES_HOST_AUTH_METHOD: ''"))

    assert job["state"] == "failed"
    assert "service postgres: it ended with exit status 1 before it was ready" in log
    assert "POSTGRES_PASSWORD is not set" in log
    assert objects(push.daemon) == []


def runner_of(daemon):
    """(fence, pid) of the only attempt."""
    [lock] = daemon.folder.glob("*-run/*/lock")
    return int(lock.parent.name), int(lock.read_text())


def test_a_runner_killed_while_a_service_starts_leaves_nothing(make_daemon, git):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
    repository = git.repository("acme/shop")
    workflow = WORKFLOW.format(container="", port="5432", host="x", asked="1").replace(
        "--health-cmd pg_isready", "--health-cmd false --health-start-period 10m").replace(
        "        ports:", "        volumes: [ 'data:/data' ]\n        ports:")
    sha = repository.commit({".triphammer/ci.yml": workflow})
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    daemon.wait_for(lambda: len(objects(daemon)) == 4, 30, "no container with its guard, network and volume")
    _, pid = runner_of(daemon)

    os.kill(pid, signal.SIGKILL)

    found = daemon.finished_run(run)
    assert found["jobs"][0]["cause"] == "lost_runner"
    daemon.wait_for(lambda: objects(daemon) == [], 60, "the engine still has objects of a dead attempt")


def test_a_cancelled_job_does_not_wait_for_its_services(make_daemon, git):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
    repository = git.repository("acme/shop")
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW.format(
        container="", port="5432", host="x", asked="1").replace("--health-cmd pg_isready", "--health-cmd false")})
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    daemon.wait_for(lambda: objects(daemon), 30, "no service")

    daemon.api(f"/runs/{run}/cancel", method="POST").raise_for_status()

    assert daemon.finished_run(run, seconds=20)["state"] == "cancelled"
    assert objects(daemon) == []
