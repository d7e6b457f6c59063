"""Requests made by schemathesis from the OpenAPI document, against a server with real runs in it: no server error, no
status, type or field that the document does not name. TRIPHAMMER_SCHEMATHESIS=100 tries so many requests of each
operation, and the edges of every schema."""
import collections
import json
import os
import pathlib
import subprocess
import sys

import pytest

from roles_test import person, token

FOLDER = pathlib.Path(__file__).parent / "openapi"
MORE = int(os.environ.get("TRIPHAMMER_SCHEMATHESIS", "0"))
SEED = "7"
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance,is_noted")
PHASES = {False: ("--phases", "fuzzing"), True: ("--phases", "coverage,fuzzing", "--suppress-health-check", "all")}
WORKFLOW = """
name: ci
on: [push, workflow_dispatch]
jobs:
  test:
    runs-on: host
    steps:
      - run: |
          echo "# fine" >> "$GITHUB_STEP_SUMMARY"
          echo "::warning file=a.c,line=1::odd"
          mkdir out
          echo '<testsuite><testcase name="tick"><failure message="late"/></testcase></testsuite>' > out/r.xml
      - uses: actions/upload-artifact@v4
        with: { name: report, path: out }
    reports: { junit: [ out/r.xml ] }
  ask:
    approve: { subject: "release ${{ github.sha }}", by: [vic, approver] }
  production:
    needs: test
    runs-on: host
    environment: production
    deploy: { to: exec, service: app, run: exec python3 release.py }
"""
RELEASE = """
import json, sys
asked = json.load(sys.stdin)
mine = "release-" + asked["deployment"]
print(json.dumps({"preflight": {"state": "ready", "observes": False}, "deploy": {"state": "done", "object": mine},
                  "observe": {"state": "done", "object": mine},
                  "verify": {"state": "live", "object": mine, "version": asked["version"]},
                  "rollback": {"state": "done"}}[asked["action"]]))
"""
# Only with a GitHub App, a hook made at GitHub or an upgrade is there more to say than no.
NEVER = {"GET /api/v1/live", "GET /api/v1/repositories/{owner}/{name}/hook", "GET /api/v1/github/app/installations",
         "GET /api/v1/github/app/installations/{installation}/repositories"}


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Exactly the wheels that the pins name."""
    folder = tmp_path_factory.mktemp("schemathesis")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--only-binary", ":all:",
                    "-r", FOLDER / "schemathesis.txt", "--no-compile", "-t", folder], check=True, timeout=300)
    return folder


def fill(daemon, git):
    """Something of every kind, and the parameters of the paths that lead to it."""
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    sha = repository.commit({".triphammer/ci.yml": WORKFLOW, "release.py": RELEASE})
    guid = daemon.push(repository, sha)
    run = daemon.delivery(guid)["runs"][0]
    daemon.wait_for(lambda: all(job["state"] in ("succeeded", "waiting") for job in daemon.get(f"/runs/{run}")["jobs"]), 60)
    jobs = {job["key"]: job["id"] for job in daemon.get(f"/runs/{run}")["jobs"]}
    daemon.api("/pipelines/nightly", "PUT", json={"text": "on: push\njobs: { a: { runs-on: host, steps: [run: id] } }\n"})
    daemon.admin("variable", "set", "REGION", stdin="eu")
    daemon.admin("secret", "set", "KEY", stdin="correct-horse")
    owned = {"owner": "acme", "name": "app"}
    found = {
        "/deliveries/{guid}": {"guid": guid}, "/runs/{run}": {"run": run}, "/runs/{run}/jobs/{job}": {"run": run, "job": jobs["test"]},
        "/runs/{run}/artifacts/{artifact}": {"run": run, "artifact": daemon.get(f"/runs/{run}/artifacts")["items"][0]["id"]},
        "/repositories/{owner}/{name}": owned, "/environments/{owner}/{name}/{environment}": {**owned, "environment": "production"},
        "/approvals/{approval}": {"approval": daemon.get("/approvals")["items"][0]["id"]},
        "/deployments/{deployment}": {"deployment": daemon.get("/deployments")["items"][0]["id"]},
        "/pipelines/{name}": {"name": "nightly"}, "/pipelines/{name}/versions/{version}": {"name": "nightly", "version": "1"},
        "/secrets/{name}": {"name": "KEY"}, "/variables/{name}": {"name": "REGION"}, "/users/{name}": {"name": "vic"},
        "/users/{name}/repositories/{owner}/{repository}": {"name": "vic", "owner": "acme", "repository": "app"},
    }
    return {"/api/v1" + prefix: given for prefix, given in found.items()}


def paths_below(daemon, there):
    """Every path of the document, with the parameters of the longest beginning that is there."""
    out = {"/badges/{owner}/{name}": {"owner": "acme", "name": "app.svg"}}
    for route in json.loads(daemon.command("routes", "--json").stdout):
        fitting = [prefix for prefix in there if (route["path"] + "/").startswith(prefix + "/")]
        if fitting and route["method"] != "DELETE":
            out[route["path"]] = there[max(fitting, key=len)]
    return out


def begin(daemon, packages, there, name, examples, headers, folder):
    environment = {**os.environ, "PYTHONPATH": f"{packages}:{FOLDER}", "SCHEMATHESIS_HOOKS": "hooks",
                   "OPENAPI_THERE": json.dumps(there), "OPENAPI_NOTES": str(folder / f"{name}.notes")}
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{daemon.url}/api/v1/openapi.json", "--url", daemon.url,
               "--no-color", "--seed", SEED, "--generation-database", "none", "--no-shrink", "--warnings", "off",
               "--request-timeout", "30", "--continue-on-failure", "--checks", CHECKS, *PHASES[MORE > 0],
               "-n", str(MORE or examples), "-H", f"X-Forwarded-For: {headers.pop('client')}"]
    for field, value in headers.items():
        command += ["-H", f"{field}: {value}"]
    # The stream of events does not end, and what is not signed says nothing new.
    command += ["--exclude-path", "/api/v1/events"]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=open(folder / f"{name}.out", "wb"),
                            stderr=subprocess.STDOUT)


def answers(folder, name):
    out = collections.defaultdict(set)
    for line in (folder / f"{name}.notes").read_text().splitlines():
        operation, status = line.rsplit(" ", 1)
        out[operation].add(int(status))
    return out


def test_every_answer_is_in_the_document(make_daemon, git, github, packages, tmp_path):
    daemon = make_daemon(trusted_proxies=["127.0.0.1"], github={"api_url": github.url, "url": github.url, "token": github.token})
    person(daemon, "vic", "viewer")
    there = paths_below(daemon, fill(daemon, git))
    callers = {
        "admin": {"client": "10.0.0.1", "Authorization": f"Bearer {daemon.admin_token()}"},
        "viewer": {"client": "10.0.0.2", **token(daemon, "look", "viewer").headers},
        "nobody": {"client": "10.0.0.3", "Origin": daemon.url},
    }
    going = {name: begin(daemon, packages, there, name, 3 if name == "admin" else 1, headers, tmp_path)
             for name, headers in callers.items()}

    ended = {name: process.wait(timeout=3600) for name, process in going.items()}

    for name, status in ended.items():
        assert status == 0, (name, (tmp_path / f"{name}.out").read_text()[-6000:])
    seen = {name: answers(tmp_path, name) for name in callers}
    assert all(len(one) > 95 for one in seen.values()), {name: len(one) for name, one in seen.items()}
    read = {operation for name in ("admin", "viewer") for operation, statuses in seen[name].items() if 200 in statuses}
    assert {operation for operation in seen["admin"] if operation.startswith("GET")} - NEVER <= read
    let_in = {operation for operation, statuses in seen["nobody"].items() if min(statuses) < 300}
    assert let_in == {"GET /healthz", "GET /readyz", "GET /api/v1/openapi.json", "GET /api/v1/schema/workflow.json",
                      "GET /api/v1/session/ways", "GET /badges/{owner}/{name}"}
    assert daemon.is_ready() and daemon.log.read_text().count("a request failed") == 0
