"""The planner, by itself: tests/bench/micro.cpp, of the same build as the binary."""
import pathlib
import subprocess

from support import Row, median


def planning_speed(bench):
    build = pathlib.Path(bench.binary).parent
    subprocess.run(["cmake", "--build", str(build), "--target", "micro"], check=True, capture_output=True)
    micro = str(build / "tests" / "micro")
    taken = []
    for _ in range(bench.rounds):
        done = subprocess.run([micro], capture_output=True, text=True, check=True, timeout=120)
        taken.append(float(done.stdout))
    took = median(taken)
    yield Row("planning a push against 50 read workflows", f"{took:.2f} ms", "", "", "≤ 1 ms", took <= 1)
