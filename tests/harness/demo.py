#!/usr/bin/env python3
"""The demo of `dev run`: a fresh daemon, a repository, signed pushes, an approval of each deployment, a
blue/green switch under requests, and a rollback without a build.

Everything is real but GitHub: git over HTTP, the engine, the registry, nginx. GitHub's part (the
webhook and the commit status) is played on loopback."""
import argparse
import os
import pathlib
import shutil
import signal
import sys
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness import engine  # noqa: E402
from harness.daemon import Daemon, free_port  # noqa: E402
from harness.git_http import GitServer  # noqa: E402
from harness.github import GitHub  # noqa: E402

MARKS = {"succeeded": "\033[32m✔\033[0m", "failed": "\033[31m✘\033[0m", "running": "\033[34m▶\033[0m", "skipped": "–"}


def say(text):
    print(text, flush=True)


def port_for_daemon():
    import socket
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 7707))
            return 7707
        except OSError:
            return free_port()


class Asker:
    """Asks for the page all the time, as long as it is entered; what was answered, in order."""

    def __init__(self, ask):
        self.ask, self.answers, self.stop = ask, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def run(self):
        while not self.stop.wait(0.01):
            self.answers.append(self.ask())

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def lost(self):
        return sum(1 for answer in self.answers if answer.startswith("no answer"))


class Demo:
    def __init__(self, binary, state):
        shutil.rmtree(state, ignore_errors=True)
        self.git = GitServer(state / "git")
        self.github = GitHub()
        self.daemon = Daemon(binary, state / "server", {
            "docker": {"host": os.environ["DOCKER_HOST"]},
            "git": {"insecure_hosts": ["127.0.0.1"]},
            "github": {"api_url": self.github.url, "token": self.github.token},
        }, port=port_for_daemon())
        self.app_port = free_port()
        self.version = 0

    def __enter__(self):
        self.git.__enter__()
        self.github.__enter__()
        self.daemon.start()
        self.repository = self.git.repository("acme/demo")
        self.repository.copy_in(ROOT / "tests" / "harness" / "demo_app")
        workflow = (ROOT / "pipelines" / "demo.yml").read_text()
        workflow = workflow.replace("registry.example.com", os.environ["REGISTRY"])
        workflow = workflow.replace('"8080:8080"', f'"{self.app_port}:8080"')
        folder = self.repository.tree / ".triphammer"
        folder.mkdir()
        (folder / "demo.yml").write_text(workflow)
        self.daemon.add_repository(self.repository)
        # Whoever pushed or asked may not answer: the admin socket's user does, who is neither.
        self.daemon.admin("environment", "set", "acme/demo", "production", "--approvals", "1")
        return self

    def __exit__(self, *_):
        say("==> stopping, and taking everything away again")
        self.daemon.close()
        engine.remove_objects(self.daemon)
        self.github.__exit__()
        self.git.__exit__()

    def push(self):
        self.version += 1
        page = self.repository.tree / "www" / "index.html"
        page.write_text(f"<!doctype html><html><body>version {self.version}</body></html>\n")
        sha = self.repository.commit_tree(f"Version {self.version}")
        say(f"==> pushed {sha[:10]}, and sent the signed webhook")
        delivery = self.daemon.delivery(self.daemon.push(self.repository, sha, message=f"Version {self.version}"))
        if not delivery["runs"]:
            raise RuntimeError(f"the delivery started nothing: {delivery['reason']}")
        return delivery["runs"][0]

    def answer(self, run, asked, approves):
        """Shows what production asks before this run deploys, and says yes to it."""
        for question in self.daemon.get(f"/approvals?run={run}&state=pending")["items"]:
            if question["id"] in asked:
                continue
            asked.add(question["id"])
            say(f"  ? approval {question['id']}: deploy {', '.join(question['digests'].values())} to {question['environment']}?")
            if approves:
                self.daemon.admin("approval", "approve", question["id"], "--comment", "the demo's reviewer")
                say("    approved, for this digest alone")
            else:
                say(f"    answer it at {self.daemon.url}/approvals/{question['id']}")

    def follow(self, run, approves=True):
        """Prints each job's state as it changes; the finished run."""
        shown, asked = {}, set()
        while True:
            found = self.daemon.get(f"/runs/{run}")
            if any(job["state"] == "waiting" for job in found["jobs"]):
                self.answer(run, asked, approves)
            for job in found["jobs"]:
                if shown.get(job["id"]) != job["state"]:
                    shown[job["id"]] = job["state"]
                    if job["state"] != "blocked":
                        cause = f" ({job['cause']})" if job.get("cause") else ""
                        say(f"  {MARKS.get(job['state'], '·')} {job['stage']:<7} {job['name']:<12} {job['state']}{cause}")
            if found["state"] in ("succeeded", "failed", "cancelled"):
                return found
            time.sleep(0.1)

    def answers(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.app_port}/", timeout=5).text.strip()
        except requests.RequestException as error:
            return f"no answer: {error}"

    def round(self, approves=True):
        """One push to its end; True when the new version answers."""
        run = self.follow(self.push(), approves)
        return self.judge(run, f"version {self.version}")

    def judge(self, run, expected):
        """True when the run succeeded and the page is the expected one."""
        if run["state"] != "succeeded":
            for job in run["jobs"]:
                if job["state"] not in ("succeeded", "skipped"):
                    say(self.daemon.log_text(run["id"], job["id"])[-3000:])
            return False
        page = self.answers()
        say(f"==> http://127.0.0.1:{self.app_port}/ answers: {page}")
        return expected in page

    def switch(self):
        """A second version takes the first one's place, and nobody who asks meanwhile is turned away."""
        with Asker(self.answers) as asker:
            good = self.round()
        say(f"==> blue/green: {len(asker.answers)} requests meanwhile, {asker.lost()} without an answer")
        return good and asker.lost() == 0

    def go_back(self):
        """The digest of before, without a build; production's rules hold."""
        body = {"kind": "rollback", "environment": "production"}
        started = time.monotonic()
        answer = self.daemon.api("/repositories/acme/demo/deployments", "POST", json=body)
        if answer.status_code != 201:
            raise RuntimeError(f"no rollback: {answer.text}")
        back = answer.json()
        say(f"==> rollback of deployment {back['from']['deployment']} to {back['to']['digest'][:19]} of deployment {back['to']['deployment']}")
        good = self.judge(self.follow(back["run"]), f"version {self.version - 1}")
        say(f"==> back in {time.monotonic() - started:.1f} s, approval included")
        return good

    def story(self):
        """All that the demo shows; True when it went well."""
        return self.round() and self.switch() and self.go_back()


def wait_for_person(demo):
    link = demo.daemon.admin("setup-link").stdout.strip()
    say(f"\nOpen this link in a browser on this machine (it works once):\n  {link}\n")
    say("Enter sends another push, whose deployment you approve in the dashboard; Ctrl-C (or Ctrl-D) stops everything.")
    while sys.stdin.isatty() and sys.stdin.readline():
        demo.round(approves=False)
    if not sys.stdin.isatty():
        threading.Event().wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--state", type=pathlib.Path, required=True)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also where a background job's shell ignores them
        signal.signal(number, lambda *_: sys.exit(130))
    with Demo(options.binary, options.state) as demo:
        say(f"==> Triphammer listens on {demo.daemon.url}")
        good = demo.story()
        if not options.once:
            wait_for_person(demo)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
