"""What people look at from afar: badges, the wall, the queue, insights; from outside of the daemon."""
import uuid

import requests

from harness import payloads

WORKFLOW = "on: push\njobs:\n  build:\n    runs-on: host\n    steps: [{{ run: {command} }}]\n"


def badge(daemon, query="", name="acme/app", **options):
    return requests.get(f"{daemon.url}/badges/{name}.svg{query}", timeout=30, **options)


def start(daemon, git, command="exit 0"):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW.format(command=command)})
    daemon.add_repository(repository)
    return repository, sha


def push(daemon, repository, sha, private):
    """A push that says whether its repository is private; its run, ended."""
    # With the same ends it would be the same push once more.
    payload = payloads.push(repository.name, repository.clone_url, sha, before=uuid.uuid4().hex + "0" * 8)
    payload["repository"]["private"] = private
    answer, guid = daemon.deliver(repository, "push", payload)
    assert answer.status_code == 202
    return daemon.finished_run(daemon.delivery(guid)["runs"][0])


def test_a_badge_of_a_public_repository_is_for_everybody(daemon, git):
    repository, sha = start(daemon, git)
    push(daemon, repository, sha, False)
    answer = badge(daemon)

    assert answer.status_code == 200 and "build: passing" in answer.text
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-cache, max-age=0"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = badge(daemon, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    assert "unknown" in badge(daemon, "?branch=none").text
    assert "unknown" in badge(daemon, "?workflow=none").text
    assert "build: passing" in badge(daemon, "?job=build").text and "none: unknown" in badge(daemon, "?job=none").text
    assert requests.get(f"{daemon.url}/badges/acme/app.png", timeout=30).status_code == 404


def test_a_private_repository_looks_like_one_that_is_not_there(daemon, git):
    repository, sha = start(daemon, git, "exit 1")
    push(daemon, repository, sha, True)
    assert badge(daemon).text == badge(daemon, name="acme/nobody").text
    assert "unknown" in badge(daemon, "?token=th_wrong").text

    token = daemon.api("/tokens", "POST", json={"name": "readme", "role": "viewer", "repository": "acme/app"}).json()["token"]
    assert "build: failing" in badge(daemon, f"?token={token}").text
    push(daemon, repository, sha, False)
    assert "build: failing" in badge(daemon).text


def test_the_wall_and_the_insights_tell_how_a_repository_is(daemon, git):
    repository, sha = start(daemon, git, "exit 1")
    run = push(daemon, repository, sha, False)
    card = daemon.get("/wall")["items"][0]

    assert (card["full_name"], card["state"], card["branch"]) == ("acme/app", "failed", "main")
    assert card["broken_since"]["id"] == run["id"] and [each["id"] for each in card["runs"]] == [run["id"]]
    assert daemon.get("/queue") == {"running": [], "waiting": [], "more": False, "drained": None}
    insights = daemon.get("/repositories/acme/app/insights")
    assert (insights["all"]["runs"], insights["all"]["failed"]) == (1, 1)
    assert daemon.api("/repositories/acme/app/insights?days=0").status_code == 400
    assert daemon.api("/repositories/acme/app/insights?days=x").status_code == 400
    assert daemon.api("/repositories/acme/none/insights").status_code == 404


def test_what_would_run_names_the_file_and_what_jobs_need(daemon, git):
    repository, sha = start(daemon, git)
    guid = daemon.push(repository, sha)
    daemon.delivery(guid)
    text = "on: push\njobs:\n  a:\n    runs-on: host\n    steps: [{ run: ls }]\n  b:\n    needs: a\n    runs-on: host\n    steps: [{ run: ls }]\n"
    plan = daemon.api("/pipelines/preview", "POST", json={"delivery": guid, "path": "pipeline:new", "text": text}).json()

    mine = [run for run in plan["would_start"] if run["path"] == "pipeline:new"]
    assert [(job["key"], job["needs"]) for job in mine[0]["jobs"]] == [("a", []), ("b", ["a"])]
    assert "  b:\n    needs:\n      - a\n" in mine[0]["resolved"]
    assert [run for run in plan["would_start"] if "resolved" in run] == mine
