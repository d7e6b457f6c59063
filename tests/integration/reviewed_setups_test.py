"""The ready-made workflows with reviews: pull request, comment, merge, approvals. Real flake8, pytest and mypy, the real
Terraform with its states on another machine; the rest as in setups_test.py."""
import os
import shutil

import pytest
import requests

from approvals_test import join, post, waiting
from harness import payloads
from harness.aws import PASSWORD
from harness.aws_ecs import Ecs
from harness.aws_elb import LISTENER, RULE, TEST_LISTENER, forward
from harness.flask_tree import download
from harness.terraform import state_machine
from setups_test import FILES, chats, cloud, digest_at, mail, set_up  # noqa: F401

pytestmark = [
    pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one"),
    pytest.mark.skipif(not (shutil.which("tofu") or shutil.which("terraform")), reason="neither tofu nor terraform is installed here"),
    pytest.mark.skipif(os.geteuid() != 0, reason="another machine's network needs root")]
TESTED = {**FILES, "requirements.txt": "--no-index\n--find-links vendor\n", ".dockerignore": "vendor\n",
          "app.py": "def double(number: int) -> int:\n    return 2 * number\n",
          "app_test.py": "import app\n\n\ndef test_it():\n    assert app.double(2) == 4\n"}
UNUSED = "import os\n\n\n" + TESTED["app.py"]
POLICY = '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", ' \
         '"countNumber": 5}, "action": {"type": "expire"}}]}'
INFRA = """
terraform {
  backend "http" {
    address        = "STATE"
    lock_address   = "STATE"
    unlock_address = "STATE"
  }
}
resource "terraform_data" "cluster" { input = "prod" }
resource "terraform_data" "service" { input = "NAME in ${terraform_data.cluster.output}" }
"""


@pytest.fixture
def states():
    with state_machine() as address:
        yield address


class Reviewed:
    """A set-up whose changes come by pull request 7, of ada; `people` may approve, and so may she."""

    def __init__(self, shop, *people):
        self.shop, self.daemon, self.repository = shop, shop.daemon, shop.repository
        self.people = {name: join(self.daemon, name, "approver") for name in ("ada", *people)}

    def propose(self, action, **files):
        """The run of the pull request, at its end, and its commit."""
        sha = self.repository.commit(files, branch="topic")
        payload = payloads.pull_request(self.repository.name, self.repository.clone_url, 7, sha, self.shop.sha, action)
        answer, guid = self.daemon.deliver(self.repository, "pull_request", payload)
        assert answer.status_code == 202, answer.text
        return self.daemon.finished_run(self.daemon.delivery(guid)["runs"][0], 120), sha

    def merge(self):
        """The run of the push that a merge is, and its commit."""
        sha = self.repository.commit_tree("Merge pull request #7")
        return self.daemon.delivery(self.daemon.push(self.repository, sha))["runs"][0], sha

    def answer(self, name, asked):
        return post(self.daemon, self.people[name], f"/approvals/{asked['id']}/approve", {"subject": asked["subject"]})

    def ask_about(self, run):
        """The open question of a run."""
        found = self.daemon.wait_for(lambda: self.daemon.get(f"/approvals?state=pending&run={run}")["items"], 60,
                                     lambda: str(self.daemon.get(f"/runs/{run}")["jobs"]))
        [asked] = found
        return asked

    def approve(self, run):
        """Olga does, whatever the run asks now; the question."""
        asked = self.ask_about(run)
        assert self.answer("ada", asked).status_code == 403 and self.answer("olga", asked).status_code == 200
        return asked

    def start(self, **inputs):
        """Ada's run by hand, approved, at its end."""
        body = {"repository": "acme/app", "workflow": "workflow.yml", "ref": "main", "inputs": inputs}
        answer = post(self.daemon, self.people["ada"], "/runs", body)
        assert answer.status_code == 202, answer.text
        [run] = self.daemon.delivery(answer.json()["delivery"])["runs"]
        self.approve(run)
        return self.daemon.finished_run(run)

    def comment(self, github, *words):
        """The only one, as soon as the words are in it."""
        def said():
            bodies = [one["body"] for one in github.comments.of("acme/app", 7)]
            return len(bodies) == 1 and all(word in bodies[0] for word in words) and bodies[0]
        return self.daemon.wait_for(said, 20, lambda: str(github.comments.all))


def jobs_of(run):
    return {job["key"]: job for job in run["jobs"]}


def states_of(run):
    return {key: job["state"] for key, job in jobs_of(run).items()}


def planned_values(address, folder):
    """What the state of a folder has, as Terraform has written it."""
    answer = requests.get(address + folder, timeout=10)
    if answer.status_code == 404:
        return []
    return sorted(one["attributes"]["input"]["value"] for part in answer.json()["resources"] for one in part["instances"])


def infra(address, folder, name):
    return INFRA.replace("STATE", address + folder).replace("NAME", name)


def test_a_plan_on_the_pull_request_is_applied_after_the_merge_by_two_approvals(set_up, states, github, chats, mail):
    registry = os.environ["REGISTRY"]
    shop = set_up("terraform-two-approvals", {**TESTED, "app.py": UNUSED, "infra/main.tf": infra(states, "infra", "web")},
                  **{"python:3.12-slim": "triphammer/python3", "registry.example.com": registry})
    download(shop.repository.tree / "vendor", "linters.txt", "--only-binary", ":all:")
    team = Reviewed(shop, "olga", "bob")
    daemon = shop.daemon
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "2")

    # What flake8 finds stops the image, not the plan; all of it is in one comment.
    run, sha = team.propose("opened")
    assert states_of(run) == {"test": "failed", "image": "skipped", "plan": "succeeded", "apply": "skipped"}, shop.logs(run)
    team.comment(github, "F401 'os' imported but unused", "infra: 2 to create", "+ create terraform_data.service")
    run, sha = team.propose("synchronize", **{"app.py": TESTED["app.py"]})
    assert states_of(run) == {"test": "succeeded", "image": "succeeded", "plan": "succeeded", "apply": "skipped"}, shop.logs(run)
    body = team.comment(github, f"`{sha[:7]}`", "infra: 2 to create", "1 passed")
    assert "F401" not in body
    # The image was built, and is nowhere.
    assert requests.head(f"http://{registry}/v2/app/manifests/{sha}", timeout=10).status_code == 404
    proposed = jobs_of(run)["plan"]["outputs"]["plan-hash"]

    merged, sha = team.merge()
    [asked] = waiting(daemon)
    built = jobs_of(daemon.get(f"/runs/{merged}"))["image"]["outputs"]["digest"]
    assert asked["digests"] == {"image": built, "plan": proposed} and asked["environment"] == "production"
    assert team.answer("ada", asked).status_code == 403
    assert team.answer("olga", asked).json()["state"] == "pending"
    assert planned_values(states, "infra") == []
    assert team.answer("bob", asked).json()["state"] == "approved"
    run = daemon.finished_run(merged, 120)
    log = shop.logs(run)

    assert states_of(run) == dict.fromkeys(("test", "image", "plan", "apply"), "succeeded"), log
    assert planned_values(states, "infra") == ["prod", "web in prod"]
    assert digest_at(registry, "app", sha) == built
    [deployment] = daemon.get("/deployments")["items"]
    assert (deployment["state"], deployment["driver"], deployment["digest"]) == ("succeeded", "terraform", proposed)
    daemon.wait_for(lambda: github.checks.deployed("production") == [["queued", "in_progress", "success"]], 20,
                    lambda: str(github.checks.deployed("production")))


@pytest.fixture
def colours(cloud):  # noqa: F811
    """Two services, each with a target group of its own; all traffic is blue's."""
    cloud.services = [Ecs(cloud.clock, f"web-{name}", [name], first) for name, first in (("blue", 20001), ("green", 40001))]
    cloud.balancer.actions = {LISTENER: [forward(blue=100, green=0)], TEST_LISTENER: [forward(blue=1)], RULE: [forward(blue=1)]}
    return dict(zip(("blue", "green"), cloud.services))


def running(service):
    return [task["containers"][0].get("imageDigest") for task in service.tasks().values() if task["lastStatus"] == "RUNNING"]


def test_a_reviewed_change_goes_to_green_then_blue_and_traffic_moves_by_hand(set_up, colours, states, cloud, github, chats, mail):  # noqa: F811
    health = "health: { interval: 50ms, timeout: 30s }"
    shop = set_up("flask-ecs-review", {
        **TESTED, "app.py": UNUSED.replace("-> int", "-> str"), "deploy/ecr-lifecycle.json": POLICY,
        "infra/network/main.tf": infra(states, "network", "net"), "infra/service/main.tf": infra(states, "service", "web")},
        **{"python:3.12-slim": "triphammer/python3", "to: ecs,": f"to: ecs, {health},", "to: alb": f"to: alb\n      {health}"})
    download(shop.repository.tree / "vendor", "linters.txt", "--only-binary", ":all:")
    daemon = shop.daemon
    daemon.admin("variable", "set", "LISTENER", "--repository", "acme/app", stdin=LISTENER)
    team = Reviewed(shop, "olga")
    for environment in ("infrastructure", "production"):
        daemon.admin("environment", "set", "acme/app", environment, "--approvals", "1")

    # Required: red. Advisory: says what it found, and stops nothing. One comment for both and the plans.
    run, sha = team.propose("opened")
    assert (run["state"], states_of(run)["required"]) == ("failed", "failed"), shop.logs(run)
    team.comment(github, "F401 'os' imported but unused", "Incompatible return value type", "infra/network: 2 to create",
                 "infra/service: 2 to create")
    run, sha = team.propose("synchronize", **{"app.py": TESTED["app.py"].replace("-> int", "-> str")})
    body = team.comment(github, f"`{sha[:7]}`", "Incompatible return value type", "infra/service: 2 to create")
    assert (run["state"], states_of(run)["advisory"]) == ("succeeded", "failed") and "F401" not in body, shop.logs(run)
    proposed = jobs_of(run)["plan"]["outputs"]["plan-hash"]

    # The merge: what was planned, then one digest for green and blue, each when somebody has approved.
    merged, sha = team.merge()
    assert team.approve(merged)["digests"]["plan"] == proposed
    digest = team.approve(merged)["digests"]["image"]
    asked = team.ask_about(merged)
    place = f"{daemon.url}/approvals/{asked['id']}"
    daemon.wait_for(lambda: any(place in text for text in chats.telegram.values())
                    and any(place in one.get_body(("plain",)).get_content() for one in mail.letters), 20, lambda: str(chats.telegram))
    assert planned_values(states, "network") == ["net in prod", "prod"] and planned_values(states, "service") == ["prod", "web in prod"]
    assert (running(colours["green"]), colours["blue"].effects) == ([digest] * 2, [])
    assert digest_at(cloud.registry, "app", sha, auth=("AWS", PASSWORD)) == digest
    assert cloud.repositories["app"]["policy"] == POLICY
    run = team.start(action="redirect-traffic", colour="green", reason="version 2")
    assert run["state"] == "succeeded" and cloud.balancer.weights() == {"blue": 0, "green": 100}, shop.logs(run)
    assert team.answer("olga", asked).status_code == 200
    run = daemon.finished_run(merged)
    assert run["state"] == "succeeded" and running(colours["blue"]) == [digest] * 2, shop.logs(run)

    # Green ends only when no traffic is left for it.
    run = team.start(action="retire", colour="green", reason="too early")
    assert run["state"] == "failed" and "web-green still gets traffic" in shop.logs(run) and running(colours["green"]) == [digest] * 2
    run = team.start(action="redirect-traffic", colour="blue", reason="version 2 is everywhere")
    assert run["state"] == "succeeded" and cloud.balancer.weights() == {"blue": 100, "green": 0}, shop.logs(run)
    run = team.start(action="retire", colour="green", reason="not needed")
    assert run["state"] == "succeeded" and (running(colours["green"]), running(colours["blue"])) == ([], [digest] * 2), shop.logs(run)
    # What waits to be told is overtaken by what is newer, so GitHub need not have heard of every state.
    daemon.wait_for(lambda: [states[-1:] for states in github.checks.deployed("infrastructure")] == [["success"]], 20,
                    lambda: str(github.checks.deployed("infrastructure")))
    # One message for the merge, which ends with what is deployed.
    def told():
        texts = [text for text in chats.telegram.values() if f"/runs/{merged}\"" in text]
        return len(texts) == 1 and "deployed" in texts[0] and digest in texts[0]
    daemon.wait_for(told, 20, lambda: str(chats.telegram))
