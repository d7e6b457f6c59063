"""The image that the Dockerfile describes, run as the README says."""
import os
import re

import pytest
import requests

from harness.daemon import Daemon, free_port
from harness.engine import docker

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


@pytest.fixture
def container(image):
    """(name, address) of one that runs as the README says, on a root file system that it cannot write."""
    port = free_port()
    name = docker("run", "-d", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt",
                  "no-new-privileges", "-p", f"127.0.0.1:{port}:7707", image)
    yield name, f"http://127.0.0.1:{port}"
    docker("rm", "-fv", name)


def wait_ready(url, seconds=20):
    def ready():
        try:
            return requests.get(f"{url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False
    Daemon.wait_for(ready, seconds, f"{url} is not ready")


def test_it_answers_without_root_and_without_a_writable_root(container):
    name, url = container
    wait_ready(url)
    assert docker("exec", name, "id", "-u") == "7707"
    assert docker("exec", name, "sh", "-c", "touch /usr/here 2>&1 || echo no").endswith("no")
    effective = docker("exec", name, "grep", "CapEff", "/proc/1/status").split()[-1]
    assert int(effective, 16) == 0


def test_it_hands_out_its_set_up_link_and_shows_the_page(container):
    name, url = container
    wait_ready(url)
    link = docker("exec", name, "triphammer", "setup-link")
    assert re.match(r"http://localhost:7707/setup\?token=[0-9a-f]{64}", link)
    assert requests.get(url, timeout=5).status_code == 200


def test_it_fetches_with_the_git_that_it_carries(container):
    name, url = container
    wait_ready(url)
    said = docker("exec", name, "sh", "-c", "git ls-remote https://127.0.0.1:1/a.git 2>&1; ssh -V 2>&1")
    assert "Failed to connect" in said and "OpenSSH" in said  # both helpers start; nobody is there


def test_it_ends_well_when_it_is_asked_to(container):
    name, url = container
    wait_ready(url)
    docker("stop", "-t", "20", name)
    assert docker("inspect", "-f", "{{.State.ExitCode}}", name) == "0"  # 137: it had to be killed
