"""The daemon is away in the middle of a step that writes 1,000 lines a second."""
import hashlib
import re
import time

from support import Finding, World

WRITER = """
import os, sys, time
copy = open("copy", "wb")
began = time.monotonic()
for number in range(LINES):
    line = b"%d the step goes on, whoever listens\\n" % number
    copy.write(line)
    os.write(1, line)
    if number % 50 == 49:
        time.sleep(max(0.0, began + number / 1000 - time.monotonic()))
"""


def outage(plan):
    away = 5 if plan.short else 60
    lines = 1000 * (away + 6)
    with World(plan) as world:
        steps = [{"shell": "python3 {0}", "run": WRITER.replace("LINES", str(lines))}, {"run": "sha256sum copy"}]
        run = world.start_run(world.workflow({"steps": steps}))
        world.wait_for_log(run, "1500 the step goes on")
        world.daemon.kill()
        time.sleep(away)
        world.daemon.start()
        ended = world.daemon.finished_run(run, 60 + away)
        [job] = ended["jobs"]
        stored = world.daemon.api(f"/runs/{run}/jobs/{job['id']}/log/raw?step=1").content
        own = re.search(r"[0-9a-f]{64}", world.daemon.log_text(run, job["id"], 2))
        same = bool(own) and hashlib.sha256(stored).hexdigest() == own[0]
        yield Finding(f"outage of {away} s at 1,000 lines/s: the log is the step's own copy", same,
                      f"{stored.count(b'%c' % 10):,} of {lines:,} lines, job {job['state']} {job['cause'] or ''}, attempt {job['attempt']}")
        yield Finding("  … and the job ends as if nothing had happened", ended["state"] == "succeeded" and job["attempt"] == 1,
                      f"{ended['state']}, attempt {job['attempt']}")


FLOOD = """
import hashlib, os, random, time
dice, own, began, sent = random.Random(7), hashlib.sha256(), time.monotonic(), 0
while sent < MEGABYTES << 20:
    piece = b"%d " % sent + dice.choice((b"a line\\n", b"x" * 4000 + b"\\n", b"lines\\n" * 30000))
    while piece:
        done = os.write(1, piece)
        own.update(piece[:done])
        sent, piece = sent + done, piece[done:]
    time.sleep(max(0.0, began + sent / (50 << 20) - time.monotonic()))
open("sum", "w").write(own.hexdigest())
"""


def flood(plan):
    """The daemon is killed again and again while a step writes 50 MB a second."""
    kills, megabytes = (3, 75) if plan.short else (12, 300)
    with World(plan) as world:
        steps = [{"shell": "python3 {0}", "run": FLOOD.replace("MEGABYTES", str(megabytes))}, {"run": "cat sum"}]
        run = world.start_run(world.workflow({"steps": steps}))
        world.wait_for_log(run, "lines")
        for _ in range(kills):
            world.daemon.kill()
            world.daemon.start()
            time.sleep(0.2)
        ended = world.daemon.finished_run(run, 120)
        [job] = ended["jobs"]
        stored = world.daemon.api(f"/runs/{run}/jobs/{job['id']}/log/raw?step=1").content
        own = re.search(r"[0-9a-f]{64}", world.daemon.log_text(run, job["id"], 2))
        same = bool(own) and hashlib.sha256(stored).hexdigest() == own[0]
        yield Finding(f"{kills} kills during 50 MB/s of output: the log is what the step wrote", same,
                      f"{len(stored) >> 20} of {megabytes} MB, job {job['state']} {job['cause'] or ''}, attempt {job['attempt']}")
