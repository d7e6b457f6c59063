"""`terraform:` – plan on a pull request, apply after the merge of exactly the plan that was approved, and every way in
which that can go wrong. The real program where the machine has one, beside it a strict stand-in that is told to fail."""
import json
import os
import shutil
import signal

import pytest

from approvals_test import join, post, waiting
from harness import payloads
from harness.terraform import STAND_IN, state_machine
from survive_test import runners

WORKFLOW = """
name: infra
on: [push, pull_request]
env: { PATH: "${{ github.workspace }}/bin:/usr/local/bin:/usr/bin:/bin" }
jobs:
  plan:
    env: { WORD: "${{ secrets.WORD }}" }
    terraform: { directory: infra, variables: { colour: blue }, comment: true, BACKEND }
  apply:
    needs: plan
    if: github.event_name == 'push'
    environment: production
    terraform: { directory: infra, command: apply, variables: { colour: blue }, BACKEND }
"""
STATE = {"serial": 3, "lineage": "a-lineage", "resources": {"thing.old": "1 blue", "thing.same": "2 blue", "thing.two": "3"}}
WANTED = {"thing.new": "1", "thing.same": "2", "thing.two": "new 3"}


class Infra:
    def __init__(self, daemon, git):
        self.daemon = daemon
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)
        program = self.repository.tree / "bin/tofu"
        program.parent.mkdir()
        program.touch(0o755)
        daemon.admin("secret", "set", "WORD", "--repository", "acme/app", stdin="correct-horse")

    def commit(self, told=None, branch="main", **files):
        return self.repository.commit({
            ".triphammer/infra.yml": WORKFLOW.replace("BACKEND", "backend: { address: 'http://state.example.com/' }"),
            "bin/tofu": STAND_IN, "told.json": json.dumps(told or {}),
            "infra/wanted.json": json.dumps(WANTED), "infra/state.json": json.dumps(STATE), **files}, branch=branch)

    def push(self, told=None, **files):
        return self.daemon.delivery(self.daemon.push(self.repository, self.commit(told, **files)))["runs"][0]

    def apply(self, told=None, **files):
        """The apply's job, its deployment and its log."""
        return self.end_of(self.daemon.finished_run(self.push(told, **files)))

    def end_of(self, run):
        plan, job = run["jobs"]
        assert plan["state"] == "succeeded", (plan["reason"], self.daemon.log_text(run["id"], plan["id"]))
        items = self.daemon.get("/deployments")["items"]
        return job, items[0] if items else None, self.daemon.log_text(run["id"], job["id"])


@pytest.fixture
def infra(daemon, git):
    return Infra(daemon, git)


def test_a_pull_request_gets_its_plan_and_two_people_approve_the_apply_of_it(infra, github):
    daemon, repository = infra.daemon, infra.repository
    base = infra.commit()
    head = infra.commit(branch="topic", more="1")
    event = payloads.pull_request(repository.name, repository.clone_url, 7, head, base)
    answer, guid = daemon.deliver(repository, "pull_request", event)
    assert answer.status_code == 202
    run = daemon.finished_run(daemon.delivery(guid)["runs"][0])

    [plan] = [job for job in run["jobs"] if job["key"] == "plan"]
    assert plan["state"] == "succeeded", daemon.log_text(run["id"], plan["id"])
    outputs = plan["outputs"]
    assert {name: outputs[name] for name in ("create", "update", "replace", "destroy", "changes", "has-changes")} == {
        "create": "1", "update": "0", "replace": "1", "destroy": "1", "changes": "3", "has-changes": "true"}
    assert [step["name"] for step in plan["steps"]] == \
        ["Set up job", "Check out", "Init", "Validate", "Plan", "Report the plan"]
    [summary] = daemon.get(f"/runs/{run['id']}/summaries")["items"]
    assert "- destroy thing.old\n± replace thing.two\n+ create thing.new\n" in summary["steps"][0]["markdown"]

    def said():
        return [one["body"] for one in github.comments.of("acme/app", 7) if "infra: 1 to create" in one["body"]]
    [body] = daemon.wait_for(said, 20, str(github.comments.all))
    assert "- destroy thing.old\n" in body and "the secret is ***" in body and "correct-horse" not in body
    assert "<details>" in body

    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "2")
    people = [join(daemon, name, "approver") for name in ("olga", "bob")]
    merged = daemon.delivery(daemon.push(repository, base))["runs"][0]
    [asked] = waiting(daemon)
    assert asked["digests"] == {"plan": outputs["plan-hash"]}
    for person in people:
        assert post(daemon, person, f"/approvals/{asked['id']}/approve", {"subject": asked["subject"]}).status_code == 200
    job, deployment, log = infra.end_of(daemon.finished_run(merged))

    assert job["state"] == "succeeded", log
    assert (deployment["state"], deployment["driver"], deployment["digest"]) == ("succeeded", "terraform", outputs["plan-hash"])
    assert [step["name"] for step in job["steps"]] == \
        ["Set up job", "Preflight", "Apply", "Look at the state", "Plan once more", "Soak"]
    assert job["outputs"]["object"] == "a-lineage/6" and job["outputs"]["changes"] == "3"


@pytest.mark.parametrize("cases", [
    [({"only-apply": True, "also": {"thing.late": "9"}}, "the plan is not the one that was approved", 0),
     ({"only-apply": True, "lineage": "another"}, "the plan is not the one that was approved", 0),
     ({"only-apply": True, "backend": {"type": "http", "config": {"address": "http://other/"}}}, "is not the one that was approved", 0),
     ({"only-apply": True, "lock": True}, "the state is locked by ada@laptop (OperationTypeApply) since 2026-11-21T08:00:00", 0),
     ({"backend": {"type": "local", "config": {"path": None}}}, "give the configuration a backend", 0),
     ({"backend": {"type": "local", "config": {"path": "/home/runner/workspace/kept.tfstate"}}}, "give the configuration a backend", 0)],
    [({"stale": True}, "nothing was applied: Saved plan is stale", 1),
     ({"lock-apply": True}, "free it with `force-unlock 7e2a`", 1),
     ({"fail": "thing.old"}, "partially applied: 1 of 3 changes. Done: create thing.new. Failed: destroy thing.old. "
                             "Not begun: replace thing.two. quota. What is done stays. Forward: run the whole workflow again", 1),
     ({"never-settles": True}, "a plan after the apply still wants changes", 1)],
], ids=["before", "within"])
def test_what_was_not_approved_or_not_proven_is_never_green(infra, cases):
    for told, words, apply_calls in cases:
        job, deployment, log = infra.apply(told)

        assert job["state"] == "failed" and deployment["state"] == "failed", (told, job, deployment, log)
        assert words in job["reason"], (told, job["reason"])
        assert deployment["reason"] == job["reason"]
        assert log.count("the apply begins") == apply_calls, log


def test_a_lost_runner_never_applies_twice_and_leaves_the_answer_to_a_person(infra):
    daemon = infra.daemon
    run = infra.push({"hang": "thing.two"})

    [apply] = [job["id"] for job in daemon.get(f"/runs/{run}")["jobs"] if job["key"] == "apply"]

    def applying():  # 404 until it has begun
        return "thing.two: delete begins" in daemon.api(f"/runs/{run}/jobs/{apply}/log/raw").text
    daemon.wait_for(applying, 40, "it did not begin to apply")
    [runner] = runners(daemon)
    os.kill(runner, signal.SIGKILL)

    job, deployment, log = infra.end_of(daemon.finished_run(run, 90))
    assert (job["cause"], deployment["state"]) == ("undecided", "unknown"), job
    assert log.count("the apply begins") <= 1 and job["attempt"] == 2


def test_a_cancelled_apply_says_what_it_left(infra):
    daemon = infra.daemon
    run = infra.push({"hang": "thing.two"})
    [apply] = [job["id"] for job in daemon.get(f"/runs/{run}")["jobs"] if job["key"] == "apply"]

    def applying():
        return "thing.two: delete begins" in daemon.api(f"/runs/{run}/jobs/{apply}/log/raw").text
    daemon.wait_for(applying, 40, "it did not begin to apply")
    assert daemon.api(f"/runs/{run}/cancel", "POST").status_code in (200, 202)
    job, deployment, log = infra.end_of(daemon.finished_run(run, 90))

    assert (job["state"], deployment["state"]) == ("cancelled", "failed"), (job, deployment, log)
    assert "infra: partially applied: 2 of 3 changes. Done: destroy thing.old, create thing.new. Interrupted: replace thing.two." \
        in deployment["reason"], deployment["reason"]
    assert "look first. What is done stays. Forward: run the whole workflow again" in deployment["reason"]


def test_what_is_wrong_with_a_job_is_told_with_a_remedy(infra):
    def reason(given, told=None):
        workflow = WORKFLOW.replace("colour: blue }, comment: true, BACKEND", given).replace(", BACKEND", "")
        sha = infra.commit(told, **{".triphammer/infra.yml": workflow})
        run = infra.daemon.run_of_push(infra.repository, sha)
        return next(job["reason"] for job in run["jobs"] if job["key"] == "plan")

    assert "infra declares no variable 'size'" in reason("size: 3 }")
    assert reason("colour: blue }", {"invalid": True}) == "infra: validate: Unsupported argument"
    assert "'../up' is no name of a workspace" in reason("colour: blue }, workspace: ../up")
    sha = infra.commit(**{"infra/.terraform/environment": "other"})
    assert "infra/.terraform/environment chooses the workspace 'other'" in infra.daemon.run_of_push(infra.repository, sha)["jobs"][0]["reason"]
    (infra.repository.tree / "infra/.terraform/environment").unlink()
    chosen = WORKFLOW.replace("BACKEND", "").replace("env: { WORD:", "env: { TF_WORKSPACE: other, WORD:")
    run = infra.daemon.run_of_push(infra.repository, infra.commit(**{".triphammer/infra.yml": chosen}))
    assert run["jobs"][0]["reason"].startswith("TF_WORKSPACE is 'other': write terraform.workspace instead")
    without = WORKFLOW.replace("BACKEND", "").replace("${{ github.workspace }}/bin:/usr/local/bin:", "")
    run = infra.daemon.run_of_push(infra.repository, infra.commit(**{".triphammer/infra.yml": without}))
    assert "neither OpenTofu (tofu) nor Terraform (terraform)" in run["jobs"][0]["reason"]


PROGRAM = shutil.which("tofu") or shutil.which("terraform")
MAIN = """
terraform {
  backend "http" {}
}
variable "colour" {}
resource "terraform_data" "one" {
  input = var.colour
}
resource "terraform_data" "two" {
  input = "${terraform_data.one.output} and two"
  MORE
}
"""


@pytest.mark.skipif(not PROGRAM, reason="neither tofu nor terraform is installed here")
@pytest.mark.skipif(os.geteuid() != 0, reason="another machine's network needs root")
def test_the_real_program_applies_what_was_planned_and_tells_what_is_left(infra):
    with state_machine() as address:
        backend = f"backend: {{ address: '{address}', lock_address: '{address}', unlock_address: '{address}' }}"
        workflow = WORKFLOW.replace("BACKEND", backend).replace("${{ github.workspace }}/bin:", "")

        def apply(more=""):
            return infra.apply(**{".triphammer/infra.yml": workflow, "infra/main.tf": MAIN.replace("MORE", more)})
        job, deployment, log = apply()
        assert job["state"] == "succeeded", log
        assert deployment["state"] == "succeeded" and job["outputs"]["changes"] == "2"
        assert "terraform_data.one: Creation complete" in log

        job, deployment, log = apply('triggers_replace = [1]\n provisioner "local-exec" { command = "false" }')
        assert job["state"] == "failed" and deployment["state"] == "failed", log
        assert "partially applied: 0 of 1 changes. Failed: replace terraform_data.two." in job["reason"], job["reason"]

        job, deployment, log = apply("triggers_replace = [2]")
        assert job["state"] == "succeeded", log
