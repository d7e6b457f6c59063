"""The first process of the container beside the launcher's (deploy/container/keep-launcher), with a launcher of the test's."""
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

KEEPER = pathlib.Path(__file__).resolve().parents[2] / "deploy/container/keep-launcher"
LAUNCHER = "#!/bin/sh\necho $$ >>$TRIPHAMMER_RUN/launchers\nexec sleep 600\n"
# Holds the lock under the number that runners have it under.
RUNNER = "import fcntl, os, sys, time; f = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); os.dup2(f, 4); " \
         "fcntl.flock(4, fcntl.LOCK_EX); os.pwrite(4, str(os.getpid()).encode(), 0); print(flush=True); time.sleep(600)"


def wait_for(what):
    limit = time.monotonic() + 20
    while not (found := what()):
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)
    return found


class Keeper:
    def __init__(self, folder):
        self.run = folder / "run"
        self.run.mkdir()
        program = folder / "triphammer"
        program.write_text(LAUNCHER)
        program.chmod(0o755)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TRIPHAMMER_RUN": str(self.run)}
        self.process = subprocess.Popen(["sh", KEEPER], env=environment, start_new_session=True)
        self.runners = []

    def launchers(self):
        place = self.run / "launchers"
        return place.read_text().split() if place.exists() else []

    def start_runner(self, fence):
        (self.run / str(fence)).mkdir()
        runner = subprocess.Popen([sys.executable, "-c", RUNNER, self.run / str(fence) / "lock"], stdout=subprocess.PIPE)
        self.runners.append(runner)
        runner.stdout.readline()
        return runner

    def close(self):
        for each in [*self.runners, self.process]:
            each.kill()
            each.wait()
        for pid in self.launchers():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass


@pytest.fixture
def keeper(tmp_path):
    keeper = Keeper(tmp_path)
    yield keeper
    keeper.close()


def test_a_launcher_that_dies_is_started_again(keeper):
    [first] = wait_for(keeper.launchers)
    os.kill(int(first), signal.SIGKILL)
    wait_for(lambda: len(keeper.launchers()) == 2)


@pytest.fixture
def bystander():
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_the_end_comes_with_that_of_the_last_runner_which_lives_here(keeper, bystander):
    wait_for(keeper.launchers)
    runner = keeper.start_runner(7)
    (keeper.run / "8").mkdir()
    (keeper.run / "8/lock").write_text(str(bystander.pid))  # of another container: that number is somebody else here
    keeper.process.send_signal(signal.SIGTERM)
    (keeper.run / "8.signal").write_text("KILL")
    (keeper.run / "7.signal").write_text("TERM")

    assert runner.wait(20) == -signal.SIGTERM
    assert keeper.process.wait(20) == 0
    assert bystander.poll() is None and (keeper.run / "8.signal").exists() and not (keeper.run / "7.signal").exists()
    assert len(keeper.launchers()) == 1


def test_what_the_launcher_of_another_container_asks_is_done_to_the_end(keeper):
    wait_for(keeper.launchers)
    runners = [keeper.start_runner(fence) for fence in (7, 9)]
    keeper.process.send_signal(signal.SIGTERM)
    (keeper.run / "7.signal").write_text("KILL")

    assert runners[0].wait(20) == -signal.SIGKILL
    assert runners[1].poll() is None and keeper.process.poll() is None
