"""`triphammer doctor github`: one thing is made wrong at GitHub at a time, is the only one found, and what the finding
says mends it."""
import json

import pytest

from harness import payloads
from harness.github_app import GitHubApp
from harness.github_manifest import NEEDS, GitHubManifests

SCOPES = "repo, admin:repo_hook"
WORKFLOW = "name: CI\non: push\njobs:\n  test:\n    runs-on: host\n    steps:\n      - run: echo hello\n"


@pytest.fixture
def hooks(github, git):
    github.hooks.source = git.repository("acme/app")
    github.hooks.add("acme/app", github.hooks.source.clone_url)
    github.hooks.tokens["good"] = SCOPES
    github.hooks.tokens[github.token] = SCOPES
    return github.hooks


@pytest.fixture
def daemon(make_daemon, hooks, tmp_path):
    """With one repository that is well, and has reported once."""
    daemon = make_daemon(start=False)
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    daemon.start()
    (tmp_path / "token").write_text("good\n")
    daemon.admin("repo", "add", "acme/app", "--token-file", str(tmp_path / "token"))
    return daemon


@pytest.fixture
def reported(daemon, hooks, github):
    sha = hooks.source.commit({".triphammer/a.yml": WORKFLOW})
    hooks.happen("acme/app", "push", payloads.push("acme/app", hooks.source.clone_url, sha))
    daemon.delivery(hooks.deliveries[-1]["guid"])
    daemon.wait_for(lambda: "success" in github.last_states(sha).values(), 30, "no status")
    [context] = github.last_states(sha)
    return context


def look(daemon, *words):
    """What is not ok."""
    done = daemon.admin("doctor", "github", *words, "--json", check=False)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["well"] else 1)
    return [finding for finding in report["findings"] if finding["state"] != "ok"]


def only_hook(hooks):
    [hook] = hooks.repositories["acme/app"].hooks.values()
    return hook


def test_a_repository_that_is_well_has_no_finding(daemon, reported):
    assert look(daemon) == []
    names = [one["name"] for one in daemon.get("/doctor/github")["findings"]]
    assert names == ["token acme/app", "hook acme/app"]


@pytest.mark.parametrize("name, text", [
    ("removed", "GitHub has no hook that leads here"),
    ("off", "It is switched off"),
    ("events", "It does not send release."),
    ("address", "It sends to https://elsewhere.example/hook"),
])
def test_a_hook_that_was_changed_at_github_is_found_and_mended_by_the_named_command(daemon, hooks, name, text):
    hook = only_hook(hooks)
    if name == "removed":
        hooks.repositories["acme/app"].hooks.clear()
    elif name == "off":
        hook["active"] = False
    elif name == "events":
        hook["events"].remove("release")
    else:
        hook["config"]["url"] = "https://elsewhere.example/hook"

    [finding] = look(daemon)

    assert finding["name"] == "hook acme/app" and text in finding["text"]
    program, *words = finding["remedy"].partition("   #")[0].split()
    assert (program, words[:2]) == ("triphammer", ["repo", "hook"])
    daemon.admin(*words)
    assert look(daemon) == [] and len(hooks.repositories["acme/app"].hooks) == 1


def test_a_delivery_that_failed_is_found_with_its_status(daemon, hooks):
    only_hook(hooks)["last_response"] = {"code": 502, "status": "failed", "message": "Bad Gateway"}

    [finding] = look(daemon)

    assert finding["state"] == "warning" and "502 (Bad Gateway)" in finding["text"]
    assert finding["remedy"].startswith("triphammer repo ping acme/app")


@pytest.mark.parametrize("scopes, name, text", [
    ("admin:repo_hook, gist", "token acme/app", "404"),
    ("repo", "hook acme/app", "and needs admin:repo_hook"),
])
def test_a_token_that_lost_a_scope_is_found(daemon, hooks, scopes, name, text):
    hooks.tokens["good"] = scopes

    [finding] = look(daemon)

    assert finding["name"] == name and text in finding["text"]


def test_a_status_that_github_refuses_is_found(daemon, hooks, github, reported):
    github.failures = [(403, {})] * 50
    sha = hooks.source.commit({"b": "1"})
    hooks.happen("acme/app", "push", payloads.push("acme/app", hooks.source.clone_url, sha))

    finding = daemon.wait_for(lambda: (look(daemon) or [None])[0], 20, "nothing was found")

    assert finding["name"] == "token acme/app" and "403" in finding["text"]
    assert "Commit statuses" in finding["remedy"]


def test_a_context_that_nobody_reports_is_found_with_the_one_that_was_meant(daemon, github, reported):
    typo = reported.replace("test", "tests")
    github.branches.required["acme/app"] = [reported, typo, "codecov"]
    github.branches.checks["acme/app"] = ["codecov"]

    [finding] = look(daemon, "acme/app")

    assert finding["name"] == "branch acme/app" and f"waits for '{typo}', which nobody reports" in finding["text"]
    assert f"this server reports '{reported}'" in finding["text"] and f"require '{reported}' instead" in finding["remedy"]
    github.branches.required["acme/app"] = [reported]
    assert look(daemon) == []
    github.branches.rules["acme/app"] = ["nobody's"]
    [finding] = look(daemon)
    assert "'nobody's'" in finding["text"]


def test_an_unknown_repository_and_a_server_that_is_away_are_said(daemon):
    assert "no repository is called acme/none" in look(daemon, "acme/none")[0]["text"]
    assert daemon.admin("doctor", "gihub", check=False).returncode == 2
    daemon.stop()
    [finding] = look(daemon)
    assert finding["name"] == "daemon"


@pytest.fixture
def app_daemon(make_daemon, github, hooks, tmp_path):
    """With a GitHub App of the configuration, in poll mode, and no hook of the repository's own."""
    github.manifests = GitHubManifests(github, tmp_path / "apps")
    github.app = GitHubApp(tmp_path)
    github.app.events = list(NEEDS)
    github.app.installed["acme/app"] = {
        "actions": "read", "checks": "write", "contents": "read", "deployments": "write", "issues": "write",
        "metadata": "read", "packages": "read", "pages": "read", "pull_requests": "write", "statuses": "write"}
    daemon = make_daemon(github={
        "api_url": github.url, "mode": "poll", "app_id": github.app.id, "private_key_file": str(github.app.key),
        "webhook_secret": "the App's own secret, long"})
    daemon.admin("repo", "hook", "--app")
    assert daemon.api("/github/app/repositories/acme/app", "PUT", json={}).status_code == 200
    return daemon


def test_an_app_that_is_well_has_no_finding_and_poll_needs_no_webhook(app_daemon):
    assert look(app_daemon) == []
    address = next(one for one in app_daemon.get("/doctor")["findings"] if one["name"] == "address")
    assert address["state"] == "ok" and "fetched" in address["text"]


def test_faults_of_an_app_are_each_found_alone(app_daemon, github):
    app = github.app
    del app.installed["acme/app"]["checks"]
    [lacking] = look(app_daemon)
    app.installed["acme/app"]["checks"] = "write"
    app.events.remove("push")
    [events] = look(app_daemon)
    app.events.append("push")
    github.hooks.app["config"]["url"] = "https://old.example/webhooks/github"
    [hook] = look(app_daemon)

    assert lacking["name"] == "app at acme" and "not granted checks: write" in lacking["text"]
    assert events["name"] == "app events" and "does not send push" in events["text"]
    assert hook["name"] == "app hook" and hook["remedy"] == "triphammer repo hook --app"
    app_daemon.admin("repo", "hook", "--app")
    assert look(app_daemon) == []
    app.suspended.add("acme")
    assert "suspended" in look(app_daemon)[0]["text"]
