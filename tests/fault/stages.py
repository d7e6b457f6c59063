"""kill -9 of the daemon, of the runner, and of both, at every stage of a job: the job ends well all the same, its log
is whole, and it has succeeded once."""
import collections
import contextlib
import hashlib
import os
import signal
import sqlite3
import time

from support import Finding, World, some

LINES = 2000
STAGES = ("accepted", "queued", "claimed", "set up", "checkout", "output", "between steps", "check", "always()", "ending", "ended")
STEPS = ("set up", "checkout", "output", "check", "always()")  # by number
VICTIMS = {"daemon": STAGES, "runner": STAGES[2:-1], "daemon and runner": STAGES[2:-1]}
LONGEST_DELAY = 0.02  # seconds after a stage was seen; half of the kills come at once
BRIEF = {"queued", "between steps"}  # over in less than it takes to look: met or not
STAGE_WITHIN = 20.0
WRITER = """
import os, time
with open("copy", "wb") as copy:
    for number in range(LINES):
        line = b"%d of the lines that must all arrive\\n" % number
        copy.write(line)
        os.write(1, line)
        if number % 100 == 99: time.sleep(0.01)
"""
JOB = {
    "retry": {"max": 2, "on": "infrastructure", "backoff": "1s"},
    "steps": [
        {"uses": "actions/checkout@v4"},
        {"shell": "python3 {0}", "run": WRITER.replace("LINES", str(LINES))},
        {"run": "sha256sum copy; sleep 0.1"},
        {"if": "always()", "run": "echo the last one; sleep 0.1"},
    ],
}
# What is known of the only job of a delivery: its attempt's newest step, and how many run.
KNOWN = """
SELECT jobs.state, attempts.id, attempts.state, (SELECT max(number) FROM steps WHERE attempt = attempts.id),
       (SELECT count(*) FROM steps WHERE attempt = attempts.id AND state = 'running')
FROM deliveries JOIN runs ON runs.delivery = deliveries.id JOIN jobs ON jobs.run = runs.id
LEFT JOIN attempts ON attempts.job = jobs.id AND attempts.number = jobs.attempts
WHERE deliveries.guid = ?"""


def stages(plan):
    rounds = 12 if plan.short else 300
    dice = plan.dice("stages")
    with World(plan) as world:
        sha = world.workflow(JOB)
        world.daemon.finished_run(world.start_run(sha))  # the mirror is there
        wanted = [(victim, stage) for victim, among in VICTIMS.items() for stage in among]
        dice.shuffle(wanted)
        hit, wrong, again = collections.Counter(), [], collections.Counter()
        for turn in range(rounds):
            victim, stage = wanted[turn % len(wanted)]
            guid = world.daemon.push(world.repository, sha, before=f"{turn:040x}")
            met = strike(world, guid, victim, stage, dice.choice((0, dice.uniform(0, LONGEST_DELAY))))
            hit[victim, met] += 1
            job = ended_job(world, guid)
            again[victim] += job["attempt"] > 1
            wrong += [f"{victim} killed at '{met}': {what}" for what in judge(world, job, victim)]
        gone = world.wait_until_gone(10)
    yield Finding(f"{rounds} kills at the stages of a job: it succeeds once, its log is the step's own copy", not wrong,
                  some(f"{len(wrong)} did not", wrong))
    for victim in VICTIMS:
        met = [f"{stage} {hit[victim, stage]}" for stage in STAGES if hit[victim, stage]]
        yield Finding(f"  … {victim} killed", bool(met), f"{', '.join(met)}; {again[victim]} jobs begun again")
    never = [stage for stage in STAGES if not any(hit[victim, stage] for victim in VICTIMS)]
    yield Finding("  … every stage was met", plan.short or BRIEF.issuperset(never), f"never: {', '.join(never)}" if never else "")
    yield Finding("  … a job whose runner was killed began again", again["runner"] + again["daemon and runner"] > 0)
    yield Finding("  … no process is left", gone is not None)


def strike(world, guid, victim, stage, delay):
    """Kills at the stage, or as soon after it as can be; the stage that was met."""
    with contextlib.closing(sqlite3.connect(f"file:{world.daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
        limit = time.monotonic() + STAGE_WITHIN
        while STAGES.index(stage_of(database, guid)[0]) < STAGES.index(stage) and time.monotonic() < limit:
            time.sleep(0.0005)
        if stage != "accepted":
            time.sleep(delay)
        if "daemon" in victim:
            os.kill(world.daemon.process.pid, signal.SIGSTOP)  # so that what is known now is what it knew at its end
        met, fence = stage_of(database, guid)
        if "runner" in victim:
            kill_runner(world, fence)
    if "daemon" in victim:
        world.daemon.kill()
        world.daemon.start()
    return met


def stage_of(database, guid):
    """(stage, fence of the attempt)"""
    row = database.execute(KNOWN, (guid,)).fetchone()
    if not row:
        return "accepted", None
    state, fence, attempt, step, running = row
    if state in ("blocked", "queued"):
        return "queued", fence
    if state != "running":
        return "ended", fence
    if attempt == "claimed":
        return "claimed", fence
    if step is None or running:
        return STEPS[step or 0], fence
    return "ending" if step == len(STEPS) - 1 else "between steps", fence


def kill_runner(world, fence):
    """The process whose number is in the attempt's lock; none before it began, and after its end."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        lock = world.daemon.data.with_name("data-run") / str(fence) / "lock"
        os.kill(int(lock.read_text()), signal.SIGKILL)


def ended_job(world, guid):
    [run] = world.daemon.delivery(guid)["runs"]
    [job] = world.daemon.finished_run(run, 90)["jobs"]
    return {**job, "run": run}


def judge(world, job, victim):
    """What is not as it must be."""
    if job["state"] != "succeeded":
        yield f"{job['state']} {job['cause']} {job['reason']}"
        return
    stored = world.daemon.api(f"/runs/{job['run']}/jobs/{job['id']}/log/raw?step=2").content
    own = world.daemon.log_text(job["run"], job["id"], 3).split(" ")[0]
    if hashlib.sha256(stored).hexdigest() != own:
        yield f"the log has {stored.count(10)} of {LINES} lines"
    if job["attempt"] > (2 if "runner" in victim else 1):
        yield f"attempt {job['attempt']}"
    with contextlib.closing(sqlite3.connect(f"file:{world.daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
        ends = database.execute("SELECT count(*) FROM attempts WHERE job = ? AND result = 'succeeded'", (job["id"],)).fetchone()[0]
        told = database.execute("SELECT count(*) FROM changes WHERE subject = 'job' AND id = ? AND to_state = 'succeeded'",
                                (job["id"],)).fetchone()[0]
    if (ends, told) != (1, 1):
        yield f"{ends} attempts succeeded, told {told} times"
