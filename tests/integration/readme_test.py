"""The README's deployment is run as it stands there; registry, base image and port are this machine's."""
import os
import pathlib
import re

import pytest
import requests

from harness import engine
from harness.daemon import free_port

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


def files_of_readme(port):
    text = README.read_text()
    for shown, real in {"registry.example.com": os.environ["REGISTRY"], "python:3.12-slim": "triphammer/python3",
                        '"8000:8000"': f'"{port}:8000"'}.items():
        assert shown in text
        text = text.replace(shown, real)
    return dict(re.findall(r"^`(app\.py|Dockerfile|\.triphammer/deploy\.yml)`[^\n]*\n```\w+\n(.*?)^```$", text, re.M | re.S))


@pytest.fixture
def shop(make_daemon, git):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
    repository = git.repository("acme/notes")
    daemon.add_repository(repository)
    yield daemon, repository
    daemon.stop()
    engine.remove_objects(daemon)


def test_its_three_files_are_a_page_that_outlives_its_versions(shop):
    daemon, repository = shop
    port = free_port()
    files = files_of_readme(port)
    assert len(files) == 3
    daemon.admin("secret", "set", "API_KEY", "--environment", "production", "--repository", "acme/notes", stdin="open sesame")

    def ship(**more):
        run = daemon.run_of_push(repository, repository.commit({**files, **more}), 120)
        logs = "\n".join(daemon.log_text(run["id"], job["id"]) for job in run["jobs"])
        assert run["state"] == "succeeded", logs

    def visit(**headers):
        return requests.get(f"http://127.0.0.1:{port}/", headers=headers, timeout=5).text

    ship()
    assert visit() == "Hello: visit 1\n"
    ship(other="a second version")
    assert visit(Authorization="Bearer open sesame") == "Hello, admin: visit 2\n"
