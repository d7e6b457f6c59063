"""Runs inside the kernel that kernel_test.py starts: a daemon, jobs, and what the kernel keeps of them. Each finding
is a line of the console: "FOUND" and a JSON pair, its name and its value."""
import contextlib
import ctypes
import errno
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import traceback

os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "fault"))

import support  # noqa: E402

BINARY = "/mnt/triphammer"
FINIT_MODULE = 313  # the number of its system call on x86-64
GROUPS = pathlib.Path("/sys/fs/cgroup")
GIVEN = GROUPS / "given"
WAIT = "echo begun; while [ ! -e go ]; do :; done"
PAUSE = 0.3  # looking costs, too: there is one processor
# Shell alone: a bigger language takes seconds to begin here.
HOG = "tail /dev/zero"  # keeps all, since no line ever ends
PATIENT_HOG = "kept=$(head -c 100000000 /dev/zero | tr '\\0' x)\nsleep 20"
BOMB = "while :; do sleep 600 & done"
ESCAPE = "(setsid sleep 600 &)\nsleep 600"
CHECKOUT = {"uses": "actions/checkout@v4"}
FEW = {"resources": {"disk": "20m"}}
# The last does not fit into 20 MiB, if what is in the others counts.
FILL = """
for place in . "$HOME" /tmp "$RUNNER_TEMP"; do
    head -c 6000000 /dev/zero >"$place/part" || { echo "full in $place"; full=1; }
done
"""


def found(name, value):
    print("FOUND", json.dumps([name, value]), flush=True)


class Jobs:
    """A daemon, and what became of jobs that it got. A push costs seconds here: jobs that may be beside each other are."""

    def __init__(self, disk, cgroup):
        self.folder = disk / "world/run"
        plan = support.Plan(BINARY, True, 1, disk)
        self.world = support.World(plan, disk / "world", run=str(self.folder), launcher={"cgroup": str(cgroup)})

    def __enter__(self):
        self.world.__enter__()
        return self

    def __exit__(self, *failure):
        if failure[0]:
            print(self.world.daemon.tail(), flush=True)
        self.world.__exit__(*failure)

    def start(self, **jobs):
        jobs = {name: {"runs-on": "host", **job} for name, job in jobs.items()}
        return self.world.start_run(self.world.repository.commit({".triphammer/all.yml": json.dumps({"on": "push", "jobs": jobs})}))

    def tell(self, run):
        for job in self.world.daemon.finished_run(run, 120, PAUSE)["jobs"]:
            log = self.world.daemon.log_text(run, job["id"])
            found(job["key"], {"ended": [job["state"], job["cause"] or ""], "reason": job["reason"] or "", "log": log})

    def run(self, **jobs):
        self.tell(self.start(**jobs))


def job(*scripts, **more):
    steps = [script if isinstance(script, dict) else {"run": script} for script in scripts]
    return {"steps": [*steps, {"if": "always()", "run": "echo still cleaned"}], **more}


def group_of(job):
    [group] = GIVEN.glob(f"triphammer-*-{job['fence']}")
    return group


def members(group):
    return [int(pid) for pid in (group / "cgroup.procs").read_text().split()]


def names(group):
    """Of the processes in it; some of them may just have ended."""
    for pid in members(group):
        with contextlib.suppress(OSError):
            yield pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


def go(job, jobs):
    """Lets a job that WAITs go on."""
    (jobs.folder / str(job["fence"]) / "work" / "go").touch()


def give_a_group():
    """As a service manager would: with the controllers, and with a process in it."""
    (GROUPS / "cgroup.subtree_control").write_text("+cpu +memory +pids")
    GIVEN.mkdir()
    keeper = subprocess.Popen(["sleep", "1000"])
    (GIVEN / "cgroup.procs").write_text(str(keeper.pid))
    return keeper


def kept():
    """Groups for jobs, and a disk that keeps projects to their limits."""
    keeper = give_a_group()
    with disk("prjquota") as place, Jobs(place, GIVEN) as jobs:
        limits(jobs)
        found("holder", members(GIVEN / "holder") == [keeper.pid])
        jobs.run(
            oom=job(HOG, resources={"memory": "64m"}),
            pids=job(BOMB, resources={"pids": 30}),
            beside=job(CHECKOUT, "head -c 60000000 /dev/zero >file"),
        )
        jobs.world.daemon.wait_for(lambda: list(jobs.folder.glob("layers/*/*/*/files")), 60, "no layer", PAUSE)
        jobs.run(
            layered=job(CHECKOUT, FILL + "exit $full", **FEW),
            full=job(FILL + "sleep 20", **FEW),
            within=job("head -c 20000000 /dev/zero >file", "rm file; head -c 20000000 /dev/zero >file", **FEW),
        )
        kill(jobs)
        found("left", [group.name for group in GIVEN.iterdir() if group.is_dir()])


def limits(jobs):
    """What a job's groups have, and that it lives on when its launcher is killed."""
    run = jobs.start(limits=job(WAIT, resources={"memory": "64m", "pids": 50, "cpu": 0.5}))
    one = jobs.world.wait_for_log(run, "begun", 60)
    group = group_of(one)
    files = ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max")
    found("files", {file: (group / "steps" / file).read_text().strip() for file in files if (group / "steps" / file).exists()})
    found("runner", members(group / "runner") == [jobs.world.runner_pid()])
    jobs.world.daemon.wait_for(lambda: {"triphammer-sand", "bash"} <= set(names(group / "steps")), 30, "no steps in their group")
    jobs.world.daemon.wait_for(lambda: "nr_throttled 0" not in (group / "steps/cpu.stat").read_text(), 30, "not throttled", PAUSE)
    os.kill(jobs.world.launcher_pid(), signal.SIGKILL)
    restart_launcher(jobs)
    go(one, jobs)
    jobs.tell(run)


def restart_launcher(jobs):
    """As its unit would."""
    daemon = jobs.world.daemon
    subprocess.Popen([BINARY, "launcher", "--run", jobs.folder, "--data", daemon.data], start_new_session=True,
                     env={**daemon.environment, "TRIPHAMMER_LAUNCHER_CGROUP": str(GIVEN)})


def kill(jobs):
    """The runner dies: its group ends what it leaves, and goes."""
    run = jobs.start(kill=job("echo begun", ESCAPE))
    group = group_of(jobs.world.wait_for_log(run, "begun", 60))
    jobs.world.daemon.wait_for(lambda: len(members(group / "steps")) >= 2, 30, "no steps")
    os.kill(jobs.world.runner_pid(), signal.SIGKILL)
    jobs.tell(run)
    jobs.world.daemon.wait_for(lambda: not group.exists(), 30, "the group stays")


def measured():
    """A setting that leads nowhere, and a file system that counts what a project has, but keeps nobody to it."""
    with disk("noquota") as place, Jobs(place, "/sys/fs/cgroup/nothing") as jobs:
        jobs.run(
            hoarded=job(PATIENT_HOG, resources={"memory": "64m"}),
            walked=job("head -c 30000000 /dev/zero >file; sleep 20", **FEW),
        )


def insert(*modules):
    """Modules of this kernel; there is no insmod on every machine."""
    libc = ctypes.CDLL(None, use_errno=True)
    for name in modules:
        [path] = pathlib.Path("/usr/lib/uml/modules", os.uname().release).rglob(name + ".ko")
        descriptor = os.open(path, os.O_RDONLY)
        if libc.syscall(FINIT_MODULE, descriptor, b"", 0) != 0 and ctypes.get_errno() != errno.EEXIST:
            raise OSError(ctypes.get_errno(), f"insert {name}")
        os.close(descriptor)


@contextlib.contextmanager
def disk(options):
    """A folder on the disk that kernel_test.py made."""
    place = pathlib.Path("/mnt/disk")
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "ext4", "-o", options, "/dev/ubda", place], check=True)
    place.chmod(0o755)
    folder = place / options
    folder.mkdir()
    yield folder
    subprocess.run(["umount", place], check=True)


CASES = {"kept": kept, "measured": measured}


def main():
    # Not below a folder that steps find empty.
    words = dict(word.partition("=")[::2] for word in pathlib.Path("/proc/cmdline").read_text().split())
    shutil.copy(words["binary"], BINARY)
    insert("quota_tree", "quota_v2", "overlay")
    for name, play in CASES.items():
        try:
            play()
            found(name, "done")
        except Exception as error:  # told outside
            traceback.print_exc()
            found(name, f"{type(error).__name__}: {error}"[:2000])


main()
