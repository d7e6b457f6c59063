"""People's accounts: made by an admin, entered by a password that only they know, ended at once."""
import contextlib
import sqlite3
import threading

import requests
import websocket

PASSWORD = "correct horse battery"


def post(daemon, path, body, session=None):
    headers = {"Origin": daemon.url}
    return (session or requests).post(f"{daemon.url}/api/v1{path}", json=body, headers=headers, timeout=20)


def link_of(text):
    return text.strip().rsplit("token=", 1)[1]


def join(daemon, name, role):
    """An account with PASSWORD, and the browser's session of who chose it."""
    token = link_of(daemon.admin("user", "add", name, "--role", role).stdout)
    assert post(daemon, "/setup", {"token": token, "peek": True}).json() == {"name": name}
    session = requests.Session()
    answer = post(daemon, "/setup", {"token": token, "password": PASSWORD}, session)
    assert (answer.status_code, answer.json()) == (200, {"role": role})
    assert post(daemon, "/setup", {"token": token, "password": PASSWORD}).status_code == 403
    return session


def sign_in(daemon, name, password=PASSWORD):
    session = requests.Session()
    return session, post(daemon, "/session", {"name": name, "password": password}, session)


def stored_password(daemon, name):
    with contextlib.closing(sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT password FROM users WHERE name = ?", (name,)).fetchone()[0]


def test_somebody_joins_by_a_link_and_may_what_the_role_says(daemon):
    join(daemon, "ada", "viewer")
    session, answer = sign_in(daemon, "ADA")

    assert answer.status_code == 200 and "HttpOnly" in answer.headers["Set-Cookie"]
    assert session.get(f"{daemon.url}/api/v1/session", timeout=5).json() == {"actor": "user:ada", "role": "viewer"}
    assert session.get(f"{daemon.url}/api/v1/runs", timeout=5).status_code == 200
    assert session.get(f"{daemon.url}/api/v1/secrets", timeout=5).status_code == 403
    assert post(daemon, "/users", {"name": "eve", "role": "admin"}, session).status_code == 403
    stored = stored_password(daemon, "ada")
    assert stored.startswith("scrypt$17$8$1$") and PASSWORD not in stored


def test_the_set_up_link_makes_the_first_admins_account(daemon):
    token = link_of(daemon.admin("setup-link").stdout)
    weak = post(daemon, "/setup", {"token": token, "name": "root", "password": "short"})
    assert weak.status_code == 400 and "10 to 256" in weak.text
    assert post(daemon, "/setup", {"token": token, "name": "root", "password": PASSWORD}).json() == {"role": "admin"}
    assert sign_in(daemon, "root")[1].json() == {"role": "admin"}


def test_a_disabled_account_ends_everywhere_at_once_and_its_socket_too(daemon):
    session = join(daemon, "ada", "developer")
    cookie = "; ".join(f"{one.name}={one.value}" for one in session.cookies)
    socket = websocket.create_connection(daemon.url.replace("http", "ws") + "/api/v1/live", header=[f"Cookie: {cookie}"], timeout=10)
    assert '"actor":"user:ada"' in socket.recv()
    daemon.admin("user", "disable", "ada")

    assert session.get(f"{daemon.url}/api/v1/runs", timeout=5).status_code == 401
    assert not next((text for text in iter(lambda: receive(socket), "") if "ping" not in text and "changed" not in text), "")
    assert sign_in(daemon, "ada")[1].status_code == 401
    daemon.admin("user", "enable", "ada")
    assert sign_in(daemon, "ada")[1].status_code == 200


def test_what_a_disabled_admin_gave_out_ends_too(daemon):
    eve = join(daemon, "eve", "admin")

    def made(path, body, **options):
        answer = requests.post(f"{daemon.url}/api/v1{path}", json=body, timeout=20, **options)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def by(token):
        return {"headers": {"Authorization": f"Bearer {token}"}}

    browser = {"headers": {"Origin": daemon.url}, "cookies": eve.cookies}
    first = made("/tokens", {"name": "first", "role": "admin"}, **browser)["token"]
    second = made("/tokens", {"name": "second", "role": "viewer"}, **by(first))["token"]
    spent = link_of(made("/setup-links", {}, **browser)["url"])
    assert post(daemon, "/setup", {"token": spent}, opened := requests.Session()).status_code == 200
    unused = link_of(made("/setup-links", {}, **browser)["url"])
    invited = link_of(made("/users", {"name": "mole", "role": "admin"}, **browser)["url"])
    socket = websocket.create_connection(daemon.url.replace("http", "ws") + "/api/v1/live", header=[f"Authorization: Bearer {second}"], timeout=10)
    socket.recv()
    whose = daemon.admin_token()  # the command line's: nobody's

    daemon.admin("user", "role", "eve", "--role", "viewer")
    kept = [requests.get(f"{daemon.url}/api/v1/session", timeout=5, **by(token)).status_code for token in (first, second, whose)]
    assert kept == [401, 200, 200], "a token may not more than its maker"
    daemon.admin("user", "disable", "eve")

    assert requests.get(f"{daemon.url}/api/v1/session", timeout=5, **by(second)).status_code == 401
    assert not next((text for text in iter(lambda: receive(socket), "") if "ping" not in text and "changed" not in text), "")
    assert opened.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 401, "the session of her set-up link"
    for link in (unused, invited):
        assert post(daemon, "/setup", {"token": link, "password": PASSWORD, "name": "mole"}).status_code == 403
    rows = [row["after"] for row in daemon.get("/audit?action=user.change")["items"]]
    assert rows == [{"disabled": True, "revoked_tokens": ["second"], "role": "viewer"}, {"disabled": False, "revoked_tokens": ["first"], "role": "viewer"}]


def test_a_session_without_an_account_gives_nothing_out_and_ends_with_the_next_disabling(daemon):
    """A link of the command line, spent without a name: nobody's session, so nothing may outlive it."""
    join(daemon, "eve", "admin")
    mine, other = requests.Session(), requests.Session()
    for session in (mine, other):
        link = link_of(daemon.admin("setup-link").stdout)
        assert post(daemon, "/setup", {"token": link}, session).status_code == 200
    for path, body in (("/tokens", {"name": "kept", "role": "admin"}), ("/setup-links", {})):
        refused = post(daemon, path, body, mine)
        assert refused.status_code == 409 and "belongs to no account" in refused.json()["error"]["message"], refused.text
    assert "kept" not in daemon.admin("token", "list").stdout

    disabled = mine.put(f"{daemon.url}/api/v1/users/eve", json={"disabled": True}, headers={"Origin": daemon.url}, timeout=20)
    assert disabled.status_code == 204, disabled.text
    assert mine.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 200, "who disabled goes on"
    assert other.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 401


def receive(socket):
    """Empty: the server closed it."""
    try:
        return socket.recv()
    except (websocket.WebSocketConnectionClosedException, ConnectionResetError):
        return ""


def test_another_role_and_another_password_end_the_other_sessions(daemon):
    here = join(daemon, "ada", "developer")
    there, _ = sign_in(daemon, "ada")
    headers = {"Origin": daemon.url}
    change = {"old": PASSWORD, "password": "another battery"}
    wrong = here.put(f"{daemon.url}/api/v1/session/password", json={**change, "old": "wrong"}, headers=headers, timeout=20)
    assert (wrong.status_code, wrong.json()["error"]["message"]) == (403, "the old password is wrong")
    assert here.put(f"{daemon.url}/api/v1/session/password", json=change, headers=headers, timeout=20).status_code == 204
    assert there.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 401
    assert here.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 200
    daemon.admin("user", "role", "ada", "--role", "approver")
    assert here.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 401
    assert sign_in(daemon, "ada", "another battery")[1].json() == {"role": "approver"}


def test_guesses_are_slowed_down_and_answers_say_nothing(daemon):
    join(daemon, "ada", "viewer")
    missing = sign_in(daemon, "nobody")[1]
    wrong = sign_in(daemon, "ada", "wrong password")[1]
    assert missing.status_code == wrong.status_code == 401
    assert missing.text == wrong.text
    statuses = []

    def guess():
        statuses.append(sign_in(daemon, "ada", "wrong password")[1].status_code)

    def guess_often():
        threads = [threading.Thread(target=guess) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return sign_in(daemon, "ada")[1]

    # Where hashing takes long, failures are forgiven nearly as fast as they come.
    late = next((late for late in (guess_often() for _ in range(10)) if late.status_code == 429), None)
    assert set(statuses) <= {401, 429} and late is not None
    assert int(late.headers["Retry-After"]) >= 1
    assert sign_in(daemon, "nobody")[1].status_code == 401, "another name is another count"


def test_a_page_from_elsewhere_signs_nobody_in(daemon):
    join(daemon, "ada", "viewer")
    for headers in ({}, {"Origin": "https://evil.example"}):
        answer = requests.post(f"{daemon.url}/api/v1/session", json={"name": "ada", "password": PASSWORD}, headers=headers, timeout=20)
        assert answer.status_code == 403


def test_mistakes_are_named(daemon):
    daemon.admin("user", "add", "ada", "--role", "viewer")
    again = daemon.admin("user", "add", "Ada", "--role", "viewer", check=False)
    assert again.returncode == 1 and "there is a user called Ada already" in again.stderr
    assert daemon.admin("user", "add", "bob", check=False).returncode == 2
    assert "role must be viewer" in daemon.admin("user", "add", "bob", "--role", "king", check=False).stderr
    assert "nobody is called eve" in daemon.admin("user", "reset", "eve", check=False).stderr
    assert "ada" in daemon.admin("user", "list").stdout
