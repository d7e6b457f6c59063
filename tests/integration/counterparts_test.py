"""Programs that others wrote, where elsewhere stand-ins of ours answer: git's own server behind nginx, Debian's mail server,
Prometheus, and GitHub's client for signatures."""
import json
import mailbox
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

import pytest
import requests
import yaml

from harness import payloads
from harness.daemon import free_port
from harness.git_http import Repository
from harness.mail_server import make_certificate

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_program(name):
    """Debian has servers where a user's PATH does not lead."""
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


def needs(*programs):
    missing = [name for name in programs if not find_program(name)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)} (./dev setup test)")


@pytest.fixture
def open_folder():
    """One that servers reach which have given up root: pytest's own lets nobody else through."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="th-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def programs():
    started = []

    def start(*words, **options):
        started.append(subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, **options))
        return started[-1]

    yield start
    for process in reversed(started):
        process.terminate()
        process.wait(20)


def wait_for(what, seconds=30):
    limit = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)
    return found


def status_of(url):
    """None while nobody listens."""
    try:
        return requests.get(url, timeout=5).status_code
    except requests.ConnectionError:
        return None


# --- git http-backend behind nginx ------------------------------------------------------------------------

NGINX = """
user root; worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off; client_max_body_size 0; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        auth_basic git; auth_basic_user_file {folder}/people;
        location / {{
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME {backend};
            fastcgi_param GIT_PROJECT_ROOT {folder}/bare;
            fastcgi_param GIT_HTTP_EXPORT_ALL "";
            fastcgi_param PATH_INFO $uri;
            fastcgi_param REMOTE_USER $remote_user;
            fastcgi_pass unix:{folder}/cgi.sock;
        }}
    }}
}}
"""


class Served:
    """What harness.git_http makes repositories for."""

    def __init__(self, folder, port):
        self.root, self.url = folder / "bare", f"http://127.0.0.1:{port}"
        self.root.mkdir()


@pytest.fixture
def nginx(tmp_path, programs):
    port = free_port()
    backend = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip() + "/git-http-backend"
    secret = subprocess.run(["openssl", "passwd", "-apr1", "the-token"], capture_output=True, text=True, check=True).stdout
    (tmp_path / "people").write_text(f"x-access-token:{secret}")
    (tmp_path / "nginx.conf").write_text(NGINX.format(folder=tmp_path, port=port, backend=backend))
    programs(find_program("fcgiwrap"), "-s", f"unix:{tmp_path}/cgi.sock")
    wait_for((tmp_path / "cgi.sock").exists)
    programs(find_program("nginx"), "-c", tmp_path / "nginx.conf")
    served = Served(tmp_path, port)
    wait_for(lambda: status_of(served.url) == 401)
    return served


@needs("nginx", "fcgiwrap")
def test_a_private_repository_behind_nginx_is_built_with_its_token_and_not_with_another(make_daemon, nginx, tmp_path):
    daemon = make_daemon()
    repository = Repository(nginx, "acme/app")
    steps = "{ uses: actions/checkout@v4 }, { run: cat said.txt }"
    sha = repository.commit({"said.txt": "by git itself\n", ".triphammer/w.yml": f"on: push\njobs: {{ a: {{ runs-on: host, steps: [{steps}] }} }}\n"})
    (tmp_path / "right").write_text("the-token")
    (tmp_path / "wrong").write_text("another-token")
    daemon.add_repository(repository, token_file=tmp_path / "right")

    run = daemon.run_of_push(repository, sha)

    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert run["state"] == "succeeded" and "by git itself" in log, log
    assert "the-token" not in log
    other = Repository(nginx, "acme/other")
    daemon.add_repository(other, token_file=tmp_path / "wrong", id=4712)
    guid = daemon.push(other, other.commit({"said.txt": "no\n"}), forge_id=4712)
    reason = daemon.wait_for(lambda: daemon.get(f"/deliveries/{guid}")["reason"])
    assert "wants another credential" in reason, reason


# --- Debian's mail server ---------------------------------------------------------------------------------

EXIM = """
primary_hostname = mail.example.com
exim_user = {user}
exim_group = {group}
local_interfaces = <; [127.0.0.1]:{implicit} ; [127.0.0.1]:{starttls}
tls_on_connect_ports = {implicit}
tls_advertise_hosts = *
tls_certificate = {folder}/mail.pem
tls_privatekey = {folder}/mail.key
auth_advertise_hosts = ${{if def:tls_in_cipher{{*}}{{}}}}
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/exim.pid
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept authenticated = *
         encrypted = *
  deny message = sign in first
begin routers
everybody:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  file = {folder}/box
  user = {user}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{ci}}}}{{eq{{$auth3}}{{a-pass-word}}}}}}}}
  server_set_id = $auth2
"""


class Exim:
    def __init__(self, folder, programs):
        user = pwd.getpwnam("Debian-exim")
        self.folder, self.ports = folder, {"implicit": free_port(), "starttls": free_port()}
        self.certificate, _ = make_certificate(folder)
        (folder / "exim.conf").write_text(EXIM.format(folder=folder, user=user.pw_name, group=user.pw_gid, **self.ports))
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        os.chown(folder / "exim.conf", 0, 0)
        programs(find_program("exim4"), "-C", folder / "exim.conf", "-bdf")
        wait_for((folder / "exim.pid").exists)

    def settings(self, tls, **more):
        return {"type": "mail", "server": "127.0.0.1", "port": self.ports[tls], "tls": tls, "user": "ci", "password": "a-pass-word",
                "from": "Triphammer <ci@example.com>", "to": ["ada@example.com"], "ca_file": str(self.certificate), **more}

    def letters(self):
        return list(mailbox.mbox(self.folder / "box")) if (self.folder / "box").exists() else []

    def taken(self):
        """What its log says of the letters that it has taken."""
        return [line for line in (self.folder / "mainlog").read_text().splitlines() if " <= " in line]


@needs("exim4")
def test_debians_mail_server_takes_letters_over_tls_and_from_nobody_else(make_daemon, open_folder, programs):
    exim = Exim(open_folder, programs)
    channels = {tls: exim.settings(tls) for tls in exim.ports}
    channels["stranger"] = exim.settings("implicit", password="another")
    channels["imposter"] = exim.settings("starttls", server="localhost")  # a name that its certificate does not have
    daemon = make_daemon(notify={"allow_private": ["127.0.0.1", "::1"], "channels": channels})

    tried = {name: daemon.admin("notify", "test", name, check=False) for name in channels}

    assert [name for name, done in tried.items() if done.returncode == 0] == ["implicit", "starttls"], tried
    letters = wait_for(lambda: len(exim.letters()) == 2 and exim.letters())
    assert {letter["Subject"] for letter in letters} == {"Test of this channel #1 failed: example/test main"}
    assert ["X=TLS1." in line and "A=plain:ci" in line for line in exim.taken()] == [True, True], exim.taken()


# --- Prometheus -------------------------------------------------------------------------------------------

@needs("prometheus")
def test_prometheus_scrapes_the_metrics_and_works_the_rules_out(daemon, programs, tmp_path):
    port = free_port()
    rules = ROOT / "deploy/monitoring/triphammer.rules.yml"
    config = {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(rules)],
              "scrape_configs": [{"job_name": "triphammer", "static_configs": [{"targets": [f"127.0.0.1:{daemon.port}"]}]}]}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    with open(tmp_path / "prometheus.log", "w") as log:
        programs(find_program("prometheus"), f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/series",
                 f"--web.listen-address=127.0.0.1:{port}", stderr=log)

    def ask(path, **query):
        answer = requests.get(f"http://127.0.0.1:{port}/api/v1/{path}", params=query, timeout=5)
        return answer.json()["data"] if answer.ok else None

    def value_of(query):
        found = ask("query", query=query)
        return [float(one["value"][1]) for one in found["result"]] if found else []

    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/-/ready") == 200)
    wait_for(lambda: value_of('up{job="triphammer"}') == [1.0])
    assert value_of("scrape_samples_scraped")[0] > 50
    targets = ask("targets")["activeTargets"]
    assert [(one["health"], one["lastError"]) for one in targets] == [("up", "")]
    worked_out = wait_for(lambda: (groups := ask("rules")) and all(rule["health"] == "ok" for group in groups["groups"] for rule in group["rules"]) and groups)
    found = [rule["name"] for group in worked_out["groups"] for rule in group["rules"]]
    assert found == [rule["alert"] for group in yaml.safe_load(rules.read_text())["groups"] for rule in group["rules"]]
    firing = [alert["labels"]["alertname"] for alert in ask("alerts")["alerts"] if alert["state"] == "firing"]
    assert firing == [], "nothing is wrong with a server that has just been started"


# --- octokit ----------------------------------------------------------------------------------------------

SIGN = """
import { readFileSync } from "node:fs";
import { sign, verify } from "@octokit/webhooks-methods";
const { secret, bodies } = JSON.parse(readFileSync(0, "utf8"));
const signed = [];
for (const body of bodies) signed.push(await sign(secret, body));
console.log(JSON.stringify({ signed, fits: await verify(secret, bodies[0], signed[0]) }));
"""


@pytest.mark.skipif(not (ROOT / "web/node_modules/@octokit/webhooks-methods").exists(), reason="npm's packages of web/ are not there")
def test_what_octokit_signs_is_taken_and_what_the_harness_signs_is_octokits(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    hook, secret = daemon.hooks[repository.name]
    push = payloads.push(repository.name, repository.clone_url, payloads.ZERO, before="b" * 40)
    bodies = [json.dumps(push), json.dumps({**push, "before": "c" * 40, "note": "é 🎉 \\ \u2028"}, ensure_ascii=False, indent=1)]

    done = subprocess.run(["node", "--input-type=module", "-e", SIGN], cwd=ROOT / "web", input=json.dumps({"secret": secret, "bodies": bodies}),
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)

    assert said["fits"] is True
    for number, (body, signature) in enumerate(zip(bodies, said["signed"])):
        headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": f"octokit-{number}", "Content-Type": "application/json", "X-Hub-Signature-256": signature}
        taken = requests.post(daemon.url + hook, data=body.encode(), headers=headers, timeout=10)
        refused = requests.post(daemon.url + hook, data=body.encode() + b" ", headers={**headers, "X-GitHub-Delivery": f"changed-{number}"}, timeout=10)
        assert (taken.status_code, refused.status_code) == (202, 401), (taken.text, refused.text)
    assert payloads.signed("push", push, secret)[0]["X-Hub-Signature-256"] == said["signed"][0]
