"""kill -9 of the daemon at random moments, under signed deliveries and with running jobs."""
import contextlib
import http.client
import queue
import sqlite3
import threading
import time
import uuid

from support import ENDED, REPOSITORY, Finding, World, percentile, some

from harness import payloads

RATE = 50           # deliveries a second
BUILD_EVERY = 10    # one delivery in so many has a job that runs; the others' job is skipped
LINES = 20
STUCK_AFTER = 60.0  # seconds without any progress
READY_WITHIN = 1.0

STEP = f"for i in $(seq {LINES}); do echo line $i; sleep 0.02; done"


class Sender:
    """Sends one signed push after the other at a steady rate. What got no 2xx is sent again with
    the same GUID, as a person at the forge would, until it is accepted."""

    def __init__(self, daemon, repository, sha):
        self.daemon = daemon
        self.hook, self.secret = daemon.hooks[repository.name]
        self.repository = repository
        self.sha = sha
        self.accepted = {}  # GUID → whether its job runs
        self.retries = 0
        self.problems = []
        self.stopped = threading.Event()
        self.waiting = queue.Queue()
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(4)]
        self.clock = threading.Thread(target=self._tick, daemon=True)

    def start(self):
        for thread in [self.clock, *self.threads]:
            thread.start()

    def finish(self):
        """Stops sending new ones and waits until every one is accepted."""
        self.stopped.set()
        self.clock.join()
        self.waiting.join()
        for _ in self.threads:
            self.waiting.put(None)
        for thread in self.threads:
            thread.join()

    def _tick(self):
        number, due = 0, time.monotonic()
        while not self.stopped.is_set():
            number += 1
            self.waiting.put((str(uuid.uuid4()), number))
            due += 1 / RATE
            time.sleep(max(0.0, due - time.monotonic()))

    def _work(self):
        connection = None
        while (item := self.waiting.get()) is not None:
            connection = self._deliver(connection, *item)
            self.waiting.task_done()

    def _deliver(self, connection, guid, number):
        builds = number % BUILD_EVERY == 0
        ref = "refs/heads/build" if builds else "refs/heads/quiet"
        body = payloads.push(self.repository.name, self.repository.clone_url, self.sha, ref=ref, before=f"{number:040x}")
        headers, raw = payloads.signed("push", body, self.secret, guid)
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=10)
                connection.request("POST", self.hook, raw, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                connection = None
            else:
                if answer.status in (200, 202):
                    self.accepted[guid] = builds
                    return connection
                if answer.status != 503:
                    self.problems.append(f"{answer.status} {text[:200]}")
                    return connection
            self.retries += 1
            time.sleep(0.1)
        self.problems.append(f"{guid} was not accepted within a minute")
        return connection


def storm(plan):
    kills = 10 if plan.short else 100
    dice = plan.dice("kills")
    with World(plan) as world:
        job = {"if": "github.ref == 'refs/heads/build'", "steps": [{"run": STEP}]}
        sha = world.workflow(job)
        world.daemon.finished_run(world.start_run(sha))  # the mirror is there
        sender = Sender(world.daemon, world.repository, sha)
        sender.start()
        ready = [kill_and_restart(world.daemon, dice.uniform(0.1, 2.0)) for _ in range(kills)]
        sender.finish()
        world.daemon.wait_ready()
        stuck = wait_until_settled(world)
        yield from judge(world, sender, kills, ready, stuck)


def kill_and_restart(daemon, after):
    """Seconds from the new process's start to its first 200."""
    time.sleep(after)
    daemon.kill()
    started = time.monotonic()
    daemon.start(wait=False)
    while time.monotonic() - started < 20:
        with contextlib.suppress(OSError, http.client.HTTPException):
            probe = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=5)
            probe.request("GET", "/readyz")
            if probe.getresponse().status == 200:
                return time.monotonic() - started
        if daemon.process.poll() is not None:
            raise RuntimeError(f"the daemon ended with {daemon.process.returncode}: {daemon.tail()}")
        time.sleep(0.005)
    raise RuntimeError(f"the daemon is not ready after a kill: {daemon.tail()}")


def open_database(daemon):
    return contextlib.closing(sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True, timeout=10))


def open_things(daemon):
    with open_database(daemon) as database:
        return (database.execute("SELECT count(*) FROM deliveries WHERE outcome = 'pending'").fetchone()[0],
                database.execute(f"SELECT count(*) FROM runs WHERE state NOT IN {ENDED}").fetchone()[0])


def wait_until_settled(world):
    """What was still open when nothing had moved for a minute; empty when all ended."""
    last, moved = None, time.monotonic()
    while (now := open_things(world.daemon)) != (0, 0):
        if now != last:
            last, moved = now, time.monotonic()
        if time.monotonic() - moved > STUCK_AFTER:
            return f"{now[0]} deliveries pending, {now[1]} runs open"
        time.sleep(0.1)
    return ""


def listed(daemon):
    """Every delivery of the list: GUID → its entries."""
    found, cursor = {}, None
    while True:
        page = daemon.get(f"/deliveries?limit=100{f'&cursor={cursor}' if cursor else ''}")
        for item in page["items"]:
            found.setdefault(item["guid"], []).append(item)
        cursor = page["next"]
        if not cursor:
            return found


def judge(world, sender, kills, ready, stuck):
    daemon = world.daemon
    yield Finding("every delivery was accepted in the end", not sender.problems,
                  some(f"{len(sender.accepted):,} accepted, {sender.retries} tries refused or cut off", sender.problems))
    known = listed(daemon)
    lost = [guid for guid in sender.accepted if guid not in known]
    yield Finding("0 accepted deliveries lost", not lost, some(f"{len(lost)} lost", lost))
    runs = {guid: [run for item in known.get(guid, []) for run in item["runs"]] for guid in sender.accepted}
    odd = {guid: (made, [item["outcome"] for item in known.get(guid, [])]) for guid, made in runs.items() if len(made) != 1}
    twice = [run for made in runs.values() for run in made]
    yield Finding("each delivery made exactly one run", not odd and len(set(twice)) == len(twice),
                  some(f"{len(odd)} did not", list(odd.items())))
    yield Finding("0 stuck", not stuck, stuck)
    yield from judge_builds(world, [runs[guid][0] for guid, builds in sender.accepted.items() if builds and runs[guid]])
    gone = world.wait_until_gone(10)
    yield Finding("0 orphans of finished attempts", gone is not None, f"{len(world.marked())} left")
    with open_database(daemon) as database:
        answer = database.execute("PRAGMA integrity_check").fetchone()[0]
        strays = database.execute("PRAGMA foreign_key_check").fetchall()
    yield Finding("integrity check", answer == "ok" and not strays, f"{answer}, {len(strays)} rows without their parent")
    p99 = percentile(ready, 0.99)
    yield Finding(f"ready again within 1 s ({kills} kills)", p99 <= READY_WITHIN,
                  f"p50 {percentile(ready, 0.5) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {max(ready) * 1000:.0f} ms")


def judge_builds(world, runs):
    expected = "".join(f"line {number}\n" for number in range(1, LINES + 1))
    failed, torn, again = [], [], 0
    for run in runs:
        [job] = world.daemon.get(f"/runs/{run}")["jobs"]
        again += job["attempt"] > 1
        if job["state"] != "succeeded":
            failed.append((run, job["state"], job["cause"], job["reason"]))
        elif world.daemon.log_text(run, job["id"], 1) != expected:
            torn.append(run)
    yield Finding("running jobs end as if nothing had happened", not failed,
                  some(f"{len(runs)} jobs, {again} started again, {len(failed)} failed", failed))
    yield Finding("their logs are complete", not torn, some(f"{len(torn)} differ", torn))
