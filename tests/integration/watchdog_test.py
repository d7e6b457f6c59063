"""What the unit's process tells systemd: that it is ready, that it lives, that it stops."""
import os
import select
import signal
import socket


def hear(listener, wanted, seconds=20):
    """Everything up to the datagram that says `wanted`."""
    heard = []
    while select.select([listener], [], [], seconds)[0]:
        heard += listener.recv(4096).decode().splitlines()
        if wanted in heard:
            return heard
    raise AssertionError(f"{wanted} was not said: {heard}")


def test_systemd_hears_ready_then_the_watchdog_then_stopping(make_daemon, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        daemon = make_daemon(start=False)
        daemon.environment.update(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="400000")
        daemon.start(wait=False)

        first = hear(listener, "READY=1")
        assert "WATCHDOG=1" in first or hear(listener, "WATCHDOG=1")
        assert hear(listener, "WATCHDOG=1")
        daemon.wait_ready()
        os.kill(daemon.process.pid, signal.SIGSTOP)  # one that hangs says nothing
        while select.select([listener], [], [], 0)[0]:
            listener.recv(4096)
        assert not select.select([listener], [], [], 1)[0]
        os.kill(daemon.process.pid, signal.SIGCONT)
        assert hear(listener, "WATCHDOG=1")
        daemon.process.terminate()
        assert hear(listener, "STOPPING=1")


def test_without_a_watchdog_nothing_is_said_but_ready(make_daemon, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        daemon = make_daemon(start=False)
        daemon.environment.update(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="400000", WATCHDOG_PID="1")
        daemon.start()

        assert "WATCHDOG=1" not in hear(listener, "READY=1")
        daemon.stop()
        assert "WATCHDOG=1" not in hear(listener, "STOPPING=1")
