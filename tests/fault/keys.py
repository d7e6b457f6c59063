"""The master key is changed, and the daemon killed in the middle of it, while jobs run."""
import contextlib
import os
import signal
import time

from support import Finding, World, words_of

SECRETS = 60
WAITING = 'trap "exit 0" USR1; echo waits; while :; do sleep 1; done'


def reads_all():
    """A step that succeeds where each secret is what was set."""
    env = {f"IT_{n}": f"${{{{ secrets.IT_{n} }}}}" for n in range(SECRETS)}
    return {"env": env, "run": f'for n in $(seq 0 {SECRETS - 1}); do name="IT_$n"; test "${{!name}}" = "value-of-$n" || exit 1; done'}


def key_of(world):
    return (world.daemon.data / "master.key").read_bytes()


def die_while_changing(world, dice, longest):
    """Asks for another key and kills at a random moment; the next start finishes what had begun."""
    asking = world.daemon.admin_process("key", "rotate")
    time.sleep(dice.uniform(0, longest))
    world.daemon.kill()
    asking.wait()
    world.daemon.start()
    world.daemon.wait_for(lambda: not (world.daemon.data / "master.key.next").exists(), 20, "the change was not finished")


def opens_nothing(world, key):
    """Whether a start with this key is refused."""
    right = key_of(world)
    (world.daemon.data / "master.key").write_bytes(key)
    status = world.daemon.admin("serve", check=False).returncode
    (world.daemon.data / "master.key").write_bytes(right)
    return status == 3


def let_go(world):
    for pid in world.marked():
        if words_of(pid)[0].endswith(b"bash"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGUSR1)


def rotations(plan):
    jobs, kills, dice = (15, 8, plan.dice("keys")) if plan.short else (50, 100, plan.dice("keys"))
    with World(plan, workers=jobs + 2) as world:
        for n in range(SECRETS):
            world.daemon.admin("secret", "set", f"IT_{n}", stdin=f"value-of-{n}")
        legs = {"matrix": {"n": list(range(jobs))}, "max-parallel": jobs}
        waiting = {"strategy": legs, "steps": [{"shell": "bash {0}", "run": WAITING}, reads_all()]}
        running = world.start_run(world.workflow(waiting))
        states = lambda run: [job["state"] for job in world.daemon.get(f"/runs/{run}")["jobs"]]  # noqa: E731
        world.daemon.wait_for(lambda: states(running).count("running") == jobs, 120, "the jobs did not start")

        began = time.monotonic()
        keys = [key_of(world)]
        world.daemon.admin("key", "rotate")
        longest = 1.3 * (time.monotonic() - began)
        bad, check = 0, world.workflow({"steps": [reads_all()]})
        for _ in range(kills):
            die_while_changing(world, dice, longest)
            keys += [key_of(world)] if key_of(world) != keys[-1] else []
            bad += world.daemon.finished_run(world.start_run(check))["state"] != "succeeded"
        yield Finding(f"{kills} deaths while the key changed, {jobs} jobs running: every secret is readable", bad == 0,
                      f"{SECRETS} secrets, {bad} rounds with one that is not, {len(keys)} keys")
        let_go(world)
        ended = world.daemon.finished_run(running, 120)
        yield Finding("  … and the jobs that ran meanwhile end well, at their first attempt",
                      all((job["state"], job["attempt"]) == ("succeeded", 1) for job in ended["jobs"]), ended["state"])
        world.daemon.admin("key", "rotate")
        world.daemon.stop()
        old = dice.sample(keys, min(5, len(keys)))
        yield Finding("  … and no key of before opens anything", all(opens_nothing(world, key) for key in old),
                      f"{len(old)} of {len(keys)} tried")
