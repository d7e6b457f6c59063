"""A repository that nobody here wrote (flask_tree.py), through the whole walk with the ready-made workflow for Flask."""
import os
import pathlib

import pytest
import requests

from harness import engine
from harness.daemon import free_port
from harness.flask_tree import make_tutorial

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    return make_tutorial(tmp_path_factory.mktemp("flask"), "triphammer/python3")


def workflow(port):
    text = (ROOT / "pipelines/python-flask.yml").read_text()
    assert len([line for line in text.splitlines() if not line.startswith("#")]) == 10
    for shown, real in {"registry.example.com": os.environ["REGISTRY"], "python:3.12-slim": "triphammer/python3",
                        '"8000:8000"': f'"{port}:8000"'}.items():
        assert shown in text
        text = text.replace(shown, real)
    return text


def test_the_flask_tutorial_is_tested_built_and_deployed_by_ten_lines(make_daemon, git, tutorial):
    port = free_port()
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
    repository = git.repository("pallets/flask-tutorial")
    repository.copy_in(tutorial)
    sha = repository.commit({".triphammer/flask.yml": workflow(port)})
    daemon.add_repository(repository)
    try:
        run = daemon.run_of_push(repository, sha, 180)
        logs = {job["key"]: daemon.log_text(run["id"], job["id"]) for job in run["jobs"] if job["state"] != "skipped"}
        assert run["state"] == "succeeded", "\n".join(logs.values())
        assert "24 passed" in logs["test"]
        page = requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        assert page.status_code == 200 and "<title>Posts - Flaskr</title>" in page.text
        [deployment] = daemon.get("/deployments")["items"]
        [image] = [job for job in run["jobs"] if job["key"] == "image"]
        assert deployment["state"] == "succeeded"
        assert image["outputs"]["ref"].endswith("@" + deployment["digest"])
    finally:
        daemon.stop()
        engine.remove_objects(daemon)
