"""A build outlives the daemon and the launcher; its log is whole."""
import hashlib
import os
import signal
import socket
import time

WORKFLOW = """
on: push
jobs:
  long:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - name: count
        run: |
          for i in $(seq 1 300); do echo "line $i of the long step"; sleep 0.01; done
      - run: echo the end
"""
EXPECTED = "".join(f"line {i} of the long step\n" for i in range(1, 301))


def start_long_run(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/long.yml": WORKFLOW})
    daemon.add_repository(repository)
    delivery = daemon.delivery(daemon.push(repository, sha))
    run = delivery["runs"][0]
    daemon.wait_for(lambda: "line 20 " in counted(daemon, run), 30, "the step did not begin")
    return run


def counted(daemon, run):
    job = daemon.get(f"/runs/{run}")["jobs"][0]
    step = [step for step in job.get("steps", []) if step["name"] == "count"]
    if not step:
        return ""
    return daemon.log_text(run, job["id"], step[0]["number"])


def assert_whole(daemon, run):
    found = daemon.finished_run(run)
    assert found["state"] == "succeeded", found
    assert counted(daemon, run) == EXPECTED
    [job] = found["jobs"]
    assert job["attempt"] == 1


def test_kill_9_of_the_daemon_changes_nothing_for_a_build(daemon, git):
    run = start_long_run(daemon, git)
    daemon.kill()
    time.sleep(0.5)
    daemon.start()
    assert_whole(daemon, run)


def test_a_build_that_ends_while_the_daemon_is_away_is_taken_over(daemon, git):
    run = start_long_run(daemon, git)
    daemon.kill()
    time.sleep(5)
    daemon.start()
    assert_whole(daemon, run)


def test_kill_9_of_the_launcher_changes_nothing_for_a_build(daemon, git):
    run = start_long_run(daemon, git)
    for pid in launchers(daemon):
        os.kill(pid, signal.SIGKILL)
    assert_whole(daemon, run)


def test_kill_9_of_both_changes_nothing_for_a_build(daemon, git):
    run = start_long_run(daemon, git)
    daemon.kill()
    for pid in launchers(daemon):
        os.kill(pid, signal.SIGKILL)
    daemon.start()
    assert_whole(daemon, run)


def test_kill_9_of_the_runner_is_lost_runner_and_its_tree_is_gone(daemon, git):
    run = start_long_run(daemon, git)
    [runner] = runners(daemon)
    os.kill(runner, signal.SIGKILL)
    found = daemon.finished_run(run)
    assert found["state"] == "failed" and found["jobs"][0]["cause"] == "lost_runner", found
    daemon.wait_for(lambda: not of_runner_program(daemon) and not processes("of the long step"), 10, "the tree is still there")


def test_cancel_ends_the_whole_tree(daemon, git):
    repository = git.repository("acme/app")
    step = "trap '' TERM; (setsid sh -c 'trap \"\" TERM; exec sleep 4711') & sleep 4711"
    sha = repository.commit({".triphammer/c.yml": f"on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: |\n          {step}\n"})
    daemon.add_repository(repository)
    run = daemon.delivery(daemon.push(repository, sha))["runs"][0]
    daemon.wait_for(lambda: len(processes("sleep 4711")) >= 2, 20, "the step did not begin")
    assert daemon.api(f"/runs/{run}/cancel", "POST", json={}).status_code == 202
    found = daemon.finished_run(run, 30)
    assert found["state"] == "cancelled", found
    daemon.wait_for(lambda: not processes("sleep 4711"), 5, "the tree is still there")


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def processes(text):
    return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid() and text in command_line(pid)]


def launchers(daemon):
    return [pid for pid in processes(" launcher ") if str(daemon.folder) in command_line(pid)]


def runners(daemon):
    """Without the first processes of their sandboxes, which are copies of them."""
    return [pid for pid in of_runner_program(daemon) if "triphammer-sandbox" not in command_line(pid)]


def of_runner_program(daemon):
    """Runners are recognised by the program that they run, run/bin/<sha256>; the launcher's standby is none."""
    found = []
    for pid in os.listdir("/proc"):
        try:
            program = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            continue
        if program.startswith(str(daemon.folder)) and "/bin/" in program and "--standby" not in command_line(pid):
            found.append(int(pid))
    return found


def test_the_log_on_disk_has_the_sum_that_the_runner_said(daemon, git):
    run = start_long_run(daemon, git)
    assert_whole(daemon, run)
    assert hashlib.sha256(counted(daemon, run).encode()).hexdigest() == hashlib.sha256(EXPECTED.encode()).hexdigest()


def test_a_runner_of_another_server_is_told_to_end(daemon):
    assert answer_to_runner(daemon, daemon.server_id).startswith("HTTP/1.1 101")
    assert answer_to_runner(daemon, "0000000000000000").startswith("HTTP/1.1 410")


def answer_to_runner(daemon, server):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(daemon.folder / "data-run" / "daemon.sock"))
        client.sendall(
            "GET /runner/v1 HTTP/1.1\r\nHost: daemon\r\nConnection: Upgrade\r\nUpgrade: triphammer-runner\r\n"
            f"Triphammer-Server: {server}\r\n\r\n".encode()
        )
        return client.recv(1000).decode()
