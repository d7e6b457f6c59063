"""`repo add --deploy-key` against a real sshd: the server's own key, and only hosts that are known."""
import json
import shutil
import subprocess

import pytest

from harness.daemon import Daemon, free_port

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - uses: actions/checkout@v4\n      - run: cat greeting\n"
# A user `git` for the repositories, in a passwd that only this sshd sees.
START = r"""
set -e
mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd
grep -v '^git:\|^sshd:' /etc/passwd >"$1/passwd"
printf 'git:x:0:0::/tmp:/bin/sh\nsshd:x:65534:65534::/run/sshd:/usr/sbin/nologin\n' >>"$1/passwd"
mount --bind "$1/passwd" /etc/passwd
exec "$2" -D -e -f "$1/sshd_config"
"""


class Sshd:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
        assert program, "sshd is missing: ./dev setup test"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "host"], check=True)
        (folder / "authorized").write_text("")
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
            "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nPidFile none\n")
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen(
            ["unshare", "-m", "bash", "-c", START, "sshd", str(folder), program], stdout=self.log, stderr=self.log)
        Daemon.wait_for(lambda: "Server listening" in (folder / "log").read_text(), 20, "sshd does not start")

    @property
    def known_host(self):
        kind, key = (self.folder / "host.pub").read_text().split()[:2]
        return f"[127.0.0.1]:{self.port} {kind} {key}"

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


@pytest.fixture
def sshd(tmp_path):
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = Sshd(folder)
    yield server
    server.close()


@pytest.fixture
def repository(git, sshd):
    made = git.repository("acme/app")
    made.clone_url = f"ssh://git@127.0.0.1:{sshd.port}{made.bare}"
    return made


def config(*known_hosts):
    return {"git": {"insecure_hosts": ["127.0.0.1"], "known_hosts": list(known_hosts)}}


def add(daemon, repository):
    """The public half."""
    done = daemon.admin("repo", "add", repository.name, "--clone-url", repository.clone_url, "--deploy-key", "--json")
    answer = json.loads(done.stdout)
    daemon.hooks[repository.name] = (answer["hook"], answer["secret"])
    return answer["deploy_key"]


def pushed(daemon, repository):
    sha = repository.commit({".triphammer/a.yml": WORKFLOW, "greeting": "hello over ssh\n"})
    return daemon.push(repository, sha)


def test_a_repository_is_fetched_with_the_key_that_was_made_here(make_daemon, repository, sshd):
    daemon = make_daemon(**config(sshd.known_host))
    public = add(daemon, repository)
    (sshd.folder / "authorized").write_text(public + "\n")

    delivery = daemon.delivery(pushed(daemon, repository))

    [run] = delivery["runs"]
    run = daemon.finished_run(run)
    assert run["state"] == "succeeded", run
    assert "hello over ssh" in daemon.log_text(run["id"], run["jobs"][0]["id"])
    [item] = daemon.get("/repositories")["items"]
    assert item["deploy_key"] == public and public.startswith("ssh-ed25519 ")
    for file in daemon.data.rglob("*"):
        if file.is_file():
            assert b"OPENSSH PRIVATE KEY" not in file.read_bytes(), f"{file} holds the private half"


def reason_of(daemon, guid):
    """Why it cannot be planned yet."""
    return daemon.wait_for(lambda: daemon.get(f"/deliveries/{guid}")["reason"], 30)


def test_a_host_that_is_not_known_gets_nothing_and_is_named_with_the_remedy(make_daemon, repository, sshd):
    daemon = make_daemon(**config())  # insecure_hosts changes nothing
    (sshd.folder / "authorized").write_text(add(daemon, repository) + "\n")

    reason = reason_of(daemon, pushed(daemon, repository))

    assert "git.known_hosts" in reason, reason
    assert "Accepted publickey" not in (sshd.folder / "log").read_text()


def test_a_host_with_another_key_than_the_known_one_gets_nothing(make_daemon, repository, sshd, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    kind, key = (tmp_path / "other.pub").read_text().split()[:2]
    daemon = make_daemon(**config(f"[127.0.0.1]:{sshd.port} {kind} {key}"))
    (sshd.folder / "authorized").write_text(add(daemon, repository) + "\n")

    assert "git.known_hosts" in reason_of(daemon, pushed(daemon, repository))


def test_a_key_that_was_not_entered_at_the_host_is_named(make_daemon, repository, sshd):
    daemon = make_daemon(**config(sshd.known_host))
    add(daemon, repository)

    assert "does not take the deploy key" in reason_of(daemon, pushed(daemon, repository))


def test_a_deploy_key_wants_an_address_for_ssh(daemon):
    done = daemon.admin("repo", "add", "acme/app", "--clone-url", "https://github.com/acme/app.git", "--deploy-key", check=False)
    shown = daemon.admin("repo", "add", "acme/other", "--deploy-key")

    assert done.returncode == 1 and "ssh://git@HOST/OWNER/NAME.git" in done.stderr
    assert "Deploy keys → Add deploy key, without write access:\n  ssh-ed25519 " in shown.stdout
    assert daemon.get("/repositories")["items"][0]["clone_url"] == "ssh://git@github.com/acme/other.git"
