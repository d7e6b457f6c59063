"""Checkout of a commit that is in the mirror, against `git clone --local` of that mirror."""
import json
import random
import shutil
import subprocess
import time

from output import first_step, step_seconds
from support import REPOSITORY, Row, median, ratio_text

WORKFLOW = json.dumps({"on": "push", "jobs": {"look": {"runs-on": "host", "steps": [{"uses": "actions/checkout@v4"}]}}})


def checkout_speed(bench):
    files = 200 if bench.quick else 3_000
    dice = random.Random(7)
    tree = {f"src/part{number % 50}/file{number}.c": source_text(dice) for number in range(files)}
    cold, warm, probe = [], [], []
    for turn in range(bench.rounds):
        with bench.git() as git, bench.daemon() as daemon:
            repository = git.repository(REPOSITORY)
            daemon.add_repository(repository)
            cold.append(checkout(daemon, repository, repository.commit({".triphammer/look.yml": WORKFLOW, **tree})))
            for change in range(5):
                sha = repository.commit({"src/part1/file1.c": source_text(dice)})
                warm.append(checkout(daemon, repository, sha))
                probe.append(local_clone(bench, daemon))
    for name, taken, wanted in (("of a small push", warm, 0.2), ("of the first push", cold, 1.0)):
        ratio = median(taken) / median(probe)
        yield Row(f"checkout {name}, {files:,} files", f"{median(taken) * 1000:.0f} ms",
                  f"git clone --local {median(probe) * 1000:.0f} ms", ratio_text(ratio), f"≤ {wanted:.2f}", ratio <= wanted)


def source_text(dice):
    return "".join(f"int value_{dice.randrange(1 << 30)} = {dice.randrange(1 << 30)};\n" for _ in range(dice.randrange(20, 200)))


def checkout(daemon, repository, sha):
    run = daemon.run_of_push(repository, sha)
    if run["state"] != "succeeded" or "checkout" not in first_step(run)["name"].lower():
        raise RuntimeError(f"{run['state']}: {first_step(run)}")
    return step_seconds(run)


def local_clone(bench, daemon):
    """Seconds; of the mirror, on the same disk."""
    [mirror] = (path for path in (daemon.data / "mirrors").rglob("HEAD") if (path.parent / "objects").exists())
    target = bench.folder / "clone"
    started = time.perf_counter()
    subprocess.run(["git", "clone", "--local", "--quiet", "--branch", "main", str(mirror.parent), str(target)], check=True)
    taken = time.perf_counter() - started
    shutil.rmtree(target)
    return taken
