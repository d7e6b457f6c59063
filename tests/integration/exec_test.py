"""`deploy: { to: exec }`: a program of the repository deploys; only what it proves counts (docs/deployments.md)."""
import json
import os
import pathlib
import signal

import jsonschema
import pytest

from survive_test import runners

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2] / "docs/deploy-exec.schema.json").read_text())
WORKFLOW = """
name: release
on: push
jobs:
  production:
    runs-on: host
    environment: production
    deploy:
      to: exec
      service: app
      env: { COLOUR: blue }
      run: exec python3 deploy/release.py
"""
# Answers as ANSWERS says, else well; tells the log what it was asked.
PROGRAM = """
import json, os, sys, time
text = sys.stdin.read()
asked = json.loads(text)
print("asked", text.strip(), file=sys.stderr, flush=True)
assert os.environ["COLOUR"] == "blue" and os.path.exists("deploy/release.py")
mine = "release-" + asked["deployment"]
well = {"preflight": {"state": "ready", "observes": os.path.exists("deploy/observes")},
        "deploy": {"state": "done", "object": mine}, "observe": {"state": "done", "object": mine},
        "verify": {"state": "live", "object": mine, "version": asked["version"]}, "rollback": {"state": "done"}}
answers = json.load(open("deploy/answers.json"))
answer = answers.get(asked["action"], well[asked["action"]])
if answer == "hang":
    time.sleep(600)
if isinstance(answer, int):
    sys.exit(answer)
print(answer if isinstance(answer, str) else json.dumps(answer))
"""


class Releases:
    def __init__(self, daemon, git):
        self.daemon = daemon
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)

    def commit(self, answers, **files):
        return self.repository.commit({
            ".triphammer/release.yml": WORKFLOW, "deploy/release.py": PROGRAM,
            "deploy/answers.json": json.dumps(answers), **files})

    def ship(self, answers=None, **files):
        """The run's job, its deployment, what the program was asked."""
        run = self.daemon.run_of_push(self.repository, self.commit(answers or {}, **files), 60)
        return self.result(run)

    def result(self, run):
        return run["jobs"][0], self.daemon.get("/deployments")["items"][0], self.asked(run)

    def asked(self, run):
        """Nothing as long as nobody has claimed the job: it has no log then."""
        if run["jobs"][0]["attempt"] == 0:
            return []
        log = self.daemon.log_text(run["id"], run["jobs"][0]["id"])
        return [json.loads(line.split("asked ", 1)[1]) for line in log.splitlines() if "asked {" in line]


@pytest.fixture
def releases(daemon, git):
    return Releases(daemon, git)


def test_a_program_deploys_and_the_next_one_hears_what_serves(releases):
    job, first, asked = releases.ship()
    assert job["state"] == "succeeded", job
    assert first["state"] == "succeeded" and first["driver"] == "exec"
    assert [one["action"] for one in asked] == ["preflight", "deploy", "verify"]
    assert asked[0]["previous"] is None and asked[0]["version"] == first["digest"] == asked[0]["sha"]
    assert asked[2]["object"] == f"release-{first['id']}" and len(asked[1]["key"]) == 64

    job, second, asked = releases.ship({}, again="yes")
    assert job["state"] == "succeeded", job
    assert asked[0]["previous"]["object"] == f"release-{first['id']}"
    assert asked[0]["previous"]["version"] == first["digest"]
    for one in asked:
        jsonschema.validate(one, {**SCHEMA, "$ref": "#/$defs/request"})


@pytest.mark.parametrize("answers, actions, state, words", [
    ({"preflight": {"state": "refused", "reason": "it is Friday"}}, "preflight", "failed", "it is Friday"),
    ({"preflight": 3}, "preflight", "failed", "exited with status 3 at preflight"),
    ({"deploy": {"state": "failed", "reason": "no room"}}, "preflight deploy rollback", "rolled_back", "no room"),
    ({"deploy": 7}, "preflight deploy rollback", "rolled_back", "exited with status 7 at deploy"),
    ({"deploy": "all is well"}, "preflight deploy rollback", "rolled_back", "not one JSON object"),
    ({"deploy": {"state": "done"}}, "preflight deploy rollback", "rolled_back", "object is missing"),
    ({"verify": {"state": "not-live", "reason": "502"}}, "preflight deploy verify rollback", "rolled_back", "502"),
    ({"verify": {"state": "live", "object": "x", "version": "another"}}, "preflight deploy verify rollback",
     "rolled_back", "found the version another live"),
    ({"verify": {"state": "live"}}, "preflight deploy verify rollback", "rolled_back", "object is missing"),
    ({"deploy": 1, "rollback": {"state": "failed", "reason": "locked"}}, "preflight deploy rollback", "unknown", "settle"),
    ({"deploy": 1, "rollback": 0}, "preflight deploy rollback", "unknown", "settle"),
], ids=["refused", "no-preflight", "failed", "exit", "no-json", "no-object", "not-live", "other-version", "unnamed",
        "no-way-back", "silent-way-back"])
def test_what_the_program_does_not_prove_is_never_green(releases, answers, actions, state, words):
    assert releases.ship()[0]["state"] == "succeeded"

    job, deployment, asked = releases.ship(answers)

    assert job["state"] == "failed" and deployment["state"] == state, (job, deployment)
    assert [one["action"] for one in asked] == actions.split()
    assert words in job["reason"], job["reason"]


def test_another_object_than_the_deployed_one_is_no_proof(releases):
    program = PROGRAM.replace('"verify": {"state": "live", "object": mine', '"verify": {"state": "live", "object": "somebodys"')
    job, deployment, _ = releases.ship({}, **{"deploy/release.py": program})

    assert job["cause"] == "undecided", job
    assert deployment["state"] == "unknown"
    assert "not what this deployment made" in job["reason"], job["reason"]


@pytest.mark.parametrize("observes", [True, False])
def test_a_lost_runner_asks_the_program_that_can_tell(releases, observes):
    daemon = releases.daemon
    files = {"deploy/observes": "yes"} if observes else {}
    sha = releases.commit({"deploy": "hang"}, **files)
    run = daemon.delivery(daemon.push(releases.repository, sha))["runs"][0]

    daemon.wait_for(lambda: "deploy" in [one["action"] for one in releases.asked(daemon.get(f"/runs/{run}"))], 30,
                    "it was not asked to deploy")
    [runner] = runners(daemon)
    os.kill(runner, signal.SIGKILL)

    job, deployment, asked = releases.result(daemon.finished_run(run, 90))
    assert deployment["state"] == ("succeeded" if observes else "unknown"), job
    actions = [one["action"] for one in asked]
    assert actions.count("deploy") <= 1
    assert job["cause"] == (None if observes else "undecided"), job
