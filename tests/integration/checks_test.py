"""Check runs and deployments of a GitHub App: each job's state with its annotations, told once whatever gets lost; a
re-request at GitHub runs the job again; without an App everything is told as commit statuses."""
import collections

import pytest
import requests

from harness import payloads
from harness.github_app import GitHubApp

SECRET = "the App's own secret, long"
RIGHTS = {"checks": "write", "contents": "read", "deployments": "write", "pull_requests": "write", "statuses": "write"}

WORKFLOW = """
name: CI
on: push
jobs:
  lint:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - run: |
          echo "::warning file=app.py,line=3,col=5,endColumn=9,title=Long::the line is long"
          echo "::error file=./lib/b.py,line=7,endLine=9::several lines"
          echo "::notice::nowhere @octocat"
          echo "::error file=/etc/passwd,line=1::elsewhere"
          cp said.xml report.xml
          test -e good
    reports: { junit: report.xml }
  after:
    needs: lint
    runs-on: host
    steps: [ { run: "true" } ]
"""

DEPLOYING = """
name: Ship
on: push
jobs:
  web:
    runs-on: host
    environment: { name: staging, url: "https://staging.example.com/${{ github.ref_name }}" }
    steps: [ { uses: actions/checkout@v4 }, { run: "test ! -e bad" } ]
  quiet:
    runs-on: host
    environment: { name: staging, deployment: false }
    steps: [ { run: "true" } ]
"""

LOOPING = """
name: Loop
on: [deployment, deployment_status, check_run, check_suite]
jobs: { again: { runs-on: host, environment: staging, steps: [ { run: "true" } ] } }
"""


def many_failed_tests(count):
    cases = "".join(f'<testcase classname="s" name="t{n}" file="tests/a.py" line="{n + 1}"><failure message="no {n}"/></testcase>'
                    for n in range(count))
    return f'<testsuite name="s">{cases}</testsuite>'


@pytest.fixture
def app(github, tmp_path):
    (tmp_path / "app").mkdir()
    github.app = GitHubApp(tmp_path / "app")
    github.app.installed["acme/app"] = dict(RIGHTS)
    return github.app


@pytest.fixture
def repository(git, github):
    repository = git.repository("acme/app")
    github.hooks.add("acme/app", repository.clone_url)
    return repository


def settings(github, **more):
    return {"api_url": github.url, "webhook_secret": SECRET, "app_id": github.app.id,
            "private_key_file": str(github.app.key), **more}


@pytest.fixture
def daemon(make_daemon, github, app, repository):
    daemon = make_daemon(github=settings(github))
    daemon.add_repository(repository)
    return daemon


def is_told(daemon, github, sha, want, seconds=30):
    """Waits until GitHub shows that of every context of the commit."""
    try:
        daemon.wait_for(lambda: github.last_states(sha) == want, seconds)
    except TimeoutError:
        assert github.last_states(sha) == want


def are_deployed(daemon, github, want):
    """Waits until those are the last states of the deployments to staging, oldest first."""
    daemon.wait_for(lambda: [states[-1:] for states in github.checks.deployed("staging")] == [[one] for one in want], 20,
                    str(github.checks.deployed("staging")))


def ask_again(daemon, repository, check, event="check_run", action="rerequested", guid=None, **changes):
    """GitHub's webhook after somebody pressed a button beside the check."""
    subject = {key: check[key] for key in ("id", "name", "head_sha", "external_id", "app")} | changes
    payload = {"action": action, event: subject, "sender": {"login": "grace", "id": 8},
               "repository": payloads.repository(repository.name, repository.clone_url)}
    if action == "requested_action":
        payload["requested_action"] = {"identifier": "rerun"}
    headers, body = payloads.signed(event, payload, SECRET, guid)
    answer = requests.post(f"{daemon.url}/webhooks/github", data=body, headers=headers, timeout=10)
    assert answer.status_code in (200, 202), answer.text
    return daemon.delivery(headers["X-GitHub-Delivery"])


def test_each_job_is_a_check_run_with_its_annotations(daemon, github, repository):
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW, "said.xml": many_failed_tests(70)})

    run = daemon.run_of_push(repository, sha)

    lint, after = "triphammer/CI/lint (push)", "triphammer/CI/after (push)"
    is_told(daemon, github, sha, {lint: "failure", after: "skipped"})
    daemon.wait_for(lambda: len(github.checks.newest(sha)[lint]["annotations"]) == 72, 20)
    check = github.checks.newest(sha)[lint]
    [job] = [job for job in run["jobs"] if job["key"] == "lint"]
    assert check["details_url"] == f"{daemon.url}/runs/{run['id']}/jobs/{job['id']}"
    assert check["started_at"] <= check["completed_at"]
    assert check["external_id"].startswith(f"triphammer:{daemon.server_id}:")
    by_path = collections.Counter(one["path"] for one in check["annotations"])
    assert by_path == {"tests/a.py": 70, "app.py": 1, "lib/b.py": 1}
    [warning] = [one for one in check["annotations"] if one["path"] == "app.py"]
    assert warning == {"path": "app.py", "start_line": 3, "end_line": 3, "start_column": 5, "end_column": 9,
                       "annotation_level": "warning", "message": "the line is long", "title": "Long"}
    summary = check["output"]["summary"]
    assert "Tests: 70 failed" in summary and "`nowhere @" in summary and "elsewhere" in summary
    assert "@octocat" not in summary, "nobody is mentioned"
    assert github.statuses == [], "in place of statuses"
    assert len(github.checks.runs) == 2, "one for each job, changed as it goes on"


def test_a_file_that_cannot_be_read_is_annotated_in_the_file(daemon, github, repository):
    sha = repository.commit({".triphammer/ci.yml": "name: CI\non: push\njobs:\n  a:\n    runs-on: host\n    stepz: []\n"})

    daemon.run_of_push(repository, sha)

    daemon.wait_for(lambda: github.checks.newest(sha), 20)
    [check] = github.checks.newest(sha).values()
    assert check["conclusion"] == "failure"
    assert {(one["path"], one["start_line"]) for one in check["annotations"]} >= {(".triphammer/ci.yml", 6)}


def test_a_rerequest_runs_the_job_again_once_and_only_ours(daemon, github, repository):
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW, "said.xml": many_failed_tests(1)})
    run = daemon.run_of_push(repository, sha)
    lint, after = "triphammer/CI/lint (push)", "triphammer/CI/after (push)"
    is_told(daemon, github, sha, {lint: "failure", after: "skipped"})
    first = github.checks.newest(sha)[lint]

    foreign = [ask_again(daemon, repository, first, app={"id": 99}), ask_again(daemon, repository, first, external_id="7"),
               ask_again(daemon, repository, first, external_id="triphammer:another:1"),
               ask_again(daemon, repository, first, action="completed")]
    assert [one["outcome"] for one in foreign] == ["ignored"] * 4
    assert "our own" in foreign[3]["reason"] and daemon.get(f"/runs/{run['id']}")["attempt"] == 1

    guid = "11111111-2222-3333-4444-555555555555"
    asked = ask_again(daemon, repository, first, guid=guid)
    assert asked["outcome"] == "started" and "grace asked at GitHub" in asked["reason"]
    again = daemon.wait_for(lambda: len(github.checks.runs) == 4 and github.checks.newest(sha)[lint]["conclusion"] and
                            github.checks.newest(sha)[lint], 30)
    assert again["id"] != first["id"] and len(again["annotations"]) == 3, "its annotations only"
    ask_again(daemon, repository, first, guid=guid)
    old = ask_again(daemon, repository, first)
    assert old["outcome"] == "ignored" and "newer" in old["reason"]
    assert daemon.finished_run(run["id"])["attempt"] == 2

    by_button = ask_again(daemon, repository, again, action="requested_action")
    assert by_button["outcome"] == "started" and daemon.finished_run(run["id"])["attempt"] == 3
    daemon.wait_for(lambda: len(github.checks.runs) == 6 and github.checks.newest(sha)[lint]["conclusion"], 30)
    suite = ask_again(daemon, repository, again, "check_suite")
    assert suite["outcome"] == "started" and daemon.finished_run(run["id"])["attempt"] == 4
    is_told(daemon, github, sha, {lint: "failure", after: "skipped"})
    rows = [(row["actor_id"], row["actor"], row["address"], row["object"], row["reason"]) for row in daemon.get("/audit?action=run.rerun")["items"]]
    assert rows == [("github:8", "github:grace", "github", run["id"], "asked at GitHub")] * 3


def test_without_the_right_or_the_app_they_are_statuses(make_daemon, github, app, repository):
    del app.installed["acme/app"]["checks"]
    daemon = make_daemon(github=settings(github))
    daemon.add_repository(repository)
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW, "said.xml": many_failed_tests(1)})

    daemon.run_of_push(repository, sha)

    is_told(daemon, github, sha, {"triphammer/CI/lint (push)": "failure", "triphammer/CI/after (push)": "success"})
    assert github.checks.runs == []


def test_deployments_are_told_with_their_states_and_start_nothing(daemon, github, repository):
    files = {".triphammer/ship.yml": DEPLOYING, ".triphammer/loop.yml": LOOPING}
    first = repository.commit(files)
    run = daemon.run_of_push(repository, first)
    are_deployed(daemon, github, ["success"])
    [deployment] = github.checks.deployments
    assert deployment["ref"] == first and deployment["payload"] == {"triphammer": f"{daemon.server_id}:1"}
    done = deployment["statuses"][-1]
    [web] = [job for job in run["jobs"] if job["key"] == "web"]
    assert done["environment_url"] == "https://staging.example.com/main"
    assert done["log_url"] == f"{daemon.url}/runs/{run['id']}/jobs/{web['id']}" and done["auto_inactive"] is False

    broken = repository.commit({"bad": "1"})
    daemon.run_of_push(repository, broken)
    are_deployed(daemon, github, ["success", "failure"])
    mended = repository.commit({"bad": None})
    daemon.run_of_push(repository, mended)
    are_deployed(daemon, github, ["inactive", "failure", "success"])
    assert {state for states in github.checks.deployed("staging") for state in states[:-1]} <= {"in_progress", "success"}

    about = payloads.repository(repository.name, repository.clone_url)
    for event, more in (("deployment", {}), ("deployment_status", {"deployment_status": {"state": "success"}})):
        told = {"id": deployment["id"], "sha": first, "ref": first, "environment": "staging", "payload": deployment["payload"]}
        _, guid = daemon.deliver(repository, event, {"action": "created", "deployment": told, "repository": about,
                                                     "sender": {"login": "ada", "id": 7}, **more})
        own = daemon.delivery(guid)
        assert own["outcome"] == "ignored" and "our own" in own["reason"]
        _, guid = daemon.deliver(repository, event, {"action": "created", "deployment": {**told, "payload": {}},
                                                     "repository": about, "sender": {"login": "ada", "id": 7}, **more})
        assert daemon.delivery(guid)["outcome"] == "started", "somebody else's does"


def test_a_missing_right_for_deployments_is_told_and_harms_nothing(make_daemon, github, app, repository):
    del app.installed["acme/app"]["deployments"]
    daemon = make_daemon(github=settings(github))
    daemon.add_repository(repository)
    sha = repository.commit({".triphammer/ship.yml": DEPLOYING})

    assert daemon.run_of_push(repository, sha)["state"] == "succeeded"

    is_told(daemon, github, sha, {"triphammer/Ship/web (push)": "success", "triphammer/Ship/quiet (push)": "success"})
    daemon.wait_for(lambda: "Deployments: read and write" in daemon.admin("doctor", "github", check=False).stdout, 30,
                    "the doctor is silent")
    assert github.checks.deployments == []


def test_whatever_is_lost_the_last_state_is_the_runs(make_daemon, github, app, repository):
    """60 pushes, jobs that fail, annotations, deployments, comments; of the answers every tenth is lost after GitHub acted."""
    daemon = make_daemon(workers=4, github=settings(github))
    daemon.add_repository(repository)
    github.lose_every = 10
    shipping = DEPLOYING[:DEPLOYING.index("  quiet:")]
    files = {".triphammer/ci.yml": WORKFLOW, ".triphammer/ship.yml": shipping, "said.xml": many_failed_tests(55), "good": "1"}
    pull = WORKFLOW.replace("on: push", "on: pull_request").replace("name: CI", "name: Pull")
    base = repository.commit({**files, ".triphammer/pull.yml": pull})
    guids, pulls = {}, []
    for n in range(60):
        if n % 20 == 10:
            daemon.kill()
            daemon.start()
        changes = {"n": str(n), "good": "1" if n % 3 else None, "bad": "1" if n % 4 == 0 else None}
        sha = repository.commit({path: text for path, text in changes.items() if text or (repository.tree / path).exists()})
        guids[sha] = daemon.push(repository, sha)
        if n % 15 == 0:
            event = payloads.pull_request(repository.name, repository.clone_url, 100 + n, sha, base)
            pulls.append((100 + n, sha, daemon.deliver(repository, "pull_request", event)[1]))
    told = {sha: [daemon.delivery(guid)["runs"]] for sha, guid in guids.items()}
    for number, sha, guid in pulls:
        told[sha].append(daemon.delivery(guid)["runs"])
    words = {"succeeded": "success", "failed": "failure", "skipped": "skipped"}
    want, deployed = {}, collections.Counter()
    for sha, groups in told.items():
        want[sha] = {}
        for run in (daemon.finished_run(run, 300, 0.2) for group in groups for run in group):
            for job in run["jobs"]:
                want[sha][f"triphammer/{run['workflow']}/{job['key']} ({run['event']})"] = words[job["state"]]
                deployed[sha] += job["key"] == "web"

    daemon.wait_for(lambda: all(github.last_states(sha) == want[sha] for sha in want), 240,
                    "the last states differ", pause=0.5)

    def ends():
        return {one["sha"]: one["statuses"][-1]["state"] for one in github.checks.deployments if one["statuses"]}

    good = [sha for sha in guids if want[sha]["triphammer/Ship/web (push)"] == "success"]
    daemon.wait_for(lambda: all(
        ends().get(sha) == ("failure" if sha not in good else "success" if sha == newest(github, good) else "inactive")
        for sha in guids), 120, "the last states of deployments differ", pause=0.5)
    assert collections.Counter(one["sha"] for one in github.checks.deployments) == deployed, "none twice"
    per_name = collections.Counter((run["head_sha"], run["name"]) for run in github.checks.runs)
    assert set(per_name.values()) == {1}, "no check run twice"
    for run in github.checks.runs:
        places = collections.Counter((one["path"], one["start_line"], one["message"]) for one in run["annotations"])
        assert set(places.values()) <= {1}, "no annotation twice"
    for number, sha, _ in pulls:
        daemon.wait_for(lambda: any(sha[:7] in one["body"] for one in github.comments.of("acme/app", number)), 60)
        assert len(github.comments.of("acme/app", number)) == 1
    assert github.lost > 30, "answers were lost"


def newest(github, good):
    """The commit whose deployment was made last among those that succeeded."""
    return max((one for one in github.checks.deployments if one["sha"] in good), key=lambda one: int(one["payload"]["triphammer"].split(":")[1]))["sha"]
