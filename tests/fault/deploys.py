"""kill -9 of the daemon at random moments of deployments. What was done is counted by the engine's
own events, not by what the product says of itself."""
import collections
import json
import os
import time

import requests

from kills import kill_and_restart
from support import Finding, World, some

from harness import engine
from harness.daemon import free_port

IMAGE = "triphammer/nginx"


def deployments(plan):
    if not os.environ.get("DOCKER_HOST"):
        yield Finding("effects of deployments (skipped: DOCKER_HOST is not set)", True)
        return
    count = 4 if plan.short else 100
    dice = plan.dice("deployments")
    with World(plan, docker={"host": os.environ["DOCKER_HOST"]}) as world:
        try:
            with engine.EventLog(f"triphammer.server={world.daemon.server_id}") as log:
                yield from play(world, dice, count, log)
        finally:
            engine.remove_objects(world.daemon)


def play(world, dice, count, log):
    port = free_port()
    length = deploy(world, port, 0)[1]
    unknown, odd = 0, []
    for number in range(1, count + 1):
        run, _ = deploy(world, port, number, [dice.uniform(0, length) for _ in range(dice.choice((1, 1, 2)))])
        [made] = [each for each in every_deployment(world) if each["run"] == run]
        if made["state"] == "unknown":
            unknown += 1
            world.daemon.admin("deployment", "settle", made["id"], "failed", "--comment", "settled by the fault test")
        elif made["state"] != "succeeded":
            odd.append((run, made["state"], made["reason"]))
    yield Finding(f"{count} deployments under kill -9: each succeeded or is unknown", not odd,
                  some(f"{count - unknown - len(odd)} succeeded, {unknown} unknown", odd))
    events = log.until_now()
    yield from judge_effects(world, events)
    yield from judge_ledger(world, events)
    answer = requests.get(f"http://127.0.0.1:{port}/", timeout=5)
    yield Finding("  … the service answers at the end", answer.status_code == 200, str(answer.status_code))


def deploy(world, port, number, kill_after=()):
    """One deployment to its end: (run, seconds)."""
    sha = world.repository.commit({".triphammer/fault.yml": workflow_of(port, number)})
    started = time.monotonic()
    run = world.start_run(sha)
    for pause in kill_after:
        kill_and_restart(world.daemon, pause)
    world.daemon.finished_run(run, 120)
    return run, time.monotonic() - started


def workflow_of(port, number):
    found = engine.call("GET", f"/v1.41/images/{IMAGE}:latest/json")
    deploy_to = {
        "to": "container", "service": "fault", "image": found[1]["Id"], "switch": "nginx", "ports": [f"{port}:80"],
        "env": {"NUMBER": str(number)}, "before": "/bin/true", "drain": "200ms",
        "health": {"http": "/", "port": 80, "interval": "100ms"},
    }
    return json.dumps({"on": "push", "jobs": {"ship": {"environment": "production", "deploy": deploy_to}}})


def every_deployment(world):
    """Newest first."""
    items, page = [], world.daemon.get("/deployments?limit=100")
    while True:
        items += page["items"]
        if not page.get("next"):
            return items
        page = world.daemon.get(f"/deployments?limit=100&cursor={page['next']}")


def judge_ledger(world, events):
    """Each container that the engine made stands in the ledger as an effect; what is green has none that is open or
    failed; and one row of a target at most holds its lock."""
    made = collections.Counter(event["Actor"]["Attributes"].get("triphammer.deployment") for event in events
                               if event["Type"] == "container" and event["Action"] == "create")
    wrong, holders = [], collections.Counter()
    for row in every_deployment(world):
        effects = world.daemon.get(f"/deployments/{row['id']}")["effects"]
        makers = [each for each in effects if each["kind"] in ("create-candidate", "before")]
        closed = [each for each in makers if each["state"] == "ok"]
        holders[row["target"]] += row["state"] in ("running", "unknown")
        if row["id"] in made and not len(closed) <= made[row["id"]] <= len(makers):
            wrong.append((row["id"], row["state"], made[row["id"]], [(each["kind"], each["state"]) for each in makers]))
        if row["state"] == "succeeded" and any(each["state"] != "ok" for each in effects):
            wrong.append((row["id"], row["state"], [(each["kind"], each["state"]) for each in effects]))
    wrong += [each for each in holders.items() if each[1] > 1]
    yield Finding("  … the ledger has what the engine did, and what is green is whole", not wrong, some(f"{len(made)} deployments", wrong))


def judge_effects(world, events):
    done = collections.Counter()
    for event in events:
        labels = event["Actor"]["Attributes"]
        if event["Type"] == "container" and "triphammer.deployment" in labels:
            done[(labels["triphammer.deployment"], labels["name"], event["Action"])] += 1
    made = [(deployment, name) for deployment, name, action in done if action == "create"]
    twice = {" ".join(key): times for key, times in done.items() if times > 1 and key[2] in ("create", "start", "die", "destroy")}
    yield Finding("  … each effect at most once, by the engine's events", not twice and bool(made),
                  some(f"{len(made)} containers made, {len(twice)} effects seen twice", list(twice.items())))
    of_each = collections.Counter(deployment for deployment, _ in made)
    wrong = {each["id"]: of_each[each["id"]] for each in every_deployment(world)
             if not (each["state"] == "succeeded") <= of_each[each["id"]] <= 2}
    yield Finding("  … one candidate a deployment (and one `before` at the first)", not wrong,
                  some(f"{len(of_each)} deployments", list(wrong.items())))
