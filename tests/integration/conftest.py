"""Fixtures of the integration tests: a binary, a git server, a GitHub and a daemon of one's own."""
import os
import pathlib
import subprocess
import sys

import pytest

collect_ignore = ["kinds"]  # what repositories of their own hold is tested in their workflows
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Daemon  # noqa: E402
from harness.engine import docker  # noqa: E402
from harness.git_http import GitServer  # noqa: E402
from harness.github import GitHub  # noqa: E402
from harness.package import build_package  # noqa: E402


# They start engines and whole machines of their own.
OWN_ENGINES = {"dev_test", "engine_death_test", "machine_test", "newcomer_test"}


def group_of(path):
    """Three files at once (`./dev test`), but one engine: what works with that stays together."""
    if path.stem in OWN_ENGINES:
        return "own engines"
    return "engine" if "DOCKER_HOST" in path.read_text() else path.stem


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path)))


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
        assert server.complaints == [] and server.comments.complaints == [] and server.checks.complaints == []


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


@pytest.fixture(scope="session")
def image(binary, tmp_path_factory):
    """The image of the Dockerfile. Compiling inside takes too long for every change: its stage `runtime`
    gets the tested binary; `./dev image` builds the whole and names it in TRIPHAMMER_IMAGE."""
    if "TRIPHAMMER_IMAGE" in os.environ:
        yield os.environ["TRIPHAMMER_IMAGE"]
        return
    subprocess.run([ROOT / "tests/support/engine.sh", "debian", ROOT / ".dev/debian"], check=True)
    docker("build", "-q", "--network", "host", "--build-arg", "BASE=triphammer/debian:12",
           "--target", "runtime", "-t", "triphammer-runtime", ROOT)
    context = tmp_path_factory.mktemp("image")
    subprocess.run(["strip", "-o", context / "triphammer", binary], check=True)
    (context / "Dockerfile").write_text("FROM triphammer-runtime\nCOPY triphammer /usr/bin/triphammer\n")
    docker("build", "-q", "-t", "triphammer:test", context)
    yield "triphammer:test"
    docker("rmi", "-f", "triphammer:test", "triphammer-runtime")


@pytest.fixture(scope="session")
def debs(binary, tmp_path_factory):
    """Packages of two releases of the same program; the first is older."""
    folder = tmp_path_factory.mktemp("packages")
    return [build_package(binary, folder, version) for version in ("0.1.0", "0.2.0")]
