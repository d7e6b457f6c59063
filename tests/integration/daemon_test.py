"""The daemon as a process: exit statuses, lock, drain, what answers without a session."""
import os
import signal
import socket
import sqlite3
import stat
import subprocess

import pytest
import requests


def ended_with(daemon, seconds=10):
    return daemon.process.wait(timeout=seconds)


def test_sigterm_drains_and_ends_with_0(daemon):
    assert daemon.stop() == 0


def test_a_second_daemon_on_the_same_data_ends_with_5(make_daemon, daemon):
    second = make_daemon("second", start=False, data=str(daemon.data))
    second.start(wait=False)
    assert ended_with(second) == 5
    assert "in use" in second.tail()


def test_after_kill_nothing_has_to_be_removed_by_hand(daemon):
    daemon.kill()
    daemon.start()
    assert daemon.stop() == 0


def test_an_address_in_use_ends_with_2(make_daemon, daemon):
    second = make_daemon("second", start=False, listen=f"127.0.0.1:{daemon.port}")
    second.start(wait=False)
    assert ended_with(second) == 2
    assert str(daemon.port) in second.tail()


def test_a_bad_configuration_ends_with_2_and_names_its_place(make_daemon):
    daemon = make_daemon(start=False)
    daemon.config.write_text("listen: 127.0.0.1:0\nworker: 3\n")
    daemon.start(wait=False)
    assert ended_with(daemon) == 2
    assert ":2: worker" in daemon.tail() and "workers" in daemon.tail()


def test_a_wrong_master_key_ends_with_3_and_changes_nothing(daemon):
    daemon.stop()
    key = daemon.data / "master.key"
    original = key.read_bytes()
    before = (daemon.data / "triphammer.db").read_bytes()
    for wrong in (os.urandom(32), b"short", b""):
        key.write_bytes(wrong)
        daemon.start(wait=False)
        assert ended_with(daemon) == 3
    assert (daemon.data / "triphammer.db").read_bytes() == before
    key.write_bytes(original)
    daemon.start()


def test_a_damaged_database_ends_with_4(daemon):
    daemon.stop()
    (daemon.data / "triphammer.db").write_bytes(b"this is no database" * 100)
    daemon.start(wait=False)
    assert ended_with(daemon) == 4


def test_a_restore_that_was_cut_off_is_no_empty_server(daemon):
    daemon.stop()
    daemon.admin("backup", str(daemon.data.parent / "backup.db"))
    for part in daemon.data.glob("triphammer.db*"):
        part.rename(daemon.data / part.name.replace(".db", ".db.replaced"))
    daemon.start(wait=False)
    assert ended_with(daemon) == 4
    daemon.admin("restore", str(daemon.data.parent / "backup.db"))
    daemon.start()


def test_a_database_of_a_newer_release_ends_with_6(daemon):
    daemon.stop()
    with sqlite3.connect(daemon.data / "triphammer.db") as database:
        database.execute("PRAGMA user_version = 9999")
    daemon.start(wait=False)
    assert ended_with(daemon) == 6


def test_the_data_directory_is_its_owners_alone(daemon):
    assert stat.S_IMODE(daemon.data.stat().st_mode) == 0o700
    for path in daemon.data.iterdir():
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_setup_link_opens_an_admins_session_once(daemon):
    link = daemon.admin("setup-link").stdout.split()[0]
    token = link.split("token=")[1]
    headers = {"Origin": daemon.url}
    session = requests.Session()
    assert session.post(f"{daemon.url}/api/v1/setup", json={"token": token}, headers=headers, timeout=5).status_code == 200
    assert session.get(f"{daemon.url}/api/v1/session", timeout=5).json()["role"] == "admin"
    again = requests.post(f"{daemon.url}/api/v1/setup", json={"token": token}, headers=headers, timeout=5)
    assert again.status_code == 403
    foreign = session.post(f"{daemon.url}/api/v1/setup-links", json={}, headers={"Origin": "https://evil.example"}, timeout=5)
    assert foreign.status_code == 403
    assert session.delete(f"{daemon.url}/api/v1/session", headers=headers, timeout=5).status_code == 204
    assert session.get(f"{daemon.url}/api/v1/session", timeout=5).status_code == 401


def test_administration_works_without_a_daemon(daemon):
    daemon.stop()
    token = daemon.admin("token", "create", "offline", "--role", "viewer").stdout.strip()
    daemon.start()
    answer = requests.get(f"{daemon.url}/api/v1/session", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert answer.json() == {"actor": "token:offline", "role": "viewer"}


def test_a_mistyped_folder_is_an_error_and_no_new_server(daemon, tmp_path):
    typo = tmp_path / "typo"
    for words in (["user", "list"], ["audit", "verify"], ["backup", str(tmp_path / "copy.db")], ["key", "rotate"],
                  ["retention", "--preview"]):
        done = daemon.command(*words, "--data", str(typo), check=False)
        assert done.returncode == 1 and f"no server has its data in {typo}: say where" in done.stderr, (words, done)
        assert not typo.exists(), words


def test_a_server_may_be_set_up_before_its_first_start(make_daemon):
    daemon = make_daemon(start=False)
    token = daemon.admin("token", "create", "early", "--role", "admin").stdout.split()[-1]
    daemon.start()
    answer = requests.get(f"{daemon.url}/api/v1/session", headers={"Authorization": f"Bearer {token}"}, timeout=20)
    assert answer.json()["actor"] == "token:early"


def test_a_backup_is_looked_at_while_the_server_runs_and_nothing_is_made(daemon, tmp_path):
    backup = tmp_path / "copy.db"
    daemon.admin("backup", str(backup))
    before = (backup.read_bytes(), sorted(daemon.data.iterdir()))

    assert "It is whole" in daemon.admin("restore", "--check", str(backup)).stdout
    elsewhere = daemon.command("restore", "--check", str(backup), "--data", str(tmp_path / "typo"))

    assert "It is whole" in elsewhere.stdout and not (tmp_path / "typo").exists()
    assert (backup.read_bytes(), sorted(daemon.data.iterdir())) == before
    assert daemon.admin("restore", str(backup), check=False).returncode == 5, "in its place only without the server"


def test_roles_are_kept(daemon):
    token = daemon.admin("token", "create", "v", "--role", "viewer").stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{daemon.url}/api/v1/runs", headers=headers, timeout=5).status_code == 200
    assert requests.get(f"{daemon.url}/api/v1/secrets", headers=headers, timeout=5).status_code == 403
    assert requests.post(f"{daemon.url}/api/v1/backup", headers=headers, json={"file": "/tmp/x"}, timeout=5).status_code == 403
    daemon.admin("token", "revoke", "v")
    assert requests.get(f"{daemon.url}/api/v1/runs", headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize("request_text", [
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
    b"GET /healthz HTTP/1.1\nHost: x\n\n",
])
def test_ambiguous_framing_is_400_and_the_end(daemon, request_text):
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as connection:
        connection.sendall(request_text)
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 400") and answer.count(b"HTTP/1.1") == 1


def test_routes_lists_every_route_with_its_role(daemon):
    routes = daemon.command("routes", "--json").stdout
    assert '"/api/v1/runs"' in routes and '"admin"' in routes


def test_help_and_mistakes_are_answered_on_the_terminal(daemon):
    assert "repo add" in daemon.command("--help").stdout
    wrong = daemon.command("repo", "ad", check=False)
    assert wrong.returncode == 2 and "repo add" in wrong.stderr


def test_the_daemon_starts_no_job_itself(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/c.yml": "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: sleep 1\n"})
    daemon.add_repository(repository)
    delivery = daemon.delivery(daemon.push(repository, sha))
    daemon.wait_for(lambda: daemon.get(f"/runs/{delivery['runs'][0]}")["state"] == "running")
    children = subprocess.run(["pgrep", "-P", str(daemon.process.pid), "-a"], capture_output=True, text=True).stdout
    assert "runner" not in children
    daemon.finished_run(delivery["runs"][0])
    os.kill(daemon.process.pid, signal.SIGCONT)
