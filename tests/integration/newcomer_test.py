"""A newcomer with nothing but the README: its own words, read out of it, typed on a fresh Debian with Docker under a real
systemd, in a network of its own. GitHub, its git and Docker Hub are stand-ins behind their real names, with TLS.

The repository is the tutorial of Flask's source archive, as in flask_test.py: jobs have no network, so its dependencies
lie in it, with a requirements.txt that names them and a Dockerfile of five lines."""
import os
import pathlib
import re
import subprocess
import time

import pytest
import requests

from harness import engine, package, payloads
from harness.flask_tree import make_tutorial
from harness.git_http import GitServer
from harness.machine import Machine, Wire
from harness.tls_front import TlsFront

README = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
NAME, TOKEN = "acme/flaskr", "github_pat_of_a_newcomer"
HUB = {"python:3.12-slim": "triphammer/python3", "nginx:stable": "triphammer/nginx"}
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


def blocks(heading, language):
    """What stands below a heading of the README."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", section)


def typed(heading):
    """Line for line, without what is explained beside it."""
    lines = "".join(blocks(heading, "sh")).splitlines()
    return [line.split("  #")[0].strip().replace("OWNER/NAME", NAME) for line in lines]


def fill_hub():
    for name, ours in HUB.items():
        there = f"{os.environ['REGISTRY']}/library/{name}"
        engine.docker("tag", ours, there)
        engine.docker("push", "-q", there)
        engine.docker("rmi", there)


class Newcomer:
    """At her machine: a clone of her repository, and a terminal."""

    def __init__(self, machine, github, repository):
        self.machine, self.github, self.repository = machine, github, repository
        self.home = "/root/flaskr"

    def type(self, line, answer=""):
        folder = self.home if line.startswith("git ") else "/root"
        done = self.machine.run("bash", "-c", f"cd {folder} && {line}", stdin=answer)
        print(f"$ {line}\n{done.stdout}{done.stderr}")  # shown where the test fails
        return done.stdout

    def push(self, line):
        """And GitHub tells everybody who asked for it."""
        self.type(line)
        sha = subprocess.run(["git", "-C", self.repository.bare, "rev-parse", "main"], capture_output=True, text=True).stdout
        self.github.hooks.happen(NAME, "push", payloads.push(NAME, self.repository.clone_url, sha.strip()))

    def page(self):
        try:
            return requests.get(f"http://{self.machine.wire.there}:8000/", timeout=5).text
        except requests.RequestException:
            return ""


@pytest.fixture
def world(tmp_path, github, debs):
    """A fresh machine, the names that it knows, and the newcomer's repository, which is private."""
    fill_hub()
    github.hooks.is_delivering = False  # nobody reaches a machine behind a firewall
    github.hooks.tokens[TOKEN] = "repo, admin:repo_hook"
    wire = Wire()
    machine = Machine(tmp_path / "machine", "docked", wire)
    try:
        with GitServer(tmp_path / "git", credentials={"x-access-token": TOKEN}) as git:
            behind = {"api.github.com": github.url, "github.com": git.url, "registry-1.docker.io": f"http://{os.environ['REGISTRY']}"}
            with TlsFront(tmp_path / "front", wire.here, behind) as front:
                repository = git.repository(NAME)
                repository.clone_url = f"https://github.com/{NAME}.git"
                github.hooks.add(NAME, repository.clone_url)
                front.make_known_to(machine)
                machine.boot()
                machine.wait_for(lambda: machine.run("docker", "info", check=False).returncode == 0, 60, "no engine")
                yield Newcomer(machine, github, repository)
    finally:
        machine.close()
        wire.cut()


def prepare(newcomer, tree):
    """What she has before she has heard of us: her repository, cloned, with her name and her password in git."""
    newcomer.repository.copy_in(tree)
    newcomer.repository.commit_tree("as it was")
    home = newcomer.machine.root / "root"
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n[credential]\nhelper = store\n")
    (home / ".git-credentials").write_text(f"https://x-access-token:{TOKEN}@github.com\n")
    newcomer.machine.run("git", "clone", "-q", newcomer.repository.clone_url, newcomer.home)


def surroundings(machine):
    """Everything that a purge has to give back."""
    looked = {
        "processes": "for p in /proc/[0-9]*; do readlink $p/exe; done; true",
        "mounts": "cut -d' ' -f5 /proc/self/mountinfo | sort",
        "groups": "find /sys/fs/cgroup -iname '*triphammer*' -o -name 'th-*' | sort",
        "links": "ls /sys/class/net",
        "routes": "cat /proc/net/route",
        "rules": "iptables-save | grep -v '^#' | sed 's/\\[.*\\]//'; ip6tables-save | grep -v '^#' | sed 's/\\[.*\\]//'",
        "containers": "docker ps -aq --no-trunc",
        "networks": "docker network ls -q --no-trunc",
        "volumes": "docker volume ls -q",
        "images": "docker image ls -a --format '{{.Repository}}:{{.Tag}} {{.ID}}'",
        "units": "systemctl list-unit-files --no-legend --no-pager",
    }
    found = {name: machine.run("bash", "-c", command).stdout.splitlines() for name, command in looked.items()}
    found["processes"] = sorted(path for path in found["processes"] if path not in ("/usr/bin/bash", "/usr/bin/readlink"))
    return found


def files(machine):
    engines = ("/var/lib/docker", "/var/lib/containerd", "/root")
    return {path: what for path, what in machine.files().items() if not path.startswith(engines)}


def difference(before, after):
    return {name: sorted(set(before[name]) ^ set(after[name])) for name in before if before[name] != after[name]}


def test_three_commands_lead_to_her_own_commit_and_a_purge_takes_everything_back(world, tmp_path_factory, debs):
    machine = world.machine
    prepare(world, make_tutorial(tmp_path_factory.mktemp("flask"), "python:3.12-slim"))
    package.put_into(machine, debs[0])
    before, before_files, before_accounts = surroundings(machine), files(machine), package.accounts(machine)
    install, add, push = typed("Ten minutes to your own repository")  # five would be allowed
    began = time.monotonic()

    assert "/setup?token=" in world.type(install)
    assert "GitHub's ping arrived" in world.type(add, TOKEN + "\n")
    [workflow] = blocks("Ten minutes to your own repository", "yaml")
    (machine.root / "root/flaskr/.triphammer").mkdir()
    (machine.root / "root/flaskr/.triphammer/flask.yml").write_text(workflow)
    page = machine.root / "root/flaskr/flaskr/templates/base.html"
    page.write_text(page.read_text().replace("Flaskr", "Ada's own"))
    world.push(push)
    machine.wait_for(lambda: "Ada's own" in world.page(), 540, "her commit does not answer")
    print(f"{time.monotonic() - began:.0f} seconds from the first command to her own commit")

    remove, prune = typed("Leave")
    world.type(remove, "y\n")
    world.type(prune, "y\n")

    machine.run("systemctl", "reset-failed", check=False)
    assert difference(before, surroundings(machine)) == {}
    after = files(machine)
    assert {path: after.get(path) for path in set(after) ^ set(before_files)} == {}
    assert package.accounts(machine) == before_accounts
