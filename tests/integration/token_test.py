"""`GITHUB_TOKEN` of a GitHub App: made for each job, limited, masked, revoked."""
import hashlib

import pytest

from harness import payloads
from harness.github_app import GitHubApp

GRANTED = {"contents": "write", "packages": "write", "issues": "write", "metadata": "read", "actions": "read"}
SHOW = """
on: [push, pull_request]
%s
jobs:
  a:
    runs-on: host
    steps:
      - run: echo "token ${#TOKEN} ${{ github.token == secrets.GITHUB_TOKEN }} $TOKEN"
        env: { TOKEN: "${{ secrets.GITHUB_TOKEN }}" }
      - run: printf %%s "$TOKEN" | rev
        env: { TOKEN: "${{ github.token }}" }
"""


@pytest.fixture
def app(github, tmp_path):
    github.app = GitHubApp(tmp_path)
    github.app.installed["acme/app"] = dict(GRANTED)
    return github.app


@pytest.fixture
def app_daemon(make_daemon, github, app):
    return make_daemon(github={
        "api_url": github.url, "token": github.token, "app_id": app.id, "private_key_file": str(app.key)})


def push(daemon, git, text, name="acme/app"):
    repository = git.repository(name)
    sha = repository.commit({".triphammer/w.yml": text})
    daemon.add_repository(repository)
    run = daemon.run_of_push(repository, sha)
    return run, daemon.log_text(run["id"], run["jobs"][0]["id"])


def wait_revoked(daemon, app, count=1):
    daemon.wait_for(lambda: len(app.revoked) == count, 20, "the token was not revoked")
    # The server's own, for comparing branches, is of no job.
    own = {"contents": "read", "metadata": "read"}
    assert [token for token in app.tokens.values() if token[2] != own] == []


def test_a_job_has_a_token_of_its_own_that_dies_with_it(app_daemon, app, git):
    run, log = push(app_daemon, git, SHOW % "")

    assert run["state"] == "succeeded", log
    [(token, body)] = app.made
    assert body == {
        "repositories": ["app"], "permissions": {"contents": "read", "packages": "read", "metadata": "read"}}
    assert f"token {len(token)} true ***" in log and token[::-1] in log and token not in log
    assert "GITHUB_TOKEN: for acme/app alone" in log and "contents: read" in log
    wait_revoked(app_daemon, app)


def test_permissions_of_workflow_and_job_limit_it_and_so_does_what_the_app_was_granted(app_daemon, app, git):
    text = (SHOW % "permissions: { contents: read }").replace(
        "    runs-on: host", "    permissions: { issues: write, actions: write, statuses: write }\n    runs-on: host")

    run, log = push(app_daemon, git, text)

    assert run["state"] == "succeeded", log
    [(_, body)] = app.made
    assert body["permissions"] == {"issues": "write", "actions": "read", "metadata": "read"}


def test_jobs_of_a_called_workflow_have_no_more_than_their_caller(app_daemon, app, git):
    repository = git.repository("acme/app")
    sha = repository.commit({
        ".triphammer/w.yml": "on: push\npermissions: { contents: read, issues: write }\n"
                             "jobs:\n  call:\n    uses: ./.triphammer/called.yml\n",
        ".triphammer/called.yml": "on: workflow_call\npermissions: { contents: read }\n"
                                  "jobs:\n  b: { runs-on: host, steps: [{ run: 'test -n \"${{ github.token }}\"' }] }\n",
    })
    app_daemon.add_repository(repository)

    run = app_daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", run
    [(_, body)] = app.made
    assert body["permissions"] == {"contents": "read", "metadata": "read"}


def test_a_pull_request_of_a_fork_may_only_read(app_daemon, app, git):
    repository = git.repository("acme/app")
    base = repository.commit({".triphammer/w.yml": SHOW % "permissions: write-all"})
    app_daemon.add_repository(repository)
    app_daemon.trust_forks(repository)
    head = repository.commit({"changed": "1"}, branch="change")
    _, guid = app_daemon.deliver(repository, "pull_request", payloads.pull_request(
        repository.name, repository.clone_url, 7, head, base, fork_id=99))

    [run] = app_daemon.delivery(guid)["runs"]
    run = app_daemon.finished_run(run)

    assert run["state"] == "succeeded", run
    [(_, body)] = app.made
    assert set(body["permissions"].values()) == {"read"} and "contents" in body["permissions"]


def test_where_the_app_is_not_installed_the_job_runs_without_and_says_so(app_daemon, app, git):
    run, log = push(app_daemon, git, SHOW % "", name="acme/other")

    assert run["state"] == "succeeded", log
    assert "GITHUB_TOKEN: none: the GitHub App is not installed on acme/other" in log and "token 0 true" in log
    assert app.made == []


def test_a_token_that_cannot_be_made_is_the_jobs_reason(app_daemon, app, git):
    app.failures = [403]

    refused, _ = push(app_daemon, git, SHOW % "")
    app.failures = [502]
    app_daemon.api(f"/runs/{refused['id']}/rerun", "POST", json={"jobs": "all"})
    later = app_daemon.finished_run(refused["id"])

    assert refused["state"] == "failed" and refused["jobs"][0]["cause"] == "infrastructure"
    assert "GITHUB_TOKEN could not be made: GitHub answered 403: told to fail" in str(refused["jobs"][0])
    assert later["state"] == "succeeded", later


def test_a_token_is_revoked_by_the_next_daemon_where_this_one_was_killed(app_daemon, app, git):
    app.is_revoking = False
    run, log = push(app_daemon, git, SHOW % "")
    assert run["state"] == "succeeded" and len(app.tokens) == 1, log
    app_daemon.kill()
    app.is_revoking = True

    app_daemon.start()

    wait_revoked(app_daemon, app)
    stored = (app_daemon.data / "triphammer.db").read_bytes() + (app_daemon.data / "triphammer.db-wal").read_bytes()
    assert app.made[0][0].encode() not in stored


def test_half_an_app_and_a_key_that_is_none_are_errors_at_the_start(binary, make_daemon, app, tmp_path):
    (tmp_path / "no.pem").write_text("no key\n")
    half = make_daemon("half", start=False, github={"app_id": "1"}).admin("config", "check", check=False)
    wrong = make_daemon("wrong", start=False, github={
        "app_id": "1", "private_key_file": str(tmp_path / "no.pem")}).admin("config", "check", check=False)

    assert half.returncode == 2 and "github.private_key belong together" in half.stderr
    assert wrong.returncode == 2 and "github.private_key: it is no RSA key in PEM" in wrong.stderr


TWO_STEPS = """
on: push
jobs:
  a:
    runs-on: host
    steps:
      - run: echo "${{ github.token == secrets.GITHUB_TOKEN }} $TOKEN" && printf %s "$TOKEN" | sha256sum
        env: { TOKEN: "${{ github.token }}" }
      - run: echo "then $TOKEN" && printf %s "$TOKEN" | sha256sum && printf %s "$TOKEN" | rev
        env: { TOKEN: "${{ secrets.GITHUB_TOKEN }}" }
"""


def test_a_step_that_begins_when_the_token_ends_soon_gets_another_one(app_daemon, app, git):
    app.lifetime = 600

    run, log = push(app_daemon, git, TWO_STEPS)

    assert run["state"] == "succeeded", log
    tokens = [token for token, _ in app.made]
    assert len(tokens) == 3, log  # the job's first one, and one for each of its steps
    shown = [hashlib.sha256(token.encode()).hexdigest() for token in tokens]
    assert shown[0] not in log and shown[1] + "  -" in log and shown[2] + "  -" in log
    assert "true ***" in log and "then ***" in log and tokens[2][::-1] in log
    assert all(body == app.made[0][1] for _, body in app.made)
    wait_revoked(app_daemon, app, 3)


def test_a_token_that_lasts_is_that_of_all_steps(app_daemon, app, git):
    run, log = push(app_daemon, git, TWO_STEPS)

    assert run["state"] == "succeeded" and len(app.made) == 1, log
