"""What the daemon weighs."""
import subprocess
import time

from support import Row, median, memory_kb


def idle_size(bench):
    taken = []
    for _ in range(bench.rounds):
        with bench.daemon() as daemon:
            daemon.admin_token()
            daemon.get("/runs")
            time.sleep(1)
            taken.append(memory_kb(daemon.process.pid) / 1024)
    yield Row("idle memory of the daemon", f"{median(taken):.1f} MB", "", "", "≤ 20 MB", median(taken) <= 20)
    stripped = bench.folder / "stripped"
    subprocess.run(["strip", "-o", str(stripped), bench.binary], check=True)
    size = stripped.stat().st_size / 1e6
    yield Row("binary with the runner in it, stripped", f"{size:.1f} MB", "", "", "≤ 20 MB", size <= 20)
