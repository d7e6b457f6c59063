"""Image and deployment on a real engine: built, pushed, pinned by digest, switched, proven."""
import os
import signal
import threading
import time

import pytest
import requests

from harness import engine
from harness.daemon import free_port

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

DOCKERFILE = """
FROM triphammer/busybox
COPY www /www
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""


def workflow(port, extra=""):
    registry = os.environ["REGISTRY"]
    return f"""
name: ship
on: push
jobs:
  image:
    image:
      tags: ["{registry}/acme/app:${{{{ github.sha }}}}"]
  production:
    needs: image
    environment: production
    deploy:
      to: container
      service: app
      image: ${{{{ needs.image.outputs.ref }}}}
      switch: nginx
      ports: ["{port}:8080"]
      health: {{ http: /health.html, port: 8080, timeout: 20s }}
{extra}"""


class App:
    def __init__(self, make_daemon, git, **environment):
        self.port = free_port()
        self.daemon = make_daemon(start=False, docker={"host": os.environ["DOCKER_HOST"]})
        self.daemon.environment.update(environment)
        self.daemon.start()
        self.repository = git.repository("acme/app")
        self.daemon.add_repository(self.repository)

    def ship(self, version, extra="", **files):
        tree = {
            "Dockerfile": DOCKERFILE,
            "www/index.html": f"version {version}",
            "www/health.html": "ok",
            ".triphammer/ship.yml": workflow(self.port, extra),
            **files,
        }
        sha = self.repository.commit(tree, message=f"version {version}")
        return self.daemon.run_of_push(self.repository, sha, 120)

    def page(self):
        return requests.get(f"http://127.0.0.1:{self.port}/", timeout=5).text

    def explain(self, run):
        return "\n".join(self.daemon.log_text(run["id"], job["id"]) for job in run["jobs"] if job["state"] != "skipped")


@pytest.fixture
def app(make_daemon, git):
    app = App(make_daemon, git)
    yield app
    app.daemon.stop()
    engine.remove_objects(app.daemon)


def test_a_push_is_built_pushed_and_answers(app):
    run = app.ship(1)
    assert run["state"] == "succeeded", app.explain(run)
    assert app.page() == "version 1"
    [deployment] = app.daemon.get("/deployments")["items"]
    assert deployment["state"] == "succeeded" and deployment["digest"].startswith("sha256:")
    image = [job for job in run["jobs"] if job["key"] == "image"][0]
    assert image["outputs"]["ref"].endswith(deployment["digest"])


def test_a_second_version_replaces_the_first_and_no_request_is_lost(app):
    assert app.ship(1)["state"] == "succeeded"
    answers, stop = [], threading.Event()

    def ask():
        while not stop.is_set() and len(answers) < 5000:
            try:
                answers.append(app.page())
            except requests.RequestException as error:
                answers.append(f"lost: {error}")
            time.sleep(0.02)

    asker = threading.Thread(target=ask)
    asker.start()
    run = app.ship(2)
    time.sleep(1)
    stop.set()
    asker.join()
    assert run["state"] == "succeeded", app.explain(run)
    assert set(answers) == {"version 1", "version 2"}
    new, old = [item for item in app.daemon.get("/deployments")["items"]]
    assert new["previous"] == old["id"]


def test_the_previous_version_stays_as_long_as_a_worker_of_nginx_leads_to_it(app):
    """One that is not let hear of its end still takes requests: here it is stopped, on a busy machine it waits for its turn."""
    assert app.ship(1)["state"] == "succeeded"
    server = f"triphammer.server={app.daemon.server_id}"
    [switch] = [one for one in engine.containers(server) if one["Labels"].get("triphammer.role") == "switch"]
    shown = engine.call("GET", f"/v1.41/containers/{switch['Id']}/top")[1]
    worker = next(int(row[1]) for row in shown["Processes"] if "worker process" in row[-1])

    def looks_and_ends(log):
        looks = [event for event in log.events if event["Action"] == "top"]
        ends = [event for event in log.events if event["Action"] == "die" and "triphammer.deployment" in event["Actor"]["Attributes"]]
        return len(looks), len(ends)

    with engine.EventLog(server) as log:
        os.kill(worker, signal.SIGSTOP)
        try:
            run = push_version(app, 2, Dockerfile=DOCKERFILE)
            app.daemon.wait_for(lambda: looks_and_ends(log)[0] > 1 or looks_and_ends(log)[1], 60, "nobody looked at nginx's workers")
            assert looks_and_ends(log)[1] == 0
        finally:
            os.kill(worker, signal.SIGCONT)
        found = app.daemon.finished_run(run, 120)
    assert found["state"] == "succeeded", app.explain(found)
    assert app.page() == "version 2"


def test_a_switch_without_a_shell_takes_its_configuration_by_files(make_daemon, git, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM triphammer/nginx\nRUN rm -f /usr/bin/sh\n")
    engine.docker("build", "-q", "-t", "triphammer/shell-less", tmp_path)
    app = App(make_daemon, git, TRIPHAMMER_DOCKER_SWITCH_IMAGE="triphammer/shell-less")
    try:
        for version in (1, 2):
            run = app.ship(version)
            assert run["state"] == "succeeded", app.explain(run)
            assert app.page() == f"version {version}"
    finally:
        app.daemon.stop()
        engine.remove_objects(app.daemon)
        engine.docker("image", "rm", "triphammer/shell-less")


def test_two_pushes_to_one_environment_wait_for_each_other(app):
    assert app.ship(1)["state"] == "succeeded"
    runs = []
    for version in (2, 3):
        sha = app.repository.commit({"www/index.html": f"version {version}"}, message=f"version {version}")
        runs += app.daemon.delivery(app.daemon.push(app.repository, sha))["runs"]
    for run in runs:
        found = app.daemon.finished_run(run, 120)
        assert found["state"] == "succeeded", app.explain(found)
    assert app.page() in ("version 2", "version 3")


def test_a_deployment_that_waits_holds_no_worker_and_survives_kill_9(app):
    slow = DOCKERFILE.replace('CMD [', 'CMD ["/bin/busybox", "sh", "-c", "sleep 5; exec busybox httpd -f -p 8080 -h /www"]\n# [')
    first = push_version(app, 1, Dockerfile=slow)
    app.daemon.wait_for(lambda: production_of(app, first)["state"] == "running", 60, "the first was not started")
    second = push_version(app, 2, Dockerfile=DOCKERFILE)
    waiting = app.daemon.wait_for(lambda: waiting_job(app, second), 60, "the second did not wait")
    # Deployments of one environment wait in its group, before they ask for the target's lock.
    assert "in group 'production'" in waiting["reason"], waiting
    assert waiting["attempt"] == 0, waiting
    app.daemon.kill()
    app.daemon.start()
    for run in (first, second):
        found = app.daemon.finished_run(run, 120)
        assert found["state"] == "succeeded", app.explain(found)
    assert production_of(app, second)["attempt"] == 1
    assert app.page() == "version 2"


def push_version(app, version, **files):
    tree = {"www/index.html": f"version {version}", "www/health.html": "ok", ".triphammer/ship.yml": workflow(app.port)}
    sha = app.repository.commit({**tree, **files}, message=f"version {version}")
    return app.daemon.delivery(app.daemon.push(app.repository, sha))["runs"][0]


def production_of(app, run):
    return [job for job in app.daemon.get(f"/runs/{run}")["jobs"] if job["key"] == "production"][0]


def waiting_job(app, run):
    job = production_of(app, run)
    return job["state"] == "waiting" and job


def test_a_candidate_that_never_gets_healthy_is_never_reachable(app):
    assert app.ship(1)["state"] == "succeeded"
    broken = 'FROM triphammer/busybox\nCMD ["/bin/busybox", "sh", "-c", "echo I am broken; sleep 600"]\n'
    seen = set()
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            seen.add(app.page())
            time.sleep(0.05)

    asker = threading.Thread(target=ask)
    asker.start()
    run = app.ship(2, Dockerfile=broken)
    stop.set()
    asker.join()
    assert run["state"] == "failed"
    assert seen == {"version 1"} and app.page() == "version 1"
    newest = app.daemon.get(f"/deployments/{app.daemon.get('/deployments')['items'][0]['id']}")
    assert newest["state"] in ("failed", "rolled_back") and "I am broken" in newest["excerpt"]


def test_a_base_image_that_does_not_exist_is_said(app):
    run = app.ship(1, Dockerfile="FROM 127.0.0.1:1/no/such:image\n")
    image = [job for job in run["jobs"] if job["key"] == "image"][0]
    assert run["state"] == "failed" and "no/such" in app.explain(run)
    assert [job["state"] for job in run["jobs"] if job["key"] == "production"] == ["skipped"], image


def test_an_engine_that_is_not_there_is_said_and_changes_nothing_else(make_daemon, git):
    daemon = make_daemon(docker={"host": "unix:///nonexistent/docker.sock"})
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    sha = repository.commit({"Dockerfile": DOCKERFILE, ".triphammer/ship.yml": workflow(free_port())})
    run = daemon.run_of_push(repository, sha)
    image = [job for job in run["jobs"] if job["key"] == "image"][0]
    assert run["state"] == "failed" and image["cause"] == "infrastructure"
    assert "/nonexistent/docker.sock" in daemon.log_text(run["id"], image["id"]) + str(image)


def test_steps_run_in_a_container(app):
    text = """
on: push
jobs:
  inside:
    runs-on: host
    container: triphammer/busybox
    steps:
      - uses: actions/checkout@v4
      - run: cat note.txt; echo kept > /tmp/kept
      - run: cat /tmp/kept; exit 3
"""
    sha = app.repository.commit({".triphammer/c.yml": text, "note.txt": "from the tree\n"})
    run = app.daemon.run_of_push(app.repository, sha)
    log = app.explain(run)
    assert "from the tree" in log and "kept" in log, log
    assert run["jobs"][0]["cause"] == "exit"
