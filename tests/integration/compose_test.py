"""The compose form: two services of the image, and a push through both of them."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import uuid

import pytest
import requests
import yaml

from harness import engine
from harness.compose import FORM, Services
from harness.daemon import free_port
from harness.git_http import GitServer
from harness.older import MIGRATIONS, make_database, schema_of, set_schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

# A test has no https: the daemon fetches from a git server on its own loopback.
FOR_TESTS = {"TRIPHAMMER_GIT_INSECURE_HOSTS": "127.0.0.1", "TRIPHAMMER_WORKERS": "3"}

WORKFLOW = """
name: ship
on: push
jobs:
  test:
    runs-on: host
    container: triphammer/busybox
    steps:
      - uses: actions/checkout@v4
      - run: grep version www/index.html
  image:
    needs: test
    image: { tags: ["REGISTRY/acme/compose:${{ github.sha }}"] }
  production:
    needs: image
    environment: production
    deploy:
      to: container
      service: SERVICE
      image: ${{ needs.image.outputs.ref }}
      switch: nginx
      ports: ["PORT:8080"]
      health: { http: /, port: 8080 }
"""
SERVICE = f"compose-{uuid.uuid4().hex[:8]}"
DOCKERFILE = 'FROM triphammer/busybox\nCOPY www /www\nCMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'


def server_id():
    return engine.containers(f"triphammer.service={SERVICE}")[0]["Labels"]["triphammer.server"]


@pytest.fixture(scope="module")
def services(binary, tmp_path_factory, image):
    services = Services(binary, tmp_path_factory.mktemp("compose"), image, FOR_TESTS)
    try:
        yield services.start()
    finally:
        # Containers of jobs are gone by themselves; what was deployed stays, and a compose file does not know of it.
        if engine.containers(f"triphammer.service={SERVICE}"):
            engine.remove_objects_of(server_id())
        services.compose("down", "-v")


@pytest.fixture(scope="module")
def git_url(services, tmp_path_factory):
    """(folder, address) of a git server that the daemon reaches."""
    folder = tmp_path_factory.mktemp("git")
    command = ["nsenter", "-t", services.pid("daemon"), "-n", sys.executable, ROOT / "tests/support/serve_git.py", folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield folder, server.stdout.readline().strip()
        server.stdin.close()


@pytest.fixture
def make_repository(services, git_url):
    def make(name, files):
        folder, url = git_url
        repository = GitServer(folder).repository(name)
        repository.clone_url = f"{url}/{name}.git"
        services.add_repository(repository)
        return repository, repository.commit(files)
    return make


def test_a_push_goes_through_both_services(services, make_repository):
    port = free_port()
    workflow = WORKFLOW.replace("REGISTRY", os.environ["REGISTRY"]).replace("PORT", str(port)).replace("SERVICE", SERVICE)
    files = {".triphammer/ship.yml": workflow, "Dockerfile": DOCKERFILE, "www/index.html": "version 1\n"}
    repository, sha = make_repository("acme/compose", files)

    run = services.run_of_push(repository, sha, 120)

    logs = "\n".join(services.log_text(run["id"], job["id"]) for job in run["jobs"] if job["state"] != "skipped")
    assert run["state"] == "succeeded", logs + services.tail()
    assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).text == "version 1\n"


def test_a_step_on_the_host_is_refused_with_the_way_out(services, make_repository):
    text = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n"
    repository, sha = make_repository("acme/host", {".triphammer/h.yml": text})

    run = services.run_of_push(repository, sha, forge_id=4712)

    [job] = run["jobs"]
    told = services.log_text(run["id"], job["id"]) + str(job["reason"])
    assert run["state"] == "failed" and "docker:IMAGE" in told


def test_the_doctor_of_the_daemon_hears_from_the_launchers_service(services):
    said = services.compose("exec", "-T", "daemon", "sh", "-c", "triphammer doctor --json || true")

    found = {finding["name"]: finding for finding in json.loads(said)["findings"]}
    assert found["launcher"]["state"] == found["engine"]["state"] == "ok", found
    # No step runs on the host in this form: said, with the way out, and no error.
    assert found["sandbox"]["state"] != "error" and "daemon" not in found


def test_tls_is_there_where_it_is_wanted_and_only_the_front_is_published(services):
    running = services.compose("ps", "--services", "--filter", "status=running").split()
    form = yaml.safe_load(services.compose("config"))["services"]

    assert set(running) == {"daemon", "launcher", "front"}
    assert form["proxy"]["profiles"] == ["tls"] and "./Caddyfile:" in FORM.read_text()
    assert "ports" not in form["daemon"] and "127.0.0.1" in str(form["front"]["ports"])


def test_who_asks_while_the_daemon_restarts_waits_or_gets_503(services):
    """Not the TLS proxy: what `docker compose up` publishes by itself."""
    answers, ended = [], threading.Event()

    def ask():
        while not ended.is_set():
            try:
                answers.append(requests.get(f"{services.url}/readyz", timeout=10).status_code)
            except requests.RequestException as refused:
                answers.append(repr(refused))

    with concurrent.futures.ThreadPoolExecutor() as pool:
        asking = pool.submit(ask)
        for end in (lambda: services.compose("restart", "daemon"), lambda: services.kill("daemon")):
            before = services.pid("daemon")
            end()
            services.wait_for(lambda: services.pid("daemon") not in (before, "0"), 30, "the daemon is not back")  # noqa: B023
            count = len(answers)
            services.wait_for(lambda: 200 in answers[count:], 30, "nobody answers")  # noqa: B023
        ended.set()
        asking.result()

    assert set(answers) <= {200, 503}, set(answers)


def test_the_file_names_nothing_that_does_not_exist(services):
    """Every variable of the file that begins with our name is a key that the daemon knows, or the file's own."""
    own = {f"TRIPHAMMER_{name}" for name in ("IMAGE", "PORT", "DOMAIN", "SITE", "HTTP", "HTTPS")}
    known = services.compose("exec", "-T", "daemon", "triphammer", "config", "check")
    for name in set(re.findall(r"TRIPHAMMER_[A-Z_]+", FORM.read_text())) - own:
        key = name.removeprefix("TRIPHAMMER_").lower()
        assert re.search(rf"(?m)^{key.replace('_', '[._]')}:", known), name


def test_a_stop_leaves_nothing_that_compose_does_not_know_of(services):
    [beside] = services.beside()
    assert beside["State"] == "running"

    services.compose("stop")

    assert services.beside() == []
    services.compose("start")
    [again] = services.wait_for(lambda: services.beside(), 30, "launcher and jobs have no container")
    services.compose("up", "-d", "--force-recreate", "launcher")
    services.wait_for(lambda: {found["Id"] for found in services.beside()} - {again["Id"]}, 30,
                      "another service keeps the container of the one before")


def test_a_newer_image_makes_a_backup_first_and_an_older_one_leads_back_to_it(services):
    """The last test: what the services knew is gone afterwards."""
    data = pathlib.Path(engine.docker("volume", "inspect", "-f", "{{.Mountpoint}}", f"{services.project}_data"))
    database, owner = data / "triphammer.db", data.stat()
    services.compose("stop", "daemon")
    for part in data.glob("triphammer.db*"):
        part.unlink()
    make_database(database, len(MIGRATIONS) - 1)
    os.chown(database, owner.st_uid, owner.st_gid)
    services.compose("start", "daemon")
    services.wait_for(services.answers, 60, "the newer image does not start")

    [backup] = (data / "backups").iterdir()
    assert schema_of(backup) == len(MIGRATIONS) - 1 and schema_of(database) == len(MIGRATIONS)
    services.compose("stop", "daemon")
    set_schema(database, 9999)
    services.compose("start", "daemon")
    told = re.escape(f"docker compose stop daemon && docker compose run --rm daemon restore /data/backups/{backup.name} "
                     "&& docker compose up -d")
    services.wait_for(lambda: re.search(told, services.tail()), 60, "the older image does not say how to go back")
    services.compose("stop", "daemon")
    services.compose("run", "-T", "--rm", "daemon", "restore", f"/data/backups/{backup.name}")
    services.compose("up", "-d")
    services.wait_for(services.answers, 60, "what was restored does not start")
