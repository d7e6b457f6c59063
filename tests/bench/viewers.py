#!/usr/bin/env python3
"""Two hundred tabs that follow one step of 10 MB a second: each hears how long the log is and fetches what its screen
shows. As a program it is the tabs: PORT RUN JOB COUNT, the token in the environment, until it is killed."""
import contextlib
import json
import os
import re
import selectors
import socket
import struct
import subprocess
import sys

import support
from output import step_seconds
from support import Row, median, memory_kb, ratio_text

VIEWERS = 200
SHOWN = 50  # lines on a screen
WRITER = """
import os, time
piece = (b"%063d a line of a build that says what it does now\\n" % 0) * 900
began, sent = time.monotonic(), 0
while sent < MEGABYTES * 1_000_000:
    left = piece
    while left: left = left[os.write(1, left):]
    sent += len(piece)
    time.sleep(max(0.0, began + sent / 10_000_000 - time.monotonic()))
"""
SOURCE = {"on": "push", "jobs": {"say": {"runs-on": "host", "steps": [{"shell": "python3 {0}", "run": WRITER}]}}}


def watched_step(bench):
    megabytes, viewers = (20, 20) if bench.quick else (100, VIEWERS)
    taken, grown, fetched = {False: [], True: []}, [], []
    with bench.git() as git, bench.daemon() as daemon:
        repository = git.repository(support.REPOSITORY)
        daemon.add_repository(repository)
        text = json.dumps(SOURCE).replace("MEGABYTES", str(megabytes))
        daemon.finished_run(start(daemon, repository, repository.commit({".triphammer/say.yml": text}))[0], 120)
        for turn in range(bench.rounds):
            for watched in (False, True):
                before = memory_kb(daemon.process.pid)
                support.reset_peak(daemon.process.pid)
                sha = repository.commit({"turn": f"{turn} {watched}"})
                run, job = start(daemon, repository, sha)
                with tabs(daemon, run, job, viewers if watched else 0) as count_fetched:
                    taken[watched].append(step_seconds(daemon.finished_run(run, 120, pause=0.5)))
                    if watched:
                        fetched.append(count_fetched())
                        grown.append((memory_kb(daemon.process.pid, "VmHWM") - before) / 1024)
    ratio = median(taken[True]) / median(taken[False])
    yield Row(f"10 MB/s from one step, {viewers} viewers", f"{median(taken[True]):.2f} s",
              f"nobody looks {median(taken[False]):.2f} s", ratio_text(ratio), "≤ 1.05", ratio <= 1.05)
    yield Row("  … the daemon's peak above its rest before", f"{max(grown):.1f} MB", "", "", "≤ 64 MB", max(grown) <= 64)
    yield Row("  … screens of 50 lines fetched", f"{median(fetched):.0f}", "", "", "> 0", min(fetched) > 0)


def start(daemon, repository, sha):
    """(run, its only job), once the job runs."""
    [run] = daemon.delivery(daemon.push(repository, sha, before=sha[::-1]))["runs"]
    [job] = daemon.wait_for(lambda: daemon.get(f"/runs/{run}")["jobs"], 30, "the run has no job")
    return run, job["id"]


@contextlib.contextmanager
def tabs(daemon, run, job, count):
    """Gives a function that ends them and tells how many screens they have fetched."""
    if count == 0:
        yield None
        return
    words = [sys.executable, __file__, str(daemon.port), str(run), str(job), str(count)]
    process = subprocess.Popen(words, env={**os.environ, "TOKEN": daemon.admin_token()}, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)

    def end():
        said, _ = process.communicate()
        return int(said)
    try:
        yield end
    finally:
        process.kill()
        process.wait()


class Tab:
    """One WebSocket, and one kept connection for the lines."""

    def __init__(self, port, run, job, token):
        self.log = f"/api/v1/runs/{run}/jobs/{job}/log?step=1"
        self.head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        self.live, self.lines = (socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(2))
        self.heard, self.answer = b"", b""
        self.length, self.asked, self.fetched, self.is_asking = 0, 0, 0, False
        self.live.sendall(f"GET /api/v1/live HTTP/1.1\r\n{self.head}Connection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.heard:
            self.heard += self.live.recv(4096)
        if b" 101 " not in self.heard:
            raise RuntimeError(self.heard)
        self.heard = self.heard.split(b"\r\n\r\n", 1)[1]
        body = json.dumps({"sub": [f"log:{run}/{job}/1"], "last": 0}).encode()
        self.live.sendall(bytes([0x81, 0x80 | len(body)]) + bytes(4) + body)  # masked with zeros

    def hear(self):
        """Takes what the live socket says; false at its end."""
        piece = self.live.recv(65536)
        self.heard += piece
        while len(self.heard) >= 4:
            size, begin = self.heard[1], 2
            if size == 126:
                size, begin = struct.unpack(">H", self.heard[2:4])[0], 4
            if len(self.heard) < begin + size:
                break
            message, self.heard = self.heard[begin:begin + size], self.heard[begin + size:]
            found = re.search(rb'"lines":(\d+)', message)
            self.length = int(found[1]) if found else self.length
        self.ask()
        return bool(piece)

    def ask(self):
        if self.length == self.asked or self.is_asking:
            return
        self.asked, self.answer, self.is_asking = self.length, b"", True
        first = max(1, self.length - SHOWN + 1)
        self.lines.sendall(f"GET {self.log}&from_line={first}&to_line={self.length} HTTP/1.1\r\n{self.head}\r\n".encode())

    def take(self):
        """What the screen shows has come, perhaps; false at the connection's end."""
        piece = self.lines.recv(65536)
        self.answer += piece
        head, _, body = self.answer.partition(b"\r\n\r\n")
        size = re.search(rb"(?i)content-length: *(\d+)", head)
        if size and len(body) >= int(size[1]):
            if b" 200 " not in head[:20]:
                raise RuntimeError(self.answer[:300])
            self.fetched, self.is_asking = self.fetched + 1, False
            self.ask()
        return bool(piece)


def main():
    port, run, job, count = sys.argv[1:]
    all_tabs = [Tab(int(port), run, job, os.environ["TOKEN"]) for _ in range(int(count))]
    waiter = selectors.DefaultSelector()
    waiter.register(sys.stdin, selectors.EVENT_READ, None)
    for tab in all_tabs:
        waiter.register(tab.live, selectors.EVENT_READ, tab.hear)
        waiter.register(tab.lines, selectors.EVENT_READ, tab.take)
    while True:
        for key, _ in waiter.select():
            if key.data is None:  # nobody wants to know more
                print(sum(tab.fetched for tab in all_tabs))
                return
            if not key.data():
                waiter.unregister(key.fileobj)


if __name__ == "__main__":
    main()
