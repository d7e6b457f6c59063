"""What waits for people: the code of strangers, environments with rules, jobs that only ask."""
import json

import requests

from harness import payloads

CI = """
name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: host
    steps:
      - run: echo "ran $GITHUB_SHA"
"""

SHIP = """
name: ship
on: push
jobs:
  ship:
    runs-on: host
    environment: production
    steps:
      - run: echo "shipped $GITHUB_SHA"
"""

BUSY = """
name: busy
on: push
jobs:
  busy:
    runs-on: host
    steps:
      - run: sleep 3600
"""

ASK = """
name: ask
on: push
jobs:
  ask:
    approve: { subject: "release ${{ github.sha }}", by: [bob], not: [author] }
  after:
    needs: ask
    runs-on: host
    steps:
      - run: echo after
"""


PASSWORD = "correct horse battery"


def join(daemon, name, role):
    """An account, and the session of who chose its password."""
    token = daemon.admin("user", "add", name, "--role", role).stdout.strip().rsplit("token=", 1)[1]
    session = requests.Session()
    assert post(daemon, session, "/setup", {"token": token, "password": PASSWORD}).status_code == 200
    return session


def waiting(daemon, count=1):
    """The open questions, as soon as there are that many."""
    return daemon.wait_for(
        lambda: (found := daemon.get("/approvals?state=pending")["items"]) and len(found) == count and found,
        message=f"not {count} questions: {daemon.tail()}")


def open_pull(daemon, repository, head, base, **more):
    payload = payloads.pull_request(repository.name, repository.clone_url, 7, head, base, fork_id=99, **more)
    answer, guid = daemon.deliver(repository, "pull_request", payload)
    assert answer.status_code == 202, answer.text
    [run] = daemon.delivery(guid)["runs"]
    return run


def post(daemon, session, path, body=None):
    return session.post(f"{daemon.url}/api/v1{path}", json=body or {}, headers={"Origin": daemon.url}, timeout=20)


def test_a_fork_waits_for_an_approval_of_this_very_commit(daemon, git, github):
    repository = git.repository("acme/app")
    base = repository.commit({".triphammer/ci.yml": CI})
    daemon.add_repository(repository)
    first = repository.commit({"a": "1", ".triphammer/ci.yml": "name: evil\non: pull_request\njobs: {}\n"}, branch="topic")
    second = repository.commit({"a": "2"}, branch="topic")

    run = open_pull(daemon, repository, first, base)

    [asked] = waiting(daemon)
    assert daemon.get(f"/runs/{run}")["state"] == "waiting"
    [job] = daemon.get(f"/runs/{run}")["jobs"]
    assert job["state"] == "blocked" and job["attempt"] == 0
    assert job["reason"] == f"waits for approval of commit {first[:12]}, which comes from a fork"
    assert (asked["kind"], asked["sha"]) == ("fork", first)
    said = daemon.wait_for(lambda: [body for _, _, sha, body in github.statuses if sha == first])
    assert (said[-1]["state"], said[-1]["description"]) == ("pending", job["reason"])
    assert (asked["pull_request"]["author_id"], asked["pull_request"]["head_repository_id"]) == (7, 99)
    shown = daemon.get(f"/approvals/{asked['id']}")
    assert shown["jobs"][0]["key"] == "test" and "ran $GITHUB_SHA" in shown["jobs"][0]["steps"][0]

    assert "approved" in daemon.admin("approval", "approve", asked["id"], "--comment", "read it").stdout
    found = daemon.finished_run(run)
    assert found["state"] == "succeeded" and found["workflow"] == "ci"  # the base's file, not the fork's

    later = open_pull(daemon, repository, second, base, action="synchronize")
    [again] = waiting(daemon)
    assert again["sha"] == second
    assert daemon.get(f"/runs/{later}")["jobs"][0]["attempt"] == 0
    daemon.admin("approval", "reject", again["id"], "--comment", "no")
    assert daemon.get("/audit?action=approval")["items"][0]["action"] == "approval.reject"
    assert daemon.finished_run(later)["state"] == "cancelled"
    late = daemon.api(f"/approvals/{again['id']}/approve", "POST", json={})
    assert late.status_code == 409 and "rejected" in late.text


def test_who_may_answer_and_what_an_answer_must_say(daemon, git):
    repository = git.repository("acme/app")
    base = repository.commit({".triphammer/ci.yml": CI})
    daemon.add_repository(repository)
    head = repository.commit({"a": "1"}, branch="topic")
    open_pull(daemon, repository, head, base)
    [asked] = waiting(daemon)
    place = f"/approvals/{asked['id']}"
    developer = join(daemon, "dev", "developer")
    approver = join(daemon, "olga", "approver")

    assert post(daemon, developer, f"{place}/approve").status_code == 403
    assert post(daemon, requests.Session(), f"{place}/approve").status_code == 401
    assert post(daemon, approver, f"{place}/approve", {"subject": "another"}).status_code == 409
    assert "did you mean 'comment'?" in post(daemon, approver, f"{place}/approve", {"coment": ""}).text
    assert "comment, subject, break_glass" in post(daemon, approver, f"{place}/approve", {"words": ""}).text
    assert post(daemon, approver, "/approvals/4711/approve").status_code == 404
    assert post(daemon, approver, "/approvals/x/approve").status_code == 404
    assert daemon.get(place)["state"] == "pending"
    done = post(daemon, approver, f"{place}/approve", {"subject": asked["subject"], "comment": "fine"})
    assert done.status_code == 200 and done.json()["state"] == "approved"
    assert done.json()["votes"][0] | {"at": ""} == {"actor": "user:olga", "approves": True, "comment": "fine", "at": ""}
    [row] = daemon.get("/audit?action=approval")["items"]
    assert (row["action"], row["object"], row["actor"]) == ("approval.approve", str(asked["id"]), "user:olga")
    assert row["after"] == {"subject": asked["subject"], "comment": "fine"}


def test_a_policy_that_becomes_wider_lets_go_what_waits(daemon, git):
    repository = git.repository("acme/app")
    base = repository.commit({".triphammer/ci.yml": CI})
    daemon.add_repository(repository)
    head = repository.commit({"a": "1"}, branch="topic")
    run = open_pull(daemon, repository, head, base)
    waiting(daemon)

    wrong = daemon.admin("repo", "forks", "acme/app", "some", check=False)
    assert wrong.returncode == 1 and "all, first-time or none" in wrong.stderr
    daemon.admin("repo", "forks", "acme/app", "none")

    assert daemon.finished_run(run)["state"] == "succeeded"
    assert daemon.get("/repositories")["items"][0]["fork_approval"] == "none"
    assert daemon.get("/approvals")["items"][0]["state"] == "void"


def test_an_environment_waits_for_its_reviewers_through_kill_9(make_daemon, git):
    daemon = make_daemon(workers=1)
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    join(daemon, "ada", "approver")  # whose push it is
    bob = join(daemon, "bob", "approver")
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "1", "--reviewers", "ada,bob")
    sha = repository.commit({".triphammer/ship.yml": SHIP})
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    [asked] = waiting(daemon)
    assert asked["environment"] == "production" and asked["reviewers"] == ["ada", "bob"]
    assert daemon.get(f"/runs/{run}")["jobs"][0]["state"] == "waiting"

    # Nothing was decided when it dies: it still waits afterwards.
    daemon.kill()
    daemon.start()
    assert waiting(daemon)[0]["id"] == asked["id"]

    # The only worker is busy, so that the answer comes before the dispatch.
    elsewhere = git.repository("acme/busy")
    daemon.add_repository(elsewhere)
    busy = elsewhere.commit({".triphammer/busy.yml": BUSY})
    [other] = daemon.delivery(daemon.push(elsewhere, busy, forge_id=12))["runs"]
    daemon.wait_for(lambda: daemon.get(f"/runs/{other}")["state"] == "running")
    ada = requests.Session()
    post(daemon, ada, "/session", {"name": "ada", "password": PASSWORD})
    own = post(daemon, ada, f"/approvals/{asked['id']}/approve")
    assert own.status_code == 403 and "somebody else" in own.text
    assert post(daemon, bob, f"/approvals/{asked['id']}/approve").status_code == 200
    assert daemon.get(f"/runs/{run}")["jobs"][0]["attempt"] == 0
    daemon.kill()
    daemon.start()

    assert daemon.get(f"/approvals/{asked['id']}")["state"] == "approved"
    assert daemon.get(f"/runs/{run}")["jobs"][0]["attempt"] == 0
    daemon.api(f"/runs/{other}/cancel", "POST", json={})
    [job] = daemon.finished_run(run)["jobs"]
    assert (job["state"], job["attempt"]) == ("succeeded", 1)
    assert daemon.get(f"/approvals/{asked['id']}")["votes"][0]["actor"] == "user:bob"


def test_rules_are_the_servers_and_say_what_is_wrong_with_them(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ship.yml": SHIP})
    daemon.add_repository(repository)
    place = "/environments/acme/app/production"

    def refused(body):
        answer = daemon.api(place, "PUT", json=body)
        assert answer.status_code == 400, answer.text
        return answer.json()["error"]["message"]

    assert "did you mean 'approvals'" in refused({"aprovals": 1})
    assert "from 0 to 20" in refused({"approvals": -1})
    assert "no account 'nobody'" in refused({"reviewers": ["nobody"]})
    assert "RFC 3339" in refused({"freezes": [{"from": "tomorrow", "until": "later"}]})
    assert "cannot come from 1" in refused({"approvals": 2, "reviewers": ["approver"]})
    viewer = daemon.admin("token", "create", "looks", "--role", "approver").stdout.strip().split()[-1]
    mine = daemon.api(place, "PUT", json={}, headers={"Authorization": f"Bearer {viewer}"})
    assert mine.status_code == 403

    daemon.admin("environment", "set", "acme/app", "production", "--branches", "main,release/**", "--approvals", "1")
    assert json.loads(daemon.admin("environment", "list", "--json").stdout)["items"][0]["rules"]["branches"] == ["main", "release/**"]
    [other] = daemon.delivery(daemon.push(repository, sha, ref="refs/heads/feature"))["runs"]
    [job] = daemon.finished_run(other)["jobs"]
    assert job["state"] == "failed" and "takes main, release/** only, and this is feature" in job["reason"]

    daemon.admin("environment", "set", "acme/app", "*", "--wait", "5")
    inherited = {name: daemon.get(f"/environments/acme/app/{name}")["inherited"] for name in ("production", "staging", "*")}
    assert inherited == {"production": False, "staging": True, "*": False}
    daemon.admin("environment", "set", "acme/app", "staging", "--approvals", "1")
    own = daemon.get("/environments/acme/app/staging")
    assert (own["inherited"], own["wait_minutes"], own["approvals"]) == (False, 5, 1), "it began with what counted"
    listed = {one["name"]: one["rules"]["inherited"] for one in daemon.get("/environments")["items"]}
    assert listed == {"production": False, "staging": False, "*": False}
    assert daemon.api("/environments/acme/app/staging", "PUT", json=own).status_code == 204, "what was read may be sent back"

    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    [asked] = waiting(daemon)
    daemon.admin("environment", "set", "acme/app", "production", "--open")
    assert daemon.finished_run(run)["state"] == "succeeded"
    assert daemon.get(f"/approvals/{asked['id']}")["state"] in ("pending", "void")


def test_a_freeze_is_broken_with_a_reason_that_is_kept(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ship.yml": SHIP})
    daemon.add_repository(repository)
    daemon.admin("environment", "set", "acme/app", "production",
                 "--freeze", "2020-01-01T00:00:00Z/2100-01-01T00:00:00Z holidays")
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    job = daemon.wait_for(
        lambda: (found := daemon.get(f"/runs/{run}")["jobs"][0])["state"] == "waiting" and found)
    assert "'production' is frozen until 2100-01-01T00:00:00.000Z (holidays)" in job["reason"]

    [asked] = daemon.get(f"/approvals?run={run}")["items"]
    daemon.admin("approval", "approve", asked["id"], "--break-glass", "the site is down")

    assert daemon.finished_run(run)["state"] == "succeeded"
    found = daemon.get(f"/approvals/{asked['id']}")
    assert found["break_glass"] == "the site is down" and found["break_glass_by"].startswith("socket:")


def test_a_job_that_asks_needs_no_machine(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ask.yml": ASK})
    daemon.add_repository(repository)
    unknown = daemon.run_of_push(repository, sha)
    assert unknown["state"] == "failed" and "no account 'bob'" in unknown["jobs"][0]["reason"]
    bob = join(daemon, "bob", "viewer")
    daemon.admin("user", "role", "bob", "--role", "approver")
    assert post(daemon, bob, "/session", {"name": "bob", "password": PASSWORD}).status_code == 200

    again = repository.commit({"x": "1"})
    [run] = daemon.delivery(daemon.push(repository, again))["runs"]
    [asked] = waiting(daemon)
    assert (asked["kind"], asked["asked"], asked["reviewers"]) == ("job", f"release {again}", ["bob"])
    assert post(daemon, bob, f"/approvals/{asked['id']}/approve").status_code == 200

    jobs = {job["key"]: job for job in daemon.finished_run(run)["jobs"]}
    assert jobs["ask"]["state"] == jobs["after"]["state"] == "succeeded"
    assert jobs["ask"]["attempt"] == 0 and jobs["ask"]["reason"] == "approved by user:bob"
