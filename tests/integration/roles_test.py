"""Who may what: every route of the table for every kind of caller, and roles on single repositories."""
import json
import threading

import pytest
import requests
import websocket

PASSWORD = "correct horse battery"
ROLES = ["viewer", "developer", "approver", "admin"]
WORKFLOW = "on: push\njobs: { a: { runs-on: host, steps: [run: echo hello] } }\n"


class Caller:
    """Somebody with a session or a token, or nobody."""

    def __init__(self, daemon, headers=None, session=None):
        self.daemon, self.headers, self.session = daemon, headers or {}, session or requests

    def ask(self, method, path, **options):
        return self.session.request(method, self.daemon.url + path, headers={"Origin": self.daemon.url, **self.headers},
                                    timeout=20, **options)

    def get(self, path):
        answer = self.ask("GET", f"/api/v1{path}")
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    @property
    def cookie(self):
        return "; ".join(f"{one.name}={one.value}" for one in self.session.cookies)


def token(daemon, name, role, *more):
    text = daemon.admin("token", "create", name, "--role", role, *more).stdout.split()[-1]
    return Caller(daemon, {"Authorization": f"Bearer {text}"})


def person(daemon, name, role):
    link = daemon.admin("user", "add", name, "--role", role).stdout.strip().rsplit("token=", 1)[1]
    caller = Caller(daemon, session=requests.Session())
    assert caller.ask("POST", "/api/v1/setup", json={"token": link, "password": PASSWORD}).status_code == 200
    return caller


def routes(daemon):
    """Those that a browser or a script may reach."""
    listed = json.loads(daemon.command("routes", "--json").stdout)
    return [one for one in listed if one["role"] not in ("hook", "runner", "metrics")]


def try_route(caller, route):
    """A call that changes nothing: nothing has these names, and the body is no object."""
    path = route["path"].replace("{owner}/{name}", "no/such").replace("{owner}/{repository}", "no/such")
    path = "/".join("77777777" if part.startswith("{") else part for part in path.split("/"))
    body = {} if route["method"] == "GET" else {"json": []}
    return caller.ask(route["method"], path, stream=True, **body)


def is_let_in(answer):
    if answer.status_code == 401:
        return False
    return not (answer.status_code == 403 and ("this needs the role" in answer.text or "Origin" in answer.text
                                               or "only through the admin socket" in answer.text))


def strength(role):
    return ["none", *ROLES].index(role)


def expected(route, server, repositories="none", known=True):
    """By the table alone: the role on the server, the strongest one on a repository, whether anybody is known."""
    if route["role"] == "open":
        return True
    if route["role"] == "local" or not known:
        return False
    if route["role"] == "person":
        return True
    needed = strength(route["role"])
    if route["scope"] == "repository":
        return max(strength(server), strength(repositories)) >= needed
    return strength(server) >= needed


def check_all(caller, table, **rights):
    for route in table:
        # Whoever ends a session or waits for events is looked at elsewhere.
        if route["path"] == "/api/v1/events" or (route["method"], route["path"]) == ("DELETE", "/api/v1/session"):
            continue
        answer = try_route(caller, route)
        let_in = is_let_in(answer)
        answer.close()
        assert let_in == expected(route, **rights), (route, rights, answer.status_code, answer.text)


def test_every_route_lets_in_whom_the_table_says(daemon, git):
    daemon.add_repository(git.repository("acme/app"))
    table = routes(daemon)
    assert len(table) > 80 and {route["scope"] for route in table} == {"server", "repository"}

    check_all(Caller(daemon), table, server="none", known=False)
    for role in ROLES:
        check_all(token(daemon, f"token-{role}", role), table, server=role)
        check_all(token(daemon, f"app-{role}", role, "--repository", "acme/app"), table, server="none", repositories=role)
    for role in ROLES:
        check_all(person(daemon, f"person-{role}", role), table, server=role)
    guest = person(daemon, "guest", "none")
    check_all(guest, table, server="none")
    for role in ROLES:
        daemon.admin("user", "grant", "guest", "acme/app", "--role", role)
        check_all(guest, table, server="none", repositories=role)
    daemon.admin("user", "revoke", "guest", "acme/app")
    check_all(guest, table, server="none")
    gone = person(daemon, "gone", "admin")
    daemon.admin("user", "disable", "gone")
    check_all(gone, table, server="none", known=False)


def test_a_session_from_another_page_changes_nothing(daemon):
    admin = person(daemon, "root", "admin")
    for origin in ("https://evil.example", "null", daemon.url + ".evil.example"):
        admin.headers["Origin"] = origin
        for route in routes(daemon):
            if route["method"] == "GET":
                continue
            answer = try_route(admin, route)
            assert answer.status_code == 403, (origin, route, answer.text)
    admin.headers["Origin"] = daemon.url
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = requests.put(f"{daemon.url}/api/v1/users/root", data='{"role": "viewer"}', timeout=20,
                              headers={"Origin": daemon.url, "Cookie": admin.cookie, "Content-Type": kind})
        assert answer.status_code == 403
    assert admin.get("/session")["role"] == "admin"


def test_a_token_of_one_repository_cannot_give_itself_more(daemon, git):
    daemon.add_repository(git.repository("acme/app"))
    mine = token(daemon, "mine", "admin", "--repository", "acme/app")
    for method, path, body in [
        ("POST", "/tokens", {"name": "more", "role": "admin"}),
        ("POST", "/users", {"name": "eve", "role": "admin"}),
        ("POST", "/setup-links", {}),
        ("POST", "/repositories", {"full_name": "acme/other"}),
        ("PUT", "/secrets/KEY", {"value": "of the server"}),
        ("PUT", "/variables/KEY", {"value": "of the server"}),
        ("PUT", "/pipelines/all", {"text": WORKFLOW}),
    ]:
        answer = mine.ask(method, f"/api/v1{path}", json=body)
        assert answer.status_code == 403, (path, answer.status_code, answer.text)
    assert mine.ask("PUT", "/api/v1/secrets/KEY", json={"value": "of the app", "repository": "acme/app"}).status_code == 204
    daemon.admin("secret", "set", "OTHERS", stdin="of the server")
    assert [one["name"] for one in mine.get("/secrets")["items"]] == ["KEY"]


@pytest.fixture
def two(daemon, git):
    """Two repositories, a run of each with a deployment, a delivery and keys."""
    found = {}
    for name, number in (("acme/mine", 4711), ("acme/other", 4712)):
        repository = git.repository(name)
        daemon.add_repository(repository)
        guid = daemon.push(repository, repository.commit({".triphammer/w.yml": WORKFLOW}), forge_id=number)
        run = daemon.finished_run(daemon.delivery(guid)["runs"][0])
        daemon.admin("secret", "set", "KEY", "--repository", name, stdin="a value")
        daemon.admin("variable", "set", "V", "--repository", name, stdin="some words")
        found[name] = {"repository": repository, "number": number, "guid": guid, "run": run["id"], "job": run["jobs"][0]["id"]}
    return found


def calls(one, name):
    """(role, method, path, body) of what is about one repository; what the role suffices for is answered otherwise than 403 and 404."""
    run = f"/runs/{one['run']}"
    return [
        ("viewer", "GET", run, None),
        ("viewer", "GET", f"{run}/summaries", None),
        ("viewer", "GET", f"{run}/workflow", None),
        ("viewer", "GET", f"{run}/past", None),
        ("viewer", "GET", f"{run}/tests", None),
        ("viewer", "GET", f"{run}/export", None),
        ("viewer", "GET", f"{run}/artifacts", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/log", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/log?step=1", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/log/raw", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/log/raw?step=1&plain=true", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/log/times?step=1", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/log/groups?step=1", None),
        ("viewer", "GET", f"{run}/jobs/{one['job']}/steps/1", None),
        ("viewer", "GET", f"/deliveries/{one['guid']}", None),
        ("viewer", "POST", "/pipelines/preview", {"delivery": one["guid"], "path": ".triphammer/w.yml", "text": WORKFLOW}),
        ("viewer", "GET", f"/runs?repository={name}", None),
        ("viewer", "GET", f"/deliveries?repository={name}", None),
        ("viewer", "GET", f"/deployments?repository={name}", None),
        ("developer", "GET", f"/deliveries/{one['guid']}/payload", None),
        ("developer", "POST", f"/deliveries/{one['guid']}/replay?dry_run=true", {}),
        ("developer", "POST", f"{run}/rerun", {"jobs": "all"}),
        ("developer", "POST", "/runs", {"repository": name, "workflow": "w.yml"}),
        ("developer", "GET", f"/repositories/{name}/starters", None),
        ("admin", "PUT", f"/repositories/{name}/workflow-files", {"workflow_files": []}),
        ("admin", "PUT", f"/repositories/{name}/workflow-access", {"workflow_access": "none"}),
        ("admin", "GET", f"/repositories/{name}/hook", None),
        ("admin", "PUT", "/secrets/MORE", {"value": "a value", "repository": name}),
        ("admin", "PUT", "/variables/MORE", {"value": "a value", "repository": name}),
        ("admin", "DELETE", f"/secrets/KEY?repository={name}", None),
        ("admin", "DELETE", f"/variables/V?repository={name}", None),
    ]


def test_a_role_on_a_repository_counts_there_and_nowhere_else(daemon, two):
    guest = person(daemon, "guest", "none")
    for role in ("viewer", "developer", "admin"):
        daemon.admin("user", "grant", "guest", "acme/mine", "--role", role)
        for needed, method, path, body in calls(two["acme/mine"], "acme/mine"):
            answer = guest.ask(method, f"/api/v1{path}", json=body)
            if strength(needed) <= strength(role):
                assert answer.status_code not in (401, 403, 404), (role, method, path, answer.text)
            else:
                assert answer.status_code == 403, (role, method, path, answer.status_code, answer.text)
        for needed, method, path, body in calls(two["acme/other"], "acme/other"):
            answer = guest.ask(method, f"/api/v1{path}", json=body)
            wanted = 404 if strength(needed) <= strength(role) else 403
            assert answer.status_code == wanted, (role, method, path, answer.status_code, answer.text)
            assert "other" not in answer.text or "no repository is called acme/other" in answer.text


def test_the_stronger_role_counts(daemon, two):
    mona = person(daemon, "mona", "viewer")
    assert mona.ask("POST", f"/api/v1/runs/{two['acme/mine']['run']}/rerun", json={}).status_code == 403
    daemon.admin("user", "grant", "mona", "acme/mine", "--role", "developer")
    assert mona.ask("POST", f"/api/v1/runs/{two['acme/mine']['run']}/rerun", json={}).status_code == 202
    assert mona.ask("POST", f"/api/v1/runs/{two['acme/other']['run']}/rerun", json={}).status_code == 403
    assert {one["repository"] for one in mona.get("/runs")["items"]} == {"acme/mine", "acme/other"}
    assert mona.get("/session") == {"actor": "user:mona", "role": "viewer", "repositories": {"acme/mine": "developer"}}


def test_lists_and_searches_hold_what_one_may_see(daemon, two):
    guest = person(daemon, "guest", "none")
    for path in ("/runs", "/deliveries", "/deployments", "/environments", "/repositories"):
        assert guest.ask("GET", f"/api/v1{path}").status_code == 403
    daemon.admin("user", "grant", "guest", "acme/mine", "--role", "admin")

    assert {one["repository"] for one in guest.get("/runs")["items"]} == {"acme/mine"}
    assert {one["repository"] for one in guest.get("/runs?state=succeeded&text=a")["items"]} <= {"acme/mine"}
    assert [one["guid"] for one in guest.get("/deliveries")["items"]] == [two["acme/mine"]["guid"]]
    assert [one["full_name"] for one in guest.get("/repositories")["items"]] == ["acme/mine"]
    assert guest.get("/deployments")["items"] == [] and guest.get("/environments")["items"] == []
    assert [one["repository"] for one in guest.get("/secrets")["items"]] == ["acme/mine"]
    assert [one["repository"] for one in guest.get("/variables")["items"]] == ["acme/mine"]
    mine = token(daemon, "mine", "viewer", "--repository", "acme/mine")
    assert {one["repository"] for one in mine.get("/runs")["items"]} == {"acme/mine"}
    assert [one["full_name"] for one in mine.get("/repositories")["items"]] == ["acme/mine"]


def test_a_text_of_their_own_tells_a_viewer_no_variable(daemon, two):
    guest = person(daemon, "guest", "none")
    text = "on: push\njobs:\n  a:\n    name: told ${{ vars.V }}\n    runs-on: host\n    steps: [{ run: 'echo ${{ vars.V }}' }]\n"
    body = {"delivery": two["acme/mine"]["guid"], "path": "pipeline:new", "text": text}
    answers = {}
    for role in ("viewer", "developer"):
        daemon.admin("user", "grant", "guest", "acme/mine", "--role", role)
        answers[role] = guest.ask("POST", "/api/v1/pipelines/preview", json=body)
        assert answers[role].status_code == 200 and '"told' in answers[role].text

    assert "some words" not in answers["viewer"].text and "resolved" not in answers["viewer"].text
    assert "echo some words" in answers["developer"].text and "told some words" in answers["developer"].text


def test_live_events_are_of_what_one_may_see(daemon, two):
    guest = person(daemon, "guest", "none")
    daemon.admin("user", "grant", "guest", "acme/mine", "--role", "viewer")
    socket = websocket.create_connection(daemon.url.replace("http", "ws") + "/api/v1/live", header=[f"Cookie: {guest.cookie}"], timeout=20)
    assert json.loads(socket.recv())["role"] == "none"
    other = two["acme/other"]
    topics = ["runs", "deliveries", "users", "audits", "counts", f"run:{other['run']}", f"log:{other['run']}/{other['job']}/1",
              f"log:{two['acme/mine']['run']}/{other['job']}/1"]
    socket.send(json.dumps({"sub": topics, "last": 1}))
    for name in ("acme/other", "acme/mine"):
        repository = two[name]["repository"]
        guid = daemon.push(repository, repository.commit({"more": "1"}), forge_id=two[name]["number"])
        last = daemon.delivery(guid)["runs"][0]
    heard = []
    while not any(one.get("run") == last or (one.get("subject") == "run" and one.get("id") == last) for one in heard):
        heard.append(json.loads(socket.recv()))
    socket.close()
    mine = {one["id"] for one in guest.get("/runs")["items"]}
    assert {one["id"] for one in heard if one.get("subject") == "run"} <= mine
    assert {one["run"] for one in heard if "run" in one} <= mine
    assert not [one for one in heard if one.get("topic", "").startswith(("log:", "counts")) or one.get("subject") in ("user", "audit")]


def test_what_is_taken_ends_what_is_followed(daemon, two):
    guest = person(daemon, "guest", "none")
    daemon.admin("user", "grant", "guest", "acme/mine", "--role", "viewer")
    socket = websocket.create_connection(daemon.url.replace("http", "ws") + "/api/v1/live", header=[f"Cookie: {guest.cookie}"], timeout=20)
    socket.recv()
    ended = threading.Event()

    def read():
        try:
            while socket.recv():
                pass
        except (websocket.WebSocketException, OSError):
            pass
        ended.set()

    thread = threading.Thread(target=read)
    thread.start()
    daemon.admin("user", "revoke", "guest", "acme/mine")
    assert ended.wait(5)
    thread.join()
    socket.close()
    assert guest.ask("GET", f"/api/v1/runs/{two['acme/mine']['run']}").status_code == 403


def test_grants_are_listed_audited_and_checked(daemon, git):
    daemon.add_repository(git.repository("acme/mine"))
    daemon.admin("user", "add", "ada", "--role", "none")
    daemon.admin("user", "grant", "ada", "acme/mine", "--role", "developer")
    daemon.admin("user", "grant", "ada", "acme/mine", "--role", "approver")
    [ada] = daemon.get("/users")["items"]
    assert ada["role"] == "none" and ada["repositories"] == [{"repository": "acme/mine", "role": "approver"}]
    daemon.admin("user", "revoke", "ada", "acme/mine")
    rows = daemon.get("/audit?object=ada&repository=acme/mine")["items"][::-1]
    assert [(one["action"], one["before"], one["after"]) for one in rows] == [
        ("user.grant", None, {"role": "developer"}), ("user.grant", {"role": "developer"}, {"role": "approver"}),
        ("user.revoke", {"role": "approver"}, None)]
    for arguments, said in [
        (("grant", "eve", "acme/mine", "--role", "viewer"), "nobody is called eve"),
        (("grant", "ada", "acme/no", "--role", "viewer"), "no repository is called acme/no"),
        (("grant", "ada", "acme/mine", "--role", "none"), "role must be"),
        (("grant", "ada", "acme/mine", "--role", "king"), "role must be"),
        (("revoke", "ada", "acme/mine"), "no role on this repository"),
    ]:
        done = daemon.admin("user", *arguments, check=False)
        assert done.returncode == 1 and said in done.stderr, (arguments, done.stderr)


def test_tokens_are_shown_once_kept_hashed_and_end(daemon):
    text = daemon.admin("token", "create", "ci", "--role", "viewer", "--expires", "3").stdout.split()[-1]
    assert text.startswith("th_") and len(text) == 67
    [item] = [one for one in daemon.get("/tokens")["items"] if one["name"] == "ci"]
    assert item["expires_at"] and text not in json.dumps(daemon.get("/tokens"))
    for name in ("triphammer.db", "triphammer.db-wal"):
        assert text.encode() not in (daemon.data / name).read_bytes()
    assert text not in daemon.log.read_text()
    caller = Caller(daemon, {"Authorization": f"Bearer {text}"})
    assert caller.ask("GET", "/api/v1/runs").status_code == 200
    daemon.admin("token", "revoke", "ci")
    assert caller.ask("GET", "/api/v1/runs").status_code == 401
