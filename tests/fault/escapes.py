"""Jobs that do not want to end and take what they can get: none of their processes may outlive them, no other job
may suffer, and each is told why it ended."""
import hashlib
import json
import os
import statistics
import time

from support import Finding, World, some

FIRST_STEP_USER = 0x70000000
STEP_USERS = (1 << 27) - 1
JOBS = 200
GONE_WITHIN = 5.0
SLOWER_AT_MOST = 0.2
ROUNDS = 5
LOOKS = 10  # to have so many rounds on a machine that others use too
RESTLESS = 1.1

# What leaves no trace that could be followed: not in the session, not in the environment, deaf, without descriptors.
LEAVE = """
import os, signal, socket, sys, time
def leave(work):
    if os.fork() > 0:
        os.wait()
        return
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 4096)
    os.environ.clear()
    work()
    while True:
        time.sleep(600)
"""
BOMB = """
def bomb():
    while True:
        try: os.fork()
        except OSError: time.sleep(0.01)
"""
KINDS = {  # what the step does → (resources of the job, state and cause that it has to end with)
    "double fork": (LEAVE + "for _ in range(5): leave(lambda: None)\n", {}, ("succeeded", None)),
    "new program": (LEAVE + "leave(lambda: os.execve('/bin/sleep', ['sleep', '600'], {}))\n", {}, ("succeeded", None)),
    "fork bomb left behind": (LEAVE + BOMB + """
import resource
resource.setrlimit(resource.RLIMIT_NPROC, (300, 300))
leave(bomb); time.sleep(0.5)
""", {}, ("succeeded", None)),
    "fork bomb that stays": (LEAVE + BOMB + "leave(bomb); time.sleep(600)\n", {}, ("failed", "signal")),
    "thread bomb": (LEAVE + """
import threading
threading.stack_size(65536)
def bomb():
    while True:
        try: threading.Thread(target=lambda: time.sleep(600)).start()
        except RuntimeError: time.sleep(0.01)
leave(bomb); time.sleep(600)
""", {}, ("failed", "signal")),
    "stopped": (LEAVE + "leave(lambda: os.kill(os.getpid(), signal.SIGSTOP))\n", {}, ("succeeded", None)),
    "memory hog": (LEAVE + """
def hog():
    kept = []
    while True: kept.append(bytearray(16 << 20)); time.sleep(0.01)
leave(hog); hog()
""", {"memory": "512m"}, ("failed", "oom")),
    "disk hog": (LEAVE + """
def hog():
    with open(f"hog-{os.getpid()}", "wb") as file:
        while True: file.write(b"x" * (1 << 20)); file.flush(); time.sleep(0.005)
leave(hog); hog()
""", {"disk": "100m"}, ("failed", "disk_full")),
    "descriptor hog": (LEAVE + """
def hog():
    kept = []
    while True:
        try: kept.append(socket.socketpair())
        except OSError: time.sleep(600)
        if len(kept) % 50 == 0: time.sleep(0.001)  # what it takes is descriptors; processors are the bombs' part
for _ in range(20): leave(hog)
time.sleep(0.5)
""", {}, ("succeeded", None)),
    "network": (LEAVE + """
def listen():
    one = socket.create_server(("", 8080))
    while True: one.accept()
leave(listen); time.sleep(0.2)
""", {}, ("succeeded", None)),
}
WORK = """
import time
started, sum = time.monotonic(), 0
for number in range(80_000_000): sum += number
print("seconds", time.monotonic() - started)
"""


def escapes(plan):
    with World(plan, workers=3) as world:
        yield from storm(world, 1 if plan.short else JOBS // len(KINDS))
        if not plan.short:
            yield from beside(world)


def jobs_of(rounds):
    out = {}
    for turn in range(rounds):
        for number, (script, resources, _) in enumerate(KINDS.values()):
            out[f"kind-{number}-{turn}"] = {"runs-on": "host", "resources": resources, "timeout-minutes": 2,
                                            "steps": [{"shell": "python3 {0}", "run": script}]}
            if not resources:
                del out[f"kind-{number}-{turn}"]["resources"]
    return out


def push_jobs(world, jobs):
    sha = world.repository.commit({".triphammer/fault.yml": json.dumps({"on": "push", "jobs": jobs})})
    return world.start_run(sha)


def storm(world, rounds):
    jobs = jobs_of(rounds)
    run = push_jobs(world, jobs)
    ended = world.daemon.finished_run(run, 60 + 10 * len(jobs))
    users = step_users(world, ended)
    gone = wait_until_gone(users)
    names = list(KINDS)
    wrong = []
    for job in ended["jobs"]:
        name = names[int(job["key"].split("-")[1])]
        if (job["state"], job["cause"] or None) != KINDS[name][2]:
            wrong.append([name, job["state"], job["cause"], world.daemon.log_text(run, job["id"])[-300:]])
    told = f"none {gone:.1f} s after the end" if gone is not None else some("alive", survivors(users))
    yield Finding(f"{len(jobs)} escape jobs: no process outlives them", gone is not None, told)
    yield Finding("  … each ends as it must", not wrong, some(f"{len(wrong)} did not", wrong))


def neighbour(world, others):
    """Seconds that a job's own work takes while other jobs run."""
    run = push_jobs(world, {"neighbour": {"runs-on": "host", "steps": [{"shell": "python3 {0}", "run": WORK}]}, **others})
    [job] = [job for job in world.daemon.finished_run(run, 120)["jobs"] if job["key"] == "neighbour"]
    log = world.daemon.log_text(run, job["id"])
    return float(log.split("seconds ")[1].split()[0])


def beside(world):
    """One of each kind at a time, while the neighbour works, compared with the neighbour alone right before and right
    after; where these two differ the machine was busy with something else, and that look counts for nothing."""
    slower = {name: [] for name in KINDS}
    restless = 0
    before = neighbour(world, {})
    for _ in range(LOOKS):
        for number, name in enumerate(KINDS):
            if len(slower[name]) == ROUNDS:
                continue
            seconds = neighbour(world, {"escape": jobs_of(1)[f"kind-{number}-0"]})
            after = neighbour(world, {})
            if max(before, after) <= RESTLESS * min(before, after):
                slower[name].append(seconds / statistics.mean((before, after)) - 1)
            else:
                restless += 1
            before = after
    shares = {name: statistics.median(values or [float("inf")]) for name, values in slower.items()}
    enough = all(len(values) == ROUNDS for values in slower.values())
    yield Finding("  … a neighbour is at most 20 % slower", enough and max(shares.values()) <= SLOWER_AT_MOST,
                  ", ".join(f"{name} {100 * share:+.0f} %" for name, share in shares.items())
                  + f"; {restless} looks at a restless machine left out" * (restless > 0))


def step_users(world, run):
    """Whom the steps of the run's attempts were (server/launcher/attempt_users.hpp)."""
    folder = str(world.daemon.data.with_name("data-run"))
    first = int(hashlib.sha256(folder.encode()).hexdigest()[:12], 16)
    return {FIRST_STEP_USER + (first + int(job["fence"])) % STEP_USERS for job in run["jobs"]}


def survivors(users):
    """Living processes of `users`: nobody can change that, unlike all else."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            if real_user(name) in users:
                found.append(int(name))
        except (OSError, StopIteration):
            pass
    return found


def real_user(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return int(next(line for line in file if line.startswith("Uid:")).split()[1])


def wait_until_gone(users):
    started = time.monotonic()
    while survivors(users):
        if time.monotonic() - started > GONE_WITHIN:
            return None
        time.sleep(0.05)
    return time.monotonic() - started
