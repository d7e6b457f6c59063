"""The systemd units: accepted by systemd, and what they ask for works: a launcher of root's and a
daemon of another user that share one folder. (Without systemd itself: it is not the first process here.)"""
import os
import pathlib
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile

import pytest

from harness.daemon import Daemon

UNITS = pathlib.Path(__file__).resolve().parents[2] / "deploy/systemd"
USER = "daemon"  # Debian has it everywhere: here it plays the user `triphammer`


def setting(unit, key):
    return re.findall(rf"(?m)^{key}=(.*)$", (UNITS / unit).read_text())


def test_systemd_takes_the_units(binary, tmp_path):
    for unit in UNITS.glob("*.service"):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/bin/triphammer", str(binary)))
    done = subprocess.run(["systemd-analyze", "verify", *tmp_path.glob("*.service")], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


class Installed(Daemon):
    """Both services as their units start them, with the paths of an installation moved into one folder."""

    def __init__(self, binary, folder):
        self.root = folder
        super().__init__(folder / "triphammer", folder, {"git": {"insecure_hosts": ["127.0.0.1"]}})
        shutil.copy(binary, self.binary)  # a checkout may stand where only its owner may look
        self.run = folder / "run"
        self.data.mkdir(mode=0o700)
        shutil.chown(self.data, USER, USER)
        self.launcher = None

    def moved(self, text):
        for path, here in {"/usr/bin/triphammer": self.binary, "/etc/triphammer/triphammer.yml": self.config,
                           "/var/lib/triphammer-run": self.run, "/var/lib/triphammer": self.data}.items():
            text = text.replace(path, str(here))
        return shlex.split(text.replace("=triphammer", f"={USER}"))

    def spawn(self, unit, **options):
        [command] = setting(unit, "ExecStart")
        environment = dict(word.split("=", 1) for line in setting(unit, "Environment") for word in self.moved(line))
        with open(self.log, "ab") as log:
            return subprocess.Popen(self.moved(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    env={"PATH": os.environ["PATH"], **environment}, start_new_session=True, **options)

    def start(self, wait=True):
        self.launcher = self.launcher or self.spawn("triphammer-launcher.service")
        self.wait_for((self.run / "launcher.sock").exists, 10, "no launcher")
        self.process = self.spawn("triphammer.service", user=USER, group=USER, extra_groups=[])
        self.wait_ready()
        return self


@pytest.fixture
def installed(binary):
    if os.geteuid() != 0:
        pytest.fail("two users take root to play")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="triphammer-units-"))
    folder.chmod(0o755)
    installed = Installed(binary, folder)
    try:
        yield installed.start()
    finally:
        installed.close()
        if installed.launcher:
            installed.launcher.wait()
        shutil.rmtree(folder)


def push(installed, git, script):
    repository = git.repository("acme/units")
    sha = repository.commit({".triphammer/a.yml": f"on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: {script}\n"})
    installed.add_repository(repository)
    return installed.delivery(installed.push(repository, sha))["runs"][0]


def test_a_job_of_roots_launcher_ends_well_for_a_daemon_of_another_user(installed, git):
    run = installed.finished_run(push(installed, git, "echo hello"))
    assert run["state"] == "succeeded", installed.tail()
    assert "hello" in installed.log_text(run["id"], run["jobs"][0]["id"])
    owner = pathlib.Path(f"/proc/{installed.process.pid}").stat().st_uid
    assert pwd.getpwuid(owner).pw_name == USER


def test_jobs_get_their_groups_where_the_unit_for_them_is():
    [group] = re.findall(r"TRIPHAMMER_LAUNCHER_CGROUP=(\S+)", " ".join(setting("triphammer-launcher.service", "Environment")))
    assert group == "/sys/fs/cgroup/system.slice/triphammer-jobs.service"
    assert setting("triphammer-launcher.service", "Wants") == ["triphammer-jobs.service"]
    assert setting("triphammer-jobs.service", "Delegate") == ["cpu memory pids"]
    assert setting("triphammer-jobs.service", "OOMPolicy") == ["continue"]  # else one job's end were all jobs'


def test_the_daemon_cannot_take_away_what_is_the_launchers(installed):
    mode = installed.run.stat()
    assert stat.S_IMODE(mode.st_mode) == 0o1771 and mode.st_uid == 0
    done = subprocess.run(["mv", installed.run / "bin", installed.run / "mine"], user=USER, group=USER, extra_groups=[],
                          capture_output=True)
    assert done.returncode != 0


def test_a_build_outlives_a_daemon_that_was_killed(installed, git):
    run = push(installed, git, "sleep 2; echo done")
    installed.wait_for(lambda: installed.get(f"/runs/{run}")["jobs"][0]["state"] == "running", 20)
    os.kill(installed.process.pid, signal.SIGKILL)
    installed.process.wait()
    installed.start()
    ended = installed.finished_run(run)
    assert ended["state"] == "succeeded" and ended["jobs"][0]["attempt"] == 1, installed.tail()
