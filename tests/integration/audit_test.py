"""The audit: whoever changes something leaves one row, by any route, by the command line, with and without a
daemon; and a row that is changed, dropped or cut off is missed."""
import contextlib
import hashlib
import json
import sqlite3
import time

import pytest
import requests
import yaml

PASSWORD = "correct horse battery"
CANARY = "canary-c0ffee-value"
WORKFLOW = """
on: { push: {}, workflow_dispatch: {} }
jobs:
  a:
    runs-on: host
    steps:
      - run: echo "${#TOKEN}" > size.txt
        env: { TOKEN: "${{ secrets.TOKEN }}" }
      - uses: actions/upload-artifact@v4
        with: { name: size, path: size.txt }
"""
PIPELINE = "on: push\njobs: { a: { runs-on: host, steps: [run: 'true'] } }\n"

# What changes something and leaves no row of its own, and why.
WITHOUT = {
    "POST /webhooks/github": "a delivery is a row of its own, with the reasons for it",
    "POST /webhooks/github/{hook}": "as above",
    "POST /api/v1/pipelines/lint": "changes nothing",
    "POST /api/v1/pipelines/preview": "changes nothing",
    "POST /api/v1/github/app/conversions": "github_app_test.py: it needs GitHub's code",
    "POST /api/v1/approvals/{approval}/approve": "below: it needs a question",
    "POST /api/v1/approvals/{approval}/reject": "below: it needs a question",
    "PUT /api/v1/github/app/repositories/{owner}/{name}": "github_app_test.py: it needs the App",
    "POST /api/v1/session/github": "changes nothing: what begins is kept in memory",
    "POST /api/v1/session/github/link": "as above",
    "POST /api/v1/session/github/code": "github_sign_in_test.py: it needs GitHub's code",
    "DELETE /api/v1/session/github": "github_sign_in_test.py: it needs an account that is linked",
    "DELETE /api/v1/users/{name}/github": "as above",
    "DELETE /api/v1/github/app": "github_app_test.py: it needs the App",
}


# Needs what this server does not have: the row says that it failed.
FAILING = {"channel.test", "github-app.mend-hook", "github-app.rotate-secret"}


@contextlib.contextmanager
def database(daemon, mode="ro"):
    path = f"file:{daemon.data}/triphammer.db?mode={mode}"
    with contextlib.closing(sqlite3.connect(path, uri=True, isolation_level=None, timeout=20)) as connection:
        yield connection


def exported(daemon, *filters):
    return [json.loads(line) for line in daemon.admin("audit", "export", *filters).stdout.splitlines()]


def chain_hash(previous, row):
    """As docs/api.md says it, without our code."""
    fields = [previous, row["seq"], row["at_ms"], row["actor_id"], row["actor"], row["address"], row["action"], row["object"],
              row["repository_id"], row["outcome"], row["reason"], row["before"], row["after"]]
    texts = [str(field).encode() for field in fields]
    return hashlib.sha256(b"".join(b"%d:%s," % (len(text), text) for text in texts)).hexdigest()


def follow(rows):
    previous = "0" * 64
    for number, row in enumerate(rows, 1):
        assert row["seq"] == number and row["hash"] == chain_hash(previous, row), row
        previous = row["hash"]


def verify(daemon):
    done = daemon.admin("audit", "verify", check=False)
    return done.returncode, done.stdout + done.stderr


class Changes:
    """One call for each route that changes something, in an order in which all succeed: what is cancelled waits in a
    drained queue."""

    def __init__(self, daemon, github, repository, run):
        self.daemon, self.github, self.run = daemon, github, run
        self.person = requests.Session()
        self.link = None
        self.name = repository.name
        with database(daemon, "rw") as connection:
            repo, job = connection.execute("SELECT repository, id FROM jobs WHERE run = ?", (run["id"],)).fetchone()
            connection.execute(
                "INSERT INTO deployments (id, repository, environment, target, driver, run, job, sha, state, created_at) "
                "VALUES (7, ?, 'production', 'container/app', 'container', ?, ?, 'abc', 'unknown', 1)", (repo, run["id"], job))
            connection.execute(
                "INSERT INTO outbox (id, channel, repository, subject, payload, state, created_at, finished_at) "
                "VALUES (9000, 'notify:team', ?, 'x', '{}', 'dead', 1, 2)", (repo,))

    def go_back(self):
        """Two good deployments of the run's job, and a rollback to the first."""
        with database(self.daemon, "rw") as connection:
            repo, job = connection.execute("SELECT repository, id FROM jobs WHERE run = ?", (self.run["id"],)).fetchone()
            for number, digit in ((4, "a"), (5, "b")):
                digest = "sha256:" + digit * 64
                connection.execute(
                    "INSERT INTO deployments (id, repository, environment, target, driver, run, job, run_attempt, sha, image, digest, state, "
                    "created_at, finished_at) VALUES (?, ?, 'attic', 'container/attic', 'container', ?, ?, ?, 'abc', ?, ?, 'succeeded', 1, 2)",
                    (number, repo, self.run["id"], job, number, "r/a@" + digest, digest))
            connection.execute("UPDATE jobs SET definition = json_set(definition, '$.deploy', json('{\"to\": \"container\"}')) WHERE id = ?", (job,))
        self.ask("POST", f"/repositories/{self.name}/deployments", {"kind": "rollback", "environment": "attic"})

    def ask(self, method, path, body=None, session=None, status=(200, 201, 202, 204)):
        if session is None:
            answer = self.daemon.api(path, method, json={} if body is None else body)
        else:
            answer = session.request(method, f"{self.daemon.url}/api/v1{path}", json=body or {}, timeout=30,
                                     headers={"Origin": self.daemon.url})
        assert answer.status_code in status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def invited(self, answer):
        self.link = answer["url"].rsplit("token=", 1)[1]

    def table(self):
        """(route, the action of its row, what to call): who is a person's session is said by the last word."""
        ask, run, person, me = self.ask, self.run["id"], self.person, "user:ada"
        artifact = self.daemon.get(f"/runs/{run}/artifacts")["items"][0]["id"]
        guid = self.daemon.get("/deliveries")["items"][0]["guid"]
        base = f"/repositories/{self.name}"
        return [
            ("POST /api/v1/users", "user.create", lambda: ask("POST", "/users", {"name": "ada", "role": "viewer"})),
            ("PUT /api/v1/users/{name}", "user.change", lambda: ask("PUT", "/users/ada", {"role": "admin"})),
            ("PUT /api/v1/users/{name}/repositories/{owner}/{repository}", "user.grant",
             lambda: ask("PUT", f"/users/ada/repositories/{self.name}", {"role": "viewer"})),
            ("DELETE /api/v1/users/{name}/repositories/{owner}/{repository}", "user.revoke",
             lambda: ask("DELETE", f"/users/ada/repositories/{self.name}")),
            ("POST /api/v1/users/{name}/invitation", "user.invite", lambda: self.invited(ask("POST", "/users/ada/invitation"))),
            ("POST /api/v1/setup", "user.join", lambda: ask("POST", "/setup", {"token": self.link, "password": PASSWORD}, requests.Session()), me),
            ("POST /api/v1/session", "session.open", lambda: ask("POST", "/session", {"name": "ada", "password": PASSWORD}, person), me),
            ("PUT /api/v1/session/password", "user.change-password",
             lambda: ask("PUT", "/session/password", {"old": PASSWORD, "password": PASSWORD + "!"}, person), me),
            ("POST /api/v1/github/app/manifest", "github-app.begin", lambda: ask("POST", "/github/app/manifest", {}, person), me),
            ("DELETE /api/v1/session", "session.end", lambda: ask("DELETE", "/session", None, person), me),
            ("POST /api/v1/setup-links", "setup-link.create", lambda: ask("POST", "/setup-links")),
            ("POST /api/v1/tokens", "token.create", lambda: ask("POST", "/tokens", {"name": "ci", "role": "viewer", "expires_days": 3})),
            ("DELETE /api/v1/tokens/{name}", "token.revoke", lambda: ask("DELETE", "/tokens/ci")),
            ("PUT /api/v1/secrets/{name}", "secret.set", lambda: ask("PUT", "/secrets/KEY", {"value": CANARY})),
            ("DELETE /api/v1/secrets/{name}", "secret.remove", lambda: ask("DELETE", "/secrets/KEY")),
            ("PUT /api/v1/variables/{name}", "variable.set", lambda: ask("PUT", "/variables/COLOUR", {"value": "red"})),
            ("DELETE /api/v1/variables/{name}", "variable.remove", lambda: ask("DELETE", "/variables/COLOUR")),
            ("PUT /api/v1/pipelines/{name}", "pipeline.save", lambda: ask("PUT", "/pipelines/nightly", {"text": PIPELINE})),
            ("PUT /api/v1/pipelines/{name}/repositories", "pipeline.bind",
             lambda: ask("PUT", "/pipelines/nightly/repositories", {"repositories": [self.name]})),
            ("POST /api/v1/runs", "run.start", lambda: ask("POST", "/runs", {"repository": self.name, "workflow": "w.yml"})),
            ("DELETE /api/v1/runs/{run}/artifacts/{artifact}", "artifact.remove", lambda: ask("DELETE", f"/runs/{run}/artifacts/{artifact}")),
            ("POST /api/v1/queue/drain", "queue.drain", lambda: ask("POST", "/queue/drain")),
            ("POST /api/v1/runs/{run}/rerun", "run.rerun", lambda: ask("POST", f"/runs/{run}/rerun", {"jobs": "all"})),
            ("POST /api/v1/runs/{run}/cancel", "run.cancel", lambda: ask("POST", f"/runs/{run}/cancel")),
            ("POST /api/v1/queue/resume", "queue.resume", lambda: ask("POST", "/queue/resume")),
            ("POST /api/v1/deliveries/{guid}/replay", "delivery.replay", lambda: ask("POST", f"/deliveries/{guid}/replay")),
            ("POST /api/v1/deployments/{deployment}/settle", "deployment.settle",
             lambda: ask("POST", "/deployments/7/settle", {"state": "failed", "comment": "I looked"})),
            ("POST /api/v1/repositories/{owner}/{name}/deployments", "deployment.rollback", self.go_back),
            ("POST /api/v1/channels/{channel}/test", "channel.test", lambda: ask("POST", "/channels/team/test", status=(404,))),
            ("POST /api/v1/messages/{message}/redeliver", "message.redeliver", lambda: ask("POST", "/messages/9000/redeliver")),
            ("PUT /api/v1/repositories/{owner}/{name}/workflow-files", "repository.set-workflow-files",
             lambda: ask("PUT", f"{base}/workflow-files", {"workflow_files": ["w.yml"]})),
            ("PUT /api/v1/repositories/{owner}/{name}/workflow-access", "repository.set-workflow-access",
             lambda: ask("PUT", f"{base}/workflow-access", {"workflow_access": "none"})),
            ("PUT /api/v1/repositories/{owner}/{name}/fork-approval", "repository.set-fork-approval",
             lambda: ask("PUT", f"{base}/fork-approval", {"fork_approval": "first-time"})),
            ("PUT /api/v1/repositories/{owner}/{name}/retention", "repository.set-retention", lambda: ask("PUT", f"{base}/retention", {"runs": 50})),
            ("POST /api/v1/retention", "retention.apply", lambda: ask("POST", "/retention")),
            ("PUT /api/v1/environments/{owner}/{name}/{environment}", "environment.set",
             lambda: ask("PUT", f"/environments/{self.name}/production", {"wait_minutes": 5})),
            ("POST /api/v1/repositories", "repository.add", lambda: ask("POST", "/repositories", {"full_name": "acme/app", "token": "good"})),
            ("PUT /api/v1/repositories/{owner}/{name}/hook", "repository.mend-hook", lambda: ask("PUT", "/repositories/acme/app/hook")),
            ("POST /api/v1/repositories/{owner}/{name}/hook/ping", "repository.ping-hook", lambda: ask("POST", "/repositories/acme/app/hook/ping")),
            ("POST /api/v1/repositories/{owner}/{name}/hook/secret", "repository.rotate-secret",
             lambda: ask("POST", "/repositories/acme/app/hook/secret")),
            ("DELETE /api/v1/repositories/{owner}/{name}", "repository.remove", lambda: ask("DELETE", "/repositories/acme/app")),
            ("PUT /api/v1/github/app/hook", "github-app.mend-hook", lambda: ask("PUT", "/github/app/hook", status=(404,))),
            ("POST /api/v1/github/app/hook/secret", "github-app.rotate-secret", lambda: ask("POST", "/github/app/hook/secret", status=(404,))),
            ("POST /api/v1/master-key/rotate", "master-key.rotate", lambda: self.daemon.admin("key", "rotate"), "socket:"),
            ("POST /api/v1/backup", "server.backup", lambda: self.daemon.admin("backup", str(self.daemon.folder / "copy.db")), "socket:"),
        ]


@pytest.fixture
def built(make_daemon, github, git):
    """A daemon that GitHub reaches, a repository, and a run of it that used a secret and left an artifact."""
    daemon = make_daemon(start=False)
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    daemon.start()
    repository = git.repository("acme/work")
    github.hooks.source = git.repository("acme/app")
    github.hooks.add("acme/app", github.hooks.source.clone_url, 4799)  # another than that of pushes
    github.hooks.tokens["good"] = "repo, admin:repo_hook"
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "TOKEN", "--repository", "acme/work", stdin=CANARY)
    run = daemon.run_of_push(repository, repository.commit({".triphammer/w.yml": WORKFLOW}))
    assert run["state"] == "succeeded", run
    return daemon, repository, run


def test_every_route_that_changes_something_leaves_one_row(built, github):
    daemon, repository, run = built
    daemon.admin_token()
    table = Changes(daemon, github, repository, run).table()
    routes = json.loads(daemon.command("routes", "--json").stdout)
    mutating = {f"{one['method']} {one['path']}" for one in routes
                if one["method"] not in ("GET", "HEAD") and not one["path"].startswith("/runner/")}
    tried = [entry[0] for entry in table]
    assert set(tried) | set(WITHOUT) == mutating and len(tried) == len(set(tried)) and not set(tried) & set(WITHOUT)

    def rows():
        return [row for row in exported(daemon) if row["actor"] != "server"]

    for route, action, call, *who in table:
        before = len(rows())
        call()
        new = rows()[before:]
        assert [row["action"] for row in new] == [action], route
        assert new[0]["actor"].startswith(*who or ["token:test-"]), route
        assert new[0]["actor_id"] and new[0]["address"] == ("unix" if who == ["socket:"] else "127.0.0.1"), route
        assert new[0]["outcome"] == ("failed" if action in FAILING else "done"), route
    follow(exported(daemon))
    assert verify(daemon)[0] == 0
    text = json.dumps(exported(daemon))
    assert CANARY not in text and PASSWORD not in text and "scrypt" not in text


def test_before_and_after_are_told_without_any_value(built):
    daemon, _, _ = built
    daemon.admin("user", "add", "ada", "--role", "viewer")
    daemon.admin("user", "role", "ada", "--role", "approver")
    daemon.admin("secret", "set", "TOKEN", "--repository", "acme/work", stdin=CANARY + "2")
    found = {row["action"]: row for row in daemon.get("/audit")["items"][::-1]}
    assert found["user.change"]["before"] == {"role": "viewer", "disabled": False}
    assert found["user.change"]["after"] == {"role": "approver", "disabled": False}
    assert found["user.change"]["actor"].startswith("socket:") and found["user.change"]["address"] == "unix"
    assert found["secret.set"]["repository"] == "acme/work" and "updated_by" in found["secret.set"]["before"]
    assert CANARY not in json.dumps(found)


def test_a_run_by_hand_tells_its_inputs_but_no_secret(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "TOKEN", "--repository", "acme/app", stdin=CANARY)
    body = {"repository": "acme/app", "workflow": "w.yml", "ref": "main",
            "inputs": {"version": "1.2", "force": True, "said": f"by {CANARY}!", "long": "x" * 5000}}
    assert daemon.api("/runs", "POST", json=body).status_code == 202

    [row] = daemon.get("/audit?action=run.start")["items"]

    assert row["after"]["inputs"] == {"version": "1.2", "force": "true", "said": "by ***!", "long": "x" * 500}
    assert CANARY not in daemon.admin("audit", "export").stdout


WITH_INPUT = """
on: { workflow_dispatch: { inputs: { said: { type: string } } } }
run-name: said ${{ inputs.said }}
jobs:
  a: { runs-on: host, env: { SAID: "${{ inputs.said }}" }, steps: [run: 'true'] }
"""


def test_an_input_that_is_a_secret_is_hidden_and_a_secret_that_does_not_open_hides_all(daemon, git):
    repository = git.repository("acme/app")
    repository.commit({".triphammer/w.yml": WITH_INPUT})
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "TOKEN", "--repository", "acme/app", stdin=CANARY)

    def start(said):
        body = {"repository": "acme/app", "workflow": "w.yml", "ref": "main", "inputs": {"said": said}}
        answer = daemon.api("/runs", "POST", json=body)
        assert answer.status_code == 202, answer.text
        [run] = daemon.delivery(answer.json()["delivery"])["runs"]
        return daemon.get(f"/runs/{run}/workflow")["resolved"], daemon.get("/audit?action=run.start")["items"][0]["after"]["inputs"]

    resolved, _ = start(CANARY)
    assert CANARY not in resolved and yaml.safe_load(resolved)["jobs"]["a"]["env"] == {"SAID": "***"}

    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.data / "triphammer.db")) as database:
        database.execute("UPDATE secrets SET sealed = zeroblob(length(sealed))")
        database.commit()
    daemon.start()
    resolved, told = start("by hand")
    assert told == {"said": "***"}, "the run starts, and nothing is told of which nobody knows whether it is a secret"
    assert "by hand" not in resolved


def test_each_use_of_a_secret_names_job_and_secret(built):
    daemon, _, run = built
    [use] = daemon.get("/audit?action=secret.use")["items"]
    assert (use["actor"], use["object"], use["repository"]) == ("server", "TOKEN", "acme/work")
    assert use["after"] == {"run": run["id"], "job": run["jobs"][0]["id"], "attempt": run["jobs"][0]["fence"]}


def test_who_is_not_let_in_is_kept_with_the_address_but_not_without_end(daemon):
    daemon.admin("user", "add", "ada", "--role", "viewer")
    headers = {"Origin": daemon.url}
    for _ in range(3):
        answer = requests.post(f"{daemon.url}/api/v1/session", json={"name": "ada", "password": "no idea at all"}, headers=headers, timeout=20)
        assert answer.status_code == 401
    refused = daemon.get("/audit?outcome=refused")["items"]
    assert [(row["action"], row["object"], row["actor"], row["address"]) for row in refused] == [("session.open", "ada", "", "127.0.0.1")] * 3

    token = daemon.admin("token", "create", "look", "--role", "viewer").stdout.split()[-1]
    for _ in range(40):
        assert requests.get(f"{daemon.url}/api/v1/secrets", headers={"Authorization": f"Bearer {token}"}, timeout=20).status_code == 403
    refused = daemon.get("/audit?action=access.refuse&limit=100")["items"]
    assert {(row["actor"], row["object"]) for row in refused} == {("token:look", "GET /api/v1/secrets")}
    assert 30 <= len(refused) < 40


def test_the_command_line_without_a_daemon_leaves_rows_too(daemon):
    daemon.stop()
    daemon.admin("secret", "set", "KEY", stdin=CANARY)
    daemon.admin("user", "add", "ada", "--role", "viewer")
    assert [row["action"] for row in exported(daemon)][-2:] == ["secret.set", "user.create"]
    last = exported(daemon)[-1]
    assert last["actor"].startswith("socket:") and last["address"] == "unix"
    follow(exported(daemon))
    assert (daemon.data / "audit-head").read_text().split() == [f"{last['seq']:020d}", last["hash"]]
    assert oct((daemon.data / "audit-head").stat().st_mode)[-3:] == "600"
    assert verify(daemon) == (0, f"the audit is whole: {last['seq']} rows, the newest has the hash {last['hash']}\n")


def test_what_was_done_to_the_file_is_found_and_named(daemon):
    for number in range(6):
        daemon.admin("secret", "set", f"KEY_{number}", stdin=CANARY)
    last = daemon.get("/audit?limit=1")["items"][0]
    daemon.wait_for(lambda: (daemon.data / "audit-head").read_text().split()[1] == last["hash"])
    assert f"hash={last['hash']}" in daemon.log.read_text(), "the journal has no hash to compare with"
    daemon.stop()
    whole = (daemon.data / "triphammer.db").read_bytes()

    def broken_by(*statements):
        (daemon.data / "triphammer.db").write_bytes(whole)
        with database(daemon, "rw") as connection:
            connection.executescript("DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;" + ";".join(statements))
        status, text = verify(daemon)
        assert status == 1 and text.startswith("triphammer: the audit is not whole"), text
        return int(text.split("row ")[1].split(":")[0])

    assert broken_by("UPDATE audit SET actor = 'user:eve' WHERE seq = 3") == 3
    assert broken_by("DELETE FROM audit WHERE seq = 3") == 3
    assert broken_by("DELETE FROM audit WHERE seq > 4") == 5
    cut = "DELETE FROM audit WHERE seq > 4; UPDATE sqlite_sequence SET seq = 4 WHERE name = 'audit'"
    assert broken_by(cut) == 5
    daemon.start()  # which must not write the loss out of the file that shows it
    daemon.admin("secret", "set", "LATER", stdin=CANARY)
    assert "the audit is not whole" in daemon.log.read_text()
    assert verify(daemon)[0] == 1


def test_a_backup_that_is_put_back_begins_where_it_ended(daemon, tmp_path):
    daemon.admin("secret", "set", "KEY", stdin=CANARY)
    daemon.admin("backup", str(tmp_path / "copy.db"))
    daemon.admin("secret", "set", "LOST", stdin=CANARY)
    daemon.stop()
    daemon.admin("restore", str(tmp_path / "copy.db"))
    assert verify(daemon)[0] == 0
    rows = exported(daemon)
    assert rows[-1]["action"] == "server.restore" and "LOST" not in json.dumps(rows)
    daemon.start()
    assert verify(daemon)[0] == 0


def test_the_list_is_filtered_paged_and_for_admins_alone(daemon):
    for number in range(5):
        daemon.admin("variable", "set", f"V{number}", stdin="x")
    page = daemon.get("/audit?action=variable&limit=3")
    assert [row["object"] for row in page["items"]] == ["V4", "V3", "V2"]
    rest = daemon.get(f"/audit?action=variable&limit=3&cursor={page['next']}")
    assert [row["object"] for row in rest["items"]] == ["V1", "V0"] and rest["next"] is None
    assert daemon.get("/audit?object=V3")["items"][0]["after"] == {"value": "x"}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert daemon.get(f"/audit?until={today}")["items"] == [] and daemon.get(f"/audit?from={today}")["items"] != []
    assert daemon.api("/audit?from=yesterday").status_code == 400
    assert daemon.api("/audit?repository=no/one").status_code == 404
    assert [row["object"] for row in exported(daemon, "--action", "variable.set")] == ["V0", "V1", "V2", "V3", "V4"]
    token = daemon.admin("token", "create", "look", "--role", "approver").stdout.split()[-1]
    for path in ("", "/export", "/verify"):
        answer = requests.get(f"{daemon.url}/api/v1/audit{path}", headers={"Authorization": f"Bearer {token}"}, timeout=20)
        assert answer.status_code == 403, path
