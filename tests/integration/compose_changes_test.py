"""The compose form while it changes: hooks at its proxy while the daemon restarts, dies and is replaced; a new image with
jobs in the middle of their work."""
import collections
import concurrent.futures
import contextlib
import itertools
import os
import pathlib
import re
import subprocess
import sys
import threading
import uuid

import pytest
import requests

from harness import engine, payloads
from harness.compose import Services, bridge_address
from harness.daemon import free_port
from harness.git_http import GitServer
from harness.github import GitHub

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


@pytest.fixture(scope="module")
def forge():
    with GitHub(address=bridge_address()) as server:
        server.hooks.tokens["good"] = "repo, admin:repo_hook"
        yield server
        assert server.complaints == []


@pytest.fixture
def sources(tmp_path):
    """On the loopback of whichever daemon there is: git is fetched by plain http from there alone."""
    with GitServer(tmp_path / "git") as server:  # its address is free in a container, too
        yield server


@contextlib.contextmanager
def served(services, sources):
    """The same to the daemon that there is now."""
    command = ["nsenter", "-t", services.pid("daemon"), "-n", sys.executable, ROOT / "tests/support/serve_git.py",
               sources.root, "--port", str(sources.server.server_port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout.readline().strip() == sources.url
        yield
        server.stdin.close()


@pytest.fixture(scope="module")
def services(binary, tmp_path_factory, image, forge):
    services = Services(binary, tmp_path_factory.mktemp("compose"), image, {
        "TRIPHAMMER_GITHUB_API_URL": forge.url, "TRIPHAMMER_GITHUB_TOKEN": forge.token, "TRIPHAMMER_WORKERS": "5",
        "TRIPHAMMER_GIT_INSECURE_HOSTS": "127.0.0.1"}, proxy=True)
    try:
        yield services.start()
    finally:
        engine.remove_objects_of(SERVER.get("id", "none"))
        services.compose("stop")
        for found in services.beside():  # where a test failed, jobs run on
            engine.docker("rm", "-f", found["Id"])
        services.compose("down", "-v")


@pytest.fixture(scope="module")
def authority(services, tmp_path_factory):
    """The certificate of those that Caddy makes for localhost; copied, for a busy engine may kill what runs by `exec`."""
    place = tmp_path_factory.mktemp("authority") / "root.crt"
    proxy = services.compose("ps", "-q", "proxy").strip()

    def copied():
        made = f"{proxy}:/data/caddy/pki/authorities/local/root.crt"
        return subprocess.run(["docker", "cp", made, place], capture_output=True, check=False).returncode == 0
    services.wait_for(copied, 30, "Caddy makes no certificates")
    return place


@pytest.fixture
def trusting(authority, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))


def kept(services):
    """GUID → how often it was kept."""
    count, query = collections.Counter(), "/deliveries?limit=100"
    while query:
        page = services.get(query)
        count.update(item["guid"] for item in page["items"] if item["outcome"] != "refused")
        query = page["next"] and f"/deliveries?limit=100&cursor={page['next']}"
    return count


class Senders:
    """Pushes, each a fact of its own, from the forge to the proxy without a pause."""

    def __init__(self, forge, name, clone_url):
        self.forge, self.name, self.clone_url = forge, name, clone_url
        self.numbers = itertools.count(1)
        self.done = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(8)

    def __enter__(self):
        self.work = [self.pool.submit(self.send) for _ in range(8)]
        return self

    def send(self):
        while not self.done.wait(0.05):
            self.forge.hooks.happen(self.name, "push", payloads.push(
                self.name, self.clone_url, payloads.ZERO, before=f"{next(self.numbers):040x}"))

    def __exit__(self, *_):
        self.done.set()
        for each in self.work:
            each.result()
        self.pool.shutdown()

    def answered(self):
        return len(self.forge.hooks.deliveries)


def test_no_hook_is_refused_while_the_daemon_restarts_dies_and_is_replaced(services, forge, trusting):
    clone_url = "https://github.com/acme/hooks.git"  # is never asked: those pushes delete branches
    forge.hooks.add("acme/hooks", clone_url)
    services.compose("exec", "-T", "daemon", "sh", "-c", "echo good >/tmp/token")
    services.admin("repo", "add", "acme/hooks", "--token-file", "/tmp/token")

    with Senders(forge, "acme/hooks", clone_url) as senders:
        for change in (lambda: services.compose("restart", "daemon"), lambda: services.kill("daemon"),
                       lambda: services.compose("up", "-d", "--force-recreate", "--no-deps", "daemon")):
            before = senders.answered()
            services.wait_for(lambda: senders.answered() > before + 20, 30, "no hook is answered")
            change()
            services.wait_for(services.answers, 30, "no daemon comes back")
        before = senders.answered()
        services.wait_for(lambda: senders.answered() > before + 20, 30, "no hook is answered")

    answers = collections.Counter(one["status_code"] for one in forge.hooks.deliveries)
    assert set(answers) <= {202, 503} and answers[202] > 5 * answers[503], answers
    services.compose("restart", "daemon")  # what got 503 is fetched at the next start, or within five minutes
    wanted = {one["guid"] for one in forge.hooks.deliveries}
    services.wait_for(services.answers, 30, "no daemon comes back")
    services.wait_for(lambda: wanted <= set(kept(services)), 60, "a delivery is lost", pause=0.5)
    assert set(kept(services).values()) == {1}


def test_who_comes_while_there_is_no_daemon_is_told_when_to_come_again(services, trusting):
    services.compose("stop", "daemon")
    told = [requests.request(verb, services.front + path, timeout=20)
            for verb, path in (("GET", "/api/v1/runs"), ("POST", "/webhooks/github/x"))]
    services.compose("start", "daemon")

    for answer in told:
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert answer.json()["error"]["code"] == "unavailable"
    services.wait_for(lambda: requests.get(services.front + "/readyz", timeout=20).status_code == 200, 30)
    assert requests.get(services.front + "/api/v1/nothing", timeout=20).status_code != 503


LINES = 150
SLOW = f"i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line $i of {LINES}; sleep 0.1; done"
HELD = "i=0; until [ -e /go ]; do i=$((i+1)); echo line $i; sleep 0.1; done; echo $i lines"
SERVICE = f"changes-{uuid.uuid4().hex[:8]}"
SERVER = {}  # its id, once something is deployed
APP = 'FROM triphammer/busybox\nRUN echo it serves >/index.html\nCMD ["/bin/busybox", "httpd", "-f", "-p", "8080"]\n'
FOUR = f"""
on: push
jobs:
  base:
    image: {{ tags: ["REGISTRY/acme/four:base"], file: App }}
  boxed:
    needs: base
    runs-on: host
    container: triphammer/busybox
    strategy: {{ matrix: {{ n: [1, 2] }} }}
    steps: [{{ run: "{HELD}" }}]
  image:
    needs: base
    image: {{ tags: ["REGISTRY/acme/four:slow"] }}
  production:
    needs: base
    environment: four
    deploy:
      to: container
      service: {SERVICE}
      image: ${{{{ needs.base.outputs.ref }}}}
      before: "{SLOW}"
      strategy: recreate
      ports: ["PORT:8080"]
      health: {{ http: /, port: 8080 }}
"""
SHORT = "on: push\njobs:\n  a:\n    runs-on: host\n    container: triphammer/busybox\n    steps: [{ run: echo short }]\n"
STUBBORN = "on: push\njobs:\n  a:\n    runs-on: host\n    container: triphammer/busybox\n    steps: [{ run: sleep 3600 }]\n"


@pytest.fixture
def second_image(image, tmp_path):
    """Another release of the same program."""
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nLABEL release=second\n")
    engine.docker("build", "-q", "-t", "triphammer:second", tmp_path)
    yield "triphammer:second"
    engine.docker("rmi", "-f", "triphammer:second")


def start_run(services, repository, workflow, files=None, number=1):
    sha = repository.commit({".triphammer/w.yml": workflow, **(files or {})}, message=uuid.uuid4().hex)
    [run] = services.delivery(services.push(repository, sha, forge_id=number))["runs"]
    return run


def running(services, run, count):
    jobs = [job for job in services.get(f"/runs/{run}")["jobs"] if job["state"] == "running"]
    assert not [job for job in services.get(f"/runs/{run}")["jobs"] if job["state"] == "failed"], services.tail()
    return len(jobs) == count and jobs


def test_jobs_go_on_under_a_new_image_which_starts_others_meanwhile(services, sources, second_image):
    port = free_port()
    four, other = sources.repository("acme/four"), sources.repository("acme/other")
    services.add_repository(four)
    services.add_repository(other)
    text = FOUR.replace("REGISTRY", os.environ["REGISTRY"]).replace("PORT", str(port))
    slow = f"FROM triphammer/busybox\nRUN {SLOW} && : {uuid.uuid4()}\n"
    with served(services, sources):
        run = start_run(services, four, text, {"App": APP, "Dockerfile": slow}, 4801)
        jobs = services.wait_for(lambda: running(services, run, 4), 60, "the four do not run", pause=0.2)
        stubborn = start_run(services, other, STUBBORN, number=4802)
        services.wait_for(lambda: running(services, stubborn, 1), 30, "the stubborn one does not run", pause=0.2)
    [before] = services.beside()

    services.settings["TRIPHAMMER_IMAGE"] = second_image
    services.start()
    services.wait_for(lambda: len(services.beside()) == 2, 30, "the new image has no container for jobs")
    services.api(f"/runs/{stubborn}/cancel", "POST")
    with served(services, sources):
        short = services.finished_run(start_run(services, other, SHORT, number=4802), 60, pause=0.2)

    assert short["state"] == "succeeded", services.tail()
    assert services.finished_run(stubborn, 60, pause=0.2)["state"] == "cancelled"
    boxed = [job for job in jobs if job["key"].startswith("boxed")]
    now = {job["id"]: job["state"] for job in services.get(f"/runs/{run}")["jobs"]}
    assert [now[job["id"]] for job in boxed] == ["running", "running"]
    for found in engine.containers("triphammer.role=job"):
        with contextlib.suppress(RuntimeError):  # another test's, which has ended
            engine.docker("exec", found["Id"], "touch", "/go")
    ended = services.finished_run(run, 120, pause=0.2)
    deployed = engine.containers(f"triphammer.service={SERVICE}")
    SERVER["id"] = deployed[0]["Labels"]["triphammer.server"] if deployed else "none"
    assert ended["state"] == "succeeded" and {job["attempt"] for job in ended["jobs"]} == {1}, services.tail()
    for job in boxed:
        said = services.log_text(run, job["id"])
        numbers = re.findall(r"(?m)^line (\d+)$", said)
        assert numbers == [str(n + 1) for n in range(len(numbers))] and f"{len(numbers)} lines" in said
    image = next(job for job in jobs if job["key"] == "image")
    built = re.findall(r"(?m)^line (\d+) of", services.log_text(run, image["id"]))
    assert built == [str(n + 1) for n in range(LINES)]
    assert requests.get(f"http://127.0.0.1:{port}/index.html", timeout=5).text == "it serves\n"
    services.wait_for(lambda: len(services.beside()) == 1, 30, "the old container stays", pause=0.2)
    assert services.beside()[0]["Id"] != before["Id"]
