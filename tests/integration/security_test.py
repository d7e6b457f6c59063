"""What strangers and mistakes must not be able to do, where no other file is about it: docs/security-checks.md."""
import base64
import concurrent.futures
import contextlib
import hashlib
import hmac
import io
import json
import re
import resource
import socket
import sqlite3
import zipfile

import pytest
import requests

from harness import payloads
from people_test import join
from roles_test import routes

LARGE = 25 << 20
TABLES = ["users", "tokens", "setup_links", "secrets", "variables", "repositories", "environments", "approvals", "approval_votes",
          "pipelines", "repository_roles", "github_identities", "audit"]


@pytest.fixture
def hooked(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    return daemon, repository


def sign(body, secret):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def status_of(daemon, data, keep_open=False):
    """The status of what is written on a connection of its own."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as connection:
        connection.sendall(data)
        return int(connection.makefile("rb").readline().split()[1])


def resident(daemon, field="VmHWM"):
    with open(f"/proc/{daemon.process.pid}/status") as status:
        [line] = [line for line in status if line.startswith(field + ":")]
    return int(line.split()[1]) * 1024


def test_a_signature_is_about_the_bytes_as_they_were_sent(hooked):
    daemon, repository = hooked
    hook, secret = daemon.hooks[repository.name]
    text = json.dumps(payloads.push(repository.name, repository.clone_url, payloads.ZERO), indent=1)
    texts = [text, text.replace("\n", "\r\n"), "\ufeff" + text, " \t\n" + text + "\n\n", text.replace("/", "\\/"),
             text.replace("acme", "\\u0061cme"), text[:-1] + ', "x": "🎉 é"}', text[:-1] + ', "x": "\\ud83c\\udf89"}', text.replace(":", " : "),
             "\u2028" + text, text + "\0", text.replace('"', "'"), "null", "[]", "", "\r\n", "{", text + text, text.replace("\n", "\r"), "\0"]
    assert len(texts) == 20
    for number, each in enumerate(texts):
        body = each.encode()
        headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": f"raw-{number}", "Content-Type": "application/json"}
        answers = [requests.post(daemon.url + hook, data=body, headers={**headers, "X-Hub-Signature-256": sign(signed, secret)}, timeout=5).status_code
                   for signed in (body, body + b" ")]
        assert answers[0] in (200, 202, 400) and answers[1] == 401, (each, answers)


def test_a_thousand_malformed_signatures_are_answered_alike_and_make_nothing(hooked):
    daemon, repository = hooked
    hook, _ = daemon.hooks[repository.name]
    right = b"0" * 64
    forms = [b"", b"X-Hub-Signature: sha1=" + b"0" * 40, b"X-Hub-Signature-256:", b"X-Hub-Signature-256: " + right,
             b"X-Hub-Signature-256: sha256=" + b"0" * 63, b"X-Hub-Signature-256: sha256=" + b"0" * 65,
             b"X-Hub-Signature-256: sha256=" + right + b"\r\nX-Hub-Signature-256: sha256=" + right,
             b"X-Hub-Signature-256: sha256=" + b"z" * 64, b"X-Hub-Signature-256: sha512=" + right, b"X-Hub-Signature-256: sha256=" + right + b", sha256=" + right]

    def send(number):
        head = f"POST {hook} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: bad-{number}\r\nConnection: close\r\n".encode()
        form = forms[number % len(forms)]
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as connection:
            connection.sendall(head + (form + b"\r\n" if form else b"") + b"\r\n{}")
            answer = connection.makefile("rb").read()
        return answer.split()[1], answer.split(b"\r\n\r\n", 1)[1]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(1000)))

    assert len(answers) == 1 and answers.pop()[0] == b"401"
    assert status_of(daemon, f"POST {hook} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nX-Hub-Signature-256: sha256=\0\r\n\r\n".encode()) == 400
    assert daemon.get("/runs")["items"] == []
    daemon.wait_for(lambda: daemon.api("/deliveries/bad-999").status_code == 200)
    found = daemon.get("/deliveries/bad-999")
    assert (found["outcome"], found["source_address"]) == ("refused", "127.0.0.1") and found["received_at"]
    accepted, _ = daemon.deliver(repository, "push", payloads.push(repository.name, repository.clone_url, payloads.ZERO))
    assert accepted.status_code == 202, "a flood keeps nobody out"


def test_a_large_body_of_a_stranger_costs_no_memory(hooked):
    daemon, repository = hooked
    hook, secret = daemon.hooks[repository.name]
    head = f"POST {hook} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: big\r\nContent-Length: {LARGE}\r\n"
    assert status_of(daemon, f"{head}\r\n".encode() + b"{") == 401, "said before the body has come"
    requests.get(f"{daemon.url}/readyz", timeout=5)
    before = resident(daemon)
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "big", "Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + "0" * 64}
    assert requests.post(daemon.url + hook, data=b"{" * LARGE, headers=headers, timeout=20).status_code == 401
    assert resident(daemon) - before <= 8 << 20
    body = b"{" * (LARGE + (2 << 20))
    headers = {**headers, "X-GitHub-Event": "ping", "X-Hub-Signature-256": sign(body, secret)}
    assert requests.post(daemon.url + hook, data=body, headers=headers, timeout=20).status_code == 413
    assert resident(daemon) - before <= 8 << 20


def test_two_thousand_slow_clients_keep_no_webhook_out(hooked):
    """Heads that have begun and do not end; when they are cut: Server.CutsSilentAndSlowConnections."""
    daemon, repository = hooked
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    with contextlib.ExitStack() as slow:
        for _ in range(2000):
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", daemon.port), timeout=10))
            connection.sendall(b"POST /webhooks/github HTTP/1.1\r\nX: ")
        accepted, guid = daemon.deliver(repository, "push", payloads.push(repository.name, repository.clone_url, payloads.ZERO))
        assert accepted.status_code == 202
        assert daemon.delivery(guid)["outcome"] == "ignored"
    assert daemon.api("/session").status_code == 200


def large_push(repository, size):
    """A deleted branch whose commits name many files: decided without git, and as dense as pushes of that size are."""
    payload = payloads.push(repository.name, repository.clone_url, payloads.ZERO, before="b" * 40)
    commit = {"id": "c" * 40, "message": "change", "author": {"name": "Ada", "email": "ada@example.com"}, "added": [], "removed": []}
    files = [f"components/part-{number % 97}/source/file-{number}.cpp" for number in range(260)]
    payload["commits"] = [{**commit, "modified": files}] * (size // len(json.dumps({**commit, "modified": files}) + ", ") - 1)
    payload["padding"] = "x" * (size - len(json.dumps({**payload, "padding": ""})))
    body = json.dumps(payload).encode()
    assert len(body) == size
    return body


def test_a_signed_body_of_25_mib_costs_at_most_64(hooked):
    daemon, repository = hooked
    hook, secret = daemon.hooks[repository.name]
    padded = json.dumps(payloads.push(repository.name, repository.clone_url, payloads.ZERO, before="d" * 40) | {"padding": ""}).encode()
    bodies = [large_push(repository, LARGE), padded[:-2] + b"x" * (LARGE - len(padded)) + padded[-2:]]
    requests.get(f"{daemon.url}/readyz", timeout=5)
    before = resident(daemon, "VmRSS")
    for number, body in enumerate(bodies):
        with open(f"/proc/{daemon.process.pid}/clear_refs", "w") as peak:
            peak.write("5")  # from here on (proc(5))
        guid = f"large-{number}"
        headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": guid, "Content-Type": "application/json", "X-Hub-Signature-256": sign(body, secret)}
        assert requests.post(daemon.url + hook, data=body, headers=headers, timeout=30).status_code == 202
        assert daemon.delivery(guid)["outcome"] == "ignored"
        assert resident(daemon) - before <= 64 << 20, f"{(resident(daemon) - before) >> 20} MiB"


def test_a_guid_that_comes_a_thousand_times_at_once_is_one_run(hooked):
    daemon, repository = hooked
    sha = repository.commit({".triphammer/w.yml": "on: push\njobs: { a: { runs-on: host, steps: [run: 'true'] } }\n"})
    hook, secret = daemon.hooks[repository.name]
    body = json.dumps(payloads.push(repository.name, repository.clone_url, sha)).encode()
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "again", "Content-Type": "application/json", "X-Hub-Signature-256": sign(body, secret)}

    def send_some(_):
        with requests.Session() as session:
            return [(answer.status_code, answer.json()["outcome"])
                    for answer in (session.post(daemon.url + hook, data=body, headers=headers, timeout=20) for _ in range(16))]

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = [one for some in pool.map(send_some, range(64)) for one in some]

    assert sorted(set(answers)) == [(200, "duplicate"), (202, "pending")] and answers.count((202, "pending")) == 1
    [run] = daemon.delivery("again")["runs"]
    assert daemon.finished_run(run)["state"] == "succeeded"
    assert len(daemon.get("/runs")["items"]) == 1


def test_every_page_has_a_strict_policy_and_nothing_of_another_host(daemon):
    seen = set()
    for path in ("/", "/runs", "/setup?token=x", "/sign-in/github?code=x", "/no/such/page"):
        answer = requests.get(daemon.url + path, timeout=5)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, path
        assert not re.search(r"unsafe-(inline|eval)|\*|https?:", policy), policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
        seen |= set(re.findall(r'(?:src|href)="([^"]+)"', answer.text))
    assert seen and all(re.match(r"/(?!/)", one) or one.startswith("data:") for one in seen), seen


def state_of(daemon):
    """A sum of everything that people set."""
    with contextlib.closing(sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
        known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = {table: database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES if table in known}
    assert len(rows) > 9, rows.keys()
    tokens = [row[:8] for row in rows.pop("tokens")]  # when a token was last used is no change of it
    return {**rows, "tokens": tokens}


def test_reading_changes_nothing(daemon, git):
    daemon.add_repository(git.repository("acme/app"))
    daemon.admin("secret", "set", "TOKEN", "--repository", "acme/app", stdin="something")
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "1")
    daemon.admin_token()
    daemon.get("/session")
    before = state_of(daemon)
    for route in routes(daemon):
        if route["method"] != "GET" or route["path"] in ("/api/v1/events", "/api/v1/live"):
            continue
        path = route["path"].replace("{owner}/{name}", "acme/app").replace("{owner}/{repository}", "acme/app")
        path = "/".join("1" if part.startswith("{") else part for part in path.split("/")).removeprefix("/api/v1")
        for method in ("GET", "HEAD"):
            daemon.api(path, method) if route["path"].startswith("/api/v1") else requests.request(method, daemon.url + route["path"], timeout=10)
    assert state_of(daemon) == before


def test_the_name_in_the_path_is_the_one_that_counts(daemon, git):
    """Whoever may change one thing must not reach another by naming it a second time."""
    for name in ("acme/own", "acme/other"):
        daemon.add_repository(git.repository(name))
    eve = join(daemon, "eve", "none")
    daemon.admin("user", "grant", "eve", "acme/own", "--role", "admin")
    join(daemon, "ada", "viewer")
    headers = {"Origin": daemon.url}
    twice = "?owner=acme&name=other&repository=acme/other&environment=other"
    place = f"{daemon.url}/api/v1/environments/acme/own/production{twice}"
    refused = eve.put(place, json={"approvals": 1, "repository": "acme/other"}, headers=headers, timeout=10)
    assert refused.status_code == 400, "a body has no second name"
    assert eve.put(place, json={"approvals": 1}, headers=headers, timeout=10).status_code == 204
    assert daemon.get("/environments/acme/own/production")["approvals"] == 1
    assert daemon.get("/environments/acme/other/production")["approvals"] == 0
    policy = eve.put(f"{daemon.url}/api/v1/repositories/acme/own/fork-approval{twice}", headers=headers, timeout=10,
                     json={"fork_approval": "none", "repository": "acme/other", "full_name": "acme/other", "name": "other"})
    assert policy.status_code in (204, 400)
    assert {one["full_name"]: one["fork_approval"] for one in daemon.get("/repositories")["items"]}["acme/other"] == "all"
    changed = daemon.api("/users/ada?name=eve", "PUT", json={"role": "developer", "name": "eve", "user": "eve"})
    assert changed.status_code in (204, 400)
    assert {one["name"]: one["role"] for one in daemon.get("/users")["items"]}["eve"] == "none"


WHOLE = """
on: push
jobs:
  a:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - run: |
          git config --list --show-origin; git remote -v; git reflog; env
          cat .git/config
      - uses: actions/upload-artifact@v4
        with: { name: all, path: ., include-hidden-files: true }
"""


def test_the_credential_of_the_checkout_stays_nowhere(make_daemon, tmp_path):
    from harness.git_http import GitServer

    daemon = make_daemon()
    with GitServer(tmp_path / "closed", {"x-access-token": "clone-token-5f1c"}) as closed:
        repository = closed.repository("acme/closed")
        sha = repository.commit({".triphammer/w.yml": WHOLE})
        (tmp_path / "token").write_text("clone-token-5f1c")
        daemon.add_repository(repository, token_file=tmp_path / "token")
        run = daemon.run_of_push(repository, sha)

    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert run["state"] == "succeeded", log
    assert "remote.origin.url" in log and "***" not in log and "clone-token" not in log, log
    [artifact] = daemon.get(f"/runs/{run['id']}/artifacts")["items"]
    content = daemon.api(f"/runs/{run['id']}/artifacts/{artifact['id']}/zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert ".git/config" in archive.namelist()
        assert [name for name in archive.namelist() if b"clone-token" in archive.read(name)] == []


HOSTILE = """
on: push
jobs:
  a:
    runs-on: host
    steps:
      - env:
          BRANCH: ${{ github.ref_name }}
          AUTHOR: ${{ github.event.head_commit.author.name }}
          MESSAGE: ${{ github.event.head_commit.message }}
        run: |
          for text in "$BRANCH" "$AUTHOR" "$MESSAGE" "$GITHUB_REF_NAME"; do printf %s "$text" | base64 -w0; echo; done
"""
NAMES = ["--upload-pack=touch-canary", "-x", "$(touch${IFS}canary)", "`touch${IFS}canary`", "a;touch${IFS}canary", "a|tee${IFS}canary", "a&touch${IFS}canary",
         "a'b", 'a"b', "<img/src=x/onerror=alert(1)>", "a\u202eb", "%24%28id%29", "${{secrets.X}}", "é" * 100, "x" * 200]


def test_hostile_names_stay_text_in_a_job(daemon, git):
    """Leading dashes, shells, quotes, markup, other directions of writing, long ones: 15 branches, authors and messages."""
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/w.yml": HOSTILE})
    daemon.add_repository(repository)
    said = [name + "\nsecond line\t" + name[::-1] for name in NAMES]
    started = []
    for name, message in zip(NAMES, said):
        payload = payloads.push(repository.name, repository.clone_url, sha, ref=f"refs/heads/{name}", message=message)
        payload["head_commit"]["author"] = {"name": name, "email": name}
        answer, guid = daemon.deliver(repository, "push", payload)
        assert answer.status_code == 202, answer.text
        started.append(daemon.delivery(guid)["runs"])
    for name, message, runs in zip(NAMES, said, started):
        run = daemon.finished_run(runs[0])
        log = daemon.log_text(run["id"], run["jobs"][0]["id"])
        assert run["state"] == "succeeded", (name, log)
        for text in (name, name, message, name):
            assert base64.b64encode(text.encode()).decode() in log, (name, log)
        assert run["title"] == message.split("\n")[0]
    assert not list(daemon.folder.rglob("*canary*"))


ADDRESSES = [
    "file:///etc", "/etc", "ext::sh -c true", "git://127.0.0.1/x", "http://example.com/x.git", "-oProxyCommand=true", "ssh://-oProxyCommand=true/x",
    "https://user:word@github.com/a/b", "fd::17", "\thttps://github.com/a/b",
    "https://git.elsewhere.example/a/b.git", "ssh://git@git.elsewhere.example/a/b.git", "https://github.com.elsewhere.example/a/b.git",
]


def test_a_clone_address_that_git_would_run_is_not_saved(daemon):
    for url in ADDRESSES:
        answer = daemon.api("/repositories", "POST", json={"full_name": "acme/app", "clone_url": url})
        assert answer.status_code in (400, 403), (url, answer.text)
    assert daemon.get("/repositories")["items"] == []


def test_a_host_that_is_not_listed_any_more_is_not_asked(make_daemon, git):
    """Where repositories may be is asked at each use, not only when they are saved."""
    daemon = make_daemon(git={"insecure_hosts": ["127.0.0.1"], "hosts": ["git.elsewhere.example"]})
    repository = git.repository("acme/app")
    repository.clone_url = "https://git.elsewhere.example/acme/app.git"
    daemon.add_repository(repository)
    daemon.stop()
    later = make_daemon(git={"insecure_hosts": ["127.0.0.1"]})
    later.hooks = daemon.hooks
    delivery = later.delivery(later.push(repository, "a" * 40))
    assert (delivery["outcome"], delivery["runs"]) == ("failed", []), delivery
    assert "git.hosts" in delivery["reason"] and "git.elsewhere.example" in delivery["reason"]
