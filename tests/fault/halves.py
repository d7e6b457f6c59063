"""An apply of Terraform that ends half done: a change fails, the program or the runner is killed in the middle. The real
program; what was done is read from the state that another machine keeps. Never green, and what is said to be done is."""
import json
import os
import shutil
import signal
import time

import requests

from deploys import every_deployment
from support import Finding, World, some

from harness.terraform import state_machine

COUNT = 4  # resources, one after the other
PROGRAM = shutil.which("tofu") or shutil.which("terraform")
# What the change at which it ends runs.
ENDS = {"a change fails": "exit 1", "the program is killed": "kill -9 $PPID; sleep 60", "the runner is killed": "sleep 60"}


def halves(plan):
    if plan.short or not PROGRAM or os.geteuid() != 0:
        why = "the short form" if plan.short else "neither tofu nor terraform, or not root"
        yield Finding(f"applies that end half done (skipped: {why})", True)
        return
    dice = plan.dice("halves")
    with state_machine() as address, World(plan) as world:
        tally = Tally(world, address)
        for number in range(15):
            how = list(ENDS)[number % len(ENDS)]
            tally.note(number, how, dice.randrange(COUNT))
        yield from tally.findings()


def main_of(at=None, command="true"):
    """The configuration; resource `at` runs the command."""
    blocks = ['terraform {\n  backend "http" {}\n}']
    for number in range(COUNT):
        after = f"depends_on = [terraform_data.r{number - 1}]" if number else ""
        runs = f'provisioner "local-exec" {{\n    command = "{command}"\n  }}' if number == at else ""
        blocks.append(f'resource "terraform_data" "r{number}" {{\n  {after}\n  {runs}\n}}')
    return "\n".join(blocks)


def workflow_of(address):
    given = {"directory": "infra", "backend": {name: address for name in ("address", "lock_address", "unlock_address")}}
    jobs = {"plan": {"terraform": given},
            "apply": {"needs": "plan", "environment": "production", "terraform": {**given, "command": "apply"}}}
    for job in jobs.values():
        job["env"] = {"PATH": f"{os.path.dirname(PROGRAM)}:/usr/local/bin:/usr/bin:/bin"}
    return json.dumps({"on": "push", "jobs": jobs})


class Tally:
    def __init__(self, world, address):
        self.world, self.address = world, address
        self.false, self.odd, self.states = [], [], {}

    def begin(self, place, main):
        sha = self.world.repository.commit({".triphammer/fault.yml": workflow_of(place), "infra/main.tf": main})
        return self.world.start_run(sha)

    def end_of(self, run):
        self.world.daemon.finished_run(run, 180)
        return next((row for row in every_deployment(self.world) if row["run"] == run), None)

    def done(self, place):
        """How many resources the state has whole."""
        answer = requests.get(place, timeout=5)
        resources = answer.json()["resources"] if answer.status_code == 200 else []
        return sum("status" not in instance for each in resources for instance in each["instances"])

    def note(self, number, how, at):
        place = f"{self.address}case-{number}"
        run = self.begin(place, main_of(at, ENDS[how]))
        if how == "the runner is killed":
            self.kill_runner(run, at)
        row = self.end_of(run)
        state = row["state"] if row else "no deployment"
        self.states[f"{how}: {state}"] = self.states.get(f"{how}: {state}", 0) + 1
        if state == "succeeded":
            self.false.append((how, at, row["id"]))
        elif how == "the runner is killed":
            self.expect(state == "unknown", how, at, row)
        else:
            words = f"partially applied: {self.done(place) if how == 'a change fails' else at} of {COUNT} changes"
            self.expect(state == "failed" and words in row["reason"], how, at, row)
        if state == "unknown":
            self.world.daemon.admin("deployment", "settle", row["id"], "failed", "--comment", "settled by the fault test")
        if how == "a change fails":  # mended, the rest is done, and nothing twice
            row = self.end_of(self.begin(place, main_of()))
            self.expect(row["state"] == "succeeded" and self.done(place) == COUNT, "mended", at, row)

    def kill_runner(self, run, at):
        job = next(each["id"] for each in self.world.daemon.get(f"/runs/{run}")["jobs"] if each["key"] == "apply")
        text = f"terraform_data.r{at}: Provisioning with 'local-exec'"
        self.world.daemon.wait_for(lambda: text in self.world.log(run, job), 90, f"{text} was never said", 0.05)
        time.sleep(0.05)
        os.kill(self.world.runner_pid(), signal.SIGKILL)

    def expect(self, is_so, how, at, row):
        if not is_so:
            self.odd.append((how, at, row and row["state"], row and row["reason"]))

    def findings(self):
        states = ", ".join(f"{count} × {state}" for state, count in sorted(self.states.items()))
        yield Finding(f"{sum(self.states.values())} applies that end half done: no false green", not self.false, some(states, self.false))
        yield Finding("  … what is done is said, and the next apply does the rest", not self.odd, some(f"{len(self.odd)} not", self.odd))
