"""The four kinds of repositories that people bring, with workflow files of the usual kind, unmodified: on the
machine and in containers, with `triphammer run` and through the whole server. tests/integration/kinds has them;
the Python one gets its wheels here, because jobs have no network."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from harness.engine import docker

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = pathlib.Path(__file__).parent / "kinds"
IMAGE = "triphammer/tools:12"
SECRET = "a-key-to-sign-with"
GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]
# Of each: its jobs that did work, and what only a run that really happened says.
EXPECTED = {
    "python": (3, ["6 passed", "| reports/report-3.11/junit.xml | 6 | 0 |", "| reports/report-3.x/junit.xml | 6 | 0 |",
                   "database system is ready to accept connections", "Artifact report-3.x has been successfully uploaded"]),
    "node": (5, ["# pass 3", "v1.4.0 1,234,567.89", "Artifact dist has been successfully uploaded: 1 files"]),
    "go": (6, ["--- PASS: TestWords/frequency", "the 2", "signing with ***",
               "Artifact wordfreq-linux-arm64 has been successfully uploaded"]),
    "cpp": (3, ["100% tests passed, 0 tests failed out of 1", "Artifact package has been successfully uploaded"]),
}
EXECUTORS = {"host": "host", "container": f"docker:{IMAGE}"}
# All of them, in both ways and both places, take many minutes and an image of its own: `./dev test all`.
IN_FULL = os.environ.pop("TRIPHAMMER_KINDS", "") == "all"
SHORT = {"spot": ["node", "cpp"], "server": ["python", "go"]}
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


def cases(way):
    return [(kind, place) for kind in EXPECTED for place in EXECUTORS
            if IN_FULL or (kind in SHORT[way] and place == "host")]


@pytest.fixture(scope="module", autouse=True)
def images():
    if IN_FULL:
        subprocess.run([ROOT / "tests/support/engine.sh", "tools", ROOT / ".dev/debian"], check=True)
    docker("tag", "triphammer/postgres", "postgres:16")
    yield
    docker("rmi", "postgres:16")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Exactly what the pins name, or an error: each has its digest."""
    folder = tmp_path_factory.mktemp("wheels")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary", ":all:",
         "-r", KINDS / "wheels.txt", "-d", folder], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def tree(tmp_path, request, wheels):
    def make(kind):
        folder = tmp_path / kind
        shutil.copytree(KINDS / kind, folder)
        if kind == "python":
            shutil.copytree(wheels, folder / "vendor")
        return folder
    return make


def look(kind, states, log):
    jobs, words = EXPECTED[kind]
    assert set(states) == {"succeeded"} and len(states) >= jobs, log
    assert [word for word in words if word not in log] == [], log
    assert SECRET not in log


@pytest.mark.parametrize("kind, place", cases("spot"))
def test_it_runs_on_the_spot(binary, tree, tmp_path, kind, place):
    folder = tree(kind)
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=folder, check=True)
    subprocess.run([*GIT, "add", "-f", "."], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "-q", "-m", "begin"], cwd=folder, check=True)
    [workflow] = folder.glob(".github/workflows/c*.yml")

    done = subprocess.run(
        [str(binary), "run", str(workflow.relative_to(folder)), "--event", "push", "--json", "--secret", "SIGNING_KEY",
         "--runs-on", f"ubuntu-latest={EXECUTORS[place]}", "--caches", str(tmp_path / "caches")],
        cwd=folder, capture_output=True, text=True, timeout=300,
        env={**os.environ, "TMPDIR": str(tmp_path), "SIGNING_KEY": SECRET})

    events = [json.loads(line) for line in done.stdout.splitlines()]
    states = {one["job"]: one["state"] for one in events if one["event"] == "job"}
    log = "".join(one["log"] for one in events if one["event"] == "step" and "log" in one)
    assert done.returncode == 0, done.stderr + log
    # A matrix that is known late is told of as one job first, which blocks and becomes several.
    look(kind, [state for state in states.values() if state != "blocked"], log)


@pytest.mark.parametrize("kind, place", cases("server"))
def test_it_runs_through_the_server(make_daemon, git, tree, kind, place):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]}, runs_on={"ubuntu-latest": EXECUTORS[place]})
    repository = git.repository(f"acme/{kind}")
    repository.copy_in(tree(kind))
    sha = repository.commit({})
    daemon.add_repository(repository, workflows=".github/workflows")
    daemon.admin("secret", "set", "SIGNING_KEY", stdin=SECRET)

    run = daemon.run_of_push(repository, sha, 300, 0.2)

    log = "".join(daemon.log_text(run["id"], job["id"]) for job in run["jobs"] if job["steps"])
    assert run["state"] == "succeeded", log
    look(kind, [job["state"] for job in run["jobs"]], log)
