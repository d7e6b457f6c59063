"""The compose form with steps on the host, in sandboxes of the container beside the launcher's; jobs of all four kinds
while both services die."""
import os
import pathlib
import re
import subprocess
import sys
import uuid

import pytest
import requests

from compose_test import DOCKERFILE
from harness import engine
from harness.compose import Services
from harness.daemon import free_port
from harness.git_http import GitServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

SERVICE = f"compose-{uuid.uuid4().hex[:8]}"
LINES = 150
SLOW = f"i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line $i of {LINES}; sleep 0.1; done"
# All four kinds at once: `base` is over soon, and then they wait for nothing but themselves.
FOUR = f"""
on: push
jobs:
  base:
    image: {{ tags: ["REGISTRY/acme/slow:base"], file: Quick }}
  host:
    needs: base
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: grep serves www/index.html
      - run: |
          [ "$(id -u)" -gt 1000 ] && [ ! -e /var/run/docker.sock ] && [ ! -e /data/master.key ]
          grep -qE '^CapBnd:\\s+0+$' /proc/self/status && grep -qE '^NoNewPrivs:\\s+1$' /proc/self/status
          [ "$(ls -d /proc/[0-9]* | wc -l)" -lt 10 ]   # nobody but the job itself
          [ "$(tail -n +3 /proc/net/dev | wc -l)" -le 2 ]   # a network of its own
      - run: "{SLOW}"
  boxed:
    needs: base
    runs-on: host
    container: triphammer/busybox
    steps: [{{ run: "{SLOW}" }}]
  image:
    needs: base
    image: {{ tags: ["REGISTRY/acme/slow:slow"] }}
  production:
    needs: base
    environment: slow
    deploy:
      to: container
      service: {SERVICE}
      image: ${{{{ needs.base.outputs.ref }}}}
      before: "{SLOW}"
      strategy: recreate
      ports: ["PORT:8080"]
      health: {{ http: /, port: 8080 }}
"""
TALKING = ("host", "boxed", "image")  # what `before` of a deployment says is shown when it fails


@pytest.fixture(scope="module")
def services(binary, tmp_path_factory, image):
    services = Services(binary, tmp_path_factory.mktemp("compose"), image, {
        "TRIPHAMMER_GIT_INSECURE_HOSTS": "127.0.0.1", "TRIPHAMMER_WORKERS": "4"}, besides=["host-steps.yml"])
    try:
        yield services.start()
    finally:
        for deployed in engine.containers(f"triphammer.service={SERVICE}"):
            engine.remove_objects_of(deployed["Labels"]["triphammer.server"])
        services.compose("down", "-v")


@pytest.fixture
def push(services, tmp_path):
    """files → the run of their push. The git server stands on the loopback of the daemon that there is now."""
    command = ["nsenter", "-t", services.pid("daemon"), "-n", sys.executable, ROOT / "tests/support/serve_git.py", tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()

        def push(files):
            repository = GitServer(tmp_path).repository("acme/slow")
            repository.clone_url = f"{url}/acme/slow.git"
            services.add_repository(repository)
            return services.delivery(services.push(repository, repository.commit(files)))["runs"][0]
        yield push
        server.stdin.close()


def running_jobs(services, run):
    """Of the four, once each is in the middle of what it says."""
    found = services.get(f"/runs/{run}")["jobs"]
    assert not [job for job in found if job["state"] == "failed"], (found, services.tail())
    jobs = {job["key"]: job["id"] for job in found if job["state"] == "running"}
    talk = {*TALKING, "production"} <= set(jobs)
    return talk and all("line 2 of" in services.log_text(run, jobs[key]) for key in TALKING) and jobs


def test_jobs_of_all_kinds_do_not_notice_what_happens_to_the_services(services, push):
    port = free_port()
    workflow = FOUR.replace("REGISTRY", os.environ["REGISTRY"]).replace("PORT", str(port))
    slow = f"FROM triphammer/busybox\nRUN {SLOW} && : {uuid.uuid4()}\n"  # no engine has built that before
    run = push({".triphammer/slow.yml": workflow, "Quick": DOCKERFILE, "Dockerfile": slow, "www/index.html": "it serves\n"})
    jobs = services.wait_for(lambda: running_jobs(services, run), 60, "the four do not run", pause=0.2)

    services.kill("launcher")
    services.kill("daemon")
    services.wait_for(services.answers, 30, "the engine starts no other daemon")
    services.compose("restart")
    services.wait_for(services.answers, 30, "the services do not come back")

    ended = services.finished_run(run, 90, pause=0.2)
    assert ended["state"] == "succeeded" and {job["attempt"] for job in ended["jobs"]} == {1}, services.tail()
    for key in TALKING:
        said = re.findall(r"(?m)^line (\d+) of", services.log_text(run, jobs[key]))
        assert said == [str(number + 1) for number in range(LINES)], key
    assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).text == "it serves\n"
