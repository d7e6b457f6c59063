"""What the isolation of a job costs by itself (tests/bench/isolation.cpp), against a loop without any: no figure of ours
can be better than that one."""
import pathlib
import subprocess
import tempfile

import support
from support import Row, median, number_in, ratio_text

SH = ("/bin/sh", "-c", "echo hi")
BASH = ("/bin/bash", "-e", "-c", "echo hi")
CASES = {
    "a copy of a process, sh": ("process", SH),
    "… in a sandbox": ("sandbox", SH),
    "… with users of its own, an empty network": ("users", SH),
    "… that leads out: all that a job has": ("network", SH),
    "… and bash, as a job's shell is": ("network", BASH),
}


def isolation_alone(bench):
    count = 100 if bench.quick else 500
    build = pathlib.Path(bench.binary).parent
    subprocess.run(["cmake", "--build", str(build), "--target", "isolation"], check=True, capture_output=True)
    probe, taken = [], {name: [] for name in CASES}
    for _ in range(bench.rounds):
        probe.append(number_in(bench.run_probe("jobloop", "DIR", count, 2, 1), r"jobs/s=(\d+)"))
        for name, (parts, command) in CASES.items():
            taken[name].append(jobs_a_second(bench, build, count, parts, command))
    for name, rates in taken.items():
        yield Row(f"isolation alone: {name}", f"{median(rates):.0f} jobs/s", f"jobloop {median(probe):.0f} jobs/s",
                  ratio_text(median(rates) / median(probe)))


def jobs_a_second(bench, build, count, parts, command):
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        support.open_to_pass(bench.folder, pathlib.Path(folder))
        words = [str(build / "tests" / "isolation"), folder, str(count), "2", parts, *command]
        said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout
    return number_in(said, r"jobs/s=(\d+)")
