"""The compose form with steps on the host: a sandbox in the container beside the launcher's."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from compose_test import LINES, SLOW
from harness.compose import Services
from harness.git_http import GitServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

WORKFLOW = f"""
on: push
jobs:
  here:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cat greeting
      - run: |
          [ "$(id -u)" -gt 1000 ] && [ ! -e /var/run/docker.sock ] && [ ! -e /data/master.key ]
          grep -qx 'CapBnd:\t0*' /proc/self/status && grep -qx 'NoNewPrivs:\t1' /proc/self/status
          [ "$(ls -d /proc/[0-9]* | wc -l)" -lt 10 ] && ! grep -q '^eth' /proc/net/dev
      - run: "{SLOW}"
"""


@pytest.fixture(scope="module")
def services(binary, tmp_path_factory, image):
    services = Services(binary, tmp_path_factory.mktemp("compose"), image, {
        "TRIPHAMMER_GIT_INSECURE_HOSTS": "127.0.0.1"}, besides=["host-steps.yml"])
    try:
        yield services.start()
    finally:
        services.compose("down", "-v")


@pytest.fixture
def push(services, tmp_path):
    """files → the run of their push. The git server stands on the loopback of the daemon that there is now."""
    command = ["nsenter", "-t", services.pid("daemon"), "-n", sys.executable, ROOT / "tests/support/serve_git.py", tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()

        def push(files):
            repository = GitServer(tmp_path).repository("acme/here")
            repository.clone_url = f"{url}/acme/here.git"
            services.add_repository(repository)
            return services.delivery(services.push(repository, repository.commit(files)))["runs"][0]
        yield push
        server.stdin.close()


def test_steps_on_the_host_are_alone_and_outlive_the_services(services, push):
    run = push({".triphammer/here.yml": WORKFLOW, "greeting": "good day\n"})

    def text():
        return "".join(services.log_text(run, job["id"]) for job in services.get(f"/runs/{run}")["jobs"])
    services.wait_for(lambda: "line 2 of" in text() or services.get(f"/runs/{run}")["state"] == "failed", 60, "it does not run")
    services.kill("launcher")
    services.kill("daemon")
    services.wait_for(services.answers, 30, "the engine starts no other daemon")
    services.compose("restart")
    services.wait_for(services.answers, 30, "the services do not come back")

    ended = services.finished_run(run, 60)
    assert ended["state"] == "succeeded" and ended["jobs"][0]["attempt"] == 1, text() + services.tail()
    assert "good day" in text()
    assert re.findall(r"(?m)^line (\d+) of", text()) == [str(number + 1) for number in range(LINES)]
