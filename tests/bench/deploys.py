"""Images and deployments on one host, against the bare calls of the Engine API that they come down to, by turns in one run."""
import contextlib
import io
import os
import re
import subprocess
import tarfile
import time
import urllib.request

from containers import Engine
from support import Row, median, milliseconds_between, ratio_text

from harness.daemon import free_port
from harness.engine import remove_objects

REPOSITORY = "acme/shipped"
DOCKERFILE = 'FROM triphammer/busybox\nCOPY www /www\nCMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'
# What an image of ours tells of itself, as somebody would write it down who makes the same by hand.
LABELS = 'LABEL org.opencontainers.image.revision="{0}" org.opencontainers.image.created="{0}" triphammer.run="{0}"\n'
# For load: busybox starts a process for each request.
SERVER = "FROM triphammer/nginx\nCOPY www /usr/share/nginx/html\n"
IMAGE_JOB = """
  image:
    image:
      tags: ["{registry}/acme/shipped:${{{{ github.sha }}}}"]
"""
DEPLOY_JOB = """
  production:
    {needs}
    environment: production
    deploy:
      to: container
      service: shipped
      image: {image}
      switch: nginx
      ports: ["{port}:{inside}"]
      health: {{ http: /health.html, port: {inside} }}
"""


def workflow(*jobs):
    return "on: push\njobs:" + "".join(jobs)


@contextlib.contextmanager
def shop(bench):
    """A daemon on the engine, with a repository; everything that it made on the engine goes at the end."""
    if "DOCKER_HOST" not in os.environ or "REGISTRY" not in os.environ:
        raise RuntimeError("no engine: tests/support/engine.sh start DIR, its lines exported")
    with bench.git() as git, bench.daemon(docker={"host": os.environ["DOCKER_HOST"]}) as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        try:
            yield daemon, repository
        finally:
            daemon.stop()
            remove_objects(daemon)


def ship(daemon, repository, files, message, seconds=120):
    return must(daemon, daemon.run_of_push(repository, repository.commit(files, message), seconds))


def must(daemon, run):
    if run["state"] != "succeeded":
        failed = [job for job in run["jobs"] if job["state"] != "succeeded"][0]
        raise RuntimeError(f"{failed['key']} {failed['state']}: {daemon.log_text(run['id'], failed['id'])[-500:]}")
    return run


def job_of(run, key):
    return next(job for job in run["jobs"] if job["key"] == key)


def length_of(job):
    """Milliseconds from the claim to the end."""
    return milliseconds_between(job["attempts"][-1]["claimed_at"], job["attempts"][-1]["ended_at"])


def lengths_of_steps(job):
    return {step["name"]: milliseconds_between(step["started_at"], step["finished_at"]) for step in job["steps"]}


def rows_of_parts(parts):
    names = max(parts, key=len)
    return [Row(f"  … {name}", f"{median([part[name] for part in parts if name in part]):.0f} ms") for name in names]


# ── image ────────────────────────────────────────────────────────────────────────────────────────

def pack(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


class Bare(Engine):
    """What a script would call, and nothing else."""

    def build(self, files, name, tag):
        """Its name by digest."""
        self.send("POST", f"/build?t={name}:{tag}&rm=1&forcerm=1&networkmode=none", pack(files), {"Content-Type": "application/x-tar"})
        told = self.send("POST", f"/images/{name}/push?tag={tag}", None, {"X-Registry-Auth": "e30="})
        return f"{name}@{re.search(rb'sha256:[0-9a-f]{64}', told)[0].decode()}"

    def put(self, container, folder, files):
        self.send("PUT", f"/containers/{container}/archive?path={folder}", pack(files), {"Content-Type": "application/x-tar"})

    def execute(self, container, *command):
        made = self.ask("POST", f"/containers/{container}/exec", {"Cmd": command, "AttachStdout": True, "AttachStderr": True})["Id"]
        self.send("POST", f"/exec/{made}/start", {"Detach": False})
        if self.ask("GET", f"/exec/{made}/json")["ExitCode"] != 0:
            raise RuntimeError(f"{command} failed")


def build_and_push(bench):
    engine, registry = Bare(os.environ["DOCKER_HOST"]), os.environ["REGISTRY"]
    product, bare, parts = [], [], []
    with shop(bench) as (daemon, repository):
        for turn in range(2 if bench.quick else 3 * bench.rounds):
            text = f"{turn} of {time.time_ns()}"  # nothing of it is in the engine's cache
            files = {"Dockerfile": DOCKERFILE, "www/index.html": f"version {text}",
                     ".triphammer/ship.yml": workflow(IMAGE_JOB.format(registry=registry))}
            job = job_of(ship(daemon, repository, files, f"version {turn}"), "image")
            started = time.perf_counter()
            engine.build({**files, "Dockerfile": DOCKERFILE + LABELS.format(text), "www/index.html": f"bare {text}"}, f"{registry}/acme/bare", str(turn))
            if turn > 0:  # the first one warms both
                bare.append((time.perf_counter() - started) * 1000)
                product.append(length_of(job))
                parts.append(lengths_of_steps(job))
    steps = median([part["Build"] + part["Push"] for part in parts])
    ratio, whole = steps / median(bare), median(product) / median(bare)
    yield Row("build + push of a small image: its steps", f"{steps:.0f} ms", f"bare engine calls {median(bare):.0f} ms",
              ratio_text(ratio), "≤ 1.1", ratio <= 1.1)
    yield Row("  … whole job, claim to end, with the checkout", f"{median(product):.0f} ms", "", ratio_text(whole))
    yield from rows_of_parts(parts)


# ── container ────────────────────────────────────────────────────────────────────────────────────

SWITCH = """pid /run/nginx.pid;
events {{}}
http {{
  server {{
    listen 80;
    location = /switch {{ default_type text/plain; return 200 "{name}"; }}
    location / {{ proxy_pass http://{address}; }}
  }}
}}
"""


class BareBlueGreen:
    """A deployment as a careful script would make it: candidate, its health, nginx's configuration written, tried and taken
    over, the new one asked for through the port, the old one stopped and the one before it removed."""

    def __init__(self, engine):
        self.engine, self.port, self.made = engine, free_port(), []
        self.network = f"bare-{self.port}"
        engine.ask("POST", "/networks/create", {"Name": self.network})
        self.switch = self.run("triphammer/nginx", {"PortBindings": {"80/tcp": [{"HostPort": str(self.port)}]}})
        self.serving = self.older = None

    def run(self, image, host=None):
        made = self.engine.ask("POST", "/containers/create", {
            "Image": image, "ExposedPorts": {"80/tcp": {}}, "HostConfig": {"NetworkMode": self.network, "Init": True, **(host or {})}})["Id"]
        self.made.append(made)
        self.engine.send("POST", f"/containers/{made}/start")
        return made

    def deploy(self, image):
        """Milliseconds without those of the wait for its health."""
        started = time.perf_counter()
        made = self.run(image)
        state = self.engine.ask("GET", f"/containers/{made}/json")
        address = state["NetworkSettings"]["Networks"][self.network]["IPAddress"] + ":8080"
        gate = time.perf_counter()
        wait_for_page(f"http://{address}/health.html", "ok")
        gate = time.perf_counter() - gate
        self.engine.put(self.switch, "/etc/nginx", {"nginx.conf": SWITCH.format(name=made, address=address)})
        self.engine.execute(self.switch, "nginx", "-t", "-q")
        self.engine.send("POST", f"/containers/{self.switch}/kill?signal=HUP")
        wait_for_page(f"http://127.0.0.1:{self.port}/switch", made)
        wait_for_page(f"http://127.0.0.1:{self.port}/health.html", "ok")
        self.engine.send("POST", f"/containers/{made}/update", b'{"RestartPolicy": {"Name": "unless-stopped"}}')
        if self.serving:
            self.engine.send("POST", f"/containers/{self.serving}/stop?t=10")
        if self.older:
            self.engine.send("DELETE", f"/containers/{self.older}?force=1")
        self.older, self.serving = self.serving, made
        return (time.perf_counter() - started - gate) * 1000

    def close(self):
        for container in self.made:
            with contextlib.suppress(RuntimeError):  # older ones are gone
                self.engine.send("DELETE", f"/containers/{container}?force=1")
        self.engine.send("DELETE", f"/networks/{self.network}")


def wait_for_page(url, wanted, seconds=20):
    limit = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.read().decode().strip() == wanted:
                    return
        if time.monotonic() > limit:
            raise TimeoutError(url)
        time.sleep(0.01)


GATE = "Wait until it is healthy"


def container(bench):
    engine, port = Bare(os.environ["DOCKER_HOST"]), free_port()
    tree = {"Dockerfile": DOCKERFILE, "www/health.html": "ok"}
    images = [engine.build({**tree, "www/index.html": text}, f"{os.environ['REGISTRY']}/acme/host", text) for text in ("a", "b")]
    product, bare, parts = [], [], []
    with shop(bench) as (daemon, repository), contextlib.closing(BareBlueGreen(engine)) as script:
        for turn in range(3 if bench.quick else 3 * bench.rounds):
            text = workflow(DEPLOY_JOB.format(needs="", image=images[turn % 2], port=port, inside=8080))
            job = job_of(ship(daemon, repository, {".triphammer/ship.yml": text}, f"turn {turn}"), "production")
            took = script.deploy(images[turn % 2])
            if turn > 1:  # the first one makes nginx, the second is the first with a previous one
                bare.append(took)
                parts.append(lengths_of_steps(job))
                product.append(length_of(job) - parts[-1][GATE])
    over = median(product) - median(bare)
    yield Row("container deployment, without its gate", f"{median(product):.0f} ms", f"bare engine calls {median(bare):.0f} ms",
              f"+{over:.0f} ms", "≤ +300 ms", over <= 300)
    yield from rows_of_parts(parts)


# ── under load ───────────────────────────────────────────────────────────────────────────────────

def address_of(engine, port):
    """Where the container listens that publishes the port: the kernel leads requests of other machines there; those of this one are
    copied by a program of the engine, which would be what is measured."""
    for one in engine.ask("GET", "/containers/json"):
        for place in one["Ports"]:
            if place.get("PublicPort") == port:
                return next(iter(one["NetworkSettings"]["Networks"].values()))["IPAddress"], place["PrivatePort"]
    raise RuntimeError(f"no container publishes {port}")


@contextlib.contextmanager
def load(bench, engine, port, rate=1000):
    """Requests at that rate meanwhile; what the client saw of them is in the dictionary afterwards."""
    seen = {}
    address, inside = address_of(engine, port)
    client = subprocess.Popen([bench.probe("rate"), address, str(inside), "/health.html", str(rate), "64"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        yield seen
    finally:
        told, _ = client.communicate()
        seen.update(re.findall(r"(\w+)=(\S+)", told), first=told.strip().partition("first=")[2])


def under_load(bench):
    """Blue/green again and again while requests come; then one step back, as a person asks for it."""
    engine, port, switches = Bare(os.environ["DOCKER_HOST"]), free_port(), 2 if bench.quick else 20
    tree = {"Dockerfile": SERVER, "www/health.html": "ok"}
    images = [engine.build({**tree, "www/index.html": text}, f"{os.environ['REGISTRY']}/acme/load", text) for text in ("a", "b")]
    with shop(bench) as (daemon, repository):
        def deploy(turn):
            text = workflow(DEPLOY_JOB.format(needs="", image=images[turn % 2], port=port, inside=80))
            ship(daemon, repository, {".triphammer/ship.yml": text}, f"turn {turn}")
        deploy(0)
        with load(bench, engine, port) as seen:
            for turn in range(1, switches + 1):
                deploy(turn)
        failed = int(seen["failed"])
        yield Row(f"{switches} blue/green switches under load: failed requests", f"{failed} of {seen['requests']}",
                  seen["first"] if failed else "", "", "0", failed == 0)
        yield Row("  … the load", f"{seen['rate']}/s", f"p50 {seen['p50']} ms, p99 {seen['p99']} ms, max {seen['max']} ms",
                  "", "≥ 950/s", float(seen["rate"]) >= 950)
        backs = []
        for turn in range(bench.rounds):
            wanted = "ba"[(switches + turn) % 2]
            backs.append(way_back(daemon, lambda wanted=wanted: wait_for_page(f"http://127.0.0.1:{port}/", wanted)))
    yield Row("way back on one host, asked for to proven", f"{max(backs):.1f} s", f"median {median(backs):.1f} s", "", "≤ 5 s", max(backs) <= 5)


def way_back(daemon, look):
    """Seconds until the run that goes back has succeeded and the old version is seen."""
    started = time.perf_counter()
    done = daemon.admin("deployment", "rollback", REPOSITORY, "production")
    must(daemon, daemon.finished_run(done.stdout.split()[1].rstrip(":"), 60))
    look()
    return time.perf_counter() - started
