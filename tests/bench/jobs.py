"""Jobs: how many a second, and how soon the first line is at a viewer."""
import json
import time

import websocket

import support
from support import REPOSITORY, Row, median, milliseconds_between, number_in, ratio_text


def workflow_of(count):
    job = {"runs-on": "host", "steps": [{"run": ":"}]}
    return json.dumps({"on": "push", "jobs": {f"job-{number}": job for number in range(count)}})


def first_to_last(run):
    """Milliseconds from the first claim to the last end."""
    first = min(job["started_at"] for job in run["jobs"])
    last = max(job["finished_at"] for job in run["jobs"])
    return milliseconds_between(first, last)


def noop_jobs(bench):
    count = 100 if bench.quick else 500
    probe, product, parts = [], [], []
    with bench.git() as git, bench.daemon() as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        for turn in range(bench.rounds):
            said = bench.run_probe("jobloop", "DIR", count, 2, 1)
            probe.append(number_in(said, r"jobs/s=(\d+)"))
            sha = repository.commit({".triphammer/jobs.yml": workflow_of(count)}, f"turn {turn}" if turn else "jobs")
            if turn:
                sha = repository.commit({"turn": str(turn)})
            # The jobs' own times are read: whoever asks for a page of 500 jobs all the time measures that.
            run = daemon.run_of_push(repository, sha, seconds=300, pause=5)
            if run["state"] != "succeeded":
                raise RuntimeError(f"the run of no-op jobs {run['state']}: {[j for j in run['jobs'] if j['state'] != 'succeeded'][:1]}")
            product.append(count / first_to_last(run) * 1000)
            parts.append(spent(run))
    ratio = median(product) / median(probe)
    yield Row(f"{count} no-op jobs, 2 workers", f"{median(product):.0f} jobs/s", f"jobloop {median(probe):.0f} jobs/s",
              ratio_text(ratio), "≥ 0.30", ratio >= 0.3)
    for name in parts[0]:
        yield Row(f"  … {name}", f"{median([part[name] for part in parts]):.1f} ms")


def spent(run):
    """Where a job's time goes: medians over some of its jobs, by the attempts' own times."""
    told = {"claim → runner attached": [], "attached → first step": [], "steps": [], "last step → ended": [],
            "claim → ended": []}
    for job in run["jobs"][:: max(1, len(run["jobs"]) // 50)]:
        attempt, steps = job["attempts"][-1], job["steps"]
        began, ended = steps[0]["started_at"], steps[-1]["finished_at"]
        told["claim → runner attached"].append(milliseconds_between(attempt["claimed_at"], attempt["attached_at"]))
        told["attached → first step"].append(milliseconds_between(attempt["attached_at"], began))
        told["steps"].append(milliseconds_between(began, ended))
        told["last step → ended"].append(milliseconds_between(ended, attempt["ended_at"]))
        told["claim → ended"].append(milliseconds_between(attempt["claimed_at"], attempt["ended_at"]))
    return {name: median(values) for name, values in told.items()}


class Viewer:
    """A browser tab's socket: it knows nothing beforehand and follows what it hears of."""

    def __init__(self, daemon):
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{daemon.port}/api/v1/live", header=[f"Authorization: Bearer {daemon.admin_token()}"], timeout=20)
        self.seq = json.loads(self.socket.recv())["seq"]

    def close(self):
        self.socket.close()

    def subscribe(self, *topics):
        self.socket.send(json.dumps({"sub": ["runs", *topics], "last": self.seq}))

    def hear(self, wanted):
        """The first message that `wanted` accepts."""
        while True:
            message = json.loads(self.socket.recv())
            self.seq = max(self.seq, message.get("seq", 0))
            if wanted(message):
                return message

    def wait_for_line(self, step):
        """The run, and when its step had a line."""
        run = self.hear(lambda m: m.get("subject") == "run" and m.get("to") in ("queued", "running"))["run"]
        self.subscribe(f"run:{run}")
        job = self.hear(lambda m: m.get("subject") == "job" and m.get("run") == run)["id"]
        self.subscribe(f"run:{run}", f"log:{run}/{job}/{step}")
        self.hear(lambda m: m.get("topic") == f"log:{run}/{job}/{step}" and m.get("lines", 0) > 0)
        return run, time.perf_counter()


FIRST_LINE = json.dumps({"on": "push", "jobs": {"say": {"runs-on": "host", "steps": [{"run": "echo first"}]}}})


def first_line(bench):
    pushes = 10 if bench.quick else 50
    with bench.git() as git, bench.daemon() as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        ids = support.commits(repository, pushes * bench.rounds + 1, {".triphammer/say.yml": FIRST_LINE})
        daemon.run_of_push(repository, ids[-1])  # brings every commit into the mirror
        taken = []
        for turn in range(bench.rounds):
            some = ids[turn * pushes:(turn + 1) * pushes]
            taken.append(median([push_and_watch(daemon, repository, sha) for sha in some]))
    first = median(taken)
    yield Row("push → first log line at a WebSocket, p50", f"{first:.1f} ms", "", "", "≤ 10 ms", first <= 10)


def push_and_watch(daemon, repository, sha):
    viewer = Viewer(daemon)
    try:
        viewer.subscribe()
        hook, secret = daemon.hooks[repository.name]
        body = support.payloads.push(repository.name, repository.clone_url, sha, before=sha[::-1])
        headers, raw = support.payloads.signed("push", body, secret)
        with support.Connection(daemon.port) as connection:
            request = support.post_request(hook, headers, raw)
            time.sleep(0.02)
            started = time.perf_counter()
            status, answer, _ = connection.ask(request)
            if status != 202:
                raise RuntimeError(f"{status} {answer}")
            run, at = viewer.wait_for_line(1)
    finally:
        viewer.close()
    daemon.finished_run(run)
    return (at - started) * 1000
