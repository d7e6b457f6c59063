"""`deploy: { to: ssh }` against a real sshd: the contract of `exec` on another machine (docs/deployments.md)."""
import json
import os
import signal
import subprocess

import pytest

from deploy_key_test import Sshd
from harness.daemon import free_port
from survive_test import runners

TOKEN = "anvil's $teel"
# Keeps what it was asked; answers well, but as `answers` says. Its deploy may lose the connection and go on alone.
PROGRAM = r"""
import json, os, pathlib, signal, sys, time
home = pathlib.Path(__file__).parent
asked = json.load(sys.stdin)
with open(home / "asked", "a") as out:
    out.write(json.dumps(asked) + "\n")
print("at", asked["action"], file=sys.stderr, flush=True)
assert os.environ["TOKEN"] == "anvil's $teel" and os.environ["GITHUB_SHA"] == asked["sha"]
lines = [path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
assert any(b"StrictHostKeyChecking=yes" in line for line in lines)
assert not any(b"anvil's" in line or b"release.py\n" in line for line in lines), lines
mine = "release-" + asked["deployment"]
answers = json.loads((home / "answers").read_text())
if answers.get("break") == asked["action"]:
    os.kill(os.getppid(), signal.SIGKILL)  # the connection's own sshd
    sys.stderr = open(os.devnull, "w")
    while not (home / "go").exists():
        time.sleep(0.05)
    (home / "live").write_text(mine)
    sys.exit()
while answers.get("hang") == asked["action"] and not (home / "go").exists():
    time.sleep(0.05)
live = home / "live"
if asked["action"] == "deploy":
    live.write_text(mine)
if asked["action"] == "rollback":
    live.write_text(asked["previous"]["object"])
if asked["action"] == "observe" and "else" not in answers:
    (home / "go").touch()
seen = "done" if live.exists() and live.read_text() == mine else answers.get("else", "in-flight")
well = {"preflight": {"state": "ready", "observes": answers.get("observes", True)}, "rollback": {"state": "done"},
        "deploy": {"state": "done", "object": mine}, "observe": {"state": seen, "object": mine},
        "verify": {"state": "live", "object": live.read_text() if live.exists() else "", "version": asked["version"]}}
print(json.dumps(well[asked["action"]]))
"""


class Machine:
    """What the program deploys to, behind sshd."""

    def __init__(self, daemon, git, folder):
        self.daemon, self.folder = daemon, folder
        (folder / "remote").mkdir(parents=True)
        (folder / "ssh").mkdir()
        self.remote = folder / "remote"
        (self.remote / "release.py").write_text(PROGRAM)
        self.answer({})
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
        self.sshd = Sshd(folder / "ssh")
        (folder / "ssh/authorized").write_text((folder / "key.pub").read_text())
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)
        for name, value in (("KEY", (folder / "key").read_text()), ("TOKEN", TOKEN)):
            daemon.admin("secret", "set", name, "--repository", "acme/app", "--environment", "production", stdin=value)

    def answer(self, answers):
        (self.remote / "answers").write_text(json.dumps(answers))

    def asked(self):
        path = self.remote / "asked"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def push(self, **changes):
        keys = {"host": f'"git@127.0.0.1:{self.sshd.port}"', "known-hosts": f'"{self.sshd.known_host}"',
                "key": "${{ secrets.KEY }}", "secrets": "[TOKEN]", "run": f"exec python3 {self.remote}/release.py",
                **{name.replace("_", "-"): value for name, value in changes.items()}}
        lines = "\n".join(f"      {name}: {value}" for name, value in keys.items())
        sha = self.repository.commit({".triphammer/release.yml": (
            "on: push\njobs:\n  production:\n    runs-on: host\n    environment: production\n"
            f"    deploy:\n      to: ssh\n      service: app\n{lines}\n"), "count": str(len(self.asked()))})
        return self.daemon.delivery(self.daemon.push(self.repository, sha))["runs"][0]

    def result(self, run):
        job = self.daemon.finished_run(run, 90)["jobs"][0]
        return job, self.daemon.get("/deployments")["items"][0]

    def ship(self, **changes):
        before = len(self.asked())
        self.run = self.push(**changes)
        job, deployment = self.result(self.run)
        return job, deployment, [one["action"] for one in self.asked()[before:]]


@pytest.fixture
def machine(daemon, git, tmp_path):
    made = Machine(daemon, git, tmp_path / "machine")
    yield made
    (made.remote / "go").touch()
    made.sshd.close()


def test_a_program_on_another_machine_deploys_and_is_gone_back_with(machine):
    job, first, actions = machine.ship()
    assert job["state"] == "succeeded", job
    assert first["driver"] == "ssh" and actions == ["preflight", "deploy", "verify"]
    log = machine.daemon.log_text(machine.run, job["id"])
    assert "at deploy" in log and TOKEN not in log

    job, second, actions = machine.ship(verify=f"{{ tcp: {free_port()}, timeout: 1s, interval: 100ms }}")
    assert second["state"] == "rolled_back" and actions == ["preflight", "deploy", "verify", "rollback"], job
    assert "127.0.0.1 is not well" in job["reason"], job
    assert (machine.remote / "live").read_text() == f"release-{first['id']}" == machine.asked()[-1]["previous"]["object"]
    for file in machine.daemon.data.rglob("*"):
        assert not file.is_file() or b"OPENSSH PRIVATE KEY" not in file.read_bytes(), f"{file} holds the key"


@pytest.mark.parametrize("change, words", [
    ({"known_hosts": '"[127.0.0.1]:1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4R"'}, "Host key verification failed"),
    ({"known_hosts": '"127.0.0.1"'}, "known-hosts: line 1"),
    ({"host": '"git@-oProxyCommand=x"'}, "is not user@machine"),
    ({"key": '"hunter2hunter2"'}, "not a private key"),
    ({"on_failure": "keep"}, "keep is not for ssh"),
], ids=["unknown-host", "no-hosts", "option", "no-key", "keep"])
def test_nothing_is_sent_to_a_machine_that_does_not_prove_itself(machine, change, words):
    job, deployment, actions = machine.ship(**change)

    assert deployment["state"] == "failed" and words in job["reason"], job
    assert actions == [] and "Accepted publickey" not in (machine.folder / "ssh/log").read_text()


@pytest.mark.parametrize("answers, state, actions", [
    ({}, "succeeded", ["observe", "verify"]),
    ({"observes": False}, "unknown", []),
    ({"else": "foreign"}, "unknown", ["observe"]),
    ({"else": "not-begun"}, "rolled_back", ["observe", "rollback"]),
], ids=["asked", "silent", "foreign", "not-begun"])
def test_after_a_broken_connection_nothing_is_sent_behind_it_unasked(machine, answers, state, actions):
    assert machine.ship()[1]["state"] == "succeeded"
    machine.answer({"break": "deploy", **answers})

    job, deployment, asked = machine.ship()

    assert deployment["state"] == state, job
    assert [one for one in asked[2:] if one != "observe"] == [one for one in actions if one != "observe"]
    assert ("observe" in asked) == ("observe" in actions)
    assert asked.count("deploy") == 1


def test_a_lost_runner_asks_the_machine(machine):
    machine.answer({"hang": "deploy"})
    run = machine.push()
    machine.daemon.wait_for(lambda: "deploy" in [one["action"] for one in machine.asked()], 30, "it was not asked")
    (machine.remote / "live").write_text(f"release-{machine.asked()[-1]['deployment']}")
    [runner] = runners(machine.daemon)
    os.kill(runner, signal.SIGKILL)

    job, deployment = machine.result(run)

    assert deployment["state"] == "succeeded", job
    assert [one["action"] for one in machine.asked()].count("deploy") == 1
