"""What every fault needs: a daemon in a folder of its own, a git server, and eyes for processes."""
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Daemon  # noqa: E402
from harness.git_http import GitServer  # noqa: E402

REPOSITORY = "acme/fault"
ENDED = ("succeeded", "failed", "cancelled")


@dataclasses.dataclass
class Finding:
    what: str
    ok: bool
    detail: str = ""


@dataclasses.dataclass
class Plan:
    """How hard, and with which dice."""
    binary: str
    short: bool
    seed: int
    folder: pathlib.Path

    def dice(self, name):
        return random.Random(f"{self.seed} {name}")


class World:
    """One daemon with one repository. `mark` is in the environment of every process of its steps."""

    def __init__(self, plan, folder=None, **config):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(dir=plan.folder, prefix="world-"))
        self.mark = f"FAULT_MARK={uuid.uuid4().hex}"
        self.git = GitServer(self.folder / "git")
        settings = {"workers": 4, "git": {"insecure_hosts": ["127.0.0.1"]}, **config}
        self.daemon = Daemon(plan.binary, self.folder / "server", settings)

    def __enter__(self):
        self.git.__enter__()
        self.daemon.start()
        self.repository = self.git.repository(REPOSITORY)
        self.daemon.add_repository(self.repository)
        return self

    def __exit__(self, *_):
        self.daemon.close()
        for pid in self.marked():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.git.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def workflow(self, job, **more):
        """Commits a workflow with one job called `job`; the commit."""
        name, _, value = self.mark.partition("=")
        text = {"on": "push", "env": {name: value}, "jobs": {"job": {"runs-on": "host", **job}}, **more}
        return self.repository.commit({".triphammer/fault.yml": json.dumps(text)})

    def start_run(self, sha):
        """Pushes; the id of the run."""
        [run] = self.daemon.delivery(self.daemon.push(self.repository, sha, before=uuid.uuid4().hex + "0" * 8))["runs"]
        return run

    def wait_for_log(self, run, text, seconds=30):
        """The job, once its log holds `text`."""
        def job_with_text():
            [job] = self.daemon.get(f"/runs/{run}")["jobs"]
            if job["state"] in ENDED + ("timed_out",):
                raise RuntimeError(f"the job ended too early: {job['state']} {job['cause']}: "
                                   f"{self.daemon.log_text(run, job['id'])[-500:]}")
            return job["fence"] and text in self.log(run, job["id"]) and job
        return self.daemon.wait_for(job_with_text, seconds, f"the log never said {text!r}: {self.daemon.tail()}")

    def log(self, run, job):
        answer = self.daemon.api(f"/runs/{run}/jobs/{job}/log/raw")
        return answer.text if answer.status_code == 200 else ""

    def marked(self):
        """Living processes that a step started, whatever became of their parents."""
        return [pid for pid in all_pids() if self.mark.encode() in environment_of(pid).split(b"\0")]

    def wait_until_gone(self, seconds=10):
        """Seconds until no process of any step lived; None when some outlived the limit."""
        started = time.monotonic()
        while self.marked():
            if time.monotonic() - started > seconds:
                return None
            time.sleep(0.02)
        return time.monotonic() - started

    def runner_pid(self):
        """The only runner's process."""
        def found():
            pids = [pid for pid in all_pids() if is_runner(pid, self.folder)]
            return len(pids) == 1 and pids[0]
        return self.daemon.wait_for(found, 10, "there is not exactly one runner")

    def launcher_pid(self):
        def found():
            pids = [pid for pid in all_pids() if is_launcher(pid, self.folder)]
            return len(pids) == 1 and pids[0]
        return self.daemon.wait_for(found, 10, "there is not exactly one launcher")


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def read_proc(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def environment_of(pid):
    if read_proc(pid, "stat").rpartition(b")")[2].split()[:1] == [b"Z"]:
        return b""
    return read_proc(pid, "environ")


def words_of(pid):
    return read_proc(pid, "cmdline").split(b"\0")


def is_launcher(pid, folder):
    words = words_of(pid)
    return b"launcher" in words[1:2] and any(str(folder).encode() in word for word in words)


def is_runner(pid, folder):
    """A runner program of this folder's run directory, the process that holds an attempt's lock."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return False
    if not program.startswith(f"{folder}/") or "/bin/" not in program:
        return False
    words = words_of(pid)
    # Neither the first process of a sandbox, a copy, nor the one that the launcher keeps waiting.
    return b"triphammer-sandbox" not in words[0] and b"--standby" not in words


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def some(text, examples):
    """The text, and the first of what should not be there."""
    return f"{text}: {json.dumps(examples[:3])}" if examples else text
