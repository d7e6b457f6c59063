"""The package on a machine with systemd: services, set-up link, builds that outlive everything, and nothing left.
`./dev test all` does all of it to the services (TRIPHAMMER_MACHINE=all), every change's tests the worst of it."""
import itertools
import json
import os
import re
import subprocess
import threading
import uuid

import pytest
import requests

from harness import engine, package, payloads
from harness.daemon import Daemon, free_port
from harness.machine import Machine

LINES = 80
# Long enough to outlive what is done to the services, and every line is told apart.
SLOW = f"i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo line $i of {LINES}; sleep 0.1; done"
FORGE_IDS = itertools.count(5000)  # one for each repository
SERVICE = f"machine-{uuid.uuid4().hex[:8]}"
WORKFLOW = f"on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: {SLOW}\n"

# All four kinds at once: `base` is over soon, and then these wait for nothing but themselves. The first is still at it
# when a busy machine has come to the last.
LONG = SLOW.replace(str(LINES), str(2 * LINES))
FOUR = f"""
on: push
jobs:
  base:
    image: {{ tags: ["REGISTRY/acme/machine:base"], file: Quick }}
  host:
    needs: base
    runs-on: host
    steps: [{{ run: "{LONG}" }}]
  boxed:
    needs: base
    runs-on: host
    container: triphammer/busybox
    steps: [{{ run: "{LONG}" }}]
  image:
    needs: base
    image: {{ tags: ["REGISTRY/acme/machine:slow"] }}
  production:
    needs: base
    environment: production
    deploy:
      to: container
      service: {SERVICE}
      image: ${{{{ needs.base.outputs.ref }}}}
      before: "{LONG}"
      strategy: recreate
      ports: ["PORT:8080"]
      health: {{ http: /, port: 8080 }}
"""
TALKING = ("host", "boxed", "image")  # what `before` of a deployment says is shown when it fails
QUICK = 'FROM triphammer/busybox\nCOPY www /www\nCMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'


class Deliveries(threading.Thread):
    """GitHub, which goes on delivering: pushes that start nothing, one after the other."""

    def __init__(self, installed, repository):
        super().__init__()
        self.installed, self.repository = installed, repository
        self.ended = threading.Event()
        self.answers = {}  # GUID → status; 0: nobody answered

    def send(self, guid, n):
        payload = payloads.push(self.repository.name, self.repository.clone_url, payloads.ZERO, before=f"{n:040x}",
                                forge_id=self.repository.forge_id)
        try:
            return self.installed.deliver(self.repository, "push", payload, guid)[0].status_code
        except requests.RequestException:
            return 0

    def run(self):
        for n in itertools.count():
            guid = str(uuid.uuid4())
            self.answers[guid] = self.send(guid, n)
            if self.ended.wait(0.05):
                return

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def send_again(self):
        """What was not taken, as GitHub does when it is asked to."""
        for n, (guid, status) in enumerate(self.answers.items()):
            assert status == 202 or self.send(guid, n) == 202


class Installed(Daemon):
    """The daemon of the package on a booted machine, which shares this one's network."""

    def __init__(self, binary, folder, deb):
        super().__init__(binary, folder)
        self.machine = Machine(folder)
        package.put_into(self.machine, deb)
        self.deb = deb

    def start(self, wait=True):
        shown = {}
        settings = f"TRIPHAMMER_LISTEN=127.0.0.1:{self.port} TRIPHAMMER_GIT_INSECURE_HOSTS=127.0.0.1 TRIPHAMMER_WORKERS=4"
        if "DOCKER_HOST" in os.environ:
            shown[os.environ["DOCKER_HOST"].removeprefix("unix://")] = "/run/docker.sock"
        override = self.machine.root / "etc/systemd/system/triphammer.service.d/test.conf"
        override.parent.mkdir(parents=True)
        override.write_text(f"[Service]\nEnvironment={settings}\n")
        self.machine.boot(shown)
        return self

    def install(self, deb):
        return self.machine.run("apt-get", "install", "-y", "--allow-downgrades", f"/root/{deb.name}").stdout

    def admin(self, *arguments, stdin="", check=True):
        return self.machine.run("triphammer", *arguments, check=check)

    def unit(self, verb, *words):
        return self.machine.run("systemctl", verb, *words, check=False).stdout.strip()

    def is_ready(self):
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def tail(self, lines=40):
        return self.machine.run("journalctl", "-n", lines, "--no-pager", "-u", "triphammer*", check=False).stdout


@pytest.fixture(scope="module")
def installed(binary, debs, tmp_path_factory):
    installed = Installed(binary, tmp_path_factory.mktemp("machine"), debs[0])
    package.put_into(installed.machine, debs[1])
    installed.start()
    try:
        installed.before = surroundings(installed.machine)
        installed.told = installed.install(debs[0])
        yield installed
    finally:
        installed.machine.close()


def surroundings(machine):
    """What a package could leave behind, besides its files."""
    looked = {
        "units": ["systemctl", "list-unit-files", "--no-legend", "--no-pager"],
        "mounts": ["sh", "-c", "cut -d' ' -f5 /proc/self/mountinfo | sort"],
        "processes": ["sh", "-c", "for p in /proc/[0-9]*; do readlink $p/exe; done | grep -i triphammer || true"],
        "groups": ["sh", "-c", "find /sys/fs/cgroup -name '*triphammer*' | sort"],
    }
    found = {name: machine.run(*command).stdout for name, command in looked.items()}
    for name, command in {"links": ["busybox", "ip", "link"], "rules": ["iptables-save"]}.items():
        text = subprocess.run(command, capture_output=True, text=True).stdout
        found[name] = sorted(set(re.findall(r".*triphammer.*", text)))
    return found, machine.files(), package.accounts(machine)


def test_both_services_run_and_the_first_link_opens_a_session(installed):
    [link] = re.findall(rf"{installed.url}/setup\?token=\S+", installed.told)
    assert f"ssh -L {installed.port}:127.0.0.1:{installed.port} " in installed.told
    assert installed.unit("is-active", "triphammer", "triphammer-launcher").split() == ["active", "active"]

    answer = requests.post(f"{installed.url}/api/v1/setup", json={"token": link.split("=")[1]},
                           headers={"Origin": installed.url}, timeout=5)

    assert answer.status_code == 200 and "triphammer_session" in answer.cookies


def test_the_doctor_sees_the_machine_through_the_launcher(installed):
    def find():
        report = json.loads(installed.admin("doctor", "--json", check=False).stdout)
        return {finding["name"]: finding for finding in report["findings"]}

    installed.wait_for(lambda: find()["launcher"]["state"] == "ok", 20, "the launcher makes no socket")
    found = find()

    assert "daemon" not in found
    for name in ("data directory", "database", "master key", "run directory", "launcher", "sandbox", "runners' user", "git"):
        assert found[name]["state"] == "ok", found[name]


def restart(installed, debs):
    installed.unit("restart", "triphammer", "triphammer-launcher")


def stop_and_start(installed, debs):
    installed.unit("stop", "triphammer", "triphammer-launcher")
    assert installed.unit("is-active", "triphammer", "triphammer-launcher").split() == ["inactive", "inactive"]
    installed.unit("start", "triphammer")


def kill(installed, debs):
    installed.unit("kill", "--kill-whom=main", "-s", "KILL", "triphammer", "triphammer-launcher")


def upgrade(installed, debs):
    installed.install(debs[1])


IN_SHORT = os.environ.get("TRIPHAMMER_MACHINE") != "all"
DISTURBANCES = [kill] if IN_SHORT else [restart, stop_and_start, kill]


def start_run(installed, git, name, files):
    installed.wait_ready()
    repository = git.repository(f"acme/{name}")
    sha = repository.commit(files)
    installed.add_repository(repository)
    repository.forge_id = next(FORGE_IDS)
    [run] = installed.delivery(installed.push(repository, sha, forge_id=repository.forge_id))["runs"]
    return run, repository


def talking_job(installed, run):
    """Of the run, once it is in the middle of what it says."""
    def found():
        [job] = installed.get(f"/runs/{run}")["jobs"]
        return job["state"] == "running" and "line 2 of" in installed.log_text(run, job["id"]) and job["id"]
    return installed.wait_for(found, 30, "the job does not run")


@pytest.mark.parametrize("disturb", DISTURBANCES)
def test_a_build_does_not_notice(installed, debs, git, disturb):
    run, _ = start_run(installed, git, disturb.__name__, {".triphammer/a.yml": WORKFLOW})
    job = talking_job(installed, run)
    holder = installed.unit("show", "--property=ActiveState,MainPID", "triphammer-jobs")

    disturb(installed, debs)

    installed.wait_ready()
    ended = installed.finished_run(run, 60)
    assert ended["state"] == "succeeded" and ended["jobs"][0]["attempt"] == 1, installed.tail()
    said = re.findall(r"(?m)^line (\d+) of", installed.log_text(run, job))
    assert said == [str(number + 1) for number in range(LINES)]
    # Who holds the jobs' control groups is nobody's to restart.
    assert "ActiveState=active" in holder and installed.unit("show", "--property=ActiveState,MainPID", "triphammer-jobs") == holder


@pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")
@pytest.mark.parametrize("disturb", [upgrade] if IN_SHORT else [restart, stop_and_start, kill, upgrade])
def test_four_jobs_of_all_kinds_do_not_notice(installed, debs, git, disturb):
    port = free_port()
    workflow = FOUR.replace("REGISTRY", os.environ["REGISTRY"]).replace("PORT", str(port))
    slow = f"FROM triphammer/busybox\nRUN {LONG} && : {uuid.uuid4()}\n"  # no engine has built that before
    run, repository = start_run(installed, git, f"four-{disturb.__name__}", {
        ".triphammer/four.yml": workflow, "Quick": QUICK, "Dockerfile": slow, "www/index.html": "it serves\n"})

    def all_run():
        found = installed.get(f"/runs/{run}")["jobs"]
        failed = [(job, installed.log_text(run, job["id"])) for job in found if job["state"] == "failed"]
        if failed:
            raise RuntimeError(str(failed))
        jobs = {job["key"]: job["id"] for job in found if job["state"] == "running"}
        at_work = {*TALKING, "production"} <= set(jobs)
        return at_work and all("line 2 of" in installed.log_text(run, jobs[key]) for key in TALKING) and jobs

    try:
        jobs = installed.wait_for(all_run, 60, "the four do not run", pause=0.2)
        with Deliveries(installed, repository) as deliveries:
            disturb(installed, debs)
            installed.wait_ready()
        ended = installed.finished_run(run, 90)
        assert ended["state"] == "succeeded" and {job["attempt"] for job in ended["jobs"]} == {1}, installed.tail()
        for key in TALKING:
            said = re.findall(r"(?m)^line (\d+) of", installed.log_text(run, jobs[key]))
            assert said == [str(number + 1) for number in range(2 * LINES)], key
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).text == "it serves\n"
        # systemd keeps the socket: who comes meanwhile waits. While the service is stopped nobody is there.
        assert set(deliveries.answers.values()) <= {202, 503} | ({0} if disturb is stop_and_start else set())
        deliveries.send_again()
        assert all(installed.delivery(guid)["outcome"] != "refused" for guid in deliveries.answers)
    finally:
        for container in engine.containers(f"triphammer.service={SERVICE}"):
            engine.call("DELETE", f"/v1.41/containers/{container['Id']}?force=1&v=1")


def test_a_purge_leaves_nothing(installed, git):
    """The last one: another release, with what it has made meanwhile, and in the middle of a job."""
    talking_job(installed, start_run(installed, git, "purged", {".triphammer/a.yml": WORKFLOW})[0])

    installed.machine.run("apt-get", "purge", "-y", "triphammer")
    installed.machine.run("systemctl", "reset-failed", check=False)

    found, files, accounts = surroundings(installed.machine)
    assert found == installed.before[0]
    assert {path: files.get(path) for path in set(files) ^ set(installed.before[1])} == {}
    assert accounts == installed.before[2]
