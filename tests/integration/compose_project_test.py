"""`deploy: { to: compose }` from a push to the answer, and back by what the ledger has kept."""
import os

import pytest

from deploy_test import DOCKERFILE, App
from harness import engine

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

PROJECT = """
name: th{port}
services:
  web:
    build: .
    ports: ["127.0.0.1:{port}:8080"]
    environment: [PASSWORD]
    depends_on: [store]
  store:
    image: triphammer/busybox
    command: sleep 100000
    volumes: ["data:/data"]
volumes: {{ data: }}
"""
WORKFLOW = """
on: push
jobs:
  image:
    image:
      tags: ["{registry}/acme/web:${{{{ github.sha }}}}"]
  production:
    needs: image
    environment: production
    deploy:
      to: compose
      service: web
      image: ${{{{ needs.image.outputs.ref }}}}
      secrets: [PASSWORD]
      health: {{ http: /health.html, port: 8080, timeout: 20s }}
"""


@pytest.fixture
def app(make_daemon, git):
    app = App(make_daemon, git)
    app.daemon.admin("secret", "set", "PASSWORD", "--repository", "acme/app", "--environment", "production", stdin="hunter22")
    yield app
    app.daemon.stop()
    engine.remove_objects(app.daemon)


def ship(app, version, **files):
    return app.ship(version, **{".triphammer/ship.yml": WORKFLOW.format(registry=os.environ["REGISTRY"]),
                                "compose.yaml": PROJECT.format(port=app.port), **files})


def running(app):
    return {item["Labels"]["com.docker.compose.service"]: item["Id"]
            for item in engine.containers(f"com.docker.compose.project=th{app.port}") if item["State"] == "running"}


def test_a_project_is_replaced_where_it_changed_and_gone_back_with(app):
    run = ship(app, 1)
    assert run["state"] == "succeeded", app.explain(run)
    assert app.page() == "version 1"
    before = running(app)
    assert sorted(before) == ["store", "web"]
    environment = engine.call("GET", f"/v1.41/containers/{before['web']}/json")[1]["Config"]["Env"]
    assert "PASSWORD=hunter22" in environment and "hunter22" not in app.explain(run)

    run = ship(app, 2)
    assert run["state"] == "succeeded", app.explain(run)
    serving = running(app)
    assert app.page() == "version 2" and serving["store"] == before["store"] and serving["web"] != before["web"]

    run = ship(app, 3, Dockerfile=DOCKERFILE.replace("-p", "-no-such-option"))
    assert run["state"] == "failed" and app.page() == "version 2"
    failed, good = app.daemon.get("/deployments")["items"][:2]
    assert failed["state"] == "rolled_back" and good["state"] == "succeeded"
    assert running(app) == serving

    run = ship(app, 4, **{"compose.yaml": PROJECT.format(port=app.port) + "    privileged: true\n"})
    assert run["state"] == "failed" and "compose.yaml:" in app.explain(run)
    assert running(app) == serving and app.daemon.get("/deployments")["items"][0]["state"] == "failed"
