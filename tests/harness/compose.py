"""The compose form as a daemon of a test's: its command line is the one inside the daemon's container."""
import json
import os
import pathlib
import signal
import subprocess
import uuid

import requests
import yaml

from . import engine
from .daemon import Daemon, free_port

FORM = pathlib.Path(__file__).resolve().parents[2] / "deploy/compose/compose.yml"


class Services(Daemon):
    """`environment` is what the daemon gets besides; with a `proxy`, there is one with TLS, too; `besides`: more files."""

    def __init__(self, binary, folder, image, environment, proxy=False, besides=()):
        super().__init__(binary, folder)
        socket = os.environ["DOCKER_HOST"].removeprefix("unix://")
        self.settings = {"TRIPHAMMER_IMAGE": image, "TRIPHAMMER_PORT": f"127.0.0.1:{self.port}",
                         "DOCKER_SOCKET": socket, "DOCKER_GROUP": str(os.stat(socket).st_gid)}
        self.profile = ["--profile", "tls"] if proxy else []
        if proxy:
            self.https = free_port()
            self.front = f"https://localhost:{self.https}"
            self.settings |= {"TRIPHAMMER_HTTP": f"127.0.0.1:{free_port()}", "TRIPHAMMER_HTTPS": f"127.0.0.1:{self.https}",
                              "TRIPHAMMER_PUBLIC_URL": self.front}
        self.project = f"triphammer-{uuid.uuid4().hex[:8]}"
        self.besides = [word for name in besides for word in ("-f", FORM.parent / name)]
        self.more = folder / "for-tests.yml"
        self.more.write_text(yaml.dump({"services": {
            "daemon": {"environment": {"TRIPHAMMER_DOCKER_SWITCH_IMAGE": "triphammer/nginx", **environment}},
            "front": {"image": "triphammer/caddy"}, "proxy": {"image": "triphammer/caddy"}}}))

    def compose(self, *words):
        return engine.docker("-p", self.project, *self.profile, "-f", FORM, *self.besides, "-f", self.more, *words,
                             program="docker-compose", **self.settings)

    def start(self, wait=True):
        self.compose("up", "-d")
        self.wait_for(self.answers, 60, "the services are not ready")
        return self

    def answers(self):
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def admin(self, *arguments, stdin="", check=True):
        text = self.compose("exec", "-T", "daemon", "triphammer", *arguments)
        return subprocess.CompletedProcess(arguments, 0, text, "")

    def tail(self, lines=30):
        return self.compose("logs", "--no-color", f"--tail={lines}")

    def pid(self, service):
        return engine.docker("inspect", "-f", "{{.State.Pid}}", self.compose("ps", "-q", service))

    def kill(self, service):  # by hand: the engine would not start again what it killed itself
        os.kill(int(self.pid(service)), signal.SIGKILL)

    def beside(self):
        """The containers in which launchers and runners live."""
        return [found for found in engine.containers("triphammer.beside")
                if any(name.startswith(f"/{self.project}") for name in found["Names"])]


def bridge_address():
    """Where containers of any network reach this machine."""
    return json.loads(engine.docker("network", "inspect", "bridge"))[0]["IPAM"]["Config"][0]["Gateway"]
