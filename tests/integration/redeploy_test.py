"""A digest of the ledger, deployed again without a build: back to it, or on to another environment."""
import os
import sqlite3

import pytest
import requests

from harness import engine
from harness.daemon import free_port

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

DOCKERFILE = """
FROM triphammer/busybox
COPY www /www
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""
NOWHERE = "sha256:" + "0" * 64


def workflow(ports):
    def deploy(environment, needs):
        return f"""
  {environment}:
    needs: {needs}
    environment: {environment}
    deploy:
      to: container
      service: app-{environment}
      image: ${{{{ needs.image.outputs.ref }}}}
      switch: nginx
      ports: ["{ports[environment]}:8080"]
      env: {{ BUILT_AS: "${{{{ needs.image.outputs.digest }}}}" }}
      drain: 100ms
      health: {{ http: /health.html, port: 8080, timeout: 20s, interval: 100ms }}
"""
    return f"""
name: ship
on: push
jobs:
  image:
    image:
      tags: ["{os.environ['REGISTRY']}/acme/again:${{{{ github.sha }}}}"]
""" + deploy("staging", "image") + deploy("production", "[image, staging]")


class Shop:
    def __init__(self, make_daemon, git):
        self.ports = {"staging": free_port(), "production": free_port()}
        self.daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
        self.repository = git.repository("acme/again")
        self.daemon.add_repository(self.repository)

    def ship(self, version):
        tree = {"Dockerfile": DOCKERFILE, "www/index.html": f"version {version}", "www/health.html": "ok",
                ".triphammer/ship.yml": workflow(self.ports)}
        run = self.daemon.run_of_push(self.repository, self.repository.commit(tree, message=f"version {version}"), 120)
        assert run["state"] == "succeeded", self.explain(run)
        return run

    def page(self, environment="production"):
        return requests.get(f"http://127.0.0.1:{self.ports[environment]}/", timeout=5).text

    def again(self, *words, check=True):
        """What the command said; with check the finished run that it made."""
        done = self.daemon.admin("deployment", *words, check=check)
        if not check:
            return done.returncode, done.stdout + done.stderr
        return self.daemon.finished_run(done.stdout.split()[1].rstrip(":"), 60)

    def newest(self, environment="production"):
        return self.daemon.get(f"/deployments?repository=acme/again&environment={environment}")["items"][0]

    def explain(self, run):
        return "\n".join(self.daemon.log_text(run["id"], job["id"]) for job in run["jobs"] if job["state"] != "skipped")


@pytest.fixture
def shop(make_daemon, git):
    shop = Shop(make_daemon, git)
    yield shop
    shop.daemon.stop()
    engine.remove_objects(shop.daemon)


def test_back_and_on_without_a_build(shop):
    shop.ship(1)
    first = shop.newest()
    status, said = shop.again("rollback", "acme/again", "production", check=False)
    assert status == 1 and f"no earlier good deployment of container/app-production to 'production' has another digest than deployment {first['id']}" in said
    shop.ship(2)
    second = shop.newest()

    run = shop.again("rollback", "acme/again", "production")
    assert run["state"] == "succeeded", shop.explain(run)
    assert [job["key"] for job in run["jobs"]] == ["production"] and run["event"] == "workflow_dispatch"
    assert (shop.page(), shop.page("staging")) == ("version 1", "version 2")
    back = shop.newest()
    assert (back["digest"], back["sha"], back["state"]) == (first["digest"], first["sha"], "succeeded")
    assert back["redeployment"]["text"] == f"rollback of deployment {second['id']} to digest of deployment {first['id']}"
    # What its needs gave the first time is there, too.
    [container] = [each for each in engine.containers("triphammer.deployment=" + back["id"]) if each["State"] == "running"]
    environment = engine.call("GET", f"/v1.41/containers/{container['Id']}/json")[1]["Config"]["Env"]
    assert f"BUILT_AS={first['digest']}" in environment

    run = shop.again("promote", "acme/again", "staging", "production")
    assert run["state"] == "succeeded" and shop.page() == "version 2"
    promoted = shop.newest()
    assert (promoted["digest"], promoted["redeployment"]["text"]) == (second["digest"], "promoted from staging")
    status, said = shop.again("promote", "acme/again", "staging", "production", check=False)
    assert status == 1 and f"has {second['digest']} already, by deployment {promoted['id']}" in said
    actions = [row["action"] for row in shop.daemon.get("/audit?limit=50")["items"]]
    assert actions.count("deployment.rollback") == 1 and actions.count("deployment.promotion") == 1

    the_gates_of_the_environment_hold(shop, first)
    what_is_gone_is_said_before_anything_is_touched(shop, first)


def the_gates_of_the_environment_hold(shop, first):
    shop.daemon.admin("environment", "set", "acme/again", "production", "--branches", "release/*")
    run = shop.again("rollback", "acme/again", "production", "--to", first["id"])
    assert run["state"] == "failed" and "takes release/* only" in run["jobs"][0]["reason"]

    shop.daemon.admin("environment", "set", "acme/again", "production", "--open", "--approvals", "1", "--allow-author")
    started = shop.daemon.admin("deployment", "rollback", "acme/again", "production", "--to", first["id"])
    run = started.stdout.split()[1].rstrip(":")
    asked = shop.daemon.wait_for(lambda: shop.daemon.get(f"/approvals?run={run}")["items"], 30, "nobody was asked")
    assert asked[0]["digests"] == {"production": first["digest"]}
    assert shop.page() == "version 2"
    status, said = shop.again("rollback", "acme/again", "production", "--to", first["id"], check=False)
    assert status == 1 and f"run {run} deploys that digest to 'production' already" in said
    shop.daemon.admin("approval", "approve", asked[0]["id"])
    assert shop.daemon.finished_run(run, 60)["state"] == "succeeded"
    assert shop.page() == "version 1"
    shop.daemon.admin("environment", "set", "acme/again", "production", "--open")


def what_is_gone_is_said_before_anything_is_touched(shop, first):
    """The rows that could be gone back to name an image that no engine and no registry has."""
    assert shop.again("promote", "acme/again", "staging", "production")["state"] == "succeeded"
    live = shop.newest()
    shop.daemon.stop()
    with sqlite3.connect(shop.daemon.data / "triphammer.db") as database:
        database.execute("UPDATE deployments SET digest = ?1, image = replace(image, digest, ?1) "
                         "WHERE environment = 'production' AND digest = ?2", (NOWHERE, first["digest"]))
    database.close()
    shop.daemon.start()

    run = shop.again("rollback", "acme/again", "production")
    assert run["state"] == "failed", run
    failed = shop.newest()
    assert failed["state"] == "failed" and shop.daemon.get(f"/deployments/{failed['id']}")["effects"] == []
    assert "manifest unknown" in shop.explain(run) or "not found" in shop.explain(run), shop.explain(run)
    assert shop.page() == "version 2"

    def way_back():
        [place] = [each for each in shop.daemon.get("/environments")["items"] if each["name"] == "production"]
        return place["ways_back"]
    [way] = shop.daemon.wait_for(way_back, 60, "nobody looked for the way back")
    assert (way["deployment"], way["state"]) == (live["id"], "gone"), way
    found = [one for one in shop.daemon.get("/doctor?fresh=true")["findings"] if one["name"] == "way back"]
    assert [one["state"] for one in found] == ["warning"] and NOWHERE in found[0]["text"], found
