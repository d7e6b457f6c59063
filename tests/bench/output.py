"""A million lines from one step with two secrets, against the same command into `cat > file`; what daemon and runner
keep of them; the masker by itself."""
import contextlib
import json
import pathlib
import subprocess
import tempfile
import threading
import time

import support
from support import REPOSITORY, Row, median, memory_kb, milliseconds_between, ratio_text

LINE = "a line of a build that says what it compiles now, and then says it once more"  # 77 bytes with its end
WRITERS = {
    "single lines": ('awk \'BEGIN {{ for (i = 0; i < {count}; i++) {{ print "{line}"; fflush() }} }}\'', 1.1),
    "blocks": ('yes "{line}" | head -n {count}', 1.6),
}
SECRETS = {"TOKEN": "ghp_0123456789abcdefghijABCDEFGHIJ", "PASSWORD": "correct-horse-battery-staple"}
MASKERS = {2: 1000, 100: 150}  # secrets → MB a second


def million_lines(bench):
    count = 200_000 if bench.quick else 1_000_000
    commands = {name: text.format(count=count, line=LINE) for name, (text, _) in WRITERS.items()}
    probe = {name: [] for name in WRITERS}
    product = {name: [] for name in WRITERS}
    grown, runners = [], []
    with bench.git() as git, bench.daemon() as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        for name, value in SECRETS.items():
            daemon.admin("secret", "set", name, stdin=value)
        first = repository.commit({".triphammer/lines.yml": workflow_of("seq 1000")})
        through_step(daemon, repository, first, 1000)  # brings the pages of the program itself into memory
        for turn in range(bench.rounds):
            for name, command in commands.items():
                probe[name].append(into_cat(bench, command))
                sha = repository.commit({".triphammer/lines.yml": workflow_of(command), "turn": f"{turn} {name}"})
                before = memory_kb(daemon.process.pid)
                support.reset_peak(daemon.process.pid)
                with runner_peak(daemon, runners):
                    product[name].append(through_step(daemon, repository, sha, count))
                grown.append((memory_kb(daemon.process.pid, "VmHWM") - before) / 1024)
    for name, (_, wanted) in WRITERS.items():
        ratio = median(product[name]) / median(probe[name])
        yield Row(f"{count:,} lines, a writer of {name}", f"{median(product[name]):.2f} s",
                  f"into cat {median(probe[name]):.2f} s", ratio_text(ratio), f"≤ {wanted:.2f}", ratio <= wanted)
    yield Row("  … the daemon's peak above its rest after a first job", f"{max(grown):.1f} MB", "", "", "≤ 4 MB", max(grown) <= 4)
    most = max(runners) / 1024
    yield Row("  … the runner's peak, with two secrets", f"{most:.1f} MB", "", "", "≤ 16 MB", 0 < most <= 16)


def workflow_of(command):
    step = {"run": command, "shell": "sh"}
    env = {name: f"${{{{ secrets.{name} }}}}" for name in SECRETS}
    return json.dumps({"on": "push", "env": env, "jobs": {"lines": {"runs-on": "host", "steps": [step]}}})


@contextlib.contextmanager
def runner_peak(daemon, peaks):
    """Adds the peak of the only runner, in KB, as it was when last seen."""
    over, seen = threading.Event(), [0]

    def look():
        while not over.wait(0.02):
            for lock in daemon.data.with_name("data-run").glob("*/lock"):
                with contextlib.suppress(OSError, ValueError, RuntimeError):
                    seen[0] = max(seen[0], memory_kb(int(pathlib.Path(lock).read_text()), "VmHWM"))
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    peaks.append(seen[0])


def into_cat(bench, command):
    """Seconds; the file lies on the same disk as the product's."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        started = time.perf_counter()
        subprocess.run(["sh", "-e", "-c", f"{{ {command}; }} | cat > {folder}/log"], check=True)
        return time.perf_counter() - started


def through_step(daemon, repository, sha, count):
    """Seconds from the step's begin to its end, as the API tells them."""
    run = daemon.run_of_push(repository, sha, seconds=120)
    step = first_step(run)
    if run["state"] != "succeeded" or step["log_lines"] < count:
        raise RuntimeError(f"the run of lines {run['state']}, {step['log_lines']} lines")
    return step_seconds(run)


def first_step(run):
    return next(step for step in run["jobs"][0]["steps"] if step["number"] == 1)


def step_seconds(run):
    step = first_step(run)
    return milliseconds_between(step["started_at"], step["finished_at"]) / 1000


def masking(bench):
    build = pathlib.Path(bench.binary).parent
    subprocess.run(["cmake", "--build", str(build), "--target", "masker"], check=True, capture_output=True)
    for secrets, wanted in MASKERS.items():
        said = [subprocess.run([str(build / "tests" / "masker"), str(secrets)], capture_output=True, text=True, check=True).stdout
                for _ in range(bench.rounds)]
        rate = median([support.number_in(one, r"rate=(\d+)") for one in said]) / 1e6
        tables = support.number_in(said[0], r"tables=(\d+)") / 1e6
        yield Row(f"masker, {secrets} secrets", f"{rate:,.0f} MB/s", "", "", f"≥ {wanted:,} MB/s", rate >= wanted)
    yield Row("  … tables of 100 secrets", f"{tables:.2f} MB", "", "", "≤ 2 MB", tables <= 2)
