"""A GitHub App made from a manifest: GitHub's code for its keys, the repositories that it was given, and that events,
fetches, statuses and the jobs' tokens go by it, at once and after a restart."""
import contextlib
import html
import json
import re
import sqlite3
import urllib.parse

import pytest
import requests

from harness import payloads
from harness.git_http import GitServer
from harness.github_app import GitHubApp
from harness.github_manifest import GitHubManifests

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hello\n"


class Passwords:
    """Equal to each token of an installation that may read contents."""

    def __init__(self, app):
        self.app = app

    def __eq__(self, password):
        _, _, permissions = self.app.tokens.get(password, (0, [], {})) if self.app else (0, [], {})
        return "contents" in permissions


class Credentials(dict):
    def __init__(self, github):
        super().__init__({"x-access-token": ""})
        self.github = github

    def get(self, user, default=None):
        return Passwords(self.github.app) if user in self else default


class Browser:
    """A session of the dashboard, and forms filled in at GitHub."""

    def __init__(self, daemon):
        self.daemon, self.http = daemon, requests.Session()
        link = re.search(r"token=(\w+)", daemon.admin("setup-link").stdout)[1]
        assert self.ask("POST", "/setup", json={"token": link}).status_code == 200

    def ask(self, method, path, **options):
        return self.http.request(method, f"{self.daemon.url}/api/v1{path}", headers={"Origin": self.daemon.url}, timeout=30, **options)

    def begin(self, **body):
        """What comes back from GitHub: code and state."""
        begun = self.ask("POST", "/github/app/manifest", json=body)
        assert begun.status_code == 201, begun.text
        page = self.http.post(begun.json()["action"], data={"manifest": begun.json()["manifest"]}, timeout=10).text
        return self.submit(begun.json()["action"], page)

    def submit(self, base, page, **fields):
        given = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        form = {**{name: html.unescape(value) for name, value in given.items()}, **fields}
        answer = self.http.post(urllib.parse.urljoin(base, "/settings/apps/manifest"), data=form, timeout=10, allow_redirects=False)
        if answer.status_code != 302:
            return answer
        assert answer.headers["Location"].startswith(f"{self.daemon.url}/connect/github?"), answer.headers
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))

    def finish(self, answer):
        return self.ask("POST", "/github/app/conversions", json={"code": answer["code"], "state": answer["state"]})

    def make(self, *repositories):
        made = self.finish(self.begin())
        assert made.status_code == 201, made.text
        self.http.post(made.json()["install_url"], data={name: "on" for name in repositories}, timeout=10, allow_redirects=False)
        return made.json()

    def given(self):
        places = self.ask("GET", "/github/app/installations").json()["items"]
        pages = [self.ask("GET", f"/github/app/installations/{place['id']}/repositories").json() for place in places]
        return {one["full_name"]: one["registered"] for page in pages for one in page["items"]}


@pytest.fixture
def forge(github, tmp_path):
    """GitHub with a private repository, acme/app."""
    github.manifests = GitHubManifests(github, tmp_path / "apps")
    with GitServer(tmp_path / "private", Credentials(github)) as git:
        github.source = git.repository("acme/app")
        github.git = git
        github.hooks.add("acme/app", github.source.clone_url)
        github.hooks.add("acme/other", f"{git.url}/acme/other.git", 4712)
        github.manifests.owned = ["acme/app", "acme/other"]
        github.manifests.private = {"acme/app"}
        yield github
    assert github.manifests.complaints == []


@pytest.fixture
def daemon(make_daemon, forge):
    """Reached from outside, without any token of a person's; its clones come from the private server."""
    daemon = make_daemon(start=False, github={"api_url": forge.url, "url": forge.url})
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    return daemon.start()


@pytest.fixture
def browser(daemon):
    return Browser(daemon)


def audited(daemon, noun):
    return [row["action"] for row in daemon.get(f"/audit?action={noun}")["items"]][::-1]


def stored(daemon):
    files = ("triphammer.db", "triphammer.db-wal")
    return b"".join((daemon.data / name).read_bytes() for name in files if (daemon.data / name).exists())


def test_the_keys_are_taken_over_sealed_and_used_at_once(daemon, browser, forge):
    made = browser.make("acme/app")

    [app] = forge.manifests.apps.values()
    assert made["install_url"] == f"{forge.url}/apps/{app.slug}/installations/new"
    assert app.wish["public"] is False and app.wish["hook_attributes"]["url"] == f"{daemon.url}/webhooks/github"
    shown = browser.ask("GET", "/github/app").text
    for secret in (app.key.read_text(), app.webhook_secret, app.client_secret):
        assert secret.encode() not in stored(daemon) and secret not in shown and secret not in daemon.log.read_text()
    assert app.key.read_text().splitlines()[5].encode() not in stored(daemon)
    assert browser.given() == {"acme/app": False}
    assert audited(daemon, "github-app") == ["github-app.begin", "github-app.add"]


def test_a_repository_that_is_switched_on_is_built_and_reported_by_the_app_alone(make_daemon, forge):
    # The one host that credentials go to is the private git server's.
    daemon = make_daemon(start=False, github={"api_url": forge.url, "url": forge.git.url})
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    browser = Browser(daemon.start())
    begun = browser.ask("POST", "/github/app/manifest", json={}).json()
    action = begun["action"].replace(forge.git.url, forge.url)
    page = browser.http.post(action, data={"manifest": begun["manifest"]}, timeout=10).text
    assert browser.finish(browser.submit(action, page)).status_code == 201
    [app] = forge.manifests.apps.values()
    app.installed = {"acme/app": dict(app.wish["default_permissions"])}
    assert browser.ask("PUT", "/github/app/repositories/acme/app").status_code == 200
    assert browser.given() == {"acme/app": True}
    assert audited(daemon, "repository") == ["repository.add"]
    sha = forge.source.commit({".triphammer/a.yml": WORKFLOW})

    def push(commit):
        return forge.hooks.deliver(forge.hooks.app, "push", payloads.push("acme/app", forge.source.clone_url, commit))

    guid = push(sha)
    assert forge.hooks.deliveries[-1]["status_code"] == 202, daemon.tail()
    [run] = daemon.delivery(guid)["runs"]
    assert daemon.finished_run(run)["state"] == "succeeded", daemon.tail()
    daemon.wait_for(lambda: "success" in forge.last_states(sha).values(), 20, "no status came")
    made = [body["permissions"] for _, body in app.made]
    assert {"checks": "write", "metadata": "read"} in made and {"contents": "read", "metadata": "read"} in made

    daemon.stop()
    daemon.start()
    again = forge.source.commit({"b": "2"})
    [run] = daemon.delivery(push(again))["runs"]
    assert daemon.finished_run(run)["state"] == "succeeded"
    daemon.wait_for(lambda: "success" in forge.last_states(again).values(), 20, "no status came after the restart")
    assert browser.ask("DELETE", "/repositories/acme/app").status_code == 204
    push(sha)
    assert forge.hooks.deliveries[-1]["status_code"] == 403


def test_an_answer_of_another_session_a_second_one_and_one_after_an_hour_are_refused(daemon, browser, forge):
    answer = browser.begin()
    other = Browser(daemon)
    stranger = other.finish(answer)
    first = browser.finish(answer)
    second = browser.finish(answer)
    invented = browser.finish({"code": "0" * 40, "state": "f" * 64})

    assert stranger.status_code == 403 and "begin again" in stranger.json()["error"]["message"]
    assert first.status_code == 201
    assert second.status_code == 403 and invented.status_code == 403


def test_a_state_is_good_for_an_hour(daemon, browser, forge):
    answer = browser.begin()
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.data / "triphammer.db")) as database:
        [(begun,)] = database.execute("SELECT expires_at FROM forge_app_requests")
        database.execute("UPDATE forge_app_requests SET expires_at = expires_at - 3600000")
        database.commit()
    daemon.start()

    assert browser.finish(answer).status_code == 403
    assert answer["state"].encode() not in stored(daemon), "only its digest is kept"


def test_a_code_that_github_does_not_know_any_more_says_what_to_do(browser, forge):
    answer = browser.begin()
    forge.manifests.expired.add(answer["code"])

    refused = browser.finish(answer)

    assert refused.status_code == 404
    assert "good once, and for an hour" in refused.json()["error"]["message"] and "delete it there" in refused.text
    assert browser.ask("GET", "/github/app").json()["app"] is None


def test_while_github_is_away_the_same_code_can_be_tried_again(browser, forge):
    answer = browser.begin()
    forge.manifests.failures = [502]

    away = browser.finish(answer)
    later = browser.finish(answer)

    assert away.status_code == 503 and "try again" in away.json()["error"]["message"]
    assert later.status_code == 201


def test_a_name_that_is_taken_is_changed_in_githubs_form(browser, forge):
    begun = browser.ask("POST", "/github/app/manifest", json={"name": "ci"}).json()
    forge.manifests.taken.add("ci")
    page = browser.http.post(begun["action"], data={"manifest": begun["manifest"]}, timeout=10).text

    taken = browser.submit(begun["action"], page)
    answer = browser.submit(begun["action"], taken.text, name="ci of acme")

    assert "Name is already taken" in taken.text
    assert browser.finish(answer).json()["name"] == "ci of acme"


def test_an_app_of_an_organization_is_asked_for_there(browser, forge):
    begun = browser.ask("POST", "/github/app/manifest", json={"organization": "acme", "contents_write": True})
    wrong = browser.ask("POST", "/github/app/manifest", json={"organization": "acme/../x"})

    assert begun.json()["action"].startswith(f"{forge.url}/organizations/acme/settings/apps/new?state=")
    assert json.loads(begun.json()["manifest"])["default_permissions"]["contents"] == "write"
    assert wrong.status_code == 400


def test_what_the_configuration_says_counts_and_is_said(make_daemon, forge, tmp_path):
    (tmp_path / "own").mkdir()
    forge.app = GitHubApp(tmp_path / "own")
    daemon = make_daemon(github={"api_url": forge.url, "url": forge.url, "mode": "poll", "app_id": forge.app.id,
                                 "private_key_file": str(forge.app.key)})
    browser = Browser(daemon)

    shown = browser.ask("GET", "/github/app").json()
    begun = browser.ask("POST", "/github/app/manifest", json={})

    assert shown["app"]["from"] == "configuration" and shown["app"]["slug"] == "an-app"
    assert begun.status_code == 409 and "remove github.app_id" in begun.json()["error"]["message"]


def test_without_an_address_and_without_poll_github_is_not_asked(make_daemon, forge):
    browser = Browser(make_daemon(github={"api_url": forge.url, "url": forge.url}))

    begun = browser.ask("POST", "/github/app/manifest", json={})

    assert begun.status_code == 400 and "github.mode: poll" in begun.json()["error"]["message"]
    assert "set public_url" in browser.ask("GET", "/github/app").json()["problem"]


def test_with_poll_events_of_the_app_come_out_of_githubs_log(make_daemon, forge):
    daemon = make_daemon(github={"api_url": forge.url, "url": forge.url, "mode": "poll", "poll_seconds": 1})
    browser = Browser(daemon)
    forge.hooks.is_delivering = False
    browser.make("acme/app")
    assert forge.hooks.app["config"]["url"].endswith(".triphammer.invalid/webhooks/github") and forge.hooks.app["active"]
    browser.ask("PUT", "/github/app/repositories/acme/app")

    guid = forge.hooks.deliver(forge.hooks.app, "push", payloads.push(
        "acme/app", forge.source.clone_url, payloads.ZERO, before="1" * 40))

    assert daemon.delivery(guid)["outcome"] == "ignored"


def test_one_that_is_forgotten_signs_nothing_and_another_can_be_made(browser, daemon, forge):
    browser.make("acme/app")
    ping = {"zen": "z", "hook_id": 1}
    forge.hooks.deliver(forge.hooks.app, "ping", ping)
    assert forge.hooks.deliveries[-1]["status_code"] == 202
    assert browser.ask("POST", "/github/app/manifest", json={}).status_code == 409

    assert browser.ask("DELETE", "/github/app").status_code == 204
    assert audited(browser.daemon, "github-app")[-1] == "github-app.remove"

    forge.hooks.deliver(forge.hooks.app, "ping", ping)
    assert forge.hooks.deliveries[-1]["status_code"] == 401
    assert browser.ask("GET", "/github/app/installations").status_code == 404
    browser.make("acme/app")


def test_more_repositories_than_a_page_are_listed_page_by_page(browser, forge):
    forge.manifests.owned = [f"acme/r{n:03}" for n in range(230)]
    browser.make(*forge.manifests.owned)
    [place] = browser.ask("GET", "/github/app/installations").json()["items"]

    cursor, names = "1", []
    while cursor:
        page = browser.ask("GET", f"/github/app/installations/{place['id']}/repositories?cursor={cursor}").json()
        names += [one["full_name"] for one in page["items"]]
        cursor = page["next"]

    assert names == forge.manifests.owned and page["total"] == 230


def test_only_an_admin_and_only_this_servers_page_may_begin(daemon, browser):
    viewer = daemon.admin("token", "create", "v", "--role", "developer").stdout.strip().split()[-1]
    by_token = requests.post(f"{daemon.url}/api/v1/github/app/manifest", json={}, headers={"Authorization": f"Bearer {viewer}"}, timeout=5)
    foreign = browser.http.post(f"{daemon.url}/api/v1/github/app/manifest", json={}, headers={"Origin": "https://evil.example"}, timeout=5)

    assert by_token.status_code == 403 and foreign.status_code == 403
    page = requests.get(f"{daemon.url}/connect/github", timeout=5)
    other = requests.get(f"{daemon.url}/connect", timeout=5)
    if page.status_code == 200:
        assert "form-action 'self' http://127.0.0.1:" in page.headers["Content-Security-Policy"]
        assert "form-action 'self'; " in other.headers["Content-Security-Policy"]


def ping_signed(forge, secret):
    """The status of a delivery of the App's hook."""
    forge.hooks.deliver({**forge.hooks.app, "secret": secret}, "ping", {"zen": "z", "hook_id": 1})
    return forge.hooks.deliveries[-1]["status_code"]


def test_after_a_rotation_github_has_the_apps_new_secret_and_the_old_one_signs_too(daemon, browser, forge):
    browser.make("acme/app")
    old, url = forge.hooks.app["secret"], forge.hooks.app["config"]["url"]

    done = daemon.admin("repo", "rotate-secret", "--app", "--keep", "2")

    new = forge.hooks.app["secret"]
    assert new != old and new not in done.stdout and "The old one is valid until" in done.stdout
    assert forge.hooks.app["config"]["url"] == url
    assert [ping_signed(forge, secret) for secret in (old, new, "neither of them, but long")] == [202, 202, 401]
    assert new.encode() not in stored(daemon)
    daemon.stop()
    daemon.start()
    assert [ping_signed(forge, secret) for secret in (old, new)] == [202, 202]
    shown = browser.ask("GET", "/github/app").json()["app"]
    assert shown["old_secret_until"] in done.stdout
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.data / "triphammer.db")) as database, database:
        database.execute("UPDATE forge_app SET old_secret_until = old_secret_until - 7200000")
    daemon.start()
    assert [ping_signed(forge, secret) for secret in (old, new)] == [401, 202]
    assert browser.ask("GET", "/github/app").json()["app"]["old_secret_until"] is None


def test_a_rotation_that_github_refuses_leaves_the_apps_secret(daemon, browser, forge):
    browser.make("acme/app")
    old = forge.hooks.app["secret"]
    forge.failures = [(403, {})]

    done = daemon.admin("repo", "rotate-secret", "--app", check=False)

    assert done.returncode == 1 and "nothing is changed" in done.stderr
    assert forge.hooks.app["secret"] == old and ping_signed(forge, old) == 202
    assert browser.ask("GET", "/github/app").json()["app"]["old_secret_until"] is None
    assert browser.ask("POST", "/github/app/hook/secret", json={}).status_code == 200
    assert forge.hooks.app["secret"] != old


def test_a_rotation_of_the_apps_whose_answer_was_lost_is_completed_with_the_same_secret(daemon, browser, forge):
    browser.make("acme/app")
    old = forge.hooks.app["secret"]
    forge.hooks.lose = ["PATCH /app/hook/config"]

    done = daemon.admin("repo", "rotate-secret", "--app", check=False)

    new = forge.hooks.app["secret"]
    assert done.returncode == 1 and "both are valid until" in done.stderr and new != old
    assert [ping_signed(forge, secret) for secret in (old, new)] == [202, 202]
    daemon.admin("repo", "rotate-secret", "--app")
    assert forge.hooks.app["secret"] == new


def test_the_secret_of_an_app_that_the_configuration_names_is_changed_there(make_daemon, forge, tmp_path):
    forge.app = GitHubApp(tmp_path)
    daemon = make_daemon(github={"api_url": forge.url, "app_id": forge.app.id, "private_key_file": str(forge.app.key),
                                 "webhook_secret": "of the configuration"})

    done = daemon.admin("repo", "rotate-secret", "--app", check=False)
    without = make_daemon("other", github={"api_url": forge.url}).admin("repo", "rotate-secret", "--app", check=False)
    both = daemon.admin("repo", "rotate-secret", "--app", "--webhook-secret-file", str(forge.app.key), check=False)

    assert done.returncode == 1 and "github.webhook_secret_previous" in done.stderr and "repo hook --app" in done.stderr
    assert without.returncode == 1 and "make one at /connect/github" in without.stderr
    assert both.returncode == 2 and "leave --webhook-secret-file out" in both.stderr
