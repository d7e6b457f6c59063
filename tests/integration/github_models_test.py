"""The stand-in for GitHub refuses what GitHub's published description does not have, and remembers it."""
import json
import os
import subprocess

import pytest
import requests

from harness import github_models
from harness.github import GitHub

SHA = "a" * 40
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server():
    with GitHub() as one:
        yield one


@pytest.fixture
def github(server):
    server.complaints.clear()
    return server


@pytest.mark.parametrize("verb, target, body, complaint", [
    ("GET", "/repos/o/r/branche", None, "no such operation is published"),
    ("GET", "/repos/o/r/hooks/one", None, "hook_id: 'one' is not of type 'integer'"),
    ("GET", "/repos/o/r/branches?perpage=5", None, "unknown ['perpage']"),
    ("GET", "/repos/o/r/branches?page=1&page=2", None, "of ['page', 'page']"),
    ("GET", "/repos/o/r/branches?per_page=101", None, "101 is greater than the maximum of 100"),
    ("GET", "/repos/o/r/branches?page=first", None, "page: 'first' is not of type 'integer'"),
    ("GET", f"/repos/o/r/commits/{SHA}/check-runs?filter=newest", None, "filter: 'newest' is not one of"),
    ("POST", f"/repos/o/r/statuses/{SHA}", {}, "'state' is a required property"),
    ("POST", f"/repos/o/r/statuses/{SHA}", {"state": "green"}, ".state: 'green' is not one of"),
    ("POST", f"/repos/o/r/statuses/{SHA}", {"state": "success", "contxt": "x"}, "'contxt' was unexpected"),
    ("POST", f"/repos/o/r/statuses/{SHA}", {"state": "success", "context": None}, ".context: None is not of type 'string'"),
    ("POST", "/repos/o/r/check-runs", {"name": "x", "head_sha": SHA, "started_at": "now"}, "'now' is not a 'date-time'"),
    ("PATCH", "/app/hook/config", {"url": "example.com"}, ".url: 'example.com' is not a 'uri'"),
    ("PATCH", "/repos/o/r/issues/comments/1", "text", "'text' is not of type 'object'"),
    ("DELETE", "/repos/o/r/hooks/1", {}, "takes no body"),
    ("POST", "/repos/o/r/hooks/1/pings?hard=1", None, "unknown ['hard']"),
])
def test_what_is_not_published_is_refused(github, verb, target, body, complaint):
    answer = requests.request(verb, github.url + target, json=body, timeout=10)
    assert answer.status_code == 422 and complaint in "".join(github.complaints), github.complaints


@pytest.mark.parametrize("raw, kind, complaint", [
    (b"{", "application/json", "is no JSON"), (b"", "application/json", "is no JSON"), (b"{}", "text/plain", "Content-Type text/plain"),
])
def test_a_body_is_json_and_says_so(github, raw, kind, complaint):
    requests.post(f"{github.url}/repos/o/r/deployments", data=raw, headers={"Content-Type": kind}, timeout=10)
    assert complaint in github.complaints[0]


def test_what_is_for_people_is_not_for_apps():
    with pytest.raises(github_models.Mismatch, match="GET /user is not for GitHub Apps"):
        github_models.Models().check("GET", "/user", {}, b"", is_app=True)


def test_the_stand_in_answers_what_is_published():
    models = github_models.Models()
    with pytest.raises(github_models.Mismatch, match="answer 200"):
        models.check_answer("POST /repos/{owner}/{repo}/check-runs", 200, b"{}")
    with pytest.raises(github_models.Mismatch, match="answer 204 of 2 bytes"):
        models.check_answer("DELETE /installation/token", 204, b"{}")
    with pytest.raises(github_models.Mismatch, match="answer 200.0..event: 1 is not of type 'string'"):
        models.check_answer("GET /app/hook/deliveries", 200, b'[{"event": 1}]')


def test_null_is_taken_where_it_is_published():
    body = json.dumps({"state": "success", "description": None}).encode()
    github_models.Models().check("POST", f"/repos/o/r/statuses/{SHA}", JSON, body, is_app=True)


@pytest.mark.skipif(not os.environ.get("WITH_OCTOKIT"), reason="fetches 28 MB")
def test_the_published_description_is_what_requests_are_checked_against(tmp_path):
    subprocess.run(["npm", "pack", "--silent", github_models.PACKAGE], cwd=tmp_path, check=True, timeout=300)
    subprocess.run(["tar", "-xzf", next(tmp_path.glob("*.tgz")), "package/generated/api.github.com.json"], cwd=tmp_path, check=True)
    assert github_models.dump(github_models.extract(tmp_path / "package")) == github_models.PLACE.read_text()
