"""`deploy: { to: container, host: … }`: an engine of another machine, over TLS and over SSH. It is a second private
dockerd that listens with --tlsverify, and a real sshd whose only command is what `docker -H ssh://` would call."""
import http.client
import json
import os
import pathlib
import socket
import subprocess

import pytest
import requests

from deploy_key_test import Sshd
from deploy_test import DOCKERFILE
from harness import engine
from harness.daemon import free_port

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

SCRIPT = pathlib.Path(__file__).parents[1] / "support/engine.sh"
# What sshd lets this key do, as an administrator would: nothing else, on that engine. It notes every command line.
FORCED = """#!/bin/sh
[ "$SSH_ORIGINAL_COMMAND" = "docker system dial-stdio" ] || { echo "not allowed: $SSH_ORIGINAL_COMMAND" >&2; exit 1; }
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' >> FOLDER/lines
exec docker -H unix://SOCKET system dial-stdio
"""


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Authority:
    """Signs a server and clients, with a key of its own."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=authority",
                "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
        self.sign("server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth")
        self.sign("client", "extendedKeyUsage=clientAuth")

    def sign(self, name, extensions):
        (self.folder / f"{name}.ext").write_text(extensions)
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.csr")
        openssl("x509", "-req", "-in", self.folder / f"{name}.csr", "-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", self.folder / f"{name}.ext", "-out", self.folder / f"{name}.pem")

    def text(self, *names):
        return "".join((self.folder / name).read_text() for name in names)


class Elsewhere:
    """The other machine's engine and its two doors."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.authority = Authority(folder / "pki")
        pki = folder / "pki"
        environment = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
        environment["ENGINE_OPTIONS"] = (f"-H tcp://127.0.0.1:{self.port} --tlsverify --tlscacert {pki}/ca.pem "
                                         f"--tlscert {pki}/server.pem --tlskey {pki}/server.key")
        done = subprocess.run([SCRIPT, "start", folder / "engine"], env=environment, check=True, capture_output=True, text=True)
        self.host = dict(line.split("=", 1) for line in done.stdout.splitlines())["DOCKER_HOST"]
        (folder / "ssh").mkdir()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
        self.sshd = Sshd(folder / "ssh")
        forced = folder / "forced"
        forced.write_text(FORCED.replace("FOLDER", str(folder)).replace("SOCKET", self.host.removeprefix("unix://")))
        forced.chmod(0o755)
        folder.chmod(0o755)
        (folder / "ssh/authorized").write_text(f'command="{forced}",no-pty ' + (folder / "key.pub").read_text())

    def close(self):
        self.sshd.close()
        for container in self.containers():  # an engine that ends waits for each
            connection = connection_to(self.host)
            connection.request("DELETE", f"/v1.41/containers/{container}?force=1")
            connection.getresponse().read()
        subprocess.run([SCRIPT, "stop", self.folder / "engine"], check=True, capture_output=True)

    def bring(self, image):
        """An image of the first engine, as `docker save | docker load` would."""
        source, target = (connection_to(host) for host in (os.environ["DOCKER_HOST"], self.host))
        source.request("GET", f"/v1.41/images/{image}/get")
        archive = source.getresponse().read()
        target.request("POST", "/v1.41/images/load?quiet=1", archive, {"Content-Type": "application/x-tar"})
        assert "error" not in target.getresponse().read().decode()

    def containers(self):
        """{id: labels}"""
        asked = connection_to(self.host)
        asked.request("GET", "/v1.41/containers/json?all=1")
        return {one["Id"]: one["Labels"] for one in json.loads(asked.getresponse().read())}


def connection_to(host):
    connection = http.client.HTTPConnection("engine", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.connect(host.removeprefix("unix://"))
    return connection


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    made = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    made.bring("triphammer/nginx")
    yield made
    made.close()


class Shop:
    """One service, shipped to the engine elsewhere."""

    def __init__(self, daemon, git, elsewhere):
        self.daemon, self.elsewhere, self.port = daemon, elsewhere, free_port()
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)
        pki = elsewhere.authority
        for name, value in (("TLS_KEY", pki.text("client.pem", "client.key")), ("SSH_KEY", (elsewhere.folder / "key").read_text())):
            daemon.admin("secret", "set", name, "--repository", "acme/app", "--environment", "production", stdin=value)
        daemon.admin("variable", "set", "CA", "--repository", "acme/app", stdin=pki.text("ca.pem"))

    def by_tls(self, **changes):
        return {"host": f"tcp://127.0.0.1:{self.elsewhere.port}", "known-hosts": "${{ vars.CA }}", "key": "${{ secrets.TLS_KEY }}", **changes}

    def by_ssh(self, **changes):
        return {"host": f"ssh://root@127.0.0.1:{self.elsewhere.sshd.port}", "known-hosts": self.elsewhere.sshd.known_host,
                "key": "${{ secrets.SSH_KEY }}", **changes}

    def ship(self, version, way, verify="/", image=None):
        keys = "\n".join(f'      {name}: "{value}"' for name, value in way.items())
        text = f"""
on: push
jobs:
  image:
    if: {str(image is None).lower()}
    image:
      tags: ["{os.environ['REGISTRY']}/acme/far:${{{{ github.sha }}}}"]
  production:
    needs: image
    if: ${{{{ !failure() }}}}
    environment: production
    deploy:
      to: container
      service: far
      image: {image or "${{ needs.image.outputs.ref }}"}
{keys}
      switch: nginx
      ports: ["{self.port}:8080"]
      health: {{ http: /health.html, port: 8080, timeout: 20s }}
      verify: {{ http: {verify}, timeout: 2s }}
"""
        tree = {"Dockerfile": DOCKERFILE, "www/index.html": f"version {version}", "www/health.html": "ok", ".triphammer/ship.yml": text}
        run = self.daemon.run_of_push(self.repository, self.repository.commit(tree), 120)
        job = [one for one in run["jobs"] if one["key"] == "production"][0]
        return job, self.daemon.log_text(run["id"], job["id"])

    def page(self):
        return requests.get(f"http://127.0.0.1:{self.port}/", timeout=5).text


@pytest.fixture
def shop(make_daemon, git, elsewhere):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"], "switch_image": "triphammer/nginx"})
    yield Shop(daemon, git, elsewhere)
    daemon.stop()
    engine.remove_objects(daemon)


def test_a_service_on_an_engine_elsewhere_is_switched_proven_and_gone_back_with(shop, elsewhere):
    job, log = shop.ship(1, shop.by_tls())
    assert job["state"] == "succeeded", (job, log)
    assert shop.page() == "version 1"
    [row] = shop.daemon.get("/deployments")["items"]
    assert row["target"] == f"container/far at tcp://127.0.0.1:{elsewhere.port}" and row["state"] == "succeeded"
    assert any("triphammer.deployment" in labels for labels in elsewhere.containers().values())
    server = f"triphammer.server={shop.daemon.server_id}"
    assert not [one for one in engine.containers(server) if "triphammer.deployment" in one["Labels"]], "it is on our own engine"

    job, log = shop.ship(2, shop.by_tls(), verify="/only-on-mars")
    assert job["state"] == "failed" and "status 404" in log, (job, log)
    assert shop.daemon.get("/deployments")["items"][0]["state"] == "rolled_back" and shop.page() == "version 1"


def test_over_ssh_the_engine_is_reached_by_its_one_command_and_no_secret_is_on_a_command_line(shop, elsewhere):
    job, log = shop.ship(1, shop.by_ssh())
    assert job["state"] == "succeeded", (job, log)
    assert shop.page() == "version 1"
    lines = (elsewhere.folder / "lines").read_text(errors="replace")
    assert "docker system dial-stdio" in lines and "StrictHostKeyChecking=yes" in lines
    secret = (elsewhere.folder / "key").read_text().splitlines()[2]
    assert secret not in lines and "PRIVATE KEY" not in lines
    for file in shop.daemon.data.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), f"{file} holds the key"


def test_an_engine_or_a_key_that_is_not_the_right_one_is_refused_before_anything_is_touched(shop, elsewhere, tmp_path):
    before = elsewhere.containers()
    stranger = Authority(tmp_path / "stranger")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    other_host = f"[127.0.0.1]:{elsewhere.sshd.port} " + " ".join((tmp_path / "other.pub").read_text().split()[:2])
    for name, value in (("STRANGER_CA", stranger.text("ca.pem")),):
        shop.daemon.admin("variable", "set", name, "--repository", "acme/app", stdin=value)
    for name, value in (("STRANGER", stranger.text("client.pem", "client.key")), ("OTHER", (tmp_path / "other").read_text())):
        shop.daemon.admin("secret", "set", name, "--repository", "acme/app", "--environment", "production", stdin=value)
    nowhere = f"{os.environ['REGISTRY']}/acme/far@sha256:{'0' * 64}"
    cases = [
        (shop.by_tls(**{"known-hosts": "${{ vars.STRANGER_CA }}"}), "certificate verify failed"),
        (shop.by_tls(host=f"tcp://localhost:{elsewhere.port}"), "certificate verify failed"),
        (shop.by_tls(key="${{ secrets.STRANGER }}"), "certificate"),
        (shop.by_tls(key="${{ secrets.OTHER }}"), "key holds no certificate"),
        (shop.by_ssh(**{"known-hosts": other_host}), "Host key verification failed"),
        (shop.by_ssh(key="${{ secrets.OTHER }}"), "Permission denied"),
    ]
    for way, words in cases:
        job, log = shop.ship(3, way, image=nowhere)
        assert job["state"] == "failed" and words in job["reason"], (way["host"], words, job["reason"], log)
    rows = shop.daemon.get("/deployments")["items"]
    assert {row["state"] for row in rows} == {"failed"} and elsewhere.containers() == before
