"""Deployments that somebody or something spoils: behind our back, at the registry, inside of an answer, by a cut
connection at every call, by kill -9 of the runner. Whatever the product says then, it is not a green that is false:
the judge asks the public port and the engine itself."""
import base64
import collections
import contextlib
import dataclasses
import json
import os
import signal
import time
import urllib.parse

import requests

from deploys import every_deployment, judge_effects, judge_ledger
from engine_proxy import EngineProxy, answer_with
from support import Finding, World, is_runner, some

from harness import engine
from harness.daemon import free_port

SERVE = "/bin/busybox sh -c 'mkdir -p /tmp/w; echo -n version $NUMBER > /tmp/w/index.html; exec /bin/busybox httpd -f -p 8080 -h /tmp/w'"
LABEL = "triphammer.deployment"


def sabotage(plan):
    if not os.environ.get("DOCKER_HOST"):
        yield Finding("sabotaged deployments (skipped: DOCKER_HOST is not set)", True)
        return
    folder = plan.folder / "sabotage"
    (folder / "world").mkdir(parents=True)
    wanted = lambda pid: is_runner(pid, folder)  # noqa: E731
    with EngineProxy(folder / "engine.sock", os.environ["DOCKER_HOST"], wanted) as proxy, \
            World(plan, folder=folder / "world", docker={"host": proxy.host}) as world:
        stage = Stage(world, proxy, plan.dice("sabotage"))
        try:
            yield from play(stage, plan.short)
            yield from cut_everywhere(AliasStage(stage), plan.short)
        finally:
            engine.remove_objects(world.daemon)
            for image in (*stage.images, stage.app, stage.other, stage.spare):
                engine.call("DELETE", f"/v1.41/images/{urllib.parse.quote(image, safe='')}?force=1")


class Stage:
    """One service, its images, and what really serves."""

    def __init__(self, world, proxy, dice):
        self.world, self.proxy, self.dice = world, proxy, dice
        self.port, self.number, self.good = free_port(), 0, None
        self.images = []
        self.app, self.other, self.spare = (self.push(name) for name in ("app", "other", "spare"))
        self.calls = 0

    def push(self, name):
        """An image of its own at the registry, by digest."""
        repo = f"{os.environ['REGISTRY']}/fault/{name}"
        made = engine.call("POST", "/v1.41/containers/create", {"Image": "triphammer/busybox", "Cmd": ["true"], "Labels": {"fault": name}})[1]["Id"]
        engine.call("POST", f"/v1.41/commit?container={made}&repo={urllib.parse.quote(repo)}&tag=1&comment={name}", {"Labels": {"fault": name}})
        engine.call("DELETE", f"/v1.41/containers/{made}")
        self.images.append(f"{repo}:1")
        push_image(repo)
        [digest] = [each for each in engine.call("GET", f"/v1.41/images/{repo}:1/json")[1]["RepoDigests"] if each.startswith(repo)]
        return digest

    def forget(self, image):
        """Only the registry has it now."""
        for name in (image, image.partition("@")[0] + ":1"):
            engine.call("DELETE", f"/v1.41/images/{urllib.parse.quote(name, safe='')}?force=1")

    def way(self):
        return {"switch": "nginx", "ports": [f"{self.port}:8080"]}

    def deploy(self, spoil=None, image=None):
        """One deployment to its end: its row."""
        self.number += 1
        deploy_to = {
            "to": "container", "service": "sabotage", "image": image or self.app, **self.way(),
            "command": SERVE, "env": {"NUMBER": str(self.number)}, "drain": "100ms",
            "health": {"http": "/", "port": 8080, "interval": "50ms", "timeout": "5s"}, "verify": {"http": "/", "timeout": "3s", "interval": "50ms"},
        }
        text = json.dumps({"on": "push", "jobs": {"ship": {"environment": "production", "deploy": deploy_to}}})
        self.proxy.hook = spoil
        try:
            run = self.world.start_run(self.world.repository.commit({".triphammer/fault.yml": text}))
            if spoil and hasattr(spoil, "after_start"):
                spoil.after_start(run)
            self.world.daemon.finished_run(run, 120)
        finally:
            self.proxy.hook = None
        [row] = [each for each in every_deployment(self.world) if each["run"] == run]
        return row

    def serves(self, row):
        """Whether this very deployment is what users get, by the engine and the public port."""
        running = [each for each in engine.containers(f"{LABEL}={row['id']}") if each["State"] == "running"]
        if len(running) != 1:
            return False
        inside = engine.call("GET", f"/v1.41/containers/{running[0]['Id']}/json")[1]
        image = engine.call("GET", f"/v1.41/images/{inside['Image']}/json")[1]
        has_digest = any(each.endswith(row["digest"]) for each in image["RepoDigests"] or [])
        return has_digest and self.page() == f"version {self.number}"

    def page(self):
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"http://127.0.0.1:{self.port}/", timeout=5).text
        return "nothing"

    def clean_up(self, row):
        """A person looks at what is not known, and takes away what strangers left."""
        if row["state"] == "unknown":
            self.world.daemon.admin("deployment", "settle", row["id"], "failed", "--comment", "settled by the fault test")
        for each in engine.containers("fault=stranger"):
            engine.call("DELETE", f"/v1.41/containers/{each['Id']}?force=1")

    def candidate(self):
        """The container of the newest deployment."""
        mine = [each for each in engine.containers(LABEL) if each["Labels"].get("triphammer.server") == self.world.daemon.server_id]
        return max(mine, key=lambda each: int(each["Labels"][LABEL]), default=None)


class AliasStage(Stage):
    """The same by its name in a network, as a neighbour there gets it."""

    def __init__(self, stage):  # which it goes on from
        self.__dict__.update(stage.__dict__)
        self.network = f"sabotage-{self.port}"
        labels = {"triphammer.server": self.world.daemon.server_id}
        engine.call("POST", "/v1.41/networks/create", {"Name": self.network, "Labels": labels})
        body = {"Image": "triphammer/busybox", "Cmd": ["sleep", "36000"], "Labels": labels, "HostConfig": {"NetworkMode": self.network}}
        self.neighbour = engine.call("POST", "/v1.41/containers/create", body)[1]["Id"]
        engine.call("POST", f"/v1.41/containers/{self.neighbour}/start")

    def way(self):
        return {"switch": "alias", "networks": [self.network]}

    def page(self):
        with contextlib.suppress(RuntimeError):
            return engine.docker("exec", self.neighbour, "wget", "-q", "-O", "-", "http://sabotage:8080/")
        return "nothing"


def push_image(repo):
    auth = base64.b64encode(b"{}").decode()
    connection = engine._Connection(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    connection.request("POST", f"/v1.41/images/{repo}/push?tag=1", headers={"X-Registry-Auth": auth})
    said = connection.getresponse().read().decode()
    connection.close()
    if '"error"' in said:
        raise RuntimeError(f"{repo} cannot be pushed: {said[-500:]}")


# ── what is spoiled ──────────────────────────────────────────────────────────────────────────────


@dataclasses.dataclass
class At:
    """Does something once, when a call of that kind goes by."""
    method: str
    part: str
    do: object
    done: bool = False

    def __call__(self, call):
        if not self.done and call.method == self.method and self.part in call.path:
            self.done = True
            self.do(call)


def container_dies(stage, part):
    return At("POST", part, lambda call: engine.call("POST", f"/v1.41/containers/{stage.candidate()['Id']}/kill"))


def stranger_takes_the_name(stage, part):
    def swap(call):
        mine = stage.candidate()
        inside = engine.call("GET", f"/v1.41/containers/{mine['Id']}/json")[1]
        engine.call("DELETE", f"/v1.41/containers/{mine['Id']}?force=1")
        [network] = inside["NetworkSettings"]["Networks"]
        body = {"Image": inside["Config"]["Image"], "Cmd": inside["Config"]["Cmd"], "Env": ["NUMBER=of a stranger"],
                "Labels": {"fault": "stranger"}, "HostConfig": {"NetworkMode": network}}
        made = engine.call("POST", f"/v1.41/containers/create?name={inside['Name'].strip('/')}", body)[1]["Id"]
        engine.call("POST", f"/v1.41/containers/{made}/start")
    return At("POST", part, swap)


def rolled_back_behind_our_back(stage):
    """The switch is set to what it led to before, as somebody with a copy of its configuration would."""
    held = {}

    def keep(call):
        if call.method == "PUT" and "/archive" in call.path and "old" not in held:
            name = call.path.split("/containers/")[1].split("/")[0]
            held["old"], held["switch"] = read_archive(name), name
        if call.method == "POST" and "/stop" in call.path and "done" not in held and held.get("old"):
            held["done"] = True
            write_archive(held["switch"], held["old"])
            engine.call("POST", f"/v1.41/containers/{held['switch']}/kill?signal=HUP")
            wait_for_page(stage, f"version {stage.good}")
    return keep


def wait_for_page(stage, text, seconds=5):
    limit = time.monotonic() + seconds
    while stage.page() != text and time.monotonic() < limit:
        time.sleep(0.05)


def raw_engine(method, path, body=None):
    connection = engine._Connection(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    connection.request(method, path, body, {"Content-Type": "application/x-tar"})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def read_archive(name):
    return raw_engine("GET", f"/v1.41/containers/{name}/archive?path=/etc/nginx/nginx.conf")


def write_archive(name, tar):
    raw_engine("PUT", f"/v1.41/containers/{name}/archive?path=/etc/nginx", tar)


def another_image_is_created(stage):
    def swap(call):
        body = json.loads(call.body)
        body["Image"] = stage.other
        call.body = json.dumps(body).encode()
    return At("POST", "/containers/create", swap)


def registry_serves_another_manifest(stage):
    stage.forget(stage.spare)
    wrong, right = stage.other.partition("@")[2].encode(), stage.spare.partition("@")[2].encode()

    def change(call):
        call.rewrite = lambda answer: answer.replace(right, wrong)
    return At("GET", "/distribution/", change)


def error_inside_the_pull(stage):
    stage.forget(stage.spare)
    text = b'{"status":"Pulling"}\r\n{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\r\n'
    return At("POST", "/images/create", lambda call: setattr(call, "answer", answer_with(200, text)))


def nginx_refuses(stage):
    def change(call):
        call.rewrite = lambda answer: answer.replace(b'"ExitCode":0', b'"ExitCode":1')
    return At("GET", "/exec/", change)


class CutAt:
    """The connection is lost at the n-th call of the deployment; without n it counts them."""

    def __init__(self, n=None, when="after"):
        self.n, self.when, self.seen = n, when, 0

    def __call__(self, call):
        self.seen += 1
        if self.seen == self.n:
            call.cut = self.when


class RunnerKilled:
    """kill -9 of the runner, so long after the run's start."""

    def __init__(self, stage, pause):
        self.stage, self.pause = stage, pause

    def __call__(self, call):
        pass

    def after_start(self, run):
        time.sleep(self.pause)
        with contextlib.suppress(Exception):  # it may have ended before
            os.kill(self.stage.world.runner_pid(), signal.SIGKILL)


# Name, what spoils, whether the image is the one that only the registry has.
SPOILS = [
    ("the container dies before the switch", lambda stage: container_dies(stage, "kill?signal=HUP"), False),
    ("the container dies after the gate", lambda stage: container_dies(stage, "/stop"), False),
    ("somebody rolls back behind our back", rolled_back_behind_our_back, False),
    ("a stranger takes the container's name at the switch", lambda stage: stranger_takes_the_name(stage, "kill?signal=HUP"), False),
    ("a stranger takes the container's name at the end", lambda stage: stranger_takes_the_name(stage, "/stop"), False),
    ("another image is created than was asked for", another_image_is_created, False),
    ("the registry serves another manifest", registry_serves_another_manifest, True),
    ("an error inside of a pull's 200", error_inside_the_pull, True),
    ("nginx refuses the configuration", nginx_refuses, False),
]


# ── the play ─────────────────────────────────────────────────────────────────────────────────────


def play(stage, short):
    begun = time.monotonic()
    first, second = stage.deploy(), stage.deploy()
    length = (time.monotonic() - begun) / 2
    yield Finding("two deployments without sabotage", first["state"] == second["state"] == "succeeded" and stage.serves(second),
                  f"{first['state']}, {second['state']}: {second['reason']}")
    stage.good = stage.number
    counter = CutAt()
    stage.deploy(counter)
    stage.good = stage.number
    events = f"triphammer.server={stage.world.daemon.server_id}"
    with engine.EventLog(events) as log:
        yield from spoil_all(stage, short, counter.seen)
        yield from judge_creates(log.until_now())
    with engine.EventLog(events) as log:
        killed = Tally(stage)
        for _ in range(2 if short else 100):
            killed.note("kill -9 of the runner", stage.deploy(RunnerKilled(stage, stage.dice.uniform(0, length))))
        yield from killed.findings(f"{killed.count} deployments under kill -9 of the runner")
        events = log.until_now()
        yield next(judge_effects(stage.world, events))
        yield from judge_ledger(stage.world, events)


def spoil_all(stage, short, calls):
    tally = Tally(stage)
    cuts = [(n, when) for n in range(1, calls + 1) for when in ("before", "after")]
    for number in range(len(SPOILS) if short else 200 - len(cuts)):
        name, spoil, is_spare = SPOILS[number % len(SPOILS)]
        tally.note(name, stage.deploy(spoil(stage), stage.spare if is_spare else None))
    for n, when in stage.dice.sample(cuts, 2) if short else cuts:
        tally.note(f"the connection is lost {when} call {n}", stage.deploy(CutAt(n, when)))
    yield from tally.findings(f"{tally.count} sabotaged deployments ({calls} calls each)")


def cut_everywhere(stage, short):
    """Where traffic is a name in a network: the connection is lost at every call."""
    stage.deploy()
    stage.good = stage.number
    counter = CutAt()
    first = stage.deploy(counter)
    stage.good = stage.number
    yield Finding("a deployment by alias without sabotage", first["state"] == "succeeded" and stage.serves(first), f"{first['state']}: {first['reason']}")
    cuts = [(n, when) for n in range(1, counter.seen + 1) for when in ("before", "after")]
    tally = Tally(stage)
    for n, when in stage.dice.sample(cuts, 2) if short else cuts:
        tally.note(f"by alias, the connection is lost {when} call {n}", stage.deploy(CutAt(n, when)))
    yield from tally.findings(f"{tally.count} sabotaged deployments by alias ({counter.seen} calls each)")


def judge_creates(events):
    """Way back and repair start and stop again; what is made is made once."""
    made = collections.Counter()
    for event in events:
        labels = event["Actor"]["Attributes"]
        if event["Type"] == "container" and event["Action"] == "create" and LABEL in labels:
            made[labels["name"]] += 1
    twice = [name for name, count in made.items() if count > 1]
    yield Finding("  … no container is made twice, by the engine's events", not twice and bool(made), some(f"{len(made)} made", twice))


class Tally:
    def __init__(self, stage):
        self.stage, self.count, self.states = stage, 0, {}
        self.false, self.lost, self.odd = [], [], []

    def note(self, name, row):
        self.count += 1
        stage, state = self.stage, row["state"]
        self.states[state] = self.states.get(state, 0) + 1
        if state == "succeeded" and not stage.serves(row):
            self.false.append((name, row["id"], stage.page()))
        if state not in ("succeeded", "failed", "rolled_back", "unknown"):
            self.odd.append((name, state))
        if state in ("failed", "rolled_back") and stage.page() != f"version {stage.good}":
            self.lost.append((name, state, row["reason"], stage.page(), stage.good))
        stage.clean_up(row)
        if state == "succeeded":
            stage.good = stage.number
        elif stage.page() != f"version {stage.good}":
            self.repair()

    def repair(self):
        """Somebody pushes again: the next deployment works whatever the last one left."""
        row = self.stage.deploy()
        if row["state"] != "succeeded" or not self.stage.serves(row):
            self.odd.append(("the next deployment", row["state"], row["reason"]))
        self.stage.good = self.stage.number

    def findings(self, what):
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        yield Finding(f"{what}: no false green", not self.false, some(states, self.false))
        yield Finding("  … what is said to have failed left the last good version serving", not self.lost, some(f"{len(self.lost)} did not", self.lost))
        yield Finding("  … and the next deployment works", not self.odd, some(f"{len(self.odd)} did not", self.odd))
