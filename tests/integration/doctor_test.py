"""`triphammer doctor` on a real server with real faults: each is found, with the command that mends it."""
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3

import pytest


def findings(daemon, expect=None):
    """name → finding, of the command line; `expect` is its exit status."""
    done = daemon.admin("doctor", "--json", check=False)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["well"] else 1)
    if expect is not None:
        assert done.returncode == expect, done.stdout
    assert all(("remedy" in finding) == (finding["state"] != "ok") for finding in report["findings"])
    worst = sorted(report["findings"], key=lambda finding: ["ok", "warning", "error"].index(finding["state"]))
    return {finding["name"]: finding for finding in worst}


@pytest.fixture
def well(make_daemon, github, tmp_path):
    """A server without an error; the port is chosen first, so that its public address is right."""
    def make(start=True, **config):
        daemon = make_daemon(start=False, **config)
        settings = {"public_url": daemon.url, **json.loads(daemon.config.read_text())}
        daemon.config.write_text(json.dumps(settings))
        if start:
            daemon.start()
            # The launcher's socket is there before the daemon has asked it who lives: until then no job starts.
            daemon.wait_for(lambda: daemon.get("/server")["paused"] is None, 20, "no launcher")
        return daemon
    return make


def test_a_server_that_is_well_is_called_so_by_page_and_command_line(well):
    daemon = well(docker={"host": "unix:///nowhere/docker.sock"})

    found = findings(daemon, expect=0)
    page = daemon.get("/doctor")

    assert {name for name, finding in found.items() if finding["state"] == "error"} == set()
    for name in ("version", "data directory", "database", "master key", "disk: data", "launcher", "sandbox", "cgroups",
                 "disk: jobs", "git", "names", "github", "clock", "token", "address"):
        assert name in found, name
    assert {finding["name"] for finding in page["findings"]} == set(found)


def test_only_an_admin_gets_the_list(daemon):
    token = daemon.admin("token", "create", "reader", "--role", "viewer").stdout.split()[-1]

    assert daemon.api("/doctor", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_faults_of_a_running_server_are_found(well, github):
    daemon = well(docker={"host": "unix:///nowhere/docker.sock"})
    (daemon.data / "master.key").chmod(0o644)
    daemon.data.chmod(0o755)
    github.token, github.ahead = "another", -3600

    found = findings(daemon, expect=1)

    assert found["master key"]["remedy"] == f"chmod 600 {daemon.data}/master.key"
    assert found["data directory"]["remedy"] == f"chmod 700 {daemon.data}"
    assert found["token"]["state"] == "error" and "refuses" in found["token"]["text"]
    assert found["clock"]["state"] == "error" and re.search(r"36\d\d seconds ahead", found["clock"]["text"])
    assert found["engine"]["state"] == "warning" and "apt-get install docker.io" in found["engine"]["remedy"]


def test_a_dead_launcher_and_an_engine_without_life_are_found(well, tmp_path):
    dead = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(dead))  # and nobody listens
    daemon = well(docker={"host": f"unix://{dead}"})
    assert findings(daemon)["engine"]["state"] == "error"

    [launcher] = [pid for pid in daemon.launcher_pids()
                  if b"\0launcher\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(launcher, signal.SIGKILL)

    found = daemon.wait_for(lambda: (found := findings(daemon))["launcher"]["state"] == "error" and found, 10)
    assert "does not answer" in found["launcher"]["text"]
    assert "engine" not in found  # nobody is there who could say


def test_a_token_of_too_few_scopes_and_a_proxy_that_leads_elsewhere_are_found(well, github, git):
    github.scopes = "gist"
    daemon = well(public_url=git.url)

    found = findings(daemon, expect=1)

    assert "gist" in found["token"]["text"] and "`repo`" in found["token"]["remedy"]
    assert "does not lead here" in found["address"]["text"]


def test_without_a_daemon_the_same_is_looked_at(well):
    daemon = well(start=False)
    found = findings(daemon, expect=1)

    assert {name for name, finding in found.items() if finding["state"] == "error"} == {"daemon"}
    assert "sandbox" in found and "github" in found
    assert not daemon.data.exists()  # looking changes nothing


def test_a_database_of_a_newer_release_a_lost_key_and_a_damaged_file_are_found(well):
    daemon = well()
    daemon.stop()
    (daemon.data / "master.key").unlink()
    with sqlite3.connect(daemon.data / "triphammer.db") as database:
        database.execute("PRAGMA user_version = 9999")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()

    found = findings(daemon, expect=1)
    assert "triphammer restore" in found["database"]["remedy"]
    assert "install -m 600" in found["master key"]["remedy"]

    (daemon.data / "triphammer.db").write_bytes(b"?" * 4096)
    assert "damaged" in findings(daemon)["database"]["text"]


def test_a_broken_configuration_is_a_finding_and_no_riddle(well):
    daemon = well(start=False, publik_url="https://ci.example.com")

    done = daemon.admin("doctor", check=False)

    assert done.returncode == 1
    assert "did you mean 'public_url'?" in done.stdout and "config check" in done.stdout


def test_an_api_that_nobody_serves_and_a_name_that_does_not_resolve_are_found(well, github):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        daemon = well(start=False, github={"api_url": f"http://127.0.0.1:{port}", "token": "t"})
        assert "curl -v" in findings(daemon)["github"]["remedy"]

    settings = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**settings, "github": {"api_url": "https://nobody.invalid", "token": "t"}}))
    found = findings(daemon)
    assert "resolv.conf" in found["names"]["remedy"] and "github" not in found


def test_a_token_file_that_everybody_reads_is_found(well, tmp_path, github):
    file = tmp_path / "token"
    file.write_text(github.token)
    file.chmod(0o644)
    daemon = well(start=False, github={"api_url": github.url, "token_file": str(file)})

    assert findings(daemon)["secret file"]["remedy"].startswith(f"chmod 640 {file}")


def test_what_keeps_jobs_from_starting_gets_its_own_remedy(make_daemon):
    daemon = make_daemon(launcher={"start": False}, docker={"host": "unix:///nowhere/docker.sock"})

    found = findings(daemon, expect=1)

    assert "the launcher is away" in found["queue"]["text"]
    assert found["queue"]["remedy"].startswith("systemctl restart triphammer-launcher"), "no disk is short"
