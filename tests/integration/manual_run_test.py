"""A run that somebody asks for over HTTP: typed inputs, their defaults, and why one was not started."""
import requests

WORKFLOW = """
name: ship
on:
  workflow_dispatch:
    inputs:
      target: { type: choice, options: [staging, production], default: staging }
      loud: { type: boolean, default: false }
      times: { type: number, default: 2 }
      who: { required: true }
jobs:
  ship:
    runs-on: host
    steps:
      - run: echo "to ${{ inputs.target }} by ${{ inputs.who }} for ${{ github.actor }} on ${{ github.ref }}"
      - if: inputs.loud
        run: echo "LOUD ${{ inputs.loud == true }} ${{ inputs.times == 3 }} ${{ github.event.inputs.who }}"
"""


def start(daemon, token=None, **body):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    fields = {"repository": "acme/app", "workflow": "ship.yml", **body}
    return daemon.api("/runs", "POST", json=fields, headers=headers)


def app(daemon, git):
    repository = git.repository("acme/app")
    repository.commit({".triphammer/ship.yml": WORKFLOW})
    daemon.add_repository(repository)
    return repository


def outcome(daemon, **body):
    answer = start(daemon, **body)
    assert answer.status_code == 202, answer.text
    return daemon.delivery(answer.json()["delivery"])


def log_of(daemon, run):
    return daemon.log_text(run["id"], run["jobs"][0]["id"])


def test_a_run_starts_with_typed_inputs_and_defaults(daemon, git):
    app(daemon, git)

    delivery = outcome(daemon, ref="main", inputs={"who": "Ada", "loud": True, "times": 3})

    run = daemon.finished_run(delivery["runs"][0])
    assert run["state"] == "succeeded" and run["event"] == "workflow_dispatch", run
    log = log_of(daemon, run)
    assert "to staging by Ada for token:test-" in log and "on refs/heads/main" in log
    assert "LOUD true true Ada" in log
    assert daemon.api(f"/deliveries/{delivery['guid']}/replay", "POST").status_code == 202
    daemon.wait_for(lambda: len(daemon.get("/runs")["items"]) == 2)


def test_what_does_not_fit_starts_nothing_and_says_why(daemon, git):
    repository = app(daemon, git)
    sha = repository.commit({".triphammer/push.yml": "on: push\njobs:\n  a:\n    runs-on: host\n    steps: [{ run: 'true' }]\n"})
    daemon.run_of_push(repository, sha)  # from here on the default branch is known

    def why(**body):
        found = outcome(daemon, **body)
        assert found["outcome"] == "ignored" and found["runs"] == []
        return str(found["reasons"])

    assert "input 'who' is required" in why()
    assert "input 'target' must be one of: staging, production" in why(inputs={"who": "a", "target": "moon"})
    assert "input 'times' must be a number" in why(inputs={"who": "a", "times": "many"})
    assert "there is no input 'whom'" in why(inputs={"who": "a", "whom": "b"})
    assert "it has no trigger for workflow_dispatch" in why(workflow="push.yml")
    assert "the event is for another workflow, none.yml" in why(workflow="none.yml")


def test_a_wrong_request_is_answered_with_the_field(daemon, git):
    app(daemon, git)
    viewer = daemon.admin("token", "create", "eyes", "--role", "viewer").stdout.strip().split()[-1]

    missing, unknown, untold = start(daemon, workflow=None), start(daemon, repository="acme/none"), start(daemon)

    assert missing.status_code == 400 and "'workflow'" in missing.text
    assert unknown.status_code == 404 and "acme/none" in unknown.text
    assert untold.status_code == 400 and "'ref'" in untold.text
    assert start(daemon, ref="main", input={"who": "a"}).status_code == 400
    assert start(daemon, token=viewer, ref="main").status_code == 403
    assert requests.post(f"{daemon.url}/api/v1/runs", json={}, timeout=30).status_code in (401, 403)
    assert daemon.get("/deliveries")["items"] == []
