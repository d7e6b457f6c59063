"""Fixtures of the integration tests: a binary, a git server, a GitHub and a daemon of one's own."""
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Daemon  # noqa: E402
from harness.git_http import GitServer  # noqa: E402
from harness.github import GitHub  # noqa: E402


@pytest.fixture(scope="session")
def binary():
    path = pathlib.Path(os.environ.get("TRIPHAMMER", ROOT / "build" / "triphammer"))
    assert path.exists(), f"{path} is missing: ./dev build"
    return path


@pytest.fixture
def git(tmp_path):
    with GitServer(tmp_path / "git") as server:
        yield server


@pytest.fixture
def github():
    with GitHub() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def make_daemon(binary, tmp_path, github):
    started = []

    def make(name="daemon", start=True, **config):
        settings = {
            "github": {"api_url": github.url, "token": github.token},
            "git": {"insecure_hosts": ["127.0.0.1"]},
            **config,
        }
        daemon = Daemon(binary, tmp_path / name, settings)
        started.append(daemon)
        return daemon.start() if start else daemon

    yield make
    for daemon in started:
        daemon.close()


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()
