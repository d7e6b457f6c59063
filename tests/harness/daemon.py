"""A real daemon on a fresh data directory, driven from outside: processes, HTTP and the command line."""
import contextlib
import json
import os
import pathlib
import select
import signal
import socket
import sqlite3
import subprocess
import time

import requests

from . import payloads


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    def __init__(self, binary, folder, config=None, environment=None, port=None):
        self.binary = str(binary)
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "triphammer.yml"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                            "TRIPHAMMER_DOCKER_SWITCH_IMAGE": "triphammer/nginx", **(environment or {})}
        self.process = None
        self.token = None
        self.hooks = {}  # repository → (path, secret)
        text = {"listen": f"127.0.0.1:{self.port}", "data": str(self.data), **(config or {})}
        # The folders of hundreds of tests stay until the last one has ended.
        text["quota"] = {"reserve_bytes": 1 << 20, **text.get("quota", {})}
        self.config.write_text(json.dumps(text))  # JSON is YAML
        self.log = self.folder / "daemon.log"

    # --- life ---------------------------------------------------------------------------------------

    def start(self, wait=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=20):
        self.wait_for(lambda: self.is_ready(), seconds, "the daemon is not ready")

    def is_ready(self):
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            if self.process.poll() is not None:
                raise RuntimeError(f"the daemon ended with {self.process.returncode}: {self.tail()}") from None
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.terminate()
        return self.process.wait(timeout=15)

    def launcher_pids(self):
        """Launchers and runners of this data directory, found by their command lines."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in line and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found

    def close(self):
        """Ends the daemon and everything that was started for it."""
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
        self.stop_launchers()
        for _ in range(50):
            pids = self.launcher_pids()
            if not pids:
                return
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.1)

    def stop_launchers(self):
        """TERM, so that they remove what they keep ready on an engine."""
        for pid in self.launcher_pids():
            try:
                if b"\0launcher\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    end = os.pidfd_open(pid)
                    os.kill(pid, signal.SIGTERM)
                    select.select([end], [], [], 10)
                    os.close(end)
            except OSError:
                continue

    def tail(self, lines=30):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    # --- command line ---------------------------------------------------------------------------------

    def command(self, *arguments, stdin="", check=True):
        done = subprocess.run(
            [self.binary, *arguments], input=stdin, capture_output=True, text=True, env=self.environment, timeout=60
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done

    def admin(self, *arguments, stdin="", check=True):
        return self.command(*arguments, "--config", str(self.config), stdin=stdin, check=check)

    def admin_process(self, *arguments):
        """One that is not waited for."""
        return subprocess.Popen([self.binary, *arguments, "--config", str(self.config)], env=self.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def admin_token(self):
        if not self.token:
            self.token = self.admin("token", "create", f"test-{time.time_ns()}", "--role", "admin").stdout.strip().split()[-1]
        return self.token

    @property
    def server_id(self):
        """The data directory's id, which labels every engine object."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/triphammer.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT value FROM meta WHERE key = 'server_id'").fetchone()[0]

    def add_repository(self, repository, **options):
        arguments = ["repo", "add", repository.name, "--clone-url", repository.clone_url, "--json"]
        for name, value in options.items():
            arguments += [f"--{name.replace('_', '-')}", str(value)]
        answer = json.loads(self.admin(*arguments).stdout)
        self.hooks[repository.name] = (answer["hook"], answer["secret"])
        return answer

    def trust_forks(self, repository):
        """Pull requests of its forks run without an approval, which is not what their test is about."""
        self.admin("repo", "forks", repository.name, "none")

    # --- HTTP -----------------------------------------------------------------------------------------

    def api(self, path, method="GET", **options):
        headers = {"Authorization": f"Bearer {self.admin_token()}", **options.pop("headers", {})}
        return requests.request(method, f"{self.url}/api/v1{path}", headers=headers, timeout=30, **options)

    def get(self, path, **options):
        answer = self.api(path, **options)
        if answer.status_code != 200:
            raise RuntimeError(f"GET {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def deliver(self, repository, event, payload, guid=None, secret=None):
        hook, own_secret = self.hooks[repository.name]
        headers, body = payloads.signed(event, payload, secret or own_secret, guid)
        answer = requests.post(self.url + hook, data=body, headers=headers, timeout=30)
        return answer, headers["X-GitHub-Delivery"]

    def push(self, repository, sha, **options):
        """Sends a signed push; the delivery's GUID."""
        answer, guid = self.deliver(
            repository, "push", payloads.push(repository.name, repository.clone_url, sha, **options)
        )
        if answer.status_code != 202:
            raise RuntimeError(f"push: {answer.status_code} {answer.text}")
        return guid

    # --- waiting --------------------------------------------------------------------------------------

    @staticmethod
    def wait_for(what, seconds=30, message="it did not happen in time", pause=0.02):
        limit = time.monotonic() + seconds
        while True:
            found = what()
            if found:
                return found
            if time.monotonic() > limit:
                raise TimeoutError(message() if callable(message) else message)
            time.sleep(pause)

    def delivery(self, guid, seconds=30):
        """The delivery, as soon as it is planned."""
        def planned():
            answer = self.api(f"/deliveries/{guid}")
            return answer.status_code == 200 and answer.json()["outcome"] != "pending" and answer.json()
        return self.wait_for(planned, seconds, f"delivery {guid} was not planned: {self.tail()}")

    def finished_run(self, run, seconds=60, pause=0.02):
        def finished():
            found = self.get(f"/runs/{run}")
            return found["state"] in ("succeeded", "failed", "cancelled") and found
        return self.wait_for(finished, seconds, f"run {run} did not end: {self.tail()}", pause)

    def run_of_push(self, repository, sha, seconds=60, pause=0.02, **options):
        """Pushes, waits for the only run of the delivery to end."""
        delivery = self.delivery(self.push(repository, sha, **options))
        if len(delivery["runs"]) != 1:
            raise RuntimeError(f"expected one run: {json.dumps(delivery)}")
        return self.finished_run(delivery["runs"][0], seconds, pause)

    def log_text(self, run, job, step=None):
        query = f"?step={step}" if step is not None else ""
        answer = self.api(f"/runs/{run}/jobs/{job}/log/raw{query}")
        answer.raise_for_status()
        return answer.content.decode(errors="replace")
