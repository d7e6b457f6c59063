"""The script `dev`: its counts, and `./dev run` as a stranger types it: twice in a row, once to its end and once stopped with Ctrl-C, with nothing
of it left afterwards: no process, mount, network, firewall rule or control group."""
import hashlib
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

import pytest

from harness.daemon import Daemon

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUMMARY = ROOT / "tests/harness/summary.py"


@pytest.mark.parametrize("log, status, line", [
    ("100% tests passed, 0 tests failed out of 768\n", 0, "x 768 0 0 5"),
    ("1/2 a ***Skipped\n50% tests passed, 1 tests failed out of 3\n", 8, "x 1 1 1 5"),
    ("3 failed, 4 passed, 1 skipped, 2 errors in 7.1s\n", 1, "x 4 5 1 5"),
    ("28 passed, 0 failed\n", 0, "x 28 0 0 5"),
    ("all 12 passed\nkilled\n", 137, "x 12 1 0 5"),
    ("nothing to say\n", 0, "x 1 0 0 5"),
], ids=["ctest", "ctest-red", "pytest-red", "own", "killed", "silent"])
def test_a_parts_counts_are_read_from_its_log(tmp_path, log, status, line):
    (tmp_path / "x.log").write_text(log)
    done = subprocess.run([SUMMARY, "x", tmp_path / "x.log", str(status), "5"], capture_output=True, text=True)
    assert done.stdout == f"{line}\n"


@pytest.mark.parametrize("red, last, status", [(0, "14 passed, 0 failed", 0), (1, "14 passed, 1 failed", 1)])
def test_one_red_part_makes_the_whole_red(tmp_path, red, last, status):
    (tmp_path / "summary").write_text(f"unit 10 0 0 5\nbrowser 4 {red} 0 6\n")
    done = subprocess.run([SUMMARY, "--total", tmp_path / "summary"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (status, last)


def test_the_ten_slowest_tests_of_all_parts_are_named(tmp_path):
    (tmp_path / "summary").write_text("unit 20 0 0 5\nbrowser 4 0 0 6\n")
    (tmp_path / "unit.log").write_text("".join(
        f" {n}/20 Test  #{n}: base/A.B{n} ...........   {end}    {n}.50 sec\n" for n in range(1, 21)
        for end in ["***Failed" if n == 3 else "Passed"]))
    (tmp_path / "browser.log").write_text("12.25s setup    tests/browser/log_test.py::test_a\n0.01s call     b_test.py::test_b\n")
    done = subprocess.run([SUMMARY, "--total", tmp_path / "summary"], capture_output=True, text=True)
    named = [line.split(maxsplit=2) for line in done.stdout.splitlines()[3:-1]]
    assert len(named) == 10 and named[0] == ["20.5", "s", "unit: base/A.B20"]
    assert ["12.2", "s", "browser: tests/browser/log_test.py::test_a"] in named


def test_what_passed_at_the_second_try_is_named(tmp_path):
    (tmp_path / "summary").write_text("browser 4 1 0 6\n")
    (tmp_path / "browser.log").write_text("RERUN a_test.py::test_a\nRERUN a_test.py::test_b\nFAILED a_test.py::test_b - no\n")
    done = subprocess.run([SUMMARY, "--total", tmp_path / "summary"], capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if "again" in line] == ["   again    browser: a_test.py::test_a"]


class World:
    """A state folder of its own, so that this run and the tests around it do not meet."""

    def __init__(self, folder):
        self.folder = folder
        self.tag = "th-" + hashlib.sha256(f"{folder}/engine".encode()).hexdigest()[:8]  # engine.sh names all so
        environment = {name: value for name, value in os.environ.items() if name not in ("DOCKER_HOST", "CI")}
        self.environment = {**environment, "TRIPHAMMER_DEV": str(folder)}

    def start(self, *words):
        return subprocess.Popen([ROOT / "dev", "run", "--yes", *words], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def processes(self):
        mark = f"TRIPHAMMER_DEV={self.folder}".encode()
        return [pid for pid in filter(str.isdigit, os.listdir("/proc")) if mark in read(f"/proc/{pid}/environ").split(b"\0")]

    def leftovers(self):
        """What is still there of it, by kind; empty lists when nothing is."""
        rules = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
        return {
            "processes": [read(f"/proc/{pid}/cmdline") for pid in self.processes()],
            "mounts": [line for line in read("/proc/self/mountinfo").decode().splitlines() if str(self.folder) in line],
            "rules": [line for line in rules.splitlines() if self.tag in line],
            "links": [name for name in os.listdir("/sys/class/net") if name == self.tag.replace("-", "")],
            "groups": [str(path) for path in pathlib.Path("/sys/fs/cgroup").rglob(f"{self.tag}*")],
            "engine": list(self.folder.glob("engine")),
        }


def read(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


def addresses(subnet):
    """This machine's addresses and routes that begin with it: the trie's leaves. Its inner nodes are prefixes that nothing has."""
    return [line for line in read("/proc/net/fib_trie").decode().splitlines() if f"|-- {subnet}." in line]


@pytest.fixture
def world():
    # Not below /tmp: a job's sandbox has a /tmp of its own.
    (ROOT / ".dev").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / ".dev", prefix="run-") as folder:
        yield World(pathlib.Path(folder))


@pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")
def test_dev_run_works_twice_and_leaves_nothing(world):
    once = world.start("--once")
    told = once.communicate(timeout=300)[0]
    assert once.returncode == 0, told[-3000:]
    assert "version 1" in told and "dockerd" in told  # the deployed version answered; what was started was listed
    assert not any(world.leftovers().values()), world.leftovers()

    again = world.start()
    limit = threading.Timer(300, again.kill)
    limit.start()
    seen = ""
    for line in again.stdout:
        seen += line
        if "Open this link" in line:
            break
    during, subnet = world.leftovers(), read(world.folder / "engine/subnet").decode().strip()
    assert addresses(subnet)
    os.killpg(again.pid, signal.SIGINT)
    seen += again.communicate()[0]
    limit.cancel()
    assert again.returncode == 130, seen[-3000:]
    # All that is looked for was really there in between.
    assert all(during[kind] for kind in ("processes", "mounts", "rules", "links", "engine")), during
    assert not any(world.leftovers().values()), world.leftovers()
    # The addresses of every network that the engine made: the kernel takes a moment to forget them.
    Daemon.wait_for(lambda: not addresses(subnet), 10)
