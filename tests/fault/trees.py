"""Processes that do not want to go, and the death of the roles that look after them."""
import os
import signal
import subprocess
import time

from support import Finding, World

# Double fork, own session, no descriptor, deaf to TERM and HUP: what nobody above could find by
# asking for children, groups or open files.
ESCAPE = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    open("escaped", "w").close()
    os.closerange(0, 4096)
    while True:
        time.sleep(600)
os.wait()
while not os.path.exists("escaped"):
    time.sleep(0.01)
print("the escape is on its way", flush=True)
"""
STAY = ESCAPE + "time.sleep(600)\n"
GONE_WITHIN = 10.0


def step(script, **more):
    return {"shell": "python3 {0}", "run": script, **more}


def trees(plan):
    for way in (after_end, after_cancel, after_timeout, after_runner_kill, after_launcher_kill):
        with World(plan) as world:
            yield from way(world)


def start_escape(world, script, **more):
    """(run, how many processes its step has), once the escaped one lives."""
    run = world.start_run(world.workflow({"steps": [step(script, **more), {"run": "echo next; sleep 0.5"}]}))
    world.wait_for_log(run, "the escape is on its way")
    return run, len(world.marked())


def judge(world, run, name, wanted, alive):
    started = time.monotonic()
    ended = world.daemon.finished_run(run, 90)
    over = time.monotonic() - started
    [job] = ended["jobs"]
    gone = world.wait_until_gone(GONE_WITHIN)
    told = f"job {job['state']} {job['cause'] or ''} after {over:.1f} s, {alive} processes before, "
    told += "none after" if gone is not None else f"{len(world.marked())} alive {GONE_WITHIN:.0f} s later"
    ok = (job["state"], job["cause"]) == wanted and gone is not None and alive > 0
    yield Finding(f"tree gone after {name}", ok, told)


def after_end(world):
    run, alive = start_escape(world, ESCAPE + "time.sleep(1)\n")
    yield from judge(world, run, "the end of its step", ("succeeded", None), alive)


def after_cancel(world):
    run, alive = start_escape(world, STAY)
    answer = world.daemon.api(f"/runs/{run}/cancel", "POST", json={})
    if answer.status_code >= 300:
        yield Finding("cancel is taken", False, f"{answer.status_code} {answer.text}")
    yield from judge(world, run, "cancel", ("cancelled", None), alive)


def after_timeout(world):
    run, alive = start_escape(world, STAY, **{"timeout-minutes": 1})
    yield from judge(world, run, "its time is up", ("failed", "timeout"), alive)


def after_runner_kill(world):
    run, alive = start_escape(world, STAY)
    os.kill(world.runner_pid(), signal.SIGKILL)
    yield from judge(world, run, "kill -9 of its runner", ("failed", "lost_runner"), alive)
    yield from goes_on(world, "the next job runs")


def after_launcher_kill(world):
    run = world.start_run(world.workflow({"steps": [{"run": "echo begun; sleep 3; echo done"}]}))
    world.wait_for_log(run, "begun")
    launcher = world.launcher_pid()
    os.kill(launcher, signal.SIGKILL)
    ended = world.daemon.finished_run(run, 60)
    yield Finding("kill -9 of the launcher: the running job ends well", ended["state"] == "succeeded", ended["state"])
    restart_launcher(world)
    yield from goes_on(world, "a new launcher starts the next job")


def restart_launcher(world):
    """As its unit would; where `serve` has started another one meanwhile, that one is taken."""
    run = world.daemon.data.with_name("data-run")
    world.started = subprocess.Popen(
        [world.daemon.binary, "launcher", "--run", str(run), "--data", str(world.daemon.data)], env=world.daemon.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def goes_on(world, what):
    run = world.start_run(world.workflow({"steps": [{"run": "echo again"}]}))
    ended = world.daemon.finished_run(run, 60)
    yield Finding(f"  … {what}", ended["state"] == "succeeded", ended["state"])
