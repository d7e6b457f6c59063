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
