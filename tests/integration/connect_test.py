"""`repo add --token-file`: the hook is made at GitHub, and its ping seen."""
import contextlib
import json
import sqlite3

import pytest

from harness import github_hooks, payloads

SCOPES = "repo, admin:repo_hook"


@pytest.fixture
def hooks(github, git):
    github.hooks.source = git.repository("acme/app")
    github.hooks.add("acme/app", github.hooks.source.clone_url)
    github.hooks.tokens["good"] = SCOPES
    return github.hooks


@pytest.fixture
def reached(make_daemon):
    """A daemon that says at which address GitHub reaches it."""
    daemon = make_daemon(start=False)
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    return daemon.start()


def add(daemon, tmp_path, token="good", *more, name="acme/app"):
    file = tmp_path / "token"
    file.write_text(token + "\n")
    return daemon.admin("repo", "add", name, "--token-file", str(file), *more, check=False)


def listed(daemon):
    return [item["full_name"] for item in daemon.get("/repositories")["items"]]


def only_hook(hooks):
    [hook] = hooks.repositories["acme/app"].hooks.values()
    return hook


def test_one_command_makes_the_hook_and_sees_the_ping(reached, hooks, tmp_path):
    done = add(reached, tmp_path)

    assert done.returncode == 0, done.stderr
    assert "GitHub's ping arrived" in done.stdout
    hook = only_hook(hooks)
    assert hook["config"] == {"url": hook["config"]["url"], "content_type": "json", "insecure_ssl": "0"}
    assert hook["active"] and {"push", "pull_request", "release"} <= set(hook["events"])
    assert not {"status", "check_run"} & set(hook["events"]), "what this server does itself would come back"
    assert len(hook["secret"]) == 64 and hook["secret"] not in done.stdout + done.stderr
    [delivery] = reached.get("/deliveries")["items"]
    assert (delivery["event"], delivery["outcome"]) == ("ping", "ignored")


def test_what_the_repository_is_comes_from_github(reached, hooks, tmp_path):
    add(reached, tmp_path)
    [item] = reached.get("/repositories")["items"]
    assert (item["full_name"], item["default_branch"]) == ("acme/app", "main")
    repository = hooks.source
    sha = repository.commit({".triphammer/a.yml": "on: push\njobs: { a: { runs-on: host, steps: [run: 'true'] } }\n"})
    hooks.happen("acme/app", "push", payloads.push("acme/app", repository.clone_url, sha))
    guid = hooks.deliveries[-1]["guid"]
    assert hooks.deliveries[-1]["status_code"] == 202
    assert reached.delivery(guid)["outcome"] == "started"


@pytest.mark.parametrize("token, text", [
    ("unknown", "401 (Bad credentials): the token is wrong, expired or revoked"),
    ("weak", "404 (Not Found): there is no such thing, or the token may not see it: the token has the scopes 'repo', "
             "and needs admin:repo_hook, repo"),
    ("fine", "403 (Resource not accessible by personal access token): a fine-grained token needs the repository among "
             "its own and the permission Webhooks: read and write (repository_hooks=write)"),
])
def test_a_token_that_may_not_is_told_what_is_missing_and_nothing_stays(reached, hooks, tmp_path, token, text):
    hooks.tokens["weak"] = "repo"
    hooks.fine_grained.add("fine")

    done = add(reached, tmp_path, token)

    assert done.returncode == 1 and text in done.stderr, done.stderr
    assert listed(reached) == [] and hooks.repositories["acme/app"].hooks == {}
    assert add(reached, tmp_path).returncode == 0


def test_an_address_that_github_does_not_take_is_told_in_githubs_words(reached, hooks, tmp_path, monkeypatch):
    monkeypatch.setattr(github_hooks, "wrong_with", lambda *_: "url is not supported because it isn't reachable")

    done = add(reached, tmp_path)

    assert done.returncode == 1 and "422 (Validation Failed: url is not supported because" in done.stderr
    assert listed(reached) == []


def test_without_a_public_url_nothing_is_asked_of_github(daemon, hooks, tmp_path):
    done = add(daemon, tmp_path)

    assert done.returncode == 1 and "set public_url" in done.stderr
    assert hooks.asked == [] and listed(daemon) == []


def test_a_ping_that_cannot_arrive_is_told_with_the_remedy(reached, hooks, tmp_path):
    hooks.is_delivering = False

    done = add(reached, tmp_path)

    assert done.returncode == 1
    assert "no ping of GitHub arrived. GitHub has reached nobody at " in done.stderr and "firewall" in done.stderr
    hooks.is_delivering = True
    again = reached.admin("repo", "ping", "acme/app", check=False)
    assert again.returncode == 0 and "GitHub's ping arrived" in again.stdout, again.stderr


def test_without_a_running_server_the_hook_is_made_and_the_ping_comes_later(reached, hooks, tmp_path):
    reached.stop()

    done = add(reached, tmp_path)

    assert done.returncode == 0 and "The server does not run" in done.stdout, done.stderr
    reached.start()
    assert "GitHub's ping arrived" in reached.admin("repo", "ping", "acme/app").stdout


def test_an_answer_that_was_lost_makes_no_second_hook(reached, hooks, tmp_path):
    hooks.lose = [r"POST /repos/acme/app/hooks"]

    done = add(reached, tmp_path)

    assert done.returncode == 0, done.stderr
    assert only_hook(hooks)["active"]


def test_a_hook_that_an_earlier_registration_left_is_used_again(reached, hooks, tmp_path):
    add(reached, tmp_path)
    before = only_hook(hooks)
    hooks.tokens.clear()  # so that it stays
    removed = reached.admin("repo", "remove", "acme/app", check=False)
    assert removed.returncode == 1 and "its hook at GitHub stays" in removed.stderr and listed(reached) == []
    hooks.tokens["good"] = SCOPES

    done = add(reached, tmp_path)

    assert done.returncode == 0 and "GitHub's ping arrived" in done.stdout, done.stderr
    assert only_hook(hooks)["id"] == before["id"]


def test_a_removed_repository_takes_its_hook_along(reached, hooks, tmp_path):
    add(reached, tmp_path)

    reached.admin("repo", "remove", "acme/app")

    assert hooks.repositories["acme/app"].hooks == {}


def test_a_daemon_killed_between_row_and_hook_is_completed_by_the_same_command(reached, hooks, tmp_path):
    add(reached, tmp_path)
    url = only_hook(hooks)["config"]["url"]
    reached.kill()
    with contextlib.closing(sqlite3.connect(reached.data / "triphammer.db")) as database:
        database.execute("UPDATE repositories SET forge_hook = NULL")  # as the kill would have left it
        database.commit()
    reached.start()

    done = add(reached, tmp_path)

    assert done.returncode == 0, done.stderr
    assert only_hook(hooks)["config"]["url"] == url
    assert "registered already" in add(reached, tmp_path).stderr


def test_the_api_does_the_same_for_the_dashboard(reached, hooks):
    made = reached.api("/repositories", "POST", json={"full_name": "acme/app", "token": "good"})

    assert made.status_code == 201 and made.json()["hook_id"] == str(only_hook(hooks)["id"]), made.text
    assert "good" not in made.text and "secret" not in made.json()
    shown = reached.get("/repositories/acme/app/hook?github=true")
    assert shown["pinged_at"] and shown["last_response"]["code"] == 202
    assert json.dumps(shown).count(only_hook(hooks)["secret"]) == 0


def deletion(daemon, hooks, secret, n):
    daemon.hooks["acme/app"] = (only_hook(hooks)["config"]["url"].removeprefix(daemon.url), secret)
    payload = payloads.push("acme/app", hooks.source.clone_url, payloads.ZERO, before=f"{n:040x}")
    return daemon.deliver(hooks.source, "push", payload)[0].status_code


def test_after_a_rotation_github_has_the_new_secret_and_the_old_one_signs_too(reached, hooks, tmp_path):
    add(reached, tmp_path)
    old = only_hook(hooks)["secret"]
    only_hook(hooks)["events"] = ["push"]  # what a person has chosen stays

    done = reached.admin("repo", "rotate-secret", "acme/app", "--keep", "2")

    new = only_hook(hooks)["secret"]
    assert new != old and new not in done.stdout and "The old one is valid until" in done.stdout
    assert only_hook(hooks)["events"] == ["push"]
    assert deletion(reached, hooks, old, 1) == 202
    assert deletion(reached, hooks, new, 2) == 202
    assert deletion(reached, hooks, "neither of them, but long", 3) == 401


def test_a_rotation_that_github_refuses_changes_nothing(reached, hooks, tmp_path):
    add(reached, tmp_path)
    old = only_hook(hooks)["secret"]
    hooks.tokens.clear()

    done = reached.admin("repo", "rotate-secret", "acme/app", check=False)

    assert done.returncode == 1 and "nothing is changed" in done.stderr and "401" in done.stderr
    assert deletion(reached, hooks, old, 1) == 202
    hooks.tokens["good"] = SCOPES
    assert reached.admin("repo", "rotate-secret", "acme/app", check=False).returncode == 0


def test_a_rotation_whose_answer_was_lost_is_completed_with_the_same_secret(reached, hooks, tmp_path):
    add(reached, tmp_path)
    old = only_hook(hooks)["secret"]
    hooks.lose = [r"PATCH /repos/acme/app/hooks/\d+"]

    done = reached.admin("repo", "rotate-secret", "acme/app", check=False)

    new = only_hook(hooks)["secret"]
    assert done.returncode == 1 and "both are valid until" in done.stderr
    assert deletion(reached, hooks, old, 1) == 202 and deletion(reached, hooks, new, 2) == 202
    assert reached.admin("repo", "rotate-secret", "acme/app", check=False).returncode == 0
    assert only_hook(hooks)["secret"] == new


def test_a_hook_made_by_hand_gets_its_new_secret_on_screen(daemon, git):
    assert "GitHub cannot reach this address. Set public_url" in daemon.admin("repo", "add", "acme/other").stdout
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    hook, old = daemon.hooks["acme/app"]

    done = daemon.admin("repo", "rotate-secret", "acme/app", "--json")

    answer = json.loads(done.stdout)
    assert not answer["at_github"] and len(answer["secret"]) == 64
    for n, secret in enumerate((old, answer["secret"])):
        payload = payloads.push("acme/app", repository.clone_url, payloads.ZERO, before=f"{n:040x}")
        assert daemon.deliver(repository, "push", payload, secret=secret)[0].status_code == 202
    again = daemon.admin("repo", "rotate-secret", "acme/app", check=False)
    assert again.returncode == 1 and "valid until" in again.stderr
