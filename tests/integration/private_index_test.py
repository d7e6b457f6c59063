"""Private indexes by secrets: Debian's pip and the real npm fetch a package that asks for a token."""
import base64
import os
import secrets

import pytest

from harness import payloads
from harness.package_index import USER, package_index

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="another machine's network needs root")
# `without` names no environment, and INDEX_TOKEN is one's of production.
WORKFLOW = """
on: [push, pull_request]
env:
  PIP_INDEX_URL: http://ci:${{ secrets.INDEX_TOKEN }}@index.acme.test/simple/
  PIP_DISABLE_PIP_VERSION_CHECK: 1
jobs:
  pip:
    environment: production
    runs-on: host
    steps:
      - run: /usr/bin/python3 -m pip install --trusted-host index.acme.test --target lib acme-greeting
      - run: /usr/bin/python3 -c 'import acme_greeting; print(acme_greeting.WORDS)'
        env: { PYTHONPATH: lib }
      - run: echo "url $PIP_INDEX_URL, header $(printf %s "ci:$TOKEN" | base64 -w 0)"
        env: { TOKEN: "${{ secrets.INDEX_TOKEN }}" }
  npm:
    runs-on: host
    env:
      NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
    steps:
      - uses: actions/checkout@v4
      - run: npm install --no-audit --no-fund @acme/greeting
      - run: node -p 'require("@acme/greeting")'
      - run: echo "token $NODE_AUTH_TOKEN"
  without:
    if: github.event_name == 'push'
    runs-on: host
    steps:
      - run: /usr/bin/python3 -m pip install --trusted-host index.acme.test --target lib acme-greeting
"""
NPMRC = "@acme:registry=http://index.acme.test/npm/\n//index.acme.test/npm/:_authToken=${NODE_AUTH_TOKEN}\n"


@pytest.fixture
def token():
    return secrets.token_hex(20)


@pytest.fixture
def index(tmp_path, token):
    with package_index(tmp_path, token) as found:
        yield found


@pytest.fixture
def repository(daemon, git, index, token):
    found = git.repository("acme/app")
    daemon.add_repository(found)
    daemon.admin("secret", "set", "INDEX_TOKEN", "--repository", "acme/app", "--environment", "production", stdin=token)
    daemon.admin("secret", "set", "NPM_TOKEN", "--repository", "acme/app", stdin=token)
    files = {".triphammer/w.yml": WORKFLOW, ".npmrc": NPMRC}
    found.commit({name: text.replace("index.acme.test", index.host) for name, text in files.items()})
    return found


def ends(daemon, run):
    """{job: (state, log)}"""
    return {job["key"]: (job["state"], job["state"] != "skipped" and daemon.log_text(run["id"], job["id"]))
            for job in run["jobs"]}


def expect_no_leak(index, *clients):
    """No command line held the token while an answer was waited for; those of the clients were looked at."""
    asked = index.asked()
    seen = " ".join(line for entry in asked for line in entry["clients"])
    assert all(client in seen for client in clients), seen
    assert [line for entry in asked for line in entry["leaks"]] == []


def pull_request_of_a_fork(daemon, repository, base):
    head = repository.commit({"x": "y"}, branch="topic")
    daemon.trust_forks(repository)
    event = payloads.pull_request(repository.name, repository.clone_url, 7, head, base, fork_id=99)
    _, guid = daemon.deliver(repository, "pull_request", event)
    [run] = daemon.delivery(guid)["runs"]
    return daemon.finished_run(run)


def test_pip_and_npm_install_what_the_secret_opens_and_a_fork_gets_none(daemon, repository, index, token):
    sha = repository.head()
    jobs = ends(daemon, daemon.run_of_push(repository, sha))

    state, log = jobs["pip"]
    assert state == "succeeded" and "\ngreetings of the wheel\n" in log, log
    assert "Successfully installed acme-greeting-1.2.0" in log
    assert f"url http://ci:***@{index.host}/simple/, header Y2k6***" in log, log
    state, log = jobs["npm"]
    assert state == "succeeded" and "\ngreetings of the tarball\n" in log and "token ***" in log, log
    state, log = jobs["without"]
    assert state == "failed" and "exited with status 1" in log, log
    assert f"401 Error, Credentials not correct for http://{index.host}/simple/acme-greeting/" in log, log
    header = base64.b64encode(f"{USER}:{token}".encode()).decode()
    assert not any(form in log for _, log in jobs.values() for form in (token, header))
    expect_no_leak(index, "pip install", "npm install")

    before = len(index.asked())
    jobs = ends(daemon, pull_request_of_a_fork(daemon, repository, sha))
    state, log = jobs["npm"]
    assert state == "failed" and "E401" in log and jobs["pip"][0] == "skipped", log
    assert {entry["status"] for entry in index.asked()[before:]} == {401}
