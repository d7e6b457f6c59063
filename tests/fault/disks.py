"""A full disk under the data directory, and one under the run directory."""
import contextlib
import os
import pathlib
import subprocess
import time

import requests

from support import REPOSITORY, Finding, World

from harness import payloads

SMALL_DISK = "48m"
TALKER = "echo begun; while [ ! -e stop ]; do echo {text}; done".format(text="x" * 200)


@contextlib.contextmanager
def small_disk(folder):
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0755", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Leaves not one free block; returns the filler, to be removed."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    return filler


def full_disks(plan):
    if os.geteuid() != 0:
        yield Finding("full disk (skipped: only root may mount one)", True)
        return
    for root, play in (("data", full_data), ("run", full_run)):
        folder = plan.folder / f"full-{root}"
        with small_disk(folder / "server" / "disk") as disk, World(plan, folder, **{root: str(disk / root)}) as world:
            world.daemon.data = pathlib.Path(disk / "data") if root == "data" else world.daemon.data
            yield from play(world, disk)


def post(world, number):
    """Status of one small delivery."""
    hook, secret = world.daemon.hooks[REPOSITORY]
    body = payloads.push(REPOSITORY, world.repository.clone_url, payloads.ZERO, ref="refs/heads/gone", before=f"{number:040x}",
                         pad=os.urandom(20_000).hex())
    headers, raw = payloads.signed("push", body, secret)
    return requests.post(world.daemon.url + hook, data=raw, headers=headers, timeout=30).status_code


def full_data(world, disk):
    run = world.start_run(world.workflow({"steps": [{"run": TALKER}]}))
    world.wait_for_log(run, "begun")
    filler = fill(disk)
    statuses = []
    for number in range(1, 60):
        statuses.append(post(world, number))
        if statuses[-3:] == [503] * 3:
            break
        fill_again(filler)
    yield Finding("full data disk: 503 for what cannot be kept", statuses[-3:] == [503] * 3 and set(statuses) <= {202, 503},
                  f"answers {sorted(set(statuses))}, {len(statuses)} sent")
    alive = world.daemon.process.poll() is None
    time.sleep(2)  # time enough for the log to meet the full disk
    filler.unlink()
    yield Finding("  … the daemon lives", alive and world.daemon.process.poll() is None)
    if not alive:
        return
    world.daemon.api(f"/runs/{run}/cancel", "POST", json={})
    ended = world.daemon.finished_run(run, 90)
    [job] = ended["jobs"]
    fine = (job["state"], job["cause"]) in (("failed", "disk_full"), ("cancelled", None))
    yield Finding("  … the running job fails disk_full or goes on", fine, f"{job['state']} {job['cause'] or ''}")
    yield from normal_again(world)


def fill_again(filler):
    """What the daemon gave back meanwhile is taken too."""
    with open(filler, "ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def full_run(world, disk):
    run = world.start_run(world.workflow({"steps": [{"run": TALKER}]}))
    world.wait_for_log(run, "begun")
    filler = fill(disk)
    ended = world.daemon.finished_run(run, 90)
    [job] = ended["jobs"]
    yield Finding("full run disk: the job fails disk_full", (job["state"], job["cause"]) == ("failed", "disk_full"),
                  f"{job['state']} {job['cause'] or ''}")
    filler.unlink()
    yield from normal_again(world)


def normal_again(world):
    world.daemon.wait_for(lambda: post(world, time.monotonic_ns()) == 202, 30, "no delivery is kept again")
    run = world.start_run(world.workflow({"steps": [{"run": "echo again"}]}))
    ended = world.daemon.finished_run(run, 60)
    yield Finding("  … normal again without a restart", ended["state"] == "succeeded", ended["state"])
