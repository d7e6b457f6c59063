"""A million lines from one step, against the same command into `cat > file`; what the daemon keeps of them."""
import json
import subprocess
import tempfile
import time

import support
from support import REPOSITORY, Row, median, memory_kb, milliseconds_between, ratio_text

LINE = "a line of a build that says what it compiles now, and then says it once more"  # 77 bytes with its end
WRITERS = {
    "single lines": ('awk \'BEGIN {{ for (i = 0; i < {count}; i++) {{ print "{line}"; fflush() }} }}\'', 1.1),
    "blocks": ('yes "{line}" | head -n {count}', 1.6),
}


def million_lines(bench):
    count = 200_000 if bench.quick else 1_000_000
    commands = {name: text.format(count=count, line=LINE) for name, (text, _) in WRITERS.items()}
    probe = {name: [] for name in WRITERS}
    product = {name: [] for name in WRITERS}
    grown = []
    with bench.git() as git, bench.daemon() as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        for turn in range(bench.rounds):
            for name, command in commands.items():
                probe[name].append(into_cat(bench, command))
                sha = repository.commit({".triphammer/lines.yml": workflow_of(command), "turn": f"{turn} {name}"})
                before = memory_kb(daemon.process.pid)
                support.reset_peak(daemon.process.pid)
                product[name].append(through_step(daemon, repository, sha, count))
                grown.append((memory_kb(daemon.process.pid, "VmHWM") - before) / 1024)
    for name, (_, wanted) in WRITERS.items():
        ratio = median(product[name]) / median(probe[name])
        yield Row(f"{count:,} lines, a writer of {name}", f"{median(product[name]):.2f} s",
                  f"into cat {median(probe[name]):.2f} s", ratio_text(ratio), f"≤ {wanted:.2f}", ratio <= wanted)
    yield Row("  … the daemon's peak above its rest before", f"{max(grown):.1f} MB", "", "", "≤ 8 MB", max(grown) <= 8)


def workflow_of(command):
    step = {"run": command, "shell": "sh"}
    return json.dumps({"on": "push", "jobs": {"lines": {"runs-on": "host", "steps": [step]}}})


def into_cat(bench, command):
    """Seconds; the file lies on the same disk as the product's."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        started = time.perf_counter()
        subprocess.run(["sh", "-e", "-c", f"{{ {command}; }} | cat > {folder}/log"], check=True)
        return time.perf_counter() - started


def through_step(daemon, repository, sha, count):
    """Seconds from the step's begin to its end, as the API tells them."""
    run = daemon.run_of_push(repository, sha, seconds=120)
    step = next(step for step in run["jobs"][0]["steps"] if step["number"] == 1)
    if run["state"] != "succeeded" or step["log_lines"] < count:
        raise RuntimeError(f"the run of lines {run['state']}, {step['log_lines']} lines")
    return milliseconds_between(step["started_at"], step["finished_at"]) / 1000
