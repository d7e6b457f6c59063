"""A small Flask app on a pair of a swarm: from the push to the last answer of the version before, against a shell script."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from deploys import IMAGE_JOB, Bare, job_of, must, shop, way_back, workflow
from support import Row, median, milliseconds_between, ratio_text

from harness.flask_tree import download

APP = """
from flask import Flask
app = Flask(__name__)

@app.get("/")
def say():
    return "{version}"
"""
DOCKERFILE = """FROM triphammer/python3
WORKDIR /app
COPY vendor vendor
RUN python3 -m pip install --no-index --find-links vendor flask
COPY app.py .
CMD ["python3", "-m", "flask", "run", "--host", "0.0.0.0", "--port", "8000"]
"""
DEPLOY_JOB = """
  production:
    needs: image
    environment: production
    deploy:
      to: swarm
      service: shipped
      replicas: 2
      image: ${{ needs.image.outputs.ref }}
      health: { http: /, port: 8000 }
"""
SCRIPT = pathlib.Path(__file__).parent / "swarm.sh"


class Pair:
    """The tasks of a service, asked one by one all the time."""

    def __init__(self, engine, service):
        self.engine, self.service, self.last, self.stop = engine, service, {}, threading.Event()
        self.thread = threading.Thread(target=self._ask_on)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def addresses(self):
        filters = urllib.parse.quote(json.dumps({"label": [f"com.docker.swarm.service.name={self.service}"]}))
        return [network["IPAddress"] for one in self.engine.ask("GET", f"/containers/json?filters={filters}")
                for network in one["NetworkSettings"]["Networks"].values() if network["IPAddress"]]

    def _ask_on(self):
        """`last`: version → when it answered last."""
        addresses, listed = [], 0
        while not self.stop.wait(0.05):
            if time.perf_counter() - listed > 0.3:
                addresses, listed = self.addresses(), time.perf_counter()
            for address in addresses:
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}:8000/", timeout=1) as answer:
                    self.last[answer.read().decode()] = time.perf_counter()


@contextlib.contextmanager
def swarm(engine):
    """The engine as a swarm of one node, where it is none yet."""
    is_one = engine.ask("GET", "/info")["Swarm"]["LocalNodeState"] == "active"
    if not is_one:
        engine.ask("POST", "/swarm/init", {"ListenAddr": "127.0.0.1:0", "AdvertiseAddr": "127.0.0.1"})
    try:
        yield
    finally:
        for service in ("shipped", "scripted"):
            with contextlib.suppress(RuntimeError):
                engine.send("DELETE", f"/services/{service}")
        if not is_one:
            engine.send("POST", "/swarm/leave?force=1")


def flask_on_a_pair(bench):
    engine, rounds = Bare(os.environ["DOCKER_HOST"]), 1 if bench.quick else bench.rounds
    product, script, told = [], [], []
    with swarm(engine), shop(bench) as (daemon, repository), tempfile.TemporaryDirectory(dir=bench.folder) as clone:
        download(repository.tree / "vendor", "wheels.txt", "--only-binary", ":all:")
        tree = {"Dockerfile": DOCKERFILE,
                ".triphammer/ship.yml": workflow(IMAGE_JOB.format(registry=os.environ["REGISTRY"]), DEPLOY_JOB)}
        push(daemon, repository, tree, "0")
        create_scripted(engine)
        subprocess.run(["git", "clone", "-q", str(repository.bare), clone], check=True)
        run_script(clone)  # its archive is not byte for byte the product's: its own layers have to be in the cache, too
        with Pair(engine, "shipped") as ours, Pair(engine, "scripted") as theirs:
            for turn in range(1, rounds + 1):
                time.sleep(3)  # what the daemon makes ready for later builds is nobody's time
                started, run = push(daemon, repository, tree, str(turn))
                product.append(ours.last[str(turn - 1)] - started)
                wall = time.perf_counter() - started
                told.append((run, wall, sum_of_phases(daemon)))
                time.sleep(3)
                started = time.perf_counter()
                run_script(clone)
                script.append(theirs.last[str(turn - 1)] - started)
            back = way_back(daemon, lambda: daemon.wait_for(lambda: ours.last[str(rounds - 1)] > ours.last[str(rounds)] + 0.2))
    ratio = median(product) / median(script)
    yield Row("push → last answer of the version before, Flask on a swarm pair", f"{median(product):.1f} s", f"script {median(script):.1f} s",
              ratio_text(ratio), "≤ 1.10", ratio <= 1.1)
    yield Row("  … in seconds", f"{median(product):.1f} s", "", "", "≤ 15 s", median(product) <= 15)
    apart = median([abs(1 - phases / (wall * 1000)) for _, wall, phases in told]) * 100
    yield Row("  … the page's phases and the wall clock, push → finished, differ by", f"{apart:.1f} %", "", "", "≤ 2 %", apart <= 2)
    for key in ("image", "production"):
        for step in job_of(told[-1][0], key)["steps"]:
            yield Row(f"  … {key}: {step['name']}", f"{milliseconds_between(step['started_at'], step['finished_at']):.0f} ms")
    yield Row("way back on a swarm, asked for to proven", f"{back:.1f} s", "", "", "≤ 30 s", back <= 30)


def push(daemon, repository, tree, version):
    """When it was pushed, and the finished run."""
    sha = repository.commit({**tree, "app.py": APP.format(version=version)}, version)
    started = time.perf_counter()
    return started, must(daemon, daemon.run_of_push(repository, sha, 120))


def create_scripted(engine):
    """A service like the product's, with nothing of it but what its tasks are."""
    spec = engine.ask("GET", "/services/shipped")["Spec"]
    engine.ask("POST", "/services/create", {**spec, "Name": "scripted", "Labels": {}})


def sum_of_phases(daemon):
    """Milliseconds, of the newest deployment's page."""
    newest = daemon.get("/deployments")["items"][0]["id"]
    return sum(milliseconds_between(phase["from"], phase["to"]) for phase in daemon.get(f"/deployments/{newest}")["phases"])


def run_script(clone):
    done = subprocess.run(["sh", str(SCRIPT), clone, f"{os.environ['REGISTRY']}/acme/scripted"], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"swarm.sh: {done.stdout[-300:]} {done.stderr[-300:]}")
