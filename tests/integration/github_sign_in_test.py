"""Signing in through GitHub: bound to the browser that began it, and to GitHub's number of whoever comes."""
import json

import pytest
import requests

from harness.github_oauth import GitHubOAuth
from people_test import PASSWORD, join, post


@pytest.fixture
def server(make_daemon, github, tmp_path):
    """A daemon that makes accounts for members of acme, which is number 9; and GitHub's page."""
    daemon = make_daemon(start=False)
    github.oauth = GitHubOAuth(f"{daemon.url}/sign-in/github")
    (tmp_path / "oauth-secret").write_text(github.oauth.client_secret + "\n")
    config = json.loads(daemon.config.read_text())
    auth = {"client_id": github.oauth.client_id, "client_secret_file": str(tmp_path / "oauth-secret"), "organizations": ["acme"], "role": "viewer"}
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url, "auth": {"github": auth},
                                         "github": {**config["github"], "url": github.url}}))
    yield daemon.start()
    assert github.oauth.complaints == [] and github.oauth.tokens == {}, "every token was given back"


def begin(daemon, session, where="/session/github"):
    answer = post(daemon, where, {"password": PASSWORD} if where.endswith("/link") else {}, session)
    assert answer.status_code == 201, answer.text
    return answer.json()["url"]


def finish(daemon, session, brought):
    return post(daemon, "/session/github/code", brought, session)


def enter(daemon, github, allow=True):
    session = requests.Session()
    return session, finish(daemon, session, github.oauth.decide(begin(daemon, session), allow))


def whoami(daemon, session):
    return session.get(f"{daemon.url}/api/v1/session", timeout=5)


def refusal(answer):
    assert answer.status_code == 403, answer.text
    return answer.json()["error"]["message"]


def test_members_get_an_account_that_follows_the_number_and_never_the_name(server, github):
    github.oauth.add("ada", 4711, acme=9)
    session, answer = enter(server, github)
    assert (answer.status_code, answer.json()) == (200, {"role": "viewer"})
    assert whoami(server, session).json() == {"actor": "user:ada", "role": "viewer", "github": {"id": 4711, "login": "ada"}}
    assert len(github.oauth.given_back) == 1

    github.oauth.add("lovelace", 4711, acme=9)  # renamed there
    assert whoami(server, enter(server, github)[0]).json()["actor"] == "user:ada"
    github.oauth.add("ada", 666, acme=9)  # somebody took the name
    assert "there is an account called ada here" in refusal(enter(server, github)[1])
    github.oauth.add("eve", 667, acme=10)  # an organization of that name, and of another number
    assert "eve at GitHub does not belong to acme" in refusal(enter(server, github)[1])
    github.oauth.add("lovelace", 4711)  # who leaves the organization does not come in again
    assert "does not belong to acme" in refusal(enter(server, github)[1])

    github.oauth.add("lovelace", 4711, acme=9)
    server.admin("user", "disable", "ada")
    assert whoami(server, session).status_code == 401
    assert "disabled" in refusal(enter(server, github)[1])
    assert [user["name"] for user in server.get("/users")["items"]] == ["ada"]
    rows = [(row["action"], row["object"], row["actor"]) for row in server.get("/audit?action=user.join")["items"]]
    assert rows == [("user.join", "ada", "user:ada")]
    kept = b"".join(file.read_bytes() for file in server.data.rglob("*") if file.is_file()) + server.log.read_bytes()
    assert not any(token.encode() in kept for token in github.oauth.given_back) and github.oauth.client_secret.encode() not in kept


def test_an_answer_counts_once_and_only_in_the_browser_that_began_it(server, github):
    github.oauth.add("ada", 4711, acme=9)
    mine, other = requests.Session(), requests.Session()
    brought = github.oauth.decide(begin(server, mine))
    begin(server, other)
    for stranger in (other, requests.Session()):
        assert "does not belong to a beginning in this browser" in refusal(finish(server, stranger, brought))
    cookie = next(one for one in mine.cookies if one.name == "triphammer_oauth")
    assert cookie.path == "/api/v1/session/github" and cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Strict"

    foreign = mine.post(f"{server.url}/api/v1/session/github/code", json=brought, headers={"Origin": "https://evil.example"}, timeout=10)
    assert foreign.status_code == 403 and "Origin" in foreign.text
    wrong = {**brought, "state": brought["state"][:-1] + ("0" if brought["state"][-1] != "0" else "1")}
    assert "begin again" in refusal(finish(server, mine, wrong))
    mine.cookies.set("triphammer_oauth", cookie.value)  # the wrong state has spent it
    assert "begin again" in refusal(finish(server, mine, brought))

    # A code that was made for another beginning has another challenge.
    stolen = github.oauth.decide(begin(server, other))["code"]
    own = github.oauth.decide(begin(server, mine))
    assert "worth nothing" in refusal(finish(server, mine, {**own, "code": stolen}))

    session, answer = enter(server, github)
    assert answer.status_code == 200
    again = requests.Session()
    assert "begin again" in refusal(finish(server, again, {"code": "x", "state": "y"}))
    assert "you said no at GitHub" in refusal(enter(server, github, allow=False)[1])
    elsewhere = requests.post(f"http://localhost:{server.port}/api/v1/session/github", json={}, headers={"Origin": f"http://localhost:{server.port}"}, timeout=10)
    assert elsewhere.status_code == 409 and f"works at {server.url}" in elsewhere.text


def test_an_account_links_itself_and_is_never_taken_by_its_name(server, github):
    bob = join(server, "bob", "developer")
    github.oauth.add("bob", 13, acme=9)
    assert "there is an account called bob here" in refusal(enter(server, github)[1])

    bare = bob.post(f"{server.url}/api/v1/session/github/link", json={}, timeout=10)
    assert bare.status_code == 403, "a link needs this page's own Origin"
    left_open = post(daemon := server, "/session/github/link", {"password": "a guess at it"}, bob)
    assert (left_open.status_code, refusal(left_open)) == (403, "the password is wrong")
    assert post(daemon, "/session/github/link", {}, bob).status_code == 400
    github.oauth.add("rob", 12)  # belongs to nothing: who made the account is its admin
    brought = github.oauth.decide(begin(server, bob, "/session/github/link"))
    post(server, "/session", {"name": "bob", "password": PASSWORD}, other := requests.Session())
    other.cookies.set("triphammer_oauth", next(one.value for one in bob.cookies if one.name == "triphammer_oauth"), path="/api/v1/session/github")
    assert finish(server, other, brought).json() == {"role": "developer", "linked": True}
    assert whoami(server, bob).json()["github"] == {"id": 12, "login": "rob"}
    assert whoami(server, enter(server, github)[0]).json()["actor"] == "user:bob"

    eve = join(server, "eve", "viewer")
    brought = github.oauth.decide(begin(server, eve, "/session/github/link"))
    assert finish(server, eve, brought).status_code == 409, "one account at GitHub is one account here"
    brought = github.oauth.decide(begin(server, eve, "/session/github/link"))
    eve.delete(f"{server.url}/api/v1/session", headers={"Origin": server.url}, timeout=10)
    assert "has ended" in refusal(finish(server, eve, brought))

    assert "user:bob" in str(server.get("/audit?action=user.link-github&outcome=refused")["items"])
    server.admin("user", "unlink", "bob")
    assert "linked with no account" in server.admin("user", "unlink", "bob", check=False).stderr
    assert "nobody is called" in server.admin("user", "unlink", "nobody", check=False).stderr
    brought = github.oauth.decide(begin(server, bob, "/session/github/link"))
    assert finish(server, bob, brought).status_code == 200
    assert bob.delete(f"{server.url}/api/v1/session/github", headers={"Origin": server.url}, json={}, timeout=10).status_code == 204
    assert "rob at GitHub does not belong to acme" in refusal(enter(server, github)[1])
    rows = [(row["action"], row["actor"]) for row in server.get("/audit?action=user&outcome=done")["items"] if "github" in row["action"]]
    assert [action for action, _ in rows] == ["user.unlink-github", "user.link-github"] * 2
    assert rows[2][1].startswith("socket:") and {actor for _, actor in (*rows[:2], rows[3])} == {"user:bob"}
    github.oauth.add("ada", 4711, acme=9)
    ada, _ = enter(server, github)
    only = ada.delete(f"{server.url}/api/v1/session/github", headers={"Origin": server.url}, json={}, timeout=10)
    assert only.status_code == 409 and "user reset ada" in only.text
    assert server.api("/users/eve/github", "DELETE").status_code == 404


def test_what_is_wrong_at_github_is_said_and_nobody_begins_without_end(server, github):
    github.oauth.add("ada", 4711, acme=9)
    github.oauth.failures = [502]
    answer = enter(server, github)[1]
    assert answer.status_code == 503 and "try again" in answer.text
    right, github.oauth.client_secret = github.oauth.client_secret, "another"
    answer = enter(server, github)[1]
    assert answer.status_code == 400 and "auth.github.client_secret" in answer.text
    github.oauth.client_secret = right
    statuses = {post(server, "/session/github", {}).status_code for _ in range(25)}
    assert statuses == {201, 429}


@pytest.mark.parametrize("auth,says", [
    ({"client_id": "x"}, "auth.github.client_id and auth.github.client_secret"),
    ({"client_id": "x", "client_secret": "y"}, "needs public_url"),
    ({"client_id": "x", "client_secret": "y", "organizations": ["acme/app"]}, "is no name at GitHub"),
    ({"client_id": "x", "client_secret": "y", "rule": "viewer"}, "did you mean 'auth.github.role'"),
])
def test_a_configuration_that_cannot_work_is_refused(make_daemon, auth, says):
    daemon = make_daemon(start=False)
    daemon.config.write_text(json.dumps({**json.loads(daemon.config.read_text()), "auth": {"github": auth}}))
    done = daemon.command("config", "check", "--config", str(daemon.config), check=False)
    assert done.returncode == 2 and says in done.stderr
